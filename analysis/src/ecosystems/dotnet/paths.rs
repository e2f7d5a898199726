//! Paths as MSBuild files write them.

use crate::paths::{resolve, split};

/// As `PATH_MAX` of Linux.
const LONGEST: usize = 4096;

/// A path of the file `file`, evaluated for the project `project`, both absolute. Relative ones start at
/// the folder `from`. None where it holds a variable that is not known, or names several files.
pub(super) fn expand(path: &str, file: &str, project: &str, from: &str) -> Option<String> {
    if path.len() > LONGEST {
        return None;
    }
    let (folder, _) = split(file);
    let (project_folder, project_file) = split(project);
    let project_name = project_file.rsplit_once('.').map_or(project_file, |(name, _)| name);
    let slashed = |folder: &str| format!("{}/", folder.trim_end_matches('/'));
    let mut value = String::with_capacity(path.len());
    let mut rest = path.trim();
    while let Some((before, reference)) = rest.split_once("$(") {
        let (name, after) = reference.split_once(')')?;
        value.push_str(before);
        match name.to_ascii_lowercase().as_str() {
            "msbuildthisfiledirectory" => value.push_str(&slashed(folder)),
            "msbuildprojectdirectory" => value.push_str(project_folder),
            "projectdir" => value.push_str(&slashed(project_folder)),
            "msbuildprojectname" => value.push_str(project_name),
            _ => return None,
        }
        rest = after;
    }
    value.push_str(rest);
    // `%20` is an escape, `@(…)` an item.
    if value.is_empty() || value.contains(['%', '@', '*', '?', ';', '(', ':']) {
        return None;
    }
    resolve(Some(from), &value.replace('\\', "/"))
}

/// True for a path below what is installed with MSBuild.
pub(super) fn is_installed(path: &str) -> bool {
    let path = path.trim();
    ["$(MSBuildExtensionsPath)", "$(MSBuildToolsPath)", "$(MSBuildBinPath)", "$(MSBuildSDKsPath)"]
        .iter()
        .any(|installed| path.starts_with(installed) && !path.contains(".."))
}

/// What `$([MSBuild]::GetPathOfFileAbove('NAME', 'FOLDER'))` looks for, and from where: none where it is
/// something else.
/// <https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory#import-from-multi-level-merging>
pub(super) fn file_above<'p>(path: &'p str, file: &str, project: &str) -> Option<(&'p str, String)> {
    let call = path.trim().strip_prefix("$([MSBuild]::GetPathOfFileAbove(")?.strip_suffix("))")?;
    let unquoted = |argument: &'p str| argument.trim().trim_matches(['\'', '"', '`']);
    let (folder, _) = split(file);
    let (name, start) = match call.split_once(',') {
        Some((name, start)) => (unquoted(name), expand(unquoted(start), file, project, folder)?),
        None => (unquoted(call), folder.to_owned()),
    };
    let is_name = !name.is_empty() && !name.contains(['$', '/', '\\', '(', '%', ',']);
    is_name.then_some((name, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_expanded() {
        let expand = |path| expand(path, "/src/build/a.props", "/src/App/App.csproj", "/src/App");
        assert_eq!(expand(r"..\Lib\Lib.csproj").as_deref(), Some("/src/Lib/Lib.csproj"));
        assert_eq!(expand(r"$(MSBuildThisFileDirectory)..\b.props").as_deref(), Some("/src/b.props"));
        assert_eq!(expand("$(MSBuildProjectDirectory)/c").as_deref(), Some("/src/App/c"));
        for unknown in ["$(SolutionDir)a", "**/*.csproj", "@(Lib)", "$(A", "a%20b", ""] {
            assert_eq!(expand(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_file_above_is_looked_for_where_msbuild_does() {
        let above = |path| file_above(path, "/src/App/Directory.Build.props", "/src/App/App.csproj");
        let call =
            r"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))";
        assert_eq!(above(call), Some(("Directory.Build.props", "/src".to_owned())));
        assert_eq!(
            above("$([MSBuild]::GetPathOfFileAbove(a.props))"),
            Some(("a.props", "/src/App".to_owned()))
        );
        assert_eq!(above("$([MSBuild]::GetPathOfFileAbove($(A), b))"), None);
        assert_eq!(above("a.props"), None);
    }
}
