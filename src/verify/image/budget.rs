//! How much of an archive is read: an archive may be made to be too much.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};

/// The most files in all layers of an image, gone ones too. Large real images have 300,000.
const MOST_ENTRIES: u64 = 2_000_000;

/// The most bytes that are kept of an image: its JSON documents, the lists of its packages, extended attributes.
const MOST_KEPT: u64 = 64 << 20;

/// The most bytes of the names of all files, and of where links lead. Large real images have 30 million.
const MOST_NAMES: u64 = 512 << 20;

/// What may still be read of an image.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: AtomicU64,
    entries: AtomicU64,
    kept: AtomicU64,
    names: AtomicU64,
    /// What `bytes` was in the beginning.
    limit: u64,
}

impl Budget {
    /// For an image of so many bytes, counted where they are read: compressed ones, and once more unpacked.
    pub(crate) fn new(limit: u64) -> Self {
        let (entries, kept, names) = (MOST_ENTRIES.into(), MOST_KEPT.into(), MOST_NAMES.into());
        Self { bytes: limit.into(), entries, kept, names, limit }
    }

    pub(super) fn read(&self, bytes: u64) -> Result<()> {
        ensure!(
            take(&self.bytes, bytes),
            "the image has more than {} MB; raise --max-size to read it",
            self.limit / 1_000_000
        );
        Ok(())
    }

    /// Counts a file whose name and target have so many bytes.
    pub(super) fn entry(&self, bytes: usize) -> Result<()> {
        ensure!(take(&self.entries, 1), "the image has more than {MOST_ENTRIES} files");
        ensure!(take(&self.names, bytes as u64), "the names of the image's files are too long, all in all");
        Ok(())
    }

    /// Whether so many bytes may be kept.
    pub(super) fn may_keep(&self, bytes: u64) -> bool {
        take(&self.kept, bytes)
    }
}

fn take(left: &AtomicU64, wanted: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(wanted)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_all_in_all() {
        let budget = Budget::new(u64::MAX);
        let taken = (0..MOST_ENTRIES).take_while(|_| budget.entry(4096).is_ok()).count() as u64;
        assert_eq!(taken, MOST_NAMES / 4096);
    }
}
