//! JSON text.

/// The same JSON without blanks, members sorted by name. What does not parse stays.
pub(super) fn canonical(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => value.to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_member_order_do_not_count() {
        assert_eq!(canonical("{ \"b\": [1, 2],\n\"a\": null }"), canonical("{\"a\":null,\"b\":[1,2]}"));
        assert_ne!(canonical("[1,2]"), canonical("[2,1]"));
    }

    #[test]
    fn deep_nesting_and_nonsense_stay_as_they_are() {
        let deep = "[".repeat(100_000);
        assert_eq!(canonical(&deep), deep);
        assert_eq!(canonical("{a}"), "{a}");
    }
}
