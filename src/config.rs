//! `dfopt.toml`: found in the nearest directory above each file.
//!
//! ```toml
//! level = "slim"                 # preserve, slim or harden
//! only = ["sort-packages"]       # run only these
//! skip = ["merge-runs"]          # do not run these
//! exclude = ["vendor/", "*.old"] # not when a directory is searched; as in .gitignore, relative to this file
//!
//! [merge-runs]
//! merge = "related"              # which neighbouring RUNs become one: related, all or off
//!
//! [copy-order]
//! install-first = true           # add a RUN that installs before the project itself is there
//!
//! [non-root-user]
//! name = "app"                   # the user that is made where an image has none
//! uid = 10001
//! gid = 10001
//!
//! [pin-digest]
//! timeout = 10                   # seconds for each image
//! cache-hours = 24               # how long a digest that was asked for is used
//! plain-http = ["registry:5000"] # hosts that may be asked without TLS, beside this machine
//! ca-file = "registry.pem"       # certificates to trust beside the system's; relative to this file
//! ```
//!
//! `[[copy-order.ecosystems]]` adds tools that install dependencies, `[[non-root-user.images]]` tells about images.

mod copy_order;
mod non_root_user;
mod pin_digest;
mod reader;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use dfopt_transforms::{Merge, Settings, Transform};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::digests::RegistrySettings;
use crate::messages::{about, at, reason};
use crate::selection::Selection;

use reader::Reader;

/// The name of the file.
pub const FILE_NAME: &str = "dfopt.toml";

/// The most bytes that a configuration may have.
const LIMIT: u64 = 1 << 20;

/// Every key at the top of the file.
const KEYS: &[&str] =
    &["level", "only", "skip", "exclude", "merge-runs", "copy-order", "non-root-user", "pin-digest"];

/// What a `dfopt.toml` says.
#[derive(Debug, Default)]
pub struct Config {
    /// Which transforms run.
    pub selection: Selection,
    /// How registries are asked.
    pub registries: RegistrySettings,
    /// Its directory, without links, and the files below it that are left out of a search.
    exclude: Option<(PathBuf, Gitignore)>,
}

/// Finds and keeps the configuration of each directory.
#[derive(Debug, Default)]
pub struct Configs {
    /// The one for all files: of `--config`, or the empty one of `--isolated`.
    fixed: Option<Arc<Config>>,
    /// By directory; none where the configuration is broken.
    nearest: BTreeMap<PathBuf, Option<Arc<Config>>>,
    problems: Vec<anyhow::Error>,
}

impl Config {
    /// Reads the text of the file `path`.
    ///
    /// # Errors
    /// The first thing in the file that is wrong, with its place.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            at(path, text.as_bytes(), offset, error.message())
        })?;
        let mut entries: Vec<_> = table.into_inner().into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut config = Self::default();
        for (key, value) in &entries {
            let reader = Reader { path, text, key: key.get_ref() };
            match key.get_ref().as_ref() {
                "level" => config.selection.level = Some(reader.level(value)?),
                "only" => config.selection.only = Some(reader.transforms(value)?),
                "skip" => config.selection.skip = reader.transforms(value)?,
                "exclude" => config.exclude = Some(globs(&reader, value)?),
                "copy-order" => copy_order::read(&reader, value, &mut config.selection.settings)?,
                "merge-runs" => merge_runs(&reader, value, &mut config.selection.settings)?,
                "non-root-user" => non_root_user::read(&reader, value, &mut config.selection.settings.users)?,
                "pin-digest" => pin_digest::read(&reader, value, &mut config.registries)?,
                name => return Err(unknown(&reader, name, key.span().start)),
            }
        }
        Ok(config)
    }

    /// Whether `path`, met while a directory was searched, is left out.
    pub fn excludes(&self, path: &Path) -> bool {
        let Some((root, globs)) = &self.exclude else { return false };
        let (directory, Some(name)) = (directory_of(path), path.file_name()) else { return false };
        let path = resolved(directory).join(name);
        // Outside of its directory a configuration (of `--config`) has no say.
        let Ok(path) = path.strip_prefix(root) else { return false };
        globs.matched_path_or_any_parents(path, false).is_ignore()
    }
}

impl Configs {
    /// Without any configuration.
    pub fn isolated() -> Self {
        Self { fixed: Some(Arc::default()), ..Self::default() }
    }

    /// With the file `path` for everything.
    ///
    /// # Errors
    /// Where it cannot be read, or is wrong.
    pub fn fixed(path: &Path) -> Result<Self> {
        let missing = || about(path, "no such file; name a configuration, or use --isolated");
        let config = read(path)?.ok_or_else(missing)?;
        Ok(Self { fixed: Some(Arc::new(config)), ..Self::default() })
    }

    /// The configuration of the Dockerfile `path`; none where it is broken, see [`Configs::problems`].
    pub fn of(&mut self, path: &Path) -> Option<Arc<Config>> {
        if let Some(fixed) = &self.fixed {
            return Some(Arc::clone(fixed));
        }
        let directory = directory_of(path);
        if let Some(known) = self.nearest.get(directory) {
            return known.clone();
        }
        let found = self.nearest(&resolved(directory));
        self.nearest.insert(directory.to_owned(), found.clone());
        found
    }

    /// The broken configurations met since the last call: each is reported once.
    pub fn problems(&mut self) -> Vec<anyhow::Error> {
        std::mem::take(&mut self.problems)
    }

    fn nearest(&mut self, directory: &Path) -> Option<Arc<Config>> {
        if let Some(known) = self.nearest.get(directory) {
            return known.clone();
        }
        let found = match read(&directory.join(FILE_NAME)) {
            Ok(Some(config)) => Some(Arc::new(config)),
            Ok(None) => match directory.parent() {
                Some(parent) => self.nearest(parent),
                None => Some(Arc::default()),
            },
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        };
        self.nearest.insert(directory.to_owned(), found.clone());
        found
    }
}

/// Reads a configuration, or none where there is no file.
fn read(path: &Path) -> Result<Option<Config>> {
    match std::fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(about(path, &reason(&error))),
        Ok(metadata) if !metadata.is_file() => return Err(about(path, "is not a regular file")),
        Ok(metadata) if metadata.len() > LIMIT => {
            return Err(about(path, "is too large for a configuration"));
        }
        Ok(_) => {}
    }
    let bytes = std::fs::read(path).map_err(|error| about(path, &reason(&error)))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| at(path, &bytes, error.valid_up_to(), "is not UTF-8; save it as UTF-8"))?;
    Config::parse(path, text).map(Some)
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `directory` from the root and without links; also where it does not exist (`--stdin-filename`).
fn resolved(directory: &Path) -> PathBuf {
    let absolute = || std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    directory.canonicalize().unwrap_or_else(|_| absolute())
}

/// Reads the table of `merge-runs` into `settings`.
fn merge_runs(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, settings: &mut Settings) -> Result<()> {
    for (key, offset, value) in reader.entries(value)? {
        match key {
            "merge" => settings.merge = reader.at_key(key).choice(value, &Merge::ALL)?,
            key => return Err(reader.unknown(key, offset, &["merge"])),
        }
    }
    Ok(())
}

fn globs(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Result<(PathBuf, Gitignore)> {
    let root = resolved(directory_of(reader.path));
    let mut globs = GitignoreBuilder::new(&root);
    for (offset, glob) in reader.strings(value)? {
        globs.add_line(None, glob).map_err(|error| reader.error(offset, &error.to_string()))?;
    }
    let globs = globs.build().map_err(|error| reader.wrong(value, &error.to_string()))?;
    Ok((root, globs))
}

/// A key that is none. The id of a transform gets an answer of its own: its table is where its options are.
fn unknown(reader: &Reader<'_>, name: &str, offset: usize) -> anyhow::Error {
    if Transform::by_id(name).is_some() {
        let message = format!("the transform `{name}` has no options; use `only` or `skip` to choose it");
        return reader.error(offset, &message);
    }
    reader.unknown(name, offset, KEYS)
}
