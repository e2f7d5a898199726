//! Prisma generates its client from a schema: when `prisma generate` runs, and when `@prisma/client` up to
//! version 6 is installed (`scripts/postinstall.js` of that package).

use crate::context::Entry;
use crate::paths::join;

use super::super::{Project, Refusal};
use super::clip;
use super::manifest::Manifest;

/// Where the schema is looked for. <https://www.prisma.io/docs/orm/prisma-schema/overview/location>
const SCHEMAS: [&str; 2] = ["schema.prisma", "prisma/schema.prisma"];

/// Takes along what `prisma generate` reads.
///
/// # Errors
/// Where that cannot be told, or where it generates more than the client in `node_modules`.
pub(super) fn take_schema(project: &mut Project<'_>, manifest: &Manifest) -> Result<(), Refusal> {
    if manifest.depends_on("@prisma/client").is_none() {
        return Err(refusal("installs @prisma/client by itself"));
    }
    if manifest.get("prisma").is_some_and(|prisma| prisma.get("schema").is_some()) {
        return Err(refusal("reads the schema that package.json names"));
    }
    check_no_configuration(project, manifest)?;
    if project.entry(&join(&manifest.folder, "prisma")) == Entry::Directory
        && project.entry(&join(&manifest.folder, "prisma/schema")) != Entry::Missing
    {
        return Err(refusal("reads a schema of several files"));
    }
    let mut found = false;
    for schema in SCHEMAS {
        let path = join(&manifest.folder, schema);
        match project.entry(&path) {
            Entry::Missing | Entry::Ignored => {}
            Entry::File => {
                found = true;
                let text = project.read(&path).ok_or_else(|| refusal("reads a schema that is no text"))?;
                check_schema(&text)?;
            }
            _ => return Err(refusal("reads a schema that is no file")),
        }
    }
    if !found {
        return Err(refusal("looks for a schema"));
    }
    // Prisma looks into these for variables.
    // <https://www.prisma.io/docs/orm/more/development-environment/environment-variables>
    for name in ["schema.prisma", "prisma", ".env"] {
        project.take(&join(&manifest.folder, name))?;
    }
    Ok(())
}

/// True where the installation of `@prisma/client` would find a schema.
pub(super) fn has_schema(project: &Project<'_>, manifest: &Manifest) -> bool {
    let is_there = |name: &str| super::exists(project, &join(&manifest.folder, name));
    SCHEMAS.into_iter().chain(["prisma/schema", "prisma.config.ts", "prisma.config.js"]).any(is_there)
        || manifest.get("prisma").is_some_and(|prisma| prisma.get("schema").is_some())
}

/// `prisma.config.ts` and its like are programs. <https://www.prisma.io/docs/orm/reference/prisma-config-reference>
fn check_no_configuration(project: &Project<'_>, manifest: &Manifest) -> Result<(), Refusal> {
    let names = project.list(&manifest.folder).unwrap_or_default();
    let found = names.iter().find(|name| name.starts_with("prisma.config.") || *name == ".config");
    match found {
        Some(name) => Err(refusal(&format!("reads {}", clip(name)))),
        None => Ok(()),
    }
}

/// Only the JavaScript client, and nowhere but in `node_modules`.
fn check_schema(schema: &str) -> Result<(), Refusal> {
    let mut in_generator = false;
    for line in schema.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let mut words = line.split([' ', '\t', '=', '{']).filter(|word| !word.is_empty());
        match (words.next(), words.next()) {
            (Some("generator"), _) => in_generator = true,
            (Some("}"), _) => in_generator = false,
            (Some("provider"), Some(provider))
                if in_generator && !["\"prisma-client-js\"", "'prisma-client-js'"].contains(&provider) =>
            {
                return Err(refusal("runs another generator"));
            }
            (Some("output" | "config" | "importFileExtension" | "moduleFormat"), _) if in_generator => {
                return Err(refusal("writes the client to a folder of the application"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn refusal(what: &str) -> Refusal {
    Refusal::new(
        format!("`prisma generate` runs with the installation and {what}"),
        "set PRISMA_SKIP_POSTINSTALL_GENERATE=1, or generate in a RUN of its own below the sources",
    )
}
