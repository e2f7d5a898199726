//! What CMD and ENTRYPOINT are to each other: an ENTRYPOINT in exec form gets the CMD for arguments.

use dfopt_analysis::{After, Build};
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use super::Declined;

/// No instruction of the other kind may meet this one, here or in a stage that is built from it.
pub(super) fn check(build: &Build<'_>, index: usize) -> Result<(), Declined> {
    let (other, reason) = match build.instruction(index).keyword() {
        Keyword::Cmd => {
            (Keyword::Entrypoint, "the ENTRYPOINT gets the words of CMD, and the shell is one of them")
        }
        _ => (Keyword::Cmd, "the program would get the CMD for arguments, which the shell ignores"),
    };
    let here = in_effect(build, index, other).filter(|&i| !is_empty(build, i));
    let above = || {
        build.find_after(index, |i| {
            let meets = build.instruction(i).keyword() == other && !is_empty(build, i);
            if meets { After::Found(i) } else { After::GoOn }
        })
    };
    match here.or_else(above) {
        Some(cause) => {
            let help = "write both in exec form, if they belong together";
            Err(Declined::because_of(build.instruction(cause).span, reason, help))
        }
        None => Ok(()),
    }
}

/// The ENTRYPOINT that is in effect where the stage of instruction `index` ends, where the file sets one.
pub(super) fn entrypoint(build: &Build<'_>, index: usize) -> Option<usize> {
    in_effect(build, index, Keyword::Entrypoint)
}

/// The last instruction of that kind in the stage, or in those that it is built from.
fn in_effect(build: &Build<'_>, index: usize, keyword: Keyword) -> Option<usize> {
    let ancestry = build.ancestry(build.stage_of(index)?);
    let mut latest_first = ancestry.flat_map(|stage| stage.instructions.clone().rev());
    latest_first.find(|&i| build.instruction(i).keyword() == keyword)
}

fn is_empty(build: &Build<'_>, index: usize) -> bool {
    match build.instruction(index).arguments() {
        Arguments::Exec(words) => words.is_empty(),
        arguments => *arguments == Arguments::None,
    }
}
