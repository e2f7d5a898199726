//! What the rewrites of level `harden` say that they change: each is checked as exactly that.

use dfopt_transforms::Effect;

use super::compare::{Changes, Difference};
use super::contract::Contract;
use super::image::{Content, Image, Kind, Node, Tree};

/// The label that takes the place of MAINTAINER.
const AUTHORS: &str = "org.opencontainers.image.authors";

/// The files in which users and groups are.
const ACCOUNTS: &[&[u8]] =
    &[b"etc/passwd", b"etc/group", b"etc/shadow", b"etc/gshadow", b"etc/subuid", b"etc/subgid"];

/// Which promise explains that a field of the configuration differs.
pub(super) fn of_field(
    field: &str,
    contract: &Contract,
    before: &Image,
    after: &Image,
) -> Option<&'static str> {
    let promise = match field {
        "User" if is_number(after.config.text("User")) => ("non-root-user", "another user"),
        "Labels" if has_only_authors_more(before, after) => ("deprecated-forms", "label for MAINTAINER"),
        "Cmd" | "Entrypoint" if is_without_shell(field, before, after) => ("exec-form", "exec form"),
        _ => return None,
    };
    contract.promises(promise.0).then_some(promise.1)
}

/// The same for the field that MAINTAINER sets.
pub(super) fn of_author(contract: &Contract, before: &Image, after: &Image) -> Option<&'static str> {
    let moved = after.config.author.is_none()
        && after.config.fields.get("Labels").and_then(|labels| labels[AUTHORS].as_str())
            == before.config.author.as_deref();
    (moved && contract.promises("deprecated-forms")).then_some("label for MAINTAINER")
}

impl Contract {
    fn promises(&self, transform: &str) -> bool {
        self.level >= Effect::Harden && self.hardened_by.contains(&transform)
    }
}

/// `USER` as the rewrite writes it: numbers, and not root's.
fn is_number(user: &str) -> bool {
    let mut numbers = user.split(':').map(str::parse::<u32>);
    numbers.next().is_some_and(|uid| uid.is_ok_and(|uid| uid != 0)) && numbers.all(|gid| gid.is_ok())
}

fn has_only_authors_more(before: &Image, after: &Image) -> bool {
    let labels =
        |image: &Image| image.config.fields.get("Labels").and_then(|labels| labels.as_object().cloned());
    let old = labels(before).unwrap_or_default();
    let mut new = labels(after).unwrap_or_default();
    let authors = new.remove(AUTHORS);
    !old.contains_key(AUTHORS)
        && old == new
        && authors.as_ref().and_then(|value| value.as_str()) == before.config.author.as_deref()
}

/// Whether a command is the one that the shell was given: the same letters, but for quotes, escapes and blanks.
fn is_without_shell(field: &str, before: &Image, after: &Image) -> bool {
    let (old, new) = (before.config.words(field), after.config.words(field));
    let [.., code] = old[..] else { return false };
    let shell = match before.config.words("Shell") {
        shell if shell.is_empty() => vec!["/bin/sh", "-c"],
        shell => shell,
    };
    let letters = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\')).collect()
    };
    let code = letters(code);
    let words = letters(&new.concat());
    old[..old.len() - 1] == shell[..] && (code == words || code.strip_prefix("exec") == Some(&words))
}

/// Who runs the container now, to whom files may have been given.
pub(super) struct Owner {
    user: u64,
    group: u64,
    /// The home, without a slash in front.
    home: Option<Vec<u8>>,
}

impl Owner {
    /// The user of `after`; none where no rewrite promises one.
    pub(super) fn of(contract: &Contract, before: &Image, after: &Image) -> Option<Self> {
        let named = after.config.text("User");
        if !contract.promises("non-root-user") || !is_number(named) {
            return None;
        }
        let (user, group) = named.split_once(':').unwrap_or((named, ""));
        let line = account(&after.tree, user);
        let field = |place: usize| line.as_ref().and_then(|line| line.split(':').nth(place));
        // A user that was there has its home.
        let is_new = account(&before.tree, user).is_none();
        let home = field(5).filter(|_| is_new).map(|home| home.trim_matches('/').as_bytes().to_vec());
        let group = if group.is_empty() { field(3).unwrap_or("0") } else { group };
        Some(Self { user: user.parse().ok()?, group: group.parse().ok()?, home })
    }

    /// Which promise explains a difference.
    pub(super) fn explains(&self, difference: &Difference<'_>) -> Option<&'static str> {
        let after = difference.after?;
        if ACCOUNTS.contains(&&difference.path[..]) {
            let is_file = matches!(after.kind, Kind::File(Content { .. }));
            let kept = difference.before.is_none() || difference.is_content_only();
            return (is_file && kept).then_some("accounts");
        }
        if difference.before.is_none() {
            let is_home = self.home.as_ref().is_some_and(|home| {
                difference.path.strip_prefix(&home[..]).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
            });
            let is_its_folder = after.kind == Kind::Directory && after.owner == (self.user, self.group);
            let is_mail = difference.path.starts_with(b"var/mail/") && after.owner.0 == self.user;
            return (is_home || is_its_folder || is_mail).then_some("folders of the new user");
        }
        let only_owner = difference.changes() == Some(Changes { owner: true, ..Changes::default() });
        (only_owner && self.given(difference).is_some()).then_some("files of the new user")
    }

    /// What was there before as it is when it is given to the new user; none where nobody gave it to that.
    pub(super) fn given(&self, difference: &Difference<'_>) -> Option<Node> {
        let (before, after) = (difference.before?, difference.after?);
        let (user, group) = after.owner;
        let is_given =
            [before.owner.0, self.user].contains(&user) && [before.owner.1, self.group].contains(&group);
        (is_given && before.owner != after.owner).then(|| Node { owner: after.owner, ..before.clone() })
    }
}

/// The line of a user in `/etc/passwd`.
fn account(tree: &Tree, uid: &str) -> Option<String> {
    let Kind::File(content) = &tree.get(b"etc/passwd".as_slice())?.kind else { return None };
    let text = String::from_utf8_lossy(content.text.as_deref()?).into_owned();
    text.lines().find(|line| line.split(':').nth(2) == Some(uid)).map(str::to_owned)
}
