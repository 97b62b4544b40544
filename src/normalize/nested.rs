//! What has something below it: blocks by key or index, sets of blocks as one value, and maps by member.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Kind, Row, Treatment};
use crate::model::{Nesting, Side, Value};

use super::element::{self, Addresses};
use super::given::{Element, Elements, Raw};
use super::walk::{Place, Source, Walk, canonical};
use super::{forms, labels};

/// True where there is an element, else null.
fn presence(elements: Elements<'_>) -> Value {
    if elements.is_empty() { Value::Null } else { Value::Bool(true) }
}

impl Walk<'_> {
    /// A nested block, or a list of objects.
    pub(super) fn block(&mut self, row: &Row, nesting: Nesting, raw: Option<Raw<'_>>, place: &Place) {
        let is_whole = row.is_whole();
        let elements = match raw.map_or(Ok(Elements::Values(&[])), Raw::elements) {
            Ok(elements) => elements,
            Err(reason) => {
                let side = Side::Unknown(Arc::clone(reason));
                return if is_whole { self.whole_leaf(row, side, place) } else { self.put_below(place, side) };
            }
        };
        // A block is given by writing it: none written is not given. An argument can be given as an empty list.
        let is_absent = match raw {
            None => true,
            Some(raw) if raw.is_null() => !matches!(self.source, Source::State { .. }),
            Some(_) => elements.is_empty() && self.is_configuration() && !row.is_attribute,
        };
        if is_absent {
            let side = self.absent_block(row);
            return match (is_whole, &side) {
                (true, _) => self.whole_leaf(row, side, place),
                // The root says so already.
                (false, Side::Value(Value::Null)) if matches!(self.source, Source::Live { .. }) => {}
                (false, _) => self.put_below(place, side),
            };
        }
        if is_whole {
            // Of one that says all by being there, that is the value.
            let is_set = nesting == Nesting::Set;
            let side = if is_set { self.whole(row, elements) } else { Side::Value(presence(elements)) };
            return self.whole_leaf(row, side, place);
        }
        let rest = if self.is_expected() { Side::Unset { counts_as: None } } else { Side::Value(Value::Null) };
        self.put_below(place, rest);
        let resource_type = self.resource_type;
        let key_row = resource_type.key_row(row);
        let mut addresses = Addresses::default();
        let mut last = None;
        let sorted = key_row.filter(|_| nesting == Nesting::Set).and_then(|key| self.sorted(row, key, elements));
        let in_order = sorted.is_none().then(|| elements.iter().enumerate()).into_iter().flatten();
        for (index, element) in in_order.chain(sorted.into_iter().flatten()) {
            let step = match element::key(element, key_row, self.scope) {
                element::Key::None => addresses.index(index, row.key.is_some()),
                element::Key::Text(key) => addresses.key(&key),
                element::Key::Unknown(reason) => {
                    // It may be any element, so nothing can be said of those that are not named.
                    self.put_below(place, Side::Unknown(reason));
                    continue;
                }
            };
            if last.as_ref().is_some_and(|last| *last >= step) {
                self.go_back();
            }
            last = Some(step.clone());
            let place = place.element(step, index);
            if let Some(key) = &row.key {
                self.note_sensitive_element(&place, key);
            }
            if let Some(members) = element.members() {
                self.rows(Some(row), members, &place);
            } else if let Some(reason) = element.unknown() {
                self.put_below(&place, Side::Unknown(Arc::clone(reason)));
            }
        }
    }

    /// The elements of a set of which some have the same key, equal ones once: those go by their content, so that it does
    /// not matter in which order a side has them. `None` where all keys differ.
    fn sorted<'v>(&self, row: &Row, key: &Row, elements: Elements<'v>) -> Option<Vec<(usize, Element<'v>)>> {
        let text = |element| match element::key(element, Some(key), self.scope) {
            element::Key::Text(key) => Some(key),
            element::Key::None | element::Key::Unknown(_) => None,
        };
        let mut seen = BTreeSet::new();
        if elements.iter().filter_map(text).all(|key| seen.insert(key)) {
            return None;
        }
        let mut sorted: Vec<_> = elements
            .iter()
            .enumerate()
            .map(|(index, element)| (text(element), self.whole_element(row, element), index, element))
            .collect();
        sorted.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        sorted.dedup_by(|a, b| a.0.is_some() && (&a.0, &a.1) == (&b.0, &b.1));
        Some(sorted.into_iter().map(|(.., index, element)| (index, element)).collect())
    }

    /// A set of blocks without a key, as one value: a set of maps of what is compared, nulls left out.
    fn whole(&self, row: &Row, elements: Elements<'_>) -> Side {
        if let Some(reason) = elements.iter().find_map(Element::unknown_reason) {
            return Side::Unknown(Arc::clone(reason));
        }
        let elements: Vec<Value> = elements.iter().filter_map(|element| self.whole_element(row, element)).collect();
        Side::Value(if elements.is_empty() { Value::Null } else { Value::set(elements) })
    }

    /// One element of such a set; `None` where nothing of it is compared or not null.
    fn whole_element(&self, row: &Row, element: Element<'_>) -> Option<Value> {
        let members = element.members()?;
        let mut out = BTreeMap::new();
        for child in self.resource_type.below(Some(row)) {
            if child.treatment != Treatment::Compared {
                continue;
            }
            let raw = members.get(child.name()).filter(|raw| !raw.is_null());
            let value = match (child.kind, raw) {
                (Kind::Block(nesting), raw) => {
                    let inner = raw.and_then(|raw| raw.elements().ok()).unwrap_or(Elements::Values(&[]));
                    let inner: Vec<Value> = inner.iter().filter_map(|inner| self.whole_element(child, inner)).collect();
                    // A single object is a list of one.
                    let is_set = nesting == Nesting::Set && !matches!(raw, Some(Raw::Value(Value::Map(_))));
                    match (inner.is_empty(), is_set) {
                        (true, _) => Value::Null,
                        (false, true) => Value::set(inner),
                        (false, false) => Value::List(inner),
                    }
                }
                (_, Some(Raw::Value(value))) => canonical(child, value, self.scope),
                (_, Some(Raw::Elements(_)) | None) => {
                    let means = if self.is_configuration() { &child.default } else { &child.when_absent };
                    means.as_ref().map_or(Value::Null, |value| canonical(child, value, self.scope))
                }
            };
            if !value.is_null() {
                out.insert(child.name().to_owned(), value);
            }
        }
        (!out.is_empty()).then_some(Value::Map(out))
    }

    fn whole_leaf(&mut self, row: &Row, side: Side, place: &Place) {
        self.leaf_of(row, row.is_sensitive_within(), &row.facts, side, place);
    }

    /// A map of scalars: a leaf for each member.
    pub(super) fn map(&mut self, row: &Row, raw: Option<&Value>, place: &Place) {
        let members = match raw {
            Some(Value::Map(members)) => members,
            Some(Value::Unknown(reason)) => return self.put_below(place, Side::Unknown(Arc::clone(reason))),
            Some(Value::Null) if matches!(self.source, Source::State { .. }) => {
                return self.put_below(place, Side::Value(Value::Null));
            }
            _ => {
                let side = self.absent_block(row);
                return self.put_below(place, side);
            }
        };
        let rest = if self.is_expected() { Side::Unset { counts_as: None } } else { Side::Value(Value::Null) };
        self.put_below(place, rest);
        let is_configuration = self.is_configuration();
        self.note_sensitive_keys(place, members.keys());
        for (key, value) in members {
            let facts =
                if is_configuration { labels::facts_of_named_member(row) } else { labels::facts_of_member(row, key) };
            let side = self.member_side(row, key, value);
            self.leaf(row, &facts, side, &place.member(key));
        }
        if is_configuration {
            for key in labels::added_by_the_server(row).filter(|key| !members.contains_key(*key)) {
                self.go_back();
                let facts = labels::facts_of_member(row, key);
                self.leaf(row, &facts, Side::Unset { counts_as: None }, &place.member(key));
            }
        }
    }

    /// What a member of a map says. An empty text is a value here: a label may have one.
    pub(crate) fn member_side(&self, row: &Row, key: &str, value: &Value) -> Side {
        match value {
            Value::Unknown(reason) => Side::Unknown(Arc::clone(reason)),
            value => match value.unknown_reason() {
                Some(reason) => Side::Unknown(Arc::clone(reason)),
                None => Side::Value(labels::member(row, key, forms::element(row, value, self.scope), self.scope)),
            },
        }
    }
}
