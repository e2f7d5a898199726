//! Pins images to the digest that the registry serves now: `python:3.13` becomes `python:3.13@sha256:…`.
//!
//! A tag may mean another image tomorrow; a digest never does. The tag stays for people and for tools that look for
//! newer digests, as `dfopt --update-pins` does.
//!
//! ```dockerfile
//! ARG BASE=python:3.13-slim
//! FROM golang:1.24 AS build
//! COPY --from=busybox:1.37 /bin/busybox /usr/local/bin/wget
//!
//! FROM ${BASE}
//! COPY --from=build /usr/local/bin/wget /usr/local/bin/
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! ARG BASE=python:3.13-slim@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
//! FROM golang:1.24@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS build
//! COPY --from=busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef /bin/busybox /usr/local/bin/wget
//!
//! FROM ${BASE}
//! COPY --from=build /usr/local/bin/wget /usr/local/bin/
//! ```
//!
//! # Why it is safe
//!
//! The digest is what the registry answers for that very tag, so a build made now gets the same image. It is the
//! digest of the index where there is one: each platform still finds its own image below it. An index that is
//! rebuilt later is what the pin keeps out, so the level is `harden`.
//!
//! Names of stages, their numbers and `scratch` are no images. A reference that build arguments are part of would
//! lose what they are for; only where one argument is all of it, and is used for nothing else, its default is
//! pinned: who sets the argument still gets what they set. `COPY --from=tools` without a tag is left alone: it
//! may be a build context of that name. A build context that is named like an image, tag and all, has no say any
//! more once the image is pinned.
//!
//! Registries are asked before the files are rewritten. What cannot be resolved stays as it is.

use std::collections::BTreeSet;

use dfopt_analysis::{NamedImage, Reference, Unclear, named_images};
use dfopt_syntax::Edit;

use crate::{Context, Effect, Findings, Transform};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "pin-digest",
    effect: Effect::Harden,
    acts_on: &["DL3006", "DL3007"],
    source: include_str!("pin_digest.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    for image in named_images(context.build) {
        if (context.is_ignored)(image.span) {
            continue;
        }
        match &image.reference {
            Ok(reference) => pin(context, &image, reference, findings),
            Err(unclear) => {
                let (reason, help) = explanation(*unclear);
                findings.missed(image.span, reason, help);
            }
        }
    }
}

/// The references that the transform would ask for, without digests: each once, in the order of the file.
pub(crate) fn questions(context: &Context<'_, '_>) -> Vec<Reference> {
    let images = named_images(context.build).into_iter().filter(|image| !(context.is_ignored)(image.span));
    let references = images.filter_map(|image| image.reference.ok());
    let mut seen = BTreeSet::new();
    references
        .filter_map(|reference| question(&reference, context.settings.update_pins))
        .filter(|question| seen.insert(question.clone()))
        .collect()
}

/// What to ask for `reference`; none where it is pinned and stays so.
fn question(reference: &Reference, update: bool) -> Option<Reference> {
    let is_open = reference.digest.is_none() || update && reference.tag.is_some();
    is_open.then(|| Reference { digest: None, ..reference.clone() })
}

fn pin(context: &Context<'_, '_>, image: &NamedImage, reference: &Reference, findings: &mut Findings) {
    let Some(digests) = context.digests else { return };
    let update = context.settings.update_pins;
    let Some(question) = question(reference, update) else {
        if update {
            let reason = "no tag says which image would take its place";
            findings.missed(image.span, reason, "write the tag before the digest");
        }
        return;
    };
    let digest = match digests.digest(&question) {
        Ok(digest) => digest,
        Err(unresolved) => return findings.missed(image.span, unresolved.reason, unresolved.help),
    };
    match &reference.digest {
        Some(old) if *old == digest => {}
        Some(old) => {
            let title = format!("move `{}` from {} to {}", name(reference), short(old), short(&digest));
            let place = dfopt_syntax::Span { start: image.span.end - old.len() as u32, ..image.span };
            findings.rewrite(title, Effect::Harden, vec![Edit::replace(place, digest)]);
        }
        None => {
            let title = format!("pin `{}` to {}", name(reference), short(&digest));
            // A pin without a tag says nothing about what it may be moved to.
            let tag = if reference.tag.is_none() { ":latest" } else { "" };
            let edit = Edit::insert(image.span.end, format!("{tag}@{digest}"));
            findings.rewrite(title, Effect::Harden, vec![edit]);
        }
    }
}

/// The reference as people write it.
fn name(reference: &Reference) -> String {
    let tagged =
        Reference { tag: Some(reference.tag_or_latest().to_owned()), digest: None, ..reference.clone() };
    let canonical = tagged.to_string();
    let short =
        canonical.strip_prefix("docker.io/").map(|path| path.strip_prefix("library/").unwrap_or(path));
    short.unwrap_or(&canonical).to_owned()
}

/// Enough of a digest to tell it from another.
fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

fn explanation(unclear: Unclear) -> (&'static str, &'static str) {
    match unclear {
        Unclear::PartsAreArguments => (
            "build arguments are part of the reference, and a digest would leave them without effect",
            "make the whole reference the default of one ARG, or write it in full",
        ),
        Unclear::NoDefault => {
            ("the image is what a build argument says, which has no default", "give the ARG a default")
        }
        Unclear::UsedElsewhere => (
            "the build argument is used for more than the image, where a digest may be in the way",
            "use an ARG of its own for the image",
        ),
        Unclear::PerhapsContext => {
            ("the name may be that of a build context, too", "write the tag where an image is meant")
        }
    }
}
