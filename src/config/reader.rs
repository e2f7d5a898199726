//! Reads the values of a configuration, with the place of what is wrong.

use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::Result;
use dfopt_transforms::{Effect, Transform};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::messages::{at, suggestion};
use crate::selection;

/// Reads the value of one key.
pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
    pub(super) key: &'a str,
}

/// A key with its place, and its value.
pub(super) type Entry<'v, 'i> = (&'v str, usize, &'v Spanned<DeValue<'i>>);

impl<'a> Reader<'a> {
    pub(super) fn level(&self, value: &Spanned<DeValue<'_>>) -> Result<Effect> {
        self.choice(value, &Effect::ALL.map(|effect| (effect.as_str(), effect)))
    }

    /// One of a few names.
    pub(super) fn choice<T: Copy>(&self, value: &Spanned<DeValue<'_>>, choices: &[(&str, T)]) -> Result<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let Some(name) = value.get_ref().as_str() else {
            return Err(self.wrong(value, &format!("must be a string: {}", names.join(", "))));
        };
        let choice = choices.iter().find(|(known, _)| *known == name).map(|&(_, choice)| choice);
        choice.ok_or_else(|| self.wrong(value, &format!("has no `{name}`{}", suggestion(name, &names))))
    }

    pub(super) fn transforms(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<&'static Transform>> {
        let transform = |(offset, id): (usize, &str)| {
            selection::transform(id).map_err(|message| self.error(offset, &message))
        };
        self.strings(value)?.into_iter().map(transform).collect()
    }

    /// The strings of a list, each with its place.
    pub(super) fn strings<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<Vec<(usize, &'v str)>> {
        let wrong = |value| self.wrong(value, "must be a list of strings: [\"…\", \"…\"]");
        let items = value.get_ref().as_array().ok_or_else(|| wrong(value))?;
        let string = |item: &'v Spanned<DeValue<'_>>| item.get_ref().as_str().ok_or_else(|| wrong(item));
        items.iter().map(|item| Ok((item.span().start, string(item)?))).collect()
    }

    pub(super) fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str> {
        value.get_ref().as_str().ok_or_else(|| self.wrong(value, "must be a string"))
    }

    /// A whole number within `range`.
    pub(super) fn number(&self, value: &Spanned<DeValue<'_>>, range: RangeInclusive<u64>) -> Result<u64> {
        let number =
            value.get_ref().as_integer().and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let wrong =
            || self.wrong(value, &format!("must be a number from {} to {}", range.start(), range.end()));
        number.filter(|number| range.contains(number)).ok_or_else(wrong)
    }

    pub(super) fn truth(&self, value: &Spanned<DeValue<'_>>) -> Result<bool> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong(value, "must be true or false"))
    }

    /// The tables of a list.
    pub(super) fn tables<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Result<Vec<&'v DeTable<'i>>> {
        let wrong = || self.wrong(value, "must be a list of tables");
        let items = value.get_ref().as_array().ok_or_else(wrong)?;
        items.iter().map(|item| item.get_ref().as_table().ok_or_else(wrong)).collect()
    }

    /// The entries of a table, in the order of the file.
    pub(super) fn entries<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Result<Vec<Entry<'v, 'i>>> {
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong(value, "must be a table"))?;
        Ok(entries(table))
    }

    /// The same for the value of another key.
    pub(super) fn at_key(&self, key: &'a str) -> Self {
        Self { key, ..*self }
    }

    /// A key that is none of `known`.
    pub(super) fn unknown(&self, name: &str, offset: usize, known: &[&str]) -> anyhow::Error {
        self.error(offset, &format!("unknown key `{name}`{}", suggestion(name, known)))
    }

    pub(super) fn wrong(&self, value: &Spanned<DeValue<'_>>, message: &str) -> anyhow::Error {
        self.error(value.span().start, &format!("`{}` {message}", self.key))
    }

    pub(super) fn error(&self, offset: usize, message: &str) -> anyhow::Error {
        at(self.path, self.text.as_bytes(), offset, message)
    }
}

/// The entries of a table, in the order of the file.
pub(super) fn entries<'v, 'i>(table: &'v DeTable<'i>) -> Vec<Entry<'v, 'i>> {
    let mut entries: Vec<Entry<'v, 'i>> =
        table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span().start, value)).collect();
    entries.sort_by_key(|(_, offset, _)| *offset);
    entries
}
