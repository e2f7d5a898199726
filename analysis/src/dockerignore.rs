//! `.dockerignore`, as BuildKit applies it.
//!
//! Three parts of it decide: how the file is read, how a pattern matches (both
//! <https://github.com/moby/patternmatcher>), and which excluded directories are still walked
//! (`filter.go` of <https://github.com/tonistiigi/fsutil>). All of them have corners that no manual
//! mentions: an exception counts for what is below it only if something was excluded there before.

mod pattern;

use pattern::Pattern;

/// The patterns of a `.dockerignore`, in order: later ones win.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    patterns: Vec<Pattern>,
    has_exceptions: bool,
    /// True where all exceptions start with a plain path: then a directory that none of them leads into
    /// is not walked.
    exceptions_are_plain: bool,
}

/// What the patterns say of a directory, for what is below it: for each pattern, whether it matched.
#[derive(Clone, Debug, Default)]
pub struct Matches(Vec<bool>);

/// A pattern with which nothing can be told of any path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The line of the file, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The longest line that BuildKit reads, in bytes.
const LONGEST_LINE: usize = 64 << 10;

impl Patterns {
    /// Reads the text of a `.dockerignore`.
    ///
    /// # Errors
    /// Where BuildKit refuses a pattern, and the build with it; or where a pattern means something
    /// that only regular expressions know (`\d`): nobody wants that.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            let error = |reason| PatternError { line: index + 1, reason };
            if line.len() >= LONGEST_LINE {
                return Err(error("the line is too long"));
            }
            patterns.extend(read_line(line).map_err(error)?);
        }
        let mut exceptions = patterns.iter().filter(|pattern| pattern.is_exception).peekable();
        let has_exceptions = exceptions.peek().is_some();
        let exceptions_are_plain = exceptions.all(|pattern| pattern.leads_to().is_some());
        Ok(Self { patterns, has_exceptions, exceptions_are_plain })
    }

    /// True where nothing is excluded.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether the file or directory `path` is kept out of the context. Of a directory, things below
    /// may still come in: see [`Patterns::may_keep_below`].
    ///
    /// `path` is relative to the context: names with `/` between them.
    pub fn excludes(&self, path: &str) -> bool {
        let mut above = Matches::default();
        for (end, _) in path.match_indices('/') {
            let directory = &path[..end];
            let (excluded, matches) = self.judge(&above, directory);
            if excluded && !self.may_keep_below(directory) {
                return true;
            }
            above = matches;
        }
        self.judge(&above, path).0
    }

    /// Whether BuildKit looks into the directory `path` although it is excluded, because an exception
    /// may match something below.
    pub fn may_keep_below(&self, path: &str) -> bool {
        let leads_below = |pattern: &Pattern| {
            let Some(plain) = pattern.leads_to() else { return false };
            plain.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut exceptions = self.patterns.iter().filter(|pattern| pattern.is_exception);
        self.has_exceptions && (!self.exceptions_are_plain || exceptions.any(leads_below))
    }

    /// Whether `path` is excluded where `above` is what was found for its directory (the default at the
    /// root of the context), and the same for what is below it.
    pub fn judge(&self, above: &Matches, path: &str) -> (bool, Matches) {
        let mut excluded = false;
        let mut matches = vec![false; self.patterns.len()];
        for (index, pattern) in self.patterns.iter().enumerate() {
            let inherited = above.0.get(index).copied().unwrap_or(false);
            // A pattern that could not change the verdict is not tried, and then counts as one that did
            // not match for everything below.
            let matched = inherited || (pattern.is_exception == excluded && pattern.matches(path));
            matches[index] = matched;
            if matched {
                excluded = !pattern.is_exception;
            }
        }
        (excluded, Matches(matches))
    }

    /// The steps that [`Patterns::judge`] takes for a path of `length` bytes, at most.
    pub fn steps(&self, length: usize) -> u64 {
        let states: usize = self.patterns.iter().map(Pattern::states).sum();
        (states as u64).saturating_mul(length as u64 + 1)
    }
}

impl std::fmt::Display for PatternError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for PatternError {}

/// The pattern of a line, where it has one.
///
/// It is read in two steps that each trim and clean, as BuildKit does: between them a leading slash goes,
/// so that `/!x` is an exception.
fn read_line(line: &str) -> Result<Option<Pattern>, &'static str> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let trimmed = line.trim();
    if line.starts_with('#') || trimmed.is_empty() {
        return Ok(None);
    }
    let normal = match trimmed.strip_prefix('!') {
        Some(exception) => format!("!{}", without_root(exception.trim())),
        None => without_root(trimmed),
    };
    let normal = clean(normal.trim());
    match normal.strip_prefix('!') {
        Some("") => Err("`!` without a pattern"),
        Some(exception) => Pattern::new(exception, true).map(Some),
        None => Pattern::new(&normal, false).map(Some),
    }
}

/// `path` cleaned, and relative.
fn without_root(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let path = clean(path);
    match path.strip_prefix('/') {
        Some(relative) if !relative.is_empty() => relative.to_owned(),
        _ => path,
    }
}

/// The shortest path that means the same, as Go's `filepath.Clean` has it: the empty one is `.`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            ".." if rooted => {}
            _ => names.push(name),
        }
    }
    match (rooted, names.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}

#[cfg(test)]
mod tests;
