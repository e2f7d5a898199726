//! BuildKit's lexer of words, `shell.Lex`: it splits lines to find heredocs, and expands variables.
//!
//! It is no shell, and it gives up on text that a shell accepts (`${x^^}`, an apostrophe in a comment). A
//! heredoc in such a line is none to BuildKit, so its oddities are repeated here to the letter:
//! <https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go>

use crate::Span;

use super::blanks::next_char;
use super::expand::{self, ExpandError, Lookup};

/// A word of the line.
#[derive(Debug)]
pub(super) struct LexWord {
    /// The word; quotes and escapes are kept where the caller asked for it.
    pub(super) value: String,
    /// The bytes of the line from its first to its last character.
    pub(super) span: Span,
}

/// Whether quotes and escapes stay in the words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Both stay.
    Raw,
    /// Quotes stay, escapes go.
    Unescaped,
    /// Both go.
    Removed,
}

/// Where the values of variables come from; none: an expansion stands for itself.
type Variables<'l> = Option<&'l dyn Fn(&str) -> Lookup>;

type Lexed<T> = Result<T, ExpandError>;

/// The deepest nesting of `${x:-${…}}` that is followed; a line that nests deeper lexes as an error.
const MAX_DEPTH: usize = 200;

/// Splits `line` into words, without any variable, or `None` where BuildKit's lexer fails.
pub(super) fn words(line: &[u8], quotes: Quotes) -> Option<Vec<LexWord>> {
    let mut lexer = Lexer::new(line, '\\', quotes, None);
    Some(lexer.until(None, quotes == Quotes::Raw, 0).ok()?.1)
}

/// Expands the variables in `text`, and removes quotes and escapes; nothing is split.
pub(super) fn expanded(text: &[u8], escape: u8, lookup: &dyn Fn(&str) -> Lookup) -> Lexed<String> {
    let mut lexer = Lexer::new(text, escape as char, Quotes::Removed, Some(lookup));
    Ok(lexer.until(None, false, 0)?.0)
}

struct Lexer<'l> {
    line: &'l [u8],
    pos: usize,
    escape: char,
    quotes: Quotes,
    variables: Variables<'l>,
    /// The word being read. One buffer serves all nesting levels, as in BuildKit: an operand
    /// `${x:-w}` throws away what the word had before it.
    buffer: String,
    buffer_start: usize,
}

impl<'l> Lexer<'l> {
    fn new(line: &'l [u8], escape: char, quotes: Quotes, variables: Variables<'l>) -> Self {
        Self { line, pos: 0, escape, quotes, variables, buffer: String::new(), buffer_start: 0 }
    }

    /// Reads until `stop` (or the end of the line): the processed text, and its words.
    fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
        depth: usize,
    ) -> Lexed<(String, Vec<LexWord>)> {
        if depth > MAX_DEPTH {
            return Err(ExpandError::Invalid("variables nest too deep".to_owned()));
        }
        let mut result = String::new();
        let mut words = Vec::new();
        let mut in_word = false;
        self.buffer.clear();
        while let Some(c) = self.peek() {
            let start = self.pos;
            if Some(c) == stop {
                self.next();
                self.finish_word(&mut words, start);
                return Ok((result, words));
            }
            match c {
                '\'' | '"' | '<' | '$' => {
                    let piece = match c {
                        '\'' => self.single_quoted()?,
                        '"' => self.double_quoted(raw_escapes, depth)?,
                        '<' => self.possible_heredoc(),
                        _ => self.dollar(depth)?,
                    };
                    result.push_str(&piece);
                    if c == '$' {
                        for piece_char in piece.chars() {
                            self.add(piece_char, &mut in_word, &mut words, start);
                        }
                    } else {
                        self.mark_start(start);
                        self.buffer.push_str(&piece);
                        in_word = true;
                    }
                }
                c if c == self.escape => {
                    self.next();
                    self.mark_start(start);
                    if raw_escapes {
                        self.buffer.push(c);
                        result.push(c);
                    }
                    let Some(escaped) = self.next() else { break };
                    self.buffer.push(escaped);
                    result.push(escaped);
                    in_word = true;
                }
                _ => {
                    self.next();
                    self.add(c, &mut in_word, &mut words, start);
                    result.push(c);
                }
            }
        }
        if let Some(stop) = stop {
            return Err(missing(stop));
        }
        self.finish_word(&mut words, self.pos);
        Ok((result, words))
    }

    /// Adds a character that may separate words.
    fn add(&mut self, c: char, in_word: &mut bool, words: &mut Vec<LexWord>, at: usize) {
        if !c.is_whitespace() {
            self.mark_start(at);
            self.buffer.push(c);
            *in_word = true;
        } else if *in_word && !self.buffer.is_empty() {
            self.finish_word(words, at);
            *in_word = false;
        }
    }

    fn mark_start(&mut self, at: usize) {
        if self.buffer.is_empty() {
            self.buffer_start = at;
        }
    }

    fn finish_word(&mut self, words: &mut Vec<LexWord>, end: usize) {
        if !self.buffer.is_empty() {
            let span = Span::new(self.buffer_start, end.max(self.buffer_start));
            words.push(LexWord { value: std::mem::take(&mut self.buffer), span });
        }
    }

    fn single_quoted(&mut self) -> Lexed<String> {
        let mut result = String::new();
        self.push_quote(&mut result);
        loop {
            match self.peek().ok_or_else(|| missing('\''))? {
                '\'' => {
                    self.push_quote(&mut result);
                    return Ok(result);
                }
                c => {
                    self.next();
                    result.push(c);
                }
            }
        }
    }

    fn double_quoted(&mut self, raw_escapes: bool, depth: usize) -> Lexed<String> {
        let mut result = String::new();
        self.push_quote(&mut result);
        loop {
            match self.peek().ok_or_else(|| missing('"'))? {
                '"' => {
                    self.push_quote(&mut result);
                    return Ok(result);
                }
                '$' => result.push_str(&self.dollar(depth)?),
                c if c == self.escape => {
                    self.next();
                    if raw_escapes {
                        result.push(c);
                    }
                    match self.peek().ok_or_else(|| missing('"'))? {
                        escaped if matches!(escaped, '"' | '$') || escaped == self.escape => {
                            self.next();
                            result.push(escaped);
                        }
                        _ => result.push(c),
                    }
                }
                c => {
                    self.next();
                    result.push(c);
                }
            }
        }
    }

    /// Reads the quote at hand; it stays in the text unless quotes are removed.
    fn push_quote(&mut self, result: &mut String) {
        if let Some(quote) = self.next()
            && self.quotes != Quotes::Removed
        {
            result.push(quote);
        }
    }

    fn dollar(&mut self, depth: usize) -> Lexed<String> {
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            return match self.variables {
                Some(lookup) if !name.is_empty() => expand::plain(lookup(&name)),
                _ => Ok(format!("${name}")),
            };
        }
        self.next();
        if matches!(self.peek().ok_or_else(|| missing('}'))?, '{' | '}' | ':') {
            return Err(ExpandError::Invalid("bad substitution".to_owned()));
        }
        let name = self.name();
        let mut operator = String::from(self.next().ok_or_else(|| missing('}'))?);
        match operator.as_str() {
            "}" => {
                return match self.variables {
                    Some(lookup) => expand::plain(lookup(&name)),
                    None => Ok(format!("${{{name}}}")),
                };
            }
            "/" => return self.replacement(&name, depth),
            ":" => operator.push(self.next().ok_or_else(|| missing('}'))?),
            _ => {}
        }
        let trims = matches!(operator.as_str(), "#" | "%");
        // After a colon BuildKit reads the operand of any operator before it looks at it; unset variables
        // never get as far as the complaint.
        let readable = operator.starts_with(':') && !matches!(operator.as_str(), ":#" | ":%");
        if !trims && !readable && !matches!(operator.as_str(), "+" | "-" | "?") {
            return Err(ExpandError::Invalid(format!("unsupported modifier ({operator}) in substitution")));
        }
        let (operand, _) = self.until(Some('}'), trims, depth + 1)?;
        match self.variables {
            Some(lookup) => expand::modified(&name, lookup(&name), &operator, &operand),
            None => Ok(format!("${{{name}{operator}{operand}}}")),
        }
    }

    fn replacement(&mut self, name: &str, depth: usize) -> Lexed<String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let (pattern, _) = self.until(Some('/'), true, depth + 1)?;
        let (replacement, _) = self.until(Some('}'), true, depth + 1)?;
        match self.variables {
            Some(lookup) => expand::replaced(lookup(name), &pattern, &replacement, all),
            None => Ok(format!("${{{name}/{pattern}/{replacement}}}")),
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.peek() {
            Some(c) if c.is_numeric() => {
                while let Some(digit) = self.peek().filter(|c| c.is_numeric()) {
                    self.next();
                    name.push(digit);
                }
            }
            Some(c @ ('@' | '*' | '#' | '?' | '-' | '$' | '!')) => {
                self.next();
                name.push(c);
            }
            _ => {
                while let Some(c) = self.peek().filter(|&c| c.is_alphanumeric() || c == '_') {
                    self.next();
                    name.push(c);
                }
            }
        }
        name
    }

    /// `<<` keeps the blanks after it, so that `<< EOF` is one word.
    fn possible_heredoc(&mut self) -> String {
        self.next();
        if self.peek() != Some('<') {
            return "<".to_owned();
        }
        self.next();
        let mut result = "<<".to_owned();
        while let Some(blank) = self.peek().filter(|c| matches!(c, '\t' | '\r' | ' ')) {
            self.next();
            result.push(blank);
        }
        result
    }

    fn peek(&self) -> Option<char> {
        next_char(&self.line[self.pos..]).map(|(c, _)| c)
    }

    fn next(&mut self) -> Option<char> {
        let (c, width) = next_char(&self.line[self.pos..])?;
        self.pos += width;
        Some(c)
    }
}

fn missing(closing: char) -> ExpandError {
    ExpandError::Invalid(format!("the matching `{closing}` is missing"))
}
