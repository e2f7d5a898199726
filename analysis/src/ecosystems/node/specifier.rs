//! Where a package comes from: what stands beside its name in package.json.

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Specifier<'s> {
    /// A registry, or another server.
    Remote,
    /// The workspace.
    Workspace,
    /// An archive among the files of the application.
    Archive(&'s str),
    /// A package from elsewhere, changed by a file of the application.
    Patch(&'s str),
    /// A folder of the application.
    Local,
    /// That is not known.
    Unknown,
}

/// What remote specifiers start with.
/// <https://docs.npmjs.com/cli/v11/configuring-npm/package-json#dependencies>, <https://yarnpkg.com/protocols>
const REMOTE: &[&str] = &[
    "npm:",
    "jsr:",
    "catalog:",
    "git+ssh:",
    "git+http:",
    "git+https:",
    "git:",
    "git@",
    "ssh:",
    "http:",
    "https:",
    "github:",
    "gitlab:",
    "bitbucket:",
    "gist:",
];

impl<'s> Specifier<'s> {
    /// Reads `text`. What looks like a path is one: npm takes `../x` and `x.tgz` for files.
    /// <https://github.com/npm/npm-package-arg>
    pub(in super::super) fn of(text: &'s str) -> Self {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("file:") {
            return Self::of_file(path);
        }
        if let Some(range) = text.strip_prefix("workspace:") {
            let is_path = range.contains('/') && !range.starts_with('@') || range.starts_with('.');
            return if is_path { Self::Unknown } else { Self::Workspace };
        }
        if let Some(rest) = text.strip_prefix("patch:") {
            return Self::of_patch(rest);
        }
        if text.starts_with("link:") || text.starts_with("portal:") {
            return Self::Local;
        }
        if REMOTE.iter().any(|start| text.starts_with(start)) {
            // A file below another protocol is one all the same: `git+file:`, `npm:x@file:y`.
            return if text.contains("file:") { Self::Unknown } else { Self::Remote };
        }
        if text.contains([':', '\\', '%']) {
            return Self::Unknown;
        }
        if text.starts_with(['.', '/', '~']) && text.contains('/') || text == "." || text == ".." {
            return Self::of_file(text);
        }
        match text.matches('/').count() {
            0 if is_archive(text) => Self::of_file(text),
            0 => Self::Remote,
            // `user/repository`, on GitHub.
            1 if !is_archive(text) => Self::Remote,
            _ => Self::Unknown,
        }
    }

    fn of_file(path: &'s str) -> Self {
        let is_plain = !path.starts_with(['/', '~']) && !path.contains(['%', '?', '#', '\\', ':', '*']);
        if is_archive(path) && is_plain { Self::Archive(path) } else { Self::Local }
    }

    /// `patch:lodash@npm%3A4.17.21#~/.yarn/patches/lodash.patch`; `#~builtin<…>` is yarn's own.
    /// <https://yarnpkg.com/protocol/patch>
    fn of_patch(text: &'s str) -> Self {
        let Some((package, path)) = text.split_once('#') else { return Self::Unknown };
        let path = path.split("::").next().unwrap_or_default();
        let package = package.to_ascii_lowercase();
        let is_remote =
            !["file", "link", "portal", "patch", "exec"].iter().any(|p| package.contains(&format!("@{p}")));
        let path = path.strip_prefix("optional!").unwrap_or(path);
        if !is_remote || path.contains(['&', '%', '\\', '!']) {
            return Self::Unknown;
        }
        if path.starts_with("~builtin<") || path.starts_with("builtin<") {
            return Self::Remote;
        }
        if path.starts_with('/') || path.contains('<') || path.is_empty() {
            return Self::Unknown;
        }
        Self::Patch(path)
    }
}

fn is_archive(path: &str) -> bool {
    [".tgz", ".tar.gz", ".tar"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_told_apart() {
        use Specifier::{Archive, Local, Patch, Remote, Unknown, Workspace};
        let cases = [
            ("^1.2.3 || >=2 <3", Remote),
            ("latest", Remote),
            ("", Remote),
            ("~1.2", Remote),
            ("npm:@scope/x@^1", Remote),
            ("user/repo#v1", Remote),
            ("git+https://example.com/x.git", Remote),
            ("catalog:", Remote),
            ("workspace:*", Workspace),
            ("workspace:@a/b@^1", Workspace),
            ("workspace:packages/a", Unknown),
            ("file:../lib", Local),
            ("file:x.tgz", Archive("x.tgz")),
            ("./vendor/x.tar.gz", Archive("./vendor/x.tar.gz")),
            ("file:/srv/x.tgz", Local),
            ("../lib", Local),
            ("~/lib", Local),
            ("link:./x", Local),
            ("portal:../x", Local),
            ("exec:./generate.js", Unknown),
            ("git+file:///srv/x.git", Unknown),
            ("a/b/c", Unknown),
            ("patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch", Patch("~/.yarn/patches/a.patch")),
            ("patch:a@1#./a.patch::version=1&hash=2", Patch("./a.patch")),
            ("patch:typescript@^5#~builtin<compat/typescript>", Remote),
            ("patch:typescript@npm%3A^5#optional!builtin<compat/typescript>", Remote),
            ("patch:a@portal:./x#a.patch", Unknown),
        ];
        for (text, specifier) in cases {
            assert_eq!(Specifier::of(text), specifier, "{text}");
        }
    }
}
