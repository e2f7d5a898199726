//! Shell code, as far as the modelled RUNs go. Anything else fails, as does a command that nobody knows.

use std::collections::{BTreeMap, BTreeSet};

use dfopt_syntax::Span;
use dfopt_syntax::shell::{
    AndOr, AndOrOperator, Command, CompoundKind, Dialect, List, Pipeline, Redirect, RedirectOperator,
    RedirectTarget, SimpleCommand, Terminator, Word, WordPart, parse,
};

use super::commands;
use super::copy::glob;
use super::file_system::{FileSystem, Outcome, User, absolute, failed};

/// A shell that runs a RUN's code.
pub(super) struct Shell<'f> {
    pub(super) files: &'f mut FileSystem,
    pub(super) user: User,
    pub(super) folder: String,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) exported: BTreeSet<String>,
    stops_on_error: bool,
    exit: Option<bool>,
    output: String,
}

impl<'f> Shell<'f> {
    pub(super) fn new(
        files: &'f mut FileSystem,
        user: User,
        folder: String,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let exported = environment.keys().cloned().collect();
        let (stops_on_error, exit, output) = (false, None, String::new());
        Self { files, user, folder, variables: environment, exported, stops_on_error, exit, output }
    }

    /// Runs `code`; its failure is the RUN's.
    pub(super) fn run(&mut self, code: &[u8]) -> Outcome<()> {
        let Ok(script) = parse(code, Dialect::Bash) else { return failed("the code is not understood") };
        let status = self.list(code, &script.list)?;
        if self.exit.unwrap_or(status) { Ok(()) } else { failed("a RUN failed") }
    }

    /// What the programs that it starts find in their environment.
    pub(super) fn environment(&self) -> BTreeMap<&str, &str> {
        let exported = self.variables.iter().filter(|(name, _)| self.exported.contains(*name));
        exported.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    pub(super) fn exit(&mut self, status: bool) {
        self.exit = Some(status);
    }

    pub(super) fn stop_on_error(&mut self) {
        self.stops_on_error = true;
    }

    fn list(&mut self, code: &[u8], list: &List) -> Outcome<bool> {
        let mut status = true;
        for item in &list.items {
            if matches!(item.terminator, Some((Terminator::Background, _))) {
                return failed("a background job is not modelled");
            }
            status = self.and_or(code, &item.and_or)?;
            if self.exit.is_some() {
                break;
            }
        }
        Ok(status)
    }

    fn and_or(&mut self, code: &[u8], and_or: &AndOr) -> Outcome<bool> {
        let last = and_or.rest.len();
        let mut status = self.pipeline(code, &and_or.first, last == 0)?;
        for (number, (operator, _, pipeline)) in and_or.rest.iter().enumerate() {
            if self.exit.is_some() {
                break;
            }
            if status == (*operator == AndOrOperator::And) {
                status = self.pipeline(code, pipeline, number + 1 == last)?;
            }
        }
        Ok(status)
    }

    fn pipeline(&mut self, code: &[u8], pipeline: &Pipeline, is_last: bool) -> Outcome<bool> {
        let [command] = pipeline.commands.as_slice() else { return failed("a pipe is not modelled") };
        let status = match command {
            Command::Simple(command) => self.simple(code, command)?,
            Command::Compound(compound) if compound.redirects.is_empty() => match &compound.kind {
                CompoundKind::Group(list) => self.list(code, list)?,
                CompoundKind::Subshell(list) => self.in_copy(|copy| copy.list(code, list))?.0,
                _ => return failed("the command is not modelled"),
            },
            _ => return failed("the command is not modelled"),
        };
        if !pipeline.negations.is_empty() {
            return Ok(!status);
        }
        if !status && is_last && self.stops_on_error {
            self.exit(false);
        }
        Ok(status)
    }

    /// Runs `inner` in a copy of the shell; also gives what it puts out.
    fn in_copy(&mut self, inner: impl FnOnce(&mut Shell<'_>) -> Outcome<bool>) -> Outcome<(bool, String)> {
        let mut copy = Shell {
            files: self.files,
            user: self.user,
            folder: self.folder.clone(),
            variables: self.variables.clone(),
            exported: self.exported.clone(),
            stops_on_error: self.stops_on_error,
            exit: None,
            output: String::new(),
        };
        let status = inner(&mut copy)?;
        Ok((copy.exit.unwrap_or(status), copy.output))
    }

    fn simple(&mut self, code: &[u8], command: &SimpleCommand) -> Outcome<bool> {
        let mut words = Vec::new();
        for word in &command.words {
            self.words_of(code, word, &mut words)?;
        }
        let mut assignments = Vec::new();
        for assignment in &command.assignments {
            assignments.push((text(code, assignment.name), self.value(code, &assignment.value)?));
        }
        let mut targets = Vec::new();
        for redirect in &command.redirects {
            match self.open(code, redirect)? {
                Ok(target) => targets.extend(target),
                Err(_) => return Ok(false),
            }
        }
        let Some((program, arguments)) = words.split_first() else {
            self.variables.extend(assignments);
            return Ok(true);
        };
        let before = (self.variables.clone(), self.exported.clone());
        let is_temporary = !assignments.is_empty();
        self.exported.extend(assignments.iter().map(|(name, _)| name.clone()));
        self.variables.extend(assignments);
        let result = commands::run(self, program, arguments);
        if is_temporary {
            (self.variables, self.exported) = before;
        }
        let (status, output) = match result {
            Ok(output) => (true, output),
            Err(_) => (false, String::new()),
        };
        match targets.last() {
            Some(Some(path)) => self.files.write(path, &output, true, self.user)?,
            Some(None) => {}
            None => self.output.push_str(&output),
        }
        Ok(status)
    }

    /// Opens the target of a redirection of the standard output: none for another, an inner none for no file.
    #[allow(clippy::type_complexity, reason = "read once, above")]
    fn open(&mut self, code: &[u8], redirect: &Redirect) -> Outcome<Outcome<Option<Option<String>>>> {
        let RedirectTarget::Word(word) = &redirect.target else { return failed("a heredoc is not modelled") };
        let path = self.value(code, word)?;
        let path_in_files = absolute(&self.folder, &path);
        let is_output = redirect.fd.is_none_or(|fd| text(code, fd) == "1");
        let append = match redirect.operator {
            RedirectOperator::DuplicateOutput => return Ok(Ok(None)),
            RedirectOperator::Input => {
                return Ok(self.files.read(&path_in_files, self.user).map(|_| None));
            }
            RedirectOperator::Output => false,
            RedirectOperator::Append => true,
            _ => return failed("the redirection is not modelled"),
        };
        if path == "/dev/null" {
            return Ok(Ok(is_output.then_some(None)));
        }
        let opened = self.files.write(&path_in_files, "", append, self.user);
        Ok(opened.map(|()| is_output.then_some(Some(path_in_files))))
    }

    /// The value of a word, as one.
    fn value(&mut self, code: &[u8], word: &Word) -> Outcome<String> {
        let mut value = String::new();
        for part in &word.parts {
            value += &self.part(code, part)?;
        }
        Ok(value)
    }

    /// The words that a word is after splitting and pathname expansion.
    fn words_of(&mut self, code: &[u8], word: &Word, words: &mut Vec<String>) -> Outcome<()> {
        let value = self.value(code, word)?;
        let [part] = word.parts.as_slice() else {
            words.push(value);
            return Ok(());
        };
        match part {
            WordPart::Parameter { .. } | WordPart::CommandSubstitution { .. } => {
                words.extend(value.split_whitespace().map(str::to_owned));
            }
            WordPart::Literal(_) if value.contains('*') => {
                let (folder, pattern) = value.rsplit_once('/').unwrap_or((".", &value));
                let names = self.files.list(&absolute(&self.folder, folder), self.user).unwrap_or_default();
                let names = names.iter().filter(|name| !name.starts_with('.') && glob(pattern, name));
                let found: Vec<String> = names.map(|name| format!("{folder}/{name}")).collect();
                if found.is_empty() { words.push(value) } else { words.extend(found) }
            }
            _ => words.push(value),
        }
        Ok(())
    }

    fn part(&mut self, code: &[u8], part: &WordPart) -> Outcome<String> {
        Ok(match part {
            WordPart::Literal(span) => text(code, *span),
            WordPart::LineContinuation(_) => String::new(),
            WordPart::Escaped(span) => text(code, *span)[1..].to_owned(),
            WordPart::SingleQuoted(span) => text(code, *span).trim_matches('\'').to_owned(),
            WordPart::DoubleQuoted { parts, .. } => {
                let mut value = String::new();
                for part in parts {
                    value += &self.part(code, part)?;
                }
                value
            }
            WordPart::Parameter { prefix: None, name, subscript: None, operator: None, .. } => {
                self.variables.get(&text(code, *name)).cloned().unwrap_or_default()
            }
            WordPart::CommandSubstitution { list, .. } => {
                self.in_copy(|copy| copy.list(code, list))?.1.trim_end().to_owned()
            }
            _ => return failed("the word is not modelled"),
        })
    }
}

fn text(code: &[u8], span: Span) -> String {
    String::from_utf8_lossy(span.of(code)).into_owned()
}
