//! The files that may differ, by class: what each contract allows beyond equality.

use std::iter::successors;

use dfopt_transforms::Effect;

use super::compare::Difference;

/// Files of one kind.
pub(crate) struct Class {
    /// What they are, for people.
    pub(crate) name: &'static str,
    /// From which level on they may differ.
    pub(crate) level: Effect,
    pub(crate) covers: Covers,
    /// Which ones. `*` stands for a part of a name, `/**` at the end for the folder and all in it, `**/` at the
    /// beginning for any folder or none, `~/` for the home of root or of another user.
    pub(crate) paths: &'static [&'static str],
}

/// What may differ of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covers {
    /// The bytes in a file that both have.
    Contents,
    /// Where a link leads that both have.
    Target,
    /// The bytes, and whether the file is there.
    Presence,
    /// The mode of the file, too.
    Mode,
    /// The file may be gone.
    Gone,
    /// The file may be gone, or have other bytes, where packages are gone that were recommended only.
    Traces,
}

/// The class that explains `difference` at `level`. `packages_gone`: whether packages are gone.
pub(crate) fn of(difference: &Difference<'_>, level: Effect, packages_gone: bool) -> Option<&'static Class> {
    let path = std::str::from_utf8(difference.path).ok()?;
    let is_gone = difference.after.is_none();
    let covered = |class: &Class| match class.covers {
        Covers::Contents => difference.is_content_only(),
        Covers::Target => difference.is_target_only(),
        Covers::Presence => difference.changes().is_none() || difference.is_content_only(),
        Covers::Mode => difference.changes().is_none_or(|changes| !changes.kind && !changes.owner),
        Covers::Gone => is_gone,
        Covers::Traces => packages_gone && (is_gone || difference.is_content_only()),
    };
    CLASSES.iter().find(|class| {
        class.level <= level && covered(class) && class.paths.iter().any(|pattern| matches(pattern, path))
    })
}

const CLASSES: &[Class] = &[
    // Each line has its time (https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch05s10.html).
    Class {
        name: "logs",
        level: Effect::Preserve,
        covers: Covers::Presence,
        paths: &["var/log/**", "~/.npm/_logs/**"],
    },
    // The time of the source is in it (https://peps.python.org/pep-0552/), and the order in which sets were made.
    Class {
        name: "bytecode of Python",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &["**/*.pyc"],
    },
    // RubyGems compiles an extension by a script and in a folder whose names are made up, and keeps what was said
    // (rubygems/rubygems, lib/rubygems/ext/ext_conf_builder.rb); the Makefile names them, too.
    Class {
        name: "compilation of gems",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &[
            "**/extensions/*/*/*/gem_make.out",
            "**/gems/*/ext/Makefile",
            "**/gems/*/ext/*/Makefile",
            "**/gems/*/ext/*/*/Makefile",
        ],
    },
    // The time of the source is in it (Shopify/bootsnap, ext/bootsnap/bootsnap.c, bs_cache_key).
    Class {
        name: "bytecode of Ruby",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &["**/tmp/cache/bootsnap/**", "**/tmp/cache/bootsnap-compile-cache/**"],
    },
    // Its name is made up (rails/sprockets, lib/sprockets/manifest_utils.rb), and times are in it.
    Class {
        name: "manifests of Sprockets",
        level: Effect::Preserve,
        covers: Covers::Presence,
        paths: &["**/.sprockets-manifest-*.json"],
    },
    // Before 2.6.4 the name of a class in them is made up (composer/composer#11663). What is loaded is in
    // autoload_classmap.php and the like, too: there it counts.
    Class {
        name: "autoloader of Composer",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &[
            "**/vendor/autoload.php",
            "**/vendor/composer/autoload_real.php",
            "**/vendor/composer/autoload_static.php",
        ],
    },
    // What V8 compiled, with the time of the source (https://github.com/zertosh/v8-compile-cache, which yarn 1 uses; and
    // https://nodejs.org/api/module.html#module-compile-cache).
    Class {
        name: "compiled code of Node.js",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &["tmp/v8-compile-cache-*/**", "tmp/node-compile-cache/**"],
    },
    // TeX's state as it was dumped when a package was set up, with the time in it (fmtutil(1)).
    Class {
        name: "formats of TeX",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &["var/lib/texmf/ls-R", "var/lib/texmf/web2c/**"],
    },
    // Inodes and times of libraries and folders; a made-up number (https://man7.org/linux/man-pages/man5/machine-id.5.html).
    Class {
        name: "stamps of the machine",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &[
            "var/cache/ldconfig/**",
            "var/cache/fontconfig/**",
            "var/lib/dbus/machine-id",
            "etc/machine-id",
        ],
    },
    // What a file held before its last change: another one where commands are grouped otherwise. useradd gives the copy
    // the mode of the file, adduser its own.
    Class {
        name: "backups of the package manager",
        level: Effect::Preserve,
        covers: Covers::Mode,
        paths: &[
            "etc/passwd-",
            "etc/group-",
            "etc/shadow-",
            "etc/gshadow-",
            "etc/subuid-",
            "etc/subgid-",
            "etc/.pwd.lock",
            "var/lib/dpkg/*-old",
            "var/cache/debconf/*-old",
        ],
    },
    // When it looked for unused packages (https://pnpm.io/settings#modulescachemaxage), and when it was up to date.
    Class {
        name: "stamps of pnpm",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &["**/.modules.yaml", "**/.pnpm-workspace-state*.json"],
    },
    // The tools stamp what they fetch with the time: npm the answers of the registry
    // (https://github.com/npm/cacache#--cacheputcache-key-data-opts---promise), pip those of the index.
    Class {
        name: "stamps in caches",
        level: Effect::Preserve,
        covers: Covers::Contents,
        paths: &[
            "var/cache/apt/*.bin",
            "var/lib/apt/lists/**",
            "~/.npm/_cacache/index-v5/**",
            "~/.npm/_update-notifier-last-checked",
            "~/.cache/pip/**",
            "~/.cache/uv/**",
            "~/.cache/pnpm/**",
            "~/.cache/go-build/**",
            "~/.local/share/pnpm/store/**",
            "usr/local/share/.cache/**",
        ],
    },
    // uv unpacks each wheel into a folder with a random name (astral-sh/uv#1074), and links to it. Go names what a test said,
    // and how long it took, by its hash (https://pkg.go.dev/cmd/go#hdr-Build_and_test_caching).
    Class {
        name: "made-up names in caches",
        level: Effect::Preserve,
        covers: Covers::Presence,
        paths: &["~/.cache/uv/archive-v*/*/**", "~/.cache/go-build/*/*-d"],
    },
    Class {
        name: "links to made-up names",
        level: Effect::Preserve,
        covers: Covers::Target,
        paths: &["~/.cache/uv/wheels-v*/**"],
    },
    // `apt-get update` fetches them again; the official images come without.
    Class {
        name: "package lists",
        level: Effect::Slim,
        covers: Covers::Gone,
        paths: &["var/lib/apt/lists/**", "var/cache/apk/**", "etc/apk/cache/**", "lib/apk/db/lock"],
    },
    // The folders of `dfopt explain package-caches`.
    Class {
        name: "caches of package managers",
        level: Effect::Slim,
        covers: Covers::Gone,
        paths: &[
            "var/cache/apt/**",
            "var/cache/yum/**",
            "var/cache/dnf/**",
            "var/cache/libdnf5/**",
            "var/cache/tdnf/**",
            "var/cache/zypp/**",
            "var/cache/pacman/pkg/**",
        ],
    },
    Class {
        name: "caches of language tools",
        level: Effect::Slim,
        covers: Covers::Gone,
        paths: &[
            "~/.cache",
            "~/.cache/pip/**",
            "~/.cache/uv/**",
            "~/.cache/composer/**",
            "~/.composer/cache/**",
            "~/.cache/yarn/**",
            "~/.cache/go-build/**",
            "~/.npm/**",
            "usr/local/share/.cache/**",
            "usr/local/bundle/cache/**",
            "opt/*/pkgs/**",
        ],
    },
    // What the scripts and triggers of packages make, which no list of dpkg's has
    // (https://www.debian.org/doc/debian-policy/ch-maintainerscripts.html): seen in builds with and without
    // recommended packages.
    Class {
        name: "traces of recommended packages",
        level: Effect::Slim,
        covers: Covers::Traces,
        paths: &[
            "var/lib/dpkg/status",
            "var/lib/dpkg/available",
            "var/lib/dpkg/diversions",
            "var/lib/dpkg/statoverride",
            "var/lib/dpkg/info/**",
            "var/lib/dpkg/triggers/**",
            "var/lib/dpkg/alternatives/**",
            "var/lib/apt/extended_states",
            "var/cache/debconf/**",
            "var/cache/fontconfig/**",
            "var/cache/man/**",
            "etc/alternatives/**",
            "etc/ld.so.cache",
            "etc/passwd",
            "etc/group",
            "etc/shadow",
            "etc/gshadow",
            "etc/systemd/**",
            "etc/rc*.d/**",
            "etc/fonts/conf.d/**",
            "etc/ssl/certs/**",
            "etc/ca-certificates.conf",
            "etc/xml/**",
            "etc/sgml/**",
            "etc/inputrc",
            "etc/papersize",
            "etc/networks",
            "etc/lighttpd/conf-enabled/**",
            "run/adduser",
            "usr/share/mime/**",
            "usr/share/icons/**",
            "usr/share/applications/**",
            "usr/share/fonts/X11/*/fonts.*",
            "usr/share/glib-2.0/schemas/gschemas.compiled",
            "usr/share/info/dir",
            "usr/lib/locale/**",
            "usr/lib/*/gconv/gconv-modules.cache",
            "usr/lib/*/gio/modules/giomodule.cache",
            "usr/lib/*/gdk-pixbuf-2.0/**",
            "usr/local/lib/python3*/**",
            "usr/local/share/**",
            "var/lib/dbus/**",
            "var/lib/pam/**",
            "var/lib/python/**",
            "var/lib/sgml-base/**",
            "var/lib/systemd/**",
            "var/lib/ucf/**",
            "var/lib/xfonts/**",
            "var/lib/xml-core/**",
        ],
    },
];

/// Whether `path` is one of `pattern`.
fn matches(pattern: &str, path: &str) -> bool {
    if let Some(pattern) = pattern.strip_prefix("~/") {
        let home =
            path.strip_prefix("root/").or_else(|| Some(path.strip_prefix("home/")?.split_once('/')?.1));
        return home.is_some_and(|path| matches(pattern, path));
    }
    if let Some(pattern) = pattern.strip_prefix("**/") {
        let mut inner = successors(Some(path), |path| path.split_once('/').map(|(_, rest)| rest));
        return inner.any(|path| matches(pattern, path));
    }
    let (pattern, whole_folder) = match pattern.strip_suffix("/**") {
        Some(folder) => (folder, true),
        None => (pattern, false),
    };
    let mut names = path.split('/');
    let starts = pattern.split('/').all(|pattern| names.next().is_some_and(|name| is_name(pattern, name)));
    starts && (whole_folder || names.next().is_none())
}

/// Whether `name` is one of `pattern`, in which one `*` may be.
fn is_name(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, matches};

    #[test]
    fn patterns_match_whole_paths() {
        let yes = [
            ("var/log/**", "var/log"),
            ("var/log/**", "var/log/apt/term.log"),
            ("**/*.pyc", "usr/lib/x/__pycache__/a.pyc"),
            ("**/*.pyc", "a.pyc"),
            ("**/gems/*/ext/*/Makefile", "usr/local/bundle/gems/nio4r-2.5.8/ext/nio4r/Makefile"),
            ("**/tmp/cache/bootsnap/**", "srv/app/tmp/cache/bootsnap/compile-cache-iseq/00/25"),
            ("~/.npm/**", "root/.npm/_cacache/x"),
            ("~/.npm/**", "home/node/.npm"),
            ("etc/rc*.d/**", "etc/rc2.d/S01x"),
            ("opt/*/pkgs/**", "opt/conda/pkgs/a"),
        ];
        let no = [
            ("var/log/**", "var/logs"),
            ("var/log/**", "srv/var/log/x"),
            ("**/*.pyc", "a.pyc/b"),
            ("**/gems/*/ext/*/Makefile", "usr/local/bundle/gems/nio4r-2.5.8/ext/nio4r/Makefile/x"),
            ("**/gems/*/ext/*/Makefile", "app/ext/nio4r/Makefile"),
            ("**/tmp/cache/bootsnap/**", "app/mytmp/cache/bootsnap/x"),
            ("~/.npm/**", "srv/.npm"),
            ("~/.cache", "root/.cache/mine"),
            ("etc/passwd-", "etc/passwd"),
            ("var/lib/dpkg/*-old", "var/lib/dpkg/info/x-old"),
        ];
        for (pattern, path) in yes {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in no {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_are_written_as_they_are_read() {
        for pattern in CLASSES.iter().flat_map(|class| class.paths) {
            assert!(!pattern.starts_with('/') && !pattern.ends_with('/'), "{pattern}");
            let inner = pattern.trim_start_matches("**/").trim_end_matches("/**");
            assert!(!inner.contains("**"), "{pattern}");
            assert!(inner.split('/').all(|name| name.matches('*').count() <= 1), "{pattern}");
        }
    }
}
