//! Pipenv. <https://pipenv.pypa.io/en/latest/docker.html>

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use crate::context::Entry;
use crate::invocation::Invocation;

use super::arguments::{Arguments, Options, clip, read};
use super::requirement::is_remote;
use super::{Ecosystem, Names, Project, Refusal, environment, pyproject};

pub(in crate::ecosystems) const PIPENV: Ecosystem = Ecosystem {
    name: Cow::Borrowed("pipenv"),
    commands: Names::Known(&["pipenv install", "pipenv sync"]),
    value_options: Names::Known(OPTIONS.values),
    variables: Names::Known(&[
        "PIPENV_PIPFILE",
        "PIPENV_CUSTOM_VENV_NAME",
        "PIPENV_CACHE_DIR",
        "WORKON_HOME",
    ]),
    outputs: Names::Known(&[".venv"]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

/// pypa/pipenv `pipenv/cli/options.py`.
const OPTIONS: Options = Options {
    flags: &[
        "--bare",
        "--clear",
        "--deploy",
        "--dev",
        "--dev-only",
        "--ignore-pipfile",
        "--keep-outdated",
        "--no-site-packages",
        "--pre",
        "--quiet",
        "--sequential",
        "--site-packages",
        "--skip-lock",
        "--system",
        "--three",
        "--verbose",
        "-d",
        "-q",
        "-v",
    ],
    values: &["--categories", "--extra-pip-args", "--pypi-mirror", "--python"],
};

/// Sections of a Pipfile that hold no packages.
const OTHER_SECTIONS: &[&str] = &["build-system", "pipenv", "requires", "scripts", "source"];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = read(invocation, &OPTIONS)?;
    environment::check(invocation, project, &["PIPENV_", "PIP_", "WORKON_HOME"])?;
    if arguments.operands.len() > 1 {
        return Err(Refusal::new(
            "`pipenv install` with packages writes the Pipfile",
            "name them in the Pipfile",
        ));
    }
    if arguments.values(&["--extra-pip-args"]).next().is_some() {
        return Err(Refusal::new("options are handed to pip", "set them in the Pipfile"));
    }
    if let Some(folder) = environment::value(project, "WORKON_HOME") {
        project.fills(&folder);
    }
    let text = project.need("Pipfile")?;
    check_pipfile(project, &pyproject::parse("Pipfile", &text)?)?;
    // Newer versions take it for a lock file.
    if project.entry("pylock.toml") != Entry::Missing {
        return Err(Refusal::new("pylock.toml stands beside the Pipfile", "keep one of the two lock files"));
    }
    check_lock(project, &arguments)
}

fn check_lock(project: &mut Project<'_>, arguments: &Arguments<'_>) -> Result<(), Refusal> {
    let is_sync = arguments.operands.first().and_then(|word| word.text.as_deref()) == Some("sync");
    // With `--system` the lock file stays as it is, with `--deploy` the build fails where it is out of date
    // (pypa/pipenv `pipenv/routines/install.py`).
    let leaves_lock = is_sync || arguments.has(&["--deploy", "--system", "--ignore-pipfile", "--skip-lock"]);
    if !leaves_lock {
        return Err(Refusal::new(
            "`pipenv install` may rewrite Pipfile.lock",
            "install with `--deploy`, or with `pipenv sync`",
        ));
    }
    let is_there = !matches!(project.entry("Pipfile.lock"), Entry::Missing | Entry::Ignored);
    if !is_there && arguments.has(&["--skip-lock"]) {
        return Ok(());
    }
    let lock = project.need("Pipfile.lock")?;
    let places = ["\"path\"", "\"editable\"", "file:"];
    if places.iter().any(|place| lock.contains(place)) || names_local_file(&lock) {
        return Err(Refusal::new(
            "Pipfile.lock names a package of the application",
            "copy it above the installation by hand",
        ));
    }
    Ok(())
}

/// `"file": "https://…"` is fetched; anything else after that key is a path.
fn names_local_file(lock: &str) -> bool {
    lock.split("\"file\"").skip(1).any(|rest| {
        let value = rest.trim_start().strip_prefix(':').unwrap_or_default().trim_start();
        !["\"https://", "\"http://"].iter().any(|start| value.starts_with(start))
    })
}

fn check_pipfile(project: &mut Project<'_>, pipfile: &DeTable<'_>) -> Result<(), Refusal> {
    for (section, packages) in pipfile {
        if OTHER_SECTIONS.contains(&&**section.get_ref()) {
            continue;
        }
        let packages = packages.get_ref().as_table().into_iter().flatten();
        for (name, package) in packages {
            if let Some(table) = package.get_ref().as_table() {
                check_package(project, name.get_ref(), table)?;
            }
        }
    }
    let sources = pipfile.get("source").and_then(|value| value.get_ref().as_array());
    for source in sources.into_iter().flat_map(|sources| sources.iter()) {
        let url = source.get_ref().as_table().and_then(|source| pyproject::text(source, &["url"]));
        if url.is_none_or(|url| !is_remote(url)) {
            return Err(Refusal::new(
                "a package source is a local folder",
                "take the packages from a server",
            ));
        }
    }
    Ok(())
}

fn check_package(project: &mut Project<'_>, name: &str, package: &DeTable<'_>) -> Result<(), Refusal> {
    if let Some(path) = pyproject::text(package, &["path"]) {
        return Err(Refusal::new(
            format!("a dependency is installed from the local path `{}`", clip(path)),
            "copy it above the installation by hand",
        ));
    }
    for kind in ["file", "git", "hg", "svn", "bzr"] {
        match package.get(kind).map(|value| value.get_ref()) {
            None => {}
            // `${TOKEN}@` in it is no matter.
            Some(DeValue::String(url)) if is_remote(url) || url.starts_with("git@") => {}
            Some(_) => {
                return Err(Refusal::new(
                    format!("the source of `{}` is local", clip(name)),
                    "copy it above the installation by hand",
                ));
            }
        }
    }
    if package.get("editable").and_then(|value| value.get_ref().as_bool()) == Some(true) {
        // pip checks it out in the virtual environment, or in the working directory without one.
        project.fills("src");
    }
    Ok(())
}
