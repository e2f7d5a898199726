//! The accounts that the RUNs of a stage make.

use dfopt_syntax::dockerfile::Keyword;

use crate::build::Build;
use crate::invocation::Invocation;
use crate::stage::Stage;

/// An account that a RUN makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// The number of the user, where the command says it.
    pub uid: Option<u32>,
    /// The number of its group, where the file says it.
    pub gid: Option<u32>,
    /// Its home, and whether the command makes it; none where it is said to have none, or the command does not say.
    pub home: Option<(String, bool)>,
    /// The RUN.
    pub instruction: usize,
}

/// A group that a RUN makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    /// Its name.
    pub name: String,
    /// Its number, where the command says it.
    pub gid: Option<u32>,
}

/// The accounts and the groups that the RUNs of `stage` and of those that it is built from make, in order.
pub fn made(build: &Build<'_>, stage: &Stage) -> (Vec<NewAccount>, Vec<NewGroup>) {
    let mut instructions: Vec<usize> = build.latest_first(stage).collect();
    instructions.reverse();
    let mut groups: Vec<NewGroup> = Vec::new();
    let mut accounts = Vec::new();
    let is_run = |&index: &usize| build.instruction(index).keyword() == Keyword::Run;
    for index in instructions.into_iter().filter(is_run) {
        let Some(code) = build.shell_code(index) else { continue };
        for invocation in code.invocations() {
            match invocation.program.as_ref() {
                "groupadd" | "addgroup" => {
                    let words = Words::of(&invocation, |word| GROUP_OPTIONS.contains(&word));
                    if let [name] = &words.operands[..] {
                        groups.push(NewGroup { name: name.clone(), gid: words.number(&["-g", "--gid"]) });
                    }
                }
                "useradd" => accounts.extend(account(&invocation, index, true, &groups)),
                "adduser" => accounts.extend(account(&invocation, index, false, &groups)),
                _ => {}
            }
        }
    }
    (accounts, groups)
}

/// Commands and files that change what accounts are called, and their numbers.
const CHANGES: &[&str] = &[
    "usermod",
    "groupmod",
    "userdel",
    "deluser",
    "groupdel",
    "delgroup",
    "/etc/passwd",
    "/etc/group",
    "fixuid",
];

/// True where the file may change or remove accounts that are there.
pub fn are_changed(build: &Build<'_>) -> bool {
    CHANGES.iter().any(|text| memchr::memmem::find(build.source(), text.as_bytes()).is_some())
}

/// Options of useradd(8), and of adduser(8) of Debian and of BusyBox (where `-g` is a text, too), whose value is the next
/// word and names no file.
pub(crate) const TEXT_OPTIONS: &[&str] = &[
    "-u",
    "--uid",
    "-g",
    "--gid",
    "-G",
    "--groups",
    "--ingroup",
    "-c",
    "--comment",
    "--gecos",
    "-p",
    "--password",
    "-e",
    "--expiredate",
    "-f",
    "--inactive",
    "-K",
    "--key",
    "--firstuid",
    "--lastuid",
];

/// The same of those whose value is a file or a folder.
const FILE_OPTIONS: &[&str] =
    &["-d", "--home", "--home-dir", "-h", "-s", "--shell", "-k", "--skel", "-b", "--base-dir"];

/// Those of groupadd(8) and addgroup(8).
const GROUP_OPTIONS: &[&str] = &["-g", "--gid", "-K", "--key", "-p", "--password"];

fn account(
    invocation: &Invocation<'_>,
    instruction: usize,
    is_shadow: bool,
    groups: &[NewGroup],
) -> Option<NewAccount> {
    let words = Words::of(invocation, |word| TEXT_OPTIONS.contains(&word) || FILE_OPTIONS.contains(&word));
    // `adduser USER GROUP` adds no user.
    let [name] = &words.operands[..] else { return None };
    let uid = words.number(&["-u", "--uid"]);
    let group_options: &[&str] = if is_shadow { &["-g", "--gid"] } else { &["-G", "--gid", "--ingroup"] };
    let named = || groups.iter().find(|group| Some(group.name.as_str()) == words.value(group_options));
    let gid = words.number(group_options).or_else(|| named()?.gid);
    let home_options: &[&str] = if is_shadow { &["-d", "--home", "--home-dir"] } else { &["-h", "--home"] };
    let home = words.value(home_options).map_or_else(|| format!("/home/{name}"), str::to_owned);
    let is_made = match is_shadow {
        true => words.has('m', "--create-home"),
        false => !words.has('H', "--no-create-home"),
    };
    // Where Debian's `adduser --system` has the home depends on the release.
    let home = (is_shadow || !words.has('-', "--system")).then_some((home, is_made));
    Some(NewAccount { name: name.clone(), uid, gid, home, instruction })
}

/// The options and operands of a command.
struct Words {
    options: Vec<(String, String)>,
    flags: Vec<String>,
    operands: Vec<String>,
}

impl Words {
    fn of(invocation: &Invocation<'_>, is_valued: impl Fn(&str) -> bool) -> Self {
        let mut words = Self { options: Vec::new(), flags: Vec::new(), operands: Vec::new() };
        let mut arguments = invocation.arguments.iter().map(|word| {
            // What is not known is no name and no number.
            invocation.literal(word).map_or_else(|| "$".to_owned(), |word| word.into_owned())
        });
        while let Some(word) = arguments.next() {
            if let Some((name, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
                words.options.push((name.to_owned(), value.to_owned()));
            } else if is_valued(&word) {
                words.options.push((word, arguments.next().unwrap_or_default()));
            } else if let Some(letters) = word.strip_prefix('-').filter(|_| !word.starts_with("--")) {
                // `-ms /bin/sh`: the last letter may take a value.
                let last = letters.chars().last().map(|letter| format!("-{letter}")).unwrap_or_default();
                words.flags.push(word.clone());
                if letters.len() > 1 && is_valued(&last) {
                    words.options.push((last, arguments.next().unwrap_or_default()));
                }
            } else if word.starts_with('-') {
                words.flags.push(word);
            } else {
                words.operands.push(word);
            }
        }
        words
    }

    fn has(&self, letter: char, long: &str) -> bool {
        self.flags.iter().any(|flag| flag == long || !flag.starts_with("--") && flag[1..].contains(letter))
    }

    fn value(&self, names: &[&str]) -> Option<&str> {
        self.options.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value.as_str())
    }

    fn number(&self, names: &[&str]) -> Option<u32> {
        self.value(names)?.parse().ok()
    }
}
