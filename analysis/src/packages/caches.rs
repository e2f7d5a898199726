//! What the package managers of a system leave behind, and what empties it.

use crate::invocation::Invocation;

use super::managers::Family;

/// What one program keeps of what it downloads, and how to get rid of it.
#[derive(Debug)]
pub struct CleanUp {
    /// Whose caches they are.
    pub family: Family,
    /// The program that fills them.
    pub program: &'static str,
    /// Where they are.
    pub folders: &'static [&'static str],
    /// What empties them.
    pub by: By,
    /// Options that say where the packages come from. The clean-up gets those of the installation, as it
    /// looks at no other repositories.
    pub repeated: &'static [&'static str],
    /// Options that put the caches elsewhere; a name may be part of a value (`--setopt=cachedir=…`).
    pub elsewhere: &'static [&'static str],
    /// True where the clean-up fails without an enabled repository.
    pub needs_repositories: bool,
}

/// What empties caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The program itself, with these words.
    Itself(&'static str),
    /// `rm -rf` of what is in this folder.
    Removal(&'static str),
}

const RPM_REPOSITORIES: &[&str] = &[
    "--enablerepo",
    "--disablerepo",
    "--repo",
    "--repoid",
    "--repofrompath",
    "--releasever",
    "-c",
    "--config",
];

const RPM_ELSEWHERE: &[&str] = &["--installroot", "cachedir"];

/// The programs of package managers that keep something, one row each. (apk keeps nothing with
/// `--no-cache`; the lists of apt belong to no program: `apt-get`, `apt` and `aptitude` share them.)
pub const CLEAN_UPS: &[CleanUp] = &[
    // yum(8): `clean all` cleans the repositories that are enabled, and needs one:
    // https://github.com/rpm-software-management/yum/blob/master/yumcommands.py (CleanCommand). What
    // `--enablerepo` brought stays without it (oracle/migrate-to-ol#10).
    // On newer systems it is another name of dnf (metal3-io/ironic-image#91).
    CleanUp {
        family: Family::Rpm,
        program: "yum",
        folders: &["/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"],
        by: By::Itself("clean all"),
        repeated: RPM_REPOSITORIES,
        elsewhere: RPM_ELSEWHERE,
        needs_repositories: true,
    },
    // https://dnf.readthedocs.io/en/latest/command_ref.html#clean-command; the program is dnf5 since Fedora 41.
    CleanUp {
        family: Family::Rpm,
        program: "dnf",
        folders: &["/var/cache/dnf", "/var/cache/libdnf5"],
        by: By::Itself("clean all"),
        repeated: &[],
        elsewhere: RPM_ELSEWHERE,
        needs_repositories: false,
    },
    // https://dnf5.readthedocs.io/en/latest/misc/caching.7.html
    CleanUp {
        family: Family::Rpm,
        program: "dnf5",
        folders: &["/var/cache/libdnf5"],
        by: By::Itself("clean all"),
        repeated: &[],
        elsewhere: RPM_ELSEWHERE,
        needs_repositories: false,
    },
    // https://github.com/rpm-software-management/microdnf: CACHEDIR in dnf-main.c is yum's; dnf5 stands in
    // for it on newer systems.
    CleanUp {
        family: Family::Rpm,
        program: "microdnf",
        folders: &["/var/cache/yum", "/var/cache/libdnf5"],
        by: By::Itself("clean all"),
        repeated: RPM_REPOSITORIES,
        elsewhere: RPM_ELSEWHERE,
        needs_repositories: true,
    },
    // https://github.com/vmware/tdnf/wiki: cachedir in tdnf.conf.
    CleanUp {
        family: Family::Rpm,
        program: "tdnf",
        folders: &["/var/cache/tdnf"],
        by: By::Itself("clean all"),
        repeated: RPM_REPOSITORIES,
        elsewhere: RPM_ELSEWHERE,
        needs_repositories: true,
    },
    // zypper(8): `clean` alone removes only packages, which are not kept anyway. It succeeds without any
    // repository (seen with zypper 1.14.42).
    CleanUp {
        family: Family::Zypper,
        program: "zypper",
        folders: &["/var/cache/zypp"],
        by: By::Itself("clean --all"),
        repeated: &[],
        elsewhere: &[
            "--root",
            "-R",
            "--installroot",
            "--cache-dir",
            "-C",
            "--pkg-cache-dir",
            "--raw-cache-dir",
        ],
        needs_repositories: false,
    },
    // `pacman -Scc --noconfirm` removes no package: it takes the default answer, which is no
    // (nfnty/dockerfiles#2). What is in /var/lib/pacman/sync stays: `pacman -S` needs it.
    CleanUp {
        family: Family::Pacman,
        program: "pacman",
        folders: &["/var/cache/pacman/pkg"],
        by: By::Removal("/var/cache/pacman/pkg"),
        repeated: &[],
        elsewhere: &["--root", "-r", "--sysroot", "--cachedir", "-w", "--downloadonly"],
        needs_repositories: false,
    },
];

/// What says, anywhere in a file, that packages are kept on purpose: as the setting of a configuration
/// (dnf.conf(5), zypper(8)), or as an option.
pub const KEEPS_PACKAGES: &[(Family, &[&str])] = &[
    (
        Family::Rpm,
        &[
            "keepcache=1",
            "keepcache=True",
            "keepcache=true",
            "keepcache=yes",
            "--downloadonly",
            "--download-only",
        ],
    ),
    (Family::Zypper, &["keep-packages", "keeppackages=1", "--download-only"]),
    (Family::Pacman, &["CacheDir"]),
];

/// Options with which a command works from the metadata that are there: yum(8), dnf(8), dnf5(8), zypper(8).
pub const OFFLINE: &[(Family, &str)] = &[
    (Family::Rpm, "-C"),
    (Family::Rpm, "--cacheonly"),
    (Family::Rpm, "--offline"),
    (Family::Zypper, "--no-refresh"),
];

impl CleanUp {
    /// The row of the program.
    pub fn of_program(program: &str) -> Option<&'static CleanUp> {
        CLEAN_UPS.iter().find(|row| row.program == program)
    }
}

/// What a command of pacman does: its subcommands are options (pacman(8)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacmanAction {
    /// Downloads packages into its cache and installs them.
    Installs,
    /// Downloads packages into its cache to keep them there.
    Keeps,
    /// Empties its cache, if somebody answers the question about it.
    Cleans,
    /// None of these.
    Other,
}

/// Reads a command of pacman.
pub fn pacman_action(invocation: &Invocation<'_>) -> PacmanAction {
    let words: Vec<_> = invocation.arguments.iter().map(|word| invocation.literal(word)).collect();
    // How often an option is given, in its short form also among others: `c` in `-Scc`.
    let times = |letter: char, long: &str| -> usize {
        let in_word = |word: &str| match word.strip_prefix('-') {
            Some(cluster) if !cluster.starts_with('-') => cluster.matches(letter).count(),
            _ => usize::from(word == long),
        };
        words.iter().flatten().map(|word| in_word(word)).sum()
    };
    let has = |letter, long| times(letter, long) > 0;
    if has('U', "--upgrade") {
        let is_url = words.iter().any(|word| word.as_ref().is_none_or(|word| word.contains("://")));
        return if is_url { PacmanAction::Installs } else { PacmanAction::Other };
    }
    if !has('S', "--sync") {
        return PacmanAction::Other;
    }
    if has('c', "--clean") {
        let asks = !words.iter().flatten().any(|word| word == "--noconfirm");
        return if times('c', "--clean") > 1 && asks { PacmanAction::Cleans } else { PacmanAction::Other };
    }
    let only_asks = has('s', "--search")
        || has('i', "--info")
        || has('l', "--list")
        || has('g', "--groups")
        || has('p', "--print");
    let has_operands = words.iter().any(|word| word.as_ref().is_none_or(|word| !word.starts_with('-')));
    if only_asks || !has_operands && !has('u', "--sysupgrade") {
        return PacmanAction::Other;
    }
    if has('w', "--downloadonly") { PacmanAction::Keeps } else { PacmanAction::Installs }
}
