//! What the analysis says of small Dockerfiles.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dfopt_analysis::packages::{Action, Family, IndexUse, uses_index};
use dfopt_analysis::{After, BaseImage, Build, Shell, VariableKind};
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::ExpandError;
use dfopt_syntax::shell::Dialect;

fn with<T>(source: &str, look: impl FnOnce(&Build<'_>) -> T) -> T {
    let dockerfile = Dockerfile::parse(source.as_bytes()).unwrap();
    dockerfile.check().unwrap();
    look(&Build::new(&dockerfile))
}

#[test]
fn stages_that_reach_a_user_are_shipped() {
    let cases = [
        ("FROM a\n", vec![true]),
        ("FROM a AS b\nFROM c\nCOPY --from=b /x /x\n", vec![false, true]),
        ("FROM a AS b\nFROM c\nCOPY --from=0 /x /x\n", vec![false, true]),
        ("FROM a AS B\nFROM c\nRUN --mount=type=bind,from=b,target=/x true\n", vec![false, true]),
        // A base is shipped with what is built from it.
        ("FROM a AS base\nFROM base AS dev\nFROM base AS prod\n", vec![true, true, true]),
        (
            "FROM a AS base\nFROM base AS builder\nRUN x\nFROM base\nCOPY --from=builder /x /x\n",
            vec![true, false, true],
        ),
        // Nobody reads it: it is there to be a target.
        ("FROM a AS test\nFROM c\n", vec![true, true]),
        // An image of that name, not a stage.
        ("FROM a AS b\nFROM c\nCOPY --from=other /x /x\n", vec![true, true]),
    ];
    for (source, expected) in cases {
        let shipped =
            with(source, |build| build.stages().iter().map(|stage| stage.shipped).collect::<Vec<_>>());
        assert_eq!(shipped, expected, "{source}");
    }
}

#[test]
fn the_state_before_an_instruction() {
    let source = "ARG TAG=1\nFROM scratch AS base\nARG TAG\nARG SECRET\nENV A=$TAG B=\"x y\" C=${D:-no}\nWORKDIR /srv\n\
                  WORKDIR app\nUSER web\nSHELL [\"/bin/bash\", \"-c\"]\nFROM base\nARG A=other\nRUN x\n";
    with(source, |build| {
        let last = build.dockerfile().instructions().len() - 1;
        let state = build.state_before(last);
        assert_eq!(state.workdir.as_deref(), Some("/srv/app"));
        assert_eq!(state.user.as_deref(), Some("web"));
        assert_eq!(state.shell, Shell::Known(Dialect::Bash));
        let value = |name: &str| state.variables.get(name).map(|v| (v.kind, v.value.as_deref()));
        assert_eq!(value("A"), Some((VariableKind::Env, None)), "which of the two wins, builders disagree");
        assert_eq!(value("B"), Some((VariableKind::Env, Some("x y"))));
        assert_eq!(value("C"), Some((VariableKind::Env, None)), "the base may set D");
        assert_eq!(value("TAG"), Some((VariableKind::Arg, None)), "handed on by some builders");
        let first = build.state_before(5);
        assert_eq!(first.variables["SECRET"].value, None);
        assert_eq!(first.variables["TAG"].value.as_deref(), Some("1"));
        assert!(state.variables["A"].overridable && !state.variables["B"].overridable);
        assert_eq!(first.workdir.as_deref(), Some("/"));
    });
    with("FROM debian\nRUN x\n", |build| assert_eq!(build.state_before(1).workdir, None));
    with("# escape=`\nFROM windows\nRUN dir\n", |build| {
        assert_eq!(build.state_before(1).shell, Shell::Unknown);
        assert!(build.is_opaque(1));
    });
}

#[test]
fn from_lines_know_the_global_build_arguments() {
    let source = "ARG V=3\nARG TAG=${V}-slim NONE\nFROM python:${TAG}\nARG V=4\nRUN x\n";
    with(source, |build| {
        let expand = |word: &str| build.expand_in_from(word.as_bytes());
        assert_eq!(expand("python:${TAG}"), Ok("python:3-slim".to_owned()));
        assert_eq!(expand("${OTHER:-debian}:${V%.*}"), Ok("debian:3".to_owned()));
        for unknown in ["$NONE", "$TARGETPLATFORM", "${BUILDARCH:-amd64}"] {
            assert_eq!(expand(unknown), Err(ExpandError::Unknown), "{unknown}");
        }
        assert!(matches!(expand("${V^^}"), Err(ExpandError::Invalid(_))));
        assert_eq!(build.state_before(4).variables["V"].value.as_deref(), Some("4"));
    });
}

#[test]
fn package_commands_are_taken_apart() {
    let run = |command: &str| {
        with(&format!("FROM a\nRUN {command}\n"), |build| {
            let code = build.shell_code(1).unwrap();
            let commands = code.package_commands();
            let described = commands.map(|command| {
                let packages: Vec<String> = command
                    .operands
                    .iter()
                    .map(|word| command.package_name(word).map_or("?".to_owned(), |name| name.into_owned()))
                    .collect();
                (command.manager.family, command.action, packages.join(" "))
            });
            described.collect::<Vec<_>>()
        })
    };
    use Family::*;
    let cases = [
        ("apt-get -qq update", (Apt, Action::Update, "")),
        (
            "apt-get -o A::b=c install -yq -t bookworm-backports curl=8.* g++",
            (Apt, Action::Install, "curl g++"),
        ),
        (
            "DEBIAN_FRONTEND=noninteractive sudo -E /usr/bin/apt install \"$X\" a=$V b:i386",
            (Apt, Action::Install, "? a b"),
        ),
        (
            "env A=b apt-get install ./x.deb libc++-dev python3.11",
            (Apt, Action::Install, "? libc++-dev python3.11"),
        ),
        (
            "apk --update add -t .deps --repository http://x gcc~=12 musl-dev",
            (Apk, Action::Install, "gcc musl-dev"),
        ),
        ("dnf --setopt install_weak_deps=False install -y git", (Rpm, Action::Install, "git")),
        ("python3 -m pip install -r req.txt 'flask[async]>=2'", (Pip, Action::Install, "flask")),
        ("/venv/bin/pip3.11 install -i http://x --no-cache-dir a", (Pip, Action::Install, "a")),
        ("apt-get install -y -- foo", (Apt, Action::Install, "foo")),
    ];
    for (command, (family, action, packages)) in cases {
        assert_eq!(run(command), [(family, action, packages.to_owned())], "{command}");
    }
    for other in ["apt-get $ARGS", "apt-get", "$APT install x", "pipx install y", "echo apt-get install z"] {
        assert_eq!(run(other), [], "{other}");
    }
}

#[test]
fn who_needs_the_package_index() {
    use IndexUse::*;
    let cases = [
        ("RUN apt-get install -y x", Needs),
        ("RUN apt-get update && apt-get install -y x", Replaces),
        ("RUN set -e; apt-get update; apt-get install -y x", Replaces),
        ("RUN apt-get install -y x && apt-get update", Needs),
        ("RUN if true; then apt-get update; fi; apt-get install x", Needs),
        ("RUN false && apt-get update || apt-get install -y x", Needs),
        ("RUN apt-get purge -y x && apt-get clean", None),
        ("RUN make && pip install x", None),
        ("RUN ./setup.sh", Unknown),
        ("RUN bash -ex /tmp/setup.sh", Unknown),
        ("RUN . ./lib", Unknown),
        ("RUN ./configure && make", None),
        ("RUN curl -fsSL https://example.com/install.sh | bash -s -- -y", None),
        ("RUN curl x | sudo -E bash -", None),
        ("RUN bash -c 'apt-get install -y x'", Unknown),
        ("RUN xargs apt-get install -y < list", Unknown),
        ("RUN $APT install x", Unknown),
        ("RUN $JAVA_HOME/bin/java -version", None),
        ("RUN rosdep install --from-paths src", Needs),
        ("RUN [\"apt-get\", \"install\", \"x\"]", Unknown),
        ("RUN [\"/bin/sh\", \"/x.sh\"]", Unknown),
        ("RUN [\"/bin/x\"]", None),
        ("RUN if [ (", Unknown),
        ("CMD apt-get install x", Needs),
        ("CMD [\"./start.sh\"]", None),
        ("CMD ./start.sh", None),
        ("ENTRYPOINT [\"sh\", \"-c\", \"apt-get install x\"]", Unknown),
        ("ONBUILD RUN apt-get install x", Unknown),
        ("ONBUILD RUN make", None),
        ("COPY . .", None),
    ];
    for (instruction, expected) in cases {
        let found = with(&format!("FROM a\n{instruction}\n"), |build| uses_index(build, 1, Family::Apt));
        assert_eq!(found, expected, "{instruction}");
    }
}

#[test]
fn what_runs_after_an_instruction_follows_the_stages() {
    let after = |source: &str, index: usize, leave: usize| {
        with(source, |build| {
            let mut seen = Vec::new();
            let found = build.find_after(index, |i| {
                seen.push(i);
                if i == leave { After::Leave } else { After::<()>::GoOn }
            });
            assert_eq!(found, None);
            seen
        })
    };
    let source = "FROM a AS base\nRUN 1\nRUN 2\nFROM b\nRUN 3\nFROM base AS c\nRUN 4\nFROM c\nRUN 5\n";
    assert_eq!(after(source, 1, 99), [2, 5, 6, 7, 8]);
    assert_eq!(after(source, 1, 6), [2, 5, 6]);
    assert_eq!(after(source, 1, 2), [2], "what is built from a stage that is left is left, too");
    let source = "ARG X=base\nFROM a AS base\nRUN 1\nFROM $X\nRUN 2\n";
    assert_eq!(after(source, 2, 99), [3, 4], "a variable may name the stage");
    let found =
        with(source, |build| build.find_after(1, |i| if i == 3 { After::Found(i) } else { After::GoOn }));
    assert_eq!(found, Some(3));
}

#[test]
fn images_with_certificates() {
    let has = |reference: &str| {
        let image = BaseImage::official(reference);
        image.is_some_and(|image| image.packages().any(|package| package == "ca-certificates"))
    };
    for reference in [
        "python:3.13-slim",
        "docker.io/library/node:20",
        "golang",
        "mirror.example:5000/library/python:3@sha256:0",
    ] {
        assert!(has(reference), "{reference}");
    }
    for reference in
        ["debian:12", "node:20-slim", "ubuntu", "node:$V", "$IMAGE:3", "example.com/python", "team/node:20"]
    {
        assert!(!has(reference), "{reference}");
    }
}
