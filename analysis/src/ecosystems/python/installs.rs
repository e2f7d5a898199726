//! Refusals that several tools share.

use super::Refusal;
use super::arguments::clip;

/// A word is not known before the shell runs.
pub(super) fn shell_decides(word: &str) -> Refusal {
    Refusal::new(format!("the shell decides what `{}` is", clip(word)), "write it out")
}

/// `command` installs `operand` of the application, as `refusal` says.
pub(super) fn sources(command: &str, operand: &str, refusal: Refusal) -> Refusal {
    if !operand.starts_with(['.', '/']) {
        return refusal;
    }
    Refusal::new(
        format!("`{command} {}` builds the application from its sources", clip(operand)),
        "keep its dependencies in a file of their own, and install that first",
    )
}
