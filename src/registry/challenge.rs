//! `WWW-Authenticate`: what a registry wants to see before it answers.
//!
//! Sources: <https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate>,
//! <https://distribution.github.io/distribution/spec/auth/token/>.

/// How to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password with each request.
    Basic,
    /// A token that `realm` gives for `service`.
    Bearer { realm: String, service: Option<String> },
}

/// The best of all header lines: a token where it can be had, else a password. `None` where neither is offered.
pub(super) fn parse<'h>(lines: impl IntoIterator<Item = &'h str>) -> Option<Challenge> {
    let offers: Vec<Offer> = lines.into_iter().flat_map(offers).collect();
    let bearer =
        offers.iter().filter(|offer| offer.scheme.eq_ignore_ascii_case("bearer")).find_map(|offer| {
            Some(Challenge::Bearer { realm: offer.value("realm")?, service: offer.value("service") })
        });
    let basic = || offers.iter().any(|offer| offer.scheme.eq_ignore_ascii_case("basic"));
    bearer.or_else(|| basic().then_some(Challenge::Basic))
}

struct Offer {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Offer {
    fn value(&self, name: &str) -> Option<String> {
        let found = self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    }
}

/// A line may hold several, and commas stand between them as well as between their parameters: a word that `=`
/// follows is a parameter, another one a scheme.
fn offers(line: &str) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return offers;
        }
        let (word, behind) = word(rest);
        if word.is_empty() {
            // Not of the grammar: a character is skipped, so that the loop ends.
            rest = skip_character(rest);
            continue;
        }
        let Some(value) = behind.trim_start().strip_prefix('=') else {
            offers.push(Offer { scheme: word.to_owned(), parameters: Vec::new() });
            rest = behind;
            continue;
        };
        let (value, behind) = value_of(value.trim_start());
        if let Some(offer) = offers.last_mut() {
            offer.parameters.push((word.to_owned(), value));
        }
        rest = behind;
    }
}

/// A token of RFC 9110, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let is_inner = |char: char| char.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(char);
    text.split_at(text.find(|char| !is_inner(char)).unwrap_or(text.len()))
}

fn value_of(text: &str) -> (String, &str) {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut is_escaped = false;
    for (at, char) in inner.char_indices() {
        match char {
            '"' if !is_escaped => return (value, &inner[at + 1..]),
            '\\' if !is_escaped => is_escaped = true,
            _ => {
                value.push(char);
                is_escaped = false;
            }
        }
    }
    (value, "")
}

fn skip_character(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bearer(realm: &str, service: Option<&str>) -> Option<Challenge> {
        Some(Challenge::Bearer { realm: realm.to_owned(), service: service.map(str::to_owned) })
    }

    #[test]
    fn challenges_are_read() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/a:pull""#;
        assert_eq!(parse([hub]), bearer("https://auth.docker.io/token", Some("registry.docker.io")));
        assert_eq!(parse([r#"Basic realm="Registry Realm""#]), Some(Challenge::Basic));
        assert_eq!(parse([r#"bearer  REALM = "r" , service=s"#]), bearer("r", Some("s")));
        assert_eq!(parse([r#"Basic realm="b", Bearer realm="a,\"b",x=y"#]), bearer("a,\"b", None));
        assert_eq!(parse(["Basic", r#"Bearer realm="r""#]), bearer("r", None));
        assert_eq!(parse(["Negotiate, Basic realm=x"]), Some(Challenge::Basic));
        assert_eq!(parse(["Bearer realm=\"\"", "basic"]), Some(Challenge::Basic));
        assert_eq!(parse(["Bearer realm=\"never ends"]), bearer("never ends", None));
        for nothing in
            ["", "Bearer", "Negotiate abc==", "realm=\"r\"", "=,=", "Bearer service=\"s\"", "Digest realm=x"]
        {
            assert_eq!(parse([nothing]), None, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(line in any::<String>(), other in "[ ,=\"\\\\A-Za-z\u{e9}]{0,60}") {
            parse([line.as_str(), other.as_str()]);
        }
    }
}
