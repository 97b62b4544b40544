//! Arithmetic of numbers: in machine words where both are small and the result is exact, else in binary.
//!
//! Follows go-cty, which decides the precision of each result.

use std::cmp::Ordering;

use super::binary::{self, Binary};
use super::{Number, Repr};

impl Number {
    /// A small result of two small whole numbers, where there is one.
    fn whole_result(&self, other: &Self, operation: impl FnOnce(i64, i64) -> Option<i64>) -> Option<Self> {
        let ((a, p), (b, q)) = (self.exact_whole()?, other.exact_whole()?);
        Self::small_whole(operation(a, b)?, p.max(q))
    }

    /// A result of both in binary, at the larger of the two precisions.
    fn binary_result(&self, other: &Self, operation: fn(&Binary, &Binary, u32) -> Option<Binary>) -> Option<Self> {
        let (a, b) = (self.binary(), other.binary());
        operation(&a, &b, a.precision().max(b.precision())).map(Self::of_binary)
    }

    /// The sum; `None` where it is out of range.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        self.whole_result(other, i64::checked_add).or_else(|| self.binary_result(other, Binary::sum))
    }

    /// The difference; `None` where it is out of range.
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.whole_result(other, i64::checked_sub).or_else(|| self.binary_result(other, Binary::difference))
    }

    /// The product; `None` where it is out of range.
    pub fn checked_mul(&self, other: &Self) -> Option<Self> {
        // A zero has the sign of the product.
        let whole = |a: i64, b: i64| a.checked_mul(b).filter(|product| *product != 0 || a >= 0 && b >= 0);
        self.whole_result(other, whole).or_else(|| {
            self.binary_result(other, |a, b, precision| {
                // Terraform lets a product have more bits than its factors, up to 512.
                let product = a.product(b, binary::WRITTEN)?;
                let needed = u32::try_from(product.mantissa().bits()).ok()?;
                product.with_precision(precision.max(needed))
            })
        })
    }

    /// The quotient; `None` where `other` is zero or the result is out of range.
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        let whole = |a: i64, b: i64| match a.checked_rem(b) {
            Some(0) if a != 0 || b > 0 => a.checked_div(b),
            _ => None,
        };
        self.whole_result(other, whole).or_else(|| self.binary_result(other, Binary::quotient))
    }

    /// The remainder with the sign of `self`, by way of the rounded quotient, as Terraform has it; `None` where `other`
    /// is zero or the result is out of range.
    pub fn checked_rem(&self, other: &Self) -> Option<Self> {
        let is_exact = |number: &Self| number.exact_whole().is_some_and(|(value, _)| i32::try_from(value).is_ok());
        if is_exact(self)
            && is_exact(other)
            && let Some(rest) = self.whole_result(other, i64::checked_rem)
        {
            return rest.with_precision_of(self);
        }
        let (a, b) = (self.binary(), other.binary());
        let quotient = a.quotient(&b, a.precision().max(b.precision()))?;
        let (whole, _) = quotient.truncated();
        let is_negative = quotient.is_negative() && whole.bits() > 0;
        let times = Binary::rounded(is_negative, whole, 0, false, a.precision())?;
        let part = b.product(&times, a.precision())?;
        a.difference(&part, a.precision()).map(Self::of_binary)
    }

    /// The same small whole number with the precision of another number.
    fn with_precision_of(&self, other: &Self) -> Option<Self> {
        let ((value, _), (_, precision)) = (self.exact_whole()?, other.exact_whole()?);
        Self::small_whole(value, precision)
    }

    /// The number with the other sign; zero gets one too.
    #[must_use]
    pub fn negated(&self) -> Self {
        match self.0 {
            Repr::Small { digits, scale, precision } if digits != 0 && digits != i64::MIN => {
                Self(Repr::Small { digits: -digits, scale, precision })
            }
            _ => Self::of_binary(self.binary().negated()),
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn absolute(&self) -> Self {
        if self.has_minus() { self.negated() } else { self.clone() }
    }

    /// The largest whole number that is not above this one.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.whole_beside(true)
    }

    /// The smallest whole number that is not below this one.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.whole_beside(false)
    }

    /// The whole number next to this one, on the side of the negative or of the positive numbers.
    fn whole_beside(&self, is_down: bool) -> Self {
        if self.exact_whole().is_some() {
            return self.clone();
        }
        let binary = self.binary();
        let (mut magnitude, is_whole) = binary.truncated();
        if !is_whole && binary.is_negative() == is_down {
            magnitude += 1_u8;
        }
        let is_negative = binary.is_negative() && magnitude.bits() > 0;
        let whole = Binary::rounded(is_negative, magnitude, 0, false, binary.precision());
        whole.map_or_else(|| self.clone(), Self::of_binary)
    }

    /// Numeric order that also tells apart what prints alike at different precisions: Terraform's `<` and `>`.
    pub fn compare_exactly(&self, other: &Self) -> Ordering {
        match (self.exact_whole(), other.exact_whole()) {
            (Some((a, _)), Some((b, _))) => a.cmp(&b),
            _ => self.binary().compare(&other.binary()),
        }
    }
}
