//! Which ignore file counts, and what it says.

use std::path::Path;

use dfopt_analysis::dockerignore::Patterns;

use super::files::{Kind, Text, kind, text};

/// The most bytes of an ignore file. Real ones stay under 10 KiB.
const LIMIT: u64 = 256 << 10;

/// The patterns for the context `root` of `dockerfile`; none where they cannot be told.
///
/// BuildKit takes the name of the Dockerfile with `.dockerignore` behind it, beside the Dockerfile, and
/// only without that the file at the root (`dockerui/config.go`).
pub(super) fn patterns(root: &Path, dockerfile: Option<&Path>) -> Option<Patterns> {
    // It is podman's own, and wins there: then it depends on who builds.
    if kind(&root.join(".containerignore")) != Kind::Missing {
        return None;
    }
    let at_root = || text(&root.join(".dockerignore"), LIMIT);
    let own = dockerfile.and_then(|path| {
        let mut name = path.file_name()?.to_owned();
        name.push(".dockerignore");
        Some(text(&path.with_file_name(name), LIMIT))
    });
    match own {
        Some(Text::Unreadable) => None,
        // Whether an empty file counts depends on how the frontend is run.
        Some(Text::Is(own)) if own.is_empty() && at_root() != Text::Missing => None,
        Some(Text::Is(own)) => Patterns::parse(&own).ok(),
        Some(Text::Missing) | None => match at_root() {
            Text::Missing => Some(Patterns::default()),
            Text::Unreadable => None,
            Text::Is(text) => Patterns::parse(&text).ok(),
        },
    }
}
