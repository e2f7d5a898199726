//! package.json, as far as an installation depends on it.

use serde_json::{Map, Value};

use crate::paths::join;

use super::super::{Project, Refusal};
use super::clip;

/// A package.json.
pub(in super::super) struct Manifest {
    /// The folder it stands in: empty for the one where the command runs.
    pub(in super::super) folder: String,
    fields: Map<String, Value>,
}

/// A package that a manifest asks for.
pub(in super::super) struct Dependency {
    /// What it is called.
    pub(in super::super) name: String,
    /// The version, or where it comes from.
    pub(in super::super) value: String,
}

/// The lists of dependencies.
pub(in super::super) const GROUPS: [&str; 4] =
    ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

impl Manifest {
    /// Reads the manifest in `folder` and says that it is needed.
    ///
    /// # Errors
    /// Where it is not there, or is not understood.
    pub(in super::super) fn need(project: &mut Project<'_>, folder: &str) -> Result<Self, Refusal> {
        let path = join(folder, "package.json");
        let text = project.need(&path)?;
        match serde_json::from_str(&text) {
            Ok(Value::Object(fields)) => Ok(Self { folder: folder.to_owned(), fields }),
            _ => Err(malformed(&path)),
        }
    }

    /// The manifest of a folder that has none.
    pub(in super::super) fn none(folder: &str) -> Self {
        Self { folder: folder.to_owned(), fields: Map::new() }
    }

    /// Its path.
    pub(in super::super) fn path(&self) -> String {
        join(&self.folder, "package.json")
    }

    /// The value of `field`, where it is anything but null.
    pub(in super::super) fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    /// The text of `field`.
    pub(in super::super) fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// The text of script `name`.
    pub(in super::super) fn script(&self, name: &str) -> Option<&Value> {
        self.get("scripts")?.get(name).filter(|value| !value.is_null())
    }

    /// The entries of the list of dependencies `group`.
    ///
    /// # Errors
    /// Where it is no map of texts.
    pub(in super::super) fn group(
        &self,
        group: &'static str,
    ) -> Result<impl Iterator<Item = (&str, &str)>, Refusal> {
        let map = match self.get(group) {
            None => None,
            Some(Value::Object(map)) if map.values().all(Value::is_string) => Some(map),
            Some(_) => return Err(malformed(&self.path())),
        };
        Ok(map.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))))
    }

    /// All that it asks for, and all that it puts in the place of something else.
    ///
    /// # Errors
    /// Where the lists are not what they should be.
    pub(in super::super) fn dependencies(&self) -> Result<Vec<Dependency>, Refusal> {
        let mut dependencies = Vec::new();
        for group in GROUPS {
            for (name, value) in self.group(group)? {
                dependencies.push(Dependency { name: name.to_owned(), value: value.to_owned() });
            }
        }
        let pnpm = self.get("pnpm").and_then(|pnpm| pnpm.get("overrides"));
        let overrides = [self.get("overrides"), self.get("resolutions")];
        for value in overrides.into_iter().chain([pnpm]).flatten() {
            texts(value, "", &mut dependencies).ok_or_else(|| malformed(&self.path()))?;
        }
        Ok(dependencies)
    }

    /// True where it asks for the package `name`.
    pub(in super::super) fn depends_on(&self, name: &str) -> Option<&str> {
        GROUPS.iter().find_map(|group| self.get(group)?.get(name)?.as_str())
    }
}

/// The texts in `value`, at any depth: the parser gives no more than 128 levels.
fn texts(value: &Value, name: &str, into: &mut Vec<Dependency>) -> Option<()> {
    match value {
        // `$name` stands for what the manifest itself says of `name`, `-` for nothing.
        Value::String(text) if text.starts_with('$') || text == "-" => {}
        Value::String(text) => {
            into.push(Dependency { name: name.to_owned(), value: text.clone() });
        }
        Value::Object(map) => {
            for (name, value) in map {
                texts(value, name, into)?;
            }
        }
        _ => return None,
    }
    Some(())
}

fn malformed(path: &str) -> Refusal {
    Refusal::new(format!("{} is not understood", clip(path)), "make it a valid package.json")
}
