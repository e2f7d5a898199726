//! Replaces the text of a file so that at each moment, also after a crash, it is the old or the new one.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::messages::{about, reason};
use crate::source::Source;

/// Writes `text` over the file that `source` was read from: a new file beside it takes its name.
///
/// * A symbolic link stays: its target is replaced.
/// * The mode is kept, the owner and the group as far as the system lets us. Access control lists and
///   other extended attributes are not.
/// * A hard link breaks: the other names of the file keep the old text.
/// * A file that may not be written is not replaced, although the directory would allow it.
///
/// # Errors
/// Where the file is no longer what was read, or cannot be replaced. It is then as it was, and the new
/// file beside it is gone.
pub fn replace(source: &Source, text: &[u8]) -> Result<()> {
    let failed = |error: io::Error| about(&source.path, &format!("cannot be written: {}", reason(&error)));
    let target = fs::canonicalize(&source.path).map_err(failed)?;
    let before = check_unchanged(source, &target)?;
    OpenOptions::new().write(true).open(&target).map_err(failed)?;
    let directory = target.parent().unwrap_or(Path::new("/"));
    // Removed when it goes out of scope, unless it was renamed.
    let mut beside = tempfile::Builder::new().prefix(".dfopt-").tempfile_in(directory).map_err(failed)?;
    beside.write_all(text).map_err(failed)?;
    keep_owner(beside.as_file(), &before);
    beside.as_file().set_permissions(before.permissions()).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    check_unchanged(source, &target)?;
    beside.persist(&target).map_err(|error| failed(error.error))?;
    sync_directory(directory);
    Ok(())
}

/// Fails where the file is not the one that was read any more: somebody else's work would be lost.
fn check_unchanged(source: &Source, target: &PathBuf) -> Result<Metadata> {
    let changed = || about(&source.path, "changed while it was processed; run again");
    let now = fs::symlink_metadata(target).map_err(|_| changed())?;
    if !now.is_file() || !same_file(&now, &source.metadata) {
        return Err(changed());
    }
    // A write within the resolution of the clock leaves the same length and time.
    if fs::read(target).map_err(|_| changed())? != source.bytes {
        return Err(changed());
    }
    Ok(now)
}

#[cfg(unix)]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |m: &Metadata| (m.dev(), m.ino(), m.len(), m.mtime(), m.mtime_nsec());
    identity(a) == identity(b)
}

#[cfg(not(unix))]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    a.len() == b.len() && a.modified().ok() == b.modified().ok()
}

/// Only root may give a file away, and others only to their own groups: what is refused stays undone.
#[cfg(unix)]
fn keep_owner(file: &File, wanted: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let same = |m: Metadata| (m.uid(), m.gid()) == (wanted.uid(), wanted.gid());
    if file.metadata().is_ok_and(same) {
        return;
    }
    if fchown(file, Some(wanted.uid()), Some(wanted.gid())).is_err() {
        let _ = fchown(file, None, Some(wanted.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _wanted: &Metadata) {}

/// Makes the rename itself durable. Some file systems cannot; the file is replaced all the same.
fn sync_directory(directory: &Path) {
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}
