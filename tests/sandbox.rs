//! A directory of its own for each test, and the real program run in it.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A Dockerfile with one rewrite at level `preserve`: `apt-update-install`.
pub(crate) const WASTEFUL: &str = "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n";

/// A Dockerfile in which nothing is to be done.
pub(crate) const FINE: &str = "FROM scratch\nCOPY app /app\n";

/// A directory that goes when the test ends.
pub(crate) struct Sandbox {
    directory: TempDir,
}

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    /// A sandbox with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        for (name, text) in files {
            sandbox.file(name, text);
        }
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.path(name)).unwrap()).into_owned()
    }

    /// All names in the directory, hidden ones too, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Any program, in this directory, with an environment that does not depend on who runs the test.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.directory.path()).env_clear().env("HOME", self.directory.path());
        // Whoever tests registries takes it away again.
        command.env("DFOPT_OFFLINE", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    /// `dfopt` with arguments that hold no blanks.
    pub(crate) fn dfopt(&self, arguments: &str) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_dfopt"));
        command.args(arguments.split_whitespace());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Run {
        Run::of(&mut self.dfopt(arguments), b"")
    }

    pub(crate) fn pipe(&self, arguments: &str, stdin: impl AsRef<[u8]>) -> Run {
        Run::of(&mut self.dfopt(arguments), stdin.as_ref())
    }

    /// Runs `dfopt` and compares everything it says, see [`Run::transcript`].
    #[track_caller]
    pub(crate) fn check(&self, arguments: &str, expected: &str) {
        same(&self.run(arguments).transcript(), expected);
    }

    /// The same, with standard input.
    #[track_caller]
    pub(crate) fn check_pipe(&self, arguments: &str, stdin: impl AsRef<[u8]>, expected: &str) {
        same(&self.pipe(arguments, stdin).transcript(), expected);
    }
}

impl Run {
    pub(crate) fn of(command: &mut Command, stdin: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that has said no already does not read on.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        Self {
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output; then standard error, each line behind `! `; then the exit status unless it is 0.
    pub(crate) fn transcript(&self) -> String {
        let mut transcript = self.text();
        for line in self.stderr.lines() {
            writeln!(transcript, "! {line}").unwrap();
        }
        if self.code != 0 {
            writeln!(transcript, "exit {}", self.code).unwrap();
        }
        transcript
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.transcript())
    }
}

/// Compares texts of several lines, and shows both where they differ.
#[track_caller]
pub(crate) fn same(actual: &str, expected: &str) {
    assert!(actual == expected, "expected:\n{expected}\nactual:\n{actual}");
}

/// Lets `command` run as nobody where the test runs as root, whom no permission stops. False, with a
/// notice, where nobody may not even start the program.
#[cfg(unix)]
pub(crate) fn without_privileges(command: &mut Command, sandbox: &Sandbox) -> bool {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let here = Path::new(".");
    let directory = sandbox.path("");
    if fs::metadata(&directory).unwrap().uid() != 0 {
        return true;
    }
    std::os::unix::fs::chown(&directory, Some(NOBODY), Some(NOBODY)).unwrap();
    command.uid(NOBODY).gid(NOBODY);
    let mut probe = Command::new(command.get_program());
    let startable = probe.arg("--version").current_dir(here).uid(NOBODY).gid(NOBODY).output().is_ok();
    if !startable {
        eprintln!("SKIPPED: nobody may not run {}", command.get_program().display());
    }
    startable
}
