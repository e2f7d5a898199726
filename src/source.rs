//! Reading Dockerfiles: from regular files of a sane size, and from standard input.

use std::fs::{File, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::messages::{about, reason};

/// The most bytes that a Dockerfile may have. Real ones stay under 100 KiB.
pub const LIMIT: u64 = 16 << 20;

/// A file as it was when it was read.
#[derive(Debug)]
pub struct Source {
    /// The path it was read from.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What the file system knew of it at that moment.
    pub metadata: Metadata,
}

/// Reads the file at `path`.
///
/// # Errors
/// Where it is missing, unreadable, not a regular file (that is found before it is opened, so that a
/// FIFO never blocks), or above [`LIMIT`].
pub fn read(path: &Path) -> Result<Source> {
    let io_error = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => {
            about(path, "no such file or directory; name a Dockerfile, a directory, or - for standard input")
        }
        ErrorKind::PermissionDenied => about(path, "permission denied; make it readable"),
        _ => about(path, &reason(&error)),
    };
    let file_type = std::fs::metadata(path).map_err(io_error)?.file_type();
    if !file_type.is_file() {
        let message = format!("is {}, not a regular file; pass its text through -", kind(file_type));
        return Err(about(path, &message));
    }
    let file = File::open(path).map_err(io_error)?;
    let metadata = file.metadata().map_err(io_error)?;
    let bytes = read_limited(file).map_err(io_error)?.ok_or_else(|| too_large(path))?;
    Ok(Source { path: path.to_owned(), bytes, metadata })
}

/// Reads all of standard input; `name` is for messages.
///
/// # Errors
/// Where it cannot be read, or is above [`LIMIT`].
pub fn read_stream(name: &Path, stream: impl Read) -> Result<Vec<u8>> {
    let bytes = read_limited(stream).map_err(|error| about(name, &reason(&error)))?;
    bytes.ok_or_else(|| too_large(name))
}

fn read_limited(stream: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LIMIT).then_some(bytes))
}

fn too_large(path: &Path) -> anyhow::Error {
    about(path, &format!("is larger than {} MiB; is this a Dockerfile?", LIMIT >> 20))
}

#[cfg(unix)]
fn kind(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match file_type {
        t if t.is_dir() => "a directory",
        t if t.is_fifo() => "a FIFO",
        t if t.is_socket() => "a socket",
        t if t.is_char_device() || t.is_block_device() => "a device",
        _ => "something else",
    }
}

#[cfg(not(unix))]
fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() { "a directory" } else { "something else" }
}
