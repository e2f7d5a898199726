//! The words of `mvn`. <https://maven.apache.org/ref/current/maven-embedder/cli.html>

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::words::plain;
use crate::ecosystems::words::split_value;
use crate::invocation::Invocation;

/// What a command, and `.mvn/maven.config`, say of files.
#[derive(Default)]
pub(super) struct Arguments {
    /// The POM.
    pub(super) file: Option<String>,
    /// Settings, and what else has to be there.
    pub(super) settings: Vec<String>,
    /// The local repository.
    pub(super) repository: Option<String>,
}

/// Goals that download, and write nothing into the application.
const GOALS: &[&str] =
    &["collect", "go-offline", "list", "resolve", "resolve-plugins", "resolve-sources", "sources", "tree"];

/// Options without a value.
const FLAGS: &[&str] = &[
    "--also-make",
    "--also-make-dependents",
    "--batch-mode",
    "--errors",
    "--fail-at-end",
    "--fail-fast",
    "--fail-never",
    "--lax-checksums",
    "--no-snapshot-updates",
    "--no-transfer-progress",
    "--non-recursive",
    "--offline",
    "--quiet",
    "--show-version",
    "--strict-checksums",
    "--update-snapshots",
    "--debug",
    "-B",
    "-C",
    "-N",
    "-U",
    "-V",
    "-X",
    "-am",
    "-amd",
    "-c",
    "-e",
    "-fae",
    "-ff",
    "-fn",
    "-ntp",
    "-nsu",
    "-o",
    "-q",
];

/// Options with a value, the next word.
pub(super) const VALUES: &[&str] = &[
    "--activate-profiles",
    "--builder",
    "--color",
    "--define",
    "--file",
    "--global-settings",
    "--global-toolchains",
    "--log-file",
    "--projects",
    "--resume-from",
    "--settings",
    "--threads",
    "--toolchains",
    "-D",
    "-P",
    "-T",
    "-b",
    "-f",
    "-gs",
    "-gt",
    "-l",
    "-pl",
    "-rf",
    "-s",
    "-t",
];

/// The words after the program; none for one that the shell expands.
pub(super) fn words(invocation: &Invocation<'_>) -> Vec<Option<String>> {
    invocation.arguments.iter().map(|word| plain(invocation, word).map(|text| text.into_owned())).collect()
}

impl Arguments {
    /// Adds `words`. `goals` where goals may stand among them.
    ///
    /// # Errors
    /// A word that is not known to leave the sources alone.
    pub(super) fn add(&mut self, words: &[Option<String>], goals: bool) -> Result<(), Refusal> {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(word) = word else {
                return Err(Refusal::new(
                    "the command has a variable or a pattern where a goal or an option stands",
                    "write it out",
                ));
            };
            if !word.starts_with('-') {
                self.goal(word, goals)?;
                continue;
            }
            let (option, inline) = split_value(word, &["-D", "-P", "-T"]);
            if FLAGS.contains(&option) && inline.is_none() {
                continue;
            }
            if !VALUES.contains(&option) {
                return Err(unknown(word));
            }
            let value = match inline {
                Some(value) => Some(value.to_owned()),
                None => words.next().cloned().flatten(),
            };
            match option {
                "-f" | "--file" => self.file = Some(value.ok_or_else(|| unknown(word))?),
                "-s"
                | "--settings"
                | "-gs"
                | "--global-settings"
                | "-t"
                | "--toolchains"
                | "-gt"
                | "--global-toolchains" => self.settings.push(value.ok_or_else(|| unknown(word))?),
                "-D" | "--define" => self.property(&value.ok_or_else(|| unknown(word))?)?,
                "-l" | "--log-file" => return Err(unknown(word)),
                _ => {}
            }
        }
        Ok(())
    }

    fn goal(&self, word: &str, goals: bool) -> Result<(), Refusal> {
        if goals && word.strip_prefix("dependency:").is_some_and(|goal| GOALS.contains(&goal)) {
            return Ok(());
        }
        Err(Refusal::new(
            format!("`{}` may need the sources", clip(word)),
            "download the dependencies in a command of its own: `mvn dependency:go-offline`",
        ))
    }

    fn property(&mut self, definition: &str) -> Result<(), Refusal> {
        let (name, value) = definition.split_once('=').unwrap_or((definition, ""));
        if name == "maven.repo.local" && !value.contains('$') {
            self.repository = Some(value.to_owned());
            return Ok(());
        }
        let is_url = value.starts_with("http://") || value.starts_with("https://");
        let moves = ["basedir", "user.dir", "user.home", "maven.multiModuleProjectDirectory"];
        let names_file = (value.contains(['/', '\\', '$']) || value.contains("..")) && !is_url;
        let is_output = name.to_ascii_lowercase().contains("output") || name.starts_with("mdep.");
        if names_file || is_output || moves.contains(&name) || name.starts_with("maven.ext") {
            return Err(unknown(&format!("-D{definition}")));
        }
        Ok(())
    }
}

fn unknown(word: &str) -> Refusal {
    Refusal::new(format!("`{}` is not known to leave the sources alone", clip(word)), super::ABOVE_BY_HAND)
}
