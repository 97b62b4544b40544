//! Whether taking an attribute from one value to another replaces the object.

use ipnet::IpNet;

use crate::model::{Number, Replacement, Value};

/// Whether taking `current` to `target` replaces the object; not where either is not known.
pub(crate) fn replaces(replacement: Replacement, target: Option<&Value>, current: Option<&Value>) -> bool {
    let (Some(target), Some(current)) = (target, current) else { return false };
    if target == current {
        return false;
    }
    match replacement {
        Replacement::Never => false,
        Replacement::Always => true,
        Replacement::WhenLowered => is_lower(target, current),
        Replacement::WhenRemoved => is_nothing(target) && !is_nothing(current),
    }
}

/// Whether a number is smaller, a version earlier, or an address range does not hold the current one.
fn is_lower(target: &Value, current: &Value) -> bool {
    if let (Some(target), Some(current)) = (number(target), number(current)) {
        return target < current;
    }
    let (Value::String(target), Value::String(current)) = (target, current) else { return false };
    if let (Ok(target), Ok(current)) = (target.parse::<IpNet>(), current.parse::<IpNet>()) {
        return !target.contains(&current);
    }
    let ((target_name, target), (current_name, current)) = (version(target), version(current));
    target_name == current_name && target < current
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => Number::parse(text).ok(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Unknown(_) => None,
    }
}

/// The name and the numbers of a version: `MYSQL_5_7` is `MYSQL_` and 5, 7. Numbers are compared by length, then
/// digits, so that none is too long.
fn version(text: &str) -> (&str, Vec<(usize, &str)>) {
    let start = text.find(|character: char| character.is_ascii_digit()).unwrap_or(text.len());
    let (name, rest) = text.split_at(start);
    let numbers = rest
        .split(|character: char| !character.is_ascii_digit())
        .map(|digits| digits.trim_start_matches('0'))
        .map(|digits| (digits.len(), digits))
        .collect();
    (name, numbers)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::List(elements) | Value::Set(elements) => elements.is_empty(),
        Value::Map(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Unknown(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacement_depends_on_the_direction() {
        let (one, two) = (Value::from(1), Value::from(2));
        assert!(replaces(Replacement::Always, Some(&one), Some(&two)));
        assert!(!replaces(Replacement::Always, Some(&one), Some(&one)));
        assert!(!replaces(Replacement::Never, Some(&one), Some(&two)));
        assert!(replaces(Replacement::WhenLowered, Some(&one), Some(&two)));
        assert!(!replaces(Replacement::WhenLowered, Some(&two), Some(&one)));
        assert!(replaces(Replacement::WhenRemoved, Some(&Value::Null), Some(&Value::Bool(true))));
        assert!(!replaces(Replacement::WhenRemoved, Some(&Value::Bool(true)), Some(&Value::Null)));
        assert!(!replaces(Replacement::Always, None, Some(&two)));
    }

    #[test]
    fn versions_and_address_ranges_have_a_lower_too() {
        let lowered = |target: &str, current: &str| {
            replaces(Replacement::WhenLowered, Some(&Value::from(target)), Some(&Value::from(current)))
        };
        assert!(lowered("POSTGRES_9_6", "POSTGRES_14"));
        assert!(!lowered("POSTGRES_14", "POSTGRES_9_6"));
        assert!(lowered("REDIS_6_X", "REDIS_7_0"));
        assert!(!lowered("MYSQL_5_7", "POSTGRES_14"), "another product is no earlier version");
        assert!(lowered("10.0.0.0/24", "10.0.0.0/16"));
        assert!(lowered("10.1.0.0/16", "10.0.0.0/16"));
        assert!(!lowered("10.0.0.0/8", "10.0.0.0/16"));
    }
}
