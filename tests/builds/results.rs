//! What was measured, and the page that shows it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use dfopt_transforms::Effect;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::builds::{EXAMPLES, Gains, NOT_BUILT, NOT_INSTALLED_WITH, ratio, root};

/// The reports of `dfopt verify --format json`, by example and level.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Results {
    /// Where they were measured.
    machine: String,
    examples: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Where they are kept.
fn path() -> PathBuf {
    root().join("benches/results.json")
}

impl Results {
    pub(super) fn add(&mut self, example: &str, level: Effect, report: Value) {
        self.examples.entry(example.to_owned()).or_default().insert(level.as_str().to_owned(), report);
    }

    pub(super) fn write(mut self) {
        let cores = std::thread::available_parallelism().unwrap();
        let version =
            Command::new("docker").args(["version", "--format={{.Server.Version}}"]).output().unwrap();
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        self.machine = format!("{cores} {} cores, Docker {version}", std::env::consts::ARCH);
        let mut json = serde_json::to_string_pretty(&self).unwrap();
        json.push('\n');
        fs::write(path(), json).unwrap();
    }

    fn page(&self) -> String {
        let mut page = format!("{}\n", HEAD.replace("MACHINE", &self.machine));
        for (example, levels) in &self.examples {
            let Some(report) = levels.get("slim") else { continue };
            let size = change(report, "size", 1e6, "MB", 0);
            let layers = format!("{} → {}", report["before"]["layers"], report["after"]["layers"]);
            let times = ["cold_seconds", "source_seconds", "manifest_seconds"];
            let times = times.map(|field| change(report, field, 1.0, "s", 1)).join(" | ");
            writeln!(page, "| {example} | {size} | {layers} | {times} |").unwrap();
        }
        page += LEVELS;
        for (example, levels) in &self.examples {
            let size =
                |level: &str| levels.get(level).and_then(|report| ratio(report, "size")).unwrap_or(f64::NAN);
            let sizes = Effect::ALL.map(|level| format!("{:.2}", size(level.as_str()))).join(" | ");
            let slim = levels.get("slim").map(differences).unwrap_or_default();
            writeln!(page, "| {example} | {sizes} | {slim} |").unwrap();
        }
        page += NOT_HERE;
        for (example, reason) in NOT_BUILT {
            writeln!(page, "- the example {example}: {reason}.").unwrap();
        }
        for (names, reason) in NOT_INSTALLED_WITH {
            writeln!(page, "- {}: {reason}.", names.join(", ")).unwrap();
        }
        page
    }
}

const HEAD: &str = "\
# Results of real builds

<!-- Written by `UPDATE=1 cargo test results` from benches/results.json. -->

Each folder of `examples/` is built as it is and as `dfopt` writes it, at each level, and `dfopt verify` compares the
images file by file (see [verify.md](verify.md)): every contract holds. Each run of the continuous integration
does so again: `.ci/builds`. The figures are from one run of `.ci/builds --measure` with nothing else on the machine
(MACHINE; packages from mirrors nearby); take the ratios. The base images are stand-ins made of
Debian's packages.

## At `--level slim`

Before → after, and the ratio. A cold build takes nothing from the cache; the rebuilds follow an edit of a source file and of a
manifest (`requirements.txt`, `package.json` and the like).

| example | image size | layers | cold build | after a source edit | after a manifest edit |
|---|---|---|---|---|---|";

const LEVELS: &str = "
## At each level

The size as a share of what it was, base image included, and the paths that differ at `slim`: of each class (see
[verify.md](verify.md)) how many. The files of recommended packages, lists and caches are gone, the others are as no two
builds have them.

| example | preserve | slim | harden | paths that differ at `slim` |
|---|---|---|---|---|
";

const NOT_HERE: &str = "
## Not built

What dfopt makes of these is tested (`snapshots/examples/`, `tests/specs/copy-order/`), but not by a build:

";

/// `before → after unit, ratio`, or nothing where it was not measured.
fn change(report: &Value, field: &str, unit: f64, name: &str, digits: usize) -> String {
    let value = |side: &str| Some(report[side][field].as_f64()? / unit);
    let Some((before, after)) = value("before").zip(value("after")) else { return String::new() };
    let ratio = format!("{:.2}", after / before);
    // What the project is for: a third of the time, 70 % of the size.
    let bar = if field == "size" { 0.7 } else { 1.0 / 3.0 };
    let ratio = if after / before <= bar { format!("**{ratio}**") } else { ratio };
    format!("{before:.digits$} → {after:.digits$} {name}, {ratio}")
}

/// What the report explains, class by class, and packages.
fn differences(report: &Value) -> String {
    let classes = report["explained"].as_object().into_iter().flatten();
    let mut paths: Vec<String> = classes.map(|(class, count)| format!("{class}: {count}")).collect();
    let packages = report["packages_gone"].as_array().map_or(0, Vec::len);
    if packages > 0 {
        paths.push(format!("recommended packages: {packages}"));
    }
    paths.join(", ")
}

/// One line of a report, for whoever watches.
pub(super) fn line(report: &Value) -> String {
    let ratios = [("size", "size"), ("cold", "cold_seconds"), ("source edit", "source_seconds")];
    let ratios =
        ratios.iter().filter_map(|(name, field)| Some(format!("{name} {:.2}", ratio(report, field)?)));
    format!("holds; {}", ratios.collect::<Vec<_>>().join(", "))
}

#[test]
fn the_page_shows_the_results() {
    let json = fs::read_to_string(path()).unwrap();
    let results: Results = serde_json::from_str(&json).unwrap();
    let page = root().join("docs/results.md");
    if crate::snapshots::is_update() {
        return fs::write(page, results.page()).unwrap();
    }
    assert_eq!(fs::read_to_string(page).unwrap(), results.page(), "`UPDATE=1 cargo test results` writes it");
    let examples: Vec<&str> = EXAMPLES.iter().map(|example| example.name).collect();
    assert_eq!(results.examples.keys().map(String::as_str).collect::<Vec<_>>(), examples);
    for example in EXAMPLES.iter().filter(|example| example.gains == Gains::Rebuild) {
        let time = ratio(&results.examples[example.name]["slim"], "source_seconds").unwrap();
        assert!(time <= 1.0 / 3.0, "{}: a rebuild takes {time:.2} of the time", example.name);
    }
}
