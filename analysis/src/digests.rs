//! What the registries serve, as far as a rewrite depends on it.

use crate::reference::Reference;

/// The digests of image references: what was resolved before a file is looked at. Nothing is fetched when it
/// is asked.
pub trait Digests {
    /// The digest (`sha256:…`) that `reference` stands for now; the reference has none itself.
    ///
    /// # Errors
    /// Why it is not known.
    fn digest(&self, reference: &Reference) -> Result<String, Unresolved>;
}

/// Why the digest of a reference is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The cause, for a person.
    pub reason: String,
    /// What the person can do about it.
    pub help: &'static str,
}
