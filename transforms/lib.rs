//! The rewrites, and the pipeline that applies them.
//!
//! A [`Transform`] is a plain value in the ordered list [`ALL`]. It looks at a [`Build`] and reports
//! [`Findings`]: rewrites it has proven, and opportunities it declines, with the reason. It never
//! changes anything itself; [`optimize`] does, one transform after the other.

mod apt_no_recommends;
mod apt_update_install;
mod copy_chown;
mod copy_order;
mod declined;
mod deprecated_forms;
mod exec_form;
mod ignore;
mod install_order;
mod joining;
mod late_args;
mod merge_runs;
mod non_root_user;
mod package_caches;
mod pin_digest;
mod pipeline;
mod recheck;
mod reordering;
mod sort_packages;

pub use merge_runs::Merge;
pub use pipeline::{
    Applied, Facts, MissedRemark, Options, Outcome, Reverted, Settings, Users, optimize, references,
};

pub use dfopt_analysis::savings::Saving;
use dfopt_analysis::{Build, Digests};
use dfopt_syntax::{Edit, Span};

/// Every transform, in the order they run.
pub const ALL: &[Transform] = &[
    // First: those below see COPY where ADD was one, and the words of one form.
    deprecated_forms::TRANSFORM,
    // Before all that looks at RUNs, so that an update and its installation meet even in stages whose RUNs are left apart.
    apt_update_install::TRANSFORM,
    // Before the caches: one clean-up serves all RUNs that became one.
    merge_runs::TRANSFORM,
    apt_no_recommends::TRANSFORM,
    package_caches::TRANSFORM,
    // After those that name packages and options: `--no-install-recommends` settles more orders.
    sort_packages::TRANSFORM,
    // Before the dependencies: what installs below them would stay below the sources with them.
    install_order::TRANSFORM,
    copy_order::TRANSFORM,
    // It counts the RUNs that are left, and those that others split off.
    late_args::TRANSFORM,
    // Below all that moves COPYs: it ties them to the accounts above them.
    copy_chown::TRANSFORM,
    // Below all that moves COPYs and RUNs: it counts on where they stand.
    non_root_user::TRANSFORM,
    // Nothing above changes what a container starts.
    exec_form::TRANSFORM,
    // Last: those above read names and tags, and need no digests.
    pin_digest::TRANSFORM,
];

/// One rewrite of the pipeline.
#[derive(Debug)]
pub struct Transform {
    /// Its name in configuration, on the command line and in remarks; its file's name with dashes.
    pub id: &'static str,
    /// The strongest effect that any of its rewrites may have.
    pub effect: Effect,
    /// The findings of other tools that it acts on: a person who silenced one of them does not want
    /// the rewrite either. hadolint codes (`DL3015`) and names of BuildKit's checks.
    pub acts_on: &'static [&'static str],
    /// Its own file. The leading `//!` block is its documentation.
    pub source: &'static str,
    /// Reports what it would rewrite, and what it declines to.
    pub run: fn(&Context<'_, '_>, &mut Findings),
}

/// What a rewrite may change in the built image; each allows what the ones before it allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Same files, same configuration: only layers, caching or the text of the Dockerfile differ.
    Preserve,
    /// Files disappear that nothing asked for: caches, package lists, recommended packages.
    Slim,
    /// How it runs, or what it is built from, changes: user, owners, digest, exec form.
    Harden,
}

/// What a transform looks at.
pub struct Context<'a, 'd> {
    /// The Dockerfile and what its instructions mean, with the build context where it is known.
    pub build: &'a Build<'d>,
    /// What the registries serve, where they were asked.
    pub digests: Option<&'a dyn Digests>,
    /// What the user says beside the choice of transforms.
    pub settings: &'a Settings,
    /// Whether a comment keeps the transform away from the instruction at a span. The pipeline drops what
    /// is reported there anyway; this is for transforms whose rewrites take in several instructions.
    pub is_ignored: &'a dyn Fn(Span) -> bool,
}

/// What a transform found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Rewrites whose preconditions are proven.
    pub rewrites: Vec<Rewrite>,
    /// Opportunities that were declined.
    pub missed: Vec<Missed>,
}

/// A proven rewrite: all of its edits are made, or none.
#[derive(Debug)]
pub struct Rewrite {
    /// What it does, for a person: "add `--no-install-recommends`".
    pub title: String,
    /// What it may change in the image.
    pub effect: Effect,
    /// The changes, as byte ranges of the file.
    pub edits: Vec<Edit>,
    /// What it is estimated to save, where that is known.
    pub saves: Option<Saving>,
}

/// An opportunity that a transform did not take.
#[derive(Debug)]
pub struct Missed {
    /// Where.
    pub span: Span,
    /// The precondition that is not proven.
    pub reason: String,
    /// What the user can do about it.
    pub help: String,
    /// Another place that is the cause.
    pub cause: Option<Span>,
}

impl Effect {
    /// The levels, weakest first.
    pub const ALL: [Effect; 3] = [Effect::Preserve, Effect::Slim, Effect::Harden];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preserve => "preserve",
            Self::Slim => "slim",
            Self::Harden => "harden",
        }
    }
}

impl Transform {
    /// The transform of that id.
    pub fn by_id(id: &str) -> Option<&'static Transform> {
        ALL.iter().find(|transform| transform.id == id)
    }

    /// Its documentation in Markdown: the `//!` block its file opens with.
    pub fn documentation(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    /// The first sentence of its documentation.
    pub fn summary(&self) -> String {
        let documentation = self.documentation();
        let paragraph = documentation.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        paragraph.split_once(". ").map_or(paragraph.clone(), |(sentence, _)| format!("{sentence}."))
    }
}

impl Findings {
    /// Records a rewrite.
    pub fn rewrite(&mut self, title: impl Into<String>, effect: Effect, edits: Vec<Edit>) {
        self.rewrite_saving(None, title, effect, edits);
    }

    /// Records a rewrite with what it is estimated to save.
    pub fn rewrite_saving(
        &mut self,
        saves: impl Into<Option<Saving>>,
        title: impl Into<String>,
        effect: Effect,
        edits: Vec<Edit>,
    ) {
        self.rewrites.push(Rewrite { title: title.into(), effect, edits, saves: saves.into() });
    }

    /// Records a declined opportunity.
    pub fn missed(&mut self, span: Span, reason: impl Into<String>, help: impl Into<String>) {
        self.missed.push(Missed { span, reason: reason.into(), help: help.into(), cause: None });
    }

    /// Records an opportunity that is declined because of what stands at `cause`.
    pub fn missed_because_of(
        &mut self,
        cause: Span,
        span: Span,
        reason: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.missed.push(Missed { span, reason: reason.into(), help: help.into(), cause: Some(cause) });
    }
}
