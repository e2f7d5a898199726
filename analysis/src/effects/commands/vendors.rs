//! Scripts of vendors that are piped into a shell: `curl -fsSL URL | bash -`. Any other script may do anything.

use crate::effects::{Effects, Files};

use super::Answer;
use super::command::Command;
use super::variables::{may_be_copied_to, of_environment};

/// A script that is known.
struct Script {
    /// What its URL starts with.
    url: &'static str,
    /// The variables that configure it.
    variables: &'static [&'static str],
}

/// What they do is said on the pages named; none of them looks into the folder that it runs in.
const SCRIPTS: &[Script] = &[
    // Adds a source of packages: https://github.com/nodesource/distributions
    Script { url: "https://deb.nodesource.com/setup_", variables: &["APT_", "DEB", "DPKG"] },
    Script { url: "https://rpm.nodesource.com/setup_", variables: &["DNF", "YUM", "RPM"] },
    // Installs into CARGO_HOME and RUSTUP_HOME: https://rust-lang.github.io/rustup/installation/
    Script { url: "https://sh.rustup.rs", variables: &["CARGO", "RUST"] },
    // Installs into the home: https://docs.astral.sh/uv/reference/installer/
    Script { url: "https://astral.sh/uv/", variables: &["UV_", "XDG_", "CARGO"] },
];

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    match command.program {
        "sh" | "bash" => Some(script(command)),
        _ => None,
    }
}

fn script(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let from_input = |text: &str| matches!(text, "-" | "-s" | "--" | "-y" | "-E" | "-e" | "-x" | "-q");
    if !command.arguments.iter().all(|value| value.known().is_some_and(from_input)) {
        return None;
    }
    let text = command.surroundings.text();
    let (program, words) = command.piped_from()?.words.split_first()?;
    if !matches!(program.literal(text)?.as_ref(), "curl" | "wget") {
        return None;
    }
    let urls: Vec<_> =
        words.iter().filter_map(|word| word.literal(text)).filter(|word| word.contains("://")).collect();
    let [url] = urls.as_slice() else { return None };
    let script = SCRIPTS.iter().find(|script| url.starts_with(script.url))?;
    let mut effects = Effects::uses(Files::system());
    effects.reads.settings.environment = true;
    effects.extend(of_environment(command, script.variables)?);
    let home = command.surroundings.home()?;
    if may_be_copied_to(home) {
        effects.extend(Effects::uses(Files::at(Some(home.to_owned()))));
    }
    Some(effects)
}
