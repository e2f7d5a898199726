//! Poetry. <https://python-poetry.org/docs/faq/#poetry-busts-my-docker-cache-because-it-requires-me-to-copy-my-source-files-in-before-installing-3rd-party-dependencies>

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::join;

use super::arguments::{Options, clip, read};
use super::requirement::is_remote;
use super::{Ecosystem, Names, Project, Refusal, environment, pyproject};

pub(in crate::ecosystems) const POETRY: Ecosystem = Ecosystem {
    name: Cow::Borrowed("poetry"),
    commands: Names::Known(&["poetry install", "poetry sync"]),
    value_options: Names::Known(OPTIONS.values),
    inspect: Some(inspect),
    first_with: Some(Cow::Borrowed("--no-root")),
    ..Ecosystem::EMPTY
};

/// python-poetry/poetry `console/commands/install.py`, with the options of older versions.
const OPTIONS: Options = Options {
    flags: &[
        "--all-extras",
        "--all-groups",
        "--ansi",
        "--compile",
        "--dev-only",
        "--dry-run",
        "--no-ansi",
        "--no-cache",
        "--no-dev",
        "--no-directory",
        "--no-interaction",
        "--no-plugins",
        "--no-root",
        "--only-root",
        "--quiet",
        "--remove-untracked",
        "--sync",
        "--verbose",
        "-n",
        "-q",
        "-v",
    ],
    values: &["--directory", "--extras", "--only", "--project", "--with", "--without", "-C", "-E", "-P"],
};

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = read(invocation, &OPTIONS)?;
    environment::check(invocation, project, &["POETRY_"])?;
    if arguments.operands.len() > 1 {
        return Err(Refusal::new("`poetry install` takes no packages", "correct the command"));
    }
    let folder = arguments.path(&["--directory", "-C", "--project", "-P"])?.unwrap_or_default();
    let text = project.need(&join(&folder, "pyproject.toml"))?;
    let manifest = pyproject::parse("pyproject.toml", &text)?;
    fills(project, &folder)?;
    let skips_folders = arguments.has(&["--no-directory"]);
    let lock = join(&folder, "poetry.lock");
    let is_locked = match project.entry(&lock) {
        // Then it is made, and stays.
        Entry::Missing | Entry::Ignored => {
            project.fills(&lock);
            false
        }
        _ => {
            let text = project.need(&lock)?;
            check_lock(project, &folder, &pyproject::parse("poetry.lock", &text)?, skips_folders)?;
            true
        }
    };
    check_manifest(project, &folder, &manifest, skips_folders && is_locked)?;
    if arguments.has(&["--only-root"]) {
        return Err(Refusal::new("`--only-root` installs the project itself", "leave it below the sources"));
    }
    let is_package =
        pyproject::get(&manifest, &["tool", "poetry", "package-mode"]).and_then(DeValue::as_bool);
    if is_package != Some(false) && !arguments.has(&["--no-root"]) {
        return Err(Refusal::without_options(
            "`poetry install` installs the project itself",
            "install with `--no-root` first, and again below the sources",
        ));
    }
    Ok(())
}

/// The virtual environment, and what else Poetry keeps: <https://python-poetry.org/docs/configuration/>.
/// An earlier `poetry config virtualenvs.in-project true` is not seen, so `.venv` always counts.
fn fills(project: &mut Project<'_>, folder: &str) -> Result<(), Refusal> {
    project.fills(&join(folder, ".venv"));
    project.fills(&join(folder, ".poetry"));
    for name in ["POETRY_VIRTUALENVS_PATH", "POETRY_CACHE_DIR", "POETRY_HOME", "POETRY_CONFIG_DIR"] {
        if let Some(path) = environment::value(project, name) {
            fill(project, folder, &path);
        }
    }
    let settings = join(folder, "poetry.toml");
    if !project.take(&settings)? {
        return Ok(());
    }
    let text = project.need(&settings)?;
    let settings = pyproject::parse("poetry.toml", &text)?;
    for path in [&["virtualenvs", "path"][..], &["cache-dir"], &["data-dir"]] {
        if let Some(path) = pyproject::text(&settings, path) {
            fill(project, folder, path);
        }
    }
    let repositories = pyproject::table(&settings, &["repositories"]).into_iter().flat_map(DeTable::values);
    check_urls(repositories.filter_map(|value| value.get_ref().as_table()))
}

fn fill(project: &mut Project<'_>, folder: &str, path: &str) {
    let path = path.strip_prefix("{project-dir}/").unwrap_or(path);
    project.fills(&if path.starts_with('/') { path.to_owned() } else { join(folder, path) });
}

fn check_manifest(
    project: &mut Project<'_>,
    folder: &str,
    manifest: &DeTable<'_>,
    skips_folders: bool,
) -> Result<(), Refusal> {
    pyproject::check_requirements(project, folder, &pyproject::requirements(manifest)?)?;
    // The text of the license is read whatever is installed (python-poetry/poetry-core `factory.py`).
    if let Some(file) = pyproject::text(manifest, &["project", "license", "file"]) {
        project.need(&join(folder, file))?;
    }
    // A plugin runs with every command: that of mtkennerly/poetry-dynamic-versioning asks git for the version.
    let mut tools = pyproject::table(manifest, &["tool"]).into_iter().flat_map(DeTable::keys);
    if let Some(plugin) = tools.find(|name| name.get_ref().starts_with("poetry-")) {
        return Err(Refusal::new(
            format!("the plugin `{}` may read the sources", clip(plugin.get_ref())),
            "set the version in pyproject.toml",
        ));
    }
    let Some(poetry) = pyproject::table(manifest, &["tool", "poetry"]) else { return Ok(()) };
    for path in [&["dependencies"][..], &["dev-dependencies"], &["requires-plugins"]] {
        check_dependencies(project, folder, pyproject::table(poetry, path), skips_folders)?;
    }
    for group in pyproject::table(poetry, &["group"]).into_iter().flat_map(DeTable::values) {
        let dependencies =
            group.get_ref().as_table().and_then(|group| pyproject::table(group, &["dependencies"]));
        check_dependencies(project, folder, dependencies, skips_folders)?;
    }
    for package in pyproject::table(poetry, &["build-constraints"]).into_iter().flat_map(DeTable::values) {
        check_dependencies(project, folder, package.get_ref().as_table(), false)?;
    }
    let sources = poetry.get("source").and_then(|value| value.get_ref().as_array());
    let sources = sources.into_iter().flat_map(|sources| sources.iter());
    check_urls(sources.filter_map(|source| source.get_ref().as_table()))
}

/// Each dependency is a text, a table, or a list of tables.
fn check_dependencies(
    project: &mut Project<'_>,
    folder: &str,
    dependencies: Option<&DeTable<'_>>,
    skips_folders: bool,
) -> Result<(), Refusal> {
    for (name, value) in dependencies.into_iter().flatten() {
        match value.get_ref() {
            DeValue::Table(table) => check_dependency(project, folder, name.get_ref(), table, skips_folders)?,
            DeValue::Array(several) => {
                for table in several.iter().filter_map(|one| one.get_ref().as_table()) {
                    check_dependency(project, folder, name.get_ref(), table, skips_folders)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_dependency(
    project: &mut Project<'_>,
    folder: &str,
    name: &str,
    dependency: &DeTable<'_>,
    skips_folders: bool,
) -> Result<(), Refusal> {
    for kind in ["path", "file"] {
        if let Some(path) = pyproject::text(dependency, &[kind]) {
            local(project, folder, path, skips_folders)?;
        }
    }
    for kind in ["git", "url"] {
        if let Some(url) = pyproject::text(dependency, &[kind])
            && (url.starts_with(['.', '/', '~']) || url.to_ascii_lowercase().contains("file:"))
        {
            return Err(Refusal::new(
                format!("the source of `{}` is local", clip(name)),
                "copy it above the installation by hand",
            ));
        }
    }
    Ok(())
}

/// Packages that are folders or files: `[package.source]` with `type = "directory"`.
fn check_lock(
    project: &mut Project<'_>,
    folder: &str,
    lock: &DeTable<'_>,
    skips_folders: bool,
) -> Result<(), Refusal> {
    let packages = lock.get("package").and_then(|value| value.get_ref().as_array());
    for package in packages.into_iter().flat_map(|packages| packages.iter()) {
        let Some(package) = package.get_ref().as_table() else { continue };
        let path = pyproject::text(package, &["source", "url"]).unwrap_or_default();
        match pyproject::text(package, &["source", "type"]) {
            Some("directory" | "file") => local(project, folder, path, skips_folders)?,
            Some(_) if path.starts_with(['.', '/']) || path.starts_with("file:") => {
                return Err(Refusal::new(
                    format!("poetry.lock installs from `{}`", clip(path)),
                    "copy it above the installation by hand",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A package file comes along; of a folder that is not installed, its manifest does.
fn local(project: &mut Project<'_>, folder: &str, path: &str, skips_folders: bool) -> Result<(), Refusal> {
    let full = if path.starts_with('/') { path.to_owned() } else { join(folder, path) };
    if project.entry(&full) == Entry::File {
        return pyproject::local_file(project, folder, path);
    }
    if !skips_folders {
        return Err(Refusal::new(
            format!("a dependency is installed from the local path `{}`", clip(path)),
            "install with `--no-directory` first, and again below the sources",
        ));
    }
    project.take(&join(&full, "pyproject.toml"))?;
    project.take(&join(&full, "setup.py"))?;
    Ok(())
}

fn check_urls<'v, 't: 'v>(tables: impl Iterator<Item = &'v DeTable<'t>>) -> Result<(), Refusal> {
    for table in tables {
        if pyproject::text(table, &["url"]).is_some_and(|url| !is_remote(url)) {
            return Err(Refusal::new(
                "a package source is a local folder",
                "take the packages from a server",
            ));
        }
    }
    Ok(())
}
