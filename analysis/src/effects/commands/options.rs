//! Command lines as most tools read them: options, their values, and operands.

use super::values::Value;

/// What a tool does with the file that a word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It names none.
    Text,
    /// It looks at it.
    Reads,
    /// It makes or changes it, or may.
    Writes,
    /// It looks at it, where it is no URL.
    Location,
    /// The same, where it is no name either: a path has a slash.
    NameOrLocation,
}

/// The options of a tool that are understood, as in getopt(3). An option that is not among them may mean
/// anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    /// The letters of short options that take no value.
    pub(super) flags: &'static str,
    /// Other options that take no value, or one after `=` that names no file.
    pub(super) long: &'static [&'static str],
    /// Options that take a value: the next word, or what follows `=` or the letter.
    pub(super) valued: &'static [(&'static str, Role)],
}

impl Options {
    /// None.
    pub(super) const NONE: Self = Self { flags: "", long: &[], valued: &[] };

    fn role(&self, option: &str) -> Option<Role> {
        self.valued.iter().find(|(name, _)| *name == option).map(|&(_, role)| role)
    }
}

/// A command line taken apart.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The options, in order: those with a value have it.
    pub(super) options: Vec<(String, Option<(Role, Value)>)>,
    /// The other words.
    pub(super) operands: Vec<Value>,
}

impl Parsed {
    /// True where one of the options is given.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The value of the first of the options that is given.
    pub(super) fn value(&self, names: &[&str]) -> Option<&Value> {
        let option = self.options.iter().find(|(name, _)| names.contains(&name.as_str()));
        option?.1.as_ref().map(|(_, value)| value)
    }
}

/// Takes `values` apart. None where an option is not among `options`, or where a word that is not known may
/// be one.
pub(super) fn parse(values: &[Value], options: &Options) -> Option<Parsed> {
    let mut parsed = Parsed::default();
    let mut words = values.iter();
    while let Some(word) = words.next() {
        let text = match word {
            Value::Known(text) | Value::Starts(text) => text.as_str(),
            Value::Unknown => return None,
        };
        let is_known = word.known().is_some();
        if text == "--" && is_known {
            parsed.operands.extend(words.cloned());
            break;
        }
        if !text.starts_with('-') || text == "-" && is_known {
            parsed.operands.push(word.clone());
            continue;
        }
        if let Some(role) = options.role(text).filter(|_| is_known) {
            parsed.options.push((text.to_owned(), Some((role, words.next()?.clone()))));
            continue;
        }
        if let Some((name, value)) = text.split_once('=')
            && (name.starts_with("--") || options.role(name).is_some())
        {
            let value = same_kind(word, value);
            let role = match options.role(name) {
                Some(role) => role,
                None if options.long.contains(&name) => Role::Text,
                None => return None,
            };
            parsed.options.push((name.to_owned(), Some((role, value))));
            continue;
        }
        if options.long.contains(&text) && is_known {
            parsed.options.push((text.to_owned(), None));
            continue;
        }
        if text.starts_with("--") {
            return None;
        }
        cluster(word, options, &mut words, &mut parsed)?;
    }
    Some(parsed)
}

/// `-xzf FILE`, `-ofile`
fn cluster<'v>(
    word: &Value,
    options: &Options,
    words: &mut impl Iterator<Item = &'v Value>,
    parsed: &mut Parsed,
) -> Option<()> {
    let text = word.start();
    for (at, letter) in text.char_indices().skip(1) {
        let name = format!("-{letter}");
        if options.flags.contains(letter) {
            parsed.options.push((name, None));
            continue;
        }
        let role = options.role(&name)?;
        let rest = &text[at + letter.len_utf8()..];
        let value = match (rest.is_empty(), word.known()) {
            (true, Some(_)) => words.next()?.clone(),
            _ => same_kind(word, rest),
        };
        parsed.options.push((name, Some((role, value))));
        return Some(());
    }
    // The rest of the cluster is not known.
    word.known().map(|_| ())
}

/// `part` of the text of `word`, which goes on as that does.
fn same_kind(word: &Value, part: &str) -> Value {
    match word {
        Value::Known(_) => Value::Known(part.to_owned()),
        _ if part.is_empty() => Value::Unknown,
        _ => Value::Starts(part.to_owned()),
    }
}
