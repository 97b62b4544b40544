//! How each API says that it did not reach a location.
//!
//! Source: `unreachable` of redis v1 `ListInstancesResponse` and
//! `ListClustersResponse`, memcache v1 and memorystore v1 `ListInstancesResponse`, cloudfunctions v2 `ListFunctionsResponse`, run v1 and v2 `ListServicesResponse`; `warnings` of
//! sqladmin `InstancesListResponse`; `warning` of each scope of an aggregated list of compute.

use serde_json::{Value, json};

/// The answer to a list request, less what lies in a location, as the API at `path` would say it. An API that has no
/// words for it gives its answer as it is.
pub(super) fn without(location: &str, path: &str, mut answer: Value) -> Value {
    let below = format!("/locations/{location}/");
    let service = path.split('/').nth(1).unwrap_or_default();
    match service {
        "compute" if answer["items"].is_object() => {
            let scope = format!("regions/{location}");
            let message = format!("The region {location} is not reached.");
            answer["items"][scope] = json!({"warning": {"code": "UNREACHABLE", "message": message}});
        }
        "sql" if path.ends_with("/instances") => {
            keep(&mut answer, "items", |body| body["region"] != location);
            let message = format!("The region {location} is not reached.");
            answer["warnings"] = json!([{"code": "REGION_UNREACHABLE", "message": message, "region": location}]);
        }
        "redis" | "memcache" | "memorystore" | "cloudfunctions" => {
            let items = path.rsplit('/').next().unwrap_or_default();
            keep(&mut answer, items, |body| !body["name"].as_str().unwrap_or_default().contains(&below));
            answer["unreachable"] = json!([location]);
        }
        // Lists of jobs have no words for it.
        "run" if path.contains(&below) && path.ends_with("/services") => answer = json!({"unreachable": [location]}),
        "run-v1" => {
            let label = "cloud.googleapis.com/location";
            keep(&mut answer, "items", |body| body["metadata"]["labels"][label] != location);
            answer["unreachable"] = json!([location]);
        }
        _ => {}
    }
    answer
}

/// Leaves out elements of a list, where it is one.
fn keep(answer: &mut Value, items: &str, is_kept: impl Fn(&Value) -> bool) {
    if let Some(list) = answer.get_mut(items).and_then(Value::as_array_mut) {
        list.retain(is_kept);
    }
}
