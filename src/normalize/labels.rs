//! Labels and annotations: each key belongs to whoever set it.
//!
//! A state has three maps for one: `labels` (the keys that the code named), `terraform_labels` (those and the
//! provider's default labels) and `effective_labels` (every key that the API has). They are one map here. A key that
//! the code names, or that the state records as the code's, is **owned**: without it in the code a plan takes it away.
//! Any other key is somebody else's: the code says nothing of it, and a plan leaves it alone. Keys that Google or a
//! deploying tool writes for itself ([`Row::volatile_keys`]) are compared only where the code names them.
//!
//! Source: the provider's labels and annotations as `KeyValueLabels` and `KeyValueAnnotations` of magic-modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Form, Row};
use crate::model::{
    AttributeFacts, AttributePath, DEFAULT_LABELS, Origin, PlanVisibility, ProviderDefaults, Side, Value,
};

use super::forms;
use super::given::Members;
use super::scope::Scope;
use super::walk::{Place, Source, Walk};

/// Annotations of a revision whose absence means this value, so that writing it says nothing.
/// Source: the reference of Cloud Run's v1 annotations.
const ANNOTATION_DEFAULTS: [(&str, &str); 3] = [
    ("run.googleapis.com/cpu-throttling", "true"),
    ("run.googleapis.com/sessionAffinity", "false"),
    ("run.googleapis.com/startup-cpu-boost", "false"),
];

/// Reads a map of labels; `members` is the map that it stands in.
pub(super) fn walk(walk: &mut Walk<'_>, row: &Row, members: Members<'_>, place: &Place) {
    let given = members.value(row.name()).filter(|value| !value.is_null());
    match walk.source {
        Source::Configuration { provider, .. } => {
            configuration(walk, row, given, provider, place);
        }
        Source::State { .. } => state(walk, row, given, members, place),
        Source::Live { .. } => {
            if let Some(Value::Map(labels)) = given {
                for (key, value) in labels {
                    let side = walk.member_side(row, key, value);
                    walk.leaf(row, &facts_of_member(row, key), side, &place.member(key));
                }
            } else if let side @ Side::NotObserved(_) = walk.absent(row) {
                walk.put_below(place, side);
            }
        }
    }
}

fn configuration(walk: &mut Walk<'_>, row: &Row, given: Option<&Value>, provider: &ProviderDefaults, place: &Place) {
    let defaults = provider.default_labels.as_ref().filter(|_| row.name() == "labels");
    // Keys that the code does not name are not the code's.
    let mut rest = Side::Unset { counts_as: None };
    let mut labels = BTreeMap::new();
    for source in [defaults, given] {
        match source {
            Some(Value::Map(named)) => labels.extend(named.iter()),
            Some(Value::Unknown(reason)) => rest = Side::Unknown(Arc::clone(reason)),
            _ => {}
        }
    }
    walk.put_below(place, rest);
    walk.note_sensitive_keys(place, labels.keys().copied());
    for (key, value) in labels {
        if !value.is_null() {
            let side = walk.member_side(row, key, value);
            let (facts, place) = (facts_of_named_member(row), place.member(key));
            if given.is_some_and(|given| given.get(key).is_some()) {
                walk.leaf(row, &facts, side, &place);
            } else {
                default_label(walk, row, key, (facts, side), provider, &place);
            }
        }
    }
}

/// A label that the provider gives, and that the code of the resource does not.
fn default_label(
    walk: &mut Walk<'_>,
    row: &Row,
    key: &str,
    (facts, side): (Arc<AttributeFacts>, Side),
    provider: &ProviderDefaults,
    place: &Place,
) {
    let map = AttributePath::root().attribute(DEFAULT_LABELS);
    let path = map.key(key);
    let is_secret = provider.sensitive_labels.contains(&map);
    if is_secret {
        walk.note_sensitive_name(key);
    }
    // The block may give a map or an object.
    let is_marked = [&path, &map.attribute(key)].into_iter().any(|path| provider.sensitive_labels.contains(path));
    let is_sensitive = is_secret || is_marked || row.is_sensitive;
    let origin = provider.default_labels_range.clone().map(|range| Arc::new(Origin { range, path }));
    walk.leaf_from(row, origin, is_sensitive, &facts, side, place);
}

fn state(walk: &mut Walk<'_>, row: &Row, given: Option<&Value>, members: Members<'_>, place: &Place) {
    let sibling = |prefix: &str| members.value(&format!("{prefix}_{}", row.name())).and_then(Value::as_map);
    let named = given.and_then(Value::as_map);
    let mut owned: BTreeSet<&String> = BTreeSet::new();
    owned.extend(named.into_iter().flatten().map(|(key, _)| key));
    owned.extend(sibling("terraform").into_iter().flatten().map(|(key, _)| key));
    let Some(labels) = sibling("effective").or(named) else {
        let side = if members.get(row.name()).is_some() { Side::Value(Value::Null) } else { Side::NotRecorded };
        return walk.put_below(place, side);
    };
    walk.put_below(place, Side::Value(Value::Null));
    walk.note_sensitive_keys(place, labels.keys().chain(owned.iter().copied()));
    for (key, value) in labels {
        let facts = if owned.contains(key) { facts_of_owned_member(row, key) } else { facts_of_member(row, key) };
        let side = walk.member_side(row, key, value);
        walk.leaf(row, &facts, side, &place.member(key));
    }
    // A key that the code named and the API has no more: still the code's.
    for key in owned {
        if !labels.contains_key(key) {
            walk.go_back();
            walk.leaf(row, &facts_of_owned_member(row, key), Side::Value(Value::Null), &place.member(key));
        }
    }
}

/// The facts of a member that the code names: what deploying tools overwrite is compared there as well.
pub(super) fn facts_of_named_member(row: &Row) -> Arc<AttributeFacts> {
    Arc::clone(&row.facts)
}

/// The facts of a member that the code may not name.
pub(super) fn facts_of_member(row: &Row, key: &str) -> Arc<AttributeFacts> {
    if row.facts.is_compared && matches_any(&row.volatile_keys, key) {
        return Arc::new(AttributeFacts { is_compared: false, ..(*row.facts).clone() });
    }
    Arc::clone(&row.facts)
}

/// The facts of a label that the state records as the code's: without it in the code a plan takes it away.
fn facts_of_owned_member(row: &Row, key: &str) -> Arc<AttributeFacts> {
    let mut facts = (*facts_of_member(row, key)).clone();
    facts.visibility.unset = (PlanVisibility::Shown, OWNED.into());
    Arc::new(facts)
}

/// Whether a leaf of the state is a label that the state records as the code's.
pub(super) fn is_owned(facts: &AttributeFacts) -> bool {
    &*facts.visibility.unset.1 == OWNED
}

/// Why a plan shows a label that the code does not name.
const OWNED: &str = "the state records the key as the code's, so a plan takes it away";

/// Whether a name fits one of the globs.
pub(super) fn matches_any(globs: &[String], name: &str) -> bool {
    globs.iter().any(|glob| wildmatch::WildMatch::new(glob).matches(name))
}

/// The members that the server may add to a map, of those that have a name of their own.
pub(super) fn added_by_the_server(row: &Row) -> impl Iterator<Item = &String> {
    row.server_keys.iter().filter(|key| !key.contains(['*', '?']))
}

/// The canonical value of a member: Cloud Run keeps settings in annotations, which have forms of their own.
pub(super) fn member(row: &Row, key: &str, value: Value, scope: &Scope<'_>) -> Value {
    if row.name() != "annotations" {
        return value;
    }
    match (key, value.as_str()) {
        ("run.googleapis.com/vpc-access-connector", Some(_)) => {
            forms::canonical(Form::Link, Some("locations/{location}/connectors"), &value, scope)
        }
        // `all` is the older name.
        ("run.googleapis.com/vpc-access-egress", Some("all")) => "all-traffic".into(),
        (_, Some(text)) if ANNOTATION_DEFAULTS.contains(&(key, text)) => Value::Null,
        _ => value,
    }
}
