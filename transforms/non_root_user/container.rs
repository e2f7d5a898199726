//! What the container starts must not need root.

use dfopt_analysis::paths::{resolve, split};
use dfopt_analysis::privileges::{Privilege, privilege, works_on_files, written};
use dfopt_analysis::startup::{self, Origin as From, Started, Unclear};
use dfopt_analysis::{Build, Family, Profile, Stage, remains};

use super::folders::Folders;
use super::identity::{Identity, Origin};
use super::paths::{is_for_all, obstacle};
use crate::reordering::Declined;

/// The commands that run when a container of `stage` starts. None of them needs root, by what is known of the program.
pub(super) fn started(
    build: &Build<'_>,
    stage: &Stage,
    profile: &Profile,
    identity: &Identity,
) -> Result<Vec<Started>, Declined> {
    let of_image: Vec<&str> = profile.command.iter().map(AsRef::as_ref).collect();
    let is_own = startup::in_effect(build, stage) != (None, None);
    if !is_own && profile.default_user.is_some() && identity.origin != Origin::Number {
        // What the image starts, it starts as this user.
        return Ok(Vec::new());
    }
    if !is_own && of_image.first().is_none_or(|program| privilege(program, &[]) == Privilege::Interactive) {
        return Err(declined(&Unclear::Nothing));
    }
    // distroless images of a language have it for their ENTRYPOINT: `CMD ["server.js"]`
    let is_program = profile.family == Family::Distroless && !of_image.is_empty();
    let started =
        startup::commands(build, stage, &of_image, is_program).map_err(|unclear| declined(&unclear))?;
    if let [only] = &started[..]
        && works_on_files(&only.program)
    {
        let name = split(&only.program).1;
        let reason = format!("`{name}` works on files that it is given, and whose they are is not known");
        return Err(at(only, reason, LEAVE));
    }
    for started in &started {
        check_program(build, stage, started)?;
        check_arguments(started)?;
    }
    Ok(started)
}

const LEAVE: &str = "if it works for another user, name that in USER";

fn declined(unclear: &Unclear) -> Declined {
    let (cause, reason) = match unclear {
        Unclear::Nothing => (None, "nothing says what a container of it runs".to_owned()),
        Unclear::Code(index) => (Some(*index), "what the shell makes of its code is not known".to_owned()),
        Unclear::Program(cause) => (*cause, "a variable says what it starts".to_owned()),
        Unclear::Script(cause, path) => (*cause, format!("what `{path}` does is not known")),
        Unclear::TooMuch => (None, "it starts too many programs".to_owned()),
    };
    Declined { cause, ..Declined::new(reason, LEAVE) }
}

fn check_program(build: &Build<'_>, stage: &Stage, started: &Started) -> Result<(), Declined> {
    let name = split(&started.program).1;
    let privilege = privilege(&started.program, &started.arguments);
    let reason = match privilege {
        Privilege::None => return Ok(()),
        Privilege::Unknown if is_of_application(build, stage, started) => return Ok(()),
        Privilege::Root(why) => format!("`{name}` needs root: {why}"),
        Privilege::Drops => format!("`{name}` gives root up itself"),
        Privilege::Installs => format!("`{name}` installs or builds something at the start"),
        Privilege::Home => format!("`{name}` looks for what it runs in the home of root"),
        Privilege::Interactive => format!("what is done in `{name}` is not known"),
        Privilege::Unknown => format!("what `{name}` needs is not known"),
    };
    Err(at(started, reason, LEAVE))
}

/// A program among the arguments that needs root: `/usr/local/bin/entrypoint /sbin/init`.
fn check_arguments(started: &Started) -> Result<(), Declined> {
    let named = started.arguments.iter().find(|word| {
        word.contains("/sbin/") && matches!(privilege(word, &[]), Privilege::Root(_) | Privilege::Drops)
    });
    match named {
        Some(word) => Err(at(started, format!("`{word}` may need root"), LEAVE)),
        None => Ok(()),
    }
}

/// True for a program that the application brings itself.
fn is_of_application(build: &Build<'_>, stage: &Stage, started: &Started) -> bool {
    let path = &started.program;
    match started.origin {
        From::Context => true,
        // A script there cannot be read.
        From::Stage => !path.ends_with(".sh") && !path.ends_with("entrypoint") && !path.ends_with("/init"),
        From::Image => {
            let workdir = build.state_after(stage.instructions.end - 1).workdir.clone();
            !path.ends_with(".sh") && remains::is_built(build, stage, path, workdir.as_deref())
        }
    }
}

/// What checks the health of the container needs no root either, as far as it is known.
pub(super) fn check_health(build: &Build<'_>, stage: &Stage, folders: &Folders) -> Result<(), Declined> {
    let started = startup::health_check(build, stage);
    for started in &started {
        if let Privilege::Root(why) = privilege(&started.program, &started.arguments) {
            return Err(at(started, format!("`{}` needs root: {why}", started.program), LEAVE));
        }
    }
    check(build, &started, folders)
}

/// The commands use nothing that only root can.
pub(super) fn check(build: &Build<'_>, started: &[Started], folders: &Folders) -> Result<(), Declined> {
    for started in started {
        let workdir = started.instruction.and_then(|index| build.state_before(index).workdir.clone());
        let is_writable = |text: &str| {
            let path = text.split('$').next().unwrap_or_default();
            !path.is_empty()
                && resolve(workdir.as_deref(), path)
                    .is_some_and(|path| folders.owns(&path) || is_for_all(&path))
        };
        if let Some(output) = started.outputs.iter().find(|output| !is_writable(output)) {
            return Err(at(
                started,
                format!("it writes to `{output}`"),
                "write to a folder of the application",
            ));
        }
        let written = written(&started.program, &started.arguments);
        if let Some(word) = written.into_iter().find(|word| !is_writable(word)) {
            return Err(at(started, format!("`{}` may change `{word}`", started.program), LEAVE));
        }
        for word in &started.arguments {
            let text = word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value);
            let text = text.strip_prefix("unix:").unwrap_or(text);
            if let Some(reason) = obstacle(text, folders) {
                return Err(at(started, reason, "use a folder of the application"));
            }
        }
        for file in &started.files {
            if let Some(reason) = in_file(build, file, folders) {
                return Err(at(started, reason, LEAVE));
            }
        }
    }
    Ok(())
}

/// Paths that a program or its configuration names as texts, where it is written in a language that is read.
const NAMED: &[&str] = &["/root/", "/var/log/", "/var/run/", "/var/lib/", "/var/spool/", "/run/", "/data/"];

/// Calls in a program that only root may make.
const CALLS: &[&str] = &[
    "os.setuid",
    "os.setgid",
    "os.setgroups",
    "os.chown",
    "process.setuid",
    "process.setgid",
    "SOCK_RAW",
    "iptables",
];

/// What the file `source` of the build context names that only root can use.
fn in_file(build: &Build<'_>, source: &str, folders: &Folders) -> Option<String> {
    let text = build.context()?.read(source)?;
    if let Some(call) = CALLS.iter().find(|call| text.contains(**call)) {
        return Some(format!("`{source}` calls `{call}`"));
    }
    for start in NAMED {
        for (at, _) in text.match_indices(start) {
            let is_quoted = text[..at].ends_with(['"', '\'', '`', '=', ' ', ':']);
            let rest: String =
                text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/._-".contains(*c)).collect();
            if is_quoted && let Some(reason) = obstacle(&rest, folders) {
                return Some(format!("{reason} (named in `{source}`)"));
            }
        }
    }
    None
}

fn at(started: &Started, reason: String, help: &str) -> Declined {
    let reason = match &started.script {
        Some(script) => format!("{reason} (in `{script}`)"),
        None => reason,
    };
    Declined { cause: started.instruction, ..Declined::new(reason, help) }
}
