//! NuGet's settings. <https://learn.microsoft.com/nuget/reference/nuget-config-file>

use crate::ecosystems::arguments::clip;
use crate::ecosystems::xml::Document;
use crate::ecosystems::{Project, Refusal};
use crate::paths::{join, split};

use super::command_line::is_url;

/// Looks for folders in the settings at `path`, which is absolute. A file that the application does not
/// bring is the image's.
pub(super) fn check(project: &mut Project<'_>, path: &str) -> Result<(), Refusal> {
    let text = project.need(path)?;
    let Some(document) = Document::parse(&text) else {
        return Err(Refusal::new(
            format!("{} is not understood", clip(split(path).1)),
            "check that it is well-formed XML",
        ));
    };
    let folder = split(path).0;
    for section in document.children(document.root()) {
        let name = document.element(section).name.to_ascii_lowercase();
        for setting in document.descendants(section) {
            let setting = document.element(setting);
            let (Some(key), Some(value)) = (setting.attribute("key"), setting.attribute("value")) else {
                continue;
            };
            match name.as_str() {
                "packagesources" | "auditsources" if !is_url(value) => {
                    let source = local(folder, value)?;
                    take_source(project, &source)?;
                }
                "fallbackpackagefolders" => {
                    let source = local(folder, value)?;
                    take_source(project, &source)?;
                }
                "config" if is_folder_of_packages(key) => {
                    let packages = local(folder, value)?;
                    project.fills(&packages);
                }
                _ => {}
            }
        }
        if name == "clientcertificates" {
            return Err(Refusal::new(
                "NuGet's settings name a certificate",
                "copy it above the restore by hand, or use a secret mount",
            ));
        }
    }
    Ok(())
}

/// A folder of packages. One that is not there is in the image, or is missing, whatever the order.
pub(super) fn take_source(project: &mut Project<'_>, path: &str) -> Result<(), Refusal> {
    project.take(path).map(|_| ())
}

fn is_folder_of_packages(key: &str) -> bool {
    ["globalPackagesFolder", "repositoryPath"].iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// A path in the settings in `folder`.
fn local(folder: &str, value: &str) -> Result<String, Refusal> {
    let value = value.trim().replace('\\', "/");
    // `%NAME%` is a variable; `C:` a drive; other schemes are not known.
    if value.is_empty() || value.contains(['%', ':', '$']) {
        return Err(Refusal::new(
            format!("NuGet's settings name the package source `{}`", clip(&value)),
            "give it as a URL, or as a path of the application",
        ));
    }
    Ok(if value.starts_with('/') { value } else { join(folder, &value) })
}
