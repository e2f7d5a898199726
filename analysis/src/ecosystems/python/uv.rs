//! uv. <https://docs.astral.sh/uv/guides/integration/docker/>

mod lock;
mod settings;
mod workspace;

use std::borrow::Cow;

use toml::de::DeTable;

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{join, split};

use super::arguments::{Arguments, Options, clip, read};
use super::requirement::is_remote;
use super::{Ecosystem, Names, Project, Refusal, environment, pip, pyproject, requirements};

pub(in crate::ecosystems) const SYNC: Ecosystem = Ecosystem {
    name: Cow::Borrowed("uv"),
    commands: Names::Known(&["uv sync"]),
    value_options: Names::Known(SYNC_OPTIONS.values),
    variables: Names::Known(FILES),
    inspect: Some(sync),
    first_with: Some(Cow::Borrowed("--no-install-project")),
    ..Ecosystem::EMPTY
};

pub(in crate::ecosystems) const PIP: Ecosystem = Ecosystem {
    name: Cow::Borrowed("uv pip"),
    commands: Names::Known(&["uv pip install", "uv pip sync"]),
    value_options: Names::Known(PIP_OPTIONS.values),
    variables: Names::Known(FILES),
    inspect: Some(install),
    ..Ecosystem::EMPTY
};

/// The variables that name files. <https://docs.astral.sh/uv/reference/environment/>
const FILES: &[&str] = &[
    "UV_BUILD_CONSTRAINT",
    "UV_CACHE_DIR",
    "UV_CONFIG_FILE",
    "UV_CONSTRAINT",
    "UV_ENV_FILE",
    "UV_EXCLUDE",
    "UV_FIND_LINKS",
    "UV_OVERRIDE",
    "UV_PROJECT",
    "UV_WORKING_DIR",
];

const SYNC_OPTIONS: Options = Options {
    flags: &[
        "--active",
        "--all-extras",
        "--all-groups",
        "--all-packages",
        "--check",
        "--compile-bytecode",
        "--dev",
        "--exact",
        "--frozen",
        "--inexact",
        "--locked",
        "--managed-python",
        "--native-tls",
        "--no-build",
        "--no-build-isolation",
        "--no-cache",
        "--no-config",
        "--no-default-groups",
        "--no-dev",
        "--no-editable",
        "--no-index",
        "--no-install-local",
        "--no-install-project",
        "--no-install-workspace",
        "--no-managed-python",
        "--no-progress",
        "--no-python-downloads",
        "--no-binary",
        "--offline",
        "--only-dev",
        "--preview",
        "--quiet",
        "--refresh",
        "--reinstall",
        "--system-certs",
        "--upgrade",
        "--verbose",
        "-U",
        "-n",
        "-q",
        "-v",
    ],
    values: &[
        "--allow-insecure-host",
        "--cache-dir",
        "--color",
        "--config-setting",
        "--default-index",
        "--directory",
        "--exclude-newer",
        "--extra",
        "--extra-index-url",
        "--find-links",
        "--fork-strategy",
        "--group",
        "--index",
        "--index-strategy",
        "--index-url",
        "--keyring-provider",
        "--link-mode",
        "--no-binary-package",
        "--no-build-package",
        "--no-extra",
        "--no-group",
        "--no-install-package",
        "--only-group",
        "--output-format",
        "--package",
        "--prerelease",
        "--preview-features",
        "--project",
        "--python",
        "--python-platform",
        "--python-preference",
        "--refresh-package",
        "--reinstall-package",
        "--resolution",
        "--upgrade-package",
        "-P",
        "-f",
        "-i",
        "-p",
    ],
};

const PIP_OPTIONS: Options = Options {
    flags: &[
        "--all-extras",
        "--break-system-packages",
        "--compile",
        "--compile-bytecode",
        "--exact",
        "--force-reinstall",
        "--managed-python",
        "--native-tls",
        "--no-binary-all",
        "--no-break-system-packages",
        "--no-build",
        "--no-build-isolation",
        "--no-cache",
        "--no-cache-dir",
        "--no-config",
        "--no-deps",
        "--no-index",
        "--no-progress",
        "--no-system",
        "--no-verify-hashes",
        "--offline",
        "--pre",
        "--preview",
        "--quiet",
        "--refresh",
        "--reinstall",
        "--require-hashes",
        "--strict",
        "--system",
        "--system-certs",
        "--upgrade",
        "--user",
        "--verbose",
        "--verify-hashes",
        "-U",
        "-n",
        "-q",
        "-v",
    ],
    values: &[
        "--allow-insecure-host",
        "--build-constraint",
        "--build-constraints",
        "--cache-dir",
        "--color",
        "--constraint",
        "--constraints",
        "--default-index",
        "--directory",
        "--editable",
        "--exclude-newer",
        "--extra-index-url",
        "--find-links",
        "--index",
        "--index-strategy",
        "--index-url",
        "--keyring-provider",
        "--link-mode",
        "--no-binary",
        "--only-binary",
        "--override",
        "--overrides",
        "--prefix",
        "--prerelease",
        "--project",
        "--python",
        "--python-platform",
        "--python-version",
        "--refresh-package",
        "--reinstall-package",
        "--requirement",
        "--requirements",
        "--resolution",
        "--target",
        "--torch-backend",
        "--upgrade-package",
        "-P",
        "-b",
        "-c",
        "-e",
        "-f",
        "-i",
        "-p",
        "-r",
        "-t",
    ],
};

/// What a `uv sync` does beside installing dependencies.
struct Sync<'a, 'c> {
    arguments: &'a Arguments<'c>,
    /// It takes the lock file as it is, without a look at the manifests.
    is_frozen: bool,
    /// It fails where the lock file is out of date.
    is_locked: bool,
    skips_project: bool,
    skips_workspace: bool,
}

fn sync(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = read(invocation, &SYNC_OPTIONS)?;
    environment::check(invocation, project, &["UV_"])?;
    if arguments.operands.len() > 1 {
        return Err(Refusal::new("`uv sync` takes no packages", "correct the command"));
    }
    let folder = arguments.path(&["--project", "--directory"])?.unwrap_or_default();
    let skips_workspace = arguments.has(&["--no-install-workspace", "--no-install-local"]);
    let sync = Sync {
        is_frozen: arguments.has(&["--frozen"]) || settings::is_set(project, "UV_FROZEN"),
        is_locked: arguments.has(&["--locked", "--check"]) || settings::is_set(project, "UV_LOCKED"),
        skips_project: skips_workspace || arguments.has(&["--no-install-project"]),
        skips_workspace,
        arguments: &arguments,
    };
    fills(project, &folder);
    settings::take(project, &folder)?;
    for option in arguments.values(&["-f", "--find-links"]) {
        requirements::check_links(project, "", &option.path()?)?;
    }
    for option in arguments.values(&["-i", "--index-url", "--extra-index-url", "--default-index", "--index"])
    {
        settings::check_index(&option.path()?)?;
    }
    let text = project.need(&join(&folder, "pyproject.toml"))?;
    let manifest = pyproject::parse("pyproject.toml", &text)?;
    for pin in [".python-version", ".python-versions"] {
        project.take(&join(&folder, pin))?;
    }
    check_manifest(project, &folder, &manifest)?;
    let lock = join(&folder, "uv.lock");
    let lock = match project.entry(&lock) {
        // Then it is made, and stays.
        Entry::Missing | Entry::Ignored if !sync.is_frozen && !sync.is_locked => {
            project.fills(&lock);
            None
        }
        _ => Some(project.need(&lock)?),
    };
    let lock = lock.as_deref().map(|text| pyproject::parse("uv.lock", text)).transpose()?;
    let members = workspace::take(project, &folder, &manifest)?;
    if !members.is_empty() && !sync.skips_workspace {
        return Err(Refusal::new(
            "members of the workspace are installed from their sources",
            "install with `--no-install-workspace` first, and again below the sources",
        ));
    }
    if let Some(lock) = &lock {
        check_local_packages(project, &folder, lock, &members)?;
    }
    sync.check_sources(project, &manifest, lock.as_ref(), !members.is_empty())
}

impl Sync<'_, '_> {
    /// Refuses where the project itself is built, or the lock file rewritten.
    fn check_sources(
        &self,
        project: &Project<'_>,
        manifest: &DeTable<'_>,
        lock: Option<&DeTable<'_>>,
        has_members: bool,
    ) -> Result<(), Refusal> {
        // uv asks the build backend for what is dynamic.
        let dynamic = pyproject::get(manifest, &["project", "dynamic"]).and_then(|value| value.as_array());
        let is_poetry = pyproject::get(manifest, &["tool", "poetry"]).is_some();
        if !self.is_frozen && (is_poetry || dynamic.is_some_and(|fields| !fields.is_empty())) {
            return Err(Refusal::new(
                "metadata of the project is dynamic and may be built from its sources",
                "install with `--frozen`",
            ));
        }
        if is_package(manifest) && !self.skips_project {
            return Err(Refusal::without_options(
                "`uv sync` installs the project itself",
                "install with `--no-install-project` first, and again below the sources",
            ));
        }
        let Some(lock) = lock.filter(|_| !self.is_frozen && !self.is_locked) else { return Ok(()) };
        let changes = ["-U", "--upgrade", "-P", "--upgrade-package", "--refresh", "--refresh-package"];
        let resolves = [
            "--resolution",
            "--prerelease",
            "--exclude-newer",
            "--fork-strategy",
            "--index",
            "--index-url",
            "-i",
            "--default-index",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--no-index",
        ];
        let same_options = !self.arguments.has(&changes) && !self.arguments.has(&resolves);
        if same_options && !has_members && settings::leave_lock(project) && lock::is_current(manifest, lock) {
            return Ok(());
        }
        Err(Refusal::without_options(
            "uv.lock is not known to be up to date, and `uv sync` would rewrite it",
            "install with `--locked`, or bring it up to date with `uv lock`",
        ))
    }
}

/// Whether the project is built: <https://docs.astral.sh/uv/concepts/projects/config/#project-packaging>.
fn is_package(manifest: &DeTable<'_>) -> bool {
    match pyproject::get(manifest, &["tool", "uv", "package"]) {
        Some(value) => value.as_bool() != Some(false),
        None => manifest.contains_key("build-system"),
    }
}

/// The virtual environment of a project. <https://docs.astral.sh/uv/concepts/projects/layout/>
fn fills(project: &mut Project<'_>, folder: &str) {
    let environment = environment::value(project, "UV_PROJECT_ENVIRONMENT");
    let environment = environment.map_or_else(
        || join(folder, ".venv"),
        |path| if path.starts_with('/') { path } else { join(folder, &path) },
    );
    project.fills(&environment);
    project.fills(&join(folder, ".venv"));
}

/// Checks that the manifest names no local packages, and takes package files along.
fn check_manifest(project: &mut Project<'_>, folder: &str, manifest: &DeTable<'_>) -> Result<(), Refusal> {
    pyproject::check_requirements(project, folder, &pyproject::requirements(manifest)?)?;
    settings::check(manifest)?;
    let sources = pyproject::table(manifest, &["tool", "uv", "sources"]).into_iter().flatten();
    for (name, source) in sources {
        let source = source.get_ref();
        let single = source.as_table().into_iter();
        let several =
            source.as_array().into_iter().flatten().filter_map(|source| source.get_ref().as_table());
        for source in single.chain(several) {
            if let Some(path) = pyproject::text(source, &["path"]) {
                pyproject::local_file(project, folder, path)?;
            }
            let url = pyproject::text(source, &["url"]).or_else(|| pyproject::text(source, &["git"]));
            if url.is_some_and(|url| url.starts_with("file:") || url.starts_with(['/', '.'])) {
                return Err(Refusal::new(
                    format!("the source of `{}` is local", clip(name.get_ref())),
                    "copy it above the installation by hand",
                ));
            }
        }
    }
    Ok(())
}

/// Looks for packages in the lock file that are folders: `source = { editable = "lib" }`. The project
/// itself and members of its workspace are not meant.
fn check_local_packages(
    project: &mut Project<'_>,
    folder: &str,
    lock: &DeTable<'_>,
    members: &[String],
) -> Result<(), Refusal> {
    let packages = lock.get("package").and_then(|value| value.get_ref().as_array());
    for package in packages.into_iter().flat_map(|packages| packages.iter()) {
        let package = package.get_ref().as_table();
        let Some(source) = package.and_then(|package| pyproject::table(package, &["source"])) else {
            continue;
        };
        for kind in ["editable", "virtual", "directory"] {
            let is_other = |path: &&str| *path != "." && !members.contains(&join(folder, path));
            if let Some(path) = pyproject::text(source, &[kind]).filter(is_other) {
                return Err(Refusal::new(
                    format!("uv.lock installs the folder `{}`", clip(path)),
                    "copy it above the installation by hand",
                ));
            }
        }
        if let Some(path) = pyproject::text(source, &["path"]) {
            pyproject::local_file(project, folder, path)?;
        }
        let is_local = |kind: &&str| pyproject::text(source, &[kind]).is_some_and(|url| !is_remote(url));
        if ["registry", "git", "url"].iter().any(is_local) {
            return Err(Refusal::new(
                "uv.lock takes packages from a local folder",
                "copy it above the installation by hand",
            ));
        }
    }
    Ok(())
}

fn install(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = read(invocation, &PIP_OPTIONS)?;
    environment::check(invocation, project, &["UV_"])?;
    if arguments.has(&["--directory", "--project"]) {
        return Err(Refusal::new("it runs for another folder", "set that folder with `cd` or WORKDIR"));
    }
    settings::take(project, "")?;
    fills_around(project);
    for option in ["--target", "-t", "--prefix", "--python", "-p"] {
        if let Some(path) = arguments.path(&[option])? {
            environment::fill(project, &path)?;
        }
    }
    for option in arguments.values(&["--default-index", "--index"]) {
        settings::check_index(&option.path()?)?;
    }
    let is_sync = arguments.operands.get(1).and_then(|word| word.text.as_deref()) == Some("sync");
    if !is_sync {
        return pip::packages(project, &arguments, "uv pip install", 2);
    }
    let files: Result<Vec<String>, Refusal> =
        arguments.operands.iter().skip(2).map(|word| word.path()).collect();
    pip::packages(project, &arguments, "uv pip sync", usize::MAX)?;
    requirements::follow(project, files?)
}

/// uv finds a `.venv` in the folder and in those around it.
fn fills_around(project: &mut Project<'_>) {
    let mut folder = project.directory().to_owned();
    while folder != "/" {
        project.fills(&format!("{folder}/.venv"));
        folder = split(&folder).0.to_owned();
    }
}
