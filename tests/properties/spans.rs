//! Every span that the parsers give out. The fuzz targets use this file, too.

use dfopt_syntax::dockerfile::{Arguments, Instruction, Operation, Text};
use dfopt_syntax::shell::{self, Dialect, Node};
use dfopt_syntax::{Dockerfile, Span};

/// Each lies in its instruction, and where the source is text, between characters.
pub(crate) fn are_in_place(dockerfile: &Dockerfile<'_>) {
    let source = dockerfile.source();
    for instruction in dockerfile.instructions() {
        let mut spans = Vec::new();
        of_operation(&instruction.operation, &mut spans);
        spans.extend(instruction.heredocs.iter().map(|heredoc| heredoc.marker));
        in_place(source, instruction, &instruction.text, &spans);
        for heredoc in &instruction.heredocs {
            is_in_place(source, instruction.span, heredoc.body);
            is_in_place(source, instruction.span, heredoc.terminator);
        }
        let Some((_, text)) = instruction.shell(source) else { continue };
        for dialect in [Dialect::Posix, Dialect::Bash] {
            let Ok(script) = shell::parse(text.bytes(), dialect) else { continue };
            let mut spans = script.comments.clone();
            script.walk(&mut |node: Node<'_>, _| spans.push(node.span()));
            spans.extend(script.here_documents.iter().map(|document| document.body));
            spans.extend(script.here_documents.iter().filter_map(|document| document.terminator));
            in_place(source, instruction, &text, &spans);
        }
    }
    for line in dockerfile.lines() {
        is_in_place(source, Span::new(0, source.len()), line.span);
    }
}

/// `spans` are places in `text`, a text of the instruction.
fn in_place(source: &[u8], instruction: &Instruction<'_>, text: &Text<'_>, spans: &[Span]) {
    for &span in spans {
        assert!(Span::new(0, text.bytes().len()).contains(span), "{span:?} in the text");
        is_in_place(source, instruction.span, text.source_span(span));
    }
}

fn is_in_place(source: &[u8], parent: Span, span: Span) {
    assert!(span.start <= span.end && parent.contains(span), "{span:?} in {parent:?}");
    if let Ok(source) = std::str::from_utf8(source) {
        let between = |at: u32| source.is_char_boundary(at as usize);
        assert!(between(span.start) && between(span.end), "{span:?} between characters");
    }
}

fn of_operation(operation: &Operation, spans: &mut Vec<Span>) {
    spans.extend([operation.keyword_span, operation.body]);
    spans.extend(operation.flags.iter().map(|flag| flag.span));
    of_arguments(&operation.arguments, spans);
}

fn of_arguments(arguments: &Arguments, spans: &mut Vec<Span>) {
    match arguments {
        Arguments::None => {}
        Arguments::Exec(strings) => spans.extend(strings.iter().map(|string| string.span)),
        Arguments::Text(text) => spans.push(*text),
        Arguments::Words(words) => spans.extend(words),
        Arguments::Pairs(pairs) => spans.extend(pairs.iter().flat_map(|pair| [pair.key, pair.value])),
        Arguments::Healthcheck { kind, command } => {
            spans.push(*kind);
            of_arguments(command, spans);
        }
        Arguments::Trigger(operation) => of_operation(operation, spans),
    }
}
