//! Which transforms run and how far they may go: what the command line and the configuration say together.

use dfopt_transforms::{ALL, Effect, Options, Settings, Transform};

use crate::messages::suggestion;

/// The wishes of one place: the command line, or a `dfopt.toml`.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The strongest effect allowed.
    pub level: Option<Effect>,
    /// The transforms to run; all where it is none.
    pub only: Option<Vec<&'static Transform>>,
    /// The transforms not to run.
    pub skip: Vec<&'static Transform>,
    /// What the configuration tells the transforms.
    pub settings: Settings,
}

impl Selection {
    /// What runs where `self` is the command line: its level and its `only` replace those of the
    /// configuration, its `skip` adds to them. An `only` on the command line also overrules the `skip`
    /// of the configuration: who names a transform wants it.
    pub fn over(&self, config: &Selection) -> Options {
        let (only, skip) = match &self.only {
            Some(only) => (Some(only), &[][..]),
            None => (config.only.as_ref(), &config.skip[..]),
        };
        let named = |list: &[&Transform], transform: &Transform| list.iter().any(|t| t.id == transform.id);
        let transforms = ALL.iter().filter(|transform| {
            only.is_none_or(|only| named(only, transform))
                && !named(skip, transform)
                && !named(&self.skip, transform)
        });
        Options {
            level: self.level.or(config.level).unwrap_or(Effect::Harden),
            transforms: transforms.collect(),
            settings: Settings { update_pins: self.settings.update_pins, ..config.settings.clone() },
        }
    }
}

/// The transform of that id.
///
/// # Errors
/// A message that names the nearest id, and all of them.
pub fn transform(id: &str) -> Result<&'static Transform, String> {
    let known: Vec<&str> = ALL.iter().map(|transform| transform.id).collect();
    Transform::by_id(id).ok_or_else(|| format!("unknown transform `{id}`{}", suggestion(id, &known)))
}
