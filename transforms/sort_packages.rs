//! Sorts lists of packages, one a line, and drops what is named twice.
//!
//! A sorted list shows what is missing and what is there already, and two people who add a package do not
//! edit the same line. A list that stands on one line stays there, unless the line is long.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y --no-install-recommends \
//!     git curl \
//!     # for the tests
//!     netcat-openbsd \
//!     curl
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y --no-install-recommends \
//!     curl \
//!     git \
//!     # for the tests
//!     netcat-openbsd \
//!     curl
//! ```
//!
//! # Why it is safe
//!
//! The same packages are installed, and the order in which they are named has no meaning: apk sorts them
//! itself, and so do the apt of Debian 11, Ubuntu 22.04 and older releases. A newer apt finds the dependencies
//! of one package after the other, and where a package can do with any of several, it takes what another
//! brought before. There only lists of packages are sorted that are known to leave no such choice, with
//! `--no-install-recommends`. Other package managers and `apk add --virtual` are left alone: some install in
//! the order given, of the rest it is not proven.
//!
//! A comment stays where it is, and so does the package below it; what follows up to the next comment or
//! blank line is sorted among itself. A list is left alone where a word may stand for several (a glob, braces,
//! the output of a command, a variable that is not the last word), removes a package, or is a file, where an
//! option is not known, and where a package is named with two versions. Names are compared byte by byte, as
//! `LC_ALL=C sort` does.

mod layout;
mod list;

use dfopt_syntax::dockerfile::Keyword;

use crate::{Context, Effect, Findings, Transform};
use list::List;

pub(crate) const TRANSFORM: Transform = Transform {
    id: "sort-packages",
    effect: Effect::Preserve,
    acts_on: &[],
    source: include_str!("sort_packages.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    for index in 0..build.dockerfile().instructions().len() {
        if build.instruction(index).keyword() != Keyword::Run {
            continue;
        }
        let Some(code) = build.shell_code(index) else { continue };
        for command in code.package_commands() {
            let Some(list) = List::read(build, index, code, &command) else { continue };
            let Some((title, edits)) = layout::rewrite(build, index, code, &command, &list) else { continue };
            findings.rewrite(title, Effect::Preserve, edits);
        }
    }
}
