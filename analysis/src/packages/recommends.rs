//! Debian packages whose *recommended* packages people rely on without naming them.
//!
//! `--no-install-recommends` takes those away. Where a row of [`RELIED_ON`] applies, the package that is
//! needed is named instead of lost; where a package leans on so many that naming them makes no sense
//! ([`SETS`]), its installation is left alone. The relations are those of Debian 12 (`apt-cache show`).

/// A recommended package that somebody is likely to need.
#[derive(Debug)]
pub struct ReliedOn {
    /// What is installed.
    pub packages: &'static [&'static str],
    /// What comes with it today, and would not any more.
    pub recommended: &'static [&'static str],
    /// Packages that bring the same, so that nothing has to be named.
    pub or: &'static [&'static str],
    /// The row applies only where the Dockerfile holds one of these; empty: always.
    pub mentions: &'static [&'static str],
    /// Why it is missed, for a person.
    pub need: &'static str,
}

/// The rows.
pub const RELIED_ON: &[ReliedOn] = &[
    // astral-sh/uv#6208, sourcegraph/lsp-adapter#73: https fails, behind a pipe without a word.
    ReliedOn {
        packages: &[
            "curl",
            "wget",
            "wget2",
            "git",
            "aria2",
            "mercurial",
            "docker.io",
            "libcurl4",
            "libcurl3-gnutls",
            "w3m",
            "links",
            "fetchmail",
            "msmtp",
            "nodejs",
            "python3",
        ],
        recommended: &["ca-certificates"],
        or: &[
            "ca-certificates",
            "ca-certificates-java",
            "ca-certificates-mono",
            "python3-pip",
            "software-properties-common",
        ],
        mentions: &[],
        need: "https needs its certificates",
    },
    ReliedOn {
        packages: &["git"],
        recommended: &["openssh-client"],
        or: &["openssh-client", "ssh", "openssh-server"],
        mentions: &["git@", "ssh://", "type=ssh", ".ssh"],
        need: "git over ssh needs it",
    },
    ReliedOn {
        packages: &["git"],
        recommended: &["patch"],
        or: &["patch", "build-essential", "dpkg-dev"],
        mentions: &["patch "],
        need: "the file calls `patch`",
    },
    ReliedOn {
        packages: &["gcc", "golang-go", "golang", "cmake"],
        recommended: &["libc6-dev"],
        or: &["libc6-dev", "libc-dev", "build-essential", "g++", "clang"],
        mentions: &[],
        need: "a C compiler needs the headers of the C library",
    },
    ReliedOn {
        packages: &["golang-go", "golang", "cmake"],
        recommended: &["gcc"],
        or: &["gcc", "build-essential", "g++", "clang"],
        mentions: &[],
        need: "it calls the C compiler",
    },
    ReliedOn {
        packages: &["cmake"],
        recommended: &["make"],
        or: &["make", "build-essential", "ninja-build"],
        mentions: &[],
        need: "it writes Makefiles",
    },
    ReliedOn {
        packages: &["autoconf"],
        recommended: &["automake"],
        or: &["automake", "dh-autoreconf"],
        mentions: &["automake", "autoreconf", "aclocal", "autogen"],
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["rustc"],
        recommended: &["cargo"],
        or: &["cargo"],
        mentions: &["cargo"],
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["xvfb"],
        recommended: &["xauth"],
        or: &["xauth"],
        mentions: &[],
        need: "`xvfb-run` calls it",
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["build-essential"],
        or: &["build-essential"],
        mentions: &["pip install", "pip3 install", "pip wheel"],
        need: "pip compiles packages that have no wheel",
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["python3-dev"],
        or: &["python3-dev", "python3-all-dev"],
        mentions: &["pip install", "pip3 install", "pip wheel"],
        need: "pip compiles packages that have no wheel",
    },
    ReliedOn {
        packages: &["npm"],
        recommended: &["build-essential"],
        or: &["build-essential"],
        mentions: &["npm install", "npm ci", "npm i "],
        need: "npm compiles native modules",
    },
    ReliedOn {
        packages: &["zip"],
        recommended: &["unzip"],
        or: &["unzip"],
        mentions: &["unzip"],
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["wkhtmltopdf"],
        recommended: &["xvfb"],
        or: &["xvfb"],
        mentions: &["xvfb"],
        need: "the file calls it",
    },
];

/// Packages (or, with a `*`, all whose names start so) that are little without what they recommend.
pub const SETS: &[&str] = &[
    "debhelper",
    "devscripts",
    "dpkg-dev",
    "fonts-noto",
    "gnome*",
    "kde*",
    "kubuntu*",
    "libreoffice*",
    "lubuntu*",
    "lxde*",
    "lxqt*",
    "mate-*",
    "r-base",
    "r-base-core",
    "task-*",
    "texlive*",
    "ubuntu-desktop*",
    "wine*",
    "xfce4*",
    "xubuntu*",
];

/// True where `package` is one of [`SETS`].
pub fn is_set(package: &str) -> bool {
    SETS.iter().any(|set| match set.strip_suffix('*') {
        Some(prefix) => package.starts_with(prefix),
        None => package == *set,
    })
}
