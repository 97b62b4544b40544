//! Logarithm and power of 64-bit floats, to the digit that Go's `math` gives, which Terraform computes them with.
//!
//! Owns no function of the language. As on processors with fused multiplication; without it, Terraform itself gives
//! another last digit for some powers with a fraction in their exponent.

use std::f64::consts::FRAC_1_SQRT_2;

/// The natural logarithm, by the series of FreeBSD's `e_log.c`.
pub(super) fn logarithm(value: f64) -> f64 {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const ODD: [f64; 4] =
        [6.666_666_666_666_735e-1, 2.857_142_874_366_239e-1, 1.818_357_216_161_805e-1, 1.479_819_860_511_658_6e-1];
    const EVEN: [f64; 3] = [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    if !value.is_normal() || value < 0.0 {
        return value.ln();
    }
    let (mut fraction, mut exponent) = split(value);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let (f, k) = (fraction - 1.0, exponent as f64);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (ODD[0] + s4 * (ODD[1] + s4 * (ODD[2] + s4 * ODD[3])));
    let even = s4 * (EVEN[0] + s4 * (EVEN[1] + s4 * EVEN[2]));
    let half = 0.5 * f * f;
    k * LN_2_HIGH - ((half - (s * (half + (odd + even)) + k * LN_2_LOW)) - f)
}

/// The exponential, by the Taylor series of a sixteenth, with fused products as on processors that have them. For small
/// magnitudes, which is what powers need.
fn exponential(value: f64) -> f64 {
    const LN_2_HIGH: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN_2_LOW: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    const TERMS: [f64; 8] = [1.0 / 5_040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0 / 40_320.0];
    let twos = (value * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-LN_2_LOW).mul_add(twos, (-LN_2_HIGH).mul_add(twos, value)) * 0.0625;
    let series = TERMS[..7].iter().fold(TERMS[7], |sum, term| sum.mul_add(rest, *term));
    let mut less_one = series * rest;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    less_one.mul_add(less_one + 2.0, 1.0) * 2_f64.powi(twos as i32)
}

/// The power: the whole part of the exponent by squaring, the fraction by logarithm.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    let (mut whole, mut part) = (exponent.abs().trunc(), exponent.abs().fract());
    let is_special = base == 0.0 || !base.is_normal() || whole >= f64::from(1 << 30) || part != 0.0 && base < 0.0;
    if is_special || base == 1.0 || exponent == 0.0 {
        return base.powf(exponent);
    }
    if exponent == 0.5 {
        return base.sqrt();
    }
    if exponent == -0.5 {
        return 1.0 / base.sqrt();
    }
    let mut result = 1.0;
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        result = exponential(part * logarithm(base));
    }
    let (mut fraction, mut twos) = split(base);
    let mut result_twos = 0;
    let mut rest = whole as u32;
    while rest != 0 {
        if twos.abs() > 1 << 12 {
            // Far beyond what a float holds.
            result_twos += twos;
            break;
        }
        if rest & 1 == 1 {
            result *= fraction;
            result_twos += twos;
        }
        fraction *= fraction;
        twos <<= 1;
        if fraction < 0.5 {
            fraction += fraction;
            twos -= 1;
        }
        rest >>= 1;
    }
    if exponent < 0.0 {
        (result, result_twos) = (1.0 / result, -result_twos);
    }
    joined(result, result_twos)
}

/// A normal float as a fraction from 0.5 up to 1, with its sign, and a power of two.
fn split(value: f64) -> (f64, i32) {
    let bits = value.to_bits();
    // Eleven bits fit.
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    (f64::from_bits(bits & !(0x7ff << 52) | 0x3fe << 52), exponent - 1022)
}

/// `value · 2^exponent`, rounded once; the value is near 1.
fn joined(value: f64, exponent: i32) -> f64 {
    match exponent {
        ..-1200 => value * 0.0,
        // The first step is exact, so that only the second rounds.
        -1200..-1000 => value * 2_f64.powi(-200) * 2_f64.powi(exponent + 200),
        -1000..=1000 => value * 2_f64.powi(exponent),
        1001..=2000 => value * 2_f64.powi(1000) * 2_f64.powi(exponent - 1000),
        _ => value * f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_gos_and_not_the_nearest() {
        for (value, base, expected) in [
            (8.0, 2.0, 3.0),
            (3.0, 2.0, 1.584962500721156),
            (9.0, 3.0, 2.0000000000000004),
            (1000.0, 10.0, 2.9999999999999996),
            (536870912.0, 2.0, 29.000000000000004),
        ] {
            assert_eq!(logarithm(value) / logarithm(base), expected, "log({value}, {base})");
        }
        assert!((logarithm(2.0) - std::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!(logarithm(0.0), f64::NEG_INFINITY);
        assert!(logarithm(-1.0).is_nan());
    }

    #[test]
    fn powers_reach_from_the_smallest_to_the_largest_float() {
        for (base, exponent, expected) in [
            (2.0, 0.5, std::f64::consts::SQRT_2),
            (27.4, 1.5, 143.4253255181943),
            (2.0, -1.0, 0.5),
            (10.0, 308.0, 1.0000000000000006e308),
            (2.0, -1074.0, f64::from_bits(1)),
            (2.0, -1100.0, 0.0),
            (2.0, 1024.0, f64::INFINITY),
            (2.0, 1e300, f64::INFINITY),
            (2.0, -1e300, 0.0),
            (-2.0, 3.0, -8.0),
            (0.0, -1.0, f64::INFINITY),
            (7.0, 0.0, 1.0),
        ] {
            assert_eq!(power(base, exponent), expected, "pow({base}, {exponent})");
        }
        assert!(power(-8.0, 1.0 / 3.0).is_nan());
    }
}
