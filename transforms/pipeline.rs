//! Runs the transforms over a file until nothing changes.
//!
//! After each transform the result is parsed again and compared with what stood there before (see
//! [`recheck`](crate::recheck)). A rewrite that does not hold is undone and named in the outcome: it is a
//! defect of dfopt.

use std::collections::BTreeSet;

use dfopt_analysis::ecosystems::Ecosystem;
use dfopt_analysis::{Build, BuildContext, Digests, Profile, Reference};
use dfopt_syntax::{Dockerfile, Edits, Span, SyntaxError};

use crate::ignore::Ignores;
use crate::recheck::recheck;
use crate::{ALL, Context, Effect, Findings, Merge, Missed, Rewrite, Saving, Transform, pin_digest};

/// The most rounds over the list of transforms.
const MAX_ROUNDS: usize = 8;

/// Which transforms run, and how far they may go.
#[derive(Clone, Debug)]
pub struct Options {
    /// The strongest effect allowed.
    pub level: Effect,
    /// The transforms to run; they run in the order of [`ALL`] whatever their order here.
    pub transforms: Vec<&'static Transform>,
    /// What the transforms are told.
    pub settings: Settings,
}

/// What the user tells the transforms.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Tools that install dependencies, beside those that are known.
    pub ecosystems: Vec<Ecosystem>,
    /// Whether `copy-order` may add a RUN that installs what the manifests name, where the command as it is
    /// needs the sources.
    pub install_first: bool,
    /// Which neighbouring RUNs `merge-runs` makes one.
    pub merge: Merge,
    /// Whether `pin-digest` looks for newer digests of images that have one.
    pub update_pins: bool,
    /// As whom containers run, where their image has no user for it.
    pub users: Users,
}

/// The user that containers run as, and what is known of images beside the table.
#[derive(Clone, Debug)]
pub struct Users {
    /// The name of a user that is made, and of its group.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Images by name, as [`Profile::of`] takes them.
    pub images: Vec<(String, Profile)>,
}

impl Default for Users {
    /// A number that no distribution gives to a user of its own.
    fn default() -> Self {
        Self { name: "app".to_owned(), uid: 10001, gid: 10001, images: Vec::new() }
    }
}

/// What is known beside the text. Nothing of it has to be.
#[derive(Clone, Copy, Default)]
pub struct Facts<'f> {
    /// The build context.
    pub context: Option<&'f dyn BuildContext>,
    /// What the registries serve.
    pub digests: Option<&'f dyn Digests>,
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
    /// What it is estimated to save, where that is known.
    pub saves: Option<Saving>,
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
    /// Another place in the input that is the cause.
    pub cause: Option<u32>,
}

/// A rewrite that was undone because its result did not hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Reverted {
    /// The transform's id.
    pub transform: &'static str,
    /// What did not hold.
    pub reason: String,
}

impl Default for Options {
    /// All transforms, at the strongest level.
    fn default() -> Self {
        Self { level: Effect::Harden, transforms: ALL.iter().collect(), settings: Settings::default() }
    }
}

/// Rewrites `source`, as far as it and `facts` prove that the meaning is kept.
///
/// # Errors
/// Where the file does not parse, or is not a valid Dockerfile.
pub fn optimize(source: &[u8], options: &Options, facts: Facts<'_>) -> Result<Outcome, SyntaxError> {
    let mut transforms = options.transforms.clone();
    transforms.sort_by_key(|wanted| ALL.iter().position(|transform| transform.id == wanted.id));
    let mut run = Run {
        options,
        facts,
        transforms,
        text: source.to_vec(),
        history: Vec::new(),
        outcome: Outcome { converged: true, ..Outcome::default() },
    };
    let mut first_unmoved = run.transforms.len();
    for _ in 0..MAX_ROUNDS {
        match run.round(first_unmoved)? {
            Some(changed) => first_unmoved = changed + 1,
            None => return Ok(run.finish()),
        }
    }
    Ok(Outcome { text: source.to_vec(), reverted: run.outcome.reverted, ..Outcome::default() })
}

/// The most references that one file may have resolved. Whoever wrote it chooses who is asked.
const MAX_REFERENCES: usize = 256;

/// The references whose digests [`optimize`] would ask for, so that all of a run can be resolved together. None where
/// no transform asks, or where the file is not valid.
pub fn references(source: &[u8], options: &Options) -> BTreeSet<Reference> {
    let transform = &pin_digest::TRANSFORM;
    let is_wanted = options.transforms.iter().any(|wanted| wanted.id == transform.id);
    if !is_wanted || options.level < transform.effect {
        return BTreeSet::new();
    }
    let Ok(dockerfile) = Dockerfile::parse(source) else { return BTreeSet::new() };
    let ignores = Ignores::of(&dockerfile);
    if ignores.whole_file(transform) || dockerfile.check().is_err() {
        return BTreeSet::new();
    }
    let is_ignored = |span| ignores.at(transform, span);
    let build = Build::new(&dockerfile);
    let settings = &options.settings;
    let questions =
        pin_digest::questions(&Context { build: &build, digests: None, settings, is_ignored: &is_ignored });
    questions.into_iter().take(MAX_REFERENCES).collect()
}

struct Run<'o> {
    options: &'o Options,
    facts: Facts<'o>,
    transforms: Vec<&'static Transform>,
    text: Vec<u8>,
    /// The edits so far, one batch for each transform that made some.
    history: Vec<Edits>,
    outcome: Outcome,
}

impl Run<'_> {
    /// Runs the transforms before number `end`, and once one of them changed the text, all after it, too: those from
    /// `end` on have seen the text as it is. The number of the last that changed it.
    fn round(&mut self, mut end: usize) -> Result<Option<usize>, SyntaxError> {
        let mut next = 0;
        let mut changed = None;
        loop {
            let text = std::mem::take(&mut self.text);
            let edits = self.until_edited(&text, &mut next, end);
            self.text = text;
            let Some(edits) = edits? else { return Ok(changed) };
            self.text = edits.apply(&self.text);
            self.history.push(edits);
            changed = Some(next - 1);
            end = self.transforms.len();
        }
    }

    /// Runs transforms from number `next` on, before `end`, until one has edits that hold. The text is parsed once.
    fn until_edited(
        &mut self,
        text: &[u8],
        next: &mut usize,
        end: usize,
    ) -> Result<Option<Edits>, SyntaxError> {
        let dockerfile = Dockerfile::parse(text)?;
        dockerfile.check()?;
        let ignores = Ignores::of(&dockerfile);
        let build = Build::with_context(&dockerfile, self.facts.context);
        while let Some(&transform) = self.transforms[..end].get(*next) {
            *next += 1;
            // What it says of this text takes the place of what it said before.
            self.outcome.missed.retain(|missed| missed.transform != transform.id);
            if ignores.whole_file(transform) {
                continue;
            }
            let mut findings = Findings::default();
            let is_ignored = |span| ignores.at(transform, span);
            let context = Context {
                build: &build,
                // Below its level nothing was asked for it: see `references`.
                digests: self.facts.digests.filter(|_| transform.effect <= self.options.level),
                settings: &self.options.settings,
                is_ignored: &is_ignored,
            };
            (transform.run)(&context, &mut findings);
            findings.missed.retain(|missed| !is_ignored(missed.span));
            for missed in findings.missed {
                self.report_missed(transform, missed);
            }
            let allowed = |rewrite: &Rewrite| {
                rewrite.effect <= self.options.level
                    && !rewrite.edits.iter().any(|edit| is_ignored(edit.span))
            };
            findings.rewrites.retain(allowed);
            let edits = self.apply(&dockerfile, transform, findings.rewrites);
            if !edits.is_empty() {
                return Ok(Some(edits));
            }
        }
        Ok(None)
    }

    /// Puts the rewrites together whose results hold. One that touches another waits for the next round.
    fn apply(
        &mut self,
        dockerfile: &Dockerfile<'_>,
        transform: &'static Transform,
        rewrites: Vec<Rewrite>,
    ) -> Edits {
        let mut edits = Edits::default();
        let apart: Vec<Rewrite> =
            rewrites.into_iter().filter(|rewrite| edits.add(&rewrite.edits).is_ok()).collect();
        // Most transforms have nothing to do in most files: there is nothing to check then.
        if edits.is_empty() || recheck(dockerfile, &edits).is_ok() {
            apart.into_iter().for_each(|rewrite| self.report_applied(transform, rewrite));
            return edits;
        }
        // One of them is the culprit: add them one by one.
        let mut held = Edits::default();
        for rewrite in apart {
            let mut tried = held.clone();
            let result = tried.add(&rewrite.edits).map_err(|_| "its edits overlap".to_owned());
            match result.and_then(|()| recheck(dockerfile, &tried)) {
                Ok(()) => {
                    held = tried;
                    self.report_applied(transform, rewrite);
                }
                Err(reason) => self.outcome.reverted.push(Reverted { transform: transform.id, reason }),
            }
        }
        held
    }

    fn report_applied(&mut self, transform: &'static Transform, rewrite: Rewrite) {
        let span = rewrite.edits.iter().map(|edit| edit.span).reduce(Span::cover).unwrap_or_default();
        self.outcome.applied.push(Applied {
            transform: transform.id,
            title: rewrite.title,
            effect: rewrite.effect,
            saves: rewrite.saves,
            offset: self.in_input(span.start),
        });
    }

    fn report_missed(&mut self, transform: &'static Transform, missed: Missed) {
        self.outcome.missed.push(MissedRemark {
            transform: transform.id,
            reason: missed.reason,
            help: missed.help,
            offset: self.in_input(missed.span.start),
            cause: missed.cause.map(|cause| self.in_input(cause.start)),
        });
    }

    /// Where byte `offset` of the present text came from.
    fn in_input(&self, offset: u32) -> u32 {
        self.history.iter().rev().fold(offset, |offset, edits| edits.before(offset))
    }

    fn finish(mut self) -> Outcome {
        let place = |id| self.transforms.iter().position(|transform| transform.id == id);
        self.outcome.missed.sort_by_key(|missed| (missed.offset, place(missed.transform)));
        Outcome { text: self.text, ..self.outcome }
    }
}
