//! Elixir code, cut into tokens. <https://hexdocs.pm/elixir/syntax-reference.html>

/// A token. What stands in `#{…}` of a string comes before the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `Mix.Project`.
    Alias(&'t str),
    /// A name: `config`.
    Word(&'t str),
    /// `name:`.
    Key(&'t str),
    /// `:name`.
    Atom(&'t str),
    /// A string, with its escapes as they are written.
    Text(&'t str),
    /// A string with code in it.
    Mixed(&'t str),
    /// A number, a sigil, a character.
    Value,
    /// One character of punctuation.
    Mark(char),
}

/// How deep code may stand in strings in code.
const MAX_DEPTH: usize = 8;

/// The tokens of `text`. An error is what is not understood.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, &str> {
    let mut tokens = Vec::new();
    let end = code(text, 0, &mut tokens)?;
    if end < text.len() { Err("}") } else { Ok(tokens) }
}

/// Reads code to its end, or to a `}` that closes none of its own; gives where that is.
fn code<'t>(text: &'t str, depth: usize, tokens: &mut Vec<Token<'t>>) -> Result<usize, &'t str> {
    let mut at = 0;
    let mut braces = 0_usize;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        at += match first {
            _ if first.is_whitespace() => first.len_utf8(),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string(rest, first, depth, tokens)?,
            '~' if rest[1..].starts_with(|letter: char| letter.is_ascii_alphabetic()) => sigil(rest, tokens)?,
            ':' => atom(rest, depth, tokens)?,
            '?' if rest.len() > 1 => {
                tokens.push(Token::Value);
                let letter = rest[1..].chars().next().map_or(0, char::len_utf8);
                let escaped = if rest[1..].starts_with('\\') { rest[2..].chars().next() } else { None };
                1 + letter + escaped.map_or(0, char::len_utf8)
            }
            '0'..='9' => {
                tokens.push(Token::Value);
                rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                    .unwrap_or(rest.len())
            }
            _ if first.is_alphabetic() || first == '_' => name(rest, tokens),
            '}' if braces == 0 => return Ok(at),
            _ => {
                match first {
                    '{' => braces += 1,
                    '}' => braces -= 1,
                    _ => {}
                }
                tokens.push(Token::Mark(first));
                first.len_utf8()
            }
        };
    }
    Ok(at)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The length of the name that `text` starts with, with its `?` or `!`.
fn name_length(text: &str) -> usize {
    let end = text.find(|letter| !is_of_name(letter)).unwrap_or(text.len());
    end + usize::from(end > 0 && text[end..].starts_with(['?', '!']) && !text[end + 1..].starts_with('='))
}

/// A key's colon is followed by a blank.
fn is_key(after: &str) -> bool {
    after.strip_prefix(':').is_some_and(|after| after.starts_with(char::is_whitespace))
}

fn name<'t>(text: &'t str, tokens: &mut Vec<Token<'t>>) -> usize {
    let mut end = name_length(text);
    if is_key(&text[end..]) {
        tokens.push(Token::Key(&text[..end]));
        return end + 1;
    }
    if !text.starts_with(|letter: char| letter.is_uppercase()) {
        tokens.push(Token::Word(&text[..end]));
        return end;
    }
    // `Mix.Project`
    while let Some(next) = text[end..].strip_prefix('.')
        && next.starts_with(|letter: char| letter.is_uppercase())
    {
        end += 1 + name_length(next);
    }
    tokens.push(Token::Alias(&text[..end]));
    end
}

fn atom<'t>(text: &'t str, depth: usize, tokens: &mut Vec<Token<'t>>) -> Result<usize, &'t str> {
    let rest = &text[1..];
    if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
        let length = string(rest, quote, depth, tokens)?;
        if let Some(Token::Text(text)) = tokens.last().copied() {
            tokens.pop();
            tokens.push(Token::Atom(text));
        }
        return Ok(1 + length);
    }
    let length = name_length(rest);
    if rest.starts_with(':') || length == 0 {
        tokens.push(Token::Mark(':'));
        return Ok(if rest.starts_with(':') { 2 } else { 1 });
    }
    tokens.push(Token::Atom(&rest[..length]));
    Ok(1 + length)
}

/// A string or a heredoc; gives its length.
fn string<'t>(
    text: &'t str,
    quote: char,
    depth: usize,
    tokens: &mut Vec<Token<'t>>,
) -> Result<usize, &'t str> {
    if depth > MAX_DEPTH {
        return Err("#{");
    }
    let close = match quote {
        '"' if text.starts_with("\"\"\"") => "\"\"\"",
        '\'' if text.starts_with("'''") => "'''",
        '"' => "\"",
        _ => "'",
    };
    let mut at = close.len();
    let mut is_mixed = false;
    loop {
        let rest = &text[at..];
        let Some(letter) = rest.chars().next() else { return Err("\"") };
        if rest.starts_with(close) {
            break;
        }
        if letter == '\\' {
            at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
        } else if let Some(inner) = rest.strip_prefix("#{") {
            is_mixed = true;
            at += 2 + code(inner, depth + 1, tokens)?;
            if !text[at..].starts_with('}') {
                return Err("#{");
            }
            at += 1;
        } else {
            at += letter.len_utf8();
        }
    }
    let content = &text[close.len()..at];
    let end = at + close.len();
    if is_mixed {
        tokens.push(Token::Mixed(content));
    } else if is_key(&text[end..]) {
        tokens.push(Token::Key(content));
        return Ok(end + 1);
    } else {
        tokens.push(Token::Text(content));
    }
    Ok(end)
}

/// `~w(a b)`; code in it is not followed.
fn sigil<'t>(text: &'t str, tokens: &mut Vec<Token<'t>>) -> Result<usize, &'t str> {
    let letters = text[1..].find(|letter: char| !letter.is_ascii_alphanumeric()).ok_or("~")?;
    let start = 1 + letters;
    let close = match &text[start..] {
        rest if rest.starts_with("\"\"\"") => "\"\"\"",
        rest if rest.starts_with("'''") => "'''",
        rest => match rest.chars().next() {
            Some('(') => ")",
            Some('[') => "]",
            Some('{') => "}",
            Some('<') => ">",
            Some('/') => "/",
            Some('|') => "|",
            Some('"') => "\"",
            Some('\'') => "'",
            _ => return Err("~"),
        },
    };
    let content = &text[start + close.len()..];
    let length = content.find(close).ok_or("~")?;
    // An escaped end would be found too early.
    if content[..length].contains("#{") || content[..length].ends_with('\\') {
        return Err("~");
    }
    tokens.push(Token::Value);
    let end = start + close.len() + length + close.len();
    let modifiers =
        text[end..].find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len() - end);
    Ok(end + modifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = concat!(
        "defmodule App do # é\n  @v ~w(a b)a\n  x = ?\\n; \"a #{f(\"b\", :c)} é\\\"\" <> 'd' \n",
        "  \"\"\"\n  text \"quoted\"\n  \"\"\"\n  \"k\": :\"at om\", é: A.B.c!(1.5e3) end",
    );

    #[test]
    fn code_is_cut() {
        let tokens = tokens(CODE).unwrap();
        for token in [
            Token::Alias("A.B"),
            Token::Word("c!"),
            Token::Key("k"),
            Token::Key("é"),
            Token::Atom("at om"),
            Token::Text("b"),
        ] {
            assert!(tokens.contains(&token), "{token:?} in {tokens:?}");
        }
    }

    #[test]
    fn any_text_is_taken() {
        for (end, _) in CODE.char_indices() {
            let _ = tokens(&CODE[..end]);
            let _ = tokens(&CODE[end..]);
        }
        assert_eq!(tokens(&"\"#{".repeat(100_000)), Err("#{"));
        assert_eq!(tokens("a }"), Err("}"));
    }
}
