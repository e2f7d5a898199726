//! Installations whose result does not depend on the order in which their packages are named.
//!
//! apk sorts what it is to install before it looks for a solution (`apk_solver_solve` in `src/solver.c` of
//! alpinelinux/apk-tools, since 2.5.0). Members of a `--virtual` group it takes as they come: they are
//! written down and installed in that order.
//!
//! apt first marks all packages that are named, then finds the dependencies of one after the other
//! (`TryToInstall::doAutoInstall` in `apt-private/private-install.cc` of Debian/apt). Up to 2.5.2 it went
//! through them as its cache has them; since then (commit e1f332324, "Respect users pkg order") as the
//! command names them. So `openjdk-17-jdk maven` installs one Java, and `maven openjdk-17-jdk` the default
//! one, too: maven depends on `default-jre-headless | java7-runtime-headless`. The packages of
//! `order_free.txt` leave no such choice among themselves.
//!
//! Of the others too little is proven. libsolv (dnf, zypper) takes its jobs in order where one has several
//! candidates, and so does rpm where nothing says what comes first: numbers of users that packages create
//! may differ. gem and cargo install one after the other, and pip's resolver prefers what is named first
//! (<https://pip.pypa.io/en/stable/topics/more-dependency-resolution/>).

use dfopt_syntax::shell::{ParameterOperator, Word, WordPart};

use super::command::PackageCommand;
use super::managers::Family;
use crate::invocation::Invocation;

/// Packages of Debian and Ubuntu, of which any may be installed in any order, sorted, one a line.
///
/// In the indexes of Debian 12 and 13 and Ubuntu 24.04, take these packages and all they depend on, by the
/// first alternative each. Wherever one of all those depends on alternatives, or on what several packages
/// provide, the first is the only one among them, or is needed in any case, or brings the others, or the
/// others come only where they are named. None of them is in conflict with another. A name that only older
/// releases have is here, too: those have an apt that does not mind the order. Names that other
/// repositories are known for (nodejs, nginx, PHP, databases, …) are not, as their packages may differ.
const ORDER_FREE: &str = include_str!("order_free.txt");

/// A word of a list of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A package: its name without version, which is in the word, too.
    Package {
        /// `nginx` for `nginx=$VERSION`.
        name: String,
        /// The word without its quotes.
        text: String,
    },
    /// What a variable stands for: any number of packages, options, or nothing.
    Variable,
}

/// How a program that installs packages reads its command line.
struct Row {
    family: Family,
    programs: &'static [&'static str],
    subcommand: &'static str,
    /// Short options without a value.
    letters: &'static str,
    /// Long options without a value.
    flags: &'static [&'static str],
}

const ROWS: &[Row] = &[
    // apt-get(8)
    Row {
        family: Family::Apt,
        programs: &["apt-get", "apt"],
        subcommand: "install",
        letters: "yqdfmsuVb",
        flags: &[
            "allow-change-held-packages",
            "allow-downgrades",
            "allow-releaseinfo-change",
            "allow-remove-essential",
            "allow-unauthenticated",
            "assume-yes",
            "auto-remove",
            "autoremove",
            "download-only",
            "fix-broken",
            "fix-missing",
            "force-yes",
            "ignore-hold",
            "ignore-missing",
            "install-recommends",
            "install-suggests",
            "no-allow-insecure-repositories",
            "no-install-recommends",
            "no-install-suggests",
            "no-remove",
            "no-show-upgraded",
            "no-upgrade",
            "only-upgrade",
            "purge",
            "quiet",
            "reinstall",
            "show-progress",
            "show-upgraded",
            "verbose-versions",
            "yes",
        ],
    },
    // apk(8), apk-add(8)
    Row {
        family: Family::Apk,
        programs: &["apk"],
        subcommand: "add",
        letters: "UqvluifP",
        flags: &[
            "allow-untrusted",
            "force",
            "force-overwrite",
            "force-refresh",
            "initdb",
            "interactive",
            "latest",
            "no-cache",
            "no-check-certificate",
            "no-interactive",
            "no-network",
            "no-progress",
            "no-scripts",
            "progress",
            "purge",
            "quiet",
            "update",
            "update-cache",
            "upgrade",
            "verbose",
        ],
    },
];

/// The words of an installation that may be in any order on an image that stands on `base`, each with its
/// meaning. None where the order may matter, or where a word or an option is not understood.
pub fn free_list<'c>(command: &PackageCommand<'c>, base: Option<&str>) -> Option<Vec<(&'c Word, Listed)>> {
    let program = command.invocation.program.as_ref();
    let row = ROWS.iter().find(|row| row.programs.contains(&program))?;
    if command.name != row.subcommand || !options_are_known(command, row) {
        return None;
    }
    let operands = command.operands.iter().copied();
    let list: Vec<_> = operands.map(|word| Some((word, listed(command, word)?))).collect::<Option<_>>()?;
    let is_free = match row.family {
        Family::Apk => !base.is_some_and(has_old_apk),
        _ => {
            base.is_some_and(has_old_apt)
                || command.has_option(&["--no-install-recommends"])
                    && !command.has_option(&["-t", "--target-release", "--default-release"])
                    && list.iter().all(leaves_no_choice)
        }
    };
    is_free.then_some(list)
}

/// True where no option can take a package for its value, name a group, or choose releases.
fn options_are_known(command: &PackageCommand<'_>, row: &Row) -> bool {
    let mut options = command.options.iter();
    while let Some(option) = options.next() {
        let Some(text) = command.invocation.literal(option) else { return false };
        let is_known = match text.strip_prefix("--") {
            Some(long) => {
                let name = long.split('=').next().unwrap_or(long);
                row.flags.contains(&name) || takes_value(command, &text)
            }
            None => {
                let letters = text.split('=').next().unwrap_or(&text).trim_start_matches('-');
                letters.chars().all(|letter| row.letters.contains(letter)) && !letters.is_empty()
                    || takes_value(command, &text)
                    || text.starts_with("-o") && text.contains("::")
            }
        };
        let names_group = row.family == Family::Apk && (text == "-t" || text.starts_with("--virtual"));
        if !is_known || names_group {
            return false;
        }
        if command.manager.value_options.contains(&text.as_ref()) {
            options.next();
        }
    }
    true
}

fn takes_value(command: &PackageCommand<'_>, option: &str) -> bool {
    let name = option.split('=').next().unwrap_or(option);
    command.manager.value_options.contains(&name)
}

fn listed(command: &PackageCommand<'_>, word: &Word) -> Option<Listed> {
    let mut text = String::new();
    append(&command.invocation, &word.parts, &mut text)?;
    if text.starts_with('$') {
        return Some(Listed::Variable);
    }
    let is_apk = command.manager.family == Family::Apk;
    let ends: &[char] = if is_apk { &['=', '<', '>', '~', '@'] } else { &['='] };
    let name = text.split(ends).next().unwrap_or(&text);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-._:${}".contains(c));
    // `curl-` removes it, `curl+` installs it all the same; `g++` is a name.
    let is_order = name.ends_with('-') || name.ends_with('+') && !name.ends_with("++");
    let is_file = [".deb", ".apk"].iter().any(|ending| text.ends_with(ending));
    let name = name.to_owned();
    (is_name && !is_order && !is_file).then_some(Listed::Package { name, text })
}

/// What the parts stand for, with variables as they are written. None where they hold what may have any
/// number of values, or does something.
fn append(invocation: &Invocation<'_>, parts: &[WordPart], text: &mut String) -> Option<()> {
    for part in parts {
        let bytes = invocation.slice(part.span());
        let bytes = match part {
            WordPart::Literal(_) if !bytes.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'{')) => bytes,
            WordPart::SingleQuoted(_) => &bytes[1..bytes.len() - 1],
            WordPart::DoubleQuoted { parts, .. } if bytes[0] == b'"' => {
                append(invocation, parts, text)?;
                continue;
            }
            WordPart::Parameter { operator: None, .. } => bytes,
            WordPart::Parameter {
                operator: Some(ParameterOperator::Default { .. } | ParameterOperator::Alternative { .. }),
                operand,
                ..
            } if operand.as_ref().is_none_or(|operand| invocation.literal(operand).is_some()) => bytes,
            _ => return None,
        };
        text.push_str(std::str::from_utf8(bytes).ok()?);
    }
    Some(())
}

fn leaves_no_choice((_, listed): &(&Word, Listed)) -> bool {
    match listed {
        Listed::Package { name, .. } => is_order_free(name),
        Listed::Variable => false,
    }
}

/// True for packages of Debian and Ubuntu that may stand anywhere among their like.
pub fn is_order_free(name: &str) -> bool {
    let mut rest = ORDER_FREE;
    while !rest.is_empty() {
        let middle = rest[..rest.len() / 2].rfind('\n').map_or(0, |end| end + 1);
        let (line, after) = rest[middle..].split_once('\n').unwrap_or((&rest[middle..], ""));
        match name.cmp(line) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest = &rest[..middle],
            std::cmp::Ordering::Greater => rest = after,
        }
    }
    false
}

/// Releases of Debian before 12, and of Ubuntu before 22.10: their apt is older than 2.5.3, and at least
/// 0.9, which sorts, too.
const OLD_RELEASES: &[&str] = &[
    "wheezy", "jessie", "stretch", "buster", "bullseye", "precise", "trusty", "xenial", "bionic", "focal",
    "jammy",
];

/// True where the tag of `base` tells of such a release: `ubuntu:20.04`, `python:3.9-slim-bullseye`,
/// `nvidia/cuda:11.4.3-base-ubuntu20.04`.
fn has_old_apt(base: &str) -> bool {
    let Some((name, tag)) = name_and_tag(base) else { return false };
    let mut parts = tag.split(['-', '_']);
    let version = |version: &str| -> Option<(u32, u32)> {
        let mut numbers = version.split('.').map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next().flatten().unwrap_or(0)))
    };
    let is_old_ubuntu = |text: &str| version(text).is_some_and(|v| ((12, 4)..=(22, 4)).contains(&v));
    let is_old_debian = |text: &str| version(text).is_some_and(|v| ((7, 0)..(12, 0)).contains(&v));
    let first = parts.clone().next().unwrap_or_default();
    match name {
        "ubuntu" if is_old_ubuntu(first) => return true,
        "debian" if is_old_debian(first) => return true,
        _ => {}
    }
    parts.any(|part| {
        OLD_RELEASES.contains(&part)
            || part.strip_prefix("ubuntu").is_some_and(is_old_ubuntu)
            || part.strip_prefix("debian").is_some_and(is_old_debian)
    })
}

/// Alpine before 3.2: its apk does not sort.
fn has_old_apk(base: &str) -> bool {
    name_and_tag(base).is_some_and(|(name, tag)| {
        name == "alpine"
            && (tag.starts_with("2.") || ["3.0", "3.1"].contains(&tag) || tag.starts_with("3.1."))
    })
}

/// The last part of the repository's name, and the tag. None where a variable is in either.
fn name_and_tag(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.split('@').next().unwrap_or(reference);
    let last = reference.rsplit('/').next().unwrap_or(reference);
    last.split_once(':').filter(|(name, tag)| !name.contains('$') && !tag.contains('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_searched() {
        let names: Vec<&str> = ORDER_FREE.lines().collect();
        assert!(names.is_sorted_by(|a, b| a < b));
        assert!(names.iter().all(|name| is_order_free(name)));
        for name in ["", "0", "maven", "openjdk-17-jdk", "zzz", "curl\ngit"] {
            assert!(!is_order_free(name), "{name}");
        }
    }

    #[test]
    fn releases_are_known_by_their_tags() {
        for base in [
            "ubuntu:12.04",
            "ubuntu:22.04",
            "ubuntu:bionic-20200713",
            "docker.io/library/debian:10.3-slim",
            "debian:11",
            "python:3.9-slim-bullseye@sha256:0",
            "nvidia/cuda:11.4.3-base-ubuntu20.04",
            "node:14-buster",
        ] {
            assert!(has_old_apt(base), "{base}");
        }
        for base in [
            "ubuntu",
            "ubuntu:latest",
            "ubuntu:22.10",
            "ubuntu:24.04",
            "debian:12",
            "debian:6",
            "debian:bookworm",
            "python:3.9",
            "python:11",
            "ubuntu:$V",
            "ubuntu:10.04",
            "x/${V}:focal",
        ] {
            assert!(!has_old_apt(base), "{base}");
        }
        assert!(has_old_apk("alpine:3.1") && has_old_apk("x/alpine:2.7"));
        assert!(!has_old_apk("alpine:3.10") && !has_old_apk("alpine") && !has_old_apk("node:3.1"));
    }
}
