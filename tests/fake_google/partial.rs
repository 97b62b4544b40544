//! Partial responses as Google's APIs have them: `items(name,peerings/state),nextPageToken`.

use std::collections::BTreeMap;

use serde_json::Value;

/// The members that are asked for; none: all that is there.
#[derive(Debug, Default, PartialEq)]
struct Mask(BTreeMap<String, Mask>);

/// What of an answer a mask asks for.
pub(super) fn apply(mask: &str, answer: &Value) -> Value {
    let (mask, rest) = parse(mask);
    assert_eq!(rest, "", "a mask that is read to its end");
    part(&mask, answer)
}

/// Selectors up to the end or a closing parenthesis, and what follows.
fn parse(mut text: &str) -> (Mask, &str) {
    let mut mask = Mask::default();
    loop {
        let end = text.find([',', '(', ')', '/']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        assert!(!name.is_empty(), "a member has a name");
        let (below, rest) = match rest.chars().next() {
            Some('(') => {
                let (below, rest) = parse(&rest[1..]);
                (below, rest.strip_prefix(')').expect("a closing parenthesis"))
            }
            Some('/') => {
                let end = rest[1..].find([',', ')']).map_or(rest.len(), |end| end + 1);
                let (below, rest) = rest.split_at(end);
                (parse(&below[1..]).0, rest)
            }
            _ => (Mask::default(), rest),
        };
        mask.0.entry(name.to_owned()).or_default().0.extend(below.0);
        match rest.strip_prefix(',') {
            Some(more) => text = more,
            None => return (mask, rest),
        }
    }
}

fn part(mask: &Mask, value: &Value) -> Value {
    if mask.0.is_empty() {
        return value.clone();
    }
    match value {
        Value::Array(elements) => elements.iter().map(|element| part(mask, element)).collect(),
        Value::Object(members) => {
            let asked = members.iter().filter_map(|(name, value)| {
                let below = mask.0.get(name).or_else(|| mask.0.get("*"))?;
                Some((name.clone(), part(below, value)))
            });
            Value::Object(asked.collect())
        }
        other => other.clone(),
    }
}
