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
    /// Packages that bring the same, so that nothing has to be named. A `*` ends a name that starts so.
    pub or: &'static [&'static str],
    /// The row applies only where the Dockerfile holds one of these; empty: always.
    pub mentions: &'static [&'static str],
    /// The releases whose packages have that relation.
    pub releases: Releases,
    /// Why it is missed, for a person.
    pub need: &'static str,
}

/// Releases of Debian and Ubuntu, known by parts of the base image's reference.
#[derive(Clone, Copy, Debug)]
pub enum Releases {
    /// All of them.
    All,
    /// Those whose image has a part of one of these groups in its reference.
    Only(&'static [&'static [&'static str]]),
    /// All but those.
    Except(&'static [&'static [&'static str]]),
}

impl ReliedOn {
    /// True where `package` brings what is recommended.
    pub fn is_brought_by(&self, package: &str) -> bool {
        self.or.iter().any(|pattern| matches(pattern, package))
    }
}

impl Releases {
    /// True where the image `reference`, which may be unknown, is of such a release.
    pub fn include(self, reference: Option<&str>) -> bool {
        let has = |groups: &[&[&str]]| {
            let mut parts = groups.iter().copied().flatten();
            reference.is_some_and(|reference| parts.any(|part| reference.contains(part)))
        };
        match self {
            Self::All => true,
            Self::Only(groups) => has(groups),
            Self::Except(groups) => !has(groups),
        }
    }
}

/// Ubuntu up to 16.04: gnupg is part of the image.
const WITH_GNUPG: &[&str] = &["precise", "12.04", "trusty", "14.04", "xenial", "16.04"];

/// Debian up to 10, Ubuntu up to 18.04.
const UP_TO_2018: &[&str] = &[
    "jessie",
    "stretch",
    "buster",
    "debian:8",
    "debian:9",
    "debian:10",
    "trusty",
    "14.04",
    "xenial",
    "16.04",
    "bionic",
    "18.04",
];

/// Ubuntu 20.04.
const UBUNTU_2020: &[&str] = &["focal", "20.04"];

/// The rows.
pub const RELIED_ON: &[ReliedOn] = &[
    // astral-sh/uv#6208, sourcegraph/lsp-adapter#73: https fails, behind a pipe without a word.
    ReliedOn {
        packages: &[
            "curl",
            "wget",
            "wget2",
            "git",
            "git-core",
            "aria2",
            "mercurial",
            "docker.io",
            "libcurl3",
            "libcurl3-gnutls",
            "libcurl4",
            "libcurl4-gnutls-dev",
            "libcurl4-openssl-dev",
            // These two depend on libcurl.
            "cargo",
            "cmake",
            "postfix",
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
        releases: Releases::All,
        need: "https needs its certificates",
    },
    ReliedOn {
        packages: &["git", "git-core"],
        recommended: &["openssh-client"],
        or: &["openssh-client", "ssh", "openssh-server"],
        mentions: &["git@", "ssh://", "type=ssh", ".ssh"],
        releases: Releases::All,
        need: "git over ssh needs it",
    },
    ReliedOn {
        packages: &["git", "git-core"],
        recommended: &["patch"],
        or: &["patch", "build-essential", "dpkg-dev"],
        mentions: &["patch "],
        releases: Releases::All,
        need: "the file calls `patch`",
    },
    ReliedOn {
        packages: &[
            "gcc",
            "gcc-4.8",
            "gcc-4.9",
            "gcc-5",
            "gcc-6",
            "gcc-7",
            "gcc-8",
            "gcc-9",
            "gcc-10",
            "gcc-11",
            "gcc-12",
            "gcc-13",
            "gcc-14",
            "gcc-15",
            "golang-go",
            "golang",
            "cmake",
        ],
        recommended: &["libc6-dev"],
        or: &["libc6-dev", "libc-dev", "build-essential", "g++*", "clang*"],
        mentions: &[],
        releases: Releases::All,
        need: "a C compiler needs the headers of the C library",
    },
    ReliedOn {
        packages: &["golang-go", "golang", "cmake"],
        recommended: &["gcc"],
        or: &["gcc", "build-essential", "g++*", "clang*"],
        mentions: &[],
        releases: Releases::All,
        need: "it calls the C compiler",
    },
    ReliedOn {
        packages: &["cmake"],
        recommended: &["make"],
        or: &["make", "build-essential", "ninja-build"],
        mentions: &[],
        releases: Releases::All,
        need: "it writes Makefiles",
    },
    ReliedOn {
        packages: &["autoconf"],
        recommended: &["automake"],
        or: &["automake", "dh-autoreconf"],
        mentions: &["automake", "autoreconf", "aclocal", "autogen"],
        releases: Releases::All,
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["rustc"],
        recommended: &["cargo"],
        or: &["cargo"],
        mentions: &["cargo"],
        releases: Releases::All,
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["xvfb"],
        recommended: &["xauth"],
        or: &["xauth"],
        mentions: &[],
        releases: Releases::All,
        need: "`xvfb-run` calls it",
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["build-essential"],
        or: &["build-essential"],
        mentions: &["pip install", "pip3 install", "pip wheel"],
        releases: Releases::All,
        need: "pip compiles packages that have no wheel",
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["python3-dev"],
        or: &["python3-dev", "python3-all-dev"],
        mentions: &["pip install", "pip3 install", "pip wheel"],
        releases: Releases::All,
        need: "pip compiles packages that have no wheel",
    },
    ReliedOn {
        packages: &["npm"],
        recommended: &["build-essential"],
        or: &["build-essential"],
        mentions: &["npm install", "npm ci", "npm i "],
        releases: Releases::All,
        need: "npm compiles native modules",
    },
    ReliedOn {
        packages: &["zip"],
        recommended: &["unzip"],
        or: &["unzip"],
        mentions: &["unzip"],
        releases: Releases::All,
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["wkhtmltopdf"],
        recommended: &["xvfb"],
        or: &["xvfb"],
        mentions: &["xvfb"],
        releases: Releases::All,
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["gcc-aarch64-linux-gnu"],
        recommended: &["libc6-dev-arm64-cross"],
        or: &["libc6-dev-arm64-cross", "g++-aarch64-linux-gnu"],
        mentions: &[],
        releases: Releases::All,
        need: "a C compiler needs the headers of the C library",
    },
    ReliedOn {
        packages: &["gcc-arm-linux-gnueabihf"],
        recommended: &["libc6-dev-armhf-cross"],
        or: &["libc6-dev-armhf-cross", "g++-arm-linux-gnueabihf"],
        mentions: &[],
        releases: Releases::All,
        need: "a C compiler needs the headers of the C library",
    },
    ReliedOn {
        packages: &["gcc-arm-linux-gnueabi"],
        recommended: &["libc6-dev-armel-cross"],
        or: &["libc6-dev-armel-cross", "g++-arm-linux-gnueabi"],
        mentions: &[],
        releases: Releases::All,
        need: "a C compiler needs the headers of the C library",
    },
    ReliedOn {
        packages: &["gcc-riscv64-linux-gnu"],
        recommended: &["libc6-dev-riscv64-cross"],
        or: &["libc6-dev-riscv64-cross", "g++-riscv64-linux-gnu"],
        mentions: &[],
        releases: Releases::All,
        need: "a C compiler needs the headers of the C library",
    },
    ReliedOn {
        packages: &["gcc-arm-none-eabi"],
        recommended: &["libnewlib-arm-none-eabi"],
        or: &["libnewlib-arm-none-eabi"],
        mentions: &[],
        releases: Releases::All,
        need: "a C compiler needs the headers of the C library",
    },
    // `google/protobuf/*.proto`.
    ReliedOn {
        packages: &["protobuf-compiler"],
        recommended: &["libprotobuf-dev"],
        or: &["libprotobuf-dev"],
        mentions: &[],
        releases: Releases::Except(&[UP_TO_2018]),
        need: "`protoc` needs its well-known types",
    },
    ReliedOn {
        packages: &["flex"],
        recommended: &["libfl-dev"],
        or: &["libfl-dev"],
        mentions: &[],
        releases: Releases::Except(&[UP_TO_2018]),
        need: "scanners are linked with it",
    },
    ReliedOn {
        packages: &["cpanminus"],
        recommended: &["make"],
        or: &["make", "build-essential"],
        mentions: &["cpanm"],
        releases: Releases::All,
        need: "`cpanm` calls it",
    },
    ReliedOn {
        packages: &["checkinstall"],
        recommended: &["make"],
        or: &["make", "build-essential"],
        mentions: &[],
        releases: Releases::All,
        need: "it calls `make`",
    },
    ReliedOn {
        packages: &["cabal-install"],
        recommended: &["ca-certificates", "curl"],
        or: &["curl", "wget"],
        mentions: &[],
        releases: Releases::All,
        need: "`cabal` downloads with it",
    },
    ReliedOn {
        packages: &["sshpass", "mercurial"],
        recommended: &["openssh-client"],
        or: &["openssh-client", "ssh", "openssh-server"],
        mentions: &["sshpass", "ssh://"],
        releases: Releases::All,
        need: "it calls `ssh`",
    },
    ReliedOn {
        packages: &["procps"],
        recommended: &["psmisc"],
        or: &["psmisc"],
        mentions: &["killall", "pstree", "fuser"],
        releases: Releases::All,
        need: "the file calls it",
    },
    ReliedOn {
        packages: &["apache2"],
        recommended: &["ssl-cert"],
        or: &["ssl-cert"],
        mentions: &["default-ssl", "snakeoil"],
        releases: Releases::All,
        need: "the default site for https needs its certificate",
    },
    // `gpg` alone has no agent, without which it imports no keys.
    ReliedOn {
        packages: &["software-properties-common", "dirmngr", "gpg"],
        recommended: &["gnupg"],
        or: &["gnupg", "gnupg2", "gpg-agent", "gnupg-agent"],
        mentions: &["add-apt-repository", "apt-add-repository", "apt-key", "gpg "],
        releases: Releases::Except(&[WITH_GNUPG]),
        need: "keys of repositories are added with it",
    },
    ReliedOn {
        packages: &["gnupg", "gnupg2"],
        recommended: &["dirmngr"],
        or: &["dirmngr"],
        mentions: &["keyserver", "recv-key"],
        releases: Releases::Only(&[&["stretch", "debian:9"]]),
        need: "it fetches keys from a server",
    },
    ReliedOn {
        packages: &["python3-pip"],
        recommended: &["python3-setuptools", "python3-wheel"],
        or: &["python3-setuptools"],
        mentions: &["pip install", "pip3 install", "pip wheel"],
        releases: Releases::Only(&[UP_TO_2018]),
        need: "pip builds packages with it",
    },
    ReliedOn {
        packages: &["python-pip"],
        recommended: &["build-essential", "python-all-dev", "python-setuptools", "python-wheel"],
        or: &["python-setuptools"],
        mentions: &["pip install", "pip3 install", "pip wheel"],
        releases: Releases::Only(&[UP_TO_2018]),
        need: "pip builds packages with it",
    },
    ReliedOn {
        packages: &["npm"],
        recommended: &["git"],
        or: &["git"],
        mentions: &["npm install", "npm ci", "npm i "],
        releases: Releases::Except(&[UP_TO_2018, UBUNTU_2020]),
        need: "npm clones dependencies with it",
    },
];

/// Packages (or, with a `*`, all whose names start so) that are little without what they recommend.
pub const SETS: &[&str] = &[
    "debhelper",
    "devscripts",
    // `docker compose` and `docker buildx` come as recommended packages.
    "docker-ce*",
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

/// True where `package` is one of [`SETS`], or a task (`lamp-server^`).
pub fn is_set(package: &str) -> bool {
    package.ends_with('^') || SETS.iter().any(|set| matches(set, package))
}

/// A `*` at the end of `pattern` stands for any rest.
fn matches(pattern: &str, package: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => package.starts_with(prefix),
        None => package == pattern,
    }
}
