//! What a Gemfile says, where it is plain. <https://bundler.io/man/gemfile.5.html>

use std::collections::{BTreeMap, BTreeSet};

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;

use super::ruby::{Token, tokens};

/// A Gemfile.
#[derive(Debug, Default)]
pub(super) struct Gemfile<'t> {
    /// The gems, each with its requirements; none where those cannot be told.
    pub(super) gems: BTreeMap<&'t str, Option<Vec<&'t str>>>,
    /// The sources of gems.
    pub(super) sources: BTreeSet<&'t str>,
    /// The requirements of the version of Ruby.
    pub(super) ruby: Option<Vec<&'t str>>,
    /// The file with the version of Ruby.
    pub(super) ruby_file: Option<&'t str>,
    /// What makes it say more than is told here: a condition, a Git repository.
    pub(super) more: Option<&'t str>,
    /// True where some gems are for some platforms.
    pub(super) has_platforms: bool,
}

/// Words that read nothing but the environment.
const WORDS: &[&str] = &[
    "ENV",
    "Gem",
    "RUBY_ENGINE",
    "RUBY_PLATFORM",
    "RUBY_VERSION",
    "Version",
    "and",
    "any?",
    "case",
    "do",
    "dup",
    "else",
    "elsif",
    "empty?",
    "end",
    "end_with?",
    "false",
    "fetch",
    "freeze",
    "gem",
    "git",
    "git_source",
    "github",
    "group",
    "if",
    "include?",
    "install_if",
    "key?",
    "new",
    "nil",
    "nil?",
    "not",
    "or",
    "platform",
    "platforms",
    "ruby",
    "source",
    "start_with?",
    "strip",
    "then",
    "to_i",
    "to_s",
    "to_sym",
    "true",
    "unless",
    "when",
    "win_platform?",
];

/// Words by which a Gemfile may say different things at different times, or more than the lock file tells.
const MORE: &[&str] =
    &["and", "case", "else", "elsif", "git", "github", "if", "install_if", "or", "unless", "when", "ENV"];

/// Options that name no file.
const KEYS: &[&str] = &[
    "bitbucket",
    "branch",
    "engine",
    "engine_version",
    "force_ruby_platform",
    "gist",
    "git",
    "github",
    "gitlab",
    "group",
    "groups",
    "install_if",
    "optional",
    "patchlevel",
    "platform",
    "platforms",
    "ref",
    "require",
    "source",
    "submodules",
    "tag",
];

/// Options that go beyond the lines for gems of a source.
const MORE_KEYS: &[&str] =
    &["bitbucket", "engine", "gist", "git", "github", "gitlab", "install_if", "patchlevel", "source"];

impl<'t> Gemfile<'t> {
    /// # Errors
    /// Where it may read other files, or does something that is not known.
    pub(super) fn parse(text: &'t str) -> Result<Self, Refusal> {
        let tokens = tokens(text).map_err(unknown)?;
        let mut gemfile = Self::default();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for statement in statements(&tokens) {
            let statement = statement.as_slice();
            if !gemfile.ruby(statement) {
                gemfile.words(statement, &mut names)?;
            }
            match statement {
                [Token::Word("gem"), ..] => gemfile.gem(statement),
                [Token::Word("source"), Token::Text(url), ..] => {
                    gemfile.sources.insert(url);
                }
                [Token::Word("source"), ..] => gemfile.more = Some("source"),
                _ => {}
            }
        }
        Ok(gemfile)
    }

    /// True for the line with the version of Ruby, where it names a file: `ruby file: ".ruby-version"`.
    fn ruby(&mut self, statement: &[Token<'t>]) -> bool {
        match statement {
            [Token::Word("ruby"), Token::Key("file"), Token::Text(file)] => {
                self.ruby_file = Some(file);
                true
            }
            [
                Token::Word("ruby"),
                Token::Word("File"),
                Token::Mark('.'),
                Token::Word("read"),
                Token::Mark('('),
                Token::Text(file),
                Token::Mark(')'),
            ]
            | [
                Token::Word("ruby"),
                Token::Word("File"),
                Token::Mark('.'),
                Token::Word("read"),
                Token::Mark('('),
                Token::Text(file),
                Token::Mark(')'),
                Token::Mark('.'),
                Token::Word("strip" | "chomp"),
            ] => {
                self.ruby_file = Some(file);
                true
            }
            [Token::Word("ruby"), rest @ ..] => {
                let texts = rest.iter().map(|token| match token {
                    Token::Text(text) => Some(Some(*text)),
                    Token::Mark(',' | '(' | ')') => Some(None),
                    _ => None,
                });
                match texts.collect::<Option<Vec<_>>>() {
                    Some(texts) => self.ruby = Some(texts.into_iter().flatten().collect()),
                    None => self.more = Some("ruby"),
                }
                false
            }
            _ => false,
        }
    }

    /// Checks that no word of a statement reads a file.
    fn words(&mut self, statement: &[Token<'t>], names: &mut BTreeSet<&'t str>) -> Result<(), Refusal> {
        let mut in_bars = false;
        for (index, token) in statement.iter().enumerate() {
            let next = |n: usize| statement.get(index + n).copied();
            let is_before_arrow = next(1) == Some(Token::Mark('=')) && next(2) == Some(Token::Mark('>'));
            match *token {
                Token::Mark('|') => in_bars = !in_bars,
                Token::Mark('?') => self.more = Some("?"),
                Token::Word(name) if in_bars => {
                    names.insert(name);
                }
                // `name = value`
                Token::Word(name)
                    if index == 0
                        && next(1) == Some(Token::Mark('='))
                        && !matches!(next(2), Some(Token::Mark('=' | '>' | '~')))
                        && name
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') =>
                {
                    names.insert(name);
                }
                Token::Word(name) if WORDS.contains(&name) => {
                    if MORE.contains(&name) {
                        self.more = Some(name);
                    }
                    self.has_platforms |= name.starts_with("platform");
                }
                // With arguments it is a method of that name.
                Token::Word(name) if names.contains(name) && is_variable(next(1)) => {}
                Token::Inner(name) if names.contains(name) || WORDS.contains(&name) => {}
                Token::Inner(name) => return Err(unknown(name)),
                Token::Text(text) if is_path(text) && !is_requirement(text) => return Err(unknown(text)),
                Token::Word(name) => return Err(unknown(name)),
                Token::Key(name) => self.key(name)?,
                Token::Symbol(name) | Token::Text(name) if is_before_arrow => self.key(name)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn key(&mut self, name: &'t str) -> Result<(), Refusal> {
        if !KEYS.contains(&name) {
            return Err(unknown(name));
        }
        if MORE_KEYS.contains(&name) {
            self.more = Some(name);
        }
        self.has_platforms |= name.starts_with("platform");
        Ok(())
    }

    fn gem(&mut self, statement: &[Token<'t>]) {
        let words = match statement {
            [_, Token::Mark('('), rest @ ..] => rest,
            [_, rest @ ..] => rest,
            [] => return,
        };
        let [Token::Text(name), rest @ ..] = words else {
            self.more = Some("gem");
            return;
        };
        let mut requirements = Some(Vec::new());
        for pair in rest.chunks(2) {
            match *pair {
                [Token::Mark(','), Token::Text(text)] => {
                    if let Some(list) = &mut requirements {
                        list.push(text);
                    }
                }
                [Token::Mark(','), Token::Key(_) | Token::Symbol(_)] | [Token::Mark(')' | ';'), ..] => break,
                _ => {
                    requirements = None;
                    break;
                }
            }
        }
        if self.gems.insert(name, requirements).is_some() {
            self.more = Some("gem");
        }
    }
}

/// The statements: lines, but for those that go on in the next one.
fn statements<'t>(tokens: &[Token<'t>]) -> Vec<Vec<Token<'t>>> {
    let mut statements = vec![Vec::new()];
    let mut depth = 0_u32;
    for token in tokens {
        let last = statements.last_mut().expect("invariant: there is one");
        match token {
            Token::Line if depth > 0 => {}
            Token::Line if matches!(last.last(), Some(Token::Mark(',' | '&' | '=' | '+' | '.'))) => {}
            Token::Line => statements.push(Vec::new()),
            token => {
                match token {
                    Token::Mark('(' | '[' | '{') => depth += 1,
                    Token::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
                    _ => {}
                }
                last.push(*token);
            }
        }
    }
    statements
}

/// True where what follows a name leaves it a variable.
fn is_variable(next: Option<Token<'_>>) -> bool {
    match next {
        None => true,
        Some(Token::Mark(mark)) => ",)]}|.=!?".contains(mark),
        Some(Token::Word(word)) => ["if", "unless", "and", "or", "then"].contains(&word),
        Some(_) => false,
    }
}

/// `~> 1.2` starts as a home folder does.
fn is_requirement(text: &str) -> bool {
    text.starts_with("~>")
}

/// True for what names a file rather than a gem, a version or a URL.
fn is_path(text: &str) -> bool {
    text.starts_with(['.', '/', '~']) || text.starts_with("file:")
}

fn unknown(what: &str) -> Refusal {
    Refusal::new(
        format!("it is not known what `{}` in the Gemfile reads", clip(what)),
        "copy what it reads, and install above the sources by hand",
    )
}
