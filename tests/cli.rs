//! What a person at the command line sees: arguments, modes, errors, exit status.

use std::collections::BTreeMap;
use std::fs::File;

use dfopt_transforms::ALL;

use crate::sandbox::{FINE, Run, Sandbox, WASTEFUL, same};
use crate::snapshots;

#[test]
fn help_texts() {
    let sandbox = Sandbox::new();
    let help = |arguments: &str| sandbox.run(arguments).transcript();
    let texts = [
        ("dfopt", help("--help")),
        ("explain", help("explain --help")),
        ("transforms", help("transforms --help")),
        ("parse", help("parse --help")),
        ("verify", help("verify --help")),
    ];
    snapshots::check("help", &BTreeMap::from(texts.map(|(name, text)| (name.to_owned(), text))));
}

#[test]
fn prints_its_version() {
    Sandbox::new().check("--version", concat!("dfopt ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn prints_a_diff_by_default() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL), ("sub/Dockerfile", FINE)]);
    let run = sandbox.run("--only apt-update-install");
    assert!(run.text().starts_with("--- Dockerfile\n+++ Dockerfile\n@@ -1,3 +1,"), "{run:?}");
    same(&run.stderr, "1 file would be rewritten, 1 unchanged\n");
    assert_eq!(run.code, 0);
    assert_eq!(sandbox.read("Dockerfile"), WASTEFUL);
    assert_eq!(sandbox.run("--only apt-update-install --diff .").text(), run.text());
}

#[test]
fn has_nothing_to_do() {
    let sandbox = Sandbox::with(&[("Dockerfile", FINE)]);
    sandbox.check("", "! 1 file unchanged\n");
    sandbox.check("--write Dockerfile", "! 1 file unchanged\n");
    sandbox.check("--check Dockerfile", "! 1 file unchanged\n");
    sandbox.check_pipe("-", FINE, FINE);
    sandbox.check_pipe("--diff -", FINE, "");
    sandbox.check_pipe("--check -", FINE, "");
}

#[test]
fn writes_in_place() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL), ("fine.Dockerfile", FINE)]);
    let printed = sandbox.pipe("--only apt-update-install -", WASTEFUL).text();
    sandbox.check(
        "--write --only apt-update-install",
        "! rewrote Dockerfile: 1 rewrite\n! 1 file rewritten, 1 unchanged\n",
    );
    assert_ne!(printed, WASTEFUL);
    assert_eq!(sandbox.read("Dockerfile"), printed);
    sandbox.check("--write --only apt-update-install", "! 2 files unchanged\n");
}

#[test]
fn checks() {
    let sandbox =
        Sandbox::with(&[("b/Dockerfile", WASTEFUL), ("Dockerfile", WASTEFUL), ("c/Dockerfile", FINE)]);
    sandbox.check(
        "--check --only apt-update-install",
        "Dockerfile\nb/Dockerfile\n! 2 files would be rewritten, 1 unchanged\nexit 1\n",
    );
    assert_eq!(sandbox.read("Dockerfile"), WASTEFUL);
}

#[test]
fn filters() {
    let sandbox = Sandbox::new();
    let run = sandbox.pipe("--only apt-update-install -", WASTEFUL);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.text().starts_with("FROM debian:12\nRUN apt-get update"), "{run:?}");
    assert_ne!(run.text(), WASTEFUL);

    let diff = sandbox.pipe("--only apt-update-install --diff -", WASTEFUL).text();
    assert!(diff.starts_with("--- <stdin>\n+++ <stdin>\n@@ -1,3 +1,"), "{diff}");
    sandbox.check_pipe("--only apt-update-install --check -", WASTEFUL, "<stdin>\nexit 1\n");
    sandbox.check_pipe(
        "--only apt-update-install --check --stdin-filename ./x/Dockerfile -",
        WASTEFUL,
        "x/Dockerfile\nexit 1\n",
    );
}

#[test]
fn a_filter_keeps_silent_about_what_it_cannot_rewrite() {
    let sandbox = Sandbox::new();
    sandbox.check_pipe(
        "-",
        "FROM debian\nRNU true\n",
        "! dfopt: error: <stdin>:2:1: unknown instruction `RNU`, did you mean `RUN`?\n\
         !   2 | RNU true\n\
         !     | ^^^\nexit 2\n",
    );
    sandbox.check_pipe(
        "--stdin-filename src/Dockerfile -",
        "FROM debian\nCOPY --form=x a b\n",
        "! dfopt: error: src/Dockerfile:2:6: unknown flag `--form` of COPY, did you mean `--from`? at `--form=x`\n\
         !   2 | COPY --form=x a b\n\
         !     |      ^^^^^^^^\nexit 2\n",
    );
}

#[test]
fn explains_on_standard_error() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
    let quiet = sandbox.run("--only apt-update-install");
    for arguments in ["--remarks", "--remarks=all", "--remarks=applied"] {
        let run = sandbox.run(&format!("--only apt-update-install {arguments}"));
        assert_eq!(run.text(), quiet.text());
        let remark = run.stderr.lines().next().unwrap();
        assert!(remark.starts_with("Dockerfile:2:"), "{remark}");
        assert!(remark.contains(": applied[apt-update-install] "), "{remark}");
        assert!(remark.ends_with(" (preserve; saves a layer)"), "{remark}");
    }
    let run = sandbox.run("--only apt-update-install --remarks=missed");
    assert!(!run.stderr.contains("applied["), "{run:?}");
    assert_eq!(sandbox.run("--remarks=some").code, 2);
}

#[test]
fn estimates_what_each_rewrite_saves() {
    let source = "FROM python:3.13-slim
RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
RUN pip install pandas==2.3 requests
RUN pip install nobody-measured-this
";
    let sandbox = Sandbox::with(&[("Dockerfile", source)]);
    let run = sandbox.run("--remarks=applied --skip merge-runs --isolated");
    let saving = |line: usize| {
        let remark = run.stderr.lines().find(|remark| remark.starts_with(&format!("Dockerfile:{line}:")));
        remark.and_then(|remark| remark.rsplit_once("; saves ")).map(|(_, saving)| saving.to_owned())
    };
    assert_eq!(saving(2).as_deref(), Some("about 11 MB)"), "{run:?}");
    assert_eq!(saving(3).as_deref(), Some("about 30 MB)"), "{run:?}");
    assert_eq!(saving(4).as_deref(), Some("the packages as they were downloaded)"), "{run:?}");
}

#[test]
fn reports_each_syntax_error_and_goes_on() {
    let sandbox = Sandbox::with(&[
        ("1.Dockerfile", "FROM debian\nCOPY a\n"),
        ("2.Dockerfile", "FROM debian\nRUN <<EOF\nnever ends\n"),
        ("3.Dockerfile", "RUN true\n"),
        ("4.Dockerfile", ""),
        ("5.Dockerfile", "FROM a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i\n"),
        ("6.Dockerfile", WASTEFUL),
    ]);
    let run = sandbox.run("--check --only apt-update-install");
    assert_eq!((run.text().as_str(), run.code), ("6.Dockerfile\n", 2));
    // Below each error stand the line it is about and a marker.
    let lines: Vec<&str> = run.stderr.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines.len(), 6, "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 6 + 5 * 2, "{}", run.stderr);
    for (number, line) in lines[..5].iter().enumerate() {
        let start = format!("dfopt: error: {}.Dockerfile:", number + 1);
        assert!(line.starts_with(&start) && !line.contains("is this a Dockerfile"), "{line}");
    }
    assert!(
        lines[4].ends_with("at `a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d …`"),
        "{}",
        lines[4]
    );
    assert_eq!(lines[5], "1 file would be rewritten, 5 failed");
}

#[test]
fn asks_whether_it_is_a_dockerfile() {
    let sandbox = Sandbox::with(&[("notes", "Dear diary,\n"), ("main.c", "int main() {}\n")]);
    sandbox.file("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice());
    sandbox.check(
        "notes main.c",
        "! dfopt: error: main.c:1:1: unknown instruction `int`; is this a Dockerfile?\n\
         ! dfopt: error: notes:1:1: unknown instruction `Dear`; is this a Dockerfile?\n\
         exit 2\n",
    );
    let run = sandbox.run("image.png");
    assert!(run.stderr.ends_with("is this a Dockerfile?\n") && run.stderr.lines().count() == 1, "{run:?}");
    assert_eq!(run.code, 2);
}

#[test]
fn never_shows_control_characters_of_a_file_in_a_message() {
    let sandbox = Sandbox::with(&[("a\u{1b}[31m.Dockerfile", "FROM a\nR\u{1b}[2JN x\n")]);
    let run = sandbox.run("");
    assert!(
        run.stderr.starts_with("dfopt: error: a\\x1b[31m.Dockerfile:2:1: unknown instruction "),
        "{run:?}"
    );
    assert!(run.stderr.contains("\\x1b[2J") && !run.stderr.contains('\u{1b}'), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn lists_paths_byte_for_byte_unless_they_are_more_than_one_line() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::with(&[("a\nb.Dockerfile", WASTEFUL), ("é \"x\".Dockerfile", WASTEFUL)]);
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.Dockerfile");
    std::fs::write(sandbox.path("").join(odd), WASTEFUL).unwrap();
    let run = sandbox.run("--check --only apt-update-install");
    let expected = b"a\\nb.Dockerfile\ncaf\xe9.Dockerfile\n\xc3\xa9 \"x\".Dockerfile\n";
    assert!(run.stdout == expected, "{run:?}");
}

#[test]
fn names_what_cannot_be_read() {
    let sandbox = Sandbox::with(&[("empty/README", ""), ("Dockerfile", FINE)]);
    sandbox.check(
        "missing Dockerfile",
        "! 1 file unchanged, 1 failed\nexit 2\n"
            .replace("! 1", "! dfopt: error: missing: no such file or directory; name a Dockerfile, a directory, or - for standard input\n! 1")
            .as_str(),
    );
    sandbox.check(
        "empty",
        "! dfopt: error: empty: no Dockerfile in this directory; name the file if it is called otherwise\nexit 2\n",
    );
    sandbox.check("empty/README/x", "! dfopt: error: empty/README/x: not a directory\nexit 2\n");
}

#[test]
fn refuses_large_files() {
    let sandbox = Sandbox::new();
    File::create(sandbox.path("Dockerfile")).unwrap().set_len((16 << 20) + 1).unwrap();
    sandbox.check(
        "Dockerfile",
        "! dfopt: error: Dockerfile: is larger than 16 MiB; is this a Dockerfile?\nexit 2\n",
    );
    sandbox.check_pipe(
        "-",
        vec![b'\n'; (16 << 20) + 1],
        "! dfopt: error: <stdin>: is larger than 16 MiB; is this a Dockerfile?\nexit 2\n",
    );
}

#[cfg(unix)]
#[test]
fn refuses_what_is_not_a_regular_file_before_it_blocks() {
    let sandbox = Sandbox::new();
    assert!(sandbox.command("mkfifo").arg("pipe").status().unwrap().success());
    sandbox.check(
        "pipe /dev/zero",
        "! dfopt: error: /dev/zero: is a device, not a regular file; pass its text through -\n\
         ! dfopt: error: pipe: is a FIFO, not a regular file; pass its text through -\n\
         exit 2\n",
    );
    sandbox.check(
        "parse pipe .",
        "! dfopt: error: pipe: is a FIFO, not a regular file; pass its text through -\n\
         ! dfopt: error: .: is a directory, not a regular file; pass its text through -\n\
         exit 2\n",
    );
}

#[cfg(unix)]
#[test]
fn names_what_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&[("Dockerfile", FINE)]);
    std::fs::set_permissions(sandbox.path("Dockerfile"), PermissionsExt::from_mode(0o000)).unwrap();
    let mut command = sandbox.dfopt("Dockerfile");
    if crate::sandbox::without_privileges(&mut command, &sandbox) {
        same(
            &Run::of(&mut command, b"").transcript(),
            "! dfopt: error: Dockerfile: permission denied; make it readable\nexit 2\n",
        );
    }
}

#[test]
fn rejects_unknown_transforms() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
    let known = ALL.iter().map(|transform| transform.id).collect::<Vec<_>>().join(", ");
    for option in ["--only", "--skip"] {
        sandbox.check(
            &format!("{option} apt-update-instal --write"),
            &format!(
                "! dfopt: error: {option}: unknown transform `apt-update-instal`; did you mean \
                 `apt-update-install`? (known: {known})\nexit 2\n"
            ),
        );
    }
    sandbox.check(
        "explain everything-at-once",
        &format!("! dfopt: error: unknown transform `everything-at-once` (known: {known})\nexit 2\n"),
    );
    assert_eq!(sandbox.read("Dockerfile"), WASTEFUL);
}

#[test]
fn skip_and_only_choose() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
    sandbox.check(
        "--only apt-update-install,merge-runs --skip apt-update-install,merge-runs",
        "! 1 file unchanged\n",
    );
    assert_eq!(sandbox.run("--check --only apt-update-install --level preserve").code, 1);
}

#[test]
fn rejects_arguments_that_contradict() {
    let sandbox = Sandbox::with(&[("Dockerfile", WASTEFUL)]);
    for arguments in [
        "--write --check",
        "--diff --write",
        "--config x --isolated",
        "--level strongest",
        "--jobs 0",
        "--color sometimes",
        "parse",
        "--write explain merge-runs",
        "--no-such-option",
    ] {
        let run = sandbox.run(arguments);
        assert!(run.code == 2 && run.stdout.is_empty() && !run.stderr.is_empty(), "{arguments}: {run:?}");
    }
    sandbox.check(
        "- Dockerfile",
        "! dfopt: error: -: standard input cannot be combined with other paths; name only -\nexit 2\n",
    );
    sandbox.check(
        "--write -",
        "! dfopt: error: --write: standard input is no file; without --write the result is printed\nexit 2\n",
    );
    sandbox.check(
        "--stdin-filename Dockerfile",
        "! dfopt: error: --stdin-filename: standard input is not read; add -\nexit 2\n",
    );
    assert_eq!(sandbox.read("Dockerfile"), WASTEFUL);
}

#[test]
fn a_word_that_names_a_command_is_the_command() {
    let sandbox = Sandbox::with(&[("transforms", FINE)]);
    assert_eq!(sandbox.run("transforms").text().lines().count(), ALL.len());
    sandbox.check("./transforms", "! 1 file unchanged\n");
}

#[test]
fn documents_every_transform() {
    let sandbox = Sandbox::new();
    let table = sandbox.run("transforms").text();
    assert_eq!(table.lines().count(), ALL.len());
    for (transform, line) in ALL.iter().zip(table.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[..2], [transform.id, transform.effect.as_str()]);
        let explained = sandbox.run(&format!("explain {}", transform.id));
        assert!(explained.text().starts_with(&format!("# {}\n\n", transform.id)), "{explained:?}");
        assert!(explained.text().contains(&format!("`{}`: ", transform.effect.as_str())), "{explained:?}");
    }
}

#[test]
fn dumps_what_the_parser_sees() {
    let sandbox = Sandbox::with(&[("good", FINE), ("bad", "FROM a\nENV\n"), ("odd", "FROM a\nRNU b\n")]);
    let run = sandbox.pipe("parse good bad - odd missing", "FROM b\n");
    let records: Vec<serde_json::Value> =
        run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary: Vec<_> = records
        .iter()
        .map(|r| (r["file"].as_str().unwrap(), r["parse_ok"] == true, r["instr_ok"] == true))
        .collect();
    assert_eq!(
        summary,
        [("good", true, true), ("bad", true, false), ("-", true, true), ("odd", true, false)]
    );
    assert_eq!(run.code, 2);
    assert_eq!(sandbox.run("parse bad odd").code, 0);
}

#[test]
fn prints_the_same_whatever_the_number_of_threads() {
    let sandbox = Sandbox::new();
    for number in 0..300 {
        sandbox.file(&format!("{number:03}.Dockerfile"), if number % 3 == 0 { FINE } else { WASTEFUL });
    }
    let one = sandbox.run("--only apt-update-install --jobs 1").transcript();
    assert_eq!(one.lines().filter(|line| line.starts_with("+++ ")).count(), 200);
    same(&sandbox.run("--only apt-update-install --jobs 3").transcript(), &one);
    same(&sandbox.run("--only apt-update-install").transcript(), &one);
}
