//! Why an instruction stays below the sources.

use dfopt_analysis::Build;

use crate::Findings;

/// Why an instruction stays below the sources.
pub(crate) struct Declined {
    pub(crate) reason: String,
    pub(crate) help: String,
    /// The instruction that is the cause.
    pub(crate) cause: Option<usize>,
}

impl Declined {
    pub(crate) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), cause: None }
    }

    pub(crate) fn because_of(cause: usize, reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: Some(cause), ..Self::new(reason, help) }
    }

    /// Reports it for instruction `index`.
    pub(crate) fn report(self, build: &Build<'_>, index: usize, findings: &mut Findings) {
        let instruction = build.instruction(index);
        let span = instruction.source_span(instruction.operation.body);
        match self.cause {
            Some(cause) => {
                findings.missed_because_of(build.instruction(cause).span, span, self.reason, self.help);
            }
            None => findings.missed(span, self.reason, self.help),
        }
    }
}
