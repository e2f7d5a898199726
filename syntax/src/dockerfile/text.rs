//! Text that BuildKit puts together from pieces of the file, and the way back.

use std::borrow::Cow;

use crate::Span;

/// Logical text with its map to the source.
///
/// One piece is borrowed as it is; several (an instruction over continuation lines, a heredoc) are
/// joined. An offset in the text maps to the byte of the file it came from.
#[derive(Clone, Debug, Default)]
pub struct Text<'s> {
    bytes: Cow<'s, [u8]>,
    /// Where the first piece starts in the source.
    base: u32,
    /// The further pieces: text offset and source offset of each, ascending.
    seams: Vec<(u32, u32)>,
}

impl<'s> Text<'s> {
    /// The text of a single piece of the source.
    pub(super) fn piece(source: &'s [u8], span: Span) -> Self {
        Self { bytes: Cow::Borrowed(span.of(source)), base: span.start, seams: Vec::new() }
    }

    /// Appends a piece of the source.
    pub(super) fn push(&mut self, source: &'s [u8], span: Span) {
        if self.bytes.is_empty() {
            *self = Self::piece(source, span);
            return;
        }
        if span.is_empty() {
            return;
        }
        self.seams.push((self.bytes.len() as u32, span.start));
        self.bytes.to_mut().extend_from_slice(span.of(source));
    }

    /// The bytes of the text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The source offset of the byte at `offset`.
    pub fn source_start(&self, offset: u32) -> u32 {
        let seam = self.seams.partition_point(|&(text, _)| text <= offset);
        self.translate(seam, offset)
    }

    /// The source offset just after the byte before `offset`: where a span that ends there ends.
    pub fn source_end(&self, offset: u32) -> u32 {
        let seam = self.seams.partition_point(|&(text, _)| text < offset);
        self.translate(seam, offset)
    }

    /// The span of the source that `span` of the text stands on; it may take in continuation
    /// characters, line ends and comments between its pieces.
    pub fn source_span(&self, span: Span) -> Span {
        let start = self.source_start(span.start);
        if span.is_empty() {
            return Span { start, end: start };
        }
        Span { start, end: self.source_end(span.end) }
    }

    /// The part `span` of the text as a text of its own.
    pub(super) fn slice(&self, span: Span) -> Text<'s> {
        let bytes = match &self.bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[span.range()]),
            Cow::Owned(bytes) => Cow::Owned(bytes[span.range()].to_vec()),
        };
        let seams = self.seams.iter().filter(|&&(text, _)| span.start < text && text < span.end);
        Text {
            bytes,
            base: self.source_start(span.start),
            seams: seams.map(|&(text, source)| (text - span.start, source)).collect(),
        }
    }

    fn translate(&self, seams_before: usize, offset: u32) -> u32 {
        match seams_before.checked_sub(1) {
            None => self.base + offset,
            Some(i) => {
                let (text, source) = self.seams[i];
                source + (offset - text)
            }
        }
    }
}
