//! Sets of what instructions and programs find set: variables, working directory, user, …

use std::collections::BTreeSet;

use crate::volatile::is_unread;

/// Something that one instruction sets and another finds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// A build argument or an environment variable.
    Variable(String),
    /// A label of the image.
    Label(String),
    /// The working directory.
    Workdir,
    /// The user.
    User,
    /// The shell of the shell form.
    Shell,
    /// The users and groups that exist, with their numbers.
    Accounts,
    /// Users and groups that are added.
    NewAccounts,
    /// A user or group that is added, or named.
    Account(String),
}

/// What an instruction finds or sets, never less than it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// All there is.
    pub all: bool,
    /// Every variable that a well-known tool looks at. Such a tool has no use for the commit or the date
    /// of the build (see [`is_volatile`](crate::is_volatile)).
    pub environment: bool,
    /// These.
    pub some: BTreeSet<Setting>,
}

impl Settings {
    /// Everything.
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Adds one.
    pub fn insert(&mut self, setting: Setting) {
        self.some.insert(setting);
    }

    /// Adds those of `other`.
    pub fn extend(&mut self, other: Self) {
        self.all |= other.all;
        self.environment |= other.environment;
        self.some.extend(other.some);
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        !self.all && !self.environment && self.some.is_empty()
    }

    /// True where something may be in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return false;
        }
        self.all
            || other.all
            || self.environment && other.configures_tools()
            || other.environment && self.configures_tools()
            || self.some.iter().any(|setting| other.some.contains(setting))
    }

    fn configures_tools(&self) -> bool {
        self.for_tools().next().is_some()
    }

    /// The variables in it that a well-known tool may look at.
    pub fn for_tools(&self) -> impl Iterator<Item = &str> {
        // Variables come first: there may be thousands of labels.
        let names = self.some.iter().map_while(|setting| match setting {
            Setting::Variable(name) => Some(name.as_str()),
            _ => None,
        });
        names.filter(|name| !is_unread(name))
    }
}
