//! MAINTAINER becomes a label.

use dfopt_analysis::{Build, Stage};
use dfopt_syntax::dockerfile::{Arguments, Keyword};
use dfopt_syntax::{Edit, Span};

use super::casing::Case;
use crate::{Effect, Findings};

/// The label of the OCI image specification for people who are responsible:
/// <https://github.com/opencontainers/image-spec/blob/main/annotations.md>, and Docker's advice in
/// <https://docs.docker.com/reference/build-checks/maintainer-deprecated/>.
const LABEL: &str = "org.opencontainers.image.authors";

/// The stage that was asked for last, and what [`Labels::get`] found in it.
#[derive(Default)]
pub(super) struct Labels(Option<(usize, Option<usize>)>);

impl Labels {
    /// An instruction of the stage of instruction `index`, or of one below it, that sets the label, or one whose
    /// name is not known.
    fn get(&mut self, build: &Build<'_>, index: usize) -> Option<usize> {
        let stage = build.stage_of(index)?;
        match self.0 {
            Some((known, label)) if known == stage.index => label,
            _ => {
                let label = label(build, stage);
                self.0 = Some((stage.index, label));
                label
            }
        }
    }
}

pub(super) fn rewrite(
    build: &Build<'_>,
    index: usize,
    case: Case,
    labels: &mut Labels,
    findings: &mut Findings,
) {
    let instruction = build.instruction(index);
    let Arguments::Text(body) = instruction.arguments() else { return };
    if let Some(other) = labels.get(build, index) {
        let reason = format!("the label `{LABEL}` is set already");
        let help = "take MAINTAINER out, or name all authors in the label";
        findings.missed_because_of(build.instruction(other).span, instruction.span, reason, help);
        return;
    }
    let keyword = instruction.source_span(instruction.operation.keyword_span);
    let value = instruction.source_span(*body);
    let gap = Span { start: keyword.start, end: value.start };
    let quotes = std::str::from_utf8(instruction.slice(*body))
        .ok()
        .filter(|_| !build.dockerfile().has_comment(gap))
        .and_then(|text| quotes(text, build.dockerfile().escape()));
    let Some(quotes) = quotes else {
        let reason = "what MAINTAINER says cannot be put in quotes as it is";
        findings.missed(instruction.span, reason, format!("write it as LABEL {LABEL}=…"));
        return;
    };
    let edits = vec![
        Edit::replace(gap, format!("{} {LABEL}={quotes}", case.apply("LABEL"))),
        Edit::insert(value.end, quotes),
    ];
    findings.rewrite("name the maintainer in a label", Effect::Harden, edits);
}

fn label(build: &Build<'_>, stage: &Stage) -> Option<usize> {
    let mut labels = build.lineage(stage);
    labels.find(|&i| {
        let instruction = build.instruction(i);
        let Arguments::Pairs(pairs) = instruction.arguments() else { return false };
        instruction.keyword() == Keyword::Label
            && pairs.iter().any(|pair| {
                let key = String::from_utf8_lossy(instruction.slice(pair.key));
                key.contains('$') || key.trim_matches(['"', '\'']) == LABEL
            })
    })
}

/// The quotes that keep `text` as it is; none where it brings its own. BuildKit takes MAINTAINER word for word;
/// quotes around the whole are meant as such.
fn quotes(text: &str, escape: u8) -> Option<&'static str> {
    for quote in ["\"", "'"] {
        let inside = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if inside.is_some_and(|inside| is_literal_in(quote, inside, escape)) {
            return Some("");
        }
    }
    ["\"", "'"].into_iter().find(|quote| is_literal_in(quote, text, escape))
}

/// True where nothing in `text` means anything between these quotes.
fn is_literal_in(quote: &str, text: &str, escape: u8) -> bool {
    !text.contains(quote) && (quote == "'" || !text.contains(['$', escape as char]))
}
