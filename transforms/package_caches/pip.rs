//! pip: `--no-cache-dir`.

use dfopt_analysis::packages::{Action, Family, PackageCommand};
use dfopt_analysis::savings::{self, Saving};
use dfopt_analysis::{BaseImage, Build, ShellCode};
use dfopt_syntax::Edit;
use dfopt_syntax::dockerfile::Keyword;

use super::{is_mounted, is_read, removes_cache, shipped_instructions};
use crate::{Effect, Findings};

/// Where pip keeps its cache for root, and the folder around it.
const CACHE: &str = "/root/.cache/pip";

/// pip's own settings for its cache: with one of them it is off already, or somewhere on purpose.
const SETTINGS: [&str; 2] = ["PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"];

/// Parts of the references of images whose pip is older than 6, the first with `--no-cache-dir`.
const WITHOUT_THE_OPTION: [&str; 9] = [
    "precise",
    "12.04",
    "trusty",
    "14.04",
    "phusion/baseimage:0.9",
    "wheezy",
    "debian:7",
    "jessie",
    "debian:8",
];

pub(super) fn run(build: &Build<'_>, findings: &mut Findings) {
    if is_read(build, Family::Pip) {
        return;
    }
    for index in shipped_instructions(build) {
        let instruction = build.instruction(index);
        if instruction.keyword() != Keyword::Run
            || is_mounted(instruction, &[CACHE])
            || mounts_a_cache(build, index)
            || lacks_the_option(build, index)
        {
            continue;
        }
        let Some(code) = build.shell_code(index) else { continue };
        let installs: Vec<PackageCommand<'_>> = pip_commands(code)
            .filter(|command| command.action == Action::Install && !is_settled(command))
            .collect();
        if installs.is_empty() || cleans_up(code) || has_setting(build, index, code) {
            continue;
        }
        for command in installs {
            let edit = Edit::insert(code.text.source_end(command.subcommand.span.end), " --no-cache-dir");
            let packages = command.operands.iter().filter_map(|word| command.package_name(word));
            let saves = savings::cached("pip", packages.map(|name| name.to_ascii_lowercase()));
            let saves = saves.unwrap_or(Saving::Files("the packages as they were downloaded"));
            findings.rewrite_saving(saves, "add `--no-cache-dir`", Effect::Slim, vec![edit]);
        }
    }
}

fn pip_commands<'c>(code: &'c ShellCode<'_>) -> impl Iterator<Item = PackageCommand<'c>> {
    code.package_commands().filter(|command| command.manager.family == Family::Pip)
}

fn is_settled(command: &PackageCommand<'_>) -> bool {
    command.has_option(&["--no-cache-dir", "--no-cache", "--cache-dir"])
}

/// True where the pip of the base image does not know `--no-cache-dir`.
fn lacks_the_option(build: &Build<'_>, index: usize) -> bool {
    build.base_image(index).is_some_and(|image| {
        WITHOUT_THE_OPTION.iter().any(|part| image.contains(part))
            && BaseImage::official(image).is_none_or(|image| image.name != "python")
    })
}

/// A cache mount of pip's wherever the home directory is.
fn mounts_a_cache(build: &Build<'_>, index: usize) -> bool {
    build.instruction(index).operation.mounts().any(|mount| {
        let target = mount.target().unwrap_or_default();
        mount.kind() == "cache" && (target.contains("pip") || target.contains(".cache"))
    })
}

fn cleans_up(code: &ShellCode<'_>) -> bool {
    code.invocations().iter().any(|invocation| removes_cache(invocation, Family::Pip))
        || pip_commands(code).any(|command| command.action == Action::Clean)
}

/// True where the environment or the code itself sets one of pip's own settings.
fn has_setting(build: &Build<'_>, index: usize, code: &ShellCode<'_>) -> bool {
    let names = |text: &[u8], setting: &str| memchr::memmem::find(text, setting.as_bytes()).is_some();
    // Most files name neither, and the state is not for nothing.
    if !SETTINGS.iter().any(|setting| names(build.source(), setting)) {
        return false;
    }
    let state = build.state_before(index);
    SETTINGS.iter().any(|setting| state.variables.contains_key(*setting) || names(code.text.bytes(), setting))
}
