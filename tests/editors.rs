//! The recipes of `docs/editors.md`, tried in real editors: open, change, save, look at the file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sandbox::{FINE, Sandbox, WASTEFUL};

/// An editor that can run without a screen.
struct Editor {
    program: &'static str,
    /// The marker above its recipe in the document.
    recipe: &'static str,
    /// The name that the recipe is saved under, and what loads it.
    config: &'static str,
    arguments: &'static [&'static str],
}

const EDITORS: [Editor; 2] = [
    Editor {
        program: "nvim",
        recipe: "neovim",
        config: "init.lua",
        arguments: &["--headless", "-u", "init.lua", "-i", "NONE", "-n"],
    },
    Editor {
        program: "vim",
        recipe: "vim",
        config: "vimrc",
        arguments: &["-Nu", "vimrc", "-i", "NONE", "-n", "-es", "--not-a-term"],
    },
];

#[test]
fn rewrites_on_save() {
    for (editor, sandbox) in editors() {
        sandbox.file("Dockerfile", WASTEFUL);
        editor.save(&sandbox, "Dockerfile", "call setline(1, 'FROM debian:11')");
        let expected = sandbox.pipe("--level preserve -", WASTEFUL.replace("debian:12", "debian:11")).text();
        assert_eq!(sandbox.read("Dockerfile"), expected, "{}", editor.program);
        assert!(!expected.contains("update\nRUN"), "nothing was rewritten:\n{expected}");
    }
}

#[test]
fn saves_as_it_is_on_a_syntax_error() {
    for (editor, sandbox) in editors() {
        sandbox.file("Dockerfile", WASTEFUL);
        editor.save(&sandbox, "Dockerfile", "call setline(1, 'FORM debian:11')");
        let expected = WASTEFUL.replace("FROM debian:12", "FORM debian:11");
        assert_eq!(sandbox.read("Dockerfile"), expected, "{}", editor.program);
    }
}

#[test]
fn saves_as_it_is_where_there_is_nothing_to_do() {
    for (editor, sandbox) in editors() {
        for text in [FINE, "FROM scratch\r\nCOPY app /app\r\n", "FROM scratch\nCOPY é /é\n"] {
            sandbox.file("a b'c.Dockerfile", text);
            editor.save(&sandbox, "a b'c.Dockerfile", "set modified");
            assert_eq!(sandbox.read("a b'c.Dockerfile"), text, "{}", editor.program);
        }
    }
}

#[test]
fn keeps_the_cursor_and_reads_the_configuration() {
    for (editor, sandbox) in editors() {
        sandbox.file("dfopt.toml", "skip = [\"merge-runs\"]\n");
        sandbox.file("Dockerfile", WASTEFUL.replace("RUN apt-get update", "WORKDIR /x\nRUN apt-get update"));
        editor.save(
            &sandbox,
            "Dockerfile",
            "call cursor(2, 4) | write | call writefile([line('.') . ':' . col('.')], 'cursor')",
        );
        assert_eq!(sandbox.read("cursor").trim_end(), "2:4", "{}", editor.program);
    }
}

/// A sandbox with the recipe for each editor that is here. None is a failure where `CI` is set.
fn editors() -> Vec<(&'static Editor, Sandbox)> {
    let here = EDITORS.iter().filter(|editor| editor.is_here());
    let editors: Vec<_> = here.map(|editor| (editor, editor.sandbox())).collect();
    if editors.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "install neovim or vim-nox: the recipes are not tested");
        eprintln!("SKIPPED: neither nvim nor vim is on PATH");
    }
    editors
}

impl Editor {
    fn is_here(&self) -> bool {
        let mut command = Command::new(self.program);
        let output = command.arg("--version").stdin(Stdio::null()).output();
        // A tiny Vim has no `+eval`, and runs no recipe.
        output.is_ok_and(|o| self.program != "vim" || String::from_utf8_lossy(&o.stdout).contains("+eval"))
    }

    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.file(self.config, recipe(self.recipe));
        sandbox
    }

    /// Opens `file`, runs `command`, and saves.
    fn save(&self, sandbox: &Sandbox, file: &str, command: &str) {
        let mut editor = sandbox.command(self.program);
        let binary = Path::new(env!("CARGO_BIN_EXE_dfopt")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::iter::once(PathBuf::from(binary)).chain(std::env::split_paths(&path));
        editor.env("PATH", std::env::join_paths(path).unwrap());
        editor.args(self.arguments).args(["-c", command, "-c", "write", "-c", "qall!", "--", file]);
        let output = editor.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}: {output:?}", self.program);
    }
}

/// The code block below the marker `<!-- test: NAME -->`.
fn recipe(name: &str) -> String {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/editors.md");
    let document = std::fs::read_to_string(document).unwrap();
    let (_, rest) = document.split_once(&format!("<!-- test: {name} -->\n")).unwrap();
    let (_, code) = rest.split_once('\n').unwrap();
    code.split_once("\n```").unwrap().0.to_owned() + "\n"
}
