//! Redirections (POSIX 2.7).

use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{ErrorKind, Redirect, RedirectOperator, RedirectTarget};

use RedirectOperator::*;

/// Longest first.
const POSIX: [(&[u8], RedirectOperator); 8] = [
    (b"<<", HereDocument),
    (b"<&", DuplicateInput),
    (b"<>", ReadWrite),
    (b">>", Append),
    (b">&", DuplicateOutput),
    (b">|", Clobber),
    (b"<", Input),
    (b">", Output),
];

const BASH: [(&[u8], RedirectOperator); 3] =
    [(b"<<<", HereString), (b"&>>", AppendOutputAndError), (b"&>", OutputAndError)];

impl Parser<'_> {
    /// A redirection, if one begins at the cursor.
    pub(super) fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        // Most words are none: this is asked before each.
        if !matches!(self.peek(), Some(b'<' | b'>' | b'&' | b'{' | b'0'..=b'9')) {
            return Ok(None);
        }
        let start = self.pos;
        self.pos = self.after_descriptor();
        let fd = (self.pos > start).then(|| Span::new(start, self.pos));
        let Some(operator) = self.redirect_operator(fd.is_some()) else {
            self.pos = start;
            return Ok(None);
        };
        let target = self.redirect_target(operator)?;
        Ok(Some(Redirect { fd, operator, target, span: Span::new(start, self.pos) }))
    }

    /// The end of the digits at the cursor (dash: one digit) or of bash's `{name}`.
    fn after_descriptor(&self) -> usize {
        let digit = |at| self.byte(at).is_some_and(|byte| byte.is_ascii_digit());
        let mut end = self.pos;
        if !self.is_bash() {
            return if digit(end) { end + 1 } else { end };
        }
        while digit(end) {
            end += 1;
        }
        if self.peek() == Some(b'{') {
            end += 1;
            while self.byte(end).is_some_and(super::cursor::in_name) {
                end += 1;
            }
            let named = self.byte(self.pos + 1).is_some_and(super::cursor::starts_name);
            end = if named && self.byte(end) == Some(b'}') { end + 1 } else { self.pos };
        }
        end
    }

    /// True where the word at the cursor belongs to the next redirection, as in `a > 2>&1`.
    fn at_descriptor(&self) -> bool {
        let end = self.after_descriptor();
        end > self.pos && matches!(self.byte(end), Some(b'<' | b'>')) && !self.is_process_substitution(end)
    }

    fn redirect_operator(&mut self, has_fd: bool) -> Option<RedirectOperator> {
        if self.at_process_substitution() {
            return None;
        }
        let bash: &[_] = if self.is_bash() { &BASH } else { &[] };
        for &(text, operator) in bash.iter().chain(&POSIX) {
            if has_fd && text[0] == b'&' {
                continue;
            }
            if self.take(text).is_some() {
                return Some(operator);
            }
        }
        None
    }

    fn redirect_target(&mut self, operator: RedirectOperator) -> Parsed<RedirectTarget> {
        if operator == HereDocument {
            return self.here_document();
        }
        self.skip_blanks();
        let duplicates = matches!(operator, DuplicateInput | DuplicateOutput);
        let misplaced = self.at_descriptor() && !(self.is_bash() && duplicates);
        if misplaced || !self.at_word() {
            return self.fail(ErrorKind::Expected("the target of a redirection"));
        }
        Ok(RedirectTarget::Word(self.word()?))
    }
}
