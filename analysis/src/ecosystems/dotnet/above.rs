//! The files that are looked for in a folder and in those above it.

use std::collections::BTreeSet;

use crate::ecosystems::{Project, Refusal};
use crate::paths::split;

use super::nuget_config;

/// Which folders have been looked through.
#[derive(Default)]
pub(super) struct Above {
    nuget: BTreeSet<String>,
    sdk: BTreeSet<String>,
}

impl Above {
    /// NuGet's settings in `folder` and in all above it.
    /// <https://learn.microsoft.com/nuget/consume-packages/configuring-nuget-behavior>
    pub(super) fn nuget(&mut self, project: &mut Project<'_>, folder: &str) -> Result<(), Refusal> {
        for folder in folders(folder) {
            if !self.nuget.insert(folder.to_owned()) {
                break;
            }
            // Of several the first is read (`OrderedSettingsFileNames` of NuGet/NuGet.Client).
            for name in ["nuget.config", "NuGet.config", "NuGet.Config"] {
                let path = in_folder(folder, name);
                if project.take(&path)? {
                    nuget_config::check(project, &path)?;
                }
            }
        }
        Ok(())
    }

    /// The version of the SDK and of the projects' SDKs: the first global.json.
    /// <https://learn.microsoft.com/dotnet/core/tools/global-json>
    pub(super) fn sdk(&mut self, project: &mut Project<'_>, folder: &str) -> Result<(), Refusal> {
        for folder in folders(folder) {
            if !self.sdk.insert(folder.to_owned()) {
                break;
            }
            let path = in_folder(folder, "global.json");
            if !project.take(&path)? {
                continue;
            }
            let text = project.need(&path)?;
            // `"paths": [".dotnet"]` leads to an SDK in the application.
            if text.contains("\"paths\"") {
                return Err(Refusal::new(
                    "global.json names folders of SDKs",
                    "take `paths` out of it, or copy those folders above the restore by hand",
                ));
            }
            break;
        }
        Ok(())
    }
}

/// `folder` and those above it, up to the root.
pub(super) fn folders(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (*folder != "/").then(|| split(folder).0))
}

/// The path of `name` in an absolute `folder`.
pub(super) fn in_folder(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The first file of that name in `folder` or above it.
///
/// # Errors
/// Where it is a link or no file.
pub(super) fn first(project: &mut Project<'_>, folder: &str, name: &str) -> Result<Option<String>, Refusal> {
    for folder in folders(folder) {
        let path = in_folder(folder, name);
        if project.take(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
