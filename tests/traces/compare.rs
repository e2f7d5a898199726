//! Whether two lists of RUNs do the same, whatever fails.

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::jail::{Call, Jails, Sh, Trace};
use super::steps::{Scene, Step};

/// What may differ between the traces of before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Nothing,
    /// What `package-caches` and `apt-no-recommends` say that they add and take away.
    Declared,
}

/// How far to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// How many calls fail at once, at most.
    pub(super) failures: usize,
    /// How many calls all runs of the one make together, about. Where that is not enough for each failure,
    /// some are left out.
    pub(super) calls: usize,
}

/// Runs both with no failure, with each call failing, then with more than one; the number of runs that were
/// compared, or the first difference.
pub(super) fn compare(
    jails: &Jails,
    sh: Sh,
    before: &[Step],
    after: &[Step],
    allowed: Allowed,
    effort: Effort,
) -> Result<usize, String> {
    let scene = Scene::of(before.iter().chain(after));
    // Numbers of the calls that fail, before and after.
    let mut next: VecDeque<Vec<(usize, usize)>> = VecDeque::from([Vec::new()]);
    let (mut runs, mut calls) = (0, 0);
    while let Some(failing) = next.pop_front().filter(|_| calls < effort.calls) {
        let run = |steps: &[Step], number: fn(&(usize, usize)) -> usize| {
            let failures: Vec<(usize, u8)> = failing.iter().map(number).zip(11..).collect();
            jails.run(steps, &scene, sh, &failures)
        };
        let (a, b) = (run(before, |(before, _)| *before), run(after, |(_, after)| *after));
        runs += 1;
        calls += a.calls.len() + 1;
        let pairs = same(&a, &b, allowed)
            .map_err(|what| format!("{what}, in {sh:?} with {failing:?} failing\n{}", show(&a, &b)))?;
        if failing.len() == effort.failures {
            continue;
        }
        let last = failing.last().copied().unwrap_or_default();
        let mut later: Vec<_> = pairs.into_iter().filter(|pair| pair.0 > last.0).collect();
        // Here and there, not only at the start.
        later.sort_by_key(|pair| pair.0.wrapping_mul(0x9E37) % 0x1FFF);
        next.extend(later.into_iter().map(|pair| failing.iter().copied().chain([pair]).collect()));
    }
    Ok(runs)
}

/// The numbers of the calls that correspond to each other, where all of both traces does.
fn same(before: &Trace, after: &Trace, allowed: Allowed) -> Result<Vec<(usize, usize)>, &'static str> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (before.calls.get(i), after.calls.get(j)) {
            (Some(a), Some(b)) if same_call(a, b, allowed) => {
                pairs.push((i + 1, j + 1));
                (i, j) = (i + 1, j + 1);
            }
            (_, Some(b)) if allowed == Allowed::Declared && cleaner(b).is_some() => j += 1,
            (Some(a), _) if allowed == Allowed::Declared && updates_apk(a) => i += 1,
            (None, None) => break,
            _ => return Err("the calls differ"),
        }
    }
    if before.status != after.status {
        return Err("the exit status differs");
    }
    if before.files != after.files {
        return Err("the files differ");
    }
    if allowed == Allowed::Nothing && before.output != after.output {
        return Err("the output differs");
    }
    Ok(pairs)
}

fn same_call(before: &Call, after: &Call, allowed: Allowed) -> bool {
    before.surroundings == after.surroundings
        && (before.words == after.words
            || allowed == Allowed::Declared && same_but_for_options(&before.words, &after.words)
            || allowed == Allowed::Declared && cleaner(before).is_some() && cleaner(before) == cleaner(after))
}

const ADDED: &[&str] = &["--no-install-recommends", "-y", "--no-cache-dir", "--no-cache"];
const REPLACED: &[&str] = &["--update", "--update-cache", "-U"];

fn same_but_for_options(before: &[String], after: &[String]) -> bool {
    let has = |words: &[String], option: &str| words.iter().any(|word| word == option);
    let option = "--no-install-recommends";
    // What was recommended and is relied on is asked for by name.
    let names_packages = has(after, option) && !has(before, option);
    let is_package = |word: &str| !word.starts_with('-') && names_packages;
    let is_added = |word: &str| ADDED.contains(&word) || is_package(word);
    let kept = |words| <[String]>::iter(words).map(String::as_str).filter(|word| !REPLACED.contains(word));
    let mut after = kept(after);
    let found = kept(before).all(|word| after.find(|next| *next == word || !is_added(next)) == Some(word));
    found && after.all(is_added)
}

/// What a clean-up removes, and the programs that clean up after themselves.
const REMOVED: &[&str] =
    &["/var/lib/apt/lists/*", "/var/cache/pacman/pkg/*", "/usr/local/bundle/cache/*.gem"];
const CLEANERS: &[&str] = &[
    "composer",
    "composer.phar",
    "conda",
    "dnf",
    "dnf5",
    "go",
    "mamba",
    "microdnf",
    "micromamba",
    "npm",
    "php",
    "tdnf",
    "yarn",
    "yum",
    "zypper",
];

/// The program that a clean-up calls.
fn cleaner(call: &Call) -> Option<&str> {
    let words: Vec<&str> = call.words.iter().map(String::as_str).filter(|word| *word != "sudo").collect();
    match words.as_slice() {
        ["rm", "-f" | "-rf", path] if REMOVED.contains(path) => Some("rm"),
        [program, arguments @ ..] if CLEANERS.contains(program) => {
            arguments.iter().any(|word| ["clean", "clear-cache"].contains(word)).then_some(program)
        }
        _ => None,
    }
}

fn updates_apk(call: &Call) -> bool {
    let words: Vec<&str> =
        call.words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    words == ["apk", "update"]
}

/// The traces, without the calls before the difference and with what surrounds only the first two.
fn show(before: &Trace, after: &Trace) -> String {
    let same = before.calls.iter().zip(&after.calls).take_while(|(a, b)| a == b).count();
    let mut text = format!("    {same} calls\n");
    for (name, trace) in [("before", before), ("after", after)] {
        writeln!(text, "{name}: {}", trace.status).unwrap();
        for (n, call) in trace.calls.iter().enumerate().skip(same) {
            writeln!(text, "    {:?}", call.words).unwrap();
            if n < same + 2 {
                writeln!(text, "        in {:?}", call.surroundings).unwrap();
            }
        }
        writeln!(text, "    {:?}", trace.output).unwrap();
        for (path, (mode, content)) in &trace.files {
            writeln!(text, "    {path} {mode:o} {content:?}").unwrap();
        }
    }
    text
}
