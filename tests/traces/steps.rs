//! The RUNs of a Dockerfile as the builder runs them, and what they find.

use std::collections::{BTreeMap, BTreeSet};

use dfopt_analysis::{Base, Build};
use dfopt_syntax::dockerfile::{Arguments, Keyword, ShellKind};
use dfopt_syntax::shell::{self, Command, Dialect, Node, RedirectTarget, SimpleCommand, WordPart};
use dfopt_syntax::{Dockerfile, Span};

/// One RUN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The words of SHELL; none where no shell runs it.
    pub(super) shell: Vec<String>,
    /// What follows them; the whole instruction where no shell runs it.
    pub(super) code: Vec<u8>,
    pub(super) folder: String,
    pub(super) environment: BTreeMap<String, String>,
}

impl Step {
    pub(super) fn of(shell: &str, code: &[u8], folder: &str, environment: BTreeMap<String, String>) -> Self {
        let shell = vec![shell.to_owned(), "-c".to_owned()];
        Self { shell, code: code.to_vec(), folder: folder.to_owned(), environment }
    }

    fn dialect(&self) -> Dialect {
        let is_bash = self.shell.first().is_some_and(|shell| shell.ends_with("bash"));
        if is_bash { Dialect::Bash } else { Dialect::Posix }
    }

    /// True where its programs run one after the other, so that there is one trace only: it waits for its
    /// jobs, and what stands behind a `|` waits for what stands in front of it, as stubs read their input to
    /// the end.
    pub(super) fn is_orderly(&self) -> bool {
        let text = self.code.as_slice();
        let Ok(script) = shell::parse(text, self.dialect()) else { return false };
        let mut orderly = true;
        let (mut functions, mut pipelines) = (false, false);
        script.walk(&mut |node, context| {
            pipelines |= context.in_pipeline;
            functions |= matches!(node, Node::Compound(Command::Function(_)));
            orderly &= match node {
                _ if context.in_background && context.in_pipeline => false,
                _ if context.in_background => waits_for_jobs(text),
                _ if !context.in_pipeline => true,
                Node::Redirect(redirect) => redirect.fd.is_some_and(|fd| fd.of(text) == b"2"),
                Node::Part(part) => !matches!(
                    part,
                    WordPart::CommandSubstitution { .. }
                        | WordPart::Backtick { .. }
                        | WordPart::ProcessSubstitution { .. }
                ),
                Node::Simple(command) => !is_in_the_middle(text, command.span) || reads(command, text),
                Node::Compound(command) => !is_in_the_middle(text, command.span()),
                Node::Word(_) => true,
            };
        });
        orderly && !(functions && pipelines)
    }

    /// True where dash does not know an option that it sets.
    pub(super) fn needs_bash(&self) -> bool {
        let names_it = |text: &[u8]| text.windows(8).any(|window| window == b"pipefail");
        names_it(&self.code) || self.shell.iter().any(|word| names_it(word.as_bytes()))
    }
}

/// True where each job is waited for at once.
fn waits_for_jobs(text: &[u8]) -> bool {
    let joins = |byte: Option<&u8>| byte.is_some_and(|byte| b"&<>|".contains(byte));
    (0..text.len()).filter(|&at| text[at] == b'&').all(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        joins(before) || joins(text.get(at + 1)) || text[at + 1..].trim_ascii_start().starts_with(b"wait")
    })
}

/// True between two `|`.
fn is_in_the_middle(text: &[u8], span: Span) -> bool {
    let before = text[..span.start as usize].trim_ascii_end();
    let after = text[span.end as usize..].trim_ascii_start();
    before.ends_with(b"|") && !before.ends_with(b"||") && after.starts_with(b"|") && !after.starts_with(b"||")
}

/// True for a program; builtins leave their input alone.
fn reads(command: &SimpleCommand, text: &[u8]) -> bool {
    const BUILTINS: &[&str] = &[
        ".", ":", "[", "alias", "break", "cd", "command", "continue", "echo", "eval", "exit", "export",
        "false", "getopts", "hash", "printf", "pwd", "read", "readonly", "return", "set", "shift", "test",
        "trap", "true", "type", "ulimit", "umask", "unset", "wait",
    ];
    let name = command.words.first().and_then(|word| word.literal(text));
    name.is_some_and(|name| !BUILTINS.contains(&name.as_ref()))
}

/// The RUNs of each stage.
pub(super) fn stages(source: &[u8]) -> Vec<Vec<Step>> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let build = Build::new(&dockerfile);
    let mut at_end: Vec<Vec<String>> = Vec::new();
    let mut stages = Vec::new();
    for stage in build.stages() {
        let mut shell = match stage.base {
            Base::Stage(parent) => at_end[parent].clone(),
            _ => vec!["/bin/sh".to_owned(), "-c".to_owned()],
        };
        let mut steps = Vec::new();
        for index in stage.instructions.clone() {
            let instruction = build.instruction(index);
            match (instruction.keyword(), instruction.arguments()) {
                (Keyword::Shell, Arguments::Exec(words)) => {
                    shell = words.iter().map(|word| word.value.clone()).collect();
                }
                (Keyword::Run, _) => steps.push(step(&build, index, &shell)),
                _ => {}
            }
        }
        at_end.push(shell);
        stages.push(steps);
    }
    stages
}

/// Variables that the shells act on, or that the jail sets.
const OWN: &[&str] =
    &["BASH_ENV", "ENV", "IFS", "PATH", "PS4", "PWD", "OLDPWD", "SHELLOPTS", "BASHOPTS", "POSIXLY_CORRECT"];

fn step(build: &Build<'_>, index: usize, shell: &[String]) -> Step {
    let instruction = build.instruction(index);
    let state = build.state_before(index);
    let known = state.variables.iter().filter_map(|(name, variable)| {
        // Those of the loader and of the shells would be meant for the jail.
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let is_plain = is_name && !name.starts_with("LD_") && !OWN.contains(&name.as_str());
        let value = variable.value.as_ref().filter(|value| is_plain && !value.contains('\0'))?;
        Some((name.clone(), value.clone()))
    });
    let mut environment: BTreeMap<String, String> = known.collect();
    // The builder's own part of a RUN; the stubs see it, as they see all variables.
    let flags = instruction.operation.flags.iter().map(|flag| format!("{:?} ", flag.text));
    environment.insert("dfopt_flags".to_owned(), flags.collect());
    environment.insert("dfopt_user".to_owned(), state.user.clone().unwrap_or_default());
    let folder = inside("/", state.workdir.as_deref().unwrap_or("/work"));
    let code = match instruction.shell(build.source()) {
        Some((kind, text)) if kind != ShellKind::HeredocShebang => text.bytes().to_vec(),
        _ => {
            let code = instruction.span.of(build.source()).trim_ascii().to_vec();
            return Step { shell: Vec::new(), code, folder, environment };
        }
    };
    Step { shell: shell.to_vec(), code, folder, environment }
}

/// What has to be there for RUNs to get far.
#[derive(Debug, Default)]
pub(super) struct Scene {
    programs: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Scene {
    /// What these RUNs name: programs, folders to go to, folders to write to.
    pub(super) fn of<'s>(steps: impl IntoIterator<Item = &'s Step>) -> Self {
        let mut scene = Self::default();
        for step in steps {
            scene.folders.insert(step.folder.clone());
            scene.add(step);
        }
        scene
    }

    /// The programs, as paths below the root.
    pub(super) fn programs(&self) -> impl Iterator<Item = &str> {
        self.programs.iter().map(|path| path.trim_start_matches('/'))
    }

    /// The folders, as paths below the root.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(|path| path.trim_start_matches('/'))
    }

    fn add(&mut self, step: &Step) {
        let text = step.code.as_slice();
        let Ok(script) = shell::parse(text, step.dialect()) else { return };
        let below = |path: &str| inside(&step.folder, path);
        script.walk(&mut |node, _| match node {
            Node::Simple(command) => {
                let words: Vec<_> = command.words.iter().map_while(|word| word.literal(text)).collect();
                let Some((name, arguments)) = words.split_first() else { return };
                self.add_program(name, &step.folder);
                if ["command", "eval", "exec", "trap"].contains(&name.as_ref()) {
                    let named = arguments.iter().flat_map(|word| word.split([' ', ';', '\n']));
                    named.for_each(|name| self.add_program(name, &step.folder));
                }
                if ["cd", "mkdir", "pushd"].contains(&name.as_ref()) {
                    self.folders.extend(arguments.iter().map(|word| below(word)));
                }
            }
            Node::Redirect(redirect) => {
                let RedirectTarget::Word(word) = &redirect.target else { return };
                let path = word.literal(text).map(|path| below(&path));
                let folder = path.as_deref().and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
                self.folders.extend(folder.map(str::to_owned));
            }
            _ => {}
        });
    }

    fn add_program(&mut self, name: &str, folder: &str) {
        let base_name = name.rsplit('/').next().unwrap_or_default();
        if !["", "sh", "bash", "dash", "ash"].contains(&base_name) {
            let folder = if name.contains('/') { folder } else { "/usr/bin" };
            self.programs.insert(inside(folder, name));
        }
    }
}

/// `path` seen from `folder`, without a way out of the root.
fn inside(folder: &str, path: &str) -> String {
    let folder = if path.starts_with('/') { "" } else { folder };
    let mut names: Vec<&str> = Vec::new();
    for name in folder.split('/').chain(path.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name if name.len() > 200 || name.contains('\0') => {}
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}
