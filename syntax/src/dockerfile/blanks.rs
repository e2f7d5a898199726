//! The three notions of white space that BuildKit's parser mixes.

/// A blank between words: the class `[\t\v\f\r ]` of the parser's own expressions. No newline, no Unicode.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b'\r' | b' ')
}

/// White space as Go's `unicode.IsSpace` sees a *byte* taken for a character (Latin-1).
pub(super) fn is_latin1_space(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'\n' | 0x85 | 0xa0)
}

/// The number of leading bytes that are Unicode white space.
pub(super) fn leading_space(text: &[u8]) -> usize {
    let mut len = 0;
    loop {
        len += text[len..].iter().take_while(|&&b| is_blank(b) || b == b'\n').count();
        match next_char(&text[len..]) {
            Some((c, width)) if c.is_whitespace() => len += width,
            _ => return len,
        }
    }
}

/// `text` without Unicode white space at its end.
pub(super) fn trim_end(mut text: &[u8]) -> &[u8] {
    loop {
        let ascii = text.iter().rev().take_while(|&&b| is_blank(b) || b == b'\n').count();
        text = &text[..text.len() - ascii];
        match last_char(text) {
            Some(c) if c.is_whitespace() => text = &text[..text.len() - c.len_utf8()],
            _ => return text,
        }
    }
}

/// The first character and its width; bytes that are not UTF-8 come one by one as U+FFFD.
pub(super) fn next_char(text: &[u8]) -> Option<(char, usize)> {
    let first = *text.first()?;
    if first < 0x80 {
        return Some((first as char, 1));
    }
    let head = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    Some(valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, c.len_utf8())))
}

fn last_char(text: &[u8]) -> Option<char> {
    let start = (1..=text.len().min(4)).map(|n| text.len() - n).find(|&i| text[i] & 0xc0 != 0x80)?;
    std::str::from_utf8(&text[start..]).ok()?.chars().next()
}
