//! Numbers against what Terraform 1.11 prints, and the small form against the large one.

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The same number in the large form.
fn large(number: &Number) -> Number {
    Number(Repr::Large(Arc::new(Large { binary: number.binary(), shortest: OnceLock::new() })))
}

/// What has no end in 512 bits: `lead`, then `digit` up to `length` characters in all, then `tail`.
fn endless(lead: &str, digit: &str, length: usize, tail: &str) -> String {
    format!("{lead}{}{tail}", digit.repeat(length - lead.len() - tail.len()))
}

#[test]
fn a_number_takes_sixteen_bytes() {
    assert_eq!(size_of::<Number>(), 16);
}

#[test]
fn whole_floats_equal_integers() {
    assert_eq!(number("1.0"), Number::from(1_i64));
    assert_eq!(number("1e3"), Number::from(1000_i64));
    assert_eq!(number("1.50").to_string(), "1.5");
}

#[test]
fn integers_keep_every_digit() {
    for text in [
        "18446744073709551615",
        "-9223372036854775808",
        "99999999999999999999999999999999999999999999",
        "12345678901234567890.1234567890123456789",
    ] {
        assert_eq!(number(text).to_string(), text);
    }
    assert_eq!(number("1e400").to_string(), format!("1{}", "0".repeat(400)));
    assert_eq!(number("1e-4900"), number("0.1e-4899"));
}

#[test]
fn what_is_no_number_is_told_from_what_is_out_of_range() {
    for text in
        ["", "-", "+", ".", "e1", "1e", "1e+", "NaN", "infinity", "0x10", "1 ", " 1", "1_000", "1.2.3", "--1", "١"]
    {
        assert_eq!(Number::parse(text), Err(NumberError::Notation), "{text:?}");
    }
    let digits = "9".repeat(100_000);
    for text in ["Inf", "-inf", "+Inf", "1e999999999", "1e-999999999", "1e99999999999999999999", "1p99999", &digits] {
        assert_eq!(Number::parse(text), Err(NumberError::Range), "{text:.20}");
    }
    for text in ["0e999999999", "-0.0e-99999999999999999999"] {
        assert_eq!(number(text), number("0"), "{text}");
    }
}

#[test]
fn notation_is_what_terraform_reads() {
    for (text, shown) in [
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("1E+02", "100"),
        ("1p3", "8"),
        ("1P-2", "0.25"),
        ("1.5p1", "3"),
        ("-0", "-0"),
        ("-0.0", "-0"),
        ("0e5", "0"),
        ("0.000", "0"),
        ("1e-30", "0.000000000000000000000000000001"),
    ] {
        assert_eq!(number(text).to_string(), shown, "{text}");
    }
}

#[test]
fn arithmetic_gives_terraforms_digits() {
    type Operation = fn(&Number, &Number) -> Option<Number>;
    let third = endless("0.", "3", 157, "5");
    let cases: &[(&str, Operation, &str, String)] = &[
        ("0.1", Number::checked_add, "0.2", "0.3".to_owned()),
        ("0.1", Number::checked_sub, "0.3", endless("-0.2", "0", 158, "2")),
        ("0.1", Number::checked_mul, "3", "0.3".to_owned()),
        ("0.1", Number::checked_mul, "0.1", endless("0.01", "0", 158, "1")),
        ("2.5", Number::checked_mul, "-2", "-5".to_owned()),
        ("1", Number::checked_div, "8", "0.125".to_owned()),
        ("1", Number::checked_div, "3", third),
        ("-2", Number::checked_div, "3", endless("-0.", "6", 157, "7")),
        ("10", Number::checked_div, "5", "2".to_owned()),
        ("-7", Number::checked_rem, "3", "-1".to_owned()),
        ("0.3", Number::checked_rem, "0.1", "0".to_owned()),
        ("10", Number::checked_rem, "3.3", endless("0.1", "0", 157, "48")),
        ("1e40", Number::checked_rem, "7", "4".to_owned()),
        ("1e50", Number::checked_add, "1", format!("1{}1", "0".repeat(49))),
        ("1e200", Number::checked_add, "1", format!("1{}", "0".repeat(200))),
        ("1e400", Number::checked_mul, "1e-400", "1".to_owned()),
        ("9223372036854775807", Number::checked_add, "1", "9223372036854775808".to_owned()),
        ("-9223372036854775808", Number::checked_sub, "1", "-9223372036854775809".to_owned()),
        (
            "9223372036854775807",
            Number::checked_mul,
            "9223372036854775807",
            "85070591730234615847396907784232501249".to_owned(),
        ),
        ("0", Number::checked_mul, "-1", "-0".to_owned()),
        ("0", Number::checked_div, "-1", "-0".to_owned()),
        ("-4", Number::checked_rem, "2", "0".to_owned()),
    ];
    for (left, operation, right, expected) in cases {
        let result = operation(&number(left), &number(right)).map(|result| result.to_string());
        assert_eq!(result.as_deref(), Some(expected.as_str()), "{left}, {right}");
    }
    assert_eq!(number("1").checked_div(&number("0")), None);
    assert_eq!(number("1").checked_rem(&number("0")), None);
    assert_eq!(number("1e4900").checked_mul(&number("1e4900")), None);
}

#[test]
fn a_result_has_the_precision_of_its_operands() {
    let (one, three) = (Number::from(1_i64), Number::from(3_i64));
    let shown = |result: Option<Number>| result.map(|result| result.to_string()).unwrap_or_default();
    assert_eq!(shown(one.checked_div(&three)), "0.33333333333333333334");
    assert_eq!(shown(one.checked_div(&number("3"))).len(), 157);
    let root = Number::from_computed(2_f64.sqrt()).expect("finite");
    assert_eq!(root.to_string(), "1.4142135623730951");
    assert_eq!(
        Number::from_computed(1152921504606846976.0).map(|power| power.to_string()),
        Some("1152921504606847000".into())
    );
    assert_eq!(Number::from_computed(1152921504606846976.0).and_then(|power| power.as_i64()), Some(1 << 60));
    let tenth = Number::from_computed(0.1).expect("finite");
    assert_eq!(tenth, number("0.1"));
    assert_eq!(tenth.compare_exactly(&number("0.1")), Ordering::Greater);
    let exact = "0.1000000000000000055511151231257827021181583404541015625";
    assert_eq!(shown(tenth.checked_add(&number("0"))), exact);
}

#[test]
fn zero_with_a_sign_equals_zero() {
    let zero = number("0").negated();
    assert_eq!((zero.to_string().as_str(), zero.is_negative(), zero.has_minus()), ("-0", false, true));
    assert!(zero.is_zero());
    assert_eq!(zero, number("0"));
    assert_eq!(zero.compare_exactly(&number("0")), Ordering::Equal);
    assert_eq!(zero.absolute().to_string(), "0");
    assert_eq!(zero.as_i64(), Some(0));
}

#[test]
fn floats_are_their_shortest_decimals() {
    assert_eq!(Number::from_f64(0.1), Number::parse("0.1").ok());
    assert_eq!(Number::from_f64(1e-7).map(|number| number.to_string()), Some("0.0000001".to_owned()));
    assert_eq!(Number::from_f64(1e300).map(|number| number.as_f64()), Some(1e300));
    assert_eq!(Number::from_f64(f64::NAN), None);
    assert_eq!(Number::from_computed(f64::INFINITY), None);
    assert_eq!(number("1e400").as_f64(), f64::INFINITY);
}

#[test]
fn rounding_goes_down_and_up() {
    for (text, floor, ceil) in
        [("-1.8", "-2", "-1"), ("1.2", "1", "2"), ("-0.5", "-1", "0"), ("7", "7", "7"), ("1e-400", "0", "1")]
    {
        assert_eq!(number(text).floor().to_string(), floor, "{text}");
        assert_eq!(number(text).ceil().to_string(), ceil, "{text}");
    }
    let half_above = number("1e40").checked_add(&number("0.5")).expect("in range");
    assert_eq!(half_above.floor(), number("1e40"));
    assert_eq!(half_above.ceil().to_string(), format!("1{}1", "0".repeat(39)));
}

#[test]
fn digits_of_any_base() {
    let digits = [15_u8, 15];
    assert_eq!(Number::from_digits(true, &digits, 16), Some(number("-255")));
    assert_eq!(Number::from_digits(false, &[], 10), Some(number("0")));
    assert_eq!(Number::from_digits(false, &[2], 2), None);
    assert_eq!(Number::from_digits(false, &vec![1; 1 << 20], 2), None);
    assert_eq!(number("1e30").magnitude_in_base(16).as_deref(), Some("c9f2c9cd04674edea40000000"));
    assert_eq!(number("1.5").magnitude_in_base(10), None);
}

#[test]
fn forms_of_writing_are_gos() {
    let third = number("1").checked_div(&number("3")).expect("in range");
    for (number, notation, digits, expected) in [
        (&third, Notation::Fixed, Some(6), "0.333333"),
        (&third, Notation::General, Some(10), "0.3333333333"),
        (&number("0.5"), Notation::Fixed, Some(0), "0"),
        (&number("1.5"), Notation::Fixed, Some(0), "2"),
        (&number("2.5"), Notation::Fixed, Some(0), "2"),
        (&number("0.0001"), Notation::Fixed, Some(0), "0"),
        (&number("9.99"), Notation::Fixed, Some(1), "10.0"),
        (&number("15"), Notation::Scientific, Some(0), "2e+01"),
        (&number("25"), Notation::Scientific, Some(0), "2e+01"),
        (&number("0"), Notation::Scientific, Some(6), "0.000000e+00"),
        (&number("1e400"), Notation::Scientific, Some(3), "1.000e+400"),
        (&number("1000000"), Notation::General, None, "1e+06"),
        (&number("123456"), Notation::General, None, "123456"),
        (&number("123456789.5"), Notation::General, None, "1.234567895e+08"),
        (&number("0.00001"), Notation::General, None, "1e-05"),
        (&number("0"), Notation::General, None, "0"),
        (&number("0.00012345"), Notation::General, Some(3), "0.000123"),
        (&number("1234567"), Notation::General, Some(3), "1.23e+06"),
        (&number("15"), Notation::General, Some(0), "2e+01"),
    ] {
        assert_eq!(number.magnitude_in(notation, digits), expected, "{number} {notation:?} {digits:?}");
    }
}

/// Small and large numbers as they are written.
fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        (-20_i64..20).prop_map(Number::from),
        (any::<i64>(), 0_u32..30).prop_map(|(digits, scale)| number(&format!("{digits}e-{scale}"))),
        (-999_i64..999, -25_i32..25).prop_map(|(digits, scale)| number(&format!("{digits}e{scale}"))),
        any::<f64>().prop_filter_map("finite", Number::from_computed),
        (-1000.0..1000.0).prop_filter_map("finite", Number::from_computed),
    ]
}

proptest! {
    #[test]
    fn printing_and_parsing_gives_the_number_back(number in any_number()) {
        let again = Number::parse(&number.to_string()).expect("valid");
        prop_assert_eq!(again.cmp(&number), Ordering::Equal);
        prop_assert_eq!(again.to_string(), number.to_string());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&number.to_string()).is_ok());
    }

    #[test]
    fn the_small_form_gives_the_results_of_the_large_one(a in any_number(), b in any_number()) {
        let (wide_a, wide_b) = (large(&a), large(&b));
        prop_assert_eq!(a.to_string(), wide_a.to_string());
        prop_assert_eq!(&a, &wide_a);
        prop_assert_eq!(a.cmp(&b), wide_a.cmp(&wide_b));
        prop_assert_eq!(a.cmp(&b), a.cmp(&wide_b));
        prop_assert_eq!(a.compare_exactly(&b), wide_a.compare_exactly(&wide_b));
        prop_assert_eq!((a.is_whole(), a.is_zero(), a.has_minus()), (wide_a.is_whole(), wide_a.is_zero(), wide_a.has_minus()));
        prop_assert_eq!(a.as_i128(), wide_a.as_i128());
        prop_assert_eq!(a.as_f64().to_bits(), wide_a.as_f64().to_bits());
        prop_assert_eq!(a.floor().to_string(), wide_a.floor().to_string());
        prop_assert_eq!(a.negated().to_string(), wide_a.negated().to_string());
        for operation in [Number::checked_add, Number::checked_sub, Number::checked_mul, Number::checked_div, Number::checked_rem] {
            let (small, wide) = (operation(&a, &b), operation(&wide_a, &wide_b));
            prop_assert_eq!(small.as_ref().map(ToString::to_string), wide.as_ref().map(ToString::to_string));
            prop_assert_eq!(small.map(|small| small.binary().precision()), wide.map(|wide| wide.binary().precision()));
        }
    }

    #[test]
    fn floats_print_as_they_do_in_rust(value in any::<f64>()) {
        if let Some(computed) = Number::from_computed(value) {
            prop_assert_eq!(computed.as_f64().to_bits(), value.to_bits());
            prop_assert_eq!(computed.to_string().parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+]?[0-9.]{0,40}([eEpP][-+]?[0-9]{0,12})?") {
        let _ = Number::parse(&text);
    }
}
