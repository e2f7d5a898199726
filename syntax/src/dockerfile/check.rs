//! What BuildKit rejects after parsing: `instructions.Parse`, instruction by instruction.
//!
//! <https://github.com/moby/buildkit/tree/master/frontend/dockerfile/instructions>

use crate::{Span, nearest};

use super::arguments::Arguments;
use super::error::SyntaxError;
use super::heredoc;
use super::instruction::{Instruction, Operation};
use super::keyword::Keyword;
use super::mount::{Mount, csv_fields};
use super::{Dockerfile, durations};

/// What is wrong, and the span of the instruction's text it is about.
type Fault = (String, Span);

pub(super) fn check(dockerfile: &Dockerfile<'_>) -> Result<(), SyntaxError> {
    let mut in_stage = false;
    for instruction in dockerfile.instructions() {
        check_operation(instruction).and_then(|()| place(instruction, &mut in_stage)).map_err(
            |(message, span)| SyntaxError {
                message,
                span: instruction.source_span(span),
                line: instruction.lines.start + 1,
            },
        )?;
    }
    Ok(())
}

/// Only ARG may stand before the first FROM.
fn place(instruction: &Instruction<'_>, in_stage: &mut bool) -> Result<(), Fault> {
    match instruction.keyword() {
        Keyword::From => *in_stage = true,
        Keyword::Arg => {}
        keyword if !*in_stage => {
            let message =
                format!("no build stage in current context: {} before the first FROM", keyword.as_str());
            return Err((message, instruction.operation.keyword_span));
        }
        _ => {}
    }
    Ok(())
}

fn check_operation(instruction: &Instruction<'_>) -> Result<(), Fault> {
    let operation = &instruction.operation;
    let text = instruction.text.bytes();
    let wrong = |message: &str| Err((message.to_owned(), operation.keyword_span));
    match operation.keyword {
        Keyword::Unknown => return Err(unknown_instruction(instruction)),
        Keyword::Add | Keyword::Copy => check_copy(operation, text)?,
        Keyword::Arg => check_arg(operation, text)?,
        Keyword::Cmd | Keyword::Entrypoint => check_flags(operation, &[])?,
        Keyword::Env | Keyword::Label => check_pairs(operation)?,
        Keyword::Expose | Keyword::Volume => {
            if argument_count(&operation.arguments) == 0 {
                return wrong(&format!("{} requires at least one argument", operation.keyword.as_str()));
            }
            check_flags(operation, &[])?;
            check_volume(operation)?;
        }
        Keyword::From => check_from(operation, text)?,
        Keyword::Healthcheck => check_healthcheck(operation, text)?,
        Keyword::Maintainer | Keyword::User | Keyword::Workdir | Keyword::Stopsignal => {
            if operation.arguments == Arguments::None {
                return wrong(&format!("{} requires exactly one argument", operation.keyword.as_str()));
            }
            if operation.keyword != Keyword::Stopsignal {
                check_flags(operation, &[])?;
            }
        }
        Keyword::Onbuild => check_onbuild(operation)?,
        Keyword::Run => check_run(operation)?,
        Keyword::Shell => {
            check_flags(operation, &[])?;
            match &operation.arguments {
                Arguments::Exec(strings) if !strings.is_empty() => {}
                Arguments::Text(_) => return wrong("SHELL requires the arguments to be in JSON form"),
                _ => return wrong("SHELL requires at least one argument"),
            }
        }
    }
    Ok(())
}

fn unknown_instruction(instruction: &Instruction<'_>) -> Fault {
    let span = instruction.operation.keyword_span;
    let word = String::from_utf8_lossy(instruction.slice(span));
    let mut message = format!("unknown instruction `{word}`");
    if let Some(meant) = nearest(&word, Keyword::spellings()) {
        message += &format!(", did you mean `{meant}`?");
    }
    (message, span)
}

/// The number of arguments, as BuildKit counts them.
fn argument_count(arguments: &Arguments) -> usize {
    match arguments {
        Arguments::None => 0,
        Arguments::Exec(strings) => strings.len(),
        Arguments::Words(words) => words.len(),
        Arguments::Pairs(pairs) => pairs.len(),
        Arguments::Text(_) | Arguments::Healthcheck { .. } | Arguments::Trigger(_) => 1,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FlagKind {
    Bool,
    Text,
    /// May be repeated.
    Texts,
}

use FlagKind::{Bool, Text, Texts};

const ADD_FLAGS: &[(&str, FlagKind)] = &[
    ("chown", Text),
    ("chmod", Text),
    ("link", Bool),
    ("keep-git-dir", Bool),
    ("checksum", Text),
    ("unpack", Bool),
    ("exclude", Texts),
];

const COPY_FLAGS: &[(&str, FlagKind)] = &[
    ("chown", Text),
    ("from", Text),
    ("chmod", Text),
    ("link", Bool),
    ("exclude", Texts),
    ("parents", Bool),
];

const RUN_FLAGS: &[(&str, FlagKind)] =
    &[("mount", Texts), ("network", Text), ("security", Text), ("device", Texts)];

const HEALTHCHECK_FLAGS: &[(&str, FlagKind)] = &[
    ("interval", Text),
    ("timeout", Text),
    ("start-period", Text),
    ("start-interval", Text),
    ("retries", Text),
];

fn check_flags(operation: &Operation, known: &[(&str, FlagKind)]) -> Result<(), Fault> {
    for (i, flag) in operation.flags.iter().enumerate() {
        let name = flag.name();
        let fault = |message: String| Err((message, flag.span));
        let Some(&(_, kind)) = known.iter().find(|(known, _)| *known == name) else {
            let mut message = format!("unknown flag `--{name}` of {}", operation.keyword.as_str());
            if let Some(meant) = nearest(name, known.iter().map(|(known, _)| *known)) {
                message += &format!(", did you mean `--{meant}`?");
            }
            return fault(message);
        };
        if kind != Texts && operation.flags[..i].iter().any(|before| before.name() == name) {
            return fault(format!("duplicate flag `--{name}`"));
        }
        match (kind, flag.value()) {
            (Bool, Some("")) | (Text | Texts, None) => {
                return fault(format!("missing a value on flag `--{name}`"));
            }
            (Bool, Some(value)) if !["true", "false"].iter().any(|b| value.eq_ignore_ascii_case(b)) => {
                return fault(format!("flag `--{name}` takes true or false, not `{value}`"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_copy(operation: &Operation, text: &[u8]) -> Result<(), Fault> {
    if argument_count(&operation.arguments) < 2 {
        let message = format!(
            "{} requires at least two arguments: the destination could not be determined",
            operation.keyword.as_str()
        );
        return Err((message, operation.keyword_span));
    }
    check_flags(operation, if operation.keyword == Keyword::Add { ADD_FLAGS } else { COPY_FLAGS })?;
    let (destination, span) = match &operation.arguments {
        Arguments::Exec(strings) => strings.last().map(|s| (s.value.clone(), s.span)),
        Arguments::Words(words) => {
            words.last().map(|&span| (String::from_utf8_lossy(span.of(text)).into_owned(), span))
        }
        _ => None,
    }
    .unwrap_or_default();
    if heredoc::parse_word(&destination).is_some() {
        return Err((
            format!("{} cannot accept a heredoc as a destination", operation.keyword.as_str()),
            span,
        ));
    }
    Ok(())
}

fn check_arg(operation: &Operation, text: &[u8]) -> Result<(), Fault> {
    let Arguments::Words(words) = &operation.arguments else {
        return Err(("ARG requires at least one argument".to_owned(), operation.keyword_span));
    };
    match words.iter().find(|word| word.of(text).starts_with(b"=")) {
        Some(&word) => Err(("ARG names can not be blank".to_owned(), word)),
        None => Ok(()),
    }
}

fn check_pairs(operation: &Operation) -> Result<(), Fault> {
    check_flags(operation, &[])?;
    let keyword = operation.keyword.as_str();
    let Arguments::Pairs(pairs) = &operation.arguments else {
        return Err((format!("{keyword} requires at least one argument"), operation.keyword_span));
    };
    match pairs.iter().find(|pair| pair.key.is_empty()) {
        Some(pair) => Err((format!("{keyword} names can not be blank"), pair.key)),
        None => Ok(()),
    }
}

fn check_volume(operation: &Operation) -> Result<(), Fault> {
    if let (Keyword::Volume, Arguments::Exec(strings)) = (operation.keyword, &operation.arguments)
        && let Some(blank) = strings.iter().find(|s| s.value.trim().is_empty())
    {
        return Err(("VOLUME specified can not be an empty string".to_owned(), blank.span));
    }
    Ok(())
}

fn check_from(operation: &Operation, text: &[u8]) -> Result<(), Fault> {
    let words: &[Span] = match &operation.arguments {
        Arguments::Words(words) => words,
        _ => &[],
    };
    match words {
        [_] => {}
        [_, keyword, name] if keyword.of(text).eq_ignore_ascii_case(b"as") => {
            let lower = name.of(text).to_ascii_lowercase();
            let valid = lower.first().is_some_and(u8::is_ascii_lowercase)
                && lower.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(b));
            if !valid {
                let name_text = String::from_utf8_lossy(name.of(text)).into_owned();
                let message = format!(
                    "invalid name for build stage: `{name_text}`, a name can't start with a number or contain symbols"
                );
                return Err((message, *name));
            }
        }
        _ => {
            let span = if operation.body.is_empty() { operation.keyword_span } else { operation.body };
            return Err(("FROM requires either one or three arguments".to_owned(), span));
        }
    }
    check_flags(operation, &[("platform", Text)])
}

fn check_healthcheck(operation: &Operation, text: &[u8]) -> Result<(), Fault> {
    let Arguments::Healthcheck { kind, command } = &operation.arguments else {
        return Err(("HEALTHCHECK requires at least one argument".to_owned(), operation.keyword_span));
    };
    let word = String::from_utf8_lossy(kind.of(text)).to_uppercase();
    match word.as_str() {
        "NONE" if **command == Arguments::None => return Ok(()),
        "NONE" => return Err(("HEALTHCHECK NONE takes no arguments".to_owned(), operation.body)),
        _ => check_flags(operation, HEALTHCHECK_FLAGS)?,
    }
    if word != "CMD" {
        return Err((format!("unknown type `{word}` in HEALTHCHECK (try CMD)"), *kind));
    }
    if argument_count(command) == 0 {
        return Err(("missing command after HEALTHCHECK CMD".to_owned(), *kind));
    }
    for flag in &operation.flags {
        let value = flag.value().unwrap_or_default();
        let valid = value.is_empty()
            || match flag.name() {
                "retries" => value.parse::<i32>().is_ok_and(|n| n >= 0),
                _ => durations::nanoseconds(value).is_some_and(|n| n == 0 || n >= 1_000_000),
            };
        if !valid {
            return Err((format!("invalid value for `--{}`: `{value}`", flag.name()), flag.span));
        }
    }
    Ok(())
}

fn check_onbuild(operation: &Operation) -> Result<(), Fault> {
    let Arguments::Trigger(trigger) = &operation.arguments else {
        return Err(("ONBUILD requires at least one argument".to_owned(), operation.keyword_span));
    };
    check_flags(operation, &[])?;
    match trigger.keyword {
        Keyword::Onbuild => {
            Err(("chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed".to_owned(), trigger.keyword_span))
        }
        Keyword::Maintainer | Keyword::From => {
            let message = format!("{} isn't allowed as an ONBUILD trigger", trigger.keyword.as_str());
            Err((message, trigger.keyword_span))
        }
        _ => Ok(()),
    }
}

fn check_run(operation: &Operation) -> Result<(), Fault> {
    check_flags(operation, RUN_FLAGS)?;
    for flag in &operation.flags {
        let value = flag.value().unwrap_or_default();
        let fault = match flag.name() {
            "network" if !["default", "none", "host"].contains(&value) => {
                Some(format!("invalid network mode `{value}`"))
            }
            "security" if !["insecure", "sandbox"].contains(&value) => {
                Some(format!("security `{value}` is not valid"))
            }
            "mount" => mount_fault(value),
            "device" => device_fault(value),
            _ => None,
        };
        if let Some(message) = fault {
            return Err((message, flag.span));
        }
    }
    Ok(())
}

/// What BuildKit checks of a mount before variables are known: that it is one record of CSV, and that
/// `from` has no variable.
fn mount_fault(value: &str) -> Option<String> {
    let Some(mount) = Mount::parse(value) else { return Some("failed to parse the mount as CSV".to_owned()) };
    let variable = mount.from().is_some_and(|from| from.find('$').is_some_and(|i| i + 1 != from.len()));
    variable.then(|| "'from' doesn't support variable expansion, define alias stage instead".to_owned())
}

fn device_fault(value: &str) -> Option<String> {
    let Some(fields) = csv_fields(value) else { return Some("failed to parse the device as CSV".to_owned()) };
    let mut named = false;
    for field in fields {
        let (key, value) =
            field.split_once('=').map_or((field.as_str(), None), |(key, value)| (key, Some(value)));
        match (key.to_lowercase().as_str(), value) {
            ("required", None) => {}
            ("required", Some(value)) if go_bool(value) => {}
            ("required", Some(value)) => return Some(format!("invalid value for required: {value}")),
            ("name", Some(_)) if named => return Some("device name already set".to_owned()),
            ("name", Some(_)) => named = true,
            _ if !named => named = true,
            _ => return Some(format!("unexpected field `{field}` in the device")),
        }
    }
    None
}

/// What `strconv.ParseBool` accepts.
fn go_bool(value: &str) -> bool {
    ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"].contains(&value)
}
