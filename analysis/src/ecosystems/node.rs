//! What the installers of JavaScript packages have in common: package.json, workspaces, lifecycle scripts.

pub(super) mod command_line;
pub(super) mod manifest;
pub(super) mod npmrc;
pub(super) mod scripts;
pub(super) mod specifier;
pub(super) mod workspaces;
pub(super) mod yaml;

mod dependency_scripts;
mod prisma;

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{below, is_application_folder, join, split};

pub(super) use super::arguments::clip;
use super::{Project, Refusal};
use manifest::Manifest;
use specifier::Specifier;

/// An application and the packages of its workspace.
pub(super) struct Packages {
    /// The folder of the application, as the command names it: empty where the command runs.
    pub(super) folder: String,
    /// The manifests: the application's own first.
    pub(super) manifests: Vec<Manifest>,
}

/// What a command does beside downloading.
pub(super) struct Behaviour {
    /// The scripts of the application and of the packages of its workspace that it runs, by name.
    pub(super) scripts: &'static [&'static str],
    /// False with `--ignore-scripts`.
    pub(super) runs_scripts: bool,
    /// The lock file, where there is one: all packages that will be installed are in it.
    pub(super) lock: Option<String>,
}

impl Packages {
    /// The application's own manifest.
    pub(super) fn root(&self) -> &Manifest {
        &self.manifests[0]
    }

    /// The folder of `manifest` as seen from that of the application: what lock files call it.
    pub(super) fn key<'m>(&self, manifest: &'m Manifest) -> &'m str {
        if self.folder.is_empty() {
            return &manifest.folder;
        }
        below(&manifest.folder, &self.folder).unwrap_or(&manifest.folder)
    }

    /// The path of `name` in the folder of the application.
    pub(super) fn path(&self, name: &str) -> String {
        join(&self.folder, name)
    }
}

/// What variables that all of these tools look at start with.
pub(super) const VARIABLES: &[&str] = &["NPM_CONFIG_", "NODE_OPTIONS", "NODE_PATH", "INIT_CWD"];

/// True where the command installs into the folder of an application, and does not install programs or print
/// something.
pub(super) fn installs_here(invocation: &Invocation<'_>) -> bool {
    let others = ["-g", "--global", "--location=global", "-v", "--version", "-h", "--help"];
    let mut words = invocation.arguments.iter().filter_map(|word| invocation.literal(word));
    !words.any(|word| others.contains(&word.as_ref()))
}

/// Reads the manifests of the application in `folder`, whose workspace `patterns` gives in addition to its
/// package.json, and checks all that does not depend on the tool.
///
/// # Errors
/// Where something of the application beside the manifests would be read, run or written.
pub(super) fn packages(
    project: &mut Project<'_>,
    folder: String,
    patterns: Option<Vec<String>>,
) -> Result<Packages, Refusal> {
    if !is_application_folder(&project.resolve(&folder)) {
        return Err(Refusal::new(
            "it does not install into a folder that the application has for itself",
            "install into a folder such as /app",
        ));
    }
    check_above(project, &folder)?;
    check_module_path(project, &folder)?;
    let root = Manifest::need(project, &folder)?;
    let patterns = match patterns {
        Some(patterns) => patterns,
        None => workspaces::patterns(&root)?,
    };
    let mut manifests = vec![root];
    for member in workspaces::members(project, &folder, &patterns)? {
        manifests.push(Manifest::need(project, &member)?);
    }
    let packages = Packages { folder, manifests };
    for manifest in &packages.manifests {
        check_dependencies(project, &packages, manifest)?;
        project.fills(&join(&manifest.folder, "node_modules"));
    }
    for member in &packages.manifests[1..] {
        check_member(member)?;
    }
    Ok(packages)
}

/// Checks what the command runs.
///
/// # Errors
/// Where that may be, or read, files of the application.
pub(super) fn check_scripts(
    project: &mut Project<'_>,
    packages: &Packages,
    behaviour: &Behaviour,
) -> Result<(), Refusal> {
    if !behaviour.runs_scripts {
        return Ok(());
    }
    for manifest in &packages.manifests {
        scripts::check(project, manifest, behaviour.scripts)?;
        let gyp = join(&manifest.folder, "binding.gyp");
        if exists(project, &gyp) {
            return Err(Refusal::new(
                format!("{} makes the installation compile sources", clip(&gyp)),
                "install with --ignore-scripts, and build after the sources are copied",
            ));
        }
    }
    dependency_scripts::check(project, packages, behaviour.lock.as_deref())
}

/// Refuses where corepack may note the version of the tool in package.json, which the sources would undo: it
/// does by itself in the versions 0.26 to 0.32. nodejs/corepack#413, #709
pub(super) fn check_corepack(project: &Project<'_>, manifest: &Manifest) -> Result<(), Refusal> {
    let is_off = project.variables().get("COREPACK_ENABLE_AUTO_PIN");
    let is_off = is_off.is_some_and(|variable| variable.value.as_deref() == Some("0"));
    if !project.uses_corepack() || is_off || manifest.get("packageManager").is_some() {
        return Ok(());
    }
    Err(Refusal::new(
        "corepack may write `packageManager` into package.json, and the sources would undo that",
        "add `packageManager` to package.json, or set COREPACK_ENABLE_AUTO_PIN=0",
    ))
}

/// Adds a file that must be there to what is needed, whatever is in it.
///
/// # Errors
/// Where it is no file that is copied.
pub(super) fn need_unread(project: &mut Project<'_>, path: &str) -> Result<(), Refusal> {
    if project.entry(path) == Entry::File && project.take(path)? {
        return Ok(());
    }
    Err(Refusal::new(
        format!("{} is not among the files that are copied", clip(path)),
        "check the build context",
    ))
}

/// True where something stands at `path`, whatever it is.
pub(super) fn exists(project: &Project<'_>, path: &str) -> bool {
    !matches!(project.entry(path), Entry::Missing | Entry::Ignored)
}

/// The folders above `folder`, the nearest first, absolute.
pub(super) fn folders_above(project: &Project<'_>, folder: &str) -> Vec<String> {
    let mut folders = Vec::new();
    let mut path = project.resolve(folder);
    while path != "/" {
        path = split(&path).0.to_owned();
        folders.push(path.clone());
    }
    folders
}

/// In a package of a workspace, each tool works on the whole of it.
pub(super) fn check_above(project: &Project<'_>, folder: &str) -> Result<(), Refusal> {
    for above in folders_above(project, folder) {
        let workspace = ["pnpm-workspace.yaml", "lerna.json"].into_iter().find(|name| {
            let path = join(&above, name);
            exists(project, &path)
        });
        let manifest = join(&above, "package.json");
        let is_root = exists(project, &manifest)
            && project.read(&manifest).is_none_or(|text| text.contains("\"workspaces\""));
        if workspace.is_some() || is_root {
            return Err(Refusal::new(
                "a folder above is the root of a workspace",
                "install in that folder, or copy the manifests by hand",
            ));
        }
    }
    Ok(())
}

/// Scripts of packages look for modules there, too. <https://nodejs.org/api/modules.html>
fn check_module_path(project: &Project<'_>, folder: &str) -> Result<(), Refusal> {
    let value = project.variables().get("NODE_PATH").and_then(|variable| variable.value.as_deref());
    let mut paths = value.unwrap_or_default().split(':').filter(|path| !path.is_empty());
    let places = [project.resolve(folder), project.resolve("")];
    if paths.any(|path| places.contains(&project.resolve(path))) {
        return Err(Refusal::new(
            "`NODE_PATH` has the scripts of packages look into the sources",
            "set it below the installation",
        ));
    }
    Ok(())
}

fn check_dependencies(
    project: &mut Project<'_>,
    packages: &Packages,
    manifest: &Manifest,
) -> Result<(), Refusal> {
    for dependency in manifest.dependencies()? {
        let name = clip(&dependency.name);
        match Specifier::of(&dependency.value) {
            Specifier::Remote => {}
            Specifier::Workspace if packages.manifests.len() > 1 => {}
            Specifier::Workspace => {
                return Err(Refusal::new(
                    format!("{name} is a package of a workspace that is not known"),
                    "name the packages of the workspace in `workspaces`",
                ));
            }
            // Paths in settings of the root, and of a member, count from there.
            Specifier::Archive(path) => {
                need_unread(project, &join(&manifest.folder, path))?;
            }
            Specifier::Patch(path) => {
                let path = match path.strip_prefix("~/") {
                    Some(path) => packages.path(path),
                    None => join(&manifest.folder, path.trim_start_matches("./")),
                };
                need_unread(project, &path)?;
            }
            Specifier::Local => {
                return Err(Refusal::new(
                    format!("{name} is installed from a local folder"),
                    "copy that folder above the installation by hand",
                ));
            }
            Specifier::Unknown => {
                return Err(Refusal::new(
                    format!("it cannot be told where {name} is installed from"),
                    "name a version",
                ));
            }
        }
    }
    Ok(())
}

/// The programs of a package in a workspace are made executable where they stand, and linked.
/// `bin-links/lib/fix-bin.js` of npm.
fn check_member(member: &Manifest) -> Result<(), Refusal> {
    let has_programs = member.get("bin").is_some()
        || member.get("directories").and_then(|directories| directories.get("bin")).is_some();
    if has_programs {
        return Err(Refusal::new(
            format!("{} has programs that the installation links", clip(&member.path())),
            "copy the programs above the installation by hand",
        ));
    }
    Ok(())
}
