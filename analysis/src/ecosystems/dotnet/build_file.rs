//! One file that MSBuild evaluates: a project, or one that a project imports.

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::xml::{Document, Element};

use super::{properties, targets};

/// What a restore finds in a file. Conditions are not evaluated: what may count, counts.
#[derive(Clone, Debug, Default)]
pub(super) struct BuildFile {
    /// The files it imports, as written.
    pub(super) imports: Vec<Named>,
    /// The projects it references, as written.
    pub(super) references: Vec<Named>,
    /// The paths whose existence a condition asks for, as written.
    pub(super) exists: Vec<String>,
    /// Whether it says, in any case, that lock files are not written; none where it does not say.
    pub(super) locked: Option<bool>,
    /// True where outputs go to a folder `artifacts`.
    pub(super) artifacts: bool,
    /// True where an SDK gives a project its shape.
    pub(super) has_sdk: bool,
}

/// A path in a file.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// As it is written.
    pub(super) path: String,
    /// True where a condition may leave it out.
    pub(super) optional: bool,
}

/// Each path in a condition is kept.
const LONGEST_CONDITION: usize = 4096;

/// SDKs that read nothing but what is known here.
const SDKS: &[&str] = &[
    "Aspire.AppHost.Sdk",
    "Microsoft.NET.Sdk",
    "Microsoft.NET.Sdk.BlazorWebAssembly",
    "Microsoft.NET.Sdk.Razor",
    "Microsoft.NET.Sdk.StaticWebAssets",
    "Microsoft.NET.Sdk.Web",
    "Microsoft.NET.Sdk.WindowsDesktop",
    "Microsoft.NET.Sdk.Worker",
    "MSTest.Sdk",
];

impl BuildFile {
    /// Reads the file `name`.
    ///
    /// # Errors
    /// Where it may read other files, or is not understood.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let document = Document::parse(text).filter(|document| document.element(0).name == "Project");
        let Some(document) = document else {
            return Err(Refusal::new(
                format!("{} is not understood", clip(name)),
                "check that it is well-formed XML",
            ));
        };
        let mut file = Self::default();
        let root = document.element(document.root());
        file.sdk_of(root)?;
        if root.attribute("InitialTargets").is_some_and(|targets| !targets.trim().is_empty()) {
            return Err(Refusal::new(
                format!("{} has initial targets, which run in a restore", clip(name)),
                "hook them onto a target of the build, such as `BeforeTargets=\"Build\"`",
            ));
        }
        check_targets(&document)?;
        let mut index = 1;
        let mut choice_ends = 0;
        while index <= document.descendants(document.root()).len() {
            let element = document.element(index);
            if ["Target", "UsingTask", "ProjectExtensions"].contains(&element.name) {
                index = document.descendants(index).end;
                continue;
            }
            file.add(element)?;
            match element.name {
                "Choose" => choice_ends = choice_ends.max(document.descendants(index).end),
                "PropertyGroup" => {
                    let certain = element.attribute("Condition").is_none();
                    for property in document.children(index) {
                        file.property(document.element(property), certain && index >= choice_ends)?;
                    }
                }
                "ItemGroup" => {
                    let certain = element.attribute("Condition").is_none();
                    for item in document.children(index) {
                        file.item(document.element(item), certain)?;
                    }
                }
                _ => {}
            }
            index += 1;
        }
        Ok(file)
    }

    /// What any element may say.
    fn add(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        for (name, value) in &element.attributes {
            if *name == "Condition" {
                self.condition(value, element.name == "Import")?;
            } else if !(element.name == "Import" && *name == "Project") {
                properties::check_functions(value)?;
            }
        }
        properties::check_functions(&element.text)?;
        if element.name == "Sdk" {
            check_sdk(element.attribute("Name").unwrap_or_default())?;
            self.has_sdk = true;
        }
        if element.name == "Import" {
            let condition = element.attribute("Condition");
            match element.attribute("Sdk") {
                Some(_) => self.sdk_of(element)?,
                None => self.imports.push(Named {
                    path: element.attribute("Project").unwrap_or_default().to_owned(),
                    optional: condition.is_some(),
                }),
            }
        }
        Ok(())
    }

    /// The condition of an import may repeat the path that it imports, and that is looked at there.
    fn condition(&mut self, condition: &str, of_import: bool) -> Result<(), Refusal> {
        if condition.len() > LONGEST_CONDITION {
            return Err(Refusal::new(
                "a project file has a condition that is too long",
                super::ABOVE_BY_HAND,
            ));
        }
        let lower = condition.to_ascii_lowercase();
        for (at, exists) in lower.match_indices("exists") {
            let Some(rest) = condition[at + exists.len()..].trim_start().strip_prefix('(') else { continue };
            let rest = rest.trim_start();
            let path = match rest.strip_prefix('\'') {
                Some(quoted) if of_import && quoted.starts_with("$([MSBuild]::GetPathOfFileAbove(") => {
                    continue;
                }
                Some(quoted) => quoted.split('\'').next(),
                None => rest.split(')').next(),
            };
            self.exists.extend(path.map(str::to_owned));
        }
        if of_import {
            return properties::check_functions(&condition.replace("GetPathOfFileAbove", ""));
        }
        properties::check_functions(condition)
    }

    fn property(&mut self, property: &Element<'_>, certain: bool) -> Result<(), Refusal> {
        let certain = certain && property.attribute("Condition").is_none();
        let value = property.text.trim();
        if property.name.eq_ignore_ascii_case("UseArtifactsOutput") {
            self.artifacts |= !value.eq_ignore_ascii_case("false");
            return Ok(());
        }
        if property.name.eq_ignore_ascii_case("RestoreLockedMode") {
            let locked = certain && value.eq_ignore_ascii_case("true");
            self.locked = Some(locked && self.locked != Some(false));
        }
        properties::check(property.name, value)
    }

    fn item(&mut self, item: &Element<'_>, certain: bool) -> Result<(), Refusal> {
        let Some(include) = item.attribute("Include") else { return Ok(()) };
        if item.name.eq_ignore_ascii_case("ProjectReference") {
            let optional = !certain || item.attribute("Condition").is_some();
            for path in include.split(';').map(str::trim).filter(|path| !path.is_empty()) {
                self.references.push(Named { path: path.to_owned(), optional });
            }
        }
        let is_package = ["PackageReference", "PackageVersion", "PackageDownload", "GlobalPackageReference"];
        let names_items = include.contains("@(") || include.contains(['*', '?']);
        if names_items && is_package.iter().any(|name| item.name.eq_ignore_ascii_case(name)) {
            return Err(Refusal::new(
                "a project file takes its packages from other items",
                super::ABOVE_BY_HAND,
            ));
        }
        Ok(())
    }

    fn sdk_of(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        let Some(sdks) = element.attribute("Sdk") else { return Ok(()) };
        for sdk in sdks.split(';').map(str::trim).filter(|sdk| !sdk.is_empty()) {
            check_sdk(sdk)?;
            self.has_sdk = true;
        }
        Ok(())
    }
}

/// `NAME/VERSION`, or the name alone.
fn check_sdk(sdk: &str) -> Result<(), Refusal> {
    let name = sdk.split('/').next().unwrap_or_default();
    if SDKS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("the SDK `{}` is not known to leave the sources alone", clip(name)),
        super::ABOVE_BY_HAND,
    ))
}

fn check_targets(document: &Document<'_>) -> Result<(), Refusal> {
    let of_file =
        || document.descendants(document.root()).map(|i| document.element(i)).filter(|e| e.name == "Target");
    // Each target is compared with all others: hardly anybody has more than a few.
    if of_file().count() > 200 {
        return Err(Refusal::new("a project file has too many targets", super::ABOVE_BY_HAND));
    }
    let own: Vec<&str> = of_file().filter_map(|target| target.attribute("Name")).collect();
    for target in of_file() {
        let hooks: Vec<&str> =
            ["BeforeTargets", "AfterTargets"].iter().filter_map(|hook| target.attribute(hook)).collect();
        targets::check(target.attribute("Name").unwrap_or_default(), &hooks, &own)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_files_end() {
        let condition = format!("<Project><A Condition=\"{}\"/></Project>", "exists(".repeat(1 << 20));
        assert!(BuildFile::parse("a", &condition).is_err());
        let groups = format!("<Project>{}</Project>", "<Choose/><PropertyGroup/>".repeat(40_000));
        assert!(BuildFile::parse("a", &groups).is_ok());
        let targets = format!("<Project>{}</Project>", "<Target Name='a'/>".repeat(40_000));
        assert!(BuildFile::parse("a", &targets).is_err());
    }
}
