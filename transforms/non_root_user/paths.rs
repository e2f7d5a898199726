//! Which paths another user than root may use.

use dfopt_analysis::paths::{below, is_application_folder, resolve};
use dfopt_analysis::{Build, Stage};
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use super::folders::Folders;
use crate::reordering::Declined;

/// Folders that every user may write to, and what is no folder of files.
const FOR_ALL: &[&str] = &["/tmp", "/var/tmp", "/dev", "/proc", "/sys"];

/// Folders of the system in which programs keep what they write: hier(7).
const WRITTEN: &[&str] =
    &["/run", "/var/cache", "/var/lib", "/var/lock", "/var/log", "/var/mail", "/var/run", "/var/spool"];

/// True for a path that every user may write to.
pub(super) fn is_for_all(path: &str) -> bool {
    FOR_ALL.iter().any(|folder| below(path, folder).is_some())
}

/// True for root's home and what is in it: others may not look into it.
pub(super) fn is_in_roots_home(path: &str) -> bool {
    below(path, "/root").is_some()
}

/// True for a folder of its own among those in which programs keep what they write: `/var/log/app`
pub(super) fn is_own_of_system(path: &str) -> bool {
    WRITTEN.iter().any(|folder| below(path, folder).is_some_and(|rest| !rest.is_empty()))
}

/// Why a program may not be able to use `text`, which may be a path, as root could. None where nothing speaks
/// against it.
pub(super) fn obstacle(text: &str, folders: &Folders) -> Option<String> {
    if text.starts_with('~') || text.contains("$HOME") || text.contains("${HOME") {
        return Some(format!("`{text}` is in the home of root"));
    }
    let path = text.split(['$', '*', '?']).next().unwrap_or(text);
    if !path.starts_with('/') || path == "/" || path.starts_with("//") {
        return None;
    }
    let path = resolve(None, path)?;
    if is_in_roots_home(&path) {
        return Some(format!("`{path}` is in the home of root, which others may not read"));
    }
    if folders.owns(&path) || is_for_all(&path) || folders.has(&path) {
        return None;
    }
    if WRITTEN.iter().any(|folder| below(&path, folder).is_some()) {
        return Some(format!("only root may write to `{path}`"));
    }
    is_application_folder(&path).then(|| format!("nothing in the file makes `{path}`, so root may have to"))
}

/// The variables of the image name nothing that only root can use.
pub(super) fn check_variables(build: &Build<'_>, stage: &Stage, folders: &Folders) -> Result<(), Declined> {
    let instructions = build.lineage(stage);
    for index in instructions.filter(|&i| build.instruction(i).keyword() == Keyword::Env) {
        let instruction = build.instruction(index);
        let Arguments::Pairs(pairs) = instruction.arguments() else { continue };
        let state = build.state_after(index);
        for pair in pairs {
            let name = String::from_utf8_lossy(instruction.slice(pair.key));
            let written = String::from_utf8_lossy(instruction.slice(pair.value)).replace(['"', '\''], "");
            let known = state.variables.get(name.as_ref()).and_then(|variable| variable.value.clone());
            let value = known.unwrap_or(written);
            let is_list = name.ends_with("PATH") || name.ends_with("DIRS");
            let found = value.split(':').find_map(|part| {
                let obstacle = obstacle(part, folders)?;
                (!is_list || obstacle.contains("home of root")).then_some(obstacle)
            });
            if let Some(reason) = found {
                let help = "make it with `mkdir`, in a folder that is not root's";
                return Err(Declined::because_of(index, format!("{name}: {reason}"), help));
            }
        }
    }
    Ok(())
}
