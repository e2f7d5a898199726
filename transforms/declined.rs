//! Why a rewrite is not made.

use dfopt_syntax::Span;

use crate::{Findings, Missed};

/// Why a rewrite is not made, and what the user can do about it.
pub(crate) struct Declined {
    reason: String,
    help: String,
    /// Another place that is the cause.
    cause: Option<Span>,
}

impl Declined {
    pub(crate) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), cause: None }
    }

    pub(crate) fn because_of(cause: Span, reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: Some(cause), ..Self::new(reason, help) }
    }

    /// Reports it for what stands at `span`.
    pub(crate) fn report(self, span: Span, findings: &mut Findings) {
        let Self { reason, help, cause } = self;
        findings.missed.push(Missed { span, reason, help, cause });
    }
}
