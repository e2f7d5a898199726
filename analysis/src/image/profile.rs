//! How containers of an image run: the users that are there, how one is made, and what starts.

use std::borrow::Cow;

/// What is known of how containers of an image run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The distribution it is made from, as far as accounts depend on it.
    pub family: Family,
    /// The account that containers start as; none for root.
    pub default_user: Option<Account>,
    /// An account that is there for applications to run as.
    pub account: Option<Account>,
    /// What the ENTRYPOINT of the image does with a command.
    pub entrypoint: Entrypoint,
    /// What runs where the file names no command: program and arguments. Empty where the image has none.
    pub command: Cow<'static, [Cow<'static, str>]>,
    /// The ports that it exposes.
    pub ports: Cow<'static, [u16]>,
    /// Folders that every user may write to, beside `/tmp` and `/var/tmp`.
    pub writable: Cow<'static, [Cow<'static, str>]>,
}

/// An entry of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The number of the user.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// The name of its group.
    pub group: Cow<'static, str>,
    /// Its home, where that folder is there and belongs to it.
    pub home: Option<Cow<'static, str>>,
    /// The variable of the image's configuration that holds the number of the user: `APP_UID`.
    pub variable: Option<Cow<'static, str>>,
}

/// What the ENTRYPOINT of an image does with the command that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrypoint {
    /// There is none, or it runs the command as it is, as the user that it is started as.
    RunsCommand,
    /// Started as root, it prepares something and gives root up itself.
    DropsRoot,
    /// It does what only root may.
    NeedsRoot,
}

/// Distributions, as far as accounts depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian. `adduser` is gone from Debian 13; `useradd` is essential there.
    Debian,
    /// Ubuntu. From 23.04 on the number 1000 is taken.
    Ubuntu,
    /// Alpine.
    Alpine,
    /// BusyBox alone.
    BusyBox,
    /// Wolfi and Chainguard's images with a shell.
    Wolfi,
    /// Fedora, RHEL, UBI and those made from them, with `shadow-utils`.
    RedHat,
    /// The same without it: `ubi-minimal` (from 9.3), `ubi-micro`, `fedora-minimal`, Rocky's minimal images.
    RedHatMinimal,
    /// Amazon Linux, which has no `shadow-utils`.
    AmazonLinux,
    /// Azure Linux and CBL-Mariner, which have no `shadow-utils`.
    AzureLinux,
    /// openSUSE and SLE.
    Suse,
    /// Arch Linux.
    Arch,
    /// No shell and no package manager, but `/etc/passwd` with `nonroot`.
    Distroless,
    /// Nothing at all.
    Scratch,
    /// Windows.
    Windows,
}

/// With what an account is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// `groupadd` and `useradd` of shadow.
    Shadow,
    /// `addgroup` and `adduser` of BusyBox.
    BusyBox,
    /// A shell, and nothing that makes accounts: lines are added to `/etc/passwd` and `/etc/group`.
    Shell,
    /// Nothing runs there: a number has to do.
    Nothing,
}

impl Profile {
    /// What is known of the image `reference`, which may hold variables: of an image in `added`, by name, or of one
    /// in the table.
    pub fn of(_reference: &str, added: &[(String, Profile)]) -> Option<Self> {
        added.first().map(|(_, profile)| profile.clone())
    }
}

impl Family {
    /// With what accounts are made; none for Windows, whose users are none of Linux.
    pub fn tools(self) -> Option<Tools> {
        match self {
            Self::Debian | Self::Ubuntu | Self::RedHat | Self::Suse | Self::Arch => Some(Tools::Shadow),
            Self::Alpine | Self::BusyBox | Self::Wolfi => Some(Tools::BusyBox),
            Self::RedHatMinimal | Self::AmazonLinux | Self::AzureLinux => Some(Tools::Shell),
            Self::Distroless | Self::Scratch => Some(Tools::Nothing),
            Self::Windows => None,
        }
    }
}
