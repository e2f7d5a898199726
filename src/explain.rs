//! `dfopt explain` and `dfopt transforms`: the documentation that the transforms carry.

use std::io;

use dfopt_transforms::{ALL, Effect};

use crate::exit::Exit;
use crate::selection;
use crate::terminal::Terminal;

/// Prints what the transform `id` does, and what it may change.
///
/// # Errors
/// Where standard output cannot be written.
pub fn explain(id: &str, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let transform = match selection::transform(id) {
        Ok(transform) => transform,
        Err(message) => {
            terminal.error(&anyhow::anyhow!(message));
            return Ok(Exit::Error);
        }
    };
    let (out, _) = terminal.out();
    writeln!(out, "# {}\n\n{}\n", transform.id, transform.documentation().trim_end())?;
    writeln!(out, "# Effect\n\n`{}`: {}", transform.effect.as_str(), meaning(transform.effect))?;
    Ok(Exit::Done)
}

/// Prints a table of all transforms.
///
/// # Errors
/// Where standard output cannot be written.
pub fn transforms(terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let id_width = ALL.iter().map(|transform| transform.id.len()).max().unwrap_or_default();
    let effect_width = Effect::ALL.map(|effect| effect.as_str().len()).into_iter().max().unwrap_or_default();
    let (out, _) = terminal.out();
    for transform in ALL {
        let (id, effect, summary) = (transform.id, transform.effect.as_str(), transform.summary());
        writeln!(out, "{id:id_width$}  {effect:effect_width$}  {summary}")?;
    }
    Ok(Exit::Done)
}

/// What an effect allows, for people.
fn meaning(effect: Effect) -> &'static str {
    match effect {
        Effect::Preserve => {
            "the image has the same files and the same configuration; only layers, caching or text differ."
        }
        Effect::Slim => {
            "files disappear that nothing asked for: caches, package lists, recommended packages. \
             The configuration stays the same."
        }
        Effect::Harden => {
            "how the image runs, or what it is built from, changes: user, owners, digest, exec form."
        }
    }
}
