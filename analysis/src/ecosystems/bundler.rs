//! Bundler. <https://bundler.io/man/bundle-install.1.html>
//!
//! A Gemfile is Ruby code: it is followed where it says nothing but which gems are wanted. `bundle install`
//! writes Gemfile.lock where it does not fit the Gemfile or the platform, unless it is frozen; the COPY of the
//! sources would undo that. (rubygems/rubygems, bundler/lib/bundler/definition.rb.)

mod gemfile;
mod lock;
mod ruby;

use std::borrow::Cow;

use crate::context::Entry;
use crate::invocation::Invocation;

use super::arguments::{Arguments, clip};
use super::{Ecosystem, Names, Project, Refusal};
use gemfile::Gemfile;
use lock::Lock;

/// Installs the gems.
pub(super) const INSTALL: Ecosystem = Ecosystem {
    name: Cow::Borrowed("bundler"),
    commands: Names::Known(&["bundle install", "bundler install"]),
    value_options: Names::Known(&[
        "-j",
        "--jobs",
        "--retry",
        "--path",
        "--without",
        "--with",
        "--gemfile",
        "--trust-policy",
        "--shebang",
    ]),
    // Version managers look at them. Of what a Gemfile reads, its `inspect` knows.
    extras: Names::Known(&[".ruby-version", ".tool-versions"]),
    // Where a setting would be overwritten.
    outputs: Names::Known(&[".bundle", "vendor/bundle"]),
    variables: VARIABLES,
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

/// Writes settings: into `.bundle/config`, or for the user.
pub(super) const CONFIG: Ecosystem = Ecosystem {
    name: Cow::Borrowed("bundler-config"),
    commands: Names::Known(&["bundle config", "bundler config"]),
    prepares: true,
    // The folder with the Gemfile is the one whose settings are written.
    manifests: Names::Known(&["Gemfile"]),
    // What the installation reads may as well be there.
    extras: Names::Known(&["Gemfile.lock", ".ruby-version", ".tool-versions"]),
    outputs: Names::Known(&[".bundle"]),
    variables: VARIABLES,
    inspect: Some(inspect_config),
    ..Ecosystem::EMPTY
};

/// Others carry credentials and names of groups.
const VARIABLES: Names = Names::Known(&[
    "BUNDLE_APP_CONFIG",
    "BUNDLE_BIN",
    "BUNDLE_CACHE_PATH",
    "BUNDLE_GEMFILE",
    "BUNDLE_LOCAL",
    "BUNDLE_LOCKFILE",
    "BUNDLE_PATH",
    "BUNDLE_USER",
    "GEM_HOME",
    "GEM_PATH",
    "RUBYLIB",
    "RUBYOPT",
]);

/// Options that change nothing of what is read and written, or are looked at below.
const OPTIONS: &[&str] = &[
    "--clean",
    "--deployment",
    "--force",
    "--frozen",
    "--full-index",
    "--no-cache",
    "--no-color",
    "--no-prune",
    "--prefer-local",
    "--quiet",
    "--redownload",
    "--system",
    "--verbose",
];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::of(invocation, &INSTALL.value_options)?;
    // `-j4`
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let jobs = arguments.options.iter().map(|(name, _)| name.as_ref());
    let jobs = jobs.filter(|name| name.strip_prefix("-j").is_some_and(is_number));
    let known: Vec<&str> = OPTIONS.iter().copied().chain(jobs).collect();
    arguments.check_options(&known, &INSTALL.value_options)?;
    if arguments.has(&["--gemfile"]) {
        return Err(Refusal::new("--gemfile names another Gemfile", "run it in the folder of the Gemfile"));
    }
    // `--without development test` goes on to the next option.
    if arguments.operands.len() > 1 && !arguments.has(&["--with", "--without"]) {
        return Err(Refusal::new(
            format!("it is not known what `{}` means", clip(&arguments.operands[1])),
            "leave the word out",
        ));
    }
    if !matches!(project.entry("gems.rb"), Entry::Missing | Entry::Ignored) {
        return Err(Refusal::new("gems.rb takes the place of the Gemfile", "call it Gemfile"));
    }
    let text = project.need("Gemfile")?;
    let gemfile = Gemfile::parse(&text)?;
    let mut ruby = None;
    if let Some(file) = gemfile.ruby_file {
        ruby = Some(project.need(file)?);
    }
    let folders = [
        arguments.value(&["--path"]),
        project.variable("BUNDLE_PATH"),
        project.variable("BUNDLE_APP_CONFIG"),
    ];
    for folder in folders.into_iter().flatten() {
        project.fills(folder);
    }
    let text = project.need("Gemfile.lock")?;
    let lock = Lock::parse(&text)?;
    let is_frozen = arguments.has(&["--deployment", "--frozen"])
        || ["BUNDLE_DEPLOYMENT", "BUNDLE_FROZEN"].iter().any(|name| is_on(project, name));
    if !is_frozen {
        lock.check(&gemfile, ruby.as_deref()).map_err(|reason| {
            Refusal::new(
                reason,
                "set BUNDLE_DEPLOYMENT=1 or BUNDLE_FROZEN=1; or run `bundle lock --add-platform ruby`, and commit \
                 Gemfile.lock",
            )
        })?;
    }
    check_cache(is_frozen, project)
}

/// True where the file sets a variable to something that Bundler takes for true.
fn is_on(project: &Project<'_>, name: &str) -> bool {
    project.variables().get(name).is_some_and(|variable| {
        let value = variable.value.as_deref().unwrap_or_default().to_ascii_lowercase();
        !variable.overridable && !matches!(value.as_str(), "" | "0" | "false" | "f" | "no" | "n")
    })
}

/// Gems in vendor/cache are installed from there; where Bundler is not frozen it changes what is there.
fn check_cache(is_frozen: bool, project: &mut Project<'_>) -> Result<(), Refusal> {
    if !project.take("vendor/cache")? || is_frozen {
        return Ok(());
    }
    Err(Refusal::new(
        "`bundle install` updates vendor/cache where it is not frozen",
        "set BUNDLE_DEPLOYMENT=1 or BUNDLE_FROZEN=1",
    ))
}

/// `bundle config set path X`, `bundle config --local path X`, `bundle config path X`.
fn inspect_config(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let operands = CONFIG.operands(invocation);
    let mut words = operands.iter().skip(1).map(Option::as_deref).peekable();
    words.next_if(|word| matches!(word, Some("set" | "unset" | "get" | "list")));
    let key = match words.next() {
        None => return Ok(()),
        Some(key) => {
            key.ok_or_else(|| Refusal::new("the name of the setting is not known", "write it out"))?
        }
    };
    let names_file = ["bin", "cache_path", "gemfile", "lockfile", "plugins", "target_rbconfig"];
    if names_file.contains(&key) || key.starts_with("local.") || key.starts_with("user_") {
        return Err(Refusal::new(
            format!("the setting `{}` names a file or folder", clip(key)),
            "set it below the sources",
        ));
    }
    if key != "path" {
        return Ok(());
    }
    match words.next() {
        Some(Some(folder)) => project.fills(folder),
        None => {}
        Some(None) => return Err(Refusal::new("the value of `path` is not known", "write it out")),
    }
    Ok(())
}
