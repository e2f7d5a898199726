//! What the RUNs leave behind must not be something that the application changes, nor lie in root's home.

use dfopt_analysis::effects::{Effects, Step, steps};
use dfopt_analysis::paths::{below, resolve};
use dfopt_analysis::remains::{self, Remain, Remains};
use dfopt_analysis::{After, BaseImage, Build, Entry, Invocation, Stage};
use dfopt_syntax::dockerfile::Keyword;

use super::folders::Folders;
use super::identity::{Identity, is_root};
use super::paths::is_for_all;
use crate::reordering::Declined;

pub(super) fn check(
    build: &Build<'_>,
    stage: &Stage,
    identity: &Identity,
    folders: &Folders,
) -> Result<(), Declined> {
    let mut instructions: Vec<usize> = build.latest_first(stage).collect();
    instructions.reverse();
    let is_run = |&index: &usize| build.instruction(index).keyword() == Keyword::Run;
    for index in instructions.into_iter().filter(is_run) {
        if build.state_before(index).user.as_deref().is_some_and(|user| !is_root(user)) {
            continue;
        }
        check_run(build, stage, index, folders)?;
        check_steps(build, index, identity, folders)?;
    }
    others(build, stage, folders)
}

/// A COPY of a stage below gives files away in the other stages that are built from it, too.
fn others(build: &Build<'_>, stage: &Stage, folders: &Folders) -> Result<(), Declined> {
    let below = folders.copies.iter().copied().filter(|copy| !stage.instructions.contains(copy));
    for copy in below {
        let may_mind = |index: usize| {
            let other = build.stage_of(index)?;
            let is_tame = |remain: &Remain<'_, '_>| match remain.remains {
                Remains::Readable | Remains::Home => true,
                Remains::ByOwner => is_new_node(build, index),
                _ => has_no_git(build),
            };
            let is_run = build.instruction(index).keyword() == Keyword::Run;
            let remaining = if is_run { remains::of_run(build, other, index) } else { Some(Vec::new()) };
            let is_tame = remaining.map_or_else(|| has_no_git(build), |all| all.iter().all(is_tame));
            (!is_tame).then_some(index)
        };
        let minds = build.find_after(copy, |index| may_mind(index).map_or(After::GoOn, After::Found));
        if let Some(cause) = minds {
            let reason = "another stage may ask Git, which refuses to work in a folder of somebody else";
            return Err(Declined::because_of(cause, reason, "name `.git` in .dockerignore"));
        }
    }
    Ok(())
}

fn has_no_git(build: &Build<'_>) -> bool {
    build.context().is_some_and(|context| matches!(context.entry(".git"), Entry::Missing | Entry::Ignored))
}

const APART: &str = "build in a stage of its own, and copy the result from it";

fn check_run(build: &Build<'_>, stage: &Stage, index: usize, folders: &Folders) -> Result<(), Declined> {
    let declined = |reason: String, help: &str| Err(Declined::because_of(index, reason, help));
    let Some(remaining) = remains::of_run(build, stage, index) else {
        return declined("what the RUN leaves behind is not known".to_owned(), APART);
    };
    for Remain { invocation, remains, step } in &remaining {
        let name = name(invocation);
        match remains {
            Remains::Home => {
                return declined(
                    format!("`{name}` leaves something in the home of root"),
                    "install it for all users",
                );
            }
            Remains::Unknown => {
                return declined(
                    format!("what `{name}` leaves behind, and who may use it, is not known"),
                    APART,
                );
            }
            Remains::Built if is_owner_seen(build, index, folders) => {
                let reason =
                    format!("`{name}` may ask Git, which refuses to work in a folder of somebody else");
                return declined(reason, "name `.git` in .dockerignore");
            }
            Remains::Files => check_files(build, index, step.as_ref(), &name, folders)?,
            _ => {}
        }
        if !matches!(invocation.program.as_ref(), "rm" | "rmdir" | "find" | "sed" | "grep" | "gpg") {
            let text = String::from_utf8_lossy(invocation.slice(invocation.command.span));
            if let Some(home) =
                ["/root/", "$HOME", "${HOME", " ~/"].into_iter().find(|home| text.contains(home))
            {
                let reason = format!("`{name}` works with the home of root: `{}`", home.trim());
                return declined(reason, "use a folder of its own, such as /app");
            }
        }
    }
    if let Some(package) = remains::privileged_package(build, index) {
        let reason = format!("`{package}` works with more than the files of the container");
        return declined(reason, "name a user with USER, if another one may");
    }
    Ok(())
}

/// True where code of the project runs below the COPYs that give its files away, and there may be a repository of Git.
fn is_owner_seen(build: &Build<'_>, index: usize, folders: &Folders) -> bool {
    let context = build.context();
    folders.copies.iter().any(|&copy| copy < index)
        && context.is_none_or(|context| !matches!(context.entry(".git"), Entry::Missing | Entry::Ignored))
}

/// True where RUN `index` may run scripts as the owner of the folder that it works in.
pub(super) fn runs_by_owner(build: &Build<'_>, stage: &Stage, index: usize) -> bool {
    if build.instruction(index).keyword() != Keyword::Run || is_new_node(build, index) {
        return false;
    }
    let remaining = remains::of_run(build, stage, index).unwrap_or_default();
    remaining.iter().any(|remain| {
        let program = remain.invocation.program.as_ref();
        remain.remains == Remains::ByOwner || program == "npm" && remain.remains == Remains::Built
    })
}

/// What unpacks or fetches must not put files into the folders of the application: they would be root's.
fn check_files<'d>(
    build: &Build<'d>,
    index: usize,
    step: Option<&Step<'_, 'd>>,
    name: &str,
    folders: &Folders,
) -> Result<(), Declined> {
    let effects = step.map(|step| step.effects(build, index)).unwrap_or_else(Effects::everything);
    if effects.writes.files.all {
        let reason = format!("where `{name}` puts its files is not known");
        return Err(Declined::because_of(index, reason, APART));
    }
    check_written(index, name, &effects, folders)
}

fn check_written(index: usize, name: &str, effects: &Effects, folders: &Folders) -> Result<(), Declined> {
    let is_own = |path: &&String| {
        folders.owns(path) && !is_for_all(path)
            || folders.handed.iter().any(|folder| below(folder, path).is_some())
    };
    match effects.writes.files.paths.iter().find(is_own) {
        Some(path) => {
            let reason = format!("`{name}` makes `{path}` for root");
            let help = "give it to the user that the container is to run as";
            Err(Declined::because_of(index, reason, help))
        }
        None => Ok(()),
    }
}

/// npm 9, which comes with Node.js 20, runs scripts as the user that it runs as itself (npm/cli's release notes).
fn is_new_node(build: &Build<'_>, index: usize) -> bool {
    let image = build.base_image(index).and_then(|reference| {
        let reference = build.expand_in_from(reference.as_bytes()).ok()?;
        let image = BaseImage::official(&reference)?;
        (image.name == "node").then(|| image.tag.to_owned())
    });
    let Some(tag) = image else { return false };
    let digits = tag.split(['.', '-']).next().unwrap_or_default();
    let is_newest =
        ["", "latest", "lts", "current", "alpine", "slim", "bookworm", "trixie", "iron", "jod", "krypton"];
    digits.parse::<u32>().map_or_else(|_| is_newest.contains(&digits), |major| major >= 20)
}

/// Programs that make single files, which are root's then.
const MAKERS: &[&str] =
    &["cat", "cp", "curl", "dd", "echo", "gunzip", "install", "openssl", "printf", "tee", "touch", "wget"];

/// Modes that keep others out, owners that are somebody else, and files of the application that root makes.
fn check_steps(
    build: &Build<'_>,
    index: usize,
    identity: &Identity,
    folders: &Folders,
) -> Result<(), Declined> {
    let declined = |reason: String, help: &str| Err(Declined::because_of(index, reason, help));
    for step in steps(build, index).unwrap_or_default() {
        let Some(invocation) = step.invocation() else { continue };
        let values: Vec<String> =
            invocation.arguments.iter().filter_map(|word| step.value(build, index, word)).collect();
        let operands: Vec<&String> = values.iter().filter(|word| !word.starts_with('-')).collect();
        let paths = || operands.iter().skip(1).filter_map(|word| resolve(step.directory.as_deref(), word));
        match invocation.program.as_ref() {
            "chmod" => {
                let Some(mode) = operands.first() else { continue };
                if keeps_out(mode) && !paths().all(|path| folders.owns(&path)) {
                    return declined(
                        format!("`chmod {mode}` keeps other users out"),
                        "let others read it: `chmod 755`, `chmod +x`",
                    );
                }
            }
            "chown" => {
                let Some(owner) = operands.first() else { continue };
                if paths().any(|path| folders.owns(&path)) && !identity.is_called(owner) {
                    let reason = format!("`chown {owner}` gives files of the application to somebody else");
                    return declined(reason, "name that user in USER");
                }
            }
            name if MAKERS.contains(&name) => {
                check_written(index, name, &step.effects(build, index), folders)?
            }
            _ => {}
        }
    }
    Ok(())
}

/// True for a mode with which others may not read, or not run what the owner may.
pub(super) fn keeps_out(mode: &str) -> bool {
    if mode.bytes().all(|b| b.is_ascii_digit()) {
        let owner = mode.bytes().rev().nth(2).map_or(0, |b| b - b'0');
        let others = mode.bytes().last().map_or(0, |b| b - b'0');
        return owner & 5 & !others != 0;
    }
    mode.split(',').any(|part| {
        let (who, what) = part.split_at(part.find(['+', '-', '=']).unwrap_or(part.len()));
        let all = who.is_empty() || who.contains(['o', 'a']);
        match what.as_bytes().first() {
            Some(b'-') => all && what.contains(['r', 'x', 'X']),
            Some(b'=') => all && !what.contains('r') || !all && who.contains('u') && what.contains('x'),
            _ => !all && who.contains('u') && what.contains('x'),
        }
    })
}

/// The program with its first operand: `npm ci`
fn name(invocation: &Invocation<'_>) -> String {
    let program = invocation.program.as_ref();
    let first = invocation.arguments.first().and_then(|word| invocation.literal(word));
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:@".contains(&b));
    match first.filter(|word| !word.starts_with('-') && word.len() < 32 && is_word(word)) {
        Some(word) => format!("{program} {word}"),
        None => program.to_owned(),
    }
}
