//! Runs the container as a user that is not root, who owns the files of the application.
//!
//! Whoever breaks into a program that runs as root owns all of its container, and is root on the host if they get out
//! (<https://docs.docker.com/build/building/best-practices/#user>).
//!
//! ```dockerfile
//! FROM python:3.13-slim
//! WORKDIR /app
//! COPY requirements.txt ./
//! RUN pip install --no-cache-dir -r requirements.txt
//! COPY . .
//! VOLUME /data
//! CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM python:3.13-slim
//! WORKDIR /app
//! RUN groupadd --gid 10001 app && \
//!     useradd --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app && \
//!     mkdir -p /data && \
//!     chown app:app /app /data
//! COPY --chown=app:app requirements.txt ./
//! RUN pip install --no-cache-dir -r requirements.txt
//! COPY --chown=app:app . .
//! VOLUME /data
//! USER 10001:10001
//! CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
//! ```
//!
//! The user is the one that the image has for this (`node`, `www-data`, `nonroot`, `$APP_UID`), the one that the file
//! makes and never uses, or a new one. Where the file gives root up and takes it back for the rest, it is given up
//! again. The user is a number in USER, also where the file names one: Kubernetes cannot tell from a name that it is
//! not root. `[non-root-user]` in dfopt.toml sets the name and the number of new users, and describes base images.
//!
//! # Why it is safe
//!
//! USER is written into the last stage, and those that are there to be a target: no stage is built from them, so nothing
//! else runs as the new user. It stands below everything that the build does. Where the files of the application come in a
//! stage below, COPY gets the number of the user there; to root, who works with them elsewhere, that is no bar.
//!
//! The base image is known, with its users, its tools and its ENTRYPOINT. What the container starts is read down to the
//! single command, through the scripts of the build context. None of it is known to need root: programs that change
//! users themselves or open the logs of the system, databases whose ENTRYPOINT gives root up, and programs that install
//! something at the start are left as root, and so is what is not known.
//!
//! The application finds its files as before. What COPY brings belongs to the user. The working directory, volumes and
//! the folders that the file makes for the application do, too, so it can write there; no file is copied once more for
//! that. Nothing that it needs lies in `/root`, which others may not read. RUNs are known to leave files behind that a
//! running program only reads. What the command line, the variables and the scripts name is there, and readable.
//!
//! What no file tells is what a program does with its files when it runs: one that writes elsewhere has to be told to
//! write to its folders, or to a volume. In an empty image without a WORKDIR that is taken to be none. Volumes that exist
//! already belong to root, and need one `chown`. Ports below 1024 are open to all users in Docker (since 20.10) and
//! Podman, but neither on the network of the host nor in Kubernetes: the remark says so.

mod container;
mod edits;
mod folders;
mod identity;
mod number;
mod paths;
mod platform;
mod runs;

use dfopt_analysis::{Build, Entrypoint, Profile, Stage, startup};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use crate::reordering::{Declined, is_walkable};
use crate::{Context, Effect, Findings, Transform};
use folders::Folders;
use identity::{Identity, Now, Root};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "non-root-user",
    effect: Effect::Harden,
    acts_on: &["DL3002"],
    source: include_str!("non_root_user.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    let is_leaf = |stage: &&Stage| stage.shipped && !build.is_built_upon(stage) && is_walkable(build, stage);
    for stage in build.stages().iter().filter(is_leaf) {
        let (entrypoint, command) = startup::in_effect(build, stage);
        let is_last = stage.index + 1 == build.stages().len();
        if entrypoint.or(command).is_none() && !is_last {
            // A stage of tests, or one whose files are taken out.
            continue;
        }
        let own = |index: &usize| stage.instructions.contains(index);
        let shown = entrypoint.filter(own).or(command.filter(own)).unwrap_or(stage.instructions.start);
        let span = build.instruction(shown).span;
        let from = build.instruction(stage.instructions.start).span;
        if (context.is_ignored)(span) || (context.is_ignored)(from) {
            continue;
        }
        let planned = match identity::now(build, stage) {
            Now::Other(user) => number::rewrite(context, stage, user, findings),
            Now::Unknown => Ok(()),
            Now::Default(root) => plan(context, stage, &root, findings),
        };
        if let Err(declined) = planned {
            declined.report_at(build, span, findings);
        }
    }
}

fn plan(
    context: &Context<'_, '_>,
    stage: &Stage,
    root: &Root,
    findings: &mut Findings,
) -> Result<(), Declined> {
    let build = context.build;
    platform::check(build)?;
    let profile = profile(context, stage)?;
    if let Some(onbuild) =
        stage.instructions.clone().find(|&i| build.instruction(i).keyword() == Keyword::Onbuild)
    {
        let help = "end the ONBUILDs with USER";
        return Err(Declined::because_of(onbuild, "what ONBUILD runs in another build may need root", help));
    }
    let identity = Identity::choose(context, stage, &profile, root)?;
    let started = container::started(build, stage, &profile, &identity)?;
    let folders = Folders::of(build, stage, &profile, &identity)?;
    runs::check(build, stage, &identity, &folders)?;
    container::check(build, &started, &folders)?;
    container::check_health(build, stage, &folders)?;
    platform::check_mounts(build, &folders)?;
    paths::check_variables(build, stage, &folders)?;
    folders.check_filled(build, stage)?;
    let edits = edits::edits(build, stage, &identity, &folders)?;
    findings.rewrite(title(build, stage, &profile, &identity), Effect::Harden, edits);
    Ok(())
}

/// The image at the bottom of `stage`, and what is known of it.
fn known(context: &Context<'_, '_>, stage: &Stage) -> (String, Option<Profile>) {
    let reference = context.build.expanded_base_image(stage.instructions.start);
    let reference = reference.unwrap_or_else(|| "scratch".to_owned());
    let profile = Profile::of(&reference, &context.settings.users.images);
    (reference, profile)
}

/// What is known of the image at the bottom of `stage`, as long as that does not keep root.
fn profile(context: &Context<'_, '_>, stage: &Stage) -> Result<Profile, Declined> {
    let build = context.build;
    let from = build.stages()[stage.root].instructions.start;
    let (reference, profile) = known(context, stage);
    let Some(profile) = profile else {
        return Err(Declined::because_of(
            from,
            format!("which users `{reference}` has is not known"),
            "describe it in dfopt.toml: [[non-root-user.images]]",
        ));
    };
    let runs_windows = profile.family.tools().is_none() || build.dockerfile().escape() == b'`';
    if runs_windows {
        return Err(Declined::because_of(from, "users of Windows are others", "name a user with USER"));
    }
    let is_own = startup::in_effect(build, stage).0.is_some();
    match profile.entrypoint {
        Entrypoint::DropsRoot if !is_own => {
            let reason = format!("the ENTRYPOINT of `{reference}` gives root up itself");
            Err(Declined::because_of(from, reason, "leave it as it is"))
        }
        Entrypoint::NeedsRoot if !is_own => {
            let reason = format!("the ENTRYPOINT of `{reference}` needs root");
            Err(Declined::because_of(from, reason, "start the program itself, without it"))
        }
        Entrypoint::Platform => {
            let reason = format!("the platform that `{reference}` is for chooses the user");
            Err(Declined::because_of(from, reason, "leave it as it is"))
        }
        _ => Ok(profile),
    }
}

fn title(build: &Build<'_>, stage: &Stage, profile: &Profile, identity: &Identity) -> String {
    let mut title = format!("run as {} instead of root", identity.title());
    if let Some(port) = low_port(build, stage, profile) {
        title += &format!(
            "; Kubernetes opens port {port} to it with the sysctl `net.ipv4.ip_unprivileged_port_start` alone"
        );
    }
    title
}

/// A port below 1024 that the image exposes.
fn low_port(build: &Build<'_>, stage: &Stage, profile: &Profile) -> Option<u16> {
    let exposes = build.lineage(stage).filter(|&i| build.instruction(i).keyword() == Keyword::Expose);
    let ports = exposes.flat_map(|i| {
        let instruction = build.instruction(i);
        let words: &[Span] = match instruction.arguments() {
            Arguments::Words(words) => words,
            _ => &[],
        };
        words.iter().filter_map(|&word| {
            let text = std::str::from_utf8(instruction.slice(word)).ok()?;
            text.split(['/', '-']).next()?.parse().ok()
        })
    });
    ports.chain(profile.ports.iter().copied()).find(|&port| (1..1024).contains(&port))
}
