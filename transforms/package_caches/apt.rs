//! apt: the package lists of `apt-get update`.

use dfopt_analysis::packages::{Action, Family, IndexUse, PackageCommand, only_updates, uses_index};
use dfopt_analysis::{After, Build, Invocation, ShellCode, savings};
use dfopt_syntax::dockerfile::Keyword;

use super::{ends_early, is_mounted, removes_folder, shipped_instructions};
use crate::{Effect, Findings, joining};

/// Where `apt-get update` puts the lists. `apt-get clean` is not needed: the official images of Debian and
/// Ubuntu run it after each installation.
const LISTS: &str = "/var/lib/apt/lists";

pub(super) fn run(build: &Build<'_>, findings: &mut Findings) {
    for index in shipped_instructions(build) {
        let instruction = build.instruction(index);
        if instruction.keyword() != Keyword::Run || is_mounted(instruction, &[LISTS]) {
            continue;
        }
        let Some(code) = build.shell_code(index) else { continue };
        let Some(update) = leaves_lists(code) else { continue };
        let span = code.source_span(update.command.span);
        if let Some((below, index_use)) = needed_below(build, index) {
            let (reason, help) = match index_use {
                IndexUse::Needs => (
                    "a later instruction installs without an `apt-get update` of its own",
                    "put `apt-get update` in front of that installation",
                ),
                _ => (
                    "a later instruction runs code that is not seen here and may install packages",
                    "if it does not, remove the lists by hand: rm -rf /var/lib/apt/lists/*",
                ),
            };
            findings.missed_because_of(build.instruction(below).span, span, reason, help);
            continue;
        }
        if only_updates(code, Family::Apt) {
            let reason = "nothing is installed from the lists that it fetches";
            findings.missed(span, reason, "remove the RUN, or put it in front of an installation");
            continue;
        }
        if let Some(builtin) = ends_early(code) {
            let reason = format!("`{builtin}` may end the RUN before a clean-up at its end");
            findings.missed(span, reason, "remove the lists by hand: rm -rf /var/lib/apt/lists/*");
            continue;
        }
        let sudo = if update.sudo { "sudo " } else { "" };
        match joining::append(build, index, &format!("{sudo}rm -rf {LISTS}/*")) {
            Ok(edit) => {
                let saves = savings::package_lists(build.base_image(index));
                findings.rewrite_saving(saves, "remove the package lists", Effect::Slim, vec![edit]);
            }
            Err(obstacle) => findings.missed(span, obstacle.reason, obstacle.help),
        }
    }
}

/// The last update after which the code does not remove the lists.
fn leaves_lists<'c>(code: &'c ShellCode<'_>) -> Option<Invocation<'c>> {
    let mut update = None;
    for invocation in code.invocations() {
        if removes_lists(&invocation) {
            update = None;
        } else if is_update(&invocation) {
            update = Some(invocation);
        }
    }
    update
}

fn is_update(invocation: &Invocation<'_>) -> bool {
    PackageCommand::of(invocation.clone())
        .is_some_and(|command| command.manager.family == Family::Apt && command.action == Action::Update)
}

/// `apt-get dist-clean`, or `rm` or `find … -delete` on the lists or a folder around them.
fn removes_lists(invocation: &Invocation<'_>) -> bool {
    if let Some(command) = PackageCommand::of(invocation.clone()) {
        return command.manager.family == Family::Apt
            && matches!(command.name.as_ref(), "dist-clean" | "distclean");
    }
    removes_folder(invocation, &[LISTS])
}

/// The first instruction on top of this one that may need the lists.
fn needed_below(build: &Build<'_>, index: usize) -> Option<(usize, IndexUse)> {
    build.find_after(index, |i| match uses_index(build, i, Family::Apt) {
        IndexUse::None => After::GoOn,
        // From here on there are new lists.
        IndexUse::Replaces => After::Leave,
        needs @ (IndexUse::Needs | IndexUse::Unknown) => After::Found((i, needs)),
    })
}
