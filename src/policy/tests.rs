//! Break one thing in a clean world, and expect exactly that finding; and what holds for all policies together.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::compare::Comparison;
use crate::model::{
    AttributePath, Origin, OwnPlaces, SeverityLevel, SeverityRule, Value, World, WorldAttribute, WorldKind,
    WorldResource,
};
use crate::topology::fixture::{configured, range, resource, with, world};

const SERVICE: &str = "//run.googleapis.com/projects/p/locations/us-central1/services/api";
const CONNECTOR: &str = "//vpcaccess.googleapis.com/projects/p/locations/us-central1/connectors/c";
const DATABASE: &str = "//cloudsql.googleapis.com/projects/p/instances/db";
const REDIS: &str = "//redis.googleapis.com/projects/p/locations/us-central1/instances/cache";
const NETWORK: &str = "projects/p/global/networks/vpc";

const EGRESS: &str = "template[0].vpc_access[0].egress";
const REFERENCE: &str = "template[0].vpc_access[0].connector";
const INSTANCES: &str = "template[0].volumes[\"cloudsql\"].cloud_sql_instance[0].instances";
const HOST: &str = "template[0].containers[0].env[\"REDIS_HOST\"].value";

/// A service behind a connector, with a database and a cache in one network, and NAT.
fn clean() -> Vec<WorldResource> {
    let mut service = resource("google_cloud_run_v2_service", SERVICE);
    service = with(service, EGRESS, "ALL_TRAFFIC");
    service = with(service, REFERENCE, "projects/p/locations/us-central1/connectors/c");
    service = with(service, INSTANCES, Value::set(vec!["p:us-central1:db".into()]));
    service = with(service, HOST, "10.166.204.83");

    let mut connector = resource("google_vpc_access_connector", CONNECTOR);
    connector = with(connector, "network", "vpc");
    connector = with(connector, "ip_cidr_range", "10.1.0.0/28");
    connector = with(connector, "state", "READY");
    connector = configured(connector, "machine_type", "e2-micro");
    connector = configured(connector, "min_instances", 2);
    connector = configured(connector, "max_instances", 3);
    connector.address = Some("google_vpc_access_connector.c".parse().expect("an address"));

    let mut database = resource("google_sql_database_instance", DATABASE);
    database = with(database, "settings[0].ip_configuration[0].ipv4_enabled", true);
    database = with(database, "settings[0].ip_configuration[0].private_network", NETWORK);
    database = with(database, "public_ip_address", "203.0.113.9");
    database = with(database, "private_ip_address", "10.107.1.3");
    database = with(database, "settings[0].tier", "db-custom-2-7680");
    database = with(database, "settings[0].database_flags[\"shared_buffers\"].value", "100000");

    let mut redis = resource("google_redis_instance", REDIS);
    redis = with(redis, "authorized_network", NETWORK);
    redis = with(redis, "host", "10.166.204.83");
    redis = with(redis, "effective_reserved_ip_range", "10.166.204.80/29");

    let mut subnetwork =
        resource("google_compute_subnetwork", "//compute.googleapis.com/projects/p/regions/us-central1/subnetworks/s");
    subnetwork = with(subnetwork, "network", NETWORK);
    subnetwork = with(subnetwork, "ip_cidr_range", "10.0.0.0/24");

    let router = resource("google_compute_router", "//compute.googleapis.com/projects/p/regions/us-central1/routers/r");
    let nat = resource(
        "google_compute_router_nat",
        "//compute.googleapis.com/projects/p/regions/us-central1/routers/r/nats/n",
    );
    let firewall = resource("google_compute_firewall", "//compute.googleapis.com/projects/p/global/firewalls/f");
    let mut firewall = configured(firewall, "source_ranges", Value::set(vec!["10.0.0.0/8".into()]));
    firewall.range = Some(range());

    vec![
        service,
        connector,
        database,
        redis,
        subnetwork,
        with(router, "network", NETWORK),
        with(nat, "source_subnetwork_ip_ranges_to_nat", "ALL_SUBNETWORKS_ALL_IP_RANGES"),
        firewall,
        resource("google_compute_network", "//compute.googleapis.com/projects/p/global/networks/vpc"),
    ]
}

fn judged(resources: Vec<WorldResource>) -> Judgment {
    let worlds = [world(WorldKind::Live, resources.clone()), world(WorldKind::Planned, resources)];
    judge_worlds(&worlds, &[])
}

fn judge_worlds(worlds: &[World], severities: &[SeverityRule]) -> Judgment {
    judge(&PolicyInput { worlds, provenance: &OwnPlaces, comparison: &Comparison::default(), severities })
}

/// The clean world with one thing changed.
fn broken(change: impl FnOnce(&mut Vec<WorldResource>)) -> Judgment {
    let mut resources = clean();
    change(&mut resources);
    judged(resources)
}

fn of<'r>(resources: &'r mut [WorldResource], resource_type: &str) -> &'r mut WorldResource {
    resources.iter_mut().find(|resource| &*resource.resource_type == resource_type).expect("there")
}

fn set(resources: &mut [WorldResource], resource_type: &str, path: &str, value: impl Into<Value>) {
    let path: AttributePath = path.parse().expect("a path");
    let resource = of(resources, resource_type);
    let value = value.into();
    match resource.attributes.get_mut(&path) {
        Some(attribute) => attribute.value = value,
        None => {
            let attribute = WorldAttribute { value, is_sensitive: false, origin: None };
            resource.attributes.insert(path, attribute);
        }
    }
}

fn ids(judgment: &Judgment) -> Vec<&str> {
    judgment.findings.iter().map(|finding| finding.policy.as_str()).collect()
}

#[test]
fn the_clean_world_is_quiet() {
    assert_eq!(judged(clean()), Judgment::default());
}

#[test]
fn without_the_nat_only_that_is_said() {
    let judgment = broken(|resources| resources.retain(|it| &*it.resource_type != "google_compute_router_nat"));
    assert_eq!(ids(&judgment), ["all-traffic-without-nat"]);
    assert_eq!(judgment.findings[0].on, [WorldKind::Live, WorldKind::Planned]);
    assert_eq!(judgment.undetermined, []);
}

#[test]
fn one_broken_thing_gives_one_finding() {
    type Change = fn(&mut Vec<WorldResource>);
    let changes: [(&str, Change); 8] = [
        ("network-mismatch", |it| {
            set(it, "google_redis_instance", "authorized_network", "projects/p/global/networks/default");
        }),
        ("connector-range-overlap", |it| set(it, "google_compute_subnetwork", "ip_cidr_range", "10.1.0.0/16")),
        ("connector-not-ready", |it| set(it, "google_vpc_access_connector", "state", "ERROR")),
        ("connector-size-not-offered", |it| set(it, "google_vpc_access_connector", "max_instances", 11)),
        ("missing-reference", |it| {
            let instances = Value::set(vec!["p:us-central1:db".into(), "p:us-central1:gone".into()]);
            set(it, "google_cloud_run_v2_service", INSTANCES, instances);
        }),
        ("host-value-not-an-address", |it| set(it, "google_cloud_run_v2_service", HOST, "10.166.204.83\n")),
        ("sql-memory-flags-exceed-tier", |it| {
            set(it, "google_sql_database_instance", "settings[0].tier", "db-f1-micro")
        }),
        ("firewall-open-unnamed", |it| {
            set(it, "google_compute_firewall", "source_ranges", Value::set(vec!["0.0.0.0/0".into()]));
            for attribute in of(it, "google_compute_firewall").attributes.values_mut() {
                attribute.origin = None;
            }
        }),
    ];
    for (policy, change) in changes {
        let judgment = broken(change);
        assert_eq!(ids(&judgment), [policy], "{judgment:#?}");
        assert_eq!(judgment.undetermined, [], "{policy}");
    }
}

#[test]
fn a_finding_of_both_worlds_is_one_and_points_into_the_code() {
    let mut live = clean();
    live.retain(|it| &*it.resource_type != "google_compute_router_nat");
    let mut planned = live.clone();
    let path: AttributePath = EGRESS.parse().expect("a path");
    if let Some(attribute) = of(&mut planned, "google_cloud_run_v2_service").attributes.get_mut(&path) {
        attribute.origin = Some(Arc::new(Origin { range: range(), path: path.clone() }));
    }
    let judgment = judge_worlds(&[world(WorldKind::Live, live), world(WorldKind::Planned, planned)], &[]);
    let [finding] = judgment.findings.as_slice() else { panic!("{judgment:#?}") };
    let egress: Vec<_> = finding.evidence.iter().filter(|fact| fact.path == EGRESS).collect();
    assert_eq!(egress.len(), 1);
    assert_eq!(egress[0].range, Some(range()));
}

#[test]
fn a_fingerprint_outlives_changed_values() {
    let fingerprint = |tier: &str| {
        let judgment = broken(|it| set(it, "google_sql_database_instance", "settings[0].tier", tier));
        judgment.findings[0].fingerprint.clone()
    };
    assert_eq!(fingerprint("db-f1-micro"), fingerprint("db-custom-1-512"));
}

#[test]
fn what_was_not_listed_is_never_called_absent() {
    let mut resources = clean();
    resources.retain(|it| {
        !matches!(
            &*it.resource_type,
            "google_compute_router" | "google_compute_router_nat" | "google_vpc_access_connector"
        )
    });
    let mut live = world(WorldKind::Live, resources);
    live.complete.clear();
    let judgment = judge_worlds(&[live], &[]);
    assert_eq!(judgment.findings, []);
    assert!(!judgment.undetermined.is_empty());
}

fn rule(policy: &str, level: SeverityLevel) -> SeverityRule {
    SeverityRule { policy: policy.to_owned(), level, range: range() }
}

#[test]
fn severities_are_set_and_policies_turned_off() {
    let mut resources = clean();
    set(&mut resources, "google_vpc_access_connector", "state", "ERROR");
    let worlds = [world(WorldKind::Live, resources)];
    let severity =
        |level| judge_worlds(&worlds, &[rule("connector-not-ready", level)]).findings.pop().map(|it| it.severity);
    assert_eq!(severity(SeverityLevel::Note), Some(FindingSeverity::Note));
    assert_eq!(severity(SeverityLevel::Off), None);
}

#[test]
fn a_severity_for_an_unknown_policy_is_a_warning_at_its_place() {
    let diagnostics = unknown_severities(&[
        rule("connector-saturated-xyz", SeverityLevel::Error),
        rule("missing-reference", SeverityLevel::Off),
    ]);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].range, Some(range()));
    assert!(diagnostics[0].detail.contains("connector-saturated-xyz"));
}

#[test]
fn findings_stand_by_severity_then_cause_then_reach() {
    let judgment = broken(|it| {
        // An error that explains another, an explained one, and a warning with many subjects.
        set(it, "google_vpc_access_connector", "state", "ERROR");
        set(it, "google_compute_subnetwork", "ip_cidr_range", "10.1.0.0/16");
        set(it, "google_cloud_run_v2_service", HOST, "10.166.204.83\n");
        let instances = Value::set(vec!["p:us-central1:db".into(), "p:us-central1:gone".into()]);
        set(it, "google_cloud_run_v2_service", INSTANCES, instances);
    });
    assert_eq!(
        ids(&judgment),
        ["connector-range-overlap", "connector-not-ready", "host-value-not-an-address", "missing-reference"]
    );
    assert_eq!(judgment.findings[0].explains, ["connector-not-ready"]);
}

#[test]
fn names_with_escape_sequences_stay_harmless() {
    let judgment = broken(|it| {
        let hostile = Value::set(vec!["p:us-central1:\u{1b}[31mdb".into()]);
        set(it, "google_cloud_run_v2_service", INSTANCES, hostile);
    });
    for finding in &judgment.findings {
        assert!(!finding.message.contains('\u{1b}') && !finding.remedy.contains('\u{1b}'), "{finding:?}");
    }
}

/// Values that no API gives, at the paths that policies read.
fn hostile() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        Just(String::new()),
        Just("999.1.2.3/99".to_owned()),
        Just("/".to_owned()),
        Just("::::".to_owned()),
        Just("projects//global/networks/".to_owned()),
        Just("db-custom--1-99999999999999999999".to_owned()),
        Just("170141183460469231731687303715884105727".to_owned()),
        ".{0,40}",
        "[0-9./:-]{0,30}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| { crate::model::Number::from_f64(number).map_or(Value::Null, Value::Number) }),
        texts.prop_map(Value::string),
    ];
    prop_oneof![leaf.clone(), proptest::collection::vec(leaf, 0..4).prop_map(Value::set)]
}

proptest! {
    #[test]
    fn no_value_anywhere_panics(values in proptest::collection::vec((any::<prop::sample::Index>(), hostile()), 1..8)) {
        let mut resources = clean();
        let leaves: Vec<(usize, AttributePath)> = resources
            .iter()
            .enumerate()
            .flat_map(|(index, resource)| resource.attributes.keys().map(move |path| (index, path.clone())))
            .collect();
        for (which, value) in values {
            let (index, path) = which.get(&leaves);
            if let Some(attribute) = resources[*index].attributes.get_mut(path) {
                attribute.value = value;
            }
        }
        let first = judged(resources.clone());
        prop_assert_eq!(first, judged(resources));
    }

    #[test]
    fn no_identity_panics(names in proptest::collection::vec(".{0,30}", 9)) {
        let mut resources = clean();
        for (resource, name) in resources.iter_mut().zip(names) {
            resource.identity = Some(crate::model::Identity::new(format!("//{name}")));
        }
        judged(resources);
    }
}

/// The same through a real comparison: what `compare` makes of sides is what policies take them for.
mod compared {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::compare::{ConfiguredSide, LiveSide, Request, compare, worlds};
    use crate::model::{
        AttributeFacts, Configuration, Identity, IgnoreChanges, Inventory, Leaf, Listing, LiveKind, NormalizedResource,
        PathMap, PlanVisibility, Replacement, Side, VisibilityRule,
    };

    fn leaf(path: &str, value: Value, is_configured: bool) -> Leaf {
        let facts = AttributeFacts {
            row: path.to_owned(),
            is_compared: true,
            is_identity: false,
            replacement: Replacement::Never,
            visibility: VisibilityRule {
                set: (PlanVisibility::Shown, "it is set".into()),
                unset: (PlanVisibility::RefreshOnly, "Google chooses it".into()),
            },
            exception: None,
        };
        let path = path.parse().expect("a path");
        let origin = is_configured.then(|| Arc::new(Origin { range: range(), path }));
        Leaf { side: Side::Value(value), facts: Arc::new(facts), is_sensitive: false, origin }
    }

    fn normalized(resource_type: &str, identity: &str, leaves: &[(&str, Value)], below: Side) -> NormalizedResource {
        let is_configured = matches!(below, Side::Unset { .. });
        let leaves = leaves.iter().map(|(path, value)| {
            (path.parse::<AttributePath>().expect("a path"), Arc::new(leaf(path, value.clone(), is_configured)))
        });
        NormalizedResource {
            resource_type: resource_type.into(),
            identity: Ok(Identity::new(identity)),
            has_own_identity: true,
            leaves: leaves.collect(),
            below: PathMap::from(vec![(AttributePath::root(), below)]),
            unknown_members: 0,
            sensitive_names: BTreeSet::new(),
        }
    }

    fn configured_side(address: &str, identity: &str, leaves: &[(&str, Value)]) -> ConfiguredSide {
        let address: crate::model::InstanceAddress = address.parse().expect("an address");
        let resource_type = address.resource.resource_type.clone();
        ConfiguredSide {
            is_expected: false,
            resource: normalized(&resource_type, identity, leaves, Side::Unset { counts_as: None }),
            ignore_changes: IgnoreChanges::Paths(Vec::new()),
            range: range(),
            address,
        }
    }

    fn live_side(resource: &WorldResource) -> LiveSide {
        let identity = resource.identity.as_ref().expect("identified").to_string();
        let leaves: Vec<(String, Value)> =
            resource.attributes.iter().map(|(path, attribute)| (path.to_string(), attribute.value.clone())).collect();
        let leaves: Vec<(&str, Value)> = leaves.iter().map(|(path, value)| (path.as_str(), value.clone())).collect();
        LiveSide {
            resource: normalized(&resource.resource_type, &identity, &leaves, Side::Value(Value::Null)),
            is_primary: true,
            is_system_made: false,
            update_time: None,
            import_id: None,
            as_read: None,
        }
    }

    fn judge_sides(configured: Vec<ConfiguredSide>, live: &[WorldResource]) -> Judgment {
        let types: BTreeSet<String> = clean().iter().map(|resource| resource.resource_type.to_string()).collect();
        let listing = |resource_type: &String| Listing {
            resource_type: resource_type.clone(),
            scope: String::new(),
            is_complete: true,
            error: None,
        };
        let mut inventory = Inventory { listings: types.iter().map(listing).collect(), ..Inventory::default() };
        inventory.listings.push(listing(&"google_compute_global_address".to_owned()));
        inventory.source.kind = LiveKind::Assets;
        let configuration = Configuration { files: 1, ..Configuration::default() };
        let request = Request {
            configured,
            recorded: Vec::new(),
            live: live.iter().map(live_side).collect(),
            inventory: &inventory,
            configuration: &configuration,
            provenance: &OwnPlaces,
            ignores: &[],
            unmanaged_types: types,
            unmanaged_scopes: ["projects/p".to_owned()].into(),
            judged_types: crate::topology::types().map(str::to_owned).collect(),
            derived_types: BTreeSet::new(),
            managed_elsewhere: BTreeSet::new(),
            only: Vec::new(),
            skip: Vec::new(),
        };
        let comparison = compare(&request);
        let worlds = worlds(&request);
        judge(&PolicyInput { worlds: &worlds, provenance: &OwnPlaces, comparison: &comparison, severities: &[] })
    }

    #[test]
    fn a_finding_about_what_runs_points_at_the_code_that_says_otherwise() {
        let mut live = clean();
        live.retain(|it| &*it.resource_type != "google_compute_router_nat");
        let mut expected =
            configured_side("google_cloud_run_v2_service.api", SERVICE, &[(EGRESS, "PRIVATE_RANGES_ONLY".into())]);
        expected.is_expected = true;
        let judgment = judge_sides(vec![expected], &live);
        let first = &judgment.findings[0];
        assert_eq!((first.policy.as_str(), first.on.as_slice()), ("all-traffic-without-nat", &[WorldKind::Live][..]));
        assert_eq!(first.subjects[0], "google_cloud_run_v2_service.api");
        let egress: Vec<_> = first.evidence.iter().filter(|fact| fact.path == EGRESS).collect();
        assert_eq!(egress[0].value, "ALL_TRAFFIC");
        assert_eq!(egress[1].value, "PRIVATE_RANGES_ONLY in the configuration");
        assert_eq!(egress[1].range, Some(range()));
    }

    #[test]
    fn what_google_chooses_for_a_new_object_is_not_unknown_to_the_code() {
        let leaves = [("min_instances", Value::from(2)), ("max_instances", 3.into()), ("network", "vpc".into())];
        let identity = CONNECTOR.replace("connectors/c", "connectors/new");
        let new = configured_side("google_vpc_access_connector.new", &identity, &leaves);
        let judgment = judge_sides(vec![new], &[]);
        let open: Vec<_> =
            judgment.undetermined.iter().filter(|open| open.policy == "connector-size-not-offered").collect();
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn what_exists_without_state_is_to_be_imported() {
        let live = clean();
        let configured = configured_side("google_vpc_access_connector.c", CONNECTOR, &[("network", "vpc".into())]);
        let judgment = judge_sides(vec![configured], &live);
        assert_eq!(ids(&judgment), ["exists-not-in-state"]);
        assert_eq!(judgment.findings[0].on, [WorldKind::Planned]);
    }
}
