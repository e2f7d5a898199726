//! One case for all keywords, and `AS` like its FROM.

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::{Dockerfile, Instruction, Keyword};
use dfopt_syntax::{Edit, Span};

use crate::{Effect, Findings};

/// The case of the keywords of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Upper,
    Lower,
}

impl Case {
    /// That of most keywords, as BuildKit counts: `Run` is of no case, and a draw is upper case.
    /// `validateCommandCasing` in moby/buildkit, frontend/dockerfile/dockerfile2llb/validations.go.
    pub(crate) fn of(dockerfile: &Dockerfile<'_>) -> Self {
        let count = |case: Case| {
            let keywords = dockerfile.instructions().iter().map(|i| i.slice(i.operation.keyword_span));
            keywords.filter(|keyword| case.is_of(keyword)).count()
        };
        if count(Self::Lower) > count(Self::Upper) { Self::Lower } else { Self::Upper }
    }

    /// The word in this case.
    pub(crate) fn apply(self, word: &str) -> String {
        match self {
            Self::Upper => word.to_ascii_uppercase(),
            Self::Lower => word.to_ascii_lowercase(),
        }
    }

    fn is_of(self, word: &[u8]) -> bool {
        match self {
            Self::Upper => !word.iter().any(u8::is_ascii_lowercase),
            Self::Lower => !word.iter().any(u8::is_ascii_uppercase),
        }
    }
}

/// Writes the keyword in the case of the others.
pub(super) fn rewrite_keyword(
    build: &Build<'_>,
    instruction: &Instruction<'_>,
    case: Case,
    findings: &mut Findings,
) {
    let span = instruction.operation.keyword_span;
    // A MAINTAINER or an ADD that is replaced gets the right case with it, in one step.
    let is_replaced = |edit: &Edit| edit.span.overlaps(instruction.source_span(span));
    if findings.rewrites.last().is_some_and(|rewrite| rewrite.edits.iter().any(is_replaced)) {
        return;
    }
    if let Some((word, edit)) = in_case(build.source(), instruction, span, case) {
        findings.rewrite(format!("write `{word}` like the other keywords"), Effect::Preserve, vec![edit]);
    }
}

/// Writes `AS` in the case that FROM has afterwards.
pub(super) fn rewrite_as(
    build: &Build<'_>,
    instruction: &Instruction<'_>,
    case: Case,
    findings: &mut Findings,
) {
    debug_assert_eq!(instruction.keyword(), Keyword::From);
    let Some(span) = instruction.operation.from().and_then(|from| from.keyword) else { return };
    if let Some((word, edit)) = in_case(build.source(), instruction, span, case) {
        findings.rewrite(format!("write `{word}` like its FROM"), Effect::Preserve, vec![edit]);
    }
}

/// The word at `span` in this case, where it is of another one. None where a line end splits it.
fn in_case(source: &[u8], instruction: &Instruction<'_>, span: Span, case: Case) -> Option<(String, Edit)> {
    let place = instruction.source_span(span);
    let word = std::str::from_utf8(place.of(source)).ok()?;
    if case.is_of(word.as_bytes()) || instruction.slice(span) != word.as_bytes() {
        return None;
    }
    let word = case.apply(word);
    Some((word.clone(), Edit::replace(place, word)))
}
