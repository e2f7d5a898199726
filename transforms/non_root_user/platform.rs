//! Builds that are meant for a platform which chooses the user itself.

use dfopt_analysis::{Build, BuildContext};

use super::folders::Folders;
use super::paths::is_for_all;
use crate::reordering::Declined;

/// Files at the root of a build context that say what runs its image: the file, a text in it, why root stays, and what
/// to do.
const FILES: &[(&str, &str, &str, &str)] = &[
    // https://docs.github.com/actions/reference/workflows-and-actions/dockerfile-support
    ("action.yml", "docker", "GitHub runs the container of an action as root", "leave it as it is"),
    ("action.yaml", "docker", "GitHub runs the container of an action as root", "leave it as it is"),
    // https://containers.dev/implementors/json_reference/
    ("devcontainer.json", "", "a development container has a user of its own", "set `remoteUser`"),
];

/// Compose files: <https://docs.docker.com/compose/intro/compose-application-model/>.
const COMPOSE: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

const OF_COMPOSE: &[(&str, &str, &str)] = &[
    ("docker.sock", "a Compose file hands it the socket of Docker, which is root's", "leave it as it is"),
    ("user: root", "a Compose file says that it runs as root", "leave it as it is"),
    ("user: \"0", "a Compose file says that it runs as root", "leave it as it is"),
    ("user: 0", "a Compose file says that it runs as root", "leave it as it is"),
    ("privileged: true", "a Compose file runs it with all privileges", "leave it as it is"),
];

pub(super) fn check(build: &Build<'_>) -> Result<(), Declined> {
    if memchr::memmem::find(build.source(), b"docker.sock").is_some() {
        return Err(Declined::new(
            "it works with the socket of Docker, which is root's",
            "leave it as it is",
        ));
    }
    let Some(context) = build.context() else { return Ok(()) };
    let says = |file: &str, text: &str| says(context, file, text);
    for (file, text, reason, help) in FILES {
        if says(file, text) {
            return Err(Declined::new(*reason, *help));
        }
    }
    for (text, reason, help) in OF_COMPOSE {
        if COMPOSE.iter().any(|file| says(file, text)) {
            return Err(Declined::new(*reason, *help));
        }
    }
    Ok(())
}

/// A folder of the host that a Compose file puts over one of the application: whose that is, no file tells.
pub(super) fn check_mounts(build: &Build<'_>, folders: &Folders) -> Result<(), Declined> {
    let Some(context) = build.context() else { return Ok(()) };
    for file in COMPOSE {
        let Some(text) = context.read(file) else { continue };
        let mut mounts = text.lines().filter_map(mount);
        if let Some((source, target)) = mounts.find(|(_, target)| folders.owns(target) && !is_for_all(target))
        {
            let reason =
                format!("`{file}` mounts `{source}` at `{target}`, and whose files these are is not known");
            return Err(Declined::new(reason, "give them to the user that the container is to run as"));
        }
    }
    Ok(())
}

/// The folder of the host and the path in the container of a line such as `- ./data:/data`.
fn mount(line: &str) -> Option<(&str, &str)> {
    let words = line.trim().strip_prefix("- ")?.trim().trim_matches(['"', '\'']);
    if !words.starts_with(['.', '/', '~', '$']) {
        return None;
    }
    // `${DATA:-./data}:/data`
    let at = words.rfind(":/").filter(|&at| at > 0)?;
    let target = words[at + 1..].split(':').next()?;
    let is_read_only =
        words[at + 1..].split(':').nth(1).is_some_and(|mode| mode.split(',').any(|flag| flag == "ro"));
    (!is_read_only).then_some((&words[..at], target.trim_end_matches('/')))
}

fn says(context: &dyn BuildContext, file: &str, text: &str) -> bool {
    context.read(file).is_some_and(|content| content.contains(text))
}
