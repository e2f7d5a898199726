//! The words of a command that installs, where all of them are known.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::invocation::Invocation;

use super::{Names, Project, Refusal};

/// The options and the operands of a command.
pub(super) struct Arguments<'c> {
    /// Each option with its value: `-j 4`, `--jobs=4`.
    pub(super) options: Vec<(Cow<'c, str>, Option<Cow<'c, str>>)>,
    /// The words that are neither, its subcommands included.
    pub(super) operands: Vec<Cow<'c, str>>,
}

impl<'c> Arguments<'c> {
    /// Takes `invocation` apart; the options of `value_options` have their value in the next word.
    ///
    /// # Errors
    /// Where a word is not known.
    pub(super) fn of(invocation: &Invocation<'c>, value_options: &Names) -> Result<Self, Refusal> {
        let mut found = Self { options: Vec::new(), operands: Vec::new() };
        let mut words = invocation.arguments.iter();
        while let Some(word) = words.next() {
            let word = literal(invocation, word)?;
            if !word.starts_with('-') || word.len() == 1 {
                found.operands.push(word);
            } else if let Some((name, value)) = word.split_once('=') {
                let value = Cow::Owned(value.to_owned());
                found.options.push((Cow::Owned(name.to_owned()), Some(value)));
            } else if value_options.contains(&word) {
                let value = words.next().map(|value| literal(invocation, value)).transpose()?;
                found.options.push((word, value));
            } else {
                found.options.push((word, None));
            }
        }
        Ok(found)
    }

    /// True where one of the options is there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(&name.as_ref()))
    }

    /// The value of the last of the options that is there.
    pub(super) fn value(&self, names: &[&str]) -> Option<&str> {
        let given = self.options.iter().rev().find(|(name, _)| names.contains(&name.as_ref()));
        given.and_then(|(_, value)| value.as_deref())
    }

    /// Refuses options that are not in the lists, whose effect is not known.
    pub(super) fn check_options(&self, known: &[&str], also: &Names) -> Result<(), Refusal> {
        let unknown = self.options.iter().map(|(name, _)| name.as_ref()).find(|name| {
            let of_table = known.iter().copied().any(|option| option == *name);
            !of_table && !also.contains(name)
        });
        match unknown {
            Some(name) => Err(Refusal::new(
                format!("it is not known what the option `{}` reads", clip(name)),
                "leave the option out, or install above the sources by hand",
            )),
            None => Ok(()),
        }
    }
}

/// `text`, shortened to what a message can hold.
pub(super) fn clip(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    let text = text.split(char::is_control).next().unwrap_or_default();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Refuses what makes a command another one beside its words.
pub(super) fn check_surroundings(invocation: &Invocation<'_>, project: &Project<'_>) -> Result<(), Refusal> {
    check_wrappers(invocation, project)?;
    check_assignments(invocation, project)
}

/// The word, where it is known, or where all that is not known is the number of processors: `-j$(nproc)`.
pub(super) fn known_word<'c>(invocation: &Invocation<'c>, word: &Word) -> Option<Cow<'c, str>> {
    invocation.literal(word).or_else(|| {
        let text = std::str::from_utf8(invocation.slice(word.span)).ok()?.replace("$(nproc)", "1");
        let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'='));
        is_plain.then_some(Cow::Owned(text))
    })
}

fn literal<'c>(invocation: &Invocation<'c>, word: &Word) -> Result<Cow<'c, str>, Refusal> {
    let text = String::from_utf8_lossy(invocation.slice(word.span));
    let is_quoted = text.starts_with(['\'', '"']);
    match known_word(invocation, word) {
        Some(literal) if is_quoted || !text.contains(['*', '?', '[', '{', '~']) => Ok(literal),
        _ => Err(Refusal::new(
            format!("the value of `{}` in the command is not known", clip(&text)),
            "write the word out",
        )),
    }
}

/// Refuses a wrapper that changes the folder, or names a file.
fn check_wrappers(invocation: &Invocation<'_>, project: &Project<'_>) -> Result<(), Refusal> {
    let count =
        invocation.command.words.len() - invocation.arguments.len().min(invocation.command.words.len());
    for word in &invocation.command.words[..count] {
        let word = literal(invocation, word)?;
        let moves = ["-C", "-D", "-R", "-S", "--chdir", "--chroot", "--split-string"];
        if moves.iter().any(|option| word.starts_with(option)) {
            return Err(Refusal::new(
                format!("`{}` runs the installation elsewhere", clip(&word)),
                "change the folder with WORKDIR",
            ));
        }
        if let Some((name, value)) = word.split_once('=') {
            project.check_value(name, Some(value))?;
        }
    }
    Ok(())
}

fn check_assignments(invocation: &Invocation<'_>, project: &Project<'_>) -> Result<(), Refusal> {
    for assignment in &invocation.command.assignments {
        let name = String::from_utf8_lossy(invocation.slice(assignment.name));
        project.check_value(&clip(&name), invocation.literal(&assignment.value).as_deref())?;
    }
    Ok(())
}
