//! Durations: `300s`, `5m`, `3.5s`, `1h30m`, `7d`.

/// Nanoseconds of each unit, longest name first so that `ms` is not read as `m`.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Seconds with at most nine decimals and an `s`. A number without unit stays as it is: its unit is the attribute's.
pub(super) fn canonical(text: &str) -> String {
    match parse(text.trim()) {
        Some(nanoseconds) => print(nanoseconds),
        None => text.to_owned(),
    }
}

/// Nanoseconds; `None` where the text is no duration or finer than a nanosecond.
pub(super) fn parse(text: &str) -> Option<i128> {
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, tail) = rest.split_at(end);
        let (unit, size) = UNITS.iter().find(|(unit, _)| {
            tail.strip_prefix(unit)
                .is_some_and(|after| after.is_empty() || after.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
        })?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 18 || fraction.len() > 9
        {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let billionths: i128 = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").parse().ok()? };
        let fine = billionths.checked_mul(*size)?;
        if fine % 1_000_000_000 != 0 {
            return None;
        }
        total = total.checked_add(whole.checked_mul(*size)?)?.checked_add(fine / 1_000_000_000)?;
        rest = &tail[unit.len()..];
    }
    Some(if is_negative { -total } else { total })
}

fn print(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let magnitude = nanoseconds.unsigned_abs();
    let (seconds, parts) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    if parts == 0 {
        return format!("{sign}{seconds}s");
    }
    let decimal = format!("{seconds}.{parts:09}");
    format!("{sign}{}s", decimal.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_duration_are_equal() {
        for (one, other) in
            [("300s", "5m"), ("3.5s", "3500ms"), ("1h30m", "5400s"), ("300.000s", "300s"), ("0.000000001s", "1ns")]
        {
            assert_eq!(canonical(one), canonical(other), "{one} {other}");
        }
        assert_eq!(canonical("5m"), "300s");
        assert_eq!(canonical("7d"), canonical("168h"));
    }

    #[test]
    fn what_is_no_duration_stays() {
        for text in ["", "-", "300", "5 m", "s", "1.2.3s", "5w", "9999999999999999999h"] {
            assert_eq!(canonical(text), text);
        }
    }

    proptest! {
        #[test]
        fn minutes_are_sixty_seconds(minutes in 0_u32..1_000_000) {
            prop_assert_eq!(canonical(&format!("{minutes}m")), format!("{}s", u64::from(minutes) * 60));
        }
    }
}
