//! Requirements and constraint files, with all that they include.
//! <https://pip.pypa.io/en/stable/reference/requirements-file-format/>
//!
//! Where pip and uv look: a file that is included is named as seen from the one that includes it, a package
//! as seen from the working directory, `--find-links` from either (pypa/pip `_internal/req/req_file.py`,
//! astral-sh/uv `crates/uv-requirements-txt/src/lib.rs`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::context::Entry;
use crate::paths::{below, join, split};

use super::arguments::clip;
use super::requirement::{Requirement, classify, is_archive, is_remote};
use super::{Project, Refusal};

/// The most files that include one another.
const MAX_FILES: usize = 128;

/// Adds `files` to what is needed, and all that they lead to.
///
/// # Errors
/// Where one of them installs something of the application, or cannot be understood.
pub(super) fn follow(project: &mut Project<'_>, files: Vec<String>) -> Result<(), Refusal> {
    let mut waiting = files;
    let mut seen = BTreeSet::new();
    while let Some(file) = waiting.pop() {
        let lower = file.to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            continue;
        }
        if lower.starts_with("file:") || file == "-" {
            return Err(Refusal::new(
                format!("the requirements come from `{}`", clip(&file)),
                "name the file by its path",
            ));
        }
        if !seen.insert(project.resolve(&file)) {
            continue;
        }
        if seen.len() > MAX_FILES {
            return Err(Refusal::new("the requirements are spread over too many files", "join some of them"));
        }
        let text = project.need(&file)?;
        if lower.ends_with(".toml") {
            return Err(Refusal::new(
                format!("{} is no list of requirements", clip(&file)),
                "name the requirements in a text file",
            ));
        }
        for line in lines(&file, &text)? {
            read_line(project, &file, &line, &mut waiting)?;
        }
    }
    Ok(())
}

/// Looks at the lines of a requirements file that would stand beside `file`, and follows those it names.
///
/// # Errors
/// As [`follow`].
pub(super) fn check_lines(project: &mut Project<'_>, file: &str, lines: &[&str]) -> Result<(), Refusal> {
    let mut waiting = Vec::new();
    for line in lines {
        read_line(project, file, line, &mut waiting)?;
    }
    follow(project, waiting)
}

/// Looks at one requirement as it stands on a command line, or in a list.
///
/// # Errors
/// Where it installs something of the application.
pub(super) fn check(project: &mut Project<'_>, text: &str) -> Result<(), Refusal> {
    match classify(text) {
        Some(Requirement::Name | Requirement::Url) => Ok(()),
        Some(Requirement::Path(path)) => local_package(project, path),
        None => {
            Err(Refusal::new(format!("`{}` is not understood", clip(text)), "write it as `name==version`"))
        }
    }
}

/// Looks at what `--editable` installs.
///
/// # Errors
/// Where it is anything but a repository that is fetched.
pub(super) fn check_editable(project: &mut Project<'_>, text: &str) -> Result<(), Refusal> {
    let text = text.trim_matches(['"', '\'']);
    if classify(text) == Some(Requirement::Url) {
        // Outside of a virtual environment, in the folder `src` of the working directory.
        project.fills("src");
        return Ok(());
    }
    Err(Refusal::new(
        format!("`-e {}` installs from the sources", clip(text)),
        "keep the dependencies in a file of their own, and install that first",
    ))
}

/// Takes the folder or page that `--find-links` names along.
///
/// # Errors
/// Where it holds more than packages.
pub(super) fn check_links(project: &mut Project<'_>, file: &str, value: &str) -> Result<(), Refusal> {
    if is_remote(value) {
        return Ok(());
    }
    let path = value.strip_prefix("file://").unwrap_or(value);
    let is_around = |path: &str| below(project.directory(), &project.resolve(path)).is_some();
    let candidates = BTreeSet::from([join_relative(file, path), path.to_owned()]);
    let is_folder = |path: &&String| project.entry(path) == Entry::Directory;
    let is_plain = !path.contains([':', '%']) && !candidates.iter().any(|path| is_around(path));
    let is_elsewhere = below(&project.resolve(path), project.directory()).is_none();
    let (folders, others): (Vec<&String>, Vec<&String>) = candidates.iter().partition(is_folder);
    let missing = others.iter().all(|path| matches!(project.entry(path), Entry::Missing | Entry::Ignored));
    // A folder that is missing among the sources would have to be made first, by whatever does that.
    if !is_plain || !missing || folders.is_empty() && !is_elsewhere {
        return Err(Refusal::new(
            format!("`--find-links {}` may lead to any of the sources", clip(value)),
            "keep the packages in a folder of their own",
        ));
    }
    for folder in folders {
        project.take(folder)?;
    }
    Ok(())
}

/// Checks that an index is not a folder of the application.
///
/// # Errors
/// Where it is.
pub(super) fn check_index(value: &str) -> Result<(), Refusal> {
    // `${USER}:${PASSWORD}` in it are no matter.
    if is_remote(value) {
        return Ok(());
    }
    Err(Refusal::new(format!("the index `{}` is a folder", clip(value)), "take the packages from a server"))
}

/// Takes a package file of the application along.
fn local_package(project: &mut Project<'_>, path: &str) -> Result<(), Refusal> {
    let plain = !path.is_empty() && !path.contains(['%', '$', '~', '\\', ':', '*', '?']);
    match project.entry(path) {
        Entry::File if plain && is_archive(path) => project.take(path).map(|_| ()),
        Entry::Missing | Entry::Ignored
            if plain
                && is_archive(path)
                && path.starts_with('/')
                && below(&project.resolve(path), project.directory()).is_none() =>
        {
            Ok(())
        }
        Entry::Missing | Entry::Ignored if plain && is_archive(path) => Err(Refusal::new(
            format!("{} is not among the files that are copied", clip(path)),
            "check the build context, or name it with --context",
        )),
        _ => Err(Refusal::new(
            format!("`{}` installs from the sources", clip(path)),
            "keep the dependencies in a file of their own, and install that first",
        )),
    }
}

/// The lines of a file as pip joins them, without comments and empty ones.
fn lines(file: &str, text: &str) -> Result<Vec<String>, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Python ends lines at more characters than anybody writes; the first one of UTF-16 is one, too.
    let is_odd = |c: char| {
        matches!(c, '\0' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let declares_coding = |line: &str| line.starts_with('#') && line.contains("coding");
    if text.contains(is_odd) || !text.is_ascii() && text.lines().take(2).any(declares_coding) {
        return Err(Refusal::new(
            format!("the encoding of {} is not UTF-8", clip(file)),
            "save it as plain UTF-8",
        ));
    }
    let mut joined = Vec::new();
    let mut open = String::new();
    for line in text.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        let is_comment = line.trim_start().starts_with('#');
        if let Some(head) = line.strip_suffix('\\').filter(|_| !is_comment) {
            open.push_str(head.trim_matches('\\'));
            continue;
        }
        if is_comment {
            open.push(' ');
        }
        open.push_str(line);
        joined.push(std::mem::take(&mut open));
    }
    joined.push(open);
    let code = joined.iter().map(|line| without_comment(line).trim().to_owned());
    Ok(code.filter(|line| !line.is_empty()).collect())
}

/// A comment starts at a `#` at the start of the line or after a blank.
fn without_comment(line: &str) -> &str {
    let starts = |at: &usize| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    match line.match_indices('#').map(|(at, _)| at).find(starts) {
        Some(at) => &line[..at],
        None => line,
    }
}

fn read_line(
    project: &mut Project<'_>,
    file: &str,
    line: &str,
    waiting: &mut Vec<String>,
) -> Result<(), Refusal> {
    let line = expand(project, line);
    let (requirement, options) = match line.starts_with('-') {
        true => ("", &*line),
        false => match line.find(" -") {
            Some(at) => line.split_at(at),
            None => (&*line, ""),
        },
    };
    if !requirement.is_empty() {
        // A variable that is not known is fine in a URL alone.
        if requirement.contains('$') && classify(requirement) != Some(Requirement::Url) {
            return Err(Refusal::new(
                format!("`{}` in {} stands for something unknown", clip(requirement), clip(file)),
                "write it out",
            ));
        }
        check(project, requirement)?;
    }
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let (name, glued) = split_option(word);
        let mut value = || glued.or_else(|| words.next()).unwrap_or_default().trim_matches(['"', '\'']);
        match name {
            "--no-index" | "--pre" | "--prefer-binary" | "--require-hashes" | "--allow-all-external" => {}
            "--hash" | "--trusted-host" | "--no-binary" | "--only-binary" | "--use-feature" => {
                value();
            }
            "-i" | "--index-url" | "--extra-index-url" | "--pypi-url" => check_index(value())?,
            "-f" | "--find-links" => check_links(project, file, known(file, value())?)?,
            "-r" | "--requirement" | "-c" | "--constraint" => {
                let included = known(file, value())?;
                let is_url = included.contains("://");
                let path = if is_url { included.to_owned() } else { join_relative(file, included) };
                waiting.push(path);
            }
            "-e" | "--editable" => {
                check_editable(project, value())?;
                // What follows are extras, markers or a subdirectory of the same.
                return Ok(());
            }
            _ => {
                return Err(Refusal::new(
                    format!("`{}` in {} is not understood", clip(word), clip(file)),
                    "move the installation above the sources by hand",
                ));
            }
        }
    }
    Ok(())
}

/// `--name=value`, `-rvalue`.
fn split_option(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    }
    match word.char_indices().nth(2) {
        Some((at, _)) => (&word[..at], Some(word[at..].trim_start_matches('='))),
        None => (word, None),
    }
}

fn known<'v>(file: &str, value: &'v str) -> Result<&'v str, Refusal> {
    if value.is_empty() || value.contains(['$', '~', '\\', '"', '\'', '%']) {
        return Err(Refusal::new(
            format!("the path `{}` in {} is not understood", clip(value), clip(file)),
            "write it out",
        ));
    }
    Ok(value)
}

/// `path` as the working directory sees it, of what `file` calls `path`.
fn join_relative(file: &str, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { join(split(file).0, path) }
}

/// The line with the variables `${NAME}` that the file declares for good; pip knows no other form.
fn expand<'t>(project: &Project<'_>, line: &'t str) -> Cow<'t, str> {
    if !line.contains("${") {
        return Cow::Borrowed(line);
    }
    let mut expanded = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        let is_end = |c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_';
        let name = &after[..after.find(is_end).unwrap_or(after.len())];
        let variable = project.variables().get(name).filter(|variable| !variable.overridable);
        match variable.and_then(|variable| variable.value.as_deref()) {
            Some(value) if !value.is_empty() && after[name.len()..].starts_with('}') => {
                expanded.push_str(value);
                rest = &after[name.len() + 1..];
            }
            _ => {
                expanded.push_str("${");
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    Cow::Owned(expanded)
}
