//! Two projects made up for measuring: resources of twelve kinds as configuration, state and live have them, and many
//! more objects that no code names.
//!
//! Every name in it is invented; the bodies are of the size and shape that the APIs answer with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::fake_google::FakeGoogle;

/// The projects.
pub(crate) const PROJECTS: [&str; 2] = ["acme-one", "acme-two"];
/// The regions.
pub(crate) const REGIONS: [&str; 3] = ["europe-west1", "us-central1", "us-east1"];
/// How many resources there are of each kind. Those of Cloud SQL instances are spread over both projects, and the users
/// and databases over those instances.
const COUNTS: [(Kind, usize); 12] = [
    (Kind::Network, 10),
    (Kind::Subnetwork, 200),
    (Kind::Firewall, 400),
    (Kind::Router, 60),
    (Kind::Address, 400),
    (Kind::Connector, 60),
    (Kind::Redis, 100),
    (Kind::Service, 500),
    (Kind::OlderService, 60),
    (Kind::SqlInstance, 5),
    (Kind::SqlUser, 105),
    (Kind::SqlDatabase, 100),
];

/// The resource types of all kinds.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    COUNTS.into_iter().map(|(kind, _)| resource(kind, 0).resource_type)
}

/// The kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Network,
    Subnetwork,
    Firewall,
    Router,
    Address,
    Connector,
    Redis,
    Service,
    OlderService,
    SqlInstance,
    SqlUser,
    SqlDatabase,
}

/// Where a body stands in what the server answers.
struct Place {
    /// The list that has it.
    list: String,
    items: &'static str,
    /// Of an aggregated list the scope.
    scope: Option<String>,
    /// The path of the object itself, where it can be read by itself.
    own: String,
}

/// One resource.
struct Resource {
    resource_type: &'static str,
    /// Arguments, as code and state have them.
    arguments: Value,
    body: Value,
    place: Place,
}

/// The resources of all kinds.
pub(crate) struct Cloud(Vec<Resource>);

impl Cloud {
    /// Two thousand resources.
    pub(crate) fn new() -> Self {
        let all = COUNTS.into_iter().flat_map(|(kind, count)| (0..count).map(move |number| resource(kind, number)));
        Self(all.collect())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many objects a page of each list holds is the server's; this puts the objects on it.
    pub(crate) fn serve(&self, google: &FakeGoogle) {
        serve(google, &self.0);
    }

    /// The path of every object by itself, or of the list of those that cannot be read so.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.0.iter().map(|resource| resource.place.own.clone()).collect()
    }

    /// Writes configuration and state.
    pub(crate) fn write(&self, folder: &Path) {
        let mut blocks: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        let mut recorded = Vec::with_capacity(self.0.len());
        for (number, resource) in self.0.iter().enumerate() {
            let name = format!("r{number}");
            recorded.push(json!({"mode": "managed", "type": resource.resource_type, "name": name,
                "provider": "provider[\"registry.terraform.io/hashicorp/google\"]",
                "instances": [{"schema_version": 0, "attributes": resource.arguments, "sensitive_attributes": []}]}));
            blocks.entry(resource.resource_type).or_default().insert(name, resource.arguments.clone());
        }
        let provider = json!({"google": {"project": PROJECTS[0], "region": REGIONS[0]}});
        let configuration = json!({"provider": provider, "resource": blocks});
        let state = json!({"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {},
                           "resources": recorded});
        fs::write(folder.join("main.tf.json"), configuration.to_string()).expect("written");
        fs::write(folder.join("terraform.tfstate"), state.to_string()).expect("written");
    }
}

/// Puts so many more objects on a server, of the kinds that projects have most of.
pub(crate) fn serve_many(google: &FakeGoogle, count: usize) {
    let kinds = [Kind::Address, Kind::Firewall, Kind::Subnetwork, Kind::Address, Kind::Service];
    let all: Vec<Resource> = (0..count).map(|number| resource(kinds[number % kinds.len()], number)).collect();
    serve(google, &all);
}

fn serve(google: &FakeGoogle, resources: &[Resource]) {
    for project in PROJECTS {
        let compute = |collection: &str| format!("/compute/v1/projects/{project}/{collection}");
        for collection in ["networks", "firewalls", "addresses"] {
            google.list(&compute(&format!("global/{collection}")), "items", vec![]);
        }
        for collection in ["subnetworks", "routers", "addresses"] {
            google.aggregated(&compute(&format!("aggregated/{collection}")), collection, vec![]);
        }
        google.list(&format!("/redis/v1/projects/{project}/locations/-/instances"), "instances", vec![]);
        google.list(&format!("/sql/v1beta4/projects/{project}/instances"), "items", vec![]);
        for region in REGIONS {
            let below = |service: &str| format!("/{service}/projects/{project}/locations/{region}");
            google.list(&format!("{}/services", below("run/v2")), "services", vec![]);
            google.list(&format!("{}/connectors", below("vpcaccess/v1")), "connectors", vec![]);
        }
    }
    let mut lists: BTreeMap<&str, (&str, Vec<&Resource>)> = BTreeMap::new();
    for resource in resources {
        lists.entry(&resource.place.list).or_insert((resource.place.items, Vec::new())).1.push(resource);
    }
    for (path, (items, found)) in lists {
        if found.iter().any(|resource| resource.place.scope.is_some()) {
            let bodies = found.iter().map(|it| (it.place.scope.as_deref().expect("a scope"), it.body.clone()));
            google.aggregated(path, items, bodies.collect());
        } else {
            google.list(path, items, found.iter().map(|resource| resource.body.clone()).collect());
        }
        if path.starts_with("/run-v1/") {
            google.set_token(path, "continue", "metadata.continue");
        }
    }
    for (project, number) in PROJECTS.into_iter().zip(["400000000001", "400000000002"]) {
        let body = json!({"projectId": project, "projectNumber": number});
        google.file(&format!("/crm/v1/projects/{project}"), body.to_string().into_bytes());
    }
}

fn resource(kind: Kind, number: usize) -> Resource {
    let project = PROJECTS[number % 2];
    let region = REGIONS[number / 2 % 3];
    let id = (4_218_810_923_344_120_000_u64 + number as u64).to_string();
    let link = |rest: &str| format!("https://www.googleapis.com/compute/v1/projects/{project}/{rest}");
    let network = link(&format!("global/networks/network-{}", number % 2));
    let compute = |collection: &str, aggregated: bool, name: &str| Place {
        list: if aggregated {
            format!("/compute/v1/projects/{project}/aggregated/{collection}")
        } else {
            format!("/compute/v1/projects/{project}/global/{collection}")
        },
        items: if aggregated { collection_name(collection) } else { "items" },
        scope: aggregated.then(|| format!("regions/{region}")),
        own: if aggregated {
            format!("/compute/v1/projects/{project}/regions/{region}/{collection}/{name}")
        } else {
            format!("/compute/v1/projects/{project}/global/{collection}/{name}")
        },
    };
    let created = "2026-01-12T09:11:40.102-07:00";
    let description = format!("Number {number}, made by the platform team for its services");
    match kind {
        Kind::Network => {
            let name = format!("network-{number}");
            Resource {
                resource_type: "google_compute_network",
                arguments: json!({"name": name, "project": project, "auto_create_subnetworks": false,
                                  "routing_mode": "REGIONAL", "description": description}),
                body: json!({"kind": "compute#network", "id": id, "creationTimestamp": created, "name": name,
                    "description": description, "selfLink": link(&format!("global/networks/{name}")),
                    "selfLinkWithId": link(&format!("global/networks/{id}")), "autoCreateSubnetworks": false,
                    "subnetworks": (0..20).map(|n| link(&format!("regions/{region}/subnetworks/subnetwork-{n}"))).collect::<Vec<_>>(),
                    "routingConfig": {"routingMode": "REGIONAL"},
                    "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL"}),
                place: compute("networks", false, &name),
            }
        }
        Kind::Subnetwork => {
            let name = format!("subnetwork-{number}");
            let range = format!("10.{}.{}.0/24", number / 256 % 256, number % 256);
            let own = format!("regions/{region}/subnetworks/{name}");
            Resource {
                resource_type: "google_compute_subnetwork",
                arguments: json!({"name": name, "project": project, "region": region, "network": network,
                                  "ip_cidr_range": range, "private_ip_google_access": true,
                                  "secondary_ip_range": [{"range_name": "pods", "ip_cidr_range": "10.200.0.0/16"}]}),
                body: json!({"kind": "compute#subnetwork", "id": id, "creationTimestamp": created, "name": name,
                    "network": network, "ipCidrRange": range, "gatewayAddress": "10.0.0.1", "region": link(&format!("regions/{region}")),
                    "selfLink": link(&own), "privateIpGoogleAccess": true, "fingerprint": "ZGVhZGJlZWY=",
                    "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.200.0.0/16"}],
                    "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS", "purpose": "PRIVATE", "stackType": "IPV4_ONLY"}),
                place: compute("subnetworks", true, &name),
            }
        }
        Kind::Firewall => {
            let name = format!("allow-{number}");
            Resource {
                resource_type: "google_compute_firewall",
                arguments: json!({"name": name, "project": project, "network": network, "description": description,
                    "allow": [{"protocol": "tcp", "ports": ["443", "8080-8090"]}], "direction": "INGRESS", "priority": 1000,
                    "source_ranges": ["10.0.0.0/8", "203.0.113.0/24"], "target_tags": ["api", "web"], "disabled": false}),
                body: json!({"kind": "compute#firewall", "id": id, "creationTimestamp": created, "name": name,
                    "description": description, "network": network, "priority": 1000, "direction": "INGRESS",
                    "sourceRanges": ["10.0.0.0/8", "203.0.113.0/24"], "targetTags": ["web", "api"],
                    "allowed": [{"IPProtocol": "tcp", "ports": ["443", "8080-8090"]}], "disabled": false,
                    "logConfig": {"enable": false}, "selfLink": link(&format!("global/firewalls/{name}"))}),
                place: compute("firewalls", false, &name),
            }
        }
        Kind::Router => {
            let name = format!("router-{number}");
            Resource {
                resource_type: "google_compute_router",
                arguments: json!({"name": name, "project": project, "region": region, "network": network}),
                body: json!({"kind": "compute#router", "id": id, "creationTimestamp": created, "name": name,
                    "region": link(&format!("regions/{region}")), "network": network,
                    "selfLink": link(&format!("regions/{region}/routers/{name}")), "encryptedInterconnectRouter": false,
                    "nats": [{"name": "out", "natIpAllocateOption": "AUTO_ONLY", "type": "PUBLIC",
                              "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES", "minPortsPerVm": 64,
                              "autoNetworkTier": "PREMIUM", "endpointTypes": ["ENDPOINT_TYPE_VM"],
                              "logConfig": {"enable": true, "filter": "ERRORS_ONLY"}}]}),
                place: compute("routers", true, &name),
            }
        }
        Kind::Address => {
            let name = format!("address-{number}");
            let address = format!("203.0.{}.{}", number / 256 % 256, number % 256);
            Resource {
                resource_type: "google_compute_address",
                arguments: json!({"name": name, "project": project, "region": region, "address": address,
                                  "address_type": "EXTERNAL", "network_tier": "PREMIUM", "description": description}),
                body: json!({"kind": "compute#address", "id": id, "creationTimestamp": created, "name": name,
                    "description": description, "address": address, "status": "IN_USE", "addressType": "EXTERNAL",
                    "networkTier": "PREMIUM", "region": link(&format!("regions/{region}")),
                    "selfLink": link(&format!("regions/{region}/addresses/{name}")), "labelFingerprint": "42WmSpB8rSM=",
                    "users": [link(&format!("regions/{region}/forwardingRules/rule-{number}"))]}),
                place: compute("addresses", true, &name),
            }
        }
        Kind::Connector => {
            let name = format!("connector-{number}");
            let list = format!("/vpcaccess/v1/projects/{project}/locations/{region}/connectors");
            let range = format!("10.{}.{}.0/28", 128 + number / 256, number % 256);
            let network = format!("network-{}", number % 2);
            Resource {
                resource_type: "google_vpc_access_connector",
                arguments: json!({"name": name, "project": project, "region": region, "network": network,
                    "ip_cidr_range": range, "machine_type": "e2-micro", "min_instances": 2, "max_instances": 3}),
                body: json!({"name": format!("projects/{project}/locations/{region}/connectors/{name}"),
                    "network": network, "ipCidrRange": range, "state": "READY", "minThroughput": 200,
                    "maxThroughput": 300, "minInstances": 2, "maxInstances": 3, "machineType": "e2-micro",
                    "connectedProjects": [project]}),
                place: Place { own: format!("{list}/{name}"), list, items: "connectors", scope: None },
            }
        }
        Kind::Redis => {
            let name = format!("cache-{number}");
            let path = format!("projects/{project}/locations/{region}/instances/{name}");
            Resource {
                resource_type: "google_redis_instance",
                arguments: json!({"name": name, "project": project, "region": region, "tier": "STANDARD_HA",
                    "memory_size_gb": 5, "redis_version": "REDIS_7_0", "connect_mode": "PRIVATE_SERVICE_ACCESS",
                    "authorized_network": format!("projects/{project}/global/networks/network-{}", number % 2),
                    "labels": {"team": "t"}, "transit_encryption_mode": "DISABLED", "auth_enabled": false}),
                body: json!({"name": path, "createTime": "2026-01-12T16:20:00.000000Z", "state": "READY",
                    "tier": "STANDARD_HA", "memorySizeGb": 5, "redisVersion": "REDIS_7_0", "labels": {"team": "t"},
                    "connectMode": "PRIVATE_SERVICE_ACCESS", "transitEncryptionMode": "DISABLED", "authEnabled": false,
                    "authorizedNetwork": format!("projects/{project}/global/networks/network-{}", number % 2),
                    "locationId": format!("{region}-b"), "currentLocationId": format!("{region}-b"),
                    "alternativeLocationId": format!("{region}-c"), "host": "10.20.0.4", "port": 6379,
                    "reservedIpRange": "10.20.0.0/29", "nodes": [{"id": "node-0", "zone": format!("{region}-b")}],
                    "persistenceConfig": {"persistenceMode": "DISABLED"}, "readReplicasMode": "READ_REPLICAS_DISABLED"}),
                place: Place {
                    list: format!("/redis/v1/projects/{project}/locations/-/instances"),
                    items: "instances",
                    scope: None,
                    own: format!("/redis/v1/{path}"),
                },
            }
        }
        Kind::Service => service(number, project, region),
        Kind::OlderService => older_service(number, project, region),
        Kind::SqlInstance | Kind::SqlUser | Kind::SqlDatabase => sql(kind, number),
    }
}

fn collection_name(collection: &str) -> &'static str {
    match collection {
        "subnetworks" => "subnetworks",
        "routers" => "routers",
        _ => "addresses",
    }
}

fn service(number: usize, project: &str, region: &str) -> Resource {
    let name = format!("service-{number}");
    let path = format!("projects/{project}/locations/{region}/services/{name}");
    let image = format!("europe-docker.pkg.dev/{project}/images/{name}@sha256:{number:064x}");
    let variables =
        || (0..12).map(|n| json!({"name": format!("SETTING_{n}"), "value": format!("value {n} of {name}")}));
    let variables: Vec<Value> = variables().collect();
    let account = format!("{name}@{project}.iam.gserviceaccount.com");
    let connector = format!("projects/{project}/locations/{region}/connectors/connector-{}", number % 6);
    let list = format!("/run/v2/projects/{project}/locations/{region}/services");
    Resource {
        resource_type: "google_cloud_run_v2_service",
        arguments: json!({"name": name, "project": project, "location": region, "ingress": "INGRESS_TRAFFIC_ALL",
            "labels": {"team": "t"}, "launch_stage": "GA", "deletion_protection": true,
            "template": [{"service_account": account, "timeout": "300s", "max_instance_request_concurrency": 80,
                "scaling": [{"min_instance_count": 1, "max_instance_count": 20}],
                "vpc_access": [{"connector": connector, "egress": "PRIVATE_RANGES_ONLY"}],
                "containers": [{"image": image, "env": variables, "ports": [{"name": "http1", "container_port": 8080}],
                    "resources": [{"limits": {"cpu": "1", "memory": "512Mi"}, "cpu_idle": true}]}]}]}),
        body: json!({"name": path, "uid": format!("{number:032x}"), "generation": "4",
            "createTime": "2026-01-12T16:20:00.000000Z", "updateTime": "2026-01-14T11:00:00.000000Z",
            "creator": "deployer@example.com", "lastModifier": "someone@example.com", "client": "gcloud",
            "clientVersion": "537.0.0", "ingress": "INGRESS_TRAFFIC_ALL", "launchStage": "GA", "labels": {"team": "t"},
            "template": {"serviceAccount": account, "timeout": "300s", "maxInstanceRequestConcurrency": 80,
                "scaling": {"minInstanceCount": 1, "maxInstanceCount": 20},
                "vpcAccess": {"connector": connector, "egress": "PRIVATE_RANGES_ONLY"},
                "containers": [{"image": image, "env": variables, "ports": [{"name": "http1", "containerPort": 8080}],
                    "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": true},
                    "startupProbe": {"timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1,
                                     "tcpSocket": {"port": 8080}}}]},
            "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
            "trafficStatuses": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
            "observedGeneration": "4", "uri": format!("https://{name}-uc.a.run.app"), "etag": "\"def\"",
            "latestReadyRevision": format!("{path}/revisions/{name}-00004-abc"),
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED",
                                  "lastTransitionTime": "2026-01-14T11:00:05.000000Z"}}),
        place: Place { own: format!("{list}/{name}"), list, items: "services", scope: None },
    }
}

fn older_service(number: usize, project: &str, region: &str) -> Resource {
    let name = format!("older-{number}");
    let image = format!("europe-docker.pkg.dev/{project}/images/{name}:1");
    let list = format!("/run-v1/v1/projects/{project}/locations/-/services");
    Resource {
        resource_type: "google_cloud_run_service",
        arguments: json!({"name": name, "project": project, "location": region,
            "template": [{"spec": [{"container_concurrency": 80, "timeout_seconds": 300,
                "containers": [{"image": image}]}]}],
            "traffic": [{"percent": 100, "latest_revision": true}]}),
        body: json!({"apiVersion": "serving.knative.dev/v1", "kind": "Service",
            "metadata": {"name": name, "namespace": if project == PROJECTS[0] { "400000000001" } else { "400000000002" },
                "uid": format!("{number:032x}"), "generation": 1, "creationTimestamp": "2026-01-12T16:20:00.000000Z",
                "labels": {"cloud.googleapis.com/location": region},
                "annotations": {"run.googleapis.com/ingress": "all", "serving.knative.dev/creator": "deployer@example.com"}},
            "spec": {"template": {"metadata": {"annotations": {"autoscaling.knative.dev/maxScale": "20"}},
                "spec": {"containerConcurrency": 80, "timeoutSeconds": 300, "containers": [{"image": image}]}},
                "traffic": [{"percent": 100, "latestRevision": true}]},
            "status": {"url": format!("https://{name}-uc.a.run.app"), "observedGeneration": 1,
                "conditions": [{"type": "Ready", "status": "True"}]}}),
        place: Place {
            own: format!("/run-v1/v1/projects/{project}/locations/{region}/services/{name}"),
            list,
            items: "items",
            scope: None,
        },
    }
}

fn sql(kind: Kind, number: usize) -> Resource {
    // Instance `n` lies in project `n % 2`; users and databases go round the five instances.
    let instance_number = if kind == Kind::SqlInstance { number } else { number % 5 };
    let (project, region) = (PROJECTS[instance_number % 2], REGIONS[instance_number % 3]);
    let instance = format!("database-{instance_number}");
    let list = format!("/sql/v1beta4/projects/{project}/instances");
    let link = format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{instance}");
    match kind {
        Kind::SqlUser => {
            let name = format!("user-{number}");
            let users = format!("{list}/{instance}/users");
            Resource {
                resource_type: "google_sql_user",
                arguments: json!({"name": name, "project": project, "instance": instance}),
                body: json!({"kind": "sql#user", "name": name, "host": "", "instance": instance, "project": project,
                             "etag": "YQ=="}),
                place: Place { own: users.clone(), list: users, items: "items", scope: None },
            }
        }
        Kind::SqlDatabase => {
            let name = format!("data-{number}");
            let databases = format!("{list}/{instance}/databases");
            Resource {
                resource_type: "google_sql_database",
                arguments: json!({"name": name, "project": project, "instance": instance, "charset": "UTF8",
                                  "collation": "en_US.UTF8"}),
                body: json!({"kind": "sql#database", "name": name, "charset": "UTF8", "collation": "en_US.UTF8",
                             "instance": instance, "project": project, "selfLink": format!("{link}/databases/{name}")}),
                place: Place { own: format!("{databases}/{name}"), list: databases, items: "items", scope: None },
            }
        }
        _ => Resource {
            resource_type: "google_sql_database_instance",
            arguments: json!({"name": instance, "project": project, "region": region,
                "database_version": "POSTGRES_15", "settings": [{"tier": "db-custom-4-16384", "edition": "ENTERPRISE",
                    "activation_policy": "ALWAYS", "availability_type": "REGIONAL", "disk_size": 100}]}),
            body: json!({"kind": "sql#instance", "name": instance, "project": project, "region": region,
                "databaseVersion": "POSTGRES_15", "state": "RUNNABLE", "backendType": "SECOND_GEN", "selfLink": link,
                "instanceType": "CLOUD_SQL_INSTANCE", "connectionName": format!("{project}:{region}:{instance}"),
                "serverCaCert": {"cert": "-----BEGIN CERTIFICATE-----\n".repeat(30), "commonName": "c"},
                "ipAddresses": [{"type": "PRIMARY", "ipAddress": "203.0.113.9"}],
                "settings": {"tier": "db-custom-4-16384", "edition": "ENTERPRISE", "activationPolicy": "ALWAYS",
                    "availabilityType": "REGIONAL", "dataDiskSizeGb": "100", "dataDiskType": "PD_SSD",
                    "storageAutoResize": true, "pricingPlan": "PER_USE", "settingsVersion": "12"}}),
            place: Place { own: format!("{list}/{instance}"), list, items: "items", scope: None },
        },
    }
}
