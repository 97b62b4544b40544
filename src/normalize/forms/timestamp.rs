//! Time stamps, RFC 3339.

use jiff::Timestamp;

/// The instant in UTC with as many decimals as it needs.
pub(super) fn canonical(text: &str) -> String {
    match text.trim().parse::<Timestamp>() {
        Ok(instant) => instant.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Nanoseconds since 1970; `None` where the text is no instant.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    text.trim().parse::<Timestamp>().ok().map(Timestamp::as_nanosecond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zone_and_precision_do_not_count() {
        assert_eq!(canonical("2021-03-15T10:57:55.939-07:00"), canonical("2021-03-15T17:57:55.939000Z"));
        assert_eq!(canonical("2021-03-15T17:57:55.000Z"), "2021-03-15T17:57:55Z");
    }

    #[test]
    fn what_is_no_instant_stays() {
        for text in ["", "2021-03-15", "15:00", "2021-13-40T00:00:00Z"] {
            assert_eq!(canonical(text), text);
        }
    }

    proptest! {
        #[test]
        fn an_offset_moves_the_clock_and_not_the_instant(hour in 2_u32..22, minute in 0_u32..60) {
            let utc = canonical(&format!("2026-01-02T{hour:02}:{minute:02}:00Z"));
            let east = canonical(&format!("2026-01-02T{:02}:{minute:02}:00+02:00", hour + 2 - if hour >= 22 { 24 } else { 0 }));
            prop_assert_eq!(utc, east);
        }
    }
}
