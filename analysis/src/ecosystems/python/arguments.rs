//! The words of a command, told apart by the options that its tool has.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::invocation::Invocation;

use super::Refusal;
use super::installs::shell_decides;

/// The options of a tool that do not make it read the sources, or that its check looks at.
pub(super) struct Options {
    /// Those without a value.
    pub(super) flags: &'static [&'static str],
    /// Those with one.
    pub(super) values: &'static [&'static str],
}

/// A command's words, in order of their kind.
#[derive(Default)]
pub(super) struct Arguments<'c> {
    /// What is no option: subcommands, packages, files.
    pub(super) operands: Vec<Value<'c>>,
    /// The options, each as it stands in the table, with its value.
    pub(super) options: Vec<(&'static str, Value<'c>)>,
}

/// A word, or a part of one.
#[derive(Clone, Default)]
pub(super) struct Value<'c> {
    /// What the program gets; none where a variable or a substitution decides.
    pub(super) text: Option<Cow<'c, str>>,
    /// As it is written.
    pub(super) written: Cow<'c, str>,
}

/// Reads the words of `invocation`. An option that `known` does not list is refused: nobody knows what it
/// would read.
pub(super) fn read<'c>(invocation: &Invocation<'c>, known: &Options) -> Result<Arguments<'c>, Refusal> {
    let mut found = Arguments::default();
    let mut words = invocation.arguments.iter();
    let mut only_operands = false;
    while let Some(word) = words.next() {
        let value = value(invocation, word);
        if only_operands || !value.written.starts_with('-') || value.written == "-" {
            found.operands.push(value);
            continue;
        }
        if value.written == "--" {
            only_operands = true;
            continue;
        }
        if let Some(next) = option(known, value, &mut found.options)? {
            let word = words.next().ok_or_else(|| unknown_option(next))?;
            found.options.push((next, self::value(invocation, word)));
        }
    }
    Ok(found)
}

impl<'c> Arguments<'c> {
    /// True where one of the options `names` is there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(name))
    }

    /// The values of the options `names`, in order.
    pub(super) fn values<'s>(&'s self, names: &'s [&str]) -> impl Iterator<Item = &'s Value<'c>> {
        self.options.iter().filter(|(name, _)| names.contains(name)).map(|(_, value)| value)
    }

    /// The value of the last of the options `names`, as a path.
    pub(super) fn path(&self, names: &[&str]) -> Result<Option<String>, Refusal> {
        self.values(names).last().map(Value::path).transpose()
    }
}

impl Value<'_> {
    /// The path that the word is.
    ///
    /// # Errors
    /// Where the shell decides what it is.
    pub(super) fn path(&self) -> Result<String, Refusal> {
        match &self.text {
            Some(text) if !text.is_empty() && !text.contains(['*', '?', '[', '{', '~', '$', '\\']) => {
                Ok(text.clone().into_owned())
            }
            _ => Err(shell_decides(&self.written)),
        }
    }
}

/// At most 60 characters of `text`, on one line: what a reason can quote.
pub(super) fn clip(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let shown = |c: char| if c.is_control() { '?' } else { c };
    match line.char_indices().nth(60) {
        Some((end, _)) => line[..end].chars().map(shown).chain(['…']).collect(),
        None => line.chars().map(shown).collect(),
    }
}

fn value<'c>(invocation: &Invocation<'c>, word: &Word) -> Value<'c> {
    let written = String::from_utf8_lossy(invocation.slice(word.span));
    match invocation.literal(word) {
        Some(text) => Value { written: text.clone(), text: Some(text) },
        None => Value { written, text: None },
    }
}

/// Adds the options in `word`; gives the one whose value is the next word.
fn option<'c>(
    known: &Options,
    word: Value<'c>,
    found: &mut Vec<(&'static str, Value<'c>)>,
) -> Result<Option<&'static str>, Refusal> {
    let find = |table: &'static [&'static str], name: &str| table.iter().find(|known| **known == name);
    let written = word.written.clone();
    if written.starts_with("--") {
        let (name, value) = match written.split_once('=') {
            Some((name, _)) => (name, Some(rest(&word, name.len() + 1))),
            None => (&*written, None),
        };
        return match (find(known.flags, name), find(known.values, name), value) {
            (Some(flag), _, None) if word.text.is_some() => {
                found.push((flag, Value::default()));
                Ok(None)
            }
            (_, Some(option), Some(value)) => {
                found.push((option, value));
                Ok(None)
            }
            (_, Some(option), None) if word.text.is_some() => Ok(Some(option)),
            _ => Err(unknown_option(name)),
        };
    }
    // Short options may stand together: `-qUr FILE`, `-rFILE`.
    for (at, letter) in written.char_indices().skip(1) {
        let name = format!("-{letter}");
        if let Some(flag) = find(known.flags, &name) {
            found.push((flag, Value::default()));
        } else if let Some(option) = find(known.values, &name) {
            let after = at + letter.len_utf8();
            if after == written.len() {
                return Ok(Some(option));
            }
            found.push((option, rest(&word, after)));
            return Ok(None);
        } else {
            return Err(unknown_option(&written));
        }
    }
    if word.text.is_some() { Ok(None) } else { Err(unknown_option(&written)) }
}

/// What follows the first `at` bytes of a word.
fn rest<'c>(word: &Value<'c>, at: usize) -> Value<'c> {
    let cut = |text: &str| Cow::Owned(text.get(at..).unwrap_or_default().trim_start_matches('=').to_owned());
    Value { text: word.text.as_deref().map(cut), written: cut(&word.written) }
}

fn unknown_option(name: &str) -> Refusal {
    Refusal::new(
        format!("it is not known what `{}` makes the command read", clip(name)),
        "move the installation above the sources by hand",
    )
}
