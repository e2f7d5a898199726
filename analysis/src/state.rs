//! The state that an instruction finds: working directory, user, shell and variables.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use dfopt_syntax::dockerfile::{Arguments, Declaration, ExpandError, Instruction, Keyword, Lookup, expand};
use dfopt_syntax::shell::Dialect;
use dfopt_syntax::{Dockerfile, Span};

use crate::build::Build;
use crate::stage::{Base, Stage};

/// What an instruction finds when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The working directory; none where the base image or a variable decides.
    pub workdir: Option<String>,
    /// The user; none where the base image or a variable decides.
    pub user: Option<String>,
    /// The shell of shell-form instructions.
    pub shell: Shell,
    /// The build arguments and environment variables that the file declares, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The folders that the file adds to `PATH`, as far as it tells them.
    pub path_folders: Vec<String>,
}

/// The shell that reads the shell form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// A shell whose grammar is known.
    Known(Dialect),
    /// PowerShell, cmd or another: its code is opaque.
    Unknown,
}

/// A variable in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Where it comes from. An ENV stays one where an ARG of the same name follows.
    pub kind: VariableKind,
    /// The value, where the file tells it.
    pub value: Option<String>,
    /// True where the value is, or is made of, a build argument's default: `--build-arg` may replace it.
    pub overridable: bool,
}

/// Where a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// `ARG`: the value is its default.
    Arg,
    /// `ENV`.
    Env,
}

/// The state before the first instruction of the stage that `index` stands in, and that instruction; before
/// the first FROM, the state of all that stands there.
pub(crate) fn at_start(build: &Build<'_>, index: usize) -> (usize, Rc<State>) {
    let Some(stage) = build.stage_of(index) else { return (index, Rc::new(initial(build))) };
    let known = build.stage_start.take();
    // Each ancestor runs to its end, the oldest first.
    let above_known = |ancestor: &&Stage| known.as_ref().is_none_or(|(known, _)| ancestor.index != *known);
    let mut ancestors: Vec<&Stage> = build.ancestry(stage).take_while(above_known).collect();
    let reached = ancestors.last().map_or(stage, |oldest| oldest);
    let mut state = match (known, &reached.base) {
        // Stages are asked for one after the other: the one below is often the last that was.
        (Some((known, state)), Base::Stage(parent)) if known == *parent => {
            ancestors.push(&build.stages()[known]);
            state
        }
        (Some((_, state)), _) if ancestors.is_empty() => state,
        (_, Base::Scratch) => {
            let (workdir, user) = (Some("/".to_owned()), Some("root".to_owned()));
            Rc::new(State { workdir, user, ..initial(build) })
        }
        _ => Rc::new(initial(build)),
    };
    for ancestor in ancestors.into_iter().skip(1).rev() {
        advance(build, &mut state, ancestor.instructions.clone());
        // BuildKit hands build arguments on, too; in the older builder they end with their stage.
        // <https://docs.docker.com/build/building/variables/#scoping>
        let is_known = |variable: &Variable| variable.kind == VariableKind::Arg && variable.value.is_some();
        if state.variables.values().any(is_known) {
            let variables = Rc::make_mut(&mut state).variables.values_mut();
            variables.filter(|variable| is_known(variable)).for_each(|variable| variable.value = None);
        }
    }
    build.stage_start.replace(Some((stage.index, Rc::clone(&state))));
    (stage.instructions.start, state)
}

/// Runs the instructions of `range`, which are of one stage.
pub(crate) fn advance(build: &Build<'_>, state: &mut Rc<State>, range: Range<usize>) {
    for i in range.clone() {
        let instruction = build.instruction(i);
        // A state that somebody looks at is copied before it changes.
        if matches!(instruction.keyword(), Keyword::Workdir | Keyword::User | Keyword::Env | Keyword::Arg) {
            apply(build, Rc::make_mut(state), instruction);
        }
    }
    let shell = shell_before(build, range.end);
    if state.shell != shell {
        Rc::make_mut(state).shell = shell;
    }
}

/// The shell alone, which is asked for far more often than the rest.
pub(crate) fn shell_before(build: &Build<'_>, index: usize) -> Shell {
    build.shell_instruction(index).map_or_else(|| default_shell(build), shell_of)
}

/// True where the SHELL in effect has the shell stop at the first command that fails: `-e`.
pub(crate) fn exits_on_error(build: &Build<'_>, index: usize) -> bool {
    let Some(Arguments::Exec(words)) = build.shell_instruction(index).map(Instruction::arguments) else {
        return false;
    };
    let cluster = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('e');
    words.iter().skip(1).any(|word| word.value == "errexit" || cluster(&word.value))
}

/// True where the SHELL in effect reads files of settings each time it starts: `bash -l`, or `BASH_ENV`.
pub(crate) fn reads_settings(build: &Build<'_>, index: usize) -> bool {
    let words = match build.shell_instruction(index).map(Instruction::arguments) {
        Some(Arguments::Exec(words)) => words.as_slice(),
        _ => &[],
    };
    let cluster = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains(['l', 'i']);
    let names = ["--login", "--rcfile", "--init-file"];
    words.iter().skip(1).any(|word| names.contains(&word.value.as_ref()) || cluster(&word.value))
        || build.state_before(index).variables.contains_key("BASH_ENV")
}

/// See [`Build::has_plain_shell`].
pub(crate) fn has_plain_shell(build: &Build<'_>, index: usize) -> bool {
    let Some(shell) = build.shell_instruction(index) else { return default_shell(build) != Shell::Unknown };
    let Arguments::Exec(words) = shell.arguments() else { return false };
    let mut options = words.iter().skip(1).map(|word| word.value.as_str());
    let mut reads_code = false;
    while let Some(option) = options.next() {
        // `-c`, `-e` and `-u` may stand together; an `o` among them takes the next word.
        let Some(letters) =
            option.strip_prefix('-').filter(|letters| letters.bytes().all(|b| b"ceou".contains(&b)))
        else {
            return false;
        };
        let is_known = |name: &str| matches!(name, "errexit" | "nounset" | "pipefail");
        if letters.contains('o') && !options.next().is_some_and(is_known) {
            return false;
        }
        reads_code |= letters.contains('c');
    }
    reads_code && shell_of(shell) != Shell::Unknown
}

/// For each instruction, the SHELL in effect. A stage starts with that of the stage it is built FROM.
pub(crate) fn shells(build: &Build<'_>) -> Vec<Option<usize>> {
    let instructions = build.dockerfile().instructions();
    let mut shells = vec![None; instructions.len()];
    let mut at_end = Vec::with_capacity(build.stages().len());
    for stage in build.stages() {
        let mut shell = match stage.base {
            Base::Stage(parent) => at_end[parent],
            _ => None,
        };
        for i in stage.instructions.clone() {
            shells[i] = shell;
            if instructions[i].keyword() == Keyword::Shell {
                shell = Some(i);
            }
        }
        at_end.push(shell);
    }
    shells
}

/// What a stage on an image starts with.
fn initial(build: &Build<'_>) -> State {
    State {
        workdir: None,
        user: None,
        shell: default_shell(build),
        variables: BTreeMap::new(),
        path_folders: Vec::new(),
    }
}

/// A backtick for an escape character is there for Windows paths; what runs there is not `sh`.
fn default_shell(build: &Build<'_>) -> Shell {
    if build.dockerfile().escape() == b'`' { Shell::Unknown } else { Shell::Known(Dialect::Posix) }
}

fn apply(build: &Build<'_>, state: &mut State, instruction: &Instruction<'_>) {
    let value = |state: &State, span: Span| evaluate(build, instruction.slice(span), &state.variables);
    match (instruction.keyword(), instruction.arguments()) {
        (Keyword::Workdir, Arguments::Text(span)) => {
            let (path, _) = value(state, *span);
            state.workdir = path.and_then(|path| join(state.workdir.as_deref(), &path));
        }
        (Keyword::User, Arguments::Text(span)) => state.user = value(state, *span).0,
        (Keyword::Env, Arguments::Pairs(pairs)) => {
            // All values of one ENV are expanded before any of its variables is set.
            let values: Vec<_> = pairs.iter().map(|pair| value(state, pair.value)).collect();
            for (pair, (value, overridable)) in pairs.iter().zip(values) {
                let Ok(name) = std::str::from_utf8(instruction.slice(pair.key)) else { continue };
                if name == "PATH" {
                    state.path_folders = path_folders(build, state, instruction.slice(pair.value));
                }
                let variable = Variable { kind: VariableKind::Env, value, overridable };
                state.variables.insert(name.to_owned(), variable);
            }
        }
        (Keyword::Arg, _) => {
            for declaration in instruction.operation.declarations(instruction.text.bytes()) {
                declare_arg(build, state, instruction, declaration);
            }
        }
        _ => {}
    }
}

/// The folders in a value of `PATH`; those of the base image, and of variables that are not known, are left
/// out.
fn path_folders(build: &Build<'_>, state: &State, value: &[u8]) -> Vec<String> {
    let lookup = |name: &str| match name {
        "PATH" => Lookup::Set(state.path_folders.join(":")),
        name => {
            let variable = state.variables.get(name);
            Lookup::Set(variable.and_then(|variable| variable.value.clone()).unwrap_or_default())
        }
    };
    let value = expand(value, build.dockerfile().escape(), &lookup).unwrap_or_default();
    value.split(':').filter(|folder| folder.starts_with('/')).map(str::to_owned).collect()
}

/// The value of `text`, and whether a build argument may change it.
fn evaluate(
    build: &Build<'_>,
    text: &[u8],
    variables: &BTreeMap<String, Variable>,
) -> (Option<String>, bool) {
    let overridable = Cell::new(false);
    let lookup = |name: &str| {
        // What the file does not set, the base image may.
        let Some(variable) = variables.get(name) else { return Lookup::Unknown };
        overridable.set(overridable.get() || variable.overridable);
        variable.value.clone().map_or(Lookup::Unknown, Lookup::Set)
    };
    let value = expand(text, build.dockerfile().escape(), &lookup).ok();
    (value, overridable.get())
}

fn declare_arg(build: &Build<'_>, state: &mut State, arg: &Instruction<'_>, declaration: Declaration) {
    let Ok(name) = std::str::from_utf8(arg.slice(declaration.name)) else { return };
    if let Some(variable) = state.variables.get_mut(name)
        && variable.kind == VariableKind::Env
    {
        // The documentation says that ENV wins, and so it does in the older builder; BuildKit has the ARG's
        // value from there on: `dispatchArg` in moby/buildkit, frontend/dockerfile/dockerfile2llb/convert.go.
        variable.value = None;
        variable.overridable = true;
        return;
    }
    let value = match declaration.default {
        Some(default) => evaluate(build, arg.slice(default), &state.variables).0,
        None => build.global_args().get(name).cloned().flatten(),
    };
    state.variables.insert(name.to_owned(), Variable { kind: VariableKind::Arg, value, overridable: true });
}

/// Build arguments that BuildKit sets by itself in the scope of FROM lines; a stage has to declare them.
/// <https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope>
const PLATFORM_ARGS: [&str; 8] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
];

/// The build arguments before the first FROM, with their defaults where the file tells them. They are in
/// scope of FROM lines, and in a stage that declares them again.
pub(crate) fn global_args(dockerfile: &Dockerfile<'_>) -> BTreeMap<String, Option<String>> {
    let mut args = BTreeMap::new();
    let globals = dockerfile.instructions().iter().take_while(|i| i.keyword() == Keyword::Arg);
    for arg in globals {
        for declaration in arg.operation.declarations(arg.text.bytes()) {
            let Ok(name) = std::str::from_utf8(arg.slice(declaration.name)) else { continue };
            let default = declaration.default.map(|default| arg.slice(default));
            let value = default.and_then(|text| expand_globally(text, dockerfile.escape(), &args).ok());
            args.insert(name.to_owned(), value);
        }
    }
    args
}

/// The value of `text` in the scope of FROM lines, where nothing but global build arguments is known.
pub(crate) fn expand_globally(
    text: &[u8],
    escape: u8,
    args: &BTreeMap<String, Option<String>>,
) -> Result<String, ExpandError> {
    let lookup = |name: &str| match args.get(name) {
        Some(Some(value)) => Lookup::Set(value.clone()),
        // Without a default only the command line may set it.
        Some(None) => Lookup::Unknown,
        None if PLATFORM_ARGS.contains(&name) => Lookup::Unknown,
        None => Lookup::Unset,
    };
    expand(text, escape, &lookup)
}

fn shell_of(instruction: &Instruction<'_>) -> Shell {
    let Arguments::Exec(words) = instruction.arguments() else { return Shell::Unknown };
    let Some(program) = words.first().map(|word| word.value.rsplit('/').next().unwrap_or_default()) else {
        return Shell::Unknown;
    };
    match program {
        "sh" | "dash" | "ash" => Shell::Known(Dialect::Posix),
        "bash" => Shell::Known(Dialect::Bash),
        _ => Shell::Unknown,
    }
}

/// `path` seen from `workdir`.
fn join(workdir: Option<&str>, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let base = workdir?.trim_end_matches('/');
    Some(format!("{base}/{}", path.trim_start_matches("./")))
}
