//! `dfopt verify` with a builder that is a script: it "builds" archives that were made here.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tar::{Builder, Header};

use crate::sandbox::{FINE, Run, Sandbox, WASTEFUL};

/// `docker` and its likes, as far as they are asked. `before.tar` and `after.tar` are what it builds; each call is noted.
const DOCKER: &str = r##"#!/bin/sh
store="$HOME/store"
mkdir -p "$store"
echo "$*" >> "$HOME/calls"
[ ! -e "$HOME/broken" ] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }
case $1 in
version) exit 0 ;;
buildx) [ "$2" != version ] || exit 0; shift ;;
esac
case $1 in
build)
    side=
    while [ $# -gt 1 ]; do
        case $1 in
        --tag) tag=$2 ;;
        --file) side=$(basename "$(dirname "$2")"); cp "$2" "$HOME/$side.Dockerfile" ;;
        esac
        shift
    done
    for line in "#1 [1/2] FROM debian" "#2 [2/2] RUN x"; do echo "$line" >&2; done
    ls -A "$1" > "$HOME/context"
    cat "$1/app.py" > "$HOME/app.py" 2>/dev/null
    if [ -e "$HOME/slow" ]; then echo $$ > "$HOME/pid"; sleep 60; fi
    if [ -e "$HOME/fails" ]; then printf 'E: \033[31mno such package\n' >&2; exit 100; fi
    archive="$HOME/$side.tar"
    # The second build of the same file.
    if [ -e "$HOME/again.tar" ] && [ -e "$HOME/built-$side" ]; then archive="$HOME/again.tar"; fi
    touch "$HOME/built-$side"
    cp "$archive" "$store/$tag"
    ;;
save) for tag; do :; done; cat "$store/$tag" ;;
push) cp "$store/$2" "${3#docker-archive:}" ;;
rmi) shift; for tag; do [ "$tag" = --force ] || rm -f "$store/$tag"; done ;;
rm) ;;
run)
    for word; do case $word in dfopt-verify:*) tag=$word ;; esac; done
    case $tag in *-0) cat "$HOME/run-before" ;; *) cat "$HOME/run-after" ;; esac
    [ ! -e "$HOME/run-fails" ] || exit 3
    ;;
esac
"##;

/// A file of an image: path, text, owner.
type File<'a> = (&'a str, &'a str, u64);

/// An archive as `docker save` writes it.
fn saved(config: &Value, files: &[File<'_>]) -> Vec<u8> {
    let mut layer = Builder::new(Vec::new());
    for (path, text, owner) in files {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_uid(*owner);
        header.set_gid(*owner);
        header.set_size(text.len() as u64);
        layer.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let layer = layer.into_inner().unwrap();
    let config = json!({"os": "linux", "architecture": "amd64", "config": config, "rootfs": {"diff_ids": ["sha256:1"]}});
    let manifest = json!([{"Config": "config.json", "RepoTags": null, "Layers": ["layer.tar"]}]);
    let mut archive = Builder::new(Vec::new());
    for (name, body) in [
        ("layer.tar", layer),
        ("config.json", config.to_string().into_bytes()),
        ("manifest.json", manifest.to_string().into_bytes()),
    ] {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(body.len() as u64);
        archive.append_data(&mut header, name, body.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

const LISTS: File<'_> = ("var/lib/apt/lists/debian_Packages", "lists", 0);
const TOOL: File<'_> = ("usr/bin/curl", "curl", 0);

/// A sandbox with a builder, a Dockerfile, and what both builds give.
fn sandbox(before: &[File<'_>], after: &[File<'_>]) -> Sandbox {
    let sandbox = Sandbox::with(&[("project/Dockerfile", WASTEFUL), ("bin/docker", DOCKER)]);
    fs::set_permissions(sandbox.path("bin/docker"), Permissions::from_mode(0o755)).unwrap();
    sandbox.file("before.tar", saved(&json!({"Cmd": ["sh"]}), before));
    sandbox.file("after.tar", saved(&json!({"Cmd": ["sh"]}), after));
    fs::create_dir(sandbox.path("tmp")).unwrap();
    sandbox
}

fn command(sandbox: &Sandbox, arguments: &str) -> Command {
    let mut command = sandbox.dfopt(arguments);
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", sandbox.path("bin").display()));
    command.env("TMPDIR", sandbox.path("tmp"));
    command
}

fn verify(sandbox: &Sandbox, arguments: &str) -> Run {
    let run = Run::of(&mut command(sandbox, &format!("verify project --isolated {arguments}")), b"");
    assert_clean(sandbox);
    run
}

/// Nothing is left: no image, no temporary file.
#[track_caller]
fn assert_clean(sandbox: &Sandbox) {
    for folder in ["store", "tmp"] {
        let left: Vec<_> = fs::read_dir(sandbox.path(folder)).into_iter().flatten().collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
}

fn calls(sandbox: &Sandbox) -> String {
    sandbox.read("calls").replace(&sandbox.path("").display().to_string(), "")
}

#[test]
fn a_contract_holds() {
    let sandbox = sandbox(&[LISTS, TOOL], &[TOOL]);
    let run = verify(&sandbox, "--level slim --quick");
    let text = run.text();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(text.contains("\nimage size                  0.0 MB      0.0 MB    0.44x\n"), "{text}");
    assert!(text.contains("\nlayers                           1           1\n"), "{text}");
    assert!(text.contains("\ncold build "), "{text}");
    assert!(text.ends_with("\nallowed: package lists: 1\nthe contract of `slim` holds\n"), "{text}");
    assert!(!text.contains("after a source edit"), "{text}");
    let notes: Vec<&str> = run.stderr.lines().collect();
    assert_eq!((notes.len(), notes[0]), (8, "building before …"), "{run:?}");
    assert!(notes[1].starts_with("building before: "), "{run:?}");
    assert_eq!(notes[3], "reading before: 2 files, layers: 1");
    assert_eq!(sandbox.read("before.Dockerfile"), WASTEFUL);
    assert!(sandbox.read("after.Dockerfile").contains("apt-get update && "));
    assert_eq!(sandbox.read("project/Dockerfile"), WASTEFUL);
}

#[test]
fn a_broken_contract_is_said_with_its_paths() {
    let sandbox = sandbox(&[LISTS, TOOL], &[("usr/bin/curl", "other", 7)]);
    let run = verify(&sandbox, "--level preserve --quick");
    assert_eq!(run.code, 1, "{run:?}");
    let expected = "/usr/bin/curl: contents, 4 -> 5 bytes, owner 0:0 -> 7:7\n\
                    /var/lib/apt/lists/debian_Packages: only before (file)\n\
                    the contract of `preserve` is broken: 2 differences\n";
    assert!(run.text().ends_with(expected), "{run:?}");
}

#[test]
fn people_get_the_first_differences_and_programs_all() {
    let names: Vec<String> = (0..50).map(|number| format!("srv/{number}")).collect();
    let files: Vec<File<'_>> = names.iter().map(|name| (name.as_str(), "", 0)).collect();
    let sandbox = sandbox(&files, &[TOOL]);
    let text = verify(&sandbox, "--quick").text();
    assert_eq!(text.lines().filter(|line| line.starts_with("/srv/")).count(), 40, "{text}");
    assert!(text.contains("\n… and 11 more; --format json lists all\n"), "{text}");
    let run = verify(&sandbox, "--quick --format json");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((run.code, &report["holds"]), (1, &json!(false)));
    assert_eq!(report["broken"].as_array().unwrap().len(), 51);
    assert_eq!(report["broken"][0], json!({"where": "/srv/0", "what": "only before (file)"}));
}

#[test]
fn json_has_all_that_was_measured() {
    let sandbox = sandbox(&[LISTS, TOOL], &[TOOL]);
    sandbox.file("project/Dockerfile", format!("{WASTEFUL}COPY . .\n")).file("project/app.py", "x = 1\n");
    sandbox.file("project/requirements.txt", "flask\n");
    let run = verify(&sandbox, "--level slim --format json");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    for (field, value) in [
        ("dockerfile", json!("project/Dockerfile")),
        ("level", json!("slim")),
        ("builder", json!("docker buildx")),
        ("holds", json!(true)),
        ("rewritten", json!(true)),
        ("source", json!("app.py")),
        ("manifest", json!("requirements.txt")),
        ("noise", json!(null)),
        ("broken", json!([])),
        ("explained", json!({"package lists": 1})),
        ("packages_gone", json!([])),
    ] {
        assert_eq!(report[field], value, "{field}");
    }
    for side in ["before", "after"] {
        for field in ["cold_seconds", "source_seconds", "manifest_seconds"] {
            assert!(report[side][field].as_f64().is_some_and(|seconds| seconds > 0.0), "{side} {field}");
        }
    }
    assert_eq!((&report["before"]["size"], &report["after"]["size"]), (&json!(9), &json!(4)));
    // The edits are made in a copy, and kept for the next build.
    assert_eq!(sandbox.read("project/app.py"), "x = 1\n");
    assert_eq!(sandbox.read("app.py").matches("# dfopt verify ").count(), 1);
    let builds: Vec<bool> = calls(&sandbox)
        .lines()
        .filter(|call| call.contains(" build "))
        .map(|call| call.contains("--no-cache"))
        .collect();
    assert_eq!(builds, [true, true, false, false, false, false]);
}

#[test]
fn from_the_cache_no_cold_build_is_measured() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    let run = verify(&sandbox, "--level preserve --quick --cached --noise --format json");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((run.code, &report["before"]["cold_seconds"]), (0, &json!(null)));
    let calls = calls(&sandbox);
    let builds = calls.lines().filter(|call| call.contains(" build "));
    // The one that tells the noise is a second build in any case.
    assert_eq!(builds.map(|call| call.contains("--no-cache")).collect::<Vec<_>>(), [false, false, true]);
    assert!(!verify(&sandbox, "--level preserve --quick --cached").text().contains("cold build"));
}

#[test]
fn what_the_ignore_file_keeps_out_is_not_copied() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("project/.dockerignore", "node_modules\n*.log\n").file("project/node_modules/a/b", "");
    sandbox.file("project/a.log", "").file("project/src/app.py", "");
    assert_eq!(verify(&sandbox, "--level preserve").code, 0);
    assert_eq!(sandbox.read("context"), ".dockerignore\nDockerfile\nsrc\n");
    verify(&sandbox, "--level preserve --quick");
    assert_eq!(sandbox.read("context").lines().count(), 5);
}

#[test]
fn noise_is_measured() {
    let sandbox = sandbox(&[("srv/stamp", "1", 0), TOOL], &[("srv/stamp", "2", 0), TOOL]);
    assert_eq!(verify(&sandbox, "--level preserve --quick").code, 1);
    for file in ["built-before", "built-after"] {
        fs::remove_file(sandbox.path(file)).unwrap();
    }
    sandbox.file("again.tar", saved(&json!({"Cmd": ["sh"]}), &[("srv/stamp", "3", 0), TOOL]));
    let run = verify(&sandbox, "--level preserve --quick --noise");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.text().contains("allowed: noise of two builds: 1\n"), "{run:?}");
}

#[test]
fn commands_have_to_say_the_same_in_both_images() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("run-before", "curl 8\n").file("run-after", "curl 8\n");
    let mut fine =
        command(&sandbox, "verify project --isolated --level preserve --quick --network host --run");
    let fine = Run::of(fine.arg("curl --version"), b"");
    assert_eq!(fine.code, 0);
    assert!(fine.stderr.contains("\nrunning curl --version: the same\n"), "{fine:?}");
    assert!(calls(&sandbox).contains(" -c curl --version\n"), "{}", calls(&sandbox));
    assert!(calls(&sandbox).contains(" --network host dfopt-verify:"), "{}", calls(&sandbox));
    sandbox.file("run-after", "curl 9\n");
    let run = verify(&sandbox, "--level preserve --quick --run true");
    assert_eq!(run.code, 1);
    sandbox.file("run-fails", "").file("run-after", "curl 8\n");
    let json = verify(&sandbox, "--level preserve --quick --run true --format json");
    assert!(json.stderr.contains("\nrunning true: the same, status 3\n"), "{json:?}");
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["runs"], json!([{"command": "true", "before": 3, "after": 3}]));
    assert!(run.text().contains("run: true: it says \"curl 8\\n\" -> \"curl 9\\n\"\n"), "{run:?}");
}

#[test]
fn options_of_builds_are_passed_on() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("project/Dockerfile", WASTEFUL.replace("FROM debian:12", "FROM debian:12 AS app"));
    let arguments = "--level preserve --quick --build-arg A=1 --build-arg B --target app --network host";
    assert_eq!(verify(&sandbox, arguments).code, 0);
    let calls = calls(&sandbox);
    assert!(
        calls.contains(" --no-cache --build-arg A=1 --build-arg B --target app --network host project\n"),
        "{calls}"
    );
    assert!(calls.contains("buildx build --load --progress=plain --tag dfopt-verify:"), "{calls}");
    let run = verify(&sandbox, &format!("{arguments} --builder docker --format json"));
    assert!(run.text().contains("\"builder\": \"docker build\""), "{run:?}");
    assert_eq!(verify(&sandbox, "--builder kaniko").code, 2);
}

#[test]
fn each_builder_is_told_in_its_own_words() {
    for (builder, build, save) in [
        ("podman", "build --format=docker --layers --tag ", "save --format=docker-archive dfopt-verify:"),
        ("buildah", "build --format=docker --layers --tag ", "push dfopt-verify:"),
    ] {
        let sandbox = sandbox(&[LISTS, TOOL], &[TOOL]);
        fs::rename(sandbox.path("bin/docker"), sandbox.path(&format!("bin/{builder}"))).unwrap();
        let run = verify(&sandbox, &format!("--level slim --quick --format json --builder {builder}"));
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.text().contains(&format!("\"builder\": \"{builder}\"")), "{run:?}");
        let calls = calls(&sandbox);
        assert!(calls.starts_with(build) && calls.contains(&format!("\n{save}")), "{calls}");
        if builder == "buildah" {
            let run = verify(&sandbox, "--level slim --quick --builder buildah --run true");
            assert!(
                run.stderr.contains("--run needs docker or podman; buildah runs no containers"),
                "{run:?}"
            );
        }
    }
}

#[test]
fn another_dockerfile_may_be_judged() {
    let sandbox = sandbox(&[LISTS, TOOL], &[]);
    sandbox.file("mine", "FROM scratch\n");
    let run = verify(&sandbox, "--level harden --quick --after mine");
    assert_eq!(run.code, 1);
    assert!(run.text().contains("\n/usr/bin/curl: only before (file)\n"), "{run:?}");
    assert_eq!(sandbox.read("after.Dockerfile"), "FROM scratch\n");
}

#[test]
fn where_nothing_is_rewritten_nothing_is_built() {
    let sandbox = sandbox(&[], &[]);
    sandbox.file("project/Dockerfile", FINE);
    let run = verify(&sandbox, "");
    assert_eq!(run.transcript(), "project/Dockerfile: nothing to rewrite, and nothing to verify\n");
    assert!(!sandbox.path("calls").exists());
}

#[test]
fn a_build_that_fails_shows_its_last_lines() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("fails", "");
    let run = verify(&sandbox, "--quick");
    assert_eq!(
        run.transcript(),
        "! building before …\n! dfopt: error: building before: docker buildx failed:\n! #1 [1/2] FROM debian\n\
         ! #2 [2/2] RUN x\n! E: \\x1b[31mno such package\nexit 2\n"
    );
}

#[test]
fn a_build_that_takes_too_long_is_ended() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("slow", "");
    let start = Instant::now();
    let run = verify(&sandbox, "--quick --timeout 1 --builder buildx");
    assert!(run.stderr.ends_with(
        "dfopt: error: building before: docker took longer than 1 seconds; raise --timeout to wait for it\n"
    ), "{run:?}");
    assert_eq!(run.code, 2);
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_interruption_ends_the_build_and_cleans_up() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("slow", "");
    let mut command = command(&sandbox, "verify project --isolated --quick");
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !sandbox.path("pid").exists() {
        assert!(start.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(10));
    }
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert_clean(&sandbox);
    assert!(calls(&sandbox).contains("rmi --force dfopt-verify:"), "{}", calls(&sandbox));
    // The builder is gone, too.
    let builder = sandbox.read("pid");
    let alive =
        Command::new("kill").args(["-0", builder.trim()]).stderr(std::process::Stdio::null()).status();
    assert!(!alive.unwrap().success());
}

#[test]
fn an_image_that_is_too_large_is_not_read() {
    let large = "x".repeat(2 << 20);
    let sandbox = sandbox(&[("srv/large", &large, 0)], &[]);
    let run = verify(&sandbox, "--quick --max-size 1");
    assert!(run.stderr.contains("the image has more than 1 MB; raise --max-size to read it\n"), "{run:?}");
    assert_eq!(run.code, 2);
    sandbox.file("project/large", large);
    let run = verify(&sandbox, "--max-size 1");
    assert!(
        run.stderr.ends_with("project: the build context is larger than --max-size; use --quick\n"),
        "{run:?}"
    );
}

#[test]
fn an_archive_that_is_no_image_is_an_error() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    sandbox.file("before.tar", "nonsense");
    let run = verify(&sandbox, "--quick");
    assert!(
        run.stderr.contains("dfopt: error: the image cannot be read: the archive ends in the middle"),
        "{run:?}"
    );
    assert_eq!(run.code, 2);
}

#[test]
fn says_that_no_builder_is_there() {
    let sandbox = sandbox(&[], &[]);
    sandbox.file("broken", "");
    let mut command = command(&sandbox, "verify project --isolated");
    command.env("PATH", sandbox.path("bin").display().to_string() + ":/bin");
    let run = Run::of(&mut command, b"");
    // A machine may have podman.
    if run.code == 2 && run.stderr.contains("no builder") {
        assert!(run.stderr.contains("neither docker (with its server) nor podman nor buildah"), "{run:?}");
    }
    assert_clean(&sandbox);
    let run = verify(&sandbox, "--builder docker --quick");
    assert!(run.stderr.contains("docker build failed:\nCannot connect to the Docker daemon\n"), "{run:?}");
}

#[test]
fn the_dockerfile_is_found_or_missed() {
    let sandbox = sandbox(&[TOOL], &[TOOL]);
    fs::rename(sandbox.path("project/Dockerfile"), sandbox.path("project/Containerfile")).unwrap();
    assert_eq!(verify(&sandbox, "--level preserve --quick").code, 0);
    fs::remove_file(sandbox.path("project/Containerfile")).unwrap();
    let run = verify(&sandbox, "");
    assert_eq!(run.transcript(), "! dfopt: error: project: has no file Dockerfile; name the file\nexit 2\n");
    sandbox.file("project/Dockerfile", "FROM a\nRNU x\n");
    let run = verify(&sandbox, "");
    assert!(run.stderr.starts_with("dfopt: error: project/Dockerfile:2:1: unknown instruction"), "{run:?}");
    assert_eq!(run.code, 2);
}
