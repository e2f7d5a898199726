//! .NET: `dotnet restore` and `dotnet tool restore`.
//! <https://learn.microsoft.com/dotnet/core/tools/dotnet-restore>
//!
//! A restore evaluates each project in the closure of references, with every file that MSBuild imports by
//! itself or by name, and asks NuGet's settings where packages come from. It fills `obj` beside each project.

mod above;
mod build_file;
mod closure;
mod command_line;
mod nuget_config;
mod paths;
mod properties;
mod solution;
mod targets;

use std::borrow::Cow;

use crate::invocation::Invocation;

use super::{Ecosystem, Names, Project, Refusal};

use above::Above;
use closure::Closure;
use command_line::{Arguments, Tool};

pub(super) const RESTORE: Ecosystem = Ecosystem {
    name: Cow::Borrowed("dotnet"),
    commands: Names::Known(&["dotnet restore"]),
    value_options: Names::Known(&["--verbosity", "-v"]),
    variables: Names::Known(VARIABLES),
    inspect: Some(restore),
    ..Ecosystem::EMPTY
};

pub(super) const TOOLS: Ecosystem = Ecosystem {
    name: Cow::Borrowed("dotnet-tools"),
    commands: Names::Known(&["dotnet tool restore"]),
    variables: Names::Known(VARIABLES),
    inspect: Some(restore_tools),
    ..Ecosystem::EMPTY
};

/// Every variable is a property, too; these lead to files. `NUGET_PACKAGES` and `DOTNET_CLI_HOME` are
/// folders that the command fills, see [`fills_variables`].
const VARIABLES: &[&str] = &[
    "ArtifactsPath",
    "BaseIntermediateOutputPath",
    "Custom",
    "Directory",
    "DOTNET_MSBUILD_SDK_RESOLVER",
    "DOTNET_STARTUP_HOOKS",
    "Import",
    "MSBUILD",
    "NUGET_FALLBACK_PACKAGES",
    "NUGET_RESTORE_MSBUILD_ARGS",
    "NuGetLockFilePath",
    "Restore",
];

const ABOVE_BY_HAND: &str = "copy what the restore needs above it by hand";

fn restore(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::parse(invocation, Tool::Restore)?;
    fills_variables(project)?;
    if let Some(packages) = &arguments.packages {
        project.fills(packages);
    }
    let from = project.directory().to_owned();
    let entry = solution::find(project, arguments.operand.as_deref())?;
    let mut above = Above::default();
    above.sdk(project, &from)?;
    above.nuget(project, &from)?;
    for config in &arguments.configs {
        let config = project.resolve(config);
        nuget_config::check(project, &config)?;
    }
    for source in &arguments.sources {
        let source = project.resolve(source);
        nuget_config::take_source(project, &source)?;
    }
    let projects = solution::projects(project, &mut above, &entry)?;
    Closure::new(above, arguments.locked).follow(project, projects)
}

/// The manifest is looked for in the folder and in those above it, until one says that it is the root.
/// <https://learn.microsoft.com/dotnet/core/tools/local-tools-how-to-use>
fn restore_tools(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::parse(invocation, Tool::Tools)?;
    fills_variables(project)?;
    let from = project.directory().to_owned();
    let mut above = Above::default();
    above.sdk(project, &from)?;
    above.nuget(project, &from)?;
    for config in &arguments.configs {
        let config = project.resolve(config);
        nuget_config::check(project, &config)?;
    }
    for source in &arguments.sources {
        let source = project.resolve(source);
        nuget_config::take_source(project, &source)?;
    }
    if let Some(manifest) = &arguments.manifest {
        project.need(manifest)?;
        return Ok(());
    }
    let mut found = false;
    for folder in above::folders(&from) {
        for name in [".config/dotnet-tools.json", "dotnet-tools.json"] {
            found |= project.take(&above::in_folder(folder, name))?;
        }
    }
    if found {
        return Ok(());
    }
    Err(Refusal::new(
        "there is no dotnet-tools.json among the files that are copied",
        "check the build context",
    ))
}

/// The folders of packages and of the command line's own files, which an application may have moved to its
/// own folder.
fn fills_variables(project: &mut Project<'_>) -> Result<(), Refusal> {
    for name in ["NUGET_PACKAGES", "DOTNET_CLI_HOME", "NUGET_HTTP_CACHE_PATH", "NUGET_SCRATCH"] {
        let Some(variable) = project.variables().get(name) else { continue };
        let Some(value) = variable.value.clone() else {
            return Err(Refusal::new(
                format!("the value of `{name}` is not known, and the restore fills it"),
                "give it a default",
            ));
        };
        project.fills(&value);
    }
    Ok(())
}
