//! The YAML of settings files, read line by line. What is more than maps, lists and plain or quoted texts is
//! not understood: anchors, tags, block texts, nested flow style.

use super::super::Refusal;
use super::clip;

/// A line of a settings file.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Line {
    indent: usize,
    /// True for an element of a list.
    item: bool,
    /// What stands before a colon.
    key: Option<String>,
    /// The text after that; several of `[a, b]`.
    values: Vec<String>,
}

/// A settings file.
#[derive(Debug)]
pub(in super::super) struct Yaml(Vec<Line>);

impl Yaml {
    /// Reads `text` of the file `path`.
    ///
    /// # Errors
    /// Where a line is not understood.
    pub(in super::super) fn read(path: &str, text: &str) -> Result<Self, Refusal> {
        let mut lines = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let is_blank = line.trim().is_empty() || line.trim_start().starts_with('#');
            if is_blank || number == 0 && line.trim_end() == "---" {
                continue;
            }
            let read = read_line(line).ok_or_else(|| {
                Refusal::new(
                    format!("line {} of {} is not understood", number + 1, clip(path)),
                    "write it as plain `key: value` lines and lists",
                )
            })?;
            lines.push(read);
        }
        Ok(Self(lines))
    }

    /// The keys of the map that the file is.
    pub(in super::super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|line| line.indent == 0 && !line.item).filter_map(|line| line.key.as_deref())
    }

    /// The text of `key`.
    pub(in super::super) fn text(&self, key: &str) -> Option<&str> {
        let line = self.0.iter().find(|line| line.indent == 0 && line.key.as_deref() == Some(key))?;
        line.values.first().map(String::as_str)
    }

    /// The list `key`, on its line or below; empty where it is not there.
    pub(in super::super) fn list(&self, key: &str) -> Vec<String> {
        let (line, below) = self.section(key);
        let below = below.iter().filter(|line| line.item && line.key.is_none()).flat_map(|line| &line.values);
        line.into_iter().flat_map(|line| &line.values).chain(below).cloned().collect()
    }

    /// All texts below `key`, at any depth, with their keys.
    pub(in super::super) fn texts(&self, key: &str) -> impl Iterator<Item = (&str, &str)> {
        let (line, below) = self.section(key);
        line.into_iter().chain(below).flat_map(|line| {
            line.values.iter().map(|value| (line.key.as_deref().unwrap_or_default(), value.as_str()))
        })
    }

    fn section(&self, key: &str) -> (Option<&Line>, &[Line]) {
        let starts = |line: &Line| line.indent == 0 && !line.item && line.key.as_deref() == Some(key);
        let Some(start) = self.0.iter().position(starts) else { return (None, &[]) };
        let below = &self.0[start + 1..];
        let len = below.iter().take_while(|line| line.indent > 0 || line.item).count();
        (Some(&self.0[start]), &below[..len])
    }
}

fn read_line(line: &str) -> Option<Line> {
    let mut rest = line.trim_start_matches(' ');
    let indent = line.len() - rest.len();
    let item = rest == "-" || rest.starts_with("- ");
    if item {
        rest = rest[1..].trim_start_matches(' ');
        // A list in a list.
        if rest == "-" || rest.starts_with("- ") {
            return None;
        }
    }
    if rest.starts_with('\t') || rest.contains('\0') {
        return None;
    }
    if rest.is_empty() {
        return None;
    }
    if let Some((key, rest)) = key(rest) {
        let values = values(rest.trim())?;
        return Some(Line { indent, item, key: Some(key), values });
    }
    let values = values(rest.trim())?;
    item.then_some(Line { indent, item, key: None, values })
}

/// The key of a line `key: …`, and what follows its colon.
fn key(text: &str) -> Option<(String, &str)> {
    if text.starts_with(['"', '\'']) {
        let (key, rest) = quoted(text)?;
        return Some((key, rest.strip_prefix(':')?))
            .filter(|(_, rest)| rest.is_empty() || rest.starts_with(' '));
    }
    let end = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
    let key = text[..end].trim_end();
    let is_plain = !key.is_empty() && key != "<<" && !key.starts_with(INDICATORS) && !key.contains(" #");
    is_plain.then(|| (key.to_owned(), &text[end + 1..]))
}

/// What a text without quotes cannot start with.
const INDICATORS: &[char] =
    &['&', '*', '!', '|', '>', '?', '%', '@', '`', '{', '[', ']', '}', ',', '"', '\'', '#'];

fn values(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Some(Vec::new());
    }
    if text == "{}" {
        return Some(Vec::new());
    }
    let Some(list) = text.strip_prefix('[') else {
        let (value, rest) = scalar(text, &[])?;
        return is_end(rest).then(|| vec![value]);
    };
    let mut values = Vec::new();
    let mut rest = list.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix(']') {
            return is_end(after).then_some(values);
        }
        let (value, after) = scalar(rest, &[',', ']', '[', '{', '}'])?;
        values.push(value);
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.starts_with(']') => {}
            None => return None,
        }
    }
}

/// A text, and what follows it.
fn scalar<'t>(text: &'t str, ends: &[char]) -> Option<(String, &'t str)> {
    if text.starts_with(['"', '\'']) {
        return quoted(text);
    }
    if text.starts_with(INDICATORS) || text.is_empty() {
        return None;
    }
    let end = text.find(ends).unwrap_or(text.len()).min(text.find(" #").unwrap_or(text.len()));
    let value = text[..end].trim_end();
    (!value.contains(": ") && !value.ends_with(':')).then(|| (value.to_owned(), &text[end..]))
}

/// A quoted text without escapes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let (value, rest) = text[1..].split_once(quote)?;
    let has_escape = quote == '"' && value.contains('\\') || rest.starts_with(quote);
    (!has_escape).then(|| (value.to_owned(), rest))
}

fn is_end(rest: &str) -> bool {
    rest.trim().is_empty() || rest.starts_with(' ') && rest.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::Yaml;

    #[test]
    fn settings_are_read() {
        let text = "---\n# c\npackages:\n- 'a/*' # x\n- \"b\"\n  \nflow: [a, 'b c',]\nmap:\n  'k@1': v\n  n: # c\n    o: p\nlast: \"x\"\n";
        let yaml = Yaml::read("f", text).unwrap();
        assert_eq!(yaml.keys().collect::<Vec<_>>(), ["packages", "flow", "map", "last"]);
        assert_eq!(yaml.list("packages"), ["a/*", "b"]);
        assert_eq!(yaml.list("flow"), ["a", "b c"]);
        assert_eq!(yaml.texts("map").collect::<Vec<_>>(), [("k@1", "v"), ("o", "p")]);
        assert_eq!(yaml.text("last"), Some("x"));
        assert_eq!(yaml.list("none"), [""; 0]);
    }

    #[test]
    fn what_is_more_is_refused() {
        for text in [
            "a: &x 1",
            "a: *x",
            "a: !t 1",
            "a: |\n  x",
            "- !x",
            "a: {b: c}",
            "a: [[b]]",
            "a: \"\\n\"",
            "<<: x",
            "\ta: b",
            "a",
            "a: 'it''s'",
            "? a",
            "- - a",
            "a: b: c",
            "a: [b",
        ] {
            assert!(Yaml::read("f", text).is_err(), "{text}");
        }
    }
}
