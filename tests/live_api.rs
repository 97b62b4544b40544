//! Reading live from APIs, against a Google Cloud on loopback.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trueup::catalog::Catalog;
use trueup::google::{
    CredentialSource, Endpoints, LiveError, LiveOptions, ObjectError, StorageOptions, TransportOptions, Wanted, Wants,
    assets, fetch_object, read_live,
};
use trueup::model::{Identity, Inventory, Listing};

mod fake_google;

use fake_google::{FakeGoogle, Fault, NUMBER, PROJECT, TOKEN};

const REGIONS: [&str; 2] = ["europe-west1", "us-central1"];

fn everything() -> Wants {
    Wants {
        types: Catalog::builtin().types().map(|kind| kind.name.to_string()).collect(),
        projects: BTreeSet::from([PROJECT.to_owned()]),
        regions: REGIONS.map(str::to_owned).into(),
        ..Wants::default()
    }
}

fn only(resource_type: &str) -> Wants {
    Wants { types: BTreeSet::from([resource_type.to_owned()]), ..everything() }
}

fn wanting(resource_type: &str, name: &str) -> Wants {
    let wanted = Wanted { resource_type: resource_type.to_owned(), identity: Identity::new(name) };
    Wants { resources: BTreeSet::from([wanted]), ..Wants::default() }
}

fn endpoints(google: &FakeGoogle) -> Endpoints {
    let mut endpoints = Endpoints::default();
    for flag in google.endpoints() {
        endpoints.set_from_flag(&flag).expect("an address");
    }
    endpoints
}

fn transport(token: &str) -> TransportOptions {
    TransportOptions {
        credentials: CredentialSource::Token(token.to_owned()).into(),
        timeout: Duration::from_secs(20),
        request_timeout: Duration::from_secs(8),
        retries: 3,
        first_delay: Duration::from_millis(5),
        on_wait: None,
    }
}

fn options(google: &FakeGoogle) -> LiveOptions {
    LiveOptions { transport: transport(TOKEN), endpoints: endpoints(google), ..LiveOptions::default() }
}

fn read(google: &FakeGoogle, wants: &Wants) -> Inventory {
    read_live(options(google), Catalog::builtin(), wants).expect("some of it can be read")
}

fn names(inventory: &Inventory) -> Vec<String> {
    inventory.objects.iter().map(|object| object.identity.to_string()).collect()
}

fn incomplete(inventory: &Inventory) -> Vec<&Listing> {
    inventory.listings.iter().filter(|listing| !listing.is_complete).collect()
}

fn reason(inventory: &Inventory, resource_type: &str, name: &str) -> Option<String> {
    inventory.not_observed(resource_type, &Identity::new(name))
}

fn redis(region: &str, name: &str) -> String {
    format!("//redis.googleapis.com/projects/{PROJECT}/locations/{region}/instances/{name}")
}

#[test]
fn everything_is_read_and_said_to_be_complete() {
    let google = FakeGoogle::with_world();
    let inventory = read(&google, &everything());
    let compute = format!("//compute.googleapis.com/projects/{PROJECT}");
    let sql = format!("//cloudsql.googleapis.com/projects/{PROJECT}/instances");
    let mut wanted = vec![
        format!("{compute}/global/networks/main"),
        format!("{compute}/global/networks/main/peerings/servicenetworking-googleapis-com"),
        format!("{compute}/global/networks/lonely"),
        format!("{compute}/global/firewalls/allow-internal"),
        format!("{compute}/global/firewalls/aet-uscentral1-main-connector-sg"),
        format!("{compute}/global/addresses/services"),
        format!("{compute}/regions/us-central1/addresses/egress"),
        format!("{compute}/regions/us-central1/subnetworks/apps"),
        format!("{compute}/regions/europe-west1/subnetworks/apps"),
        format!("{compute}/global/routes/to-office"),
        format!("{compute}/regions/us-central1/networkEndpointGroups/front"),
        format!("{compute}/regions/us-central1/routers/edge"),
        format!("{compute}/regions/us-central1/routers/edge/nats/out"),
        format!("{compute}/regions/us-central1/routers/edge/nats/spare"),
        redis("us-central1", "cache"),
        redis("europe-west1", "cache"),
        format!("//secretmanager.googleapis.com/projects/{PROJECT}/secrets/token"),
        format!("//serviceusage.googleapis.com/projects/{PROJECT}/services/run.googleapis.com"),
        format!("//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/app@{PROJECT}.iam.gserviceaccount.com"),
        format!("//vpcaccess.googleapis.com/projects/{PROJECT}/locations/us-central1/connectors/main-connector"),
        format!("//run.googleapis.com/projects/{PROJECT}/locations/us-central1/services/web"),
        format!("//run.googleapis.com/projects/{PROJECT}/locations/europe-west1/services/web"),
        format!("{sql}/db"),
        format!("{sql}/asleep"),
        format!("{sql}/db/users/app/-"),
        format!("{sql}/db/users/postgres/-"),
        format!("{sql}/db/databases/app"),
        format!(
            "//servicenetworking.googleapis.com/projects/{PROJECT}/global/networks/main/connections/servicenetworking.googleapis.com"
        ),
        format!("//dns.googleapis.com/projects/{PROJECT}/managedZones/main"),
        format!("//dns.googleapis.com/projects/{PROJECT}/managedZones/main/rrsets/example.com./SOA"),
    ];
    wanted.sort();
    assert_eq!(names(&inventory), wanted);
    // Only the instance that sleeps hides something, and with it the whole of the project's users and databases.
    let hidden: Vec<_> = incomplete(&inventory).iter().map(|l| (l.resource_type.as_str(), l.scope.clone())).collect();
    let (project, asleep) = (format!("projects/{PROJECT}"), format!("projects/{PROJECT}/instances/asleep"));
    assert_eq!(
        hidden,
        [
            ("google_sql_database", project.clone()),
            ("google_sql_database", asleep.clone()),
            ("google_sql_user", project),
            ("google_sql_user", asleep),
        ]
    );
    assert_eq!(reason(&inventory, "google_sql_user", &format!("{sql}/db/users/gone/-")), None);
    let asleep = reason(&inventory, "google_sql_user", &format!("{sql}/asleep/users/app/-")).expect("not observed");
    assert!(asleep.contains("NEVER"), "{asleep}");
    assert_eq!(inventory.projects.id(NUMBER), PROJECT);
    assert_eq!(inventory.source.requests, google.requests().len() as u64);
    for name in Catalog::builtin().types().map(|kind| &*kind.name) {
        assert!(inventory.listings.iter().any(|listing| listing.resource_type == name), "{name} was not listed");
    }
}

#[test]
fn pages_of_any_size_give_the_same() {
    let google = FakeGoogle::with_world();
    let mut wants = everything();
    // A resource of the older type, so that its pages are read too.
    wants.resources.extend(
        wanting(
            "google_cloud_run_service",
            &format!("//run.googleapis.com/projects/{PROJECT}/locations/us-central1/services/web"),
        )
        .resources,
    );
    let bodies = |inventory: &Inventory| -> Vec<(String, String)> {
        inventory.objects.iter().map(|o| (o.identity.to_string(), o.data.get().to_owned())).collect()
    };
    let whole = read(&google, &wants);
    google.set_page_size(1);
    let pages = read(&google, &wants);
    assert_eq!(bodies(&pages), bodies(&whole));
    assert_eq!(pages.listings, whole.listings);
    assert!(pages.source.requests > whole.source.requests);
}

#[test]
fn an_asset_file_of_the_same_bodies_gives_the_same_objects() {
    let google = FakeGoogle::with_world();
    let live = read(&google, &everything());
    let mut file = String::new();
    for object in &live.objects {
        let data: Value = serde_json::from_str(object.data.get()).expect("valid");
        let line = json!({"name": object.identity.as_str(), "asset_type": object.asset_type,
                          "resource": {"version": object.api_version, "data": data}});
        file += &format!("{line}\n");
    }
    let assets = assets::read(file.as_bytes(), "assets.jsonl", Catalog::builtin()).expect("assets");
    let of = |inventory: &Inventory| -> Vec<_> {
        let value = |data: &str| serde_json::from_str::<Value>(data).expect("valid");
        let objects = inventory.objects.iter();
        objects
            .map(|o| (o.identity.clone(), o.asset_type.clone(), o.api_version.clone(), value(o.data.get())))
            .collect()
    };
    assert_eq!(of(&assets), of(&live));
    assert_eq!(assets.diagnostics, []);
}

#[test]
fn one_refusal_leaves_the_others_alone() {
    let google = FakeGoogle::with_world();
    let list = format!("/redis/v1/projects/{PROJECT}/locations/-/instances");
    google.fault(&list, usize::MAX, Fault::PermissionDenied("redis.instances.list"));
    let inventory = read(&google, &everything());
    let why = reason(&inventory, "google_redis_instance", &redis("us-central1", "cache")).expect("not observed");
    assert!(why.contains("redis.instances.list") && why.contains("--role=roles/redis.viewer"), "{why}");
    assert!(inventory.objects.iter().any(|object| object.identity.service() == "compute.googleapis.com"));
    assert_eq!(google.count(&list), 1, "a refusal is not asked again");
}

#[test]
fn a_service_that_is_off_says_how_to_turn_it_on() {
    let google = FakeGoogle::with_world();
    google.fault("/vpcaccess/", usize::MAX, Fault::ServiceDisabled("vpcaccess.googleapis.com"));
    let inventory = read(&google, &everything());
    let name = format!("//vpcaccess.googleapis.com/projects/{PROJECT}/locations/us-central1/connectors/x");
    let why = reason(&inventory, "google_vpc_access_connector", &name).expect("not observed");
    assert!(why.contains(&format!("gcloud services enable vpcaccess.googleapis.com --project {NUMBER}")), "{why}");
    let types: BTreeSet<&str> = inventory.disabled.iter().map(|(resource_type, _)| resource_type.as_str()).collect();
    assert_eq!(types, BTreeSet::from(["google_vpc_access_connector"]));
    let refused: BTreeSet<(String, String)> =
        incomplete(&inventory).iter().map(|it| (it.resource_type.clone(), it.scope.clone())).collect();
    assert!(inventory.disabled.is_subset(&refused), "{:?}", inventory.disabled);
}

#[test]
fn below_objects_whose_service_is_off_there_is_nothing_to_read_for_the_same_reason() {
    let google = FakeGoogle::with_world();
    google.fault("/sql/", usize::MAX, Fault::ServiceDisabled("sqladmin.googleapis.com"));
    let inventory = read(&google, &everything());
    for resource_type in ["google_sql_database_instance", "google_sql_database", "google_sql_user"] {
        let listing = (resource_type.to_owned(), format!("projects/{PROJECT}"));
        assert!(inventory.disabled.contains(&listing), "{resource_type}: {:?}", inventory.disabled);
    }
    let google = FakeGoogle::with_world();
    google.fault("/sql/", usize::MAX, Fault::PermissionDenied("cloudsql.instances.list"));
    assert!(read(&google, &everything()).disabled.is_empty(), "a missing permission is another thing");
}

#[test]
fn passing_faults_are_waited_out() {
    for fault in [Fault::Status(503), Fault::Status(500), Fault::Status(408), Fault::RateLimited, Fault::Truncated] {
        let google = FakeGoogle::with_world();
        google.fault("/redis/", 2, fault.clone());
        let inventory = read(&google, &only("google_redis_instance"));
        assert_eq!(incomplete(&inventory), Vec::<&Listing>::new(), "{fault:?}");
        assert_eq!((inventory.objects.len(), inventory.source.requests), (2, 3), "{fault:?}");
    }
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", 1, Fault::TooMany(1));
    let start = Instant::now();
    let inventory = read(&google, &only("google_redis_instance"));
    assert_eq!(inventory.objects.len(), 2);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_wait_beyond_the_time_limit_is_not_begun() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", usize::MAX, Fault::TooMany(3600));
    let start = Instant::now();
    let inventory = read(&google, &everything());
    let why = reason(&inventory, "google_redis_instance", &redis("us-central1", "cache")).expect("not observed");
    assert!(why.contains("quota"), "{why}");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_fault_that_stays_makes_its_listing_incomplete() {
    for (fault, said) in [
        (Fault::Status(500), "HTTP 500"),
        (Fault::Html, "HTML"),
        (Fault::Truncated, "breaks off"),
        (Fault::NotFound, "not found"),
        (Fault::With(json!({"instances": {}})), "items are no list"),
    ] {
        let google = FakeGoogle::with_world();
        google.fault("/redis/", usize::MAX, fault.clone());
        let inventory = read(&google, &everything());
        let why = reason(&inventory, "google_redis_instance", &redis("us-central1", "cache")).expect("not observed");
        assert!(why.contains(said), "{fault:?}: {why}");
    }
}

#[test]
fn a_stalled_answer_is_given_up_in_time() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", usize::MAX, Fault::Stall);
    let mut options = options(&google);
    options.transport.request_timeout = Duration::from_millis(600);
    let start = Instant::now();
    let inventory = read_live(options, Catalog::builtin(), &everything()).expect("the others answer");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let why = reason(&inventory, "google_redis_instance", &redis("us-central1", "cache")).expect("not observed");
    assert!(why.contains("in time") && !why.contains("--timeout"), "{why}");
}

#[test]
fn when_the_time_of_the_run_is_over_what_is_left_is_not_observed() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", usize::MAX, Fault::Stall);
    let mut options = options(&google);
    options.transport.timeout = Duration::from_millis(1_500);
    options.parallelism = 64;
    let start = Instant::now();
    let inventory = read_live(options, Catalog::builtin(), &everything()).expect("the others answer");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let why = reason(&inventory, "google_redis_instance", &redis("us-central1", "cache")).expect("not observed");
    assert!(why.contains("--timeout"), "{why}");
    assert!(names(&inventory).len() > 3, "what came in time is kept");
}

#[test]
fn pages_in_a_circle_end_and_do_not_count_as_whole() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", usize::MAX, Fault::RepeatedToken);
    let inventory = read(&google, &only("google_compute_network").and(only("google_redis_instance")));
    let why = reason(&inventory, "google_redis_instance", &redis("us-central1", "gone")).expect("not observed");
    assert!(why.contains("circle"), "{why}");
    assert!(names(&inventory).contains(&redis("us-central1", "cache")), "what was read is kept");
    assert_eq!(google.count("/redis/"), 2);
}

trait And {
    fn and(self, other: Wants) -> Wants;
}

impl And for Wants {
    fn and(mut self, other: Wants) -> Wants {
        self.types.extend(other.types);
        self.resources.extend(other.resources);
        self
    }
}

#[test]
fn a_failure_on_a_later_page_keeps_the_earlier_ones() {
    let google = FakeGoogle::with_world();
    google.set_page_size(1);
    let first = format!("/redis/v1/projects/{PROJECT}/locations/-/instances");
    // The first page passes, all further ones fail.
    google.fault(&first, 1, Fault::With(json!({})));
    google.fault(&first, usize::MAX, Fault::PermissionDenied("redis.instances.list"));
    let inventory = read(&google, &only("google_redis_instance").and(only("google_compute_network")));
    let found: Vec<_> = names(&inventory).into_iter().filter(|name| name.contains("redis")).collect();
    assert_eq!(found, [redis("us-central1", "cache")]);
    assert!(reason(&inventory, "google_redis_instance", &redis("europe-west1", "cache")).is_some());
}

#[test]
fn regions_that_cannot_be_reached_are_not_observed_and_the_others_are() {
    let google = FakeGoogle::with_world();
    let down =
        json!({"items": {"regions/europe-west1": {"warning": {"code": "UNREACHABLE", "message": "region is down"}}}});
    google.fault("/aggregated/subnetworks", 1, Fault::With(down));
    let placeholder = format!("projects/{PROJECT}/locations/europe-west1/instances/-");
    let list = format!("/redis/v1/projects/{PROJECT}/locations/-/instances");
    google.fault(&list, 1, Fault::With(json!({"instances": [{"name": placeholder}]})));
    let inventory = read(&google, &everything());
    let subnetwork =
        |region: &str| format!("//compute.googleapis.com/projects/{PROJECT}/regions/{region}/subnetworks/gone");
    let why = reason(&inventory, "google_compute_subnetwork", &subnetwork("europe-west1")).expect("not observed");
    assert!(why.contains("region is down"), "{why}");
    assert_eq!(reason(&inventory, "google_compute_subnetwork", &subnetwork("us-central1")), None);
    assert!(reason(&inventory, "google_redis_instance", &redis("europe-west1", "gone")).is_some());
    assert_eq!(reason(&inventory, "google_redis_instance", &redis("us-central1", "gone")), None);
    assert!(
        !names(&inventory).iter().any(|name| name.ends_with("/-") && name.contains("redis")),
        "a placeholder is no object"
    );
}

#[test]
fn the_listed_unreachable_locations_count_as_well() {
    let google = FakeGoogle::with_world();
    let down = json!({"unreachable": [format!("projects/{PROJECT}/locations/us-central1")]});
    google.fault("/redis/", 1, Fault::With(down));
    let inventory = read(&google, &only("google_redis_instance"));
    assert!(reason(&inventory, "google_redis_instance", &redis("us-central1", "gone")).is_some());
    assert_eq!(reason(&inventory, "google_redis_instance", &redis("europe-west1", "gone")), None);
}

#[test]
fn what_is_below_a_parent_that_is_gone_is_gone() {
    let google = FakeGoogle::with_world();
    google.fault("/instances/db/users", usize::MAX, Fault::NotFound);
    let user =
        |instance: &str| format!("//cloudsql.googleapis.com/projects/{PROJECT}/instances/{instance}/users/app/-");
    let wants = wanting("google_sql_user", &user("db")).and(wanting("google_sql_user", &user("never-made")));
    let inventory = read(&google, &wants);
    assert_eq!(reason(&inventory, "google_sql_user", &user("db")), None, "a 404 is a fact");
    assert_eq!(reason(&inventory, "google_sql_user", &user("never-made")), None, "its instance is not there");
    assert_eq!(google.count("never-made"), 0);
    assert!(!inventory.objects.iter().any(|object| object.identity.as_str().contains("/users/")));
}

#[test]
fn children_of_parents_that_could_not_be_listed_are_not_observed() {
    let google = FakeGoogle::with_world();
    google.fault("/sql/", usize::MAX, Fault::PermissionDenied("cloudsql.instances.list"));
    let user = format!("//cloudsql.googleapis.com/projects/{PROJECT}/instances/db/users/app/-");
    let inventory = read(&google, &wanting("google_sql_user", &user).and(everything()));
    let why = reason(&inventory, "google_sql_user", &user).expect("not observed");
    assert!(why.contains("cloudsql.instances.list"), "{why}");
}

#[test]
fn a_network_without_peerings_has_no_connections_and_is_not_asked() {
    let google = FakeGoogle::with_world();
    let inventory = read(&google, &only("google_service_networking_connection"));
    assert_eq!(google.count("/connections"), 1);
    assert!(
        google.count(&format!("network=projects%2F{NUMBER}%2Fglobal%2Fnetworks%2Fmain")) == 1,
        "{:?}",
        google.requests()
    );
    let lonely = format!("//servicenetworking.googleapis.com/projects/{PROJECT}/global/networks/lonely/connections/s");
    assert_eq!(reason(&inventory, "google_service_networking_connection", &lonely), None);
    assert_eq!(incomplete(&inventory), Vec::<&Listing>::new());
}

#[test]
fn a_project_whose_number_is_hidden_hides_its_connections() {
    let google = FakeGoogle::with_world();
    google.fault("/crm/", usize::MAX, Fault::PermissionDenied("resourcemanager.projects.get"));
    let inventory = read(&google, &only("google_service_networking_connection"));
    let main = format!("//servicenetworking.googleapis.com/projects/{PROJECT}/global/networks/main/connections/s");
    let why = reason(&inventory, "google_service_networking_connection", &main).expect("not observed");
    assert!(why.contains("number") && why.contains("resourcemanager.projects.get"), "{why}");
}

#[test]
fn a_service_is_read_in_the_version_of_the_resource_that_claims_it() {
    let google = FakeGoogle::with_world();
    let name = |region: &str| format!("//run.googleapis.com/projects/{PROJECT}/locations/{region}/services/web");
    let wants = everything().and(wanting("google_cloud_run_service", &name("us-central1")));
    let inventory = read(&google, &wants);
    let version = |region: &str| {
        let object = inventory.objects.iter().find(|object| object.identity.as_str() == name(region)).expect("there");
        object.api_version.clone()
    };
    assert_eq!(version("us-central1").as_deref(), Some("v1"), "claimed by the older type");
    assert_eq!(version("europe-west1").as_deref(), Some("v2"));
    let web = inventory.objects.iter().filter(|object| object.identity.name() == "web").count();
    assert_eq!(web, 2, "one object, whichever version reads it");
    for resource_type in ["google_cloud_run_service", "google_cloud_run_v2_service"] {
        let gone = format!("//run.googleapis.com/projects/{PROJECT}/locations/us-central1/services/gone");
        assert_eq!(reason(&inventory, resource_type, &gone), None, "{resource_type}");
    }
    assert_eq!(inventory.projects.id(NUMBER), PROJECT, "learned from the service's namespace");
}

#[test]
fn one_request_at_a_time_gives_the_same() {
    let google = FakeGoogle::with_world();
    let one = read_live(LiveOptions { parallelism: 1, ..options(&google) }, Catalog::builtin(), &everything());
    let many = read(&google, &everything());
    let one = one.expect("readable");
    assert_eq!((names(&one), &one.listings), (names(&many), &many.listings));
}

#[test]
fn progress_counts_every_call() {
    let google = FakeGoogle::with_world();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&seen);
    let progress: trueup::google::ProgressSink = std::sync::Arc::new(move |progress| {
        sink.lock().expect("sound").push((progress.done, progress.total, progress.objects))
    });
    let options = LiveOptions { progress: Some(progress), ..options(&google) };
    read_live(options, Catalog::builtin(), &only("google_sql_user")).expect("readable");
    assert_eq!(
        *seen.lock().expect("sound"),
        [(1, 1, 2), (2, 2, 4)],
        "the instances, then the users of the one that is awake"
    );
}

#[test]
fn when_nobody_answers_it_ends_in_time_with_an_error() {
    // A port that was free a moment ago, with nobody behind it.
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("free").port();
    let google = FakeGoogle::start();
    let mut options = options(&google);
    for service in Catalog::builtin().types().map(|kind| &kind.endpoint_name) {
        options.endpoints.set_from_flag(&format!("{service}=http://127.0.0.1:{port}/")).expect("an address");
    }
    let start = Instant::now();
    let error = read_live(options, Catalog::builtin(), &everything()).expect_err("nobody there");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(matches!(error, LiveError::AllRefused { .. }), "{error}");
    assert!(error.to_string().contains("no connection"), "{error}");
}

#[test]
fn refused_credentials_say_which_ways_there_are() {
    let google = FakeGoogle::with_world();
    for token in ["not-the-token-5d2c", TOKEN] {
        google.fault("/", usize::MAX, Fault::EchoedToken);
        let options = LiveOptions { transport: transport(token), ..options(&google) };
        let error = read_live(options, Catalog::builtin(), &everything()).expect_err("refused");
        assert!(matches!(error, LiveError::Unauthenticated { .. }), "{error}");
        let text = chain(&error);
        for way in [
            "gcloud auth application-default login",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "metadata server",
            "GOOGLE_OAUTH_ACCESS_TOKEN",
            "--live FILE",
            "--live none",
        ] {
            assert!(text.contains(way), "{way}: {text}");
        }
        assert!(!text.contains(token) && !format!("{error:?}").contains(token), "the token shows: {text}");
        assert!(text.contains("(sensitive value)"), "{text}");
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[test]
fn a_token_does_not_show_where_a_listing_failed() {
    let google = FakeGoogle::with_world();
    google.fault("/redis/", usize::MAX, Fault::EchoedToken);
    let inventory = read(&google, &everything());
    assert!(!format!("{inventory:?}").contains(TOKEN));
}

#[test]
fn an_answer_that_breaks_off_in_the_middle_is_asked_for_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let server = std::thread::spawn(move || {
        for (length, body) in [(4000, "{\"instances\": ["), (2, "{}")] {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 2048];
            let _ = stream.read(&mut request).expect("a request");
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
                .expect("sent");
        }
    });
    let mut endpoints = Endpoints::default();
    endpoints.set_from_flag(&format!("redis=http://127.0.0.1:{port}/v1")).expect("an address");
    let options = LiveOptions { transport: transport(TOKEN), endpoints, ..LiveOptions::default() };
    let inventory = read_live(options, Catalog::builtin(), &only("google_redis_instance")).expect("the second answers");
    assert_eq!((inventory.source.requests, incomplete(&inventory).len()), (2, 0));
    server.join().expect("served both");
}

#[test]
fn an_override_of_no_service_is_refused() {
    let google = FakeGoogle::start();
    let mut options = options(&google);
    options.endpoints.set_from_flag("redsi=http://127.0.0.1:1/").expect("an address");
    let error = read_live(options, Catalog::builtin(), &everything()).expect_err("no such service");
    assert!(chain(&error).contains("known are") && chain(&error).contains("redis"), "{}", chain(&error));
}

#[test]
fn provider_variables_override_as_flags_do() {
    let google = FakeGoogle::with_world();
    let value = format!("{}/redis/v1/", google.url());
    let mut endpoints = Endpoints::default();
    endpoints.set_from_variables([("GOOGLE_REDIS_CUSTOM_ENDPOINT", value.as_str())]).expect("an address");
    let options = LiveOptions { endpoints, ..options(&google) };
    let inventory = read_live(options, Catalog::builtin(), &only("google_redis_instance")).expect("readable");
    assert_eq!(inventory.objects.len(), 2);
}

#[test]
fn an_object_of_a_bucket_is_read() {
    let google = FakeGoogle::start();
    google.file("/storage/v1/b/states/o/env%2Fdefault.tfstate", b"{\"version\": 4}".to_vec());
    google.file("/emulator/b/states/o/s", b"plain".to_vec());
    let options =
        || StorageOptions { transport: transport(TOKEN), endpoints: endpoints(&google), ..StorageOptions::default() };
    let object = fetch_object(options(), "gs://states/env/default.tfstate").expect("there");
    assert_eq!(object.bytes, b"{\"version\": 4}");
    assert_eq!(object.generation.as_deref(), Some("1700000000000042"));
    assert_eq!(google.requests(), ["/storage/v1/b/states/o/env%2Fdefault.tfstate?alt=media"]);
    let missing = fetch_object(options(), "gs://states/none").expect_err("not there");
    assert!(matches!(missing, ObjectError::Missing { .. }), "{missing}");
    let emulator =
        StorageOptions { emulator_host: Some(format!("{}/emulator", google.url())), ..StorageOptions::default() };
    assert_eq!(fetch_object(emulator, "gs://states/s").expect("there").bytes, b"plain");
    google.fault("/storage/", usize::MAX, Fault::PermissionDenied("storage.objects.get"));
    let denied = fetch_object(options(), "gs://states/env/default.tfstate").expect_err("denied");
    assert!(chain(&denied).contains("storage.objects.get"), "{}", chain(&denied));
}

/// Runs one of the ignored tests below in a process of its own, since credentials come from its environment.
fn in_child(test: &str, variables: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child.args([test, "--exact", "--ignored", "--nocapture"]).env_clear().env("HOME", home.path());
    child.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for (name, value) in variables {
        child.env(name, value);
    }
    let output = child.output().expect("it runs");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
#[ignore = "run in a process of its own by the tests that follow"]
fn child_reads_with_application_default_credentials() {
    let mut endpoints = Endpoints::default();
    endpoints.set_from_flag(&std::env::var("FAKE_REDIS").expect("given")).expect("an address");
    let variables: BTreeMap<String, String> = std::env::vars().collect();
    let credentials = CredentialSource::from_variables(|name| variables.get(name).map(String::as_str)).into();
    let transport = TransportOptions { credentials, ..transport(TOKEN) };
    let options = LiveOptions { transport, endpoints, ..LiveOptions::default() };
    match read_live(options, Catalog::builtin(), &only("google_redis_instance")) {
        Ok(inventory) => println!("objects: {}", inventory.objects.len()),
        Err(error) => println!("error: {}", chain(&error)),
    }
}

#[test]
fn the_metadata_server_gives_credentials() {
    let google = FakeGoogle::with_world();
    let redis = format!("redis={}/redis/v1/", google.url());
    let output = in_child(
        "child_reads_with_application_default_credentials",
        &[("GCE_METADATA_HOST", &google.host()), ("FAKE_REDIS", &redis)],
    );
    assert!(output.contains("objects: 2"), "{output}");
}

#[test]
fn a_token_that_expires_on_the_way_is_renewed() {
    let google = FakeGoogle::with_world();
    google.set_page_size(1);
    google.fault("pageToken=at-1", 1, Fault::ExpiredToken);
    let redis = format!("redis={}/redis/v1/", google.url());
    let output = in_child(
        "child_reads_with_application_default_credentials",
        &[("GCE_METADATA_HOST", &google.host()), ("FAKE_REDIS", &redis)],
    );
    assert!(output.contains("objects: 2"), "{output}");
    assert_eq!(google.count("/redis/"), 3, "the second page twice: {:?}", google.requests());
}

#[test]
fn without_credentials_the_ways_to_get_some_are_named() {
    let google = FakeGoogle::with_world();
    let redis = format!("redis={}/redis/v1/", google.url());
    let cases = [("GCE_METADATA_HOST", "127.0.0.1:9"), ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")];
    for case in cases {
        let output = in_child("child_reads_with_application_default_credentials", &[case, ("FAKE_REDIS", &redis)]);
        assert!(output.contains("error: read live objects: no credentials"), "{output}");
        assert!(output.contains("gcloud auth application-default login"), "{output}");
        assert!(output.contains("--live none"), "{output}");
    }
    assert_eq!(google.count("/redis/"), 0, "nothing is asked without credentials");
}

#[test]
fn a_machine_without_certificates_is_told_so() {
    let google = FakeGoogle::with_world();
    let redis = format!("redis={}/redis/v1/", google.url());
    let output = in_child(
        "child_reads_with_application_default_credentials",
        &[
            ("GCE_METADATA_HOST", &google.host()),
            ("FAKE_REDIS", &redis),
            ("SSL_CERT_FILE", "/dev/null"),
            ("SSL_CERT_DIR", "/nowhere"),
        ],
    );
    assert!(output.contains("error: ") && output.contains("certificates") && !output.contains("panicked"), "{output}");
}

#[test]
fn a_broken_key_file_does_not_show_its_content() {
    let google = FakeGoogle::with_world();
    let redis = format!("redis={}/redis/v1/", google.url());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.json");
    std::fs::write(&file, r#"{"type": "service_account", "private_key": "not-a-key-91ab", "client_email": 3}"#)
        .expect("written");
    let path = file.to_str().expect("UTF-8");
    let output = in_child(
        "child_reads_with_application_default_credentials",
        &[("GOOGLE_APPLICATION_CREDENTIALS", path), ("FAKE_REDIS", &redis)],
    );
    assert!(output.contains("no credentials") && !output.contains("not-a-key"), "{output}");
}

#[test]
fn the_program_reads_from_the_apis_and_shows_no_token() {
    let google = FakeGoogle::with_world();
    google.fault("/vpcaccess/", usize::MAX, Fault::EchoedToken);
    let root = tempfile::tempdir().expect("a folder");
    let configuration = format!(
        "provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"us-central1\"\n}}\n\
         resource \"google_redis_instance\" \"cache\" {{\n  name           = \"cache\"\n  memory_size_gb = 5\n}}\n"
    );
    std::fs::write(root.path().join("main.tf"), configuration).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
    program.arg("check").arg(root.path()).args(["--live", "api", "--format", "json", "--fail-on", "none"]);
    for endpoint in google.endpoints() {
        program.args(["--endpoint", &endpoint]);
    }
    program.env_clear().env("HOME", root.path()).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
    let output = program.output().expect("it runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    assert!(!stdout.contains(TOKEN) && !stderr.contains(TOKEN), "the token shows");
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["sources"]["live"]["requests"], google.requests().len());
    assert_eq!(report["complete"], false, "the connectors were refused");
    let cache =
        report["resources"].as_array().expect("a list").iter().find(|r| r["address"] == "google_redis_instance.cache");
    assert_eq!(cache.expect("listed")["presence"], "not_in_state", "{stdout}");
}

#[test]
fn the_program_reads_the_state_of_a_gcs_backend_by_workspace() {
    let google = FakeGoogle::start();
    let root = tempfile::tempdir().expect("a folder");
    let configuration = "terraform {\n  backend \"gcs\" {\n    bucket = \"states\"\n    prefix = \"env\"\n  }\n}\n";
    std::fs::write(root.path().join("main.tf"), configuration).expect("written");
    let state = br#"{"version": 4, "serial": 12, "lineage": "l", "resources": []}"#;
    google.file("/storage/v1/b/states/o/env%2Fblue.tfstate", state.to_vec());
    let check = |workspace: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_trueup"));
        program.arg("check").arg(root.path()).args(["--live", "none", "--format", "json", "--workspace", workspace]);
        for endpoint in google.endpoints() {
            program.args(["--endpoint", &endpoint]);
        }
        program.env_clear().env("HOME", root.path()).env("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN);
        let output = program.output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let report = check("blue");
    assert_eq!(report["sources"]["state"]["path"], "gs://states/env/blue.tfstate");
    assert_eq!(report["sources"]["state"]["serial"], 12);
    // Before its first apply a workspace has no object; that is a fact, and said.
    let report = check("green");
    assert_eq!(report["sources"]["state"], Value::Null);
    assert_eq!(report["diagnostics"][0]["summary"], "No state yet", "{report}");
    assert_eq!(report["diagnostics"][0]["range"]["start"]["line"], 2);
}
