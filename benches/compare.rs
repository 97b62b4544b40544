//! Compares 10,000 resources three ways: the comparison by itself, and with bringing all three sides to one shape first.
//!
//! One resource in ten was changed live, once; everything else agrees. That the comparison finds exactly this is
//! checked, so that the figures are of the real work.
#![recursion_limit = "256"]
#![expect(clippy::print_stdout, reason = "the figures are what a benchmark is for")]

mod figure;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;

use figure::{Cost, Figure};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use trueup::catalog::Catalog;
use trueup::compare::{Comparison, ConfiguredSide, LiveSide, RecordedSide, Request, Verdict, compare};
use trueup::model::{
    Arguments, Configuration, ConfiguredInstance, Identity, IgnoreChanges, InstanceAddress, InstanceKey, Inventory,
    Listing, LiveKind, LiveObject, LiveSource, ModuleAddress, OwnPlaces, Position, ProjectNumbers, ProviderDefaults,
    ResourceAddress, ResourceMode, SourceRange, Value,
};
use trueup::normalize::{Normalizer, settle};

const RESOURCES: usize = 10_000;
const CHANGED_ONE_IN: usize = 10;
const ROUNDS: usize = 5;
const LIMIT: f64 = 0.3;

/// One resource as the three sources have it.
struct Sample {
    resource_type: &'static str,
    asset_type: &'static str,
    service: &'static str,
    path: String,
    configuration: Json,
    state: Json,
    live: Json,
}

/// The sides before they are normalized.
struct Raw {
    configured: Vec<ConfiguredInstance>,
    /// The attributes as text, which is what a state file gives.
    recorded: Vec<(InstanceAddress, String)>,
    inventory: Inventory,
}

fn main() {
    // `cargo test --all-targets` runs this too, without optimization: nothing worth measuring.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let raw = raw();
    let configuration = Configuration { files: 1, ..Configuration::default() };
    let mut normalizing: Vec<Cost> = Vec::new();
    let mut comparing: Vec<Cost> = Vec::new();
    let mut attributes = 0;
    for _ in 0..ROUNDS {
        let (request, cost) = figure::measure(|| black_box(request(&raw, &configuration)));
        normalizing.push(cost);
        let (comparison, cost) = figure::measure(|| black_box(compare(&request)));
        comparing.push(cost);
        check(&comparison);
        attributes = comparison.coverage.attributes_compared;
    }
    let [normalizing, comparing] = [normalizing, comparing].map(|costs| costs.into_iter().min().unwrap_or_default());
    let figure = Figure {
        name: "compare/compare",
        measured: comparing.processor.as_secs_f64(),
        limit: LIMIT,
        unit: "s",
        note: format!("{RESOURCES} resources, {attributes} attributes; {comparing}"),
    };
    println!("{figure}");
    let figure = Figure {
        name: "compare/normalize-and-compare",
        measured: (normalizing.processor + comparing.processor).as_secs_f64(),
        limit: LIMIT,
        unit: "s",
        note: format!(
            "the same from configuration values, state text and REST bodies; normalizing alone {normalizing}"
        ),
    };
    println!("{figure}");
}

/// Exactly the changed resources have drifted, and all others are in sync.
fn check(comparison: &Comparison) {
    assert_eq!(comparison.resources.len(), RESOURCES);
    let count = |verdict| comparison.resources.iter().filter(|resource| resource.verdict == Some(verdict)).count();
    assert_eq!(count(Verdict::Drifted), RESOURCES / CHANGED_ONE_IN);
    let odd = comparison.resources.iter().find(|resource| {
        !matches!(resource.verdict, Some(Verdict::InSync | Verdict::Drifted)) || resource.attributes.len() > 1
    });
    assert!(odd.is_none(), "{odd:#?}");
}

fn request<'a>(raw: &'a Raw, configuration: &'a Configuration) -> Request<'a> {
    let catalog = Catalog::builtin();
    let numbers = ProjectNumbers::default();
    let normalizer = Normalizer::new(catalog, &numbers);
    let mut configured: Vec<ConfiguredSide> = raw
        .configured
        .iter()
        .map(|instance| ConfiguredSide {
            address: instance.address.clone(),
            is_expected: false,
            resource: normalizer.configuration(instance, None).expect("a known type"),
            ignore_changes: instance.ignore_changes.clone(),
            range: instance.range.clone(),
        })
        .collect();
    let mut recorded: Vec<RecordedSide> = raw
        .recorded
        .iter()
        .map(|(address, text)| {
            let attributes: Value = serde_json::from_str(text).expect("JSON");
            RecordedSide {
                address: address.clone(),
                resource: normalizer.state(&address.resource.resource_type, &attributes, &[]).expect("a known type"),
                is_tainted: false,
                deposed: None,
            }
        })
        .collect();
    let mut live: Vec<LiveSide> = raw
        .inventory
        .objects
        .iter()
        .zip(&raw.recorded)
        .map(|(object, (address, _))| LiveSide {
            resource: normalizer.live(&address.resource.resource_type, object).expect("readable"),
            is_primary: true,
            is_system_made: false,
            update_time: None,
            import_id: None,
            as_read: None,
        })
        .collect();
    settle(
        catalog,
        configured.iter_mut().map(|side| &mut side.resource),
        recorded.iter_mut().map(|side| &mut side.resource),
        live.iter_mut().map(|side| &mut side.resource),
    );
    Request {
        configured,
        recorded,
        live,
        inventory: &raw.inventory,
        configuration,
        provenance: &OwnPlaces,
        ignores: &[],
        unmanaged_types: KINDS.iter().map(|kind| kind(0).resource_type.to_owned()).collect(),
        unmanaged_scopes: BTreeSet::from(["projects/bench-project".to_owned()]),
        judged_types: BTreeSet::new(),
        derived_types: BTreeSet::new(),
        managed_elsewhere: BTreeSet::new(),
        only: Vec::new(),
        skip: Vec::new(),
    }
}

fn raw() -> Raw {
    let mut raw = Raw { configured: Vec::new(), recorded: Vec::new(), inventory: Inventory::default() };
    raw.inventory.source = LiveSource { kind: LiveKind::Assets, ..LiveSource::default() };
    raw.inventory.listings = KINDS
        .iter()
        .map(|kind| Listing {
            resource_type: kind(0).resource_type.to_owned(),
            scope: String::new(),
            is_complete: true,
            error: None,
        })
        .collect();
    let range = SourceRange {
        filename: "main.tf".into(),
        start: Position { line: 1, column: 1, byte: 0 },
        end: Position { line: 1, column: 2, byte: 1 },
    };
    for number in 0..RESOURCES {
        let mut sample = KINDS[number % KINDS.len()](number);
        if number % CHANGED_ONE_IN == 0 {
            change(&mut sample.live);
        }
        let resource = ResourceAddress {
            module: ModuleAddress::root().child("team", Some(InstanceKey::Key(format!("t{}", number / 100)))),
            mode: ResourceMode::Managed,
            resource_type: sample.resource_type.to_owned(),
            name: "main".to_owned(),
        };
        let address = InstanceAddress { resource, key: Some(InstanceKey::Index(number)) };
        raw.configured.push(ConfiguredInstance {
            address: address.clone(),
            is_expected: false,
            arguments: Arguments {
                value: serde_json::from_value(sample.configuration).expect("plain JSON"),
                ranges: Arc::default(),
                sensitive: BTreeSet::new(),
            },
            provider: ProviderDefaults {
                name: "google".to_owned(),
                project: Some(Value::from("bench-project")),
                region: Some(Value::from("us-central1")),
                ..ProviderDefaults::default()
            },
            ignore_changes: IgnoreChanges::Paths(Vec::new()),
            range: range.clone(),
        });
        raw.recorded.push((address, sample.state.to_string()));
        raw.inventory.objects.push(LiveObject {
            identity: Identity::new(format!("//{}/{}", sample.service, sample.path)),
            asset_type: sample.asset_type.to_owned(),
            api_version: None,
            data: RawValue::from_string(sample.live.to_string()).expect("JSON"),
            update_time: None,
        });
    }
    raw
}

/// What somebody did by hand.
fn change(live: &mut Json) {
    if live.get("priority").is_some() {
        live["priority"] = json!(900);
    } else if live.get("privateIpGoogleAccess").is_some() {
        live["privateIpGoogleAccess"] = json!(false);
    } else if live.get("memorySizeGb").is_some() {
        live["memorySizeGb"] = json!(6);
    } else {
        live["ingress"] = json!("INGRESS_TRAFFIC_INTERNAL_ONLY");
    }
}

const KINDS: [fn(usize) -> Sample; 4] = [firewall, subnetwork, redis_instance, cloud_run_service];
const NETWORK: &str = "https://www.googleapis.com/compute/v1/projects/bench-project/global/networks/main";

fn firewall(number: usize) -> Sample {
    let name = format!("allow-{number}");
    let path = format!("projects/bench-project/global/firewalls/{name}");
    let link = format!("https://www.googleapis.com/compute/v1/{path}");
    Sample {
        resource_type: "google_compute_firewall",
        asset_type: "compute.googleapis.com/Firewall",
        service: "compute.googleapis.com",
        configuration: json!({
            "name": name, "network": "main", "allow": [{"protocol": "tcp", "ports": ["443", "8080-8090"]}],
            "source_ranges": ["10.0.0.0/8", "203.0.113.0/24"], "target_tags": ["web", "api"],
        }),
        state: json!({
            "allow": [{"ports": ["443", "8080-8090"], "protocol": "tcp"}], "creation_timestamp": "2025-01-02T03:04:05Z",
            "deny": [], "description": "", "destination_ranges": [], "direction": "INGRESS", "disabled": false,
            "enable_logging": null, "id": path, "log_config": [], "name": name, "network": NETWORK, "params": [],
            "priority": 1000, "project": "bench-project", "self_link": link, "source_service_accounts": [],
            "source_ranges": ["10.0.0.0/8", "203.0.113.0/24"], "source_tags": [], "target_service_accounts": [],
            "target_tags": ["api", "web"], "timeouts": null,
        }),
        live: json!({
            "kind": "compute#firewall", "id": number.to_string(), "creationTimestamp": "2025-01-02T03:04:05Z",
            "name": name, "description": "", "network": NETWORK, "priority": 1000, "targetTags": ["web", "api"],
            "sourceRanges": ["203.0.113.0/24", "10.0.0.0/8"], "direction": "INGRESS", "logConfig": {"enable": false},
            "allowed": [{"IPProtocol": "tcp", "ports": ["443", "8080-8090"]}], "disabled": false, "selfLink": link,
        }),
        path,
    }
}

fn subnetwork(number: usize) -> Sample {
    let name = format!("subnet-{number}");
    let path = format!("projects/bench-project/regions/us-central1/subnetworks/{name}");
    let link = format!("https://www.googleapis.com/compute/v1/{path}");
    let range = format!("10.{}.{}.0/24", number / 256, number % 256);
    Sample {
        resource_type: "google_compute_subnetwork",
        asset_type: "compute.googleapis.com/Subnetwork",
        service: "compute.googleapis.com",
        configuration: json!({
            "name": name, "network": NETWORK, "ip_cidr_range": range, "private_ip_google_access": true,
            "secondary_ip_range": [{"range_name": "pods", "ip_cidr_range": "172.16.0.0/16"}],
        }),
        state: json!({
            "creation_timestamp": "2025-01-02T03:04:05Z", "description": "", "external_ipv6_prefix": "",
            "gateway_address": "10.0.0.1", "id": path, "internal_ipv6_prefix": "", "ip_cidr_range": range,
            "ipv6_access_type": "", "ipv6_cidr_range": "", "log_config": [], "name": name, "network": NETWORK,
            "params": [], "private_ip_google_access": true, "private_ipv6_google_access": "DISABLE_GOOGLE_ACCESS",
            "project": "bench-project", "purpose": "PRIVATE", "region": "us-central1", "reserved_internal_range": "",
            "role": "", "self_link": link, "stack_type": "IPV4_ONLY", "timeouts": null,
            "secondary_ip_range": [{"ip_cidr_range": "172.16.0.0/16", "range_name": "pods", "reserved_internal_range": ""}],
        }),
        live: json!({
            "kind": "compute#subnetwork", "id": number.to_string(), "creationTimestamp": "2025-01-02T03:04:05Z",
            "name": name, "network": NETWORK, "ipCidrRange": range, "gatewayAddress": "10.0.0.1", "selfLink": link,
            "region": "https://www.googleapis.com/compute/v1/projects/bench-project/regions/us-central1",
            "privateIpGoogleAccess": true, "fingerprint": "abc=", "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
            "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "172.16.0.0/16"}], "purpose": "PRIVATE",
            "stackType": "IPV4_ONLY", "logConfig": {"enable": false},
        }),
        path,
    }
}

fn redis_instance(number: usize) -> Sample {
    let name = format!("cache-{number}");
    let path = format!("projects/bench-project/locations/us-central1/instances/{name}");
    let network = "projects/bench-project/global/networks/main";
    Sample {
        resource_type: "google_redis_instance",
        asset_type: "redis.googleapis.com/Instance",
        service: "redis.googleapis.com",
        configuration: json!({
            "name": name, "memory_size_gb": 5, "tier": "STANDARD_HA", "redis_version": "REDIS_7_0",
            "authorized_network": network, "redis_configs": {"maxmemory-policy": "allkeys-lru"},
        }),
        state: json!({
            "alternative_location_id": "us-central1-b", "auth_enabled": false, "auth_string": "",
            "authorized_network": network, "connect_mode": "DIRECT_PEERING", "create_time": "2025-01-02T03:04:05Z",
            "current_location_id": "us-central1-a", "customer_managed_key": "", "display_name": "", "host": "10.1.2.3",
            "effective_labels": {}, "id": path, "labels": {}, "location_id": "us-central1-a", "maintenance_policy": [],
            "memory_size_gb": 5, "name": name, "port": 6379, "project": "bench-project", "read_endpoint": "",
            "read_replicas_mode": "READ_REPLICAS_DISABLED", "redis_configs": {"maxmemory-policy": "allkeys-lru"},
            "redis_version": "REDIS_7_0", "region": "us-central1", "replica_count": 1, "secondary_ip_range": "",
            "persistence_config": [{"persistence_mode": "DISABLED", "rdb_next_snapshot_time": "",
                "rdb_snapshot_period": "", "rdb_snapshot_start_time": ""}],
            "server_ca_certs": [], "terraform_labels": {}, "tier": "STANDARD_HA", "timeouts": null,
            "transit_encryption_mode": "DISABLED",
        }),
        live: json!({
            "name": path, "locationId": "us-central1-a", "alternativeLocationId": "us-central1-b", "host": "10.1.2.3",
            "redisVersion": "REDIS_7_0", "port": 6379, "currentLocationId": "us-central1-a", "state": "READY",
            "createTime": "2025-01-02T03:04:05Z", "redisConfigs": {"maxmemory-policy": "allkeys-lru"},
            "tier": "STANDARD_HA", "memorySizeGb": 5, "authorizedNetwork": network, "connectMode": "DIRECT_PEERING",
            "transitEncryptionMode": "DISABLED", "replicaCount": 1, "readReplicasMode": "READ_REPLICAS_DISABLED",
            "persistenceConfig": {"persistenceMode": "DISABLED"},
        }),
        path,
    }
}

fn cloud_run_service(number: usize) -> Sample {
    let name = format!("service-{number}");
    let path = format!("projects/bench-project/locations/us-central1/services/{name}");
    let image = format!("us-central1-docker.pkg.dev/bench-project/images/{name}:v1");
    let account = "runner@bench-project.iam.gserviceaccount.com";
    let connector = "projects/bench-project/locations/us-central1/connectors/main";
    let plain: Vec<Json> = (0..10).map(|n| json!({"name": format!("SETTING_{n}"), "value": format!("v{n}")})).collect();
    let recorded: Vec<Json> = plain
        .iter()
        .map(|variable| json!({"name": variable["name"], "value": variable["value"], "value_source": []}))
        .collect();
    Sample {
        resource_type: "google_cloud_run_v2_service",
        asset_type: "run.googleapis.com/Service",
        service: "run.googleapis.com",
        configuration: json!({
            "name": name, "location": "us-central1", "ingress": "INGRESS_TRAFFIC_ALL",
            "template": [{
                "service_account": account, "timeout": "300s", "max_instance_request_concurrency": 80,
                "containers": [{"image": image, "env": plain, "ports": [{"container_port": 8080}],
                    "resources": [{"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpu_idle": true}]}],
                "scaling": [{"min_instance_count": 1, "max_instance_count": 20}],
                "vpc_access": [{"connector": connector, "egress": "PRIVATE_RANGES_ONLY"}],
            }],
        }),
        state: json!({
            "annotations": {}, "client": "", "client_version": "", "custom_audiences": [], "deletion_protection": true,
            "description": "", "effective_annotations": {}, "effective_labels": {}, "etag": "abc=", "id": path,
            "ingress": "INGRESS_TRAFFIC_ALL", "labels": {}, "launch_stage": "GA", "location": "us-central1", "name": name,
            "project": "bench-project", "scaling": [], "terraform_labels": {}, "timeouts": null,
            "template": [{
                "annotations": {}, "encryption_key": "", "execution_environment": "", "labels": {}, "revision": "",
                "max_instance_request_concurrency": 80, "service_account": account, "session_affinity": false,
                "timeout": "300s", "volumes": [], "scaling": [{"max_instance_count": 20, "min_instance_count": 1}],
                "containers": [{"args": [], "command": [], "env": recorded, "image": image, "name": "",
                    "ports": [{"container_port": 8080, "name": "http1"}], "volume_mounts": [], "working_dir": "",
                    "resources": [{"cpu_idle": true, "limits": {"cpu": "1000m", "memory": "512Mi"},
                        "startup_cpu_boost": false}]}],
                "vpc_access": [{"connector": connector, "egress": "PRIVATE_RANGES_ONLY", "network_interfaces": []}],
            }],
            "traffic": [{"percent": 100, "revision": "", "tag": "", "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"}],
        }),
        live: json!({
            "name": path, "ingress": "INGRESS_TRAFFIC_ALL", "launchStage": "GA", "etag": "abc=", "generation": "3",
            "template": {
                "serviceAccount": account, "timeout": "300s", "maxInstanceRequestConcurrency": 80,
                "containers": [{"image": image, "env": plain, "ports": [{"name": "http1", "containerPort": 8080}],
                    "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": true}}],
                "scaling": {"minInstanceCount": 1, "maxInstanceCount": 20},
                "vpcAccess": {"connector": connector, "egress": "PRIVATE_RANGES_ONLY"},
            },
            "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
        }),
        path,
    }
}
