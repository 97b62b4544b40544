//! Which permission each request takes, written down apart from the catalog. Source: the API reference of each method.

/// The permission that a GET of a path takes; `None` for one that takes none.
pub(super) fn needed(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let service = *segments.first()?;
    let last = *segments.last()?;
    // After version and `projects/P`, collections and names alternate.
    let is_list = |collection: &str| last == collection;
    let of = |prefix: &str, collection: &str| {
        Some(format!("{prefix}.{collection}.{}", if is_list(collection) { "list" } else { "get" }))
    };
    let has = |segment: &str| segments.contains(&segment);
    match service {
        "compute" => {
            let known =
                ["networks", "firewalls", "subnetworks", "routers", "routes", "addresses", "networkEndpointGroups"];
            let of_load_balancers = [
                "backendServices",
                "forwardingRules",
                "healthChecks",
                "sslCertificates",
                "targetHttpsProxies",
                "urlMaps",
            ];
            let collection = known.into_iter().chain(of_load_balancers).find(|collection| has(collection))?;
            let verb = if is_list(collection) { "list" } else { "get" };
            let collection = match collection {
                "addresses" if has("global") => "globalAddresses",
                "forwardingRules" if has("global") => "globalForwardingRules",
                "networkEndpointGroups" if has("regions") => "regionNetworkEndpointGroups",
                collection => collection,
            };
            Some(format!("compute.{collection}.{verb}"))
        }
        "sql" if has("users") => of("cloudsql", "users"),
        "sql" if has("databases") => of("cloudsql", "databases"),
        "sql" => of("cloudsql", "instances"),
        "dns" if has("rrsets") => {
            Some(format!("dns.resourceRecordSets.{}", if is_list("rrsets") { "list" } else { "get" }))
        }
        "dns" => of("dns", "managedZones"),
        "artifactregistry" => of("artifactregistry", "repositories"),
        "cloudfunctions" => of("cloudfunctions", "functions"),
        "iam" => of("iam", "serviceAccounts"),
        "memcache" => of("memcache", "instances"),
        "memorystore" => of("memorystore", "instances"),
        "redis" if has("clusters") => of("redis", "clusters"),
        "redis" => of("redis", "instances"),
        "secretmanager" => of("secretmanager", "secrets"),
        "serviceusage" => of("serviceusage", "services"),
        "run" if has("jobs") => of("run", "jobs"),
        "run" | "run-v1" => of("run", "services"),
        "vpcaccess" => of("vpcaccess", "connectors"),
        "servicenetworking" => Some("servicenetworking.services.get".to_owned()),
        "crm" => Some("resourcemanager.projects.get".to_owned()),
        "cloudasset" => Some("cloudasset.assets.listResource".to_owned()),
        "storage" => Some("storage.objects.get".to_owned()),
        _ => None,
    }
}
