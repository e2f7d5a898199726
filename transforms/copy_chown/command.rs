//! `chown` and `chmod` as commands whose work a COPY could do.

use dfopt_analysis::effects::Step;
use dfopt_analysis::{Build, VariableKind, paths};
use dfopt_syntax::Span;
use dfopt_syntax::shell::{Word, WordPart};

/// What a command changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Owner,
    Mode,
}

/// A `chown` or `chmod`: `chown -R app:app /app`
#[derive(Debug)]
pub(super) struct Command {
    pub(super) kind: Kind,
    pub(super) value: Value,
    /// The bytes that make it recursive, in the text of the code, and what is left in their place.
    pub(super) recursive: Option<(Span, String)>,
    /// The files and folders it names; none where a pattern or a variable may be any.
    pub(super) targets: Option<Vec<Target>>,
    /// The command in the text of the code.
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Target {
    /// In the image.
    pub(super) path: String,
    /// The word, in the text of the code.
    pub(super) span: Span,
}

/// What a command gives to files.
#[derive(Debug)]
pub(super) enum Value {
    /// What a flag of COPY can give, too.
    Flag {
        text: String,
        /// The variables in it.
        variables: Vec<String>,
        /// True where it names a user or a group.
        has_names: bool,
    },
    /// `+x`: depends on the mode before; true where it is no more than that.
    Relative {
        keeps_special: bool,
    },
    /// `app:`: the group that the user logs in with. For BuildKit (0.26) that is the group 0.
    LoginGroup,
    Other,
}

/// The octal modes that set no special bit.
fn is_octal(mode: &str) -> bool {
    let digits = mode.strip_prefix('0').filter(|rest| rest.len() == 3).unwrap_or(mode);
    digits.len() == 3 && digits.bytes().all(|b| (b'0'..=b'7').contains(&b))
}

impl Kind {
    /// The flag of COPY.
    pub(super) fn flag(self) -> &'static str {
        match self {
            Self::Owner => "chown",
            Self::Mode => "chmod",
        }
    }

    fn of(program: &str) -> Option<Self> {
        [Self::Owner, Self::Mode].into_iter().find(|kind| kind.flag() == program)
    }

    /// Options that change nothing but what is printed, and those that keep links from being followed: with
    /// `-R` that is so anyway (`src/chown.c` in coreutils, `coreutils/chown.c` in BusyBox).
    fn is_harmless(self, option: &str) -> bool {
        let letters = match self {
            Self::Owner => "Rvcfh",
            Self::Mode => "Rvcf",
        };
        let long = ["--recursive", "--verbose", "--changes", "--silent", "--quiet"];
        let cluster = option
            .strip_prefix('-')
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|letter| letters.contains(letter)));
        cluster || long.contains(&option) || self == Self::Owner && option == "--no-dereference"
    }
}

impl Command {
    /// The command that `step` of RUN `index` is. None for another one, and where an option makes it do
    /// something else.
    pub(super) fn of<'d>(build: &Build<'d>, index: usize, step: &Step<'_, 'd>) -> Option<Self> {
        let invocation = step.invocation()?;
        let kind = Kind::of(&invocation.program)?;
        let command = invocation.command;
        let is_bare = command.words.len() == invocation.arguments.len() + 1
            && command.assignments.is_empty()
            && command.redirects.is_empty();
        if !is_bare || step.background {
            return None;
        }
        let is_option = |word: &&Word| {
            invocation.literal(word).is_some_and(|text| {
                text.starts_with('-')
                    && (kind == Kind::Owner || !is_symbolic(&text) || kind.is_harmless(&text))
            })
        };
        let (options, operands): (Vec<&Word>, Vec<&Word>) = invocation.arguments.iter().partition(is_option);
        let mut recursive = None;
        for word in options {
            let option = invocation.literal(word)?;
            if !kind.is_harmless(&option) {
                return None;
            }
            if option == "--recursive" || !option.starts_with("--") && option.contains('R') {
                let rest = if option == "--recursive" { String::new() } else { option.replace('R', "") };
                let is_first = recursive.replace((word.span, rest)).is_none();
                if !is_first {
                    return None;
                }
            }
        }
        let (value, files) = operands.split_first()?;
        let value = match kind {
            Kind::Owner => owner(build, index, step, value),
            Kind::Mode => invocation.literal(value).map_or(Value::Other, |mode| mode_of(&mode)),
        };
        let target = |word: &&Word| {
            let path = paths::resolve(step.directory.as_deref(), &step.value(build, index, word)?)?;
            Some(Target { path, span: word.span })
        };
        let targets = files.iter().map(target).collect::<Option<Vec<_>>>().filter(|found| !found.is_empty());
        Some(Self { kind, value, recursive, targets, span: step.span() })
    }
}

fn is_symbolic(mode: &str) -> bool {
    mode.bytes().all(|b| b"ugoarwxXst+-=,".contains(&b))
}

fn mode_of(mode: &str) -> Value {
    if is_octal(mode) {
        return Value::Flag { text: mode.to_owned(), variables: Vec::new(), has_names: false };
    }
    match is_symbolic(mode) {
        true => Value::Relative { keeps_special: !mode.contains(['s', 't']) },
        false => Value::Other,
    }
}

/// The value of `--chown` that does the same. What COPY brings from the build context is root's, and a `chown`
/// to a user leaves the group; `--chown` with a user alone sets it: to the user's own for a name, to the
/// number of the user for a number (`readUser` in moby/buildkit, solver/llbsolver/ops/user_linux.go).
fn owner(build: &Build<'_>, index: usize, step: &Step<'_, '_>, word: &Word) -> Value {
    let mut text = String::new();
    let mut variables = Vec::new();
    if append(step.code.text.bytes(), &word.parts, &mut text, &mut variables).is_none() {
        return Value::Other;
    }
    let state = build.state_before(index);
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    let is_known = |name: &String| {
        let variable = state.variables.get(name);
        variable.and_then(|variable| variable.value.as_deref()).is_some_and(is_name)
    };
    let may_be_more = |name: &String| {
        state.variables.get(name).is_none_or(|v| v.kind == VariableKind::Arg || v.overridable)
    };
    if !variables.iter().all(is_known) {
        return Value::Other;
    }
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let has_names = |part: &str| part != "root" && !is_number(part);
    let text = match text.split_once(':') {
        Some((user, "")) if !user.is_empty() => return Value::LoginGroup,
        Some((user, group)) if !user.is_empty() && !group.contains(':') => text,
        // Without a colon, a dot may part the two (chown(1)).
        None if !text.is_empty() && !text.contains('.') && !variables.iter().any(may_be_more) => {
            format!("{text}:{}", if is_number(&text) { "0" } else { "root" })
        }
        _ => return Value::Other,
    };
    let has_names = text.split(':').any(has_names);
    Value::Flag { text, variables, has_names }
}

/// Adds what `parts` are in a flag of COPY, where they mean the same there.
fn append(code: &[u8], parts: &[WordPart], text: &mut String, variables: &mut Vec<String>) -> Option<()> {
    for part in parts {
        match part {
            WordPart::Literal(span) => {
                let literal = std::str::from_utf8(span.of(code)).ok()?;
                if !literal.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(&b)) {
                    return None;
                }
                text.push_str(literal);
            }
            WordPart::DoubleQuoted { span, parts } if span.of(code).first() == Some(&b'"') => {
                append(code, parts, text, variables)?;
            }
            WordPart::Parameter { span, prefix: None, name, subscript: None, operator: None, .. } => {
                text.push_str(std::str::from_utf8(span.of(code)).ok()?);
                variables.push(std::str::from_utf8(name.of(code)).ok()?.to_owned());
            }
            _ => return None,
        }
    }
    Some(())
}
