//! The tree of a word: literal text, quotes and expansions.

use smallvec::SmallVec;

use super::ast::List;
use crate::Span;

/// The pieces of a word. Most words have one, which needs no allocation.
pub type Parts = SmallVec<[WordPart; 1]>;

/// One word: `pre"$x"'*'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Exactly its source.
    pub span: Span,
    /// Its pieces, in order and without gaps.
    pub parts: Parts,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordPart {
    /// Text that stands for itself; outside quotes it may be a glob, a tilde or a brace expansion.
    Literal(Span),
    /// A backslash and the character it quotes.
    Escaped(Span),
    /// A backslash and a newline: nothing.
    LineContinuation(Span),
    /// `'text'`, with the quotes.
    SingleQuoted(Span),
    /// bash's `$'text'`, with the quotes.
    AnsiC(Span),
    /// `"text"`, and bash's `$"text"`.
    DoubleQuoted {
        /// With the quotes.
        span: Span,
        /// What is between them.
        parts: Vec<WordPart>,
    },
    /// `$name`, `$1`, `$@`, `${name}`, `${name:-operand}`.
    Parameter {
        /// The whole expansion.
        span: Span,
        /// What stands before the name in the braces.
        prefix: Option<ParameterPrefix>,
        /// The variable, the digits or the special parameter; empty where there is none (`${}`).
        name: Span,
        /// bash: what stands in `${name[subscript]}`.
        subscript: Option<Box<Word>>,
        /// What is done with the value.
        operator: Option<ParameterOperator>,
        /// What follows the operator, perhaps empty; absent without an operator.
        operand: Option<Box<Word>>,
    },
    /// `$(commands)`.
    CommandSubstitution {
        /// The whole expansion.
        span: Span,
        /// The commands.
        list: List,
    },
    /// `` `commands` ``.
    Backtick {
        /// With the backticks.
        span: Span,
        /// The commands; absent where a backslash inside changes what the shell reads, and in bash where
        /// they are malformed, as bash reads them only when it runs them.
        list: Option<List>,
    },
    /// `$((expression))`, and bash's `$[expression]`.
    Arithmetic {
        /// The whole expansion.
        span: Span,
        /// The expression.
        parts: Vec<WordPart>,
    },
    /// bash's `<(commands)` and `>(commands)`.
    ProcessSubstitution {
        /// The whole expansion.
        span: Span,
        /// The commands.
        list: List,
    },
    /// bash's `(words)` after `name=`.
    Array {
        /// With the parentheses.
        span: Span,
        /// The elements: `value` or `[subscript]=value`.
        elements: Vec<Word>,
    },
}

impl WordPart {
    /// The source of the part.
    pub fn span(&self) -> Span {
        match self {
            WordPart::Literal(span)
            | WordPart::Escaped(span)
            | WordPart::LineContinuation(span)
            | WordPart::SingleQuoted(span)
            | WordPart::AnsiC(span)
            | WordPart::DoubleQuoted { span, .. }
            | WordPart::Parameter { span, .. }
            | WordPart::CommandSubstitution { span, .. }
            | WordPart::Backtick { span, .. }
            | WordPart::Arithmetic { span, .. }
            | WordPart::ProcessSubstitution { span, .. }
            | WordPart::Array { span, .. } => *span,
        }
    }
}

/// What stands before the name in `${…}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterPrefix {
    /// `${#name}`: the length.
    Length,
    /// bash's `${!name}`: the variable that is named by the value; also the keys or the names of variables.
    Indirect,
}

/// What `${name…}` does with the value. `colon` is set where an empty value counts as unset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterOperator {
    /// `-`: the operand where the parameter is unset.
    Default {
        /// `:-`
        colon: bool,
    },
    /// `=`: the same, and assigns it.
    Assign {
        /// `:=`
        colon: bool,
    },
    /// `?`: an error where it is unset.
    Error {
        /// `:?`
        colon: bool,
    },
    /// `+`: the operand where it is set.
    Alternative {
        /// `:+`
        colon: bool,
    },
    /// `#`: without the shortest prefix that matches the operand.
    RemovePrefix,
    /// `##`: without the longest.
    RemoveLongestPrefix,
    /// `%`: without the shortest suffix that matches the operand.
    RemoveSuffix,
    /// `%%`: without the longest.
    RemoveLongestSuffix,
    /// bash's `:`: the operand is `offset` or `offset:length`.
    Substring,
    /// bash's `/`: the operand is `pattern/replacement`, after a `/`, `#` or `%` that says which matches.
    Replace,
    /// bash's `^`, `^^`, `,`, `,,`, `~`, `~~`: upper or lower case.
    Case,
    /// bash's `@`: the operand is a letter, or empty in `${!name@}`.
    Transform,
    /// Anything else: a bad substitution, which fails only when it is run. The operand is then what the
    /// shell's lexer leaves of it, and means nothing.
    Invalid,
}
