//! Tools of Node.js.

use crate::effects::commands::options::{Options, Role};

use super::row::{Operands, ROW, Row};

pub(super) const ROWS: &[Row] = &[
    // In global mode npm does not read the project's .npmrc: npm/cli, workspaces/config/lib/index.js.
    Row {
        programs: &["npm"],
        commands: &["install", "i", "add", "update", "up", "uninstall", "remove", "rm", "in", "ins"],
        needs: &["-g", "--global", "--location"],
        options: NPM_OPTIONS,
        variables: VARIABLES,
        ..ROW
    },
    Row {
        programs: &["npm"],
        commands: &["config set", "config delete", "set", "cache clean", "cache verify", "config rm"],
        options: NPM_OPTIONS,
        operands: Operands::Text,
        variables: VARIABLES,
        looks_up_for: &[(".npmrc", None)],
        costly: false,
        ..ROW
    },
    Row {
        programs: &["corepack"],
        commands: &["enable", "disable"],
        options: Options { flags: "", long: &[], valued: &[("--install-directory", Role::Writes)] },
        operands: Operands::Text,
        variables: VARIABLES,
        costly: false,
        ..ROW
    },
    Row {
        programs: &["corepack"],
        commands: &["prepare", "install", "use"],
        // Without them the version is the project's, or is written into it.
        needs: &["--activate", "-g", "--global"],
        options: Options { flags: "g", long: &["--activate", "--global", "--cache-only"], valued: &[] },
        variables: VARIABLES,
        looks_up_for: &[(".corepack.env", None)],
        ..ROW
    },
    Row {
        programs: &["yarn"],
        commands: &["global add", "global remove", "global upgrade"],
        options: NPM_OPTIONS,
        variables: VARIABLES,
        looks_up_for: PROJECT,
        ..ROW
    },
    Row {
        programs: &["yarn"],
        commands: &["config set", "config delete"],
        options: Options { flags: "gH", long: &["--global", "--home", "--all", "--mirror"], valued: &[] },
        operands: Operands::Text,
        variables: VARIABLES,
        // Yarn 2 and above write into the project.
        looks_up_for: &[
            ("package.json", None),
            (".npmrc", None),
            (".yarnrc", None),
            (".yarnrc.yml", None),
            (".corepack.env", None),
        ],
        costly: false,
        ..ROW
    },
    Row {
        programs: &["yarn"],
        commands: &["cache clean"],
        options: Options { flags: "", long: &["--all", "--mirror"], valued: &[] },
        operands: Operands::Text,
        variables: VARIABLES,
        looks_up_for: &[
            ("package.json", None),
            (".npmrc", None),
            (".yarnrc", None),
            (".yarnrc.yml", None),
            (".corepack.env", None),
            // Yarn 2 and above may have the cache in the project: https://yarnpkg.com/configuration/yarnrc#cacheFolder
            (".yarn", None),
            (".yarnrc.yml", Some("cacheFolder")),
        ],
        costly: false,
        ..ROW
    },
    Row {
        programs: &["pnpm"],
        commands: &["add", "install", "i", "config set", "remove"],
        needs: &["-g", "--global"],
        options: NPM_OPTIONS,
        variables: VARIABLES,
        looks_up_for: PROJECT,
        ..ROW
    },
];

const VARIABLES: &[&str] = &["NPM_CONFIG_", "NODE_", "YARN_", "PNPM_", "COREPACK_", "PREFIX", "NVM_", "BUN_"];

/// <https://docs.npmjs.com/cli/v11/commands/npm-install>
const NPM_OPTIONS: Options = Options {
    flags: "gfqsdlEDSPO",
    long: &[
        "--global",
        "--force",
        "--silent",
        "--quiet",
        "--verbose",
        "--no-fund",
        "--no-audit",
        "--fund",
        "--audit",
        "--unsafe-perm",
        "--no-optional",
        "--omit",
        "--include",
        "--ignore-scripts",
        "--legacy-peer-deps",
        "--production",
        "--prefer-offline",
        "--prefer-online",
        "--no-progress",
        "--progress",
        "--no-update-notifier",
        "--loglevel",
        "--save-exact",
        "--strict-ssl",
        "--no-package-lock",
        "--no-save",
        "--yes",
        "--location",
        "--allow-root",
        "--no-bin-links",
        "--non-interactive",
        "--allow-build",
        "--no-color",
        "--only",
        "--dd",
        "--offline",
        "--fetch-retries",
        "--fetch-timeout",
        "--maxsockets",
        "--network-timeout",
    ],
    valued: &[
        ("--registry", Role::Location),
        ("--tag", Role::Text),
        ("--prefix", Role::Writes),
        ("--global-dir", Role::Writes),
        ("--global-folder", Role::Writes),
        ("--global-bin-dir", Role::Writes),
        ("--cache", Role::Writes),
        ("--cache-folder", Role::Writes),
        ("--store-dir", Role::Writes),
        ("--cafile", Role::Reads),
    ],
};

/// Corepack, and `yarn` and `pnpm` themselves, look for the version that a project wants, and for settings
/// that yarn and pnpm take from it even then.
const PROJECT: &[(&str, Option<&str>)] = &[
    ("package.json", Some("packageManager")),
    ("package.json", Some("devEngines")),
    (".npmrc", None),
    (".yarnrc", None),
    (".yarnrc.yml", None),
    (".yarnrc.yaml", None),
    ("pnpm-workspace.yaml", None),
    (".corepack.env", None),
];
