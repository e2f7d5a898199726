//! package-lock.json, as far as `npm install` would change it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::paths::split;

use super::super::node::manifest::{GROUPS, Manifest};
use super::super::node::{Packages, clip};
use super::super::{Project, Refusal};

/// The entries of packages that stand in the application: those that are not in `node_modules`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lock {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    lockfile_version: u32,
    #[serde(default, deserialize_with = "own_packages")]
    packages: BTreeMap<String, Map<String, Value>>,
}

/// Fields that are in the lock file as package.json has them. `pkgMetaKeys` of `shrinkwrap.js` in npm/cli.
const FIELDS: &[&str] =
    &["name", "version", "license", "engines", "os", "cpu", "workspaces", "peerDependenciesMeta"];

/// Refuses where `npm install` would write the lock file at `path`: the sources would undo that.
pub(super) fn check(project: &mut Project<'_>, packages: &Packages, path: &str) -> Result<(), Refusal> {
    let text = project.need(path)?;
    let name = split(path).1;
    let outdated = |what: &str| {
        Refusal::new(
            format!("`npm install` would update {name}: {what}"),
            "bring the lock file up to date, or use `npm ci`",
        )
    };
    let lock: Lock = serde_json::from_str(&text).map_err(|_| {
        Refusal::new(
            format!("{name} is not understood"),
            "write it anew with `npm install --package-lock-only`",
        )
    })?;
    if lock.lockfile_version < 2 {
        return Err(outdated("it is of an old format"));
    }
    if text.contains('\r') {
        return Err(outdated("its lines end in carriage returns"));
    }
    let root = packages.root();
    // Without a name it is that of the folder.
    let folder = project.resolve(&packages.folder);
    let expected = root.text("name").unwrap_or_else(|| split(&folder).1);
    if lock.name.as_deref() != Some(expected) {
        return Err(outdated("it has another name"));
    }
    if lock.version.as_deref() != root.text("version") {
        return Err(outdated("it has another version"));
    }
    for manifest in &packages.manifests {
        let key = packages.key(manifest);
        let Some(entry) = lock.packages.get(key) else {
            return Err(outdated(&format!("{} is not in it", clip(&manifest.path()))));
        };
        if let Some(field) = difference(manifest, entry, key.is_empty()) {
            return Err(outdated(&format!("`{field}` of {} differs", clip(&manifest.path()))));
        }
    }
    Ok(())
}

fn difference(manifest: &Manifest, entry: &Map<String, Value>, is_root: bool) -> Option<&'static str> {
    let is_empty = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    let differs = |field: &&'static str| {
        let own = manifest.get(field).filter(|value| !is_empty(value));
        let locked = entry.get(*field).filter(|value| !is_empty(value));
        // A member's name is there only where it is not that of its folder; old ones have no license.
        let may_lack =
            !is_root && *field == "name" || *field == "license" && own.is_none_or(|own| !own.is_string());
        own != locked && !(may_lack && locked.is_none())
    };
    FIELDS.iter().chain(&GROUPS).copied().find(|field| differs(field))
}

fn own_packages<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Map<String, Value>>, D::Error> {
    struct Own;

    impl<'de> Visitor<'de> for Own {
        type Value = BTreeMap<String, Map<String, Value>>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a map of packages")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut own = BTreeMap::new();
            while let Some(path) = map.next_key::<Cow<'de, str>>()? {
                if path.split('/').any(|name| name == "node_modules") {
                    map.next_value::<IgnoredAny>()?;
                } else {
                    own.insert(path.into_owned(), map.next_value()?);
                }
            }
            Ok(own)
        }
    }

    deserializer.deserialize_map(Own)
}
