//! Finds the Dockerfiles that the paths of the command line mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::messages::{about, plain};

/// A Dockerfile to process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The path as given, without a leading `./`.
    pub path: PathBuf,
    /// True where it was named, false where it was met in a directory.
    pub named: bool,
}

/// What was found, sorted by path, each file once.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The Dockerfiles. A named path is taken as it is: whether it can be read shows later.
    pub files: Vec<Found>,
    /// Directories without Dockerfiles, or that cannot be read.
    pub problems: Vec<anyhow::Error>,
}

/// Suffixes of files that only have the name of a Dockerfile, in groups.
const NOT_DOCKERFILES: [&str; 5] = [
    "dockerignore containerignore",
    "j2 jinja jinja2 tmpl tpl template erb ejs mustache hbs in m4",
    "orig bak rej swp",
    "md txt json yaml yml toml lock",
    "sh py rb js ts go rs",
];

/// Expands `paths`: directories are walked, everything else is taken as named.
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let mut discovery = Discovery::default();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut discovery);
        } else {
            discovery.files.push(Found { path: plain(path).to_owned(), named: true });
        }
    }
    discovery.files.sort_by(|a, b| a.path.cmp(&b.path));
    if paths.len() > 1 {
        keep_first_of_each(&mut discovery.files);
    }
    discovery
}

/// Whether a file of that name is taken for a Dockerfile when a directory is searched.
pub fn is_dockerfile_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut other = NOT_DOCKERFILES.iter().flat_map(|group| group.split(' '));
    let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix);
    if name.ends_with('~') || suffix.is_some_and(|suffix| other.any(|other| other == suffix)) {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// Searches a directory: hidden and ignored files are left out, symbolic links are not followed.
fn walk(root: &Path, discovery: &mut Discovery) {
    let (files, problems) = (discovery.files.len(), discovery.problems.len());
    for entry in WalkBuilder::new(root).build() {
        match entry {
            Ok(entry) => {
                let regular = entry.file_type().is_some_and(|file_type| file_type.is_file());
                if regular && is_dockerfile_name(&entry.file_name().to_string_lossy()) {
                    let path = plain(entry.path()).to_owned();
                    discovery.files.push(Found { path, named: false });
                }
            }
            Err(error) => discovery.problems.push(walk_problem(root, &error)),
        }
    }
    if (discovery.files.len(), discovery.problems.len()) == (files, problems) {
        let message = "no Dockerfile in this directory; name the file if it is called otherwise";
        discovery.problems.push(about(root, message));
    }
}

/// The error of the walker in our words: it repeats the path and says more than a person needs.
fn walk_problem(root: &Path, error: &ignore::Error) -> anyhow::Error {
    match error {
        ignore::Error::WithDepth { err, .. } => walk_problem(root, err),
        ignore::Error::WithPath { path, err } => walk_problem(path, err),
        _ => about(root, &error.io_error().map_or_else(|| error.to_string(), |io| io.kind().to_string())),
    }
}

/// Drops the files that another path already names, through whichever links. Where one path was
/// named and another met, the named one counts.
fn keep_first_of_each(files: &mut Vec<Found>) {
    let mut seen: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut kept: Vec<Found> = Vec::with_capacity(files.len());
    for file in files.drain(..) {
        let identity = file.path.canonicalize().unwrap_or_else(|_| file.path.clone());
        match seen.get(&identity) {
            Some(&index) => kept[index].named |= file.named,
            None => {
                seen.insert(identity, kept.len());
                kept.push(file);
            }
        }
    }
    *files = kept;
}
