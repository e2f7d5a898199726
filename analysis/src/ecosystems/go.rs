//! Go modules. <https://go.dev/ref/mod#go-mod-download>
//!
//! `go mod download` reads go.mod and go.sum, and of a module that is replaced by a local folder its go.mod
//! alone. It also writes: what is missing in go.sum, and in go.mod what does not fit together. The COPY of
//! the sources would undo that, so nothing must be missing. (Seen with go 1.22; cmd/go's modcmd/download.go.)

mod module;

use std::borrow::Cow;

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{join, split};

use super::arguments::{Arguments, clip};
use super::{Ecosystem, Names, Project, Refusal};
use module::{Module, Sums};

/// Downloads the modules that go.mod names.
pub(super) const MODULES: Ecosystem = Ecosystem {
    name: Cow::Borrowed("go"),
    commands: Names::Known(&["go mod download", "go mod verify"]),
    value_options: Names::Known(&["-C", "-modfile", "-overlay", "-reuse", "--C", "--modfile"]),
    extras: Names::Known(&[".go-version", ".tool-versions"]),
    variables: Names::Known(&["GOFLAGS", "GOWORK", "GOENV", "GOPATH", "GOMODCACHE"]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

/// Commands that download modules, too, but look at every source file for their imports.
/// <https://go.dev/ref/mod#go-mod-tidy>, <https://go.dev/ref/mod#go-get>
pub(super) const SOURCES: Ecosystem = Ecosystem {
    name: Cow::Borrowed("go-sources"),
    commands: Names::Known(&["go get", "go mod tidy", "go mod vendor"]),
    value_options: MODULES.value_options,
    inspect: Some(refuse),
    ..Ecosystem::EMPTY
};

fn refuse(invocation: &Invocation<'_>, _: &mut Project<'_>) -> Result<(), Refusal> {
    let is_get = SOURCES.operands(invocation).first().is_some_and(|word| word.as_deref() == Some("get"));
    Err(if is_get {
        Refusal::new(
            "`go get` looks at the sources and changes go.mod",
            "use `go mod download`; for a tool, `go install` with a version",
        )
    } else {
        Refusal::new(
            "the command reads the imports of all sources",
            "keep go.mod and go.sum tidy, and use `go mod download`",
        )
    })
}

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::of(invocation, &MODULES.value_options)?;
    arguments.check_options(
        &["-C", "--C", "-modfile", "--modfile", "-x", "--x", "-json", "--json", "-modcacherw"],
        &Names::NONE,
    )?;
    if let Some(module) = arguments.operands.get(2) {
        return Err(Refusal::new(
            format!("`{}` is named: its sums are added to go.sum", clip(module)),
            "use `go mod download` alone",
        ));
    }
    let flags = setting(invocation, project, "GOFLAGS").unwrap_or_default();
    if ["-modfile", "-overlay", "-C"].iter().any(|option| flags.contains(option)) {
        return Err(Refusal::new("GOFLAGS names a file or folder", "give it on the command line"));
    }
    let folder = arguments.value(&["-C", "--C"]).unwrap_or_default().to_owned();
    if setting(invocation, project, "GOWORK").as_deref() != Some("off") {
        check_workspace(&project.resolve(&folder), project)?;
    }
    if project.entry(&join(&folder, "vendor/modules.txt")) == Entry::File {
        return Err(Refusal::new(
            "vendor/ holds the modules: no build looks at what is downloaded",
            "remove the command, or vendor/",
        ));
    }
    let (module, sums) = match arguments.value(&["-modfile", "--modfile"]) {
        None => {
            let text = project.need(&join(&folder, "go.mod"))?;
            (text, join(&folder, "go.sum"))
        }
        // It takes the place of go.mod, which marks the folder all the same.
        Some(file) => {
            project.need(&join(&folder, "go.mod"))?;
            let path = if file.starts_with('/') { file.to_owned() } else { join(&folder, file) };
            let sums = format!("{}.sum", path.strip_suffix(".mod").unwrap_or(&path));
            (project.need(&path)?, sums)
        }
    };
    project.take(&sums)?;
    let sums = project.read(&sums).unwrap_or_default();
    let caches = [("GOMODCACHE", ""), ("GOPATH", "pkg")];
    for (variable, name) in caches {
        if let Some(path) = setting(invocation, project, variable) {
            project.fills(&join(path.split(':').next().unwrap_or_default(), name));
        }
    }
    check_modules(&Module::parse(&module), &Sums::parse(&sums), &folder, project)
}

/// The value of a variable: before the command, or of the file.
fn setting(invocation: &Invocation<'_>, project: &Project<'_>, name: &str) -> Option<String> {
    let assignment = invocation.command.assignments.iter().rev();
    let own = assignment.filter(|assignment| invocation.slice(assignment.name) == name.as_bytes());
    let own = own.filter_map(|assignment| invocation.literal(&assignment.value)).next();
    own.map(Cow::into_owned).or_else(|| project.variable(name).map(str::to_owned))
}

/// `go` looks for go.work in every folder above, too. In a workspace, it writes go.work.sum.
fn check_workspace(folder: &str, project: &Project<'_>) -> Result<(), Refusal> {
    let mut folder = folder;
    loop {
        if !matches!(project.entry(&join(folder, "go.work")), Entry::Missing | Entry::Ignored) {
            return Err(Refusal::new(
                "go.work makes it a workspace, whose go.work.sum the command writes",
                "set GOWORK=off, or copy the go.mod of each module by hand",
            ));
        }
        if matches!(folder, "/" | "") {
            return Ok(());
        }
        folder = split(folder).0;
    }
}

/// Proves that the command has nothing to write, and adds the go.mod of each local replacement.
fn check_modules(
    module: &Module<'_>,
    sums: &Sums<'_>,
    folder: &str,
    project: &mut Project<'_>,
) -> Result<(), Refusal> {
    if module.is_odd {
        return Err(Refusal::new("go.mod has a line that is not understood", "run `go mod edit -fmt`"));
    }
    if module.requires.is_empty() {
        return Ok(());
    }
    if module.go.is_none() {
        return Err(Refusal::new(
            "go.mod has no `go` line: the command would add one",
            "run `go mod tidy` and commit go.mod",
        ));
    }
    for &(path, version) in &module.requires {
        match module.replacement(path, version) {
            Some((local, None)) => {
                let place = if local.starts_with('/') { local.to_owned() } else { join(folder, local) };
                let text = project.need(&join(&place, "go.mod"))?;
                let replacement = Module::parse(&text);
                // Before 1.17 what the modules require counts, too; later, only what go.mod lists.
                // <https://go.dev/ref/mod#graph-pruning>
                if !(module.is_pruned() && replacement.is_pruned()) {
                    let others = replacement.requires.iter();
                    for &(path, version) in others.filter(|(path, _)| !module.requires_path(path)) {
                        check_sum(module, sums, path, version)?;
                    }
                }
            }
            _ => check_sum(module, sums, path, version)?,
        }
    }
    for local in module.local_replacements() {
        let place = if local.starts_with('/') { local.to_owned() } else { join(folder, local) };
        project.take(&join(&place, "go.mod"))?;
    }
    Ok(())
}

fn check_sum(module: &Module<'_>, sums: &Sums<'_>, path: &str, version: &str) -> Result<(), Refusal> {
    let (path, version) = match module.replacement(path, version) {
        Some((_, None)) => return Ok(()),
        Some((path, Some(version))) => (path, version),
        None if sums.has_newer(path, version) => {
            return Err(Refusal::new(
                format!("go.sum has a newer {} than go.mod: the command may change go.mod", clip(path)),
                "run `go mod tidy` and commit both files",
            ));
        }
        None => (path, version),
    };
    if sums.has(path, version) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("go.sum has no line for {}: the command would add it", clip(path)),
        "run `go mod tidy` and commit go.sum",
    ))
}
