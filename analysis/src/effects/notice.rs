//! Whether an instruction may sink below another one.

use dfopt_syntax::dockerfile::Keyword;

use crate::build::Build;
use crate::context::Entry;
use crate::ecosystems::Tree;
use crate::glob;
use crate::paths::{below, split};

use super::{Effects, Lookup, Setting};

impl Build<'_> {
    /// True where somebody may notice that instruction `sinks` comes after what has `effects`, and not
    /// before it. Sharper than [`Effects::conflict`]: files that a tool looks for do not matter where
    /// the COPY does not bring them, nor do new accounts of other names.
    pub fn notices(&self, sinks: usize, effects: &Effects) -> bool {
        let own = self.effects(sinks);
        if !own.conflict(effects) {
            return false;
        }
        if !matches!(self.instruction(sinks).keyword(), Keyword::Copy | Keyword::Add) {
            return true;
        }
        let mut effects = effects.clone();
        // A name that nobody has yet is root's (BuildKit 0.26), so one that is added here still matters.
        let owner = self.instruction(sinks).flag("chown").and_then(|flag| flag.value());
        if !owner.is_some_and(|owner| owner.contains('$')) {
            effects.writes.settings.some.remove(&Setting::NewAccounts);
        }
        if let (Some(files), Some(copied)) = (self.context(), self.copied(sinks)) {
            let tree = Tree::new(files, copied);
            let is_around =
                |path: &str| copied.iter().any(|copied| below(&copied.destination, path).is_some());
            effects.reads.files.lookups.retain(|lookup| is_around(&lookup.path) || is_found(&tree, lookup));
        }
        own.conflict(&effects)
    }
}

/// True where the file is there and says what matters, and where that cannot be told.
fn is_found(tree: &Tree<'_>, lookup: &Lookup) -> bool {
    let (folder, name) = split(&lookup.path);
    if glob::is_pattern(&lookup.path) {
        // `[!a]` is the shell's alone.
        let names = tree.list(folder).filter(|_| !lookup.path.contains('!') && !glob::is_pattern(folder));
        return names.is_none_or(|names| names.iter().any(|found| glob::matches(name, found)));
    }
    match (tree.entry(&lookup.path), lookup.text) {
        (Entry::Missing | Entry::Ignored, _) => false,
        (Entry::File, Some(text)) => tree.read(&lookup.path).is_none_or(|content| content.contains(text)),
        _ => true,
    }
}
