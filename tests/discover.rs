//! Which files are taken for Dockerfiles.

use std::path::PathBuf;

use dfopt::discover::{discover, is_dockerfile_name};

use crate::sandbox::{FINE, Sandbox};

#[test]
fn knows_the_names_of_dockerfiles() {
    let yes = [
        "Dockerfile",
        "dockerfile",
        "DOCKERFILE",
        "Containerfile",
        "Dockerfile.dev",
        "containerfile.prod",
        "web.Dockerfile",
        "web.dockerfile",
        "web.Containerfile",
        "Dockerfile.3.12-slim",
        "a.b.Dockerfile",
        "Dockerfile.alpine.in.production",
    ];
    let no = [
        "Dockerfile~",
        "Dockerfile.dockerignore",
        "web.Dockerfile.dockerignore",
        ".dockerignore",
        "MyDockerfile",
        "Dockerfile-dev",
        "Dockerfile_dev",
        "dockerfile_test.go",
        "Dockerfile.j2",
        "Dockerfile.tmpl",
        "Dockerfile.template",
        "Dockerfile.erb",
        "Dockerfile.in",
        "Dockerfile.m4",
        "Dockerfile.orig",
        "Dockerfile.rej",
        "Dockerfile.swp",
        "Dockerfile.md",
        "Dockerfile.txt",
        "Dockerfile.sh",
        "Dockerfile.py",
        "Dockerfile.JSON",
        "Dockerfile.yml",
        "Dockerfile.lock",
        "dockerfile.rs",
        "docker-compose.yml",
        "README",
    ];
    for name in yes {
        assert!(is_dockerfile_name(name), "{name}");
    }
    for name in no {
        assert!(!is_dockerfile_name(name), "{name}");
    }
}

/// What is found from within the sandbox: the paths that `--check` would work on.
fn found(sandbox: &Sandbox, paths: &[&str]) -> Vec<String> {
    let root = sandbox.path("");
    let paths: Vec<PathBuf> = paths.iter().map(|path| sandbox.path(path)).collect();
    let files = discover(&paths).files.into_iter();
    files.map(|file| file.path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn walks_directories_in_order() {
    let sandbox = Sandbox::new();
    for name in [
        "z/Dockerfile",
        "Dockerfile",
        "a/b.Dockerfile",
        "a/Dockerfile.x",
        "a/Dockerfile.md",
        "a-b/Dockerfile",
    ] {
        sandbox.file(name, FINE);
    }
    let all = ["Dockerfile", "a/Dockerfile.x", "a/b.Dockerfile", "a-b/Dockerfile", "z/Dockerfile"];
    assert_eq!(found(&sandbox, &[""]), all);
    assert_eq!(found(&sandbox, &["z", "a"]), ["a/Dockerfile.x", "a/b.Dockerfile", "z/Dockerfile"]);
}

#[test]
fn leaves_out_hidden_and_ignored_files_unless_named() {
    let sandbox = Sandbox::new();
    for name in [".devcontainer/Dockerfile", "build/Dockerfile", "src/Dockerfile", "notes.txt"] {
        sandbox.file(name, FINE);
    }
    sandbox.file(".gitignore", "build/\n");
    assert!(sandbox.command("git").args(["init", "--quiet"]).status().unwrap().success());
    assert_eq!(found(&sandbox, &[""]), ["src/Dockerfile"]);
    let named = [".devcontainer", "build/Dockerfile", "notes.txt"];
    assert_eq!(found(&sandbox, &named), [".devcontainer/Dockerfile", "build/Dockerfile", "notes.txt"]);
}

#[test]
fn takes_each_file_once() {
    let sandbox = Sandbox::with(&[("a/Dockerfile", FINE)]);
    assert_eq!(found(&sandbox, &["a/Dockerfile", "", "a", "a/Dockerfile"]), ["a/Dockerfile"]);
    sandbox.check("./a/Dockerfile a .", "! 1 file unchanged\n");
    sandbox.check("missing missing", "! dfopt: error: missing: no such file or directory; name a Dockerfile, a directory, or - for standard input\nexit 2\n");
}

#[cfg(unix)]
#[test]
fn follows_links_only_where_they_are_named() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::with(&[("real/Dockerfile", FINE)]);
    symlink("real", sandbox.path("link")).unwrap();
    symlink("Dockerfile", sandbox.path("real/Dockerfile.link")).unwrap();
    symlink("..", sandbox.path("real/loop")).unwrap();
    assert_eq!(found(&sandbox, &[""]), ["real/Dockerfile"]);
    assert_eq!(found(&sandbox, &["link"]), ["link/Dockerfile"]);
    assert_eq!(found(&sandbox, &["real/Dockerfile.link", "real/Dockerfile"]).len(), 1);
}

#[cfg(unix)]
#[test]
fn leaves_out_what_is_not_a_regular_file() {
    let sandbox = Sandbox::with(&[("Dockerfile", FINE), ("x/Dockerfile.d/Dockerfile", FINE)]);
    assert!(sandbox.command("mkfifo").arg("pipe.Dockerfile").status().unwrap().success());
    assert_eq!(found(&sandbox, &[""]), ["Dockerfile", "x/Dockerfile.d/Dockerfile"]);
}

#[cfg(unix)]
#[test]
fn names_a_directory_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&[("Dockerfile", FINE), ("secret/Dockerfile", FINE)]);
    std::fs::set_permissions(sandbox.path("secret"), PermissionsExt::from_mode(0o000)).unwrap();
    let mut command = sandbox.dfopt("");
    if crate::sandbox::without_privileges(&mut command, &sandbox) {
        crate::sandbox::same(
            &crate::sandbox::Run::of(&mut command, b"").transcript(),
            "! dfopt: error: secret: permission denied\n! 1 file unchanged, 1 failed\nexit 2\n",
        );
    }
    std::fs::set_permissions(sandbox.path("secret"), PermissionsExt::from_mode(0o755)).unwrap();
}
