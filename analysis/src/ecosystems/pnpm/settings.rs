//! pnpm-workspace.yaml. <https://pnpm.io/settings>

use crate::paths::join;

use super::super::node::clip;
use super::super::node::specifier::Specifier;
use super::super::node::yaml::Yaml;
use super::super::{Project, Refusal};

/// What pnpm-workspace.yaml says.
#[derive(Default)]
pub(super) struct Settings {
    /// The patterns of the packages.
    pub(super) members: Vec<String>,
    /// The files that patch dependencies.
    pub(super) patches: Vec<String>,
    /// A setting that has a say in what the lock file looks like.
    pub(super) changes_lock: Option<String>,
    /// `autoInstallPeers`, where it is given.
    pub(super) installs_peers: Option<bool>,
}

/// Settings that neither name files nor have something written beside `node_modules` and the lock file.
const HARMLESS: &[&str] = &[
    "allowBuilds",
    "allowedDeprecatedVersions",
    "autoInstallPeers",
    "blockExoticSubdeps",
    "catalog",
    "catalogMode",
    "catalogs",
    "childConcurrency",
    "confirmModulesPurge",
    "dangerouslyAllowAllBuilds",
    "dedupeDirectDeps",
    "dedupePeerDependents",
    "enablePrePostScripts",
    "engineStrict",
    "fetchRetries",
    "fetchTimeout",
    "hoist",
    "hoistPattern",
    "hoistWorkspacePackages",
    "ignoredBuiltDependencies",
    "ignoredOptionalDependencies",
    "includeWorkspaceRoot",
    "linkWorkspacePackages",
    "managePackageManagerVersions",
    "minimumReleaseAge",
    "minimumReleaseAgeExclude",
    "networkConcurrency",
    "neverBuiltDependencies",
    "nodeLinker",
    "onlyBuiltDependencies",
    "overrides",
    "packageExtensions",
    "packageImportMethod",
    "packageManagerStrict",
    "packageManagerStrictVersion",
    "packages",
    "patchedDependencies",
    "peerDependencyRules",
    "preferFrozenLockfile",
    "preferWorkspacePackages",
    "publicHoistPattern",
    "registry",
    "resolutionMode",
    "resolvePeersFromWorkspaceRoot",
    "savePrefix",
    "saveWorkspaceProtocol",
    "shamefullyHoist",
    "shellEmulator",
    "sideEffectsCache",
    "strictDepBuilds",
    "strictPeerDependencies",
    "supportedArchitectures",
    "trustPolicy",
    "trustPolicyExclude",
    "updateNotifier",
    "verifyDepsBeforeRun",
];

/// Of these, those that are noted in the lock file.
const IN_LOCK: &[&str] = &[
    "catalog",
    "catalogs",
    "ignoredOptionalDependencies",
    "overrides",
    "packageExtensions",
    "patchedDependencies",
];

impl Settings {
    /// Takes the file in `folder` along, where there is one.
    ///
    /// # Errors
    /// Where it is not understood.
    pub(super) fn take(project: &mut Project<'_>, folder: &str) -> Result<Self, Refusal> {
        let path = join(folder, "pnpm-workspace.yaml");
        if !project.take(&path)? {
            return Ok(Self::default());
        }
        let text = project.need(&path)?;
        let yaml = Yaml::read("pnpm-workspace.yaml", &text)?;
        if let Some(key) = yaml.keys().find(|key| !HARMLESS.contains(key)) {
            return Err(refusal(format!("pnpm-workspace.yaml sets `{}`", clip(key))));
        }
        let sources = ["overrides", "catalog", "catalogs"].into_iter().flat_map(|key| yaml.texts(key));
        for (name, source) in sources {
            let is_elsewhere = source.starts_with('$') || source == "-";
            if !is_elsewhere && !matches!(Specifier::of(source), Specifier::Remote | Specifier::Workspace) {
                return Err(refusal(format!("pnpm-workspace.yaml takes {} from a file", clip(name))));
            }
        }
        Ok(Self {
            members: yaml.list("packages"),
            patches: yaml.texts("patchedDependencies").map(|(_, path)| path.to_owned()).collect(),
            changes_lock: yaml.keys().find(|key| IN_LOCK.contains(key)).map(str::to_owned),
            installs_peers: yaml.text("autoInstallPeers").map(|text| text == "true"),
        })
    }
}

fn refusal(reason: String) -> Refusal {
    Refusal::new(reason, "copy what it names above the installation by hand")
}
