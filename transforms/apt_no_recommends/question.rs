//! Whether apt asks before it installs, and what happens where nobody answers.
//!
//! apt asks where it installs more than what was named. During a build there is nobody: it reads the end of
//! its input, says "Abort." and exits with 1 (apt 2.6, apt-get and apt alike, with `-q`, too; aptitude 0.8
//! also with `-qq`). `DEBIAN_FRONTEND` is for the packages' own questions.

use dfopt_analysis::packages::Setting;
use dfopt_syntax::shell::{AndOrOperator, RedirectOperator};

use super::{Declined, Site};

/// What apt's question leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// There is none, or something answers.
    No,
    /// apt aborts, and the RUN fails.
    Aborts,
    /// apt aborts, and the RUN may go on.
    GoesOn,
}

impl Question {
    /// `more` are options that variables hold; `assumed` is what apt's settings say.
    pub(super) fn of(site: &Site<'_, '_>, more: &[String], assumed: Setting) -> Self {
        if matches!(assumed, Setting::Set(true) | Setting::Unknown(_)) || is_answered(site, more) {
            Self::No
        } else if stops_the_run(site) {
            Self::Aborts
        } else {
            Self::GoesOn
        }
    }
}

pub(super) fn declined() -> Declined {
    let reason = "it asks whether to go on, nobody answers, and the RUN may go on without it";
    Declined::new(reason, "add -y if it is wanted")
}

fn is_answered(site: &Site<'_, '_>, more: &[String]) -> bool {
    let command = site.command;
    let is_apt = command.invocation.program != "aptitude";
    let options: Vec<String> = command.option_texts().map(Into::into).chain(more.iter().cloned()).collect();
    let short = |letter: char| {
        let cluster = |option: &&String| {
            let letters = option.strip_prefix('-').unwrap_or_default();
            letters.chars().all(|c| c.is_ascii_alphabetic())
        };
        options.iter().filter(cluster).map(|option| option.matches(letter).count()).sum::<usize>()
    };
    let long = |names: &[&str]| options.iter().any(|option| names.contains(&option.as_str()));
    let quiet = short('q') + options.iter().filter(|option| *option == "--quiet").count();
    let takes_input = command.invocation.command.redirects.iter().any(|redirect| {
        use RedirectOperator as R;
        matches!(
            redirect.operator,
            R::Input | R::ReadWrite | R::DuplicateInput | R::HereDocument | R::HereString
        )
    });
    short('y') > 0
        || long(&["--yes", "--assume-yes", "--force-yes"])
        // "Quiet level 2 implies -y", apt-get(8).
        || is_apt && (quiet > 1 || long(&["--quiet=2", "-q=2"]))
        || command.invocation.context.in_pipeline
        || takes_input
}

/// True where the RUN fails if the command does.
fn stops_the_run(site: &Site<'_, '_>) -> bool {
    if !site.command.invocation.is_plain() {
        return false;
    }
    let span = site.command.invocation.command.span;
    let items = &site.code.script.list.items;
    let Some(at) = items.iter().position(|item| {
        let whole = item.and_or.span;
        whole.start <= span.start && span.end <= whole.end
    }) else {
        return false;
    };
    let is_chain = items[at].and_or.rest.iter().all(|(operator, ..)| *operator == AndOrOperator::And);
    let exits = crate::joining::exits_on_error(site.build, site.index, site.code);
    is_chain && at + 1 == items.len() || exits && !site.command.invocation.context.before_and_or
}
