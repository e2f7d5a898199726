//! What ADD unpacks: a source that is a tar archive, compressed or not. Its name plays no part.

use dfopt_syntax::dockerfile::Source;

use crate::build::Build;
use crate::context::{BuildContext, Entry, HEAD};
use crate::copied::matching;
use crate::paths::resolve;

/// What an ADD does with its sources, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpacking {
    /// It copies them as they are: folders, files that are no archives, texts of the Dockerfile.
    Nothing,
    /// It fetches the URL or the repository that is named.
    Fetches(String),
    /// It may unpack a source, for the reason that is told.
    Perhaps(String),
}

/// How the compressed streams begin that ADD looks into: `Detect` in moby/go-archive, compression. zstd has
/// skippable frames, too: their first byte is one of sixteen.
const COMPRESSED: &[&[u8]] = &[b"BZh", b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"];

/// Where the checksum of a tar header stands: <https://www.gnu.org/software/tar/manual/html_node/Standard.html>.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// The usual endings of the names of archives.
const ENDINGS: &[&str] = &[".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst"];

/// How the file begins that stands for another one until git-lfs fetches it:
/// <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.
const LFS_POINTER: &[u8] = b"version https://git-lfs";

/// True where the name is that of an archive.
pub(crate) fn is_named_so(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// What ADD `index` does with its sources; none for another instruction.
pub fn unpacking(build: &Build<'_>, index: usize) -> Option<Unpacking> {
    let instruction = build.instruction(index);
    let transfer = instruction.operation.transfer(instruction.text.bytes())?;
    for source in &transfer.sources {
        let Source::Path(span) = source else { continue };
        let text = String::from_utf8_lossy(instruction.word(*span)).into_owned();
        match of_source(build, &text) {
            Unpacking::Nothing => {}
            other => return Some(other),
        }
    }
    Some(Unpacking::Nothing)
}

fn of_source(build: &Build<'_>, text: &str) -> Unpacking {
    // `ParseGitRef` in moby/buildkit takes what looks like an scp address for a repository.
    if text.contains("://") || text.contains('@') && text.contains(':') {
        return Unpacking::Fetches(text.to_owned());
    }
    if text.contains(['$', '\'', '"', '\\', '`']) {
        return Unpacking::Perhaps(format!("what `{text}` names is not known from the file"));
    }
    let path = resolve(Some("/"), text).unwrap_or_default();
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        // The context itself is a folder.
        return Unpacking::Nothing;
    }
    let Some(context) = build.context() else {
        return Unpacking::Perhaps(unknown_context(text));
    };
    // What matches nothing today may be made before the build.
    let Some(paths) = matching(context, path).filter(|paths| !paths.is_empty()) else {
        return Unpacking::Perhaps(format!("what `{text}` matches is not known"));
    };
    paths
        .iter()
        .find_map(|path| may_be_unpacked(context, path))
        .map_or(Unpacking::Nothing, Unpacking::Perhaps)
}

/// Why ADD may unpack what stands at `path`; none where it does not.
fn may_be_unpacked(context: &dyn BuildContext, path: &str) -> Option<String> {
    match context.entry(path) {
        Entry::Directory => None,
        Entry::File => match context.head(path) {
            Some(head) if is_named_so(path) || may_be_archive(&head) => {
                Some(format!("`{path}` looks like an archive"))
            }
            Some(_) => None,
            None => Some(format!("`{path}` cannot be read")),
        },
        Entry::Link => Some(format!("`{path}` is a link, which may lead to an archive")),
        Entry::Missing | Entry::Ignored => {
            Some(format!("`{path}` is not in the build context now, and may become an archive"))
        }
        Entry::Unknown => Some(unknown_context(path)),
    }
}

fn unknown_context(path: &str) -> String {
    format!("the build context is not known, and ADD unpacks `{path}` if it is an archive")
}

/// Whether a file that begins so may be an archive to ADD, which tries to read a tar header.
fn may_be_archive(head: &[u8]) -> bool {
    let is_skippable = matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
    if is_skippable || head.starts_with(LFS_POINTER) || COMPRESSED.iter().any(|magic| head.starts_with(magic))
    {
        return true;
    }
    // The checksum is in octal digits; without them Go's `archive/tar` reads no header.
    let Some(field) = head.get(CHECKSUM).filter(|_| head.len() >= HEAD) else { return false };
    let mut digits = field.iter().skip_while(|byte| matches!(byte, b' ' | 0)).peekable();
    digits.peek().is_some()
        && digits.take_while(|byte| **byte != 0).all(|byte| matches!(byte, b'0'..=b'7' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_told_by_how_they_begin() {
        let mut tar = [0u8; HEAD];
        tar[..4].copy_from_slice(b"file");
        tar[CHECKSUM].copy_from_slice(b"004717\0 ");
        assert!(may_be_archive(&tar));
        assert!(may_be_archive(b"\x1f\x8b\x08 gzip") && may_be_archive(b"BZh91AY&SY"));
        assert!(may_be_archive(b"\xfd7zXZ\0") && may_be_archive(b"\x28\xb5\x2f\xfd"));
        assert!(may_be_archive(b"\x5a\x2a\x4d\x18\x04\0\0\0"));
        for head in [&b""[..], b"#!/bin/sh\n", b"PK\x03\x04", &[0; HEAD], &[b' '; HEAD], &[b'a'; HEAD]] {
            assert!(!may_be_archive(head), "{head:?}");
        }
        assert!(!may_be_archive(&tar[..HEAD - 1]), "too short for a header");
    }
}
