//! Byte-range edits: the only way a file is changed.

use crate::Span;

/// Replaces the bytes of `span` by `text`; an empty span inserts, an empty text deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// Puts `text` in the place of `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Puts `text` before byte `offset`.
    pub fn insert(offset: u32, text: impl Into<String>) -> Self {
        Self::replace(Span { start: offset, end: offset }, text)
    }

    /// Takes the bytes of `span` out.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }
}

/// Edits of one text that do not touch each other, in order of their place.
#[derive(Clone, Debug, Default)]
pub struct Edits(Vec<Edit>);

/// Two edits want the same bytes, or insert at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap;

impl Edits {
    /// Adds all of `edits`, or none of them.
    ///
    /// # Errors
    /// [`Overlap`] where one of them touches another or one that is already there.
    pub fn add(&mut self, edits: &[Edit]) -> Result<(), Overlap> {
        for (added, edit) in edits.iter().enumerate() {
            if self.insert(edit.clone()).is_err() {
                for edit in &edits[..added] {
                    self.0.retain(|present| present != edit);
                }
                return Err(Overlap);
            }
        }
        Ok(())
    }

    fn insert(&mut self, edit: Edit) -> Result<(), Overlap> {
        let at = self.0.partition_point(|present| present.span < edit.span);
        let free_before = at == 0 || !collide(&self.0[at - 1], &edit);
        let free_after = self.0.get(at).is_none_or(|next| !collide(&edit, next));
        if !(free_before && free_after) {
            return Err(Overlap);
        }
        self.0.insert(at, edit);
        Ok(())
    }

    /// The edits, in order.
    pub fn as_slice(&self) -> &[Edit] {
        &self.0
    }

    /// True where there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `source` with the edits made; every other byte is kept.
    pub fn apply(&self, source: &[u8]) -> Vec<u8> {
        let mut result =
            Vec::with_capacity(source.len() + self.0.iter().map(|e| e.text.len()).sum::<usize>());
        let mut pos = 0;
        for edit in &self.0 {
            result.extend_from_slice(&source[pos..edit.span.start as usize]);
            result.extend_from_slice(edit.text.as_bytes());
            pos = edit.span.end as usize;
        }
        result.extend_from_slice(&source[pos..]);
        result
    }

    /// Where byte `offset` of the source stands after the edits. A byte that an edit replaces maps to
    /// the end of its replacement.
    pub fn after(&self, offset: u32) -> u32 {
        let mut shift = 0i64;
        for edit in self.0.iter().take_while(|edit| edit.span.start <= offset) {
            if offset < edit.span.end {
                return (i64::from(edit.span.start) + shift) as u32 + edit.text.len() as u32;
            }
            shift += edit.text.len() as i64 - edit.span.len() as i64;
        }
        (i64::from(offset) + shift) as u32
    }

    /// Where byte `offset` of the result came from. A byte that an edit put there comes from the start of
    /// what it replaced.
    pub fn before(&self, offset: u32) -> u32 {
        let mut shift = 0i64;
        for edit in &self.0 {
            let start = i64::from(edit.span.start) + shift;
            if i64::from(offset) < start {
                break;
            }
            if i64::from(offset) < start + edit.text.len() as i64 {
                return edit.span.start;
            }
            shift += edit.text.len() as i64 - edit.span.len() as i64;
        }
        (i64::from(offset) - shift) as u32
    }
}

/// True where `before` reaches into `after`, or both start at the same byte.
fn collide(before: &Edit, after: &Edit) -> bool {
    before.span.end > after.span.start || before.span.start == after.span.start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_order_and_offsets_map_both_ways() {
        let mut edits = Edits::default();
        edits.add(&[Edit::replace(Span::new(4, 7), "TWO!"), Edit::insert(0, "> ")]).unwrap();
        let result = edits.apply(b"one two three");
        assert_eq!(result, b"> one TWO! three");
        assert_eq!(edits.after(8), 11);
        assert_eq!(edits.before(11), 8);
        assert_eq!(edits.before(0), 0);
        assert_eq!(edits.before(7), 4);
    }

    #[test]
    fn edits_that_touch_are_refused_whole() {
        let mut edits = Edits::default();
        edits.add(&[Edit::delete(Span::new(2, 5))]).unwrap();
        assert_eq!(edits.add(&[Edit::insert(9, "x"), Edit::insert(4, "y")]), Err(Overlap));
        assert_eq!(edits.add(&[Edit::insert(2, "y")]), Err(Overlap));
        assert_eq!(edits.as_slice().len(), 1);
        edits.add(&[Edit::insert(5, "y")]).unwrap();
        assert_eq!(edits.apply(b"0123456"), b"01y56");
    }
}
