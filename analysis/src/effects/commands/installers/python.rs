//! Python's own tools.

use crate::effects::Effects;
use crate::effects::commands::command::Command;
use crate::effects::commands::options::{Options, Role};

use super::row::{Operands, ROW, Row};

pub(super) const ROWS: &[Row] = &[
    Row {
        programs: &["pip*"],
        commands: &["install", "download", "wheel", "uninstall"],
        options: PIP_OPTIONS,
        variables: VARIABLES,
        looks_for: DISTUTILS,
        ..ROW
    },
    Row {
        programs: &["pip*"],
        commands: &["cache", "config", "list", "freeze", "show", "check", "debug", "help"],
        options: PIP_OPTIONS,
        operands: Operands::Text,
        variables: VARIABLES,
        costly: false,
        ..ROW
    },
    // https://docs.python.org/3/library/venv.html, https://virtualenv.pypa.io
    Row {
        programs: &["venv", "virtualenv", "ensurepip"],
        options: Options {
            flags: "qv",
            long: &[
                "--system-site-packages",
                "--symlinks",
                "--copies",
                "--clear",
                "--upgrade",
                "--without-pip",
                "--upgrade-deps",
                "--always-copy",
                "--no-download",
                "--download",
                "--no-periodic-update",
                "--no-setuptools",
                "--no-wheel",
                "--no-pip",
                "--default-pip",
                "--altinstall",
            ],
            valued: &[
                ("-p", Role::Text),
                ("--python", Role::Text),
                ("--prompt", Role::Text),
                ("--pip", Role::Text),
            ],
        },
        operands: Operands::Folders,
        variables: VARIABLES,
        looks_for: &[("pyproject.toml", Some("virtualenv")), ("virtualenv.ini", None)],
        costly: false,
        ..ROW
    },
    // https://pipx.pypa.io/stable/docs/
    Row {
        programs: &["pipx"],
        commands: &["install", "inject", "ensurepath", "upgrade"],
        options: Options {
            flags: "fqv",
            long: &[
                "--force",
                "--global",
                "--include-deps",
                "--include-apps",
                "--quiet",
                "--verbose",
                "--system-site-packages",
            ],
            valued: &[
                ("--python", Role::Text),
                ("--pip-args", Role::Text),
                ("--suffix", Role::Text),
                ("-i", Role::Location),
                ("--index-url", Role::Location),
            ],
        },
        variables: VARIABLES,
        looks_for: DISTUTILS,
        ..ROW
    },
    Row {
        programs: &["uv"],
        commands: &["pip install", "tool install", "python install", "pip uninstall"],
        options: Options {
            flags: "Uqvn",
            long: &[
                "--system",
                "--no-cache",
                "--no-cache-dir",
                "--upgrade",
                "--quiet",
                "--verbose",
                "--no-deps",
                "--pre",
                "--break-system-packages",
                "--reinstall",
                "--force",
                "--compile-bytecode",
                "--no-progress",
                "--native-tls",
                "--no-build-isolation",
                "--index-strategy",
                "--default",
            ],
            valued: &[
                ("--python", Role::Text),
                ("-p", Role::Text),
                ("--index-url", Role::Location),
                ("--extra-index-url", Role::Location),
                ("--index", Role::Location),
                ("--torch-backend", Role::Text),
                ("--prefix", Role::Writes),
                ("--target", Role::Writes),
                ("--cache-dir", Role::Writes),
                ("--link-mode", Role::Text),
                ("--with", Role::Text),
            ],
        },
        variables: VARIABLES,
        looks_up_for: PROJECT_OF_UV,
        ..ROW
    },
    Row {
        programs: &["uv"],
        commands: &["venv"],
        options: Options {
            flags: "qv",
            long: &[
                "--seed",
                "--system-site-packages",
                "--quiet",
                "--allow-existing",
                "--clear",
                "--relocatable",
                "--no-cache",
            ],
            valued: &[("--python", Role::Text), ("-p", Role::Text), ("--prompt", Role::Text)],
        },
        operands: Operands::Folders,
        variables: VARIABLES,
        looks_up_for: &[
            ("uv.toml", None),
            ("pyproject.toml", None),
            (".python-version", None),
            (".python-versions", None),
        ],
        costly: false,
        ..ROW
    },
    // https://python-poetry.org/docs/configuration/
    Row {
        programs: &["poetry"],
        commands: &["config"],
        options: Options {
            flags: "nqv",
            long: &["--no-interaction", "--unset", "--list", "--quiet"],
            valued: &[],
        },
        operands: Operands::Text,
        variables: VARIABLES,
        looks_up_for: &[
            ("pyproject.toml", Some("requires-poetry")),
            ("pyproject.toml", Some("requires-plugins")),
        ],
        costly: false,
        ..ROW
    },
    // https://docs.conda.io/projects/conda/en/stable/commands/
    Row {
        programs: &["conda", "mamba", "micromamba"],
        commands: &["install", "create", "update", "clean", "config", "remove", "init", "upgrade"],
        options: Options {
            flags: "yqafptvily",
            long: &[
                "--yes",
                "--quiet",
                "--all",
                "--force-reinstall",
                "--no-deps",
                "--override-channels",
                "--tarballs",
                "--packages",
                "--index-cache",
                "--freeze-installed",
                "--strict-channel-priority",
                "--no-channel-priority",
                "--no-pin",
                "--force-pkgs-dirs",
                "--update-deps",
                "--update-all",
                "--no-update-deps",
                "--system",
                "--offline",
                "--verbose",
                "--only-deps",
            ],
            valued: &[
                ("-n", Role::Text),
                ("--name", Role::Text),
                ("-c", Role::NameOrLocation),
                ("--channel", Role::NameOrLocation),
                ("--solver", Role::Text),
                ("--prefix", Role::Writes),
                ("--add", Role::Text),
                ("--set", Role::Text),
                ("--append", Role::Text),
                ("--remove", Role::Text),
            ],
        },
        folders: &["/opt/conda", "/opt/mambaforge", "/opt/miniconda3", "/opt/miniforge3", "/opt/miniconda"],
        variables: VARIABLES,
        ..ROW
    },
];

/// The variables that configure them.
pub(super) const VARIABLES: &[&str] =
    &["PIP_", "PYTHON", "VIRTUAL_ENV", "UV_", "PIPX_", "POETRY_", "CONDA_", "SSL_", "REQUESTS_"];

/// <https://pip.pypa.io/en/stable/cli/pip_install/>, without those that name requirements or projects.
const PIP_OPTIONS: Options = Options {
    flags: "UIqvyh",
    long: &[
        "--upgrade",
        "--quiet",
        "--verbose",
        "--yes",
        "--no-cache-dir",
        "--no-cache",
        "--user",
        "--no-deps",
        "--force-reinstall",
        "--ignore-installed",
        "--break-system-packages",
        "--disable-pip-version-check",
        "--no-input",
        "--pre",
        "--no-build-isolation",
        "--use-pep517",
        "--no-use-pep517",
        "--prefer-binary",
        "--no-warn-script-location",
        "--no-color",
        "--isolated",
        "--no-compile",
        "--compile",
        "--no-clean",
        "--require-hashes",
        "--no-index",
        "--root-user-action",
        "--no-warn-conflicts",
        "--no-python-version-warning",
        "--version",
        "--process-dependency-links",
        "--use-wheel",
        "--allow-all-external",
        "--eager",
        "--outdated",
        "--all",
    ],
    valued: &[
        ("-i", Role::Location),
        ("--index-url", Role::Location),
        ("--extra-index-url", Role::Location),
        ("-f", Role::Location),
        ("--find-links", Role::Location),
        ("--trusted-host", Role::Text),
        ("--platform", Role::Text),
        ("--python-version", Role::Text),
        ("--implementation", Role::Text),
        ("--abi", Role::Text),
        ("--only-binary", Role::Text),
        ("--no-binary", Role::Text),
        ("--upgrade-strategy", Role::Text),
        ("--timeout", Role::Text),
        ("--default-timeout", Role::Text),
        ("--retries", Role::Text),
        ("--proxy", Role::Text),
        ("--progress-bar", Role::Text),
        ("--exists-action", Role::Text),
        ("--config-settings", Role::Text),
        ("--use-feature", Role::Text),
        ("--use-deprecated", Role::Text),
        ("-t", Role::Writes),
        ("--target", Role::Writes),
        ("--prefix", Role::Writes),
        ("--root", Role::Writes),
        ("--src", Role::Writes),
        ("--cache-dir", Role::Writes),
        ("--log", Role::Writes),
        ("--report", Role::Writes),
        ("-d", Role::Writes),
        ("--dest", Role::Writes),
        ("--cert", Role::Reads),
        ("--client-cert", Role::Reads),
    ],
};

/// Before Python 3.10 the place to install to is asked of distutils, which reads this: pypa/pip,
/// `src/pip/_internal/locations/_distutils.py`.
const DISTUTILS: &[(&str, Option<&str>)] = &[("setup.cfg", Some("[install]"))];

/// <https://docs.astral.sh/uv/concepts/configuration-files/>
const PROJECT_OF_UV: &[(&str, Option<&str>)] = &[
    ("uv.toml", None),
    ("pyproject.toml", Some("tool.uv")),
    (".python-version", None),
    (".python-versions", None),
    (".venv", None),
];

/// What pip and its like import where `python -m` runs them: a module of that name in the current folder
/// comes first. <https://docs.python.org/3/using/cmdline.html#cmdoption-m>
pub(in crate::effects::commands) fn imports(command: &Command<'_, '_, '_>, effects: &mut Effects) {
    let names: Vec<String> = MODULES
        .split_whitespace()
        .flat_map(|module| [format!("{module}.py"), format!("{module}/__init__.py")])
        .collect();
    let names: Vec<(&str, Option<&'static str>)> = names.iter().map(|name| (name.as_str(), None)).collect();
    command.looks_for(&names, effects);
}

/// Of the standard library (`sys.stdlib_module_names`) and of packaging: all that are not private and not
/// for other systems.
const MODULES: &str = "
    __future__ abc argparse array ast asyncio atexit base64 bdb binascii bisect bz2 calendar
    cgi cmath cmd code codecs codeop collections colorsys compileall concurrent configparser
    contextlib contextvars copy copyreg csv ctypes dataclasses datetime decimal difflib dis
    distutils doctest email encodings ensurepip enum errno fcntl filecmp fileinput fnmatch
    fractions ftplib functools gc genericpath getopt getpass gettext glob grp gzip hashlib
    heapq hmac html http imaplib imp importlib inspect io ipaddress itertools json keyword
    linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder
    multiprocessing netrc ntpath numbers opcode operator optparse os pathlib pdb pickle
    pickletools pip pipes pipx pkg_resources pkgutil platform plistlib posixpath pprint profile
    pstats pty pwd py_compile pyclbr pydoc pyexpat queue quopri random re readline reprlib
    resource runpy sched secrets select selectors setuptools shelve shlex shutil signal site
    sitecustomize smtplib socket socketserver sqlite3 sre_compile sre_constants sre_parse ssl
    stat statistics string stringprep struct subprocess symtable sysconfig syslog tarfile
    telnetlib tempfile termios textwrap threading time timeit token tokenize tomllib trace
    traceback tracemalloc tty types typing unicodedata unittest urllib usercustomize uu uuid uv
    venv virtualenv warnings weakref webbrowser wheel xml xmlrpc zipapp zipfile zipimport zlib
    zoneinfo
";
