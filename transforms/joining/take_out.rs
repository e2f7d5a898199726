//! Takes commands out of a chain.

use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::{Edit, Span};

/// The edits that take a command and the operator behind it out of a chain; comments between it and the next
/// command stay, with the line breaks around them.
pub(crate) fn take_out(
    build: &Build<'_>,
    code: &ShellCode<'_>,
    command: Span,
    operator: Span,
    next: Span,
) -> Vec<Edit> {
    let gap = Span { start: code.source_span(command).start, end: code.source_span(next).start };
    if !has_comment(build, gap) {
        return vec![Edit::delete(gap)];
    }
    let with_blanks = |span: Span| {
        let span = code.source_span(span);
        let blanks = build.source()[span.end as usize..].iter().take_while(|&&b| b == b' ').count() as u32;
        Edit::delete(Span { start: span.start, end: span.end + blanks })
    };
    vec![with_blanks(command), with_blanks(operator)]
}

/// True where a line of `span` is a comment.
pub(crate) fn has_comment(build: &Build<'_>, span: Span) -> bool {
    span.of(build.source()).split(|&b| b == b'\n').any(|line| line.trim_ascii_start().starts_with(b"#"))
}
