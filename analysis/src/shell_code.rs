//! The shell code of an instruction: its text, its tree, and the way back to the file.

use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{ShellKind, Text};
use dfopt_syntax::shell::{self, AndOrOperator, Dialect, Pipeline, Script};

use crate::build::Build;
use crate::invocation::Invocation;
use crate::packages::PackageCommand;
use crate::state::{self, Shell};

/// Parsed shell code. Spans count into its text; [`ShellCode::source_span`] leads to the file.
#[derive(Debug)]
pub struct ShellCode<'d> {
    /// How BuildKit makes the text.
    pub kind: ShellKind,
    /// The text that the shell gets.
    pub text: Text<'d>,
    /// The grammar it is read by.
    pub dialect: Dialect,
    /// Its tree.
    pub script: Script,
}

impl<'d> ShellCode<'d> {
    pub(crate) fn parse(build: &Build<'d>, index: usize) -> Option<Self> {
        let (kind, text) = build.instruction(index).shell(build.source())?;
        let Shell::Known(dialect) = state::shell_before(build, index) else { return None };
        if kind == ShellKind::HeredocShebang {
            return None;
        }
        let script = shell::parse(text.bytes(), dialect).ok()?;
        Some(Self { kind, text, dialect, script })
    }

    /// The bytes of the file that `span` of the text stands on.
    pub fn source_span(&self, span: Span) -> Span {
        self.text.source_span(span)
    }

    /// Every command with a name that is known, at any depth, in the order of the text.
    pub fn invocations(&self) -> Vec<Invocation<'_>> {
        let commands = self.script.simple_commands();
        commands
            .into_iter()
            .filter_map(|(command, context)| Invocation::of(self.text.bytes(), command, context))
            .collect()
    }

    /// The same, where each command of the code has a name that is known.
    pub fn all_invocations(&self) -> Option<Vec<Invocation<'_>>> {
        let commands = self.script.simple_commands();
        commands
            .into_iter()
            .map(|(command, context)| Invocation::of(self.text.bytes(), command, context))
            .collect()
    }

    /// The commands of package managers, in the order of the text.
    pub fn package_commands(&self) -> impl Iterator<Item = PackageCommand<'_>> {
        self.invocations().into_iter().filter_map(PackageCommand::of)
    }

    /// The pipelines of the code where all of it is one chain `a && b && c`: each runs only if all before
    /// it succeeded. None where any other operator joins them.
    pub fn and_chain(&self) -> Option<Vec<&Pipeline>> {
        let [item] = self.script.list.items.as_slice() else { return None };
        if item.terminator.is_some() {
            return None;
        }
        let rest = &item.and_or.rest;
        if rest.iter().any(|(operator, ..)| *operator != AndOrOperator::And) {
            return None;
        }
        Some(std::iter::once(&item.and_or.first).chain(rest.iter().map(|(.., pipeline)| pipeline)).collect())
    }
}
