//! What the package managers of languages keep of what they download, one row for each, and what keeps it
//! out of a layer. (pip's row is among the [`managers`](super::managers).)
//!
//! "Seen with" is what a run of the tool in an empty home directory left there, without and with the remedy.
//!
//! Tools without a row:
//! - poetry: `--no-cache` (python-poetry/poetry#5519) does not keep the wheels in
//!   `~/.cache/pypoetry/artifacts` away, and `cache clear --all` finds nothing to clear (seen with 2.5).
//! - pipenv keeps nothing of its own any more, and has no option for it (seen with 2026.10).
//! - pipx: its `--pip-args` are remembered for every later upgrade, and it may work with uv in pip's place.
//! - pnpm and bun: what they install are hard links to what they keep, so the files are there once; what else
//!   they keep is a tenth of it. `pnpm store prune` keeps what is linked, and `bun install --no-cache` keeps
//!   almost as much as without (seen with pnpm 12.21 and bun 1.4).
//! - yarn after version 1: with Plug'n'Play, packages are loaded from the cache when the program runs
//!   (<https://yarnpkg.com/features/pnp>).
//! - cargo, Maven, Gradle, and Go's modules: where they are still there, the sources are compiled and run from
//!   there, and a compiler beside them is many times larger than what they keep.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::ecosystems::{Names, recognise};
use crate::invocation::Invocation;

/// What one tool keeps, and how to get rid of it.
#[derive(Debug)]
pub struct ToolCache {
    /// What remarks call it.
    pub name: &'static str,
    /// The commands that fill the cache: program and subcommands. Options may stand between them.
    pub commands: &'static [&'static str],
    /// Its options whose value is the next word, as far as they stand before a subcommand.
    pub value_options: &'static [&'static str],
    /// What keeps it out of a layer.
    pub remedy: Remedy,
    /// Options with which a command keeps nothing, or keeps it elsewhere.
    pub settled_by: &'static [&'static str],
    /// Its own commands for its cache.
    pub clean_ups: &'static [&'static str],
    /// What is in its cache.
    pub kept: &'static str,
    /// What the paths of its cache end in.
    pub folders: &'static [&'static str],
    /// Texts that say, anywhere in a file, that the cache is off, elsewhere, or needed.
    pub configured_by: &'static [&'static str],
    /// Words with which a command works from what is there.
    pub offline: &'static [&'static str],
    /// Commands that would use the cache where the container runs them.
    pub at_run_time: &'static [&'static str],
    /// What would take much longer without, where it stands in a later instruction.
    pub used_again_by: &'static [&'static str],
    /// The official image, and its oldest version, in which the remedy is known to work; elsewhere it is not.
    pub only_in: Option<(&'static str, (u32, u32))>,
}

/// What keeps a cache out of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// An option behind the subcommand.
    Option(&'static str),
    /// A command of the same program, behind it.
    Command(&'static str),
    /// `rm -f` of these files, behind it.
    Removal(&'static str),
}

const EMPTY: ToolCache = ToolCache {
    name: "",
    commands: &[],
    value_options: &[],
    remedy: Remedy::Command(""),
    settled_by: &[],
    clean_ups: &[],
    kept: "the packages as downloaded",
    folders: &[],
    configured_by: &[],
    offline: &["--offline"],
    at_run_time: &[],
    used_again_by: &[],
    only_in: None,
};

/// Every tool with a row.
pub const ALL: &[ToolCache] = &[
    // https://docs.npmjs.com/cli/v11/commands/npm-cache: since npm 5 it cleans only with `--force`, which
    // older versions take, too. Seen with 2.15, 3.10, 4.6, 5.10, 6.14, 7.24 and 11.19: `_cacache` (6.5 of
    // the 16 MB that express and lodash take) is gone, what npx has installed (`_npx`) stays.
    ToolCache {
        name: "npm",
        commands: &["npm ci", "npm clean-install", "npm i", "npm install", "npm add", "npm update"],
        value_options: &["--prefix", "-C", "-w", "--workspace", "--registry", "--loglevel"],
        remedy: Remedy::Command("cache clean --force"),
        settled_by: &["--cache", "--dry-run", "--package-lock-only"],
        clean_ups: &["npm cache"],
        folders: &["/.npm", "_cacache"],
        configured_by: &["npm_config_cache", "NPM_CONFIG_CACHE", "config set cache", "cache="],
        at_run_time: &["npx", "npm exec", "npm x", "npm ci", "npm install", "npm i", "npm update"],
        ..EMPTY
    },
    // https://classic.yarnpkg.com/en/docs/cli/cache. For root it is in /usr/local/share/.cache
    // (yarnpkg/yarn, src/util/user-home-dir.js). Seen with 1.22.22: all of it is gone, and node_modules, which
    // has copies, is the same.
    ToolCache {
        name: "yarn",
        commands: &["yarn", "yarn install", "yarn add", "yarn global add", "yarn upgrade"],
        value_options: &["--cwd", "--network-timeout", "--registry", "--mutex", "--network-concurrency"],
        remedy: Remedy::Command("cache clean"),
        settled_by: &["--cache-folder"],
        clean_ups: &["yarn cache"],
        folders: &["/.cache/yarn", "/.yarn-cache", "/usr/local/share/.cache"],
        configured_by: &["YARN_CACHE_FOLDER", "cache-folder", "yarn-offline-mirror"],
        at_run_time: &["yarn install", "yarn add"],
        ..EMPTY
    },
    // https://docs.astral.sh/uv/guides/integration/docker/#caching: the option is as old as uv. Seen with 0.13
    // for each of the commands: `~/.cache/uv` is not made, and the environment is the same.
    // `uv run` may have to build the project again to see whether it changed.
    // With links to the cache there is nothing else: https://docs.astral.sh/uv/reference/settings/#link-mode
    ToolCache {
        name: "uv",
        commands: &["uv sync", "uv add", "uv pip install", "uv pip sync", "uv tool install"],
        value_options: &["--directory", "--project", "--config-file", "--color"],
        remedy: Remedy::Option("--no-cache"),
        settled_by: &["--no-cache", "--no-cache-dir", "-n", "--cache-dir", "--dry-run"],
        clean_ups: &["uv cache"],
        folders: &["/.cache/uv"],
        configured_by: &["UV_NO_CACHE", "UV_CACHE_DIR", "symlink"],
        offline: &["--offline", "UV_OFFLINE"],
        at_run_time: &["uv", "uvx"],
        ..EMPTY
    },
    // https://getcomposer.org/doc/03-cli.md#clear-cache-clearcache-cc: as old as Composer 1.0, where
    // `--no-cache` came with 1.9 (composer/composer, CHANGELOG.md). Seen with 2.5: the cache is gone, vendor
    // is the same.
    ToolCache {
        name: "composer",
        commands: &[
            "composer install",
            "composer i",
            "composer update",
            "composer require",
            "composer create-project",
            "composer global require",
            "composer global install",
            "composer global update",
            "composer.phar install",
            "composer.phar update",
            "composer.phar require",
            "composer.phar create-project",
            "composer.phar global require",
        ],
        value_options: &["-d", "--working-dir"],
        remedy: Remedy::Command("clear-cache"),
        settled_by: &["--no-cache", "--dry-run", "--help"],
        clean_ups: &[
            "composer clear-cache",
            "composer clearcache",
            "composer cc",
            "composer.phar clear-cache",
            "composer.phar clearcache",
            "composer.phar cc",
        ],
        folders: &["/.composer/cache", "/.cache/composer"],
        configured_by: &["COMPOSER_CACHE_DIR", "cache-dir", "COMPOSER_DISABLE_NETWORK"],
        offline: &[],
        at_run_time: &["composer install", "composer update", "composer require"],
        ..EMPTY
    },
    // https://docs.conda.io/projects/conda/en/stable/commands/clean.html. Without `--force-pkgs-dirs` what is
    // linked into an environment stays, which is there only once anyway. Soft links are not looked at.
    ToolCache {
        name: "conda",
        commands: &[
            "conda install",
            "conda create",
            "conda update",
            "conda upgrade",
            "conda env create",
            "conda env update",
            "mamba install",
            "mamba create",
            "mamba update",
            "mamba upgrade",
            "mamba env create",
            "mamba env update",
        ],
        value_options: CONDA_VALUES,
        remedy: Remedy::Command("clean --all --yes"),
        settled_by: CONDA_SETTLED,
        clean_ups: &["conda clean", "mamba clean", "conda build purge-all"],
        folders: CONDA_FOLDERS,
        configured_by: CONDA_CONFIGURED,
        offline: CONDA_OFFLINE,
        at_run_time: &["conda install", "conda create", "mamba install", "mamba create"],
        ..EMPTY
    },
    // https://mamba.readthedocs.io/en/latest/user_guide/micromamba.html; the image's own documentation has it
    // behind each installation: https://micromamba-docker.readthedocs.io/en/latest/quick_start.html
    ToolCache {
        name: "micromamba",
        commands: &[
            "micromamba install",
            "micromamba create",
            "micromamba update",
            "micromamba env create",
            "micromamba env update",
        ],
        value_options: CONDA_VALUES,
        remedy: Remedy::Command("clean --all --yes"),
        settled_by: CONDA_SETTLED,
        clean_ups: &["micromamba clean"],
        folders: CONDA_FOLDERS,
        configured_by: CONDA_CONFIGURED,
        offline: CONDA_OFFLINE,
        at_run_time: &["micromamba install", "micromamba create"],
        ..EMPTY
    },
    // The official images have GEM_HOME=/usr/local/bundle, where RubyGems and Bundler keep each gem as it was
    // downloaded (docker-library/ruby, Dockerfile.template); that of Rails removes them
    // (rails/rails, railties/lib/rails/generators/rails/app/templates/Dockerfile.tt). Seen with RubyGems 3.3 and
    // Bundler 2.3: the gems work without; only `gem pristine` and `bundle cache` fetch them again.
    ToolCache {
        name: "gem",
        commands: &["gem install", "bundle", "bundle install", "bundler install", "bundle update"],
        value_options: &["-j", "--jobs", "--retry", "--without", "--with", "--gemfile"],
        remedy: Remedy::Removal("/usr/local/bundle/cache/*.gem"),
        settled_by: &["--path", "--deployment", "--local", "--install-dir", "-i", "--user-install", "--help"],
        clean_ups: &["gem clean", "bundle cache", "bundle package"],
        folders: &["/bundle/cache"],
        configured_by: &[
            "BUNDLE_PATH",
            "BUNDLE_DEPLOYMENT",
            "GEM_HOME",
            "GEM_PATH",
            "vendor/bundle",
            "vendor/cache",
            "set path",
            "set deployment",
            "local path",
            "local deployment",
            "global path",
        ],
        offline: &["--local", "pristine", "package", "cache"],
        at_run_time: &["gem install", "gem pristine", "bundle install", "bundle update"],
        only_in: Some(("ruby", (0, 0))),
        ..EMPTY
    },
    // https://pkg.go.dev/cmd/go#hdr-Build_and_test_caching. Before 1.13 it removes what `go build` made in the
    // folder, too (golang/go#29925). Seen with 1.19. What the modules are made of stays: a program may read it.
    ToolCache {
        name: "go",
        commands: &["go build", "go install", "go get", "go test"],
        value_options: &["-C"],
        remedy: Remedy::Command("clean -cache"),
        settled_by: &["-n", "-d"],
        clean_ups: &["go clean"],
        kept: "what the compiler keeps for the next time",
        folders: &["/.cache/go-build"],
        configured_by: &["GOCACHE", "go-wrapper"],
        offline: &[],
        at_run_time: GO_BUILDERS,
        used_again_by: GO_BUILDERS,
        only_in: Some(("golang", (1, 13))),
    },
];

/// Programs that compile Go; most of them whenever a source changes.
const GO_BUILDERS: &[&str] = &[
    "CompileDaemon",
    "air",
    "bee",
    "buffalo",
    "dlv",
    "fresh",
    "gin",
    "ginkgo",
    "go",
    "mage",
    "make",
    "modd",
    "nodemon",
    "realize",
    "reflex",
    "revel",
    "task",
];

const CONDA_VALUES: &[&str] =
    &["-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "-r", "--root-prefix"];
const CONDA_SETTLED: &[&str] = &["--dry-run", "-d", "--download-only", "--help", "-h"];
const CONDA_FOLDERS: &[&str] = &["/pkgs"];
/// `clean --all` came with conda 4.0 (conda/conda, CHANGELOG.md); the installers of older ones are named so.
const CONDA_CONFIGURED: &[&str] = &[
    "CONDA_PKGS_DIRS",
    "pkgs_dirs",
    "softlink",
    "--download-only",
    "Anaconda-",
    "Anaconda2-2",
    "Anaconda3-2.",
    "Miniconda-",
    "Miniconda2-3",
    "Miniconda3-3",
];
const CONDA_OFFLINE: &[&str] = &["--offline", "--clone", "--use-index-cache", "CONDA_OFFLINE"];

/// A command that fills a cache.
#[derive(Clone, Debug)]
pub struct ToolCommand<'c> {
    /// The command as a program and its words.
    pub invocation: Invocation<'c>,
    /// The last word of its subcommand; none where it has none.
    pub subcommand: Option<&'c Word>,
    /// The words behind that are no options: packages.
    pub operands: Vec<&'c Word>,
}

impl<'c> ToolCommand<'c> {
    /// The names of the packages, without versions: `@angular/cli` for `@angular/cli@19`.
    pub fn packages(&self) -> impl Iterator<Item = Cow<'c, str>> + '_ {
        let texts = self.operands.iter().filter_map(|word| self.invocation.literal(word));
        texts.map(|text| match text.rfind('@') {
            Some(at) if at > 0 => Cow::Owned(text[..at].to_owned()),
            _ => text,
        })
    }
}

impl ToolCache {
    /// The programs of its commands.
    pub fn programs(&self) -> impl Iterator<Item = &'static str> {
        let program = |command: &'static str| command.split(' ').next().unwrap_or_default();
        let mut programs: Vec<&str> = self.commands.iter().copied().map(program).collect();
        programs.dedup();
        programs.into_iter()
    }

    /// Reads `invocation` as one of its commands that fill the cache.
    pub fn command<'c>(&self, invocation: &Invocation<'c>) -> Option<ToolCommand<'c>> {
        let invocation = of_php(invocation);
        let values = Names::Known(self.value_options);
        let count = recognise::matched(&invocation, self.commands.iter().copied(), &values)?;
        let operands: Vec<&Word> =
            recognise::operands(&invocation, &values).into_iter().map(|(word, _)| word).collect();
        let asks = ["--version", "-v", "--help", "-h"];
        if count == 0 && (!operands.is_empty() || has_option(&invocation, &asks)) {
            return None;
        }
        let subcommand = count.checked_sub(1).map(|last| operands[last]);
        Some(ToolCommand { invocation, subcommand, operands: operands[count..].to_vec() })
    }

    /// True for a command of its own that empties the cache, or says something of it.
    pub fn is_clean_up(&self, invocation: &Invocation<'_>) -> bool {
        let values = Names::Known(self.value_options);
        recognise::matched(&of_php(invocation), self.clean_ups.iter().copied(), &values).is_some()
    }
}

/// True where one of the options is there, with or without a value.
pub fn has_option(invocation: &Invocation<'_>, names: &[&str]) -> bool {
    invocation.arguments.iter().filter_map(|word| invocation.literal(word)).any(|option| {
        let name = option.split_once('=').map_or(option.as_ref(), |(name, _)| name);
        names.contains(&name)
    })
}

/// `composer.phar install` for `php -d memory_limit=-1 composer.phar install`.
fn of_php<'c>(invocation: &Invocation<'c>) -> Invocation<'c> {
    if invocation.program != "php" {
        return invocation.clone();
    }
    let name = |word: &Word| {
        let word = invocation.literal(word)?;
        let name = word.rsplit('/').next().unwrap_or_default();
        ["composer", "composer.phar"].into_iter().find(|program| *program == name)
    };
    let mut words = invocation.arguments.iter().enumerate();
    match words.find_map(|(i, word)| Some((i, name(word)?))) {
        Some((i, program)) => {
            let mut of_php = invocation.clone();
            of_php.program = program.into();
            of_php.arguments = &invocation.arguments[i + 1..];
            of_php
        }
        None => invocation.clone(),
    }
}

/// Options of `yarn install` that only yarn 1 takes: later ones refuse them (seen with 2.4, 3.8 and 4.18).
pub const OF_YARN_1: &[&str] = &[
    "--check-files",
    "--force",
    "--ignore-engines",
    "--ignore-optional",
    "--ignore-platform",
    "--ignore-scripts",
    "--network-concurrency",
    "--no-bin-links",
    "--no-lockfile",
    "--no-optional",
    "--no-progress",
    "--non-interactive",
    "--prefer-offline",
    "--prod",
    "--production",
    "--pure-lockfile",
];

/// What a file says where a later yarn may be meant. <https://yarnpkg.com/getting-started/install>
pub const OF_LATER_YARN: &[&str] = &[
    "corepack",
    "yarn set",
    "yarn policies",
    "berry",
    "yarn@",
    "yarnrc",
    ".yarn",
    "--immutable",
    "workspaces focus",
    "yarn dlx",
    "yarn plugin",
];
