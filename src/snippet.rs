//! The line of a file that a message is about, with a marker under the place.

use dfopt_syntax::{Span, position};

use crate::terminal::escaped;

/// The most characters of the line that are shown, and how many of them stand before the place.
const WIDTH: usize = 100;
const BEFORE: usize = 40;

/// Two lines: the line that holds `span`, behind its number, and the marker.
///
/// ```text
///   3 | FORM debian
///     | ^^^^
/// ```
pub fn snippet(source: &[u8], span: Span) -> String {
    let span = span.range();
    let line_start = source[..span.start].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let line_len = source[line_start..].iter().position(|&b| b == b'\n').unwrap_or(source.len() - line_start);
    let line = source[line_start..line_start + line_len].trim_ascii_end();
    let marked_end = span.end.clamp(span.start, (line_start + line.len()).max(span.start));
    let (before, rest) = line.split_at((span.start - line_start).min(line.len()));
    let (marked, after) = rest.split_at((marked_end - span.start).min(rest.len()));

    let before: Vec<char> = escaped(before, "\t").replace('\t', " ").chars().collect();
    let cut = before.len().saturating_sub(BEFORE);
    let ellipsis = if cut > 0 { "…" } else { "" };
    let before: String = before[cut..].iter().collect();
    let marked = escaped(marked, "").chars().take(WIDTH).collect::<String>();
    let shown: String =
        format!("{ellipsis}{before}{marked}{}", escaped(after, "")).chars().take(WIDTH).collect();

    let number = position(source, span.start).line.to_string();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(ellipsis.chars().count() + before.chars().count());
    let marker = "^".repeat(marked.chars().count().clamp(1, WIDTH));
    format!("  {number} | {shown}\n  {margin} | {indent}{marker}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_the_place() {
        let source = "FROM a\nRUN --mont=x y\n\tCOPY x\n";
        assert_eq!(snippet(source.as_bytes(), Span::new(11, 19)), "  2 | RUN --mont=x y\n    |     ^^^^^^^^");
        assert_eq!(snippet(source.as_bytes(), Span::new(23, 27)), "  3 |  COPY x\n    |  ^^^^");
        // Over several lines, at the end of a line, at the end of the file.
        assert_eq!(snippet(source.as_bytes(), Span::new(0, 19)), "  1 | FROM a\n    | ^^^^^^");
        assert_eq!(snippet(source.as_bytes(), Span::new(6, 6)), "  1 | FROM a\n    |       ^");
        assert_eq!(snippet(b"", Span::new(0, 0)), "  1 | \n    | ^");
        assert_eq!(snippet(b"\x1b[2J x", Span::new(5, 6)), "  1 | \\x1b[2J x\n    |         ^");
    }

    #[test]
    fn shows_the_part_of_a_long_line_that_matters() {
        let source = format!("RUN {}X{}\n", "a".repeat(5000), "b".repeat(5000));
        let snippet = snippet(source.as_bytes(), Span::new(5004, 5005));
        let lines: Vec<&str> = snippet.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH + 10));
        assert_eq!(lines[0].chars().position(|c| c == 'X'), lines[1].chars().position(|c| c == '^'));
    }
}
