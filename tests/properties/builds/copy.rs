//! COPY and ADD, as measured with BuildKit 0.26 (Docker 28):
//!
//! - Of a folder its content is copied. Folders that are missing are made, 0755 and root's, or as `--chmod`
//!   and `--chown` say. The folder at the destination keeps mode and owner where it is there; those below it
//!   get them from the source or the flags even so.
//! - Several sources do not make a folder of the destination: without a slash at its end, and where there is
//!   none yet, each file overwrites the one before.
//! - A pattern that matches nothing is no error.
//! - A file replaces a file or link, but no folder; a folder replaces neither, but goes through a link at the
//!   destination itself.

use super::file_system::{FileSystem, Kind, Node, Outcome, ROOT, User, absolute, failed, split};

#[derive(Debug, Default)]
pub(super) struct Flags {
    pub(super) chown: Option<User>,
    pub(super) chmod: Option<u32>,
}

/// Copies `sources`, paths or patterns in `from`, to `destination`, a path that may end in a slash.
pub(super) fn copy(
    from: &FileSystem,
    sources: &[String],
    to: &mut FileSystem,
    destination: &str,
    flags: &Flags,
) -> Outcome<()> {
    for source in sources {
        let source = absolute("", source);
        for path in matches(from, &source)? {
            copy_source(from, &path, to, destination, flags)?;
        }
    }
    Ok(())
}

/// What the path or pattern names.
fn matches(from: &FileSystem, source: &str) -> Outcome<Vec<String>> {
    let pattern: Vec<&str> = source.split('/').skip(1).collect();
    let first = pattern.iter().position(|name| name.contains(['*', '?', '[']));
    let Some(first) = first else {
        return match from.find(source, ROOT) {
            Some(_) => Ok(vec![source.to_owned()]),
            None => failed(format!("{source} is missing")),
        };
    };
    let start: String = pattern[..first].iter().map(|name| format!("/{name}")).collect();
    if from.get(&start).is_none() {
        return failed(format!("{start} is missing"));
    }
    let matching = from.below("").filter(|path| {
        let names: Vec<&str> = path.split('/').skip(1).collect();
        names.len() == pattern.len() && pattern.iter().zip(&names).all(|(pattern, name)| glob(pattern, name))
    });
    Ok(matching.cloned().collect())
}

/// `*` and `?` in a name.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    match (pattern.chars().next(), name.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            glob(&pattern[1..], name)
                || name.chars().next().is_some_and(|c| glob(pattern, &name[c.len_utf8()..]))
        }
        (Some(p), Some(c)) if p == '?' || p == c => glob(&pattern[p.len_utf8()..], &name[c.len_utf8()..]),
        _ => false,
    }
}

fn copy_source(
    from: &FileSystem,
    source: &str,
    to: &mut FileSystem,
    destination: &str,
    flags: &Flags,
) -> Outcome<()> {
    let Some((real, node)) = from.find(source, ROOT) else { return failed(format!("{source} is missing")) };
    let mode = flags.chmod.unwrap_or(0o755);
    let owner = flags.chown.unwrap_or(ROOT);
    if node.is_directory() {
        to.make_folders(destination, mode, owner, ROOT)?;
        let target = to.real(&absolute("", destination), true, ROOT)?;
        let inside: Vec<&String> = from.below(&real).collect();
        for path in inside {
            put(from.get(path).expect("listed"), to, format!("{target}{}", &path[real.len()..]), flags)?;
        }
        return Ok(());
    }
    let name = split(source).1;
    let path = absolute("", destination);
    if destination.ends_with('/') {
        to.make_folders(&path, mode, owner, ROOT)?;
    } else {
        to.make_folders(split(&path).0, mode, owner, ROOT)?;
    }
    let target = match to.find(&path, ROOT) {
        Some((real, node)) if node.is_directory() => format!("{real}/{name}"),
        _ => to.real(&path, false, ROOT)?,
    };
    put(node, to, target, flags)
}

fn put(node: &Node, to: &mut FileSystem, path: String, flags: &Flags) -> Outcome<()> {
    let owner = flags.chown.unwrap_or(node.owner);
    let mode = flags.chmod.filter(|_| !matches!(node.kind, Kind::Link(_))).unwrap_or(node.mode);
    match to.get(&path) {
        Some(old) if node.is_directory() && !old.is_directory() => {
            return failed(format!("{path} is no folder"));
        }
        Some(old) if !node.is_directory() && old.is_directory() => {
            return failed(format!("{path} is a folder"));
        }
        _ => {}
    }
    to.nodes.insert(path, Node { kind: node.kind.clone(), mode, owner });
    Ok(())
}
