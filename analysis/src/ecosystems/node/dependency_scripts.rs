//! Packages whose own installation scripts look at the application that installs them.

use crate::paths::join;

use super::super::{Project, Refusal};
use super::manifest::Manifest;
use super::scripts::has_repository;
use super::{Packages, exists, prisma};

/// A package and when its script matters.
struct Known {
    name: &'static str,
    /// True where the script would find in the folder of `manifest` what it looks for.
    applies: fn(&Project<'_>, &Manifest) -> bool,
    /// Since this version it has no such script, by the numbers that a range starts with.
    until: Option<(u32, u32)>,
    /// What the script does.
    reason: &'static str,
}

const HOOKS: &str = "sets up the hooks of the repository";

/// Read in the `preinstall`, `install` and `postinstall` scripts of the packages.
const KNOWN: &[Known] = &[
    Known { name: "husky", applies: repository, until: Some((5, 0)), reason: HOOKS },
    Known { name: "yorkie", applies: repository, until: None, reason: HOOKS },
    Known { name: "pre-commit", applies: repository, until: None, reason: HOOKS },
    Known { name: "pre-push", applies: repository, until: None, reason: HOOKS },
    Known { name: "ghooks", applies: repository, until: None, reason: HOOKS },
    Known { name: "git-hooks", applies: repository, until: None, reason: HOOKS },
    Known { name: "lefthook", applies: repository, until: None, reason: HOOKS },
    Known { name: "simple-git-hooks", applies: repository, until: None, reason: HOOKS },
    Known { name: "@evilmartians/lefthook", applies: repository, until: None, reason: HOOKS },
    Known {
        name: "nx",
        applies: |project, manifest| exists(project, &join(&manifest.folder, "nx.json")),
        until: None,
        reason: "reads the whole workspace",
    },
    Known {
        name: "@sveltejs/kit",
        applies: |project, manifest| exists(project, &join(&manifest.folder, "svelte.config.js")),
        until: Some((2, 16)),
        reason: "reads svelte.config.js",
    },
    Known {
        name: "msw",
        applies: |_, manifest| manifest.get("msw").is_some(),
        until: None,
        reason: "writes a file into the sources",
    },
    Known { name: "puppeteer", applies: puppeteer, until: None, reason: "reads its configuration" },
];

/// Checks the packages that `packages` ask for, and those in the lock file.
///
/// # Errors
/// Where the script of one of them would read or write files of the application.
pub(super) fn check(
    project: &mut Project<'_>,
    packages: &Packages,
    lock: Option<&str>,
) -> Result<(), Refusal> {
    let lock_text = lock.and_then(|lock| project.read(lock));
    // Some look into the folder where the command runs, even if it installs in another.
    let here = Manifest::none("");
    let elsewhere = (!packages.folder.is_empty()).then_some(&here);
    for known in KNOWN {
        let applies = packages.manifests.iter().chain(elsewhere).any(|place| (known.applies)(project, place));
        if !applies {
            continue;
        }
        let mut wanted = packages.manifests.iter().filter_map(|manifest| manifest.depends_on(known.name));
        let is_old =
            |range: &str| known.until.is_none_or(|until| first_version(range).is_none_or(|v| v < until));
        let is_asked_for = wanted.clone().next().is_some();
        let is_there = if is_asked_for {
            wanted.any(is_old)
        } else {
            lock_text.as_deref().is_some_and(|text| names_package(text, known.name))
        };
        if is_there {
            return Err(Refusal::new(
                format!("the package {} {} when it is installed", known.name, known.reason),
                "keep what it looks for out of the build context, or install with --ignore-scripts where no package needs its scripts",
            ));
        }
    }
    take_prisma(project, packages, lock_text.as_deref())
}

/// Up to version 6, `@prisma/client` generates where the command runs.
fn take_prisma(project: &mut Project<'_>, packages: &Packages, lock: Option<&str>) -> Result<(), Refusal> {
    let skips = project.variables().get("PRISMA_SKIP_POSTINSTALL_GENERATE");
    if skips.is_some_and(|variable| variable.value.as_deref().is_some_and(|value| !value.is_empty())) {
        return Ok(());
    }
    let name = "@prisma/client";
    let here = Manifest::none("");
    let elsewhere = (!packages.folder.is_empty()).then_some(&here);
    for manifest in packages.manifests.iter().chain(elsewhere) {
        if !prisma::has_schema(project, manifest) {
            continue;
        }
        let wanted: Vec<&str> =
            packages.manifests.iter().filter_map(|manifest| manifest.depends_on(name)).collect();
        let is_there = if wanted.is_empty() {
            lock.is_some_and(|text| names_package(text, name))
        } else {
            wanted.iter().any(|range| first_version(range).is_none_or(|version| version < (7, 0)))
        };
        if is_there {
            if elsewhere.is_some() {
                return Err(Refusal::new(
                    "@prisma/client looks for a schema where the command runs",
                    "change to the folder, and install there",
                ));
            }
            prisma::take_schema(project, manifest)?;
        }
    }
    Ok(())
}

fn repository(project: &Project<'_>, manifest: &Manifest) -> bool {
    has_repository(project, &manifest.folder)
}

/// <https://pptr.dev/guides/configuration>
fn puppeteer(project: &Project<'_>, manifest: &Manifest) -> bool {
    let names = project.list(&manifest.folder).unwrap_or_default();
    names.iter().any(|name| {
        name.starts_with(".puppeteerrc") || name.starts_with("puppeteer.config.") || name == ".config"
    })
}

/// The first two numbers of the range that starts a specifier: `^2.16.0` gives 2 and 16; none for what is no
/// range from below.
fn first_version(range: &str) -> Option<(u32, u32)> {
    let range = range.strip_prefix("npm:").unwrap_or(range).trim_start_matches(['^', '~', '=', 'v', ' ']);
    let range = range.strip_prefix(">=").unwrap_or(range).trim_start();
    if range.contains(['|', ' ', '<']) {
        return None;
    }
    let mut numbers = range.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
    Some((major, minor))
}

/// True where a lock file has the package `name`: between quotes, slashes, blanks and versions.
fn names_package(lock: &str, name: &str) -> bool {
    lock.match_indices(name).any(|(at, _)| {
        let before = lock[..at].chars().next_back();
        let after = lock[at + name.len()..].chars().next();
        before.is_none_or(|c| {
            matches!(c, '"' | '\'' | '/' | ' ' | '\n' | ',') && !(c == '/' && is_scoped(lock, at))
        }) && after.is_some_and(|c| matches!(c, '"' | '\'' | '@' | '/' | ':'))
    })
}

/// True where the name that ends before the slash at `at` is a scope: `@nx/nx` is not `nx`.
fn is_scoped(lock: &str, at: usize) -> bool {
    let before = &lock.as_bytes()[at.saturating_sub(64)..at.saturating_sub(1)];
    let scope =
        before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    let len = scope.count();
    len > 0 && before.len() > len && before[before.len() - len - 1] == b'@'
}

#[cfg(test)]
mod tests {
    use super::{first_version, names_package};

    #[test]
    fn versions_are_read() {
        assert_eq!(first_version("^2.16.0"), Some((2, 16)));
        assert_eq!(first_version(">=5"), Some((5, 0)));
        assert_eq!(first_version("npm:9.1.x"), Some((9, 1)));
        for range in ["*", "latest", "<5", "1 || 2", "workspace:*"] {
            assert_eq!(first_version(range), None, "{range}");
        }
    }

    #[test]
    fn packages_are_found_in_locks() {
        for lock in ["\"node_modules/nx\": {", "nx@^1:\n", "\n  /nx@1.2.3:\n", "\n  nx@1.2.3:\n", "[\"nx@1\""]
        {
            assert!(names_package(lock, "nx"), "{lock}");
        }
        for lock in ["\"node_modules/@scope/nx\": {", "\"node_modules/sphinx\"", "nxs@1", "\"@nx/js@1"] {
            assert!(!names_package(lock, "nx"), "{lock}");
        }
    }
}
