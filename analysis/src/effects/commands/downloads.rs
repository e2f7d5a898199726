//! Commands that fetch something: curl, wget, git.

use crate::effects::{Effects, Files};
use crate::invocation::Invocation;

use super::Answer;
use super::command::Command;
use super::options::{Options, Parsed, Role, parse};
use super::values::Value;
use super::variables::of_environment;

pub(super) fn is_costly(invocation: &Invocation<'_>) -> bool {
    match invocation.program.as_ref() {
        "curl" | "wget" => true,
        "git" => invocation
            .arguments
            .first()
            .and_then(|word| invocation.literal(word))
            .is_some_and(|word| word == "clone"),
        _ => false,
    }
}

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    match command.program {
        "curl" => Some(curl(command)),
        "wget" => Some(wget(command)),
        "git" => Some(git(command)),
        _ => None,
    }
}

/// curl(1), without options that read more options or send files.
const CURL: Options = Options {
    flags: "fsSLkgjJORvi#I46NGqpZ01l",
    long: &[
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--insecure",
        "--remote-name",
        "--remote-name-all",
        "--remote-header-name",
        "--create-dirs",
        "--compressed",
        "--progress-bar",
        "--http1.1",
        "--http2",
        "--tlsv1.2",
        "--tlsv1.3",
        "--tlsv1",
        "--ipv4",
        "--ipv6",
        "--retry-all-errors",
        "--retry-connrefused",
        "--fail-with-body",
        "--no-progress-meter",
        "--verbose",
        "--include",
        "--head",
        "--globoff",
        "--parallel",
        "--location-trusted",
        "--no-buffer",
        "--disable",
        "--ssl-reqd",
        "--sslv3",
        "--fail-early",
        "--remote-time",
        "--raw",
    ],
    valued: &[
        ("-o", Role::Writes),
        ("--output", Role::Writes),
        ("--output-dir", Role::Writes),
        ("-D", Role::Writes),
        ("--dump-header", Role::Writes),
        ("-c", Role::Writes),
        ("--cookie-jar", Role::Writes),
        ("-H", Role::Text),
        ("--header", Role::Text),
        ("-A", Role::Text),
        ("--user-agent", Role::Text),
        ("-X", Role::Text),
        ("--request", Role::Text),
        ("-e", Role::Text),
        ("--referer", Role::Text),
        ("-u", Role::Text),
        ("--user", Role::Text),
        ("-m", Role::Text),
        ("--max-time", Role::Text),
        ("--connect-timeout", Role::Text),
        ("--retry", Role::Text),
        ("--retry-delay", Role::Text),
        ("--retry-max-time", Role::Text),
        ("--proto", Role::Text),
        ("--proto-redir", Role::Text),
        ("--max-redirs", Role::Text),
        ("-x", Role::Text),
        ("--proxy", Role::Text),
        ("-w", Role::Text),
        ("--write-out", Role::Text),
        ("-C", Role::Text),
        ("--continue-at", Role::Text),
        ("-d", Role::Text),
        ("--data", Role::Text),
        ("--speed-time", Role::Text),
        ("--speed-limit", Role::Text),
        ("-y", Role::Text),
        ("-Y", Role::Text),
        ("--url", Role::Text),
        ("--ciphers", Role::Text),
        ("--cacert", Role::Reads),
        ("--capath", Role::Reads),
        ("-E", Role::Reads),
        ("--cert", Role::Reads),
        ("--key", Role::Reads),
    ],
};

/// The variables that configure what fetches: proxies and certificates.
const VARIABLES: &[&str] = &["CURL_", "SSL_", "WGET", "GIT_", "HOME", "XDG_", "SSH_"];

fn fetching(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = Effects::reading(Files::system());
    effects.reads.settings.environment = true;
    effects.extend(of_environment(command, VARIABLES)?);
    // ~/.curlrc, ~/.netrc, ~/.gitconfig
    let home = command.surroundings.home();
    match home {
        Some(home) if crate::paths::is_application_folder(home) => {
            effects.extend(Effects::reading(Files::at(Some(home.to_owned()))));
        }
        Some(_) => {}
        None => return None,
    }
    Some(effects)
}

/// True for what may be read as a file: `@data.json`, `file:///x`.
fn reads_file(value: &Value) -> bool {
    let text = value.start();
    text.starts_with(['@', '<']) || text.starts_with("file:") || text.is_empty()
}

fn curl(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let parsed = parse(&command.arguments, &CURL)?;
    let mut effects = fetching(command)?;
    let texts = parsed.options.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    for (name, (role, value)) in texts {
        // A header or data from a variable of the shell is no file, or it would not be quoted so.
        let known_file = value.start().starts_with('@') || value.start().starts_with("file:");
        if *role == Role::Text && known_file
            || matches!(name.as_str(), "-d" | "--data" | "--url") && reads_file(value)
        {
            return None;
        }
    }
    effects.extend(of_outputs(command, &parsed)?);
    for url in &parsed.operands {
        if url.start().starts_with("file:") {
            return None;
        }
        if parsed.has(&["-O", "--remote-name", "--remote-name-all", "-J"]) && !parsed.has(&["--output-dir"]) {
            effects.extend(Effects::uses(remote_name(command, url, &parsed)));
        }
    }
    Some(effects)
}

/// What the options write, but for `-o /dev/null` and the like.
fn of_outputs(command: &Command<'_, '_, '_>, parsed: &Parsed) -> Option<Effects> {
    let mut effects = Effects::default();
    for (role, value) in parsed.options.iter().filter_map(|(_, value)| value.as_ref()) {
        if value.known().is_some_and(|path| matches!(path, "/dev/null" | "/dev/stdout" | "/dev/stderr")) {
            continue;
        }
        effects.extend(command.of_value(*role, value)?);
    }
    Some(effects)
}

/// The file that a URL is saved to by its own name: in the current folder.
fn remote_name(command: &Command<'_, '_, '_>, url: &Value, parsed: &Parsed) -> Files {
    let name = url.known().filter(|_| !parsed.has(&["-J", "--remote-header-name", "--content-disposition"]));
    match name.and_then(|url| url.split(['?', '#']).next()).and_then(|url| url.rsplit('/').next()) {
        Some(name) if !name.is_empty() => command.at(name),
        _ => command.current_folder(),
    }
}

/// wget(1) and BusyBox's, without options that read lists, follow links or run something.
const WGET: Options = Options {
    flags: "qcNvSd46",
    long: &[
        "-nv",
        "-nc",
        "-nH",
        "-nd",
        "--quiet",
        "--no-verbose",
        "--continue",
        "--timestamping",
        "--no-clobber",
        "--no-check-certificate",
        "--show-progress",
        "--progress",
        "--https-only",
        "--secure-protocol",
        "--retry-connrefused",
        "--content-disposition",
        "--trust-server-names",
        "--no-hsts",
        "--inet4-only",
        "--no-cookies",
        "--no-proxy",
        "--no-host-directories",
        "--no-directories",
        "--verbose",
        "--server-response",
        "--no-cache",
        "--no-config",
    ],
    valued: &[
        ("-O", Role::Writes),
        ("--output-document", Role::Writes),
        ("-P", Role::Writes),
        ("--directory-prefix", Role::Writes),
        ("-o", Role::Writes),
        ("--output-file", Role::Writes),
        ("-a", Role::Writes),
        ("-T", Role::Text),
        ("--timeout", Role::Text),
        ("-t", Role::Text),
        ("--tries", Role::Text),
        ("-w", Role::Text),
        ("--wait", Role::Text),
        ("--waitretry", Role::Text),
        ("--read-timeout", Role::Text),
        ("--connect-timeout", Role::Text),
        ("--dns-timeout", Role::Text),
        ("-U", Role::Text),
        ("--user-agent", Role::Text),
        ("--header", Role::Text),
        ("--user", Role::Text),
        ("--password", Role::Text),
        ("--http-user", Role::Text),
        ("--http-password", Role::Text),
        ("--referer", Role::Text),
        ("--max-redirect", Role::Text),
        ("--limit-rate", Role::Text),
        ("--ca-certificate", Role::Reads),
    ],
};

fn wget(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let parsed = parse(&command.arguments, &WGET)?;
    let mut effects = fetching(command)?;
    effects.extend(of_outputs(command, &parsed)?);
    for url in &parsed.operands {
        if url.start().starts_with("file:") {
            return None;
        }
        if !parsed.has(&["-O", "--output-document", "-P", "--directory-prefix"]) {
            effects.extend(Effects::uses(remote_name(command, url, &parsed)));
        }
    }
    // ~/.wget-hsts
    effects.writes.files.extend(Files::system());
    Some(effects)
}

/// git-clone(1), without options that name a template or run something.
const CLONE: Options = Options {
    flags: "qvnsl",
    long: &[
        "--quiet",
        "--verbose",
        "--progress",
        "--no-checkout",
        "--bare",
        "--single-branch",
        "--no-single-branch",
        "--no-tags",
        "--recurse-submodules",
        "--recursive",
        "--shallow-submodules",
        "--remote-submodules",
        "--sparse",
        "--also-filter-submodules",
    ],
    valued: &[
        ("-b", Role::Text),
        ("--branch", Role::Text),
        ("--depth", Role::Text),
        ("-j", Role::Text),
        ("--jobs", Role::Text),
        ("--filter", Role::Text),
        ("--shallow-since", Role::Text),
        ("-o", Role::Text),
        ("--origin", Role::Text),
        ("--revision", Role::Text),
    ],
};

fn git(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let (first, rest) = command.arguments.split_first()?;
    match first.known()? {
        "clone" => clone(command, rest),
        "config" => {
            let parsed = parse(rest, &GIT_CONFIG)?;
            if !parsed.has(&["--global", "--system"]) || parsed.operands.contains(&Value::Unknown) {
                return None;
            }
            let mut effects = fetching(command)?;
            effects.writes.files = effects.reads.files.clone();
            Some(effects)
        }
        "--version" | "version" => Some(Effects::reading(Files::system())),
        _ => None,
    }
}

const GIT_CONFIG: Options = Options {
    flags: "",
    long: &[
        "--global",
        "--system",
        "--add",
        "--unset",
        "--unset-all",
        "--replace-all",
        "--get",
        "--bool",
        "--list",
    ],
    valued: &[],
};

fn clone(command: &Command<'_, '_, '_>, rest: &[Value]) -> Option<Effects> {
    let parsed = parse(rest, &CLONE)?;
    let mut effects = fetching(command)?;
    // What is cloned is checked out with filters that the user's own settings may run.
    effects.writes.files.extend(Files::system());
    let (url, folder) = match parsed.operands.as_slice() {
        [url] => (url, None),
        [url, folder] => (url, Some(folder)),
        _ => return None,
    };
    let text = url.start();
    let is_remote = text.contains("://") && !text.starts_with("file:") || text.starts_with("git@");
    if !is_remote {
        return None;
    }
    let files = match folder {
        Some(folder) => command.files(folder),
        None => {
            let name = url.known()?.trim_end_matches('/').rsplit(['/', ':']).next()?;
            command.at(name.strip_suffix(".git").unwrap_or(name))
        }
    };
    effects.extend(Effects::uses(files));
    Some(effects)
}
