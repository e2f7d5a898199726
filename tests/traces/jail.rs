//! Shell code run for real, where it can do no harm.
//!
//! Each run gets a root directory of its own with the shells, their libraries, and a stub for every program
//! that the code names. The stub notes how it was called and succeeds, or fails where it is told to. As root,
//! the shell runs in that root directory as a user that nothing belongs to, within limits of time, size and
//! processes: whatever the code says, nothing outside is touched, and nothing inside can reach the network.
//! Without root only code that is harmless by itself may run, with nothing but the stubs on its `PATH`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::steps::{Scene, Step};

/// What `/bin/sh` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sh {
    Dash,
    Bash,
}

/// What a list of RUNs did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// The programs that were called, in order.
    pub(super) calls: Vec<Call>,
    /// The exit status of the RUN that failed, else 0; a signal is negative.
    pub(super) status: i32,
    /// What came out of it.
    pub(super) output: String,
    /// Path -> mode and content of the files it made; empty where it failed, as no layer is made.
    pub(super) files: BTreeMap<String, (u32, String)>,
}

/// A program that was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Its name and its arguments.
    pub(super) words: Vec<String>,
    /// What it finds: the working directory, the umask, whether descriptor 3 is open, and the environment.
    pub(super) surroundings: String,
}

/// The calls that fail, counted from 1 over all RUNs, and with which status.
pub(super) type Failures = [(usize, u8)];

/// A run that calls more programs than that does not end; it is stopped.
const MOST_CALLS: usize = 300;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Drains its input first, so that the commands of a pipeline are noted one after the other.
const STUB: &str = r#"#!DASH
trap '' PIPE
while read -r __dfopt; do :; done
__dfopt=0
read -r __dfopt <LOG/count
__dfopt=$((__dfopt + 1))
echo "$__dfopt" >LOG/count
{
    printf '%s\0' "$#" "${0##*/}" "$@"
    pwd -P
    umask
    if { true >&3; }; then echo open; else echo closed; fi
    export -p
} >LOG/$__dfopt 2>>LOG/errors
[ "$__dfopt" -lt MOST_CALLS ] || kill -KILL 0
echo "${0##*/}" 2>>LOG/errors
. LOG/failures
exit 0
"#;

/// What the jails of this test have in common.
pub(super) struct Jails {
    /// The stub, the shells and the libraries, to be linked into each root.
    template: TempDir,
    /// Paths in each root -> names in the template.
    linked: Vec<(String, &'static str)>,
    /// The shells outside: dash and bash.
    shells: [PathBuf; 2],
    /// The program that changes the root directory, where that can be done.
    chroot: Option<PathBuf>,
}

/// The jails; none, with a notice, where there is no dash or bash to put in.
pub(super) fn jails() -> Option<&'static Jails> {
    static JAILS: OnceLock<Option<Jails>> = OnceLock::new();
    JAILS.get_or_init(Jails::new).as_ref()
}

impl Jails {
    fn new() -> Option<Self> {
        if !["dash", "bash"].into_iter().all(crate::shells::is_here) {
            return None;
        }
        // In memory where programs may be run from there: what takes most of the time is to make the roots.
        let folders = [PathBuf::from("/dev/shm"), std::env::temp_dir()];
        let closed = folders.iter().find_map(|folder| Self::below(folder, find("chroot")));
        if closed.is_none() {
            eprintln!("SKIPPED: the root directory cannot be changed here, so no foreign code is run");
        }
        closed.or_else(|| Self::below(&folders[1], None))
    }

    /// None where shells do not run in a root below `folder`.
    fn below(folder: &Path, chroot: Option<PathBuf>) -> Option<Self> {
        let template = TempDir::new_in(folder).ok()?;
        open(template.path());
        let shells = [find("dash")?, find("bash")?];
        let mut jails = Self { template, linked: Vec::new(), shells, chroot };
        let (dash, log) = match jails.are_closed() {
            true => ("/bin/dash", "/log"),
            false => (jails.shells[0].to_str()?, "${0%/*}/../../log"),
        };
        let stub = STUB.replace("DASH", dash).replace("LOG", log);
        let stub = stub.replace("MOST_CALLS", &MOST_CALLS.to_string());
        fs::write(jails.template.path().join("stub"), stub).ok()?;
        executable(&jails.template.path().join("stub"));
        if jails.are_closed() {
            jails.gather()?;
        }
        let probe = Step::of("/bin/sh", b"stub; exit 7", "/", BTreeMap::new());
        let trace = jails.run(std::slice::from_ref(&probe), &Scene::of([&probe]), Sh::Bash, &[]);
        (trace.status == 7 && trace.calls.len() == 1).then_some(jails)
    }

    /// Whether foreign code may be run.
    pub(super) fn are_closed(&self) -> bool {
        self.chroot.is_some()
    }

    /// Gathers what the shells need in a root directory.
    fn gather(&mut self) -> Option<()> {
        let mut libraries = Vec::new();
        for (shell, name) in self.shells.iter().zip(["dash", "bash"]) {
            fs::copy(shell, self.template.path().join(name)).ok()?;
            self.linked.push((format!("bin/{name}"), name));
            libraries.extend(libraries_of(shell)?);
        }
        self.linked.push(("bin/ash".to_owned(), "bash"));
        libraries.sort();
        libraries.dedup();
        for (n, library) in libraries.into_iter().enumerate() {
            let name: &'static str = format!("library{n}").leak();
            fs::copy(&library, self.template.path().join(name)).ok()?;
            self.linked.push((library.trim_start_matches('/').to_owned(), name));
        }
        for name in self.linked.iter().map(|(_, name)| name) {
            executable(&self.template.path().join(name));
        }
        Some(())
    }

    /// Runs the steps until one fails.
    pub(super) fn run(&self, steps: &[Step], scene: &Scene, sh: Sh, failures: &Failures) -> Trace {
        let root = Root::new(self, sh, scene, failures);
        let status = root.run(steps);
        root.trace(status.code().unwrap_or_else(|| -status.signal().unwrap_or_default()))
    }
}

/// The root directory of one run.
struct Root<'j> {
    jails: &'j Jails,
    directory: TempDir,
    sh: Sh,
}

impl<'j> Root<'j> {
    fn new(jails: &'j Jails, sh: Sh, scene: &Scene, failures: &Failures) -> Self {
        let directory = TempDir::new_in(jails.template.path()).unwrap();
        let root = Self { jails, directory, sh };
        open(root.directory.path());
        let sh = if sh == Sh::Dash { "dash" } else { "bash" };
        let shells = jails.linked.iter().map(|(path, name)| (path.as_str(), *name)).chain([("bin/sh", sh)]);
        for (path, name) in shells.filter(|_| jails.are_closed()) {
            root.link(name, path).unwrap();
        }
        for folder in ["log", "dev", "tmp", "usr/bin"].into_iter().chain(scene.folders()) {
            root.make_folder(folder);
        }
        for file in ["log/count", "log/output", "log/errors", "dev/null"] {
            fs::write(root.path(file), "").unwrap();
            open(&root.path(file));
        }
        let failures = failures.iter().map(|(call, status)| format!("{call}) exit {status};; "));
        let failures = format!("case $__dfopt in {} esac\n", failures.collect::<String>());
        fs::write(root.path("log/failures"), failures).unwrap();
        for program in scene.programs().chain(["usr/bin/dfopt-stub"]) {
            // Another program may lie there, or have its folder as its name.
            let _ = root.link("stub", program);
        }
        root
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn make_folder(&self, folder: &str) {
        let mut path = self.directory.path().to_owned();
        for name in folder.split('/').filter(|name| !name.is_empty()) {
            path.push(name);
            if fs::create_dir(&path).is_ok() {
                open(&path);
            }
        }
    }

    fn link(&self, name: &str, path: &str) -> std::io::Result<()> {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.make_folder(folder);
        }
        fs::hard_link(self.jails.template.path().join(name), self.path(path))
    }

    /// Runs the steps until one fails; the status is its.
    fn run(&self, steps: &[Step]) -> ExitStatus {
        let script: Vec<u8> = steps.iter().flat_map(|step| self.line(step)).collect();
        fs::write(self.path("log/steps"), script).unwrap();
        let (mut command, path) = match &self.jails.chroot {
            Some(chroot) => {
                // Another user for each thread, so that a `kill` of everything stays in its jail.
                let thread = rayon::current_thread_index().unwrap_or_default() % 64;
                let user = 20_000 + std::process::id() as usize % 600 * 64 + thread;
                let mut command = Command::new(chroot);
                command.args([format!("--userspec={user}:{user}"), "--groups=".to_owned()]);
                command.arg(self.directory.path()).args(["/bin/dash", "/log/steps"]);
                (command, PATH.into())
            }
            None => {
                let mut command = Command::new(&self.jails.shells[0]);
                command.arg(self.path("log/steps"));
                (command, self.path("usr/bin").into_os_string())
            }
        };
        command.env_clear().env("HOME", "/root").env("PATH", path);
        let file = |name| fs::File::options().append(true).open(self.path(name)).unwrap();
        let (output, errors) = (file("log/output"), file("log/errors"));
        command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        wait(command.spawn().unwrap())
    }

    /// The line of a script that runs the step in a process of its own, and ends where it fails.
    fn line(&self, step: &Step) -> Vec<u8> {
        let folder = match self.jails.are_closed() {
            true => step.folder.clone(),
            false => self.path(step.folder.trim_start_matches('/')).display().to_string(),
        };
        let limits = if self.jails.are_closed() { "ulimit -p 200; " } else { "" };
        let mut line = format!("({limits}ulimit -c 0; ulimit -t 5; ulimit -f 4096; cd ").into_bytes();
        line.extend(quoted(folder.as_bytes()));
        line.extend(b" || exit 125; unset PWD OLDPWD");
        for (name, value) in &step.environment {
            line.extend(format!("; export {name}=").into_bytes());
            line.extend(quoted(value.as_bytes()));
        }
        line.extend(b"; exec");
        // What no shell runs is noted, as if it were a program.
        let words = self.shell(step).unwrap_or_else(|| vec![self.stub(), "-".to_owned()]);
        for word in words.iter().map(String::as_bytes).chain([step.code.as_slice()]) {
            line.push(b' ');
            line.extend(quoted(word));
        }
        line.extend(b") || exit $?\n");
        line
    }

    /// The shell of the step in this jail, with its options; none where it is another.
    fn shell(&self, step: &Step) -> Option<Vec<String>> {
        let (shell, options) = step.shell.split_first()?;
        let [dash, bash] = self.jails.shells.each_ref().map(|shell| shell.display().to_string());
        let shell = match (shell.rsplit('/').next()?, self.jails.are_closed()) {
            (name @ ("sh" | "dash" | "bash" | "ash"), true) => vec![format!("/bin/{name}")],
            ("bash" | "ash", false) => vec![bash],
            ("sh", false) if self.sh == Sh::Bash => vec![bash, "--posix".to_owned()],
            ("sh" | "dash", false) => vec![dash],
            _ => return None,
        };
        Some([shell.as_slice(), options].concat())
    }

    fn stub(&self) -> String {
        match self.jails.are_closed() {
            true => "/usr/bin/dfopt-stub".to_owned(),
            false => self.path("usr/bin/dfopt-stub").display().to_string(),
        }
    }

    fn trace(&self, status: i32) -> Trace {
        let count = self.text("log/count").and_then(|count| count.trim().parse().ok());
        let calls = (1..=count.unwrap_or_default()).map_while(|number| self.call(number)).collect();
        let mut files = BTreeMap::new();
        if status == 0 {
            self.collect("", &mut files);
        }
        Trace { calls, status, output: self.text("log/output").unwrap(), files }
    }

    /// What came out of the run, with paths as they are seen inside.
    fn text(&self, path: &str) -> Option<String> {
        let text = fs::read(self.path(path)).ok()?;
        Some(String::from_utf8_lossy(&text).replace(self.directory.path().to_str()?, ""))
    }

    /// Reads what a stub noted.
    fn call(&self, number: usize) -> Option<Call> {
        let note = self.text(&format!("log/{number}"))?;
        let (count, mut rest) = note.split_once('\0')?;
        let mut words = Vec::new();
        for _ in 0..=count.parse().ok()? {
            let (word, next) = rest.split_once('\0')?;
            words.push(word.to_owned());
            rest = next;
        }
        // What each shell counts and says by itself.
        let is_own = |line: &&str| {
            !["_=", "SHLVL=", "PWD="].iter().any(|name| line.starts_with(&format!("export {name}")))
        };
        let lines: Vec<&str> = rest.lines().filter(is_own).collect();
        Some(Call { words, surroundings: lines.join("\n") })
    }

    /// What lies below `folder` and is no link into the template.
    fn collect(&self, folder: &str, files: &mut BTreeMap<String, (u32, String)>) {
        for entry in fs::read_dir(self.path(folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() && !["log", "dev"].contains(&path.as_str()) {
                self.collect(&format!("{path}/"), files);
            } else if metadata.is_file() && metadata.nlink() == 1 {
                let content = self.text(&path).unwrap_or_default();
                files.insert(path, (metadata.mode(), content));
            }
        }
    }
}

/// As one word of a shell.
fn quoted(text: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = text.split(|&byte| byte == b'\'').collect();
    [&b"'"[..], &parts.join(&b"'\\''"[..]), b"'"].concat()
}

/// Waits for the shell; a run that hangs is a defect of the test, or of the code that it runs.
fn wait(mut child: Child) -> ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.kill();
            return child.wait().unwrap();
        }
        sleep(Duration::from_micros(300));
    }
}

/// Anybody may write: the shell runs as nobody in particular.
fn open(path: &Path) {
    let mode = if path.is_dir() { 0o777 } else { 0o666 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut paths = std::env::split_paths(&folders).map(|folder| folder.join(program));
    fs::canonicalize(paths.find(|path| path.is_file())?).ok()
}

/// The files that `ldd` names.
fn libraries_of(program: &Path) -> Option<Vec<String>> {
    let output = Command::new("ldd").arg(program).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split_whitespace().filter(|word| word.starts_with('/')).map(str::to_owned).collect())
}
