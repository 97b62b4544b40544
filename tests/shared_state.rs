//! Reads every state of the shared samples, and of the shared provider cases, and counts what is in it.
//!
//! Skipped, with a word, where the samples do not lie beside the repository.
#![expect(clippy::panic, reason = "a test fails on bad samples")]

mod shared;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use trueup::model::{ResourceMode, State};
use trueup::terraform::state::{StateError, parse};

/// Instances counted over a plain JSON tree: in all, tainted, deposed, and by mode and type.
fn counted(document: &Value) -> (usize, usize, usize, BTreeMap<String, usize>) {
    let (mut all, mut tainted, mut deposed, mut by_type) = (0, 0, 0, BTreeMap::new());
    for resource in document["resources"].as_array().into_iter().flatten() {
        let prefix = if resource["mode"] == "data" { "data." } else { "" };
        let resource_type = format!("{prefix}{}", resource["type"].as_str().expect("a type"));
        for instance in resource["instances"].as_array().into_iter().flatten() {
            all += 1;
            tainted += usize::from(instance["status"] == "tainted");
            deposed += usize::from(instance.get("deposed").is_some());
            *by_type.entry(resource_type.clone()).or_default() += 1;
        }
    }
    (all, tainted, deposed, by_type)
}

fn found(state: &State) -> (usize, usize, usize, BTreeMap<String, usize>) {
    let mut by_type = BTreeMap::new();
    for instance in &state.instances {
        let prefix = if instance.address.resource.mode == ResourceMode::Data { "data." } else { "" };
        *by_type.entry(format!("{prefix}{}", instance.address.resource.resource_type)).or_default() += 1;
    }
    let tainted = state.instances.iter().filter(|instance| instance.is_tainted).count();
    let deposed = state.instances.iter().filter(|instance| instance.deposed.is_some()).count();
    (state.instances.len(), tainted, deposed, by_type)
}

/// Every instance of a version 4 state is found, and its attributes expand to what a plain tree holds.
fn check(path: &Path, bytes: Vec<u8>, document: &Value) -> State {
    let shown = path.display();
    let state = parse(bytes, &shown.to_string()).unwrap_or_else(|error| panic!("failed to {error}"));
    assert_eq!(found(&state), counted(document), "{shown}");
    let mut instances = state.instances.iter();
    for resource in document["resources"].as_array().into_iter().flatten() {
        for object in resource["instances"].as_array().into_iter().flatten() {
            let instance = instances.next().expect("as many as were counted");
            let expected = match object.get("attributes").filter(|attributes| !attributes.is_null()) {
                Some(attributes) => serde_json::from_value(attributes.clone()).expect("plain JSON"),
                None => trueup::model::Value::Map(BTreeMap::new()),
            };
            let value = state.attributes(instance).expect("readable");
            assert_eq!(value, expected, "{shown}: {}", instance.address);
            let marked = object["sensitive_attributes"].as_array().map_or(0, Vec::len);
            assert_eq!(instance.sensitive.len(), marked, "{shown}: {}", instance.address);
        }
    }
    state
}

#[test]
fn every_shared_sample_is_read_or_refused_with_its_reason() {
    let Some(folder) = shared::folder_with("samples/state") else { return };
    let root = folder.join("samples/state");
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(root.join("manifest.json")).expect("a manifest")).expect("JSON");
    let (mut read, mut old, mut instances, mut diagnostics) = (0, 0, 0, 0);
    for entry in manifest.as_array().expect("a list") {
        let path = root.join(entry["file"].as_str().expect("a file"));
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if entry["format_version"] != 4 {
            match parse(bytes, &path.display().to_string()) {
                Err(error @ StateError::OldVersion { .. }) => shared::say(&format!("failed to {error}")),
                other => panic!("{}: {other:?}", path.display()),
            }
            old += 1;
            continue;
        }
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let state = check(&path, bytes, &document);
        assert_eq!(state.source.serial, entry["serial"].as_u64(), "{}", path.display());
        assert_eq!(state.source.terraform_version.as_deref(), entry["terraform_version"].as_str());
        for diagnostic in &state.diagnostics {
            shared::say(&format!("{}: {}: {}", path.display(), diagnostic.summary, diagnostic.detail));
            assert_eq!(diagnostic.summary, "Legacy attributes in state", "{}", path.display());
        }
        read += 1;
        instances += state.instances.len();
        diagnostics += state.diagnostics.len();
    }
    shared::say(&format!(
        "{read} states read, {instances} instances, {diagnostics} diagnostics; {old} of older versions refused"
    ));
    assert!(read > 0 && old > 0, "the manifest lists states of both kinds");
}

#[test]
fn every_shared_provider_case_is_read() {
    let Some(folder) = shared::folder_with("samples/state") else { return };
    let root = folder.join("gcp/oracle/states");
    let (mut read, mut marked) = (0, 0);
    for resource_type in std::fs::read_dir(&root).into_iter().flatten().flatten() {
        for case in std::fs::read_dir(resource_type.path()).into_iter().flatten().flatten() {
            let path = case.path().join("state.tfstate");
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let document = serde_json::from_slice(&bytes).expect("JSON");
            let state = check(&path, bytes, &document);
            assert_eq!(state.diagnostics, [], "{}", path.display());
            read += 1;
            marked += state.instances.iter().filter(|instance| !instance.sensitive.is_empty()).count();
        }
    }
    shared::say(&format!("{read} states read, {marked} instances with sensitive paths"));
}
