//! The package managers, one row each.

/// Package managers that work on the same packages and caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Debian, Ubuntu: apt.
    Apt,
    /// Alpine, Wolfi: apk.
    Apk,
    /// Fedora, RHEL, Amazon Linux, Azure Linux: dnf, yum and their small siblings.
    Rpm,
    /// openSUSE: zypper.
    Zypper,
    /// Arch Linux: pacman.
    Pacman,
    /// Python: pip.
    Pip,
}

/// What a command does with packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetches the index of what can be installed.
    Update,
    /// Installs the packages named.
    Install,
    /// Brings what is installed up to date.
    Upgrade,
    /// Removes packages.
    Remove,
    /// Empties caches.
    Clean,
    /// Something else that needs the index.
    Query,
    /// Something else.
    Other,
}

/// A package manager.
#[derive(Debug)]
pub struct Manager {
    /// Its kind.
    pub family: Family,
    /// The programs that read its command line.
    pub programs: &'static [&'static str],
    /// True where a version may follow the program: `pip3.11`.
    pub versioned: bool,
    /// Programs beside it that change nothing but its own settings and packages.
    pub helpers: &'static [&'static str],
    /// Options whose value is the next word.
    pub value_options: &'static [&'static str],
    /// What each subcommand does.
    pub subcommands: &'static [(&'static str, Action)],
    /// Folders that hold nothing but its caches, which the clean-up of a RUN may empty.
    pub caches: &'static [&'static str],
}

impl Manager {
    /// The manager whose command line `program` reads.
    pub fn of_program(program: &str) -> Option<&'static Manager> {
        ALL.iter().find(|manager| {
            let program = if manager.versioned { without_version(program) } else { program };
            manager.programs.contains(&program)
        })
    }

    /// The manager of that family.
    pub fn of_family(family: Family) -> &'static Manager {
        ALL.iter().find(|manager| manager.family == family).expect("invariant: every family has a row")
    }

    /// What the subcommand does.
    pub fn action(&self, subcommand: &str) -> Action {
        let row = self.subcommands.iter().find(|(name, _)| *name == subcommand);
        row.map_or(Action::Other, |&(_, action)| action)
    }
}

/// `pip` for `pip3.12`.
pub(crate) fn without_version(program: &str) -> &str {
    program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// Every package manager that is known.
pub const ALL: &[Manager] = &[
    // apt-get(8), apt(8), aptitude(8).
    Manager {
        family: Family::Apt,
        programs: &["apt-get", "apt", "aptitude"],
        versioned: false,
        helpers: &["apt-key", "apt-mark", "add-apt-repository", "dpkg", "dpkg-reconfigure"],
        value_options: &[
            "-t",
            "--target-release",
            "--default-release",
            "-o",
            "--option",
            "-c",
            "--config-file",
            "-a",
            "--host-architecture",
            "-P",
            "--build-profiles",
        ],
        subcommands: &[
            ("update", Action::Update),
            ("install", Action::Install),
            ("reinstall", Action::Install),
            ("build-dep", Action::Install),
            ("upgrade", Action::Upgrade),
            ("dist-upgrade", Action::Upgrade),
            ("full-upgrade", Action::Upgrade),
            ("safe-upgrade", Action::Upgrade),
            ("remove", Action::Remove),
            ("purge", Action::Remove),
            ("autoremove", Action::Remove),
            ("autopurge", Action::Remove),
            ("clean", Action::Clean),
            ("autoclean", Action::Clean),
            // Since apt 2.7; removes the index, too.
            ("dist-clean", Action::Clean),
            ("distclean", Action::Clean),
            ("source", Action::Query),
            ("download", Action::Query),
            ("search", Action::Query),
            ("show", Action::Query),
            ("policy", Action::Query),
            ("list", Action::Query),
            ("satisfy", Action::Install),
        ],
        caches: &["/var/lib/apt/lists", "/var/cache/apt", "/var/cache/debconf"],
    },
    // apk(8) of apk-tools 2 and 3.
    Manager {
        family: Family::Apk,
        programs: &["apk"],
        versioned: false,
        helpers: &["update-ca-certificates"],
        value_options: &[
            "-t",
            "--virtual",
            "-X",
            "--repository",
            "-p",
            "--root",
            "--arch",
            "--keys-dir",
            "--cache-dir",
            "--cache-max-age",
            "--repositories-file",
            "--wait",
            "--progress-fd",
            "--timeout",
        ],
        subcommands: &[
            ("update", Action::Update),
            ("add", Action::Install),
            ("fix", Action::Install),
            ("upgrade", Action::Upgrade),
            ("del", Action::Remove),
            ("fetch", Action::Query),
            ("search", Action::Query),
            ("policy", Action::Query),
            ("list", Action::Query),
        ],
        caches: &["/var/cache/apk", "/etc/apk/cache"],
    },
    // dnf(8), yum(8), microdnf(8), tdnf(8).
    Manager {
        family: Family::Rpm,
        programs: &["dnf", "dnf5", "yum", "microdnf", "tdnf"],
        versioned: false,
        helpers: &["rpm", "yum-config-manager"],
        value_options: &[
            "--enablerepo",
            "--disablerepo",
            "--repo",
            "--repoid",
            "--repofrompath",
            "--setopt",
            "--releasever",
            "--installroot",
            "-c",
            "--config",
            "-x",
            "--exclude",
            "--forcearch",
            "--comment",
            "--enableplugin",
            "--disableplugin",
            "--advisory",
            "--downloaddir",
            "--destdir",
            "-d",
            "-e",
            "-R",
        ],
        subcommands: &[
            ("makecache", Action::Update),
            ("check-update", Action::Update),
            ("install", Action::Install),
            ("localinstall", Action::Install),
            ("reinstall", Action::Install),
            ("groupinstall", Action::Install),
            ("module", Action::Install),
            ("group", Action::Install),
            ("update", Action::Upgrade),
            ("upgrade", Action::Upgrade),
            ("distro-sync", Action::Upgrade),
            ("remove", Action::Remove),
            ("erase", Action::Remove),
            ("autoremove", Action::Remove),
            ("clean", Action::Clean),
            ("builddep", Action::Install),
            ("swap", Action::Install),
            ("downgrade", Action::Install),
            ("groupupdate", Action::Upgrade),
            ("upgrade-minimal", Action::Upgrade),
            ("update-minimal", Action::Upgrade),
            ("list", Action::Query),
            ("search", Action::Query),
            ("info", Action::Query),
            ("provides", Action::Query),
            ("repolist", Action::Query),
            ("repoquery", Action::Query),
            ("download", Action::Query),
        ],
        caches: &["/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf"],
    },
    // zypper(8).
    Manager {
        family: Family::Zypper,
        programs: &["zypper"],
        versioned: false,
        helpers: &[],
        value_options: &[
            "-R",
            "--root",
            "-D",
            "--reposd-dir",
            "-C",
            "--cache-dir",
            "-r",
            "--repo",
            "--from",
            "-t",
        ],
        subcommands: &[
            ("refresh", Action::Update),
            ("ref", Action::Update),
            ("install", Action::Install),
            ("in", Action::Install),
            ("update", Action::Upgrade),
            ("up", Action::Upgrade),
            ("dist-upgrade", Action::Upgrade),
            ("dup", Action::Upgrade),
            ("patch", Action::Upgrade),
            ("search", Action::Query),
            ("se", Action::Query),
            ("info", Action::Query),
            ("remove", Action::Remove),
            ("rm", Action::Remove),
            ("clean", Action::Clean),
            ("cc", Action::Clean),
        ],
        caches: &["/var/cache/zypp"],
    },
    // pacman(8): its subcommands are options, so only that it is pacman's is known.
    Manager {
        family: Family::Pacman,
        programs: &["pacman"],
        versioned: false,
        helpers: &["pacman-key"],
        value_options: &["-b", "--dbpath", "-r", "--root", "--cachedir", "--config", "--arch"],
        subcommands: &[],
        caches: &["/var/cache/pacman"],
    },
    // https://pip.pypa.io/en/stable/cli/pip_install/
    Manager {
        family: Family::Pip,
        programs: &["pip"],
        versioned: true,
        helpers: &[],
        value_options: &[
            "-r",
            "--requirement",
            "-c",
            "--constraint",
            "-e",
            "--editable",
            "-t",
            "--target",
            "-i",
            "--index-url",
            "--pypi-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--platform",
            "--python-version",
            "--implementation",
            "--abi",
            "--root",
            "--prefix",
            "--src",
            "--upgrade-strategy",
            "--cache-dir",
            "--timeout",
            "--retries",
            "--proxy",
            "--log",
            "--cert",
            "--client-cert",
            "--trusted-host",
            "--exists-action",
            "--progress-bar",
            "--no-binary",
            "--only-binary",
            "--build-option",
            "--global-option",
            "-C",
            "--config-settings",
            "--report",
            "--root-user-action",
            "--use-feature",
            "--use-deprecated",
            "--python",
            "-w",
            "--wheel-dir",
            "-d",
            "--dest",
        ],
        subcommands: &[
            ("install", Action::Install),
            ("uninstall", Action::Remove),
            ("cache", Action::Clean),
            ("wheel", Action::Query),
            ("download", Action::Query),
        ],
        caches: &["/root/.cache/pip", "/root/.cache", "~/.cache/pip", "~/.cache"],
    },
];
