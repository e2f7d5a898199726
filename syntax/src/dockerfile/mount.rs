//! The value of `RUN --mount=…`: one record of CSV with `key=value` fields.

/// A mount, as far as its text tells. Keys are lower case; a key without `=` has an empty value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    fields: Vec<(String, String)>,
}

impl Mount {
    /// Reads the value of the flag; none where it is no CSV.
    pub fn parse(value: &str) -> Option<Self> {
        let fields = csv_fields(value)?.into_iter().map(|field| {
            let (key, value) = field.split_once('=').unwrap_or((&field, ""));
            (key.to_lowercase(), value.to_owned())
        });
        Some(Self { fields: fields.collect() })
    }

    /// `bind` (also where none is named), `cache`, `tmpfs`, `secret` or `ssh`.
    pub fn kind(&self) -> &str {
        self.field(&["type"]).unwrap_or("bind")
    }

    /// The stage or image the files come from.
    pub fn from(&self) -> Option<&str> {
        self.field(&["from"])
    }

    /// Where in the source the files come from.
    pub fn source(&self) -> Option<&str> {
        self.field(&["source", "src"])
    }

    /// The folder or file it lies over.
    pub fn target(&self) -> Option<&str> {
        self.field(&["target", "dst", "destination"])
    }

    /// True where it can be written to, and what is written is gone after the RUN: `tmpfs`, and a bind mount
    /// with `rw`. <https://docs.docker.com/reference/dockerfile/#run---mount>
    pub fn forgets(&self) -> bool {
        let writable = || match self.field(&["rw", "readwrite"]) {
            Some(value) => !value.eq_ignore_ascii_case("false"),
            None => self.field(&["ro", "readonly"]).is_some_and(|value| value.eq_ignore_ascii_case("false")),
        };
        self.kind() == "tmpfs" || self.kind() == "bind" && writable()
    }

    /// The value of the last field with one of the names.
    fn field(&self, names: &[&str]) -> Option<&str> {
        let mut fields = self.fields.iter().rev();
        fields.find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value.as_str())
    }
}

/// The fields of one CSV record, or none where a quote is out of place.
pub(super) fn csv_fields(record: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, after) =
                rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
            if field.contains('"') {
                return None;
            }
            fields.push(field.to_owned());
            match after {
                Some(after) => rest = after,
                None => return Some(fields),
            }
            continue;
        };
        let mut field = String::new();
        let mut tail = quoted;
        loop {
            let (part, after) = tail.split_once('"')?;
            field.push_str(part);
            tail = after;
            match tail.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    tail = after;
                }
                None => break,
            }
        }
        fields.push(field);
        match tail.strip_prefix(',') {
            Some(after) => rest = after,
            None if tail.is_empty() => return Some(fields),
            None => return None,
        }
    }
}
