//! The words of `dotnet restore` and `dotnet tool restore`, those that MSBuild gets included.

use crate::ecosystems::Refusal;
use crate::ecosystems::arguments::clip;
use crate::ecosystems::words::plain;
use crate::invocation::Invocation;

use super::properties;

/// Which command it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// `dotnet restore`.
    Restore,
    /// `dotnet tool restore`.
    Tools,
}

/// What a command says of files.
#[derive(Default)]
pub(super) struct Arguments {
    /// The project, solution or folder.
    pub(super) operand: Option<String>,
    /// NuGet's settings.
    pub(super) configs: Vec<String>,
    /// Package sources that are folders.
    pub(super) sources: Vec<String>,
    /// The folder of packages.
    pub(super) packages: Option<String>,
    /// The manifest of tools.
    pub(super) manifest: Option<String>,
    /// True where lock files are not written.
    pub(super) locked: bool,
}

/// Options without a value, or with one after `:` or `=` that names no file.
const FLAGS: &[&str] = &[
    "--disable-build-servers",
    "--disable-parallel",
    "--force",
    "--ignore-failed-sources",
    "--interactive",
    "--no-cache",
    "--no-dependencies",
    "--no-http-cache",
    "--nologo",
    "--tl",
    "--ucr",
    "--use-current-runtime",
    "-clp",
    "-consoleloggerparameters",
    "-f",
    "-m",
    "-maxcpucount",
    "-nodereuse",
    "-nologo",
    "-nowarn",
    "-nr",
    "-terminallogger",
    "-tl",
    "-v",
    "-verbosity",
    "-warnaserror",
];

/// Options whose value, the next word or after `:` or `=`, names no file.
const VALUES: &[&str] = &["--arch", "--os", "--runtime", "--verbosity", "-a", "-r", "-v"];

impl Arguments {
    /// Reads the words after `dotnet`.
    ///
    /// # Errors
    /// A word that is not known, or that makes it another restore.
    pub(super) fn parse(invocation: &Invocation<'_>, tool: Tool) -> Result<Self, Refusal> {
        let mut arguments = Self::default();
        let mut words = invocation.arguments.iter();
        let mut names = match tool {
            Tool::Restore => ["restore"].iter(),
            Tool::Tools => ["tool", "restore"].iter(),
        };
        let mut name = names.next();
        while let Some(word) = words.next() {
            let Some(text) = plain(invocation, word) else {
                return Err(Refusal::new(
                    "the command has a variable or a pattern where a project or an option stands",
                    "write it out",
                ));
            };
            let Some(option) = option(&text) else {
                if name.is_some_and(|name| *name == text) {
                    name = names.next();
                } else if arguments.operand.replace(text.into_owned()).is_some() || tool == Tool::Tools {
                    return Err(Refusal::new("it restores more than one project", "run it once for each"));
                }
                continue;
            };
            let (option, inline) = split_value(&option);
            let mut value = || match inline {
                Some(value) => Some(value.to_owned()),
                None => Some(plain(invocation, words.next()?)?.into_owned()),
            };
            match option {
                "-p" | "-property" | "--property" => {
                    let given = value().ok_or_else(unknown_value)?;
                    arguments.locked |= properties::check_given(&given)?;
                }
                "--configfile" => arguments.configs.push(value().ok_or_else(unknown_value)?),
                "-s" | "--source" | "--add-source" => {
                    let source = value().ok_or_else(unknown_value)?;
                    if !is_url(&source) {
                        arguments.sources.push(source);
                    }
                }
                "--packages" => arguments.packages = Some(value().ok_or_else(unknown_value)?),
                "--tool-manifest" if tool == Tool::Tools => {
                    arguments.manifest = Some(value().ok_or_else(unknown_value)?);
                }
                "--locked-mode" => arguments.locked = true,
                // A lock file that is there is dealt with project by project.
                "--use-lock-file" => {}
                _ if VALUES.contains(&option) => {
                    if inline.is_none() {
                        words.next();
                    }
                }
                _ if FLAGS.contains(&option) => {}
                _ => {
                    return Err(Refusal::new(
                        format!("the option `{}` is not known to leave the sources alone", clip(option)),
                        super::ABOVE_BY_HAND,
                    ));
                }
            }
        }
        Ok(arguments)
    }
}

/// `word` as an option: MSBuild's `/p:…` is `-p:…`. None for an operand.
fn option(word: &str) -> Option<String> {
    if word.starts_with('-') {
        return Some(word.to_owned());
    }
    let (name, value) = word.strip_prefix('/')?.split_once(':')?;
    (!name.contains('/')).then(|| format!("-{name}:{value}"))
}

/// `--name=value` and `-name:value` in two.
fn split_value(option: &str) -> (&str, Option<&str>) {
    match option.find([':', '=']) {
        Some(at) => (&option[..at], Some(&option[at + 1..])),
        None => (option, None),
    }
}

/// True for a package source on the net.
pub(super) fn is_url(source: &str) -> bool {
    let source = source.as_bytes();
    ["http://", "https://"].iter().any(|scheme| {
        source.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

fn unknown_value() -> Refusal {
    Refusal::new("the value of an option is not known", "write it out")
}
