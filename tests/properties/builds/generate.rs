//! Build contexts and Dockerfiles, biased to what the reorderings look for, and to what they must not do.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// A build to simulate.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The files of the context's directory; a text that starts with `-> ` is a link.
    pub(super) files: BTreeMap<String, String>,
    /// The mode of its folders: 0755 unless root does everything. Analysis knows no modes, and the folder that
    /// stands for one of the sources while something is installed is 0755: who may not read or may write there
    /// by the mode of the context alone, notices.
    pub(super) folder_mode: u32,
    pub(super) dockerfile: String,
    /// `--build-arg`
    pub(super) arguments: BTreeMap<String, String>,
}

const SUMS: &str = "example.com/a v1.0.0 h1:x\nexample.com/a v1.0.0/go.mod h1:x\n";
const MODULE: &str = "module m\ngo 1.22\nrequire example.com/a v1.0.0\n";

/// Files that are mostly there.
const COMMON: &[(&str, &str)] = &[
    ("deps.txt", "first\n"),
    ("deps.d/a.txt", "second\n"),
    ("go.mod", MODULE),
    ("go.sum", SUMS),
    ("main.c", "main\n"),
    ("requirements.txt", "flask\n"),
    ("web/deps.txt", "third\n"),
    ("web/index.html", "index\n"),
    ("api/deps.txt", "fourth\n"),
    ("api/go.mod", "module api\ngo 1.22\nreplace example.com/b => ../lib\nrequire example.com/b v1.0.0\n"),
    ("lib/go.mod", "module lib\ngo 1.22\n"),
    ("lib/x.c", "x\n"),
];

/// Files that make trouble.
const ODD: &[(&str, &str)] = &[
    ("deps/old", "old\n"),
    ("web/deps/old", "old\n"),
    ("deps.d/sub/b.txt", "fifth\n"),
    ("web/deps.d/c.txt", "sixth\n"),
    ("go.work", "go 1.22\nuse ./api\n"),
    ("api/go.sum", ""),
    ("api/main.go", "package main\n"),
    ("requirements/base.txt", "-r more.txt\n"),
    ("requirements/more.txt", "django\n./lib\n"),
    ("bin/fetchdeps", concat!(include_str!("tools/fetchdeps"), "# another one\n")),
    ("conf/apt.conf", "settings\n"),
    ("build.sh", "#!/bin/sh\necho x > out\n"),
    ("app/deps.txt", "inner\n"),
    ("link", "-> main.c"),
    ("deps", "a file\n"),
    ("web/deps.d", "-> ../deps.d"),
    ("out", "an older one\n"),
];

const IGNORES: &[&str] =
    &["deps\n", "**/deps\n", "*.c\n", "web\n", "deps.d\n!deps.d/a.txt\n", "deps/*\n", "*\n!deps.*\n"];

fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
    let common = subsequence(COMMON, 8..=COMMON.len());
    let odd = prop_oneof![3 => Just(Vec::new()), 3 => subsequence(ODD, 0..4)];
    let ignore = prop_oneof![5 => Just(None), 1 => select(IGNORES).prop_map(Some)];
    (common, odd, ignore).prop_map(|(common, odd, ignore)| {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for (path, text) in common.into_iter().chain(odd) {
            let folder = format!("{path}/");
            let is_apart =
                |other: &&String| other.starts_with(&folder) || path.starts_with(&format!("{other}/"));
            if !files.keys().any(|other| is_apart(&other)) {
                files.insert(path.to_owned(), text.to_owned());
            }
        }
        if let Some(ignore) = ignore {
            files.insert(".dockerignore".to_owned(), ignore.to_owned());
        }
        files
    })
}

fn one(texts: &'static [&'static str]) -> BoxedStrategy<String> {
    select(texts).prop_map(str::to_owned).boxed()
}

fn copy() -> impl Strategy<Value = String> {
    let flags = prop_oneof![
        8 => Just(""),
        1 => select(vec!["--chown=1000 ", "--chown=app ", "--chmod=755 ", "--chmod=777 ", "--chown=1000:1000 "]),
    ];
    let sources = prop_oneof![
        4 => Just("."),
        6 => select(vec![
            "deps.txt", "deps.txt deps.d", "deps.d", "web", "web/", "api", "api lib", "main.c", "*.txt", "go.*",
            "go.mod go.sum", "web/deps.txt", "d*", "*", "requirements.txt", "api/*", "./lib", "deps.txt main.c",
            "conf", "web/deps.d", "app", "$SOURCE",
        ]),
    ];
    let destination = prop_oneof![
        4 => select(vec![".", "./"]),
        3 => select(vec![
            "/app", "/app/", "./web", "web/", "api/", "deps.d", "./deps.d/", "/app/web", "../lib", "/new", "/src/",
            "$DIR", "${DIR}/web", "deps.txt", "/app/deps.txt", "/etc/apt/", "..", "/", "lib", "main.c", "/app/api",
        ]),
    ];
    let keyword = prop_oneof![9 => Just("COPY"), 1 => Just("ADD")];
    (keyword, flags, sources, destination).prop_map(|(k, f, s, d)| format!("{k} {f}{s} {d}"))
}

fn usual_copy() -> BoxedStrategy<String> {
    one(&[
        "COPY . .",
        "COPY . .",
        "COPY . ./",
        "COPY . /app",
        "COPY --chown=1000 . .",
        "COPY . $DIR",
        "COPY deps.txt ./",
        "COPY deps.txt deps.d ./",
        "COPY deps.d ./deps.d",
        "COPY web ./web",
        "COPY web /app/web/",
        "COPY api ./api",
        "COPY lib ./lib",
        "COPY go.mod go.sum ./",
        "COPY go.* ./",
        "COPY [\".\", \"./\"]",
        "ADD . .",
        "COPY main.c ./",
        "COPY web/deps.txt ./deps.txt",
        "COPY --from=0 /app ./",
        "COPY --from=0 /app/out ./web/out",
        "COPY bin/fetchdeps /usr/local/bin/",
        "COPY bin /usr/local/bin",
        "COPY conf /etc/apt/",
    ])
}

fn install() -> BoxedStrategy<String> {
    one(&[
        "fetchdeps",
        "fetchdeps",
        "fetchdeps --all",
        "fetchdeps $VERSION",
        "FETCH_URL=x fetchdeps",
        "fetchdeps > log",
        "fetchdeps $(cat main.c)",
        "go mod download",
        "go mod download",
        "pip install -r requirements.txt",
        "pip install -r requirements/base.txt",
        "cd web && fetchdeps",
        "cd api && go mod download",
        "cd .. && fetchdeps",
    ])
}

fn independent() -> BoxedStrategy<String> {
    one(&[
        "apt-get update",
        "apt-get update && apt-get install -y curl",
        "apt-get update && apt-get install -y fetchdeps",
        "apt-get install -y --no-install-recommends git",
        "apt-get install -y ./main.c",
        "pip install flask",
        "pip install ./lib",
        "apt-get install -y $VERSION",
        "useradd app",
        "useradd app && mkdir -p /data && chown app /data",
        "useradd app && chown -R app /app",
        "curl -o /usr/local/bin/curled http://x",
        "curl -o /app/curled http://x",
        "curl -o web/curled http://x",
        "echo done",
        "true",
        "rm -rf /var/lib/apt/lists/*",
    ])
}

fn other() -> BoxedStrategy<String> {
    one(&[
        "build",
        "./build.sh",
        "mkdir -p web",
        "mkdir -p /app/deps",
        "mkdir -p /src",
        "cp deps.txt copy.txt",
        "cp -r web www",
        "mv main.c m.c",
        "rm -rf deps",
        "rm -rf web",
        "rm -rf /app/deps.txt",
        "touch main.c",
        "echo x > deps.txt",
        "echo x >> log",
        "cat deps.txt > all.txt",
        "cat deps.d/* > all.txt",
        "chmod 777 .",
        "chmod 755 web",
        "chown -R 1000 .",
        "chown 1000 /app",
        "export FETCH_URL=y",
        "cd web",
        "cd /app",
        "set -e",
        "test -f deps.txt",
        "test -d web",
        "echo $VERSION > version",
        "ln -s /app /srv/app",
        "ln -s /app/web /srv/web",
        "ln -s ../deps.txt web/linked",
        "mkdir -p /srv",
        "mkdir -p /app/web /data",
        "touch /data/x",
        "echo x > /etc/pip.conf",
        "cat /app/main.c > /etc/fetchdeps.conf",
        "cp main.c /usr/local/bin/m",
        "cp /app/bin/fetchdeps /usr/local/bin/fetchdeps",
        "mv web /srv/moved",
        "chown 1000 web",
        "chmod -R 700 /app",
        "cp -r /app /backup",
        "false",
    ])
}

fn run() -> BoxedStrategy<String> {
    let command = || prop_oneof![4 => install(), 3 => independent(), 3 => other()];
    let joint = prop_oneof![6 => Just(" && "), 1 => Just("; "), 1 => Just(" || "), 1 => Just(" && \\\n    # why\n    ")];
    let mount = prop_oneof![
        12 => Just(""),
        1 => select(vec!["--mount=type=cache,target=/go/pkg/mod ", "--mount=type=cache,target=/app/deps "])
    ];
    let body = prop_oneof![
        4 => install(),
        2 => independent(),
        2 => other(),
        3 => (command(), vec((joint, command()), 1..3)).prop_map(|(first, rest)| {
            rest.into_iter().fold(first, |text, (joint, command)| text + joint + &command)
        }),
        2 => install().prop_map(|install| install + " && build"),
    ];
    (mount, body).prop_map(|(mount, body)| format!("RUN {mount}{body}")).boxed()
}

fn setting() -> BoxedStrategy<String> {
    one(&[
        "WORKDIR /app",
        "WORKDIR /app",
        "WORKDIR /src",
        "WORKDIR web",
        "WORKDIR /app/web",
        "WORKDIR ..",
        "WORKDIR $DIR",
        "WORKDIR /new",
        "ENV FETCH_URL=a",
        "ENV DIR=/app",
        "ENV DIR=/src FETCH_URL=$FETCH_URL",
        "ENV PATH=/app/bin:$PATH",
        "ENV FETCH_EXTRA=main.c",
        "ENV MODE=$VERSION",
        "ENV DEBIAN_FRONTEND=noninteractive",
        "ENV GOWORK=off",
        "ENV SOURCE=web",
        "ARG VERSION",
        "ARG VERSION=1",
        "ARG GIT_COMMIT",
        "ARG DIR=/app",
        "ARG FETCH_URL",
        "ARG SOURCE=.",
        "USER 1000",
        "USER app",
        "USER root",
        "LABEL version=$VERSION",
        "LABEL a=b",
        "LABEL commit=$GIT_COMMIT",
        "ENV GIT_COMMIT=$GIT_COMMIT",
        "CMD [\"out\"]",
        "CMD out",
        "EXPOSE 80",
        "SHELL [\"/bin/bash\", \"-c\"]",
        "# a comment",
        "",
    ])
}

/// The commit and the date of a build, and what is made of them.
fn told_by_the_build() -> BoxedStrategy<String> {
    let line = one(&[
        "ARG GIT_COMMIT",
        "ARG GIT_COMMIT=none",
        "ARG BUILD_DATE",
        "ARG GIT_COMMIT BUILD_DATE=today",
        "ARG GIT_COMMIT\nENV GIT_COMMIT=$GIT_COMMIT",
        "ENV GIT_COMMIT=$GIT_COMMIT",
        "ENV BUILD_DATE=$BUILD_DATE COMMIT=$GIT_COMMIT",
        "LABEL commit=$GIT_COMMIT",
        "LABEL commit=x",
        "LABEL commit=$GIT_COMMIT date=\"$BUILD_DATE\"",
        "RUN echo $GIT_COMMIT > commit",
        "ENV FETCH_URL=$GIT_COMMIT",
        "ENV GIT_COMMIT=fixed",
        "# the commit",
    ]);
    prop_oneof![3 => Just(String::new()), 1 => vec(line, 1..4).prop_map(|lines| lines.join("\n"))].boxed()
}

fn stage() -> impl Strategy<Value = String> {
    let from = prop_oneof![
        6 => Just("FROM golang:1.22"),
        1 => Just("FROM corp/base"),
        2 => Just("FROM base"),
    ];
    let name = prop_oneof![Just(""), Just(" AS base")];
    let start =
        prop_oneof![5 => Just("WORKDIR /app\n"), 1 => Just("ARG DIR=/app\nWORKDIR $DIR\n"), 2 => Just("")];
    let above = prop_oneof![3 => setting(), 2 => usual_copy(), 1 => copy(), 1 => run()];
    let between = prop_oneof![4 => setting(), 2 => usual_copy(), 2 => copy(), 3 => run()];
    let broad = one(&[
        "COPY . .",
        "COPY . .",
        "COPY . /app",
        "COPY web ./web\nCOPY deps.txt deps.d ./",
        "COPY . $DIR",
    ]);
    let key = install().prop_map(|install| format!("RUN {install}"));
    let below = prop_oneof![1 => setting(), 1 => usual_copy(), 3 => run()];
    let above = (told_by_the_build(), vec(above, 0..3), told_by_the_build());
    (from, name, start, above, broad, vec(between, 0..4), key, vec(below, 0..3)).prop_map(
        |(from, name, start, (first, above, last), broad, between, key, below)| {
            let above = [first].into_iter().chain(above).chain([last]);
            let lines = above.chain([broad]).chain(between).chain([key]).chain(below);
            let body: String = lines.map(|line| line + "\n").collect();
            format!("{from}{name}\n{start}{body}")
        },
    )
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let stages = prop_oneof![3 => vec(stage(), 1), 1 => vec(stage(), 2)];
    let mode = prop_oneof![6 => Just(0o755), 1 => select(vec![0o700, 0o777])];
    let arguments = prop_oneof![
        2 => Just(vec![]),
        1 => Just(vec![("VERSION", "2"), ("GIT_COMMIT", "abc")]),
        1 => Just(vec![("BUILD_DATE", "now"), ("GIT_COMMIT", "abc")]),
        1 => Just(vec![("FETCH_URL", "z")]),
    ];
    (files(), mode, stages, arguments).prop_map(|(files, mode, stages, arguments)| {
        let dockerfile = stages.join("\n");
        let is_roots = !dockerfile.contains("USER") && !dockerfile.contains("corp/base");
        Case {
            files,
            folder_mode: if is_roots { mode } else { 0o755 },
            dockerfile,
            arguments: arguments
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    })
}
