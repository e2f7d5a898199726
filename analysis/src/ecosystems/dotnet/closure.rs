//! The projects that a restore looks at, with all the files that each of them is made of.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use crate::context::Entry;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::{Project, Refusal};
use crate::paths::split;

use super::above::{Above, first, in_folder};
use super::build_file::{BuildFile, Named};
use super::paths::{expand, file_above, is_installed};

/// The closure of projects.
pub(super) struct Closure {
    above: Above,
    locked: bool,
    files: BTreeMap<String, Rc<BuildFile>>,
    /// How many files, and paths in them, may still be looked at. A file counts for each project.
    budget: usize,
}

/// 500 projects of 8 files, with 4 paths in each.
const MOST: usize = 20_000;

/// The files that MSBuild imports by itself: of each the first going up.
/// <https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory#search-scope>
const IMPLICIT: &[&str] = &["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];

/// What makes a project one whose packages are listed elsewhere; read where they are there.
const OTHER_STYLES: &[&str] = &["packages.config", "project.json"];

impl Closure {
    /// An empty one. `locked` where lock files are not written.
    pub(super) fn new(above: Above, locked: bool) -> Self {
        Self { above, locked, files: BTreeMap::new(), budget: MOST }
    }

    /// Adds `projects`, absolute paths, and all that they reference to what is needed.
    ///
    /// # Errors
    /// Where something else may be read, or a file is written that the sources bring.
    pub(super) fn follow(mut self, project: &mut Project<'_>, projects: Vec<String>) -> Result<(), Refusal> {
        let mut seen: BTreeSet<String> = projects.iter().cloned().collect();
        let mut queue = VecDeque::from(projects);
        while let Some(path) = queue.pop_front() {
            for reference in self.evaluate(project, &path)? {
                if seen.insert(reference.clone()) {
                    queue.push_back(reference);
                }
            }
        }
        Ok(())
    }

    /// Looks at one project. Gives the projects that it references.
    fn evaluate(&mut self, project: &mut Project<'_>, path: &str) -> Result<Vec<String>, Refusal> {
        let (folder, name) = split(path);
        let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
        if !["csproj", "fsproj", "vbproj"].contains(&kind) {
            return Err(Refusal::new(
                format!("{} is a project of a kind that is not known", clip(name)),
                super::ABOVE_BY_HAND,
            ));
        }
        self.above.nuget(project, folder)?;
        self.above.sdk(project, folder)?;
        let mut queue = VecDeque::from([path.to_owned()]);
        for implicit in IMPLICIT {
            queue.extend(first(project, folder, implicit)?);
        }
        let user = format!("{path}.user");
        if project.take(&user)? {
            queue.push_back(user);
        }
        let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
        let mut references = Vec::new();
        let mut locked = None;
        while let Some(file_path) = queue.pop_front() {
            let file = self.read(project, &file_path)?;
            if file_path == path && !file.has_sdk {
                return Err(Refusal::new(
                    format!("{} has no SDK: it is in the format of old", clip(name)),
                    super::ABOVE_BY_HAND,
                ));
            }
            let place = Place { file: &file_path, project: path, folder };
            place.exists(project, &file.exists)?;
            for import in &file.imports {
                if let Some(import) = place.import(project, import)?
                    && seen.insert(import.clone())
                {
                    queue.push_back(import);
                }
            }
            for reference in &file.references {
                references.extend(place.reference(project, reference)?);
            }
            if let Some(says) = file.locked {
                locked = Some(says && locked != Some(false));
            }
            if file.artifacts {
                place.artifacts(project)?;
            }
        }
        for style in OTHER_STYLES {
            project.take(&in_folder(folder, style))?;
        }
        project.take(&in_folder(folder, &format!("{stem}.project.json")))?;
        let lock = format!("packages.{}.lock.json", stem.replace(' ', "_"));
        for lock in ["packages.lock.json", &lock] {
            if project.take(&in_folder(folder, lock))? && !self.locked && locked != Some(true) {
                return Err(Refusal::new(
                    format!("the restore may update {}", clip(lock)),
                    "add `--locked-mode`",
                ));
            }
        }
        project.fills(&in_folder(folder, "obj"));
        Ok(references)
    }

    fn read(&mut self, project: &mut Project<'_>, path: &str) -> Result<Rc<BuildFile>, Refusal> {
        let file = match self.files.get(path) {
            Some(known) => Rc::clone(known),
            None => {
                let text = project.need(path)?;
                let file = Rc::new(BuildFile::parse(split(path).1, &text)?);
                self.files.insert(path.to_owned(), Rc::clone(&file));
                file
            }
        };
        let paths = file.imports.len() + file.references.len() + file.exists.len();
        match self.budget.checked_sub(1 + paths) {
            Some(budget) => self.budget = budget,
            None => return Err(Refusal::new("there are too many project files", super::ABOVE_BY_HAND)),
        }
        Ok(file)
    }
}

/// Where a path is written: in the file `file`, for the project `project` in `folder`.
struct Place<'p> {
    file: &'p str,
    project: &'p str,
    folder: &'p str,
}

impl Place<'_> {
    /// The file that an import leads to: none where it is not there, or is installed with MSBuild. Its path
    /// starts at the file that imports it.
    fn import(&self, project: &mut Project<'_>, import: &Named) -> Result<Option<String>, Refusal> {
        if is_installed(&import.path) {
            return Ok(None);
        }
        if let Some((name, start)) = file_above(&import.path, self.file, self.project) {
            return first(project, &start, name);
        }
        match expand(&import.path, self.file, self.project, split(self.file).0) {
            Some(path) => self.there(project, path, import.optional),
            None => Err(self.unknown("imports", &import.path)),
        }
    }

    /// The project that a reference leads to. Items are relative to the project, wherever they are written.
    fn reference(&self, project: &mut Project<'_>, reference: &Named) -> Result<Option<String>, Refusal> {
        match expand(&reference.path, self.file, self.project, self.folder) {
            Some(path) => self.there(project, path, reference.optional),
            None => Err(self.unknown("refers to", &reference.path)),
        }
    }

    fn there(
        &self,
        project: &mut Project<'_>,
        path: String,
        optional: bool,
    ) -> Result<Option<String>, Refusal> {
        match project.entry(&path) {
            Entry::Missing | Entry::Ignored if optional => Ok(None),
            Entry::Missing | Entry::Ignored => Err(Refusal::new(
                format!(
                    "{} refers to {}, which is not among the files that are copied",
                    clip(split(self.file).1),
                    clip(&path)
                ),
                "check .dockerignore, and the path, upper and lower case included",
            )),
            _ => Ok(Some(path)),
        }
    }

    /// Whether a file is there decides: so it has to be there. A condition's path starts at the project, that
    /// of an import at the file.
    fn exists(&self, project: &mut Project<'_>, paths: &[String]) -> Result<(), Refusal> {
        for path in paths.iter().filter(|path| !is_installed(path)) {
            for from in [self.folder, split(self.file).0] {
                let Some(full) = expand(path, self.file, self.project, from) else {
                    return Err(self.unknown("looks for", path));
                };
                if project.entry(&full) == Entry::Directory {
                    return Err(Refusal::new(
                        format!("{} looks for the folder `{}`", clip(split(self.file).1), clip(path)),
                        super::ABOVE_BY_HAND,
                    ));
                }
                project.take(&full)?;
            }
        }
        Ok(())
    }

    /// `UseArtifactsOutput` puts all that is built in a folder beside Directory.Build.props.
    /// <https://learn.microsoft.com/dotnet/core/sdk/artifacts-output>
    fn artifacts(&self, project: &mut Project<'_>) -> Result<(), Refusal> {
        let (folder, name) = split(self.file);
        if name != "Directory.Build.props" {
            return Err(Refusal::new(
                format!("{} sets `UseArtifactsOutput`", clip(name)),
                "set it in Directory.Build.props",
            ));
        }
        project.fills(&in_folder(folder, "artifacts"));
        Ok(())
    }

    fn unknown(&self, what: &str, path: &str) -> Refusal {
        Refusal::new(
            format!("{} {what} `{}`, which is not followed", clip(split(self.file).1), clip(path)),
            "write the path out",
        )
    }
}
