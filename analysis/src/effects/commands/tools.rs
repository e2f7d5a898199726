//! Tools that need no reader of their own.

mod table;

use crate::effects::{Effects, Files, Setting, Settings};

use super::Answer;
use super::command::Command;
use super::options::{Role, parse};
use super::values::Value;
use table::{On, Operands, TOOLS, Tool};

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    let tool = TOOLS.iter().find(|tool| tool.programs.contains(&command.program))?;
    Some(used(command, tool))
}

fn used(command: &Command<'_, '_, '_>, tool: &Tool) -> Option<Effects> {
    // A mode such as `-x` or `u+x` is no option: chmod(1).
    let parsed = match parse(&command.arguments, &tool.options) {
        Some(parsed) => parsed,
        None if command.program == "chmod" => return chmod(command),
        None => return None,
    };
    let mut effects = command.of_options(&parsed)?;
    match tool.on {
        On::Files => {}
        On::Accounts => {
            effects.reads.settings.insert(Setting::Accounts);
            effects.reads.settings.insert(Setting::NewAccounts);
        }
        On::System => {
            effects.extend(Effects::uses(Files::system()));
            effects.reads.settings = Settings { environment: true, ..effects.reads.settings };
        }
    }
    let operands = parsed.operands.as_slice();
    let of_each = |values: &[Value], role: Role| {
        values.iter().try_fold(Effects::default(), |mut all, value| {
            all.extend(command.of_value(role, value)?);
            Some(all)
        })
    };
    effects.extend(match tool.operands {
        Operands::Each(role) => of_each(operands, role)?,
        Operands::TextThen(role) => of_each(operands.get(1..).unwrap_or_default(), role)?,
        Operands::IntoLast => {
            let (last, sources) = operands.split_last().filter(|(_, sources)| !sources.is_empty())?;
            let mut effects = of_each(sources, Role::Reads)?;
            effects.extend(command.of_value(Role::Writes, last)?);
            effects
        }
        Operands::Beside => {
            let mut effects = of_each(operands, Role::Writes)?;
            for value in operands.iter().filter(|value| value.known() != Some("-")) {
                // What it is called when it is packed or unpacked.
                let folder = Value::Starts(value.start().trim_end_matches('/').to_owned());
                effects.extend(Effects::uses(command.files(&folder)));
            }
            effects
        }
        Operands::WithSlash => {
            let named: Vec<Value> =
                operands.iter().filter(|value| value.start().contains('/')).cloned().collect();
            let role = if tool.on == On::System { Role::Writes } else { Role::Reads };
            if tool.on == On::System && operands.contains(&Value::Unknown) {
                return None;
            }
            of_each(&named, role)?
        }
    });
    // A program may change its files where its input says so; a list of sums names more files.
    if command.program.ends_with("sum") && parsed.has(&["-c", "--check"]) {
        return None;
    }
    Some(effects)
}

/// `chmod -x FILE`, `chmod -R +X,-w FILE`
fn chmod(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = Effects::default();
    for value in &command.arguments {
        let text = value.known()?;
        if text.starts_with("--") {
            return None;
        }
        if !text.starts_with('-') {
            effects.extend(Effects::uses(command.at(text)));
        }
    }
    Some(effects)
}
