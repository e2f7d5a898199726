//! The same `set` at the start of two RUNs, which can stand once.

use dfopt_analysis::ShellCode;
use dfopt_syntax::Span;
use dfopt_syntax::shell::{AndOrOperator, Command, ListItem, Pipeline, Terminator};

/// What is left of two pieces of code that start with the same `set`.
#[derive(Clone, Copy, Debug)]
pub(super) struct SharedOptions {
    /// The rest of the first, in its text.
    pub(super) rest_of_first: Span,
    /// The rest of the second, in its text.
    pub(super) rest_of_second: Span,
    /// True where the rest of the second is one chain of `&&`.
    pub(super) second_is_chain: bool,
}

impl SharedOptions {
    /// None where the two do not start with the same `set`, joined to the rest in the same way.
    pub(super) fn of(first: &ShellCode<'_>, second: &ShellCode<'_>) -> Option<Self> {
        let (a, b) = (Start::of(first)?, Start::of(second)?);
        let is_same = a.words == b.words && a.is_chained == b.is_chained;
        is_same.then_some(Self {
            rest_of_first: a.rest,
            rest_of_second: b.rest,
            second_is_chain: b.rest_is_chain,
        })
    }
}

/// Code that starts with `set`.
struct Start<'c> {
    words: Vec<std::borrow::Cow<'c, str>>,
    /// `set -e && a`, not `set -e; a`.
    is_chained: bool,
    rest: Span,
    rest_is_chain: bool,
}

impl<'c> Start<'c> {
    fn of(code: &'c ShellCode<'_>) -> Option<Self> {
        let items = code.script.list.items.as_slice();
        let (first, others) = items.split_first()?;
        let words = options(code, &first.and_or.first)?;
        let end = items.last()?.and_or.span.end;
        match (first.and_or.rest.as_slice(), others) {
            // `set -e; a; b`
            ([], [next, ..]) if matches!(first.terminator, Some((Terminator::Semicolon, _))) => Some(Self {
                words,
                is_chained: false,
                rest: Span { start: next.and_or.span.start, end },
                rest_is_chain: others.len() == 1 && next.terminator.is_none() && is_chain(next),
            }),
            // `set -e && a && b`
            ([(AndOrOperator::And, _, next), ..], []) if first.terminator.is_none() && is_chain(first) => {
                Some(Self {
                    words,
                    is_chained: true,
                    rest: Span { start: next.span.start, end },
                    rest_is_chain: true,
                })
            }
            _ => None,
        }
    }
}

fn is_chain(item: &ListItem) -> bool {
    item.and_or.rest.iter().all(|(operator, ..)| *operator == AndOrOperator::And)
}

/// The words of a `set` that names options of well-known effect and nothing else.
fn options<'c>(code: &'c ShellCode<'_>, pipeline: &'c Pipeline) -> Option<Vec<std::borrow::Cow<'c, str>>> {
    let ([Command::Simple(command)], []) = (&pipeline.commands[..], &pipeline.negations[..]) else {
        return None;
    };
    let text = code.text.bytes();
    if !command.assignments.is_empty() || !command.redirects.is_empty() {
        return None;
    }
    let words: Vec<_> = command.words.iter().map(|word| word.literal(text)).collect::<Option<_>>()?;
    let (name, options) = words.split_first()?;
    let is_known = |option: &str| {
        let letters = option.strip_prefix('-').unwrap_or_default();
        matches!(option, "pipefail" | "errexit" | "nounset" | "xtrace")
            || !letters.is_empty() && letters.bytes().all(|letter| b"euxo".contains(&letter))
    };
    (name == "set" && !options.is_empty() && options.iter().all(|option| is_known(option))).then_some(words)
}
