//! What Maven reads besides POMs: its wrapper, `.mvn` and settings.

use crate::context::Entry;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::words::plain;
use crate::ecosystems::xml::Document;
use crate::ecosystems::{Project, Refusal};
use crate::invocation::Invocation;
use crate::paths::{below, join, split};

use super::command_line::Arguments;
use super::pom;

/// The script of the Maven wrapper, and its folder.
/// <https://maven.apache.org/wrapper/>
pub(super) fn wrapper(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let mut words = invocation.command.words.iter().filter_map(|word| plain(invocation, word));
    let Some(script) = words.find(|word| word.rsplit('/').next() == Some("mvnw") && word.contains('/'))
    else {
        return Err(Refusal::new("mvnw is run from the PATH", "run it as `./mvnw`"));
    };
    let script = project.resolve(&script);
    let text = project.need(&script)?;
    let official = ["Apache Maven Wrapper", "Maven Start Up Batch", "Maven2 Start Up Batch"];
    if !official.iter().any(|marker| text.contains(marker)) {
        return Err(Refusal::new(
            "mvnw is not the script of the Maven wrapper",
            "make it again with `mvn wrapper:wrapper`",
        ));
    }
    // It starts at its own folder, or at the one where it is run.
    take_folder(project, split(&script).0)?;
    Ok(())
}

/// `.mvn`, as `mvn` finds it from the folder of the POM: the first going up.
/// <https://maven.apache.org/configure.html#mvn-directory>
pub(super) fn folder(
    project: &mut Project<'_>,
    folder: &str,
    arguments: &mut Arguments,
) -> Result<(), Refusal> {
    let Some(folder) = take_folder(project, folder)? else { return Ok(()) };
    if let Some(config) = text(project, &join(&folder, "maven.config"))? {
        let words: Vec<_> = config.split_whitespace().map(|word| Some(word.to_owned())).collect();
        arguments.add(&words, false)?;
    }
    if let Some(config) = text(project, &join(&folder, "jvm.config"))? {
        check_jvm(&config)?;
    }
    if let Some(extensions) = text(project, &join(&folder, "extensions.xml"))? {
        let document = Document::parse(&extensions).ok_or_else(|| pom::not_understood("extensions.xml"))?;
        for index in document.children(document.root()) {
            pom::check_extension(&document, index)?;
        }
    }
    Ok(())
}

/// The first `.mvn` in `folder` or above it.
fn take_folder(project: &mut Project<'_>, folder: &str) -> Result<Option<String>, Refusal> {
    for folder in std::iter::successors(Some(folder), |folder| (*folder != "/").then(|| split(folder).0)) {
        let path = join(folder, ".mvn");
        if project.take(&path)? {
            let properties = text(project, &join(&path, "wrapper/maven-wrapper.properties"))?;
            if properties.is_some_and(|properties| properties.contains("file:")) {
                return Err(Refusal::new(
                    "maven-wrapper.properties names a local file",
                    super::ABOVE_BY_HAND,
                ));
            }
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The text of a file that comes with its folder; none where it is not there.
fn text(project: &Project<'_>, path: &str) -> Result<Option<String>, Refusal> {
    match project.entry(path) {
        Entry::Missing | Entry::Ignored => Ok(None),
        _ => match project.read(path) {
            Some(text) => Ok(Some(text.into_owned())),
            None => Err(pom::not_understood(split(path).1)),
        },
    }
}

fn check_jvm(config: &str) -> Result<(), Refusal> {
    let known =
        ["-Xm", "-Xs", "-XX:", "--add-", "-Djava.", "-Dfile.encoding", "-Duser.", "-Dhttp", "-Dmaven."];
    let pure = |word: &str| {
        let known = !word.starts_with('-') || known.iter().any(|start| word.starts_with(start));
        // `--add-opens java.base/java.lang=ALL-UNNAMED` has a slash, and names no file.
        known
            && !word.contains("repo.local")
            && !word.contains('@')
            && (!word.contains('/') || word.contains("=ALL-"))
    };
    match config.split_whitespace().find(|word| !pure(word)) {
        None => Ok(()),
        Some(word) => {
            Err(Refusal::new(format!("jvm.config has the option `{}`", clip(word)), super::ABOVE_BY_HAND))
        }
    }
}

/// Settings or toolchains that the command names. Those that are not there are the image's.
/// <https://maven.apache.org/settings.html>
pub(super) fn settings(project: &mut Project<'_>, path: &str) -> Result<(), Refusal> {
    if path.starts_with('/') && project.entry(path) == Entry::Missing {
        return Ok(());
    }
    let full = project.resolve(path);
    let comes_with_folder = project.needed().iter().any(|needed| below(&full, needed).is_some());
    let text = match project.read(path) {
        Some(text) if comes_with_folder => text,
        _ => project.need(path)?,
    };
    let document = Document::parse(&text).ok_or_else(|| pom::not_understood(split(path).1))?;
    for index in document.descendants(document.root()) {
        let element = document.element(index);
        match element.name {
            "localRepository" if element.text.contains("${user.home}") => {}
            "localRepository" => {
                if element.text.contains("${") {
                    return Err(Refusal::new(
                        "the settings move the local repository",
                        "name it with `-Dmaven.repo.local`",
                    ));
                }
                project.fills(element.text.trim());
            }
            "repository" | "pluginRepository" | "mirror" => pom::check_url(&document, index)?,
            "jdkHome" if !element.text.trim().starts_with('/') => {
                return Err(Refusal::new(
                    "the toolchains name a folder of the application",
                    super::ABOVE_BY_HAND,
                ));
            }
            _ => {}
        }
    }
    Ok(())
}
