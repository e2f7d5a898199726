//! `--write`: what becomes of the file itself, whatever goes wrong.

use std::fs;
use std::time::{Duration, SystemTime};

use dfopt::{source, write};

use crate::sandbox::{FINE, Run, Sandbox, WASTEFUL, same};

const WRITE: &str = "--write --only apt-update-install";

#[test]
fn does_not_touch_a_file_that_stays_the_same() {
    let sandbox = Sandbox::with(&[("Dockerfile", FINE)]);
    let past = SystemTime::now() - Duration::from_secs(100_000);
    let file = fs::File::options().write(true).open(sandbox.path("Dockerfile")).unwrap();
    file.set_modified(past).unwrap();
    let before = file.metadata().unwrap();
    sandbox.check(WRITE, "! 1 file unchanged\n");
    let after = fs::metadata(sandbox.path("Dockerfile")).unwrap();
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!((after.ino(), after.ctime_nsec()), (before.ino(), before.ctime_nsec()));
    }
}

#[test]
fn leaves_nothing_beside_the_file() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
    assert_eq!(sandbox.run(WRITE).code, 0);
    assert_eq!(sandbox.names(), ["Dockerfile"]);
}

#[test]
fn keeps_line_ends_and_bytes_that_are_not_utf8() {
    let sandbox = Sandbox::new();
    let text = [b"# caf\xe9\r\n", WASTEFUL.replace('\n', "\r\n").trim_end().as_bytes()].concat();
    sandbox.file("Dockerfile", &text);
    let printed = sandbox.pipe("--only apt-update-install -", &text).stdout;
    assert_eq!(sandbox.run(WRITE).code, 0);
    let written = fs::read(sandbox.path("Dockerfile")).unwrap();
    assert!(written.starts_with(b"# caf\xe9\r\nFROM debian:12\r\n") && !written.ends_with(b"\n"));
    assert_eq!(written, printed);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let sandbox = Sandbox::with(&[("1.Dockerfile", "FRM x\n"), ("2.Dockerfile", WASTEFUL)]);
    sandbox.check(
        WRITE,
        "! dfopt: error: 1.Dockerfile:1:1: unknown instruction `FRM`, did you mean `FROM`?\n\
         !   1 | FRM x\n\
         !     | ^^^\n\
         ! rewrote 2.Dockerfile: 1 rewrite\n\
         ! 1 file rewritten, 1 failed\n\
         exit 2\n",
    );
    assert_eq!(sandbox.read("1.Dockerfile"), "FRM x\n");
    assert_ne!(sandbox.read("2.Dockerfile"), WASTEFUL);
}

#[test]
fn replaces_the_text() {
    let sandbox = Sandbox::with(&[("Dockerfile", "FROM a\n")]);
    let source = source::read(&sandbox.path("Dockerfile")).unwrap();
    write::replace(&source, b"FROM b\n").unwrap();
    assert_eq!(sandbox.read("Dockerfile"), "FROM b\n");
    assert_eq!(sandbox.names(), ["Dockerfile"]);
}

#[test]
fn refuses_a_file_that_changed_since_it_was_read() {
    type Change = fn(&Sandbox);
    let changes: [(&str, Change, Option<&str>); 5] = [
        ("other text", other_text, Some("FROM c\nRUN x\n")),
        ("same length and time", same_length_and_time, Some("FROM c\n")),
        ("replaced", |s| fs::rename(s.path("other"), s.path("Dockerfile")).unwrap(), Some("FROM a\n")),
        ("gone", |s| fs::remove_file(s.path("Dockerfile")).unwrap(), None),
        (
            "a directory",
            |s| {
                fs::remove_file(s.path("Dockerfile")).unwrap();
                fs::create_dir(s.path("Dockerfile")).unwrap();
            },
            None,
        ),
    ];
    for (what, change, left) in changes {
        let sandbox = Sandbox::with(&[("Dockerfile", "FROM a\n"), ("other", "FROM a\n")]);
        let source = source::read(&sandbox.path("Dockerfile")).unwrap();
        change(&sandbox);
        let names = sandbox.names();
        let error = write::replace(&source, b"FROM b\n").unwrap_err().to_string();
        assert!(
            what == "gone" || error.ends_with(": changed while it was processed; run again"),
            "{what}: {error}"
        );
        assert_eq!(sandbox.names(), names, "{what}");
        if let Some(left) = left {
            assert_eq!(sandbox.read("Dockerfile"), left, "{what}");
        }
    }
}

fn other_text(sandbox: &Sandbox) {
    sandbox.file("Dockerfile", "FROM c\nRUN x\n");
}

fn same_length_and_time(sandbox: &Sandbox) {
    let modified = fs::metadata(sandbox.path("Dockerfile")).unwrap().modified().unwrap();
    sandbox.file("Dockerfile", "FROM c\n");
    fs::File::options().write(true).open(sandbox.path("Dockerfile")).unwrap().set_modified(modified).unwrap();
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;
    use crate::sandbox::without_privileges;

    #[test]
    fn keeps_the_mode() {
        for mode in [0o600, 0o640, 0o644, 0o755] {
            let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
            fs::set_permissions(sandbox.path("Dockerfile"), PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(sandbox.run(WRITE).code, 0);
            assert_ne!(sandbox.read("Dockerfile"), WASTEFUL);
            assert_eq!(fs::metadata(sandbox.path("Dockerfile")).unwrap().mode() & 0o7777, mode);
        }
    }

    #[test]
    fn keeps_the_owner() {
        let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
        let path = sandbox.path("Dockerfile");
        if chown(&path, Some(1234), Some(2345)).is_err() {
            eprintln!("SKIPPED: only root may give a file away");
            return;
        }
        assert_eq!(sandbox.run(WRITE).code, 0);
        assert_ne!(sandbox.read("Dockerfile"), WASTEFUL);
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.gid()), (1234, 2345));
    }

    #[test]
    fn follows_a_symbolic_link_and_keeps_it() {
        let sandbox = Sandbox::with(&[("real/Dockerfile", WASTEFUL)]);
        symlink("real/Dockerfile", sandbox.path("link")).unwrap();
        sandbox.check(&format!("{WRITE} link"), "! rewrote link: 1 rewrite\n! 1 file rewritten\n");
        assert_eq!(fs::read_link(sandbox.path("link")).unwrap().to_str(), Some("real/Dockerfile"));
        assert_ne!(sandbox.read("real/Dockerfile"), WASTEFUL);
        assert_eq!(sandbox.names(), ["link", "real"]);
    }

    #[test]
    fn breaks_a_hard_link() {
        let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
        fs::hard_link(sandbox.path("Dockerfile"), sandbox.path("other")).unwrap();
        assert_eq!(sandbox.run(&format!("{WRITE} Dockerfile")).code, 0);
        assert_ne!(sandbox.read("Dockerfile"), WASTEFUL);
        assert_eq!(sandbox.read("other"), WASTEFUL);
    }

    #[test]
    fn does_not_replace_a_file_that_may_not_be_written() {
        let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
        fs::set_permissions(sandbox.path("Dockerfile"), PermissionsExt::from_mode(0o444)).unwrap();
        let mut command = sandbox.dfopt(WRITE);
        if without_privileges(&mut command, &sandbox) {
            same(
                &Run::of(&mut command, b"").transcript(),
                "! dfopt: error: Dockerfile: cannot be written: permission denied\nexit 2\n",
            );
            assert_eq!(sandbox.read("Dockerfile"), WASTEFUL);
            assert_eq!(sandbox.names(), ["Dockerfile"]);
        }
    }

    #[test]
    fn loses_nothing_where_the_directory_may_not_be_written() {
        let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
        fs::set_permissions(sandbox.path("Dockerfile"), PermissionsExt::from_mode(0o666)).unwrap();
        let mut command = sandbox.dfopt(WRITE);
        if without_privileges(&mut command, &sandbox) {
            fs::set_permissions(sandbox.path(""), PermissionsExt::from_mode(0o555)).unwrap();
            let run = Run::of(&mut command, b"");
            fs::set_permissions(sandbox.path(""), PermissionsExt::from_mode(0o755)).unwrap();
            assert!(
                run.stderr.starts_with("dfopt: error: Dockerfile: cannot be written: permission denied"),
                "{run:?}"
            );
            assert_eq!((run.code, sandbox.read("Dockerfile").as_str()), (2, WASTEFUL));
            assert_eq!(sandbox.names(), ["Dockerfile"]);
        }
    }
}
