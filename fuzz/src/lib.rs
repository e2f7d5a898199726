//! What is fuzzed: functions that take any bytes, and panic where something is wrong.

#[path = "../../tests/properties/spans.rs"]
mod spans;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::shell::{self, Dialect};
use dfopt_transforms::{Effect, Options};

/// A target, for the driver.
pub struct Target {
    /// What `cargo fuzz` calls it.
    pub name: &'static str,
    /// True where the input is valid.
    pub run: fn(&[u8]) -> bool,
    /// The folder of its seeds.
    pub seeds: &'static str,
}

/// All targets.
pub const TARGETS: [Target; 3] = [
    Target { name: "dockerfile", run: dockerfile, seeds: "dockerfile" },
    Target { name: "shell", run: shell, seeds: "shell" },
    Target { name: "optimize", run: optimize, seeds: "dockerfile" },
];

/// Nothing is lost, and every span is in place.
pub fn dockerfile(source: &[u8]) -> bool {
    let Ok(dockerfile) = Dockerfile::parse(source) else { return false };
    assert_eq!(dockerfile.text(), source);
    spans::are_in_place(&dockerfile);
    dockerfile.check().is_ok()
}

/// Every node lies in the text, and has a size that fits it.
pub fn shell(text: &[u8]) -> bool {
    let mut valid = false;
    for dialect in [Dialect::Posix, Dialect::Bash] {
        let Ok(script) = shell::parse(text, dialect) else { continue };
        valid = true;
        let mut seen = 0;
        script.walk(&mut |node, _| seen += node.span().of(text).len().min(1));
        assert!(seen <= 20 * text.len());
    }
    valid
}

/// Each level converges, undoes nothing, and a second run changes nothing.
pub fn optimize(source: &[u8]) -> bool {
    for level in Effect::ALL {
        let options = Options { level, ..Options::default() };
        let Ok(outcome) = dfopt_transforms::optimize(source, &options, dfopt_transforms::Facts::default())
        else {
            return false;
        };
        assert!(outcome.converged && outcome.reverted.is_empty());
        let again = dfopt_transforms::optimize(&outcome.text, &options, dfopt_transforms::Facts::default())
            .expect("the result is valid");
        assert_eq!(again.text, outcome.text);
    }
    true
}
