//! Durations as Go's `time.ParseDuration` reads them: `1h30m`, `1.5s`.

/// The duration in nanoseconds, or none where Go reports an error.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let number_len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let (number, after) = rest.split_at(number_len);
        let unit_len = after.bytes().take_while(|b| !b.is_ascii_digit() && *b != b'.').count();
        let (unit, after) = after.split_at(unit_len);
        if !number.bytes().any(|b| b.is_ascii_digit()) || number.bytes().filter(|&b| b == b'.').count() > 1 {
            return None;
        }
        total += format!("0{number}").parse::<f64>().ok()? * unit_nanoseconds(unit)?;
        rest = after;
    }
    (total < i64::MAX as f64).then_some((sign * total) as i64)
}

fn unit_nanoseconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}
