//! Who the container runs as, and who it is to run as.

use dfopt_analysis::accounts::{self, NewAccount, NewGroup};
use dfopt_analysis::{Account, Build, Profile, Stage, Tools};
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use crate::reordering::Declined;
use crate::{Context, Users};

/// Who a container of a stage runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Now {
    /// Who the base image says, or root.
    Default(Root),
    /// Somebody else: the instruction.
    Other(usize),
    /// A variable decides.
    Unknown,
}

/// What the file says of root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Root {
    /// The last USER, which names root.
    user: Option<usize>,
    /// The last one above it that names somebody else.
    before: Option<usize>,
}

/// Who a container of `stage` runs as.
pub(super) fn now(build: &Build<'_>, stage: &Stage) -> Now {
    let instructions = build.latest_first(stage);
    let mut users = instructions.filter(|&i| build.instruction(i).keyword() == Keyword::User);
    let Some(last) = users.next() else { return Now::Default(Root::default()) };
    match build.state_after(last).user.as_deref() {
        None => Now::Unknown,
        Some(user) if !is_root(user) => Now::Other(last),
        Some(_) => {
            let is_other =
                |&i: &usize| build.state_after(i).user.as_deref().is_some_and(|user| !is_root(user));
            Now::Default(Root { user: Some(last), before: users.find(is_other) })
        }
    }
}

/// True for what USER calls root, whatever its group.
pub(super) fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("root" | "0"))
}

/// Who the container is to run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The argument of USER.
    pub(super) user: String,
    /// The argument of `--chown` and of `chown`.
    pub(super) owner: String,
    /// The same in numbers, where they are known.
    pub(super) numbers: Option<String>,
    /// Its home, where it has one of its own.
    pub(super) home: Option<String>,
    /// True where nothing makes that home, or something else may make it first.
    pub(super) lacks_home: bool,
    /// How it comes into being.
    pub(super) origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The base image has it.
    Image,
    /// The file says so above.
    Before,
    /// This RUN makes it.
    Run(usize),
    /// It is to be made, with these tools.
    New(Tools),
    /// It is a number, and needs no entry.
    Number,
}

impl Identity {
    /// Who the containers of `stage` are to run as.
    pub(super) fn choose(
        context: &Context<'_, '_>,
        stage: &Stage,
        profile: &Profile,
        root: &Root,
    ) -> Result<Self, Declined> {
        let build = context.build;
        let (accounts, groups) = accounts::made(build, stage);
        if let Some(before) = root.before {
            return Ok(Self::before(build, before, &accounts, profile));
        }
        match (&profile.default_user, root.user) {
            (Some(account), Some(_)) => return Ok(Self::of_image(account)),
            (Some(account), None) => {
                let from = build.stages()[stage.root].instructions.start;
                let reason = format!("the base image runs as `{}` already", account.name);
                return Err(Declined::because_of(from, reason, "nothing is to be done"));
            }
            (None, Some(user)) if accounts.is_empty() => {
                let help = "take `USER root` out if it is not meant to run as root";
                return Err(Declined::because_of(user, "the file says that it runs as root", help));
            }
            (None, _) => {}
        }
        match (&accounts[..], &profile.account) {
            ([account], _) => Ok(Self::of_run(account)),
            ([_, second, ..], _) => {
                let help = "say with USER which of them the container runs as";
                Err(Declined::because_of(second.instruction, "the file makes more than one user", help))
            }
            ([], _) if profile.family.tools() == Some(Tools::Nothing) => Ok(Self::number(context, profile)),
            ([], Some(_)) if accounts::are_changed(build) => {
                let reason = "the file may change the users that the image has";
                Err(Declined::new(reason, "say with USER which of them the container runs as"))
            }
            ([], Some(account)) => Ok(Self::of_image(account)),
            ([], None) => {
                let users = &context.settings.users;
                let clashes = |group: &NewGroup| group.name == users.name || group.gid == Some(users.gid);
                if groups.iter().any(clashes) || accounts::are_changed(build) {
                    let reason = format!("the file may make the group `{}` or its number itself", users.name);
                    return Err(Declined::new(reason, "make the user, too, or name one with USER"));
                }
                Ok(Self::new(context, profile))
            }
        }
    }

    /// The user of USER `index`, further up in the file.
    fn before(build: &Build<'_>, index: usize, accounts: &[NewAccount], profile: &Profile) -> Self {
        let instruction = build.instruction(index);
        let written = match instruction.arguments() {
            Arguments::Text(span) => String::from_utf8_lossy(instruction.slice(*span)).into_owned(),
            _ => String::new(),
        };
        let name = build.state_after(index).user.clone().unwrap_or_default();
        let known = [&profile.default_user, &profile.account].into_iter().flatten().find(|a| a.name == name);
        if let Some(account) = known {
            return Self { origin: Origin::Before, ..Self::of_image(account) };
        }
        if let Some(account) = accounts.iter().find(|account| account.name == name) {
            return Self { origin: Origin::Run(account.instruction), ..Self::of_run(account) };
        }
        Self {
            user: written.clone(),
            owner: written,
            numbers: None,
            home: None,
            lacks_home: false,
            origin: Origin::Before,
        }
    }

    fn of_image(account: &Account) -> Self {
        let numbers = format!("{}:{}", account.uid, account.gid);
        let user =
            account.variable.as_ref().map_or_else(|| numbers.clone(), |variable| format!("${variable}"));
        let owner = format!("{}:{}", account.name, account.group);
        let home = account.home.as_ref().map(|home| home.clone().into_owned());
        Self { user, owner, numbers: Some(numbers), home, lacks_home: false, origin: Origin::Image }
    }

    fn of_run(account: &NewAccount) -> Self {
        let numbers = account.uid.zip(account.gid).map(|(uid, gid)| format!("{uid}:{gid}"));
        let user = numbers
            .clone()
            .or_else(|| account.uid.map(|uid| uid.to_string()))
            .unwrap_or_else(|| account.name.clone());
        let home = account.home.as_ref().map(|(home, _)| home.clone());
        let lacks_home = account.home.as_ref().is_some_and(|(_, is_made)| !is_made);
        let (owner, origin) = (account.name.clone(), Origin::Run(account.instruction));
        Self { user, owner, numbers, home, lacks_home, origin }
    }

    /// One without an entry, where nothing could make it or look it up.
    fn number(context: &Context<'_, '_>, profile: &Profile) -> Self {
        let users = &context.settings.users;
        let (uid, gid) =
            profile.account.as_ref().map_or((users.uid, users.gid), |account| (account.uid, account.gid));
        let numbers = format!("{uid}:{gid}");
        let home = profile.account.as_ref().and_then(|account| account.home.clone()).map(Into::into);
        let origin = Origin::Number;
        Self {
            user: numbers.clone(),
            owner: numbers.clone(),
            numbers: Some(numbers),
            home,
            lacks_home: false,
            origin,
        }
    }

    fn new(context: &Context<'_, '_>, profile: &Profile) -> Self {
        let Users { name, uid, gid, .. } = &context.settings.users;
        let numbers = format!("{uid}:{gid}");
        let tools = profile.family.tools().unwrap_or(Tools::Nothing);
        Self {
            user: numbers.clone(),
            owner: format!("{name}:{name}"),
            numbers: Some(numbers),
            home: Some(format!("/home/{name}")),
            lacks_home: false,
            origin: Origin::New(tools),
        }
    }

    /// True where `owner`, as `--chown` and `chown` take it, is this user, whatever the group.
    pub(super) fn is_called(&self, owner: &str) -> bool {
        let user = |text: &str| text.split([':', '.']).next().unwrap_or_default().to_owned();
        let own = [Some(&self.owner), Some(&self.user), self.numbers.as_ref()];
        own.into_iter().flatten().any(|own| user(own) == user(owner))
    }

    /// For a person.
    pub(super) fn title(&self) -> String {
        let name = self.owner.split(':').next().unwrap_or_default();
        let number = self.numbers.as_deref().and_then(|numbers| numbers.split(':').next());
        match number {
            Some(number) if number != name => format!("`{name}` ({number})"),
            _ => format!("`{name}`"),
        }
    }
}
