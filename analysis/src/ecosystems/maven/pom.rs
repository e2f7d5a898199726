//! One POM. <https://maven.apache.org/pom.html>

use crate::context::Entry;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::xml::Document;
use crate::ecosystems::{Project, Refusal};
use crate::paths::join;

/// What a POM names. Profiles are taken to be active: what may count, counts.
#[derive(Debug, Default)]
pub(super) struct Pom {
    /// Where its parent may be: a file or a folder.
    pub(super) parent: Option<String>,
    /// Its modules, files or folders; true for those of profiles, which may not be there.
    pub(super) modules: Vec<(String, bool)>,
    /// Files beside it that are read: libraries, repositories.
    files: Vec<String>,
    /// Files and folders that a profile looks for.
    looked_for: Vec<String>,
}

/// Extensions of Maven that read nothing but POMs.
const EXTENSIONS: &[(&str, &str)] = &[
    ("kr.motd.maven", "os-maven-plugin"),
    ("org.apache.felix", "maven-bundle-plugin"),
    ("org.apache.maven.wagon", "wagon-http"),
    ("org.apache.maven.wagon", "wagon-ssh"),
    ("org.sonatype.central", "central-publishing-maven-plugin"),
    ("org.sonatype.plugins", "nexus-staging-maven-plugin"),
];

impl Pom {
    /// Reads the POM `name`.
    ///
    /// # Errors
    /// Where it is not understood, or may read more.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        let document = Document::parse(text).filter(|document| document.element(0).name == "project");
        let document = document.ok_or_else(|| not_understood(name))?;
        let root = document.root();
        let mut pom = Self::default();
        if let Some(parent) = document.child(root, "parent") {
            let path = document.child_text(parent, "relativePath").unwrap_or("../pom.xml");
            pom.parent = (!path.is_empty()).then(|| path.to_owned());
        }
        pom.add_modules(&document, root, false);
        for index in document.descendants(root) {
            let element = document.element(index);
            match element.name {
                "profile" => pom.add_modules(&document, index, true),
                "systemPath" => pom.files.push(element.text.trim().to_owned()),
                // Not those that a release is deployed to.
                "repositories" | "pluginRepositories" => {
                    for repository in document.children(index) {
                        match local_url(&document, repository) {
                            Some(path) => pom.files.push(path.to_owned()),
                            None => check_url(&document, repository)?,
                        }
                    }
                }
                "activation" => pom.add_activation(&document, index),
                "extension" if document.child(index, "artifactId").is_some() => {
                    check_extension(&document, index)?;
                }
                "properties" => {
                    let mut names = document.children(index).map(|property| document.element(property).name);
                    // They are parameters of the goal, too.
                    if let Some(name) = names.find(|name| name.to_ascii_lowercase().contains("outputfile")) {
                        return Err(Refusal::new(
                            format!("the property `{}` makes the goal write a file", clip(name)),
                            "set it in an execution of the dependency plugin",
                        ));
                    }
                }
                "plugin" => check_plugin(&document, index)?,
                _ => {}
            }
        }
        Ok(pom)
    }

    /// Adds what the POM in `folder` names to what is needed.
    ///
    /// # Errors
    /// A path that is not known, a folder that is looked for.
    pub(super) fn take_files(&self, project: &mut Project<'_>, folder: &str) -> Result<(), Refusal> {
        for path in &self.files {
            project.take(&in_folder(folder, path)?)?;
        }
        for path in &self.looked_for {
            let full = in_folder(folder, path)?;
            if project.entry(&full) == Entry::Directory {
                return Err(Refusal::new(
                    format!("a profile looks for the folder `{}`", clip(path)),
                    super::ABOVE_BY_HAND,
                ));
            }
            project.take(&full)?;
        }
        Ok(())
    }

    fn add_modules(&mut self, document: &Document<'_>, index: usize, optional: bool) {
        for (group, name) in [("modules", "module"), ("subprojects", "subproject")] {
            let Some(group) = document.child(index, group) else { continue };
            let modules = document.children(group).map(|module| document.element(module));
            let named = modules.filter(|module| module.name == name && !module.text.trim().is_empty());
            self.modules.extend(named.map(|module| (module.text.trim().to_owned(), optional)));
        }
    }

    fn add_activation(&mut self, document: &Document<'_>, index: usize) {
        let Some(file) = document.child(index, "file") else { return };
        let paths = ["exists", "missing"].into_iter().filter_map(|name| document.child_text(file, name));
        self.looked_for.extend(paths.map(str::to_owned));
    }
}

/// `path` with the variables that stand for the folder of the POM.
fn in_folder(folder: &str, path: &str) -> Result<String, Refusal> {
    let mut rest = path.replace('\\', "/");
    for base in ["${project.basedir}", "${basedir}", "${pom.basedir}"] {
        if let Some(inside) = rest.strip_prefix(base) {
            rest = inside.trim_start_matches('/').to_owned();
            break;
        }
    }
    if rest.contains(['$', '*']) {
        return Err(Refusal::new(
            format!("the path `{}` in a POM is not known", clip(path)),
            "write it with ${project.basedir}",
        ));
    }
    Ok(if rest.starts_with('/') { rest } else { join(folder, &rest) })
}

/// The folder that the repository at `index` is in, where it is one of the application.
fn local_url<'d>(document: &'d Document<'_>, index: usize) -> Option<&'d str> {
    let path = document.child_text(index, "url")?.strip_prefix("file:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    // `file:///${basedir}/lib` is one, too.
    let path = path.strip_prefix('/').filter(|path| path.starts_with('$')).unwrap_or(path);
    path.starts_with("${").then_some(path)
}

/// Refuses a repository or mirror that is not on the net.
pub(super) fn check_url(document: &Document<'_>, index: usize) -> Result<(), Refusal> {
    match document.child_text(index, "url") {
        Some(url) if !url.starts_with("https://") && !url.starts_with("http://") => {
            Err(Refusal::new(format!("the repository `{}` may be a folder", clip(url)), "give it as a URL"))
        }
        _ => Ok(()),
    }
}

/// Refuses an extension of Maven that is not known: it runs before anything else.
pub(super) fn check_extension(document: &Document<'_>, index: usize) -> Result<(), Refusal> {
    let part = |name: &str| document.child_text(index, name).unwrap_or_default();
    let (group, artifact) = (part("groupId"), part("artifactId"));
    if EXTENSIONS.contains(&(group, artifact)) {
        return Ok(());
    }
    Err(Refusal::new(
        format!("the extension `{}` of Maven may read the sources", clip(artifact)),
        super::ABOVE_BY_HAND,
    ))
}

fn check_plugin(document: &Document<'_>, index: usize) -> Result<(), Refusal> {
    if document.child_text(index, "extensions").is_some_and(|extensions| extensions != "false") {
        check_extension(document, index)?;
    }
    if document.child_text(index, "artifactId") != Some("maven-dependency-plugin") {
        return Ok(());
    }
    // The goal on the command line is the execution `default-cli`.
    let executions = document.child(index, "executions");
    let by_name = executions.is_some_and(|executions| {
        document
            .children(executions)
            .any(|execution| document.child_text(execution, "id") == Some("default-cli"))
    });
    if by_name || document.child(index, "configuration").is_some() {
        return Err(Refusal::new(
            "the POM configures the dependency plugin",
            "move its configuration into an execution",
        ));
    }
    Ok(())
}

/// A file that is not XML as Maven reads it.
pub(super) fn not_understood(name: &str) -> Refusal {
    Refusal::new(format!("{} is not understood", clip(name)), "check that it is well-formed")
}
