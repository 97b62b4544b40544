//! Numbers as Terraform has them: 512 bits for what is written down, so that `0.1 + 0.2` prints `0.3`, and fewer for
//! what Terraform itself computes in 64-bit integers and floats.
//!
//! Owns [`Number`]. What is common, whole numbers and short decimals, is held in 16 bytes; everything else behind a
//! pointer. Both give the same results: the small form is only a cheaper way to write a number that has 512 (or 64, or
//! 53) bits.

mod arithmetic;
mod binary;
mod decimal;
mod notation;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, OnceLock};

use num_bigint::BigUint;

use binary::Binary;
use decimal::Decimal;
pub use notation::{Notation, NumberError};

/// A number of configuration, state or an API answer.
///
/// Never NaN or infinite; magnitudes reach from 2^-16384 to 2^16384. Two numbers are equal where they print alike, as in
/// Terraform: `1` equals `1.0`, and `0.1` equals a float of 53 bits that prints `0.1`. Order agrees with that;
/// [`Number::compare_exactly`] tells also those apart.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// The number of this precision next to `digits / 10^scale`, which are also the digits that it prints. The scale is
    /// the smallest that does it, and more than 0 in what was written down only. Whole numbers are exact.
    Small {
        digits: i64,
        scale: u8,
        precision: Precision,
    },
    Large(Arc<Large>),
}

/// A number that the small form cannot hold.
struct Large {
    binary: Binary,
    shortest: OnceLock<Decimal>,
}

/// How many bits a small number has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Float,
    Integer,
    Written,
}

impl Precision {
    fn bits(self) -> u32 {
        match self {
            Self::Float => binary::FLOAT,
            Self::Integer => binary::INTEGER,
            Self::Written => binary::WRITTEN,
        }
    }

    fn of(bits: u32) -> Option<Self> {
        [Self::Float, Self::Integer, Self::Written].into_iter().find(|precision| precision.bits() == bits)
    }
}

/// The largest magnitude up to which an `f64` holds every whole number.
const FLOAT_WHOLE: u64 = 1 << binary::FLOAT;

impl Number {
    /// How many digits of a decimal fit into the small form, whatever they are.
    const SMALL_DIGITS: usize = 18;
    /// The largest scale of the small form.
    const SMALL_SCALE: u32 = 18;

    /// A whole number that was written down.
    pub fn from_written(value: i64) -> Self {
        Self(Repr::Small { digits: value, scale: 0, precision: Precision::Written })
    }

    /// The number of a float that was written down, or `None` for NaN and the infinities: the 512 bits of its shortest
    /// decimal notation, which is how Terraform reads what others wrote as a float.
    pub fn from_f64(value: f64) -> Option<Self> {
        Self::parse(&format!("{value:e}")).ok()
    }

    /// The number of a float that Terraform computed, or `None` for NaN and the infinities. It keeps 53 bits.
    pub fn from_computed(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let (exponent, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
        let (mantissa, exponent) = match exponent {
            0 => (fraction, -1074),
            _ => (fraction | 1 << 52, i64::try_from(exponent).ok()? - 1075),
        };
        let sign = value.is_sign_negative();
        Binary::rounded(sign, BigUint::from(mantissa), exponent, false, binary::FLOAT).map(Self::of_binary)
    }

    /// The small form of what was written as `digits / 10^scale`.
    fn small(mut digits: i64, mut scale: u32) -> Option<Self> {
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        let scale = u8::try_from(scale).ok().filter(|scale| u32::from(*scale) <= Self::SMALL_SCALE)?;
        Some(Self(Repr::Small { digits, scale, precision: Precision::Written }))
    }

    /// A small whole number; `None` where the precision does not hold it exactly.
    fn small_whole(value: i64, precision: Precision) -> Option<Self> {
        let is_exact = precision != Precision::Float || value.unsigned_abs() <= FLOAT_WHOLE;
        is_exact.then_some(Self(Repr::Small { digits: value, scale: 0, precision }))
    }

    fn of_binary(binary: Binary) -> Self {
        let whole = || {
            let precision = Precision::of(binary.precision())?;
            if binary.is_zero() && binary.is_negative() || binary.exponent() < 0 || binary.exponent() > 64 {
                return None;
            }
            let magnitude = i64::try_from(binary.whole_magnitude()?).ok()?;
            Self::small_whole(if binary.is_negative() { -magnitude } else { magnitude }, precision)
        };
        whole().unwrap_or_else(|| Self(Repr::Large(Arc::new(Large { binary, shortest: OnceLock::new() }))))
    }

    fn binary(&self) -> Binary {
        match &self.0 {
            Repr::Large(large) => large.binary.clone(),
            Repr::Small { digits, scale, precision } => {
                let bits = precision.bits();
                let (magnitude, is_negative) = (BigUint::from(digits.unsigned_abs()), *digits < 0);
                let whole = Binary::rounded(is_negative, magnitude, 0, false, bits);
                let number = match *scale {
                    0 => whole,
                    scale => whole.and_then(|whole| {
                        let power = Binary::power_of_five(u32::from(scale), binary::INTEGER)?;
                        whole.quotient(&power, bits)?.shifted(-i64::from(scale))
                    }),
                };
                number.expect("64 bits over a power of ten below 64 bits is in range")
            }
        }
    }

    /// The whole number and its precision, where this is a small one, exactly.
    fn exact_whole(&self) -> Option<(i64, Precision)> {
        match self.0 {
            Repr::Small { digits, scale: 0, precision } => Some((digits, precision)),
            Repr::Small { .. } | Repr::Large(_) => None,
        }
    }

    /// The value as an exact whole number, where it is one and fits.
    pub fn as_i128(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small { digits, scale: 0, .. } => Some(i128::from(*digits)),
            Repr::Small { .. } => None,
            Repr::Large(large) => {
                let magnitude = large.binary.whole_magnitude().filter(|magnitude| magnitude.bits() < 128)?;
                let magnitude = i128::try_from(magnitude).ok()?;
                Some(if large.binary.is_negative() { -magnitude } else { magnitude })
            }
        }
    }

    /// The value as an `i64`, where it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_i128().and_then(|integer| i64::try_from(integer).ok())
    }

    /// The value as a float, rounded to the nearest; infinite where it is larger than any float.
    pub fn as_f64(&self) -> f64 {
        // Parsing rounds once, however many digits there are.
        let text = match &self.0 {
            Repr::Small { digits, scale: 0, .. } => return *digits as f64,
            // So does dividing two numbers that are exact.
            Repr::Small { digits, scale, .. } if digits.unsigned_abs() <= FLOAT_WHOLE => {
                return *digits as f64 / 10_u64.pow(u32::from(*scale)) as f64;
            }
            Repr::Small { digits, scale, .. } => format!("{digits}e-{scale}"),
            Repr::Large(large) => {
                let sign = if large.binary.is_negative() { "-" } else { "" };
                let exact = Decimal::of(&large.binary);
                format!("{sign}0.{}e{}", String::from_utf8_lossy(exact.digits()), exact.point())
            }
        };
        text.parse().unwrap_or(f64::NAN)
    }

    /// Whether this is a whole number.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Repr::Small { scale, .. } => *scale == 0,
            Repr::Large(large) => large.binary.exponent() >= 0,
        }
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Repr::Small { digits, .. } => *digits == 0,
            Repr::Large(large) => large.binary.is_zero(),
        }
    }

    /// Whether this is less than zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { digits, .. } => *digits < 0,
            Repr::Large(large) => large.binary.is_negative() && !large.binary.is_zero(),
        }
    }

    /// Whether a `-` is printed: of what is less than zero, and of a zero with a sign, which `-0` gives in Terraform.
    pub fn has_minus(&self) -> bool {
        match &self.0 {
            Repr::Small { digits, .. } => *digits < 0,
            Repr::Large(large) => large.binary.is_negative(),
        }
    }

    /// The magnitude's digits, as few as tell it from its neighbors.
    fn shortest(&self) -> Decimal {
        match &self.0 {
            Repr::Small { digits, scale, .. } => {
                Decimal::of_digits(digits.unsigned_abs().to_string().into_bytes(), i64::from(*scale))
            }
            Repr::Large(large) => large.shortest().clone(),
        }
    }
}

impl Large {
    fn shortest(&self) -> &Decimal {
        self.shortest.get_or_init(|| Decimal::shortest(&self.binary))
    }
}

impl From<i64> for Number {
    /// As Terraform makes lengths and indexes: with 64 bits.
    fn from(value: i64) -> Self {
        Self(Repr::Small { digits: value, scale: 0, precision: Precision::Integer })
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(value) => value.into(),
            Err(_) => i128::from(value).into(),
        }
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Self {
        let number = Binary::whole(value < 0, BigUint::from(value.unsigned_abs()));
        Self::of_binary(number.expect("128 bits are in range"))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
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
        if let (Repr::Small { digits: a, scale: s, .. }, Repr::Small { digits: b, scale: t, .. }) = (&self.0, &other.0)
        {
            if s == t {
                return a.cmp(b);
            }
            // 64 bits times 10^18 is below 127 bits.
            let at = |digits: i64, scale: u8| i128::from(digits) * 10_i128.pow(u32::from(scale));
            return at(*a, *t).cmp(&at(*b, *s));
        }
        match (self.is_negative(), other.is_negative()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (is_negative, _) => {
                let (a, b) = (self.shortest(), other.shortest());
                if is_negative { b.cmp(&a) } else { a.cmp(&b) }
            }
        }
    }
}

impl fmt::Display for Number {
    /// Decimal notation without exponent, with as few digits as tell it from its neighbors. Valid JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small { digits, scale: 0, .. } => write!(f, "{digits}"),
            Repr::Small { digits, scale, .. } => {
                let sign = if *digits < 0 { "-" } else { "" };
                let one = 10_u64.pow(u32::from(*scale));
                let (whole, fraction) = (digits.unsigned_abs() / one, digits.unsigned_abs() % one);
                write!(f, "{sign}{whole}.{fraction:0width$}", width = usize::from(*scale))
            }
            Repr::Large(large) => {
                if large.binary.is_negative() {
                    f.write_str("-")?;
                }
                let shortest = large.shortest();
                shortest.write_fixed(shortest.places(), f)
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}
