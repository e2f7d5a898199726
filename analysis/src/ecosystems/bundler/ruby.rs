//! Ruby code, cut into the tokens that a plain Gemfile has.

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name: `gem`, `RUBY_VERSION`.
    Word(&'t str),
    /// A string without expansions.
    Text(&'t str),
    /// A string with variables in it, a number, a list of words.
    Value,
    /// A variable in a string.
    Inner(&'t str),
    /// `:name`.
    Symbol(&'t str),
    /// `name:`.
    Key(&'t str),
    /// One character of punctuation.
    Mark(char),
    /// The end of a line.
    Line,
}

/// The tokens of `text`. An error is what makes it more than a plain Gemfile.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, &str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\n' => (Some(Token::Line), 1),
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '\\' if rest[1..].trim_start_matches('\r').starts_with('\n') => {
                (None, rest.find('\n').unwrap_or_default() + 1)
            }
            '"' | '\'' => string(rest, first, &mut tokens)?,
            ':' if rest[1..].starts_with(':') => (Some(Token::Mark(':')), 2),
            ':' => match name(&rest[1..]) {
                "" => (Some(Token::Mark(':')), 1),
                name => (Some(Token::Symbol(name)), 1 + name.len()),
            },
            '%' => list(rest)?,
            '0'..='9' => (Some(Token::Value), rest.len() - rest.trim_start_matches(is_of_number).len()),
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let name = name(rest);
                let after = &rest[name.len()..];
                if after.starts_with(':') && !after.starts_with("::") {
                    (Some(Token::Key(name)), name.len() + 1)
                } else {
                    (Some(Token::Word(name)), name.len())
                }
            }
            '<' if rest.starts_with("<<") => return Err("<<"),
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | '.' | '|' | '=' | '<' | '>' | '!' | '&' | '?' | '-'
            | '+' | ';' | '~' => (Some(Token::Mark(first)), 1),
            _ => return Err(&rest[..first.len_utf8()]),
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn is_of_number(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, '.' | '_')
}

/// The name that `text` starts with, with the `?` or `!` of a method.
fn name(text: &str) -> &str {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = text.find(|letter| !is_of_name(letter)).unwrap_or(text.len());
    let is_method = end > 0 && text[end..].starts_with(['?', '!']) && !text[end + 1..].starts_with('=');
    &text[..end + usize::from(is_method)]
}

/// A string; the variables in it are tokens of their own.
fn string<'t>(
    text: &'t str,
    quote: char,
    tokens: &mut Vec<Token<'t>>,
) -> Result<(Option<Token<'t>>, usize), &'t str> {
    let end = text[1..].find(quote).ok_or("\"")? + 1;
    let content = &text[1..end];
    if content.contains(['\\', '\n']) {
        return Err("\\");
    }
    let after = &text[end + 1..];
    if after.starts_with(':') && !after.starts_with("::") {
        return Ok((Some(Token::Key(content)), end + 2));
    }
    if quote == '\'' || !content.contains("#{") {
        return Ok((Some(Token::Text(content)), end + 1));
    }
    if content.starts_with(['.', '/', '~']) || content.starts_with("file:") {
        return Err(content);
    }
    for part in content.split("#{").skip(1) {
        let inner = part.split('}').next().unwrap_or_default();
        if inner.is_empty() || name(inner) != inner {
            return Err("#{");
        }
        tokens.push(Token::Inner(inner));
    }
    Ok((Some(Token::Value), end + 1))
}

/// `%w[a b]`.
fn list(text: &str) -> Result<(Option<Token<'_>>, usize), &str> {
    let mut letters = text.chars().skip(1);
    let close = match (letters.next(), letters.next()) {
        (Some('w' | 'i'), Some('[')) => ']',
        (Some('w' | 'i'), Some('(')) => ')',
        (Some('w' | 'i'), Some('{')) => '}',
        _ => return Err("%"),
    };
    let end = text.find(close).ok_or("%")?;
    Ok((Some(Token::Value), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "gem \"é\", '~> 1', :git => %w[a b] # é\n\\\n\"k\": 1.2 if x?&.y! != Gem::Version";

    #[test]
    fn code_is_cut() {
        let tokens = tokens(CODE).unwrap();
        for token in
            [Token::Text("é"), Token::Key("k"), Token::Symbol("git"), Token::Word("x?"), Token::Word("y!")]
        {
            assert!(tokens.contains(&token), "{token:?} in {tokens:?}");
        }
    }

    #[test]
    fn any_text_is_taken() {
        for (end, _) in CODE.char_indices() {
            let _ = tokens(&CODE[..end]);
            let _ = tokens(&CODE[end..]);
        }
        assert_eq!(tokens("x = `id`"), Err("`"));
        assert_eq!(tokens("é"), Err("é"));
        assert_eq!(tokens("<<~X"), Err("<<"));
    }
}
