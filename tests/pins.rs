//! `pin-digest` as users meet it: which requests a call makes, what it keeps, and what it does without a network.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::registry::script::{Reply, Request, Server};
use crate::sandbox::{Run, Sandbox};

fn digest(number: usize) -> String {
    format!("sha256:{number:064x}")
}

/// Says that the tag `N` of any image has digest `N + MORE`, and that there is no tag `gone`.
fn registry(more: Arc<AtomicUsize>) -> Server {
    Server::start(move |request: &Request| {
        let tag = request.line.rsplit('/').next().unwrap();
        match tag.parse::<usize>() {
            Ok(number) if request.is("HEAD") => {
                let digest = digest(number + more.load(Ordering::Relaxed));
                Reply::new(200, &[("Docker-Content-Digest", &digest)], "")
            }
            _ => Reply::new(404, &[], ""),
        }
    })
}

/// Runs `dfopt` with a network, and a cache in the sandbox.
fn run(sandbox: &Sandbox, arguments: &str, stdin: &str) -> Run {
    let mut command = sandbox.dfopt(arguments);
    command.env_remove("DFOPT_OFFLINE").env("DFOPT_CACHE_DIR", sandbox.path("cache"));
    Run::of(&mut command, stdin.as_bytes())
}

#[test]
fn asks_for_each_image_once_and_keeps_the_answers() {
    let server = registry(Arc::default());
    let domain = server.domain();
    let sandbox = Sandbox::new();
    let texts: Vec<String> = (0..100)
        .map(|file| {
            format!("FROM {domain}/app:{}\nCOPY --from={domain}/app:{} /a /b\n", file % 30, (file + 1) % 30)
        })
        .collect();
    let write = || {
        for (file, text) in texts.iter().enumerate() {
            sandbox.file(&format!("{file}/Dockerfile"), text);
        }
    };
    write();
    let first = run(&sandbox, "--write --isolated .", "");
    assert_eq!(first.code, 0, "{first:?}");
    let lines = server.lines();
    let expected: BTreeSet<String> = (0..30).map(|tag| format!("HEAD /v2/app/manifests/{tag}")).collect();
    assert_eq!(lines.len(), 30, "{lines:?}");
    assert_eq!(lines.into_iter().collect::<BTreeSet<_>>(), expected);
    let read = || (0..100).map(|file| sandbox.read(&format!("{file}/Dockerfile"))).collect::<Vec<_>>();
    let pinned = read();
    assert_eq!(
        pinned[45],
        format!("FROM {domain}/app:15@{}\nCOPY --from={domain}/app:16@{} /a /b\n", digest(15), digest(16))
    );

    write();
    let second = run(&sandbox, "--write --isolated .", "");
    assert_eq!((second.code, read()), (0, pinned));
    assert_eq!(server.seen().len(), 30, "a second call asks again");
}

#[test]
fn moves_pins_only_where_that_is_asked_for() {
    let more = Arc::new(AtomicUsize::new(0));
    let server = registry(Arc::clone(&more));
    let domain = server.domain();
    let sandbox = Sandbox::with(&[("Dockerfile", format!("FROM {domain}/app:7\n").as_str())]);
    run(&sandbox, "--write --isolated", "");
    let old = format!("FROM {domain}/app:7@{}\n", digest(7));
    assert_eq!(sandbox.read("Dockerfile"), old);

    more.store(100, Ordering::Relaxed);
    run(&sandbox, "--write --isolated", "");
    assert_eq!(sandbox.read("Dockerfile"), old);
    assert_eq!(server.seen().len(), 1);

    let moved = run(&sandbox, "--write --isolated --update-pins --remarks", "");
    let new = format!("FROM {domain}/app:7@{}\n", digest(107));
    assert_eq!(sandbox.read("Dockerfile"), new);
    let remark = format!("move `{domain}/app:7` from {} to {}", &digest(7)[..19], &digest(107)[..19]);
    assert!(moved.stderr.contains(&remark), "{moved:?}");
    assert_eq!(server.seen().len(), 2, "the cache is not asked for newer digests");
}

#[test]
fn uses_only_the_cache_offline_and_for_editors() {
    let server = registry(Arc::default());
    let text = format!("FROM {}/app:3\n", server.domain());
    let sandbox = Sandbox::with(&[("Dockerfile", text.as_str())]);
    let offline = run(&sandbox, "--diff --isolated --offline --remarks=missed", "");
    assert_eq!((offline.code, offline.text()), (0, String::new()));
    assert!(offline.stderr.contains("its digest is not in the cache"), "{offline:?}");
    assert_eq!(run(&sandbox, "--isolated -", &text).text(), text);
    assert_eq!(server.lines(), [""; 0]);

    let pinned = format!("FROM {}/app:3@{}\n", server.domain(), digest(3));
    assert_eq!(run(&sandbox, "--isolated --online -", &text).text(), pinned);
    assert_eq!(server.seen().len(), 1);
    for arguments in ["--isolated -", "--isolated --offline -", "--isolated --update-pins -"] {
        assert_eq!(run(&sandbox, arguments, &text).text(), pinned, "{arguments}");
    }
    assert_eq!(run(&sandbox, "--level slim --isolated --online -", &text).text(), text);
    assert_eq!(server.seen().len(), 1);
    // What the level leaves out was not asked for, and so is nothing that was missed.
    let slim = run(&sandbox, "--level slim --diff --isolated --remarks=missed", "");
    assert!(!slim.stderr.contains("pin-digest"), "{slim:?}");
    assert_eq!(run(&sandbox, "--offline --online -", "").code, 2);
}

#[test]
fn does_without_a_cache() {
    let server = registry(Arc::default());
    let text = format!("FROM {}/app:3\n", server.domain());
    // A file stands where the folder would be.
    let sandbox = Sandbox::with(&[("Dockerfile", text.as_str()), ("cache", "")]);
    for requests in 1..3 {
        let run = run(&sandbox, "--diff --isolated", "");
        assert!(run.code == 0 && run.text().contains(&digest(3)), "{run:?}");
        assert_eq!(server.seen().len(), requests);
    }
}

#[test]
fn shares_the_cache_with_other_calls() {
    let server = registry(Arc::default());
    let images: String = (0..20).map(|tag| format!("FROM {}/app:{tag}\n", server.domain())).collect();
    let sandbox = Sandbox::with(&[("Dockerfile", images.as_str())]);
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let calls: Vec<_> =
            (0..6).map(|_| scope.spawn(|| run(&sandbox, "--diff --isolated --update-pins", ""))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(runs.iter().all(|run| run.code == 0 && run.text() == runs[0].text()), "{runs:?}");
    let requests = server.seen().len();
    assert_eq!(run(&sandbox, "--diff --isolated", "").text(), runs[0].text());
    assert_eq!(server.seen().len(), requests, "what six calls wrote cannot be read");
}

#[test]
fn goes_on_where_one_registry_is_down_and_one_image_is_missing() {
    let server = registry(Arc::default());
    let domain = server.domain();
    let text = format!(
        "FROM 127.0.0.1:1/app:1 AS a\nFROM {domain}/app:gone AS b\nFROM {domain}/app:5\nMAINTAINER me\n"
    );
    let sandbox = Sandbox::with(&[("Dockerfile", text.as_str())]);
    let run = run(&sandbox, "--write --isolated --remarks=missed", "");
    assert_eq!(run.code, 0, "{run:?}");
    let expected = format!(
        "FROM 127.0.0.1:1/app:1 AS a\nFROM {domain}/app:gone AS b\nFROM {domain}/app:5@{}\n\
         LABEL org.opencontainers.image.authors=\"me\"\n",
        digest(5)
    );
    assert_eq!(sandbox.read("Dockerfile"), expected);
    assert!(
        run.stderr.contains("Dockerfile:1:6: missed[pin-digest] cannot connect to 127.0.0.1:1"),
        "{run:?}"
    );
    assert!(
        run.stderr.contains(&format!("Dockerfile:2:6: missed[pin-digest] {domain} has no image app:gone"))
    );
}

#[test]
fn waits_no_longer_than_the_time_limit_for_all() {
    let server = Server::start(|_| Reply::Silence);
    let images: String = (0..40).map(|tag| format!("FROM {}/app:{tag}\n", server.domain())).collect();
    let sandbox = Sandbox::with(&[
        ("Dockerfile", format!("{images}MAINTAINER me\n").as_str()),
        ("dfopt.toml", "[pin-digest]\ntimeout = 1\n"),
    ]);
    let start = Instant::now();
    let run = run(&sandbox, "--diff --remarks=missed", "");
    // Generous: the machine may be busy. One after the other, they would take 40 s.
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.text().contains("+LABEL org.opencontainers.image.authors=\"me\""), "{run:?}");
    assert_eq!(run.stderr.matches("within the time limit; help: ").count(), 40, "{run:?}");
}

#[test]
fn reads_how_registries_are_asked() {
    let sandbox = Sandbox::with(&[("Dockerfile", "FROM 127.0.0.1:1/app:1\n")]);
    let said = |config: &str| {
        sandbox.file("dfopt.toml", config);
        let run = run(&sandbox, "--check --remarks=missed", "");
        (run.code, run.stderr)
    };
    for (config, message) in [
        ("[pin-digest]\ntimeout = 0\n", "dfopt.toml:2:11: `timeout` must be a number from 1 to 600"),
        ("[pin-digest]\ncache-hours = \"1\"\n", "`cache-hours` must be a number from 0 to 8784"),
        ("[pin-digest]\nplain-http = \"a\"\n", "`plain-http` must be a list of strings"),
        ("[pin-digest]\ncafile = \"a\"\n", "unknown key `cafile`; did you mean `ca-file`?"),
    ] {
        let (code, stderr) = said(config);
        assert!(code == 2 && stderr.contains(message), "{config}: {stderr}");
    }
    // What is wrong with the file it names concerns that transform alone.
    let (code, stderr) = said("[pin-digest]\nca-file = \"no.pem\"\n");
    assert!(code == 0 && stderr.contains("missed[pin-digest]") && stderr.contains("no.pem"), "{stderr}");
}
