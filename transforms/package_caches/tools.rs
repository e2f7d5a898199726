//! npm, yarn 1, uv, Composer, conda, RubyGems, Go: an option where the tool has one, else its own clean-up
//! right behind the command.

mod guards;
mod yarn;

use dfopt_analysis::packages::tools::{self, Remedy, ToolCache, ToolCommand, has_option};
use dfopt_analysis::savings::{self, Saving};
use dfopt_analysis::{Build, Invocation};
use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::{Edit, Span};

use super::shipped_instructions;
use crate::joining::{self, Obstacle};
use crate::{Effect, Findings};
use guards::Needs;

pub(super) fn run(build: &Build<'_>, findings: &mut Findings) {
    let is_run = |index: &usize| build.instruction(*index).keyword() == Keyword::Run;
    let code = |index| build.shell_code(index).map(|code| (index, code, code.invocations()));
    let runs: Vec<_> = shipped_instructions(build).filter(is_run).filter_map(code).collect();
    for row in tools::ALL {
        // The whole file is only looked through where there is something to do: most files use one tool or none.
        let mut needs = None;
        for (index, code, invocations) in &runs {
            let index = *index;
            let commands = left_by(invocations, row);
            let Some(last) = commands.last() else { continue };
            let look = || guards::may_act(build, row).then(|| Needs::of(build, row));
            let Some(needs) = needs.get_or_insert_with(look) else { break };
            if !guards::may_act_in(build, index, row) {
                continue;
            }
            let span = code.source_span(last.invocation.command.span);
            if let Some((cause, obstacle)) = needs.cause(build, index, row) {
                findings.missed_because_of(cause, span, obstacle.reason, obstacle.help);
                continue;
            }
            match edits(build, index, row, &commands) {
                Ok(edits) => rewrite(row, &commands, edits, findings),
                Err(obstacle) => findings.missed(span, obstacle.reason, obstacle.help),
            }
        }
    }
}

/// The commands of `row` that leave something in its cache, which nothing after them removes.
fn left_by<'c>(invocations: &[Invocation<'c>], row: &ToolCache) -> Vec<ToolCommand<'c>> {
    let mut left = Vec::new();
    for invocation in invocations {
        if row.is_clean_up(invocation) || guards::removes(invocation, row) {
            left.clear();
        } else if let Some(command) = row.command(invocation)
            && !has_option(&command.invocation, row.settled_by)
        {
            left.push(command);
        }
    }
    left
}

fn rewrite(row: &ToolCache, commands: &[ToolCommand<'_>], edits: Vec<Edit>, findings: &mut Findings) {
    let packages = || commands.iter().flat_map(ToolCommand::packages);
    let saves = || savings::cached(row.name, packages()).unwrap_or(Saving::Files(row.kept));
    match row.remedy {
        Remedy::Option(option) => {
            for edit in edits {
                findings.rewrite_saving(saves(), format!("add `{option}`"), Effect::Slim, vec![edit]);
            }
        }
        _ => {
            findings.rewrite_saving(saves(), format!("remove the cache of {}", row.name), Effect::Slim, edits)
        }
    }
}

fn edits(
    build: &Build<'_>,
    index: usize,
    row: &ToolCache,
    commands: &[ToolCommand<'_>],
) -> Result<Vec<Edit>, Obstacle> {
    let last = commands.last().expect("invariant: it is asked for what some command left");
    let command = match row.remedy {
        Remedy::Option(option) => return Ok(with_option(build, index, commands, option)),
        Remedy::Removal(files) => format!("rm -f {files}"),
        Remedy::Command(words) => {
            guards::check_program(last, row)?;
            if row.name == "yarn" {
                yarn::check(build, index, last)?;
            }
            // What it must not load there, it must not load here.
            let repeated = if has_option(&last.invocation, &["--no-plugins"]) { " --no-plugins" } else { "" };
            format!("{} {words}{repeated}", words_before_subcommand(last))
        }
    };
    let sudo = if last.invocation.sudo && matches!(row.remedy, Remedy::Removal(_)) { "sudo " } else { "" };
    Ok(vec![joining::insert_behind(build, index, &last.invocation, &format!("{sudo}{command}"))?])
}

fn with_option(build: &Build<'_>, index: usize, commands: &[ToolCommand<'_>], option: &str) -> Vec<Edit> {
    let Some(code) = build.shell_code(index) else { return Vec::new() };
    let subcommands = commands.iter().filter_map(|command| command.subcommand);
    subcommands.map(|word| Edit::insert(code.text.source_end(word.span.end), format!(" {option}"))).collect()
}

/// The command up to the program: `sudo /usr/bin/npm`, `php -d memory_limit=-1 composer.phar`.
fn words_before_subcommand(command: &ToolCommand<'_>) -> String {
    let invocation = &command.invocation;
    let words = &invocation.command.words;
    let count = words.len() - invocation.arguments.len();
    let text = |span: Span| String::from_utf8_lossy(invocation.slice(span)).into_owned();
    words[..count].iter().map(|word| text(word.span)).collect::<Vec<_>>().join(" ")
}
