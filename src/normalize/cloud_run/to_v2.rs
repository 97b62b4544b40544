//! A v1 body as v2 has it.

use std::collections::BTreeMap;

use super::{Members, at, copy, ingress_container, number, objects, put, put_objects, settings, text_at};
use crate::model::{Identity, Value};

/// Members of v2 of which a v1 body says nothing.
pub(super) const UNTOLD: &[&str] = &[
    "buildConfig",
    "etag",
    "multiRegionSettings",
    "reconciling",
    "tags",
    "template.containers.baseImageUri",
    "template.containers.buildInfo",
    "template.containers.sandboxLauncher",
    "template.containers.sourceCode",
    "template.sandboxes",
    "template.serviceMesh",
    "threatDetectionEnabled",
    "updateTime",
];

/// The name that v2 gives to the volume of the built-in Cloud SQL connection, and where it is mounted.
const CLOUD_SQL_VOLUME: (&str, &str) = ("cloudsql", "/cloudsql");

/// A v1 body as v2 has it.
pub(super) fn body(v1: &Members, identity: &Identity) -> Members {
    let empty = Members::new();
    let annotations = at(v1, "metadata.annotations").and_then(Value::as_map).unwrap_or(&empty);
    let mut v2 = Members::new();
    put(&mut v2, "name", Value::string(identity.path()));
    // What v2 says where v1 leaves the annotation out.
    put(&mut v2, "ingress", "INGRESS_TRAFFIC_ALL".into());
    put(&mut v2, "launchStage", "GA".into());
    settings::to_members(settings::SERVICE, annotations, &mut v2);
    match annotations.get("run.googleapis.com/binary-authorization").and_then(Value::as_str) {
        Some("default") => put(&mut v2, "binaryAuthorization.useDefault", true.into()),
        Some(policy) if !policy.is_empty() => put(&mut v2, "binaryAuthorization.policy", policy.into()),
        _ => {}
    }
    put_own(&mut v2, "labels", at(v1, "metadata.labels"));
    put_own(&mut v2, "annotations", Some(&Value::Map(annotations.clone())));
    copy(
        v1,
        &mut v2,
        &[
            ("metadata.uid", "uid"),
            ("metadata.creationTimestamp", "createTime"),
            ("metadata.deletionTimestamp", "deleteTime"),
            ("status.url", "uri"),
        ],
    );
    for (from, to) in [("metadata.generation", "generation"), ("status.observedGeneration", "observedGeneration")] {
        if let Some(generation) = at(v1, from).and_then(number) {
            put(&mut v2, to, Value::String(generation.to_string()));
        }
    }
    for (from, to) in [
        ("status.latestReadyRevisionName", "latestReadyRevision"),
        ("status.latestCreatedRevisionName", "latestCreatedRevision"),
    ] {
        if let Some(name) = text_at(v1, from) {
            put(&mut v2, to, Value::String(format!("{}/revisions/{name}", identity.path())));
        }
    }
    if let Some(spec) = at(v1, "spec.template").and_then(Value::as_map) {
        put(&mut v2, "template", Value::Map(template(spec)));
    }
    put_objects(&mut v2, "traffic", objects(v1, "spec.traffic").map(traffic).collect());
    put_objects(&mut v2, "trafficStatuses", objects(v1, "status.traffic").map(traffic).collect());
    let (ready, other): (Vec<_>, Vec<_>) = objects(v1, "status.conditions")
        .map(condition)
        .partition(|condition| text_at(condition, "type") == Some("Ready"));
    if let Some(ready) = ready.into_iter().next() {
        put(&mut v2, "terminalCondition", Value::Map(ready));
    }
    put_objects(&mut v2, "conditions", other);
    v2
}

/// Labels or annotations without those that Cloud Run keeps for itself: v2 has no such keys.
fn put_own(v2: &mut Members, name: &str, map: Option<&Value>) {
    let own: Members = map
        .and_then(Value::as_map)
        .into_iter()
        .flatten()
        .filter(|(key, _)| !settings::is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !own.is_empty() {
        put(v2, name, Value::Map(own));
    }
}

fn template(v1: &Members) -> Members {
    let empty = Members::new();
    let annotations = at(v1, "metadata.annotations").and_then(Value::as_map).unwrap_or(&empty);
    let mut v2 = Members::new();
    settings::to_members(settings::TEMPLATE, annotations, &mut v2);
    put_own(&mut v2, "labels", at(v1, "metadata.labels"));
    put_own(&mut v2, "annotations", Some(&Value::Map(annotations.clone())));
    copy(
        v1,
        &mut v2,
        &[
            ("metadata.name", "revision"),
            ("spec.serviceAccountName", "serviceAccount"),
            ("spec.containerConcurrency", "maxInstanceRequestConcurrency"),
        ],
    );
    if let Some(seconds) = at(v1, "spec.timeoutSeconds").and_then(number) {
        put(&mut v2, "timeout", Value::String(format!("{seconds}s")));
    }
    let selector = at(v1, "spec.nodeSelector").and_then(|selector| selector.get("run.googleapis.com/accelerator"));
    if let Some(accelerator) = selector {
        put(&mut v2, "nodeSelector.accelerator", accelerator.clone());
    }
    let secrets = aliases(annotations);
    let mut containers: Vec<Members> = objects(v1, "spec.containers").map(|v1| container(v1, &secrets)).collect();
    let mut volumes: Vec<Members> = objects(v1, "spec.volumes").map(|v1| volume(v1, &secrets)).collect();
    let text = |annotation: &str| annotations.get(annotation).and_then(Value::as_str);
    if let Some(ingress) = ingress_container(&containers).and_then(|index| containers.get_mut(index)) {
        // The annotations are of the revision, v2 has them on the container that takes requests. CPU is throttled
        // between requests unless the annotation says `false`.
        let is_idle = text("run.googleapis.com/cpu-throttling") != Some("false");
        put(ingress, "resources.cpuIdle", is_idle.into());
        if text("run.googleapis.com/startup-cpu-boost") == Some("true") {
            put(ingress, "resources.startupCpuBoost", true.into());
        }
        if let Some(instances) = text("run.googleapis.com/cloudsql-instances").filter(|text| !text.is_empty()) {
            let instances = instances.split(',').map(|instance| Value::string(instance.trim())).collect();
            let (name, path) = CLOUD_SQL_VOLUME;
            let mut sql = Members::from([("name".to_owned(), name.into())]);
            put(&mut sql, "cloudSqlInstance.instances", Value::List(instances));
            volumes.push(sql);
            let mount = BTreeMap::from([("name".to_owned(), name.into()), ("mountPath".to_owned(), path.into())]);
            let mut mounts: Vec<Members> = objects(ingress, "volumeMounts").cloned().collect();
            mounts.push(mount);
            put_objects(ingress, "volumeMounts", mounts);
        }
    }
    if let Some(Value::Map(dependencies)) =
        text("run.googleapis.com/container-dependencies").and_then(settings::from_json)
    {
        for container in &mut containers {
            let on = text_at(container, "name").and_then(|name| dependencies.get(name)).cloned();
            if let Some(on) = on {
                put(container, "dependsOn", on);
            }
        }
    }
    put_objects(&mut v2, "containers", containers);
    put_objects(&mut v2, "volumes", volumes);
    v2
}

/// Secrets of other projects have an alias in v1: `alias:projects/P/secrets/S`, separated by commas.
fn aliases(annotations: &Members) -> BTreeMap<&str, &str> {
    let text = annotations.get("run.googleapis.com/secrets").and_then(Value::as_str).unwrap_or_default();
    text.split(',').filter_map(|pair| pair.trim().split_once(':')).collect()
}

fn secret(name: &Value, aliases: &BTreeMap<&str, &str>) -> Value {
    match name.as_str().and_then(|name| aliases.get(name)) {
        Some(path) => Value::string(*path),
        None => name.clone(),
    }
}

fn container(v1: &Members, aliases: &BTreeMap<&str, &str>) -> Members {
    const SAME: [&str; 11] = [
        "name",
        "image",
        "command",
        "args",
        "workingDir",
        "ports",
        "livenessProbe",
        "startupProbe",
        "readinessProbe",
        "volumeMounts",
        "resources.limits",
    ];
    let mut v2 = Members::new();
    copy(v1, &mut v2, &SAME.map(|name| (name, name)));
    let env = objects(v1, "env").map(|v1| {
        let mut v2 = Members::new();
        copy(v1, &mut v2, &[("name", "name"), ("value", "value")]);
        copy(v1, &mut v2, &[("valueFrom.secretKeyRef.key", "valueSource.secretKeyRef.version")]);
        if let Some(name) = at(v1, "valueFrom.secretKeyRef.name") {
            put(&mut v2, "valueSource.secretKeyRef.secret", secret(name, aliases));
        }
        v2
    });
    put_objects(&mut v2, "env", env.collect());
    v2
}

fn volume(v1: &Members, aliases: &BTreeMap<&str, &str>) -> Members {
    let mut v2 = Members::new();
    copy(v1, &mut v2, &[("name", "name"), ("nfs", "nfs"), ("emptyDir.sizeLimit", "emptyDir.sizeLimit")]);
    if at(v1, "emptyDir").is_some() {
        let medium = text_at(v1, "emptyDir.medium").unwrap_or("MEMORY").to_uppercase();
        put(&mut v2, "emptyDir.medium", Value::String(medium));
    }
    if let Some(name) = at(v1, "secret.secretName") {
        put(&mut v2, "secret.secret", secret(name, aliases));
        copy(v1, &mut v2, &[("secret.defaultMode", "secret.defaultMode")]);
        let items = objects(v1, "secret.items").map(|v1| {
            let mut v2 = Members::new();
            copy(v1, &mut v2, &[("key", "version"), ("path", "path"), ("mode", "mode")]);
            v2
        });
        put_objects(&mut v2, "secret.items", items.collect());
    }
    if text_at(v1, "csi.driver") == Some("gcsfuse.run.googleapis.com") {
        copy(v1, &mut v2, &[("csi.volumeAttributes.bucketName", "gcs.bucket"), ("csi.readOnly", "gcs.readOnly")]);
        if let Some(options) = text_at(v1, "csi.volumeAttributes.mountOptions") {
            put(&mut v2, "gcs.mountOptions", Value::List(options.split(',').map(Value::from).collect()));
        }
    }
    v2
}

fn traffic(v1: &Members) -> Members {
    let mut v2 = Members::new();
    copy(v1, &mut v2, &[("percent", "percent"), ("tag", "tag"), ("url", "uri")]);
    if at(v1, "latestRevision").and_then(Value::as_bool) == Some(true) {
        put(&mut v2, "type", "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST".into());
    } else if let Some(revision) = at(v1, "revisionName") {
        put(&mut v2, "type", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION".into());
        put(&mut v2, "revision", revision.clone());
    }
    v2
}

fn condition(v1: &Members) -> Members {
    let mut v2 = Members::new();
    const SAME: [&str; 5] = ["type", "message", "reason", "severity", "lastTransitionTime"];
    copy(v1, &mut v2, &SAME.map(|name| (name, name)));
    let state = match text_at(v1, "status") {
        Some("True") => "CONDITION_SUCCEEDED",
        Some("False") => "CONDITION_FAILED",
        Some(_) => "CONDITION_RECONCILING",
        None => return v2,
    };
    put(&mut v2, "state", state.into());
    v2
}
