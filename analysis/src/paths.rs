//! Paths inside an image: absolute, with `/` between names and without `.`, `..` or doubled slashes.

/// `path` as seen from the folder `from`, made absolute. None where it is relative and `from` is not known.
pub fn resolve(from: Option<&str>, path: &str) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    if !path.starts_with('/') {
        names.extend(from?.split('/').filter(|name| !name.is_empty()));
    }
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    Some(format!("/{}", names.join("/")))
}

/// What follows `folder` in `path`, without a leading slash: empty for the folder itself, none where `path`
/// is not in it.
pub fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// `folder/name`, where either may be empty.
pub fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// The folder of `path`, and its last name.
pub fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) if path.starts_with('/') => ("/", name),
        Some((folder, name)) => (folder, name),
        None => ("", path),
    }
}

/// Folders that hold the system and the settings of its tools, at any depth: hier(7), and those of the
/// official images of Ruby, Rust and Go, and of conda.
const SYSTEM: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt/conda",
    "/opt/miniconda3",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/bundle",
    "/usr/local/cargo",
    "/usr/local/etc",
    "/usr/local/go",
    "/usr/local/include",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/local/libexec",
    "/usr/local/rustup",
    "/usr/local/sbin",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var/cache",
    "/var/lib",
    "/var/lock",
    "/var/log",
    "/var/mail",
    "/var/run",
    "/var/spool",
];

/// Folders that tools look into themselves, while what an application puts in a folder below is its own.
/// `/go` is the GOPATH of the `golang` image.
const SHARED: &[&str] = &[
    "/",
    "/go",
    "/go/bin",
    "/go/pkg",
    "/go/src",
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/src",
    "/var",
    "/var/tmp",
];

/// True for a folder that an application has for itself: nothing that is installed reads or writes it.
pub fn is_application_folder(path: &str) -> bool {
    let is_home = below(path, "/home").is_some_and(|rest| !rest.contains('/'));
    // A dot folder in a home is a tool's, and so is what Python installs into, wherever it is.
    let is_tools = path
        .split('/')
        .any(|name| name.starts_with('.') || matches!(name, "site-packages" | "dist-packages"));
    !(is_home
        || is_tools
        || SHARED.contains(&path)
        || SYSTEM.iter().any(|system| below(path, system).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved() {
        assert_eq!(resolve(Some("/app"), "./a//b/../c/").as_deref(), Some("/app/a/c"));
        assert_eq!(resolve(None, "/x").as_deref(), Some("/x"));
        assert_eq!(resolve(None, "x"), None);
        assert_eq!(resolve(Some("/"), "../.."), Some("/".to_owned()));
        assert_eq!((below("/a/b", "/a"), below("/ab", "/a"), below("/a", "/")), (Some("b"), None, Some("a")));
        assert_eq!((split("/a"), split("a"), split("/a/b")), (("/", "a"), ("", "a"), ("/a", "b")));
    }

    #[test]
    fn applications_have_folders_of_their_own() {
        for path in ["/app", "/usr/src/app", "/opt/app/web", "/home/node/app", "/var/www/html", "/root/app"] {
            assert!(is_application_folder(path), "{path}");
        }
        for path in ["/", "/root", "/home/node", "/etc/app", "/usr/local/bin", "/go/src", "/home/a/.config"] {
            assert!(!is_application_folder(path), "{path}");
        }
    }
}
