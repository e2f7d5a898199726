//! One pattern: what it matches.
//!
//! BuildKit makes a regular expression of it. The parts of that are few, so they are matched here all at
//! once, in time proportional to the lengths of pattern and path.

use std::iter::Peekable;
use std::str::Chars;

/// A pattern, and whether it excludes or lets in again.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// As it was written after `!`, cleaned.
    text: String,
    /// True for `!`.
    pub(super) is_exception: bool,
    kind: Kind,
}

/// How a pattern matches: the simple kinds compare the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The whole path.
    Exact,
    /// `x**`: what starts with `x`, whatever follows.
    Prefix,
    /// `**x`: what ends with `x`; `**/x` is `x`, too.
    Suffix,
    Parts(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    /// `?`: a character, but no `/`.
    One,
    /// `*`: any number of characters, but no `/`.
    Many,
    /// `**` at the end.
    Everything,
    /// `**` before something: nothing, or [`Part::Folder`].
    Folders,
    /// Anything up to and with a `/`. Stands after each [`Part::Folders`].
    Folder,
    /// `[…]`: ranges of characters. It may be a `/`.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// `^`: only at the start of the path.
    Start,
}

const UNKNOWN_ESCAPE: &str = "`\\` before a letter or digit is no pattern";
const TRAILING_ESCAPE: &str = "`\\` at the end";
const UNCLOSED_CLASS: &str = "`[` without an end";

impl Pattern {
    /// Reads `text`, which is clean.
    pub(super) fn new(text: &str, is_exception: bool) -> Result<Self, &'static str> {
        if text.contains(['\0', '\u{feff}', '\u{fffd}']) {
            return Err("no text");
        }
        Ok(Self { text: text.to_owned(), is_exception, kind: Reader::new(text).read()? })
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        match &self.kind {
            Kind::Exact => path == self.text,
            Kind::Prefix => path.starts_with(&self.text[..self.text.len() - 2]),
            Kind::Suffix => {
                let suffix = &self.text[2..];
                path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
            }
            Kind::Parts(parts) => matches(parts, path),
        }
    }

    /// The path that an exception leads to; none where it is not told by plain text (a wildcard as the
    /// last name does not count).
    pub(super) fn leads_to(&self) -> Option<&str> {
        let text = self.text.strip_suffix("/**").unwrap_or(&self.text);
        let text = text.strip_suffix("/*").unwrap_or(text);
        (!text.contains(['*', '[', ']', '?', '^', '\\'])).then_some(text)
    }

    /// The steps that a match takes for each byte of the path, at most.
    pub(super) fn states(&self) -> usize {
        if let Kind::Parts(parts) = &self.kind { parts.len() + 1 } else { 1 }
    }
}

/// Cuts a pattern into parts. The order of its decisions is BuildKit's.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    parts: Vec<Part>,
    kind: Kind,
    /// What is wrong if it becomes a regular expression.
    unknown: Option<&'static str>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.chars().peekable(), parts: Vec::new(), kind: Kind::Exact, unknown: None }
    }

    fn read(mut self) -> Result<Kind, &'static str> {
        let mut first = true;
        while let Some(c) = self.rest.next() {
            match c {
                '*' if self.rest.next_if_eq(&'*').is_some() => self.double_star(first),
                '*' => self.wild(Part::Many),
                '?' => self.wild(Part::One),
                '[' => {
                    let class = self.class()?;
                    self.wild(class);
                }
                ']' => self.wild(Part::Char(']')),
                '\\' => {
                    let escaped = self.escaped()?;
                    self.wild(Part::Char(escaped));
                }
                // These three are text, unless something else makes the pattern a regular expression.
                '^' => self.parts.push(Part::Start),
                '|' => self.unknown = Some("`|` beside a wildcard"),
                '{' if self.rest.peek().is_some_and(char::is_ascii_digit) => {
                    self.unknown = Some("`{` and a number beside a wildcard");
                }
                _ => self.parts.push(Part::Char(c)),
            }
            first = false;
        }
        match (self.kind, self.unknown) {
            (Kind::Parts(_), Some(unknown)) => Err(unknown),
            (Kind::Parts(_), None) => Ok(Kind::Parts(self.parts)),
            (kind, _) => Ok(kind),
        }
    }

    /// A part that needs more than comparing text.
    fn wild(&mut self, part: Part) {
        self.parts.push(part);
        self.kind = Kind::Parts(Vec::new());
    }

    /// What follows `**`.
    fn double_star(&mut self, first: bool) {
        self.rest.next_if_eq(&'/');
        if self.rest.peek().is_some() {
            self.wild(Part::Folders);
            self.parts.push(Part::Folder);
        } else if self.kind == Kind::Exact {
            self.kind = Kind::Prefix;
        } else {
            self.wild(Part::Everything);
        }
        if first {
            self.kind = Kind::Suffix;
        }
    }

    /// What follows `[`.
    fn class(&mut self) -> Result<Part, &'static str> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        while ranges.is_empty() || self.rest.next_if_eq(&']').is_none() {
            let low = self.class_character()?;
            let high = if self.rest.next_if_eq(&'-').is_some() { self.class_character()? } else { low };
            if low > high {
                return Err("a range in `[…]` is empty");
            }
            ranges.push((low, high));
        }
        Ok(Part::Class { negated, ranges })
    }

    fn class_character(&mut self) -> Result<char, &'static str> {
        match self.rest.next().ok_or(UNCLOSED_CLASS)? {
            '-' | ']' => Err("`-` or `]` in `[…]` without a `\\`"),
            // BuildKit translates them as if they stood outside, and gets something else.
            '*' | '?' => Err("`*` or `?` in `[…]`"),
            '[' if self.rest.peek() == Some(&':') => Err("`[:` in `[…]`"),
            '\\' => self.escaped(),
            c => Ok(c),
        }
    }

    /// What follows `\`. Letters and digits mean something to a regular expression (`\d`, `\b`), and what
    /// is not ASCII is an error to it.
    fn escaped(&mut self) -> Result<char, &'static str> {
        let c = self.rest.next().ok_or(TRAILING_ESCAPE)?;
        if c.is_ascii() && !c.is_ascii_alphanumeric() { Ok(c) } else { Err(UNKNOWN_ESCAPE) }
    }
}

/// Whether `parts` match all of `path`: keeps the set of parts that may come next.
fn matches(parts: &[Part], path: &str) -> bool {
    let mut now = vec![false; parts.len() + 1];
    now[0] = true;
    skip(parts, &mut now, true);
    let mut next = vec![false; parts.len() + 1];
    for c in path.chars() {
        next.fill(false);
        for (index, part) in parts.iter().enumerate() {
            if !now[index] {
                continue;
            }
            let (stays, advances) = part.takes(c);
            next[index] |= stays;
            next[index + 1] |= advances;
        }
        skip(parts, &mut next, false);
        std::mem::swap(&mut now, &mut next);
    }
    now[parts.len()]
}

/// Adds what may come next because the parts before it may match nothing.
fn skip(parts: &[Part], next: &mut [bool], at_start: bool) {
    for (index, part) in parts.iter().enumerate() {
        if !next[index] {
            continue;
        }
        match part {
            Part::Many | Part::Everything => next[index + 1] = true,
            Part::Folders => {
                next[index + 1] = true;
                next[index + 2] = true;
            }
            Part::Start if at_start => next[index + 1] = true,
            _ => {}
        }
    }
}

impl Part {
    /// Whether it may take `c` and go on, and take `c` as its last.
    fn takes(&self, c: char) -> (bool, bool) {
        match self {
            Self::Char(own) => (false, *own == c),
            Self::One => (false, c != '/'),
            Self::Many => (c != '/', false),
            // `.` of the regular expression is no line end.
            Self::Everything => (c != '\n', false),
            Self::Folder => (c != '\n', c == '/'),
            Self::Class { negated, ranges } => {
                let inside = ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
                (false, inside != *negated)
            }
            Self::Folders | Self::Start => (false, false),
        }
    }
}
