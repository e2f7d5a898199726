//! conda, mamba and micromamba.
//! <https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html>

mod yaml;

use std::borrow::Cow;

use crate::invocation::Invocation;

use super::arguments::{Arguments, Options, Value, clip, read};
use super::requirement::{Requirement, classify, is_remote};
use super::{Ecosystem, Names, Project, Refusal, environment, installs, requirements};
use yaml::Environment;

pub(in crate::ecosystems) const CREATE: Ecosystem = Ecosystem {
    name: Cow::Borrowed("conda env"),
    commands: Names::Known(&[
        "conda env create",
        "conda env update",
        "mamba env create",
        "mamba env update",
        "micromamba env create",
    ]),
    value_options: Names::Known(OPTIONS.values),
    variables: Names::Known(FILES),
    inspect: Some(create),
    ..Ecosystem::EMPTY
};

pub(in crate::ecosystems) const CONDA: Ecosystem = Ecosystem {
    name: Cow::Borrowed("conda"),
    commands: Names::Known(&[
        "conda install",
        "conda create",
        "mamba install",
        "mamba create",
        "micromamba install",
        "micromamba create",
    ]),
    value_options: Names::Known(OPTIONS.values),
    variables: Names::Known(FILES),
    inspect: Some(install),
    ..Ecosystem::EMPTY
};

/// Variables that name files: conda's own, and those of pip, which it runs.
const FILES: &[&str] = &[
    "CONDARC",
    "CONDA_ENVS_DIRS",
    "CONDA_ENVS_PATH",
    "CONDA_PKGS_DIRS",
    "MAMBARC",
    "MAMBA_ENVS_DIRS",
    "PIP_CONFIG_FILE",
    "PIP_CONSTRAINT",
    "PIP_FIND_LINKS",
    "PIP_REQUIREMENT",
];

/// conda/conda `conda/cli/helpers.py`, `main_env_create.py`; mamba-org/mamba `micromamba/src`.
const OPTIONS: Options = Options {
    flags: &[
        "--always-copy",
        "--copy",
        "--dry-run",
        "--force",
        "--force-reinstall",
        "--freeze-installed",
        "--insecure",
        "--json",
        "--no-channel-priority",
        "--no-default-packages",
        "--no-deps",
        "--no-pin",
        "--no-rc",
        "--no-update-deps",
        "--offline",
        "--only-deps",
        "--override-channels",
        "--prune",
        "--quiet",
        "--strict-channel-priority",
        "--update-all",
        "--update-deps",
        "--use-index-cache",
        "--verbose",
        "--yes",
        "-C",
        "-d",
        "-k",
        "-q",
        "-v",
        "-y",
    ],
    values: &[
        "--channel",
        "--channel-priority",
        "--experimental-solver",
        "--file",
        "--name",
        "--platform",
        "--prefix",
        "--root-prefix",
        "--solver",
        "--subdir",
        "-c",
        "-f",
        "-n",
        "-p",
        "-r",
    ],
};

fn create(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = prepare(invocation, project)?;
    if arguments.operands.len() > 2 {
        return Err(Refusal::new("the environment comes from elsewhere", "name its file with `-f`"));
    }
    let files = files(&arguments)?;
    let default = || vec!["environment.yml".to_owned()];
    let files = if files.is_empty() { default() } else { files };
    files.iter().try_for_each(|file| read_file(project, file))
}

fn install(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = prepare(invocation, project)?;
    for operand in arguments.operands.iter().skip(1) {
        let text = operand.text.as_deref();
        check_spec(text.ok_or_else(|| installs::shell_decides(&operand.written))?)?;
    }
    files(&arguments)?.iter().try_for_each(|file| read_file(project, file))
}

fn prepare<'c>(invocation: &Invocation<'c>, project: &mut Project<'_>) -> Result<Arguments<'c>, Refusal> {
    let arguments = read(invocation, &OPTIONS)?;
    environment::check(invocation, project, &["CONDA", "MAMBA", "PIP_"])?;
    for option in ["--prefix", "-p", "--root-prefix", "-r"] {
        if let Some(path) = arguments.path(&[option])? {
            environment::fill(project, &path)?;
        }
    }
    for channel in arguments.values(&["-c", "--channel"]) {
        check_channel(channel.text.as_deref().unwrap_or("./"))?;
    }
    Ok(arguments)
}

fn files(arguments: &Arguments<'_>) -> Result<Vec<String>, Refusal> {
    arguments.values(&["-f", "--file"]).map(Value::path).collect()
}

fn read_file(project: &mut Project<'_>, file: &str) -> Result<(), Refusal> {
    if is_remote(file) {
        return Ok(());
    }
    let text = project.need(file)?;
    if !file.ends_with(".yml") && !file.ends_with(".yaml") {
        let specs = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        return specs.filter(|spec| !spec.is_empty() && *spec != "@EXPLICIT").try_for_each(check_spec);
    }
    let environment = yaml::read(&text).map_err(|line| {
        Refusal::new(
            format!("line {line} of {} is not understood", clip(file)),
            "write plain lists, with one name a line",
        )
    })?;
    let Environment { channels, dependencies, pip } = environment;
    channels.iter().try_for_each(|channel| check_channel(channel))?;
    dependencies.iter().try_for_each(|spec| check_spec(spec))?;
    check_pip(project, file, &pip)
}

/// conda hands the list to pip as a requirements file beside its own, and runs pip there
/// (conda/conda `conda/env/installers/pip.py`).
fn check_pip(project: &mut Project<'_>, file: &str, lines: &[&str]) -> Result<(), Refusal> {
    let is_elsewhere = file.trim_start_matches("./").contains('/');
    for line in lines {
        let is_name = matches!(classify(line), Some(Requirement::Name | Requirement::Url));
        if is_elsewhere && !is_name {
            return Err(Refusal::new(
                format!("`{}` in {} is seen from another folder", clip(line), clip(file)),
                "put the file into the folder where the command runs",
            ));
        }
    }
    requirements::check_lines(project, file, lines)
}

fn check_spec(spec: &str) -> Result<(), Refusal> {
    let is_local = spec.starts_with(['.', '/', '~', '$', '{'])
        || spec.to_ascii_lowercase().contains("file:")
        || !is_remote(spec) && [".conda", ".tar.bz2"].iter().any(|end| spec.ends_with(end));
    if is_local {
        return Err(Refusal::new(
            format!("the package `{}` is a local file", clip(spec)),
            "copy it above the installation by hand",
        ));
    }
    Ok(())
}

fn check_channel(channel: &str) -> Result<(), Refusal> {
    let is_local =
        channel.starts_with(['.', '/', '~', '$']) || channel.to_ascii_lowercase().contains("file:");
    if is_local || channel == "local" {
        return Err(Refusal::new("a channel is a local folder", "take the packages from a server"));
    }
    Ok(())
}
