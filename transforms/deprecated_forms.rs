//! Writes deprecated forms as they are written today: `ENV key=value`, `LABEL` for `MAINTAINER`, `COPY` for
//! `ADD`, `AS` and keywords in one case.
//!
//! BuildKit warns of the first two and of mixed case, hadolint of `ADD` where `COPY` is meant.
//!
//! ```dockerfile
//! FROM golang:1.24 as build
//! MAINTAINER Jane Doe <jane@example.com>
//! ENV CGO_ENABLED 0
//! ENV GOFLAGS -trimpath -buildvcs=false
//! ADD . /src
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM golang:1.24 AS build
//! LABEL org.opencontainers.image.authors="Jane Doe <jane@example.com>"
//! ENV CGO_ENABLED=0
//! ENV GOFLAGS="-trimpath -buildvcs=false"
//! COPY . /src
//! ```
//!
//! # Why it is safe
//!
//! Both forms of ENV and LABEL hand their value to the same expansion of variables, quotes and escapes. A value
//! that is one word stays as it is written; one with blanks and nothing else to tell apart gets quotes; any other
//! is written anew and then evaluated in both forms, with and without the variables in it. What does not come out
//! the same is left alone.
//!
//! ADD becomes COPY where each source is proven to be no URL, no repository and no archive: the context itself,
//! a folder of it, or a file whose first bytes neither are those of a compressed stream nor can be a tar header.
//! The name of a file proves nothing.
//!
//! `MAINTAINER` is the one rewrite that the image shows: its configuration loses the field `author` and gains a
//! label. So it is made at the level `harden` only, and not where a label of that name is set already. The other
//! rewrites leave files and configuration as they are. What stands behind ONBUILD is part of the configuration,
//! word for word, and stays.

mod add;
pub(crate) mod casing;
mod key_value;
mod maintainer;

use dfopt_syntax::dockerfile::Keyword;

use crate::{Context, Effect, Findings, Transform};
use casing::Case;
use maintainer::Labels;

pub(crate) const TRANSFORM: Transform = Transform {
    id: "deprecated-forms",
    effect: Effect::Harden,
    acts_on: &[
        "DL3020",
        "DL4000",
        "ConsistentInstructionCasing",
        "FromAsCasing",
        "LegacyKeyValueFormat",
        "MaintainerDeprecated",
    ],
    source: include_str!("deprecated_forms.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    let case = Case::of(build.dockerfile());
    let mut labels = Labels::default();
    for (index, instruction) in build.dockerfile().instructions().iter().enumerate() {
        match instruction.keyword() {
            Keyword::Maintainer => maintainer::rewrite(build, index, case, &mut labels, findings),
            Keyword::Env | Keyword::Label => key_value::rewrite(build, index, findings),
            Keyword::Add => add::rewrite(build, index, case, findings),
            Keyword::From => casing::rewrite_as(build, instruction, case, findings),
            _ => {}
        }
        casing::rewrite_keyword(build, instruction, case, findings);
    }
}
