//! Numbers as Terraform has them: decimals that stay exact, so that `0.1 + 0.2` is `0.3`.

use std::cmp::Ordering;
use std::fmt;

/// A number of configuration, state or an API answer.
///
/// Decimals of up to 38 significant digits are exact (64-bit ids never lose digits); what is larger or finer is an
/// `f64`. Never NaN or infinite. Equality and order are numeric: `1` equals `1.0`.
// An `i128` would have every value, and every leaf of every resource, aligned to 16 bytes.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(8))]
pub struct Number(Repr);

#[derive(Clone, Copy, Debug)]
enum Repr {
    /// `digits / 10^scale`, with the smallest scale that does it.
    Decimal { digits: i128, scale: u8 },
    /// What no decimal of that size can hold.
    Float(f64),
}

/// The most digits after the point: 10^38 is the largest power of ten in an `i128`.
const MAX_SCALE: u32 = 38;

/// How many significant digits a quotient that does not end is worked out to.
const QUOTIENT_DIGITS: u32 = 34;

impl Number {
    /// The number of a float, or `None` for NaN and the infinities. Taken as its shortest decimal notation.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        Some(parse_decimal(&value.to_string()).unwrap_or(Self(Repr::Float(value))))
    }

    /// Parses decimal notation with optional sign, fraction and exponent. `None` where it is not a finite number.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(decimal) = parse_decimal(text) {
            return Some(decimal);
        }
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
        {
            return None;
        }
        text.parse::<f64>().ok().and_then(Self::from_f64)
    }

    fn decimal(mut digits: i128, mut scale: u32) -> Option<Self> {
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        let scale = u8::try_from(scale).ok().filter(|scale| u32::from(*scale) <= MAX_SCALE)?;
        Some(Self(Repr::Decimal { digits, scale }))
    }

    /// The value as an exact whole number, where it is one.
    pub fn as_i128(self) -> Option<i128> {
        match self.0 {
            Repr::Decimal { digits, scale: 0 } => Some(digits),
            Repr::Decimal { .. } | Repr::Float(_) => None,
        }
    }

    /// The value as an `i64`, where it is whole and fits.
    pub fn as_i64(self) -> Option<i64> {
        self.as_i128().and_then(|integer| i64::try_from(integer).ok())
    }

    /// The value as a float, rounded to the nearest.
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Repr::Decimal { digits, scale: 0 } => digits as f64,
            // Parsing rounds once; dividing two rounded floats would round three times.
            Repr::Decimal { digits, scale } => format!("{digits}e-{scale}").parse().unwrap_or(f64::NAN),
            Repr::Float(float) => float,
        }
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        matches!(self.0, Repr::Decimal { digits: 0, .. })
    }

    /// Whether this is less than zero.
    pub fn is_negative(self) -> bool {
        match self.0 {
            Repr::Decimal { digits, .. } => digits < 0,
            Repr::Float(float) => float < 0.0,
        }
    }

    /// The sum; `None` where it is not finite.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        aligned(self, other)
            .and_then(|(a, b, scale)| Self::decimal(a.checked_add(b)?, scale))
            .or_else(|| Self::from_f64(self.as_f64() + other.as_f64()))
    }

    /// The difference; `None` where it is not finite.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.negated())
    }

    /// The product; `None` where it is not finite.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let exact = match (self.0, other.0) {
            (Repr::Decimal { digits: a, scale: s }, Repr::Decimal { digits: b, scale: t }) => {
                a.checked_mul(b).and_then(|digits| Self::decimal(digits, u32::from(s) + u32::from(t)))
            }
            _ => None,
        };
        exact.or_else(|| Self::from_f64(self.as_f64() * other.as_f64()))
    }

    /// The quotient, to 34 significant digits where it does not end; `None` where `other` is zero or the result is not
    /// finite.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let exact = aligned(self, other).and_then(|(a, b, _)| divide(a, b));
        exact.or_else(|| Self::from_f64(self.as_f64() / other.as_f64()))
    }

    /// The remainder with the sign of `self`; `None` where `other` is zero.
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        aligned(self, other)
            .and_then(|(a, b, scale)| Self::decimal(a.checked_rem(b)?, scale))
            .or_else(|| Self::from_f64(self.as_f64() % other.as_f64()))
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        match self.0 {
            Repr::Decimal { digits, scale } => match digits.checked_neg() {
                Some(digits) => Self(Repr::Decimal { digits, scale }),
                None => Self(Repr::Float(-self.as_f64())),
            },
            Repr::Float(float) => Self(Repr::Float(-float)),
        }
    }

    /// The largest whole number that is not above this one.
    #[must_use]
    pub fn floor(self) -> Self {
        match self.0 {
            Repr::Decimal { digits, scale } => {
                Self(Repr::Decimal { digits: digits.div_euclid(power_of_ten(scale)), scale: 0 })
            }
            Repr::Float(float) => Self::from_f64(float.floor()).unwrap_or(self),
        }
    }

    /// The smallest whole number that is not below this one.
    #[must_use]
    pub fn ceil(self) -> Self {
        self.negated().floor().negated()
    }
}

fn power_of_ten(exponent: u8) -> i128 {
    10_i128.saturating_pow(u32::from(exponent))
}

/// Both numbers' digits at the same scale, where that fits.
fn aligned(left: Number, right: Number) -> Option<(i128, i128, u32)> {
    let (Repr::Decimal { digits: a, scale: s }, Repr::Decimal { digits: b, scale: t }) = (left.0, right.0) else {
        return None;
    };
    let scale = s.max(t);
    let a = a.checked_mul(power_of_ten(scale - s))?;
    let b = b.checked_mul(power_of_ten(scale - t))?;
    Some((a, b, u32::from(scale)))
}

/// Long division of whole numbers; `None` where the quotient has too many digits.
fn divide(numerator: i128, denominator: i128) -> Option<Number> {
    let mut digits = numerator.checked_div(denominator)?;
    let mut rest = numerator.checked_rem(denominator)?;
    let mut scale = 0;
    while rest != 0 && scale < MAX_SCALE && digits.unsigned_abs() < 10_u128.pow(QUOTIENT_DIGITS) {
        rest = rest.checked_mul(10)?;
        let is_negative = (numerator < 0) != (denominator < 0);
        let digit = (rest / denominator).checked_abs()?;
        digits = digits.checked_mul(10)?.checked_add(if is_negative { -digit } else { digit })?;
        rest %= denominator;
        scale += 1;
    }
    // A quotient so small that the digits run out before it begins is a float's business.
    if rest != 0 && digits.unsigned_abs() < 10_u128.pow(QUOTIENT_DIGITS - 1) {
        return None;
    }
    Number::decimal(digits, scale)
}

/// Reads decimal notation exactly; `None` where it is none or has too many digits.
fn parse_decimal(text: &str) -> Option<Number> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = match whole.as_bytes().first()? {
        b'-' => (-1, &whole[1..]),
        b'+' => (1, &whole[1..]),
        _ => (1, whole),
    };
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let mut digits: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
    }
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if digits == 0 {
        return Some(Number(Repr::Decimal { digits: 0, scale: 0 }));
    }
    let digits = digits * sign;
    match u32::try_from(scale) {
        Ok(scale) => Number::decimal(digits, scale),
        Err(_) => Number::decimal(digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?, 0),
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Decimal { digits: i128::from(value), scale: 0 })
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(Repr::Decimal { digits: i128::from(value), scale: 0 })
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Self {
        Self(Repr::Decimal { digits: value, scale: 0 })
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(Repr::Decimal { digits: value as i128, scale: 0 })
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
        match aligned(*self, *other) {
            Some((a, b, _)) => a.cmp(&b),
            None => match (self.is_negative(), other.is_negative()) {
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                _ => self.as_f64().total_cmp(&other.as_f64()),
            },
        }
    }
}

impl fmt::Display for Number {
    /// Decimal notation without exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Decimal { digits, scale: 0 } => write!(f, "{digits}"),
            Repr::Decimal { digits, scale } => {
                let sign = if digits < 0 { "-" } else { "" };
                let one = power_of_ten(scale).unsigned_abs();
                let (whole, fraction) = (digits.unsigned_abs() / one, digits.unsigned_abs() % one);
                write!(f, "{sign}{whole}.{fraction:0width$}", width = usize::from(scale))
            }
            Repr::Float(float) => write!(f, "{float}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn decimal_arithmetic_is_exact() {
        let number = |text: &str| Number::parse(text).expect("valid");
        assert_eq!(number("0.1").checked_add(number("0.2")).map(|sum| sum.to_string()), Some("0.3".to_owned()));
        assert_eq!(number("2.5").checked_mul(number("-2")).map(|product| product.to_string()), Some("-5".to_owned()));
        assert_eq!(number("1").checked_div(number("8")).map(|quotient| quotient.to_string()), Some("0.125".to_owned()));
        assert_eq!(number("-7").checked_rem(number("3")).map(|rest| rest.to_string()), Some("-1".to_owned()));
        assert_eq!(number("100000000000000000000").checked_add(number("1")), Some(number("100000000000000000001")));
        assert_eq!(number("1").checked_div(number("0")), None);
    }

    #[test]
    fn quotients_without_end_are_close() {
        let third = Number::from(-1_i64).checked_div(Number::from(3_i64)).expect("finite");
        assert!(third.to_string().starts_with("-0.333333333333333333333333333333333"), "{third}");
    }

    #[test]
    fn floats_are_their_shortest_decimals() {
        assert_eq!(Number::from_f64(0.1), Number::parse("0.1"));
        assert_eq!(Number::from_f64(1e-7).map(|number| number.to_string()), Some("0.0000001".to_owned()));
        assert_eq!(Number::from_f64(1e300).map(Number::as_f64), Some(1e300));
    }

    #[test]
    fn rounding_goes_down_and_up() {
        let number = |text: &str| Number::parse(text).expect("valid");
        assert_eq!(number("-1.8").floor(), number("-2"));
        assert_eq!(number("1.2").ceil(), number("2"));
    }

    proptest! {
        #[test]
        fn printing_and_parsing_gives_the_number_back(digits in any::<i64>(), scale in 0_i32..30) {
            let number = Number::parse(&format!("{digits}e-{scale}")).expect("valid");
            prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
        }

        #[test]
        fn order_agrees_with_subtraction(a in any::<i32>(), b in any::<i32>(), scale in 0_i32..12) {
            let a = Number::parse(&format!("{a}e-{scale}")).expect("valid");
            let b = Number::from(i64::from(b));
            let is_less = a.checked_sub(b).expect("finite").is_negative();
            prop_assert_eq!(a < b, is_less);
        }
    }
}
