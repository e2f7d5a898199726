//! Variables that configure commands: the files that their values name.

use dfopt_syntax::shell::SimpleCommand;

use crate::effects::{Effects, Files, Lookup, Setting};
use crate::paths::{is_application_folder, resolve};
use crate::state::VariableKind;

use super::command::Command;
use super::surroundings::Surroundings;
use super::values::{Value, values_of};

/// Variables whose value is a file or a list of files, in whichever program: ld.so(8), sh(1).
const PATHS: &[&str] = &["PATH", "HOME", "ENV", "BASH_ENV", "CDPATH", "TMPDIR", "IFS"];

/// What the assignments of a command without words change for the commands after it.
pub(in crate::effects) fn assignments(
    surroundings: &Surroundings<'_, '_>,
    simple: &SimpleCommand,
    directory: Option<&str>,
) -> Effects {
    of_assignments(surroundings, simple, directory).unwrap_or_else(Effects::everything)
}

/// What the assignments before a command make it use. None where that is not known.
pub(super) fn assigned(command: &Command<'_, '_, '_>) -> Option<Effects> {
    of_assignments(command.surroundings, command.invocation.command, command.folder())
}

fn of_assignments(
    surroundings: &Surroundings<'_, '_>,
    simple: &SimpleCommand,
    directory: Option<&str>,
) -> Option<Effects> {
    let mut effects = Effects::default();
    for assignment in &simple.assignments {
        let name = std::str::from_utf8(assignment.name.of(surroundings.text())).ok()?;
        for value in values_of(surroundings, &assignment.value) {
            effects.extend(of_value(name, &value, directory)?);
        }
    }
    Some(effects)
}

/// What a variable that the code sets makes the commands that see it use. None where that is not known.
pub(super) fn of_variable(command: &Command<'_, '_, '_>, name: &str, value: &Value) -> Option<Effects> {
    of_value(name, value, command.folder())
}

fn of_value(name: &str, value: &Value, directory: Option<&str>) -> Option<Effects> {
    let is_path = PATHS.contains(&name) || name.starts_with("LD_");
    let text = match value {
        Value::Known(text) => text.as_str(),
        // What is added to a list: `PATH=/opt/bin:$PATH`.
        Value::Starts(text) if is_path => text.strip_suffix(':')?,
        Value::Unknown if is_path => return None,
        Value::Starts(text) => text.as_str(),
        Value::Unknown => return Some(Effects::default()),
    };
    Some(named_in(text, is_path || names_files(name), configures_tool(name), directory))
}

/// What the variables of the Dockerfile that start with one of `prefixes` make the command use. None where a
/// value is not known.
pub(super) fn of_environment(command: &Command<'_, '_, '_>, prefixes: &[&str]) -> Option<Effects> {
    let mut effects = Effects::default();
    for (name, variable) in &command.surroundings.state().variables {
        if !prefixes.iter().any(|prefix| starts_with(name, prefix)) {
            continue;
        }
        match &variable.value {
            Some(value) => {
                effects.extend(named_in(value, names_files(name), configures_tool(name), command.folder()));
            }
            // `LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH`, `ARG PIP_INDEX_URL`
            None => match command.surroundings.folders_in(name) {
                Some(folders) if !folders.is_empty() => {
                    effects.extend(Effects::uses(Files { paths: folders, ..Files::default() }));
                }
                Some(_) if variable.kind == VariableKind::Env => {}
                _ if names_files(name) => return None,
                _ => {}
            },
        }
    }
    Some(effects)
}

/// The files that a value names, alone or in a list. `is_path`: any word is one; `may_be_path`: a word may be
/// one, and is looked for.
fn named_in(value: &str, is_path: bool, may_be_path: bool, directory: Option<&str>) -> Effects {
    let mut effects = Effects::default();
    if value.contains("://") {
        return effects;
    }
    for part in value.split([':', ',', ';', ' ', '=']).filter(|part| !part.is_empty()) {
        // `-I/usr/include`
        let path = match part.strip_prefix('-') {
            Some(flag) => &flag[flag.find(['.', '/']).unwrap_or(flag.len())..],
            None => part,
        };
        let is_word = !path.contains('/') && !matches!(path, "." | "..");
        if path.is_empty() || is_word && (!is_path && !may_be_path || is_plain_word(path)) {
            continue;
        }
        if !path.starts_with('/') {
            effects.reads.settings.insert(Setting::Workdir);
        }
        match resolve(directory, path) {
            Some(path) if is_word && !is_path => {
                effects.reads.files.lookups.push(Lookup { path, text: None });
            }
            Some(path) if path == "/" => {}
            path => effects.extend(Effects::uses(Files::at(path))),
        }
    }
    effects
}

/// A value that switches something, or a number.
fn is_plain_word(word: &str) -> bool {
    let words = ["true", "false", "yes", "no", "on", "off", "none", "always", "never", "auto"];
    words.contains(&word.to_ascii_lowercase().as_str())
        || word.bytes().all(|b| b.is_ascii_digit() || b == b'.') && word != "." && word != ".."
}

/// Variables of tools that take more from them than switches and texts.
const TOOLS: &[&str] = &[
    "APK_",
    "APT_",
    "BUN_",
    "BUNDLE_",
    "CARGO",
    "COMPOSER",
    "CONDA_",
    "DNF",
    "DOTNET_",
    "GEM_",
    "GIT_",
    "GO",
    "HEX_",
    "MIX_",
    "NODE_",
    "NPM_CONFIG_",
    "NUGET_",
    "PHP_INI",
    "PIPX_",
    "PIP_",
    "PNPM_",
    "POETRY_",
    "PYTHON",
    "RUBY",
    "RUST",
    "UV_",
    "YARN_",
    "YUM",
    "ZYPP",
];

/// Those of their variables that name no file.
const TEXTS: &[&str] = &[
    "ARCH",
    "AUDIT",
    "ENCODING",
    "HOST",
    "INDEX",
    "JOBS",
    "LEVEL",
    "LOGLEVEL",
    "MODE",
    "NODE_ENV",
    "GO_ENV",
    "MIX_ENV",
    "OMIT",
    "PLATFORM",
    "PROXY",
    "REGISTRY",
    "RETRIES",
    "STRATEGY",
    "SUMDB",
    "TIMEOUT",
    "TOOLCHAIN",
    "URL",
    "USER",
    "VERSION",
    "WITHOUT",
    "GO111MODULE",
    "GOARCH",
    "GOOS",
    "GOARM",
    "PYTHONHASHSEED",
    "RUST_BACKTRACE",
    "PRODUCTION",
];

/// True for a variable that configures a tool, and whose value may be the name of a file.
fn configures_tool(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    TOOLS.iter().any(|prefix| upper.starts_with(prefix))
        && !TEXTS.iter().any(|ending| upper.ends_with(ending))
}

fn starts_with(name: &str, prefix: &str) -> bool {
    let start = name.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// True for a variable whose value is the name of a file more often than not.
fn names_files(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    FILE_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

const FILE_ENDINGS: &[&str] = &[
    "BUNDLE",
    "CA",
    "CACHE",
    "CAFILE",
    "CERT",
    "CERTS",
    "CONFIG",
    "DIR",
    "FILE",
    "FLAGS",
    "FOLDER",
    "HOME",
    "OPTIONS",
    "OPTS",
    "PATH",
    "PREFIX",
    "ROOT",
    "VIRTUAL_ENV",
];

/// True for a folder that is none of the system's, and where an application may lie: a dot at the start of a
/// name makes none of a tool of it (`/app/.venv/bin`).
pub(super) fn may_be_copied_to(path: &str) -> bool {
    path != "/" && is_application_folder(&path.replace("/.", "/_"))
}
