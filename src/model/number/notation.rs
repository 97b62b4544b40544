//! Numbers from text, and as text of a chosen form.
//!
//! Owns what Go's `big.ParseFloat` and `big.Float.Text` do for Terraform, within the range of [`Number`].

use num_bigint::BigUint;

use super::Number;
use super::binary::{Binary, MAX_EXPONENT, WRITTEN};
use super::decimal::Decimal;

/// How many digits are read of a number; more are beyond what Terraform keeps, and take long.
const MAX_DIGITS: usize = 4_900;
/// The decimal places of the range: 2^16384 is about 10^4932.
const MAX_PLACES: i64 = 4_934;

/// Why a text gives no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is no decimal notation.
    #[error("no decimal notation of a number")]
    Notation,
    /// A number, but beyond the range of [`Number`], infinite, or of more digits than are read.
    #[error("a number beyond the range of 10^-4932 to 10^4932, or of more than 4,900 digits")]
    Range,
}

/// A form of writing a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `123.450`
    Fixed,
    /// `1.2345e+02`
    Scientific,
    /// Fixed, or scientific below 10^-4 and where the digits run out.
    General,
}

/// A number's text, taken apart.
struct Written<'t> {
    is_negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i64,
    is_binary_exponent: bool,
}

impl<'t> Written<'t> {
    fn read(text: &'t str) -> Result<Self, NumberError> {
        let (is_negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(rest, "Inf" | "inf") {
            return Err(NumberError::Range);
        }
        let (mantissa, exponent, is_binary_exponent) = match rest.find(['e', 'E', 'p', 'P']) {
            Some(at) => (&rest[..at], read_exponent(&rest[at + 1..])?, matches!(rest.as_bytes()[at], b'p' | b'P')),
            None => (rest, 0, false),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return Err(NumberError::Notation);
        }
        Ok(Self { is_negative, whole, fraction, exponent, is_binary_exponent })
    }

    /// Digits and scale, where both are small.
    fn small(&self) -> Option<Number> {
        let fraction = self.fraction.trim_end_matches('0');
        if self.is_binary_exponent || self.whole.len() + fraction.len() > Number::SMALL_DIGITS {
            return None;
        }
        let digits = self.whole.bytes().chain(fraction.bytes());
        let digits = digits.fold(0_i64, |digits, digit| digits * 10 + i64::from(digit - b'0'));
        if digits == 0 && self.is_negative {
            return None;
        }
        let digits = if self.is_negative { -digits } else { digits };
        let scale = i64::try_from(fraction.len()).ok()?.checked_sub(self.exponent)?;
        match u32::try_from(scale) {
            Ok(scale) => Number::small(digits, scale),
            Err(_) => {
                let power = 10_i64.checked_pow(u32::try_from(scale.unsigned_abs()).ok()?)?;
                Number::small(digits.checked_mul(power)?, 0)
            }
        }
    }

    fn large(&self) -> Result<Binary, NumberError> {
        let digits = [self.whole, self.fraction].concat();
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Binary::rounded(self.is_negative, BigUint::ZERO, 0, false, WRITTEN).ok_or(NumberError::Range);
        }
        if digits.len() > MAX_DIGITS {
            return Err(NumberError::Range);
        }
        let length = |text: &str| i64::try_from(text.len()).map_err(|_| NumberError::Range);
        let (mut twos, mut tens) = (0, -length(self.fraction)?);
        let exponent = if self.is_binary_exponent { &mut twos } else { &mut tens };
        *exponent = exponent.checked_add(self.exponent).ok_or(NumberError::Range)?;
        let magnitude = length(digits)?.saturating_add(tens);
        if magnitude.abs() > MAX_PLACES || twos.unsigned_abs() > 2 * MAX_EXPONENT {
            return Err(NumberError::Range);
        }
        let mantissa = BigUint::parse_bytes(digits.as_bytes(), 10).ok_or(NumberError::Notation)?;
        self.scaled(mantissa, twos, tens).ok_or(NumberError::Range)
    }

    /// `mantissa · 2^twos · 10^tens`, rounded once but for very large powers, which are rounded themselves.
    fn scaled(&self, mantissa: BigUint, twos: i64, tens: i64) -> Option<Binary> {
        let exact = u32::try_from(mantissa.bits()).ok()?;
        let mantissa = Binary::rounded(self.is_negative, mantissa, 0, false, exact)?;
        let power = Binary::power_of_five(u32::try_from(tens.unsigned_abs()).ok()?, WRITTEN + 64)?;
        let scaled = match tens {
            0 => mantissa.with_precision(WRITTEN)?,
            1.. => mantissa.product(&power, WRITTEN)?,
            _ => mantissa.quotient(&power, WRITTEN)?,
        };
        scaled.shifted(twos.checked_add(tens)?)
    }
}

fn read_exponent(text: &str) -> Result<i64, NumberError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Notation);
    }
    // What an `i64` cannot hold is far out of range either way.
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX / 2);
    Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}

impl Number {
    /// Parses decimal notation: an optional sign, digits with an optional point, and an optional exponent (`e` of ten,
    /// `p` of two). Keeps 512 bits, as Terraform does.
    ///
    /// # Errors
    /// [`NumberError::Notation`] where it is no number, [`NumberError::Range`] where it is one out of range or infinite.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let written = Written::read(text)?;
        match written.small() {
            Some(number) => Ok(number),
            None => written.large().map(Self::of_binary),
        }
    }

    /// The whole number of digits in a base, most significant first. `None` where a digit is not below the base, the
    /// base is not in 2 to 256, or the number is out of range.
    pub fn from_digits(is_negative: bool, digits: &[u8], base: u32) -> Option<Self> {
        // Two is the smallest base, in which the range has the most digits.
        let start = digits.iter().position(|digit| *digit != 0).unwrap_or(digits.len());
        let digits = digits.get(start..).filter(|digits| digits.len() as u64 <= MAX_EXPONENT)?;
        let magnitude = if digits.is_empty() { BigUint::ZERO } else { BigUint::from_radix_be(digits, base)? };
        let is_negative = is_negative && magnitude.bits() > 0;
        Binary::whole(is_negative, magnitude).map(Self::of_binary)
    }

    /// A whole number's magnitude in a base of 2 to 36, in lower-case letters. `None` where it is not whole.
    pub fn magnitude_in_base(&self, base: u32) -> Option<String> {
        self.binary().whole_magnitude().map(|magnitude| magnitude.to_str_radix(base))
    }

    /// The magnitude in a notation: with `digits` digits behind the point (significant ones in [`Notation::General`]),
    /// or as few as tell it from its neighbors.
    pub fn magnitude_in(&self, notation: Notation, digits: Option<usize>) -> String {
        let binary = self.binary();
        let decimal = match (digits, notation) {
            (None, _) => Decimal::shortest(&binary),
            (Some(digits), Notation::Fixed) => Decimal::of(&binary).rounded_to_places(digits),
            (Some(digits), Notation::Scientific) => Decimal::of(&binary).rounded_to_digits(digits.saturating_add(1)),
            (Some(digits), Notation::General) => Decimal::of(&binary).rounded_to_digits(digits.max(1)),
        };
        let count = decimal.digits().len();
        let fixed = |places: usize| {
            let mut text = String::new();
            // Writing to a string cannot fail.
            let _ = decimal.write_fixed(places, &mut text);
            text
        };
        match notation {
            Notation::Fixed => fixed(digits.unwrap_or(decimal.places())),
            Notation::Scientific => decimal.scientific(digits.unwrap_or(count.saturating_sub(1))),
            Notation::General => {
                let wanted = digits.map_or(count, |digits| digits.max(1));
                let as_signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
                let limit = match digits {
                    None => 6,
                    Some(_) if wanted > count && as_signed(count) >= decimal.point() => as_signed(count),
                    Some(_) => as_signed(wanted),
                };
                if decimal.point() - 1 < -4 || decimal.point() > limit {
                    return decimal.scientific(wanted.min(count).saturating_sub(1));
                }
                let shown = if as_signed(wanted) > decimal.point() { count } else { wanted };
                fixed(usize::try_from(as_signed(shown).saturating_sub(decimal.point())).unwrap_or(0))
            }
        }
    }
}
