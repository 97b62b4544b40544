//! The verdict of one attribute: one total function over settled sides.
//!
//! Owns the two verdict tables of the public contract and nothing else.

use super::Verdict;
use crate::model::{Side, Value};

/// The value with which a side takes part in the verdict; `None` where it drops out.
pub(crate) fn settle(side: &Side) -> Option<&Value> {
    match side {
        Side::Value(value) | Side::Unset { counts_as: Some(value) } => {
            // A value that still holds an unknown cannot be equal or different.
            value.unknown_reason().is_none().then_some(value)
        }
        Side::Unset { counts_as: None } | Side::Unknown(_) | Side::NotObserved(_) | Side::NotRecorded => None,
    }
}

/// The verdict of settled sides (`None`: the side dropped out). `live_is_asked` is false where no live source was
/// given at all, so that configuration and state alone can be in sync.
pub(crate) fn verdict(
    configuration: Option<&Value>,
    state: Option<&Value>,
    live: Option<&Value>,
    live_is_asked: bool,
) -> Verdict {
    match (configuration, state, live) {
        (Some(configuration), Some(state), Some(live)) => {
            match (configuration == state, state == live, configuration == live) {
                (true, true, _) => Verdict::InSync,
                (true, false, _) => Verdict::Drifted,
                (false, true, _) => Verdict::Pending,
                (false, false, true) => Verdict::Converged,
                (false, false, false) => Verdict::Conflict,
            }
        }
        (None, Some(recorded), Some(live)) if recorded == live => Verdict::InSync,
        (Some(configured), None, Some(live)) if configured == live => Verdict::InSync,
        (None, Some(_), Some(_)) | (Some(_), None, Some(_)) => Verdict::Drifted,
        (Some(configured), Some(recorded), None) if configured != recorded => Verdict::Pending,
        (Some(_), Some(_), None) if !live_is_asked => Verdict::InSync,
        (Some(_), Some(_), None) => Verdict::NotComparable,
        (Some(_), None, None) | (None, Some(_), None) | (None, None, Some(_)) | (None, None, None) => {
            Verdict::NotComparable
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every combination of three sides, each absent or one of three values, with and without a live source.
    /// Sides are written as one letter each, `-` for a side that dropped out.
    fn expected(sides: [char; 3], live_is_asked: bool) -> Verdict {
        let [configuration, state, live] = sides;
        match sides {
            ['-', '-', _] | ['-', _, '-'] | [_, '-', '-'] => Verdict::NotComparable,
            ['-', state, live] if state == live => Verdict::InSync,
            ['-', _, _] => Verdict::Drifted,
            [configuration, '-', live] if configuration == live => Verdict::InSync,
            [_, '-', _] => Verdict::Drifted,
            [configuration, state, '-'] if configuration != state => Verdict::Pending,
            [_, _, '-'] if live_is_asked => Verdict::NotComparable,
            [_, _, '-'] => Verdict::InSync,
            _ if configuration == state && state == live => Verdict::InSync,
            _ if configuration == state => Verdict::Drifted,
            _ if state == live => Verdict::Pending,
            _ if configuration == live => Verdict::Converged,
            _ => Verdict::Conflict,
        }
    }

    fn value(letter: char) -> Option<Value> {
        (letter != '-').then(|| Value::String(letter.to_string()))
    }

    #[test]
    fn every_row_of_both_tables_and_every_combination_of_dropped_sides() {
        for configuration in ['-', 'a', 'b', 'c'] {
            for state in ['-', 'a', 'b', 'c'] {
                for live in ['-', 'a', 'b', 'c'] {
                    for live_is_asked in [true, false] {
                        let sides = [configuration, state, live];
                        let [c, s, l] = sides.map(value);
                        assert_eq!(
                            verdict(c.as_ref(), s.as_ref(), l.as_ref(), live_is_asked),
                            expected(sides, live_is_asked),
                            "{sides:?}, live asked: {live_is_asked}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_rows_of_the_contract_by_name() {
        let rows = [
            ("aaa", Verdict::InSync),
            ("aab", Verdict::Drifted),
            ("baa", Verdict::Pending),
            ("bab", Verdict::Converged),
            ("abc", Verdict::Conflict),
            ("-aa", Verdict::InSync),
            ("-ab", Verdict::Drifted),
            ("a-a", Verdict::InSync),
            ("a-b", Verdict::Drifted),
            ("aa-", Verdict::NotComparable),
            ("ab-", Verdict::Pending),
        ];
        for (row, verdict_of_row) in rows {
            let mut letters = row.chars();
            let mut side = || value(letters.next().expect("three letters"));
            let (c, s, l) = (side(), side(), side());
            assert_eq!(verdict(c.as_ref(), s.as_ref(), l.as_ref(), true), verdict_of_row, "{row}");
        }
    }

    #[test]
    fn what_cannot_be_worked_out_drops_out() {
        let null = Value::Null;
        assert_eq!(settle(&Side::Unset { counts_as: Some(Value::Null) }), Some(&null));
        assert_eq!(settle(&Side::Value(Value::Null)), Some(&null));
        for side in [
            Side::Unset { counts_as: None },
            Side::Unknown("why".into()),
            Side::NotObserved("why".into()),
            Side::NotRecorded,
            Side::Value(Value::List(vec![Value::unknown("why")])),
        ] {
            assert_eq!(settle(&side), None, "{side:?}");
        }
    }

    proptest! {
        #[test]
        fn equal_sides_are_in_sync(text in ".*", live_is_asked in any::<bool>()) {
            let value = Value::String(text);
            prop_assert_eq!(verdict(Some(&value), Some(&value), Some(&value), live_is_asked), Verdict::InSync);
        }
    }
}
