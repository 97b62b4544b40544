//! Numbers as Terraform has them: whole numbers stay exact, fractions are binary floating point.

use std::cmp::Ordering;
use std::fmt;

/// A number of configuration, state or an API answer.
///
/// Whole numbers up to 127 bits are exact (64-bit ids never lose digits); everything else is an `f64`. Never NaN or
/// infinite. Equality and order are numeric: `1` equals `1.0`.
#[derive(Clone, Copy, Debug)]
pub struct Number(Repr);

#[derive(Clone, Copy, Debug)]
enum Repr {
    Integer(i128),
    Float(f64),
}

impl Number {
    /// The number of a float, or `None` for NaN and the infinities.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // Floats hold whole numbers exactly up to 2^53; beyond that a cast would invent digits.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            return Some(Self(Repr::Integer(value as i128)));
        }
        Some(Self(Repr::Float(value)))
    }

    /// Parses decimal notation with optional sign, fraction and exponent. `None` where it is not a finite number.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(integer) = text.parse::<i128>() {
            return Some(Self(Repr::Integer(integer)));
        }
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
        {
            return None;
        }
        text.parse::<f64>().ok().and_then(Self::from_f64)
    }

    /// The value as an exact whole number, where it is one.
    pub fn as_i128(self) -> Option<i128> {
        match self.0 {
            Repr::Integer(integer) => Some(integer),
            Repr::Float(_) => None,
        }
    }

    /// The value as an `i64`, where it is whole and fits.
    pub fn as_i64(self) -> Option<i64> {
        self.as_i128().and_then(|integer| i64::try_from(integer).ok())
    }

    /// The value as a float; whole numbers beyond 2^53 are rounded.
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Repr::Integer(integer) => integer as f64,
            Repr::Float(float) => float,
        }
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        matches!(self.0, Repr::Integer(0))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Integer(i128::from(value)))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(Repr::Integer(i128::from(value)))
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Self {
        Self(Repr::Integer(value))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(Repr::Integer(value as i128))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Repr::Integer(a), Repr::Integer(b)) => a.cmp(&b),
            _ => self.as_f64().total_cmp(&other.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Integer(integer) => write!(f, "{integer}"),
            Repr::Float(float) => write!(f, "{float}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_floats_equal_integers() {
        assert_eq!(Number::parse("1.0"), Some(Number::from(1_i64)));
        assert_eq!(Number::parse("1e3"), Some(Number::from(1000_i64)));
    }

    #[test]
    fn ids_of_64_bits_keep_every_digit() {
        let id = Number::parse("18446744073709551615").expect("fits");
        assert_eq!(id.to_string(), "18446744073709551615");
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["", "NaN", "inf", "1e999", "0x10", "1 ", "1_000"] {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
    }
}
