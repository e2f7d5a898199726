//! Which packages a command asks for, and how more of them are named.

use std::collections::BTreeSet;

use dfopt_analysis::packages::is_order_free;
use dfopt_analysis::packages::recommends::may_be_about;
use dfopt_syntax::shell::{Word, WordPart};
use dfopt_syntax::{Edit, Span};

use super::{Declined, Site};

/// What the operands of a command stand for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The packages.
    pub(super) names: BTreeSet<String>,
    /// Options that come from variables.
    pub(super) options: Vec<String>,
}

/// The packages that the command asks for.
pub(super) fn asked(site: &Site<'_, '_>) -> Result<Asked, Declined> {
    let mut asked = Asked::default();
    for operand in &site.command.operands {
        add(site, operand, &mut asked)?;
    }
    Ok(asked)
}

fn add(site: &Site<'_, '_>, operand: &Word, asked: &mut Asked) -> Result<(), Declined> {
    let command = site.command;
    if let Some(name) = command.package_name(operand) {
        asked.names.insert(name.into_owned());
        return Ok(());
    }
    let text = String::from_utf8_lossy(command.invocation.slice(operand.span)).into_owned();
    if command.invocation.literal(operand).is_some() {
        let reason = format!("what the package file `{text}` recommends is not known");
        return Err(Declined::new(reason, "add --no-install-recommends if it needs none of it"));
    }
    if is_comment(operand) {
        return Ok(());
    }
    let unknown = || {
        let reason = format!("which packages `{text}` stands for is not known from the file");
        Declined::new(reason, "name the packages here")
    };
    let value = value(site, &operand.parts);
    if !value.contains(UNKNOWN) {
        for word in value.split_whitespace() {
            if word.starts_with('-') {
                asked.options.push(word.to_owned());
            } else if word.starts_with(['.', '/']) || word.contains("://") {
                return Err(unknown());
            } else {
                asked.names.insert(word.split(['=', '/', ':']).next().unwrap_or(word).to_owned());
            }
        }
        return Ok(());
    }
    // `foo=$VERSION` is foo; of `libfoo-$VERSION-dev` nothing is known, whatever the version.
    let name = value.split('=').next().unwrap_or_default();
    if !name.contains(UNKNOWN) && !name.is_empty() {
        asked.names.insert(name.to_owned());
        return Ok(());
    }
    let start = name.split(UNKNOWN).next().unwrap_or_default();
    let end = name.rsplit(UNKNOWN).next().unwrap_or_default();
    let is_package = !start.is_empty() && !value.contains(['/', '.', ' ', '\t', '\n']);
    if is_package && !may_be_about(start, end) { Ok(()) } else { Err(unknown()) }
}

/// Stands for what is not known of a word.
const UNKNOWN: char = '\0';

/// The value of a word, with [`UNKNOWN`] for each part that only running tells.
fn value(site: &Site<'_, '_>, parts: &[WordPart]) -> String {
    let text = |part: &WordPart| match part {
        WordPart::DoubleQuoted { parts, .. } => Some(value(site, parts)),
        WordPart::Parameter { name, operator: None, subscript: None, prefix: None, .. } => {
            variable(site, *name)
        }
        part => literal(site, part),
    };
    parts.iter().map(|part| text(part).unwrap_or_else(|| UNKNOWN.to_string())).collect()
}

fn literal(site: &Site<'_, '_>, part: &WordPart) -> Option<String> {
    let word = Word { parts: [part.clone()].into_iter().collect(), span: Span::new(0, 0) };
    site.command.invocation.literal(&word).map(Into::into)
}

/// True for `` `# a comment` ``, which stands for nothing.
fn is_comment(operand: &Word) -> bool {
    match operand.parts.as_slice() {
        [WordPart::CommandSubstitution { list, .. } | WordPart::Backtick { list: Some(list), .. }] => {
            list.items.is_empty()
        }
        _ => false,
    }
}

/// The value of a variable that the code assigns once, or that an ENV sets.
fn variable(site: &Site<'_, '_>, name: Span) -> Option<String> {
    let text = site.code.text.bytes();
    let commands = site.code.script.simple_commands();
    let mut assigned = commands
        .iter()
        .filter(|(command, _)| command.words.is_empty())
        .flat_map(|(command, _)| &command.assignments)
        .filter(|assignment| assignment.name.of(text) == name.of(text));
    if let Some(assignment) = assigned.next() {
        let value = assignment.value.literal(text)?.into_owned();
        return assigned.next().is_none().then_some(value);
    }
    let state = site.build.state_before(site.index);
    let variable = state.variables.get(std::str::from_utf8(name.of(text)).ok()?)?;
    variable.value.clone().filter(|_| !variable.overridable)
}

/// Names packages, laid out as the operands are: in front of the first where the order of all of them means
/// nothing, else behind the last. There, too, they were installed for what stands before them: apt takes the
/// dependencies of one after the other, and chooses between alternatives by what is chosen already.
pub(super) fn name_packages(site: &Site<'_, '_>, names: &[&str]) -> Edit {
    let source = site.build.source();
    let place = |operand: &Word| site.code.source_span(operand.span);
    let operands = &site.command.operands;
    let (first, last) = (place(operands[0]), place(operands[operands.len() - 1]));
    let line_start = source[..first.start as usize].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let indent = &source[line_start..first.start as usize];
    let own_line = indent.iter().all(|b| matches!(b, b' ' | b'\t'));
    let separator = if own_line {
        let indent = String::from_utf8_lossy(indent);
        format!(" {}{indent}", site.build.dockerfile().continuation())
    } else {
        " ".to_owned()
    };
    let is_listed_free =
        |word: &&Word| site.command.package_name(word).is_some_and(|name| is_order_free(&name));
    let is_free = names.iter().all(|name| is_order_free(name)) && operands.iter().all(is_listed_free);
    match is_free {
        true => Edit::insert(
            first.start,
            names.iter().map(|name| format!("{name}{separator}")).collect::<String>(),
        ),
        false => {
            Edit::insert(last.end, names.iter().map(|name| format!("{separator}{name}")).collect::<String>())
        }
    }
}
