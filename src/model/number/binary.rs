//! Binary floating point of any precision, rounded to the nearest and to even in between: what Terraform computes in.
//!
//! Owns arithmetic and nothing about notation. Follows Go's `math/big.Float` and what go-cty does with it, each value
//! with a precision of its own, because a result's precision decides the digits that Terraform prints of it.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// Numbers that are written down, in configuration, state or JSON.
pub(super) const WRITTEN: u32 = 512;
/// Whole numbers that Terraform itself makes: lengths, indexes, counts.
pub(super) const INTEGER: u32 = 64;
/// What Terraform computes in an `f64`.
pub(super) const FLOAT: u32 = 53;

/// Magnitudes reach from 2^-16384 to 2^16384, about 10^4932. Go's reach to 2^(2^31), which takes gigabytes to print.
pub(super) const MAX_EXPONENT: u64 = 16_384;

/// `±mantissa · 2^exponent`; the mantissa is odd, or zero.
#[derive(Clone, Debug)]
pub(super) struct Binary {
    is_negative: bool,
    mantissa: BigUint,
    exponent: i64,
    precision: u32,
}

impl Binary {
    /// Rounds to `precision` bits. `has_more` says that there is a rest below the mantissa's last bit; the mantissa has to
    /// be longer than the precision then. `None` beyond the range.
    pub(super) fn rounded(
        is_negative: bool,
        mut mantissa: BigUint,
        mut exponent: i64,
        has_more: bool,
        precision: u32,
    ) -> Option<Self> {
        if let Some(cut) = mantissa.bits().checked_sub(u64::from(precision)).filter(|cut| *cut > 0) {
            let is_half = mantissa.bit(cut - 1);
            let is_more = has_more || mantissa.trailing_zeros().is_some_and(|zeros| zeros < cut - 1);
            mantissa >>= cut;
            exponent = exponent.checked_add_unsigned(cut)?;
            if is_half && (is_more || mantissa.bit(0)) {
                mantissa += 1_u8;
            }
        }
        let Some(zeros) = mantissa.trailing_zeros() else {
            return Some(Self { is_negative, mantissa, exponent: 0, precision });
        };
        mantissa >>= zeros;
        exponent = exponent.checked_add_unsigned(zeros)?;
        let magnitude = exponent.checked_add_unsigned(mantissa.bits())?;
        (magnitude.unsigned_abs() <= MAX_EXPONENT).then_some(Self { is_negative, mantissa, exponent, precision })
    }

    /// A whole number, exactly, with at least 64 bits of precision. `None` beyond the range.
    pub(super) fn whole(is_negative: bool, magnitude: BigUint) -> Option<Self> {
        let precision = u32::try_from(magnitude.bits()).ok()?.max(INTEGER);
        Self::rounded(is_negative, magnitude, 0, false, precision)
    }

    pub(super) fn is_negative(&self) -> bool {
        self.is_negative
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.bits() == 0
    }

    pub(super) fn precision(&self) -> u32 {
        self.precision
    }

    /// The odd mantissa, or zero.
    pub(super) fn mantissa(&self) -> &BigUint {
        &self.mantissa
    }

    pub(super) fn exponent(&self) -> i64 {
        self.exponent
    }

    /// The magnitude, where this is a whole number.
    pub(super) fn whole_magnitude(&self) -> Option<BigUint> {
        u64::try_from(self.exponent).ok().map(|exponent| &self.mantissa << exponent)
    }

    pub(super) fn negated(mut self) -> Self {
        self.is_negative = !self.is_negative;
        self
    }

    /// The same value with another precision, rounded where that is smaller.
    pub(super) fn with_precision(self, precision: u32) -> Option<Self> {
        Self::rounded(self.is_negative, self.mantissa, self.exponent, false, precision)
    }

    /// The value times a power of two; `None` beyond the range.
    pub(super) fn shifted(self, by: i64) -> Option<Self> {
        let exponent = if self.is_zero() { 0 } else { self.exponent.checked_add(by)? };
        Self::rounded(self.is_negative, self.mantissa, exponent, false, self.precision)
    }

    /// The sum at a precision.
    pub(super) fn sum(&self, other: &Self, precision: u32) -> Option<Self> {
        if other.is_zero() || self.is_zero() {
            let is_negative = match (self.is_zero(), other.is_zero()) {
                (true, true) => self.is_negative && other.is_negative,
                (true, false) => other.is_negative,
                _ => self.is_negative,
            };
            let one = if self.is_zero() { other } else { self };
            return Self::rounded(is_negative, one.mantissa.clone(), one.exponent, false, precision);
        }
        let (left, right, exponent) = self.aligned(other);
        let (is_negative, mantissa) = match (self.is_negative == other.is_negative, left.cmp(&right)) {
            (true, _) => (self.is_negative, left + right),
            (false, Ordering::Greater) => (self.is_negative, left - right),
            (false, Ordering::Less) => (other.is_negative, right - left),
            (false, Ordering::Equal) => (false, BigUint::ZERO),
        };
        Self::rounded(is_negative, mantissa, exponent, false, precision)
    }

    /// The difference at a precision.
    pub(super) fn difference(&self, other: &Self, precision: u32) -> Option<Self> {
        self.sum(&other.clone().negated(), precision)
    }

    /// Both mantissas at the smaller exponent.
    fn aligned(&self, other: &Self) -> (BigUint, BigUint, i64) {
        let exponent = self.exponent.min(other.exponent);
        let shift = |value: &Self| &value.mantissa << value.exponent.abs_diff(exponent);
        (shift(self), shift(other), exponent)
    }

    /// The product at a precision.
    pub(super) fn product(&self, other: &Self, precision: u32) -> Option<Self> {
        let mantissa = &self.mantissa * &other.mantissa;
        let is_negative = self.is_negative != other.is_negative;
        Self::rounded(is_negative, mantissa, self.exponent + other.exponent, false, precision)
    }

    /// The quotient at a precision; `None` also where `other` is zero.
    pub(super) fn quotient(&self, other: &Self, precision: u32) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let is_negative = self.is_negative != other.is_negative;
        // Two bits more than wanted: one to round by, and one that a shorter quotient may lack.
        let wanted = other.mantissa.bits() + u64::from(precision) + 2;
        let shift = wanted.saturating_sub(self.mantissa.bits());
        let numerator = &self.mantissa << shift;
        let quotient = &numerator / &other.mantissa;
        let has_more = &quotient * &other.mantissa != numerator;
        let exponent = (self.exponent - other.exponent).checked_sub_unsigned(shift)?;
        Self::rounded(is_negative, quotient, exponent, has_more, precision)
    }

    /// The whole part, without what is behind the point, and whether that was nothing.
    pub(super) fn truncated(&self) -> (BigUint, bool) {
        match u64::try_from(self.exponent) {
            Ok(exponent) => (&self.mantissa << exponent, true),
            Err(_) => (&self.mantissa >> self.exponent.unsigned_abs(), false),
        }
    }

    /// Numeric order, whatever the precisions.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let sign = |value: &Self| match (value.is_zero(), value.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let (left, right) = (sign(self), sign(other));
        if left != right || left == 0 {
            return left.cmp(&right);
        }
        let (a, b, _) = self.aligned(other);
        if self.is_negative { b.cmp(&a) } else { a.cmp(&b) }
    }

    /// 5^power, as Go's parser of numbers computes it: products rounded on the way.
    pub(super) fn power_of_five(power: u32, precision: u32) -> Option<Self> {
        const EXACT: u32 = 27;
        let whole = |value: BigUint, precision| Self::rounded(false, value, 0, false, precision);
        let mut result = whole(BigUint::from(5_u8).pow(power.min(EXACT)), precision)?;
        let mut rest = power.saturating_sub(EXACT);
        if rest == 0 {
            return Some(result);
        }
        let mut factor = whole(BigUint::from(5_u8), precision + 64)?;
        loop {
            if rest & 1 != 0 {
                result = result.product(&factor, precision)?;
            }
            rest >>= 1;
            if rest == 0 {
                return Some(result);
            }
            factor = factor.product(&factor, precision + 64)?;
        }
    }
}
