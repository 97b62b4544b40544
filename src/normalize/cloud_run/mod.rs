//! Cloud Run's two APIs describe one object: a body of either is brought to the one that a type's rows read.
//!
//! v1 is Knative's shape (`apiVersion`, `metadata`, `spec`, `status`), in which most of Cloud Run's own settings are
//! annotations; v2 has a member for each. [`settings`] pairs the two; [`to_v1`] and [`to_v2`] do the rest. Cloud Asset
//! Inventory exports v1, snapshots hold what was read.
//!
//! Sources: run v1 and v2 API descriptions; the reference of Cloud Run's v1 annotations; `domain` facts R-01 to R-08 in
//! the provider's own rows of both types.

mod settings;
mod to_v1;
mod to_v2;

use std::collections::BTreeMap;

use crate::catalog::ResourceType;
use crate::model::{Identity, LEFT_OUT_MEMBER, Number, Value};

/// Members of an object.
type Members = BTreeMap<String, Value>;

/// A body in the version that the rows of a type read.
pub(super) struct Body {
    /// The members.
    pub(super) members: Members,
    /// Members (of the version that the rows read) that the other version cannot tell, with all below them.
    pub(super) untold: &'static [&'static str],
}

/// Brings a body to the version that the rows of `resource_type` read; bodies of other types stay as they are.
pub(super) fn in_version_of(
    resource_type: &ResourceType,
    api_version: Option<&str>,
    identity: &Identity,
    body: Members,
) -> Body {
    let is_v1 = is_knative(&body, api_version);
    let (mut converted, untold) = match &*resource_type.name {
        "google_cloud_run_service" if !is_v1 => (to_v1::body(&body, identity), to_v1::UNTOLD),
        "google_cloud_run_v2_service" if is_v1 => (to_v2::body(&body, identity), to_v2::UNTOLD),
        _ => return Body { members: body, untold: &[] },
    };
    if body.contains_key(LEFT_OUT_MEMBER) {
        // It names members of the other version. What is sensitive in one is so in both.
        let sensitive = resource_type.rows().iter().filter(|row| row.is_sensitive);
        let members = sensitive.filter_map(|row| row.api.as_deref()).map(Value::string);
        converted.insert(LEFT_OUT_MEMBER.to_owned(), Value::List(members.collect()));
    }
    Body { members: converted, untold }
}

/// Whether a body is of v1. The shape tells it; only a body without either shape is asked for its version.
fn is_knative(body: &Members, api_version: Option<&str>) -> bool {
    if body.get("metadata").is_some_and(|metadata| metadata.as_map().is_some()) || body.contains_key("spec") {
        return true;
    }
    if body.contains_key("template") || body.contains_key("terminalCondition") || body.contains_key("ingress") {
        return false;
    }
    api_version == Some("v1")
}

/// The member at a path of names.
fn at<'a>(members: &'a Members, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let mut value = members.get(names.next()?)?;
    for name in names {
        value = value.get(name)?;
    }
    (!value.is_null()).then_some(value)
}

/// The text at a path of names.
fn text_at<'a>(members: &'a Members, path: &str) -> Option<&'a str> {
    at(members, path).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Puts a value at a path of names, making the objects on the way.
fn put(members: &mut Members, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            members.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = members.entry(first.to_owned()).or_insert_with(|| Value::Map(Members::new()));
            if !matches!(inner, Value::Map(_)) {
                *inner = Value::Map(Members::new());
            }
            if let Value::Map(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Copies members under new names; what is not there is not copied.
fn copy(from: &Members, to: &mut Members, pairs: &[(&str, &str)]) {
    for (source, target) in pairs {
        if let Some(value) = at(from, source) {
            put(to, target, value.clone());
        }
    }
}

/// The objects of a list.
fn objects<'a>(members: &'a Members, path: &str) -> impl Iterator<Item = &'a Members> {
    at(members, path).and_then(Value::as_elements).unwrap_or_default().iter().filter_map(Value::as_map)
}

/// Puts a list of objects, where there are any.
fn put_objects(members: &mut Members, path: &str, objects: Vec<Members>) {
    if !objects.is_empty() {
        put(members, path, Value::List(objects.into_iter().map(Value::Map).collect()));
    }
}

/// A number that may be written as text.
fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => Number::parse(text.trim()).ok(),
        _ => None,
    }
}

/// The container that takes requests: the one with a port, else the first.
fn ingress_container(containers: &[Members]) -> Option<usize> {
    let with_port = containers.iter().position(|container| {
        container.get("ports").and_then(Value::as_elements).is_some_and(|ports| !ports.is_empty())
    });
    with_port.or(if containers.is_empty() { None } else { Some(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(json: &str) -> Members {
        serde_json::from_str(json).expect("a JSON object")
    }

    fn identity() -> Identity {
        Identity::new("//run.googleapis.com/projects/p/locations/r/services/s")
    }

    /// A service with every setting that both versions have, as v1 has it.
    fn knative() -> Members {
        members(
            r#"{
            "apiVersion": "serving.knative.dev/v1", "kind": "Service",
            "metadata": {"name": "s", "namespace": "123", "generation": 4,
                "labels": {"env": "staging", "cloud.googleapis.com/location": "r"},
                "annotations": {"run.googleapis.com/ingress": "internal-and-cloud-load-balancing",
                    "run.googleapis.com/launch-stage": "BETA", "run.googleapis.com/minScale": "1",
                    "run.googleapis.com/binary-authorization": "default", "team": "core"}},
            "spec": {"template": {
                "metadata": {"name": "s-00001-abc", "labels": {"a": "b"}, "annotations": {
                    "autoscaling.knative.dev/minScale": "1", "autoscaling.knative.dev/maxScale": "5",
                    "run.googleapis.com/vpc-access-connector": "projects/p/locations/r/connectors/c",
                    "run.googleapis.com/vpc-access-egress": "all-traffic",
                    "run.googleapis.com/cloudsql-instances": "p:r:i,p:r:j",
                    "run.googleapis.com/execution-environment": "gen2",
                    "run.googleapis.com/cpu-throttling": "false",
                    "run.googleapis.com/startup-cpu-boost": "true",
                    "run.googleapis.com/sessionAffinity": "true"}},
                "spec": {"containerConcurrency": 80, "timeoutSeconds": 300,
                    "serviceAccountName": "x@p.iam.gserviceaccount.com",
                    "containers": [{"image": "i", "command": ["c"], "args": ["a"],
                        "env": [{"name": "A", "value": "1"},
                            {"name": "B", "valueFrom": {"secretKeyRef": {"name": "sec", "key": "latest"}}}],
                        "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}},
                        "ports": [{"name": "http1", "containerPort": 8080}],
                        "startupProbe": {"timeoutSeconds": 240, "tcpSocket": {"port": 8080}}}],
                    "volumes": [{"name": "v", "secret": {"secretName": "sec", "items": [{"key": "1", "path": "p"}]}}]}},
                "traffic": [{"percent": 90, "latestRevision": true}, {"percent": 10, "revisionName": "old", "tag": "t"}]},
            "status": {"url": "https://s.example", "latestReadyRevisionName": "s-00001-abc", "observedGeneration": 4,
                "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
                    {"type": "RoutesReady", "status": "False", "message": "m"}]}}"#,
        )
    }

    #[test]
    fn the_shape_tells_the_version() {
        assert!(is_knative(&knative(), Some("v2")));
        assert!(!is_knative(&members(r#"{"template":{}}"#), Some("v1")));
        assert!(is_knative(&members("{}"), Some("v1")));
    }

    #[test]
    fn annotations_of_v1_are_members_of_v2() {
        let v2 = to_v2::body(&knative(), &identity());
        for (path, text) in [
            ("name", "projects/p/locations/r/services/s"),
            ("ingress", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
            ("launchStage", "BETA"),
            ("template.revision", "s-00001-abc"),
            ("template.vpcAccess.connector", "projects/p/locations/r/connectors/c"),
            ("template.vpcAccess.egress", "ALL_TRAFFIC"),
            ("template.executionEnvironment", "EXECUTION_ENVIRONMENT_GEN2"),
            ("template.timeout", "300s"),
            ("template.serviceAccount", "x@p.iam.gserviceaccount.com"),
            ("terminalCondition.state", "CONDITION_SUCCEEDED"),
            ("latestReadyRevision", "projects/p/locations/r/services/s/revisions/s-00001-abc"),
            ("labels.env", "staging"),
            ("annotations.team", "core"),
        ] {
            assert_eq!(text_at(&v2, path), Some(text), "{path}");
        }
        assert_eq!(at(&v2, "template.scaling.maxInstanceCount"), Some(&Value::from(5)));
        assert_eq!(at(&v2, "scaling.minInstanceCount"), Some(&Value::from(1)));
        assert_eq!(at(&v2, "binaryAuthorization.useDefault"), Some(&Value::from(true)));
        let container = objects(&v2, "template.containers").next().expect("a container");
        assert_eq!(at(container, "resources.cpuIdle"), Some(&Value::from(false)));
        assert_eq!(at(container, "resources.startupCpuBoost"), Some(&Value::from(true)));
        let sql = objects(&v2, "template.volumes").find(|volume| volume.contains_key("cloudSqlInstance"));
        let instances = sql.and_then(|volume| at(volume, "cloudSqlInstance.instances")).and_then(Value::as_elements);
        assert_eq!(instances.map(<[Value]>::len), Some(2));
    }

    #[test]
    fn what_both_versions_have_survives_there_and_back() {
        let v2 = to_v2::body(&knative(), &identity());
        let v1 = to_v1::body(&v2, &identity());
        assert_eq!(to_v2::body(&v1, &identity()), v2);
        assert_eq!(at(&v1, "spec.template.spec"), at(&knative(), "spec.template.spec"));
        assert_eq!(at(&v1, "spec.traffic"), at(&knative(), "spec.traffic"));
    }

    #[test]
    fn bodies_of_the_wrong_shape_give_what_they_have() {
        for json in [
            r#"{"metadata": {"annotations": 3}, "spec": []}"#,
            r#"{"metadata": {}, "spec": {"template": {"spec": {"containers": [1, {"env": {}}]}}}}"#,
            r#"{"template": {"containers": "x", "volumes": [[]], "scaling": 1}}"#,
        ] {
            let body = members(json);
            let v2 = to_v2::body(&body, &identity());
            let _ = to_v1::body(&v2, &identity());
            let _ = to_v1::body(&body, &identity());
        }
    }
}
