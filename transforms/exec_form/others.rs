//! What CMD and ENTRYPOINT are to each other: an ENTRYPOINT in exec form gets the CMD for arguments.

use dfopt_analysis::{After, Build};
use dfopt_syntax::dockerfile::Keyword;

use super::Declined;

/// No instruction of the other kind may meet this one, here or in a stage that is built from it.
pub(super) fn check(build: &Build<'_>, index: usize) -> Result<(), Declined> {
    let (other, reason) = match build.instruction(index).keyword() {
        Keyword::Cmd => {
            (Keyword::Entrypoint, "the ENTRYPOINT gets the words of CMD, and the shell is one of them")
        }
        _ => (Keyword::Cmd, "the program would get the CMD for arguments, which the shell ignores"),
    };
    let is_empty = |index: usize| build.instruction(index).arguments().is_empty();
    let stage = build.stage_of(index);
    let here = stage.and_then(|stage| build.last(stage, other)).filter(|&i| !is_empty(i));
    let above = || {
        build.find_after(index, |i| {
            let meets = build.instruction(i).keyword() == other && !is_empty(i);
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
    build.last(build.stage_of(index)?, Keyword::Entrypoint)
}
