//! `dfopt parse`: what the parser sees, as one JSON object per file.
//!
//! The fields are those a dump of BuildKit's own parser has, so that the two can be compared; byte
//! spans (`span`) come on top.

use std::io;
use std::path::{Path, PathBuf};

use dfopt_syntax::dockerfile::{
    Arguments, DirectiveName, Dockerfile, Heredoc, Instruction, Keyword, Operation, ShellKind,
};
use dfopt_syntax::{Span, SyntaxError};
use serde::Serialize;

use crate::exit::Exit;
use crate::run::is_standard_input;
use crate::source;
use crate::terminal::Terminal;

/// Prints the record of each file, one JSON object a line; `-` is standard input. A file that does not
/// parse has a record, too.
///
/// # Errors
/// Where standard output cannot be written.
pub fn print(files: &[PathBuf], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut exit = Exit::Done;
    for path in files {
        let source = if is_standard_input(path) {
            source::read_stream(path, &mut *terminal.stdin)
        } else {
            source::read(path).map(|source| source.bytes)
        };
        match source {
            Ok(source) => {
                let json = serde_json::to_string(&record(path, &source))?;
                writeln!(terminal.out().0, "{json}")?;
            }
            Err(error) => {
                exit = Exit::Error;
                terminal.error(&error);
            }
        }
    }
    Ok(exit)
}

/// What is known of one file after parsing it.
#[derive(Debug, Default, Serialize)]
pub struct Record {
    /// The path as given.
    pub file: String,
    /// True where the file parses.
    pub parse_ok: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_error: Option<String>,
    /// True where each instruction is valid, too.
    pub instr_ok: bool,
    /// Why one is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instr_error: Option<String>,
    /// The line of the error, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub err_line: Option<usize>,
    /// The escape character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escape: Option<String>,
    /// The parser directives in force.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub directives: Vec<DirectiveRecord>,
    /// The frontend image of `# syntax=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syntax: Option<String>,
    /// The instructions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
    /// How many ARG stand before the first FROM.
    #[serde(skip_serializing_if = "is_zero")]
    pub meta_args: usize,
    /// The build stages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageRecord>,
}

/// A parser directive.
#[derive(Debug, Serialize)]
pub struct DirectiveRecord {
    /// Its line, from 1.
    pub line: usize,
    /// `syntax`, `escape` or `check`.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

/// An instruction.
#[derive(Debug, Serialize)]
pub struct Node {
    /// The arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// The keyword as written.
    pub cmd: String,
    /// First line, from 1; 0 for an instruction inside ONBUILD.
    pub start: usize,
    /// Last line, from 1; 0 for an instruction inside ONBUILD.
    pub end: usize,
    /// The flags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The heredocs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub heredocs: Vec<HeredocRecord>,
    /// True for exec form.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
    /// The text that the shell gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// How that text is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell_kind: Option<&'static str>,
    /// The instruction that ONBUILD triggers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<Box<Node>>,
    /// Bytes of the file, start and end.
    pub span: [u32; 2],
}

/// A heredoc.
#[derive(Debug, Serialize)]
pub struct HeredocRecord {
    /// The terminator.
    pub name: String,
    /// The file descriptor.
    pub fd: u64,
    /// Whether the body is expanded.
    pub expand: bool,
    /// Whether leading tabs go.
    pub chomp: bool,
    /// The body.
    pub content: String,
}

/// A build stage.
#[derive(Debug, Serialize)]
pub struct StageRecord {
    /// The base as written.
    pub base: String,
    /// The number of instructions after FROM.
    pub commands: usize,
    /// The name, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value of `--platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The line of its FROM.
    pub start: usize,
}

/// Parses `source` and tells what came of it.
pub fn record(path: &Path, source: &[u8]) -> Record {
    let file = path.display().to_string();
    let dockerfile = match Dockerfile::parse(source) {
        Ok(dockerfile) => dockerfile,
        Err(SyntaxError { message, line, .. }) => {
            return Record { file, parse_error: Some(message), err_line: Some(line), ..Record::default() };
        }
    };
    let error = dockerfile.check().err();
    let directive_value = |span: Span| lossy(span.of(source));
    Record {
        file,
        parse_ok: true,
        instr_ok: error.is_none(),
        err_line: error.as_ref().map(|error| error.line),
        stages: if error.is_none() { stages(&dockerfile) } else { Vec::new() },
        escape: Some((dockerfile.escape() as char).to_string()),
        directives: dockerfile
            .directives()
            .iter()
            .map(|d| DirectiveRecord { line: d.line, name: d.name.as_str(), value: directive_value(d.value) })
            .collect(),
        syntax: dockerfile
            .directives()
            .iter()
            .find(|d| d.name == DirectiveName::Syntax)
            .and_then(|d| directive_value(d.value).split(' ').next().map(str::to_owned)),
        meta_args: if error.is_none() { meta_args(&dockerfile) } else { 0 },
        nodes: dockerfile.instructions().iter().map(|instruction| node(instruction, source)).collect(),
        instr_error: error.map(|error| error.message),
        ..Record::default()
    }
}

fn node(instruction: &Instruction<'_>, source: &[u8]) -> Node {
    let shell = instruction.shell(source);
    let heredocs = instruction.heredocs.iter().map(|h| heredoc_record(h, source)).collect();
    Node {
        start: instruction.lines.start + 1,
        end: instruction.lines.end,
        heredocs,
        shell_kind: shell.as_ref().map(|(kind, _)| shell_kind(*kind)),
        shell: shell.map(|(_, text)| lossy(text.bytes())),
        span: [instruction.span.start, instruction.span.end],
        ..operation_node(instruction, &instruction.operation)
    }
}

/// The part of a node that the text of the instruction alone tells.
fn operation_node(instruction: &Instruction<'_>, operation: &Operation) -> Node {
    let span = instruction.source_span(operation.keyword_span.cover(operation.body));
    let sub = match &operation.arguments {
        Arguments::Trigger(trigger) => Some(Box::new(trigger_node(instruction, trigger))),
        _ => None,
    };
    Node {
        args: arguments(instruction, operation),
        cmd: lossy(instruction.slice(operation.keyword_span)),
        start: 0,
        end: 0,
        flags: operation.flags.iter().map(|flag| flag.text.clone()).collect(),
        heredocs: Vec::new(),
        json: is_exec(&operation.arguments),
        shell: None,
        shell_kind: None,
        sub,
        span: [span.start, span.end],
    }
}

fn trigger_node(instruction: &Instruction<'_>, trigger: &Operation) -> Node {
    let shell = trigger.shell_body(instruction.text.bytes()).map(|body| lossy(instruction.slice(body)));
    Node { shell_kind: shell.is_some().then_some("plain"), shell, ..operation_node(instruction, trigger) }
}

fn arguments(instruction: &Instruction<'_>, operation: &Operation) -> Vec<String> {
    let text = |span: Span| lossy(instruction.slice(span));
    if operation.keyword == Keyword::Unknown {
        return vec![String::new()];
    }
    match &operation.arguments {
        Arguments::None | Arguments::Trigger(_) => Vec::new(),
        Arguments::Exec(strings) => strings.iter().map(|s| s.value.clone()).collect(),
        Arguments::Text(span) => vec![text(*span)],
        Arguments::Words(words) => words.iter().map(|&word| text(word)).collect(),
        Arguments::Pairs(pairs) => pairs
            .iter()
            .flat_map(|pair| {
                [text(pair.key), text(pair.value), if pair.legacy { "" } else { "=" }.to_owned()]
            })
            .collect(),
        Arguments::Healthcheck { kind, command } => {
            let command = match &**command {
                Arguments::Exec(strings) => strings.iter().map(|s| s.value.clone()).collect(),
                Arguments::Text(span) => vec![text(*span)],
                _ => Vec::new(),
            };
            std::iter::once(text(*kind)).chain(command).collect()
        }
    }
}

fn is_exec(arguments: &Arguments) -> bool {
    match arguments {
        Arguments::Exec(_) => true,
        Arguments::Healthcheck { command, .. } => is_exec(command),
        _ => false,
    }
}

fn heredoc_record(heredoc: &Heredoc, source: &[u8]) -> HeredocRecord {
    HeredocRecord {
        name: heredoc.name.clone(),
        fd: heredoc.fd,
        expand: heredoc.expand,
        chomp: heredoc.chomp,
        content: lossy(heredoc.body.of(source)),
    }
}

fn shell_kind(kind: ShellKind) -> &'static str {
    match kind {
        ShellKind::Plain => "plain",
        ShellKind::HeredocScript => "heredoc-script",
        ShellKind::HeredocShebang => "heredoc-shebang",
        ShellKind::HeredocInline => "heredoc-inline",
    }
}

fn meta_args(dockerfile: &Dockerfile<'_>) -> usize {
    dockerfile.instructions().iter().take_while(|i| i.keyword() == Keyword::Arg).count()
}

fn stages(dockerfile: &Dockerfile<'_>) -> Vec<StageRecord> {
    let mut stages: Vec<StageRecord> = Vec::new();
    for instruction in dockerfile.instructions() {
        if instruction.keyword() != Keyword::From {
            if let Some(stage) = stages.last_mut() {
                stage.commands += 1;
            }
            continue;
        }
        let words = arguments(instruction, &instruction.operation);
        stages.push(StageRecord {
            base: words.first().cloned().unwrap_or_default(),
            commands: 0,
            name: words.get(2).map(|name| name.to_lowercase()),
            platform: instruction.flag("platform").and_then(|f| f.value()).map(str::to_owned),
            start: instruction.lines.start + 1,
        });
    }
    stages
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}
