//! Targets: which of them may run in a restore.
//!
//! A restore runs NuGet's targets and those of the SDK that they depend on. A target of the project runs
//! where it hooks onto one of them, or has the name of one.

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;

/// Targets of a build that do not run in a restore.
const OF_BUILDS: &[&str] = &[
    "AfterBuild",
    "AfterClean",
    "AfterCompile",
    "AfterPublish",
    "AfterRebuild",
    "AfterResolveReferences",
    "AssignTargetPaths",
    "BeforeBuild",
    "BeforeClean",
    "BeforeCompile",
    "BeforePublish",
    "BeforeRebuild",
    "Build",
    "Clean",
    "Compile",
    "ComputeFilesToPublish",
    "ComputeResolvedFilesToPublishList",
    "CopyFilesToOutputDirectory",
    "CopyFilesToPublishDirectory",
    "CoreBuild",
    "CoreClean",
    "CoreCompile",
    "CoreGenerateAssemblyInfo",
    "CreateManifestResourceNames",
    "GenerateAssemblyInfo",
    "GenerateNuspec",
    "GetAssemblyVersion",
    "GetCopyToOutputDirectoryItems",
    "GetCopyToPublishDirectoryItems",
    "Pack",
    "PostBuildEvent",
    "PreBuildEvent",
    "PrepareForBuild",
    "PrepareForPublish",
    "PrepareResources",
    "Publish",
    "Rebuild",
    "Run",
    "VSTest",
];

/// Checks a target that the files of a project define: its name and what it hooks onto. `own` are the names
/// of all targets in the same file.
///
/// # Errors
/// Where it may run in a restore.
pub(super) fn check(name: &str, hooks: &[&str], own: &[&str]) -> Result<(), Refusal> {
    let is_build = |hook: &str| OF_BUILDS.iter().any(|known| known.eq_ignore_ascii_case(hook));
    let is_own = |hook: &str| own.iter().any(|known| known.eq_ignore_ascii_case(hook));
    let mut after = hooks.iter().flat_map(|hooks| hooks.split(';')).map(str::trim);
    let harmless = after.all(|hook| hook.is_empty() || is_build(hook) || is_own(hook));
    if harmless && !may_replace(name) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("the target `{}` may run in a restore", clip(name)),
        "hook it onto a target of the build, such as `BeforeTargets=\"Build\"`",
    ))
}

/// True for a name that a target of a restore may have.
fn may_replace(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let starts =
        ["_", "collect", "process", "resolve", "getproject", "gettarget", "getreference", "generate"];
    starts.iter().any(|start| name.starts_with(start))
        && !OF_BUILDS.iter().any(|known| known.eq_ignore_ascii_case(&name))
        || name.contains("restore")
}
