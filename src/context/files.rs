//! The file system as the context looks at it: links are not followed, and nothing blocks or is endless.

use std::ffi::OsString;
use std::fs::{File, FileType};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Link,
    Missing,
    /// A device, a socket, a FIFO.
    Special,
    /// It cannot be told.
    Unknown,
}

/// A text file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    Missing,
    /// No regular file, too large, not UTF-8, or not readable.
    Unreadable,
    Is(String),
}

pub(super) fn kind(path: &Path) -> Kind {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => of_type(metadata.file_type()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Kind::Missing,
        Err(_) => Kind::Unknown,
    }
}

/// The names in a directory, in no order. None where there are more than `most`, or they cannot be read.
pub(super) fn names(path: &Path, most: usize) -> Option<Vec<(OsString, Kind)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).ok()? {
        let entry = entry.ok()?;
        if names.len() == most {
            return None;
        }
        let kind = entry.file_type().map_or(Kind::Unknown, of_type);
        names.push((entry.file_name(), kind));
    }
    Some(names)
}

/// The text of the regular file `path`, of at most `limit` bytes. Nothing else is opened: a FIFO would
/// block.
pub(super) fn text(path: &Path, limit: u64) -> Text {
    match kind(path) {
        Kind::File => read(path, limit).map_or(Text::Unreadable, Text::Is),
        Kind::Missing => Text::Missing,
        _ => Text::Unreadable,
    }
}

/// The first bytes of the regular file `path`, at most `limit`.
pub(super) fn head(path: &Path, limit: usize) -> Option<Vec<u8>> {
    if kind(path) != Kind::File {
        return None;
    }
    let (file, _) = open(path)?;
    let mut bytes = Vec::with_capacity(limit);
    file.take(limit as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The permission bits of the regular file `path`.
#[cfg(unix)]
pub(super) fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::symlink_metadata(path).ok().filter(|metadata| metadata.is_file())?;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
pub(super) fn mode(_path: &Path) -> Option<u32> {
    None
}

fn read(path: &Path, limit: u64) -> Option<String> {
    let (file, size) = open(path)?;
    if size > limit {
        return None;
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(limit + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > limit {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// The regular file `path` and its size: it may have become another one since it was looked at.
fn open(path: &Path) -> Option<(File, u64)> {
    let file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    metadata.is_file().then_some((file, metadata.len()))
}

fn of_type(file_type: FileType) -> Kind {
    match file_type {
        t if t.is_symlink() => Kind::Link,
        t if t.is_dir() => Kind::Directory,
        t if t.is_file() => Kind::File,
        _ => Kind::Special,
    }
}
