//! The one look-ahead: the bracket that closes another, over quotes and expansions, without reading them.
//!
//! bash needs it to tell `((1+2))` from `((a); b)`, and `name[i]=x` from `name[i]`. Whoever finds the bracket
//! unclosed must fail, or the scan would be repeated for each bracket of a long text.

#[derive(Clone, Copy)]
pub(super) enum Bracket {
    Parenthesis,
    Square,
}

/// The offset of what closes the bracket whose inside begins at `start`.
pub(super) fn closing(text: &[u8], start: usize, bracket: Bracket) -> Option<usize> {
    let mut closers = vec![match bracket {
        Bracket::Parenthesis => b')',
        Bracket::Square => b']',
    }];
    let mut at = start;
    while let (Some(&byte), Some(&closer)) = (text.get(at), closers.last()) {
        let quoted = closer == b'"';
        if byte == closer {
            closers.pop();
            if closers.is_empty() {
                return Some(at);
            }
        } else if byte == b'\\' {
            at += 1;
        } else if byte == b'\'' && !quoted {
            at += 1 + memchr::memchr(b'\'', text.get(at + 1..)?)?;
        } else if byte == b'`' {
            at = end_of_backtick(text, at + 1)?;
        } else if byte == b'"' {
            closers.push(b'"');
        } else if byte == b'$' {
            if let Some(inner) = text.get(at + 1).and_then(|&next| closer_of(next)) {
                closers.push(inner);
                at += 1;
            }
        } else if !quoted && closer_of(byte) == Some(closer) && byte != b'{' {
            closers.push(closer);
        }
        at += 1;
    }
    None
}

/// The offset of the first backtick from `start` on that no backslash quotes.
pub(super) fn end_of_backtick(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr::memchr2(b'`', b'\\', text.get(at..)?)?;
        if text[at] == b'`' {
            return Some(at);
        }
        at += 2;
    }
}

fn closer_of(open: u8) -> Option<u8> {
    match open {
        b'(' => Some(b')'),
        b'[' => Some(b']'),
        b'{' => Some(b'}'),
        _ => None,
    }
}
