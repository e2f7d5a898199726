//! Whether `yarn` is yarn 1, whose cache is not needed once everything is installed.

use dfopt_analysis::packages::tools::{OF_LATER_YARN, OF_YARN_1, ToolCommand, has_option};
use dfopt_analysis::{Build, BuildContext, Entry};
use dfopt_syntax::dockerfile::Keyword;

use crate::joining::Obstacle;

pub(super) fn check(build: &Build<'_>, index: usize, command: &ToolCommand<'_>) -> Result<(), Obstacle> {
    let names = |text: &&str| memchr::memmem::find(build.source(), text.as_bytes()).is_some();
    if !OF_LATER_YARN.iter().any(names) && is_yarn_1(build, index, command) {
        return Ok(());
    }
    Err(Obstacle {
        reason: "a yarn after version 1 may run packages from its cache".to_owned(),
        help: "if it is yarn 1, add `yarn cache clean` by hand",
    })
}

fn is_yarn_1(build: &Build<'_>, index: usize, command: &ToolCommand<'_>) -> bool {
    let invocation = &command.invocation;
    let mut words = invocation.arguments.iter();
    words.any(|word| invocation.literal(word).is_some_and(|word| word == "global"))
        || has_option(invocation, OF_YARN_1)
        || build.context().is_some_and(|context| has_lock_of_yarn_1(build, index, context))
}

/// True where every `yarn.lock` that is copied so far is one of yarn 1, and no settings of a later one are
/// beside it.
fn has_lock_of_yarn_1(build: &Build<'_>, index: usize, context: &dyn BuildContext) -> bool {
    let Some(stage) = build.stage_of(index) else { return false };
    let mut found = false;
    for i in stage.instructions.start..index {
        if !matches!(build.instruction(i).keyword(), Keyword::Copy | Keyword::Add) {
            continue;
        }
        let Some(copied) = build.copied(i) else { return false };
        for one in copied {
            let (folder, is_lock) = match one.is_folder {
                true => (one.source.as_str(), false),
                false => one
                    .source
                    .rsplit_once('/')
                    .map_or(("", one.source == "yarn.lock"), |(folder, name)| (folder, name == "yarn.lock")),
            };
            let beside = |name: &str| match folder {
                "" => name.to_owned(),
                folder => format!("{folder}/{name}"),
            };
            if context.entry(&beside(".yarnrc.yml")) != Entry::Missing {
                return false;
            }
            if !is_lock && !one.is_folder {
                continue;
            }
            match context.read(&beside("yarn.lock")) {
                Some(lock) if lock.lines().take(16).any(|line| line.starts_with("# yarn lockfile v1")) => {
                    found = true;
                }
                Some(_) => return false,
                None => {}
            }
        }
    }
    found
}
