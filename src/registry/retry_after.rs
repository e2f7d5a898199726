//! `Retry-After`: how long a registry wants to be left alone.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc9110#name-retry-after>: seconds, or a date.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time from `now` on. `None` where the value is neither form.
pub(super) fn parse(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let then = UNIX_EPOCH.checked_add(Duration::from_secs(date(value)?))?;
    Some(then.duration_since(now).unwrap_or_default())
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that senders may use.
fn date(value: &str) -> Option<u64> {
    let mut words = value.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    if words.next() != Some("GMT") || words.next().is_some() {
        return None;
    }
    let (day, year) = (number(day, 31)?, number(year, 9999)?);
    let month = 1 + MONTHS.iter().position(|name| *name == month)? as u64;
    let mut parts = time.split(':');
    let (hour, minute, second) =
        (number(parts.next()?, 23)?, number(parts.next()?, 59)?, number(parts.next()?, 60)?);
    let is_sound = parts.next().is_none() && year >= 1970 && day >= 1;
    is_sound.then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn number(text: &str, most: u64) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= most)
}

/// Days from 1 January 1970, in the Gregorian calendar; the year begins in March, so that the leap day ends it.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let parsed = |value: &str| parse(value, now).map(|wait| wait.as_secs());
        assert_eq!(parsed("0"), Some(0));
        assert_eq!(parsed(" 120 "), Some(120));
        assert_eq!(parsed("99999999999999999999999"), Some(u64::from(u32::MAX)));
        assert_eq!(parsed("Sun, 06 Nov 1994 08:49:37 GMT"), Some(0));
        assert_eq!(parsed("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(parsed("Mon, 07 Nov 1994 08:49:37 GMT"), Some(86_400));
        assert_eq!(parsed("Thu, 29 Feb 1996 08:49:37 GMT"), Some(480 * 86_400));
        assert_eq!(parsed("Sat, 05 Nov 1994 08:49:37 GMT"), Some(0), "in the past");
        for wrong in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49 GMT",
            "\u{e9}, ",
        ] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
