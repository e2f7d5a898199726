//! The texts of composer.json and composer.lock. <https://getcomposer.org/doc/04-schema.md>

use serde_json::Value;

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;

/// A manifest, or a lock file.
pub(super) struct Manifest(Value);

/// What of the project the autoloader knows.
pub(super) enum Autoload {
    /// Nothing that is looked for.
    Nothing,
    /// Folders of namespaces: their classes are listed where it is optimized.
    Folders,
    /// Folders whose classes are listed.
    ClassMap,
}

impl Manifest {
    /// # Errors
    /// Where it is no JSON object.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => Ok(Self(value)),
            _ => Err(Refusal::new(format!("{name} is not understood"), "run `composer validate`")),
        }
    }

    /// True where the settings of the project turn `name` on.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.0["config"].get(name).is_some_and(|value| !matches!(value, Value::Bool(false) | Value::Null))
    }

    pub(super) fn has_version(&self) -> bool {
        self.0["version"].is_string()
    }

    pub(super) fn has_script(&self, event: &str) -> bool {
        self.0["scripts"].get(event).is_some_and(|script| !is_empty(script))
    }

    pub(super) fn autoload(&self, dev: bool) -> Autoload {
        let sections = ["autoload", "autoload-dev"];
        let sections = sections.iter().take(if dev { 2 } else { 1 }).map(|name| &self.0[*name]);
        let has = |section: &Value, kind: &str| section.get(kind).is_some_and(|paths| !is_empty(paths));
        sections.fold(Autoload::Nothing, |found, section| match found {
            _ if has(section, "classmap") => Autoload::ClassMap,
            Autoload::Nothing if has(section, "psr-4") || has(section, "psr-0") => Autoload::Folders,
            found => found,
        })
    }

    /// The folders that are filled. <https://getcomposer.org/doc/06-config.md#vendor-dir>
    ///
    /// # Errors
    /// Where a setting names another folder for something that is read or written.
    pub(super) fn outputs(&self) -> Result<Vec<String>, Refusal> {
        let config = &self.0["config"];
        if config.get("lock") == Some(&Value::Bool(false)) {
            return Err(Refusal::new("composer.json turns the lock file off", "use composer.lock"));
        }
        let others =
            ["home", "cache-dir", "cache-files-dir", "cache-repo-dir", "cache-vcs-dir", "data-dir", "cafile"];
        if let Some(name) = others.iter().find(|name| config.get(**name).is_some()) {
            return Err(Refusal::new(
                format!("`{name}` in composer.json names a file or folder"),
                "set it with a variable",
            ));
        }
        let folder = |name: &str| match config.get(name) {
            None => Ok(None),
            Some(Value::String(path)) if !path.contains(['$', '~', '{']) => Ok(Some(path.clone())),
            Some(_) => Err(Refusal::new(
                format!("the folder `{name}` in composer.json is not known"),
                "write it without variables",
            )),
        };
        let vendor = folder("vendor-dir")?.unwrap_or_else(|| "vendor".to_owned());
        Ok([Some(vendor), folder("bin-dir")?].into_iter().flatten().collect())
    }

    /// Refuses repositories in local folders. <https://getcomposer.org/doc/05-repositories.md#path>
    pub(super) fn check_repositories(&self) -> Result<(), Refusal> {
        let repositories: Vec<&Value> = match &self.0["repositories"] {
            Value::Array(list) => list.iter().collect(),
            Value::Object(named) => named.values().collect(),
            _ => return Ok(()),
        };
        let is_local = |repository: &&Value| {
            matches!(repository["type"].as_str(), Some("path" | "artifact"))
                || repository["url"].as_str().is_some_and(|url| !is_remote(url))
        };
        match repositories.into_iter().find(is_local) {
            Some(repository) => Err(local(repository["url"].as_str().unwrap_or_default())),
            None => Ok(()),
        }
    }

    /// Refuses locked packages that are in local folders.
    pub(super) fn check_packages(&self, dev: bool) -> Result<(), Refusal> {
        for package in self.packages(dev) {
            for kind in ["dist", "source"] {
                let origin = &package[kind];
                let Some(url) = origin["url"].as_str() else { continue };
                if origin["type"] == "path" || !is_remote(url) {
                    return Err(local(url));
                }
            }
        }
        Ok(())
    }

    /// The locked packages that change how Composer works.
    pub(super) fn plugins(&self, dev: bool) -> Vec<&str> {
        let is_plugin = |package: &&Value| {
            matches!(package["type"].as_str(), Some("composer-plugin" | "composer-installer"))
        };
        self.packages(dev).filter(is_plugin).map(|package| package["name"].as_str().unwrap_or("?")).collect()
    }

    fn packages(&self, dev: bool) -> impl Iterator<Item = &Value> {
        let lists = ["packages", "packages-dev"].into_iter().take(if dev { 2 } else { 1 });
        lists.filter_map(|name| self.0[name].as_array()).flatten()
    }
}

fn local(url: &str) -> Refusal {
    Refusal::new(
        format!("a package comes from the local folder `{}`", clip(url)),
        "copy the folder above the installation by hand",
    )
}

fn is_remote(url: &str) -> bool {
    let has_scheme = url.split_once("://").is_some_and(|(scheme, _)| !scheme.eq_ignore_ascii_case("file"));
    // `git@host:path`
    let is_host = url.split_once(':').is_some_and(|(host, _)| host.contains('@') && !host.contains('/'));
    // `repo.packagist.org` as a name is a host, too, but so is a folder.
    has_scheme || is_host
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}
