//! What each level allows, and what it does not.

use dfopt_transforms::Effect;
use serde_json::{Value, json};

use super::super::compare::Noise;
use super::super::image::{Content, Image, ImageConfig, Kind, Node, Tree};
use super::{Contract, judge};

const STATUS: &str = "var/lib/dpkg/status";

fn node(kind: Kind) -> Node {
    Node { kind, mode: 0o644, owner: (0, 0), attributes: None }
}

fn file(text: &str) -> Node {
    let mut hash = [0; 32];
    for (place, byte) in text.bytes().enumerate() {
        hash[place % 32] ^= byte.rotate_left((place / 32) as u32 % 8);
    }
    let bytes = text.as_bytes().into();
    node(Kind::File(Content { size: text.len() as u64, hash, text: Some(bytes) }))
}

fn folder() -> Node {
    node(Kind::Directory)
}

fn link(target: &str) -> Node {
    node(Kind::Link(target.as_bytes().into()))
}

fn owned(mut node: Node, user: u64, group: u64) -> Node {
    node.owner = (user, group);
    node
}

fn image(config: &Value, files: &[(&str, Node)]) -> Image {
    let document = json!({
        "os": "linux", "architecture": "amd64", "author": config["author"], "config": config, "rootfs": {"diff_ids": []},
    });
    let config = ImageConfig::parse(document.to_string().as_bytes()).unwrap();
    let tree: Tree = files.iter().map(|(path, node)| (path.as_bytes().into(), node.clone())).collect();
    Image { config, tree, layers: 1, size: 0 }
}

fn files(files: &[(&str, Node)]) -> Image {
    image(&json!({}), files)
}

fn contract(level: Effect, hardened_by: &[&'static str]) -> Contract {
    Contract { level, hardened_by: hardened_by.to_vec() }
}

/// What breaks the contract, one line each.
fn broken(before: &Image, after: &Image, contract: &Contract) -> Vec<String> {
    let verdict = judge(before, after, contract, &Noise::default());
    verdict.broken.iter().map(|breach| format!("{}: {}", breach.place, breach.what)).collect()
}

#[track_caller]
fn holds(before: &Image, after: &Image, contract: &Contract) {
    assert_eq!(broken(before, after, contract), [] as [&str; 0]);
}

#[test]
fn equal_images_keep_every_contract() {
    let one = files(&[("a", file("1")), ("b", folder()), ("c", link("a"))]);
    for level in Effect::ALL {
        holds(&one, &one, &contract(level, &[]));
    }
}

#[test]
fn preserve_allows_no_difference() {
    let before = files(&[
        ("bytes", file("1")),
        ("gone", file("")),
        ("kind", file("")),
        ("mode", file("")),
        ("owner", file("")),
        ("size", file("1")),
        ("target", link("a")),
        ("xattr", file("")),
    ]);
    let mut mode = file("");
    mode.mode = 0o4755;
    let mut attribute = file("");
    attribute.attributes = Some([(b"security.capability".to_vec(), b"x".to_vec())].as_slice().into());
    let after = files(&[
        ("bytes", file("2")),
        ("kind", folder()),
        ("mode", mode),
        ("new", folder()),
        ("owner", owned(file(""), 1, 0)),
        ("size", file("22")),
        ("target", link("b")),
        ("xattr", attribute),
    ]);
    for level in Effect::ALL {
        assert_eq!(
            broken(&before, &after, &contract(level, &[])),
            [
                "/bytes: contents",
                "/gone: only before (file)",
                "/kind: file -> folder",
                "/mode: mode 0644 -> 4755",
                "/new: only after (folder)",
                "/owner: owner 0:0 -> 1:0",
                "/size: contents, 1 -> 2 bytes",
                "/target: link to a -> link to b",
                "/xattr: extended attributes",
            ]
        );
    }
}

#[test]
fn every_field_of_the_configuration_counts() {
    let before = json!({
        "Env": ["A=1"], "Cmd": ["a"], "Entrypoint": ["a"], "WorkingDir": "/a", "User": "a",
        "ExposedPorts": {"1/tcp": {}}, "Labels": {"a": "1"}, "Volumes": {"/a": {}},
        "Healthcheck": {"Test": ["CMD", "a"]}, "StopSignal": "SIGTERM", "Shell": ["/bin/sh", "-c"], "OnBuild": ["RUN a"],
    });
    let empty = files(&[]);
    for (field, _) in before.as_object().unwrap() {
        let one = image(&json!({field: before[field]}), &[]);
        for level in Effect::ALL {
            for (before, after) in [(&one, &empty), (&empty, &one)] {
                let all: Vec<&str> = dfopt_transforms::ALL.iter().map(|transform| transform.id).collect();
                let broken = broken(before, after, &contract(level, &all));
                assert_eq!(broken.len(), 1, "{field} {level:?} {broken:?}");
                assert!(broken[0].starts_with(&format!("configuration: {field}: ")), "{broken:?}");
            }
        }
    }
}

#[test]
fn noise_that_is_known_is_no_difference() {
    let before = files(&[
        ("etc/passwd-", file("1")),
        ("etc/shadow-", file("1")),
        ("srv/node_modules/.modules.yaml", file("1")),
        ("tmp/v8-compile-cache-0/11.3-node.23/yarn.js.BLOB", file("1")),
        ("usr/lib/__pycache__/a.pyc", file("1")),
        ("var/cache/ldconfig/aux-cache", file("1")),
        ("var/lib/texmf/web2c/luatex/luatex.fmt", file("1")),
        ("var/log/dpkg.log", file("1")),
    ]);
    let mut backup = file("2");
    backup.mode = 0o600;
    let after = files(&[
        ("etc/shadow-", backup),
        ("srv/node_modules/.modules.yaml", file("2")),
        ("tmp/v8-compile-cache-0/11.3-node.23/yarn.js.BLOB", file("2")),
        ("usr/lib/__pycache__/a.pyc", file("2")),
        ("var/cache/ldconfig/aux-cache", file("2")),
        ("var/lib/texmf/web2c/luatex/luatex.fmt", file("2")),
        ("var/log/dpkg.log", file("2")),
    ]);
    holds(&before, &after, &contract(Effect::Preserve, &[]));
    // Bytecode that is gone is a difference.
    let less = files(&[
        ("srv/node_modules/.modules.yaml", file("1")),
        ("tmp/v8-compile-cache-0/11.3-node.23/yarn.js.BLOB", file("1")),
        ("var/cache/ldconfig/aux-cache", file("1")),
        ("var/lib/texmf/web2c/luatex/luatex.fmt", file("1")),
        ("var/log/dpkg.log", file("1")),
    ]);
    let broken = broken(&before, &less, &contract(Effect::Preserve, &[]));
    assert_eq!(broken, ["/usr/lib/__pycache__/a.pyc: only before (file)"]);
}

#[test]
fn names_that_are_made_up_are_no_difference() {
    let cache = |name: &str, target: &str| {
        let package = format!("root/.cache/uv/archive-v0/{name}");
        let inside = format!("{package}/starlette/__init__.py");
        let link = link(&format!("../../../archive-v0/{target}"));
        files(&[
            (&format!("root/.cache/go-build/4a/{name}-d"), file("ok 0.1s")),
            ("root/.cache/uv/archive-v0", folder()),
            (&package, folder()),
            (&inside, file("1")),
            ("root/.cache/uv/wheels-v5/pypi/starlette/1.0.0-py3-none-any", link),
            ("root/.cache/uv/wheels-v5/pypi/starlette/1.0.0-py3-none-any.http", file(name)),
        ])
    };
    let preserve = contract(Effect::Preserve, &[]);
    holds(&cache("x1", "x1"), &cache("x2", "x2"), &preserve);
    // A cache that is gone is a difference, and so is a link of other kinds.
    let broken_by = |after: &Image| broken(&cache("x1", "x1"), after, &preserve).len();
    assert_eq!(broken_by(&files(&[("root/.cache/uv/archive-v0", folder())])), 2);
    let links = |target: &str| files(&[("usr/local/bin/python", link(target))]);
    assert_eq!(broken(&links("python3.11"), &links("python3.12"), &preserve).len(), 1);
}

#[test]
fn noise_that_was_measured_is_no_difference() {
    let before = files(&[
        ("opt/a", file("1")),
        ("opt/b", file("1")),
        ("opt/tmp/x1", file("")),
        ("opt/tmp-now", link("tmp/x1")),
        ("usr/kept", file("")),
        ("usr/link", link("kept")),
    ]);
    let again = files(&[
        ("opt/a", file("2")),
        ("opt/b", file("1")),
        ("opt/tmp/x2", file("")),
        ("opt/tmp-now", link("tmp/x2")),
        ("usr/kept", file("")),
        ("usr/link", link("kept")),
    ]);
    let noise = Noise::between(&before.tree, &again.tree);
    assert_eq!(noise.len(), 3);
    let judged = |after: &[(&str, Node)]| -> Vec<String> {
        let verdict = judge(&before, &files(after), &contract(Effect::Preserve, &[]), &noise);
        verdict.broken.into_iter().map(|breach| breach.place).collect()
    };
    let fine = [
        ("opt/a", file("3")),
        ("opt/b", file("1")),
        ("opt/tmp/x3", file("")),
        ("opt/tmp-now", link("tmp/x3")),
        ("usr/kept", file("")),
        ("usr/link", link("kept")),
    ];
    assert_eq!(judged(&fine), [] as [&str; 0]);
    let other = [
        ("opt/a", owned(file("3"), 1, 1)),
        ("opt/b", file("2")),
        ("opt/tmp/x1", file("")),
        ("opt/tmp-now", file("")),
        ("usr/link", link("new")),
        ("usr/new", file("")),
    ];
    let broken = ["/opt/a", "/opt/b", "/opt/tmp-now", "/usr/kept", "/usr/link", "/usr/new"];
    assert_eq!(judged(&other), broken);
}

#[test]
fn slim_lets_caches_go() {
    let before = files(&[
        ("root/.cache", folder()),
        ("root/.cache/pip", folder()),
        ("root/.cache/pip/http/x", file("x")),
        ("root/.npm/_cacache/x", file("x")),
        ("usr/bin/tool", file("x")),
        ("var/cache/apt/pkgcache.bin", file("x")),
        ("var/lib/apt/lists/x_Packages", file("x")),
    ]);
    let after = files(&[("usr/bin/tool", file("x"))]);
    holds(&before, &after, &contract(Effect::Slim, &[]));
    assert_eq!(broken(&before, &after, &contract(Effect::Preserve, &[])).len(), 6);
    // The other way round they are new, and a tool is no cache.
    assert_eq!(broken(&after, &before, &contract(Effect::Slim, &[])).len(), 6);
    assert_eq!(
        broken(&before, &files(&[]), &contract(Effect::Slim, &[])),
        ["/usr/bin/tool: only before (file)"]
    );
}

/// Packages: `git` recommends `less`, which needs `libx`; `curl` is asked for. `git` offers its editor by provision.
fn installed(names: &[&str]) -> String {
    let paragraph = |name: &&str| {
        let relations = match *name {
            "git" => "Depends: curl (>= 7)\nRecommends: nothing | less, pager-provider\n",
            "less" => "Depends: libx:any\n",
            "most" => "Provides: pager-provider (= 1)\n",
            _ => "",
        };
        format!(
            "Package: {name}\nStatus: install ok installed\nVersion: 1\n{relations}Description: x\n a: b\n\n"
        )
    };
    names.iter().map(paragraph).collect()
}

#[test]
fn slim_lets_packages_go_that_were_recommended_only() {
    let before = files(&[
        ("etc/alternatives/editor", link("/usr/bin/less")),
        ("etc/alternatives/pager", link("/usr/bin/less")),
        ("run/adduser", folder()),
        ("usr/bin/less", file("less")),
        ("usr/bin/pager", link("/etc/alternatives/pager")),
        ("usr/lib/libx.so", file("x")),
        ("usr/share/less", folder()),
        ("usr/share/less/made-by-its-script", file("x")),
        ("var/lib/dpkg/info/less.list", file("/.\n/bin\n/bin/less\n/usr/share/less\n")),
        ("var/lib/dpkg/info/libx:amd64.list", file("/.\n/usr/lib/libx.so\n")),
        (STATUS, file(&installed(&["git", "curl", "less", "libx", "most"]))),
    ]);
    let after = |names: &[&str], more: &[(&str, Node)]| {
        let editor = if names.contains(&"less") { "/usr/bin/less" } else { "/usr/bin/more" };
        let mut all = vec![(STATUS, file(&installed(names))), ("etc/alternatives/editor", link(editor))];
        all.extend(more.iter().cloned());
        files(&all)
    };
    let slim = contract(Effect::Slim, &[]);
    holds(&before, &after(&["git", "curl"], &[]), &slim);
    let verdict = judge(&before, &after(&["git", "curl"], &[]), &slim, &Noise::default());
    assert_eq!(verdict.packages_gone, ["less", "libx", "most"]);
    assert!(broken(&before, &after(&["git", "curl"], &[]), &contract(Effect::Preserve, &[])).len() > 5);
    // Nobody recommends it.
    let without_curl = broken(&before, &after(&["git"], &[]), &slim);
    assert_eq!(without_curl, ["package curl: gone, and nothing recommends it"]);
    // A file that stays may not change because packages are gone.
    let changed = broken(&before, &after(&["git", "curl"], &[("usr/lib/libx.so", file("y"))]), &slim);
    assert_eq!(changed, ["/usr/lib/libx.so: contents"]);
    // What is gone while no package is, is gone without reason.
    let all = ["git", "curl", "less", "libx", "most"];
    assert!(
        broken(&before, &after(&all, &[]), &slim).contains(&"/usr/bin/less: only before (file)".to_owned())
    );
}

const USERS: &str = "root:x:0:0:root:/root:/bin/sh\n";

#[test]
fn harden_lets_files_belong_to_the_user_that_runs_now() {
    let accounts = format!("{USERS}app:x:10001:10002::/home/app:/usr/sbin/nologin\n");
    let before = image(
        &json!({"Cmd": ["a"]}),
        &[
            ("app", folder()),
            ("app/a.py", file("a")),
            ("app/a.pyc", file("1")),
            ("etc/passwd", file(USERS)),
            ("srv/other", file("")),
        ],
    );
    let config = json!({"Cmd": ["a"], "User": "10001:10002"});
    let good = [
        ("app", owned(folder(), 10001, 10002)),
        ("app/a.py", owned(file("a"), 10001, 10002)),
        ("data", owned(folder(), 10001, 10002)),
        ("etc/passwd", file(&accounts)),
        ("home/app", owned(folder(), 10001, 10002)),
        ("home/app/.profile", owned(file("x"), 10001, 10002)),
        ("srv/other", file("")),
        ("app/a.pyc", owned(file("2"), 10001, 10002)),
    ];
    let harden = contract(Effect::Harden, &["non-root-user"]);
    holds(&before, &image(&config, &good), &harden);
    // No rewrite has promised it, or not at this level.
    assert_eq!(broken(&before, &image(&config, &good), &contract(Effect::Harden, &["exec-form"])).len(), 8);
    assert_eq!(broken(&before, &image(&config, &good), &contract(Effect::Slim, &["non-root-user"])).len(), 8);
    let mut bad = good.to_vec();
    bad[1] = ("app/a.py", owned(file("b"), 10001, 10002));
    bad[2] = ("data", owned(folder(), 5, 5));
    bad[6] = ("srv/other", owned(file(""), 7, 0));
    bad[7] = ("app/a.pyc", owned(file("2"), 7, 0));
    bad.push(("usr/bin/new", owned(file("x"), 10001, 10002)));
    assert_eq!(
        broken(&before, &image(&config, &bad), &harden),
        [
            "/app/a.py: contents, owner 0:0 -> 10001:10002",
            "/app/a.pyc: contents, owner 0:0 -> 7:0",
            "/data: only after (folder)",
            "/srv/other: owner 0:0 -> 7:0",
            "/usr/bin/new: only after (file)",
        ]
    );
    for user in ["root", "0", "0:0", "app", ""] {
        let broken = broken(&before, &image(&json!({"Cmd": ["a"], "User": user}), &good), &harden);
        assert!(broken.len() >= 6, "{user}");
    }
}

#[test]
fn harden_lets_the_shell_go_and_nothing_else() {
    let harden = contract(Effect::Harden, &["exec-form"]);
    let cmd = |words: &[&str]| image(&json!({"Cmd": words}), &[]);
    let shell = cmd(&["/bin/sh", "-c", "gunicorn --bind \"0.0.0.0:80\"  'app name':app"]);
    holds(&shell, &cmd(&["gunicorn", "--bind", "0.0.0.0:80", "app name:app"]), &harden);
    holds(&cmd(&["/bin/sh", "-c", "exec a b"]), &cmd(&["a", "b"]), &harden);
    for words in [&["gunicorn", "--bind", "0.0.0.0:81", "app name:app"][..], &["gunicorn"], &[]] {
        assert_eq!(broken(&shell, &cmd(words), &harden).len(), 1, "{words:?}");
    }
    // It was no shell form before, or another shell than that of the image.
    assert_eq!(broken(&cmd(&["a", "b"]), &cmd(&["ab"]), &harden).len(), 1);
    let bash = |words: &[&str]| image(&json!({"Cmd": words, "Shell": ["/bin/bash", "-c"]}), &[]);
    holds(&bash(&["/bin/bash", "-c", "a b"]), &bash(&["a", "b"]), &harden);
    assert_eq!(broken(&bash(&["/bin/sh", "-c", "a b"]), &bash(&["a", "b"]), &harden).len(), 1);
}

#[test]
fn harden_lets_the_maintainer_become_a_label() {
    let harden = contract(Effect::Harden, &["deprecated-forms"]);
    let before = image(&json!({"author": "Jo <jo@example.com>", "Labels": {"a": "1"}}), &[]);
    let with = |authors: &str| {
        image(&json!({"Labels": {"a": "1", "org.opencontainers.image.authors": authors}}), &[])
    };
    holds(&before, &with("Jo <jo@example.com>"), &harden);
    assert_eq!(broken(&before, &with("Jo"), &harden).len(), 2);
    assert_eq!(broken(&before, &with("Jo <jo@example.com>"), &contract(Effect::Slim, &[])).len(), 2);
    let lost = image(&json!({"Labels": {"a": "1"}}), &[]);
    assert_eq!(broken(&before, &lost, &harden).len(), 1);
}

#[test]
fn an_image_for_another_machine_is_another_image() {
    let one = files(&[]);
    let mut other = files(&[]);
    other.config.platform = "linux/arm64/v8".to_owned();
    let broken = broken(&one, &other, &contract(Effect::Harden, &[]));
    assert_eq!(broken, ["configuration: platform: linux/amd64/ -> linux/arm64/v8"]);
}
