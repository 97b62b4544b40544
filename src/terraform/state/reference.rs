//! Gives the evaluator the recorded values of resources and data sources: [`StateReference`].

use crate::model::{InstanceAddress, RecordedAttributes, ReferenceData, State, StateInstance, Value, printable};

/// A state as source of recorded values. Attributes are expanded at each call and not kept.
#[derive(Clone, Copy, Debug)]
pub struct StateReference<'a> {
    state: &'a State,
}

impl<'a> StateReference<'a> {
    /// Over a state.
    pub fn new(state: &'a State) -> Self {
        Self { state }
    }

    fn value(&self, instance: &StateInstance) -> Value {
        if instance.attributes.is_none() {
            return Value::unknown(format!(
                "the state has no attributes of {}",
                printable(&instance.address.to_string())
            ));
        }
        self.state.attributes(instance).unwrap_or_else(|error| {
            Value::unknown(format!(
                "the state's attributes of {} cannot be read: {error}",
                printable(&instance.address.to_string())
            ))
        })
    }
}

impl ReferenceData for StateReference<'_> {
    /// The attributes as last recorded; unknown as a whole where the state has none that can be read.
    fn attributes(&self, address: &InstanceAddress) -> Option<RecordedAttributes> {
        let instance = self.state.instance(address)?;
        Some(RecordedAttributes { value: self.value(instance), sensitive: instance.sensitive.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::state::parse;

    fn state(resources: &str) -> State {
        parse(format!(r#"{{"version":4,"resources":[{resources}]}}"#).into_bytes(), "s").expect("readable")
    }

    fn address(text: &str) -> InstanceAddress {
        text.parse().expect("valid")
    }

    #[test]
    fn attributes_are_those_of_the_current_instance_of_that_address() {
        let state = state(
            r#"{"mode":"managed","type":"a","name":"b","instances":[{"index_key":2,"attributes":{"x":2}},
                 {"index_key":3,"deposed":"00000001","attributes":{"x":3}}]},
               {"mode":"data","type":"a","name":"b","instances":[{"attributes":{"x":4}}]}"#,
        );
        let x = |text: &str| {
            let recorded = StateReference::new(&state).attributes(&address(text))?;
            recorded.value.get("x").cloned()
        };
        assert_eq!(x("a.b[2]"), Some(Value::from(2)));
        assert_eq!(x("a.b[3]"), None);
        assert_eq!(x("a.b"), None);
        assert_eq!(x("data.a.b"), Some(Value::from(4)));
    }

    #[test]
    fn attributes_come_with_their_sensitive_paths() {
        let state = state(
            r#"{"mode":"managed","type":"a","name":"b","instances":[{"attributes":{"x":1,"p":"q"},
                "sensitive_attributes":[[{"type":"get_attr","value":"p"}]]}]}"#,
        );
        let recorded = StateReference::new(&state).attributes(&address("a.b")).expect("recorded");
        assert_eq!(recorded.value.get("x"), Some(&Value::from(1)));
        assert_eq!(recorded.sensitive, ["p".parse().expect("valid")]);
        assert_eq!(StateReference::new(&state).attributes(&address("a.b[0]")), None);
    }

    #[test]
    fn attributes_that_cannot_be_read_are_unknown_and_not_absent() {
        let state = state(
            r#"{"mode":"managed","type":"a","name":"b","instances":[{"attributes":{"x":"\ud800","y":1}}]},
               {"mode":"managed","type":"a","name":"c","instances":[{"attributes_flat":{"id":"1"}}]}"#,
        );
        let value = |text| StateReference::new(&state).attributes(&address(text)).expect("recorded").value;
        let in_part = value("a.b");
        assert_eq!(in_part.get("y"), Some(&Value::from(1)));
        assert!(in_part.get("x").is_some_and(|x| x.unknown_reason().is_some()), "{in_part:?}");
        assert!(value("a.c").unknown_reason().expect("unknown").contains("a.c"));
    }
}
