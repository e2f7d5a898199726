//! BuildKit's word splitter, which decides what is a heredoc.
//!
//! It is no shell: it is `shell.Lex.ProcessWords` of BuildKit run without any variable set, and it
//! gives up on text that a shell accepts (`${x^^}`, an apostrophe in a comment). A heredoc in such a
//! line is none to BuildKit, so its oddities are repeated here to the letter:
//! <https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go>

use crate::Span;

use super::blanks::next_char;

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

/// The deepest nesting of `${x:-${…}}` that is followed; a line that nests deeper lexes as an error.
const MAX_DEPTH: usize = 200;

/// Splits `line` into words, or `None` where BuildKit's lexer fails.
pub(super) fn words(line: &[u8], quotes: Quotes) -> Option<Vec<LexWord>> {
    let mut lexer = Lexer { line, pos: 0, quotes, buffer: String::new(), buffer_start: 0 };
    let (_, words) = lexer.until(None, quotes == Quotes::Raw, 0)?;
    Some(words)
}

struct Lexer<'l> {
    line: &'l [u8],
    pos: usize,
    quotes: Quotes,
    /// The word being read. One buffer serves all nesting levels, as in BuildKit: an operand
    /// `${x:-w}` throws away what the word had before it.
    buffer: String,
    buffer_start: usize,
}

impl Lexer<'_> {
    /// Reads until `stop` (or the end of the line): the processed text, and its words.
    fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
        depth: usize,
    ) -> Option<(String, Vec<LexWord>)> {
        if depth > MAX_DEPTH {
            return None;
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
                return Some((result, words));
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
                '\\' => {
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
        if stop.is_some() {
            return None;
        }
        self.finish_word(&mut words, self.pos);
        Some((result, words))
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

    fn single_quoted(&mut self) -> Option<String> {
        let mut result = String::new();
        self.push_quote(&mut result);
        loop {
            match self.peek()? {
                '\'' => {
                    self.push_quote(&mut result);
                    return Some(result);
                }
                c => {
                    self.next();
                    result.push(c);
                }
            }
        }
    }

    fn double_quoted(&mut self, raw_escapes: bool, depth: usize) -> Option<String> {
        let mut result = String::new();
        self.push_quote(&mut result);
        loop {
            match self.peek()? {
                '"' => {
                    self.push_quote(&mut result);
                    return Some(result);
                }
                '$' => result.push_str(&self.dollar(depth)?),
                '\\' => {
                    self.next();
                    if raw_escapes {
                        result.push('\\');
                    }
                    match self.peek()? {
                        c @ ('"' | '$' | '\\') => {
                            self.next();
                            result.push(c);
                        }
                        _ => result.push('\\'),
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

    /// An expansion. No variable is set, so it stands for itself.
    fn dollar(&mut self, depth: usize) -> Option<String> {
        self.next();
        if self.peek() != Some('{') {
            return Some(format!("${}", self.name()));
        }
        self.next();
        if matches!(self.peek()?, '{' | '}' | ':') {
            return None;
        }
        let name = self.name();
        let mut operator = String::from(self.next()?);
        match operator.as_str() {
            "}" => return Some(format!("${{{name}}}")),
            "/" => return self.replacement(&name, depth),
            ":" => operator.push(self.next()?),
            _ => {}
        }
        let trims = matches!(operator.as_str(), "#" | "%");
        if !trims && !matches!(operator.as_str(), "+" | "-" | "?" | ":+" | ":-" | ":?") {
            // With a colon BuildKit reads the operand of any operator before it looks at it; unset
            // variables never get as far as the complaint.
            if operator.len() == 1 || matches!(operator.as_str(), ":#" | ":%") {
                return None;
            }
        }
        let (operand, _) = self.until(Some('}'), trims, depth + 1)?;
        Some(format!("${{{name}{operator}{operand}}}"))
    }

    fn replacement(&mut self, name: &str, depth: usize) -> Option<String> {
        if self.peek() == Some('/') {
            self.next();
        }
        let (pattern, _) = self.until(Some('/'), true, depth + 1)?;
        let (replacement, _) = self.until(Some('}'), true, depth + 1)?;
        Some(format!("${{{name}/{pattern}/{replacement}}}"))
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
