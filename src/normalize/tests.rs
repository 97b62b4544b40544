//! The three sides through the builtin catalog: what each says of what it has and of what it has not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;
use crate::model::{
    Arguments, Identity, IgnoreChanges, Leaf, Origin, PlanVisibility, Position, ProviderDefaults, SourceRange, Value,
};

fn value(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

fn path(text: &str) -> AttributePath {
    text.parse().expect("a path")
}

fn range(line: usize) -> SourceRange {
    let start = Position { line, column: 1, byte: 0 };
    SourceRange { filename: Arc::from("main.tf"), start, end: start }
}

fn instance(resource_type: &str, arguments: &str) -> ConfiguredInstance {
    ConfiguredInstance {
        address: format!("{resource_type}.x").parse().expect("an address"),
        is_expected: false,
        arguments: Arguments { value: value(arguments), ..Arguments::default() },
        provider: ProviderDefaults {
            project: Some("p".into()),
            region: Some("r".into()),
            ..ProviderDefaults::default()
        },
        ignore_changes: IgnoreChanges::Paths(Vec::new()),
        range: range(1),
    }
}

fn numbers() -> ProjectNumbers {
    let mut numbers = ProjectNumbers::default();
    numbers.learn("123", "p");
    numbers
}

fn normalize_instance(instance: &ConfiguredInstance) -> NormalizedResource {
    Normalizer::new(Catalog::builtin(), &numbers()).configuration(instance, None).expect("a known type")
}

/// An instance of which nothing tells the project and the region, and the object that the state has for it.
fn normalize_homeless(instance: &ConfiguredInstance, recorded: &NormalizedResource) -> NormalizedResource {
    let instance = ConfiguredInstance { provider: ProviderDefaults::default(), ..instance.clone() };
    let numbers = numbers();
    let recorded = recorded.identity.as_ref().expect("a name");
    Normalizer::new(Catalog::builtin(), &numbers).configuration(&instance, Some(recorded)).expect("a known type")
}

fn configuration(resource_type: &str, arguments: &str) -> NormalizedResource {
    normalize_instance(&instance(resource_type, arguments))
}

fn state(resource_type: &str, attributes: &str) -> NormalizedResource {
    let numbers = numbers();
    let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
    normalizer.state(resource_type, &value(attributes), &[]).expect("a known type")
}

fn live_of(resource_type: &str, name: &str, version: Option<&str>, body: &str) -> NormalizedResource {
    let object = LiveObject {
        identity: Identity::new(name),
        asset_type: String::new(),
        api_version: version.map(str::to_owned),
        data: RawValue::from_string(body.to_owned()).expect("JSON"),
        update_time: None,
    };
    Normalizer::new(Catalog::builtin(), &numbers()).live(resource_type, &object).expect("readable")
}

const FIREWALL: &str = "//compute.googleapis.com/projects/p/global/firewalls/f";
const SQL: &str = "//cloudsql.googleapis.com/projects/p/instances/i";
const RUN: &str = "//run.googleapis.com/projects/p/locations/r/services/s";
const REDIS: &str = "//redis.googleapis.com/projects/p/locations/r/instances/i";

fn leaf<'a>(resource: &'a NormalizedResource, text: &str) -> &'a Leaf {
    resource.leaves.get(&path(text)).unwrap_or_else(|| panic!("no leaf `{text}` in {:?}", resource.leaves))
}

fn side<'a>(resource: &'a NormalizedResource, text: &str) -> &'a Side {
    resource.side(&path(text))
}

fn has(value: impl Into<Value>) -> Side {
    Side::Value(value.into())
}

fn unset(value: impl Into<Value>) -> Side {
    Side::Unset { counts_as: Some(value.into()) }
}

const DROPS_OUT: Side = Side::Unset { counts_as: None };
const NULL: Side = Side::Value(Value::Null);

#[test]
fn what_the_code_does_not_give_counts_by_its_mode() {
    let firewall = configuration("google_compute_firewall", r#"{"name":"f","network":"n","description":null}"#);
    assert_eq!(side(&firewall, "priority"), &unset(1000), "a default");
    assert_eq!(side(&firewall, "description"), &unset(Value::Null), "a given null is not given");
    assert_eq!(side(&firewall, "direction"), &DROPS_OUT, "optional and computed");
    assert_eq!(side(&firewall, "source_ranges"), &unset(Value::Null), "an open source is never taken for unset");
    assert_eq!(side(&firewall, "network"), &has("projects/p/global/networks/n"));
}

#[test]
fn blocks_that_the_code_does_not_have_count_by_their_mode() {
    let sql = configuration("google_sql_database_instance", r#"{"name":"i","settings":[{"tier":"t"}]}"#);
    assert_eq!(side(&sql, "settings[0].backup_configuration[0].enabled"), &DROPS_OUT);
    assert_eq!(side(&sql, "settings[0].maintenance_window[0].day"), &unset(Value::Null));
    assert_eq!(side(&sql, "settings[0].database_flags[\"a\"].value"), &unset(Value::Null));
    assert_eq!(side(&sql, "settings[1].tier"), &NULL, "an element that is not written");
    assert_eq!(side(&sql, "settings[0].tier"), &has("t"));
}

#[test]
fn unknown_values_and_blocks_say_why() {
    let mut written = instance("google_sql_database_instance", r#"{"name":"i"}"#);
    let tier = Value::Map(BTreeMap::from([
        ("tier".to_owned(), Value::unknown("a")),
        ("ip_configuration".to_owned(), Value::unknown("b")),
        ("user_labels".to_owned(), Value::Map(BTreeMap::from([("k".to_owned(), Value::unknown("c"))]))),
        (
            "database_flags".to_owned(),
            Value::List(vec![
                value(r#"{"name":"x","value":"1"}"#),
                Value::Map(BTreeMap::from([("name".to_owned(), Value::unknown("d"))])),
            ]),
        ),
    ]));
    if let Value::Map(arguments) = &mut written.arguments.value {
        arguments.insert("settings".to_owned(), Value::List(vec![tier]));
    }
    let sql = normalize_instance(&written);
    let unknown = |why: &str| Side::Unknown(why.into());
    assert_eq!(side(&sql, "settings[0].tier"), &unknown("a"));
    assert_eq!(side(&sql, "settings[0].ip_configuration[0].ipv4_enabled"), &unknown("b"));
    assert_eq!(side(&sql, "settings[0].user_labels[\"k\"]"), &unknown("c"));
    assert_eq!(side(&sql, "settings[0].database_flags[\"x\"].value"), &has("1"));
    assert_eq!(side(&sql, "settings[0].database_flags[\"y\"].value"), &unknown("d"), "it may be the one without name");
}

#[test]
fn an_expected_resource_says_only_what_it_gives() {
    let mut expected = instance(
        "google_cloud_run_v2_service",
        r#"{"name":"s","location":"r","template":[{"vpc_access":[{"egress":"PRIVATE_RANGES_ONLY"}]}]}"#,
    );
    expected.is_expected = true;
    let service = normalize_instance(&expected);
    assert_eq!(side(&service, "template[0].vpc_access[0].egress"), &has("PRIVATE_RANGES_ONLY"));
    let silent =
        ["template[0].vpc_access[0].connector", "template[0].containers[0].image", "description", "labels[\"a\"]"];
    for text in silent {
        assert_eq!(side(&service, text), &DROPS_OUT, "{text}");
    }
}

#[test]
fn the_origin_is_the_line_or_the_block_around_it() {
    let mut written = instance(
        "google_sql_database_instance",
        r#"{"settings":[{"tier":"t","database_flags":[{"name":"b","value":"1"},{"name":"a","value":"2"}]}]}"#,
    );
    let ranges = BTreeMap::from([
        (path("settings[0]"), range(3)),
        (path("settings[0].tier"), range(4)),
        (path("settings[0].database_flags[1]"), range(9)),
    ]);
    written.arguments.ranges = ranges.into();
    let sql = normalize_instance(&written);
    let origin = |at: &str| leaf(&sql, at).origin.as_deref().cloned();
    let is = |line: usize, at: &str| Some(Origin { range: range(line), path: path(at) });
    assert_eq!(origin("settings[0].tier"), is(4, "settings[0].tier"));
    assert_eq!(origin("settings[0].disk_type"), is(3, "settings[0].disk_type"));
    assert_eq!(origin("settings[0].database_flags[\"a\"].value"), is(9, "settings[0].database_flags[1].value"));
    assert_eq!(origin("region"), None);
}

#[test]
fn sensitive_paths_mark_what_is_in_them_and_around_them() {
    let mut written = instance(
        "google_compute_firewall",
        r#"{"description":"d","source_ranges":["10.0.0.0/8"],"allow":[{"protocol":"tcp"}],"name":"f"}"#,
    );
    written.arguments.sensitive =
        BTreeSet::from([path("description"), path("source_ranges[0]"), path("allow[0].protocol")]);
    let firewall = normalize_instance(&written);
    for text in ["description", "source_ranges", "allow"] {
        assert!(leaf(&firewall, text).is_sensitive, "{text}");
    }
    assert!(!leaf(&firewall, "name").is_sensitive);
    let marked = [path("settings[0].database_flags")];
    let attributes = value(r#"{"settings":[{"tier":"t","database_flags":[{"name":"a","value":"1"}]}]}"#);
    let numbers = numbers();
    let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
    let sql = normalizer.state("google_sql_database_instance", &attributes, &marked).expect("a known type");
    assert!(leaf(&sql, "settings[0].database_flags[\"a\"].value").is_sensitive);
    assert!(!leaf(&sql, "settings[0].tier").is_sensitive);
}

#[test]
fn environment_values_are_sensitive_on_every_side() {
    let body = r#"{"template":{"containers":[{"env":[{"name":"A","value":"secret"}]}]}}"#;
    let live = live_of("google_cloud_run_v2_service", RUN, None, body);
    assert!(leaf(&live, "template[0].containers[0].env[\"A\"].value").is_sensitive);
}

#[test]
fn a_state_tells_null_from_not_recorded() {
    let firewall = state(
        "google_compute_firewall",
        r#"{"id":"projects/p/global/firewalls/f","name":"f","description":"","source_tags":null,"log_config":[],"never_heard_of":1}"#,
    );
    for text in ["description", "source_tags", "log_config[0].metadata"] {
        assert_eq!(side(&firewall, text), &NULL, "{text}");
    }
    for text in ["priority", "allow", "target_tags"] {
        assert_eq!(side(&firewall, text), &Side::NotRecorded, "{text}");
    }
    assert_eq!(firewall.unknown_members, 1);
}

#[test]
fn a_body_that_was_read_has_what_it_has() {
    let firewall = live_of(
        "google_compute_firewall",
        FIREWALL,
        None,
        r#"{"name":"f","priority":"900","disabled":false,"sourceRanges":["10.1.2.3/8","10.0.0.0/8"],
            "allowed":[{"IPProtocol":"TCP","ports":["443","80-80"]},{}],"logConfig":{"enable":false,"metadata":"X"},
            "kind":"compute#firewall","surprise":{"a":1}}"#,
    );
    assert_eq!(side(&firewall, "priority"), &has(900), "a number written as text");
    assert_eq!(side(&firewall, "disabled"), &NULL, "false is what absent means");
    assert_eq!(side(&firewall, "description"), &NULL);
    assert_eq!(side(&firewall, "source_ranges"), &has(Value::set(vec!["10.0.0.0/8".into()])));
    assert_eq!(side(&firewall, "log_config[0].metadata"), &NULL, "a block that is switched off is no block");
    let Side::Value(Value::Set(allowed)) = side(&firewall, "allow") else { panic!("no set") };
    assert_eq!(allowed.len(), 1, "an empty object is no element");
    assert!(firewall.unknown_members >= 1);
}

#[test]
fn sets_without_a_key_are_one_value_whatever_their_order() {
    let one = configuration(
        "google_compute_firewall",
        r#"{"allow":[{"protocol":"udp","ports":["53"]},{"protocol":"tcp","ports":["80-80"]},{"protocol":"icmp"}]}"#,
    );
    let other = live_of(
        "google_compute_firewall",
        FIREWALL,
        None,
        r#"{"allowed":[{"IPProtocol":"icmp"},{"IPProtocol":"TCP","ports":["80"]},{"IPProtocol":"udp","ports":["53"]}]}"#,
    );
    assert_eq!(side(&one, "allow"), side(&other, "allow"));
}

#[test]
fn what_the_api_never_returns_is_not_observed() {
    let user = live_of(
        "google_sql_user",
        "//cloudsql.googleapis.com/projects/p/instances/i/users/u/-",
        None,
        r#"{"name":"u","instance":"i"}"#,
    );
    assert!(matches!(side(&user, "password"), Side::NotObserved(_)));
    assert_eq!(side(&user, "host"), &NULL, "`-` stands for no host");
    assert_eq!(side(&user, "type"), &has("BUILT_IN"), "what an absent type means");
}

#[test]
fn members_that_a_snapshot_left_out_are_not_observed() {
    let body = r#"{"trueup_left_out":["template.containers.env.value"],
        "template":{"containers":[{"image":"i","env":[{"name":"A"},{"name":"B","value":"kept"}]}]}}"#;
    let live = live_of("google_cloud_run_v2_service", RUN, None, body);
    assert!(matches!(side(&live, "template[0].containers[0].env[\"A\"].value"), Side::NotObserved(_)));
    assert_eq!(side(&live, "template[0].containers[0].env[\"B\"].value"), &has("kept"));
    assert_eq!(side(&live, "template[0].containers[0].image"), &has("i"));
}

#[test]
fn a_body_of_either_version_of_cloud_run_is_read_for_either_type() {
    let v1 = r#"{"apiVersion":"serving.knative.dev/v1","metadata":{"annotations":{"run.googleapis.com/ingress":"internal"}},
        "spec":{"template":{"metadata":{"annotations":{"run.googleapis.com/vpc-access-connector":"c",
        "run.googleapis.com/vpc-access-egress":"all-traffic"}},"spec":{"containers":[{"image":"i"}]}}}}"#;
    let v2 = r#"{"ingress":"INGRESS_TRAFFIC_INTERNAL_ONLY","template":{"vpcAccess":{"egress":"ALL_TRAFFIC",
        "connector":"projects/123/locations/r/connectors/c"},"containers":[{"image":"i"}]}}"#;
    for body in [v1, v2] {
        let live = live_of("google_cloud_run_v2_service", RUN, None, body);
        assert_eq!(side(&live, "template[0].vpc_access[0].egress"), &has("ALL_TRAFFIC"));
        let connector = side(&live, "template[0].vpc_access[0].connector");
        assert_eq!(connector, &has("projects/p/locations/r/connectors/c"));
        assert_eq!(side(&live, "ingress"), &has("INGRESS_TRAFFIC_INTERNAL_ONLY"));
        assert_eq!(side(&live, "template[0].containers[0].image"), &has("i"));
        let knative = live_of("google_cloud_run_service", RUN, None, body);
        let annotation = |key: &str| format!("template[0].metadata[0].annotations[\"run.googleapis.com/{key}\"]");
        assert_eq!(side(&knative, &annotation("vpc-access-egress")), &has("all-traffic"));
        let connector = side(&knative, &annotation("vpc-access-connector"));
        assert_eq!(connector, &has("projects/p/locations/r/connectors/c"));
        assert_eq!(side(&knative, "template[0].spec[0].containers[0].image"), &has("i"));
    }
}

#[test]
fn what_the_other_version_of_cloud_run_does_not_have_is_not_observed() {
    let live = live_of("google_cloud_run_v2_service", RUN, Some("v1"), r#"{"metadata":{},"spec":{"template":{}}}"#);
    assert!(matches!(side(&live, "build_config[0].image_uri"), Side::NotObserved(_)));
    assert_eq!(side(&live, "template[0].vpc_access[0].egress"), &NULL);
}

#[test]
fn every_spelling_of_a_name_is_one_identity() {
    let numbers = numbers();
    let identity = |resource_type: &str, name: &str| {
        let resource_type = Catalog::builtin().get(resource_type).expect("a known type");
        identity_of_name(resource_type, name, &numbers).map(|identity| identity.to_string())
    };
    for name in [SQL, "//sqladmin.googleapis.com/projects/p/instances/i", "projects/123/instances/i"] {
        assert_eq!(identity("google_sql_database_instance", name).as_deref(), Some(SQL), "{name}");
    }
    for name in [
        "https://www.googleapis.com/compute/beta/projects/123/global/firewalls/f",
        "//compute.googleapis.com/projects/p/global/firewalls/f",
    ] {
        assert_eq!(identity("google_compute_firewall", name).as_deref(), Some(FIREWALL), "{name}");
    }
    assert_eq!(identity("google_cloud_run_service", "locations/r/namespaces/123/services/s").as_deref(), Some(RUN));
    assert_eq!(identity("google_compute_firewall", "projects/p/global/networks/n"), None);
    assert_eq!(identity("google_compute_firewall", ""), None);
}

#[test]
fn ids_of_every_form_give_the_identity() {
    for (resource_type, attributes, expected) in [
        ("google_sql_database_instance", r#"{"id":"i","project":"p"}"#, SQL),
        ("google_sql_database_instance", r#"{"id":"projects/p/instances/i"}"#, SQL),
        (
            "google_sql_user",
            r#"{"id":"u//i","name":"u","host":"","instance":"i","project":"p"}"#,
            "//cloudsql.googleapis.com/projects/p/instances/i/users/u/-",
        ),
        (
            "google_sql_user",
            r#"{"id":"u/%/i","name":"u","host":"%","instance":"i","project":"p"}"#,
            "//cloudsql.googleapis.com/projects/p/instances/i/users/u/%",
        ),
        (
            "google_service_networking_connection",
            r#"{"id":"projects%2Fp%2Fglobal%2Fnetworks%2Fn:servicenetworking.googleapis.com"}"#,
            "//servicenetworking.googleapis.com/projects/p/global/networks/n/connections/servicenetworking.googleapis.com",
        ),
        (
            "google_compute_router_nat",
            r#"{"id":"p/r/router/nat"}"#,
            "//compute.googleapis.com/projects/p/regions/r/routers/router/nats/nat",
        ),
        ("google_cloud_run_service", r#"{"id":"locations/r/namespaces/p/services/s"}"#, RUN),
    ] {
        let identity = state(resource_type, attributes).identity;
        assert_eq!(identity.as_ref().map(Identity::as_str), Ok(expected), "{attributes}");
    }
}

#[test]
fn an_identity_that_cannot_be_worked_out_says_why() {
    let mut written = instance("google_redis_instance", "{}");
    if let Value::Map(arguments) = &mut written.arguments.value {
        arguments.insert("name".to_owned(), Value::unknown("random_id.x is not known"));
    }
    let error = normalize_instance(&written).identity.expect_err("the name is unknown");
    assert!(error.contains("`name` is unknown: random_id.x is not known"), "{error}");
    assert!(state("google_redis_instance", "{}").identity.is_err());
}

#[test]
fn a_bare_network_names_nothing_until_its_project_is_known() {
    let arguments = r#"{"network":"n","service":"servicenetworking.googleapis.com","reserved_peering_ranges":["a"]}"#;
    let recorded = state("google_service_networking_connection", arguments);
    let reason = recorded.identity.expect_err("of no project");
    assert!(reason.contains("`project`"), "{reason}");
    let written = normalize_instance(&instance("google_service_networking_connection", arguments));
    let name =
        "//servicenetworking.googleapis.com/projects/p/global/networks/n/connections/servicenetworking.googleapis.com";
    assert_eq!(written.identity.as_ref().map(Identity::as_str), Ok(name));
}

#[test]
fn labels_belong_to_whoever_set_them() {
    let mut written = instance("google_redis_instance", r#"{"name":"i","labels":{"env":"staging","n":null}}"#);
    written.provider.default_labels = Some(value(r#"{"env":"overridden","team":"core"}"#));
    let mut code = normalize_instance(&written);
    assert_eq!(side(&code, "labels[\"env\"]"), &has("staging"));
    assert_eq!(side(&code, "labels[\"team\"]"), &has("core"));
    assert_eq!(side(&code, "labels[\"other\"]"), &DROPS_OUT);
    let mut recorded = state(
        "google_redis_instance",
        r#"{"id":"projects/p/locations/r/instances/i","labels":{"env":"staging","old":"x"},
            "terraform_labels":{"env":"staging","old":"x","team":"core"},
            "effective_labels":{"env":"staging","old":"x","team":"core","other":"y","goog-terraform-provisioned":"true"}}"#,
    );
    let body = r#"{"labels":{"env":"staging","old":"x","team":"core","other":"z","empty":""}}"#;
    let mut running = live_of("google_redis_instance", REDIS, None, body);
    settle(Catalog::builtin(), [&mut code], [&mut recorded], [&mut running]);
    assert_eq!(side(&code, "labels[\"old\"]"), &unset(Value::Null), "the code named it and does not any more");
    assert_eq!(leaf(&code, "labels[\"old\"]").facts.visibility.unset.0, PlanVisibility::Shown);
    assert_eq!(side(&code, "labels[\"other\"]"), &DROPS_OUT, "somebody else's");
    assert_eq!(leaf(&recorded, "labels[\"other\"]").facts.visibility.unset.0, PlanVisibility::RefreshOnly);
    assert_eq!(side(&running, "labels[\"empty\"]"), &has(""), "an empty label is a label");
    assert!(!leaf(&recorded, "labels[\"goog-terraform-provisioned\"]").facts.is_compared);
    assert!(!recorded.leaves.keys().any(|path| path.to_string().starts_with("effective_labels")));
}

#[test]
fn a_disk_that_google_grows_is_what_the_code_means() {
    let sizes = |arguments: &str, live_size: &str, autoresize: &str| {
        let mut code = configuration("google_sql_database_instance", arguments);
        let recorded = format!(
            r#"{{"id":"i","name":"i","project":"p","settings":[{{"disk_size":10,"disk_autoresize":{autoresize}}}]}}"#
        );
        let mut recorded = state("google_sql_database_instance", &recorded);
        let body = format!(
            r#"{{"name":"i","settings":{{"dataDiskSizeGb":"{live_size}","storageAutoResize":{autoresize},"storageAutoResizeLimit":"0"}}}}"#
        );
        let mut running = live_of("google_sql_database_instance", SQL, None, &body);
        settle(Catalog::builtin(), [&mut code], [&mut recorded], [&mut running]);
        let size = |resource: &NormalizedResource| side(resource, "settings[0].disk_size").clone();
        (size(&code), size(&recorded), size(&running))
    };
    let code = |settings: &str| format!(r#"{{"name":"i","settings":[{{"disk_size":10{settings}}}]}}"#);
    let grown = (has(15), has(15), has(15));
    assert_eq!(sizes(&code(""), "15", "true"), grown, "the switch is on by default");
    assert_eq!(sizes(&code(r#","disk_autoresize":false"#), "15", "true"), (has(10), has(10), has(15)));
    assert_eq!(sizes(&code(r#","disk_autoresize_limit":12"#), "15", "true"), (has(10), has(10), has(15)), "beyond");
    assert_eq!(sizes(&code(r#","disk_autoresize_limit":20"#), "15", "true"), grown, "within the limit");
    assert_eq!(sizes(&code(""), "5", "true"), (has(10), has(10), has(5)), "a smaller one is never growth");
    let wanted = r#"{"name":"i","settings":[{"disk_size":20}]}"#;
    assert_eq!(sizes(wanted, "15", "true"), (has(20), has(15), has(15)), "the code wants more than there is");
}

#[test]
fn of_two_units_only_the_one_that_the_code_gives_is_compared() {
    let compared = |arguments: &str| {
        let mut code = configuration("google_vpc_access_connector", arguments);
        let mut recorded = state(
            "google_vpc_access_connector",
            r#"{"name":"c","project":"p","region":"r","min_instances":2,"min_throughput":200}"#,
        );
        settle(Catalog::builtin(), [&mut code], [&mut recorded], []);
        let is_compared = |name: &str| leaf(&recorded, name).facts.is_compared;
        (is_compared("min_instances"), is_compared("min_throughput"))
    };
    assert_eq!(compared(r#"{"name":"c","min_instances":2}"#), (true, false));
    assert_eq!(compared(r#"{"name":"c"}"#), (true, false));
    assert!(compared(r#"{"name":"c","min_throughput":200}"#).1);
}

#[test]
fn a_configured_version_stands_for_its_minor_versions() {
    let mut code = configuration("google_sql_database_instance", r#"{"name":"i","database_version":"MYSQL_8_0"}"#);
    let body = r#"{"name":"i","databaseVersion":"MYSQL_8_0_36"}"#;
    let mut running = live_of("google_sql_database_instance", SQL, None, body);
    settle(Catalog::builtin(), [&mut code], [], [&mut running]);
    assert_eq!(side(&code, "database_version"), side(&running, "database_version"));
}

#[test]
fn resources_of_different_objects_are_not_settled_together() {
    let mut code = configuration("google_sql_database_instance", r#"{"name":"j","settings":[{"disk_size":10}]}"#);
    let body = r#"{"name":"i","settings":{"dataDiskSizeGb":"15","storageAutoResize":true}}"#;
    let mut running = live_of("google_sql_database_instance", SQL, None, body);
    settle(Catalog::builtin(), [&mut code], [], [&mut running]);
    assert_eq!(side(&code, "settings[0].disk_size"), &has(10));
}

#[test]
fn bodies_that_cannot_be_read_are_errors_that_name_the_object() {
    let numbers = numbers();
    let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
    let object = |body: &str| LiveObject {
        identity: Identity::new(REDIS),
        asset_type: String::new(),
        api_version: None,
        data: RawValue::from_string(body.to_owned()).expect("JSON"),
        update_time: None,
    };
    for (resource_type, body) in
        [("google_redis_instance", "[]"), ("google_redis_instance", "1e999"), ("google_nothing", "{}")]
    {
        let error = normalizer.live(resource_type, &object(body)).expect_err("unreadable");
        assert!(error.to_string().contains(REDIS), "{error}");
    }
}

/// Any JSON, with names that rows read among others.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let names = proptest::sample::select(
        &[
            "settings",
            "template",
            "containers",
            "env",
            "name",
            "value",
            "labels",
            "effective_labels",
            "allow",
            "allowed",
            "ports",
            "tier",
            "databaseFlags",
            "database_flags",
            "metadata",
            "spec",
            "annotations",
            "ipConfiguration",
            "id",
            "project",
            "self_link",
            "x",
        ][..],
    );
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        "[a-z/:0-9]{0,12}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_object_of_any_side_makes_normalizing_fail(json in any_json()) {
        let json = serde_json::json!({"settings": json, "template": json, "spec": json, "allow": json, "labels": json});
        let text = json.to_string();
        for name in Catalog::builtin().type_names() {
            let _ = state(name, &text);
            let _ = configuration(name, &text);
            let _ = live_of(name, "//x.googleapis.com/projects/p/x/y", None, &text);
        }
    }

    #[test]
    fn a_name_that_was_read_reads_the_same_again(
        name in "(https:)?(//)?(sqladmin|cloudsql|compute)?(\\.googleapis\\.com/)?(compute/v1/)?(projects/(123|p)/)?[a-z/%é]{0,30}",
    ) {
        let numbers = numbers();
        for resource_type in Catalog::builtin().types() {
            if let Some(identity) = identity_of_name(resource_type, &name, &numbers) {
                let again = identity_of_name(resource_type, identity.as_str(), &numbers);
                prop_assert_eq!(again, Some(identity));
            }
        }
    }

    #[test]
    fn settling_twice_changes_nothing(size in 1_i64..40, live_size in 1_i64..40, limit in 0_i64..40, label in "[a-c]") {
        let settings = |size: i64| serde_json::json!([{"disk_size": size, "disk_autoresize_limit": limit}]);
        let arguments = serde_json::json!({"name": "i", "settings": settings(size), "database_version": "MYSQL_8_0"});
        let mut code = configuration("google_sql_database_instance", &arguments.to_string());
        let recorded = serde_json::json!({"id": "i", "project": "p", "settings": settings(size), "labels": {label: "x"}});
        let mut recorded = state("google_sql_database_instance", &recorded.to_string());
        let body = serde_json::json!({"databaseVersion": "MYSQL_8_0_40",
            "settings": {"dataDiskSizeGb": live_size.to_string(), "storageAutoResize": true}});
        let mut running = live_of("google_sql_database_instance", SQL, None, &body.to_string());
        settle(Catalog::builtin(), [&mut code], [&mut recorded], [&mut running]);
        let once = [code.leaves.clone(), recorded.leaves.clone(), running.leaves.clone()];
        settle(Catalog::builtin(), [&mut code], [&mut recorded], [&mut running]);
        prop_assert_eq!(once, [code.leaves, recorded.leaves, running.leaves]);
    }

    #[test]
    fn the_order_of_keyed_elements_and_sets_does_not_count(
        flags in proptest::collection::vec(("[a-c]", "[0-9]{1,3}"), 0..6),
        ranges in proptest::collection::vec("10\\.[0-9]{1,2}\\.0\\.0/16", 0..6),
    ) {
        let sql = |flags: &[(String, String)]| {
            let flags: Vec<_> = flags.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
            state("google_sql_database_instance", &serde_json::json!({"settings": [{"database_flags": flags}]}).to_string()).leaves
        };
        let mut sorted = flags.clone();
        // Elements of one name keep their order: they are numbered by it.
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(sql(&flags), sql(&sorted));
        let firewall = |ranges: &[String]| {
            state("google_compute_firewall", &serde_json::json!({"source_ranges": ranges}).to_string()).leaves
        };
        let mut reversed = ranges.clone();
        reversed.reverse();
        prop_assert_eq!(firewall(&ranges), firewall(&reversed));
    }
}

#[test]
fn a_name_is_completed_by_the_project_of_the_state_where_the_code_tells_none() {
    let link = "https://www.googleapis.com/compute/v1/projects/p/global/networks/n";
    let attributes = format!(r#"{{"name": "s", "project": "p", "region": "r", "network": "{link}"}}"#);
    let recorded = state("google_compute_subnetwork", &attributes);
    let same = instance("google_compute_subnetwork", r#"{"name": "s", "network": "n"}"#);
    let same = normalize_homeless(&same, &recorded);
    let network = AttributePath::root().attribute("network");
    assert_eq!(same.side(&network), recorded.side(&network));
    assert_eq!(same.identity, recorded.identity);

    let renamed = instance("google_compute_subnetwork", r#"{"name": "other", "network": "other"}"#);
    let renamed = normalize_homeless(&renamed, &recorded);
    assert_ne!(renamed.side(&network), recorded.side(&network));
    let name = renamed.identity.expect("a name");
    assert_eq!(name.path(), "projects/p/regions/r/subnetworks/other");
}

#[test]
fn an_object_whose_name_is_unknown_is_the_one_that_the_state_has() {
    let recorded = state("google_sql_database_instance", r#"{"name": "i", "project": "p"}"#);
    let mut instance = instance("google_sql_database_instance", r#"{"name": "i"}"#);
    if let Value::Map(arguments) = &mut instance.arguments.value {
        arguments.insert("project".to_owned(), Value::Unknown("variable \"project\" has no value".into()));
    }
    assert_eq!(normalize_homeless(&instance, &recorded).identity, recorded.identity);
    assert!(normalize_instance(&instance).identity.is_err(), "without a state nothing says which it is");
}
