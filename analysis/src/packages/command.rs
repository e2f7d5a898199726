//! A command line of a package manager, taken apart.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::invocation::Invocation;

use super::managers::{Action, Manager};

/// A package manager's command: `apt-get -qq install -y curl`.
#[derive(Clone, Debug)]
pub struct PackageCommand<'c> {
    /// Whose command it is.
    pub manager: &'static Manager,
    /// What it does.
    pub action: Action,
    /// The subcommand's name.
    pub name: Cow<'c, str>,
    /// The subcommand's word.
    pub subcommand: &'c Word,
    /// The option words before and after the subcommand; values in words of their own follow theirs.
    pub options: Vec<&'c Word>,
    /// The other words after the subcommand: packages, and what only running tells (`$PACKAGES`).
    pub operands: Vec<&'c Word>,
    /// The command as a program and its words.
    pub invocation: Invocation<'c>,
}

impl<'c> PackageCommand<'c> {
    /// Reads `invocation` as a package manager's. None where it is none, or where a variable stands
    /// before the subcommand.
    pub fn of(invocation: Invocation<'c>) -> Option<Self> {
        let manager = Manager::of_program(&invocation.program)?;
        let mut subcommand = None;
        let mut options = Vec::new();
        let mut operands = Vec::new();
        let mut words = invocation.arguments.iter();
        while let Some(word) = words.next() {
            let literal = invocation.literal(word);
            match literal {
                Some(text) if text == "--" => {
                    operands.extend(words.by_ref());
                }
                Some(text) if text.starts_with('-') => {
                    options.push(word);
                    if manager.value_options.contains(&text.as_ref()) {
                        options.extend(words.next());
                    }
                }
                Some(name) if subcommand.is_none() => subcommand = Some((word, name)),
                _ if subcommand.is_some() => operands.push(word),
                _ => return None,
            }
        }
        let (subcommand, name) = subcommand?;
        Some(Self { manager, action: manager.action(&name), name, subcommand, options, operands, invocation })
    }

    /// True where one of the long options is given, with or without a value.
    pub fn has_option(&self, names: &[&str]) -> bool {
        self.option_texts().any(|option| {
            let name = option.split_once('=').map_or(option.as_ref(), |(name, _)| name);
            names.contains(&name)
        })
    }

    /// True where the short option is given, alone or among others: `y` in `-yq`.
    pub fn has_short(&self, letter: char) -> bool {
        self.option_texts().any(|option| {
            let cluster = option.strip_prefix('-').unwrap_or_default();
            cluster.chars().all(|c| c.is_ascii_alphabetic()) && cluster.contains(letter)
        })
    }

    /// The options' texts, where they have no expansion.
    pub fn option_texts(&self) -> impl Iterator<Item = Cow<'c, str>> + '_ {
        self.options.iter().filter_map(|word| self.invocation.literal(word))
    }

    /// The name of the package that `operand` asks for, without version, architecture or release. None
    /// where a variable or a file decides.
    pub fn package_name(&self, operand: &Word) -> Option<Cow<'c, str>> {
        let text = match self.invocation.literal(operand) {
            Some(text) => text,
            // `name=$VERSION`: the name is known all the same.
            None => self.literal_prefix(operand)?,
        };
        let end = text.find(['=', '<', '>', '~', '/', ':', '@', '[', '+', '*']).unwrap_or(text.len());
        // `g++`, `libstdc++-12-dev`: a plus belongs to the name unless it ends it alone (`pkg+`: install).
        let end = if text[end..].starts_with("++") {
            text.find(['=', '/', ':']).unwrap_or(text.len())
        } else {
            end
        };
        let is_file = text.starts_with(['.', '/']) || text.ends_with(".deb") || text.contains("://");
        (!is_file && end > 0).then(|| Cow::Owned(text[..end].to_owned()))
    }

    fn literal_prefix(&self, operand: &Word) -> Option<Cow<'c, str>> {
        let bytes = self.invocation.slice(operand.span);
        let end = bytes.iter().position(|b| matches!(b, b'$' | b'`' | b'"' | b'\''))?;
        let prefix = std::str::from_utf8(&bytes[..end]).ok()?;
        prefix.contains(['=', '<', '>']).then_some(Cow::Borrowed(prefix))
    }
}
