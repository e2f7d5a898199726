//! What the instructions of a Dockerfile mean.

use dfopt_syntax::Dockerfile;

/// A Dockerfile with its meaning.
#[derive(Debug)]
pub struct Build<'d> {
    /// The tree.
    pub dockerfile: &'d Dockerfile<'d>,
}

impl<'d> Build<'d> {
    /// Analyses `dockerfile`.
    pub fn new(dockerfile: &'d Dockerfile<'d>) -> Self {
        Self { dockerfile }
    }
}
