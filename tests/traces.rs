//! The meaning is kept: what RUNs do before and after is the same, in real shells, whatever fails.
//!
//! Programs are stubs that note how they are called (see [`jail`]), so a trace is the list of all calls with
//! their arguments, folder and environment, the exit status, the output and the files that were written.
//! Each call in turn fails, and then pairs of them, as `a || b` looks the same until `a` does.

mod compare;
mod generate;
mod jail;
mod steps;
mod wrong;

use std::sync::atomic::{AtomicUsize, Ordering};

use dfopt_transforms::{Effect, Facts, Merge, Options, Settings, Transform, optimize};
use proptest::prelude::TestCaseError;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::*;

use crate::corpus;
use compare::{Allowed, Effort, compare};
use generate::{Case, Palette, START, case};
use jail::{Jails, Sh, jails};
use steps::{Step, stages};

/// The transforms that join RUNs and add nothing.
const JOINING: &[&str] = &["apt-update-install", "merge-runs"];

/// Those that keep the order of RUNs, and declare what they add. What moves RUNs is another test's part:
/// see `properties/builds.rs`.
const ADDING: &[&str] = &["apt-update-install", "merge-runs", "apt-no-recommends", "package-caches"];

fn options(transforms: &[&str], merge: Merge) -> Options {
    let transforms = transforms.iter().map(|id| Transform::by_id(id).unwrap()).collect();
    Options { level: Effect::Harden, transforms, settings: Settings { merge, ..Settings::default() } }
}

/// How many of the real files that change are looked at, and how many are compared at least; what the
/// others do is a matter of luck. `DFOPT_CASES` asks for another number.
const JOINED_FILES: (usize, usize) = (330, 300);
const OTHER_FILES: (usize, usize) = (120, 100);

#[test]
fn real_runs_that_are_joined_do_the_same() {
    let options = options(JOINING, Merge::All);
    compare_real_files(&options, Allowed::Nothing, JOINED_FILES);
}

#[test]
fn real_runs_do_the_same_but_for_what_is_declared() {
    let options = options(ADDING, Merge::Related);
    compare_real_files(&options, Allowed::Declared, OTHER_FILES);
}

/// Compares real files before and after, with each call failing in turn.
fn compare_real_files(options: &Options, allowed: Allowed, (number, fewest): (usize, usize)) {
    let Some(jails) = jails().filter(|jails| jails.are_closed()) else { return };
    let Some(files) = corpus::dockerfiles() else { return };
    let changed: Vec<(&String, &Vec<u8>, Vec<u8>)> = files
        .par_iter()
        .filter_map(|(name, source)| {
            let outcome = optimize(source, options, Facts::default()).ok()?;
            (outcome.text != *source).then_some((name, source, outcome.text))
        })
        .collect();
    let number = wanted().unwrap_or(number).min(changed.len());
    let sample = (0..number).into_par_iter().map(|i| &changed[i * changed.len() / number]);
    let (compared, runs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // Each call fails in most of them; in all where somebody asks.
    let effort = Effort { failures: 1, calls: if wanted().is_some() { 5000 } else { 40 } };
    let problems: Vec<String> = sample
        .filter_map(|(name, before, after)| {
            match compare_files(jails, Sh::Dash, before, after, allowed, effort) {
                Ok(0) => None,
                Ok(count) => {
                    compared.fetch_add(1, Ordering::Relaxed);
                    runs.fetch_add(count, Ordering::Relaxed);
                    None
                }
                Err(difference) => Some(format!("{name}: {difference}")),
            }
        })
        .collect();
    let (all, compared) = (changed.len(), compared.into_inner());
    let transforms: Vec<&str> = options.transforms.iter().map(|transform| transform.id).collect();
    eprintln!("{transforms:?}: compared {compared} of {all} files, {} runs", runs.into_inner());
    let first = &problems[..problems.len().min(5)];
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), first.join("\n"));
    assert!(compared >= fewest.min(number), "{compared} files are too few");
}

/// Compares the stages that differ; how often they ran.
fn compare_files(
    jails: &Jails,
    sh: Sh,
    before: &[u8],
    after: &[u8],
    allowed: Allowed,
    effort: Effort,
) -> Result<usize, String> {
    let (before, after) = (stages(before), stages(after));
    if before.len() != after.len() {
        return Err("the stages differ".to_owned());
    }
    let mut runs = 0;
    for (before, after) in before.iter().zip(&after) {
        let (before, after) = differing(before, after);
        if before == after || !before.iter().all(Step::is_orderly) {
            continue;
        }
        let sh = if before.iter().any(Step::needs_bash) { Sh::Bash } else { sh };
        runs += compare(jails, sh, before, after, allowed, effort)?;
    }
    Ok(runs)
}

/// Both without the RUNs at the start that are the same, and those at the end.
fn differing<'s>(before: &'s [Step], after: &'s [Step]) -> (&'s [Step], &'s [Step]) {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[start..], &after[start..]);
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    (&before[..before.len() - end], &after[..after.len() - end])
}

/// Random RUNs, always the same; `DFOPT_CASES=100000` looks at so many others.
#[test]
fn random_runs_that_are_joined_do_the_same() {
    let cases = wanted().unwrap_or(80);
    for (palette, merge) in [(Palette::Any, Merge::All), (Palette::Packages, Merge::Related)] {
        let Some(jails) = jails() else { return };
        let joined = AtomicUsize::new(0);
        in_parallel(cases, palette, |case| {
            for (transforms, allowed) in [(JOINING, Allowed::Nothing), (ADDING, Allowed::Declared)] {
                let source = case.dockerfile.as_bytes();
                let Ok(outcome) = optimize(source, &options(transforms, merge), Facts::default()) else {
                    continue;
                };
                if outcome.text != source {
                    joined.fetch_add(1, Ordering::Relaxed);
                    check(jails, case, &outcome.text, allowed)?;
                }
            }
            Ok(())
        });
        let percent = joined.into_inner() * 100 / cases;
        eprintln!("{palette:?}: {percent} of 100 random files are rewritten");
        assert!(percent >= 10, "{palette:?}: there is too little to do");
    }
}

/// The comparison would be worth nothing if it overlooked what joining without care breaks, or if it saw
/// differences where each RUN still has a shell of its own.
#[test]
fn random_runs_that_are_joined_without_care_do_not() {
    // Elsewhere `/bin/sh` is another shell.
    let Some(jails) = jails().filter(|jails| jails.are_closed()) else { return };
    let (careless, different) = (AtomicUsize::new(0), AtomicUsize::new(0));
    in_parallel(40, Palette::Any, |case| {
        let is_split = ["ENV Y", "WORKDIR d"].iter().any(|text| case.dockerfile.contains(text));
        if is_split || case.bodies.iter().any(|body| body.contains('\n')) {
            return Ok(());
        }
        let join =
            |bodies: &[String]| format!("{START}{}RUN {}\n", case.shell, bodies.join(" && ")).into_bytes();
        careless.fetch_add(1, Ordering::Relaxed);
        if check(jails, case, &join(&case.bodies), Allowed::Nothing).is_err() {
            different.fetch_add(1, Ordering::Relaxed);
        }
        let words = case.shell.trim().trim_start_matches("SHELL ");
        let shell = match words {
            "" => "/bin/sh -c".to_owned(),
            words => serde_json::from_str::<Vec<String>>(words).unwrap().join(" "),
        };
        let apart = |body: &String| format!("{shell} '{}'", body.replace('\'', "'\\''"));
        check(jails, case, &join(&Vec::from_iter(case.bodies.iter().map(apart))), Allowed::Nothing)
    });
    let (careless, different) = (careless.into_inner(), different.into_inner());
    eprintln!("{different} of {careless} random files differ when their RUNs are joined without care");
    assert!(different * 3 > careless);
}

/// Compares a case with what became of it, in the shells that it may meet.
fn check(jails: &Jails, case: &Case, after: &[u8], allowed: Allowed) -> Result<(), TestCaseError> {
    let effort = Effort { failures: 2, calls: 60 };
    let shells: &[Sh] = if case.shell.contains("bash") { &[Sh::Dash] } else { &[Sh::Dash, Sh::Bash] };
    for &sh in shells {
        compare_files(jails, sh, case.dockerfile.as_bytes(), after, allowed, effort).map_err(
            |difference| {
                let after = String::from_utf8_lossy(after);
                TestCaseError::fail(format!("{difference}\n{}\nbecame\n{after}", case.dockerfile))
            },
        )?;
    }
    Ok(())
}

/// Looks at random cases on all threads.
fn in_parallel(cases: usize, palette: Palette, look: impl Fn(&Case) -> Result<(), TestCaseError> + Sync) {
    const PARTS: usize = 8;
    (0..PARTS).into_par_iter().for_each(|part| {
        let cases = u32::try_from(cases.div_ceil(PARTS)).unwrap();
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
        let mut runner = match wanted() {
            Some(_) => TestRunner::new(config),
            None => {
                let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[part as u8; 32]);
                TestRunner::new_with_rng(config, rng)
            }
        };
        if let Err(error) = runner.run(&case(palette), |case| look(&case)) {
            panic!("{error}");
        }
    });
}

fn wanted() -> Option<usize> {
    std::env::var("DFOPT_CASES").ok().and_then(|cases| cases.parse().ok())
}
