//! Where output goes wrong: closed pipes, full disks, terminals, colour, defects of the pipeline.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use clap::Parser;
use dfopt::cli::{Cli, Remarks};
use dfopt::exit::Exit;
use dfopt::files::Processed;
use dfopt::terminal::{Look, Terminal};
use dfopt_transforms::{Applied, Effect, MissedRemark, Outcome, Reverted};

use crate::sandbox::{FINE, Sandbox, WASTEFUL, same};

/// Runs the program in this process. Only absolute paths: the working directory is everybody's.
fn run_with(look: Look, arguments: &[&str], stdin: &[u8]) -> (Exit, String, String) {
    let cli = Cli::parse_from([&["dfopt"], arguments].concat());
    let (mut stdin, mut out, mut err) = (stdin, Vec::new(), Vec::new());
    let mut terminal = Terminal::new(&mut stdin, (&mut out, look), (&mut err, look));
    let exit = dfopt::run::run(&cli, &mut terminal);
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .dfopt("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(FINE.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let sandbox = Sandbox::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child =
        sandbox.dfopt("-").stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(FINE.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    same(
        &String::from_utf8(output.stderr).unwrap(),
        "dfopt: error: cannot write to standard output: no space left on device\n",
    );
}

#[test]
fn work_goes_on_where_nobody_listens_to_messages() {
    let sandbox = Sandbox::with(&[("1.Dockerfile", WASTEFUL), ("2.Dockerfile", WASTEFUL)]);
    let mut child = sandbox
        .dfopt("--write --only apt-update-install")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_ne!(sandbox.read("2.Dockerfile"), WASTEFUL);
}

#[test]
fn colors_only_where_asked() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL), ("bad.Dockerfile", "FROM\n")]);
    let colors = |arguments: &str, environment: &[(&str, &str)]| {
        let mut command = sandbox.dfopt("--only apt-update-install --remarks");
        command.args(arguments.split_whitespace()).envs(environment.iter().copied());
        let output = command.output().unwrap();
        [output.stdout, output.stderr].map(|stream| stream.contains(&0x1b))
    };
    assert_eq!(colors("", &[]), [false; 2]);
    assert_eq!(colors("--color always", &[]), [true; 2]);
    assert_eq!(colors("--color always", &[("NO_COLOR", "1")]), [true; 2]);
    assert_eq!(colors("", &[("CLICOLOR_FORCE", "1")]), [true; 2]);
    assert_eq!(colors("", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), [false; 2]);
    assert_eq!(colors("--color never", &[("CLICOLOR_FORCE", "1")]), [false; 2]);
}

#[test]
fn color_takes_nothing_away() {
    let (_, colored, _) = run_with(
        Look { terminal: false, color: true },
        &["--only", "apt-update-install", "--diff", "-"],
        WASTEFUL.as_bytes(),
    );
    let (_, plain, _) =
        run_with(Look::default(), &["--only", "apt-update-install", "--diff", "-"], WASTEFUL.as_bytes());
    assert!(colored.contains('\u{1b}'));
    same(&anstream::adapter::strip_str(&colored).to_string(), &plain);
}

#[test]
fn a_terminal_gets_no_control_characters_of_a_file() {
    let source = format!("# \u{1b}]0;title\u{7}\t\u{202e}\r\n{WASTEFUL}");
    let arguments = ["--only", "apt-update-install", "-"];
    let terminal = Look { terminal: true, color: false };
    let (exit, shown, _) = run_with(terminal, &arguments, source.as_bytes());
    assert_eq!(exit, Exit::Done);
    same(shown.lines().next().unwrap(), "# \\x1b]0;title\\x07\t\\u{202e}\\r");
    let (_, piped, _) = run_with(Look::default(), &arguments, source.as_bytes());
    same(piped.lines().next().unwrap(), "# \u{1b}]0;title\u{7}\t\u{202e}");

    let (_, diff, _) =
        run_with(terminal, &["--only", "apt-update-install", "--diff", "-"], source.as_bytes());
    assert!(diff.contains("\n # \\x1b]0;title\\x07\t\\u{202e}\\r\n"), "{diff}");
}

#[test]
fn tells_about_its_own_defects() {
    let outcome = Outcome {
        text: b"FROM b\n".to_vec(),
        reverted: vec![Reverted { transform: "merge-runs", reason: "a comment was lost".to_owned() }],
        converged: false,
        ..Outcome::default()
    };
    let processed = Processed { path: PathBuf::from("./Dockerfile"), source: b"FROM a\n".to_vec(), outcome };
    assert!(!processed.changed());
    same(
        &report(&processed, None),
        "dfopt: warning: Dockerfile: `merge-runs` was undone: a comment was lost; this is a defect in dfopt, please report it\n\
         dfopt: warning: Dockerfile: left as it is: the rewrites do not come to rest; this is a defect in dfopt, please report it\n",
    );
}

#[test]
fn remarks_come_in_the_order_of_the_file() {
    let missed = |offset: u32, reason: &str| MissedRemark {
        transform: "package-caches",
        reason: reason.to_owned(),
        help: "do\u{7} it".to_owned(),
        offset,
        cause: None,
    };
    let applied = |offset: u32| Applied {
        transform: "merge-runs",
        title: "merge".to_owned(),
        effect: Effect::Preserve,
        saves: None,
        offset,
    };
    let source = "FROM a\nRUN é; b\n".as_bytes().to_vec();
    let outcome = Outcome {
        text: source.clone(),
        applied: vec![applied(13), applied(7)],
        missed: vec![missed(0, "first"), missed(13, "last")],
        converged: true,
        ..Outcome::default()
    };
    let processed = Processed { path: PathBuf::from("Dockerfile"), source, outcome };
    same(&report(&processed, None), "");
    same(
        &report(&processed, Some(Remarks::All)),
        "Dockerfile:1:1: missed[package-caches] first; help: do\\x07 it\n\
         Dockerfile:2:1: applied[merge-runs] merge (preserve)\n\
         Dockerfile:2:6: applied[merge-runs] merge (preserve)\n\
         Dockerfile:2:6: missed[package-caches] last; help: do\\x07 it\n",
    );
    assert_eq!(report(&processed, Some(Remarks::Applied)).lines().count(), 2);
    assert_eq!(report(&processed, Some(Remarks::Missed)).lines().count(), 2);
}

fn report(processed: &Processed, remarks: Option<Remarks>) -> String {
    let (mut stdin, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
    let look = Look::default();
    processed.report(remarks, &mut Terminal::new(&mut stdin, (&mut out, look), (&mut err, look)));
    assert!(out.is_empty());
    String::from_utf8(err).unwrap()
}
