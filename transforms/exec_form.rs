//! Starts the program itself where CMD or ENTRYPOINT needs no shell: exec form in place of shell form.
//!
//! In shell form the program is a child of `/bin/sh -c`, which does not pass on the signal that `docker stop`
//! sends; after ten seconds the program is killed
//! (<https://docs.docker.com/reference/build-checks/json-args-recommended/>).
//!
//! ```dockerfile
//! FROM python:3.13-slim
//! WORKDIR /app
//! COPY . .
//! CMD python -m app --name "my app" \
//!     --port 8000
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM python:3.13-slim
//! WORKDIR /app
//! COPY . .
//! CMD ["python", "-m", "app", "--name", "my app", \
//!     "--port", "8000"]
//! ```
//!
//! # Why it is safe
//!
//! The code is one program with words that the shell hands on as they are: nothing is expanded, set or redirected,
//! and the name is none of the shell's own commands. The shell does nothing else: it is no login shell, and no
//! file is read before. The program starts without a shell: it comes from a package, or its file in the build
//! context begins with `#!` or is a binary; a script without `#!` runs in shell form only. It is found by the same
//! `PATH`, in which no folder is relative.
//!
//! Nothing but the shell goes. A CMD is left alone where an ENTRYPOINT gets it for arguments, be it that of the
//! file or that of the base image, so the image must be known to have none that looks at its arguments. An
//! ENTRYPOINT is left alone where there is a CMD, which a shell ignores and a program gets.
//!
//! What changes is how the container runs: the program is process 1 and gets the signals; arguments after
//! `docker run IMAGE` reach an ENTRYPOINT, where the shell form drops them; and the variables are gone that the
//! shell itself sets, such as `PWD`.

mod command;
mod edits;
mod others;

use dfopt_analysis::{BaseImage, Build, programs};
use dfopt_syntax::Edit;
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use crate::declined::Declined;
use crate::{Context, Effect, Findings, Transform};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "exec-form",
    effect: Effect::Harden,
    acts_on: &["DL3025", "JSONArgsRecommended"],
    source: include_str!("exec_form.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    for stage in build.stages() {
        let last = |keyword| stage.instructions.clone().rfind(|&i| build.instruction(i).keyword() == keyword);
        // The others are never in effect.
        for index in [Keyword::Cmd, Keyword::Entrypoint].into_iter().filter_map(last) {
            let instruction = build.instruction(index);
            if !matches!(instruction.arguments(), Arguments::Text(_)) {
                continue;
            }
            match rewrite(build, index) {
                Ok(edits) => findings.rewrite("start the program without a shell", Effect::Harden, edits),
                Err(declined) => declined.report(instruction.span, findings),
            }
        }
    }
}

const USE_EXEC: &str = "put `exec` before the last program, for it to get the signals";
const WRITE_IT: &str = "write it in exec form if the program is to start without a shell";

fn rewrite(build: &Build<'_>, index: usize) -> Result<Vec<Edit>, Declined> {
    let instruction = build.instruction(index);
    if instruction.slice(instruction.operation.body).starts_with(b"[") {
        let reason = "it is no array of JSON, so the shell reads the brackets";
        return Err(Declined::new(reason, "use double quotes, and a comma between any two words"));
    }
    let Some(code) = build.shell_code(index).filter(|_| build.has_plain_shell(index)) else {
        return Err(Declined::new("what the shell makes of it is not known", WRITE_IT));
    };
    let command = command::of(code)?;
    let program = command.program(code);
    others::check(build, index)?;
    check_image(build, index, &program)?;
    check_path(build, &program)?;
    if !programs::starts_without_shell(build, index, &program) {
        let reason = format!("`{program}` may be a script without `#!`, which only a shell starts");
        return Err(Declined::new(reason, WRITE_IT));
    }
    edits::edits(build, code, &command)
}

/// The base image must run a CMD as it is; for an ENTRYPOINT it must only leave the shell as it is.
fn check_image(build: &Build<'_>, index: usize, program: &str) -> Result<(), Declined> {
    let Some(reference) = build.base_image(index) else { return Ok(()) };
    let image = BaseImage::official(reference);
    let is_command =
        build.instruction(index).keyword() == Keyword::Cmd && others::entrypoint(build, index).is_none();
    match image {
        Some(image) if is_command && image.runs_as_it_is(program) => Ok(()),
        Some(image) if !is_command && image.has_plain_shell() => Ok(()),
        _ if is_command => {
            let reason =
                format!("what the ENTRYPOINT of `{reference}` makes of another command is not known");
            Err(Declined::new(reason, WRITE_IT))
        }
        _ => Err(Declined::new(format!("the SHELL of `{reference}` is not known"), WRITE_IT)),
    }
}

/// A name is looked for in `PATH`, where a container finds nothing in relative folders; and `BASH_ENV` names a file
/// that bash runs first.
fn check_path(build: &Build<'_>, program: &str) -> Result<(), Declined> {
    if memchr::memmem::find(build.source(), b"BASH_ENV").is_some() {
        return Err(Declined::new("bash runs the file that `BASH_ENV` names first", WRITE_IT));
    }
    if program.contains('/') {
        return Ok(());
    }
    for instruction in build.dockerfile().instructions() {
        let Arguments::Pairs(pairs) = instruction.arguments() else { continue };
        for pair in pairs.iter().filter(|pair| instruction.slice(pair.key) == b"PATH") {
            let value = String::from_utf8_lossy(instruction.slice(pair.value)).into_owned();
            let mut folders = value.trim_matches(['"', '\'']).split(':');
            if folders.any(|folder| !folder.starts_with(['/', '$'])) {
                let reason = "only a shell looks for programs in relative folders of `PATH`";
                let help = "name the folders of PATH from the root";
                return Err(Declined::because_of(instruction.span, reason, help));
            }
        }
    }
    Ok(())
}
