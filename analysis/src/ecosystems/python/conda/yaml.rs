//! environment.yml, line by line: the few shapes that everybody writes, and nothing else of YAML.

/// What an environment file names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Environment<'t> {
    pub(super) channels: Vec<&'t str>,
    pub(super) dependencies: Vec<&'t str>,
    /// The lines of the requirements for pip.
    pub(super) pip: Vec<&'t str>,
}

/// Where the items of a list belong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    None,
    Channels,
    Dependencies,
    /// `variables`, and others whose values name no files.
    Other,
}

/// Reads an environment.
///
/// # Errors
/// The first line, counted from one, that is not understood: anchors, flow style, tags, tabs, other keys.
pub(super) fn read(text: &str) -> Result<Environment<'_>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Environment::default();
    let mut section = Section::None;
    // How far the items of the list are indented, and those of the list for pip.
    let mut list: Option<usize> = None;
    let mut pip: Option<Option<usize>> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let code = without_comment(line).trim_end();
        let content = code.trim_start_matches(' ');
        let indent = code.len() - content.len();
        if content.is_empty() || content == "---" && index == 0 {
            continue;
        }
        if content.contains(['\t', '\0']) || content.contains("{{") {
            return Err(number);
        }
        let Some(item) = content.strip_prefix("- ").or_else(|| (content == "-").then_some("")) else {
            if indent > 0 {
                // `NAME: value` of the variables.
                if section == Section::Other && content.contains(':') {
                    continue;
                }
                return Err(number);
            }
            section = key(content).ok_or(number)?;
            (list, pip) = (None, None);
            continue;
        };
        let item = item.trim();
        if section == Section::None || section == Section::Other {
            return Err(number);
        }
        if list.is_some_and(|list| indent > list) {
            let expected = pip.as_mut().ok_or(number)?;
            if *expected.get_or_insert(indent) != indent {
                return Err(number);
            }
            found.pip.push(scalar(item).ok_or(number)?);
            continue;
        }
        if *list.get_or_insert(indent) != indent {
            return Err(number);
        }
        pip = None;
        if item == "pip:" && section == Section::Dependencies {
            pip = Some(None);
            continue;
        }
        let value = scalar(item).ok_or(number)?;
        match section {
            Section::Channels => found.channels.push(value),
            _ => found.dependencies.push(value),
        }
    }
    Ok(found)
}

fn key(content: &str) -> Option<Section> {
    let (key, value) = content.split_once(':')?;
    let value = value.trim();
    match key {
        "channels" if value.is_empty() => Some(Section::Channels),
        "dependencies" if value.is_empty() => Some(Section::Dependencies),
        "variables" if value.is_empty() => Some(Section::Other),
        "name" => scalar(value).map(|_| Section::None),
        _ => None,
    }
}

/// The text of a scalar: plain, or in quotes without escapes.
fn scalar(text: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            let inside = inside.strip_suffix(quote)?;
            return (!inside.contains([quote, '\\'])).then_some(inside);
        }
    }
    let starts_otherwise = text.starts_with(['&', '*', '!', '|', '>', '{', '[', '%', '@', '`', '?', ',']);
    let is_mapping = text.ends_with(':') || text.contains(": ");
    (!text.is_empty() && !starts_otherwise && !is_mapping).then_some(text)
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Environment, read};

    #[test]
    fn plain_environments_are_read() {
        let text = "name: app # x\nchannels:\n- conda-forge\ndependencies:\n- python=3.12\n- pip\n- pip:\n  - -r a.txt\n  - 'flask'\n";
        let expected = Environment {
            channels: vec!["conda-forge"],
            dependencies: vec!["python=3.12", "pip"],
            pip: vec!["-r a.txt", "flask"],
        };
        assert_eq!(read(text), Ok(expected));
        assert_eq!(read("variables:\n  A: b\n"), Ok(Environment::default()));
    }

    #[test]
    fn other_yaml_is_refused() {
        for (text, line) in [
            ("dependencies: [a, b]\n", 1),
            ("dependencies:\n- &a b\n", 2),
            ("dependencies:\n  - a\n - b\n", 3),
            ("dependencies:\n  - a\n    - b\n", 3),
            ("dependencies:\n- sel(linux): a\n", 2),
            ("dependencies:\n- pip:\n    - a\n   - b\n", 4),
            ("prefix: /x\n", 1),
            ("name: a\n...\n", 2),
            ("dependencies:\n- 'a\n", 2),
            ("dependencies:\n-\ta\n", 2),
        ] {
            assert_eq!(read(text), Err(line), "{text}");
        }
    }
}
