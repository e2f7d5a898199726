//! One requirement: a name with versions, a URL, or something local.

/// What a requirement installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requirement<'t> {
    /// A package of an index, by its name.
    Name,
    /// Something that is fetched from elsewhere.
    Url,
    /// A file or folder.
    Path(&'t str),
}

/// The endings of files that pip takes for packages.
/// <https://github.com/pypa/pip/blob/main/src/pip/_internal/utils/filetypes.py>
const ARCHIVES: &[&str] = &[
    ".whl",
    ".zip",
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tlz",
    ".tar.lz",
    ".tar.lzma",
];

/// Reads a requirement: PEP 508, or what pip takes beside it. None where it is neither.
pub(super) fn classify(text: &str) -> Option<Requirement<'_>> {
    let text = text.trim();
    let first = first_token(text);
    if first.is_empty() {
        return None;
    }
    if is_remote(first) {
        return Some(Requirement::Url);
    }
    if first.starts_with(['.', '/', '\\'])
        || has_file_scheme(first)
        || is_archive(first) && !first.contains('@')
    {
        return Some(Requirement::Path(local_path(first)));
    }
    let name = text.bytes().take_while(|b| is_name_byte(*b)).count();
    if name == 0 {
        return None;
    }
    let mut rest = text[name..].trim_start();
    if rest.starts_with('[') {
        rest = rest.split_once(']')?.1.trim_start();
    }
    match rest.bytes().next() {
        None | Some(b'=' | b'<' | b'>' | b'!' | b'~' | b';' | b'(') => {
            // A slash in what follows would make it a path; in a marker it stands between quotes.
            let specifier = rest.split(';').next().unwrap_or_default();
            (!specifier.contains(['/', '\\', ':'])).then_some(Requirement::Name)
        }
        Some(b'@') => {
            let target = first_token(rest[1..].trim_start());
            match target {
                "" => None,
                target if is_remote(target) => Some(Requirement::Url),
                target => Some(Requirement::Path(local_path(target))),
            }
        }
        _ if first.contains(['/', '\\']) => Some(Requirement::Path(local_path(first))),
        _ => None,
    }
}

/// True for the name of a package file.
pub(super) fn is_archive(name: &str) -> bool {
    let name = name.split('#').next().unwrap_or_default();
    let name = without_extras(name).to_ascii_lowercase();
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

/// True for the URL of something that is not on this machine.
pub(super) fn is_remote(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let known = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    known && !scheme.is_empty() && !scheme.to_ascii_lowercase().contains("file") && !rest.starts_with('/')
}

fn has_file_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| scheme.to_ascii_lowercase().ends_with("file"))
}

/// The path in `file:///path#fragment[extras]`.
fn local_path(text: &str) -> &str {
    let text = text.split('#').next().unwrap_or_default();
    let path = match text.split_once(':') {
        Some((scheme, path)) if scheme.eq_ignore_ascii_case("file") => {
            path.strip_prefix("//").map_or(path, |path| path.strip_prefix("localhost").unwrap_or(path))
        }
        _ => text,
    };
    without_extras(path)
}

fn without_extras(path: &str) -> &str {
    match path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        Some((path, _)) => path,
        None => path,
    }
}

/// A path or a URL ends at a blank, or where a marker begins.
fn first_token(text: &str) -> &str {
    text.split([' ', '\t', ';']).next().unwrap_or_default()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::{Requirement, classify};

    #[test]
    fn requirements_are_told_apart() {
        for name in [
            "flask",
            "Flask ~= 3.0",
            "uvicorn[standard]>=0.2,<1",
            "a ; python_version < '3'",
            "b (>=1)",
            "c===1.0+x; sys_platform == 'a/b'",
        ] {
            assert_eq!(classify(name), Some(Requirement::Name), "{name}");
        }
        for url in [
            "git+https://github.com/a/b@v1#egg=b",
            "b @ git+ssh://git@github.com/a/b.git",
            "b[x]@https://e.org/b.whl ; python_version < '3'",
            "https://e.org/a.tar.gz",
        ] {
            assert_eq!(classify(url), Some(Requirement::Url), "{url}");
        }
        for (path, expected) in [
            (".", "."),
            (".[dev]", "."),
            ("./a/b ; x", "./a/b"),
            ("libs/a", "libs/a"),
            ("a.whl", "a.whl"),
            ("a @ file:///app/a.whl#sha256=0", "/app/a.whl"),
            ("file:a", "a"),
            ("a @ ./a", "./a"),
            ("git+file:///app", "git+file:///app"),
            ("/x", "/x"),
        ] {
            assert_eq!(classify(path), Some(Requirement::Path(expected)), "{path}");
        }
        for odd in ["", "==1", "a b", "${A}", "a:b", "@x"] {
            assert_eq!(classify(odd), None, "{odd}");
        }
    }
}
