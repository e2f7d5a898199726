//! Tools that need no reader of their own, a row each.

use crate::effects::commands::options::{Options, Role};

/// A tool.
pub(super) struct Tool {
    pub(super) programs: &'static [&'static str],
    pub(super) options: Options,
    pub(super) operands: Operands,
    /// What it works on beside the files it is given.
    pub(super) on: On,
}

/// What the operands are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    /// All of the same kind.
    Each(Role),
    /// The first is a text, the others files.
    TextThen(Role),
    /// The last is written, the others are read.
    IntoLast,
    /// The file, and what stands beside it.
    Beside,
    /// Those with a slash in them.
    WithSlash,
}

/// What a tool works on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// Nothing but what it is given.
    Files,
    /// The same, and who the users are.
    Accounts,
    /// The files of the system.
    System,
}

const TOOL: Tool =
    Tool { programs: &[], options: Options::NONE, operands: Operands::Each(Role::Text), on: On::Files };

/// GNU coreutils (<https://www.gnu.org/software/coreutils/manual/>), BusyBox, and others by their manual pages.
pub(super) const TOOLS: &[Tool] = &[
    Tool {
        programs: &["mkdir"],
        options: Options {
            flags: "pvZ",
            long: &["--parents", "--verbose"],
            valued: &[("-m", Role::Text), ("--mode", Role::Text)],
        },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &["touch"],
        options: Options {
            flags: "acmhf",
            long: &["--no-create"],
            valued: &[
                ("-d", Role::Text),
                ("-t", Role::Text),
                ("--date", Role::Text),
                ("-r", Role::Reads),
                ("--reference", Role::Reads),
            ],
        },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &["rm", "rmdir", "unlink", "shred"],
        options: Options {
            flags: "rRfidvIpuz",
            long: &[
                "--recursive",
                "--force",
                "--verbose",
                "--dir",
                "--one-file-system",
                "--preserve-root",
                "--parents",
                "--ignore-fail-on-non-empty",
            ],
            valued: &[],
        },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &["chmod"],
        options: Options {
            flags: "Rcfv",
            long: &["--recursive", "--verbose", "--quiet", "--silent", "--changes"],
            valued: &[],
        },
        operands: Operands::TextThen(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &["chown", "chgrp", "setfacl"],
        options: Options {
            flags: "RhcfvHLP",
            long: &[
                "--recursive",
                "--no-dereference",
                "--dereference",
                "--verbose",
                "--quiet",
                "--silent",
                "--changes",
            ],
            valued: &[("--from", Role::Text)],
        },
        operands: Operands::TextThen(Role::Writes),
        on: On::Accounts,
    },
    Tool {
        programs: &["cp"],
        options: Options {
            flags: "aRrdfinpuvxTHLPZ",
            long: &[
                "--archive",
                "--recursive",
                "--force",
                "--verbose",
                "--parents",
                "--preserve",
                "--no-preserve",
                "--no-clobber",
                "--update",
                "--no-target-directory",
                "--dereference",
                "--no-dereference",
                "--remove-destination",
                "--backup",
                "--reflink",
                "--sparse",
            ],
            valued: &[],
        },
        operands: Operands::IntoLast,
        ..TOOL
    },
    Tool {
        programs: &["mv"],
        options: Options {
            flags: "fnvuTi",
            long: &["--force", "--no-clobber", "--verbose", "--update", "--no-target-directory", "--backup"],
            valued: &[("-t", Role::Writes), ("--target-directory", Role::Writes)],
        },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &["install"],
        options: Options {
            flags: "dDvCpTs",
            long: &["--directory", "--verbose", "--compare", "--preserve-timestamps", "--strip"],
            valued: &[
                ("-m", Role::Text),
                ("--mode", Role::Text),
                ("-o", Role::Text),
                ("--owner", Role::Text),
                ("-g", Role::Text),
                ("--group", Role::Text),
                ("-t", Role::Writes),
                ("--target-directory", Role::Writes),
            ],
        },
        operands: Operands::Each(Role::Writes),
        on: On::Accounts,
    },
    Tool {
        programs: &["tee"],
        options: Options { flags: "ai", long: &["--append"], valued: &[] },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &["truncate", "mktemp", "mkfifo"],
        options: Options {
            flags: "cdqu",
            long: &["--directory", "--no-create"],
            valued: &[("-s", Role::Text), ("--size", Role::Text), ("-p", Role::Writes), ("-m", Role::Text)],
        },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    Tool {
        programs: &[
            "cat", "tac", "nl", "zcat", "bzcat", "xzcat", "zstdcat", "rev", "od", "xxd", "hexdump",
            "strings", "base64", "base32",
        ],
        options: Options {
            flags: "AbeEnstTuvdi",
            long: &["--decode", "--ignore-garbage"],
            valued: &[("-w", Role::Text), ("--wrap", Role::Text)],
        },
        operands: Operands::Each(Role::Reads),
        ..TOOL
    },
    Tool {
        programs: &[
            "head", "tail", "wc", "sort", "uniq", "cut", "paste", "fold", "fmt", "column", "comm", "join",
            "tsort", "expand", "shuf",
        ],
        options: Options {
            flags: "qvzlmcwLrufiVhbgsd",
            long: &[
                "--lines",
                "--bytes",
                "--quiet",
                "--unique",
                "--reverse",
                "--version-sort",
                "--numeric-sort",
                "--count",
                "--delimiter",
                "--fields",
                "--field-separator",
                "--key",
                "--complement",
            ],
            valued: &[
                ("-n", Role::Text),
                ("-k", Role::Text),
                ("-t", Role::Text),
                ("-f", Role::Text),
                ("-d", Role::Text),
                ("-c", Role::Text),
            ],
        },
        operands: Operands::Each(Role::Reads),
        ..TOOL
    },
    Tool {
        programs: &[
            "stat",
            "readlink",
            "realpath",
            "file",
            "du",
            "cmp",
            "diff",
            "md5sum",
            "sha1sum",
            "sha224sum",
            "sha256sum",
            "sha384sum",
            "sha512sum",
            "b2sum",
            "cksum",
            "sum",
            "ldd",
            "nm",
            "readelf",
            "objdump",
        ],
        options: Options {
            flags: "LfemnqszhbBukatrNLvd",
            long: &[
                "--brief",
                "--mime-type",
                "--dereference",
                "--canonicalize",
                "--format",
                "--printf",
                "--human-readable",
                "--summarize",
                "--max-depth",
                "--binary",
                "--text",
                "--tag",
            ],
            valued: &[("--relative-to", Role::Reads)],
        },
        operands: Operands::Each(Role::Reads),
        ..TOOL
    },
    Tool {
        programs: &["grep", "egrep", "fgrep", "zgrep"],
        options: Options {
            flags: "EFGPiovwxcnHhlLqsaIUzZV",
            long: &[
                "--quiet",
                "--silent",
                "--ignore-case",
                "--extended-regexp",
                "--fixed-strings",
                "--perl-regexp",
                "--only-matching",
                "--invert-match",
                "--count",
                "--line-regexp",
                "--word-regexp",
                "--color",
                "--colour",
                "--no-messages",
                "--no-filename",
                "--max-count",
                "--text",
            ],
            valued: &[("-m", Role::Text), ("-A", Role::Text), ("-B", Role::Text), ("-C", Role::Text)],
        },
        operands: Operands::TextThen(Role::Reads),
        ..TOOL
    },
    Tool {
        programs: &[
            "tr",
            "seq",
            "expr",
            "basename",
            "dirname",
            "sleep",
            "uname",
            "nproc",
            "arch",
            "hostname",
            "whoami",
            "tty",
            "sync",
            "getconf",
            "date",
            "yes",
            "factor",
            "numfmt",
            "which",
            "locale",
            "lsb_release",
            "systemd-detect-virt",
            "free",
            "uptime",
            "clear",
        ],
        operands: Operands::WithSlash,
        options: Options {
            flags: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            long: &[
                "--all",
                "--utc",
                "--rfc-2822",
                "--iso-8601",
                "--delete",
                "--squeeze-repeats",
                "--suffix",
                "--multiple",
                "--machine",
                "--short",
                "--codename",
                "--version",
            ],
            valued: &[("--date", Role::Text), ("--file", Role::Reads)],
        },
        ..TOOL
    },
    Tool {
        programs: &["id", "groups", "getent", "logname", "users"],
        options: Options {
            flags: "ugnrGaz",
            long: &["--user", "--group", "--name", "--groups"],
            valued: &[],
        },
        on: On::Accounts,
        ..TOOL
    },
    Tool {
        programs: &[
            "gzip",
            "gunzip",
            "xz",
            "unxz",
            "lzma",
            "unlzma",
            "bzip2",
            "bunzip2",
            "zstd",
            "unzstd",
            "lz4",
            "brotli",
            "uncompress",
        ],
        options: Options {
            flags: "dkfvqcntzNTl0123456789",
            long: &[
                "--decompress",
                "--keep",
                "--force",
                "--quiet",
                "--stdout",
                "--to-stdout",
                "--best",
                "--fast",
                "--rm",
                "--verbose",
                "--uncompress",
                "--threads",
            ],
            valued: &[("-o", Role::Writes), ("-S", Role::Text)],
        },
        operands: Operands::Beside,
        ..TOOL
    },
    Tool {
        programs: &["ssh-keyscan"],
        options: Options {
            flags: "46HDqv",
            long: &[],
            valued: &[("-t", Role::Text), ("-p", Role::Text), ("-T", Role::Text), ("-f", Role::Reads)],
        },
        ..TOOL
    },
    Tool {
        programs: &["strip", "setcap", "chattr", "patchelf", "upx"],
        options: Options {
            flags: "srgvqSdxXR",
            long: &["--strip-unneeded", "--strip-all", "--strip-debug", "--best", "--lzma"],
            valued: &[],
        },
        operands: Operands::Each(Role::Writes),
        ..TOOL
    },
    // What they work on is the system's; a path among the words is named.
    Tool {
        programs: &[
            "ldconfig",
            "update-ca-certificates",
            "update-ca-trust",
            "update-alternatives",
            "alternatives",
            "locale-gen",
            "update-locale",
            "localedef",
            "a2enmod",
            "a2dismod",
            "a2ensite",
            "a2dissite",
            "a2enconf",
            "a2disconf",
            "phpenmod",
            "phpdismod",
            "php5enmod",
            "php5dismod",
            "fc-cache",
            "update-rc.d",
            "rc-update",
            "insserv",
            "chkconfig",
            "systemctl",
            "mandb",
            "depmod",
            "gtk-update-icon-cache",
            "update-mime-database",
            "update-desktop-database",
            "update-initramfs",
            "trust",
            "c_rehash",
            "catatonit",
            "setup-timezone",
            "ssh-keygen",
            "dbus-uuidgen",
            "sysctl",
            "crudini",
            "unminimize",
            "update-java-alternatives",
            "update-crypto-policies",
            "glib-compile-schemas",
            "texhash",
            "mktexlsr",
            "tlmgr",
        ],
        options: Options {
            flags: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            long: &[
                "--fresh",
                "--verbose",
                "--force",
                "--system-only",
                "--install",
                "--set",
                "--remove",
                "--auto",
                "--quiet",
                "--purge",
                "--keep-existing",
                "--now",
                "--set-default",
                "--slave",
                "--no-block",
                "--really-force",
            ],
            valued: &[],
        },
        operands: Operands::WithSlash,
        on: On::System,
    },
];
