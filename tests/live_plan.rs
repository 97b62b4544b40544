//! Which requests are planned, and what comes of lists, single objects and partial answers.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use trueup::catalog::{Catalog, ListScope};
use trueup::google::{
    CredentialSource, Endpoints, LiveError, LiveOptions, Plan, TransportOptions, Wanted, Wants, plan, read_live,
};
use trueup::model::{Identity, Inventory, ProjectNumbers};

mod fake_google;

use fake_google::{FakeGoogle, Fault, NUMBER, PROJECT, TOKEN};

fn wanted(resource_type: &str, name: &str) -> Wanted {
    Wanted { resource_type: resource_type.to_owned(), identity: Identity::new(name) }
}

fn named(objects: &[(&str, &str)]) -> Wants {
    let resources = objects.iter().map(|(resource_type, name)| wanted(resource_type, name)).collect();
    Wants { resources, ..Wants::default() }
}

fn whole(types: &[&str], projects: &[&str], regions: &[&str]) -> Wants {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    Wants { types: texts(types), projects: texts(projects), regions: texts(regions), ..Wants::default() }
}

fn planned(wants: &Wants) -> Plan {
    plan(wants, Catalog::builtin(), &Endpoints::default()).expect("no overrides")
}

/// The lines of a plan, without the members that partial answers are asked for.
fn lines(wants: &Wants) -> Vec<String> {
    let without_fields = |line: &str| match line.split_once("&fields=") {
        Some((before, after)) => format!("{before} {}", after.split_once(' ').expect("what it is for").1),
        None => line.to_owned(),
    };
    planned(wants).to_string().lines().map(without_fields).collect()
}

fn options(google: &FakeGoogle) -> LiveOptions {
    let mut endpoints = Endpoints::default();
    for flag in google.endpoints() {
        endpoints.set_from_flag(&flag).expect("an address");
    }
    let transport = TransportOptions {
        credentials: CredentialSource::Token(TOKEN.to_owned()).into(),
        request_timeout: Duration::from_secs(8),
        retries: 3,
        first_delay: Duration::from_millis(5),
        ..TransportOptions::default()
    };
    LiveOptions { transport, endpoints, ..LiveOptions::default() }
}

fn read(google: &FakeGoogle, wants: &Wants) -> Inventory {
    read_live(options(google), Catalog::builtin(), wants).expect("some of it can be read")
}

fn names(inventory: &Inventory) -> Vec<&str> {
    inventory.objects.iter().map(|object| object.identity.as_str()).collect()
}

fn reason(inventory: &Inventory, resource_type: &str, name: &str) -> Option<String> {
    inventory.not_observed(resource_type, &Identity::new(name))
}

#[test]
fn a_whole_project_is_listed_once_for_each_type_and_place() {
    let types: Vec<&str> = Catalog::builtin().type_names().collect();
    let compute = "https://compute.googleapis.com/compute/v1/projects/p";
    let aggregated = "maxResults=500&returnPartialSuccess=true";
    let sql = "https://sqladmin.googleapis.com/sql/v1beta4/projects";
    assert_eq!(
        lines(&whole(&types, &["p"], &["europe-west1", "us-central1"])),
        [
            "GET https://artifactregistry.googleapis.com/v1/projects/p/locations/europe-west1/repositories?pageSize=1000 (list google_artifact_registry_repository in projects/p/locations/europe-west1)".to_owned(),
            "GET https://artifactregistry.googleapis.com/v1/projects/p/locations/us-central1/repositories?pageSize=1000 (list google_artifact_registry_repository in projects/p/locations/us-central1)".to_owned(),
            "GET https://run.googleapis.com/v2/projects/p/locations/europe-west1/jobs (list google_cloud_run_v2_job in projects/p/locations/europe-west1)".to_owned(),
            "GET https://run.googleapis.com/v2/projects/p/locations/us-central1/jobs (list google_cloud_run_v2_job in projects/p/locations/us-central1)".to_owned(),
            "GET https://run.googleapis.com/v2/projects/p/locations/europe-west1/services (list google_cloud_run_v2_service in projects/p/locations/europe-west1)".to_owned(),
            "GET https://run.googleapis.com/v2/projects/p/locations/us-central1/services (list google_cloud_run_v2_service in projects/p/locations/us-central1)".to_owned(),
            "GET https://cloudfunctions.googleapis.com/v2/projects/p/locations/-/functions?pageSize=1000 (list google_cloudfunctions2_function in projects/p)".to_owned(),
            format!("GET {compute}/aggregated/addresses?{aggregated} (list google_compute_address in projects/p)"),
            format!("GET {compute}/global/backendServices?maxResults=500 (list google_compute_backend_service in projects/p)"),
            format!("GET {compute}/global/firewalls?maxResults=500 (list google_compute_firewall in projects/p)"),
            format!("GET {compute}/global/addresses?maxResults=500 (list google_compute_global_address in projects/p)"),
            format!("GET {compute}/global/forwardingRules?maxResults=500 (list google_compute_global_forwarding_rule in projects/p)"),
            format!("GET {compute}/global/healthChecks?maxResults=500 (list google_compute_health_check in projects/p)"),
            format!("GET {compute}/global/networks?maxResults=500 (list google_compute_network in projects/p)"),
            format!("GET {compute}/aggregated/networkEndpointGroups?{aggregated} (list google_compute_region_network_endpoint_group in projects/p)"),
            format!("GET {compute}/global/routes?maxResults=500 (list google_compute_route in projects/p)"),
            format!("GET {compute}/aggregated/routers?{aggregated} (list google_compute_router in projects/p)"),
            format!("GET {compute}/global/sslCertificates?maxResults=500 (list google_compute_ssl_certificate in projects/p)"),
            format!("GET {compute}/aggregated/subnetworks?{aggregated} (list google_compute_subnetwork in projects/p)"),
            format!("GET {compute}/global/targetHttpsProxies?maxResults=500 (list google_compute_target_https_proxy in projects/p)"),
            format!("GET {compute}/global/urlMaps?maxResults=500 (list google_compute_url_map in projects/p)"),
            "GET https://dns.googleapis.com/dns/v1/projects/p/managedZones (list google_dns_managed_zone in projects/p)".to_owned(),
            "GET https://memcache.googleapis.com/v1/projects/p/locations/-/instances?pageSize=1000 (list google_memcache_instance in projects/p)".to_owned(),
            "GET https://memorystore.googleapis.com/v1/projects/p/locations/-/instances?pageSize=1000 (list google_memorystore_instance in projects/p)".to_owned(),
            "GET https://serviceusage.googleapis.com/v1/projects/p/services?filter=state%3AENABLED&pageSize=200 (list google_project_service in projects/p)".to_owned(),
            "GET https://redis.googleapis.com/v1/projects/p/locations/-/clusters?pageSize=1000 (list google_redis_cluster in projects/p)".to_owned(),
            "GET https://redis.googleapis.com/v1/projects/p/locations/-/instances?pageSize=1000 (list google_redis_instance in projects/p)".to_owned(),
            "GET https://secretmanager.googleapis.com/v1/projects/p/secrets?pageSize=25000 (list google_secret_manager_secret in projects/p)".to_owned(),
            "GET https://iam.googleapis.com/v1/projects/p/serviceAccounts?pageSize=100 (list google_service_account in projects/p)".to_owned(),
            format!("GET {sql}/p/instances?maxResults=1000 (list google_sql_database_instance in projects/p)"),
            "GET https://vpcaccess.googleapis.com/v1/projects/p/locations/europe-west1/connectors (list google_vpc_access_connector in projects/p/locations/europe-west1)".to_owned(),
            "GET https://vpcaccess.googleapis.com/v1/projects/p/locations/us-central1/connectors (list google_vpc_access_connector in projects/p/locations/us-central1)".to_owned(),
            "GET https://cloudresourcemanager.googleapis.com/v1/projects/p (the number of project p, unless an answer tells it)".to_owned(),
            "GET https://dns.googleapis.com/dns/v1/projects/{project}/managedZones/{managed_zone}/rrsets (list google_dns_record_set below each google_dns_managed_zone of projects/p)".to_owned(),
            "GET https://servicenetworking.googleapis.com/v1/services/-/connections (list google_service_networking_connection below each google_compute_network of projects/p)".to_owned(),
            format!("GET {sql}/{{project}}/instances/{{instance}}/databases (list google_sql_database below each google_sql_database_instance of projects/p)"),
            format!("GET {sql}/{{project}}/instances/{{instance}}/users (list google_sql_user below each google_sql_database_instance of projects/p)"),
        ]
    );
}

#[test]
fn two_projects_in_three_regions_take_few_requests_however_many_objects_they_hold() {
    let types = Catalog::builtin().type_names().filter(|name| *name != "google_service_networking_connection");
    let regions = ["europe-west1", "us-central1", "us-east1"];
    let mut wants = whole(&types.collect::<Vec<_>>(), &["p", "q"], &regions);
    for (project, number) in ["p", "q"].into_iter().flat_map(|project| (0..1000).map(move |number| (project, number))) {
        let region = regions[number % regions.len()];
        wants.resources.insert(wanted(
            "google_compute_address",
            &format!("//compute.googleapis.com/projects/{project}/regions/{region}/addresses/a{number}"),
        ));
    }
    let plan = planned(&wants);
    // A list of each project for each type, or one of each region; below instances and zones further ones.
    let lists = |is_meant: fn(ListScope) -> bool| {
        let types = Catalog::builtin().types().filter(|kind| kind.same_object_as.is_none());
        types.filter(|kind| kind.lists.first().is_some_and(|list| is_meant(list.scope))).count()
    };
    let of_projects = lists(|scope| matches!(scope, ListScope::Project | ListScope::Aggregated));
    let of_regions = lists(|scope| scope == ListScope::Location);
    assert!(of_projects > 5 && of_regions > 1, "{of_projects} {of_regions}");
    assert_eq!(plan.calls.len(), 2 * (of_projects + of_regions * 3));
    assert!(plan.calls.iter().all(trueup::google::PlannedCall::is_list));
    // All but the connections, which are left out above.
    assert_eq!(plan.children.len(), lists(|scope| scope == ListScope::Parent) - 1);
}

#[test]
fn what_is_wanted_only_by_name_is_read_singly_where_that_takes_no_more_requests() {
    let redis =
        |region: &str, name: &str| format!("//redis.googleapis.com/projects/p/locations/{region}/instances/{name}");
    let connector = |region: &str, name: &str| {
        format!("//vpcaccess.googleapis.com/projects/p/locations/{region}/connectors/{name}")
    };
    let one = redis("r", "a");
    assert_eq!(
        lines(&named(&[("google_redis_instance", &one)])),
        [
            "GET https://redis.googleapis.com/v1/projects/p/locations/r/instances/a (get google_redis_instance projects/p/locations/r/instances/a)"
        ]
    );
    // Two instances take two requests, the list one.
    let two = named(&[("google_redis_instance", &one), ("google_redis_instance", &redis("r", "b"))]);
    assert_eq!(
        lines(&two),
        [
            "GET https://redis.googleapis.com/v1/projects/p/locations/-/instances?pageSize=1000 (list google_redis_instance in projects/p)"
        ]
    );
    // Where each region takes a list of its own, so does each of two objects in two regions.
    let apart = named(&[
        ("google_vpc_access_connector", &connector("r", "a")),
        ("google_vpc_access_connector", &connector("s", "b")),
    ]);
    assert!(lines(&apart).iter().all(|line| line.contains("(get ")), "{:?}", lines(&apart));
    let close = named(&[
        ("google_vpc_access_connector", &connector("r", "a")),
        ("google_vpc_access_connector", &connector("r", "b")),
    ]);
    assert_eq!(
        lines(&close),
        [
            "GET https://vpcaccess.googleapis.com/v1/projects/p/locations/r/connectors (list google_vpc_access_connector in projects/p/locations/r)"
        ]
    );
    // What is listed whole for another reason is not read once more.
    let both = Wants {
        resources: named(&[("google_redis_instance", &one)]).resources,
        ..whole(&["google_redis_instance"], &["p"], &[])
    };
    assert!(lines(&both)[0].contains("(list "), "{:?}", lines(&both));
}

#[test]
fn each_type_is_read_where_its_object_lives() {
    for (resource_type, name, expected) in [
        (
            "google_cloud_run_service",
            "//run.googleapis.com/projects/p/locations/r/services/s",
            "GET https://run.googleapis.com/v1/projects/p/locations/r/services/s (get google_cloud_run_service projects/p/locations/r/services/s)",
        ),
        (
            "google_compute_router_nat",
            "//compute.googleapis.com/projects/p/regions/r/routers/x/nats/n",
            "GET https://compute.googleapis.com/compute/v1/projects/p/regions/r/routers/x (get google_compute_router projects/p/regions/r/routers/x)",
        ),
        (
            "google_compute_global_address",
            "//compute.googleapis.com/projects/p/global/addresses/a",
            "GET https://compute.googleapis.com/compute/v1/projects/p/global/addresses/a (get google_compute_global_address projects/p/global/addresses/a)",
        ),
        (
            "google_sql_database_instance",
            "//cloudsql.googleapis.com/projects/p/instances/i",
            "GET https://sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/i (get google_sql_database_instance projects/p/instances/i)",
        ),
    ] {
        assert_eq!(lines(&named(&[(resource_type, name)])), [expected], "{resource_type}");
    }
    // A user is listed below its instance, which is read first: it may be asleep.
    let user = named(&[("google_sql_user", "//cloudsql.googleapis.com/projects/p/instances/i/users/u/-")]);
    assert_eq!(
        lines(&user),
        [
            "GET https://sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/i (get google_sql_database_instance projects/p/instances/i)",
            "GET https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{instance}/users (list google_sql_user below projects/p/instances/i)",
        ]
    );
}

#[test]
fn many_objects_are_never_read_one_by_one() {
    let connectors: Vec<String> = (0..12)
        .map(|region| format!("//vpcaccess.googleapis.com/projects/p/locations/r{region}/connectors/c"))
        .collect();
    let objects: Vec<(&str, &str)> =
        connectors.iter().map(|name| ("google_vpc_access_connector", name.as_str())).collect();
    assert!(lines(&named(&objects)).iter().all(|line| line.contains("(list ")));
    assert!(lines(&named(&objects[..10])).iter().all(|line| line.contains("(get ")));
}

#[test]
fn names_cannot_leave_their_place_in_an_address() {
    let mut wants = whole(&["google_redis_instance"], &["p?x=1#f", ".."], &[]);
    wants.resources.insert(wanted(
        "google_vpc_access_connector",
        "//vpcaccess.googleapis.com/projects/p?x=1#f/locations/r/connectors/..",
    ));
    assert_eq!(
        lines(&wants),
        [
            "GET https://redis.googleapis.com/v1/projects/p%3Fx%3D1%23f/locations/-/instances?pageSize=1000 (list google_redis_instance in projects/p?x=1#f)"
        ]
    );
}

#[test]
fn a_project_by_its_number_and_by_its_id_is_one() {
    let mut wants = whole(&["google_redis_instance"], &[PROJECT, NUMBER], &[]);
    assert_eq!(planned(&wants).unknown_numbers, BTreeSet::from([NUMBER.to_owned()]));
    let google = FakeGoogle::with_world();
    let inventory = read(&google, &wants);
    assert_eq!(google.count("/redis/"), 1, "{:?}", google.requests());
    assert_eq!(google.count("/crm/"), 1);
    assert_eq!(inventory.objects.len(), 2);
    // Where the number is known nobody is asked.
    wants.numbers = ProjectNumbers::default();
    wants.numbers.learn(NUMBER, PROJECT);
    assert_eq!(planned(&wants).unknown_numbers, BTreeSet::new());
    // A look-up that is refused costs only the second list.
    wants.numbers = ProjectNumbers::default();
    let google = FakeGoogle::with_world();
    google.fault("/crm/", usize::MAX, Fault::PermissionDenied("resourcemanager.projects.get"));
    let inventory = read(&google, &wants);
    assert_eq!((google.count("/redis/"), inventory.objects.len()), (2, 2));
    let cache = format!("//redis.googleapis.com/projects/{PROJECT}/locations/us-central1/instances/gone");
    assert_eq!(reason(&inventory, "google_redis_instance", &cache), None);
}

#[test]
fn an_object_that_is_read_singly_is_the_same_as_from_a_list() {
    let google = FakeGoogle::with_world();
    let types: Vec<&str> = Catalog::builtin().type_names().collect();
    let listed = read(&google, &whole(&types, &[PROJECT], &["us-central1", "europe-west1"]));
    let mut compared = BTreeSet::new();
    for object in &listed.objects {
        let kinds = Catalog::builtin().of_asset_type(&object.asset_type);
        for kind in kinds.filter(|kind| kind.read.is_some() && kind.lists.iter().all(|list| list.parent.is_none())) {
            let name = object.identity.as_str();
            let single = read(&google, &named(&[(&kind.name, name)]));
            let found = single.objects.iter().find(|found| found.identity == object.identity).expect("read");
            // A list may leave out what nothing reads.
            if found.api_version == object.api_version {
                let (whole, listed) = (value(found.data.get()), value(object.data.get()));
                let listed = listed.as_object().expect("an object");
                assert!(listed.iter().all(|(member, value)| whole[member] == *value), "{name}");
            }
            assert_eq!(found.asset_type, object.asset_type);
            assert!(
                single.listings.iter().all(|listing| listing.is_complete && object.identity.path() == listing.scope)
            );
            compared.insert(kind.name.to_string());
        }
    }
    assert!(compared.len() >= 10, "{compared:?}");
}

fn value(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn an_object_that_is_not_found_is_known_to_be_gone_and_nothing_else_is() {
    let google = FakeGoogle::with_world();
    let name = |name: &str| format!("//redis.googleapis.com/projects/{PROJECT}/locations/us-central1/instances/{name}");
    let inventory = read(&google, &named(&[("google_redis_instance", &name("gone"))]));
    assert_eq!(names(&inventory), Vec::<&str>::new());
    assert_eq!(reason(&inventory, "google_redis_instance", &name("gone")), None);
    assert!(reason(&inventory, "google_redis_instance", &name("cache")).is_some(), "nobody asked for it");
    // With a router all its NATs are gone, and known to be.
    let nat = |router: &str| {
        format!("//compute.googleapis.com/projects/{PROJECT}/regions/us-central1/routers/{router}/nats/out")
    };
    let inventory = read(&google, &named(&[("google_compute_router_nat", &nat("gone"))]));
    assert_eq!(reason(&inventory, "google_compute_router_nat", &nat("gone")), None);
    assert!(reason(&inventory, "google_compute_router_nat", &nat("other")).is_some());
}

#[test]
fn an_object_that_cannot_be_read_is_not_observed() {
    let name = format!("//redis.googleapis.com/projects/{PROJECT}/locations/us-central1/instances/cache");
    let other = json!({"name": format!("projects/{PROJECT}/locations/us-central1/instances/other")});
    for (fault, said) in [
        (Fault::PermissionDenied("redis.instances.get"), "redis.instances.get"),
        (Fault::ServiceDisabled("redis.googleapis.com"), "gcloud services enable"),
        (Fault::Status(500), "HTTP 500"),
        (Fault::Html, "HTML"),
        (Fault::NoRoute, "HTTP 404"),
        (Fault::Object(other), "another object"),
        (Fault::Object(json!({})), "without a usable name"),
    ] {
        let google = FakeGoogle::with_world();
        google.fault("/redis/", usize::MAX, fault.clone());
        let network = format!("//compute.googleapis.com/projects/{PROJECT}/global/networks/main");
        let wants = named(&[("google_redis_instance", &name), ("google_compute_network", &network)]);
        let inventory = read(&google, &wants);
        let why = reason(&inventory, "google_redis_instance", &name).expect("not observed");
        assert!(why.contains(said), "{fault:?}: {why}");
        let peering = format!("{network}/peerings/servicenetworking-googleapis-com");
        assert_eq!(names(&inventory), [network, peering], "{fault:?}");
    }
}

#[test]
fn who_may_list_but_not_read_sees_the_same() {
    let google = FakeGoogle::with_world();
    google.grant(["redis.instances.list".to_owned(), "vpcaccess.connectors.list".to_owned()]);
    let cache =
        |name: &str| format!("//redis.googleapis.com/projects/{PROJECT}/locations/us-central1/instances/{name}");
    let connector = |region: &str| {
        format!("//vpcaccess.googleapis.com/projects/{PROJECT}/locations/{region}/connectors/main-connector")
    };
    let (cache, gone) = (cache("cache"), cache("gone"));
    let (here, elsewhere) = (connector("us-central1"), connector("europe-west1"));
    let objects = [
        ("google_redis_instance", cache.as_str()),
        ("google_vpc_access_connector", &here),
        ("google_vpc_access_connector", &elsewhere),
    ];
    let inventory = read(&google, &named(&objects));
    assert!(names(&inventory).contains(&cache.as_str()) && names(&inventory).contains(&here.as_str()));
    for (resource_type, name) in [("google_redis_instance", &gone), ("google_vpc_access_connector", &elsewhere)] {
        assert_eq!(reason(&inventory, resource_type, name), None, "{name}");
    }
    assert!(inventory.listings.iter().all(|listing| listing.is_complete), "{:?}", inventory.listings);
    assert_eq!(google.requests().len(), 6, "three refusals, three lists: {:?}", google.requests());
    // Who may do neither is told of the reading that was asked for.
    let google = FakeGoogle::with_world();
    google.grant(["vpcaccess.connectors.list".to_owned()]);
    let inventory = read(&google, &named(&objects));
    let why = reason(&inventory, "google_redis_instance", &cache).expect("not observed");
    assert!(why.contains("it takes redis.instances.get,"), "{why}");
    google.grant([]);
    let error = read_live(options(&google), Catalog::builtin(), &named(&objects)).expect_err("all refused");
    assert!(matches!(error, LiveError::AllRefused { .. }), "{error}");
}

#[test]
fn a_parent_that_is_read_singly_decides_as_a_listed_one() {
    let google = FakeGoogle::with_world();
    let user =
        |instance: &str| format!("//cloudsql.googleapis.com/projects/{PROJECT}/instances/{instance}/users/app/-");
    let inventory = read(&google, &named(&[("google_sql_user", &user("db"))]));
    assert!(names(&inventory).contains(&user("db").as_str()));
    let inventory = read(&google, &named(&[("google_sql_user", &user("asleep"))]));
    let why = reason(&inventory, "google_sql_user", &user("asleep")).expect("not observed");
    assert!(why.contains("NEVER"), "{why}");
    let inventory = read(&google, &named(&[("google_sql_user", &user("gone"))]));
    assert_eq!(reason(&inventory, "google_sql_user", &user("gone")), None, "its instance is not there");
    assert_eq!(google.count("/instances/gone/users"), 0);
}

#[test]
fn a_location_that_cannot_be_reached_says_nothing_of_the_others() {
    let google = FakeGoogle::with_world();
    let location = |region: &str| format!("/run/v2/projects/{PROJECT}/locations/{region}/services");
    let down = json!({"unreachable": [format!("projects/{PROJECT}/locations/us-central1")]});
    google.fault(&location("us-central1"), usize::MAX, Fault::With(down));
    google.fault(&location("europe-west1"), usize::MAX, Fault::PermissionDenied("run.services.list"));
    let wants = whole(&["google_cloud_run_v2_service"], &[PROJECT], &["us-central1", "europe-west1", "asia-east1"]);
    let inventory = read(&google, &wants);
    let service = |region: &str| format!("//run.googleapis.com/projects/{PROJECT}/locations/{region}/services/gone");
    for (region, said) in [("us-central1", "could not reach us-central1"), ("europe-west1", "run.services.list")] {
        let why = reason(&inventory, "google_cloud_run_v2_service", &service(region)).expect("not observed");
        assert!(why.contains(said), "{region}: {why}");
    }
}

#[test]
fn an_answer_that_is_no_list_is_not_an_empty_one() {
    for body in
        [json!({"error": {"code": 403, "message": "no"}}), json!({"message": "sign in first"}), json!({"ok": true})]
    {
        let google = FakeGoogle::with_world();
        google.fault("/redis/", usize::MAX, Fault::Object(body.clone()));
        let wants = whole(&["google_redis_instance", "google_compute_network"], &[PROJECT], &[]);
        let cache = format!("//redis.googleapis.com/projects/{PROJECT}/locations/us-central1/instances/cache");
        assert!(reason(&read(&google, &wants), "google_redis_instance", &cache).is_some(), "{body}");
    }
}

#[test]
fn an_instance_that_moves_between_pages_is_one() {
    let google = FakeGoogle::with_world();
    let body = |region: &str, size: u64| json!({"name": format!("projects/{PROJECT}/locations/{region}/instances/cache"), "memorySizeGb": size});
    google.list(
        &format!("/redis/v1/projects/{PROJECT}/locations/-/instances"),
        "instances",
        vec![body("us-central1", 1), body("europe-west1", 2), body("us-central1", 1)],
    );
    google.set_page_size(1);
    let inventory = read(&google, &whole(&["google_redis_instance"], &[PROJECT], &[]));
    assert_eq!(inventory.objects.len(), 2, "{:?}", names(&inventory));
    assert!(inventory.listings.iter().all(|listing| listing.is_complete));
}

#[test]
fn the_children_of_a_parent_are_paged_as_well() {
    let google = FakeGoogle::with_world();
    google.set_page_size(1);
    let inventory = read(&google, &whole(&["google_sql_user"], &[PROJECT], &[]));
    let users = names(&inventory).into_iter().filter(|name| name.contains("/instances/db/users/")).count();
    assert_eq!((users, google.count("/instances/db/users")), (2, 2));
}

#[test]
fn an_answer_in_parts_has_all_that_is_read() {
    let google = FakeGoogle::with_world();
    let types = ["google_compute_network", "google_sql_user", "google_service_networking_connection"];
    let inventory = read(&google, &whole(&types, &[PROJECT], &[]));
    let asked = google.requests().into_iter().filter(|request| request.contains("fields=")).count();
    assert_eq!(asked, 2, "networks and instances: {:?}", google.requests());
    assert_eq!(google.count("/connections"), 1, "the peerings of the network are among the parts");
    assert_eq!(google.count("/instances/db/users"), 1, "and the activation policy of the instance");
    assert!(inventory.objects.iter().all(|object| !object.data.get().contains("gceZone")), "what nothing reads is not");
}

#[test]
fn an_api_that_refuses_parts_is_asked_for_the_whole() {
    let google = FakeGoogle::with_world();
    google.set_page_size(1);
    google.fault("/global/networks", usize::MAX, Fault::UnknownField);
    let inventory = read(&google, &whole(&["google_compute_network"], &[PROJECT], &[]));
    assert_eq!(inventory.objects.len(), 3, "two networks and a peering");
    assert!(inventory.listings.iter().all(|listing| listing.is_complete));
    assert_eq!(google.count("/global/networks"), 3, "once in parts, then two pages of the whole");
    let google = FakeGoogle::with_world();
    google.fault("/global/networks", usize::MAX, Fault::Status(400));
    let wants = whole(&["google_compute_network", "google_redis_instance"], &[PROJECT], &[]);
    let inventory = read(&google, &wants);
    let network = format!("//compute.googleapis.com/projects/{PROJECT}/global/networks/main");
    let why = reason(&inventory, "google_compute_network", &network).expect("not observed");
    assert!(why.contains("HTTP 400"), "{why}");
    assert_eq!(google.count("/global/networks"), 2);
}

/// The requests of a check of a root through the program.
fn checked(google: &FakeGoogle, configuration: &str, arguments: &[&str]) -> (serde_json::Value, Vec<String>) {
    let root = tempfile::tempdir().expect("a folder");
    let provider = format!("provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"us-central1\"\n}}\n");
    std::fs::write(root.path().join("main.tf"), provider + configuration).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.arg("check").arg(root.path()).args(["--format", "json", "--fail-on", "none"]).args(arguments);
    for endpoint in google.endpoints() {
        program.args(["--endpoint", &endpoint]);
    }
    program.env_clear().env("HOME", root.path()).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
    let output = program.output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let report = serde_json::from_slice(&output.stdout).expect("JSON");
    (report, stderr.lines().filter(|line| line.starts_with("GET ")).map(str::to_owned).collect())
}

const CACHE: &str = r#"
resource "google_redis_instance" "cache" {
  name           = "cache"
  memory_size_gb = 1
}

resource "google_compute_firewall" "internal" {
  name    = "allow-internal"
  network = "main"
}

resource "google_cloud_run_v2_service" "web" {
  name     = "web"
  location = "us-central1"
  template {
    containers {
      image = "i"
    }
  }
}
"#;

#[test]
fn what_is_not_selected_is_not_asked_for() {
    let google = FakeGoogle::with_world();
    let (report, plan) = checked(&google, CACHE, &["--only", "google_compute_firewall.internal", "-v"]);
    assert_eq!(google.requests(), [format!("/compute/v1/projects/{PROJECT}/global/firewalls?maxResults=500")]);
    assert_eq!(plan.len(), 1, "{plan:?}");
    let of = |report: &serde_json::Value, name: &str| {
        let resources = report["resources"].as_array().expect("a list").clone();
        resources.iter().find(|resource| resource["address"] == name).map(|found| found["presence"].clone())
    };
    assert_eq!(of(&report, "google_compute_firewall.internal"), Some("not_in_state".into()));
    assert_eq!(report["complete"], true, "{}", report["coverage"]);
    // No policy speaks of the networks of a project, so one of them is read by itself.
    let network = "resource \"google_compute_address\" \"egress\" {\n  name = \"egress\"\n}\n";
    let google = FakeGoogle::with_world();
    let (report, _) = checked(&google, network, &["--only", "google_compute_address.egress"]);
    assert_eq!(google.requests(), [format!("/compute/v1/projects/{PROJECT}/regions/us-central1/addresses/egress")]);
    assert_eq!(of(&report, "google_compute_address.egress"), Some("not_in_state".into()));
}

#[test]
fn what_policies_say_of_the_selected_does_not_depend_on_the_selection() {
    let run = |arguments: &[&str]| {
        let google = FakeGoogle::with_world();
        let service = format!("projects/{PROJECT}/locations/us-central1/connectors/gone");
        google.list(
            &format!("/run/v2/projects/{PROJECT}/locations/us-central1/services"),
            "services",
            vec![json!({"name": format!("projects/{PROJECT}/locations/us-central1/services/web"),
                "template": {"vpcAccess": {"connector": service}, "containers": [{"image": "i"}]}})],
        );
        let (report, _) = checked(&google, CACHE, arguments);
        (report["findings"].clone(), google)
    };
    let about_web = |findings: serde_json::Value| {
        let findings = findings.as_array().expect("a list").clone();
        let is_about = |finding: &serde_json::Value| {
            finding["subjects"].as_array().expect("subjects").contains(&json!("google_cloud_run_v2_service.web"))
        };
        findings.into_iter().filter(is_about).collect::<Vec<_>>()
    };
    let (all, everything) = run(&[]);
    let (selected, google) = run(&["--only", "google_cloud_run_v2_service.web"]);
    assert!(about_web(all.clone()).iter().any(|finding| finding["policy"] == "missing-reference"), "{all}");
    assert_eq!(about_web(all), about_web(selected));
    assert_eq!((google.count("/firewalls"), google.count("/users"), google.count("/addresses")), (0, 0, 0));
    assert!(google.requests().len() < everything.requests().len());
}

#[test]
fn skipping_a_type_spares_its_requests() {
    let google = FakeGoogle::with_world();
    checked(&google, CACHE, &["--skip", "google_compute_firewall", "--skip", "google_sql_*"]);
    assert_eq!(google.count("/firewalls"), 0);
    assert_eq!(google.count("/users"), 0);
    assert_eq!(google.count("/sql/"), 1, "policies about services look at instances: {:?}", google.requests());
}
