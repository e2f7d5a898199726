//! The scripts of package.json that an installation runs, and the few that are known to do no harm.

use serde_json::Value;

use crate::paths::join;

use super::super::{Project, Refusal};
use super::manifest::Manifest;
use super::{clip, exists, folders_above, prisma};

/// How deep scripts may run other scripts.
const MAX_DEPTH: usize = 3;

/// How many commands a script may have.
const MAX_COMMANDS: usize = 8;

/// Checks the scripts `names` of `manifest`.
///
/// # Errors
/// Where one of them may read or write files of the application.
pub(in super::super) fn check(
    project: &mut Project<'_>,
    manifest: &Manifest,
    names: &[&str],
) -> Result<(), Refusal> {
    for name in names {
        let Some(script) = manifest.script(name) else { continue };
        let is_known = match script {
            Value::String(text) => is_harmless(project, manifest, text, MAX_DEPTH)?,
            _ => false,
        };
        if !is_known {
            return Err(Refusal::new(
                format!("{} has a `{name}` script that may run source files", clip(&manifest.path())),
                "run it in a RUN of its own below the sources, and install with --ignore-scripts where no package needs its scripts",
            ));
        }
    }
    Ok(())
}

/// True where each command of `text` does the same with and without the sources. What it reads is added to
/// what is needed.
fn is_harmless(
    project: &mut Project<'_>,
    manifest: &Manifest,
    text: &str,
    depth: usize,
) -> Result<bool, Refusal> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " @/._:=-&|;'\"".contains(c);
    if text.split(['&', '|', ';']).count() > 2 * MAX_COMMANDS || !text.chars().all(is_plain) {
        return Ok(false);
    }
    // However `&&`, `||` and `;` join them: where each does the same, so does the whole.
    let text = text.replace("&&", ";").replace("||", ";");
    for command in text.split(';') {
        let words: Vec<&str> = command.split_whitespace().collect();
        if command.contains(['&', '|']) || !is_harmless_command(project, manifest, &words, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_harmless_command(
    project: &mut Project<'_>,
    manifest: &Manifest,
    words: &[&str],
    depth: usize,
) -> Result<bool, Refusal> {
    let is_script = |name: &str| manifest.script(name).is_some();
    let words = match words {
        ["npm" | "yarn" | "pnpm" | "bun", "run", name] | ["yarn" | "pnpm", name] if is_script(name) => {
            return is_harmless_script(project, manifest, name, depth);
        }
        ["npx", "-y" | "--yes" | "--no-install" | "--no", rest @ ..]
        | ["npx" | "bunx", rest @ ..]
        | ["pnpm" | "yarn", "exec", rest @ ..]
        | ["bun", "x", rest @ ..]
        | ["npm", "exec", "--", rest @ ..] => rest,
        ["yarn" | "pnpm", rest @ ..] => rest,
        words => words,
    };
    match words {
        ["true" | ":"] | ["exit", "0"] | ["is-ci"] | ["echo", ..] => Ok(true),
        // It looks at the name of the tool alone. <https://github.com/pnpm/only-allow/blob/main/bin.js>
        ["only-allow", tool] => Ok(tool.bytes().all(|b| b.is_ascii_lowercase())),
        // Without a repository it does nothing. <https://github.com/typicode/husky/blob/main/index.js>
        ["husky"] | ["husky", "install"] => Ok(!has_repository(project, &manifest.folder)),
        ["husky", "install", folder] if !folder.starts_with('-') => {
            Ok(!has_repository(project, &manifest.folder))
        }
        // Without the folder it does nothing, and says so.
        // <https://github.com/ds300/patch-package/blob/master/src/applyPatches.ts>
        ["patch-package"] => {
            project.take(&join(&manifest.folder, "patches"))?;
            Ok(true)
        }
        ["prisma", "generate"] => {
            prisma::take_schema(project, manifest)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn is_harmless_script(
    project: &mut Project<'_>,
    manifest: &Manifest,
    name: &str,
    depth: usize,
) -> Result<bool, Refusal> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(false) };
    for name in [format!("pre{name}"), name.to_owned(), format!("post{name}")] {
        let harmless = match manifest.script(&name) {
            None => true,
            Some(Value::String(text)) => is_harmless(project, manifest, text, depth)?,
            Some(_) => false,
        };
        if !harmless {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True where git would find a repository from `folder`.
pub(in super::super) fn has_repository(project: &Project<'_>, folder: &str) -> bool {
    exists(project, &join(folder, ".git"))
        || folders_above(project, folder).iter().any(|above| exists(project, &join(above, ".git")))
}
