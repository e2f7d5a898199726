//! Comments that keep transforms away: a person has decided, and the tool respects it.
//!
//! `# dfopt: ignore=ID[,ID] [reason]` in the comment above an instruction, or inside it; without ids it
//! stands for all. `# dfopt: ignore-file[=ID,…]` anywhere. hadolint's `# hadolint ignore=DL3015` and
//! `# hadolint global ignore=…`, and BuildKit's `# check=skip=…`, for the transforms that act on the
//! finding they silence.

use dfopt_syntax::dockerfile::{DirectiveName, LineKind};
use dfopt_syntax::{Dockerfile, Span};

use crate::Transform;

/// The ignore comments of a file.
pub(crate) struct Ignores {
    whole_file: Vec<Silenced>,
    /// Instructions with a comment of their own.
    instructions: Vec<(Span, Vec<Silenced>)>,
}

/// What a comment silences.
#[derive(Debug, PartialEq, Eq)]
enum Silenced {
    All,
    /// Those that act on one of BuildKit's checks.
    AllChecks,
    /// The transform of this id, or those that act on this finding.
    Name(String),
}

/// Where a comment silences it.
enum Scope {
    File,
    Instruction,
}

impl Ignores {
    pub(crate) fn of(dockerfile: &Dockerfile<'_>) -> Self {
        let mut ignores = Self { whole_file: skipped_checks(dockerfile), instructions: Vec::new() };
        let pragmas: Vec<Option<(Scope, Vec<Silenced>)>> = dockerfile
            .lines()
            .iter()
            .map(|line| {
                let text = (line.kind == LineKind::Comment).then(|| line.span.of(dockerfile.source()))?;
                parse(std::str::from_utf8(text).ok()?)
            })
            .collect();
        if pragmas.iter().all(Option::is_none) {
            return ignores;
        }
        let mut above = Vec::new();
        let mut instructions = dockerfile.instructions().iter().peekable();
        let mut inside: Option<usize> = None;
        for (number, (line, pragma)) in dockerfile.lines().iter().zip(pragmas).enumerate() {
            if let Some(instruction) = instructions.next_if(|i| i.lines.start == number) {
                ignores.instructions.push((instruction.span, std::mem::take(&mut above)));
                inside = Some(instruction.lines.end);
            }
            match pragma {
                Some((Scope::File, silenced)) => ignores.whole_file.extend(silenced),
                Some((Scope::Instruction, silenced)) => match ignores.instructions.last_mut() {
                    Some((_, own)) if inside.is_some_and(|end| number < end) => own.extend(silenced),
                    _ => above.extend(silenced),
                },
                // A blank line cuts a comment off from what is below it.
                None if line.kind == LineKind::Blank => above.clear(),
                None => {}
            }
        }
        ignores.instructions.retain(|(_, silenced)| !silenced.is_empty());
        ignores
    }

    /// True where the transform is kept away from the whole file.
    pub(crate) fn whole_file(&self, transform: &Transform) -> bool {
        self.whole_file.iter().any(|silenced| silenced.covers(transform))
    }

    /// True where the transform is kept away from an instruction at `span`.
    pub(crate) fn at(&self, transform: &Transform, span: Span) -> bool {
        let touched = |instruction: &Span| instruction.start <= span.end && span.start <= instruction.end;
        self.instructions
            .iter()
            .filter(|(instruction, _)| touched(instruction))
            .any(|(_, silenced)| silenced.iter().any(|silenced| silenced.covers(transform)))
    }
}

impl Silenced {
    fn covers(&self, transform: &Transform) -> bool {
        match self {
            Self::All => true,
            // The other findings are hadolint's.
            Self::AllChecks => transform.acts_on.iter().any(|finding| !finding.starts_with("DL")),
            Self::Name(name) => transform.id == name || transform.acts_on.contains(&name.as_str()),
        }
    }
}

/// True for a comment line that a tool reads: moving it away from its instruction would change its meaning.
pub(crate) fn is_pragma(comment: &[u8]) -> bool {
    let text = String::from_utf8_lossy(comment);
    let text = text.trim().trim_start_matches('#').trim_start();
    [
        "dfopt:",
        "hadolint",
        "check=",
        "syntax=",
        "escape=",
        "checkov:",
        "trivy:",
        "kics-scan",
        "nosemgrep",
        "renovate",
    ]
    .iter()
    .any(|prefix| text.starts_with(prefix))
}

fn parse(comment: &str) -> Option<(Scope, Vec<Silenced>)> {
    let text = comment.trim().strip_prefix('#')?.trim();
    if let Some(text) = text.strip_prefix("dfopt:") {
        let text = text.trim_start();
        let (scope, rest) = match text.strip_prefix("ignore-file") {
            Some(rest) => (Scope::File, rest),
            None => (Scope::Instruction, text.strip_prefix("ignore")?),
        };
        return match rest.strip_prefix('=') {
            Some(names) => Some((scope, names_of(names))),
            None if rest.is_empty() || rest.starts_with(char::is_whitespace) => {
                Some((scope, vec![Silenced::All]))
            }
            None => None,
        };
    }
    let text = text.strip_prefix("hadolint")?.trim_start();
    let (scope, text) = match text.strip_prefix("global") {
        Some(text) => (Scope::File, text.trim_start()),
        None => (Scope::Instruction, text),
    };
    let names = text.strip_prefix("ignore")?.trim_start().strip_prefix('=')?;
    Some((scope, names_of(names.trim_start())))
}

/// `a,b` up to the reason, which follows a blank.
fn names_of(text: &str) -> Vec<Silenced> {
    let text = text.replace(", ", ",");
    let names = text.split_whitespace().next().unwrap_or_default();
    names.split(',').filter(|name| !name.is_empty()).map(|name| Silenced::Name(name.to_owned())).collect()
}

/// `# check=skip=A,B;error=true`
fn skipped_checks(dockerfile: &Dockerfile<'_>) -> Vec<Silenced> {
    let directives =
        dockerfile.directives().iter().filter(|directive| directive.name == DirectiveName::Check);
    let values = directives.map(|directive| String::from_utf8_lossy(directive.value.of(dockerfile.source())));
    let mut silenced = Vec::new();
    for value in values {
        for names in value.split(';').filter_map(|part| part.trim().strip_prefix("skip=")) {
            silenced.extend(names.split(',').map(|name| match name.trim() {
                "all" => Silenced::AllChecks,
                name => Silenced::Name(name.to_owned()),
            }));
        }
    }
    silenced
}
