//! `dfopt.toml`: which one counts, what it says, and what is wrong with it.

use dfopt_transforms::ALL;

use crate::sandbox::{FINE, Sandbox, WASTEFUL};

const ONLY: &str = "only = [\"apt-update-install\"]\n";
const SKIP: &str = "skip = [\"apt-update-install\"]\n";
const NOTHING: &str = "level = \"preserve\"\nonly = [\"apt-no-recommends\"]\n";

#[test]
fn the_nearest_one_counts() {
    let sandbox = Sandbox::with(&[
        ("dfopt.toml", NOTHING),
        ("Dockerfile", WASTEFUL),
        ("a/dfopt.toml", ONLY),
        ("a/b/Dockerfile", WASTEFUL),
    ]);
    sandbox.check("--check", "a/b/Dockerfile\n! 1 file would be rewritten, 1 unchanged\nexit 1\n");
    sandbox.check("--check a/b/../../Dockerfile", "! 1 file unchanged\n");
    sandbox.check_pipe("--check --stdin-filename a/b/x -", WASTEFUL, "a/b/x\nexit 1\n");
    sandbox.check_pipe("--check --stdin-filename a/missing/x -", WASTEFUL, "a/missing/x\nexit 1\n");
    sandbox.check_pipe("--check --stdin-filename x -", WASTEFUL, "");
    sandbox.check_pipe("--check -", WASTEFUL, "");
}

#[test]
fn the_command_line_wins() {
    let sandbox = Sandbox::with(&[("dfopt.toml", SKIP), ("Dockerfile", WASTEFUL), ("other.toml", ONLY)]);
    let changes = "Dockerfile\n! 1 file would be rewritten\nexit 1\n";
    sandbox.check("--check --only apt-update-install", changes);
    sandbox.check("--check --config other.toml", changes);
    sandbox.check("--check --config other.toml --skip apt-update-install", "! 1 file unchanged\n");
    sandbox.check("--check --isolated", changes);
}

#[test]
fn levels_are_read_and_overruled() {
    let sandbox = Sandbox::with(&[("dfopt.toml", "level = \"preserve\"\n"), ("Dockerfile", WASTEFUL)]);
    let effects = |arguments: &str| {
        let run = sandbox.run(&format!("--remarks=applied {arguments}"));
        ["(preserve", "(slim"].map(|effect| run.stderr.contains(effect))
    };
    assert_eq!(effects(""), [true, false]);
    assert_eq!(effects("--level slim"), [true, true]);
}

#[test]
fn excludes_what_is_found_but_not_what_is_named() {
    let sandbox = Sandbox::with(&[
        ("dfopt.toml", "exclude = [\"vendor/\", \"*.old\", \"/top\"]\n"),
        ("Dockerfile", FINE),
        ("Dockerfile.old", FINE),
        ("a/vendor/deep/Dockerfile", FINE),
        ("a/top/Dockerfile", FINE),
        ("top/Dockerfile", FINE),
    ]);
    sandbox.check("", "! 2 files unchanged\n");
    sandbox.check("a/vendor/deep/Dockerfile Dockerfile.old", "! 2 files unchanged\n");
    sandbox.check("a/../. a/vendor", "! 2 files unchanged\n");
    sandbox.check("--isolated", "! 5 files unchanged\n");
    sandbox.file("else/where.toml", "exclude = [\"*\"]\n");
    sandbox.check("--config else/where.toml", "! 5 files unchanged\n");
}

/// Each wrong file with what is said about it.
#[test]
fn says_what_is_wrong_and_where() {
    let known = ALL.iter().map(|transform| transform.id).collect::<Vec<_>>().join(", ");
    let id = format!("1:10: unknown transform `merge-run`; did you mean `merge-runs`? (known: {known})");
    let cases = [
        (
            "level = \"slim\"\n\nskpi = []\n",
            "3:1: unknown key `skpi`; did you mean `skip`? (known: level, only, skip, exclude, merge-runs, copy-order, non-root-user, pin-digest)",
        ),
        (
            "[transforms]\nx = 1\n",
            "1:2: unknown key `transforms` (known: level, only, skip, exclude, merge-runs, copy-order, non-root-user, pin-digest)",
        ),
        (
            "level = \"slimm\"\n",
            "1:9: `level` has no `slimm`; did you mean `slim`? (known: preserve, slim, harden)",
        ),
        ("level = 3\n", "1:9: `level` must be a string: preserve, slim, harden"),
        ("only = \"merge-runs\"\n", "1:8: `only` must be a list of strings: [\"…\", \"…\"]"),
        ("skip = [1]\n", "1:9: `skip` must be a list of strings: [\"…\", \"…\"]"),
        ("skip = [ \"merge-run\"]\n", id.as_str()),
        (
            "[late-args]\nmerge = 1\n",
            "1:2: the transform `late-args` has no options; use `only` or `skip` to choose it",
        ),
        ("merge-runs = 1\n", "1:14: `merge-runs` must be a table"),
        ("[merge-runs]\nmerge = 1\n", "2:9: `merge` must be a string: related, all, off"),
        (
            "[merge-runs]\nmerge = \"al\"\n",
            "2:9: `merge` has no `al`; did you mean `all`? (known: related, all, off)",
        ),
        ("[merge-runs]\nmegre = \"all\"\n", "2:1: unknown key `megre`; did you mean `merge`? (known: merge)"),
        ("copy-order = 1\n", "1:14: `copy-order` must be a table"),
        (
            "[copy-order]\ninstall-frist = true\n",
            "2:1: unknown key `install-frist`; did you mean `install-first`? (known: install-first, ecosystems)",
        ),
        ("[copy-order]\ninstall-first = 1\n", "2:17: `install-first` must be true or false"),
        ("[copy-order]\necosystems = {}\n", "2:14: `ecosystems` must be a list of tables"),
        (
            "[[copy-order.ecosystems]]\nname = \"opam\"\n",
            "1:1: `ecosystems` needs a `name`, `commands` and `manifests` in each table",
        ),
        ("non-root-user = 1\n", "1:17: `non-root-user` must be a table"),
        ("[non-root-user]\nuser = \"app\"\n", "2:1: unknown key `user` (known: name, uid, gid, images)"),
        ("[non-root-user]\nname = \"root\"\n", "2:8: `name` must not be root"),
        (
            "[non-root-user]\nname = \"App\"\n",
            "2:8: `name` must be a name of at most 32 lower-case letters, digits, `_` and `-`, and start with no digit",
        ),
        ("[non-root-user]\nuid = 0\n", "2:7: `uid` must be a number from 1 to 2147483646"),
        ("[non-root-user]\ngid = 2147483647\n", "2:7: `gid` must be a number from 1 to 2147483646"),
        (
            "[[non-root-user.images]]\nname = \"a\"\n",
            "1:1: `images` needs a `name` and a `family` in each table",
        ),
        ("[[non-root-user.images]]\nname = \"a:1\"\n", "2:8: `name` must be a name without tag and digest"),
        (
            "[[non-root-user.images]]\nfamily = \"debain\"\n",
            "2:10: `family` has no `debain`; did you mean `debian`? (known: alpine, amazon-linux, arch, azure-linux, busybox, debian, distroless, red-hat, red-hat-minimal, scratch, suse, ubuntu, windows, wolfi)",
        ),
        (
            "[[non-root-user.images]]\nentrypoint = \"root\"\n",
            "2:14: `entrypoint` has no `root` (known: runs-command, drops-root, needs-root, platform)",
        ),
        (
            "[[non-root-user.images]]\naccount = { name = \"app\" }\n",
            "2:11: `account` needs a `name` and a `uid`",
        ),
        ("[[non-root-user.images]]\nports = [0]\n", "2:10: `ports` must be a number from 1 to 65535"),
        ("[[non-root-user.images]]\nports = 80\n", "2:9: `ports` must be a list of numbers: [8080]"),
        (
            "[[non-root-user.images]]\nwritable = [\"data\"]\n",
            "2:12: `writable` must be paths from the root: [\"/data\"]",
        ),
    ];
    for (text, message) in cases {
        let sandbox = Sandbox::with(&[("dfopt.toml", text), ("Dockerfile", WASTEFUL)]);
        let file = std::fs::canonicalize(sandbox.path("dfopt.toml")).unwrap();
        sandbox.check("--write", &format!("! dfopt: error: {}:{message}\nexit 2\n", file.display()));
        sandbox.check_pipe("-", FINE, &format!("! dfopt: error: {}:{message}\nexit 2\n", file.display()));
        sandbox.check("--config ./dfopt.toml", &format!("! dfopt: error: dfopt.toml:{message}\nexit 2\n"));
        assert_eq!(sandbox.read("Dockerfile"), WASTEFUL);
    }
}

#[test]
fn merge_runs_is_told_what_to_merge() {
    let source = "FROM debian:12\nRUN make a\nRUN make b\nRUN mkdir c\nRUN mkdir d\n";
    let merged = |config: &str| {
        let sandbox = Sandbox::with(&[("dfopt.toml", config), ("Dockerfile", source)]);
        assert_eq!(sandbox.run("--write").code, 0);
        sandbox.read("Dockerfile").matches("RUN").count()
    };
    assert_eq!(merged(""), 3);
    assert_eq!(merged("[merge-runs]\nmerge = \"related\"\n[copy-order]\ninstall-first = true\n"), 3);
    assert_eq!(merged("[merge-runs]\nmerge = \"all\"\n[copy-order]\ninstall-first = true\n"), 1);
    assert_eq!(merged("[merge-runs]\nmerge = \"off\"\n"), 4);
}

#[test]
fn says_where_it_is_no_toml() {
    let sandbox = Sandbox::with(&[("dfopt.toml", "level = \"slim\"\nskip = [\n"), ("Dockerfile", FINE)]);
    for (text, place) in
        [(&b"level = \"slim\"\nskip = [\n"[..], "2:"), (b"level = slim\n", "1:9: "), (b"# \xff\n", "1:3: ")]
    {
        sandbox.file("x.toml", text);
        let run = sandbox.run("--config x.toml");
        assert!(run.stderr.starts_with(&format!("dfopt: error: x.toml:{place}")), "{run:?}");
        assert_eq!((run.stderr.lines().count(), run.code), (1, 2), "{run:?}");
    }
}

#[test]
fn a_bad_one_is_reported_once_and_stops_only_its_files() {
    let sandbox = Sandbox::with(&[
        ("a/dfopt.toml", "x = 1\n"),
        ("a/1.Dockerfile", FINE),
        ("a/b/2.Dockerfile", FINE),
        ("c/Dockerfile", FINE),
    ]);
    let run = sandbox.run("");
    assert_eq!((run.stderr.matches("unknown key").count(), run.code), (1, 2), "{run:?}");
    assert!(run.stderr.ends_with("\n1 file unchanged, 2 failed\n"), "{run:?}");
}

#[test]
fn must_be_a_file_that_is_there() {
    let sandbox = Sandbox::with(&[("Dockerfile", FINE), ("a/dfopt.toml/x", ""), ("a/Dockerfile", FINE)]);
    sandbox.check(
        "--config missing.toml",
        "! dfopt: error: missing.toml: no such file; name a configuration, or use --isolated\nexit 2\n",
    );
    sandbox.check("--config a", "! dfopt: error: a: is not a regular file\nexit 2\n");
    let run = sandbox.run("");
    assert!(run.stderr.contains("a/dfopt.toml: is not a regular file\n"), "{run:?}");
    assert_eq!(run.code, 2);
}

/// A tool of the user's own, with every field that an entry has.
#[test]
fn knows_a_tool_of_ones_own() {
    let config = r#"
        [copy-order]
        install-first = true

        [[copy-order.ecosystems]]
        name = "opam"
        commands = ["opam install"]
        value-options = ["--switch"]
        manifests = ["app.opam"]
        extras = ["vendor"]
        outputs = ["_opam"]
        variables = ["OPAM"]
        unsafe = [{ file = "app.opam", contains = "pin-depends", reason = "it names local packages" }]
        first-with = "--deps-only"
    "#;
    let dockerfile = "FROM ocaml/opam\nWORKDIR /app\nCOPY . .\nRUN opam install --switch x\nRUN dune build\n";
    let sandbox = Sandbox::with(&[
        ("dfopt.toml", config),
        ("Dockerfile", dockerfile),
        ("app.opam", "depends: []\n"),
        ("vendor/a", ""),
    ]);
    assert_eq!(sandbox.run("--write").code, 0);
    let expected = "FROM ocaml/opam\nWORKDIR /app\nCOPY app.opam ./\nCOPY vendor ./vendor/\n\
                    RUN opam install --switch x --deps-only\nCOPY . .\n\
                    RUN opam install --switch x\nRUN dune build\n";
    assert_eq!(sandbox.read("Dockerfile"), expected);

    sandbox.file("Dockerfile", dockerfile).file("app.opam", "pin-depends: []\n");
    let missed = sandbox.run("--remarks=missed").stderr;
    assert!(missed.contains("app.opam holds `pin-depends`: it names local packages"), "{missed}");

    sandbox.file("app.opam", "").file("_opam/x", "");
    let missed = sandbox.run("--remarks=missed").stderr;
    assert!(missed.contains("add a line `_opam` to .dockerignore"), "{missed}");
}

/// A base image of the user's own, and the user that is made where there is none.
#[test]
fn knows_an_image_of_ones_own() {
    let config = r#"
        only = ["non-root-user"]

        [non-root-user]
        name = "svc"
        uid = 2000
        gid = 3000

        [[non-root-user.images]]
        name = "registry.example/base/java"
        family = "debian"
        account = { name = "duke", uid = 1001, home = "/home/duke" }
        writable = ["/work"]

        [[non-root-user.images]]
        name = "registry.example/base/*"
        family = "alpine"

        [[non-root-user.images]]
        name = "registry.example/db"
        family = "debian"
        entrypoint = "drops-root"
    "#;
    let java = "FROM registry.example/base/java:21\nWORKDIR /work\nCOPY app.jar .\nCMD [\"java\", \"-jar\", \"app.jar\"]\n";
    let sandbox = Sandbox::with(&[("dfopt.toml", config), ("Dockerfile", java), ("app.jar", "")]);
    assert_eq!(sandbox.run("--write").code, 0);
    let expected = "FROM registry.example/base/java:21\nWORKDIR /work\nCOPY --chown=duke:duke app.jar .\n\
                    USER 1001:1001\nCMD [\"java\", \"-jar\", \"app.jar\"]\n";
    assert_eq!(sandbox.read("Dockerfile"), expected);

    sandbox.file("Dockerfile", java.replace("base/java:21", "base/jre"));
    assert_eq!(sandbox.run("--write").code, 0);
    let rewritten = sandbox.read("Dockerfile");
    assert!(rewritten.contains("RUN addgroup -S -g 3000 svc &&"), "{rewritten}");
    assert!(rewritten.contains("\nUSER 2000:3000\n"), "{rewritten}");

    sandbox.file("Dockerfile", "FROM registry.example/db\n");
    let missed = sandbox.run("--remarks=missed").stderr;
    assert!(missed.contains("the ENTRYPOINT of `registry.example/db` gives root up itself"), "{missed}");
}
