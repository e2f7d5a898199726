//! Maven: the goals of its dependency plugin that only download.
//! <https://maven.apache.org/plugins/maven-dependency-plugin/plugin-info.html>
//!
//! A goal that is named on the command line runs alone: no phase, and so no plugin that a phase would run.
//! Maven reads the POMs of the modules and of their parents, and what stands in `.mvn`.

mod command_line;
mod core;
mod pom;

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{below, join, split};

use super::arguments::clip;
use super::{Ecosystem, Names, Project, Refusal};

use command_line::Arguments;
use pom::Pom;

pub(super) const DEPENDENCIES: Ecosystem = Ecosystem {
    name: Cow::Borrowed("maven"),
    commands: Names::Known(&[
        "mvn dependency:collect",
        "mvn dependency:go-offline",
        "mvn dependency:list",
        "mvn dependency:resolve",
        "mvn dependency:resolve-plugins",
        "mvn dependency:resolve-sources",
        "mvn dependency:sources",
        "mvn dependency:tree",
        "mvnw dependency:collect",
        "mvnw dependency:go-offline",
        "mvnw dependency:list",
        "mvnw dependency:resolve",
        "mvnw dependency:resolve-plugins",
        "mvnw dependency:resolve-sources",
        "mvnw dependency:sources",
        "mvnw dependency:tree",
    ]),
    value_options: Names::Known(command_line::VALUES),
    variables: Names::Known(&[
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "MAVEN_ARGS",
        "MAVEN_BASEDIR",
        "MAVEN_CONFIG",
        "MAVEN_OPTS",
        "MAVEN_PROJECTBASEDIR",
        "MVNW_",
    ]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

const ABOVE_BY_HAND: &str = "copy what Maven reads above it by hand";

/// The most POMs of an application.
const MOST_POMS: usize = 1_000;

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let mut arguments = Arguments::default();
    arguments.add(&command_line::words(invocation), true)?;
    let pom = match &arguments.file {
        Some(file) => {
            let path = project.resolve(file);
            if project.entry(&path) == Entry::Directory { join(&path, "pom.xml") } else { path }
        }
        None => project.resolve("pom.xml"),
    };
    if invocation.program == "mvnw" {
        core::wrapper(invocation, project)?;
    }
    core::folder(project, split(&pom).0, &mut arguments)?;
    for settings in &arguments.settings {
        core::settings(project, settings)?;
    }
    if let Some(repository) = &arguments.repository {
        project.fills(repository);
    }
    follow(project, pom)
}

/// Adds all POMs that `pom`, an absolute path, leads to.
fn follow(project: &mut Project<'_>, pom: String) -> Result<(), Refusal> {
    // Whether a POM is part of the build, or only somebody's parent.
    let mut seen: BTreeMap<String, bool> = BTreeMap::from([(pom.clone(), true)]);
    let mut queue = VecDeque::from([pom]);
    while let Some(path) = queue.pop_front() {
        if seen.len() > MOST_POMS {
            return Err(Refusal::new("there are too many modules", ABOVE_BY_HAND));
        }
        let in_build = seen.get(&path).copied().unwrap_or_default();
        let name = below(&path, project.directory()).unwrap_or(&path).to_owned();
        let text = project.need(&path)?;
        let pom = Pom::parse(&clip(&name), &text)?;
        let folder = split(&path).0;
        pom.take_files(project, folder)?;
        let mut add = |path: String, in_build: bool| {
            let known = seen.get(&path).copied();
            if known.is_none() || in_build && known == Some(false) {
                seen.insert(path.clone(), in_build);
                queue.push_back(path);
            }
        };
        if let Some(parent) = &pom.parent
            && let Some(parent) = existing(project, folder, parent)?
        {
            add(parent, false);
        }
        if !in_build {
            continue;
        }
        if !pom.modules.is_empty() {
            // What an earlier build packaged there stands for the module.
            project.fills(&join(folder, "target"));
        }
        for (module, optional) in &pom.modules {
            match existing(project, folder, module)? {
                Some(module) => {
                    project.fills(&join(split(&module).0, "target"));
                    add(module, true);
                }
                None if *optional => {}
                None => {
                    return Err(Refusal::new(
                        format!("the module `{}` is not among the files that are copied", clip(module)),
                        "check .dockerignore, and the name, upper and lower case included",
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The POM that `path` in `folder` names: a file, or a folder with a pom.xml. None where it is not there.
fn existing(project: &Project<'_>, folder: &str, path: &str) -> Result<Option<String>, Refusal> {
    if path.contains("${") {
        return Err(Refusal::new(
            format!("the path `{}` has a variable in a POM", clip(path)),
            "write the path out",
        ));
    }
    let path = path.replace('\\', "/");
    let mut full = project.resolve(&if path.starts_with('/') { path } else { join(folder, &path) });
    if project.entry(&full) == Entry::Directory {
        full = join(&full, "pom.xml");
    }
    Ok((!matches!(project.entry(&full), Entry::Missing | Entry::Ignored)).then_some(full))
}
