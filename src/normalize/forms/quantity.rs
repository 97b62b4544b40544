//! Kubernetes quantities: `1000m`, `0.5`, `512Mi`, `1e3`.
//!
//! Source: the quantity type of the Kubernetes API, which Cloud Run uses for resource limits.

/// How many parts of a unit one is counted in: quantities are exact to a billionth.
const NANO: i128 = 1_000_000_000;

/// The shortest usual spelling: whole multiples of 2^20 bytes with a binary suffix, everything else as a plain decimal.
pub(super) fn canonical(text: &str) -> String {
    match parse(text.trim()) {
        Some(nano) => print(nano),
        None => text.to_owned(),
    }
}

/// The quantity in billionths; `None` where it is none, or finer or larger than can be counted.
fn parse(text: &str) -> Option<i128> {
    let digits_end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(digits_end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 27 {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 9 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let parts: i128 = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").parse().ok()? };
    let nano = whole.checked_mul(NANO)?.checked_add(parts)?;
    let (factor, divisor) = scale(suffix)?;
    let scaled = nano.checked_mul(factor)?;
    (scaled % divisor == 0).then_some(scaled / divisor)
}

/// A suffix as factor and divisor.
fn scale(suffix: &str) -> Option<(i128, i128)> {
    let ten = |power: u32| 10_i128.checked_pow(power);
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, ten(9)?),
        "u" => (1, ten(6)?),
        "m" => (1, ten(3)?),
        "k" => (ten(3)?, 1),
        "M" => (ten(6)?, 1),
        "G" => (ten(9)?, 1),
        "T" => (ten(12)?, 1),
        "P" => (ten(15)?, 1),
        "E" => (ten(18)?, 1),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        "Ei" => (1 << 60, 1),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            match u32::try_from(exponent) {
                Ok(power) if power <= 18 => (ten(power)?, 1),
                Err(_) if exponent >= -9 => (1, ten(exponent.unsigned_abs())?),
                _ => return None,
            }
        }
    })
}

fn print(nano: i128) -> String {
    let (whole, parts) = (nano / NANO, nano % NANO);
    if parts != 0 {
        let decimal = format!("{whole}.{parts:09}");
        return decimal.trim_end_matches('0').to_owned();
    }
    if whole >= 1 << 20 {
        for (suffix, size) in [("Ei", 1_i128 << 60), ("Pi", 1 << 50), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20)]
        {
            if whole % size == 0 {
                return format!("{}{suffix}", whole / size);
            }
        }
    }
    whole.to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_quantity_are_equal() {
        for (one, other) in [
            ("1000m", "1"),
            ("500m", "0.5"),
            ("1Gi", "1024Mi"),
            ("512Mi", "536870912"),
            ("1G", "1e9"),
            ("1E3", "1k"),
            ("2.50", "2500m"),
            (".5", "500m"),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one} {other}");
        }
        assert_ne!(canonical("1G"), canonical("1Gi"));
        assert_eq!(canonical("512Mi"), "512Mi");
    }

    #[test]
    fn what_is_no_quantity_stays() {
        for text in
            ["", "Mi", "1.2.3", "-1", "1 Gi", "1e99", "99999999999999999999999999999999999999999E", "0.0000000001"]
        {
            assert_eq!(canonical(text), text);
        }
    }

    proptest! {
        #[test]
        fn thousandths_count_like_decimals(thousandths in 0_u64..10_000_000) {
            let decimal = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            prop_assert_eq!(canonical(&format!("{thousandths}m")), canonical(&decimal));
        }
    }
}
