//! What code leaves behind in its shell, and what it can tell of the shell's past.

use dfopt_analysis::ShellCode;
use dfopt_syntax::Span;
use dfopt_syntax::shell::{Command, CompoundKind, Node, ParameterOperator, Word, WordPart};

/// Builtins that change the shell they run in (POSIX 2.14 and bash's own), and `exec`, which replaces it.
const SHELL_CHANGING: &[&str] = &[
    ".",
    "alias",
    "break",
    "builtin",
    "cd",
    "command",
    "continue",
    "declare",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "getopts",
    "hash",
    "let",
    "local",
    "mapfile",
    "popd",
    "pushd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "trap",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
];

/// Those of them whose change ends with a subshell, and does nothing else. Not among them: what may change
/// the options (`set`, `shopt`, `eval`, `.`), what ends or replaces the shell, and what works on its parsing.
const CONFINABLE: &[&str] = &[
    "cd",
    "declare",
    "export",
    "getopts",
    "hash",
    "let",
    "mapfile",
    "popd",
    "pushd",
    "read",
    "readarray",
    "readonly",
    "shift",
    "typeset",
    "ulimit",
    "umask",
    "unset",
];

/// Something that code leaves behind in its shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaving {
    /// What, for a person.
    pub(crate) what: String,
    /// True where a subshell around the code would keep it in.
    pub(crate) is_confinable: bool,
}

/// What the part `within` of the code leaves behind in its shell, where it may: something that no subshell
/// keeps in, if there is such a thing.
pub(crate) fn left_behind(code: &ShellCode<'_>, within: Span) -> Option<Leaving> {
    let text = code.text.bytes();
    let mut found: Option<Leaving> = None;
    code.script.walk(&mut |node, context| {
        let is_outside = node.span().start < within.start || within.end < node.span().end;
        if is_outside || !context.runs_in_shell() || found.as_ref().is_some_and(|found| !found.is_confinable)
        {
            return;
        }
        if let Some(leaving) = leaving(&node, text)
            && (found.is_none() || !leaving.is_confinable)
        {
            found = Some(leaving);
        }
    });
    found
}

fn leaving(node: &Node<'_>, text: &[u8]) -> Option<Leaving> {
    let confinable = |what: &str| Some(Leaving { what: what.to_owned(), is_confinable: true });
    match node {
        Node::Simple(command) => match command.words.first() {
            None if command.assignments.is_empty() => confinable("a redirection"),
            None => confinable("an assignment"),
            Some(word) => match word.literal(text) {
                // It is a special builtin: what is assigned for it stays (POSIX 2.14).
                Some(name) if name == ":" && !command.assignments.is_empty() => confinable("an assignment"),
                Some(name) if name == "command" && is_option(command.words.get(1), b"-v", text) => None,
                Some(name) if name == "printf" && is_option(command.words.get(1), b"-v", text) => {
                    confinable("an assignment")
                }
                Some(name) if !SHELL_CHANGING.contains(&name.as_ref()) => None,
                Some(name) => Some(Leaving {
                    what: format!("`{name}`"),
                    is_confinable: CONFINABLE.contains(&name.as_ref()),
                }),
                None => {
                    Some(Leaving { what: "a command that a variable names".to_owned(), is_confinable: false })
                }
            },
        },
        Node::Compound(Command::Function(_)) => confinable("a function"),
        Node::Compound(Command::Compound(compound)) => match compound.kind {
            CompoundKind::For { .. } | CompoundKind::Select { .. } => confinable("a loop variable"),
            CompoundKind::Arithmetic(_) | CompoundKind::ArithmeticFor { .. } => confinable("arithmetic"),
            _ => None,
        },
        Node::Part(WordPart::Parameter { operator: Some(ParameterOperator::Assign { .. }), .. }) => {
            confinable("an assignment")
        }
        Node::Part(WordPart::Arithmetic { span, .. }) if assigns(span.of(text)) => confinable("arithmetic"),
        // bash leaves the file of `{name}>file` open, and its number in the variable.
        Node::Redirect(redirect) if redirect.fd.is_some_and(|fd| fd.of(text).starts_with(b"{")) => {
            confinable("a redirection")
        }
        _ => None,
    }
}

fn is_option(word: Option<&Word>, option: &[u8], text: &[u8]) -> bool {
    word.is_some_and(|word| word.span.of(text).starts_with(option))
}

/// True for `i = 1`, `i += 1`, `i++`; a comparison may look like one.
fn assigns(arithmetic: &[u8]) -> bool {
    arithmetic.contains(&b'=') || arithmetic.windows(2).any(|pair| pair == b"++" || pair == b"--")
}

/// True where the code asks in which shell it runs: a subshell would answer otherwise.
pub(super) fn asks_for_its_shell(code: &ShellCode<'_>) -> bool {
    let text = code.text.bytes();
    let mut asks = false;
    code.script.walk(&mut |node, _| {
        if let Node::Part(WordPart::Parameter { name, .. }) = node {
            asks |= name.of(text).starts_with(b"BASH") || name.of(text) == b"SHLVL";
        }
    });
    asks
}

/// Variables that the shell itself sets when it runs something: POSIX 2.5.3, and bash's own.
const MEMORIES: &[&[u8]] = &[
    b"_",
    b"!",
    b"BASH_REMATCH",
    b"LINENO",
    b"OLDPWD",
    b"OPTIND",
    b"PIPESTATUS",
    b"RANDOM",
    b"REPLY",
    b"SECONDS",
];

/// The variable that tells the code something of the shell's past, where it reads one.
pub(crate) fn looks_back(code: &ShellCode<'_>) -> Option<String> {
    let text = code.text.bytes();
    let mut found = None;
    code.script.walk(&mut |node, _| {
        if let Node::Part(WordPart::Parameter { name, .. }) = node
            && MEMORIES.contains(&name.of(text))
        {
            found = Some(format!("${}", String::from_utf8_lossy(name.of(text))));
        }
    });
    found
}
