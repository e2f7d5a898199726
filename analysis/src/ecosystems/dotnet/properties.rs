//! MSBuild properties that decide which files a restore reads and writes, and the functions in values.
//! Names of properties do not mind their case.

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;

use super::command_line::is_url;

/// Where files that are looked for, or written, are moved to. `Restore…` has a list of its own.
const MOVES_FILES: &[&str] = &[
    "ArtifactsPath",
    "BaseIntermediateOutputPath",
    "CommonTargetsPath",
    "DirectoryBuildPropsPath",
    "DirectoryBuildTargetsPath",
    "DirectoryPackagesPropsPath",
    "ImportDirectoryBuildProps",
    "ImportDirectoryBuildTargets",
    "ImportDirectoryPackagesProps",
    "ImportDirectorySolutionProps",
    "ImportDirectorySolutionTargets",
    "ImportProjectExtensionProps",
    "ImportProjectExtensionTargets",
    "LanguageTargets",
    "MSBuildProjectExtensionsPath",
    "NuGetLockFilePath",
    "NuGetPropsFile",
    "NuGetRestoreTargets",
    "ProjectExtensionsPathForSpecifiedProject",
    "PublishProfile",
    "PublishProfileFullPath",
    "_DirectoryBuildPropsFile",
    "_DirectoryBuildTargetsFile",
    "_DirectoryPackagesPropsFile",
];

/// Properties of the restore that move no file.
/// <https://learn.microsoft.com/nuget/reference/msbuild-targets#restore-properties>
const HARMLESS: &[&str] = &[
    "RestoreEnablePackagePruning",
    "RestoreForce",
    "RestoreIgnoreFailedSources",
    "RestoreLockedMode",
    "RestoreNoCache",
    "RestoreNoHttpCache",
    "RestorePackagesWithLockFile",
    "RestoreRecursive",
    "RestoreUseLegacyDependencyResolver",
    "RestoreUseSkipNonexistentTargets",
    "RestoreUseStaticGraphEvaluation",
];

/// Properties that list package sources.
const SOURCES: &[&str] = &["RestoreAdditionalProjectSources", "RestoreSources"];

/// Checks the `NAME=VALUE` of `-p:`; several are separated by `;`. True where it says that lock files are
/// not written.
///
/// # Errors
/// Where it moves files.
pub(super) fn check_given(given: &str) -> Result<bool, Refusal> {
    let mut locked = false;
    for part in given.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        check(name, value)?;
        locked |= name.eq_ignore_ascii_case("RestoreLockedMode") && value.eq_ignore_ascii_case("true");
    }
    Ok(locked)
}

/// Checks what a file or the command line sets.
///
/// # Errors
/// Where it moves files.
pub(super) fn check(name: &str, value: &str) -> Result<(), Refusal> {
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    let moves = MOVES_FILES.iter().any(is) || starts_like_one(name);
    if !moves || HARMLESS.iter().any(is) {
        return Ok(());
    }
    let own = format!("$({name})");
    let mut sources = value.split(';').map(str::trim).filter(|source| !source.is_empty());
    if SOURCES.iter().any(is) && sources.all(|source| is_url(source) || source.eq_ignore_ascii_case(&own)) {
        return Ok(());
    }
    if name.eq_ignore_ascii_case("RestoreProjectStyle") && value.trim() == "PackageReference" {
        return Ok(());
    }
    Err(Refusal::new(
        format!("the property `{}` moves files that the restore reads or writes", clip(name)),
        super::ABOVE_BY_HAND,
    ))
}

fn starts_like_one(name: &str) -> bool {
    let starts = |prefix: &str| {
        let start = name.as_bytes().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    ["Restore", "CustomBefore", "CustomAfter", "MSBuild"].iter().any(|prefix| starts(prefix))
}

/// Types whose functions look at nothing in the application.
const PURE_TYPES: &[&str] = &[
    "System.Char",
    "System.Convert",
    "System.DateTime",
    "System.DateTimeOffset",
    "System.Environment",
    "System.Guid",
    "System.IO.Path",
    "System.Math",
    "System.OperatingSystem",
    "System.Runtime.InteropServices.OSPlatform",
    "System.Runtime.InteropServices.RuntimeInformation",
    "System.String",
    "System.StringComparison",
    "System.Text.RegularExpressions.Regex",
    "System.TimeSpan",
    "System.Version",
];

/// Functions of `[MSBuild]` that look at files, or at the registry.
const READING: &[&str] = &[
    "DirectoryExists",
    "DoesTaskHostExist",
    "FileExists",
    "GetDirectoryNameOfFileAbove",
    "GetPathOfFileAbove",
    "GetRegistryValue",
    "GetRegistryValueFromView",
    "GetVsInstallRoot",
];

/// Checks the functions in a value: `$([System.IO.File]::ReadAllText(VERSION))`.
/// <https://learn.microsoft.com/visualstudio/msbuild/property-functions>
///
/// # Errors
/// Where one may look at a file.
pub(super) fn check_functions(value: &str) -> Result<(), Refusal> {
    for (at, _) in value.match_indices("]::") {
        let kind = value[..at].rsplit('[').next().unwrap_or_default().trim();
        let after = &value[at + "]::".len()..];
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        let function = &after[..end];
        let pure = if kind.eq_ignore_ascii_case("MSBuild") {
            !READING.iter().any(|reading| function.eq_ignore_ascii_case(reading))
        } else {
            PURE_TYPES.iter().any(|pure| kind.eq_ignore_ascii_case(pure))
        };
        if !pure {
            return Err(Refusal::new(
                format!(
                    "a project file calls `{}`, which may read files",
                    clip(&format!("{kind}::{function}"))
                ),
                super::ABOVE_BY_HAND,
            ));
        }
    }
    Ok(())
}
