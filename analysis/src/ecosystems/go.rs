//! Go modules. <https://go.dev/ref/mod#go-mod-download>

use std::borrow::Cow;

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::split;

use super::{Ecosystem, Names, Project, Refusal};

pub(super) const MODULES: Ecosystem = Ecosystem {
    name: Cow::Borrowed("go"),
    commands: Names::Known(&["go mod download"]),
    value_options: Names::Known(&["-C", "-modfile", "-overlay", "-reuse", "-p"]),
    manifests: Names::Known(&["go.mod", "go.sum"]),
    variables: Names::Known(&["GOFLAGS", "GOWORK", "GOENV"]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

fn inspect(_: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    // `go` looks for go.work in every folder above, too.
    let mut folder = project.directory();
    loop {
        let workspace = format!("{}/go.work", folder.trim_end_matches('/'));
        if !matches!(project.entry(&workspace), Entry::Missing | Entry::Ignored) {
            return Err(Refusal::new(
                "go.work makes it a workspace",
                "copy the go.mod of each module by hand",
            ));
        }
        if folder == "/" {
            break;
        }
        folder = split(folder).0;
    }
    let module = project.need("go.mod")?;
    match local_replacement(&module) {
        Some(path) => Err(Refusal::new(
            format!("go.mod replaces a module by the local folder `{path}`"),
            "copy that folder above the installation by hand",
        )),
        None => Ok(()),
    }
}

/// The first path that a `replace` leads to: `replace old => ./path`, alone or in a block.
fn local_replacement(module: &str) -> Option<&str> {
    module.lines().find_map(|line| {
        let code = line.split("//").next().unwrap_or_default();
        let target = code.split_once("=>")?.1.trim().trim_matches(['"', '`']);
        let local = target.starts_with("./") || target.starts_with("../") || target.starts_with('/');
        (local || target == "." || target == "..").then_some(target)
    })
}
