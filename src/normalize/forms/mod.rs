//! The named forms: how texts that mean the same become the same text. One definition each of [`crate::catalog::Form`].
//!
//! Every form is total (what it does not understand stays as it is) and idempotent, so that plain `==` is enough
//! afterwards. Coercion to the kind of an attribute is here as well ([`scalar`]); sets, maps and blocks are not.

mod cidr;
mod dns;
mod duration;
mod link;
mod port;
mod quantity;
mod text;
mod timestamp;

use std::borrow::Cow;

use crate::catalog::{Form, Kind, Row};
use crate::model::{Number, Value};

use super::scope::Scope;

/// The longest text that a form looks into; longer ones stay as they are. No attribute with a form comes near it.
const LONGEST: usize = 1 << 20;

/// One scalar of a row in canonical form: of the row's kind, in the row's form, and null where it is the zero value of
/// its type: the provider stores zero for absent.
pub(crate) fn scalar(row: &Row, value: &Value, scope: &Scope<'_>) -> Value {
    let value = in_form(row.form, row.link.as_deref(), coerce(row.kind, value), scope);
    if is_zero(&value) { Value::Null } else { value }
}

/// One element of a list or set of scalars: elements are never made null, an empty one is an element.
pub(crate) fn element(row: &Row, value: &Value, scope: &Scope<'_>) -> Value {
    in_form(row.form, row.link.as_deref(), coerce(Kind::String, value), scope)
}

/// Whether a value is the zero value of its type or null.
pub(crate) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.is_zero(),
        Value::String(text) => text.is_empty(),
        Value::List(elements) | Value::Set(elements) => elements.is_empty(),
        Value::Map(members) => members.is_empty(),
        Value::Unknown(_) => false,
    }
}

/// A value as the kind has it: 64-bit numbers that an API writes as text, numbers where the schema has text. What does
/// not fit the kind stays as it is, so that it is seen as a difference and not lost.
pub(crate) fn coerce(kind: Kind, value: &Value) -> Cow<'_, Value> {
    let coerced = match (kind, value) {
        (Kind::Integer, Value::String(text)) => Number::parse(text.trim()).ok().map(Value::Number),
        (Kind::Float, Value::String(text)) => {
            Number::parse(text.trim()).ok().map(|number| Value::Number(as_float(&number).unwrap_or(number)))
        }
        (Kind::Float, Value::Number(number)) => as_float(number).map(Value::Number),
        (Kind::Boolean, Value::String(text)) => match text.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        // An object that says yes by being there.
        (Kind::Boolean, Value::Map(_)) => Some(Value::Bool(true)),
        (Kind::String | Kind::Map | Kind::ScalarList | Kind::ScalarSet, Value::Number(number)) => {
            Some(Value::String(number.to_string()))
        }
        (Kind::String | Kind::Map | Kind::ScalarList | Kind::ScalarSet, Value::Bool(value)) => {
            Some(Value::String(value.to_string()))
        }
        _ => None,
    };
    coerced.map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The 64-bit float that the provider and the API make of a number, where that is another one: Terraform's `1 / 3` has
/// 155 digits, and what it becomes has 16.
fn as_float(number: &Number) -> Option<Number> {
    Number::from_f64(number.as_f64()).filter(|float| float != number)
}

/// The whole periods of a duration that lie between two instants, and what is left of the last one in nanoseconds; `None`
/// where one is no instant or the other no duration.
pub(crate) fn periods(from: &str, to: &str, period: &str) -> Option<(i128, i128)> {
    let between = timestamp::nanoseconds(to)?.checked_sub(timestamp::nanoseconds(from)?)?;
    let period = duration::parse(period).filter(|period| *period > 0)?;
    Some((between.div_euclid(period), between.rem_euclid(period)))
}

/// A value in a form. Only texts have forms; `link` is the collection that a bare name of a link stands in.
pub(crate) fn canonical(form: Form, link: Option<&str>, value: &Value, scope: &Scope<'_>) -> Value {
    in_form(form, link, Cow::Borrowed(value), scope)
}

fn in_form(form: Form, link: Option<&str>, value: Cow<'_, Value>, scope: &Scope<'_>) -> Value {
    let Value::String(text) = &*value else {
        return value.into_owned();
    };
    if text.is_empty() || text.len() > LONGEST {
        return value.into_owned();
    }
    Value::String(match form {
        Form::Exact | Form::Labels => return value.into_owned(),
        Form::Link => link::canonical(text, link, scope),
        Form::LastSegment => text::last_segment(text),
        Form::Cidr => cidr::canonical(text),
        Form::Quantity => quantity::canonical(text),
        Form::Duration => duration::canonical(text),
        Form::Project => text::project(text, scope),
        Form::Enum => text::specified(text),
        Form::Timestamp => timestamp::canonical(text),
        Form::PortRange => port::range(text),
        Form::Protocol => port::protocol(text),
        Form::CaseInsensitive => text.to_lowercase(),
        Form::UpperSnake => text::upper_snake(text),
        Form::DomainName => dns::domain(text),
        Form::RecordData => dns::record_data(text),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::ProjectNumbers;

    const FORMS: &[Form] = &[
        Form::Project,
        Form::Enum,
        Form::Exact,
        Form::Link,
        Form::LastSegment,
        Form::Cidr,
        Form::Quantity,
        Form::Duration,
        Form::Timestamp,
        Form::PortRange,
        Form::Protocol,
        Form::CaseInsensitive,
        Form::UpperSnake,
        Form::DomainName,
        Form::RecordData,
        Form::Labels,
    ];

    /// Texts of the alphabets that forms look for, and any other.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9./:a-f]{0,20}",
            "-?[0-9]{0,30}(\\.[0-9]{0,12})?(m|k|M|G|Ki|Mi|Gi|n|u|e3|E|Ei|s|h|ms|h[0-9]{1,3}m)?",
            "(https://|//)?(www.googleapis.com/compute/v1/)?(projects/)?[a-z0-9/-]{0,40}",
            "\\{\"[a-z]\": ?[0-9a-z\",{}\\[\\]]{0,20}\\}",
            "[A-Za-z0-9+/_=-]{0,40}",
            "\"?([0-9]{1,2} ){0,3}[A-Za-z:0-9]{1,12}(\\.[A-Za-z]{2})?\\.?\"?",
            "20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,10})?(Z|[+-][01][0-9]:[0-5][0-9])?",
            ".{0,30}",
        ]
    }

    proptest! {
        #[test]
        fn every_form_is_idempotent(form in proptest::sample::select(FORMS), text in text()) {
            let mut numbers = ProjectNumbers::default();
            numbers.learn("123", "p");
            let scope = Scope::new(Some("p"), Some("r"), &numbers);
            for link in [None, Some("global/networks"), Some("regions/{location}/subnetworks")] {
                let once = canonical(form, link, &Value::String(text.clone()), &scope);
                prop_assert_eq!(&canonical(form, link, &once, &scope), &once, "{:?} {:?}", form, link);
            }
        }
    }

    #[test]
    fn instants_lie_whole_periods_apart_or_not() {
        let week = |to: &str| periods("2026-01-01T00:00:00Z", to, "604800s");
        assert_eq!(week("2026-01-22T00:00:00.000Z"), Some((3, 0)));
        assert_eq!(week("2026-01-01T00:00:01Z"), Some((0, 1_000_000_000)));
        assert_eq!(week("2025-12-25T00:00:00Z"), Some((-1, 0)));
        assert_eq!(week("tomorrow"), None);
        assert_eq!(periods("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "0s"), None);
    }

    #[test]
    fn numbers_that_an_api_writes_as_text_are_numbers() {
        assert_eq!(*coerce(Kind::Integer, &"10".into()), Value::from(10));
        assert_eq!(*coerce(Kind::Integer, &"ten".into()), Value::from("ten"));
        assert_eq!(*coerce(Kind::String, &Value::from(8080)), Value::from("8080"));
        assert_eq!(*coerce(Kind::Boolean, &Value::Map(Default::default())), Value::from(true));
    }

    #[test]
    fn floats_have_the_digits_that_an_api_keeps() {
        let third =
            Number::parse("1").ok().zip(Number::parse("3").ok()).and_then(|(one, three)| one.checked_div(&three));
        let third = Value::Number(third.expect("in range"));
        let kept: Value = serde_json::from_str("0.3333333333333333").expect("valid");
        assert_eq!(*coerce(Kind::Float, &third), kept);
        assert_eq!(*coerce(Kind::Float, &kept), kept);
        assert_ne!(*coerce(Kind::Integer, &third), kept);
        assert_eq!(*coerce(Kind::Float, &"0.6".into()), serde_json::from_str("0.6").expect("valid"));
    }

    #[test]
    fn zero_values_of_every_type_are_zero() {
        for value in [
            Value::Null,
            Value::from(""),
            Value::from(0),
            Value::from(false),
            Value::List(Vec::new()),
            Value::set(Vec::new()),
        ] {
            assert!(is_zero(&value), "{value:?}");
        }
        assert!(!is_zero(&Value::unknown("why")));
    }
}
