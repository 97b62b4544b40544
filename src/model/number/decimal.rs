//! Decimal digits of binary numbers: exact, shortest, rounded.
//!
//! Owns digits, not signs. Rounds and chooses as Go's `math/big` does, so that the digits are those that Terraform prints.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use num_bigint::BigUint;

use super::binary::Binary;

/// A magnitude: `0.digits · 10^point`. No digits is zero; neither the first nor the last digit is `0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// The exact decimal of `mantissa · 2^exponent`.
    fn exact(mantissa: &BigUint, exponent: i64) -> Self {
        let (digits, places) = match u64::try_from(exponent) {
            Ok(shift) => ((mantissa << shift).to_str_radix(10), 0),
            Err(_) => {
                // 2^-n is 5^n / 10^n. Exponents of numbers in range fit; a power too many would be seen as zero digits.
                let places = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
                ((mantissa * BigUint::from(5_u8).pow(places)).to_str_radix(10), i64::from(places))
            }
        };
        Self::of_digits(digits.into_bytes(), places)
    }

    /// `digits / 10^places`.
    pub(super) fn of_digits(mut digits: Vec<u8>, places: i64) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_sub(places);
        let mut decimal = Self { digits, point };
        decimal.trim();
        decimal
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// The exact decimal of a number's magnitude.
    pub(super) fn of(number: &Binary) -> Self {
        Self::exact(number.mantissa(), number.exponent())
    }

    /// The fewest digits that tell a number's magnitude from its neighbors of the same precision.
    pub(super) fn shortest(number: &Binary) -> Self {
        let mut decimal = Self::of(number);
        if decimal.digits.is_empty() {
            return decimal;
        }
        // The mantissa with one bit more than the precision: its last bit is half of the distance to a neighbor.
        let length = u64::from(number.precision()) + 1;
        let shift = length.saturating_sub(number.mantissa().bits());
        let mantissa = number.mantissa() << shift;
        let exponent = number.exponent().saturating_sub_unsigned(shift);
        let lower = Self::exact(&(&mantissa - 1_u8), exponent);
        let upper = Self::exact(&(&mantissa + 1_u8), exponent);
        // Rounding to even reaches the bounds themselves only from an even mantissa.
        let is_inclusive = !mantissa.bit(1);
        for position in 0..decimal.digits.len() {
            let (low, digit, high) = (lower.at(position), decimal.at(position), upper.at(position));
            let may_go_down = low != digit || is_inclusive && position + 1 == lower.digits.len();
            let may_go_up = digit != high && (is_inclusive || digit + 1 < high || position + 1 < upper.digits.len());
            match (may_go_down, may_go_up) {
                (true, true) => decimal.round(position + 1),
                (true, false) => decimal.round_down(position + 1),
                (false, true) => decimal.round_up(position + 1),
                (false, false) => continue,
            }
            break;
        }
        decimal
    }

    /// The digit at a position, `0` behind the last.
    fn at(&self, position: usize) -> u8 {
        self.digits.get(position).copied().unwrap_or(b'0')
    }

    /// Keeps the first digits, rounded to the nearest, to even in between.
    fn round(&mut self, kept: usize) {
        let Some(next) = self.digits.get(kept).copied() else { return };
        let is_half = next == b'5' && kept + 1 == self.digits.len();
        let is_up = match is_half {
            true => kept.checked_sub(1).is_some_and(|last| self.at(last) & 1 == 1),
            false => next >= b'5',
        };
        if is_up { self.round_up(kept) } else { self.round_down(kept) }
    }

    fn round_up(&mut self, kept: usize) {
        if kept >= self.digits.len() {
            return;
        }
        self.digits.truncate(kept);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    fn round_down(&mut self, kept: usize) {
        if kept < self.digits.len() {
            self.digits.truncate(kept);
            self.trim();
        }
    }

    /// The same with `places` digits behind the point; nothing is rounded where not even the first digit is near it.
    pub(super) fn rounded_to_places(mut self, places: usize) -> Self {
        let kept = i64::try_from(places).unwrap_or(i64::MAX).saturating_add(self.point);
        if let Ok(kept) = usize::try_from(kept) {
            self.round(kept);
        }
        self
    }

    /// The same with this many significant digits.
    pub(super) fn rounded_to_digits(mut self, digits: usize) -> Self {
        self.round(digits);
        self
    }

    pub(super) fn digits(&self) -> &[u8] {
        &self.digits
    }

    /// Where the decimal point stands, counted from the first digit.
    pub(super) fn point(&self) -> i64 {
        self.point
    }

    /// How many digits stand behind the point.
    pub(super) fn places(&self) -> usize {
        let places = i64::try_from(self.digits.len()).unwrap_or(i64::MAX).saturating_sub(self.point);
        usize::try_from(places).unwrap_or(0)
    }

    /// Writes plain notation with exactly `places` digits behind the point.
    pub(super) fn write_fixed(&self, places: usize, out: &mut impl fmt::Write) -> fmt::Result {
        let whole = usize::try_from(self.point).unwrap_or(0);
        if whole == 0 {
            out.write_char('0')?;
        }
        (0..whole).try_for_each(|position| out.write_char(char::from(self.at(position))))?;
        if places > 0 {
            out.write_char('.')?;
        }
        (0..places).try_for_each(|place| {
            let position = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(self.point);
            out.write_char(usize::try_from(position).map_or('0', |position| char::from(self.at(position))))
        })
    }

    /// Scientific notation with exactly `places` digits behind the point, and at least two in the exponent.
    pub(super) fn scientific(&self, places: usize) -> String {
        let mut text = String::from(char::from(self.at(0)));
        if places > 0 {
            text.push('.');
            text.extend((1..=places).map(|position| char::from(self.at(position))));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        // Writing to a string cannot fail.
        let _ = write!(text, "e{sign}{:02}", exponent.unsigned_abs());
        text
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let is_zero = |decimal: &Self| decimal.digits.is_empty();
        match (is_zero(self), is_zero(other)) {
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
            (left, right) => right.cmp(&left),
        }
    }
}
