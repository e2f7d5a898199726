//! Running other programs: with a time limit, and so that they end when we do.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};

/// How often it is looked whether a program has ended: what a measured time may be too long.
const PAUSE: Duration = Duration::from_millis(10);

/// What a program has to clean up after itself when it is told to end.
const GRACE: Duration = Duration::from_secs(10);

/// What removing images may take: the engine may be busy.
const CLEANING: Duration = Duration::from_secs(120);

/// The most bytes that are kept of what a program says: the last ones.
const MOST_KEPT: usize = 64 << 10;

/// The most bytes that a program may say after its output was understood.
const MOST_REST: u64 = 1 << 20;

/// The end of everything: by a signal, or by time.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    interrupted: Arc<AtomicBool>,
    /// For each program.
    timeout: Duration,
}

/// A program and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) program: &'static str,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, &'static str)>,
}

/// What came of a program.
#[derive(Debug)]
pub(crate) struct Ended<T> {
    pub(crate) status: ExitStatus,
    pub(crate) seconds: f64,
    /// The end of what it said on standard error.
    pub(crate) stderr: Vec<u8>,
    /// What was made of its standard output.
    pub(crate) output: T,
}

impl Limits {
    /// Signals end what is run from now on.
    pub(crate) fn new(timeout: Duration) -> Result<Self> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let signals = [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            #[cfg(unix)]
            signal_hook::consts::SIGHUP,
        ];
        for signal in signals {
            signal_hook::flag::register(signal, Arc::clone(&interrupted))
                .context("signals cannot be handled")?;
        }
        Ok(Self { interrupted, timeout })
    }

    /// For cleaning up, which is done after an interruption, too.
    pub(crate) fn for_cleaning() -> Self {
        Self { interrupted: Arc::default(), timeout: CLEANING }
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Call {
    pub(crate) fn new(program: &'static str) -> Self {
        Self { program, arguments: Vec::new(), environment: Vec::new() }
    }

    pub(crate) fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// Runs it and keeps the end of what it says. `line` gets each line of standard error as it comes.
    pub(crate) fn run(&self, limits: &Limits, line: impl FnMut(&[u8]) + Send) -> Result<Ended<Vec<u8>>> {
        self.pipe(limits, |output| last_bytes(output, |_| {}), line)?.flatten()
    }

    /// Runs it, and hands its standard output to `read`.
    pub(crate) fn pipe<T: Send>(
        &self,
        limits: &Limits,
        read: impl FnOnce(&mut dyn Read) -> T + Send,
        line: impl FnMut(&[u8]) + Send,
    ) -> Result<Ended<T>> {
        let start = Instant::now();
        let mut child = self.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (Some(mut stdout), Some(stderr)) = (stdout, stderr) else { bail!("no pipes") };
        thread::scope(|scope| {
            let output = scope.spawn(move || {
                let read = read(&mut stdout);
                // What stands behind the end of an archive. Who has more to say finds the pipe closed.
                let _ = io::copy(&mut stdout.take(MOST_REST), &mut io::sink());
                read
            });
            let messages = scope.spawn(|| last_bytes(stderr, line));
            let status = self.wait(&mut child, limits, start);
            let seconds = start.elapsed().as_secs_f64();
            let output = output.join().map_err(|_| anyhow!("{}: reading failed", self.program))?;
            let stderr = messages.join().map_err(|_| anyhow!("{}: reading failed", self.program))?;
            Ok(Ended { status: status?, seconds, stderr: stderr.unwrap_or_default(), output })
        })
    }

    fn spawn(&self) -> Result<Child> {
        let mut command = Command::new(self.program);
        command.args(&self.arguments).envs(self.environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C is for us: we end the whole group, with all that the program has started.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().with_context(|| format!("{} cannot be started", self.program))
    }

    fn wait(&self, child: &mut Child, limits: &Limits, start: Instant) -> Result<ExitStatus> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if limits.is_interrupted() {
                end(child)?;
                bail!("interrupted");
            }
            if start.elapsed() > limits.timeout {
                end(child)?;
                let seconds = limits.timeout.as_secs();
                bail!("{} took longer than {seconds} seconds; raise --timeout to wait for it", self.program);
            }
            thread::sleep(PAUSE);
        }
    }
}

impl<T> Ended<Result<T>> {
    fn flatten(self) -> Result<Ended<T>> {
        let Self { status, seconds, stderr, output } = self;
        Ok(Ended { status, seconds, stderr, output: output? })
    }
}

/// Ends a program and what it started: politely, and after a while for sure.
fn end(child: &mut Child) -> Result<()> {
    signal(child, false);
    let asked = Instant::now();
    while asked.elapsed() < GRACE {
        if child.try_wait()?.is_some() {
            break;
        }
        thread::sleep(PAUSE);
    }
    // Also what the program has left behind: it would keep our pipes open.
    signal(child, true);
    child.wait()?;
    Ok(())
}

#[cfg(unix)]
fn signal(child: &mut Child, for_sure: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if for_sure { Signal::KILL } else { Signal::TERM };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Where nothing is left of the group there is nothing to end.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal(child: &mut Child, _for_sure: bool) {
    let _ = child.kill();
}

/// The last bytes of a stream; `line` gets each line, as far as it is of a sane length.
fn last_bytes(mut stream: impl Read, mut line: impl FnMut(&[u8])) -> Result<Vec<u8>> {
    let mut kept: VecDeque<u8> = VecDeque::new();
    let mut current = Vec::new();
    let mut buffer = [0; 8 << 10];
    loop {
        let read = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        kept.extend(&buffer[..read]);
        kept.drain(..kept.len().saturating_sub(MOST_KEPT));
        for &byte in &buffer[..read] {
            match byte {
                b'\n' => {
                    line(&current);
                    current.clear();
                }
                byte if current.len() < 1024 => current.push(byte),
                _ => {}
            }
        }
    }
    Ok(kept.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(code: &str) -> Call {
        Call::new("sh").args(["-c", code])
    }

    fn limits(timeout: Duration) -> Limits {
        Limits { interrupted: Arc::default(), timeout }
    }

    #[test]
    fn keeps_what_a_program_says() {
        let mut lines = Vec::new();
        let limits = limits(Duration::from_secs(20));
        let ended = shell("echo out; echo one >&2; printf two >&2; exit 3")
            .run(&limits, |line| lines.push(line.to_vec()))
            .unwrap();
        assert_eq!((ended.output, ended.stderr), (b"out\n".to_vec(), b"one\ntwo".to_vec()));
        assert_eq!((ended.status.code(), lines), (Some(3), vec![b"one".to_vec()]));
        let ended = shell("head -c 300000 /dev/zero; echo end").run(&limits, |_| {}).unwrap();
        assert_eq!(ended.output.len(), MOST_KEPT);
        assert!(ended.output.ends_with(b"\0end\n"));
    }

    #[test]
    fn ends_a_program_that_takes_too_long_with_all_it_started() {
        let start = Instant::now();
        let error = shell("sleep 60 & sleep 60").run(&limits(Duration::from_millis(50)), |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "sh took longer than 0 seconds; raise --timeout to wait for it");
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn ends_a_program_when_it_is_interrupted() {
        let limits = limits(Duration::from_secs(60));
        let interrupted = Arc::clone(&limits.interrupted);
        let waker = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            interrupted.store(true, Ordering::Relaxed);
        });
        let start = Instant::now();
        assert_eq!(shell("exec sleep 60").run(&limits, |_| {}).unwrap_err().to_string(), "interrupted");
        assert!(start.elapsed() < Duration::from_secs(20));
        waker.join().unwrap();
    }

    #[test]
    fn a_reader_that_stops_lets_the_program_go_on() {
        let limits = limits(Duration::from_secs(20));
        let mut first = [0; 1];
        let read = |output: &mut dyn Read| output.read_exact(&mut first);
        let ended = shell("head -c 300000 /dev/zero; exit 7").pipe(&limits, read, |_| {}).unwrap();
        assert_eq!(ended.status.code(), Some(7));
    }

    #[test]
    fn says_which_program_is_not_there() {
        let error = Call::new("no-such-program").run(&limits(Duration::from_secs(1)), |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "no-such-program cannot be started");
    }
}
