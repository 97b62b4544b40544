//! Reads a state of 100 MB: time against `serde_json` building a `Value` from the same bytes, and peak memory.
//!
//! Each measurement runs in a process of its own, so that one does not warm or swell the other.
#![expect(clippy::print_stdout, reason = "the figures are what a benchmark is for")]

mod figure;

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, exit};

use figure::{Cost, Figure};
use serde::Serialize;
use serde_json::{Value, json};
use trueup::terraform::state::parse;

const SIZE: usize = 100_000_000;
const ROUNDS: usize = 5;
const MEGABYTE: f64 = 1_000_000.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "--child", "time", path] => time(Path::new(path)),
        [_, "--child", "memory", path] => memory(Path::new(path)),
        [_, rest @ ..] if rest.contains(&"--bench") => measure(),
        // `cargo test --all-targets` runs this too, without optimization: nothing worth measuring.
        _ => {}
    }
}

fn measure() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let instances = write_state(&mut file);
    let size = file.as_file().metadata().expect("written").len() as f64;

    let times = child("time", file.path());
    let [ours, ours_by_clock, tree, tree_by_clock] = times[..] else {
        println!("state/time: expected four times, found {times:?}");
        exit(1)
    };
    let figure = Figure {
        name: "state/time",
        measured: ours,
        limit: tree / 2.0,
        unit: "s",
        note: format!(
            "{instances} instances in {:.1} MB; a serde_json tree takes {tree:.3} s, half of which is the limit; by the \
             clock {ours_by_clock:.3} s and {tree_by_clock:.3} s",
            size / MEGABYTE
        ),
    };
    println!("{figure}");

    match child("memory", file.path()).as_slice() {
        [peak] => {
            let figure = Figure {
                name: "state/memory",
                measured: *peak / MEGABYTE,
                limit: size / MEGABYTE + 100.0,
                unit: "MB",
                note: "peak of the whole process, the file's bytes included".to_owned(),
            };
            println!("{figure}");
        }
        _ => println!("state/memory: not measured, since this system does not tell a process its peak"),
    }
}

/// Runs this program again for one measurement; it prints one number a line.
fn child(measurement: &str, path: &Path) -> Vec<f64> {
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new(program).args(["--child", measurement]).arg(path).output().expect("started");
    if !output.status.success() {
        println!("state/{measurement}: failed: {}", String::from_utf8_lossy(&output.stderr));
        exit(1);
    }
    String::from_utf8_lossy(&output.stdout).lines().map(|line| line.parse().expect("a number")).collect()
}

/// Prints the seconds of our reader on a processor and by the clock, then those of a `serde_json` tree; of each the
/// fastest of several rounds, in turns.
fn time(path: &Path) {
    let bytes = std::fs::read(path).expect("readable");
    let mut ours: Vec<Cost> = Vec::new();
    let mut tree: Vec<Cost> = Vec::new();
    for _ in 0..ROUNDS {
        let copy = bytes.clone();
        let (state, cost) = figure::measure(|| black_box(parse(copy, "state").expect("readable")));
        ours.push(cost);
        assert!(!state.instances.is_empty() && state.diagnostics.is_empty());
        drop(state);

        let (value, cost) = figure::measure(|| black_box(serde_json::from_slice::<Value>(&bytes).expect("readable")));
        tree.push(cost);
        drop(value);
    }
    for cost in [ours, tree].map(|costs| costs.into_iter().min().unwrap_or_default()) {
        println!("{}\n{}", cost.processor.as_secs_f64(), cost.wall.as_secs_f64());
    }
}

/// Reads the state once and prints the most memory that this process ever held, in bytes. Nothing where it is not told.
fn memory(path: &Path) {
    let bytes = std::fs::read(path).expect("readable");
    let state = black_box(parse(bytes, "state").expect("readable"));
    assert!(!state.instances.is_empty());
    if let Some(peak) = figure::peak_memory() {
        println!("{peak}");
    }
}

/// The top level of a state, members in Terraform's order.
#[derive(Serialize)]
struct Document {
    version: u64,
    terraform_version: &'static str,
    serial: u64,
    lineage: &'static str,
    outputs: Value,
    resources: Vec<Resource>,
    check_results: Value,
}

#[derive(Serialize)]
struct Resource {
    module: String,
    mode: &'static str,
    #[serde(rename = "type")]
    resource_type: &'static str,
    name: String,
    provider: &'static str,
    instances: Vec<Instance>,
}

#[derive(Serialize)]
struct Instance {
    index_key: String,
    schema_version: u64,
    attributes: Value,
    sensitive_attributes: Value,
    private: &'static str,
    dependencies: [&'static str; 2],
}

/// Writes a state of at least [`SIZE`] bytes as Terraform would, and returns how many instances it has.
fn write_state(file: &mut impl Write) -> usize {
    let mut document = Document {
        version: 4,
        terraform_version: "1.9.8",
        serial: 1207,
        lineage: "00000000-0000-4000-8000-000000000000",
        outputs: json!({}),
        resources: Vec::new(),
        check_results: Value::Null,
    };
    let mut written = 0;
    while written < SIZE {
        let resource = resource(document.resources.len());
        // The lines of an entry stand four blanks further in than those of the entry by itself.
        let lines = serde_json::to_string_pretty(&resource).expect("serializable");
        written += lines.len() + 4 * lines.lines().count() + ",\n".len();
        document.resources.push(resource);
    }
    let writer = std::io::BufWriter::new(file);
    serde_json::to_writer_pretty(writer, &document).expect("written");
    document.resources.iter().map(|resource| resource.instances.len()).sum()
}

/// One entry of `resources`, in the order in which Terraform sorts them: twenty to a module, each kind in turn.
fn resource(number: usize) -> Resource {
    let (resource_type, attributes): (_, fn(usize) -> Value) = match number % 20 / 5 {
        0 => ("google_cloud_run_v2_service", cloud_run_service),
        1 => ("google_compute_firewall", firewall),
        2 => ("google_compute_subnetwork", subnetwork),
        _ => ("google_sql_database_instance", sql_instance),
    };
    // What the provider's schema calls sensitive is marked; most types have nothing of that.
    let sensitive = match resource_type {
        "google_sql_database_instance" => json!([[{"type": "get_attr", "value": "root_password"}]]),
        _ => json!([]),
    };
    let instance = |index: usize| Instance {
        index_key: format!("key-{index}"),
        schema_version: 1,
        attributes: attributes(number * 4 + index),
        sensitive_attributes: sensitive.clone(),
        private: "eyJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnsiY3JlYXRlIjo2MDAwMDAwMDAwMDB9fQ==",
        dependencies: ["google_compute_network.main", "google_project_service.enabled"],
    };
    Resource {
        module: format!("module.team[\"t{:05}\"].module.stack", number / 20),
        mode: "managed",
        resource_type,
        name: format!("r{}", number % 5),
        provider: "provider[\"registry.terraform.io/hashicorp/google\"]",
        instances: (0..=number % 4).map(instance).collect(),
    }
}

fn cloud_run_service(number: usize) -> Value {
    let name = format!("service-{number}");
    let variables: Vec<Value> = (0..12)
        .map(|n| json!({"name": format!("SETTING_{n}"), "value": format!("value {n} of {name}"), "value_source": []}))
        .collect();
    json!({
        "annotations": {}, "client": "gcloud", "client_version": "500.0.0", "deletion_protection": true,
        "effective_labels": {"team": "t", "goog-terraform-provisioned": "true"}, "etag": "\"CJ6gu7oGEKj6nZgB\"",
        "id": format!("projects/bench-project/locations/us-central1/services/{name}"), "ingress": "INGRESS_TRAFFIC_ALL",
        "labels": {"team": "t"}, "latest_ready_revision": format!("{name}-00042-abc"), "location": "us-central1",
        "name": name, "project": "bench-project", "terraform_labels": {"team": "t"}, "timeouts": null,
        "template": [{
            "annotations": {}, "execution_environment": "", "max_instance_request_concurrency": 80, "timeout": "300s",
            "service_account": format!("{name}@bench-project.iam.gserviceaccount.com"),
            "containers": [{
                "image": format!("us-central1-docker.pkg.dev/bench-project/images/{name}@sha256:{:064x}", number),
                "env": variables, "ports": [{"container_port": 8080, "name": "http1"}],
                "resources": [{"cpu_idle": true, "limits": {"cpu": "1000m", "memory": "512Mi"}, "startup_cpu_boost": false}],
                "startup_probe": [{"failure_threshold": 1, "initial_delay_seconds": 0, "period_seconds": 240,
                    "tcp_socket": [{"port": 8080}], "timeout_seconds": 240}],
            }],
            "scaling": [{"max_instance_count": 20, "min_instance_count": 1}],
            "vpc_access": [{"connector": "projects/bench-project/locations/us-central1/connectors/main",
                "egress": "PRIVATE_RANGES_ONLY", "network_interfaces": []}],
        }],
        "traffic": [{"percent": 100, "revision": "", "tag": "", "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"}],
        "uri": format!("https://{name}-uc.a.run.app"), "uid": format!("{:032x}", number),
    })
}

fn sql_instance(number: usize) -> Value {
    let name = format!("database-{number}");
    let flags: Vec<Value> = ["max_connections", "shared_buffers", "work_mem", "log_min_duration_statement"]
        .into_iter()
        .map(|flag| json!({"name": flag, "value": "262144"}))
        .collect();
    json!({
        "connection_name": format!("bench-project:us-central1:{name}"), "database_version": "POSTGRES_15",
        "deletion_protection": true, "first_ip_address": "203.0.113.9", "id": name, "instance_type": "CLOUD_SQL_INSTANCE",
        "ip_address": [{"ip_address": "203.0.113.9", "time_to_retire": "", "type": "PRIMARY"},
            {"ip_address": "10.20.0.3", "time_to_retire": "", "type": "PRIVATE"}],
        "name": name, "private_ip_address": "10.20.0.3", "project": "bench-project", "region": "us-central1",
        "root_password": null, "timeouts": null,
        "self_link": format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/bench-project/instances/{name}"),
        "settings": [{
            "activation_policy": "ALWAYS", "availability_type": "REGIONAL", "database_flags": flags, "disk_autoresize": true,
            "disk_size": 100, "disk_type": "PD_SSD", "edition": "ENTERPRISE", "tier": "db-custom-4-16384", "version": 31,
            "backup_configuration": [{"enabled": true, "location": "us", "point_in_time_recovery_enabled": true,
                "start_time": "03:00", "transaction_log_retention_days": 7,
                "backup_retention_settings": [{"retained_backups": 7, "retention_unit": "COUNT"}]}],
            "insights_config": [{"query_insights_enabled": true, "query_plans_per_minute": 5, "query_string_length": 1024}],
            "ip_configuration": [{"authorized_networks": [{"name": "office", "value": "203.0.113.0/24"}],
                "ipv4_enabled": true, "private_network": "projects/bench-project/global/networks/main",
                "ssl_mode": "ENCRYPTED_ONLY"}],
            "location_preference": [{"zone": "us-central1-a", "secondary_zone": "us-central1-b"}],
            "maintenance_window": [{"day": 7, "hour": 4, "update_track": "stable"}], "user_labels": {"team": "t"},
        }],
    })
}

fn firewall(number: usize) -> Value {
    let name = format!("allow-{number}");
    json!({
        "allow": [{"ports": ["443", "8080-8090"], "protocol": "tcp"}], "deny": [], "description": "a \"quoted\"\ttext\n",
        "direction": "INGRESS", "disabled": false, "enable_logging": null, "log_config": [], "name": name,
        "id": format!("projects/bench-project/global/firewalls/{name}"), "priority": 1000, "project": "bench-project",
        "network": "https://www.googleapis.com/compute/v1/projects/bench-project/global/networks/main",
        "self_link": format!("https://www.googleapis.com/compute/v1/projects/bench-project/global/firewalls/{name}"),
        "source_ranges": ["10.0.0.0/8", "203.0.113.0/24"], "source_service_accounts": null, "source_tags": null,
        "target_service_accounts": null, "target_tags": ["web", "api"], "timeouts": null,
        "creation_timestamp": "2025-01-02T03:04:05.678-08:00", "destination_ranges": [],
    })
}

fn subnetwork(number: usize) -> Value {
    let name = format!("subnet-{number}");
    json!({
        "creation_timestamp": "2025-01-02T03:04:05.678-08:00", "description": "", "external_ipv6_prefix": "",
        "gateway_address": "10.0.0.1", "id": format!("projects/bench-project/regions/us-central1/subnetworks/{name}"),
        "ip_cidr_range": format!("10.{}.{}.0/24", number / 256 % 256, number % 256), "ipv6_access_type": "",
        "log_config": [{"aggregation_interval": "INTERVAL_5_SEC", "filter_expr": "true", "flow_sampling": 0.5,
            "metadata": "INCLUDE_ALL_METADATA", "metadata_fields": []}],
        "name": name, "network": "https://www.googleapis.com/compute/v1/projects/bench-project/global/networks/main",
        "private_ip_google_access": true, "project": "bench-project", "purpose": "PRIVATE", "region": "us-central1",
        "role": "", "secondary_ip_range": [{"ip_cidr_range": "10.200.0.0/16", "range_name": "pods",
            "reserved_internal_range": ""}], "stack_type": "IPV4_ONLY", "timeouts": null,
        "self_link": format!("https://www.googleapis.com/compute/v1/projects/bench-project/regions/us-central1/subnetworks/{name}"),
    })
}
