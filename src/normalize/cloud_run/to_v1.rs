//! A v2 body as v1 has it.

use super::{Members, at, copy, number, objects, put, put_objects, settings, text_at};
use crate::model::{Identity, Value};

/// Members of v1 of which a v2 body says nothing.
pub(super) const UNTOLD: &[&str] = &[
    "metadata.resourceVersion",
    "metadata.selfLink",
    "spec.template.metadata.generation",
    "spec.template.metadata.namespace",
    "spec.template.metadata.resourceVersion",
    "spec.template.metadata.selfLink",
    "spec.template.metadata.uid",
    "spec.template.spec.containers.envFrom",
    "spec.template.spec.containers.resources.requests",
    "spec.template.spec.servingState",
];

/// A v2 body as v1 has it.
pub(super) fn body(v2: &Members, identity: &Identity) -> Members {
    let empty = Members::new();
    let mut v1 = Members::from([
        ("apiVersion".to_owned(), "serving.knative.dev/v1".into()),
        ("kind".to_owned(), "Service".into()),
    ]);
    put(&mut v1, "metadata.name", identity.name().into());
    if let Some(project) = identity.project() {
        put(&mut v1, "metadata.namespace", project.into());
    }
    copy(
        v2,
        &mut v1,
        &[
            ("labels", "metadata.labels"),
            ("uid", "metadata.uid"),
            ("createTime", "metadata.creationTimestamp"),
            ("deleteTime", "metadata.deletionTimestamp"),
            ("uri", "status.url"),
        ],
    );
    let mut annotations = at(v2, "annotations").and_then(Value::as_map).unwrap_or(&empty).clone();
    settings::to_annotations(settings::SERVICE, v2, &mut annotations);
    // v1 does not write the usual stage.
    if annotations.get("run.googleapis.com/launch-stage").and_then(Value::as_str) == Some("GA") {
        annotations.remove("run.googleapis.com/launch-stage");
    }
    if at(v2, "binaryAuthorization.useDefault").and_then(Value::as_bool) == Some(true) {
        put_annotation(&mut annotations, "run.googleapis.com/binary-authorization", "default");
    } else if let Some(policy) = text_at(v2, "binaryAuthorization.policy") {
        put_annotation(&mut annotations, "run.googleapis.com/binary-authorization", policy);
    }
    put(&mut v1, "metadata.annotations", Value::Map(annotations));
    for (from, to) in [("generation", "metadata.generation"), ("observedGeneration", "status.observedGeneration")] {
        if let Some(generation) = at(v2, from).and_then(number) {
            put(&mut v1, to, Value::Number(generation));
        }
    }
    for (from, to) in [
        ("latestReadyRevision", "status.latestReadyRevisionName"),
        ("latestCreatedRevision", "status.latestCreatedRevisionName"),
    ] {
        if let Some(name) = text_at(v2, from).and_then(|path| path.rsplit('/').next()) {
            put(&mut v1, to, name.into());
        }
    }
    if let Some(v2) = at(v2, "template").and_then(Value::as_map) {
        put(&mut v1, "spec.template", Value::Map(template(v2)));
    }
    put_objects(&mut v1, "spec.traffic", objects(v2, "traffic").map(traffic).collect());
    put_objects(&mut v1, "status.traffic", objects(v2, "trafficStatuses").map(traffic).collect());
    let terminal = at(v2, "terminalCondition").and_then(Value::as_map);
    let conditions = terminal.into_iter().chain(objects(v2, "conditions")).map(condition).collect();
    put_objects(&mut v1, "status.conditions", conditions);
    v1
}

fn put_annotation(annotations: &mut Members, key: &str, value: &str) {
    annotations.insert(key.to_owned(), value.into());
}

fn template(v2: &Members) -> Members {
    let empty = Members::new();
    let mut v1 = Members::new();
    let mut annotations = at(v2, "annotations").and_then(Value::as_map).unwrap_or(&empty).clone();
    settings::to_annotations(settings::TEMPLATE, v2, &mut annotations);
    copy(
        v2,
        &mut v1,
        &[
            ("revision", "metadata.name"),
            ("labels", "metadata.labels"),
            ("serviceAccount", "spec.serviceAccountName"),
            ("maxInstanceRequestConcurrency", "spec.containerConcurrency"),
        ],
    );
    let seconds = text_at(v2, "timeout").and_then(|text| number(&Value::string(text.trim_end_matches('s'))));
    if let Some(seconds) = seconds {
        put(&mut v1, "spec.timeoutSeconds", Value::Number(seconds));
    }
    if let Some(accelerator) = at(v2, "nodeSelector.accelerator") {
        let selector = Members::from([("run.googleapis.com/accelerator".to_owned(), accelerator.clone())]);
        put(&mut v1, "spec.nodeSelector", Value::Map(selector));
    }
    let containers: Vec<&Members> = objects(v2, "containers").collect();
    let any = |path: &str, wanted: bool| {
        containers.iter().any(|container| at(container, path).and_then(Value::as_bool) == Some(wanted))
    };
    if any("resources.cpuIdle", true) {
        // Throttled, as without the annotation.
    } else if !containers.is_empty() {
        put_annotation(&mut annotations, "run.googleapis.com/cpu-throttling", "false");
    }
    if any("resources.startupCpuBoost", true) {
        put_annotation(&mut annotations, "run.googleapis.com/startup-cpu-boost", "true");
    }
    let mut sql_volumes = Vec::new();
    let mut instances = Vec::new();
    let mut volumes = Vec::new();
    for v2 in objects(v2, "volumes") {
        match at(v2, "cloudSqlInstance.instances").and_then(Value::as_elements) {
            Some(named) => {
                instances.extend(named.iter().filter_map(Value::as_str));
                sql_volumes.extend(text_at(v2, "name"));
            }
            None => volumes.push(volume(v2)),
        }
    }
    if !instances.is_empty() {
        put_annotation(&mut annotations, "run.googleapis.com/cloudsql-instances", &instances.join(","));
    }
    let dependencies: Members = containers
        .iter()
        .filter_map(|container| Some((text_at(container, "name")?.to_owned(), at(container, "dependsOn")?.clone())))
        .collect();
    if !dependencies.is_empty() {
        let text = settings::to_json(&Value::Map(dependencies));
        put_annotation(&mut annotations, "run.googleapis.com/container-dependencies", &text);
    }
    if !annotations.is_empty() {
        put(&mut v1, "metadata.annotations", Value::Map(annotations));
    }
    put_objects(&mut v1, "spec.containers", containers.iter().map(|v2| container(v2, &sql_volumes)).collect());
    put_objects(&mut v1, "spec.volumes", volumes);
    v1
}

fn container(v2: &Members, sql_volumes: &[&str]) -> Members {
    const SAME: [&str; 10] = [
        "name",
        "image",
        "command",
        "args",
        "workingDir",
        "ports",
        "livenessProbe",
        "startupProbe",
        "readinessProbe",
        "resources.limits",
    ];
    let mut v1 = Members::new();
    copy(v2, &mut v1, &SAME.map(|name| (name, name)));
    // The volume of the built-in Cloud SQL connection is an annotation in v1.
    let is_kept = |mount: &&Members| !text_at(mount, "name").is_some_and(|name| sql_volumes.contains(&name));
    put_objects(&mut v1, "volumeMounts", objects(v2, "volumeMounts").filter(is_kept).cloned().collect());
    let env = objects(v2, "env").map(|v2| {
        let mut v1 = Members::new();
        copy(v2, &mut v1, &[("name", "name"), ("value", "value")]);
        copy(v2, &mut v1, &[("valueSource.secretKeyRef.version", "valueFrom.secretKeyRef.key")]);
        if let Some(secret) = text_at(v2, "valueSource.secretKeyRef.secret") {
            put(&mut v1, "valueFrom.secretKeyRef.name", last_segment(secret));
        }
        v1
    });
    put_objects(&mut v1, "env", env.collect());
    v1
}

fn last_segment(path: &str) -> Value {
    path.rsplit('/').next().unwrap_or(path).into()
}

fn volume(v2: &Members) -> Members {
    let mut v1 = Members::new();
    copy(v2, &mut v1, &[("name", "name"), ("nfs", "nfs"), ("emptyDir.sizeLimit", "emptyDir.sizeLimit")]);
    if at(v2, "emptyDir").is_some() {
        let medium = match text_at(v2, "emptyDir.medium") {
            None | Some("MEMORY") => "Memory",
            Some("DISK") => "Disk",
            Some(other) => other,
        };
        put(&mut v1, "emptyDir.medium", medium.into());
    }
    if let Some(secret) = text_at(v2, "secret.secret") {
        put(&mut v1, "secret.secretName", last_segment(secret));
        copy(v2, &mut v1, &[("secret.defaultMode", "secret.defaultMode")]);
        let items = objects(v2, "secret.items").map(|v2| {
            let mut v1 = Members::new();
            copy(v2, &mut v1, &[("version", "key"), ("path", "path"), ("mode", "mode")]);
            v1
        });
        put_objects(&mut v1, "secret.items", items.collect());
    }
    if at(v2, "gcs").is_some() {
        put(&mut v1, "csi.driver", "gcsfuse.run.googleapis.com".into());
        copy(v2, &mut v1, &[("gcs.bucket", "csi.volumeAttributes.bucketName"), ("gcs.readOnly", "csi.readOnly")]);
        if let Some(options) = at(v2, "gcs.mountOptions").and_then(Value::as_elements) {
            let options: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
            put(&mut v1, "csi.volumeAttributes.mountOptions", Value::String(options.join(",")));
        }
    }
    v1
}

fn traffic(v2: &Members) -> Members {
    let mut v1 = Members::new();
    copy(v2, &mut v1, &[("percent", "percent"), ("tag", "tag"), ("uri", "url"), ("revision", "revisionName")]);
    if text_at(v2, "type") == Some("TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST") {
        put(&mut v1, "latestRevision", true.into());
    }
    v1
}

fn condition(v2: &Members) -> Members {
    let mut v1 = Members::new();
    const SAME: [&str; 5] = ["type", "message", "reason", "severity", "lastTransitionTime"];
    copy(v2, &mut v1, &SAME.map(|name| (name, name)));
    let status = match text_at(v2, "state") {
        Some("CONDITION_SUCCEEDED") => "True",
        Some("CONDITION_FAILED") => "False",
        Some(_) => "Unknown",
        None => return v1,
    };
    put(&mut v1, "status", status.into());
    v1
}
