//! A command of shell code as the program it runs and the words that program gets.

use std::borrow::Cow;

use dfopt_syntax::Span;
use dfopt_syntax::shell::{Context, SimpleCommand, Word};

/// A simple command whose program is known from the text.
#[derive(Clone, Debug)]
pub struct Invocation<'c> {
    /// The text the spans count into.
    text: &'c [u8],
    /// The program without its folder: `apt-get` for `/usr/bin/apt-get`; `pip` for `python3 -m pip`.
    pub program: Cow<'c, str>,
    /// The words after the program.
    pub arguments: &'c [Word],
    /// True where `sudo` runs it.
    pub sudo: bool,
    /// The command it is part of.
    pub command: &'c SimpleCommand,
    /// Where it stands: in a condition, a loop, a substitution, …
    pub context: Context,
}

/// Programs that run the command in their arguments, and their options that take a value.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U"]),
    ("env", &["-u", "-C", "-S"]),
    ("command", &[]),
    ("eatmydata", &[]),
    ("nice", &["-n"]),
    ("time", &["-f", "-o"]),
];

impl<'c> Invocation<'c> {
    /// Sees through wrappers (`sudo`, `env A=b`, …). None where the program is not literal.
    pub(crate) fn of(text: &'c [u8], command: &'c SimpleCommand, context: Context) -> Option<Self> {
        let mut words = command.words.as_slice();
        let mut sudo = false;
        loop {
            let (first, rest) = words.split_first()?;
            let name = first.literal(text)?;
            let program = base_name(name);
            if let Some((_, value_options)) = WRAPPERS.iter().find(|(wrapper, _)| *wrapper == program) {
                sudo |= program == "sudo";
                words = skip_wrapper_options(text, rest, value_options);
                continue;
            }
            if is_python(&program)
                && let [dash_m, module, arguments @ ..] = rest
                && dash_m.literal(text).as_deref() == Some("-m")
            {
                let program = module.literal(text)?;
                return Some(Self { text, program, arguments, sudo, command, context });
            }
            return Some(Self { text, program, arguments: rest, sudo, command, context });
        }
    }

    /// The value of a word, where it has no expansion.
    pub fn literal(&self, word: &Word) -> Option<Cow<'c, str>> {
        word.literal(self.text)
    }

    /// The bytes of `span`.
    pub fn slice(&self, span: Span) -> &'c [u8] {
        &self.text[span.range()]
    }

    /// True where the command runs whenever the code does, unless one before it fails: it stands in no
    /// condition, branch, loop, function, substitution, pipeline or background job, and not after `||`.
    pub fn is_plain(&self) -> bool {
        let Context { in_loop, in_condition, in_branch, after_or, negated, .. } = self.context;
        self.context.runs_in_shell() && !(in_loop || in_condition || in_branch || after_or || negated)
    }
}

fn is_python(program: &str) -> bool {
    let version = program.strip_prefix("python");
    version.is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

fn base_name(name: Cow<'_, str>) -> Cow<'_, str> {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.rsplit('/').next().unwrap_or(name)),
        Cow::Owned(name) => Cow::Owned(name.rsplit('/').next().unwrap_or(&name).to_owned()),
    }
}

/// The words after a wrapper's options and assignments.
fn skip_wrapper_options<'c>(text: &[u8], mut words: &'c [Word], value_options: &[&str]) -> &'c [Word] {
    while let Some((first, rest)) = words.split_first() {
        let Some(word) = first.literal(text) else { return words };
        if value_options.contains(&word.as_ref()) {
            words = rest.get(1..).unwrap_or_default();
        } else if word.starts_with('-') || word.contains('=') {
            words = rest;
        } else {
            return words;
        }
    }
    words
}
