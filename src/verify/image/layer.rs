//! One layer: what a tar archive says about files, with hashes for their contents.

use std::io::Read;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use ring::digest::{Context as Hasher, SHA256};

use super::budget::Budget;
use super::tar::{Header, Tar};

/// The most bytes of a file that is kept.
const LONGEST_TEXT: u64 = 16 << 20;

/// A path from the root of the image, without a slash in front. It need not be UTF-8.
pub(crate) type Path = Arc<[u8]>;

/// A file of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: Path,
    pub(super) node: Node,
}

/// What a path is. (Times are not looked at: no two builds have the same.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// The permission bits, and those above them.
    pub(crate) mode: u32,
    /// User and group.
    pub(crate) owner: (u64, u64),
    /// Extended attributes, sorted.
    pub(crate) attributes: Option<Arc<[Attribute]>>,
}

/// An extended attribute: name and value.
pub(crate) type Attribute = (Vec<u8>, Vec<u8>);

/// The kinds of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file. Two names of one file are two files here: layers break hard links themselves.
    File(Content),
    Directory,
    /// A symbolic link, with where it leads.
    Link(Path),
    /// A hard link, until its target is found; afterwards one that leads nowhere.
    HardLink(Path),
    Character(u64, u64),
    Block(u64, u64),
    Fifo,
}

/// What is in a regular file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) size: u64,
    /// SHA-256.
    pub(crate) hash: [u8; 32],
    /// The bytes of the few files that are read, see [`is_read`].
    pub(crate) text: Option<Arc<[u8]>>,
}

/// A layer.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) entries: Vec<Entry>,
    /// The bytes of its regular files.
    pub(super) size: u64,
}

/// Reads a layer.
pub(super) fn read(source: impl Read, budget: &Budget) -> Result<Layer> {
    let mut tar = Tar::new(source, budget);
    let mut layer = Layer::default();
    while let Some(header) = tar.next()? {
        let Some(path) = plain(&header.name)? else { continue };
        let node = node(&header, &path, &mut tar, budget)
            .with_context(|| String::from_utf8_lossy(&path).into_owned())?;
        if let Kind::File(content) = &node.kind {
            layer.size += content.size;
        }
        layer.entries.push(Entry { path, node });
    }
    Ok(layer)
}

/// `name` without what does not count in it; none for the root itself.
pub(super) fn plain(name: &[u8]) -> Result<Option<Path>> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    if name.contains(&0) {
        bail!("{}: a path with a zero byte", shown());
    }
    let mut path = Vec::with_capacity(name.len());
    for part in name.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && part != b".") {
        if part == b".." {
            bail!("{}: a path that leads out of the image", shown());
        }
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(part);
    }
    Ok((!path.is_empty()).then(|| path.into()))
}

fn node(header: &Header, path: &[u8], tar: &mut Tar<'_, impl Read>, budget: &Budget) -> Result<Node> {
    let kind = match header.flag {
        b'0' | b'7' => Kind::File(content(header.size, path, tar, budget)?),
        b'1' => match plain(&header.target)? {
            Some(target) => Kind::HardLink(target),
            None => bail!("a hard link to the root"),
        },
        b'2' => Kind::Link(header.target.as_slice().into()),
        b'3' => Kind::Character(header.device.0, header.device.1),
        b'4' => Kind::Block(header.device.0, header.device.1),
        b'5' => Kind::Directory,
        b'6' => Kind::Fifo,
        flag => bail!("a file of the unknown type {:?}", char::from(flag)),
    };
    let length: usize = header.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
    if !budget.may_keep(length as u64) {
        bail!("too many extended attributes");
    }
    let attributes = (length > 0).then(|| header.attributes.as_slice().into());
    Ok(Node { kind, mode: header.mode, owner: header.owner, attributes })
}

fn content(size: u64, path: &[u8], tar: &mut Tar<'_, impl Read>, budget: &Budget) -> Result<Content> {
    let keep = is_read(path) && size <= LONGEST_TEXT && budget.may_keep(size);
    let (mut text, mut hasher) = (Vec::new(), Hasher::new(&SHA256));
    let mut buffer = [0; 64 << 10];
    let mut body = tar.body();
    loop {
        let read = body.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        if keep {
            text.extend_from_slice(&buffer[..read]);
        }
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(hasher.finish().as_ref());
    Ok(Content { size, hash, text: keep.then(|| text.into()) })
}

/// Whether a file says something that contracts need: which packages there are and what belongs to them, and who
/// the users are.
fn is_read(path: &[u8]) -> bool {
    let list = path.strip_prefix(b"var/lib/dpkg/info/").is_some_and(|name| name.ends_with(b".list"));
    list || matches!(path, b"var/lib/dpkg/status" | b"etc/passwd" | b"etc/group")
}
