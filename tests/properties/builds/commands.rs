//! The modelled commands. What they write tells all that they read.

use super::file_system::{FileSystem, Kind, Node, Outcome, ROOT, User, absolute, failed, split};
use super::shell::Shell;

/// Runs a command; gives what it puts out.
pub(super) fn run(shell: &mut Shell<'_>, program: &str, arguments: &[String]) -> Outcome<String> {
    let user = shell.user;
    let paths = |shell: &Shell<'_>| -> Vec<String> {
        let operands = arguments.iter().filter(|word| !word.starts_with('-'));
        operands.map(|word| in_folder(shell, word)).collect()
    };
    let has = |option: &str| arguments.iter().any(|word| word == option);
    match program {
        "true" | ":" => {}
        "false" => return failed("false"),
        "exit" => shell.exit(arguments.first().is_none_or(|status| status == "0")),
        "set" if arguments == ["-e"] => shell.stop_on_error(),
        "echo" => return Ok(arguments.join(" ") + "\n"),
        "cd" => return change_folder(shell, arguments).map(|()| String::new()),
        "export" => {
            for word in arguments {
                let Some((name, value)) = word.split_once('=') else { return failed("export") };
                shell.variables.insert(name.to_owned(), value.to_owned());
                shell.exported.insert(name.to_owned());
            }
        }
        "test" => return test(shell, arguments).map(|()| String::new()),
        "cat" => {
            let texts: Outcome<Vec<String>> =
                paths(shell).iter().map(|path| shell.files.read(path, user)).collect();
            return Ok(texts?.concat());
        }
        "mkdir" => {
            for path in paths(shell) {
                if !has("-p") && shell.files.find(&path, user).is_some() {
                    return failed("it is there");
                }
                shell.files.make_folders(&path, 0o755, user, user)?;
            }
        }
        "rm" if has("-rf") => {
            for path in paths(shell) {
                if shell.folder == path || shell.folder.starts_with(&format!("{path}/")) {
                    return failed("not the own folder");
                }
                shell.files.remove(&path, user)?;
            }
        }
        "touch" => {
            for path in paths(shell) {
                shell.files.write(&path, "", true, user)?;
            }
        }
        "cp" | "mv" => {
            let paths = paths(shell);
            let Some((to, from)) = paths.split_last() else { return failed("cp") };
            if from.len() != 1 {
                return failed("one by one");
            }
            if program == "cp" {
                shell.files.copy(&from[0], to, has("-r"), user)?;
            } else {
                shell.files.rename(&from[0], to, user)?;
            }
        }
        "ln" => {
            let ["-s", target, path] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                return failed("ln");
            };
            shell.files.link(target, &in_folder(shell, path), user)?;
        }
        "curl" => {
            let ["-o", path, address] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                return failed("curl");
            };
            shell.files.write(&in_folder(shell, path), address, false, user)?;
        }
        "chmod" | "chown" => change(shell, program, arguments)?,
        "apt-get" => apt(shell, arguments)?,
        "useradd" => {
            let [name] = arguments else { return failed("useradd") };
            let mut accounts = shell.files.read("/etc/passwd", user)?;
            if accounts.lines().any(|line| line.starts_with(&format!("{name}:"))) {
                return failed("the user is there");
            }
            let number = 1000 + accounts.lines().count() - 1;
            accounts += &format!("{name}:x:{number}:{number}::/:/bin/sh\n");
            shell.files.write("/etc/passwd", &accounts, false, user)?;
        }
        _ => return tool(shell, program, arguments).map(|()| String::new()),
    }
    Ok(String::new())
}

/// `path` as a program in the shell's folder sees it.
fn in_folder(shell: &Shell<'_>, path: &str) -> String {
    let resolved = absolute(&shell.folder, path);
    if path.ends_with('/') { resolved + "/" } else { resolved }
}

fn change_folder(shell: &mut Shell<'_>, arguments: &[String]) -> Outcome<()> {
    let [folder] = arguments else { return failed("cd") };
    let path = absolute(&shell.folder, folder);
    match shell.files.find(&path, shell.user) {
        Some((_, node)) if node.is_directory() => {
            shell.folder = path;
            Ok(())
        }
        _ => failed("no folder"),
    }
}

fn test(shell: &Shell<'_>, arguments: &[String]) -> Outcome<()> {
    let [option, path] = arguments else { return failed("test") };
    let found = shell.files.find(&in_folder(shell, path), shell.user);
    let holds = match option.as_str() {
        "-e" => found.is_some(),
        "-f" => found.is_some_and(|(_, node)| matches!(node.kind, Kind::File(_))),
        "-d" => found.is_some_and(|(_, node)| node.is_directory()),
        _ => false,
    };
    if holds { Ok(()) } else { failed("test") }
}

fn change(shell: &mut Shell<'_>, program: &str, arguments: &[String]) -> Outcome<()> {
    let operands: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let recursive = arguments.iter().any(|word| word == "-R");
    let [value, path] = operands[..] else { return failed(program) };
    let path = in_folder(shell, path);
    if program == "chmod" {
        let Ok(mode) = u32::from_str_radix(value, 8) else { return failed("chmod") };
        return shell.files.change(&path, recursive, shell.user, |node| node.mode = mode);
    }
    let Some(owner) = account(shell.files, value) else { return failed("chown") };
    if shell.user.uid != 0 {
        return failed("chown");
    }
    let changes_group = value.contains(':');
    shell.files.change(&path, recursive, shell.user, |node| {
        node.owner.uid = owner.uid;
        if changes_group {
            node.owner.gid = owner.gid;
        }
    })
}

/// Who `name`, `1000`, `name:group` or `1000:1000` is. The group of a number alone is the same number.
pub(super) fn account(files: &FileSystem, name: &str) -> Option<User> {
    let (name, group) = name.split_once(':').map_or((name, None), |(name, group)| (name, Some(group)));
    let accounts = match files.get("/etc/passwd") {
        Some(Node { kind: Kind::File(text), .. }) => text.as_str(),
        _ => "",
    };
    let number = |name: &str| {
        name.parse().ok().or_else(|| {
            let mut entries = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
            entries.find(|entry| entry[0] == name).and_then(|entry| entry[2].parse().ok())
        })
    };
    let uid = number(name)?;
    let gid = match group {
        Some(group) => number(group)?,
        None => uid,
    };
    Some(User { uid, gid })
}

/// What `apt-get` writes depends on its words, its settings and its part of the environment.
fn apt(shell: &mut Shell<'_>, arguments: &[String]) -> Outcome<()> {
    if shell.user.uid != 0 {
        return failed("not root");
    }
    let user = shell.user;
    let settings = read_all(shell, "/etc/apt")? + &environment(shell, "DEBIAN_");
    let operands: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    match operands.split_first() {
        Some((command, [])) if *command == "update" => {
            shell.files.make_folders("/var/lib/apt/lists", 0o755, user, user)?;
            shell.files.write("/var/lib/apt/lists/main", &settings, false, user)
        }
        Some((command, names)) if *command == "install" => {
            let lists = shell.files.read("/var/lib/apt/lists/main", user)?;
            let recommends = !arguments.iter().any(|word| word == "--no-install-recommends");
            for name in names {
                let local = if name.contains('/') {
                    shell.files.read(&in_folder(shell, name), user)?
                } else {
                    String::new()
                };
                let text = format!("{name} {lists} {settings} {local} {recommends}\n");
                let path = format!("/usr/bin/{}", split(name).1);
                shell.files.remove(&path, user)?;
                shell.files.write(&path, &text, false, user)?;
                shell.files.change(&path, false, user, |node| node.mode = 0o755)?;
            }
            Ok(())
        }
        _ => failed("apt-get"),
    }
}

/// Programs that stand in files, which `PATH` finds. What they are is part of what they read.
fn tool(shell: &mut Shell<'_>, program: &str, arguments: &[String]) -> Outcome<()> {
    let user = shell.user;
    let found = if program.contains('/') {
        shell.files.find(&in_folder(shell, program), user).map(|(path, node)| (path, node.clone()))
    } else {
        let path = shell.variables.get("PATH").cloned().unwrap_or_default();
        path.split(':').find_map(|folder| {
            let (path, node) =
                shell.files.find(&absolute(&shell.folder, &format!("{folder}/{program}")), user)?;
            (!node.is_directory() && node.mode & 0o111 != 0).then(|| (path, node.clone()))
        })
    };
    let Some((_, Node { kind: Kind::File(text), mode, .. })) = found else {
        return failed("no such command");
    };
    if mode & 0o111 == 0 {
        return failed("it cannot be run");
    }
    match (split(program).1, arguments) {
        ("fetchdeps", words) => fetch(shell, text + &words.join(" ")),
        ("go", [a, b]) if a == "mod" && b == "download" => go(shell, text),
        ("pip", [command, words @ ..]) if command == "install" => pip(shell, text, words),
        _ => build(shell, text + &arguments.join(" ")),
    }
}

/// The command of a user's ecosystem: reads `deps.txt` and `deps.d`, adds to `deps`.
fn fetch(shell: &mut Shell<'_>, start: String) -> Outcome<()> {
    let user = shell.user;
    let mut read = start + &shell.files.read(&in_folder(shell, "deps.txt"), user)?;
    read += &read_all(shell, &in_folder(shell, "deps.d"))?;
    read += &read_all(shell, "/etc/fetchdeps.conf")?;
    read += &environment(shell, "FETCH_");
    if let Some(path) = shell.variables.get("FETCH_EXTRA") {
        read += &shell.files.read(&in_folder(shell, path), user)?;
    }
    let folder = in_folder(shell, "deps");
    shell.files.make_folders(&folder, 0o755, user, user)?;
    shell.files.write(&format!("{folder}/{}", digest(&read)), &read, false, user)
}

/// `go mod download`: go.mod is looked for in the folders above, too; so is go.work.
fn go(shell: &mut Shell<'_>, start: String) -> Outcome<()> {
    let user = shell.user;
    let mut folder = shell.folder.clone();
    while is_missing(shell, &format!("{folder}/go.mod"))? {
        if folder.is_empty() {
            return failed("no go.mod");
        }
        folder = split(&folder).0.to_owned();
    }
    let module = shell.files.read(&format!("{folder}/go.mod"), user)?;
    let mut read = start + &module + &environment(shell, "GO");
    let mut above = shell.folder.clone();
    while shell.variables.get("GOWORK").map(String::as_str) != Some("off") {
        if !is_missing(shell, &format!("{above}/go.work"))? {
            let workspace = shell.files.read(&format!("{above}/go.work"), user)?;
            read += &workspace;
            for used in workspace.lines().filter_map(|line| line.strip_prefix("use ")) {
                read += &shell.files.read(&format!("{}/go.mod", absolute(&above, used)), user)?;
            }
            break;
        }
        if above.is_empty() {
            break;
        }
        above = split(&above).0.to_owned();
    }
    for replaced in module.lines().filter_map(|line| line.split_once("=> ")) {
        read += &shell.files.read(&format!("{}/go.mod", absolute(&folder, replaced.1)), user)?;
    }
    let path = format!("{folder}/go.sum");
    let sums = read_all(shell, &path)?;
    for required in module.lines().filter_map(|line| line.strip_prefix("require ")) {
        let is_replaced =
            module.contains(&format!("replace {} ", required.split(' ').next().unwrap_or_default()));
        let file = format!("{required}/go.mod");
        let is_summed = sums.contains(&format!("{required} ")) && sums.contains(&format!("{file} "));
        if !is_replaced && !is_summed {
            shell.files.write(&path, &format!("{required} h1:x\n{file} h1:x\n"), true, user)?;
        }
    }
    read += &sums;
    shell.files.make_folders("/go/pkg/mod", 0o755, user, user)?;
    shell.files.write(&format!("/go/pkg/mod/{}", digest(&read)), &read, false, user)
}

fn pip(shell: &mut Shell<'_>, start: String, words: &[String]) -> Outcome<()> {
    let user = shell.user;
    let mut read = start + &read_all(shell, "/etc/pip.conf")? + &environment(shell, "PIP_");
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "-r" {
            let Some(file) = words.next() else { return failed("pip") };
            let file = in_folder(shell, file);
            read += &requirements(shell, &file, 0)?;
        } else if word.starts_with(['.', '/']) {
            read += &read_all(shell, &in_folder(shell, word))?;
        } else {
            read += word;
        }
    }
    shell.files.make_folders("/usr/local/lib/python", 0o755, user, user)?;
    shell.files.write(&format!("/usr/local/lib/python/{}", digest(&read)), &read, false, user)
}

fn requirements(shell: &Shell<'_>, file: &str, depth: usize) -> Outcome<String> {
    let text = shell.files.read(file, shell.user)?;
    let mut read = text.clone();
    for line in text.lines().filter(|_| depth < 4) {
        if let Some(other) = line.strip_prefix("-r ") {
            read += &requirements(shell, &absolute(split(file).0, other), depth + 1)?;
        } else if line.starts_with("./") {
            let path = absolute(&shell.folder, line);
            if shell.files.find(&path, shell.user).is_none() {
                return failed("no such package");
            }
            read += &read_all(shell, &path)?;
        }
    }
    Ok(read)
}

/// What nobody knows looks at everything.
fn build(shell: &mut Shell<'_>, start: String) -> Outcome<()> {
    let all = format!(
        "{start} {:?} {:?} {:?} {}",
        shell.user,
        shell.environment(),
        shell.files.nodes,
        shell.folder
    );
    let path = in_folder(shell, "out");
    shell.files.write(&path, &digest(&all), false, shell.user)
}

/// All texts at a path and below, with their names; nothing where it is not there.
fn read_all(shell: &Shell<'_>, path: &str) -> Outcome<String> {
    // Links may go in circles.
    if path.matches('/').count() > 12 {
        return failed(format!("{path} is too deep"));
    }
    if is_missing(shell, path)? {
        return Ok(String::new());
    }
    if shell.files.find(path, shell.user).is_some_and(|(_, node)| !node.is_directory()) {
        return shell.files.read(path, shell.user);
    }
    let mut all = String::new();
    for name in shell.files.list(path, shell.user)? {
        all += &format!("{name}: {}", read_all(shell, &format!("{path}/{name}"))?);
    }
    Ok(all)
}

/// Whether a path is not there. To be kept out of a folder is an error.
fn is_missing(shell: &Shell<'_>, path: &str) -> Outcome<bool> {
    match (shell.files.find(path, shell.user), shell.files.find(path, ROOT)) {
        (None, Some(_)) => failed(format!("{path} is closed")),
        (found, _) => Ok(found.is_none()),
    }
}

/// The variables whose names start with `prefix`.
fn environment(shell: &Shell<'_>, prefix: &str) -> String {
    let variables = shell.environment().into_iter().filter(|(name, _)| name.starts_with(prefix));
    variables.map(|(name, value)| format!("{name}={value}\n")).collect()
}

/// The checksum of `crc32`, so that a shell script can do the same.
fn digest(text: &str) -> String {
    let crc = text.bytes().fold(!0u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
            },
        )
    });
    format!("{:08x}", !crc)
}
