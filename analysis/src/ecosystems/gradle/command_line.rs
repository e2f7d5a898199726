//! The words of `gradle`. <https://docs.gradle.org/current/userguide/command_line_interface.html>

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::words::plain;
use crate::ecosystems::words::split_value;
use crate::invocation::Invocation;

/// What a command says.
#[derive(Default)]
pub(super) struct Arguments {
    /// True where it only shows the version: no build is looked at.
    pub(super) version: bool,
    /// Folders that it fills.
    pub(super) fills: Vec<String>,
}

/// Tasks of every build that show something of it. `wrapper` is none: it writes the wrapper anew.
const SHOWING: &[&str] = &["buildEnvironment", "dependencies", "help", "projects", "properties", "tasks"];

const FLAGS: &[&str] = &[
    "--all",
    "--build-cache",
    "--configuration-cache",
    "--configure-on-demand",
    "--continue",
    "--debug",
    "--dry-run",
    "--full-stacktrace",
    "--info",
    "--no-build-cache",
    "--no-configuration-cache",
    "--no-daemon",
    "--no-parallel",
    "--no-watch-fs",
    "--offline",
    "--parallel",
    "--quiet",
    "--refresh-dependencies",
    "--stacktrace",
    "--stop",
    "--warn",
    "-S",
    "-d",
    "-i",
    "-m",
    "-q",
    "-s",
    "-w",
];

/// Options with a value, the next word.
pub(super) const VALUES: &[&str] = &[
    "--build-file",
    "--configuration",
    "--console",
    "--exclude-task",
    "--gradle-user-home",
    "--include-build",
    "--init-script",
    "--max-workers",
    "--priority",
    "--project-cache-dir",
    "--project-dir",
    "--project-prop",
    "--settings-file",
    "--system-prop",
    "--warning-mode",
    "-D",
    "-I",
    "-P",
    "-b",
    "-c",
    "-g",
    "-p",
    "-x",
];

/// Of these, the values name no file.
const PLAIN_VALUES: &[&str] = &[
    "--configuration",
    "--console",
    "--exclude-task",
    "--max-workers",
    "--priority",
    "--warning-mode",
    "-x",
];

/// True for a command that may be there to download: all its tasks show something, or have a name that says
/// so, as `resolveDependencies` does.
pub(super) fn only_shows(invocation: &Invocation<'_>) -> bool {
    let operands = super::DEPENDENCIES.operands(invocation);
    let shows = |task: &str| is_showing(task) || task.to_ascii_lowercase().ends_with("dependencies");
    let options = || invocation.arguments.iter().filter_map(|word| invocation.literal(word));
    match operands.is_empty() {
        true => options().any(|option| is_version(&option) || option == "--refresh-dependencies"),
        false => operands.iter().all(|task| task.as_deref().is_some_and(shows)),
    }
}

fn is_version(option: &str) -> bool {
    ["--version", "-version", "-v", "-V", "--show-version"].contains(&option)
}

/// `dependencies` and `:app:dependencies`.
fn is_showing(task: &str) -> bool {
    SHOWING.contains(&task.rsplit(':').next().unwrap_or_default())
}

impl Arguments {
    /// Reads the words after the program.
    ///
    /// # Errors
    /// A word that is not known to leave the sources alone.
    pub(super) fn parse(invocation: &Invocation<'_>) -> Result<Self, Refusal> {
        let mut arguments = Self::default();
        let mut words = invocation.arguments.iter();
        while let Some(word) = words.next() {
            let Some(word) = plain(invocation, word) else {
                return Err(Refusal::new(
                    "the command has a variable or a pattern where a task or an option stands",
                    "write it out",
                ));
            };
            if !word.starts_with('-') {
                if !is_showing(&word) {
                    return Err(Refusal::new(
                        format!("`{}` is a task of the project, which may read the sources", clip(&word)),
                        "run `gradle dependencies` instead",
                    ));
                }
                continue;
            }
            if is_version(&word) {
                arguments.version |= word != "-V" && word != "--show-version";
                continue;
            }
            let (option, inline) = split_value(&word, &["-P", "-D"]);
            if FLAGS.contains(&option) && inline.is_none() {
                continue;
            }
            if !VALUES.contains(&option) {
                return Err(unknown(&word));
            }
            let value = match inline {
                Some(value) => Some(value.to_owned()),
                None => words.next().and_then(|word| plain(invocation, word)).map(|text| text.into_owned()),
            };
            match (option, value) {
                ("-g" | "--gradle-user-home" | "--project-cache-dir", Some(folder)) => {
                    arguments.fills.push(folder);
                }
                ("-P" | "-D" | "--project-prop" | "--system-prop", Some(property)) => {
                    let (name, value) = property.split_once('=').unwrap_or((&property, ""));
                    let is_harmless = !name.starts_with("org.gradle.project") && !name.contains("dir");
                    if !is_harmless || value.contains(['/', '\\', '$']) {
                        return Err(unknown(&word));
                    }
                }
                _ if PLAIN_VALUES.contains(&option) => {}
                _ => return Err(unknown(&word)),
            }
        }
        Ok(arguments)
    }
}

fn unknown(word: &str) -> Refusal {
    Refusal::new(format!("`{}` is not known to leave the sources alone", clip(word)), super::ABOVE_BY_HAND)
}
