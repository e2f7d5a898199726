//! The tree of a shell text, down to the simple command: lists, pipelines, compound commands, redirections.

use super::word::{Word, WordPart};
use crate::Span;

/// A whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its commands.
    pub list: List,
    /// The comments anywhere in the text, in order, from `#` to before the newline.
    pub comments: Vec<Span>,
    /// The here-documents anywhere in the text; a [`RedirectTarget::HereDocument`] is an index into them.
    pub here_documents: Vec<HereDocument>,
}

/// Commands one after the other: `a; b & c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The commands; none in an empty text, an empty `$()` or an empty case item.
    pub items: Vec<ListItem>,
    /// From the first command to the last terminator.
    pub span: Span,
}

/// One entry of a [`List`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// What runs.
    pub and_or: AndOr,
    /// What ends it; nothing where a closing word or the end of the text does.
    pub terminator: Option<(Terminator, Span)>,
}

/// What ends an entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// `;`
    Semicolon,
    /// `&`: the shell does not wait.
    Background,
    /// A newline.
    Newline,
}

/// Pipelines that depend on each other: `a && b || c`, equal in precedence, grouped from the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndOr {
    /// The pipeline that always runs.
    pub first: Pipeline,
    /// The others, each with the operator before it and where that is.
    pub rest: Vec<(AndOrOperator, Span, Pipeline)>,
    /// From the first pipeline to the last.
    pub span: Span,
}

/// How a pipeline depends on those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AndOrOperator {
    /// `&&`: runs if they succeeded.
    And,
    /// `||`: runs if they failed.
    Or,
}

/// Commands whose output feeds the next: `! a | b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The `!` before it: bash allows several.
    pub negations: Vec<Span>,
    /// bash's `time` before it.
    pub time: Option<Span>,
    /// The commands; none where bash's `!` or `time` stands alone.
    pub commands: Vec<Command>,
    /// What joins each command to the next, and where.
    pub operators: Vec<(PipeOperator, Span)>,
    /// From `!`, `time` or the first command to the last.
    pub span: Span,
}

/// What joins two commands of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipeOperator {
    /// `|`
    Output,
    /// bash's `|&`: standard error too.
    OutputAndError,
}

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Words, assignments and redirections.
    Simple(SimpleCommand),
    /// A group, a loop, a test.
    Compound(Box<Compound>),
    /// A function definition.
    Function(Box<Function>),
    /// bash's `coproc`.
    Coprocess(Box<Coprocess>),
}

impl Command {
    /// The source of the command with its redirections.
    pub fn span(&self) -> Span {
        match self {
            Command::Simple(simple) => simple.span,
            Command::Compound(compound) => compound.span,
            Command::Function(function) => function.span,
            Command::Coprocess(coprocess) => coprocess.span,
        }
    }
}

/// Assignments, words and redirections: `A=1 cmd arg >file`. At least one of them is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// The assignments before the command's name, in order.
    pub assignments: Vec<Assignment>,
    /// The name and the arguments.
    pub words: Vec<Word>,
    /// The redirections, wherever they stand among the words.
    pub redirects: Vec<Redirect>,
    /// From the first of all these to the last.
    pub span: Span,
}

/// `name=value` before a command's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: Span,
    /// bash: what stands in `name[subscript]=`.
    pub subscript: Option<Word>,
    /// bash: `+=`.
    pub append: bool,
    /// What follows the `=`, perhaps empty; an array is one [`WordPart::Array`].
    pub value: Word,
    /// The whole assignment.
    pub span: Span,
}

/// A command that contains commands, with the redirections of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compound {
    /// Which.
    pub kind: CompoundKind,
    /// The redirections after its closing word.
    pub redirects: Vec<Redirect>,
    /// From its opening word to its last redirection.
    pub span: Span,
}

/// The kinds of compound command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompoundKind {
    /// `{ list; }`: runs in the shell itself.
    Group(List),
    /// `( list )`: runs in a copy of the shell.
    Subshell(List),
    /// `if`, `elif`, `else`.
    If {
        /// `if` and each `elif`.
        branches: Vec<Branch>,
        /// `else`.
        otherwise: Option<List>,
    },
    /// `while condition; do body; done`.
    While(Branch),
    /// `until condition; do body; done`.
    Until(Branch),
    /// `for variable in words; do body; done`.
    For {
        /// The loop variable.
        variable: Span,
        /// The words after `in`; without `in` the positional parameters are meant.
        words: Option<Vec<Word>>,
        /// What each round runs.
        body: List,
    },
    /// bash's `select variable in words; do body; done`.
    Select {
        /// The loop variable.
        variable: Span,
        /// The words after `in`.
        words: Option<Vec<Word>>,
        /// What each round runs.
        body: List,
    },
    /// bash's `for ((init; test; step)); do body; done`.
    ArithmeticFor {
        /// What stands between `((` and `))`.
        header: Word,
        /// What each round runs.
        body: List,
    },
    /// `case subject in items esac`.
    Case {
        /// The word that is matched.
        subject: Word,
        /// The alternatives.
        items: Vec<CaseItem>,
    },
    /// bash's `[[ expression ]]`: the operands in order, without the operators.
    Conditional(Vec<Word>),
    /// bash's `(( expression ))`: what stands between.
    Arithmetic(Word),
}

/// A condition, and what runs where it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Between `if`, `elif`, `while` or `until` and `then` or `do`.
    pub condition: List,
    /// Between `then` or `do` and the next closing word.
    pub body: List,
}

/// One `pattern | pattern) list ;;` of a `case`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseItem {
    /// The patterns.
    pub patterns: Vec<Word>,
    /// What runs where one of them matches; may be empty.
    pub body: List,
    /// What ends it; may be absent before `esac`.
    pub terminator: Option<(CaseTerminator, Span)>,
    /// From the first pattern, or the `(` before it, to the terminator.
    pub span: Span,
}

/// What ends an item of a `case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseTerminator {
    /// `;;`
    Break,
    /// bash's `;&`: the next body runs too.
    FallThrough,
    /// bash's `;;&`: the next patterns are tried too.
    Continue,
}

/// `name() body`, or bash's `function name body`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name.
    pub name: Word,
    /// A compound command; in dash any command.
    pub body: Command,
    /// The whole definition.
    pub span: Span,
}

/// bash's `coproc name command`: runs in the background, with pipes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coprocess {
    /// The name of the array with the pipes.
    pub name: Option<Span>,
    /// What runs.
    pub command: Command,
    /// The whole command.
    pub span: Span,
}

/// One redirection: `2>file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The digits before the operator, or bash's `{variable}` with the braces.
    pub fd: Option<Span>,
    /// What is done.
    pub operator: RedirectOperator,
    /// From or to what.
    pub target: RedirectTarget,
    /// From the descriptor to the target.
    pub span: Span,
}

/// The operator of a redirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectOperator {
    /// `<`
    Input,
    /// `>`
    Output,
    /// `>>`
    Append,
    /// `>|`
    Clobber,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`; in bash also "both outputs to a file" where the target is no descriptor.
    DuplicateOutput,
    /// `<<` and `<<-`
    HereDocument,
    /// bash's `<<<`
    HereString,
    /// bash's `&>`
    OutputAndError,
    /// bash's `&>>`
    AppendOutputAndError,
}

/// From or to what a redirection goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTarget {
    /// A file, a descriptor, or the text of a here-string.
    Word(Word),
    /// An index into [`Script::here_documents`].
    HereDocument(usize),
}

/// The text that `<<delimiter` feeds to a command: it lies on the lines after the one with the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HereDocument {
    /// The delimiter as written.
    pub delimiter: Word,
    /// True where a part of the delimiter is quoted: nothing in the body is expanded.
    pub quoted: bool,
    /// `<<-`: the tabs at the start of each line are dropped.
    pub strip_tabs: bool,
    /// The lines of the body.
    pub body: Span,
    /// The body's expansions and the text between them. Absent where nothing is expanded, and in bash
    /// where an expansion is malformed, as bash reads the body only when it runs.
    pub parts: Option<Vec<WordPart>>,
    /// The line with the delimiter, without its newline; absent where the text ends before it.
    pub terminator: Option<Span>,
}
