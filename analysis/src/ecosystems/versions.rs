//! Versions, as several tools compare them.

use std::cmp::Ordering;

/// How `a` compares to `b` by semantic versioning, without their build metadata (semver.org, 11). A leading
/// `v` is Go's.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    compare_numbers(a.0, b.0).then_with(|| match (a.1, b.1) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => compare_lists(a, b),
    })
}

/// Whether `version` is one that `requirement` asks for: `~> 1.2`, `>= 1.0, < 2`, `== 1.0 or ~> 2.1`. None
/// where one of the two is none of these.
pub(super) fn satisfies(version: &str, requirement: &str) -> Option<bool> {
    let mut any = false;
    for alternative in requirement.split(" or ") {
        let mut all = true;
        for condition in alternative.split(" and ").flat_map(|part| part.split(',')) {
            all &= satisfies_one(version, condition.trim())?;
        }
        any |= all;
    }
    Some(any)
}

fn satisfies_one(version: &str, condition: &str) -> Option<bool> {
    let operators = ["~>", ">=", "<=", "==", "!=", "=", ">", "<"];
    let operator = operators.into_iter().find(|operator| condition.starts_with(operator));
    let wanted = condition[operator.map_or(0, str::len)..].trim();
    if !is_version(version) || !is_version(wanted) {
        return None;
    }
    let order = compare(version, wanted);
    Some(match operator {
        Some(">=") => order.is_ge(),
        Some("<=") => order.is_le(),
        Some(">") => order.is_gt(),
        Some("<") => order.is_lt(),
        Some("!=") => order.is_ne(),
        // All but the last number stay as they are, and the version is no older.
        Some("~>") => {
            let numbers = parts(wanted).0.split('.').count();
            let kept = |text: &str| -> Vec<u64> {
                let mut numbers_of: Vec<u64> =
                    parts(text).0.split('.').map(|number| number.parse().unwrap_or(0)).collect();
                numbers_of.resize(numbers.saturating_sub(1).max(1), 0);
                numbers_of
            };
            order.is_ge() && kept(version) == kept(wanted)
        }
        _ => order.is_eq(),
    })
}

/// `1.2.3` or `1.2.3-rc.1`: what both Ruby's and Elixir's tools agree upon.
fn is_version(text: &str) -> bool {
    let (numbers, pre) = parts(text);
    let is_number =
        |part: &str| !part.is_empty() && part.len() < 16 && part.bytes().all(|b| b.is_ascii_digit());
    text.len() < 100 && numbers.split('.').all(is_number) && pre.is_none_or(|pre| !pre.is_empty())
}

fn parts(version: &str) -> (&str, Option<&str>) {
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version.split('+').next().unwrap_or_default();
    match version.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (version, None),
    }
}

/// Missing numbers are zero: `1.2` is `1.2.0`.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => compare_identifiers(a.unwrap_or("0"), b.unwrap_or("0")),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Of two lists that start alike the longer one is newer.
fn compare_lists(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => compare_identifiers(a, b),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Numbers by their value and before words.
fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match (is_number(a), is_number(b)) {
        (true, true) => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered() {
        for (older, newer) in [
            ("v1.2.3", "v1.10.0"),
            ("v1.0.0-rc.1", "v1.0.0"),
            ("v0.0.0-20190101000000-abcdef", "v0.0.0-20200101000000-000000"),
            ("1.0.0-rc.2", "1.0.0-rc.10"),
            ("1.0.0-rc", "1.0.0-rc.1"),
            ("1.0.0-1", "1.0.0-a"),
        ] {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(compare(newer, older), Ordering::Greater, "{older} {newer}");
        }
        assert_eq!(compare("v2.0.0+incompatible", "v2.0.0"), Ordering::Equal);
        assert_eq!(compare("1.2", "1.2.0"), Ordering::Equal);
    }

    #[test]
    fn requirements_are_checked() {
        for (version, requirement, expected) in [
            ("3.2.2", "~> 3.2", Some(true)),
            ("4.0.0", "~> 3.2", Some(false)),
            ("3.3.0", "~> 3.2.0", Some(false)),
            ("3.2.9", "~> 3.2.0", Some(true)),
            ("3.1.0", "~> 3", Some(true)),
            ("3.2.2", ">= 3.0, < 4", Some(true)),
            ("2.1.0", "~> 1.0 or ~> 2.0", Some(true)),
            ("2.1.0", ">= 1.0.0 and < 2.0.0", Some(false)),
            ("3.2.2", "3.2.2", Some(true)),
            ("3.2.2", "== 3.2.1", Some(false)),
            ("3.2.2", "latest", None),
            ("", "1", None),
        ] {
            assert_eq!(satisfies(version, requirement), expected, "{version} {requirement}");
        }
    }
}
