//! What the pages in `docs/` say about tables is what the tables say.

use std::path::Path;

use dfopt_analysis::ecosystems::{ALL, Ecosystem, Names};

/// The table of the tools that are known.
fn ecosystems() -> String {
    let mut table = String::from("| commands | reads | fills |\n|---|---|---|\n");
    for entry in ALL.iter().filter(|entry| !entry.prepares) {
        let reads = list(entry.manifests.iter().chain(entry.extras.iter()));
        let reads = if reads.is_empty() { "what the command names".to_owned() } else { reads };
        table += &format!("| {} | {reads} | {} |\n", commands(entry), names(&entry.outputs));
    }
    table
}

fn commands(entry: &Ecosystem) -> String {
    names(&entry.commands)
}

fn names(names: &Names) -> String {
    list(names.iter())
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_on_cache_order_lists_every_ecosystem() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cache-order.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- ecosystems -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- end -->").unwrap();
    let expected = format!("\n{}\n", ecosystems());
    if crate::snapshots::is_update() {
        let page = format!("{before}<!-- ecosystems -->\n{expected}<!-- end -->{after}");
        return std::fs::write(path, page).unwrap();
    }
    assert_eq!(table, expected, "`UPDATE=1 cargo test docs` writes it");
}
