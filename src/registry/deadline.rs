//! One limit for everything that a question takes.

use std::time::{Duration, Instant};

/// When the answer must be there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond what the clock can count is as good as none: a day.
        Self(now.checked_add(limit).unwrap_or(now + Duration::from_secs(86_400)))
    }

    /// Zero where it has passed.
    pub(super) fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    pub(super) fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }
}
