//! Gradle: tasks that do nothing but show a build, and with it download what it is made of.
//! <https://docs.gradle.org/current/userguide/command_line_interface.html>
//!
//! Build scripts are programs, and may read any file. Those that are let through use a small, well-known
//! part of the language and plugins that leave files alone until a task runs.

mod command_line;
mod plugins;
mod scan;
mod script;
mod words_of_scripts;

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{join, split};

use super::arguments::clip;
use super::words::plain;
use super::{Ecosystem, Names, Project, Refusal};

use command_line::Arguments;
use script::Script;

pub(super) const DEPENDENCIES: Ecosystem = Ecosystem {
    name: Cow::Borrowed("gradle"),
    commands: Names::Known(&["gradle", "gradlew"]),
    only: Some(command_line::only_shows),
    value_options: Names::Known(command_line::VALUES),
    variables: Names::Known(&["GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

const ABOVE_BY_HAND: &str = "copy what Gradle reads above it by hand";

/// The most projects of a build.
const MOST_PROJECTS: usize = 500;

/// What is read in the folder of a project, where it is there.
const OF_PROJECTS: &[&str] =
    &["gradle.properties", "gradle.lockfile", "buildscript-gradle.lockfile", "settings-gradle.lockfile"];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::parse(invocation)?;
    for folder in &arguments.fills {
        project.fills(folder);
    }
    if let Some(home) = project.variables().get("GRADLE_USER_HOME") {
        let Some(home) = home.value.clone() else {
            return Err(Refusal::new("the value of `GRADLE_USER_HOME` is not known", "give it a default"));
        };
        project.fills(&home);
    }
    let wrapper = if invocation.program == "gradlew" { Some(wrapper(invocation, project)?) } else { None };
    let root = root(project)?;
    if arguments.version {
        if let Some(folder) = wrapper {
            project.take(&join(&folder, "gradle/wrapper"))?;
        }
        // Gradle looks for the Java that it is to run on.
        project.take(&join(&root, "gradle.properties"))?;
        project.take(&join(&root, "gradle/gradle-daemon-jvm.properties"))?;
        return Ok(());
    }
    if let Some(folder) = wrapper {
        project.take(&join(&folder, "gradle"))?;
    }
    build(project, &root)
}

/// The script of the wrapper, and what it reads. Gives its folder.
/// <https://docs.gradle.org/current/userguide/gradle_wrapper.html>
fn wrapper(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<String, Refusal> {
    let mut words = invocation.command.words.iter().filter_map(|word| plain(invocation, word));
    let Some(script) = words.find(|word| word.rsplit('/').next() == Some("gradlew") && word.contains('/'))
    else {
        return Err(Refusal::new("gradlew is run from the PATH", "run it as `./gradlew`"));
    };
    let script = project.resolve(&script);
    let text = project.need(&script)?;
    if !text.to_ascii_lowercase().contains("gradle start up script") {
        return Err(Refusal::new(
            "gradlew is not the script of the Gradle wrapper",
            "make it again with `gradle wrapper`",
        ));
    }
    let folder = split(&script).0.to_owned();
    // It comes with its folder.
    let properties = project.read(&join(&folder, "gradle/wrapper/gradle-wrapper.properties"));
    let Some(properties) = properties else {
        return Err(Refusal::new(
            "gradle-wrapper.properties is not among the files that are copied",
            "check the build context",
        ));
    };
    for line in properties.lines() {
        let (name, value) = line.split_once('=').unwrap_or_default();
        let is_moved = match name.trim() {
            "distributionUrl" => !value.trim().starts_with("http"),
            "distributionBase" | "zipStoreBase" => value.trim() != "GRADLE_USER_HOME",
            _ => false,
        };
        if is_moved {
            return Err(Refusal::new(
                "gradle-wrapper.properties names a folder of the application",
                "keep the distribution in GRADLE_USER_HOME, and load it from the net",
            ));
        }
    }
    Ok(folder)
}

const SETTINGS: [&str; 2] = ["settings.gradle", "settings.gradle.kts"];

/// The folder of the build: the first going up that has settings, or the one where the command runs.
fn root(project: &Project<'_>) -> Result<String, Refusal> {
    let start = project.directory();
    for folder in std::iter::successors(Some(start), |folder| (*folder != "/").then(|| split(folder).0)) {
        for name in SETTINGS.iter().chain(&["settings.gradle.dcl"]) {
            match project.entry(&join(folder, name)) {
                Entry::Missing | Entry::Ignored => {}
                _ if folder == start && *name != "settings.gradle.dcl" => return Ok(folder.to_owned()),
                _ => {
                    return Err(Refusal::new(
                        format!("{name} is in a folder above, or in a language that is not known"),
                        "run Gradle in the folder of the build",
                    ));
                }
            }
        }
    }
    Ok(start.to_owned())
}

/// All that the build in `root` is configured with.
fn build(project: &mut Project<'_>, root: &str) -> Result<(), Refusal> {
    if project.take(&join(root, "buildSrc"))? {
        return Err(Refusal::new(
            "buildSrc holds programs of the build, which may read the sources",
            ABOVE_BY_HAND,
        ));
    }
    project.take(&join(root, "gradle"))?;
    // It comes with its folder.
    let catalog = join(root, "gradle/libs.versions.toml");
    if project.entry(&catalog) != Entry::Missing {
        let text = project.read(&catalog).ok_or_else(|| {
            Refusal::new("gradle/libs.versions.toml cannot be read", "make it a readable file")
        })?;
        plugins::check_catalog(&text)?;
    }
    let mut folders: BTreeSet<String> = BTreeSet::from([root.to_owned()]);
    for name in SETTINGS {
        let path = join(root, name);
        if project.entry(&path) == Entry::Missing {
            continue;
        }
        let settings = follow(project, root, path)?;
        for included in settings.iter().flat_map(|script| &script.includes) {
            let names: Vec<&str> = included.split([':', '/']).filter(|name| !name.is_empty()).collect();
            // `:a:b` makes `:a` a project, too.
            folders.extend((1..=names.len().min(32)).map(|n| join(root, &names[..n].join("/"))));
            if names.contains(&"..") || folders.len() > MOST_PROJECTS {
                return Err(Refusal::new(
                    format!("{name} includes too many projects, or one from elsewhere"),
                    ABOVE_BY_HAND,
                ));
            }
        }
    }
    for folder in &folders {
        for name in ["build.gradle", "build.gradle.kts"] {
            let path = join(folder, name);
            if !matches!(project.entry(&path), Entry::Missing | Entry::Ignored) {
                follow(project, folder, path)?;
            }
        }
        if project.take(&join(folder, "build.gradle.dcl"))? {
            return Err(Refusal::new("build.gradle.dcl is in a language that is not known", ABOVE_BY_HAND));
        }
        for name in OF_PROJECTS {
            project.take(&join(folder, name))?;
        }
        let properties = project.read(&join(folder, "gradle.properties")).unwrap_or_default();
        let moves = ["javaagent", "projectcachedir"];
        if let Some(option) = moves.iter().find(|option| properties.contains(**option)) {
            return Err(Refusal::new(
                format!("gradle.properties has `{option}`, which names files"),
                ABOVE_BY_HAND,
            ));
        }
        project.fills(&join(folder, "build"));
    }
    for name in [".gradle", ".kotlin"] {
        project.fills(&join(root, name));
    }
    Ok(())
}

/// Adds the script at `path`, of the project in `folder`, and those that it applies.
fn follow(project: &mut Project<'_>, folder: &str, path: String) -> Result<Vec<Script>, Refusal> {
    let root = project.directory().to_owned();
    let mut seen: BTreeSet<String> = BTreeSet::from([path.clone()]);
    let mut queue = VecDeque::from([path]);
    let mut scripts = Vec::new();
    while let Some(path) = queue.pop_front() {
        let text = project.need(&path)?;
        let script = Script::parse(split(&path).1, &text)?;
        for applied in &script.applied {
            let mut found = false;
            let (start, applied) = match applied.strip_prefix(script::ROOT) {
                Some(rest) => (vec![root.as_str()], rest.trim_start_matches('/')),
                None => (vec![split(&path).0, folder], applied.as_str()),
            };
            for start in start {
                let full = project.resolve(&join(start, applied));
                if !matches!(project.entry(&full), Entry::Missing | Entry::Ignored) {
                    found = true;
                    if seen.insert(full.clone()) {
                        queue.push_back(full);
                    }
                }
            }
            if !found || seen.len() > MOST_PROJECTS {
                return Err(Refusal::new(
                    format!("the script `{}` is not among the files that are copied", clip(applied)),
                    "check the build context",
                ));
            }
        }
        scripts.push(script);
    }
    Ok(scripts)
}
