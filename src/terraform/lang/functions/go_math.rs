//! Logarithm and power to the last bit as Go's `math` has them on x86-64, which Terraform runs on as a rule.
//!
//! Both follow the methods that Go names as its own: for the logarithm the reduction and polynomial of FreeBSD's
//! `e_log.c`, for the power repeated squaring of the fraction with its exponent of two kept apart.

use std::f64::consts::FRAC_1_SQRT_2;

/// The fraction, at least a half and below one, and the exponent of two. For finite numbers other than zero.
fn split(value: f64) -> (f64, i64) {
    // What is too small for a full fraction is made larger first.
    let (value, shift) = if value.abs() < f64::MIN_POSITIVE { (value * 2_f64.powi(52), -52) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | (1022 << 52)), exponent + shift)
}

/// The natural logarithm.
pub(super) fn ln(value: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const L1: f64 = 6.666_666_666_666_735e-1;
    const L2: f64 = 3.999_999_999_940_942e-1;
    const L3: f64 = 2.857_142_874_366_239e-1;
    const L4: f64 = 2.222_219_843_214_978_4e-1;
    const L5: f64 = 1.818_357_216_161_805e-1;
    const L6: f64 = 1.531_383_769_920_937_3e-1;
    const L7: f64 = 1.479_819_860_511_658_6e-1;
    if value.is_nan() || value <= 0.0 || value.is_infinite() {
        return value.ln();
    }
    let (mut fraction, mut exponent) = split(value);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = exponent as f64;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
    let even = s4 * (L2 + s4 * (L4 + s4 * L6));
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN2_LOW)) - f)
}

/// `base` to the power of `power`; `None` where the last digits depend on the machine that Terraform runs on.
pub(super) fn pow(base: f64, power: f64) -> Option<f64> {
    if power == 0.0 || base == 1.0 {
        return Some(1.0);
    }
    if power == 0.5 {
        return Some(base.sqrt());
    }
    if power == -0.5 {
        return Some(1.0 / base.sqrt());
    }
    let whole = power.abs().trunc();
    if base == 0.0 || base == -1.0 || power.is_infinite() || base.is_infinite() || whole >= 2_f64.powi(63) {
        return Some(base.powf(power));
    }
    if whole != power.abs() {
        return if base < 0.0 { Some(f64::NAN) } else { None };
    }
    let (mut fraction, mut exponent) = split(base);
    let (mut result, mut result_exponent) = (1.0_f64, 0_i64);
    let mut rest = whole as u64;
    while rest != 0 {
        if !(-4096..=4096).contains(&exponent) {
            // Already beyond what a number can be.
            result_exponent = result_exponent.saturating_add(exponent);
            break;
        }
        if rest & 1 == 1 {
            result *= fraction;
            result_exponent += exponent;
        }
        fraction *= fraction;
        exponent *= 2;
        if fraction < 0.5 {
            fraction += fraction;
            exponent -= 1;
        }
        rest >>= 1;
    }
    if power < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    Some(scale(result, result_exponent))
}

/// `value` times two to the power of `exponent`, in steps that stay finite.
fn scale(value: f64, exponent: i64) -> f64 {
    let mut value = value;
    let mut rest = exponent.clamp(-5000, 5000);
    while rest != 0 {
        // Only the last step may round, so the small ones come first on the way down.
        let step = rest.clamp(-500, 500);
        value *= 2_f64.powi(i32::try_from(step).unwrap_or(0));
        rest -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_powers_end_in_the_digits_that_go_gives() {
        assert_eq!(pow(3.0, 40.0), Some(12_157_665_459_056_929_000.0));
        assert_eq!(pow(10.0, -3.0), Some(0.001));
        assert_eq!(pow(-2.0, 3.0), Some(-8.0));
        assert_eq!(pow(2.0, 0.25), None);
        assert_eq!(pow(10.0, 1e9), Some(f64::INFINITY));
    }

    #[test]
    fn logarithms_end_in_the_digits_that_go_gives() {
        assert_eq!(ln(8.0) / ln(2.0), 3.0);
        assert_eq!(ln(1000.0) / ln(10.0), 2.999_999_999_999_999_6);
        assert!(ln(-1.0).is_nan() && ln(0.0).is_infinite());
    }
}
