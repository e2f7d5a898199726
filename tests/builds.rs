//! The gate: a real builder builds each example before and after, at each level, and `dfopt verify` compares.
//!
//! `.ci/builds` starts the builder with the base images and runs this. It names in `DFOPT_BUILDS` the options of
//! `dfopt verify` that this builder needs; where that is not set, no images are built, and a notice says so.
//! With `DFOPT_MEASURE=1` cold builds and rebuilds are measured, too, and written to `benches/results.json`.

mod broken;
mod pinned;
mod results;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use dfopt_analysis::Build;
use dfopt_analysis::ecosystems::{self, Ecosystem};
use dfopt_syntax::Dockerfile;
use dfopt_transforms::Effect;
use serde_json::Value;

use results::Results;

/// An example, and what is verified of it.
struct Example {
    name: &'static str,
    /// Options of `dfopt verify`.
    options: &'static [&'static str],
    /// Shell commands that have to say the same in both images.
    run: &'static [&'static str],
    /// What the rewrites are to gain here.
    gains: Gains,
}

/// What makes an example what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gains {
    /// Installing dependencies is most of the work: a rebuild after an edit takes a third of the time at most.
    Rebuild,
    /// Its Debian packages are most of the image: at `slim` it has 70 % of the size at most.
    Size,
    /// Its own sources are most of the work: they are compiled and tested after each edit.
    Sources,
}

const EXAMPLES: &[Example] = &[
    Example { name: "apt-tools", options: &[], run: &["run.sh 2>&1 | grep -v '^hint'"], gains: Gains::Size },
    Example {
        name: "bun",
        options: &[],
        run: &["bun -e 'import { svg } from \"./src/code.ts\"; console.log(svg(\"hello\"))'"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "cargo",
        options: &[],
        run: &["mkdir /tmp/t && echo x > /tmp/t/a && cp /tmp/t/a /tmp/t/b && twins /tmp/t"],
        gains: Gains::Rebuild,
    },
    Example { name: "clang", options: &[], run: &["check /sample"], gains: Gains::Size },
    Example {
        name: "composer",
        options: &[],
        run: &["printf '# Hello\n\n*a page*\n' | php bin/render"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "dotnet",
        options: &[],
        run: &["dotnet Api.dll 1987 MCMLXXXIV IIX"],
        gains: Gains::Sources,
    },
    Example {
        name: "express",
        options: &[],
        run: &["npm test | grep -E '^ok|^# (pass|fail)'"],
        gains: Gains::Sources,
    },
    Example {
        name: "flask",
        options: &[],
        run: &["python -c 'import app; print(app.app.test_client().get(\"/health\").status)'"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "flask-stages",
        options: &["--target", "production"],
        run: &["python -c 'import textstats, flask; print(textstats.__name__)'"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "go",
        options: &[],
        run: &[
            "ids -addr 127.0.0.1:8099 2>/dev/null & curl -sS --retry 9 --retry-delay 1 --retry-connrefused \
                http://127.0.0.1:8099/inspect/018f3a1e-6c00-7000-8000-000000000000 2>/dev/null",
        ],
        gains: Gains::Sources,
    },
    Example {
        name: "maven",
        options: &[],
        run: &["printf 'a,b\n1,x\n' | java -jar csvjson.jar"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "pipenv",
        options: &[],
        run: &[
            "convert -size 300x200 xc:teal /tmp/t.png && python -c 'from thumbnails.pictures import thumbnail; \
                print(len(thumbnail(open(\"/tmp/t.png\", \"rb\").read(), 64)))' && rm /tmp/t.png",
        ],
        gains: Gains::Rebuild,
    },
    Example {
        name: "pnpm",
        options: &[],
        run: &["node -e 'import(\"/app/dist/polls.js\").then(m => console.log(Object.keys(m)))'"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "poetry",
        options: &[],
        run: &["python -m invoices make order.toml && pdftotext /tmp/*.pdf - && python -m invoices list"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "rails",
        options: &[],
        run: &["bundle exec rails routes && bundle list"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "uv",
        options: &[],
        run: &["python -c 'from meter import main, readings; \
                print(readings.summary(readings.parse(\"2024-05-01T00:00,100\\n2024-05-03T00:00,130\\n\")))'"],
        gains: Gains::Rebuild,
    },
    Example {
        name: "yarn",
        options: &[],
        run: &["node -e 'require(\"./lib/app\"); console.log(require(\"koa/package.json\").version)'"],
        gains: Gains::Rebuild,
    },
];

/// The examples that nothing can be built from here: what they are rewritten to is in the snapshots.
const NOT_BUILT: &[(&str, &str)] = &[(
    "alpine",
    "no distribution but Debian is in the registries that the gate may use (so apk, dnf, yum, zypper, pacman)",
)];

/// The package managers that no example installs with, by their names in `dfopt_analysis::ecosystems`: specs alone test
/// what is made of their commands.
const NOT_INSTALLED_WITH: &[(&[&str], &str)] = &[
    (
        &["cargo", "go-sources", "mix-do", "pip-compile", "setup.py"],
        "none of these commands can run before the sources are there: nothing is rewritten",
    ),
    (&["conda", "conda env"], "conda's channels are not among the registries that the gate may use"),
    (&["mix", "mix-tools"], "nor is Hex"),
    (&["dotnet-tools"], "nor is NuGet: a package made from Debian's stands in for it, and none is a tool"),
    (&["gradle"], "nor are Gradle's plugins; Debian has a Gradle of 2017"),
    (&["pip-sync", "uv pip"], "they read the files that pip reads, and pip is built"),
];

/// The options of `dfopt verify` for the builder; none where there is none to use.
fn builder() -> Option<Vec<String>> {
    let Ok(options) = std::env::var("DFOPT_BUILDS") else {
        eprintln!("SKIPPED: no images are built (.ci/builds starts a builder, and runs this)");
        return None;
    };
    Some(options.split_whitespace().map(str::to_owned).collect())
}

/// Whether this is to measure, one build at a time.
fn measures() -> bool {
    std::env::var_os("DFOPT_MEASURE").is_some_and(|value| value == "1")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `dfopt verify` reports of a folder.
///
/// # Errors
/// What it says where it comes to no verdict.
fn verify(folder: &Path, level: Effect, options: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfopt"));
    // What is written down of the project's own folders holds in any place.
    let folder = folder.strip_prefix(root()).unwrap_or(folder);
    // Digests of earlier runs are those of a registry that is gone.
    let digests = tempfile::tempdir().unwrap();
    command.current_dir(root()).env("DFOPT_CACHE_DIR", digests.path());
    command.args(["verify", "--isolated", "--format=json", "--level", level.as_str()]).arg(folder);
    command.args(builder().into_iter().flatten()).args(options).stdin(Stdio::null());
    let ended = command.output().unwrap();
    serde_json::from_slice(&ended.stdout).map_err(|_| String::from_utf8_lossy(&ended.stderr).into_owned())
}

/// # Errors
/// Each path that breaks the contract, or that nothing was built.
fn contract(report: &Value) -> Result<(), String> {
    if report["rewritten"] != true {
        return Err("nothing is rewritten, and so nothing was built".to_owned());
    }
    // A command that fails in both says nothing.
    let runs = report["runs"].as_array().into_iter().flatten();
    if let Some(run) = runs.into_iter().find(|run| run["before"] != 0) {
        return Err(format!("{} fails before: {}", run["command"], run["before"]));
    }
    if report["holds"] == true {
        return Ok(());
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let broken = report["broken"].as_array().into_iter().flatten();
    let lines = broken.map(|breach| format!("{}: {}", text(&breach["where"]), text(&breach["what"])));
    Err(lines.take(20).collect::<Vec<_>>().join("\n"))
}

/// After by before.
fn ratio(report: &Value, field: &str) -> Option<f64> {
    Some(report["after"][field].as_f64()? / report["before"][field].as_f64()?)
}

impl Example {
    fn folder(&self) -> PathBuf {
        root().join("examples").join(self.name)
    }

    /// Verifies it at a level; slim is the one that is measured.
    fn verify(&self, level: Effect) -> Result<Value, String> {
        let is_measured = measures() && level == Effect::Slim;
        let how: &[&str] = if is_measured { &[] } else { &["--cached", "--quick"] };
        let commands = self.run.iter().flat_map(|command| ["--run", command]);
        let options: Vec<&str> =
            self.options.iter().copied().chain(commands).chain(how.iter().copied()).collect();
        let folder = self.folder();
        let mut report = verify(&folder, level, &options)?;
        if contract(&report).is_err() {
            eprintln!("{}, {}: once more, with the noise of two builds", self.name, level.as_str());
            report = verify(&folder, level, &[&options[..], &["--noise"]].concat())?;
        }
        contract(&report)?;
        self.check_size(level, &report)?;
        Ok(report)
    }

    fn check_size(&self, level: Effect, report: &Value) -> Result<(), String> {
        let size = ratio(report, "size").ok_or("no sizes")?;
        if self.gains == Gains::Size && level == Effect::Slim && size > 0.7 {
            return Err(format!("{size:.2} of the size is left"));
        }
        Ok(())
    }
}

#[test]
fn contracts_hold() {
    if builder().is_none() {
        return;
    }
    let todo = Mutex::new(EXAMPLES.iter());
    let results = Mutex::new(Results::default());
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let Some(example) = todo.lock().unwrap().next() else { return };
            // All levels by one thread: what does not differ between them is in the cache then.
            for level in Effect::ALL {
                match example.verify(level) {
                    Ok(report) => {
                        eprintln!("{}, {}: {}", example.name, level.as_str(), results::line(&report));
                        results.lock().unwrap().add(example.name, level, report);
                    }
                    Err(reason) => {
                        eprintln!("{}, {}: FAILED\n{reason}", example.name, level.as_str());
                        failures.lock().unwrap().push((example.name, level.as_str()));
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = if measures() { 1 } else { 2 };
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:?}");
    if measures() {
        results.into_inner().unwrap().write();
    }
}

#[test]
fn every_example_is_built_or_says_why_not() {
    let entries = fs::read_dir(root().join("examples")).unwrap();
    let names: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let listed = EXAMPLES.iter().map(|example| example.name).chain(NOT_BUILT.iter().map(|(name, _)| *name));
    assert_eq!(names, listed.map(str::to_owned).collect());
    assert!(EXAMPLES.len() >= 12, "{}", EXAMPLES.len());
}

#[test]
fn every_package_manager_is_built_or_says_why_not() {
    let mut built = BTreeSet::new();
    for example in EXAMPLES {
        let source = fs::read(example.folder().join("Dockerfile")).unwrap();
        let dockerfile = Dockerfile::parse(&source).unwrap();
        let build = Build::new(&dockerfile);
        let codes = (0..dockerfile.instructions().len()).filter_map(|index| build.shell_code(index));
        let installations = codes.flat_map(|code| code.invocations());
        built.extend(installations.filter_map(|call| Ecosystem::of(&call, &[])).map(|row| &*row.name));
    }
    let reasons = NOT_INSTALLED_WITH.iter().flat_map(|(names, _)| *names);
    let mut listed: Vec<&str> = built.into_iter().chain(reasons.copied()).collect();
    listed.sort_unstable();
    let mut known: Vec<&str> = ecosystems::ALL.iter().map(|row| &*row.name).collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn every_transform_is_built_somewhere() {
    let applied = |example: &Example| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dfopt"));
        command.args(["--isolated", "--offline", "--diff", "--remarks=applied"]).arg(example.folder());
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    let remarks: String = EXAMPLES.iter().map(applied).collect();
    let is_missing = |id: &&str| !remarks.contains(&format!("applied[{id}]"));
    let missing: Vec<&str> = dfopt_transforms::ALL.iter().map(|t| t.id).filter(is_missing).collect();
    // A digest needs a registry: see `pinned`.
    assert_eq!(missing, ["pin-digest"]);
}
