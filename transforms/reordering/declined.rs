//! Why an instruction stays below the sources.

use dfopt_analysis::Build;
use dfopt_syntax::Span;

use crate::{Findings, Missed};

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
        self.report_at(build, instruction.source_span(instruction.operation.body), findings);
    }

    /// Reports it for what stands at `span`.
    pub(crate) fn report_at(self, build: &Build<'_>, span: Span, findings: &mut Findings) {
        let Self { reason, help, cause } = self;
        let cause = cause.map(|cause| build.instruction(cause).span);
        findings.missed.push(Missed { span, reason, help, cause });
    }
}
