//! TOML manifests: pyproject.toml, as far as several tools read it.
//! <https://packaging.python.org/en/latest/specifications/pyproject-toml/>

use toml::de::{DeTable, DeValue};

use super::arguments::clip;
use super::requirement::{Requirement, classify};
use super::{Project, Refusal};

/// Reads TOML. The parser bounds how deep tables nest.
///
/// # Errors
/// Where `text`, which stands in `file`, is none.
pub(super) fn parse<'t>(file: &str, text: &'t str) -> Result<DeTable<'t>, Refusal> {
    DeTable::parse(text)
        .map(toml::Spanned::into_inner)
        .map_err(|_| Refusal::new(format!("{} is no valid TOML", clip(file)), "correct it"))
}

/// The value at `path` of nested tables.
pub(super) fn get<'v, 't>(table: &'v DeTable<'t>, path: &[&str]) -> Option<&'v DeValue<'t>> {
    let (last, tables) = path.split_last()?;
    let mut table = table;
    for name in tables {
        table = table.get(*name)?.get_ref().as_table()?;
    }
    table.get(*last).map(toml::Spanned::get_ref)
}

/// The table at `path` of nested tables.
pub(super) fn table<'v, 't>(table: &'v DeTable<'t>, path: &[&str]) -> Option<&'v DeTable<'t>> {
    get(table, path)?.as_table()
}

/// The text at `path` of nested tables.
pub(super) fn text<'v>(table: &'v DeTable<'_>, path: &[&str]) -> Option<&'v str> {
    get(table, path)?.as_str()
}

/// The texts of a list.
///
/// # Errors
/// Where it is something else.
pub(super) fn texts<'v>(name: &str, value: &'v DeValue<'_>) -> Result<Vec<&'v str>, Refusal> {
    let texts = value.as_array().and_then(|values| values.iter().map(|v| v.get_ref().as_str()).collect());
    texts.ok_or_else(|| Refusal::new(format!("`{}` is no list of texts", clip(name)), "correct it"))
}

/// Every requirement in the tables that all tools share, with the name of its list.
///
/// # Errors
/// Where one of the lists is none.
pub(super) fn requirements<'v>(manifest: &'v DeTable<'_>) -> Result<Vec<&'v str>, Refusal> {
    let mut found = Vec::new();
    if let Some(value) = get(manifest, &["project", "dependencies"]) {
        found.extend(texts("project.dependencies", value)?);
    }
    for path in [&["project", "optional-dependencies"][..], &["dependency-groups"]] {
        for (name, value) in table(manifest, path).into_iter().flatten() {
            let values = value.get_ref().as_array();
            for value in values.ok_or_else(|| texts_expected(name.get_ref()))? {
                match value.get_ref() {
                    // `{ include-group = "name" }`
                    DeValue::Table(_) => {}
                    value => found.push(value.as_str().ok_or_else(|| texts_expected(name.get_ref()))?),
                }
            }
        }
    }
    Ok(found)
}

/// Checks that no requirement of a manifest is a folder of the application, and takes package files along.
///
/// # Errors
/// Where one is.
pub(super) fn check_requirements(
    project: &mut Project<'_>,
    folder: &str,
    requirements: &[&str],
) -> Result<(), Refusal> {
    for requirement in requirements {
        match classify(requirement) {
            Some(Requirement::Name | Requirement::Url) => {}
            Some(Requirement::Path(path)) => local_file(project, folder, path)?,
            None => {
                return Err(Refusal::new(
                    format!("the requirement `{}` is not understood", clip(requirement)),
                    "write it as `name==version`",
                ));
            }
        }
    }
    Ok(())
}

/// Takes the package file `path` along, which a manifest in `folder` names.
///
/// # Errors
/// Where it is a folder, or not there.
pub(super) fn local_file(project: &mut Project<'_>, folder: &str, path: &str) -> Result<(), Refusal> {
    let full = crate::paths::resolve(Some(&project.resolve(folder)), path).unwrap_or_default();
    let plain = !path.contains(['$', '%', '~', '\\', '{', '*']);
    if plain && project.entry(&full) == crate::context::Entry::File && super::requirement::is_archive(path) {
        return project.take(&full).map(|_| ());
    }
    Err(Refusal::new(
        format!("a dependency is installed from the local path `{}`", clip(path)),
        "copy it above the installation by hand",
    ))
}

fn texts_expected(name: &str) -> Refusal {
    Refusal::new(format!("`{}` is no list of texts", clip(name)), "correct it")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn deep_nesting_is_refused() {
        let brackets = format!("a = {}", "[".repeat(1 << 20));
        let dots = format!("{}a = 1", "a.".repeat(1 << 20));
        let header = format!("[{}a]", "a.".repeat(1 << 20));
        for text in [brackets, dots, header] {
            assert!(parse("pyproject.toml", &text).is_err());
        }
    }
}
