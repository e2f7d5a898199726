//! A tree as an S-expression, for the tests; writing it asserts that the spans fit together.

use crate::Span;
use crate::shell::*;

/// The whole script. `(a b)` is a simple command, `{…}` a group, `[if …]` any other compound command,
/// `${x op(operand)}` a parameter, `$[…]` arithmetic, `<<E{…}` a here-document.
pub(super) fn dump(text: &[u8], script: &Script) -> String {
    let dump = Dump { text, script };
    dump.list(&script.list, Span::new(0, text.len()))
}

struct Dump<'a> {
    text: &'a [u8],
    script: &'a Script,
}

impl Dump<'_> {
    fn source(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(self.text)).into_owned()
    }

    /// Each child inside `parent`, and after the one before it.
    fn ordered(&self, parent: Span, mut children: Vec<Span>) {
        children.sort();
        let mut end = parent.start;
        for child in children {
            assert!(end <= child.start && child.end <= parent.end, "{child:?} in {parent:?} after {end}");
            end = child.end;
        }
    }

    fn list(&self, list: &List, parent: Span) -> String {
        self.ordered(parent, vec![list.span]);
        let mut spans = Vec::new();
        let mut out = Vec::new();
        for item in &list.items {
            spans.push(item.and_or.span);
            out.push(self.and_or(&item.and_or));
            if let Some((terminator, span)) = item.terminator {
                spans.push(span);
                let name = match terminator {
                    Terminator::Semicolon => ";",
                    Terminator::Background => "&",
                    Terminator::Newline => "NL",
                };
                out.push(name.into());
            }
        }
        self.ordered(list.span, spans);
        out.join(" ")
    }

    fn and_or(&self, and_or: &AndOr) -> String {
        let mut spans = vec![and_or.first.span];
        let mut out = self.pipeline(&and_or.first);
        for (operator, span, pipeline) in &and_or.rest {
            spans.extend([*span, pipeline.span]);
            out += if *operator == AndOrOperator::And { " && " } else { " || " };
            out += &self.pipeline(pipeline);
        }
        self.ordered(and_or.span, spans);
        out
    }

    fn pipeline(&self, pipeline: &Pipeline) -> String {
        let mut spans: Vec<Span> = pipeline.operators.iter().map(|(_, span)| *span).collect();
        spans.extend(&pipeline.negations);
        spans.extend(pipeline.time);
        spans.extend(pipeline.commands.iter().map(Command::span));
        self.ordered(pipeline.span, spans);
        let mut out = vec!["!".to_string(); pipeline.negations.len()];
        out.extend(pipeline.time.map(|_| "time".to_string()));
        for (index, command) in pipeline.commands.iter().enumerate() {
            if let Some(before) = index.checked_sub(1) {
                let both = pipeline.operators[before].0 == PipeOperator::OutputAndError;
                out.push(if both { "|&" } else { "|" }.into());
            }
            out.push(self.command(command));
        }
        out.join(" ")
    }

    fn command(&self, command: &Command) -> String {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound) => {
                let mut out = self.kind(&compound.kind, compound.span);
                for redirect in &compound.redirects {
                    out += " ";
                    out += &self.redirect(redirect);
                }
                out
            }
            Command::Function(function) => {
                self.ordered(function.span, vec![function.name.span, function.body.span()]);
                format!("[function {} {}]", self.word(&function.name), self.command(&function.body))
            }
            Command::Coprocess(coprocess) => {
                let name = coprocess.name.map(|span| self.source(span) + " ").unwrap_or_default();
                self.ordered(coprocess.span, vec![coprocess.command.span()]);
                format!("[coproc {name}{}]", self.command(&coprocess.command))
            }
        }
    }

    fn simple(&self, simple: &SimpleCommand) -> String {
        let mut spans: Vec<Span> = simple.assignments.iter().map(|assignment| assignment.span).collect();
        spans.extend(simple.words.iter().map(|word| word.span));
        spans.extend(simple.redirects.iter().map(|redirect| redirect.span));
        self.ordered(simple.span, spans);
        let mut out: Vec<String> =
            simple.assignments.iter().map(|assignment| self.assignment(assignment)).collect();
        out.extend(simple.words.iter().map(|word| self.word(word)));
        out.extend(simple.redirects.iter().map(|redirect| self.redirect(redirect)));
        format!("({})", out.join(" "))
    }

    fn assignment(&self, assignment: &Assignment) -> String {
        let mut spans = vec![assignment.name, assignment.value.span];
        spans.extend(assignment.subscript.iter().map(|word| word.span));
        self.ordered(assignment.span, spans);
        let subscript =
            assignment.subscript.as_ref().map(|word| format!("[{}]", self.word(word))).unwrap_or_default();
        let operator = if assignment.append { "+=" } else { "=" };
        format!("{}{subscript}{operator}{}", self.source(assignment.name), self.word(&assignment.value))
    }

    fn kind(&self, kind: &CompoundKind, span: Span) -> String {
        match kind {
            CompoundKind::Group(list) => format!("{{{}}}", self.list(list, span)),
            CompoundKind::Subshell(list) => format!("[subshell {}]", self.list(list, span)),
            CompoundKind::If { branches, otherwise } => {
                let branches: Vec<String> =
                    branches.iter().map(|each| self.branch(each, "then", span)).collect();
                let otherwise = otherwise.as_ref().map(|list| format!(" else {}", self.list(list, span)));
                format!("[if {}{}]", branches.join(" elif "), otherwise.unwrap_or_default())
            }
            CompoundKind::While(branch) => format!("[while {}]", self.branch(branch, "do", span)),
            CompoundKind::Until(branch) => format!("[until {}]", self.branch(branch, "do", span)),
            CompoundKind::For { variable, words, body } | CompoundKind::Select { variable, words, body } => {
                let words =
                    words.as_ref().map(|words| format!(" in {}", self.words(words))).unwrap_or_default();
                format!("[for {}{words} do {}]", self.source(*variable), self.list(body, span))
            }
            CompoundKind::ArithmeticFor { header, body } => {
                format!("[for (({})) do {}]", self.word(header), self.list(body, span))
            }
            CompoundKind::Case { subject, items } => {
                let items: Vec<String> = items.iter().map(|item| self.case_item(item, span)).collect();
                format!("[case {} in {}]", self.word(subject), items.join(" "))
            }
            CompoundKind::Conditional(operands) => format!("[[[ {}]]]", self.words(operands)),
            CompoundKind::Arithmetic(expression) => format!("[(({}))]", self.word(expression)),
        }
    }

    fn branch(&self, branch: &Branch, opener: &str, span: Span) -> String {
        format!("{} {opener} {}", self.list(&branch.condition, span), self.list(&branch.body, span))
    }

    fn case_item(&self, item: &CaseItem, parent: Span) -> String {
        self.ordered(parent, vec![item.span]);
        let patterns: Vec<String> = item.patterns.iter().map(|word| self.word(word)).collect();
        let mut out = vec![patterns.join("|") + ")"];
        if !item.body.items.is_empty() {
            out.push(self.list(&item.body, item.span));
        }
        out.extend(item.terminator.map(|(_, span)| self.source(span)));
        out.join(" ")
    }

    fn redirect(&self, redirect: &Redirect) -> String {
        let fd = redirect.fd.map(|span| self.source(span)).unwrap_or_default();
        let operator = match redirect.operator {
            RedirectOperator::Input => "<",
            RedirectOperator::Output => ">",
            RedirectOperator::Append => ">>",
            RedirectOperator::Clobber => ">|",
            RedirectOperator::ReadWrite => "<>",
            RedirectOperator::DuplicateInput => "<&",
            RedirectOperator::DuplicateOutput => ">&",
            RedirectOperator::HereDocument => "<<",
            RedirectOperator::HereString => "<<<",
            RedirectOperator::OutputAndError => "&>",
            RedirectOperator::AppendOutputAndError => "&>>",
        };
        let target = match &redirect.target {
            RedirectTarget::Word(word) => {
                self.ordered(redirect.span, vec![word.span]);
                self.word(word)
            }
            RedirectTarget::HereDocument(index) => {
                let document = &self.script.here_documents[*index];
                self.ordered(redirect.span, vec![document.delimiter.span]);
                let body = match &document.parts {
                    Some(parts) => self.parts(parts, document.body),
                    None => self.source(document.body),
                };
                format!("{}{{{body}}}", self.word(&document.delimiter))
            }
        };
        format!("{fd}{operator}{target}")
    }

    fn words(&self, words: &[Word]) -> String {
        words.iter().map(|word| self.word(word)).collect::<Vec<_>>().join(" ")
    }

    fn word(&self, word: &Word) -> String {
        self.parts(&word.parts, word.span)
    }

    /// The parts fill `span` without gaps.
    fn parts(&self, parts: &[WordPart], span: Span) -> String {
        let mut end = span.start;
        for part in parts {
            assert_eq!(part.span().start, end, "gap before {part:?} in {span:?}");
            assert!(part.span().end > end, "empty {part:?}");
            end = part.span().end;
        }
        assert_eq!(end, span.end, "{parts:?} do not fill {span:?}");
        parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &WordPart) -> String {
        match part {
            WordPart::DoubleQuoted { span, parts } => {
                let opening = if span.of(self.text)[0] == b'$' { "$\"" } else { "\"" };
                let inside = Span {
                    start: parts.first().map_or(span.end - 1, |part| part.span().start),
                    end: span.end - 1,
                };
                format!("{opening}{}\"", self.parts(parts, inside))
            }
            WordPart::Parameter { span, prefix, name, subscript, operator, operand } => {
                self.ordered(*span, vec![*name]);
                let prefix = match prefix {
                    Some(ParameterPrefix::Length) => "# ",
                    Some(ParameterPrefix::Indirect) => "! ",
                    None => "",
                };
                let subscript =
                    subscript.as_ref().map(|word| format!("[{}]", self.word(word))).unwrap_or_default();
                let operator = operator.map(|operator| format!(" {}", symbol(operator))).unwrap_or_default();
                let operand = operand.as_ref().map(|word| {
                    self.ordered(*span, vec![*name, word.span]);
                    format!("({})", self.word(word))
                });
                format!(
                    "${{{prefix}{}{subscript}{operator}{}}}",
                    self.source(*name),
                    operand.unwrap_or_default()
                )
            }
            WordPart::CommandSubstitution { span, list } => format!("$({})", self.list(list, *span)),
            WordPart::Backtick { span, list } => {
                format!("`{}`", list.as_ref().map_or("?".into(), |list| self.list(list, *span)))
            }
            WordPart::Arithmetic { span, parts } => {
                self.ordered(*span, parts.iter().map(WordPart::span).collect());
                format!("$[{}]", parts.iter().map(|part| self.part(part)).collect::<String>())
            }
            WordPart::ProcessSubstitution { span, list } => {
                let opening = self.source(Span { start: span.start, end: span.start + 1 });
                format!("{opening}({})", self.list(list, *span))
            }
            WordPart::Array { span, elements } => {
                self.ordered(*span, elements.iter().map(|word| word.span).collect());
                format!("({})", self.words(elements))
            }
            WordPart::Literal(span)
            | WordPart::Escaped(span)
            | WordPart::LineContinuation(span)
            | WordPart::SingleQuoted(span)
            | WordPart::AnsiC(span) => self.source(*span),
        }
    }
}

fn symbol(operator: ParameterOperator) -> &'static str {
    match operator {
        ParameterOperator::Default { colon: true } => ":-",
        ParameterOperator::Default { colon: false } => "-",
        ParameterOperator::Assign { colon: true } => ":=",
        ParameterOperator::Assign { colon: false } => "=",
        ParameterOperator::Error { colon: true } => ":?",
        ParameterOperator::Error { colon: false } => "?",
        ParameterOperator::Alternative { colon: true } => ":+",
        ParameterOperator::Alternative { colon: false } => "+",
        ParameterOperator::RemovePrefix => "#",
        ParameterOperator::RemoveLongestPrefix => "##",
        ParameterOperator::RemoveSuffix => "%",
        ParameterOperator::RemoveLongestSuffix => "%%",
        ParameterOperator::Substring => ":",
        ParameterOperator::Replace => "/",
        ParameterOperator::Case => "^",
        ParameterOperator::Transform => "@",
        ParameterOperator::Invalid => "BAD",
    }
}
