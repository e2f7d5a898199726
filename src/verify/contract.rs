//! What a rewritten Dockerfile may change in its image, and whether it keeps to that.
//!
//! | level | the contract |
//! |---|---|
//! | `preserve` | the same files and the same configuration |
//! | `slim` | files of declared classes are gone |
//! | `harden` | as above, and what the rewrites of that level name, each its own |

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dfopt_transforms::Effect;
use serde::Serialize;

use super::classes;
use super::compare::{Difference, Noise, differences, shown};
use super::image::{Image, Tree};
use super::packages::Gone;
use super::promises;

/// What was promised.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) level: Effect,
    /// The transforms with rewrites that harden.
    pub(crate) hardened_by: Vec<&'static str>,
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Verdict {
    /// What the contract does not allow.
    pub(crate) broken: Vec<Breach>,
    /// How many differences each class explains.
    pub(crate) explained: BTreeMap<String, usize>,
    /// The packages that are gone, all of them recommended only.
    pub(crate) packages_gone: Vec<String>,
}

/// A difference that the contract does not allow.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Breach {
    /// A path, a field of the configuration, or a package.
    #[serde(rename = "where")]
    pub(crate) place: String,
    /// What differs there.
    pub(crate) what: String,
}

/// Compares two images.
pub(crate) fn judge(before: &Image, after: &Image, contract: &Contract, noise: &Noise) -> Verdict {
    let mut verdict = Verdict::default();
    configuration(before, after, contract, &mut verdict);
    let gone = (contract.level >= Effect::Slim).then(|| Gone::between(&before.tree, &after.tree)).flatten();
    let gone = gone.unwrap_or_default();
    for package in &gone.unexplained {
        verdict.breach(format!("package {package}"), "gone, and nothing recommends it");
    }
    let promises = promises::Owner::of(contract, before, after);
    for difference in differences(&before.tree, &after.tree) {
        let explain = |difference: &Difference<'_>| {
            explanation(difference, contract, &gone, &after.tree)
                .or_else(|| promises.as_ref()?.explains(difference))
                .or_else(|| noise.explains(difference, &before.tree).then_some("noise of two builds"))
        };
        let class = explain(&difference).or_else(|| {
            // It belongs to the new user, and differs as files of its class do, too.
            let given = promises.as_ref()?.given(&difference)?;
            explain(&Difference { before: Some(&given), ..difference.clone() })
        });
        match class {
            Some(class) => verdict.explain(class),
            None => verdict.breach(shown(difference.path), difference.to_string()),
        }
    }
    verdict.packages_gone = gone.recommended.into_iter().collect();
    verdict
}

fn explanation(
    difference: &Difference<'_>,
    contract: &Contract,
    gone: &Gone,
    after: &Tree,
) -> Option<&'static str> {
    let packages_gone = !gone.recommended.is_empty();
    let was_theirs = difference.after.is_none() && gone.explains(difference.path, after);
    if packages_gone && (was_theirs || difference.is_alternative()) {
        return Some("files of recommended packages");
    }
    classes::of(difference, contract.level, packages_gone).map(|class| class.name)
}

fn configuration(before: &Image, after: &Image, contract: &Contract, verdict: &mut Verdict) {
    for (field, old, new) in before.config.differences(&after.config) {
        match promises::of_field(field, contract, before, after) {
            Some(class) => verdict.explain(class),
            None => verdict.breach(format!("configuration: {field}"), format!("{old} -> {new}")),
        }
    }
    let (old, new) = (&before.config, &after.config);
    if old.author != new.author && promises::of_author(contract, before, after).is_none() {
        verdict.breach("configuration: author".to_owned(), format!("{:?} -> {:?}", old.author, new.author));
    }
    if old.platform != new.platform {
        let what = format!("{} -> {}", old.platform, new.platform);
        verdict.breach("configuration: platform".to_owned(), what);
    }
}

impl Verdict {
    /// Whether the contract holds.
    pub(crate) fn holds(&self) -> bool {
        self.broken.is_empty()
    }

    pub(crate) fn breach(&mut self, place: String, what: impl Into<String>) {
        self.broken.push(Breach { place, what: what.into() });
    }

    fn explain(&mut self, class: &str) {
        *self.explained.entry(class.to_owned()).or_default() += 1;
    }
}
