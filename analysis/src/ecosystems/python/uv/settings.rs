//! What configures uv: uv.toml, `[tool.uv]`, and variables.
//! <https://docs.astral.sh/uv/concepts/configuration-files/>

use toml::de::{DeTable, DeValue};

use crate::context::Entry;
use crate::ecosystems::python::arguments::clip;
use crate::ecosystems::python::requirement::{Requirement, classify, is_remote};
use crate::ecosystems::python::{Project, Refusal, pyproject};
use crate::paths::split;

/// Settings that have no say in what is locked, and name no files.
/// <https://docs.astral.sh/uv/reference/settings/>
const NOT_LOCKED: &[&str] = &[
    "build-backend",
    "cache-keys",
    "compile-bytecode",
    "concurrent-builds",
    "concurrent-downloads",
    "concurrent-installs",
    "default-groups",
    "link-mode",
    "native-tls",
    "package",
    "publish-url",
    "python-downloads",
    "python-preference",
    "required-version",
    "system-certs",
];

/// Further settings that name no files, or whose values are looked at.
const HARMLESS: &[&str] = &[
    "allow-insecure-host",
    "build-constraint-dependencies",
    "check-url",
    "config-settings",
    "conflicts",
    "constraint-dependencies",
    "dependency-groups",
    "dependency-metadata",
    "dev-dependencies",
    "environments",
    "exclude-dependencies",
    "exclude-newer",
    "exclude-newer-package",
    "extra-index-url",
    "fork-strategy",
    "index",
    "index-strategy",
    "index-url",
    "keyring-provider",
    "managed",
    "no-binary",
    "no-binary-package",
    "no-build",
    "no-build-isolation",
    "no-build-isolation-package",
    "no-build-package",
    "no-cache",
    "no-index",
    "no-sources",
    "offline",
    "override-dependencies",
    "prerelease",
    "preview",
    "preview-features",
    "required-environments",
    "resolution",
    "sources",
    "torch-backend",
    "trusted-publishing",
    "workspace",
];

/// Variables that have no say in what is locked. <https://docs.astral.sh/uv/reference/environment/>
const VARIABLES: &[&str] = &[
    "UV_CACHE_DIR",
    "UV_COMPILE_BYTECODE",
    "UV_CONCURRENT_BUILDS",
    "UV_CONCURRENT_DOWNLOADS",
    "UV_CONCURRENT_INSTALLS",
    "UV_HTTP_TIMEOUT",
    "UV_INSTALL_DIR",
    "UV_LINK_MODE",
    "UV_NATIVE_TLS",
    "UV_NO_CACHE",
    "UV_NO_DEV",
    "UV_NO_MANAGED_PYTHON",
    "UV_NO_PROGRESS",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_PYTHON_DOWNLOADS",
    "UV_PYTHON_INSTALL_DIR",
    "UV_PYTHON_PREFERENCE",
    "UV_SYSTEM_PYTHON",
    "UV_TOOL_BIN_DIR",
    "UV_TOOL_DIR",
    "UV_VERSION",
];

/// Takes the files that configure uv along: those in `folder` and around it.
///
/// # Errors
/// Where one names local files, or makes the folder part of something larger.
pub(super) fn take(project: &mut Project<'_>, folder: &str) -> Result<(), Refusal> {
    let own = project.resolve(folder);
    let mut around = own.clone();
    loop {
        let path = |name: &str| format!("{}/{name}", around.trim_end_matches('/'));
        if project.take(&path("uv.toml"))? {
            let text = project.need(&path("uv.toml"))?;
            check_table(&pyproject::parse("uv.toml", &text)?)?;
        }
        let manifest = path("pyproject.toml");
        if project.take(&manifest)? {
            let text = project.need(&manifest)?;
            let table = pyproject::parse("pyproject.toml", &text)?;
            if around != own && pyproject::get(&table, &["tool", "uv", "workspace"]).is_some() {
                return Err(Refusal::new(
                    "the folder belongs to a workspace around it",
                    "run the installation in the root of the workspace",
                ));
            }
            check(&table)?;
        }
        if around == "/" {
            return Ok(());
        }
        around = split(&around).0.to_owned();
    }
}

/// Checks that `[tool.uv]` of a manifest names no local files but `sources` and members.
///
/// # Errors
/// Where it may.
pub(super) fn check(manifest: &DeTable<'_>) -> Result<(), Refusal> {
    match pyproject::get(manifest, &["tool", "uv"]) {
        None => Ok(()),
        Some(DeValue::Table(table)) => check_table(table),
        Some(_) => Err(Refusal::new("`tool.uv` is no table", "correct it")),
    }
}

/// Checks that an index is on a server: `name=https://…`.
///
/// # Errors
/// Where it is not.
pub(super) fn check_index(value: &str) -> Result<(), Refusal> {
    let url = match value.split_once('=') {
        Some((name, url)) if !name.contains([':', '/']) => url,
        _ => value,
    };
    if is_remote(url) {
        return Ok(());
    }
    Err(Refusal::new(format!("the index `{}` is a folder", clip(value)), "take the packages from a server"))
}

/// True where the file sets the variable to a value that means yes, for good.
pub(super) fn is_set(project: &Project<'_>, name: &str) -> bool {
    let variable = project.variables().get(name).filter(|variable| !variable.overridable);
    let value = variable.and_then(|variable| variable.value.as_deref());
    matches!(value, Some("1" | "true" | "yes" | "on" | "y" | "t"))
}

/// True where nothing but the manifest decides what uv.lock says.
pub(super) fn leave_lock(project: &Project<'_>) -> bool {
    let mut variables = project.variables().keys().filter(|name| name.starts_with("UV_"));
    let has_settings = || {
        let mut folder = project.directory();
        loop {
            if project.entry(&format!("{}/uv.toml", folder.trim_end_matches('/'))) != Entry::Missing {
                return true;
            }
            if folder == "/" {
                return false;
            }
            folder = split(folder).0;
        }
    };
    variables.all(|name| VARIABLES.contains(&name.as_str())) && !has_settings()
}

/// True where `[tool.uv]` has no say in what is locked.
pub(super) fn table_leaves_lock(manifest: &DeTable<'_>) -> bool {
    let mut names = pyproject::table(manifest, &["tool", "uv"]).into_iter().flat_map(DeTable::keys);
    names.all(|name| NOT_LOCKED.contains(&&**name.get_ref()))
}

fn check_table(table: &DeTable<'_>) -> Result<(), Refusal> {
    for (name, value) in table {
        let (name, value) = (&**name.get_ref(), value.get_ref());
        if !HARMLESS.contains(&name) && !NOT_LOCKED.contains(&name) {
            return Err(Refusal::new(
                format!("the setting `{}` of uv may name files", clip(name)),
                "move the installation above the sources by hand",
            ));
        }
        match name {
            "index-url" => check_index(value.as_str().unwrap_or_default())?,
            "extra-index-url" => {
                pyproject::texts(name, value)?.into_iter().try_for_each(check_index)?;
            }
            "index" => {
                for index in value.as_array().into_iter().flatten() {
                    let url = index.get_ref().as_table().and_then(|index| pyproject::text(index, &["url"]));
                    check_index(url.unwrap_or_default())?;
                }
            }
            "constraint-dependencies"
            | "override-dependencies"
            | "dev-dependencies"
            | "build-constraint-dependencies" => check_requirements(name, value)?,
            _ => {}
        }
    }
    Ok(())
}

fn check_requirements(name: &str, value: &DeValue<'_>) -> Result<(), Refusal> {
    for requirement in pyproject::texts(name, value)? {
        if !matches!(classify(requirement), Some(Requirement::Name | Requirement::Url)) {
            return Err(Refusal::new(
                format!("the requirement `{}` is not understood", clip(requirement)),
                "write it as `name==version`",
            ));
        }
    }
    Ok(())
}
