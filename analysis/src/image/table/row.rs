//! How rows of the table are written.

use std::borrow::Cow;

pub(super) use crate::image::profile::{Entrypoint, Family};

use crate::image::name::Name;
use crate::image::profile::{Account, Profile};

/// An image, by its name in [`Name::canonical`]. A `*` at its end is any text.
pub(super) struct Image {
    pub(super) name: &'static str,
    pub(super) variants: &'static [Variant],
}

/// What some tags of an image are.
#[derive(Clone, Copy)]
pub(super) struct Variant {
    /// What has to hold of the tag, all of it.
    pub(super) conditions: &'static [When],
    /// What it is made from; the first where no word of the tag says so.
    pub(super) families: &'static [Family],
    pub(super) default_user: Option<User>,
    pub(super) account: Option<User>,
    pub(super) entrypoint: Entrypoint,
    /// None where it is the shell of the family.
    pub(super) command: Option<&'static [&'static str]>,
    pub(super) ports: &'static [u16],
    pub(super) writable: &'static [&'static str],
}

/// What may have to hold of a tag.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// One of its words starts so.
    Word(&'static [&'static str]),
    /// Its version is this one or newer.
    From(u32, u32),
    /// Its version is older.
    Before(u32, u32),
}

/// An [`Account`] of the table.
#[derive(Clone, Copy)]
pub(super) struct User {
    pub(super) name: &'static str,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) group: &'static str,
    pub(super) home: Option<&'static str>,
    pub(super) variable: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    Certain,
    Possible,
}

impl Variant {
    /// Whether all that has to hold does; none where something does not.
    pub(super) fn holds(&self, name: &Name<'_>) -> Option<Certainty> {
        let mut certainty = Certainty::Certain;
        for condition in self.conditions {
            match condition.holds(name) {
                Some(true) => {}
                Some(false) => return None,
                None => certainty = Certainty::Possible,
            }
        }
        Some(certainty)
    }

    pub(super) fn has_word(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, When::Word(_)))
    }

    pub(super) fn profile(&self, family: Family) -> Profile {
        let command = self.command.unwrap_or(shell(family));
        Profile {
            family,
            default_user: self.default_user.map(User::account),
            account: self.account.map(User::account),
            entrypoint: self.entrypoint,
            command: owned(command),
            ports: Cow::Borrowed(self.ports),
            writable: owned(self.writable),
        }
    }

    pub(super) const fn when(self, conditions: &'static [When]) -> Self {
        Self { conditions, ..self }
    }

    /// Its containers start as this user.
    pub(super) const fn as_user(self, user: User) -> Self {
        Self { default_user: Some(user), ..self }
    }

    /// It has an account for applications.
    pub(super) const fn with(self, user: User) -> Self {
        Self { account: Some(user), ..self }
    }

    pub(super) const fn entrypoint(self, entrypoint: Entrypoint) -> Self {
        Self { entrypoint, ..self }
    }

    pub(super) const fn runs(self, command: &'static [&'static str]) -> Self {
        Self { command: Some(command), ..self }
    }

    pub(super) const fn ports(self, ports: &'static [u16]) -> Self {
        Self { ports, ..self }
    }

    pub(super) const fn writable(self, writable: &'static [&'static str]) -> Self {
        Self { writable, ..self }
    }
}

impl When {
    pub(super) fn holds(self, name: &Name<'_>) -> Option<bool> {
        match self {
            Self::Word(words) => {
                let known = words.iter().map(|word| name.has(word));
                known.reduce(|one, other| if one == Some(true) { one } else { other }).flatten()
            }
            Self::From(major, minor) => name.version().is_from(major, minor),
            Self::Before(major, minor) => name.version().is_from(major, minor).map(|is_from| !is_from),
        }
    }
}

impl User {
    pub(super) const fn home(self, home: &'static str) -> Self {
        Self { home: Some(home), ..self }
    }

    pub(super) fn account(self) -> Account {
        Account {
            name: Cow::Borrowed(self.name),
            uid: self.uid,
            gid: self.gid,
            group: Cow::Borrowed(self.group),
            home: self.home.map(Cow::Borrowed),
            variable: self.variable.map(Cow::Borrowed),
        }
    }
}

pub(super) fn owned(words: &'static [&'static str]) -> Cow<'static, [Cow<'static, str>]> {
    words.iter().map(|word| Cow::Borrowed(*word)).collect()
}

/// What an image of the family starts that says nothing else.
pub(super) fn shell(family: Family) -> &'static [&'static str] {
    match family {
        Family::Debian => &["bash"],
        Family::Alpine => &["/bin/sh"],
        Family::BusyBox => &["sh"],
        Family::Wolfi => &["/bin/sh", "-l"],
        Family::Arch => &["/usr/bin/bash"],
        Family::Ubuntu
        | Family::RedHat
        | Family::RedHatMinimal
        | Family::AmazonLinux
        | Family::AzureLinux
        | Family::Suse => &["/bin/bash"],
        Family::Windows => &["c:\\windows\\system32\\cmd.exe"],
        Family::Distroless | Family::Scratch => &[],
    }
}

pub(super) const fn image(name: &'static str, variants: &'static [Variant]) -> Image {
    Image { name, variants }
}

/// Runs commands as they are, as root.
pub(super) const fn on(families: &'static [Family]) -> Variant {
    Variant {
        conditions: &[],
        families,
        default_user: None,
        account: None,
        entrypoint: Entrypoint::RunsCommand,
        command: None,
        ports: &[],
        writable: &[],
    }
}

/// Tags of which nothing is known.
pub(super) const fn unknown(words: &'static [When]) -> Variant {
    on(&[]).when(words)
}

/// A user with a group of its own name and number, and no home.
pub(super) const fn user(name: &'static str, uid: u32) -> User {
    User { name, uid, gid: uid, group: name, home: None, variable: None }
}

/// A user in the group of root.
pub(super) const fn user_of_root(name: &'static str, uid: u32) -> User {
    User { gid: 0, group: "root", ..user(name, uid) }
}

pub(super) const NONROOT: User = user("nonroot", 65532);

pub(super) const ALPINE: &[Family] = &[Family::Alpine];
pub(super) const AMAZON_LINUX: &[Family] = &[Family::AmazonLinux];
pub(super) const DEBIAN: &[Family] = &[Family::Debian];
pub(super) const DEBIAN_ALPINE: &[Family] = &[Family::Debian, Family::Alpine];
pub(super) const DISTROLESS: &[Family] = &[Family::Distroless];
pub(super) const RED_HAT: &[Family] = &[Family::RedHat];
pub(super) const RED_HAT_MINIMAL: &[Family] = &[Family::RedHatMinimal];
pub(super) const RED_HAT_BOTH: &[Family] = &[Family::RedHat, Family::RedHatMinimal];
pub(super) const UBUNTU: &[Family] = &[Family::Ubuntu];
pub(super) const WINDOWS: &[Family] = &[Family::Windows];
