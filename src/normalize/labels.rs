//! Labels and annotations: each key belongs to whoever set it.
//!
//! A state has three maps for one: `labels` (the keys that the code named), `terraform_labels` (those and the
//! provider's default labels) and `effective_labels` (every key that the API has). They are one map here. A key that
//! the code names, or that the state records as the code's, is **owned**: without it in the code a plan takes it away.
//! Any other key is somebody else's: the code says nothing of it, and a plan leaves it alone. Keys that Google or a
//! deploying tool writes for itself are never compared.
//!
//! Source: the provider's labels and annotations as `KeyValueLabels` and `KeyValueAnnotations` of magic-modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Form, Kind, ResourceType, Row};
use crate::model::{AttributeFacts, PlanVisibility, Side, Value, VisibilityRule};

use super::forms;
use super::scope::Scope;
use super::walk::{Place, Source, Walk};

/// Annotations that Google, the console, gcloud or the provider write for themselves.
const SYSTEM_ANNOTATIONS: [&str; 12] = [
    "run.googleapis.com/client-name",
    "run.googleapis.com/client-version",
    "run.googleapis.com/ingress-status",
    "run.googleapis.com/operation-id",
    "run.googleapis.com/urls",
    "run.googleapis.com/build-id",
    "run.googleapis.com/build-name",
    "run.googleapis.com/build-source-location",
    "serving.knative.dev/creator",
    "serving.knative.dev/lastModifier",
    "client.knative.dev/nonce",
    "client.knative.dev/user-image",
];

/// Labels of the same kind; all that begin with `goog-` are as well.
const SYSTEM_LABELS: [&str; 2] = ["cloud.googleapis.com/location", "client.knative.dev/nonce"];

/// Keys of a revision that Cloud Run adds by itself where the code does not name them.
/// Source: the diff suppression of `template.metadata` in magic-modules, cloudrun/Service.yaml.
const ADDED_ANNOTATIONS: [&str; 3] = [
    "autoscaling.knative.dev/maxScale",
    "run.googleapis.com/gpu-zonal-redundancy-disabled",
    "run.googleapis.com/sandbox",
];
const ADDED_LABELS: [&str; 1] = ["run.googleapis.com/startupProbeType"];

/// Annotations of a revision whose absence means this value, so that writing it says nothing.
/// Source: the reference of Cloud Run's v1 annotations.
const ANNOTATION_DEFAULTS: [(&str, &str); 3] = [
    ("run.googleapis.com/cpu-throttling", "true"),
    ("run.googleapis.com/sessionAffinity", "false"),
    ("run.googleapis.com/startup-cpu-boost", "false"),
];

/// Whether a row is one of the state's further maps of labels, which are read together with the first.
pub(super) fn is_shadow(resource_type: &ResourceType, parent: &str, name: &str) -> bool {
    let Some(own) = name.strip_prefix("effective_").or_else(|| name.strip_prefix("terraform_")) else {
        return false;
    };
    let path = if parent.is_empty() { own.to_owned() } else { format!("{parent}.{own}") };
    resource_type.row(&path).is_some_and(|row| row.form == Form::Labels && row.kind == Kind::Map)
}

/// Reads a map of labels; `members` is the map that it stands in.
pub(super) fn walk(walk: &mut Walk<'_>, row: &Row, members: &BTreeMap<String, Value>, place: &Place) {
    let given = members.get(row.name()).filter(|value| !value.is_null());
    match walk.source {
        Source::Configuration { provider, .. } => {
            let defaults = (row.name() == "labels").then_some(provider.default_labels.as_ref()).flatten();
            configuration(walk, row, given, defaults, place);
        }
        Source::State { .. } => state(walk, row, given, members, place),
        Source::Live { .. } => {
            if let Some(Value::Map(labels)) = given {
                for (key, value) in labels {
                    let side = walk.member_side(row, key, value);
                    walk.leaf(row, facts_of_foreign_member(row, key), side, &place.member(key));
                }
            } else if let side @ Side::NotObserved(_) = walk.absent(row) {
                walk.put_below(place, side);
            }
        }
    }
}

fn configuration(walk: &mut Walk<'_>, row: &Row, given: Option<&Value>, defaults: Option<&Value>, place: &Place) {
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
    for (key, value) in labels {
        if !value.is_null() {
            let side = walk.member_side(row, key, value);
            walk.leaf(row, facts_of_plain_member(row, key), side, &place.member(key));
        }
    }
}

fn state(
    walk: &mut Walk<'_>,
    row: &Row,
    given: Option<&Value>,
    members: &BTreeMap<String, Value>,
    place: &Place,
) {
    let sibling = |prefix: &str| members.get(&format!("{prefix}_{}", row.name())).and_then(Value::as_map);
    let named = given.and_then(Value::as_map);
    let mut owned: BTreeSet<&String> = BTreeSet::new();
    owned.extend(named.into_iter().flatten().map(|(key, _)| key));
    owned.extend(sibling("terraform").into_iter().flatten().map(|(key, _)| key));
    let Some(labels) = sibling("effective").or(named) else {
        let side = if members.contains_key(row.name()) { Side::Value(Value::Null) } else { Side::NotRecorded };
        return walk.put_below(place, side);
    };
    walk.put_below(place, Side::Value(Value::Null));
    for (key, value) in labels {
        let facts =
            if owned.contains(key) { facts_of_plain_member(row, key) } else { facts_of_foreign_member(row, key) };
        let side = walk.member_side(row, key, value);
        walk.leaf(row, facts, side, &place.member(key));
    }
    // A key that the code named and the API has no more: still the code's.
    for key in owned {
        if !labels.contains_key(key) {
            walk.leaf(row, facts_of_plain_member(row, key), Side::Value(Value::Null), &place.member(key));
        }
    }
}

/// The facts of a member that the code names, or of a map whose every member is the code's.
pub(super) fn facts_of_plain_member(row: &Row, key: &str) -> Arc<AttributeFacts> {
    if row.facts.is_compared && is_system_key(row, key) {
        return Arc::new(AttributeFacts { is_compared: false, ..(*row.facts).clone() });
    }
    Arc::clone(&row.facts)
}

/// The facts of a member that somebody else set.
fn facts_of_foreign_member(row: &Row, key: &str) -> Arc<AttributeFacts> {
    let reason: Arc<str> = "Terraform leaves keys alone that the code does not name; the state takes them in".into();
    let rule = (PlanVisibility::RefreshOnly, reason);
    Arc::new(AttributeFacts {
        is_compared: row.facts.is_compared && !is_system_key(row, key),
        visibility: VisibilityRule { set: rule.clone(), unset: rule },
        ..(*row.facts).clone()
    })
}

/// Whether a leaf of a labels row is a key that the code owns: see [`facts_of_plain_member`].
pub(super) fn is_owned(row: &Row, facts: &AttributeFacts) -> bool {
    *facts == *row.facts
}

fn is_system_key(row: &Row, key: &str) -> bool {
    match row.name() {
        "annotations" => SYSTEM_ANNOTATIONS.contains(&key),
        "labels" | "user_labels" => key.starts_with("goog-") || SYSTEM_LABELS.contains(&key),
        _ => false,
    }
}

/// Keys of a map that the server may add: a configuration that does not name them says nothing of them.
pub(super) fn chosen_by_the_server(row: &Row) -> &'static [&'static str] {
    match row.path.as_str() {
        "template.metadata.annotations" => &ADDED_ANNOTATIONS,
        "template.metadata.labels" => &ADDED_LABELS,
        _ => &[],
    }
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
