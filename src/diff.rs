//! Unified diffs, byte for byte as GNU `diff -u` prints them: `patch -p0` and `git apply -p0` accept them.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use crate::messages::plain;
use crate::terminal::Look;

/// The unchanged lines around a change.
const CONTEXT: usize = 3;

const HEADER: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Writes the difference between `old` and `new`, the texts of the file `path`; nothing where they are equal.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(out: &mut dyn Write, look: Look, path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let (old, new) = (lines(old), lines(new));
    let hunks = group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT);
    if hunks.iter().flatten().all(|op| op.tag() == DiffTag::Equal) {
        return Ok(());
    }
    let mut printer = Printer { out, look };
    let name = file_name(path);
    printer.line(HEADER, "--- ", &name)?;
    printer.line(HEADER, "+++ ", &name)?;
    for hunk in &hunks {
        printer.hunk(hunk, &old, &new)?;
    }
    Ok(())
}

/// Only a line feed ends a line, as for `patch`: a lone carriage return does not.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}

/// The name as a patch header holds it: what `patch` would misread is quoted as git does, and a tab
/// marks the end of a name with blanks, as GNU diff does.
fn file_name(path: &Path) -> Vec<u8> {
    let name = plain(path).as_os_str().as_encoded_bytes();
    let mut header = Vec::with_capacity(name.len() + 2);
    if name.iter().any(|&b| b.is_ascii_control() || matches!(b, b'"' | b'\\')) {
        header.push(b'"');
        for &byte in name {
            match byte {
                b'"' | b'\\' => header.extend([b'\\', byte]),
                _ if byte.is_ascii_control() => header.extend(format!("\\{byte:03o}").bytes()),
                _ => header.push(byte),
            }
        }
        header.push(b'"');
    } else {
        header.extend(name);
        header.extend(name.contains(&b' ').then_some(b'\t'));
    }
    header.push(b'\n');
    header
}

struct Printer<'a> {
    out: &'a mut dyn Write,
    look: Look,
}

impl Printer<'_> {
    fn hunk(&mut self, ops: &[DiffOp], old: &[&[u8]], new: &[&[u8]]) -> io::Result<()> {
        let (Some(first), Some(last)) = (ops.first(), ops.last()) else { return Ok(()) };
        let header = format!(
            "@@ -{} +{} @@\n",
            extent(first.old_range().start..last.old_range().end),
            extent(first.new_range().start..last.new_range().end)
        );
        self.line(HUNK, "", header.as_bytes())?;
        for op in ops {
            if op.tag() == DiffTag::Equal {
                self.lines(Style::new(), " ", &old[op.old_range()])?;
            } else {
                self.lines(REMOVED, "-", &old[op.old_range()])?;
                self.lines(ADDED, "+", &new[op.new_range()])?;
            }
        }
        Ok(())
    }

    fn lines(&mut self, style: Style, sign: &str, lines: &[&[u8]]) -> io::Result<()> {
        for line in lines {
            self.line(style, sign, line)?;
            if !line.ends_with(b"\n") {
                self.out.write_all(b"\n\\ No newline at end of file\n")?;
            }
        }
        Ok(())
    }

    /// Writes a line with the line feed it has, or none.
    fn line(&mut self, style: Style, sign: &str, text: &[u8]) -> io::Result<()> {
        let (text, end) = match text.strip_suffix(b"\n") {
            Some(text) => (text, "\n"),
            None => (text, ""),
        };
        let colored = self.look.color && style != Style::new();
        if colored {
            write!(self.out, "{style}")?;
        }
        self.out.write_all(sign.as_bytes())?;
        self.out.write_all(&self.look.content(text))?;
        if colored {
            write!(self.out, "{style:#}")?;
        }
        self.out.write_all(end.as_bytes())
    }
}

/// `start,count` of a range of lines; a count of 1 is not written, and an empty range names the line before it.
fn extent(range: Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}
