//! Which COPYs bring what a developer edits all day.

use dfopt_analysis::{Build, BuildContext, Entry, destination, paths, sources};
use dfopt_syntax::dockerfile::Keyword;

/// The kind of source files that a COPY or ADD brings from the build context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sources {
    /// All of the context, or all in one of its folders: `COPY . .`
    Broad,
    /// A folder, or files of program text.
    Narrow,
}

/// What program text ends in.
const PROGRAM_TEXT: &[&str] = &[
    "c", "cc", "clj", "cpp", "cs", "css", "cxx", "dart", "erl", "ex", "exs", "fs", "go", "groovy", "h",
    "hpp", "hs", "html", "java", "jl", "js", "jsx", "kt", "lua", "m", "mjs", "ml", "php", "pl", "py", "r",
    "rb", "rs", "sass", "scala", "scss", "svelte", "swift", "ts", "tsx", "vb", "vue", "zig",
];

/// Files of program text that configure a build or an installation: they change as rarely as a manifest.
const BUILD_FILES: &[&str] = &["build.rs", "manage.py", "mix.exs", "setup.py", "config.js", "config.ts"];

/// The sources that COPY or ADD `index` brings; none for files that change rarely (manifests, settings of
/// tools), for what comes from elsewhere, and where the words cannot be told.
pub(crate) fn sources_of(build: &Build<'_>, index: usize) -> Option<Sources> {
    let instruction = build.instruction(index);
    if !matches!(instruction.keyword(), Keyword::Copy | Keyword::Add) || instruction.flag("from").is_some() {
        return None;
    }
    let kinds = sources(build, index)?;
    let kinds: Vec<Sources> =
        kinds.into_iter().flatten().filter_map(|path| kind(&path, build.context())).collect();
    if kinds.contains(&Sources::Broad) {
        return Some(Sources::Broad);
    }
    // What is copied to where tools and their settings are belongs to them.
    let is_system = |path: String| !paths::is_application_folder(&path);
    let is_settings = destination(build, index).path.is_some_and(is_system);
    kinds.first().copied().filter(|_| !is_settings)
}

fn kind(path: &str, files: Option<&dyn BuildContext>) -> Option<Sources> {
    let path = paths::resolve(Some("/"), path)?;
    let path = path.trim_start_matches('/');
    let name = paths::split(path).1;
    if matches!(path, "" | "*" | "**") {
        return Some(Sources::Broad);
    }
    if matches!(name, "*" | "**") {
        return Some(Sources::Narrow);
    }
    if is_program_text(name) {
        return Some(Sources::Narrow);
    }
    if name.contains(['*', '?', '[']) {
        return None;
    }
    match files.map(|files| files.entry(path)) {
        Some(Entry::Directory) => Some(Sources::Narrow),
        Some(Entry::File | Entry::Missing | Entry::Ignored) => None,
        // What has no dot in its name is a folder more often than not.
        Some(Entry::Link | Entry::Unknown) | None => {
            (!name.contains('.') && !is_file_name(name)).then_some(Sources::Narrow)
        }
    }
}

/// Files without a dot in their name: `Gemfile`, `Makefile`, `LICENSE`, `mvnw`.
fn is_file_name(name: &str) -> bool {
    let is_shouted = name.len() > 3 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b == b'-');
    is_shouted || name.to_ascii_lowercase().ends_with("file") || SCRIPTS.contains(&name)
}

const SCRIPTS: &[&str] = &["artisan", "configure", "crontab", "entrypoint", "gradlew", "mvnw", "rebar3"];

fn is_program_text(name: &str) -> bool {
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    PROGRAM_TEXT.binary_search(&extension.to_ascii_lowercase().as_str()).is_ok()
        && !BUILD_FILES.iter().any(|file| name.ends_with(file))
}

#[cfg(test)]
mod tests {
    #[test]
    fn endings_are_sorted() {
        assert!(super::PROGRAM_TEXT.is_sorted());
    }
}
