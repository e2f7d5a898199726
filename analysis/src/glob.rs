//! Patterns in the sources of COPY and ADD: Go's `filepath.Match`, for one name.

/// True where the path holds a character that makes it a pattern, or that quotes one.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

/// Whether `pattern` matches the whole of `name`. A pattern that Go refuses matches nothing.
///
/// Iterative: a star that is met is remembered, and only the last one is tried again, so the cost is at most
/// the product of both lengths.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
            continue;
        }
        if n == name.len() && p == pattern.len() {
            return true;
        }
        if n < name.len()
            && p < pattern.len()
            && let Some(next) = one(&pattern, p, name[n])
        {
            (p, n) = (next, n + 1);
            continue;
        }
        match star {
            Some((after, from)) if from < name.len() => {
                star = Some((after, from + 1));
                (p, n) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// Where the pattern goes on after its element at `p`, where that matches `c`.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match pattern[p] {
        '?' => Some(p + 1),
        '\\' => (pattern.get(p + 1) == Some(&c)).then_some(p + 2),
        '[' => class(pattern, p + 1, c),
        literal => (literal == c).then_some(p + 1),
    }
}

fn class(pattern: &[char], mut p: usize, c: char) -> Option<usize> {
    let negated = pattern.get(p) == Some(&'^');
    p += usize::from(negated);
    let mut found = false;
    let mut first = true;
    while pattern.get(p) != Some(&']') || first {
        let low = escaped(pattern, &mut p)?;
        let high = if pattern.get(p) == Some(&'-') {
            p += 1;
            escaped(pattern, &mut p)?
        } else {
            low
        };
        found |= low <= c && c <= high;
        first = false;
    }
    (found != negated).then_some(p + 1)
}

fn escaped(pattern: &[char], p: &mut usize) -> Option<char> {
    match pattern.get(*p)? {
        '-' | ']' => return None,
        '\\' => *p += 1,
        _ => {}
    }
    let c = *pattern.get(*p)?;
    *p += 1;
    Some(c)
}

#[cfg(test)]
mod tests {
    use super::matches;

    /// The cases of Go's own `path/filepath/match_test.go` that need no separator.
    #[test]
    fn patterns_match_as_in_go() {
        let yes = [
            ("abc", "abc"),
            ("*", "abc"),
            ("*c", "abc"),
            ("a*", "a"),
            ("a*b*c*d*e*", "axbxcxdxe"),
            ("a*b?c*x", "abxbbxdbxebxczzx"),
            ("ab[c]", "abc"),
            ("ab[b-d]", "abc"),
            ("ab[^e-g]", "abc"),
            ("a\\*b", "a*b"),
            ("a?b", "a☺b"),
            ("[a-ζ]*", "α"),
            ("[\\-x]", "-"),
            ("*x", "xxx"),
            ("package*.json", "package-lock.json"),
        ];
        let no = [
            ("a*", "ba"),
            ("ab[e-g]", "abc"),
            ("ab[^c]", "abc"),
            ("a\\*b", "ab"),
            ("a*b?c*x", "abxbbxdbxebxczzy"),
            ("*[a-ζ]", "A"),
            ("[]a]", "]"),
            ("[-]", "-"),
            ("[x-]", "x"),
            ("[a", "a"),
            ("", "a"),
        ];
        yes.iter().for_each(|(pattern, name)| assert!(matches(pattern, name), "{pattern} {name}"));
        no.iter().for_each(|(pattern, name)| assert!(!matches(pattern, name), "{pattern} {name}"));
    }
}
