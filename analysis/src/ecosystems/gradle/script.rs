//! One build script, as far as it says which files a build reads.

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;

use super::plugins;
use super::scan::{Token, scan};
use super::words_of_scripts::is_suspicious;

/// What a script names.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The projects that settings include.
    pub(super) includes: Vec<String>,
    /// The scripts that it applies: relative, or with [`ROOT`] in front.
    pub(super) applied: Vec<String>,
}

/// Stands for the folder of the build.
pub(super) const ROOT: &str = "\0root";

/// Where imports come from that only configure plugins.
const IMPORTS: &[&[&str]] = &[
    &["org", "gradle"],
    &["org", "jetbrains", "kotlin", "gradle"],
    &["org", "springframework", "boot", "gradle"],
];

impl Script {
    /// Reads the script `name`.
    ///
    /// # Errors
    /// Where it may read files, or is not understood.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let Some(tokens) = scan(text) else {
            return Err(Refusal::new(format!("{} is not understood", clip(name)), super::ABOVE_BY_HAND));
        };
        let is_settings = name.starts_with("settings.gradle");
        let mut script = Self::default();
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match token {
                Token::Sign('.') if matches!(after, [Token::Text(..), ..]) => {
                    return Err(calls(name, "a name that is a text"));
                }
                Token::Name("plugins") => {
                    if let [Token::Sign('{'), block @ ..] = after {
                        rest = plugin_block(block)?;
                    }
                }
                Token::Name("apply") => rest = script.apply(after)?,
                Token::Name("import") => rest = import(name, after)?,
                Token::Name("include") if is_settings => rest = script.include(name, after)?,
                Token::Name("kotlin") => {
                    if let [Token::Sign('('), Token::Text(plugin, false), ..] = after {
                        plugins::check_kotlin(plugin)?;
                    }
                }
                Token::Name("url" | "setUrl" | "uri" | "maven") => repository(name, token, after)?,
                Token::Name(word) | Token::Inside(word) if is_suspicious(word) => {
                    return Err(calls(name, word));
                }
                Token::Text(text, true) => {
                    let variables = text.split('$').skip(1);
                    let word = |rest: &str| -> String {
                        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
                    };
                    if let Some(word) = variables.map(word).find(|word| is_suspicious(word)) {
                        return Err(calls(name, &word));
                    }
                }
                _ => {}
            }
        }
        Ok(script)
    }

    /// `apply plugin: 'java'`, `apply(plugin = "java")`, `apply from: 'x.gradle'`, `apply false`.
    fn apply<'s, 't>(&mut self, after: &'s [Token<'t>]) -> Result<&'s [Token<'t>], Refusal> {
        let inside = match after {
            [Token::Sign('('), inside @ ..] => inside,
            inside => inside,
        };
        match inside {
            [Token::Name("true" | "false"), rest @ ..] => Ok(rest),
            [Token::Sign('{'), ..] => Ok(after),
            [Token::Name("plugin"), Token::Sign(':' | '='), Token::Text(id, false), rest @ ..]
            | [Token::Text(id, false), rest @ ..] => plugins::check(id).map(|()| rest),
            [Token::Name("from"), Token::Sign(':' | '='), Token::Text(path, variable), rest @ ..] => {
                let root = ["$rootDir", "${rootDir}", "$rootProject.projectDir", "${rootProject.projectDir}"];
                let in_root = root.iter().find_map(|root| path.strip_prefix(root));
                // The names in `${…}` are tokens that follow.
                let names = rest.iter().take_while(|token| matches!(token, Token::Inside(_)));
                let rest = &rest[names.count()..];
                let applied = match in_root {
                    Some(inside) if !inside.contains('$') => format!("{ROOT}{inside}"),
                    None if !variable && !path.contains(':') => (*path).to_owned(),
                    _ => return Err(not_followed(path)),
                };
                self.applied.push(applied);
                Ok(rest)
            }
            _ => Err(not_followed("apply")),
        }
    }

    /// `include 'a', 'b:c'` and `include(":a", ":b")`.
    fn include<'s, 't>(&mut self, name: &str, after: &'s [Token<'t>]) -> Result<&'s [Token<'t>], Refusal> {
        let mut rest = after.strip_prefix(&[Token::Sign('(')]).unwrap_or(after);
        loop {
            match rest {
                [Token::Text(path, false), Token::Sign(','), more @ ..] => {
                    self.includes.push((*path).to_owned());
                    rest = more;
                }
                [Token::Text(path, false), more @ ..] => {
                    self.includes.push((*path).to_owned());
                    return Ok(more);
                }
                [Token::Sign(')'), more @ ..] if !self.includes.is_empty() => return Ok(more),
                _ => return Err(calls(name, "include")),
            }
        }
    }
}

/// `plugins { … }`, without its start. What comes after it.
fn plugin_block<'s, 't>(mut rest: &'s [Token<'t>]) -> Result<&'s [Token<'t>], Refusal> {
    loop {
        rest = match rest {
            [Token::Sign('}'), after @ ..] => return Ok(after),
            [Token::Name("id"), Token::Sign('('), Token::Text(id, false), after @ ..]
            | [Token::Name("id"), Token::Text(id, false), after @ ..] => {
                plugins::check(id)?;
                after
            }
            [Token::Name("kotlin"), Token::Sign('('), Token::Text(id, false), after @ ..] => {
                plugins::check_kotlin(id)?;
                after
            }
            // Of the version catalog, whose plugins are all looked at.
            [Token::Name("alias"), Token::Sign('('), after @ ..] => {
                let end = after.iter().position(|token| *token == Token::Sign(')'));
                let end = end.ok_or_else(|| not_followed("alias"))?;
                let from_catalog = after.first() == Some(&Token::Name("libs"));
                if !from_catalog || after[..end].iter().any(|token| matches!(token, Token::Text(..))) {
                    return Err(not_followed("alias"));
                }
                &after[end..]
            }
            [Token::Name("version" | "apply" | "true" | "false"), after @ ..] => after,
            [Token::Name(plugin), after @ ..] => {
                plugins::check(plugin)?;
                after
            }
            [Token::Text(..) | Token::Inside(_) | Token::Sign('(' | ')' | '.' | ';'), after @ ..] => after,
            _ => return Err(not_followed("plugins")),
        };
    }
}

/// `import org.gradle.…`.
fn import<'s, 't>(name: &str, after: &'s [Token<'t>]) -> Result<&'s [Token<'t>], Refusal> {
    let mut names = Vec::new();
    let mut rest = after;
    while let [Token::Name(part), after @ ..] = rest {
        names.push(*part);
        rest = after;
        match after {
            [Token::Sign('.'), after @ ..] => rest = after,
            _ => break,
        }
    }
    let configures = IMPORTS.iter().any(|known| names.starts_with(known));
    // Groovy's `import static` and `.*` are read no further.
    if configures && !names.contains(&"process") { Ok(rest) } else { Err(calls(name, &names.join("."))) }
}

/// `url 'https://…'`, `url = uri("https://…")` and `maven("https://…")`.
fn repository(name: &str, token: &Token<'_>, after: &[Token<'_>]) -> Result<(), Refusal> {
    let is_filler = |token: &&Token<'_>| {
        matches!(token, Token::Sign('=' | '(' | '.') | Token::Name("uri" | "URI" | "create" | "set"))
    };
    // `url = uri(` and `url.set(uri(` are the longest of them.
    match after.iter().take(8).find(|token| !is_filler(token)) {
        Some(Token::Text(url, _)) if url.starts_with("https://") || url.starts_with("http://") => Ok(()),
        Some(Token::Text(url, _)) => Err(Refusal::new(
            format!("the repository `{}` in {} may be a folder", clip(url), clip(name)),
            "give it as a URL",
        )),
        // `maven { url … }` comes to its own `url`; a POM has a `url` in a block of its own.
        _ if *token == Token::Name("maven") => Ok(()),
        _ => Err(calls(name, "url")),
    }
}

fn calls(script: &str, word: &str) -> Refusal {
    Refusal::new(
        format!("{} has `{}`, which may read files", clip(script), clip(word)),
        "build scripts that only name plugins, repositories and dependencies are known to be safe",
    )
}

fn not_followed(what: &str) -> Refusal {
    Refusal::new(format!("`{}` in a build script is not followed", clip(what)), super::ABOVE_BY_HAND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_scripts_end() {
        for part in [
            "uri ",
            "url (",
            "alias(libs ",
            "plugins { ",
            "'a' \"$b\" ",
            "apply from: \"$c\" ",
            "((",
            "include 'a', ",
        ] {
            let _ = Script::parse("settings.gradle", &part.repeat((1 << 20) / part.len()));
        }
    }
}
