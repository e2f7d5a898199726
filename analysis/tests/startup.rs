//! What a container starts, and the accounts that a file makes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dfopt_analysis::startup::{Unclear, commands, health_check, in_effect};
use dfopt_analysis::{Build, accounts};
use dfopt_syntax::Dockerfile;

/// The command lines that the last stage starts, with what each writes.
fn started(source: &str, of_image: &[&str]) -> Result<Vec<String>, Unclear> {
    let dockerfile = Dockerfile::parse(source.as_bytes()).unwrap();
    let build = Build::new(&dockerfile);
    let commands = commands(&build, build.stages().last().unwrap(), of_image, false)?;
    let line = |started: &dfopt_analysis::startup::Started| {
        let words = std::iter::once(&started.program).chain(&started.arguments).map(String::as_str);
        let outputs = started.outputs.iter().map(|output| format!("> {output}"));
        words.map(str::to_owned).chain(outputs).collect::<Vec<_>>().join(" ")
    };
    Ok(commands.iter().map(line).collect())
}

#[test]
fn commands_are_read_through_what_starts_them() {
    for (file, expected) in [
        ("FROM a\nCMD [\"python\", \"app.py\"]\n", &["python app.py"][..]),
        ("FROM a\nENTRYPOINT [\"tini\", \"-g\", \"--\"]\nCMD [\"nice\", \"-n\", \"5\", \"app\"]\n", &["app"]),
        (
            "FROM a\nENV PORT=80\nCMD exec env A=b gunicorn -b :$PORT \"$X\" app:app\n",
            &["gunicorn -b :80 $X app:app"],
        ),
        (
            "FROM a\nCMD [\"sh\", \"-ec\", \"mkdir x && exec \\\"$@\\\"\", \"-\", \"app\"]\n",
            &["mkdir x", "app"],
        ),
        (
            "FROM a\nCMD f() { chown a b; }; f > /log; { a; b; } >> /more\n",
            &["chown a b", "a", "b", ": > /more"],
        ),
        ("FROM a\nENTRYPOINT app\nCMD [\"ignored\"]\n", &["app"]),
        ("FROM a AS b\nCMD [\"old\"]\nFROM b\nENTRYPOINT [\"new\"]\n", &["new"]),
        ("FROM a AS b\nENTRYPOINT [\"new\"]\nFROM b\nCMD [\"-v\"]\n", &["new -v"]),
        ("FROM a\nCMD timeout -k 5 10 bundle exec puma\n", &["puma"]),
    ] {
        assert_eq!(started(file, &[]).unwrap(), expected, "{file}");
    }
    assert_eq!(started("FROM a\n", &["nginx", "-g"]).unwrap(), ["nginx -g"]);
}

#[test]
fn what_is_not_known_is_said() {
    assert_eq!(started("FROM a\n", &[]), Err(Unclear::Nothing));
    assert_eq!(started("FROM a\nCMD []\n", &[]), Err(Unclear::Nothing));
    assert_eq!(started("FROM a\nCMD if\n", &[]), Err(Unclear::Code(1)));
    assert_eq!(started("FROM a\nCMD $PROGRAM\n", &[]), Err(Unclear::Program(Some(1))));
    let script = Err(Unclear::Script(Some(2), "./run.sh".to_owned()));
    assert_eq!(started("FROM a\nCOPY . .\nCMD [\"./run.sh\"]\n", &[]), script);
    let deep = format!("FROM a\nCMD [{}\"app\"]\n", "\"tini\", ".repeat(50));
    assert_eq!(started(&deep, &[]), Err(Unclear::TooMuch));
    let long = format!("FROM a\nCMD {}app\n", "app;".repeat(2000));
    assert_eq!(started(&long, &[]), Err(Unclear::TooMuch));
}

#[test]
fn the_last_of_each_instruction_is_in_effect() {
    let dockerfile =
        Dockerfile::parse(b"FROM a\nCMD [\"a\"]\nCMD [\"b\"]\nHEALTHCHECK CMD curl -f x\n").unwrap();
    let build = Build::new(&dockerfile);
    assert_eq!(in_effect(&build, &build.stages()[0]), (None, Some(2)));
    assert_eq!(health_check(&build, &build.stages()[0])[0].program, "curl");
}

#[test]
fn accounts_are_read_with_their_numbers_and_homes() {
    let read = |run: &str| {
        let source = format!("FROM a\nRUN {run}\n");
        let dockerfile = Dockerfile::parse(source.as_bytes()).unwrap();
        let build = Build::new(&dockerfile);
        let (accounts, _) = accounts::made(&build, &build.stages()[0]);
        accounts.into_iter().map(|a| (a.name, a.uid, a.gid, a.home)).collect::<Vec<_>>()
    };
    let home = |path: &str, is_made| Some((path.to_owned(), is_made));
    for (run, expected) in [
        ("useradd app", ("app", None, None, home("/home/app", false))),
        ("useradd -ms /bin/bash -u 1001 app", ("app", Some(1001), None, home("/home/app", true))),
        (
            "groupadd -g 5 web && useradd --uid=6 -g web -d /srv web",
            ("web", Some(6), Some(5), home("/srv", false)),
        ),
        ("adduser -D -u 7 -G 8 app", ("app", Some(7), Some(8), home("/home/app", true))),
        (
            "adduser --disabled-password --gecos '' --no-create-home app",
            ("app", None, None, home("/home/app", false)),
        ),
        ("adduser --system --group app", ("app", None, None, None)),
    ] {
        let (name, uid, gid, home) = expected;
        assert_eq!(read(run), [(name.to_owned(), uid, gid, home)], "{run}");
    }
    assert_eq!(read("adduser app wheel"), []);
}
