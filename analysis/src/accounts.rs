//! The accounts that the RUNs of a stage make.

use std::collections::BTreeMap;

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
    /// The RUN.
    pub instruction: usize,
}

/// The accounts that the RUNs of `stage` and of those that it is built from make, in order.
pub fn made(build: &Build<'_>, stage: &Stage) -> Vec<NewAccount> {
    let mut stages: Vec<&Stage> = build.ancestry(stage).collect();
    stages.reverse();
    let runs = stages.into_iter().flat_map(|stage| stage.instructions.clone());
    let mut groups = BTreeMap::new();
    let mut accounts = Vec::new();
    for index in runs.filter(|&index| build.instruction(index).keyword() == Keyword::Run) {
        let Some(code) = build.shell_code(index) else { continue };
        for invocation in code.invocations() {
            match invocation.program.as_ref() {
                "groupadd" | "addgroup" => {
                    let words = Words::of(&invocation, GROUP_OPTIONS);
                    if let ([name], Some(gid)) = (&words.operands[..], words.number(&["-g", "--gid"])) {
                        groups.insert(name.clone(), gid);
                    }
                }
                "useradd" => accounts.extend(account(&invocation, index, true, &groups)),
                "adduser" => accounts.extend(account(&invocation, index, false, &groups)),
                _ => {}
            }
        }
    }
    accounts
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

/// Options whose value is the next word: useradd(8); adduser(8) of Debian, and of BusyBox, where `-g` is a text.
const OPTIONS: &[&str] = &[
    "-u",
    "--uid",
    "-g",
    "--gid",
    "-G",
    "--groups",
    "--ingroup",
    "-d",
    "--home",
    "--home-dir",
    "-h",
    "-s",
    "--shell",
    "-c",
    "--comment",
    "--gecos",
    "-p",
    "--password",
    "-k",
    "--skel",
    "-b",
    "--base-dir",
    "-e",
    "--expiredate",
    "-f",
    "--inactive",
    "-K",
    "--key",
    "--firstuid",
    "--lastuid",
];

const GROUP_OPTIONS: &[&str] = &["-g", "--gid", "-K", "--key", "-p", "--password"];

fn account(
    invocation: &Invocation<'_>,
    instruction: usize,
    is_shadow: bool,
    groups: &BTreeMap<String, u32>,
) -> Option<NewAccount> {
    let words = Words::of(invocation, OPTIONS);
    // `adduser USER GROUP` adds no user.
    let [name] = &words.operands[..] else { return None };
    let uid = words.number(&["-u", "--uid"]);
    let group_options: &[&str] = if is_shadow { &["-g", "--gid"] } else { &["-G", "--gid", "--ingroup"] };
    let gid = words.number(group_options).or_else(|| groups.get(words.value(group_options)?).copied());
    Some(NewAccount { name: name.clone(), uid, gid, instruction })
}

/// The options and operands of a command.
struct Words {
    options: Vec<(String, String)>,
    operands: Vec<String>,
}

impl Words {
    fn of(invocation: &Invocation<'_>, valued: &[&str]) -> Self {
        let mut words = Self { options: Vec::new(), operands: Vec::new() };
        let mut arguments = invocation.arguments.iter().map(|word| {
            // What is not known is no name and no number.
            invocation.literal(word).map_or_else(|| "$".to_owned(), |word| word.into_owned())
        });
        while let Some(word) = arguments.next() {
            if let Some((name, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
                words.options.push((name.to_owned(), value.to_owned()));
            } else if valued.contains(&word.as_str()) {
                words.options.push((word, arguments.next().unwrap_or_default()));
            } else if let Some(letters) = word.strip_prefix('-').filter(|_| !word.starts_with("--")) {
                // `-ms /bin/sh`: the last letter may take a value.
                let last = letters.chars().last().map(|letter| format!("-{letter}")).unwrap_or_default();
                if letters.len() > 1 && valued.contains(&last.as_str()) {
                    words.options.push((last, arguments.next().unwrap_or_default()));
                }
            } else if !word.starts_with('-') {
                words.operands.push(word);
            }
        }
        words
    }

    fn value(&self, names: &[&str]) -> Option<&str> {
        self.options.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value.as_str())
    }

    fn number(&self, names: &[&str]) -> Option<u32> {
        self.value(names)?.parse().ok()
    }
}
