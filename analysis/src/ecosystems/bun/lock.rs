//! bun.lock, as far as `bun install` would change it. <https://bun.com/docs/pm/lockfile>

use serde_json::{Map, Value};

use super::super::node::manifest::GROUPS;
use super::super::node::{Packages, clip};
use super::super::{Project, Refusal};

/// Refuses where `bun install` would write bun.lock: the sources would undo that.
pub(super) fn check(project: &mut Project<'_>, packages: &Packages) -> Result<(), Refusal> {
    let text = project.need(&packages.path("bun.lock"))?;
    let help = "bring it up to date, or add --frozen-lockfile";
    let Some(workspaces) = workspaces(&text) else {
        return Err(Refusal::new("bun.lock is not understood", help));
    };
    for manifest in &packages.manifests {
        let key = packages.key(manifest);
        let entry = workspaces.get(key);
        let differs = |field: &&str| {
            let is_empty = |value: &&Value| value.as_object().is_some_and(Map::is_empty);
            let own = manifest.get(field).filter(|value| !is_empty(value));
            let locked = entry.and_then(|entry| entry.get(*field)).filter(|value| !is_empty(value));
            own != locked
        };
        let fields = ["name"].into_iter().chain(GROUPS);
        let version = if key.is_empty() { None } else { Some("version") };
        if entry.is_none() || fields.chain(version).any(|field| differs(&field)) {
            let reason = format!("`bun install` would update bun.lock: {} differs", clip(&manifest.path()));
            return Err(Refusal::new(reason, help));
        }
    }
    let root = packages.root();
    let more =
        ["overrides", "resolutions", "catalog", "catalogs", "patchedDependencies", "trustedDependencies"];
    let is_in_workspaces =
        |name: &str| root.get("workspaces").is_some_and(|workspaces| workspaces.get(name).is_some());
    match more.into_iter().find(|name| root.get(name).is_some() || is_in_workspaces(name)) {
        Some(name) => Err(Refusal::new(
            format!("package.json has `{name}`, and `bun install` may update bun.lock"),
            "add --frozen-lockfile",
        )),
        None => Ok(()),
    }
}

/// The part `workspaces`, which stands above `packages`. It is JSON but for commas before brackets.
fn workspaces(text: &str) -> Option<Map<String, Value>> {
    let start = text.find("\n  \"workspaces\": {")? + "\n  \"workspaces\": ".len();
    let len = text[start..].find("\n  },")? + "\n  }".len();
    let part = &text[start..start + len];
    let mut json = String::with_capacity(part.len());
    let mut in_string = false;
    let mut escaped = false;
    for c in part.chars() {
        if in_string {
            in_string = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
        } else if c == '"' {
            in_string = true;
        } else if matches!(c, '}' | ']') {
            let kept = json.trim_end();
            let kept = kept.strip_suffix(',').unwrap_or(kept).len();
            json.truncate(kept);
        }
        json.push(c);
    }
    serde_json::from_str(&json).ok()
}
