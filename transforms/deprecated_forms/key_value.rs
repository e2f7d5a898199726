//! `ENV key value` and `LABEL key value` get their equals sign.

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::{Arguments, Dockerfile, Instruction, Lookup, Pair, expand};
use dfopt_syntax::{Edit, Span};

use crate::{Effect, Findings};

pub(super) fn rewrite(build: &Build<'_>, index: usize, findings: &mut Findings) {
    let instruction = build.instruction(index);
    let Arguments::Pairs(pairs) = instruction.arguments() else { return };
    let [pair @ Pair { legacy: true, .. }] = pairs.as_slice() else { return };
    if !has_value(build, instruction, *pair) {
        let reason = "the value cannot be evaluated: a quote or a brace is left open";
        findings.missed(instruction.span, reason, "close it");
        return;
    }
    let Some(edits) = edits(build, instruction, *pair) else {
        let reason = "the value may come to mean something else when it is written after an equals sign";
        findings.missed(instruction.span, reason, "write it as key=value, in quotes");
        return;
    };
    let key = String::from_utf8_lossy(instruction.slice(pair.key));
    findings.rewrite(format!("set `{key}` with an equals sign"), Effect::Preserve, edits);
}

/// True where the value can be evaluated, at least with all variables set. BuildKit stops at it otherwise, and
/// other tools can only read it in the deprecated form.
fn has_value(build: &Build<'_>, instruction: &Instruction<'_>, pair: Pair) -> bool {
    let lookup = |_: &str| Lookup::Set("set".to_owned());
    expand(instruction.slice(pair.value), build.dockerfile().escape(), &lookup).is_ok()
}

fn edits(build: &Build<'_>, instruction: &Instruction<'_>, pair: Pair) -> Option<Vec<Edit>> {
    let dockerfile = build.dockerfile();
    let escape = dockerfile.escape();
    let key = std::str::from_utf8(instruction.slice(pair.key)).ok()?;
    let value = std::str::from_utf8(instruction.slice(pair.value)).ok()?;
    let place = instruction.source_span(pair.value);
    let gap = Span { start: instruction.source_span(pair.key).end, end: place.start };
    if dockerfile.has_comment(gap) {
        return None;
    }
    let stands_as = |written: &str| reads_as(instruction, key, written, escape);
    if stands_as(value) {
        return Some(vec![Edit::replace(gap, "=")]);
    }
    if !value.contains(['\'', '"', escape as char]) && stands_as(&format!("\"{value}\"")) {
        return Some(vec![Edit::replace(gap, "=\""), Edit::insert(place.end, "\"")]);
    }
    let written = quoted(value, escape as char)?;
    (dockerfile.is_one_line(place) && stands_as(&written) && means_same(value, &written, escape))
        .then(|| vec![Edit::replace(gap, "="), Edit::replace(place, written)])
}

/// True where `key=written` is read as this key with all of `written` for its value.
fn reads_as(instruction: &Instruction<'_>, key: &str, written: &str, escape: u8) -> bool {
    let keyword = String::from_utf8_lossy(instruction.slice(instruction.operation.keyword_span)).into_owned();
    let text = format!("#escape={}\nFROM scratch\n{keyword} {key}={written}\n", escape as char);
    let Ok(dockerfile) = Dockerfile::parse(text.as_bytes()) else { return false };
    let [_, line] = dockerfile.instructions() else { return false };
    let Arguments::Pairs(pairs) = line.arguments() else { return false };
    matches!(pairs.as_slice(), [pair] if !pair.legacy
        && line.slice(pair.key) == key.as_bytes()
        && line.slice(pair.value) == written.as_bytes())
}

/// `value` in one pair of double quotes. None where a variable is braced together with quotes or escapes, or
/// would run into what follows it once the quotes between them are gone.
fn quoted(value: &str, escape: char) -> Option<String> {
    let mut written = String::from("\"");
    let mut quote = None;
    // A `$` and what may be its name were written last; then a quote or an escape ended the name.
    let (mut in_name, mut name_ended) = (false, false);
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        if matches!(c, '\'' | '"') && (quote.is_none() || quote == Some(c)) {
            quote = quote.is_none().then_some(c);
            name_ended |= std::mem::take(&mut in_name);
            continue;
        }
        if c == '$' && quote != Some('\'') {
            written.push('$');
            (in_name, name_ended) = (true, false);
            if chars.peek() == Some(&'{') {
                let braced: String = chars.by_ref().take_while(|&c| c != '}').collect();
                if braced[1..].contains(['{', '\'', '"', '$', escape]) {
                    return None;
                }
                written.push_str(&format!("{braced}}}"));
                in_name = false;
            }
            continue;
        }
        let mut literal = c;
        if c == escape && quote != Some('\'') {
            let next = *chars.peek()?;
            if quote.is_none() || matches!(next, '"' | '$') || next == escape {
                chars.next();
                literal = next;
            }
            name_ended |= std::mem::take(&mut in_name);
        }
        let continues_name =
            literal.is_alphanumeric() || matches!(literal, '_' | '{' | '@' | '*' | '#' | '?' | '-' | '!');
        if name_ended && continues_name {
            return None;
        }
        in_name &= continues_name;
        name_ended = false;
        if matches!(literal, '"' | '$') || literal == escape {
            written.push(escape);
        }
        written.push(literal);
    }
    written.push('"');
    Some(written)
}

/// True where both have the same value, whether the variables in them are set or not.
fn means_same(a: &str, b: &str, escape: u8) -> bool {
    let environments: [&dyn Fn(&str) -> Lookup; 3] =
        [&|_| Lookup::Unset, &|name| Lookup::Set(format!("value of {name}")), &|_| {
            Lookup::Set("it's \"a\" \\ $value".to_owned())
        }];
    environments.iter().all(|lookup| {
        let value = |text: &str| expand(text.as_bytes(), escape, lookup).ok();
        value(a).is_some() && value(a) == value(b)
    })
}
