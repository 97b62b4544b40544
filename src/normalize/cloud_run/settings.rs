//! Settings that are an annotation in v1 and a member in v2, and how each is written there.

use super::{Members, at, number, put};
use crate::model::Value;

/// One setting.
pub(super) struct Setting {
    annotation: &'static str,
    member: &'static str,
    codec: Codec,
}

/// How a value is written on both sides.
enum Codec {
    /// The same text.
    Text,
    /// `"true"` and `true`.
    Boolean,
    /// `"5"` and `5`.
    Integer,
    /// JSON text and the value itself.
    Json,
    /// A word of v1 and the enum of v2; the first word of an enum is the one that v1 writes.
    Words(&'static [(&'static str, &'static str)]),
}

const fn setting(annotation: &'static str, member: &'static str, codec: Codec) -> Setting {
    Setting { annotation, member, codec }
}

const INGRESS: Codec = Codec::Words(&[
    ("all", "INGRESS_TRAFFIC_ALL"),
    ("internal", "INGRESS_TRAFFIC_INTERNAL_ONLY"),
    ("internal-and-cloud-load-balancing", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
]);
const EGRESS: Codec = Codec::Words(&[
    ("all-traffic", "ALL_TRAFFIC"),
    ("all", "ALL_TRAFFIC"),
    ("private-ranges-only", "PRIVATE_RANGES_ONLY"),
]);
const SCALING_MODE: Codec = Codec::Words(&[("automatic", "AUTOMATIC"), ("manual", "MANUAL")]);
const EXECUTION_ENVIRONMENT: Codec =
    Codec::Words(&[("gen1", "EXECUTION_ENVIRONMENT_GEN1"), ("gen2", "EXECUTION_ENVIRONMENT_GEN2")]);

/// Settings of the service: annotations of `metadata`, members of the service.
pub(super) const SERVICE: &[Setting] = &[
    setting("run.googleapis.com/description", "description", Codec::Text),
    setting("run.googleapis.com/client-name", "client", Codec::Text),
    setting("run.googleapis.com/client-version", "clientVersion", Codec::Text),
    setting("serving.knative.dev/creator", "creator", Codec::Text),
    setting("serving.knative.dev/lastModifier", "lastModifier", Codec::Text),
    setting("run.googleapis.com/ingress", "ingress", INGRESS),
    setting("run.googleapis.com/launch-stage", "launchStage", Codec::Text),
    setting(
        "run.googleapis.com/binary-authorization-breakglass",
        "binaryAuthorization.breakglassJustification",
        Codec::Text,
    ),
    setting("run.googleapis.com/custom-audiences", "customAudiences", Codec::Json),
    setting("run.googleapis.com/minScale", "scaling.minInstanceCount", Codec::Integer),
    setting("run.googleapis.com/maxScale", "scaling.maxInstanceCount", Codec::Integer),
    setting("run.googleapis.com/scalingMode", "scaling.scalingMode", SCALING_MODE),
    setting("run.googleapis.com/manualInstanceCount", "scaling.manualInstanceCount", Codec::Integer),
    setting("run.googleapis.com/default-url-disabled", "defaultUriDisabled", Codec::Boolean),
    setting("run.googleapis.com/invoker-iam-disabled", "invokerIamDisabled", Codec::Boolean),
    setting("run.googleapis.com/iap-enabled", "iapEnabled", Codec::Boolean),
    setting("run.googleapis.com/urls", "urls", Codec::Json),
];

/// Settings of a revision: annotations of `spec.template.metadata`, members of `template`.
pub(super) const TEMPLATE: &[Setting] = &[
    setting("autoscaling.knative.dev/minScale", "scaling.minInstanceCount", Codec::Integer),
    setting("autoscaling.knative.dev/maxScale", "scaling.maxInstanceCount", Codec::Integer),
    setting("run.googleapis.com/vpc-access-connector", "vpcAccess.connector", Codec::Text),
    setting("run.googleapis.com/vpc-access-egress", "vpcAccess.egress", EGRESS),
    setting("run.googleapis.com/network-interfaces", "vpcAccess.networkInterfaces", Codec::Json),
    setting("run.googleapis.com/execution-environment", "executionEnvironment", EXECUTION_ENVIRONMENT),
    setting("run.googleapis.com/encryption-key", "encryptionKey", Codec::Text),
    setting("run.googleapis.com/sessionAffinity", "sessionAffinity", Codec::Boolean),
    setting("run.googleapis.com/health-check-disabled", "healthCheckDisabled", Codec::Boolean),
    setting("run.googleapis.com/gpu-zonal-redundancy-disabled", "gpuZonalRedundancyDisabled", Codec::Boolean),
];

/// Annotations of a service that say nothing by which v2 would differ, or that only v1 has.
const SERVICE_NAMESPACES: [&str; 5] = [
    "run.googleapis.com/",
    "serving.knative.dev/",
    "autoscaling.knative.dev/",
    "cloud.googleapis.com/",
    "client.knative.dev/",
];

/// Whether a key is in a namespace that Cloud Run keeps for itself: v2 has no such labels and annotations.
pub(super) fn is_reserved(key: &str) -> bool {
    SERVICE_NAMESPACES.iter().any(|namespace| key.starts_with(namespace))
}

/// Puts the settings that the annotations name into v2's object.
pub(super) fn to_members(settings: &[Setting], annotations: &Members, object: &mut Members) {
    for setting in settings {
        let Some(text) = annotations.get(setting.annotation).and_then(Value::as_str) else {
            continue;
        };
        let value = match setting.codec {
            Codec::Text => Some(Value::string(text)),
            Codec::Boolean => Some(Value::Bool(text.eq_ignore_ascii_case("true"))),
            Codec::Integer => number(&Value::string(text)).map(Value::Number),
            Codec::Json => serde_json::from_str(text).ok(),
            Codec::Words(words) => {
                let known = words.iter().find(|(word, _)| text == *word).map(|(_, name)| *name);
                Some(Value::string(known.unwrap_or(text)))
            }
        };
        // A text that is not what it should be is shown as it is.
        put(object, setting.member, value.unwrap_or_else(|| Value::string(text)));
    }
}

/// The annotations that v1 would have for the settings of v2's object.
pub(super) fn to_annotations(settings: &[Setting], object: &Members, annotations: &mut Members) {
    for setting in settings {
        let Some(value) = at(object, setting.member) else {
            continue;
        };
        let text = match (&setting.codec, value) {
            // `false` is what an absent annotation means, for every one of these.
            (Codec::Boolean, Value::Bool(false)) => continue,
            (Codec::Boolean, Value::Bool(true)) => "true".to_owned(),
            (Codec::Integer, value) => match number(value) {
                Some(number) if !number.is_zero() => number.to_string(),
                _ => continue,
            },
            (Codec::Json, value) => json(value).to_string(),
            (Codec::Words(words), Value::String(name)) => {
                words.iter().find(|(_, known)| name == known).map_or(name.as_str(), |(word, _)| *word).to_owned()
            }
            (_, Value::String(text)) => text.clone(),
            _ => continue,
        };
        annotations.insert(setting.annotation.to_owned(), Value::String(text));
    }
}

/// A value as JSON. Numbers that JSON cannot hold exactly do not occur in what is written as JSON here.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null | Value::Unknown(_) => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(json).collect(),
        Value::Map(members) => members.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
    }
}

/// v1's JSON text of v2's value, read back.
pub(super) fn from_json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// v1's JSON text of a value.
pub(super) fn to_json(value: &Value) -> String {
    json(value).to_string()
}
