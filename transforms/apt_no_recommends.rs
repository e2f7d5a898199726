//! Installs only the Debian packages that were asked for: `--no-install-recommends`.
//!
//! By default apt also installs every package that one of them recommends, often more than what was asked
//! for. Where the command would stop to ask, `-y` is added too.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y curl jq
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl jq
//! ```
//!
//! # Why it is safe
//!
//! The packages that were named, and all they depend on, are installed as before; only packages that
//! others recommend stay away. Some of those people rely on without naming them: `curl`, `wget` and `git`
//! bring the certificates for https, `gcc` the headers of the C library, `xvfb` the `xauth` that
//! `xvfb-run` calls. Such a package is named then, unless it is installed before or is part of the base
//! image. The command is left alone where its packages are not known from the file, where it installs a
//! package file or a set that is made of recommendations (desktops, TeX Live), and where recommendations
//! were settled on purpose.

use std::collections::BTreeSet;

use dfopt_analysis::packages::recommends::{RELIED_ON, ReliedOn, is_set};
use dfopt_analysis::packages::{Action, Family, PackageCommand};
use dfopt_analysis::{BaseImage, Build, ShellCode};
use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::shell::{Word, WordPart};
use dfopt_syntax::{Edit, Span};

use crate::{Context, Effect, Findings, Transform};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "apt-no-recommends",
    effect: Effect::Slim,
    acts_on: &["DL3014", "DL3015"],
    source: include_str!("apt_no_recommends.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    // `APT::Install-Recommends` in a configuration file or an option: settled on purpose.
    if mentions(build, "Install-Recommends") {
        return;
    }
    // Packages that rewrites of this run name: instruction and package.
    let mut named: Vec<(usize, &str)> = Vec::new();
    for stage in build.stages() {
        for index in stage.instructions.clone() {
            if build.instruction(index).keyword() != Keyword::Run {
                continue;
            }
            let Some(code) = build.shell_code(index) else { continue };
            for command in installs(code) {
                if command.has_option(&["--no-install-recommends", "--install-recommends"]) {
                    continue;
                }
                let span = code.source_span(command.invocation.command.span);
                match rewrite(build, index, code, &command, &mut named) {
                    Ok((title, edits)) => findings.rewrite(title, Effect::Slim, edits),
                    Err((reason, help)) => findings.missed(span, reason, help),
                }
            }
        }
    }
}

type Declined = (String, &'static str);

/// The installations by apt-get or apt in the code.
fn installs<'c>(code: &'c ShellCode<'_>) -> impl Iterator<Item = PackageCommand<'c>> {
    code.package_commands().filter(|command| {
        command.manager.family == Family::Apt
            && command.action == Action::Install
            && command.name == "install"
            && command.invocation.program != "aptitude"
            && !command.operands.is_empty()
    })
}

fn rewrite(
    build: &Build<'_>,
    index: usize,
    code: &ShellCode<'_>,
    command: &PackageCommand<'_>,
    named: &mut Vec<(usize, &'static str)>,
) -> Result<(String, Vec<Edit>), Declined> {
    let mut asked = BTreeSet::new();
    for operand in &command.operands {
        asked.extend(packages(build, index, code, command, operand)?);
    }
    if let Some(set) = asked.iter().find(|package| is_set(package)) {
        let reason = format!("`{set}` is a set that is little without the packages it recommends");
        return Err((reason, "name the packages you need, and add --no-install-recommends"));
    }
    let needed: Vec<&ReliedOn> =
        RELIED_ON.iter().filter(|row| is_needed(build, index, command, row, &asked, named)).collect();
    let mut additions: Vec<&'static str> = needed.iter().flat_map(|row| row.recommended).copied().collect();
    additions.retain(|&package| !asked.contains(package));
    additions.sort_unstable();
    additions.dedup();
    if !additions.is_empty() && removes_unneeded(code) {
        let reason = format!(
            "`{}` would have to be named, and then stay where it is removed now",
            additions.join(" ")
        );
        return Err((reason, "add --no-install-recommends, and name it where it is removed, too"));
    }
    named.extend(additions.iter().map(|&package| (index, package)));

    let option = if asks(command) { " -y --no-install-recommends" } else { " --no-install-recommends" };
    let mut title = format!("add `{}`", option.trim());
    let mut edits = vec![Edit::insert(code.text.source_end(options_end(command)), option)];
    if !additions.is_empty() {
        let needs: BTreeSet<&str> = needed.iter().map(|row| row.need).collect();
        let needs = Vec::from_iter(needs).join(", ");
        title = format!("{title} and name `{}`: {needs}", additions.join(" "));
        edits.push(name_packages(build, code, command, &additions));
    }
    Ok((title, edits))
}

/// True where the code removes packages that nothing needs any more: what is named would not be one of them.
fn removes_unneeded(code: &ShellCode<'_>) -> bool {
    code.package_commands().any(|command| {
        command.manager.family == Family::Apt
            && command.action == Action::Remove
            && (command.name.starts_with("auto") || command.has_option(&["--auto-remove", "--autoremove"]))
    })
}

/// The packages that an operand asks for.
fn packages(
    build: &Build<'_>,
    index: usize,
    code: &ShellCode<'_>,
    command: &PackageCommand<'_>,
    operand: &Word,
) -> Result<Vec<String>, Declined> {
    if let Some(name) = command.package_name(operand) {
        return Ok(vec![name.into_owned()]);
    }
    let text = String::from_utf8_lossy(command.invocation.slice(operand.span)).into_owned();
    if command.invocation.literal(operand).is_some() {
        let reason = format!("what the package file `{text}` recommends is not known");
        return Err((reason, "add --no-install-recommends if it needs none of it"));
    }
    let list = match operand.parts.as_slice() {
        [WordPart::Parameter { name, operator: None, subscript: None, prefix: None, .. }] => {
            variable(build, index, code, *name)
        }
        _ => None,
    };
    match list {
        Some(list) => Ok(list
            .split_whitespace()
            .map(|word| word.split('=').next().unwrap_or(word).to_owned())
            .collect()),
        None => Err((
            format!("which packages `{text}` stands for is not known from the file"),
            "name the packages here",
        )),
    }
}

/// The value of a variable that the code assigns once, or that an ENV sets.
fn variable(build: &Build<'_>, index: usize, code: &ShellCode<'_>, name: Span) -> Option<String> {
    let text = code.text.bytes();
    let commands = code.script.simple_commands();
    let mut assigned = commands
        .iter()
        .filter(|(command, _)| command.words.is_empty())
        .flat_map(|(command, _)| &command.assignments)
        .filter(|assignment| assignment.name.of(text) == name.of(text));
    if let Some(assignment) = assigned.next() {
        let value = assignment.value.literal(text)?.into_owned();
        return assigned.next().is_none().then_some(value);
    }
    let state = build.state_before(index);
    let variable = state.variables.get(std::str::from_utf8(name.of(text)).ok()?)?;
    variable.value.clone().filter(|_| !variable.overridable)
}

/// True where a row applies: its package is asked for, and nothing else brings what it relies on.
fn is_needed(
    build: &Build<'_>,
    index: usize,
    command: &PackageCommand<'_>,
    row: &ReliedOn,
    asked: &BTreeSet<String>,
    named: &[(usize, &str)],
) -> bool {
    row.packages.iter().any(|package| asked.contains(*package))
        && (row.mentions.is_empty() || row.mentions.iter().any(|text| mentions(build, text)))
        && !asked.iter().any(|package| row.is_brought_by(package))
        && row.releases.include(build.base_image(index))
        && !in_base(build, index, row)
        && !before(build, index).any(|i| {
            let end = if i == index { command.subcommand.span.start } else { u32::MAX };
            named.iter().any(|(at, package)| *at == i && row.is_brought_by(package))
                || installed_by(build, i, end, row)
        })
}

/// The instructions that have run before, in this stage and those it is built from.
fn before(build: &Build<'_>, index: usize) -> impl Iterator<Item = usize> {
    let ancestry: Vec<usize> = build
        .stage_of(index)
        .into_iter()
        .flat_map(|stage| build.ancestry(stage))
        .flat_map(|stage| stage.instructions.clone())
        .filter(|&i| i <= index)
        .collect();
    ancestry.into_iter()
}

/// True where a command of the RUN that stands before `end` of its code installs it.
fn installed_by(build: &Build<'_>, index: usize, end: u32, row: &ReliedOn) -> bool {
    build.instruction(index).keyword() == Keyword::Run
        && build.shell_code(index).is_some_and(|code| {
            let earlier = installs(code).filter(|command| command.subcommand.span.start < end);
            earlier.filter(|command| command.invocation.is_plain()).any(|command| {
                let mut names = command.operands.iter().filter_map(|word| command.package_name(word));
                names.any(|name| row.is_brought_by(&name))
            })
        })
}

fn in_base(build: &Build<'_>, index: usize, row: &ReliedOn) -> bool {
    row.recommended == ["ca-certificates"]
        && build
            .base_image(index)
            .and_then(BaseImage::official)
            .is_some_and(|image| image.has_ca_certificates())
}

fn mentions(build: &Build<'_>, text: &str) -> bool {
    memchr::memmem::find(build.source(), text.as_bytes()).is_some()
}

/// True where apt would ask whether to go on.
fn asks(command: &PackageCommand<'_>) -> bool {
    let quiet = command.option_texts().filter(|option| option == "-q" || option == "--quiet").count();
    !(command.has_short('y')
        || command.has_option(&["--yes", "--assume-yes", "--force-yes", "-qq", "--quiet=2"])
        || command.option_texts().any(|option| option.contains("qq") || option.contains("Assume-Yes"))
        || quiet > 1
        || command.invocation.context.in_pipeline)
}

/// The end of the subcommand and the options that follow it at once.
fn options_end(command: &PackageCommand<'_>) -> u32 {
    let subcommand_end = command.subcommand.span.end;
    let after = command.invocation.arguments.iter().skip_while(|word| word.span.start < subcommand_end);
    let mut end = subcommand_end;
    for word in after {
        if !command.options.iter().any(|option| option.span == word.span) {
            break;
        }
        end = word.span.end;
    }
    end
}

/// Names packages in front of the first operand, laid out as the operands are.
fn name_packages(
    build: &Build<'_>,
    code: &ShellCode<'_>,
    command: &PackageCommand<'_>,
    names: &[&str],
) -> Edit {
    let first = code.source_span(command.operands[0].span);
    let line_start =
        build.source()[..first.start as usize].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let indent = &build.source()[line_start..first.start as usize];
    let own_line = indent.iter().all(|b| matches!(b, b' ' | b'\t'));
    let separator = if own_line {
        let indent = String::from_utf8_lossy(indent);
        format!(" {}{indent}", build.dockerfile().continuation())
    } else {
        " ".to_owned()
    };
    let text: String = names.iter().map(|name| format!("{name}{separator}")).collect();
    Edit::insert(first.start, text)
}
