//! The lines that are added, and `--chown`.

use dfopt_analysis::{Build, Stage, Tools};
use dfopt_syntax::Edit;
use dfopt_syntax::dockerfile::{Arguments, Keyword};
use dfopt_syntax::shell::Word;

use super::folders::Folders;
use super::identity::{Identity, Origin, is_root};
use crate::deprecated_forms::casing::Case;
use crate::joining::{Style, deeper};
use crate::reordering::{Declined, Moves, indent, is_complete};

pub(super) fn edits(
    build: &Build<'_>,
    stage: &Stage,
    identity: &Identity,
    folders: &Folders,
) -> Result<Vec<Edit>, Declined> {
    let mut edits = Vec::new();
    for &copy in &folders.copies {
        let instruction = build.instruction(copy);
        let keyword = instruction.source_span(instruction.operation.keyword_span);
        edits.push(Edit::insert(keyword.end, format!(" --chown={}", owner(build, stage, copy, identity)?)));
    }
    let mut moves = Moves::new(build);
    let above_workdir = place_without_run(build, stage, identity, folders)?;
    if identity.origin != Origin::Number {
        let place = place_of_run(build, stage, identity, folders);
        let is_plain =
            |path: &String| path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b));
        if let Some(path) = folders.handed.iter().find(|path| !is_plain(path)) {
            let reason = format!("the name of `{path}` is more than letters and digits");
            return Err(Declined::new(reason, "call it otherwise"));
        }
        let missing = missing(build, stage, folders, place)?;
        let commands = commands(identity, folders, &missing);
        if !commands.is_empty() {
            check_place(build, place)?;
            let at = place.min(stage.instructions.end - 1);
            let line = line(build, at, "RUN", &joined(build, at, &commands));
            match place == stage.instructions.end {
                true => moves.insert_below(at, line),
                false => moves.insert_above(place, line),
            }
        }
    }
    edits.extend(user(build, stage, identity, above_workdir, &mut moves)?);
    edits.extend(moves.away());
    Ok(edits)
}

/// What COPY `copy` gets for `--chown`: names are looked up in the image above, which `--link` does not see.
fn owner(build: &Build<'_>, stage: &Stage, copy: usize, identity: &Identity) -> Result<String, Declined> {
    let has_link = build.instruction(copy).flag("link").is_some();
    let is_made_below = match identity.origin {
        Origin::Run(run) => run > copy,
        Origin::New(_) => !stage.instructions.contains(&copy),
        _ => false,
    };
    if !has_link && !is_made_below {
        return Ok(identity.owner.clone());
    }
    identity.numbers.clone().ok_or_else(|| {
        let reason = format!("the COPY cannot know who `{}` is", identity.owner);
        Declined::because_of(copy, reason, "make the user further up, with a number")
    })
}

/// Where nothing can run, the working directory belongs to the user only if the WORKDIR that makes it stands below
/// USER: BuildKit makes it for whoever that is.
fn place_without_run(
    build: &Build<'_>,
    stage: &Stage,
    identity: &Identity,
    folders: &Folders,
) -> Result<Option<usize>, Declined> {
    if identity.origin != Origin::Number {
        return Ok(None);
    }
    let of_stage =
        |keyword: Keyword| stage.instructions.clone().find(|&i| build.instruction(i).keyword() == keyword);
    if let Some(run) = of_stage(Keyword::Run) {
        let reason = "what runs in an image without a shell is not known";
        return Err(Declined::because_of(run, reason, "name a user with USER"));
    }
    match (folders.handed.len(), folders.workdir) {
        (0, _) => Ok(None),
        (1, Some(workdir)) if stage.instructions.contains(&workdir) => Ok(of_stage(Keyword::Workdir)),
        _ => {
            let reason = "without a shell, its folders cannot be given to another user";
            Err(Declined::new(reason, "copy them with `--chown` from another stage"))
        }
    }
}

/// The instruction above which the user is made and gets its folders: where the first of its files comes, below all
/// that it stands on; else the end of the steps.
fn place_of_run(build: &Build<'_>, stage: &Stage, identity: &Identity, folders: &Folders) -> usize {
    let after_steps = steps_end(build, stage);
    let is_own = |copy: &usize| stage.instructions.contains(copy);
    let from_context = |&i: &usize| {
        let instruction = build.instruction(i);
        matches!(instruction.keyword(), Keyword::Copy | Keyword::Add) && instruction.flag("from").is_none()
    };
    let first = folders
        .copies
        .iter()
        .copied()
        .find(is_own)
        .or_else(|| stage.instructions.clone().find(from_context))
        .unwrap_or(after_steps);
    let above = match identity.origin {
        Origin::Run(run) if stage.instructions.contains(&run) => run + 1,
        _ => stage.instructions.start + 1,
    };
    let user = stage.instructions.clone().rfind(|&i| build.instruction(i).keyword() == Keyword::User);
    let below_user = user.map_or(0, |user| user + 1);
    let below_run = folders.below.map_or(0, |run| run + 1);
    first.max(above).max(below_user.min(after_steps)).max(below_run)
}

fn check_place(build: &Build<'_>, place: usize) -> Result<(), Declined> {
    let above = place - 1;
    let state = build.state_after(above);
    if state.user.as_deref().is_some_and(|user| !is_root(user)) {
        let reason = "its files come while another user than root runs the build";
        return Err(Declined::because_of(above, reason, "copy them below the steps of root"));
    }
    if !build.has_plain_shell(above) {
        let reason = "the SHELL is none in which a user can be made";
        return Err(Declined::because_of(above, reason, "name a user with USER"));
    }
    Ok(())
}

/// The folders that are not there yet above instruction `place`. None of the RUNs below may mind that they are made
/// before their time.
fn missing(
    build: &Build<'_>,
    stage: &Stage,
    folders: &Folders,
    place: usize,
) -> Result<Vec<String>, Declined> {
    let is_there =
        |folder: &&String| build.lineage(stage).any(|i| i < place && build.makes_folder(i, folder));
    let missing: Vec<String> = folders.handed.iter().filter(|folder| !is_there(folder)).cloned().collect();
    for folder in &missing {
        let made = (place..stage.instructions.end)
            .find(|&i| build.makes_folder(i, folder))
            .unwrap_or(stage.instructions.end);
        let mut runs = (place..made).filter(|&i| build.instruction(i).keyword() == Keyword::Run);
        let is_strict =
            |run: usize| folders.strict.iter().any(|(index, path)| *index == run && path == folder);
        if let Some(run) = runs.find(|&run| is_strict(run) || minds(build, run, folder)) {
            let reason = format!("the RUN makes `{folder}` itself, and may fail where it is there");
            return Err(Declined::because_of(run, reason, "make it further up with WORKDIR or `mkdir -p`"));
        }
    }
    Ok(missing)
}

/// True where a command of RUN `index` other than `mkdir -p` names `folder`.
fn minds(build: &Build<'_>, index: usize, folder: &str) -> bool {
    let text = build.instruction(index).text.bytes();
    if memchr::memmem::find(text, folder.as_bytes()).is_none() {
        return false;
    }
    let Some(invocations) = build.shell_code(index).and_then(|code| code.all_invocations()) else {
        return true;
    };
    invocations.iter().any(|invocation| {
        let names =
            |word: &Word| memchr::memmem::find(invocation.slice(word.span), folder.as_bytes()).is_some();
        let is_option = |word: &Word| {
            invocation.literal(word).is_some_and(|word| word == "--parents" || word.starts_with("-p"))
        };
        let is_tame = match invocation.program.as_ref() {
            "mkdir" => invocation.arguments.iter().any(is_option),
            "chmod" | "chown" | "rm" => true,
            _ => false,
        };
        !is_tame && invocation.arguments.iter().any(names)
    })
}

/// The commands that make the user and hand the folders over.
fn commands(identity: &Identity, folders: &Folders, missing: &[String]) -> Vec<String> {
    let mut commands = Vec::new();
    let name = identity.owner.split(':').next().unwrap_or_default();
    let (uid, gid) =
        identity.numbers.as_deref().and_then(|numbers| numbers.split_once(':')).unwrap_or_default();
    match identity.origin {
        Origin::New(Tools::Shadow) => commands.extend([
            format!("groupadd --gid {gid} {name}"),
            format!("useradd --uid {uid} --gid {name} --no-log-init --create-home --shell /usr/sbin/nologin {name}"),
        ]),
        Origin::New(Tools::BusyBox) => commands.extend([
            format!("addgroup -S -g {gid} {name}"),
            format!("adduser -S -D -u {uid} -G {name} -s /bin/false {name}"),
        ]),
        Origin::New(_) => commands.extend([
            format!("echo '{name}:x:{gid}:' >> /etc/group"),
            format!("echo '{name}:x:{uid}:{gid}::/home/{name}:/sbin/nologin' >> /etc/passwd"),
            format!("mkdir -p /home/{name}"),
        ]),
        _ => {}
    }
    if !missing.is_empty() {
        commands.push(format!("mkdir -p {}", missing.join(" ")));
    }
    let home = matches!(identity.origin, Origin::New(Tools::Shell)).then(|| format!("/home/{name}"));
    let handed: Vec<&str> = folders.handed.iter().chain(&home).map(String::as_str).collect();
    if !handed.is_empty() {
        // The group that the user logs in with, where no other is named.
        let group = if identity.owner.contains(':') { "" } else { ":" };
        commands.push(format!("chown {}{group} {}", identity.owner, handed.join(" ")));
    }
    commands
}

/// The commands as the file writes chains.
fn joined(build: &Build<'_>, at: usize, commands: &[String]) -> String {
    let style = Style::seen(build, &[at]);
    let indent = style.as_ref().map_or_else(|| deeper(build, at), |style| style.indent.clone());
    let is_leading = style.is_some_and(|style| style.leading);
    let next = build.dockerfile().continuation();
    let joint = match is_leading {
        true => format!(" {next}{indent}&& "),
        false => format!(" && {next}{indent}"),
    };
    commands.join(&joint)
}

/// An instruction on a line of its own, in the case and with the indent of the others.
fn line(build: &Build<'_>, at: usize, keyword: &str, text: &str) -> String {
    let keyword = Case::of(build.dockerfile()).apply(keyword);
    format!("{}{keyword} {text}{}", indent(build, at), build.dockerfile().newline())
}

/// The number behind the last instruction that builds something.
fn steps_end(build: &Build<'_>, stage: &Stage) -> usize {
    let is_step = |&i: &usize| {
        matches!(
            build.instruction(i).keyword(),
            Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir | Keyword::User | Keyword::From
        )
    };
    stage.instructions.clone().rfind(is_step).unwrap_or(stage.instructions.start) + 1
}

/// USER: in the place of one that names root below all steps, else below them, above CMD or ENTRYPOINT.
fn user(
    build: &Build<'_>,
    stage: &Stage,
    identity: &Identity,
    above_workdir: Option<usize>,
    moves: &mut Moves<'_, '_>,
) -> Result<Option<Edit>, Declined> {
    let after = steps_end(build, stage);
    let last = build.instruction(after - 1);
    if let (Keyword::User, Arguments::Text(span)) = (last.keyword(), last.arguments()) {
        return Ok(Some(Edit::replace(last.source_span(*span), identity.user.clone())));
    }
    let is_start = |&i: &usize| matches!(build.instruction(i).keyword(), Keyword::Cmd | Keyword::Entrypoint);
    let place = above_workdir.or_else(|| (after..stage.instructions.end).find(is_start));
    let at = place.unwrap_or(stage.instructions.end - 1);
    let line = line(build, at, "USER", &identity.user);
    match place {
        Some(place) => moves.insert_above(place, line),
        None if is_complete(build, at) || build.instruction(at).lines.len() == 1 => {
            moves.insert_below(at, line)
        }
        None => {
            let reason = "the last instruction ends in a continuation";
            return Err(Declined::because_of(at, reason, "end it where it ends"));
        }
    }
    Ok(None)
}
