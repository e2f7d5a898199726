//! The build context, as far as a Dockerfile's meaning depends on it.

use std::borrow::Cow;

/// The files that COPY and ADD can bring: what stands in the context's directory after `.dockerignore`.
///
/// Paths start at the root of the context, with `/` between names and without `.`, `..`, doubled or
/// trailing slashes; the root itself is the empty path. Answers are facts of this moment; nothing is read
/// before it is asked for.
pub trait BuildContext {
    /// What stands at `path`.
    fn entry(&self, path: &str) -> Entry;

    /// The names in the directory `path` that `.dockerignore` lets through, sorted, folders and links
    /// included. None where it is no directory, has more names than anybody would want to look at, or
    /// cannot be read.
    fn list(&self, path: &str) -> Option<Vec<String>>;

    /// The text of the file `path`. None where it is no regular file that survives, is larger than a
    /// manifest may be, is not UTF-8, or cannot be read.
    fn read(&self, path: &str) -> Option<Cow<'_, str>>;

    /// How the file `path` begins: its first [`HEAD`] bytes, or all where it has fewer. None where it is no
    /// regular file that survives, or cannot be read.
    fn head(&self, path: &str) -> Option<Vec<u8>>;

    /// The permission bits of the file `path`: `0o644`. None where it is no regular file that survives, or where the
    /// system that the context is on has none.
    fn mode(&self, path: &str) -> Option<u32>;
}

/// The most bytes that [`BuildContext::head`] reads: one block of a tar archive.
pub const HEAD: usize = 512;

/// What stands at a path of the build context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File,
    /// A directory of which something survives.
    Directory,
    /// A symbolic link, or something below one. Links are never followed.
    Link,
    /// Nothing.
    Missing,
    /// Something, but `.dockerignore` keeps all of it out.
    Ignored,
    /// Something else (a socket, a device), or it cannot be told.
    Unknown,
}
