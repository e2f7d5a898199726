//! Groovy and Kotlin as tokens: names, texts and signs. What would need a real parser (a `/` that may start
//! a pattern, code in a text) is not read.

/// A token of a build script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, or a number.
    Name(&'t str),
    /// A text without its quotes, as written; true where it holds a variable.
    Text(&'t str, bool),
    /// A name in code that the text before it holds.
    Inside(&'t str),
    /// Any other character.
    Sign(char),
}

/// The longest script that is read.
const LONGEST: usize = 1 << 20;

/// The tokens of `text`, those of code in its texts included. None where it is not read.
pub(super) fn scan(text: &str) -> Option<Vec<Token<'_>>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut tokens = Vec::new();
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/")?.1;
        } else if c == '/' {
            return None;
        } else if c == '"' || c == '\'' {
            rest = text_token(rest, c, &mut tokens)?;
        } else if c == '`' {
            let (name, after) = rest[1..].split_once('`')?;
            tokens.push(Token::Name(name));
            rest = after;
        } else if is_name(c) {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            tokens.push(Token::Name(&rest[..end]));
            rest = &rest[end..];
        } else {
            if !c.is_whitespace() {
                tokens.push(Token::Sign(c));
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    Some(tokens)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Reads the text at the start of `rest`. What comes after it.
fn text_token<'t>(rest: &'t str, quote: char, tokens: &mut Vec<Token<'t>>) -> Option<&'t str> {
    let triple = if quote == '"' { "\"\"\"" } else { "'''" };
    let close = if rest.starts_with(triple) { triple } else { &triple[..1] };
    let inside = &rest[close.len()..];
    let place = tokens.len();
    tokens.push(Token::Text("", false));
    let mut has_variable = false;
    let mut at = 0;
    loop {
        let here = &inside[at..];
        if let Some(after) = here.strip_prefix(close) {
            tokens[place] = Token::Text(&inside[..at], has_variable);
            return Some(after);
        }
        let c = here.chars().next()?;
        if c == '\n' && close.len() == 1 {
            return None;
        }
        if c == '\\' {
            at += 1 + here[1..].chars().next()?.len_utf8();
        } else if c == '$' && quote == '"' {
            has_variable = true;
            at += 1;
            if let Some(code) = here.strip_prefix("${") {
                let end = code.find('}')?;
                at += 1 + end + 1;
                names(&code[..end], tokens)?;
            }
        } else {
            at += c.len_utf8();
        }
    }
}

/// The names of simple code in a text: `project.property("version")`.
fn names<'t>(code: &'t str, tokens: &mut Vec<Token<'t>>) -> Option<()> {
    let is_simple =
        |c: char| is_name(c) || matches!(c, '.' | '(' | ')' | '"' | '\'' | '[' | ']' | '-' | ' ' | ':' | '?');
    if !code.chars().all(is_simple) {
        return None;
    }
    tokens.extend(code.split(|c| !is_name(c)).filter(|name| !name.is_empty()).map(Token::Inside));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_cut_into_tokens() {
        let tokens = scan("id 'a' // b\nx = \"c${d.e(\"f\")}\\\"\" /* g */ `h-i` '''j\nk'''").unwrap();
        let names: Vec<&str> = tokens
            .iter()
            .filter_map(|t| if let Token::Name(name) = t { Some(*name) } else { None })
            .collect();
        assert!(tokens.contains(&Token::Inside("e")));
        assert_eq!(names, ["id", "x", "h-i"]);
        let texts: Vec<_> = tokens
            .iter()
            .filter_map(|t| if let Token::Text(text, v) = t { Some((*text, *v)) } else { None })
            .collect();
        assert_eq!(texts, [("a", false), ("c${d.e(\"f\")}\\\"", true), ("j\nk", false)]);
    }

    #[test]
    fn what_needs_a_parser_is_not_read() {
        for text in
            ["def a = /'/ + x + /'/", "a / b", "'open", "\"a ${b {", "/* open", "\"${file('x').text + 1}\""]
        {
            assert_eq!(scan(text), None, "{text}");
        }
    }
}
