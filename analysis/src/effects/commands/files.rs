//! Commands whose files depend on more than where their words stand: links, archives, searches, lists.

use crate::effects::{Effects, Files, Setting};
use crate::paths::{is_application_folder, resolve, split};

use super::Answer;
use super::command::Command;
use super::options::{Options, Role, parse};
use super::values::Value;

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    match command.program {
        "ln" => Some(ln(command)),
        "ls" | "dir" => Some(ls(command)),
        "tar" | "bsdtar" => Some(tar(command)),
        "unzip" => Some(unzip(command)),
        "find" => Some(find(command)),
        "sha256sum" | "sha512sum" | "sha1sum" | "md5sum" | "sha384sum" | "shasum" => sums(command),
        "gpg" | "gpg2" => Some(gpg(command)),
        "openssl" => Some(openssl(command)),
        _ => None,
    }
}

const LN: Options = Options {
    flags: "sfnvrTbiLP",
    long: &["--symbolic", "--force", "--no-dereference", "--verbose", "--relative", "--no-target-directory"],
    valued: &[],
};

fn ln(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let parsed = parse(&command.arguments, &LN)?;
    let (link, targets) = match parsed.operands.as_slice() {
        [target] => return link_to(command, target, &command.current_folder()),
        operands => operands.split_last()?,
    };
    let mut effects = Effects::uses(command.files(link));
    for target in targets {
        effects.extend(link_to(command, target, &command.files(link))?);
    }
    Some(effects)
}

/// What is done to the link is done to its target, and a hard link is the same file.
fn link_to(command: &Command<'_, '_, '_>, target: &Value, link: &Files) -> Option<Effects> {
    let mut effects = Effects::uses(link.clone());
    // A relative target is seen from where the link is.
    match target {
        Value::Known(text) if text.starts_with('/') => effects.extend(Effects::uses(command.at(text))),
        Value::Known(text) => {
            let folder = link.paths.first().map(|link| split(link).0)?;
            let from_link = resolve(Some(folder), text);
            effects.extend(Effects::uses(Files::at(from_link)));
            effects.extend(Effects::uses(command.at(text)));
        }
        Value::Starts(text) if text.starts_with('/') => effects.extend(Effects::uses(command.files(target))),
        _ => return None,
    }
    Some(effects)
}

const LS: Options = Options {
    flags: "aAlhrtRSdF1sinpLGgokCxXvc",
    long: &["--color", "--all", "--recursive", "--full-time", "--human-readable"],
    valued: &[],
};

fn ls(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let parsed = parse(&command.arguments, &LS)?;
    if parsed.operands.is_empty() {
        return Some(Effects::reading(command.current_folder()));
    }
    reads_each(command, &parsed.operands)
}

fn reads_each(command: &Command<'_, '_, '_>, values: &[Value]) -> Option<Effects> {
    let mut effects = Effects::default();
    for value in values {
        effects.extend(command.of_value(Role::Reads, value)?);
    }
    Some(effects)
}

/// tar(1), to unpack or list: no list of names from a file, no program, no absolute names.
const TAR: Options = Options {
    flags: "xtzjJvpmkohUawiO",
    long: &[
        "--extract",
        "--get",
        "--list",
        "--gzip",
        "--gunzip",
        "--bzip2",
        "--xz",
        "--zstd",
        "--verbose",
        "--preserve-permissions",
        "--no-same-owner",
        "--no-same-permissions",
        "--same-owner",
        "--wildcards",
        "--overwrite",
        "--keep-old-files",
        "--auto-compress",
        "--touch",
        "--no-anchored",
        "--no-wildcards",
        "--keep-directory-symlink",
        "--warning",
        "--skip-old-files",
        "--no-xattrs",
        "--ungzip",
        "--anchored",
        "--no-overwrite-dir",
    ],
    valued: &[
        ("-f", Role::Reads),
        ("--file", Role::Reads),
        ("-C", Role::Writes),
        ("--directory", Role::Writes),
        ("--strip-components", Role::Text),
        ("--strip", Role::Text),
        ("--exclude", Role::Text),
        ("--transform", Role::Text),
    ],
};

fn tar(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut arguments = command.arguments.clone();
    // `tar xzf FILE`: the first word needs no dash.
    if let Some(Value::Known(first)) = arguments.first_mut()
        && !first.starts_with('-')
    {
        // The values of `fC` would follow in that order, as they do for no other cluster.
        if first.find('f').is_some_and(|at| at + 1 != first.len()) || first.contains('C') {
            return None;
        }
        first.insert(0, '-');
    }
    let parsed = parse(&arguments, &TAR)?;
    let unpacks = parsed.has(&["-x", "--extract", "--get"]);
    if !unpacks && !parsed.has(&["-t", "--list"]) {
        return None;
    }
    let mut effects = command.of_options(&parsed)?;
    let folders = parsed.options.iter().filter(|(name, _)| name == "-C" || name == "--directory").count();
    match folders {
        0 if unpacks => effects.extend(Effects::uses(command.current_folder())),
        0 | 1 => {}
        // Each counts from the one before it.
        _ => return None,
    }
    Some(effects)
}

const UNZIP: Options = Options {
    flags: "oqnjuaCLXDKltv",
    long: &["-qq", "-oq", "-qo"],
    valued: &[("-d", Role::Writes), ("-P", Role::Text)],
};

fn unzip(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let parsed = parse(&command.arguments, &UNZIP)?;
    let mut effects = command.of_options(&parsed)?;
    effects.extend(Effects::reading(command.files(parsed.operands.first()?)));
    if !parsed.has(&["-d"]) {
        effects.extend(Effects::uses(command.current_folder()));
    }
    Some(effects)
}

/// find(1): tests that only compare, and actions that change nothing but what is found.
fn find(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut words = command.arguments.iter().peekable();
    let mut roots = Vec::new();
    while let Some(root) = words.next_if(|word| !word.start().starts_with(['-', '(', '!', ')'])) {
        roots.push(root.clone());
    }
    if roots.is_empty() {
        roots.push(Value::Known(".".to_owned()));
    }
    let mut changes = false;
    while let Some(word) = words.next() {
        match word.known()? {
            "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-type" | "-maxdepth" | "-mindepth"
            | "-perm" | "-size" | "-mtime" | "-atime" | "-ctime" | "-mmin" | "-regex" | "-iregex"
            | "-regextype" | "-user" | "-group" | "-uid" | "-gid" | "-links" | "-xtype" | "-printf" => {
                words.next()?;
            }
            "("
            | ")"
            | "!"
            | "-not"
            | "-a"
            | "-and"
            | "-o"
            | "-or"
            | "-print"
            | "-print0"
            | "-prune"
            | "-depth"
            | "-xdev"
            | "-mount"
            | "-empty"
            | "-executable"
            | "-readable"
            | "-writable"
            | "-true"
            | "-false"
            | "-follow"
            | "-quit"
            | "-nouser"
            | "-nogroup"
            | "-L"
            | "-H"
            | "-P"
            | "-d"
            | "-noleaf"
            | "-ignore_readdir_race"
            | "," => {}
            "-delete" => changes = true,
            "-exec" | "-execdir" => {
                changes = true;
                let mut run = Vec::new();
                loop {
                    match words.next()?.known() {
                        Some(";" | "+") => break,
                        word => run.push(word?),
                    }
                }
                let (program, rest) = run.split_first()?;
                let is_safe =
                    matches!(*program, "rm" | "chmod" | "chown" | "chgrp" | "touch" | "strip" | "rmdir");
                if !is_safe || rest.iter().any(|word| word.contains('/') || word.starts_with("--")) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    let mut effects = Effects::default();
    for root in &roots {
        let role = if changes { Role::Writes } else { Role::Reads };
        effects.extend(command.of_value(role, root)?);
    }
    if changes {
        effects.reads.settings.insert(Setting::Accounts);
        effects.reads.settings.insert(Setting::NewAccounts);
    }
    Some(effects)
}

/// `sha256sum -c SUMS`: the file names more files, which no table can know. Where the sums come from `echo` in
/// the same pipeline, the names are in the text.
fn sums(command: &Command<'_, '_, '_>) -> Answer {
    let is_check = |value: &Value| {
        let text = value.start();
        text == "--check" || text.starts_with('-') && !text.starts_with("--") && text.contains('c')
    };
    if !command.arguments.iter().any(is_check) {
        return None;
    }
    Some(summed(command))
}

fn summed(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let flags = ["--check", "--quiet", "--status", "--strict", "--warn", "-"];
    let mut effects = Effects::default();
    for value in &command.arguments {
        let text = value.known()?;
        let is_cluster = text.starts_with('-') && text[1..].bytes().all(|b| b.is_ascii_alphanumeric());
        if !flags.contains(&text) && !is_cluster && is_operand(text) {
            // A file of sums, which lies with what it names.
            effects.extend(Effects::reading(command.files(&Value::Starts(text.to_owned()))));
        }
    }
    let names = echoed(command)?;
    for name in names {
        effects.extend(Effects::reading(command.at(&name)));
    }
    Some(effects)
}

/// The files that `echo "SUM  NAME" | sha256sum -c` names, where standard input is read from that.
fn echoed(command: &Command<'_, '_, '_>) -> Option<Vec<String>> {
    if command.arguments.iter().any(|value| is_operand(value.start())) {
        return Some(Vec::new());
    }
    let text = command.echoed_to_it()?;
    let mut names = Vec::new();
    for line in text.split(['\n']).flat_map(|line| line.split("\\n")) {
        let Some(name) = line.split_whitespace().last() else { continue };
        let name = name.trim_matches(['"', '\'', '*']);
        let end = name.find(['$', '`', '%', '*', '?', '~']).unwrap_or(name.len());
        if end == name.len() {
            names.push(name.to_owned());
        } else if end == 0 {
            return None;
        } else {
            names.push(crate::paths::join(crate::paths::split(&name[..end]).0, "."));
        }
    }
    Some(names)
}

fn is_operand(text: &str) -> bool {
    !text.starts_with('-') && text.parse::<u32>().is_err()
}

const GPG: Options = Options {
    flags: "qvao",
    long: &[
        "--batch",
        "--yes",
        "--no-tty",
        "--quiet",
        "--dearmor",
        "--armor",
        "--import",
        "--verify",
        "--no-default-keyring",
        "--recv-keys",
        "--recv",
        "--receive-keys",
        "--export",
        "--no-options",
        "--trust-model",
        "--list-keys",
        "--fingerprint",
        "--keyserver-options",
        "--allow-weak-digest-algos",
        "--no-autostart",
        "--enarmor",
        "--decrypt",
        "--version",
        "--with-fingerprint",
        "--show-keys",
        "--with-colons",
    ],
    valued: &[
        ("-o", Role::Writes),
        ("--output", Role::Writes),
        ("--keyring", Role::Writes),
        ("--homedir", Role::Writes),
        ("--keyserver", Role::Text),
        ("--primary-keyring", Role::Writes),
    ],
};

/// gpg(1), for keys and signatures.
fn gpg(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let options = Options { flags: "qva", ..GPG };
    let parsed = parse(&command.arguments, &options)?;
    let home = command.surroundings.home()?;
    let mut effects = Effects::uses(Files::system());
    effects.extend(super::variables::of_environment(command, &["GNUPGHOME"])?);
    effects.reads.settings.environment = true;
    if is_application_folder(home) {
        effects.extend(Effects::uses(Files::at(Some(home.to_owned()))));
    }
    effects.extend(command.of_options(&parsed)?);
    if !parsed.has(&["--recv-keys", "--recv", "--receive-keys", "--export", "--list-keys", "--fingerprint"]) {
        for value in &parsed.operands {
            // `--dearmor x.asc` makes a file beside it.
            effects.extend(Effects::uses(command.files(value)));
            let beside = Value::Starts(value.start().to_owned());
            effects.extend(Effects::uses(command.files(&beside)));
        }
    }
    Some(effects)
}

/// openssl(1): which words are files depends on the options before them; every word that is no option and no
/// number is taken for one.
fn openssl(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let (first, rest) = command.arguments.split_first()?;
    if !matches!(
        first.known()?,
        "req" | "genrsa" | "rand" | "x509" | "dhparam" | "genpkey" | "rsa" | "version" | "dgst"
    ) {
        return None;
    }
    let mut effects = Effects::uses(Files::system());
    effects.reads.settings.environment = true;
    effects.extend(super::variables::of_environment(command, &["OPENSSL", "SSL_", "RANDFILE"])?);
    let texts = [
        "-subj",
        "-days",
        "-newkey",
        "-addext",
        "-set_serial",
        "-algorithm",
        "-pkeyopt",
        "-md",
        "-passout",
        "-extensions",
    ];
    let mut after = "";
    for value in rest {
        let text = value.start();
        let is_text = texts.contains(&after) || text.parse::<u64>().is_ok();
        let is_option = text.starts_with('-') && value.known().is_some();
        if is_text && text.starts_with("file:") {
            return None;
        }
        if !is_text && !is_option {
            effects.extend(Effects::uses(command.files(value)));
        }
        after = value.known().unwrap_or_default();
    }
    Some(effects)
}
