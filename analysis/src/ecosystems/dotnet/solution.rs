//! What a restore restores: a project, or the projects of a solution.

use serde_json::Value;

use crate::context::Entry;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::xml::Document;
use crate::ecosystems::{Project, Refusal};
use crate::paths::{resolve, split};

use super::above::{Above, first, folders, in_folder};

/// The project or solution that is restored, absolute: the one that is named, or the one in the folder that
/// is named, or in the one where the command runs.
///
/// # Errors
/// Where it cannot be told.
pub(super) fn find(project: &mut Project<'_>, operand: Option<&str>) -> Result<String, Refusal> {
    let operand = operand.unwrap_or(".").replace('\\', "/");
    let path = project.resolve(&operand);
    let entry = match project.entry(&path) {
        Entry::File => path,
        Entry::Directory => in_directory(project, &path)?,
        _ => {
            return Err(Refusal::new(
                format!("{} is not among the files that are copied", clip(&operand)),
                "check the build context, or name it with --context",
            ));
        }
    };
    // They hold options of MSBuild. <https://learn.microsoft.com/visualstudio/msbuild/msbuild-response-files>
    for folder in folders(split(&entry).0) {
        for name in ["Directory.Build.rsp", "MSBuild.rsp"] {
            if !matches!(project.entry(&in_folder(folder, name)), Entry::Missing | Entry::Ignored) {
                return Err(Refusal::new(format!("{name} gives MSBuild more options"), super::ABOVE_BY_HAND));
            }
        }
    }
    Ok(entry)
}

/// As `ProcessProjectSwitch` of dotnet/msbuild does, less some rare cases.
fn in_directory(project: &Project<'_>, folder: &str) -> Result<String, Refusal> {
    let names = project.list(folder).unwrap_or_default();
    let of_kind = |kinds: &[&str]| -> Vec<&String> {
        let is_kind = |name: &&String| {
            let (_, kind) = name.rsplit_once('.').unwrap_or_default();
            kinds.iter().any(|known| kind.eq_ignore_ascii_case(known))
                || kinds.contains(&"proj") && kind.to_ascii_lowercase().ends_with("proj")
        };
        names.iter().filter(is_kind).collect()
    };
    let (solutions, projects, filters) = (of_kind(&["sln", "slnx"]), of_kind(&["proj"]), of_kind(&["slnf"]));
    let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_ascii_lowercase());
    let name = match (&solutions[..], &projects[..], &filters[..]) {
        ([solution], [], _) => solution,
        ([solution], [project], _) if stem(solution) == stem(project) => solution,
        ([], [project], _) => project,
        ([], [], [filter]) => filter,
        ([], [], []) => {
            return Err(Refusal::new(
                "there is no project or solution in the folder where the restore runs",
                "check the build context, or name the project",
            ));
        }
        _ => {
            return Err(Refusal::new(
                "there are several projects or solutions in the folder where the restore runs",
                "name the one that is meant",
            ));
        }
    };
    Ok(in_folder(folder, name))
}

/// The projects of `entry`, absolute. All files that tell are needed.
///
/// # Errors
/// Where the solution is not understood, or is more than a list of projects.
pub(super) fn projects(
    project: &mut Project<'_>,
    above: &mut Above,
    entry: &str,
) -> Result<Vec<String>, Refusal> {
    let (folder, name) = split(entry);
    let kind = name.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase()).unwrap_or_default();
    let not_understood =
        || Refusal::new(format!("{} is not understood", clip(name)), "check that it is well-formed");
    let listed: Vec<String> = match kind.as_str() {
        "sln" | "slnx" => {
            check_solution(project, above, entry)?;
            let text = project.need(entry)?;
            if kind == "sln" { of_sln(&text) } else { of_slnx(&text) }.ok_or_else(not_understood)?
        }
        "slnf" => {
            let text = project.need(entry)?;
            let (solution, listed) = of_slnf(&text).ok_or_else(not_understood)?;
            let solution = absolute(folder, &solution).ok_or_else(not_understood)?;
            check_solution(project, above, &solution)?;
            project.need(&solution)?;
            let folder = split(&solution).0;
            return listed.iter().map(|path| absolute(folder, path).ok_or_else(not_understood)).collect();
        }
        _ => return Ok(vec![entry.to_owned()]),
    };
    listed.iter().map(|path| absolute(folder, path).ok_or_else(not_understood)).collect()
}

/// A solution becomes a project, with imports of its own.
/// <https://learn.microsoft.com/visualstudio/msbuild/customize-solution-build>
fn check_solution(project: &mut Project<'_>, above: &mut Above, solution: &str) -> Result<(), Refusal> {
    let (folder, name) = split(solution);
    above.nuget(project, folder)?;
    above.sdk(project, folder)?;
    let mut found = None;
    for import in ["Directory.Solution.props", "Directory.Solution.targets"] {
        found = found.or(first(project, folder, import)?);
    }
    for when in ["before", "after"] {
        let path = in_folder(folder, &format!("{when}.{name}.targets"));
        if project.take(&path)? {
            found = found.or(Some(path));
        }
    }
    match found {
        None => Ok(()),
        Some(path) => {
            Err(Refusal::new(format!("the solution imports {}", clip(split(&path).1)), super::ABOVE_BY_HAND))
        }
    }
}

fn absolute(folder: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.contains(['%', '$', ':', '*', '?']) {
        return None;
    }
    resolve(Some(folder), &path.replace('\\', "/"))
}

/// The kind of "project" that is a folder in the editor.
const FOLDER: &str = "{2150E333-8FDC-42A3-9474-1A3956D46DE8}";

/// `Project("{KIND}") = "NAME", "PATH", "{ID}"`, each on its line.
/// <https://learn.microsoft.com/visualstudio/extensibility/internals/solution-dot-sln-file>
fn of_sln(text: &str) -> Option<Vec<String>> {
    if !text.contains("Microsoft Visual Studio Solution File") {
        return None;
    }
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("Project("));
    let mut paths = Vec::new();
    for line in lines {
        let mut quoted = line.split('"').skip(1).step_by(2);
        let (kind, _, path) = (quoted.next()?, quoted.next()?, quoted.next()?);
        if !kind.eq_ignore_ascii_case(FOLDER) {
            paths.push(path.to_owned());
        }
    }
    Some(paths)
}

/// `<Project Path="…"/>`. <https://github.com/microsoft/vs-solutionpersistence>
fn of_slnx(text: &str) -> Option<Vec<String>> {
    let document = Document::parse(text).filter(|document| document.element(0).name == "Solution")?;
    let elements = document.descendants(document.root()).map(|index| document.element(index));
    let projects = elements.filter(|element| element.name == "Project");
    projects.map(|project| project.attribute("Path").map(str::to_owned)).collect()
}

/// The solution, relative to the filter, and its projects, relative to the solution.
/// <https://learn.microsoft.com/visualstudio/msbuild/solution-filters>
fn of_slnf(text: &str) -> Option<(String, Vec<String>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let filter: Value = serde_json::from_str(text).ok()?;
    let solution = filter.get("solution")?;
    let projects = solution.get("projects")?.as_array()?;
    let paths = projects.iter().map(|path| path.as_str().map(str::to_owned)).collect::<Option<_>>()?;
    Some((solution.get("path")?.as_str()?.to_owned(), paths))
}
