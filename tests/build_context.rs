//! The build context as transforms get it: which directory it is, and what is seen in it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use dfopt::context::{Contexts, Directory};
use dfopt_analysis::{BuildContext, Entry};

use crate::sandbox::{FINE, Sandbox};

/// The context that is found for `dockerfile` (it holds the sandbox's text, or nothing), as a path in the
/// sandbox; none where it is unknown.
fn found(sandbox: &Sandbox, dockerfile: &str) -> Option<String> {
    let path = sandbox.path(dockerfile);
    let source = fs::read(&path).unwrap_or_default();
    let contexts = Contexts::default();
    let context = contexts.of(Some(&path), &source);
    let root = sandbox.path("").canonicalize().unwrap();
    let found = context.directory()?.root().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    Some(if found.is_empty() { ".".to_owned() } else { found })
}

/// The files, with a repository around them.
fn repository(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(files);
    sandbox.file(".git/HEAD", "");
    sandbox
}

#[track_caller]
fn check(files: &[(&str, &str)], dockerfile: &str, expected: Option<&str>) {
    assert_eq!(found(&repository(files), dockerfile).as_deref(), expected);
}

/// `compose` in a repository with the Dockerfiles `Dockerfile`, `app/Dockerfile` and `app/Dockerfile.dev`.
#[track_caller]
fn check_compose(compose: &str, dockerfile: &str, expected: Option<&str>) {
    let dockerfiles =
        [("Dockerfile", ""), ("app/Dockerfile", "FROM a\nCOPY own x\n"), ("app/Dockerfile.dev", "")];
    let rest = [("app/own", ""), ("compose.yaml", compose)];
    check(&[&dockerfiles[..], &rest[..]].concat(), dockerfile, expected);
}

fn open(sandbox: &Sandbox) -> Directory {
    Directory::open(&sandbox.path(""), None).unwrap()
}

#[test]
fn without_more_it_is_the_folder_of_the_dockerfile() {
    check(&[("app/Dockerfile", "FROM a\n")], "app/Dockerfile", Some("app"));
    check(
        &[("app/Dockerfile", "FROM a\nCOPY . .\nCOPY $x *.y [\"/\", \"z\"]\n")],
        "app/Dockerfile",
        Some("app"),
    );
    check(&[("app/Dockerfile", "FROM a\nCOPY built .\n")], "app/Dockerfile", Some("app"));
    check(
        &[("app/Dockerfile", "FROM a\nCOPY x .\n"), ("app/x", ""), ("x", "")],
        "app/Dockerfile",
        Some("app"),
    );
    check(&[("app/Dockerfile", "no Dockerfile")], "app/Dockerfile", Some("app"));
    check(&[("app/x", "")], "app/Dockerfile", Some("app"));
    check(&[], "missing/Dockerfile", None);
}

#[test]
fn a_folder_above_is_taken_where_only_that_has_all_sources() {
    let dockerfile = "FROM a\nCOPY --from=b missing .\nCOPY ./app/x /lib/../lib/ .\n\
                      COPY [\"lib/y\", \"./\"]\n\
                      ADD https://example.org/z git@example.org:z /\nCOPY <<EOF z\nEOF\n";
    let files = [("app/Dockerfile", dockerfile), ("app/x", ""), ("lib/y", "")];
    check(&files, "app/Dockerfile", Some("."));
    check(&files[..2], "app/Dockerfile", Some("app"));
    check(&[("a/b/Dockerfile", "FROM a\nCOPY b .\n"), ("b", "")], "a/b/Dockerfile", Some("a"));
    check(&[("a/b/Dockerfile", "FROM a\nCOPY c/d .\n"), ("c", "")], "a/b/Dockerfile", Some("a/b"));
}

#[test]
fn the_repository_is_never_left() {
    let files = [
        ("x", ""),
        ("r/app/Dockerfile", "FROM a\nCOPY x .\n"),
        ("compose.yaml", "services: {a: {build: r/app}}"),
    ];
    let sandbox = Sandbox::with(&files);
    assert_eq!(found(&sandbox, "r/app/Dockerfile").unwrap(), "r/app");
    sandbox.file("r/.git", "gitdir: elsewhere\n");
    assert_eq!(found(&sandbox, "r/app/Dockerfile").unwrap(), "r/app");
    sandbox.file("r/x", "");
    assert_eq!(found(&sandbox, "r/app/Dockerfile").unwrap(), "r");
    fs::remove_file(sandbox.path("r/.git")).unwrap();
    assert_eq!(found(&sandbox, "r/app/Dockerfile").unwrap(), "r/app");
    sandbox.file("r/app/compose.yml", "services: {a: {build: {context: .., dockerfile: app/Dockerfile}}}");
    assert_eq!(found(&sandbox, "r/app/Dockerfile").unwrap(), "r");
}

#[test]
fn compose_says_it() {
    let app = "app/Dockerfile";
    check_compose("services:\n  a:\n    build: app\n", app, Some("app"));
    check_compose("services: {a: {build: {context: ., dockerfile: app/Dockerfile}}}", app, Some("."));
    check_compose("services: {a: {build: {dockerfile: ./app/Dockerfile}}}", app, Some("."));
    check_compose(
        "services: {a: {build: {context: ./app/, dockerfile: ../app/Dockerfile}}}",
        app,
        Some("app"),
    );
    check_compose("services: {a: {build: .}}", "Dockerfile", Some("."));
    check_compose("services: {a: {build: {context: .., dockerfile: x}}}", app, Some("app"));
    // Of another file, or of nothing.
    check_compose("services: {a: {build: .}, b: {image: x}, c: {build: }}", app, Some("app"));
    check_compose("services: {a: {build: {context: ., dockerfile: app/Dockerfile.dev}}}", app, Some("app"));
    check_compose(
        "services: {a: {build: {context: missing, dockerfile: ../app/Dockerfile}}}",
        app,
        Some("app"),
    );
    check_compose("services: {a: {build: {context: ., dockerfile_inline: FROM a}}}", "Dockerfile", Some("."));
    check_compose(
        "services: {a: {build: 'https://example.org/a.git#x:app'}, b: {build: git@x:app}}",
        app,
        Some("app"),
    );
    check_compose("", app, Some("app"));
    check_compose("# nothing", app, Some("app"));
    check_compose("[not, compose]", app, Some("app"));
}

#[test]
fn services_with_different_contexts_leave_it_to_the_sources() {
    let both = "services: {a: {build: app}, b: {build: {dockerfile: app/Dockerfile}}}";
    check_compose(both, "app/Dockerfile", Some("app"));
    let dev = both
        .replace("app/Dockerfile", "app/Dockerfile.dev")
        .replace("build: app", "build: {context: app, dockerfile: Dockerfile.dev}");
    check_compose(&dev, "app/Dockerfile.dev", None);
    let same = "services: {a: {build: app}, b: {build: {context: ./app, target: x}}}";
    check_compose(same, "app/Dockerfile", Some("app"));
}

#[test]
fn variables_of_compose_have_their_defaults_or_nothing_is_known() {
    let app = "app/Dockerfile";
    let build = |context: &str, dockerfile: &str| {
        format!("services: {{a: {{build: {{context: '{context}', dockerfile: '{dockerfile}'}}}}}}")
    };
    check_compose(&build("${X:-.}", "${Y-app}/Dockerfile"), app, Some("."));
    check_compose(&build("$X", "Dockerfile"), app, None);
    check_compose(&build("${X}", "Dockerfile.dev"), app, Some("app"));
    check_compose(&build("app", "Dockerfile.${X}"), app, None);
    check_compose(&build("app", "Dockerfile.${X}"), "Dockerfile", Some("."));
    check_compose(&build("${X:?no}", "${Y:+x}"), app, None);
    check_compose(&build("${X:-${Y:-.}}", "app/Dockerfile"), app, None);
    check_compose(&build("~/x", "Dockerfile"), app, None);
    check_compose("services: {a: {build: $X}, b: {build: app}}", app, Some("app"));
    check_compose(&build("$$x", "Dockerfile"), app, Some("app"));
}

#[test]
fn anchors_and_merges_of_compose_are_followed() {
    let app = "app/Dockerfile";
    check_compose(
        "x-b: &b {context: ., dockerfile: app/Dockerfile}\nservices: {a: {build: *b}}",
        app,
        Some("."),
    );
    let merged = "x-b: &b {context: .}\nx-c: &c {context: app}\n\
                  services:\n  a:\n    build:\n      <<: [*b, *c]\n      dockerfile: app/Dockerfile\n";
    check_compose(merged, app, Some("."));
    check_compose(
        "x: &x {build: {dockerfile: app/Dockerfile}}\nservices: {a: {<<: *x, image: y}}",
        app,
        Some("."),
    );
}

#[test]
fn compose_files_that_are_wrong_or_hostile_leave_it_unknown() {
    let app = "app/Dockerfile";
    check_compose("services: {", app, None);
    check_compose("services: {a: {build: *b}}", app, None);
    check_compose("a: 1\n---\nb: 2\n", app, None);
    check_compose(&"[".repeat(100_000), app, None);
    check_compose(&"- ".repeat(100_000), app, None);
    check_compose(&"a: 1\n".repeat(50_000), app, None);
    check_compose(&format!("# {}", "x".repeat(1 << 20)), app, None);
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for n in 1..100 {
        bomb += &format!("a{n}: &a{n} {{<<: [*a{p}, *a{p}, *a{p}], b: *a{p}}}\n", p = n - 1);
    }
    check_compose(&(bomb + "services: {a: {<<: *a99}}"), app, Some("app"));
    check_compose("services: &s\n  <<: [*s, *s, *s]\n  a: {<<: *s}\n", app, Some("app"));

    let sandbox = repository(&[(app, "FROM a\n")]);
    assert!(Command::new("mkfifo").arg(sandbox.path("compose.yml")).status().unwrap().success());
    assert_eq!(found(&sandbox, app), None);
    fs::remove_file(sandbox.path("compose.yml")).unwrap();
    fs::write(sandbox.path("compose.yml"), b"a: \xff\n").unwrap();
    assert_eq!(found(&sandbox, app), None);
}

#[test]
fn the_nearest_compose_file_that_builds_the_file_counts() {
    let near = ("a/docker-compose.yml", "services: {x: {build: {context: ., dockerfile: b/Dockerfile}}}");
    let far = ("compose.yaml", "services: {x: {build: {context: ., dockerfile: a/b/Dockerfile}}}");
    let file = ("a/b/Dockerfile", "FROM a\n");
    check(&[near, far, file], file.0, Some("a"));
    check(&[far, file], file.0, Some("."));
    check(&[("a/docker-compose.yml", "services: {x: {build: b/c}}"), far, file], file.0, Some("."));
}

#[test]
fn overrides_of_compose_add_to_the_project_s_file() {
    let base = ("docker-compose.yml", "services: {x: {build: {context: app, dockerfile: Dockerfile.prod}}}");
    let prod = ("app/Dockerfile.prod", "");
    let dev = ("app/Dockerfile.dev", "");
    let over = ("docker-compose.dev.yaml", "services: {x: {build: {dockerfile: Dockerfile.dev}}}");
    check(&[base, prod, dev, over], prod.0, Some("app"));
    check(&[base, prod, dev, over], dev.0, Some("app"));
    let moved = (
        "docker-compose.override.yml",
        "services: {x: {build: {context: ., dockerfile: app/Dockerfile.dev}}}",
    );
    check(&[base, dev, moved], dev.0, Some("."));
    let other = ("compose-notes.yaml", "{");
    check(&[base, prod, dev, other], prod.0, Some("app"));
}

#[test]
fn a_default_dockerfile_may_be_called_otherwise() {
    let compose = ("compose.yaml", "services: {x: {build: a/b}}");
    check(&[compose, ("a/b/Containerfile", "FROM a\n")], "a/b/Containerfile", Some("a/b"));
    let both = [compose, ("a/b/Containerfile", "FROM a\nCOPY x .\n"), ("a/b/Dockerfile", ""), ("x", "")];
    check(&both, "a/b/Containerfile", Some("."));
}

#[test]
fn links_are_seen_and_not_followed() {
    let sandbox = Sandbox::with(&[
        ("c/real/file", "text"),
        ("outside/secret", "text"),
        ("c/.dockerignore", "kept-out\n"),
    ]);
    for (target, link) in
        [("real/file", "file"), ("real", "folder"), ("../outside", "out"), ("nowhere", "dangling")]
    {
        symlink(target, sandbox.path("c").join(link)).unwrap();
    }
    for (target, link) in [("loop", "loop"), ("/", "root"), ("real", "kept-out")] {
        symlink(target, sandbox.path("c").join(link)).unwrap();
    }
    let context = Directory::open(&sandbox.path("c"), None).unwrap();
    for link in [
        "file",
        "folder",
        "folder/file",
        "out",
        "out/secret",
        "out/missing",
        "dangling",
        "loop",
        "loop/x",
        "root/x",
    ] {
        assert_eq!(context.entry(link), Entry::Link, "{link}");
        assert_eq!((context.list(link), context.read(link)), (None, None), "{link}");
    }
    assert_eq!((context.entry("kept-out"), context.entry("kept-out/file")), (Entry::Ignored, Entry::Ignored));
    let names = [".dockerignore", "dangling", "file", "folder", "loop", "out", "real", "root"];
    assert_eq!(context.list("").unwrap(), names);
    symlink("c", sandbox.path("linked")).unwrap();
    assert_eq!(Directory::open(&sandbox.path("linked"), None).unwrap().read("real/file").unwrap(), "text");
}

#[test]
fn nothing_outside_is_reached_by_name() {
    let sandbox = Sandbox::with(&[("secret", "text"), ("c/a/b", "text")]);
    let context = Directory::open(&sandbox.path("c"), None).unwrap();
    let long = "a/".repeat(3000) + "a";
    for path in ["../secret", "a/../../secret", "/a", "a/", "a//b", "./a", "a/./b", "a\0", &long] {
        assert_eq!(context.entry(path), Entry::Unknown, "{path}");
        assert_eq!((context.list(path), context.read(path)), (None, None), "{path}");
    }
    assert_eq!((context.entry("a/b"), context.entry("a/b/c")), (Entry::File, Entry::Missing));
    assert_eq!(
        (context.entry("a"), context.entry(""), context.entry("x/y")),
        (Entry::Directory, Entry::Directory, Entry::Missing)
    );
    assert_eq!((context.list("a/b"), context.list("x"), context.read("a")), (None, None, None));
}

#[test]
fn what_is_no_text_of_a_sane_size_is_not_read() {
    let sandbox = Sandbox::with(&[("empty", ""), ("text", "é\n")]);
    assert!(Command::new("mkfifo").arg(sandbox.path("package.json")).status().unwrap().success());
    let _socket = UnixListener::bind(sandbox.path("socket")).unwrap();
    sandbox.file("latin1", b"\xe9\n").file("large", vec![b'x'; 9 << 20]).file("limit", vec![b'x'; 8 << 20]);
    let context = open(&sandbox);
    assert_eq!((context.entry("package.json"), context.entry("socket")), (Entry::Unknown, Entry::Unknown));
    for name in ["package.json", "socket", "latin1", "large", "", "missing"] {
        assert_eq!(context.read(name), None, "{name}");
    }
    assert_eq!((context.entry("latin1"), context.entry("large")), (Entry::File, Entry::File));
    assert_eq!((context.read("empty").unwrap(), context.read("text").unwrap()), ("".into(), "é\n".into()));
    assert_eq!(context.read("limit").unwrap().len(), 8 << 20);
    assert_eq!(context.list("").unwrap().len(), 7);
    // Answers are kept.
    sandbox.file("text", "other\n");
    assert_eq!(context.read("text").unwrap(), "é\n");
}

#[test]
fn large_directories_are_not_listed() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path("many")).unwrap();
    fs::create_dir_all(sandbox.path("most")).unwrap();
    for number in 0..5000 {
        fs::write(sandbox.path(&format!("many/{number:04}")), "").unwrap();
        if number < 4096 {
            fs::write(sandbox.path(&format!("most/{number:04}")), "").unwrap();
        }
    }
    let context = open(&sandbox);
    assert_eq!((context.list("many"), context.entry("many/4999")), (None, Entry::File));
    assert_eq!(context.list("most").unwrap().len(), 4096);
}

#[test]
fn names_that_are_no_text_leave_a_list_unknown() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::with(&[("d/a", ""), ("Dockerfile", "FROM a\n")]);
    let name = std::ffi::OsStr::from_bytes(b"\xff");
    if fs::write(sandbox.path("d").join(name), "").is_err()
        || fs::write(sandbox.path("").join(name), "").is_err()
    {
        return;
    }
    let context = open(&sandbox);
    assert_eq!((context.list("d"), context.entry("d/a")), (None, Entry::File));
    // The search for compose files does not mind.
    assert_eq!(found(&sandbox, "Dockerfile").unwrap(), ".");
}

#[test]
fn without_permission_nothing_is_known() {
    let sandbox = Sandbox::with(&[("shut/a", ""), ("file", "text")]);
    fs::set_permissions(sandbox.path("shut"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(sandbox.path("file"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(sandbox.path("shut")).is_ok() {
        eprintln!("SKIPPED: no permission stops this user");
        return;
    }
    let context = open(&sandbox);
    assert_eq!((context.entry("shut"), context.entry("shut/a")), (Entry::Directory, Entry::Unknown));
    assert_eq!((context.list("shut"), context.read("file")), (None, None));
    fs::set_permissions(sandbox.path("shut"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn the_ignore_file_beside_the_dockerfile_wins() {
    let sandbox = Sandbox::with(&[
        ("a", ""),
        ("b", ""),
        (".dockerignore", "a\n"),
        ("sub/Dockerfile.dockerignore", "b\n"),
    ]);
    let ignored = |dockerfile: &str| {
        let context = Directory::open(&sandbox.path(""), Some(&sandbox.path(dockerfile)))?;
        Some(["a", "b"].map(|name| context.entry(name) == Entry::Ignored))
    };
    assert_eq!(ignored("Dockerfile"), Some([true, false]));
    assert_eq!(ignored("sub/Dockerfile"), Some([false, true]));
    assert_eq!(ignored("sub/other.Dockerfile"), Some([true, false]));
    sandbox.file("Dockerfile.dockerignore", "# nothing\n");
    assert_eq!(ignored("Dockerfile"), Some([false, false]));
    sandbox.file("Dockerfile.dockerignore", "");
    assert_eq!(ignored("Dockerfile"), None);
    fs::remove_file(sandbox.path(".dockerignore")).unwrap();
    assert_eq!(ignored("Dockerfile"), Some([false, false]));
}

#[test]
fn an_ignore_file_that_cannot_be_read_leaves_all_unknown() {
    let known = |text: &[u8]| {
        let sandbox = Sandbox::new();
        sandbox.file(".dockerignore", text).file("Dockerfile", FINE);
        let path = sandbox.path("Dockerfile");
        let contexts = Contexts::fixed(&sandbox.path("")).unwrap();
        let context = contexts.of(Some(&path), b"");
        (
            context.entry("Dockerfile"),
            context.list(""),
            context.read("Dockerfile").map(|text| text.into_owned()),
        )
    };
    let unknown = (Entry::Unknown, None, None);
    assert_eq!(known(b"a\n").0, Entry::File);
    assert_eq!(known(b"[a\n"), unknown);
    assert_eq!(known(b"\xff\n"), unknown);
    assert_eq!(known(&vec![b'\n'; 1 << 20]), unknown);
    for name in [".dockerignore", "Dockerfile.dockerignore"] {
        let sandbox = Sandbox::with(&[("elsewhere", "a\n")]);
        symlink("elsewhere", sandbox.path(name)).unwrap();
        assert!(Directory::open(&sandbox.path(""), Some(&sandbox.path("Dockerfile"))).is_none(), "{name}");
    }
    let sandbox = Sandbox::with(&[(".containerignore", "a\n")]);
    assert!(Directory::open(&sandbox.path(""), None).is_none());
    assert!(Directory::open(&sandbox.path(".containerignore"), None).is_none());
}

#[test]
fn hostile_patterns_and_endless_searches_end_in_unknown() {
    let sandbox = Sandbox::new();
    sandbox.file(".dockerignore", "*a".repeat(30_000) + "b\n" + &"*a*b*c*d\n".repeat(1000));
    for number in 0..3000 {
        sandbox.file(&format!("d/{}{number}", "a".repeat(100)), "");
    }
    let context = open(&sandbox);
    assert_eq!(context.list("d"), None);
    assert_eq!(context.entry(&format!("d/{}7", "a".repeat(100))), Entry::Unknown);

    let sandbox =
        Sandbox::with(&[(".dockerignore", "*\n!**/keep\n"), ("few/a/b/keep", ""), ("none/a/b", "")]);
    for number in 0..17_000 {
        sandbox.file(&format!("many/{}/{number}", number / 100), "");
    }
    let context = open(&sandbox);
    assert_eq!((context.entry("few"), context.entry("few/a")), (Entry::Directory, Entry::Directory));
    assert_eq!((context.entry("none"), context.list("few").unwrap()), (Entry::Ignored, vec!["a".to_owned()]));
    assert_eq!((context.entry("many"), context.list("")), (Entry::Unknown, None));
}

#[test]
fn the_command_line_takes_one_for_all_files() {
    let sandbox = Sandbox::with(&[("Dockerfile", FINE), ("c/x", "")]);
    sandbox.check("--context c Dockerfile", "! 1 file unchanged\n");
    sandbox.check("--context c/ .", "! 1 file unchanged\n");
    sandbox.check_pipe("--context=c -", FINE, FINE);
    sandbox.check_pipe("--stdin-filename no/Dockerfile -", FINE, FINE);
    sandbox.check(
        "--context Dockerfile .",
        "! dfopt: error: Dockerfile: not a directory; \
         --context wants the directory that `docker build` gets\nexit 2\n",
    );
    sandbox.check_pipe(
        "--context nope -",
        FINE,
        "! dfopt: error: nope: no such file or directory; \
         --context wants the directory that `docker build` gets\nexit 2\n",
    );
}

#[test]
fn without_a_name_only_the_command_line_tells_it() {
    let sandbox = Sandbox::with(&[("x", "")]);
    assert_eq!(Contexts::default().of(None, b"").entry("x"), Entry::Unknown);
    assert_eq!(Contexts::fixed(&sandbox.path("")).unwrap().of(None, b"").entry("x"), Entry::File);
}
