//! Tools of Ruby, Go, Rust, PHP, Lua, Elixir and .NET.

use crate::effects::commands::options::{Options, Role};

use super::row::{Operands, ROW, Row};

pub(super) const ROWS: &[Row] = &[
    // https://guides.rubygems.org/command-reference/
    Row {
        programs: &["gem"],
        commands: &["install", "update", "uninstall", "sources", "cleanup"],
        options: Options {
            flags: "NqVfaxI",
            long: &[
                "--no-document",
                "--no-doc",
                "--no-ri",
                "--no-rdoc",
                "--system",
                "--force",
                "--quiet",
                "--silent",
                "--conservative",
                "--no-wrappers",
                "--no-user-install",
                "--user-install",
                "--minimal-deps",
                "--pre",
                "--all",
                "--executables",
                "--verbose",
                "--default",
                "--ignore-dependencies",
                "--clear-sources",
                "--no-update-sources",
                "--document",
            ],
            valued: &[
                ("-v", Role::Text),
                ("--version", Role::Text),
                ("--source", Role::Location),
                ("-s", Role::Location),
                ("--platform", Role::Text),
                ("-i", Role::Writes),
                ("--install-dir", Role::Writes),
                ("-n", Role::Writes),
                ("--bindir", Role::Writes),
                ("--add", Role::Location),
                ("-r", Role::Location),
                ("--remove", Role::Location),
            ],
        },
        folders: &["/usr/local/bundle"],
        variables: RUBY,
        ..ROW
    },
    Row {
        programs: &["bundle", "bundler"],
        commands: &["config set", "config"],
        needs: &["--global"],
        options: Options { flags: "", long: &["--global"], valued: &[] },
        operands: Operands::Text,
        folders: &["/usr/local/bundle"],
        variables: RUBY,
        // The version of Bundler itself may be the project's.
        looks_up_for: &[("Gemfile", None), ("gems.rb", None)],
        costly: false,
        ..ROW
    },
    // With a version, go.mod of the current folder is ignored: https://go.dev/ref/mod#go-install
    Row {
        programs: &["go"],
        commands: &["install"],
        options: Options {
            flags: "",
            long: &["-v", "-trimpath", "-x", "-buildvcs"],
            valued: &[("-tags", Role::Text), ("-ldflags", Role::Text), ("-p", Role::Text)],
        },
        operands: Operands::Modules,
        folders: &["/go/bin", "/go/pkg", "/usr/local/go"],
        variables: GO,
        ..ROW
    },
    Row {
        programs: &["go"],
        commands: &["env"],
        needs: &["-w", "-u"],
        options: Options { flags: "", long: &["-w", "-u"], valued: &[] },
        operands: Operands::Text,
        folders: &["/usr/local/go"],
        variables: GO,
        // The toolchain may be the project's.
        looks_up_for: &[("go.mod", None), ("go.work", None)],
        costly: false,
        ..ROW
    },
    // https://doc.rust-lang.org/cargo/commands/cargo-install.html
    Row {
        programs: &["cargo"],
        commands: &["install", "binstall"],
        options: Options {
            flags: "fqvyj",
            long: &[
                "--locked",
                "--force",
                "--quiet",
                "--verbose",
                "--no-default-features",
                "--all-features",
                "--no-confirm",
                "--debug",
                "--bins",
                "--no-track",
            ],
            valued: &[
                ("--version", Role::Text),
                ("--vers", Role::Text),
                ("--features", Role::Text),
                ("-F", Role::Text),
                ("--git", Role::Location),
                ("--branch", Role::Text),
                ("--tag", Role::Text),
                ("--rev", Role::Text),
                ("--bin", Role::Text),
                ("--target", Role::Text),
                ("--registry", Role::Text),
                ("--profile", Role::Text),
                ("--jobs", Role::Text),
                ("--root", Role::Writes),
                ("--target-dir", Role::Writes),
            ],
        },
        folders: RUST_FOLDERS,
        variables: RUST,
        looks_up_for: PROJECT_OF_RUST,
        ..ROW
    },
    // https://rust-lang.github.io/rustup/
    Row {
        programs: &["rustup"],
        commands: &[
            "target add",
            "component add",
            "toolchain install",
            "default",
            "update",
            "install",
            "self update",
            "set profile",
        ],
        options: Options {
            flags: "qvy",
            long: &["--quiet", "--verbose", "--no-self-update", "--allow-downgrade", "--force"],
            valued: &[
                ("--toolchain", Role::Text),
                ("--profile", Role::Text),
                ("-c", Role::Text),
                ("--component", Role::Text),
                ("-t", Role::Text),
                ("--target", Role::Text),
            ],
        },
        operands: Operands::Text,
        folders: RUST_FOLDERS,
        variables: RUST,
        looks_up_for: PROJECT_OF_RUST,
        ..ROW
    },
    // https://getcomposer.org/doc/03-cli.md#global
    Row {
        programs: &["composer"],
        commands: &["global require", "global config", "global update"],
        options: Options {
            flags: "noqWv",
            long: &[
                "--no-interaction",
                "--prefer-dist",
                "--no-progress",
                "--no-scripts",
                "--optimize-autoloader",
                "--quiet",
                "--no-dev",
                "--update-with-dependencies",
                "--with-all-dependencies",
                "--no-plugins",
                "--no-suggest",
                "--ignore-platform-reqs",
                "--no-cache",
                "--ansi",
                "--prefer-source",
                "--classmap-authoritative",
            ],
            valued: &[],
        },
        operands: Operands::Text,
        folders: &["/composer", "/tmp"],
        variables: PHP,
        ..ROW
    },
    // https://github.com/docker-library/php: they work in /usr/src/php.
    Row {
        programs: &[
            "docker-php-ext-install",
            "docker-php-ext-configure",
            "docker-php-ext-enable",
            "docker-php-source",
            "install-php-extensions",
        ],
        options: Options { flags: "", long: &["--ini-name", "--cleanup"], valued: &[("-j", Role::Text)] },
        operands: Operands::Text,
        folders: &["/usr/src/php", "/usr/src/php.tar.xz"],
        variables: PHP,
        ..ROW
    },
    Row {
        programs: &["pecl", "pear"],
        commands: &["install", "channel-update", "upgrade", "uninstall", "clear-cache", "config-set"],
        options: Options {
            flags: "fosn",
            long: &["--force", "--onlyreqdeps", "--soft", "--nodeps", "--alldeps", "--offline"],
            valued: &[("-D", Role::Text), ("--configureoptions", Role::Text)],
        },
        variables: PHP,
        ..ROW
    },
    // https://github.com/luarocks/luarocks/wiki/install
    Row {
        programs: &["luarocks", "luarocks-5.*"],
        commands: &["install"],
        options: Options {
            flags: "",
            long: &["--global", "--deps-mode", "--no-doc"],
            valued: &[("--server", Role::Location), ("--only-server", Role::Location)],
        },
        variables: &["LUA"],
        looks_up_for: &[(".luarocks", None)],
        ..ROW
    },
    // Every task of Mix reads the project's mix.exs: elixir-lang/elixir, lib/mix/lib/mix/cli.ex.
    Row {
        programs: &["mix"],
        commands: &["local.hex", "local.rebar"],
        options: Options { flags: "", long: &["--force", "--if-missing"], valued: &[] },
        operands: Operands::Text,
        variables: &["MIX_", "HEX_", "ERL_", "ELIXIR_"],
        looks_for: &[("mix.exs", None)],
        ..ROW
    },
    // https://learn.microsoft.com/dotnet/core/tools/dotnet-tool-install
    Row {
        programs: &["dotnet"],
        commands: &["tool install", "tool update", "workload install"],
        needs: &["-g", "--global", "--tool-path", "wasm-tools"],
        options: Options {
            flags: "g",
            long: &["--global", "--prerelease", "--no-cache"],
            valued: &[
                ("--version", Role::Text),
                ("--framework", Role::Text),
                ("--add-source", Role::Location),
                ("--source", Role::Location),
                ("--tool-path", Role::Writes),
            ],
        },
        variables: &["DOTNET_", "NUGET_", "MSBUILD"],
        looks_up_for: &[
            ("global.json", None),
            ("nuget.config", None),
            ("NuGet.config", None),
            ("NuGet.Config", None),
        ],
        ..ROW
    },
];

const RUBY: &[&str] = &["GEM_", "RUBY", "BUNDLE_"];
const PHP: &[&str] = &["PHP", "COMPOSER", "PEAR"];
const GO: &[&str] = &["GO"];
const RUST: &[&str] = &["CARGO", "RUST"];

/// Settings of Cargo (<https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>) and the
/// toolchain that a folder wants (<https://rust-lang.github.io/rustup/overrides.html>).
const PROJECT_OF_RUST: &[(&str, Option<&str>)] = &[
    (".cargo/config", None),
    (".cargo/config.toml", None),
    ("rust-toolchain", None),
    ("rust-toolchain.toml", None),
];

const RUST_FOLDERS: &[&str] = &["/usr/local/cargo", "/usr/local/rustup"];
