//! Installs only the Debian packages that were asked for: `--no-install-recommends`.
//!
//! By default apt also installs every package that one of them recommends, often more than what was asked
//! for. Where the command would stop to ask, `-y` is added too. `aptitude` calls the option
//! `--without-recommends`.
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
//! image: behind the others where their order may matter, so that it does not choose between alternatives that
//! others depend on. The command is left alone where its packages are not known from the file, where it installs a
//! package file or a set that is made of recommendations (desktops, TeX Live), and where recommendations
//! were settled on purpose, by an option or in a file of /etc/apt/apt.conf.d.
//!
//! A question that apt asks during a build has no answer: apt aborts, and the RUN fails. So `-y` changes
//! nothing where the command succeeds today. Where the RUN goes on after a failure (`apt-get install x; y`),
//! it would, and the command is left alone.
//!
//! `apt-get upgrade` installs no new packages, `build-dep` asks for those of sources, and what these
//! recommend is not known: both are left alone.

mod names;
mod needs;
mod question;

use dfopt_analysis::packages::recommends::is_set;
use dfopt_analysis::packages::{Action, AptSettings, Family, Key, PackageCommand, Setting};
use dfopt_analysis::savings::{self, Saving};
use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::{Edit, Span};

use crate::declined::Declined;
use crate::{Context, Effect, Findings, Transform};

use names::{Asked, asked, name_packages};
use needs::{Installed, Needs};
use question::Question;

pub(crate) const TRANSFORM: Transform = Transform {
    id: "apt-no-recommends",
    effect: Effect::Slim,
    acts_on: &["DL3014", "DL3015"],
    source: include_str!("apt_no_recommends.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    let settings = AptSettings::of(build);
    let mut installed = Installed::default();
    let mut needs = Needs::default();
    for stage in build.stages() {
        installed.enter(build, stage);
        for index in stage.instructions.clone() {
            if build.instruction(index).keyword() != Keyword::Run {
                continue;
            }
            let Some(code) = build.shell_code(index) else { continue };
            for command in installs(code) {
                let site = Site { build, index, code, command: &command };
                match rewrite(&site, &settings, &installed, &mut needs) {
                    Ok(Some(rewrite)) => {
                        if command.invocation.is_plain() {
                            installed.add_named(&rewrite.named);
                        }
                        findings.rewrite_saving(rewrite.saves, rewrite.title, rewrite.effect, rewrite.edits);
                    }
                    Ok(None) => {}
                    Err(declined) => declined.report(site.span(), findings),
                }
                installed.add(&command);
            }
        }
        installed.leave(stage);
    }
}

/// An installation and where it stands.
#[derive(Clone, Copy)]
struct Site<'s, 'd> {
    build: &'s Build<'d>,
    /// The RUN.
    index: usize,
    code: &'s ShellCode<'d>,
    command: &'s PackageCommand<'s>,
}

struct Rewrite {
    title: String,
    effect: Effect,
    saves: Option<Saving>,
    edits: Vec<Edit>,
    /// The packages that it names.
    named: Vec<&'static str>,
}

impl Site<'_, '_> {
    /// The command's place in the file.
    fn span(&self) -> Span {
        self.code.source_span(self.command.invocation.command.span)
    }

    /// The option that keeps recommended packages away.
    fn option(&self) -> &'static str {
        match self.command.invocation.program.as_ref() {
            "aptitude" => "--without-recommends",
            _ => "--no-install-recommends",
        }
    }

    /// True where an option says whether recommended packages are wanted: apt-get(8), aptitude(8).
    fn is_settled(&self, more: &[String]) -> bool {
        let (long, short): (&[&str], &[char]) = match self.command.invocation.program.as_ref() {
            "aptitude" => (&["--without-recommends", "--with-recommends"], &['R', 'r']),
            _ => (&["--no-install-recommends", "--install-recommends"], &[]),
        };
        self.command.has_option(long)
            || short.iter().any(|&letter| self.command.has_short(letter))
            || more.iter().any(|option| long.contains(&option.as_str()))
    }
}

/// The installations by apt in the code.
fn installs<'c>(code: &'c ShellCode<'_>) -> impl Iterator<Item = PackageCommand<'c>> {
    code.package_commands().filter(|command| {
        command.manager.family == Family::Apt
            && command.action == Action::Install
            && command.name == "install"
            && !command.operands.is_empty()
    })
}

fn rewrite(
    site: &Site<'_, '_>,
    settings: &AptSettings,
    installed: &Installed,
    needs: &mut Needs,
) -> Result<Option<Rewrite>, Declined> {
    let asked = asked(site);
    let more: &[String] = asked.as_ref().map_or(&[], |asked| asked.options.as_slice());
    let setting = |key| settings.before(site.build, site.index, site.code, site.command, more, key);
    let question = Question::of(site, more, setting(Key::AssumeYes));
    if site.is_settled(more) {
        return answer(site, question);
    }
    match setting(Key::InstallRecommends) {
        Setting::Set(false) => return answer(site, question),
        Setting::Set(true) => return Ok(None),
        Setting::Unknown(cause) => {
            let reason = "a setting of apt that is not known may keep recommended packages away already";
            let help = "add --no-install-recommends if none of them is needed";
            return Err(Declined::because_of(cause, reason, help));
        }
        Setting::Default => {}
    }
    without_recommends(site, &asked?, question, installed, needs).map(Some)
}

/// Answers the question of a command that installs no recommended packages.
fn answer(site: &Site<'_, '_>, question: Question) -> Result<Option<Rewrite>, Declined> {
    match question {
        Question::Aborts => Ok(Some(Rewrite {
            title: "add `-y`".to_owned(),
            effect: Effect::Preserve,
            saves: None,
            edits: vec![add_options(site, " -y")],
            named: Vec::new(),
        })),
        Question::GoesOn => Err(question::declined()),
        Question::No => Ok(None),
    }
}

fn without_recommends(
    site: &Site<'_, '_>,
    asked: &Asked,
    question: Question,
    installed: &Installed,
    needs: &mut Needs,
) -> Result<Rewrite, Declined> {
    if let Some(set) = asked.names.iter().find(|package| is_set(package)) {
        let reason = format!("`{set}` is a set that is little without the packages it recommends");
        return Err(Declined::new(reason, "name the packages you need, and add --no-install-recommends"));
    }
    if question == Question::GoesOn {
        return Err(question::declined());
    }
    let needed = needs.of_command(site, asked, installed)?;
    let named = needed.packages;
    if !named.is_empty() && removes_unneeded(site.code) {
        let reason =
            format!("`{}` would have to be named, and then stay where it is removed now", named.join(" "));
        let help = "add --no-install-recommends, and name it where it is removed, too";
        return Err(Declined::new(reason, help));
    }
    let yes = if question == Question::Aborts { " -y" } else { "" };
    let options = format!("{yes} {}", site.option());
    let mut title = format!("add `{}`", options.trim());
    let mut edits = vec![add_options(site, &options)];
    if !named.is_empty() {
        let why = Vec::from_iter(needed.why).join(", ");
        title = format!("{title} and name `{}`: {why}", named.join(" "));
        edits.push(name_packages(site, &named));
    }
    let saves = Some(savings::recommended(site.build.base_image(site.index), &asked.names));
    Ok(Rewrite { title, effect: Effect::Slim, saves, edits, named })
}

/// True where the code removes packages that nothing needs any more: what is named would not be one of them.
fn removes_unneeded(code: &ShellCode<'_>) -> bool {
    code.package_commands().any(|command| {
        command.manager.family == Family::Apt
            && command.action == Action::Remove
            && (command.name.starts_with("auto") || command.has_option(&["--auto-remove", "--autoremove"]))
    })
}

/// Adds options behind the subcommand and the options that follow it at once.
fn add_options(site: &Site<'_, '_>, options: &str) -> Edit {
    let command = site.command;
    let subcommand = command.subcommand.span.end;
    let mut end = subcommand;
    for word in command.invocation.arguments.iter().skip_while(|word| word.span.start < subcommand) {
        if !command.options.iter().any(|option| option.span == word.span) {
            break;
        }
        end = word.span.end;
    }
    Edit::insert(site.code.text.source_end(end), options)
}
