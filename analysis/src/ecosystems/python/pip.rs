//! pip and pip-tools. <https://pip.pypa.io/en/stable/cli/pip_install/>

use std::borrow::Cow;

use crate::glob;
use crate::invocation::Invocation;

use super::arguments::{Arguments, Options, Value, clip, read};
use super::requirement::is_archive;
use super::{Ecosystem, Names, Project, Refusal, environment, installs, requirements};

pub(in crate::ecosystems) const PIP: Ecosystem = Ecosystem {
    name: Cow::Borrowed("pip"),
    commands: Names::Known(&["pip install", "pip download", "pip wheel"]),
    value_options: Names::Known(OPTIONS.values),
    variables: Names::Known(FILES),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

pub(in crate::ecosystems) const SETUP: Ecosystem = Ecosystem {
    name: Cow::Borrowed("setup.py"),
    commands: Names::Known(&["python setup.py"]),
    inspect: Some(setup),
    ..Ecosystem::EMPTY
};

pub(in crate::ecosystems) const SYNC: Ecosystem = Ecosystem {
    name: Cow::Borrowed("pip-sync"),
    commands: Names::Known(&["pip-sync"]),
    value_options: Names::Known(SYNC_OPTIONS.values),
    variables: Names::Known(FILES),
    inspect: Some(sync),
    ..Ecosystem::EMPTY
};

pub(in crate::ecosystems) const COMPILE: Ecosystem = Ecosystem {
    name: Cow::Borrowed("pip-compile"),
    commands: Names::Known(&["pip-compile"]),
    inspect: Some(compile),
    ..Ecosystem::EMPTY
};

/// The variables that name files: each stands for the option of that name.
const FILES: &[&str] = &[
    "PIP_BUILD_CONSTRAINT",
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_CONSTRAINT",
    "PIP_EDITABLE",
    "PIP_FIND_LINKS",
    "PIP_GROUP",
    "PIP_LOG",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_REPORT",
    "PIP_REQUIREMENT",
    "PIP_ROOT",
    "PIP_SRC",
    "PIP_TARGET",
    "PYTHONUSERBASE",
];

/// Those whose value may be the working directory itself.
const READ: &[&str] = &[
    "PIP_EDITABLE",
    "PIP_FIND_LINKS",
    "PIP_GROUP",
    "PIP_REQUIREMENT",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_SRC",
];

/// pypa/pip `_internal/cli/cmdoptions.py`, `_internal/commands/install.py`.
const OPTIONS: Options = Options {
    flags: &[
        "--break-system-packages",
        "--compile",
        "--debug",
        "--disable-pip-version-check",
        "--dry-run",
        "--force-reinstall",
        "--ignore-installed",
        "--ignore-requires-python",
        "--isolated",
        "--no-binary-all",
        "--no-build-isolation",
        "--no-cache",
        "--no-cache-dir",
        "--no-clean",
        "--no-color",
        "--no-compile",
        "--no-dependencies",
        "--no-deps",
        "--no-index",
        "--no-input",
        "--no-python-version-warning",
        "--no-use-pep517",
        "--no-user",
        "--no-warn-conflicts",
        "--no-warn-script-location",
        "--pre",
        "--prefer-binary",
        "--quiet",
        "--require-hashes",
        "--require-venv",
        "--require-virtualenv",
        "--upgrade",
        "--use-pep517",
        "--user",
        "--verbose",
        "-I",
        "-U",
        "-q",
        "-v",
    ],
    values: &[
        "--abi",
        "--build-constraint",
        "--cache-dir",
        "--cert",
        "--client-cert",
        "--constraint",
        "--default-timeout",
        "--dest",
        "--editable",
        "--exists-action",
        "--extra-index-url",
        "--find-links",
        "--implementation",
        "--index-url",
        "--keyring-provider",
        "--log",
        "--log-file",
        "--no-binary",
        "--only-binary",
        "--platform",
        "--prefix",
        "--progress-bar",
        "--proxy",
        "--pypi-url",
        "--python",
        "--python-version",
        "--report",
        "--requirement",
        "--resume-retries",
        "--retries",
        "--root",
        "--root-user-action",
        "--src",
        "--target",
        "--timeout",
        "--trusted-host",
        "--upgrade-strategy",
        "--uploaded-prior-to",
        "--use-deprecated",
        "--use-feature",
        "--wheel-dir",
        "-c",
        "-d",
        "-e",
        "-f",
        "-i",
        "-r",
        "-t",
        "-w",
    ],
};

/// jazzband/pip-tools `piptools/scripts/sync.py`.
const SYNC_OPTIONS: Options = Options {
    flags: &[
        "--dry-run",
        "-n",
        "--force",
        "--no-index",
        "-q",
        "--quiet",
        "-v",
        "--verbose",
        "--user",
        "--no-config",
    ],
    values: &["-f", "--find-links", "-i", "--index-url", "--extra-index-url", "--trusted-host"],
};

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = read(invocation, &OPTIONS)?;
    environment::check(invocation, project, &["PIP_"])?;
    check_variables(project)?;
    let subcommand = arguments.operands.first().and_then(|word| word.text.clone()).unwrap_or_default();
    for option in ["--target", "-t", "--prefix", "--root", "--src", "--log", "--log-file", "--report"] {
        if let Some(path) = arguments.path(&[option])? {
            environment::fill(project, &path)?;
        }
    }
    let folder = match &*subcommand {
        "download" => arguments.path(&["--dest", "-d"])?.or_else(|| Some(".".to_owned())),
        "wheel" => arguments.path(&["--wheel-dir", "-w"])?.or_else(|| Some(".".to_owned())),
        _ => None,
    };
    if let Some(folder) = folder {
        environment::fill(project, &folder)?;
    }
    // `--python FILE` names an interpreter, or the folder of a virtual environment.
    for interpreter in arguments.values(&["--python", "--cert", "--client-cert"]) {
        project.fills(&interpreter.path()?);
    }
    packages(project, &arguments, "pip install", 1)
}

/// Looks at what the operands after the first `subcommands` and the options name to be installed.
pub(super) fn packages(
    project: &mut Project<'_>,
    arguments: &Arguments<'_>,
    command: &str,
    subcommands: usize,
) -> Result<(), Refusal> {
    for value in arguments.values(&["-e", "--editable"]) {
        requirements::check_editable(project, &known(value)?)?;
    }
    for operand in arguments.operands.iter().skip(subcommands) {
        check_operand(project, command, operand)?;
    }
    for value in arguments.values(&["-f", "--find-links"]) {
        requirements::check_links(project, "", &value.path()?)?;
    }
    for value in arguments.values(&["-i", "--index-url", "--pypi-url", "--extra-index-url", "--index"]) {
        requirements::check_index(&known(value)?)?;
    }
    let files = ["-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints"];
    let more = ["--build-constraint", "--build-constraints", "-b", "--override", "--overrides"];
    let named: Result<Vec<String>, Refusal> =
        arguments.values(&files).chain(arguments.values(&more)).map(Value::path).collect();
    requirements::follow(project, named?)
}

/// A package as the shell hands it over.
fn check_operand(project: &mut Project<'_>, command: &str, operand: &Value<'_>) -> Result<(), Refusal> {
    let Some(text) = operand.text.as_deref() else {
        return Err(installs::shell_decides(&operand.written));
    };
    // `uvicorn[standard]` is a pattern, too.
    if text.contains(['*', '?', '[']) {
        let names = project.list(".").unwrap_or_default();
        if text.contains('/') && text.contains(['*', '?'])
            || names.iter().any(|name| glob::matches(text, name))
        {
            return Err(installs::shell_decides(text));
        }
    }
    if text.starts_with('~') || text.contains('{') && !text.contains("://") {
        return Err(installs::shell_decides(text));
    }
    requirements::check(project, text)
        .map_err(|refusal| if is_archive(text) { refusal } else { installs::sources(command, text, refusal) })
}

/// The variables that `check_variables` of the project lets through, as the folder itself is no file.
fn check_variables(project: &Project<'_>) -> Result<(), Refusal> {
    for (name, variable) in project.variables() {
        let value = variable.value.as_deref().unwrap_or_default();
        let reads = READ.contains(&name.as_str()) && !value.is_empty() && !value.contains("://");
        let index = name.starts_with("PIP_") && value.to_ascii_lowercase().contains("file:");
        if reads || index {
            return Err(Refusal::new(
                format!("`{}` configures the installation", clip(name)),
                "give it by an option on the command line",
            ));
        }
    }
    Ok(())
}

fn known(value: &Value<'_>) -> Result<String, Refusal> {
    let text = value.text.as_deref().map(str::to_owned);
    text.ok_or_else(|| installs::shell_decides(&value.written))
}

fn setup(_: &Invocation<'_>, _: &mut Project<'_>) -> Result<(), Refusal> {
    Err(Refusal::new(
        "`setup.py` builds the application from its sources",
        "keep its dependencies in a file of their own, and install that first",
    ))
}

fn sync(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = read(invocation, &SYNC_OPTIONS)?;
    environment::check(invocation, project, &["PIP_"])?;
    check_variables(project)?;
    // Both may hold its settings.
    for settings in ["pyproject.toml", ".pip-tools.toml"] {
        if project.take(settings)? && project.read(settings).is_none_or(|text| text.contains("pip-tools")) {
            return Err(Refusal::new(
                format!("{settings} has settings of pip-tools"),
                "give them by options on the command line",
            ));
        }
    }
    let named: Result<Vec<String>, Refusal> = arguments.operands.iter().map(Value::path).collect();
    let files = match named? {
        files if files.is_empty() => vec!["requirements.txt".to_owned()],
        files => files,
    };
    packages(project, &arguments, "pip-sync", usize::MAX)?;
    requirements::follow(project, files)
}

fn compile(_: &Invocation<'_>, _: &mut Project<'_>) -> Result<(), Refusal> {
    Err(Refusal::new(
        "`pip-compile` writes requirements that stand among the sources",
        "keep its result with the sources, and install from that",
    ))
}
