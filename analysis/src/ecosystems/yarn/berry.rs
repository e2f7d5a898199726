//! yarn 2 and above.

use std::collections::BTreeMap;

use super::super::node::command_line::CommandLine;
use super::super::node::manifest::{GROUPS, Manifest};
use super::super::node::yaml::Yaml;
use super::super::node::{self, Behaviour, Packages, clip, need_unread};
use super::super::{Project, Refusal};

/// <https://yarnpkg.com/advanced/lifecycle-scripts>: others run for packages from git alone.
const SCRIPTS: &[&str] = &["preinstall", "install", "postinstall"];

/// What an installation makes beside `node_modules`. <https://yarnpkg.com/getting-started/qa#which-files-should-be-gitignored>
const OUTPUTS: &[&str] = &[
    ".pnp.cjs",
    ".pnp.js",
    ".pnp.data.json",
    ".pnp.loader.mjs",
    ".yarn/cache",
    ".yarn/unplugged",
    ".yarn/install-state.gz",
    ".yarn/build-state.yml",
    ".yarn/__virtual__",
];

/// Settings of `.yarnrc.yml` that name no files. <https://yarnpkg.com/configuration/yarnrc>
const SETTINGS: &[&str] = &[
    "approvedGitRepositories",
    "catalog",
    "catalogs",
    "checksumBehavior",
    "cloneConcurrency",
    "compressionLevel",
    "defaultProtocol",
    "defaultSemverRangePrefix",
    "enableColors",
    "enableGlobalCache",
    "enableHardenedMode",
    "enableHyperlinks",
    "enableImmutableInstalls",
    "enableInlineBuilds",
    "enableInlineHunks",
    "enableMessageNames",
    "enableMirror",
    "enableNetwork",
    "enableProgressBars",
    "enableScripts",
    "enableStrictSsl",
    "enableTelemetry",
    "enableTimers",
    "enableTransparentWorkspaces",
    "httpRetry",
    "httpTimeout",
    "logFilters",
    "networkConcurrency",
    "nmHoistingLimits",
    "nmMode",
    "nmSelfReferences",
    "nodeLinker",
    "npmAlwaysAuth",
    "npmAuthToken",
    "npmMinimalAgeGate",
    "npmPreapprovedPackages",
    "npmRegistries",
    "npmRegistryServer",
    "npmScopes",
    "packageExtensions",
    "plugins",
    "pnpEnableEsmLoader",
    "pnpFallbackMode",
    "pnpMode",
    "preferDeferredVersions",
    "preferInteractive",
    "progressBarStyle",
    "supportedArchitectures",
    "telemetryInterval",
    "winLinkType",
    "yarnPath",
];

pub(super) fn inspect(project: &mut Project<'_>, line: &CommandLine<'_>) -> Result<(), Refusal> {
    let packages = node::packages(project, line.folder.clone(), None)?;
    let settings = take_settings(project, &packages)?;
    for name in OUTPUTS {
        project.fills(&packages.path(name));
    }
    let lock = packages.path("yarn.lock");
    let has_lock = project.take(&lock)?;
    // <https://yarnpkg.com/configuration/yarnrc#injectEnvironmentFiles>
    project.take(&packages.path(".env.yarn"))?;
    let skips_builds = line.values("--mode").any(|mode| mode == "skip-build");
    if line.values("--mode").any(|mode| mode != "skip-build") {
        return Err(Refusal::new("it does not install", "run `yarn install` alone"));
    }
    let behaviour =
        Behaviour { scripts: SCRIPTS, runs_scripts: !skips_builds, lock: has_lock.then(|| lock.clone()) };
    node::check_scripts(project, &packages, &behaviour)?;
    if !has_lock || line.has(&["--immutable"]) {
        return Ok(());
    }
    if settings.changes_lock || packages.root().get("resolutions").is_some() {
        return Err(outdated("settings have a say in it"));
    }
    check_lock(project, &packages, &lock)
}

struct Settings {
    changes_lock: bool,
}

fn take_settings(project: &mut Project<'_>, packages: &Packages) -> Result<Settings, Refusal> {
    let path = packages.path(".yarnrc.yml");
    if !project.take(&path)? {
        return Ok(Settings { changes_lock: false });
    }
    let text = project.need(&path)?;
    let yaml = Yaml::read(".yarnrc.yml", &text)?;
    if let Some(key) = yaml.keys().find(|key| !SETTINGS.contains(key)) {
        return Err(Refusal::new(
            format!(".yarnrc.yml sets `{}`", clip(key)),
            "copy what it names above the installation by hand",
        ));
    }
    if let Some(yarn) = yaml.text("yarnPath") {
        need_unread(project, &packages.path(yarn))?;
    }
    for (key, path) in yaml.texts("plugins") {
        // Plugins of yarn's own have no path; `spec` and `checksum` are for updates.
        if matches!(key, "" | "path") && !path.starts_with('@') {
            need_unread(project, &packages.path(path))?;
        }
    }
    if yaml.keys().any(|key| key == "plugins")
        && yaml.texts("plugins").any(|(_, path)| !is_known_plugin(path))
    {
        return Err(Refusal::new(
            ".yarnrc.yml has a plugin that may read other files",
            "copy what it reads above the installation by hand",
        ));
    }
    let in_lock = ["catalog", "catalogs", "packageExtensions", "supportedArchitectures"];
    Ok(Settings { changes_lock: yaml.keys().any(|key| in_lock.contains(&key)) })
}

/// The plugins that come from yarn itself; none of them looks at sources when packages are installed.
/// <https://github.com/yarnpkg/berry/tree/master/packages>
fn is_known_plugin(text: &str) -> bool {
    let known =
        ["interactive-tools", "workspace-tools", "stage", "version", "exec", "typescript", "outdated"];
    let is_path = text.strip_prefix(".yarn/plugins/@yarnpkg/plugin-").is_some_and(|name| {
        name.split('.').next().is_some_and(|name| known.contains(&name) && name != "exec")
    });
    let is_spec = text.strip_prefix("@yarnpkg/plugin-").is_some_and(|name| known.contains(&name));
    let is_checksum = text.len() >= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    is_path || is_spec || is_checksum || text.starts_with("https://")
}

/// Refuses where yarn would write the lock file: the sources would undo that.
fn check_lock(project: &mut Project<'_>, packages: &Packages, path: &str) -> Result<(), Refusal> {
    let text = project.need(path)?;
    let locked = workspaces(&text).ok_or_else(|| outdated("it is not understood"))?;
    if locked.len() != packages.manifests.len() {
        return Err(outdated("it is of other packages"));
    }
    for manifest in &packages.manifests {
        let folder = packages.key(manifest);
        let folder = if folder.is_empty() { "." } else { folder };
        if locked.get(folder) != Some(&expected(manifest)?) {
            return Err(outdated(&format!("{} differs", clip(&manifest.path()))));
        }
    }
    Ok(())
}

fn outdated(what: &str) -> Refusal {
    Refusal::new(format!("yarn may update yarn.lock: {what}"), "add --immutable, or bring it up to date")
}

/// Versions by name; true for peers.
type Lists<'t> = BTreeMap<(bool, &'t str), &'t str>;

fn expected(manifest: &Manifest) -> Result<Lists<'_>, Refusal> {
    let mut all = BTreeMap::new();
    for group in GROUPS {
        for (name, range) in manifest.group(group)? {
            let is_peer = group == "peerDependencies";
            all.insert((is_peer, name), range.strip_prefix("npm:").unwrap_or(range));
        }
    }
    Ok(all)
}

/// What the packages of the workspace ask for, by their folders: the entries that end in `@workspace:FOLDER`.
fn workspaces(text: &str) -> Option<BTreeMap<&str, Lists<'_>>> {
    let mut workspaces = BTreeMap::new();
    let mut current: Option<Lists<'_>> = None;
    let mut folder = "";
    let mut list = None;
    for line in text.lines() {
        let rest = line.trim_start_matches(' ');
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        match line.len() - rest.len() {
            0 => {
                if let Some(entry) = current.take() {
                    workspaces.insert(folder, entry);
                }
                let key = rest.strip_suffix(':')?.trim_matches('"');
                let mut descriptors = key.split(", ").filter_map(|key| key.split_once("@workspace:"));
                // Ranges of packages stand there, too: `a@workspace:*`.
                let path = descriptors.find(|(_, path)| {
                    !path.starts_with(['*', '^', '~']) && !path.starts_with(|c: char| c.is_ascii_digit())
                });
                if let Some((_, path)) = path {
                    folder = path;
                    current = Some(BTreeMap::new());
                }
                list = None;
            }
            2 => {
                list = match rest {
                    "dependencies:" => Some(false),
                    "peerDependencies:" => Some(true),
                    _ => None,
                };
            }
            4 => {
                if let (Some(entry), Some(is_peer)) = (&mut current, list) {
                    let (name, range) = rest.split_once(": ")?;
                    let range = range.trim_matches('"');
                    entry.insert(
                        (is_peer, name.trim_matches('"')),
                        range.strip_prefix("npm:").unwrap_or(range),
                    );
                }
            }
            _ => {}
        }
    }
    if let Some(entry) = current {
        workspaces.insert(folder, entry);
    }
    Some(workspaces)
}

#[cfg(test)]
mod tests {
    use super::workspaces;

    #[test]
    fn packages_of_the_workspace_are_read() {
        let text = "__metadata:\n  version: 8\n\n\"a@workspace:*, a@workspace:packages/a\":\n  dependencies:\n    x: \"npm:^1\"\n    \"@y/z\": 1\n  peerDependencies:\n    p: \"*\"\n";
        let found = workspaces(text).unwrap();
        let lists: Vec<_> = found["packages/a"].iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(lists, [((false, "@y/z"), "1"), ((false, "x"), "^1"), ((true, "p"), "*")]);
        for text in ["é", "a@workspace:.:\n  dependencies:\n    x", "<<<<"] {
            assert!(workspaces(text).is_none(), "{text}");
        }
    }
}
