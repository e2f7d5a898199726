//! A temporary folder for what the builder gets: both Dockerfiles, and a copy of the build context to edit.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use dfopt_analysis::{BuildContext, Entry};
use tempfile::TempDir;

use crate::context::LazyContext;
use crate::messages::about;

/// The most files of a build context that are copied.
const MOST_FILES: usize = 500_000;

/// A folder that goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Workspace {
    directory: TempDir,
}

/// A build context that was copied.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) root: PathBuf,
    /// The regular files in it that have a name in UTF-8.
    pub(crate) files: Vec<String>,
}

impl Workspace {
    pub(crate) fn new() -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("dfopt-verify-").tempdir();
        Ok(Self { directory: directory.context("no temporary folder can be made")? })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A name that no other run has.
    pub(crate) fn id(&self) -> String {
        let name = self.path().file_name().unwrap_or_default().to_string_lossy();
        name.rsplit('-').next().unwrap_or_default().to_owned()
    }

    /// Writes a Dockerfile, with the ignore file that belongs to `original` alone.
    pub(crate) fn dockerfile(&self, name: &str, text: &[u8], original: &Path) -> Result<PathBuf> {
        let path = self.path().join(name).join("Dockerfile");
        fs::create_dir(self.path().join(name))?;
        fs::write(&path, text)?;
        let mut ignore_file = original.file_name().map(OsString::from).unwrap_or_default();
        ignore_file.push(".dockerignore");
        let ignore_file = original.with_file_name(ignore_file);
        if ignore_file.is_file() {
            fs::copy(&ignore_file, path.with_file_name("Dockerfile.dockerignore"))?;
        }
        Ok(path)
    }

    /// Copies the context at `root` but for what its ignore file keeps out.
    pub(crate) fn copy(&self, root: &Path, context: &LazyContext<'_>, max_size: u64) -> Result<Copied> {
        let target = self.path().join("context");
        let mut copied = Copied { root: target.clone(), files: Vec::new() };
        let (mut count, mut size) = (0, 0);
        let mut folders = vec![(root.to_owned(), target, Some(String::new()))];
        let mut modes = Vec::new();
        while let Some((from, to, name)) = folders.pop() {
            let failed =
                |error: std::io::Error| anyhow::Error::from(error).context(about(&from, "cannot be copied"));
            fs::create_dir(&to).map_err(failed)?;
            modes.push((to.clone(), fs::metadata(&from).map_err(failed)?.permissions()));
            for entry in fs::read_dir(&from).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let (from, to) = (entry.path(), to.join(entry.file_name()));
                let name = name.as_ref().zip(entry.file_name().to_str().map(str::to_owned));
                let name =
                    name.map(|(above, name)| if above.is_empty() { name } else { format!("{above}/{name}") });
                let is_out = name
                    .as_ref()
                    .is_some_and(|name| name != ".dockerignore" && context.entry(name) == Entry::Ignored);
                if is_out {
                    continue;
                }
                count += 1;
                ensure!(
                    count <= MOST_FILES,
                    about(root, "the build context has too many files to copy; use --quick")
                );
                let kind = entry.file_type().map_err(failed)?;
                if kind.is_dir() {
                    folders.push((from, to, name));
                } else if kind.is_symlink() {
                    link(&fs::read_link(&from).map_err(failed)?, &to).map_err(failed)?;
                } else if kind.is_file() {
                    size += entry.metadata().map_err(failed)?.len();
                    ensure!(
                        size <= max_size,
                        about(root, "the build context is larger than --max-size; use --quick")
                    );
                    fs::copy(&from, &to).map_err(failed)?;
                    copied.files.extend(name);
                }
            }
        }
        // A folder that may not be written is made so when all is in it.
        for (folder, mode) in modes.into_iter().rev() {
            fs::set_permissions(folder, mode)?;
        }
        copied.files.sort();
        Ok(copied)
    }
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn link(_target: &Path, _at: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("symbolic links cannot be copied on this system; use --quick"))
}
