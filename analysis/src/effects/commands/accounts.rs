//! Commands that add or change users and groups.

use crate::accounts::TEXT_OPTIONS;
use crate::effects::{Effects, Files, Setting};

use super::Answer;
use super::command::Command;
use super::values::Value;

/// shadow-utils, Debian's adduser, BusyBox: what they add.
const ADDING: &[&str] = &["useradd", "adduser", "groupadd", "addgroup", "newusers"];

/// The same: what they change or remove.
const CHANGING: &[&str] = &[
    "usermod",
    "userdel",
    "deluser",
    "groupmod",
    "groupdel",
    "delgroup",
    "gpasswd",
    "passwd",
    "chpasswd",
    "chsh",
    "chage",
    "adduser-conf",
];

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    let adds = ADDING.contains(&command.program);
    if !adds && !CHANGING.contains(&command.program) {
        return None;
    }
    Some(accounts(command, adds))
}

fn accounts(command: &Command<'_, '_, '_>, adds: bool) -> Option<Effects> {
    let mut effects = Effects::uses(Files::system());
    let mut after = "";
    for argument in &command.arguments {
        match argument {
            _ if TEXT_OPTIONS.contains(&after) || after == "-a" => {}
            Value::Known(text) | Value::Starts(text) if text.contains('/') => {
                let path = text.split_once('=').map_or(text.as_str(), |(_, path)| path);
                let value = match argument {
                    Value::Known(_) => Value::Known(path.to_owned()),
                    _ => Value::Starts(path.to_owned()),
                };
                effects.extend(Effects::uses(command.files(&value)));
            }
            Value::Known(text) if text.starts_with('-') => {}
            // A home is made for it, which may be where something was copied to.
            Value::Known(name) => {
                let name = name.split(':').next().unwrap_or_default();
                effects.extend(Effects::uses(Files::at(Some(format!("/home/{name}")))));
                effects.writes.settings.insert(Setting::Account(name.to_owned()));
            }
            // A value of `-d` in a word of its own.
            Value::Unknown | Value::Starts(_) if after.starts_with('-') && !is_flag(after) => return None,
            Value::Unknown | Value::Starts(_) => {
                effects.extend(Effects::uses(Files::at(Some("/home".to_owned()))));
                effects.writes.settings.insert(Setting::Accounts);
            }
        }
        after = argument.known().unwrap_or_default();
    }
    let setting = if adds { Setting::NewAccounts } else { Setting::Accounts };
    effects.writes.settings.insert(setting);
    effects.reads.settings.insert(Setting::Accounts);
    effects.reads.settings.insert(Setting::NewAccounts);
    Some(effects)
}

fn is_flag(option: &str) -> bool {
    matches!(
        option,
        "-m" | "-M"
            | "-r"
            | "-S"
            | "-D"
            | "-H"
            | "-N"
            | "-U"
            | "-l"
            | "-o"
            | "--system"
            | "--create-home"
            | "--no-create-home"
            | "--disabled-password"
            | "--disabled-login"
            | "--no-log-init"
            | "--user-group"
            | "--no-user-group"
            | "--non-unique"
            | "--group"
            | "--quiet"
            | "--force"
            | "--"
    )
}
