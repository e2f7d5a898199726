//! Cargo. There is no command that installs dependencies without sources: Cargo reads no manifest of a
//! package without a target, and `src/main.rs` or `src/lib.rs` is what makes one.
//! (`no targets specified in the manifest`, seen with cargo 1.95.)

use std::borrow::Cow;

use crate::invocation::Invocation;

use super::{Ecosystem, Names, Project, Refusal};

pub(super) const CARGO: Ecosystem = Ecosystem {
    name: Cow::Borrowed("cargo"),
    commands: Names::Known(&["cargo fetch", "cargo vendor", "cargo generate-lockfile"]),
    value_options: Names::Known(&[
        "--manifest-path",
        "--target",
        "--config",
        "--color",
        "-C",
        "-Z",
        "-s",
        "--sync",
    ]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

/// <https://github.com/LukeMathWalker/cargo-chef> makes the missing targets up.
fn inspect(_: &Invocation<'_>, _: &mut Project<'_>) -> Result<(), Refusal> {
    Err(Refusal::new(
        "Cargo reads no manifest without the source file of a target, such as src/main.rs",
        "use cargo-chef, or cache mounts for Cargo's registry and the target folder",
    ))
}
