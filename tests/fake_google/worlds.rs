//! What the server holds in the tests that need a whole project.

use serde_json::json;

use super::{FakeGoogle, NUMBER, PROJECT};

impl FakeGoogle {
    /// A project with a little of everything.
    pub(crate) fn with_world() -> Self {
        let google = Self::start();
        let link = |rest: &str| format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/{rest}");
        let compute = |kind: &str| format!("/compute/v1/projects/{PROJECT}/{kind}");
        google.list(
            &compute("global/networks"),
            "items",
            vec![
                json!({"name": "main", "selfLink": link("global/networks/main"), "autoCreateSubnetworks": false,
                   "peerings": [{"name": "servicenetworking-googleapis-com", "state": "ACTIVE"}]}),
                json!({"name": "lonely", "selfLink": link("global/networks/lonely"), "autoCreateSubnetworks": false}),
            ],
        );
        google.list(&compute("global/firewalls"), "items", vec![
            json!({"name": "allow-internal", "selfLink": link("global/firewalls/allow-internal"),
                   "network": link("global/networks/main"), "sourceRanges": ["10.0.0.0/8"]}),
            json!({"name": "aet-uscentral1-main-connector-sg", "selfLink": link("global/firewalls/aet-uscentral1-main-connector-sg"),
                   "network": link("global/networks/main")}),
        ]);
        let services = json!({"name": "services", "selfLink": link("global/addresses/services"), "purpose": "VPC_PEERING",
                              "address": "10.20.0.0", "prefixLength": 16, "network": link("global/networks/main")});
        google.list(&compute("global/addresses"), "items", vec![services.clone()]);
        for kind in
            ["backendServices", "forwardingRules", "healthChecks", "sslCertificates", "targetHttpsProxies", "urlMaps"]
        {
            google.list(&compute(&format!("global/{kind}")), "items", Vec::new());
        }
        let zones = format!("/dns/v1/projects/{PROJECT}/managedZones");
        google.list(&zones, "managedZones", vec![json!({"name": "main", "dnsName": "example.com."})]);
        google.list(
            &format!("{zones}/main/rrsets"),
            "rrsets",
            vec![json!({"name": "example.com.", "type": "SOA", "ttl": 21600, "rrdatas": ["ns-cloud-a1.googledomains.com."]})],
        );
        google.aggregated(
            &compute("aggregated/subnetworks"),
            "subnetworks",
            vec![
                (
                    "regions/us-central1",
                    json!({"name": "apps", "ipCidrRange": "10.0.0.0/24",
                "selfLink": link("regions/us-central1/subnetworks/apps"), "network": link("global/networks/main")}),
                ),
                (
                    "regions/europe-west1",
                    json!({"name": "apps", "ipCidrRange": "10.0.1.0/24",
                "selfLink": link("regions/europe-west1/subnetworks/apps"), "network": link("global/networks/main")}),
                ),
            ],
        );
        google.aggregated(
            &compute("aggregated/addresses"),
            "addresses",
            vec![
                ("global", services),
                (
                    "regions/us-central1",
                    json!({"name": "egress", "address": "203.0.113.7", "addressType": "EXTERNAL",
                           "selfLink": link("regions/us-central1/addresses/egress")}),
                ),
            ],
        );
        google.aggregated(&compute("aggregated/routers"), "routers", vec![(
            "regions/us-central1",
            json!({"name": "edge", "selfLink": link("regions/us-central1/routers/edge"), "network": link("global/networks/main"),
                   "nats": [{"name": "out", "natIpAllocateOption": "AUTO_ONLY"}, {"name": "spare"}]}),
        )]);
        google.aggregated(
            &compute("aggregated/networkEndpointGroups"),
            "networkEndpointGroups",
            vec![(
                "regions/us-central1",
                json!({"name": "front", "networkEndpointType": "SERVERLESS", "cloudRun": {"service": "web"},
                   "selfLink": link("regions/us-central1/networkEndpointGroups/front")}),
            )],
        );
        google.list(
            &compute("global/routes"),
            "items",
            vec![json!({"name": "to-office", "network": link("global/networks/main"), "destRange": "10.99.0.0/16",
                        "nextHopIp": "10.0.0.9", "priority": 1000, "selfLink": link("global/routes/to-office")})],
        );
        for (list, items) in [
            ("artifactregistry/v1/projects/{}/locations/us-central1/repositories", "repositories"),
            ("artifactregistry/v1/projects/{}/locations/europe-west1/repositories", "repositories"),
            ("cloudfunctions/v2/projects/{}/locations/-/functions", "functions"),
            ("memcache/v1/projects/{}/locations/-/instances", "instances"),
            ("memorystore/v1/projects/{}/locations/-/instances", "instances"),
            ("redis/v1/projects/{}/locations/-/clusters", "clusters"),
            ("run/v2/projects/{}/locations/us-central1/jobs", "jobs"),
            ("run/v2/projects/{}/locations/europe-west1/jobs", "jobs"),
        ] {
            google.list(&format!("/{}", list.replace("{}", PROJECT)), items, Vec::new());
        }
        google.list(
            &format!("/secretmanager/v1/projects/{PROJECT}/secrets"),
            "secrets",
            vec![json!({"name": format!("projects/{PROJECT}/secrets/token"), "replication": {"automatic": {}}})],
        );
        google.list(
            &format!("/serviceusage/v1/projects/{PROJECT}/services"),
            "services",
            vec![json!({"name": format!("projects/{PROJECT}/services/run.googleapis.com")})],
        );
        let address = format!("app@{PROJECT}.iam.gserviceaccount.com");
        google.list(
            &format!("/iam/v1/projects/{PROJECT}/serviceAccounts"),
            "accounts",
            vec![json!({"name": format!("projects/{PROJECT}/serviceAccounts/{address}"), "email": address,
                        "projectId": PROJECT, "uniqueId": "100000000000000000001"})],
        );
        google.list(&format!("/redis/v1/projects/{PROJECT}/locations/-/instances"), "instances", vec![
            json!({"name": format!("projects/{PROJECT}/locations/us-central1/instances/cache"), "tier": "BASIC", "memorySizeGb": 1}),
            json!({"name": format!("projects/{PROJECT}/locations/europe-west1/instances/cache"), "tier": "BASIC", "memorySizeGb": 2}),
        ]);
        for (region, connectors) in [("us-central1", vec!["main-connector"]), ("europe-west1", vec![])] {
            let name = |name| json!({"name": format!("projects/{PROJECT}/locations/{region}/connectors/{name}"), "state": "READY"});
            google.list(
                &format!("/vpcaccess/v1/projects/{PROJECT}/locations/{region}/connectors"),
                "connectors",
                connectors.into_iter().map(name).collect(),
            );
        }
        for region in ["us-central1", "europe-west1"] {
            google.list(&format!("/run/v2/projects/{PROJECT}/locations/{region}/services"), "services", vec![
                json!({"name": format!("projects/{PROJECT}/locations/{region}/services/web"), "ingress": "INGRESS_TRAFFIC_ALL"}),
            ]);
        }
        let services = ["us-central1", "europe-west1"].map(|region| {
            json!({"apiVersion": "serving.knative.dev/v1", "kind": "Service",
                   "metadata": {"name": "web", "namespace": NUMBER, "labels": {"cloud.googleapis.com/location": region}}})
        });
        google.list(&format!("/run-v1/v1/projects/{PROJECT}/locations/-/services"), "items", services.to_vec());
        google.set_token(
            &format!("/run-v1/v1/projects/{PROJECT}/locations/-/services"),
            "continue",
            "metadata.continue",
        );
        let sql = format!("/sql/v1beta4/projects/{PROJECT}/instances");
        let instance = |name: &str, policy: &str| {
            json!({"name": name, "project": PROJECT, "databaseVersion": "POSTGRES_14", "gceZone": "us-central1-a", "settings": {"activationPolicy": policy},
                   "selfLink": format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/{PROJECT}/instances/{name}")})
        };
        google.list(&sql, "items", vec![instance("db", "ALWAYS"), instance("asleep", "NEVER")]);
        google.list(
            &format!("{sql}/db/users"),
            "items",
            vec![
                json!({"name": "app", "host": "", "instance": "db", "project": PROJECT}),
                json!({"name": "postgres", "instance": "db", "project": PROJECT}),
            ],
        );
        google.list(&format!("{sql}/db/databases"), "items", vec![
            json!({"name": "app", "instance": "db", "project": PROJECT, "charset": "UTF8",
                   "selfLink": format!("https://sqladmin.googleapis.com/sql/v1beta4/projects/{PROJECT}/instances/db/databases/app")}),
        ]);
        for project in [PROJECT, NUMBER] {
            google.file(
                &format!("/crm/v1/projects/{project}"),
                json!({"projectId": PROJECT, "projectNumber": NUMBER}).to_string().into_bytes(),
            );
        }
        google.list("/servicenetworking/v1/services/-/connections", "connections", vec![
            json!({"network": format!("projects/{NUMBER}/global/networks/main"), "peering": "servicenetworking-googleapis-com",
                   "reservedPeeringRanges": ["services"], "service": "services/servicenetworking.googleapis.com"}),
        ]);
        google
    }

    /// The same with a service that reaches the network through a connector and a NAT, so that policies have something to
    /// look at.
    pub(crate) fn with_services() -> Self {
        let google = Self::with_world();
        let connector = format!("projects/{PROJECT}/locations/us-central1/connectors/main-connector");
        google.list(
            &format!("/vpcaccess/v1/projects/{PROJECT}/locations/us-central1/connectors"),
            "connectors",
            vec![json!({"name": connector, "state": "READY", "network": "main", "ipCidrRange": "10.8.0.0/28",
                        "machineType": "e2-micro", "minInstances": 2, "maxInstances": 3})],
        );
        google.list(
            &format!("/run/v2/projects/{PROJECT}/locations/us-central1/services"),
            "services",
            vec![json!({"name": format!("projects/{PROJECT}/locations/us-central1/services/web"),
                        "ingress": "INGRESS_TRAFFIC_ALL",
                        "template": {"vpcAccess": {"connector": connector, "egress": "ALL_TRAFFIC"},
                                     "containers": [{"image": "i", "env": [{"name": "POSTGRES_HOST", "value": "203.0.113.17"}]}]}})],
        );
        let link = |rest: &str| format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/{rest}");
        google.aggregated(
            &format!("/compute/v1/projects/{PROJECT}/aggregated/routers"),
            "routers",
            vec![(
                "regions/us-central1",
                json!({"name": "edge", "selfLink": link("regions/us-central1/routers/edge"), "network": link("global/networks/main"),
                       "nats": [{"name": "out", "natIpAllocateOption": "AUTO_ONLY",
                                 "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"},
                                {"name": "spare", "natIpAllocateOption": "AUTO_ONLY"}]}),
            )],
        );
        google.list(
            &format!("/redis/v1/projects/{PROJECT}/locations/-/instances"),
            "instances",
            [("us-central1", 1), ("europe-west1", 2)]
                .map(|(region, size)| {
                    json!({"name": format!("projects/{PROJECT}/locations/{region}/instances/cache"), "tier": "BASIC",
                           "memorySizeGb": size, "connectMode": "DIRECT_PEERING", "transitEncryptionMode": "DISABLED"})
                })
                .to_vec(),
        );
        google
    }
}
