//! The folders that the application may write to, and how they come to belong to its user.

mod copies;

use std::collections::BTreeSet;

use dfopt_analysis::effects::{Step, steps};
use dfopt_analysis::paths::{below, is_application_folder, resolve, split};
use dfopt_analysis::{Build, Profile, Stage, destination, remains};
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use super::identity::{Identity, Origin, is_root};
use super::paths::{is_for_all, is_in_roots_home, is_own_of_system};
use crate::reordering::Declined;
use copies::copies;

/// The folders of the application.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// Those that it may write to.
    owned: BTreeSet<String>,
    /// Those of them that a RUN has to give to the user.
    pub(super) handed: BTreeSet<String>,
    /// The files and folders that instructions bring or make.
    present: Vec<String>,
    /// The COPYs whose files belong to the user.
    pub(super) copies: Vec<usize>,
    /// Those that RUNs make with `mkdir`.
    made: BTreeSet<String>,
    /// The RUNs that fail where a folder is there already.
    pub(super) strict: Vec<(usize, String)>,
    /// The RUN below which the folders are given to the user.
    pub(super) below: Option<usize>,
    /// The WORKDIR that makes the working directory, and does so for the user where USER stands above it.
    pub(super) workdir: Option<usize>,
}

impl Folders {
    /// The folders of the application in `stage`.
    pub(super) fn of(
        build: &Build<'_>,
        stage: &Stage,
        profile: &Profile,
        identity: &Identity,
    ) -> Result<Self, Declined> {
        let mut folders = Self { present: present(build, stage), ..Self::default() };
        folders.owned.extend(profile.writable.iter().map(|folder| folder.clone().into_owned()));
        folders.owned.extend(identity.home.clone());
        if identity.lacks_home {
            folders.handed.extend(identity.home.clone());
        }
        folders.working_directory(build, stage, profile, identity)?;
        folders.volumes(build, stage)?;
        folders.mkdirs(build, stage);
        folders.destinations(build, stage);
        folders.keep_given(build, stage, identity);
        folders.copies(build, stage, identity)?;
        folders.leave_manifests(build, stage)?;
        Ok(folders)
    }

    /// True where the application may write to `path`.
    pub(super) fn owns(&self, path: &str) -> bool {
        self.owned.iter().any(|folder| below(path, folder).is_some())
    }

    /// True where an instruction brings or makes `path`, or something in it.
    pub(super) fn has(&self, path: &str) -> bool {
        self.present.iter().any(|known| below(path, known).is_some() || below(known, path).is_some())
    }

    fn working_directory(
        &mut self,
        build: &Build<'_>,
        stage: &Stage,
        profile: &Profile,
        identity: &Identity,
    ) -> Result<(), Declined> {
        let last = build.last(stage, Keyword::Workdir);
        let state = build.state_after(stage.instructions.end - 1);
        let path = state.workdir.as_deref().and_then(|path| resolve(None, path));
        let Some(path) = path.filter(|path| path != "/") else {
            // The base image says where its user works; where nothing runs, nobody writes beside a single program.
            let is_of_image = profile.default_user.is_some() || identity.origin == Origin::Before;
            if last.is_none() && (identity.origin == Origin::Number || is_of_image) {
                return Ok(());
            }
            let reason = "without a WORKDIR of its own, it is not known where the application writes";
            return Err(Declined {
                cause: last,
                ..Declined::new(reason, "set a WORKDIR for the application")
            });
        };
        if is_in_roots_home(&path) {
            return Err(home(last, &path));
        }
        // What is made below the home of a user that is made later makes the home, too, for root.
        let home = identity.home.as_ref().filter(|home| below(&path, home).is_some());
        let is_new = matches!(identity.origin, Origin::New(_));
        if let (Some(home), true) = (home, is_new) {
            self.handed.insert(home.clone());
        }
        if home == Some(&path) || home.is_none() && self.owned.contains(&path) || is_for_all(&path) {
            return Ok(());
        }
        if !is_application_folder(&path) {
            let reason = format!("the working directory `{path}` is not the application's alone");
            return Err(Declined {
                cause: last,
                ..Declined::new(reason, "give the application a folder of its own")
            });
        }
        self.workdir = last;
        self.handed.insert(path.clone());
        self.owned.insert(path);
        Ok(())
    }

    /// A working directory that nothing is put into may be there for a folder of the host, whose owner is not known.
    pub(super) fn check_filled(&self, build: &Build<'_>, stage: &Stage) -> Result<(), Declined> {
        let state = build.state_after(stage.instructions.end - 1);
        let path = state.workdir.as_deref().and_then(|path| resolve(None, path));
        let Some((index, path)) = self.workdir.zip(path) else { return Ok(()) };
        let is_copied = build.ancestry(stage).flat_map(|stage| copies(build, stage)).any(|copy| {
            let to = destination(build, copy).path;
            to.is_none_or(|to| below(&to, &path).is_some() || below(&path, &to).is_some_and(|_| to != "/"))
        });
        if is_copied || self.made.contains(&path) || remains::fills(build, stage, &path) {
            return Ok(());
        }
        let reason = format!("nothing is put into `{path}`, so it may be there for a folder of the host");
        Err(Declined::because_of(index, reason, "name a user with USER, if it works on files of its own"))
    }

    fn volumes(&mut self, build: &Build<'_>, stage: &Stage) -> Result<(), Declined> {
        let instructions = build.lineage(stage);
        for index in instructions.filter(|&i| build.instruction(i).keyword() == Keyword::Volume) {
            let help = "give it to the user that the container is to run as, and name that in USER";
            for text in words(build, index) {
                let path = Some(text.as_str()).filter(|text| text.starts_with('/') && !text.contains('$'));
                let Some(path) = path.and_then(|path| resolve(None, path)) else {
                    return Err(Declined::because_of(
                        index,
                        format!("where the volume `{text}` is, is not known"),
                        help,
                    ));
                };
                if is_in_roots_home(&path) {
                    return Err(home(Some(index), &path));
                }
                if self.owned.contains(&path) || is_for_all(&path) {
                    continue;
                }
                if !is_application_folder(&path) && !is_own_of_system(&path) {
                    return Err(Declined::because_of(
                        index,
                        format!("the volume `{path}` is the system's"),
                        help,
                    ));
                }
                self.handed.insert(path.clone());
                self.owned.insert(path);
            }
        }
        Ok(())
    }

    /// The folders that RUNs make with `mkdir`, and do not take away again.
    fn mkdirs(&mut self, build: &Build<'_>, stage: &Stage) {
        let instructions = || build.lineage(stage);
        let runs = || instructions().filter(|&i| build.instruction(i).keyword() == Keyword::Run);
        let mut removed = Vec::new();
        let mut made = Vec::new();
        for index in runs() {
            let is_others = build.state_before(index).user.as_deref().is_some_and(|user| !is_root(user));
            for step in steps(build, index).unwrap_or_default() {
                let Some(invocation) = step.invocation() else { continue };
                match invocation.program.as_ref() {
                    "mkdir" if !is_others => {
                        made.extend(made_by(build, index, &step).map(|made| (index, made)))
                    }
                    "rm" | "rmdir" | "mv" => {
                        let words =
                            invocation.arguments.iter().filter_map(|word| step.value(build, index, word));
                        removed.extend(words.filter_map(|word| {
                            resolve(step.directory.as_deref(), word.trim_end_matches('*'))
                        }));
                    }
                    _ => {}
                }
            }
        }
        for (index, (paths, may_be_there)) in made {
            for path in paths {
                if is_in_roots_home(&path) || is_for_all(&path) {
                    continue;
                }
                self.made.insert(path.clone());
                if !may_be_there {
                    self.strict.push((index, path.clone()));
                }
                let is_removed = removed.iter().any(|removed| below(&path, removed).is_some());
                let is_own = is_application_folder(&path) || is_own_of_system(&path);
                if is_removed || !is_own {
                    continue;
                }
                // `mkdir -p storage/logs/today` makes each of them.
                let mut folder = path.as_str();
                while is_application_folder(folder) || is_own_of_system(folder) {
                    self.handed.insert(folder.to_owned());
                    self.owned.insert(folder.to_owned());
                    folder = split(folder).0;
                }
            }
        }
    }

    /// What a RUN of the file gives to the user already is not given again.
    fn keep_given(&mut self, build: &Build<'_>, stage: &Stage, identity: &Identity) {
        for index in build.lineage(stage) {
            for step in steps(build, index).unwrap_or_default() {
                let Some(invocation) = step.invocation().filter(|invocation| invocation.program == "chown")
                else {
                    continue;
                };
                let words = invocation.arguments.iter().filter_map(|word| step.value(build, index, word));
                let operands: Vec<String> = words.filter(|word| !word.starts_with('-')).collect();
                let Some((owner, paths)) =
                    operands.split_first().filter(|(owner, _)| identity.is_called(owner))
                else {
                    continue;
                };
                let is_recursive = invocation.arguments.iter().any(|word| {
                    invocation
                        .literal(word)
                        .is_some_and(|word| word == "--recursive" || word.starts_with("-R"))
                });
                for path in paths.iter().filter_map(|path| resolve(step.directory.as_deref(), path)) {
                    self.handed.retain(|folder| match is_recursive && owner.contains(':') {
                        true => below(folder, &path).is_none(),
                        false => *folder != path,
                    });
                }
            }
        }
    }
}

fn home(cause: Option<usize>, path: &str) -> Declined {
    let reason = format!("`{path}` is in the home of root, which others may not read");
    Declined { cause, ..Declined::new(reason, "use a folder of its own, such as /app") }
}

/// The words of VOLUME `index`, without variables that are known.
fn words(build: &Build<'_>, index: usize) -> Vec<String> {
    let instruction = build.instruction(index);
    let state = build.state_before(index);
    let words: Vec<String> = match instruction.arguments() {
        Arguments::Exec(words) => words.iter().map(|word| word.value.clone()).collect(),
        Arguments::Words(words) => {
            words.iter().map(|&word| String::from_utf8_lossy(instruction.slice(word)).into_owned()).collect()
        }
        _ => Vec::new(),
    };
    let known = |word: String| {
        let name = word.strip_prefix('$').map(|name| name.trim_matches(['{', '}']).to_owned());
        let value = name.and_then(|name| state.variables.get(&name)?.value.clone());
        value.unwrap_or(word)
    };
    words.into_iter().map(known).collect()
}

/// The files and folders that instructions of `stage`, and of those that it is built from, bring or make.
fn present(build: &Build<'_>, stage: &Stage) -> Vec<String> {
    let mut present = Vec::new();
    for index in build.lineage(stage) {
        if build.instruction(index).keyword() == Keyword::Volume {
            continue;
        }
        let effects = build.effects(index);
        present.extend(effects.writes.files.paths.iter().cloned());
        present.extend(effects.makes.iter().map(|(path, _)| path.clone()));
    }
    present.retain(|path| path != "/");
    present
}

/// The folders that a plain `mkdir` makes, and whether they may be there.
fn made_by<'d>(build: &Build<'d>, index: usize, step: &Step<'_, 'd>) -> Option<(Vec<String>, bool)> {
    let invocation = step.invocation()?;
    let mut paths = Vec::new();
    let mut may_be_there = false;
    let mut words = invocation.arguments.iter();
    while let Some(word) = words.next() {
        match invocation.literal(word).as_deref() {
            Some("-m" | "--mode") => {
                words.next();
            }
            Some(option) if option.starts_with('-') => {
                may_be_there |= option == "--parents" || !option.starts_with("--") && option.contains('p');
            }
            _ => paths.extend(
                step.value(build, index, word).and_then(|value| resolve(step.directory.as_deref(), &value)),
            ),
        }
    }
    Some((paths, may_be_there))
}
