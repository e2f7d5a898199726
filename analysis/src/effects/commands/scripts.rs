//! Tools that run a small program in their arguments: sed and awk.

use crate::effects::Effects;

use super::Answer;
use super::command::Command;
use super::options::{Options, Role, parse};
use super::values::Value;

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    match command.program {
        "sed" => Some(sed(command)),
        "awk" | "gawk" | "mawk" => Some(awk(command)),
        _ => None,
    }
}

const SED: Options = Options {
    flags: "nErsuz",
    long: &[
        "--quiet",
        "--silent",
        "--regexp-extended",
        "--in-place",
        "--separate",
        "--null-data",
        "--posix",
        "--follow-symlinks",
        "-i",
        "-ri",
        "-Ei",
        "-ni",
    ],
    valued: &[("-e", Role::Text), ("--expression", Role::Text)],
};

/// sed(1) with scripts that name no file and run no command.
fn sed(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut in_place = false;
    // `-i.bak`: what follows the letter is its value.
    let words: Vec<Value> = command
        .arguments
        .iter()
        .filter(|value| {
            let text = value.start();
            let is_in_place = text.starts_with("-i")
                || text.starts_with("--in-place")
                || matches!(text, "-ri" | "-Ei" | "-ni");
            in_place |= is_in_place;
            !(is_in_place
                && text.len() > 2
                && text.starts_with("-i")
                && value.known().is_some()
                && !text.contains('/'))
        })
        .cloned()
        .collect();
    let parsed = parse(&words, &SED)?;
    let mut operands = parsed.operands.as_slice();
    let mut scripts: Vec<&Value> = parsed
        .options
        .iter()
        .filter(|(name, _)| name == "-e" || name == "--expression")
        .filter_map(|(_, value)| value.as_ref().map(|(_, value)| value))
        .collect();
    if scripts.is_empty() {
        let (script, files) = operands.split_first()?;
        scripts.push(script);
        operands = files;
    }
    if !scripts.iter().all(|script| is_plain_script(script)) {
        return None;
    }
    let mut effects = Effects::default();
    for file in operands {
        let role = if in_place { Role::Writes } else { Role::Reads };
        effects.extend(command.of_value(role, file)?);
        if in_place {
            // It is written anew beside the old one, and that may be kept.
            let beside = Value::Starts(file.start().to_owned());
            effects.extend(Effects::uses(command.files(&beside)));
        }
    }
    Some(effects)
}

/// True for a script that substitutes, deletes, prints or adds lines, and does nothing with files.
fn is_plain_script(script: &Value) -> bool {
    let whole = script.known().is_some();
    let mut rest = script.start();
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', ';', '}']);
        if rest.is_empty() {
            return whole;
        }
        let Some(command) = after_address(rest) else { return false };
        let mut letters = command.chars();
        match letters.next() {
            Some('{') => rest = letters.as_str(),
            Some('d' | 'p' | 'q' | 'D' | 'P' | 'n' | 'N' | 'g' | 'G' | 'h' | 'H' | 'x' | '=' | 'l') => {
                rest = letters.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
                if !rest.is_empty() && !rest.starts_with([' ', ';', '\n', '}', '\t']) {
                    return false;
                }
            }
            // Text up to the end of the line; more lines follow a backslash.
            Some('a' | 'i' | 'c') => {
                let mut text = letters.as_str();
                loop {
                    match text.split_once('\n') {
                        Some((line, after)) => {
                            text = after;
                            if !line.ends_with('\\') {
                                break;
                            }
                        }
                        None => return whole || !text.is_empty(),
                    }
                }
                rest = text;
            }
            Some(letter @ ('s' | 'y')) => {
                let Some(delimiter) = letters.next() else { return false };
                let pattern = after_delimiter(letters.as_str(), delimiter);
                let replacement = pattern.and_then(|text| after_delimiter(text, delimiter));
                // What is put in may be known to the shell alone: it is a text, not a second command.
                let Some(flags) = replacement else { return !whole };
                let end = flags.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(flags.len());
                let is_harmless =
                    |c: char| matches!(c, 'g' | 'i' | 'I' | 'm' | 'M' | 'p') || c.is_ascii_digit();
                if letter == 's' && !flags[..end].chars().all(is_harmless) {
                    return false;
                }
                rest = &flags[end..];
                if !rest.is_empty() && !rest.starts_with([' ', ';', '\n', '}', '\t']) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// What follows the addresses of a command: `1,5`, `/start/,/end/`, `$!`.
fn after_address(mut text: &str) -> Option<&str> {
    for _ in 0..2 {
        text = text.trim_start();
        text = match text.chars().next()? {
            '/' => after_delimiter(&text[1..], '/')?,
            '\\' => {
                let mut letters = text[1..].chars();
                let delimiter = letters.next()?;
                after_delimiter(letters.as_str(), delimiter)?
            }
            '$' => &text[1..],
            c if c.is_ascii_digit() => text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '~'),
            _ => break,
        };
        text = text.strip_prefix('I').unwrap_or(text);
        match text.strip_prefix(',') {
            Some(rest) => text = rest.strip_prefix(['+', '~']).unwrap_or(rest),
            None => break,
        }
    }
    Some(text.trim_start().trim_start_matches('!').trim_start())
}

/// What follows the next `delimiter` that no backslash quotes, and that stands in no bracket expression.
fn after_delimiter(text: &str, delimiter: char) -> Option<&str> {
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        if c == '\\' {
            letters.next();
        } else if c == delimiter {
            return Some(&text[at + c.len_utf8()..]);
        }
    }
    None
}

const AWK: Options = Options { flags: "", long: &[], valued: &[("-F", Role::Text), ("-v", Role::Text)] };

/// awk(1) with programs that open no file and run no command.
fn awk(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let parsed = parse(&command.arguments, &AWK)?;
    let (program, files) = parsed.operands.split_first()?;
    let program = program.known()?;
    let opens = ["system", "getline", ">", "|", "<", "@", "ENVIRON", "close", "ARGV"];
    if opens.iter().any(|word| program.contains(word)) {
        return None;
    }
    let mut effects = Effects::default();
    for file in files {
        // `name=value` among the files is an assignment.
        if !file.start().contains('=') {
            effects.extend(command.of_value(Role::Reads, file)?);
        }
    }
    Some(effects)
}
