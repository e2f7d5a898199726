//! Composer. <https://getcomposer.org/doc/03-cli.md#install-i>
//!
//! `composer install` reads composer.json and composer.lock, and never writes them. By default it goes on to
//! run the scripts of the project and to write an autoloader, for which it may look through the sources.
//! (composer/composer, src/Composer/Installer.php and Autoload/AutoloadGenerator.php.)

mod manifest;

use std::borrow::Cow;

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{join, split};

use super::arguments::{Arguments, clip};
use super::{Ecosystem, Names, Project, Refusal};
use manifest::{Autoload, Manifest};

pub(super) const COMPOSER: Ecosystem = Ecosystem {
    name: Cow::Borrowed("composer"),
    commands: Names::Known(&[
        "composer install",
        "composer i",
        "composer.phar install",
        "php composer.phar install",
        "php composer install",
        "php /usr/bin/composer install",
        "php /usr/local/bin/composer install",
    ]),
    value_options: Names::Known(&[
        "-d",
        "--working-dir",
        "--prefer-install",
        "--ignore-platform-req",
        "--apcu-autoloader-prefix",
        "--audit-format",
    ]),
    // Others carry credentials and numbers.
    variables: Names::Known(&[
        "COMPOSER_BIN_DIR",
        "COMPOSER_CACHE_DIR",
        "COMPOSER_CAFILE",
        "COMPOSER_HOME",
        "COMPOSER_VENDOR_DIR",
        "PHPRC",
        "PHP_INI_SCAN_DIR",
    ]),
    inspect: Some(inspect),
    first_with: Some(Cow::Borrowed("--no-scripts --no-autoloader")),
    ..Ecosystem::EMPTY
};

/// Options that change nothing of what is read and written, or are looked at below.
const OPTIONS: &[&str] = &[
    "--ansi",
    "--apcu-autoloader",
    "--audit",
    "--classmap-authoritative",
    "--dev",
    "--ignore-platform-reqs",
    "--no-ansi",
    "--no-audit",
    "--no-autoloader",
    "--no-blocking",
    "--no-cache",
    "--no-dev",
    "--no-interaction",
    "--no-plugins",
    "--no-progress",
    "--no-scripts",
    "--no-security-blocking",
    "--no-suggest",
    "--optimize-autoloader",
    "--prefer-dist",
    "--prefer-source",
    "--profile",
    "--quiet",
    "--verbose",
];

/// Events that run scripts of the project in every installation. <https://getcomposer.org/doc/articles/scripts.md>
const EVENTS: &[&str] = &["pre-install-cmd", "post-install-cmd"];

/// Those of single packages: a second installation has no packages left to install.
const PACKAGE_EVENTS: &[&str] = &[
    "post-package-install",
    "post-package-uninstall",
    "post-package-update",
    "pre-package-install",
    "pre-package-uninstall",
    "pre-package-update",
];

/// Those that not every version of Composer leaves out with `--no-scripts`.
const PLUGIN_EVENTS: &[&str] = &[
    "command",
    "init",
    "post-file-download",
    "pre-command-run",
    "pre-file-download",
    "pre-operations-exec",
    "pre-pool-create",
];

/// Those of the autoloader.
const AUTOLOAD_EVENTS: &[&str] = &["pre-autoload-dump", "post-autoload-dump"];

/// Plugins that act upon script events alone, which `--no-scripts` leaves out: with it they read nothing of the
/// project but its manifests. Others choose the folders of packages, merge other manifests, apply patches.
const QUIET_PLUGINS: &[&str] = &[
    "composer/package-versions-deprecated",
    "dealerdirect/phpcodesniffer-composer-installer",
    "ergebnis/composer-normalize",
    "infection/extension-installer",
    "ocramius/package-versions",
    "pestphp/pest-plugin",
    "php-http/discovery",
    "phpstan/extension-installer",
    "symfony/flex",
    "symfony/runtime",
    "symfony/thanks",
];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::of(invocation, &COMPOSER.value_options)?;
    check_options(&arguments)?;
    let names_manifest = project.variables().contains_key("COMPOSER")
        || invocation.command.assignments.iter().any(|one| invocation.slice(one.name) == b"COMPOSER");
    if names_manifest {
        return Err(Refusal::new("COMPOSER names another manifest", "call it composer.json"));
    }
    let folder = arguments.value(&["-d", "--working-dir"]).unwrap_or_default().to_owned();
    if let Some(program) = arguments.operands.first()
        && *program == "composer.phar"
    {
        project.take(program)?;
    }
    let dev = !arguments.has(&["--no-dev"]);
    let manifest = Manifest::parse("composer.json", &project.need(&join(&folder, "composer.json"))?)?;
    let lock = Manifest::parse("composer.lock", &project.need(&join(&folder, "composer.lock"))?)?;
    for extra in ["auth.json", "symfony.lock"] {
        project.take(&join(&folder, extra))?;
    }
    manifest.check_repositories()?;
    lock.check_packages(dev)?;
    for output in manifest.outputs()? {
        project.fills(&join(&folder, &output));
    }
    for variable in ["COMPOSER_VENDOR_DIR", "COMPOSER_BIN_DIR", "COMPOSER_CACHE_DIR", "COMPOSER_HOME"] {
        if let Some(path) = project.variable(variable) {
            project.fills(path);
        }
    }
    let plugins = if arguments.has(&["--no-plugins"]) { Vec::new() } else { lock.plugins(dev) };
    if let Some(plugin) = plugins.iter().find(|plugin| !QUIET_PLUGINS.contains(plugin)) {
        return Err(Refusal::new(
            format!("the Composer plugin {} may read or write other files", clip(plugin)),
            "copy what it reads, and install above the sources by hand",
        ));
    }
    check_scripts(&arguments, &manifest, &plugins)?;
    check_autoloader(&arguments, &manifest, dev)?;
    check_version(&manifest, &folder, project)
}

fn check_options(arguments: &Arguments<'_>) -> Result<(), Refusal> {
    // Letters may stand together: `-no`.
    let is_letters = |name: &str| {
        name.len() > 1
            && name[1..].bytes().all(|letter| b"noaqvd".contains(&letter))
            && !name.starts_with("--")
    };
    let long: Vec<&str> = arguments.options.iter().map(|(name, _)| name.as_ref()).collect();
    if let Some(together) = long.iter().find(|name| is_letters(name) && name.contains('d') && **name != "-d")
    {
        return Err(Refusal::new(
            format!("the folder in `{}` is not known", clip(together)),
            "give it with --working-dir",
        ));
    }
    let letters: Vec<&str> = long.into_iter().filter(|name| is_letters(name)).collect();
    let known: Vec<&str> = OPTIONS.iter().copied().chain(letters).collect();
    arguments.check_options(&known, &COMPOSER.value_options)
}

/// True where a letter among `-noa` says what `--optimize-autoloader` and `--classmap-authoritative` do.
fn optimizes(arguments: &Arguments<'_>, manifest: &Manifest) -> bool {
    let short = |name: &str| !name.starts_with("--") && name.contains(['o', 'a']);
    arguments.has(&["--optimize-autoloader", "--classmap-authoritative", "--apcu-autoloader-prefix"])
        || arguments.options.iter().any(|(name, _)| short(name))
        || manifest.is_set("optimize-autoloader")
        || manifest.is_set("classmap-authoritative")
}

fn check_scripts(arguments: &Arguments<'_>, manifest: &Manifest, plugins: &[&str]) -> Result<(), Refusal> {
    let no_scripts = arguments.has(&["--no-scripts"]);
    let package_events: &[&str] = if no_scripts { &[] } else { PACKAGE_EVENTS };
    if let Some(event) = PLUGIN_EVENTS.iter().chain(package_events).find(|event| manifest.has_script(event)) {
        return Err(Refusal::new(
            format!("composer.json has a `{event}` script that may need the sources"),
            "make it a `post-install-cmd`",
        ));
    }
    if no_scripts {
        return Ok(());
    }
    let autoload: &[&str] = if arguments.has(&["--no-autoloader"]) { &[] } else { AUTOLOAD_EVENTS };
    if let Some(event) = EVENTS.iter().chain(autoload).find(|event| manifest.has_script(event)) {
        return Err(Refusal::without_options(
            format!("composer.json has a `{event}` script that may need the sources"),
            "install with --no-scripts first, and run the scripts below the sources",
        ));
    }
    match plugins.first() {
        Some(plugin) => Err(Refusal::without_options(
            format!("the Composer plugin {plugin} runs when packages are installed"),
            "install with --no-scripts first, and again below the sources",
        )),
        None => Ok(()),
    }
}

/// The autoloader depends on the sources where it lists the classes of the project.
fn check_autoloader(arguments: &Arguments<'_>, manifest: &Manifest, dev: bool) -> Result<(), Refusal> {
    if arguments.has(&["--no-autoloader"]) {
        return Ok(());
    }
    let what = match manifest.autoload(dev) {
        Autoload::ClassMap => "a classmap of the sources",
        Autoload::Folders if optimizes(arguments, manifest) => {
            "an optimized list of the classes in the sources"
        }
        _ => return Ok(()),
    };
    Err(Refusal::without_options(
        format!("the autoloader holds {what}"),
        "install with --no-autoloader first, and run `composer dump-autoload` below the sources",
    ))
}

/// Without a version in composer.json, Composer asks Git for the commit and writes it into
/// vendor/composer/installed.php. (composer/composer, src/Composer/Package/Loader/RootPackageLoader.php)
fn check_version(manifest: &Manifest, folder: &str, project: &Project<'_>) -> Result<(), Refusal> {
    if manifest.has_version() || project.variable("COMPOSER_ROOT_VERSION").is_some() {
        return Ok(());
    }
    let full = project.resolve(folder);
    let mut above = full.as_str();
    loop {
        for name in [".git", ".hg", ".svn", ".fslckout", "_FOSSIL_"] {
            if !matches!(project.entry(&join(above, name)), Entry::Missing | Entry::Ignored) {
                return Err(Refusal::without_options(
                    format!("Composer asks {name} for the version of the project"),
                    format!("add a line `{name}` to .dockerignore"),
                ));
            }
        }
        if matches!(above, "/" | "") {
            return Ok(());
        }
        above = split(above).0;
    }
}
