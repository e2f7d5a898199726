//! The edits before a rebuild: a comment in a source file, and one in a manifest.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use dfopt_analysis::paths::split;
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::Source;

use crate::messages::about;

/// The most bytes of a file that is edited.
const LARGEST: u64 = 4 << 20;

/// How a text takes a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comment {
    /// A last line that starts with this.
    Line(&'static str),
    /// A last line between these.
    Between(&'static str, &'static str),
    /// A field of the object: JSON has no comments, and npm passes over fields it does not know
    /// (<https://docs.npmjs.com/cli/v11/configuring-npm/package-json>).
    Field,
}

/// The sources that are edited, the best first: those of programs, then what comes along.
const SOURCES: &[(&str, Comment)] = &[
    ("py", Comment::Line("#")),
    ("js", Comment::Line("//")),
    ("mjs", Comment::Line("//")),
    ("ts", Comment::Line("//")),
    ("tsx", Comment::Line("//")),
    ("jsx", Comment::Line("//")),
    ("go", Comment::Line("//")),
    ("rs", Comment::Line("//")),
    ("java", Comment::Line("//")),
    ("kt", Comment::Line("//")),
    ("cs", Comment::Line("//")),
    ("rb", Comment::Line("#")),
    ("ex", Comment::Line("#")),
    ("c", Comment::Line("//")),
    ("cc", Comment::Line("//")),
    ("cpp", Comment::Line("//")),
    ("h", Comment::Line("//")),
    ("sh", Comment::Line("#")),
    ("css", Comment::Between("/*", "*/")),
    ("html", Comment::Between("<!--", "-->")),
    ("md", Comment::Between("<!--", "-->")),
    ("txt", Comment::Line("#")),
];

/// The manifests that are edited, by name, or `*` and the end of it. (A lock file is not: its tools write it, and check it.)
const MANIFESTS: &[(&str, Comment)] = &[
    ("requirements.txt", Comment::Line("#")),
    ("pyproject.toml", Comment::Line("#")),
    ("Pipfile", Comment::Line("#")),
    ("package.json", Comment::Field),
    ("go.mod", Comment::Line("//")),
    ("Cargo.toml", Comment::Line("#")),
    ("Gemfile", Comment::Line("#")),
    ("composer.json", Comment::Field),
    ("pom.xml", Comment::Between("<!--", "-->")),
    ("*.csproj", Comment::Between("<!--", "-->")),
    ("*.fsproj", Comment::Between("<!--", "-->")),
    ("*.vbproj", Comment::Between("<!--", "-->")),
    ("build.gradle", Comment::Line("//")),
    ("build.gradle.kts", Comment::Line("//")),
    ("mix.exs", Comment::Line("#")),
];

/// What is edited, by path below the build context.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) source: Option<String>,
    pub(crate) manifest: Option<String>,
}

impl Places {
    /// The places to edit among `files`, where those are not given. A source is a file that a COPY brings.
    pub(crate) fn find(dockerfile: &[u8], files: &[String], given: Self) -> Self {
        let copied = copied(dockerfile);
        let brought = files.iter().filter(|file| copied.iter().any(|source| brings(source, file)));
        let found = brought.filter_map(|file| Some((source_rank(file)?, file))).min();
        let nearest = |known: &str| {
            let named = files.iter().filter(|file| is_named(split(file).1, known));
            named.min_by_key(|file| file.matches('/').count())
        };
        let manifest = MANIFESTS.iter().find_map(|(known, _)| nearest(known));
        Self {
            source: given.source.or_else(|| found.map(|(_, file)| file.clone())),
            manifest: given.manifest.or_else(|| manifest.cloned()),
        }
    }
}

/// Whether a file's name is that of a row of [`MANIFESTS`].
fn is_named(name: &str, known: &str) -> bool {
    known.strip_prefix('*').map_or(name == known, |end| name.ends_with(end))
}

/// The sources of COPY and ADD that come from the build context, without slashes around.
fn copied(dockerfile: &[u8]) -> Vec<String> {
    let Ok(dockerfile) = Dockerfile::parse(dockerfile) else { return Vec::new() };
    let mut copied = Vec::new();
    for instruction in dockerfile.instructions().iter().filter(|i| i.flag("from").is_none()) {
        let Some(transfer) = instruction.operation.transfer(instruction.text.bytes()) else { continue };
        for source in transfer.sources {
            let Source::Path(span) = source else { continue };
            let path = String::from_utf8_lossy(instruction.word(span)).into_owned();
            copied.push(path.trim_start_matches("./").trim_matches('/').to_owned());
        }
    }
    copied
}

fn brings(source: &str, file: &str) -> bool {
    let below = file.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    matches!(source, "" | ".") || below
}

/// The less the better: kind, then tests last, then depth. None where a file is not to be edited.
fn source_rank(file: &str) -> Option<(bool, usize, usize)> {
    let name = split(file).1;
    let extension = name.rsplit_once('.')?.1;
    let is_manifest =
        MANIFESTS.iter().any(|(known, _)| is_named(name, known)) || name.contains("requirements");
    let kind = SOURCES.iter().position(|(known, _)| *known == extension).filter(|_| !is_manifest)?;
    Some((file.contains("test") || file.contains("config"), kind, file.matches('/').count()))
}

/// Changes the file at `path` below `root`; `number` is one that was never written before.
pub(crate) fn edit(root: &Path, path: &str, number: u128) -> Result<()> {
    let place = root.join(path);
    let metadata =
        fs::symlink_metadata(&place).map_err(|_| about(Path::new(path), "is not in the build context"))?;
    ensure!(metadata.is_file(), "{path}: is not a regular file");
    ensure!(metadata.len() <= LARGEST, "{path}: is too large to edit");
    let text = edited(&fs::read(&place)?, comment(path), number);
    let Some(text) = text else { bail!("{path}: it is not known how to edit this file") };
    Ok(fs::write(&place, text)?)
}

fn comment(path: &str) -> Comment {
    let name = split(path).1;
    let extension = name.rsplit('.').next().unwrap_or_default();
    let manifest = MANIFESTS.iter().find(|(known, _)| is_named(name, known));
    let known = manifest.or_else(|| SOURCES.iter().find(|(known, _)| *known == extension));
    let unknown = if extension == "json" { Comment::Field } else { Comment::Line("#") };
    known.map_or(unknown, |(_, comment)| *comment)
}

fn edited(text: &[u8], comment: Comment, number: u128) -> Option<Vec<u8>> {
    let line_end: &[u8] = if text.is_empty() || text.ends_with(b"\n") { b"" } else { b"\n" };
    let line = match comment {
        Comment::Line(start) => format!("{start} dfopt verify {number}\n"),
        Comment::Between(start, end) => format!("{start} dfopt verify {number} {end}\n"),
        Comment::Field => {
            let brace = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
            let (start, rest) =
                text.split_at_checked(brace + 1).filter(|(start, _)| start.ends_with(b"{"))?;
            let comma = if rest.trim_ascii_start().starts_with(b"}") { "" } else { "," };
            let field = format!("\"x-dfopt-verify\": \"{number}\"{comma}");
            return Some([start, field.as_bytes(), rest].concat());
        }
    };
    Some([text, line_end, line.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(dockerfile: &str, files: &[&str]) -> (Option<String>, Option<String>) {
        let files: Vec<String> = files.iter().map(|&file| file.to_owned()).collect();
        let places = Places::find(dockerfile.as_bytes(), &files, Places::default());
        (places.source, places.manifest)
    }

    #[test]
    fn a_source_is_a_file_that_is_copied() {
        let files = ["README.md", "app.py", "lib/a.py", "requirements.txt", "tests/test_app.py", "web/x.css"];
        let manifest = Some("requirements.txt".to_owned());
        assert_eq!(find("FROM a\nCOPY . .\n", &files), (Some("app.py".into()), manifest.clone()));
        assert_eq!(find("FROM a\nADD ./lib/ /x\n", &files), (Some("lib/a.py".into()), manifest.clone()));
        assert_eq!(find("FROM a\nCOPY [\"web\", \"/x\"]\n", &files).0, Some("web/x.css".into()));
        assert_eq!(find("FROM a\nCOPY --from=b . .\n", &files), (None, manifest.clone()));
        assert_eq!(find("FROM a\nCOPY requirements.txt /x\n", &files), (None, manifest));
        assert_eq!(find("FROM a\nCOPY <<X /x\nX\n", &["app.py"]), (None, None));
    }

    #[test]
    fn the_nearest_manifest_counts() {
        assert_eq!(find("FROM a\n", &["sub/package.json", "package.json"]).1, Some("package.json".into()));
        assert_eq!(find("FROM a\n", &["A.sln", "src/Api/Api.csproj"]).1, Some("src/Api/Api.csproj".into()));
    }

    #[test]
    fn what_is_given_is_taken() {
        let given = Places { source: Some("x".into()), manifest: Some("y".into()) };
        let places = Places::find(b"FROM a\nCOPY . .\n", &["app.py".into(), "go.mod".into()], given);
        assert_eq!((places.source, places.manifest), (Some("x".into()), Some("y".into())));
    }

    #[test]
    fn edits_keep_the_file_what_it_is() {
        let text = |path: &str, text: &str| {
            edited(text.as_bytes(), comment(path), 7).map(|text| String::from_utf8(text).unwrap())
        };
        assert_eq!(text("app.py", "x = 1").unwrap(), "x = 1\n# dfopt verify 7\n");
        assert_eq!(text("a/main.go", "package main\n").unwrap(), "package main\n// dfopt verify 7\n");
        assert_eq!(text("pom.xml", "<a/>\n").unwrap(), "<a/>\n<!-- dfopt verify 7 -->\n");
        assert_eq!(text("src/Api.csproj", "<a/>").unwrap(), "<a/>\n<!-- dfopt verify 7 -->\n");
        assert_eq!(text("Makefile", "").unwrap(), "# dfopt verify 7\n");
        for json in ["{}", " {\"name\": \"a\"}\n", "{\n}"] {
            let edited = text("package.json", json).unwrap();
            let value: serde_json::Value = serde_json::from_str(&edited).unwrap();
            assert_eq!(value["x-dfopt-verify"], "7", "{edited}");
        }
        assert_eq!(text("package.json", "[]"), None);
    }
}
