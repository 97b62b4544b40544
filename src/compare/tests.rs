//! The comparison as a whole, one behavior each.

use std::sync::Arc;

use proptest::prelude::*;

use super::samples::{self, configured, live, recorded};
use super::*;
use crate::model::{
    Fact, IgnoreChanges, IgnoreRule, InstanceAddress, LiveKind, Moved, PlanVisibility, Replacement, Side,
    UnexpandedResource, UnreadableModule, Value, World, WorldKind,
};

const A: &[(&str, &str)] = &[("a", "1")];
const B: &[(&str, &str)] = &[("a", "2")];

/// `LABEL: presence, verdict` of every resource.
fn outline(comparison: &Comparison) -> Vec<String> {
    comparison
        .resources
        .iter()
        .map(|resource| {
            let label = match (&resource.address, &resource.identity) {
                (Some(address), _) => address.to_string(),
                (None, Some(identity)) => identity.name().to_owned(),
                (None, None) => "?".to_owned(),
            };
            let verdict = resource.verdict.map_or("-".to_owned(), |verdict| format!("{verdict:?}"));
            format!("{label}: {:?}, {verdict}", resource.presence)
        })
        .collect()
}

fn only(comparison: &Comparison) -> &ResourceComparison {
    let [resource] = comparison.resources.as_slice() else { panic!("{:?}", outline(comparison)) };
    resource
}

fn address(text: &str) -> InstanceAddress {
    text.parse().expect("address")
}

fn rule(pattern: &str, attributes: &[&str]) -> IgnoreRule {
    IgnoreRule {
        pattern: pattern.to_owned(),
        attributes: attributes.iter().map(|&attribute| attribute.to_owned()).collect(),
        reason: format!("because of {pattern}"),
        expires: None,
        range: samples::range("trueup.hcl", 1),
    }
}

#[test]
fn every_row_of_the_presence_table() {
    let mut world = samples::World::new();
    let everything = |world: &samples::World, kind| {
        let request = world.request(
            vec![configured("google_x.a", A), configured("google_x.new", A), configured("google_x.there", A)],
            vec![recorded("google_x.a", A), recorded("google_x.gone", A), recorded("google_x.left", A)],
            vec![live("a", B), live("there", B), live("left", B), live("foreign", B)],
        );
        assert_eq!(request.inventory.source.kind, kind);
        outline(&compare(&request))
    };
    assert_eq!(
        everything(&world, LiveKind::Assets),
        [
            "google_x.a: Managed, Drifted",
            "google_x.gone: Missing, -",
            "google_x.left: NotInConfiguration, Drifted",
            "google_x.new: NotYetCreated, -",
            "google_x.there: NotInState, Drifted",
            "foreign: Unmanaged, -",
        ]
    );
    world.inventory.source.kind = LiveKind::None;
    let request = world.request(
        vec![configured("google_x.a", A), configured("google_x.new", A)],
        vec![recorded("google_x.a", A), recorded("google_x.gone", A)],
        Vec::new(),
    );
    assert_eq!(
        outline(&compare(&request)),
        ["google_x.a: Managed, InSync", "google_x.gone: NotInConfiguration, -", "google_x.new: NotYetCreated, -",]
    );
}

#[test]
fn what_was_not_listed_is_not_observed_and_configuration_still_meets_state() {
    let mut world = samples::World::new();
    world.inventory.listings[0].is_complete = false;
    world.inventory.listings[0].error = Some("403".to_owned());
    let request = world.request(
        vec![configured("google_x.a", B), configured("google_x.new", A)],
        vec![recorded("google_x.a", A), recorded("google_x.gone", A)],
        Vec::new(),
    );
    let comparison = compare(&request);
    assert_eq!(
        outline(&comparison),
        [
            "google_x.a: NotObserved, Pending",
            "google_x.gone: NotObserved, NotComparable",
            "google_x.new: NotYetCreated, -",
        ]
    );
    assert_eq!(comparison.resources[0].not_observed.as_deref(), Some("403"));
    let expected = NotObserved { what: "google_x in projects/p".to_owned(), why: "403".to_owned(), is_needed: true };
    assert_eq!(comparison.coverage.not_observed, [expected]);
}

#[test]
fn a_failed_listing_that_another_makes_up_for_is_not_missed() {
    let mut world = samples::World::new();
    let failed = |scope: &str| crate::model::Listing {
        scope: scope.to_owned(),
        is_complete: false,
        error: Some("403".to_owned()),
        ..world.inventory.listings[0].clone()
    };
    let failed = [failed("projects/p"), failed("projects/p/locations/r"), failed("projects/q")];
    world.inventory.listings.extend(failed);
    let comparison = compare(&world.request(Vec::new(), Vec::new(), Vec::new()));
    let what: Vec<_> = comparison.coverage.not_observed.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["google_x in projects/q"]);
}

#[test]
fn a_listing_is_needed_where_a_resource_or_a_policy_asks_for_it() {
    let mut world = samples::World::new();
    let failed = |resource_type: &str| crate::model::Listing {
        resource_type: resource_type.to_owned(),
        scope: "projects/p".to_owned(),
        is_complete: false,
        error: Some("403".to_owned()),
    };
    world.inventory.listings = vec![failed("google_x"), failed("google_unjudged")];
    let needed = |world: &samples::World, configured: Vec<ConfiguredSide>| {
        let coverage = compare(&world.request(configured, Vec::new(), Vec::new())).coverage;
        let listings = coverage.not_observed.iter().filter(|entry| entry.what.contains(" in "));
        listings.map(|entry| (entry.what.clone(), entry.is_needed)).collect::<Vec<_>>()
    };
    let both = |unjudged, judged| {
        vec![("google_unjudged in projects/p".to_owned(), unjudged), ("google_x in projects/p".to_owned(), judged)]
    };
    assert_eq!(needed(&world, Vec::new()), both(false, true));
    world.inventory.disabled = [("google_x".to_owned(), "projects/p".to_owned())].into();
    assert_eq!(needed(&world, Vec::new()), both(false, false), "nothing can be there");
    assert_eq!(needed(&world, vec![configured("google_x.a", A)]), both(false, true), "a resource is there to compare");
    let mut elsewhere = configured("google_unjudged.a", A);
    elsewhere.resource.identity = Ok(crate::model::Identity::new("//x.googleapis.com/projects/pp/things/a"));
    assert_eq!(needed(&world, vec![elsewhere.clone()]), both(false, false));
    elsewhere.resource.identity = Err("the name is not known".to_owned());
    assert_eq!(needed(&world, vec![elsewhere]), both(true, false), "it may be there");
}

#[test]
fn what_the_provider_takes_for_unset_stays_in_the_planned_world() {
    let world = samples::World::new();
    let mut code = configured("google_x.a", &[]);
    let unset = samples::leaf("ranges", Side::Unset { counts_as: Some(Value::Null) });
    code.resource.leaves.insert("ranges".parse().expect("path"), unset);
    let planned = |value: &str| {
        let mut object = live("a", &[("ranges", value)]);
        for leaf in object.resource.leaves.values_mut().map(Arc::make_mut) {
            leaf.facts = Arc::new(crate::model::AttributeFacts {
                exception: Some(crate::model::Exception::UnsetEquals("everywhere".into())),
                ..samples::facts("ranges")
            });
        }
        let state = recorded("google_x.a", &[]);
        let request = world.request(vec![code.clone()], vec![state], vec![object]);
        worlds(&request)[2].resources[0].get("ranges").known().map(|it| (it.value.clone(), it.origin.is_some()))
    };
    assert_eq!(planned("everywhere"), Some(("everywhere".into(), false)), "an apply leaves it");
    assert_eq!(planned("elsewhere"), None, "an apply takes it back");
}

#[test]
fn what_the_server_chooses_is_no_question_without_live() {
    let mut world = samples::World::new();
    world.inventory.source.kind = LiveKind::None;
    let mut code = configured("google_x.a", A);
    for (path, side) in [("chosen", Side::Unset { counts_as: None }), ("unknown", Side::Unknown("why".into()))] {
        code.resource.leaves.insert(path.parse().expect("path"), samples::leaf(path, side));
    }
    let state = recorded("google_x.a", &[("a", "1"), ("chosen", "by the server"), ("unknown", "x")]);
    let comparison = compare(&world.request(vec![code], vec![state], Vec::new()));
    let paths: Vec<_> = only(&comparison).attributes.iter().map(|attribute| attribute.path.to_string()).collect();
    assert_eq!(paths, ["unknown"]);
}

#[test]
fn an_object_without_listing_is_named_in_the_coverage() {
    let mut world = samples::World::new();
    world.inventory.listings.clear();
    let request = world.request(Vec::new(), vec![recorded("google_x.a", A)], Vec::new());
    let comparison = compare(&request);
    assert_eq!(only(&comparison).presence, Presence::NotObserved);
    assert_eq!(comparison.coverage.not_observed[0].what, "google_x.a");
    assert!(comparison.coverage.not_observed[0].is_needed);
}

#[test]
fn expect_blocks_are_configuration_without_state() {
    let mut world = samples::World::new();
    let expected = |address| ConfiguredSide { is_expected: true, ..configured(address, A) };
    let sides = || vec![expected("google_x.there"), expected("google_x.gone")];
    let request = world.request(sides(), Vec::new(), vec![live("there", B)]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["google_x.gone: Missing, -", "google_x.there: Managed, Drifted"]);
    let attribute = &comparison.resources[1].attributes[0];
    assert_eq!(attribute.plan_visibility, PlanVisibility::Hidden);
    assert_eq!(&*attribute.plan_visibility_reason, "it is not in the state, and Terraform reads only what is");
    world.inventory.source.kind = LiveKind::None;
    let request = world.request(sides(), Vec::new(), Vec::new());
    assert!(compare(&request).resources.iter().all(|resource| resource.presence == Presence::NotObserved));
}

#[test]
fn a_root_without_configuration_compares_state_with_live() {
    let mut world = samples::World::new();
    world.configuration.files = 0;
    let request = world.request(Vec::new(), vec![recorded("google_x.a", A)], vec![live("a", B)]);
    assert_eq!(outline(&compare(&request)), ["google_x.a: Managed, Drifted"]);
}

#[test]
fn what_stands_in_an_unread_module_is_never_called_removed() {
    let mut world = samples::World::new();
    world.configuration.unreadable_modules.push(UnreadableModule {
        module: address("module.far.t.n").resource.module,
        reason: "its source is a registry".to_owned(),
        range: samples::range("main.tf", 3),
    });
    world.configuration.unexpanded.push(UnexpandedResource {
        resource: address("google_x.many").resource,
        reason: "count is unknown".to_owned(),
        range: samples::range("main.tf", 4),
    });
    let request = world.request(
        vec![configured("google_x.near", A)],
        vec![recorded("module.far.google_x.a", A), recorded("google_x.many[0]", A), recorded("google_x.near", A)],
        vec![live("a", A), live("many", A), live("near", A)],
    );
    let comparison = compare(&request);
    assert_eq!(
        outline(&comparison),
        [
            "google_x.many[0]: Managed, InSync",
            "google_x.near: Managed, InSync",
            "module.far.google_x.a: Managed, InSync"
        ]
    );
    let what: Vec<_> = comparison.coverage.not_observed.iter().map(|it| (it.what.as_str(), it.is_needed)).collect();
    assert_eq!(what, [("how many google_x.many there are", false), ("module.far", true)]);
}

#[test]
fn a_forgotten_resource_is_not_called_destroyed() {
    let mut world = samples::World::new();
    world.configuration.forgotten.push(address("google_x.a").resource);
    let request = world.request(
        vec![configured("google_x.b", A)],
        vec![recorded("google_x.a", A), recorded("google_x.b", A)],
        vec![live("a", A), live("b", A)],
    );
    let comparison = compare(&request);
    assert_eq!(outline(&comparison)[0], "google_x.a: Managed, InSync");
    assert!(comparison.resources[0].is_forgotten);
    let worlds = worlds(&request);
    let planned = worlds.iter().find(|world| world.kind == WorldKind::Planned).expect("planned");
    assert_eq!(planned.resources.len(), 2, "it stays");
}

#[test]
fn moves_are_applied_before_anything_is_called_missing() {
    let mut world = samples::World::new();
    world.configuration.moved.push(Moved {
        from: "google_x.before".to_owned(),
        to: "google_x.after".to_owned(),
        range: samples::range("main.tf", 1),
    });
    let mut state = recorded("google_x.before", A);
    state.resource.identity = Ok(samples::identity("after"));
    let request = world.request(vec![configured("google_x.after", A)], vec![state], vec![live("after", A)]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["google_x.after: Managed, InSync"]);
    assert_eq!(only(&comparison).moved_from.as_deref(), Some(&address("google_x.before")));
}

#[test]
fn leftovers_and_tainted_objects_are_marked() {
    let world = samples::World::new();
    let mut leftover = recorded("google_x.a", A);
    leftover.deposed = Some("d0".to_owned());
    leftover.resource.identity = Ok(samples::identity("a-old"));
    let mut tainted = recorded("google_x.a", A);
    tainted.is_tainted = true;
    let request =
        world.request(vec![configured("google_x.a", A)], vec![leftover, tainted], vec![live("a", A), live("a-old", A)]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["google_x.a: Managed, InSync", "google_x.a: NotInConfiguration, InSync"]);
    assert!(comparison.resources[0].is_tainted);
    assert_eq!(comparison.resources[1].deposed.as_deref(), Some("d0"));
    let names = |world: &World| world.resources.iter().filter_map(|it| it.identity.clone()).collect::<Vec<_>>();
    let worlds = worlds(&request);
    assert_eq!(names(&worlds[0]), [samples::identity("a"), samples::identity("a-old")], "live");
    assert_eq!(names(&worlds[2]), [samples::identity("a")], "planned");
}

#[test]
fn two_addresses_of_one_object_both_match_it() {
    let world = samples::World::new();
    let mut second = recorded("google_x.b", A);
    second.resource.identity = Ok(samples::identity("a"));
    let request = world.request(Vec::new(), vec![recorded("google_x.a", A), second], vec![live("a", A)]);
    let comparison = compare(&request);
    assert_eq!(comparison.resources.len(), 2);
    assert!(comparison.resources.iter().all(|resource| resource.presence == Presence::NotInConfiguration));
    assert_eq!(worlds(&request)[0].resources.len(), 1, "it is one object");
}

#[test]
fn an_object_that_two_types_share_is_read_as_the_type_that_claims_it() {
    let world = samples::World::new();
    let second = || LiveSide {
        resource: crate::model::NormalizedResource { resource_type: "google_old".into(), ..live("a", B).resource },
        is_primary: false,
        ..live("a", B)
    };
    let request = world.request(Vec::new(), Vec::new(), vec![live("a", A), second()]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["a: Unmanaged, -"], "once, as the primary type");
    let request = world.request(Vec::new(), vec![recorded("google_old.a", A)], vec![live("a", A), second()]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["google_old.a: NotInConfiguration, Drifted"]);
    let live_world = &worlds(&request)[0];
    assert_eq!(live_world.resources.len(), 1);
    assert_eq!(&*live_world.resources[0].resource_type, "google_old");
}

#[test]
fn unmanaged_is_only_what_nobody_manages_where_one_looks() {
    let world = samples::World::new();
    let mut request = world.request(
        Vec::new(),
        Vec::new(),
        vec![
            live("foreign", A),
            live("sibling", A),
            LiveSide { is_system_made: true, ..live("system", A) },
            LiveSide { is_primary: false, ..live("second", A) },
        ],
    );
    request.managed_elsewhere.insert(samples::identity("sibling"));
    assert_eq!(outline(&compare(&request)), ["foreign: Unmanaged, -"]);
    request.unmanaged_scopes = ["projects/q".to_owned()].into();
    assert!(compare(&request).resources.is_empty(), "outside of the scopes");
    request.unmanaged_scopes = ["projects/p/locations/r".to_owned()].into();
    assert_eq!(compare(&request).resources.len(), 1);
    request.unmanaged_types.clear();
    assert!(compare(&request).resources.is_empty(), "a type that is not reported");
    assert_eq!(worlds(&request)[0].resources.len(), 3, "the live world has them all");
}

#[test]
fn an_unknown_name_leaves_live_unobserved() {
    let world = samples::World::new();
    let mut side = configured("google_x.a", A);
    side.resource.identity = Err("name is unknown: random_id.x is not applied yet".to_owned());
    let request = world.request(vec![side], Vec::new(), vec![live("a", A)]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["google_x.a: NotYetCreated, -", "a: Unmanaged, -"]);
    assert!(comparison.resources[0].not_observed.as_deref().is_some_and(|why| why.contains("random_id")));
}

#[test]
fn another_name_in_the_configuration_is_a_pending_replacement() {
    let world = samples::World::new();
    let named = |name: &str| {
        let mut resource = samples::resource("google_x", &[("name", Side::Value(Value::from(name)))]);
        let leaf = resource.leaves.values_mut().map(Arc::make_mut).next().expect("one leaf");
        leaf.facts = Arc::new(crate::model::AttributeFacts { is_compared: false, ..samples::facts("name") });
        resource.identity = Ok(samples::identity(name));
        resource
    };
    let mut code = configured("google_x.a", A);
    code.resource = named("new");
    let mut state = recorded("google_x.a", A);
    state.resource = named("old");
    let mut object = live("old", A);
    object.resource.leaves = named("old").leaves;
    let request = world.request(vec![code], vec![state], vec![object]);
    let comparison = compare(&request);
    assert_eq!(outline(&comparison), ["google_x.a: Managed, Pending"]);
    assert!(only(&comparison).attributes[0].forces_replacement);
    assert_eq!(worlds(&request)[2].resources[0].identity, Some(samples::identity("new")));
}

#[test]
fn a_name_that_is_known_in_parts_is_compared_in_parts() {
    let mut world = samples::World::new();
    world.inventory.source.kind = crate::model::LiveKind::None;
    let named = |project: &str, name: &str| {
        let leaves = [("name", name), ("project", project), ("self_link", name)];
        let leaves = leaves.map(|(path, text)| (path, Side::Value(Value::from(text))));
        let mut resource = samples::resource("google_x", &leaves);
        for (path, leaf) in resource.leaves.iter_mut().map(|(path, leaf)| (path, Arc::make_mut(leaf))) {
            let is_identity = path.to_string() != "self_link";
            let facts = crate::model::AttributeFacts { is_compared: false, is_identity, ..samples::facts("name") };
            leaf.facts = Arc::new(facts);
        }
        resource
    };
    let mut code = configured("google_x.a", A);
    code.resource = named("projects/p", "new");
    code.resource.has_own_identity = false;
    let mut state = recorded("google_x.a", A);
    state.resource = named("p", "old");
    for identity in [Ok(samples::identity("old")), Err("`location` is not there".to_owned())] {
        state.resource.identity = identity.clone();
        code.resource.identity = identity;
        let request = world.request(vec![code.clone()], vec![state.clone()], Vec::new());
        let comparison = compare(&request);
        let paths: Vec<String> = comparison.resources[0].attributes.iter().map(|it| it.path.to_string()).collect();
        assert_eq!(paths, ["name"]);
        assert_eq!(comparison.resources[0].verdict, Some(Verdict::Pending));
    }
}

#[test]
fn ignored_attributes_stay_listed_and_weigh_nothing() {
    let world = samples::World::new();
    let mut code = configured("google_x.a", &[("a", "1"), ("labels[\"x\"]", "1"), ("kept", "1")]);
    code.ignore_changes = IgnoreChanges::Paths(vec!["labels".parse().expect("path")]);
    let state = recorded("google_x.a", &[("a", "1"), ("labels[\"x\"]", "1"), ("kept", "1")]);
    let object = live("a", &[("a", "2"), ("labels[\"x\"]", "2"), ("kept", "1")]);
    let rules = [rule("google_*", &["a"]), rule("google_x", &["typo"]), rule("google_y.*", &[])];
    let mut request = world.request(vec![code], vec![state], vec![object]);
    request.ignores = &rules;
    let comparison = compare(&request);
    let resource = only(&comparison);
    assert_eq!(resource.verdict, Some(Verdict::InSync));
    let ignored: Vec<_> = resource.attributes.iter().map(|it| it.ignored_by.as_deref()).collect();
    assert_eq!(ignored, [Some("because of google_*"), Some("ignore_changes")]);
    assert_eq!(resource.attributes[1].plan_visibility, PlanVisibility::RefreshOnly);
    assert_eq!(comparison.coverage.ignored, 2);
    assert_eq!(comparison.coverage.unmatched_ignores, [1, 2]);
}

#[test]
fn a_whole_resource_can_be_ignored() {
    let world = samples::World::new();
    let rules = [rule("*/things/foreign", &[])];
    let mut request = world.request(Vec::new(), Vec::new(), vec![live("foreign", A)]);
    request.ignores = &rules;
    let comparison = compare(&request);
    assert_eq!(only(&comparison).ignored_by.as_deref(), Some("because of */things/foreign"));
    assert_eq!((comparison.coverage.ignored, comparison.coverage.unmatched_ignores.len()), (1, 0));
}

#[test]
fn what_is_deselected_is_not_reported_and_not_unmanaged() {
    let world = samples::World::new();
    let mut request = world.request(
        vec![configured("google_x.a", A), configured("google_x.b", A)],
        vec![recorded("google_x.a", A), recorded("google_x.b", A)],
        vec![live("a", A), live("b", A), live("c", A)],
    );
    request.only = vec!["google_x.*".to_owned()];
    request.skip = vec!["*.b".to_owned()];
    assert_eq!(outline(&compare(&request)), ["google_x.a: Managed, InSync"]);
    assert_eq!(worlds(&request)[0].resources.len(), 3);
}

#[test]
fn a_secret_on_one_side_is_a_secret_on_all() {
    let world = samples::World::new();
    let mut state = recorded("google_x.a", A);
    state.resource.leaves.values_mut().map(Arc::make_mut).for_each(|leaf| leaf.is_sensitive = true);
    let request = world.request(vec![configured("google_x.a", A)], vec![state], vec![live("a", B)]);
    assert!(only(&compare(&request)).attributes[0].is_sensitive);
    for world in worlds(&request) {
        assert!(world.resources[0].attributes.values().all(|attribute| attribute.is_sensitive), "{:?}", world.kind);
    }
}

#[test]
fn setting_it_right_replaces_where_the_catalog_says_so() {
    let world = samples::World::new();
    let mut state = recorded("google_x.a", A);
    for leaf in state.resource.leaves.values_mut().map(Arc::make_mut) {
        leaf.facts = Arc::new(crate::model::AttributeFacts { replacement: Replacement::Always, ..samples::facts("a") });
    }
    let request = world.request(vec![configured("google_x.a", A)], vec![state.clone()], vec![live("a", B)]);
    assert!(only(&compare(&request)).attributes[0].forces_replacement);
    let request = world.request(vec![configured("google_x.a", B)], vec![state], vec![live("a", B)]);
    let comparison = compare(&request);
    assert_eq!(only(&comparison).verdict, Some(Verdict::Converged));
    assert!(!only(&comparison).attributes[0].forces_replacement, "there is nothing to set right");
}

#[test]
fn the_planned_world_is_live_overlaid_with_the_configuration() {
    let world = samples::World::new();
    let mut code = configured("google_x.a", &[("set", "configured")]);
    for (path, side) in [
        ("defaulted", Side::Unset { counts_as: Some(Value::from("default")) }),
        ("taken_back", Side::Unset { counts_as: Some(Value::Null) }),
        ("chosen", Side::Unset { counts_as: None }),
        ("unknown", Side::Unknown("depends on x".into())),
    ] {
        code.resource.leaves.insert(path.parse().expect("path"), samples::leaf(path, side));
    }
    code.resource.below.insert("block".parse().expect("path"), Side::Unset { counts_as: Some(Value::Null) });
    let object = live(
        "a",
        &[
            ("set", "live"),
            ("defaulted", "live"),
            ("taken_back", "live"),
            ("chosen", "live"),
            ("unknown", "live"),
            ("block[0].x", "live"),
        ],
    );
    let state = recorded("google_x.a", &[]);
    let new = ConfiguredSide { address: address("google_x.new"), ..code.clone() };
    let new = ConfiguredSide {
        resource: crate::model::NormalizedResource { identity: Ok(samples::identity("new")), ..new.resource.clone() },
        ..new
    };
    let request = world.request(vec![code, new], vec![state], vec![object, live("foreign", A)]);
    let worlds = worlds(&request);
    let planned = &worlds[2];
    let text = |resource: usize, path: &str| match planned.resources[resource].get(path) {
        Fact::Known(attribute) => attribute.value.as_str().unwrap_or_default().to_owned(),
        Fact::Absent => "absent".to_owned(),
        Fact::Undetermined(reason) => format!("undetermined: {reason}"),
    };
    let paths = ["set", "defaulted", "taken_back", "chosen", "unknown", "block[0].x"];
    assert_eq!(
        paths.map(|path| text(0, path)),
        ["configured", "default", "absent", "live", "undetermined: depends on x", "absent"]
    );
    assert_eq!(planned.resources[1].address, None, "unmanaged objects stay");
    assert_eq!(
        paths.map(|path| text(2, path)),
        [
            "configured",
            "default",
            "absent",
            "undetermined: Google chooses it when the object is created",
            "undetermined: depends on x",
            "absent"
        ]
    );
    assert_eq!(planned.complete, [("google_x".to_owned(), "projects/p".to_owned())]);
}

#[test]
fn an_unread_module_leaves_the_planned_world_open() {
    let mut world = samples::World::new();
    world.configuration.unreadable_modules.push(UnreadableModule {
        module: address("module.far.t.n").resource.module,
        reason: "not here".to_owned(),
        range: samples::range("main.tf", 3),
    });
    let request = world.request(Vec::new(), Vec::new(), Vec::new());
    let worlds = worlds(&request);
    assert_eq!((worlds[0].complete.len(), worlds[2].complete.len()), (1, 0));
}

#[test]
fn an_expected_object_that_was_not_looked_at_is_open_in_the_planned_world() {
    let mut world = samples::World::new();
    world.inventory.listings[0].is_complete = false;
    world.inventory.listings[0].error = Some("403".to_owned());
    let mut side = ConfiguredSide { is_expected: true, ..configured("google_x.a", A) };
    side.resource.leaves.insert("b".parse().expect("path"), samples::leaf("b", Side::Unset { counts_as: None }));
    let request = world.request(vec![side], Vec::new(), Vec::new());
    let worlds = worlds(&request);
    assert_eq!(worlds[2].resources[0].get("b"), Fact::Undetermined("403".into()));
    assert!(matches!(worlds[2].resources[0].get("a"), Fact::Known(_)));
}

proptest! {
    #[test]
    fn a_resource_is_in_sync_with_itself(leaves in proptest::collection::btree_map("[a-z]{1,6}", ".{0,8}", 0..8)) {
        let world = samples::World::new();
        let leaves: Vec<(&str, &str)> = leaves.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let request = world.request(
            vec![configured("google_x.a", &leaves)],
            vec![recorded("google_x.a", &leaves)],
            vec![live("a", &leaves)],
        );
        let comparison = compare(&request);
        let resource = only(&comparison);
        prop_assert!(resource.attributes.is_empty());
        prop_assert_eq!(resource.verdict, (!leaves.is_empty()).then_some(Verdict::InSync));
        prop_assert_eq!(resource.compared, leaves.len());
    }
}
