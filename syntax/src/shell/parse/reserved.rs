//! Reserved words (POSIX 2.4): recognized only where a command may begin, and only when nothing is quoted.

use super::cursor::ends_word;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{Dialect, ErrorKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reserved {
    If,
    Then,
    Elif,
    Else,
    Fi,
    For,
    While,
    Until,
    Do,
    Done,
    Case,
    In,
    Esac,
    OpenBrace,
    CloseBrace,
    Bang,
    Select,
    Function,
    Time,
    Coproc,
    OpenBrackets,
    CloseBrackets,
}

use Reserved::*;

const POSIX: [(&str, Reserved); 16] = [
    ("if", If),
    ("then", Then),
    ("elif", Elif),
    ("else", Else),
    ("fi", Fi),
    ("for", For),
    ("while", While),
    ("until", Until),
    ("do", Do),
    ("done", Done),
    ("case", Case),
    ("in", In),
    ("esac", Esac),
    ("{", OpenBrace),
    ("}", CloseBrace),
    ("!", Bang),
];

const BASH: [(&str, Reserved); 6] = [
    ("select", Select),
    ("function", Function),
    ("time", Time),
    ("coproc", Coproc),
    ("[[", OpenBrackets),
    ("]]", CloseBrackets),
];

const FIRST_LETTERS: &[u8] = b"cdefistuw{}![]";

const LONGEST: usize = "function".len();

impl Reserved {
    fn text(self) -> &'static str {
        let known = POSIX.iter().chain(&BASH).find(|(_, reserved)| *reserved == self);
        known.map_or("", |(text, _)| text)
    }
}

impl Parser<'_> {
    /// The reserved word at the cursor and where it ends.
    pub(super) fn reserved(&self) -> Option<(Reserved, usize)> {
        // Most words are none, and this is asked several times of each command.
        if !self.peek().is_some_and(|byte| FIRST_LETTERS.contains(&byte)) {
            return None;
        }
        let mut letters = [0; LONGEST];
        let mut len = 0;
        let mut at = self.pos;
        while let Some(byte) = self.byte(at).filter(|&byte| !ends_word(byte)) {
            *letters.get_mut(len)? = byte;
            len += 1;
            at = self.after_continuations(at + 1);
        }
        let bash: &[_] = if self.dialect == Dialect::Bash { &BASH } else { &[] };
        let mut known = POSIX.iter().chain(bash);
        known.find(|(text, _)| text.as_bytes() == &letters[..len]).map(|&(_, reserved)| (reserved, at))
    }

    /// True where one of the words that close a list stands at the cursor.
    pub(super) fn at_closing_word(&self) -> bool {
        matches!(self.reserved(), Some((Then | Elif | Else | Fi | Do | Done | Esac | CloseBrace, _)))
    }

    pub(super) fn take_reserved(&mut self, wanted: Reserved) -> Option<Span> {
        let (found, end) = self.reserved()?;
        if found != wanted {
            return None;
        }
        let span = Span::new(self.pos, end);
        self.pos = end;
        Some(span)
    }

    pub(super) fn expect_reserved(&mut self, wanted: Reserved) -> Parsed<Span> {
        match self.take_reserved(wanted) {
            Some(span) => Ok(span),
            None => self.fail(ErrorKind::Expected(wanted.text())),
        }
    }
}
