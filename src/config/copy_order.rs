//! The table of `copy-order`.
//!
//! ```toml
//! [copy-order]
//! install-first = true
//!
//! [[copy-order.ecosystems]]
//! name = "opam"                           # what messages call it
//! commands = ["opam install"]             # program and subcommands; options may stand between them
//! value-options = ["--switch"]            # options whose value is the next word
//! manifests = ["app.opam"]                # files that must be there, where the command runs
//! extras = ["vendor"]                     # files and folders that come along where they are there
//! outputs = ["_opam"]                     # folders that the command fills
//! variables = ["OPAM"]                    # how the variables that configure it start
//! unsafe = [{ file = "app.opam", contains = "pin-depends", reason = "it names local packages" }]
//! first-with = "--deps-only"              # options to install with before the project is there
//! ```

use std::borrow::Cow;

use anyhow::Result;
use dfopt_analysis::ecosystems::{Ecosystem, Names, UnsafeText};
use dfopt_transforms::Settings;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Reader, entries};

const KEYS: &[&str] = &["install-first", "ecosystems"];

const ECOSYSTEM_KEYS: &[&str] = &[
    "name",
    "commands",
    "value-options",
    "manifests",
    "extras",
    "outputs",
    "variables",
    "unsafe",
    "first-with",
];

const UNSAFE_KEYS: &[&str] = &["file", "contains", "reason"];

/// Reads the table into `settings`.
pub(super) fn read(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, settings: &mut Settings) -> Result<()> {
    for (key, offset, value) in reader.entries(value)? {
        let reader = reader.at_key(key);
        match key {
            "install-first" => settings.install_first = reader.truth(value)?,
            "ecosystems" => {
                for table in reader.tables(value)? {
                    settings.ecosystems.push(ecosystem(&reader, value, table)?);
                }
            }
            key => return Err(reader.unknown(key, offset, KEYS)),
        }
    }
    Ok(())
}

fn ecosystem(reader: &Reader<'_>, list: &Spanned<DeValue<'_>>, table: &DeTable<'_>) -> Result<Ecosystem> {
    let mut ecosystem = Ecosystem::EMPTY;
    for (key, offset, value) in entries(table) {
        let reader = reader.at_key(key);
        let text = || reader.string(value).map(|text| Cow::Owned(text.to_owned()));
        match key {
            "name" => ecosystem.name = text()?,
            "commands" => ecosystem.commands = names(&reader, value)?,
            "value-options" => ecosystem.value_options = names(&reader, value)?,
            "manifests" => ecosystem.manifests = names(&reader, value)?,
            "extras" => ecosystem.extras = names(&reader, value)?,
            "outputs" => ecosystem.outputs = names(&reader, value)?,
            "variables" => ecosystem.variables = names(&reader, value)?,
            "unsafe" => {
                let texts = reader.tables(value)?.into_iter().map(|table| unsafe_text(&reader, table));
                ecosystem.unsafe_texts = Cow::Owned(texts.collect::<Result<_>>()?);
            }
            "first-with" => ecosystem.first_with = Some(text()?),
            key => return Err(reader.unknown(key, offset, ECOSYSTEM_KEYS)),
        }
    }
    let is_blank = |words: &Names| !words.iter().any(|word| !word.trim().is_empty());
    if ecosystem.name.is_empty() || is_blank(&ecosystem.commands) || is_blank(&ecosystem.manifests) {
        return Err(reader.wrong(list, "needs a `name`, `commands` and `manifests` in each table"));
    }
    Ok(ecosystem)
}

fn unsafe_text(reader: &Reader<'_>, table: &DeTable<'_>) -> Result<UnsafeText> {
    let mut text =
        UnsafeText { file: "".into(), contains: "".into(), reason: "it is marked as unsafe".into() };
    for (key, offset, value) in entries(table) {
        let reader = reader.at_key(key);
        let value = || reader.string(value).map(|text| Cow::Owned(text.to_owned()));
        match key {
            "file" => text.file = value()?,
            "contains" => text.contains = value()?,
            "reason" => text.reason = value()?,
            key => return Err(reader.unknown(key, offset, UNSAFE_KEYS)),
        }
    }
    Ok(text)
}

fn names(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Names> {
    let words = reader.strings(value)?.into_iter().map(|(_, word)| word.to_owned());
    Ok(Names::Given(words.collect()))
}
