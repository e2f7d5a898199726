//! mix.lock, and whether `mix deps.get` would write it anew.

use std::collections::BTreeMap;

use crate::ecosystems::arguments::clip;
use crate::ecosystems::versions::satisfies;

use super::elixir::{self, Token};

/// Proves that all dependencies of the project with the tokens `project` are locked by the text `lock`.
///
/// # Errors
/// What might change.
pub(super) fn check(project: &[Token<'_>], lock: &str) -> Result<(), String> {
    let lock = elixir::tokens(lock).map_err(|_| "mix.lock is not understood")?;
    let entries = entries(&lock).ok_or("mix.lock is not understood")?;
    for entry in entries.values() {
        check_entry(entry, &entries)?;
    }
    let mut rest = project;
    loop {
        rest = match rest {
            [Token::Mark('{'), Token::Atom(name), Token::Mark(','), ..] => {
                let end = closing(rest).ok_or("mix.exs is not understood")?;
                check_dependency(name, &rest[3..end.max(3)], &entries)?;
                &rest[end..]
            }
            // `[phoenix: "~> 1.7"]`
            [Token::Key(name), Token::Text(text), ..]
                if *name != "elixir" && text.starts_with(['~', '>', '=', '<']) =>
            {
                return Err(format!("the requirement of {} in mix.exs is not followed", clip(name)));
            }
            [_, rest @ ..] => rest,
            [] => return Ok(()),
        };
    }
}

/// The words of each entry, by the application's name.
fn entries<'s, 't>(lock: &'s [Token<'t>]) -> Option<BTreeMap<&'t str, &'s [Token<'t>]>> {
    let [Token::Mark('%'), Token::Mark('{'), rest @ ..] = lock else { return None };
    let mut entries = BTreeMap::new();
    let mut rest = rest;
    loop {
        match rest {
            [Token::Mark('}')] => return Some(entries),
            [Token::Mark(','), after @ ..] => rest = after,
            [Token::Key(name), after @ ..] if after.first() == Some(&Token::Mark('{')) => {
                let end = closing(after)?;
                entries.insert(*name, &after[1..end]);
                rest = &after[end + 1..];
            }
            _ => return None,
        }
    }
}

/// Where the bracket that `tokens` start with is closed.
fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{' | '[' | '(') => depth += 1,
            Token::Mark('}' | ']' | ')') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// An entry of Hex has eight parts since its version 0.20; older ones are written anew, and so is one that
/// names no build tool. What the package requires must be locked, too.
fn check_entry(entry: &[Token<'_>], entries: &BTreeMap<&str, &[Token<'_>]>) -> Result<(), String> {
    match entry {
        [Token::Atom("git"), ..] => return Ok(()),
        [
            Token::Atom("hex"),
            Token::Mark(','),
            Token::Atom(_),
            Token::Mark(','),
            Token::Text(_),
            Token::Mark(','),
            Token::Text(_),
            Token::Mark(','),
            Token::Mark('['),
            Token::Atom(_),
            ..,
            Token::Mark(','),
            Token::Text(_),
            Token::Mark(','),
            Token::Text(_),
        ] => {}
        _ => return Err("mix.lock has an entry of an older form: the command would write it".to_owned()),
    }
    let required = [Token::Key("optional"), Token::Word("false")];
    let mut rest = entry;
    loop {
        rest = match rest {
            [Token::Mark('{'), Token::Atom(name), ..] => {
                let end = closing(rest).ok_or("mix.lock is not understood")?;
                if rest[..end].windows(2).any(|pair| *pair == required) && !entries.contains_key(name) {
                    return Err(missing(name));
                }
                &rest[end..]
            }
            [_, rest @ ..] => rest,
            [] => return Ok(()),
        };
    }
}

/// `{:name, "~> 1.0", only: :test}`, without its name.
fn check_dependency(
    name: &str,
    words: &[Token<'_>],
    entries: &BTreeMap<&str, &[Token<'_>]>,
) -> Result<(), String> {
    let unknown = || format!("the requirement of {} in mix.exs is not known", clip(name));
    let locked = || entries.get(name).copied().ok_or_else(|| missing(name));
    match words {
        [Token::Text(requirement), rest @ ..] => {
            if rest.iter().any(|word| matches!(word, Token::Key("git" | "github"))) {
                return Err(unknown());
            }
            let version = match locked()? {
                [Token::Atom("hex"), _, _, _, Token::Text(version), ..] => *version,
                _ => return Err(missing(name)),
            };
            // Before a release there is more to it.
            let is_plain = !version.contains('-') && !requirement.contains('-');
            match satisfies(version, requirement) {
                Some(true) if is_plain => Ok(()),
                Some(true) | None => Err(unknown()),
                Some(false) => Err(format!(
                    "{} in mix.lock does not fit mix.exs: the command would write it",
                    clip(name)
                )),
            }
        }
        [Token::Key(_), ..] | [Token::Mark('['), Token::Key(_), ..] => {
            let texts = |words: &[Token<'_>]| -> Vec<String> {
                let text = |word: &Token<'_>| match word {
                    Token::Text(text) => Some((*text).to_owned()),
                    _ => None,
                };
                words.iter().filter_map(text).collect()
            };
            let entry = locked()?;
            let is_git = words.iter().any(|word| matches!(word, Token::Key("git" | "github")));
            let is_simple = words.iter().all(|word| !matches!(word, Token::Mixed(_) | Token::Mark('@')));
            let locked = texts(entry);
            let fits =
                texts(words).iter().all(|text| locked.iter().any(|locked| locked.contains(text.as_str())));
            match entry {
                [Token::Atom("git"), ..] if is_git && is_simple && fits => Ok(()),
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}

fn missing(name: &str) -> String {
    format!("mix.lock lacks {}: the command would write it", clip(name))
}
