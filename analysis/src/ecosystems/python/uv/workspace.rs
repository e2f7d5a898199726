//! The members of a uv workspace. <https://docs.astral.sh/uv/concepts/projects/workspaces/>

use toml::de::{DeTable, DeValue};

use crate::context::Entry;
use crate::ecosystems::python::arguments::clip;
use crate::ecosystems::python::{Project, Refusal, pyproject};
use crate::glob;
use crate::paths::join;

/// The most members that anybody wants to copy one by one.
const MAX_MEMBERS: usize = 100;

/// Takes the manifests of all members along; gives their folders.
///
/// # Errors
/// Where they cannot be told.
pub(super) fn take(
    project: &mut Project<'_>,
    folder: &str,
    manifest: &DeTable<'_>,
) -> Result<Vec<String>, Refusal> {
    let Some(workspace) = pyproject::get(manifest, &["tool", "uv", "workspace"]) else {
        return Ok(Vec::new());
    };
    let workspace = workspace.as_table().ok_or_else(unclear)?;
    let Some(members) = pyproject::get(workspace, &["members"]) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for pattern in pyproject::texts("members", members)? {
        found.extend(matching(project, folder, pattern)?);
        if found.len() > MAX_MEMBERS {
            return Err(Refusal::new("the workspace has too many members", "copy their manifests by hand"));
        }
    }
    found.retain(|member| project.entry(&join(member, "pyproject.toml")) != Entry::Missing);
    for member in &found {
        take_member(project, member, &join(member, "pyproject.toml"))?;
    }
    Ok(found)
}

fn take_member(project: &mut Project<'_>, member: &str, path: &str) -> Result<(), Refusal> {
    let text = project.need(path)?;
    let manifest = pyproject::parse(path, &text)?;
    pyproject::check_requirements(project, member, &pyproject::requirements(&manifest)?)?;
    let dynamic = pyproject::get(&manifest, &["project", "dynamic"]);
    if dynamic.and_then(DeValue::as_array).is_some_and(|fields| !fields.is_empty()) {
        return Err(Refusal::new(
            format!("metadata of the member {} is dynamic", clip(member)),
            "copy that member above the installation by hand",
        ));
    }
    let mut sources =
        pyproject::table(&manifest, &["tool", "uv", "sources"]).into_iter().flat_map(DeTable::values);
    if sources.any(|source| names_path(source.get_ref())) {
        return Err(Refusal::new(
            format!("the member {} has a local source", clip(member)),
            "copy it above the installation by hand",
        ));
    }
    Ok(())
}

fn names_path(source: &DeValue<'_>) -> bool {
    let has_path = |table: &DeTable<'_>| table.contains_key("path");
    source.as_table().is_some_and(has_path)
        || source
            .as_array()
            .is_some_and(|several| several.iter().any(|one| one.get_ref().as_table().is_some_and(has_path)))
}

/// The folders that a pattern such as `packages/*` names. More than are members may be among them: those
/// that are excluded are copied, too.
fn matching(project: &Project<'_>, folder: &str, pattern: &str) -> Result<Vec<String>, Refusal> {
    if pattern.contains(['[', '{', '\\', '$', '!']) || pattern.contains("**") || pattern.starts_with('/') {
        return Err(unclear());
    }
    let mut folders = vec![folder.to_owned()];
    for part in pattern.trim_end_matches('/').split('/') {
        let mut next = Vec::new();
        for folder in &folders {
            if !part.contains(['*', '?']) {
                next.push(join(folder, part));
                continue;
            }
            let here = if folder.is_empty() { "." } else { folder };
            let names = project.list(here).ok_or_else(unclear)?;
            let matching = names.iter().filter(|name| glob::matches(part, name));
            next.extend(matching.map(|name| join(folder, name)));
        }
        folders = next;
        if folders.len() > MAX_MEMBERS * 10 {
            return Err(unclear());
        }
    }
    Ok(folders)
}

fn unclear() -> Refusal {
    Refusal::new(
        "it cannot be told which folders are members of the workspace",
        "copy their manifests by hand",
    )
}
