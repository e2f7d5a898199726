//! The commands of shell code.

use std::collections::BTreeMap;

use dfopt_syntax::shell::{
    self, Dialect, Redirect, RedirectOperator, RedirectTarget, Script, SimpleCommand, Word,
};

use super::{Origin, Reader, Unclear};

/// The grammar of the script that starts with `head`; none for what no shell of these reads. Without `#!` the name
/// has to tell.
pub(super) fn dialect(head: &[u8], path: &str) -> Option<Dialect> {
    let line = head.split(|&b| b == b'\n').next().unwrap_or_default();
    let Some(interpreter) = line.strip_prefix(b"#!") else {
        let is_named = path.ends_with(".sh") || path.ends_with(".bash");
        return is_named.then_some(if path.ends_with(".bash") { Dialect::Bash } else { Dialect::Posix });
    };
    let words = String::from_utf8_lossy(interpreter);
    let mut words = words.split_ascii_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let mut name = words.next()?;
    if name == "env" {
        name = words.find(|word| !word.starts_with('-'))?;
    }
    match name {
        "bash" => Some(Dialect::Bash),
        "sh" | "dash" | "ash" => Some(Dialect::Posix),
        _ => None,
    }
}

impl Reader<'_, '_> {
    /// Shell code.
    pub(super) fn text(
        &mut self,
        text: &[u8],
        dialect: Dialect,
        parameters: &[String],
        depth: usize,
    ) -> Result<(), Unclear> {
        match shell::parse(text, dialect) {
            Ok(script) => self.code(text, &script, parameters, depth),
            Err(_) => Err(match (&self.script, self.instruction) {
                (Some(script), instruction) => Unclear::Script(instruction, script.clone()),
                (None, instruction) => Unclear::Program(instruction),
            }),
        }
    }

    /// The commands of `script`. `"$@"` stands for `parameters`.
    pub(super) fn code(
        &mut self,
        text: &[u8],
        script: &Script,
        parameters: &[String],
        depth: usize,
    ) -> Result<(), Unclear> {
        let commands = script.simple_commands();
        let outer = self.variables.clone();
        self.learn(text, &commands.iter().map(|(command, _)| *command).collect::<Vec<_>>());
        let functions = functions(text, script);
        let mut result = Ok(());
        for (command, _) in commands {
            if command.words.is_empty() {
                continue;
            }
            let words = self.expanded(text, &command.words, parameters);
            // `"$@"` of a script that gets none.
            let Some(program) = words.first() else { continue };
            if functions.contains(program) {
                continue;
            }
            let outputs = command.redirects.iter().filter_map(|redirect| self.output(text, redirect));
            let outputs = outputs.collect();
            result = self.words(&words, outputs, depth + 1);
            if result.is_err() {
                break;
            }
        }
        if result.is_ok() {
            self.outputs_of_groups(text, script);
        }
        self.variables = outer;
        result
    }

    /// What whole groups and loops write: `{ …; } > file`.
    fn outputs_of_groups(&mut self, text: &[u8], script: &Script) {
        let commands = script.simple_commands();
        let mut outputs = Vec::new();
        script.walk(&mut |node, _| {
            let shell::Node::Redirect(redirect) = node else { return };
            let is_of = |command: &SimpleCommand| {
                command.span.start <= redirect.span.start && redirect.span.end <= command.span.end
            };
            if !commands.iter().any(|(command, _)| is_of(command)) {
                outputs.extend(self.output(text, redirect));
            }
        });
        if !outputs.is_empty() {
            self.push(":", &[], outputs, Origin::Image, Vec::new());
        }
    }

    /// Remembers what variables the code sets, once and to a text. Those that it sets otherwise are not known.
    fn learn(&mut self, text: &[u8], commands: &[&SimpleCommand]) {
        let mut seen: BTreeMap<String, Option<String>> = BTreeMap::new();
        for assignment in
            commands.iter().filter(|command| command.words.is_empty()).flat_map(|c| &c.assignments)
        {
            let name = String::from_utf8_lossy(assignment.name.of(text)).into_owned();
            let is_whole = !assignment.append && assignment.subscript.is_none();
            let value = is_whole.then(|| self.value(text, &assignment.value)).flatten();
            match &value {
                Some(value) => self.variables.insert(name.clone(), value.clone()),
                None => self.variables.remove(&name),
            };
            seen.entry(name).and_modify(|known| *known = None).or_insert(value);
        }
        for (name, _) in seen.into_iter().filter(|(_, value)| value.is_none()) {
            self.variables.remove(&name);
        }
    }

    fn expanded(&self, text: &[u8], words: &[Word], parameters: &[String]) -> Vec<String> {
        let mut expanded = Vec::with_capacity(words.len());
        for word in words {
            match word.span.of(text) {
                b"\"$@\"" | b"$@" | b"\"${@}\"" | b"$*" => expanded.extend_from_slice(parameters),
                _ => expanded.push(self.word(text, word)),
            }
        }
        expanded
    }

    /// What a variable is set to, where the start of that is known.
    fn value(&self, text: &[u8], word: &Word) -> Option<String> {
        // A folder in /tmp.
        if word.span.of(text).windows(8).any(|start| start == b"$(mktemp") {
            return Some("/tmp/mktemp".to_owned());
        }
        Some(self.word(text, word)).filter(|value| !value.starts_with(['$', '`']) || value.is_empty())
    }

    /// A word without quotes, known variables filled in.
    fn word(&self, text: &[u8], word: &Word) -> String {
        if let Some(literal) = word.literal(text) {
            return literal.into_owned();
        }
        let written = String::from_utf8_lossy(word.span.of(text)).replace(['"', '\''], "");
        let mut value = String::with_capacity(written.len());
        let mut rest = written.as_str();
        while let Some(at) = rest.find('$') {
            value.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let (name, end) = name(after);
            match self.variables.get(name) {
                Some(known) if !name.is_empty() => value.push_str(known),
                _ => value.push_str(&rest[at..at + 1 + end]),
            }
            rest = &after[end..];
        }
        value + rest
    }

    /// The file that a redirection writes.
    fn output(&self, text: &[u8], redirect: &Redirect) -> Option<String> {
        let reads = matches!(
            redirect.operator,
            RedirectOperator::Input
                | RedirectOperator::DuplicateInput
                | RedirectOperator::HereDocument
                | RedirectOperator::HereString
        );
        let RedirectTarget::Word(word) = &redirect.target else { return None };
        let target = self.word(text, word);
        let is_descriptor = target == "-" || target.bytes().all(|b| b.is_ascii_digit());
        (!reads && !is_descriptor).then_some(target)
    }
}

/// The name of a variable at the start of `text`, which follows a `$`, and where its expansion ends.
fn name(text: &str) -> (&str, usize) {
    let length = |text: &str| text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    match text.strip_prefix('{') {
        Some(inside) => {
            let name = &inside[..length(inside)];
            let end = inside.find('}').map_or(text.len(), |at| at + 2);
            // `${NAME:-default}`: the name is known, or all of it stays.
            (name, end)
        }
        None => (&text[..length(text)], length(text)),
    }
}

/// The functions that the code defines.
fn functions(text: &[u8], script: &Script) -> Vec<String> {
    let mut names = Vec::new();
    script.walk(&mut |node, _| {
        if let shell::Node::Compound(shell::Command::Function(function)) = node {
            names.push(String::from_utf8_lossy(function.name.span.of(text)).into_owned());
        }
    });
    names
}
