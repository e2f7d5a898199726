//! The README says what is true.

use std::path::Path;
use std::process::Command;

use dfopt_transforms::ALL;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

#[test]
fn its_diff_is_what_the_program_prints() {
    let readme = readme();
    let block = readme.split("```console\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (command, expected) = block.split_once('\n').unwrap();
    let arguments = command.strip_prefix("$ dfopt ").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dfopt"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("DFOPT_OFFLINE", "1")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn its_table_lists_every_transform() {
    let readme = readme();
    let rows: Vec<(&str, &str)> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(id, rest)| (id, rest.split(" |").next().unwrap()))
        .collect();
    let expected: Vec<(&str, &str)> = ALL.iter().map(|t| (t.id, t.effect.as_str())).collect();
    assert_eq!(rows, expected);
}

#[test]
fn the_architecture_page_is_short_and_names_folders_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    assert!(page.lines().count() <= 150);
    for folder in
        ["src", "transforms", "analysis", "syntax", "tests/specs", "snapshots", "examples", "benches"]
    {
        assert!(root.join(folder).is_dir(), "{folder}");
    }
}
