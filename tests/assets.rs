//! Reading asset files: snapshots and inventory exports.

mod shared;

use proptest::prelude::*;
use serde_json::{Value, json};
use trueup::catalog::Catalog;
use trueup::google::assets::{AssetError, read};
use trueup::model::{Diagnostic, Identity, Inventory, LiveKind};

const REDIS: &str = "redis.googleapis.com/Instance";

fn assets(text: &str) -> Inventory {
    read(text.as_bytes(), "live.jsonl", Catalog::builtin()).expect("an asset file")
}

fn line(asset_type: &str, name: &str, data: &Value) -> String {
    format!("{}\n", json!({"name": name, "asset_type": asset_type, "resource": {"version": "v1", "data": data}}))
}

fn redis_name(project: &str, name: &str) -> String {
    format!("//redis.googleapis.com/projects/{project}/locations/r/instances/{name}")
}

fn redis(name: &str) -> String {
    line(REDIS, &redis_name("p", name), &json!({"name": format!("projects/p/locations/r/instances/{name}")}))
}

fn header(listings: &Value) -> String {
    let header = json!({"format_version": "1.0", "captured_at": "2025-09-16T01:23:00Z", "listings": listings});
    format!("{}\n", json!({"trueup_snapshot": header}))
}

fn names(inventory: &Inventory) -> Vec<&str> {
    inventory.objects.iter().map(|object| object.identity.as_str()).collect()
}

fn reason(inventory: &Inventory, resource_type: &str, name: &str) -> Option<String> {
    inventory.not_observed(resource_type, &Identity::new(name))
}

/// Line and detail of each diagnostic.
fn shown(diagnostics: &[Diagnostic]) -> Vec<(usize, &str)> {
    let line = |diagnostic: &Diagnostic| diagnostic.range.as_ref().map_or(0, |range| range.start.line);
    diagnostics.iter().map(|diagnostic| (line(diagnostic), diagnostic.detail.as_str())).collect()
}

#[test]
fn a_snapshot_is_complete_for_what_its_header_says() {
    let listings = json!([
        {"type": "google_redis_instance", "scope": "projects/p/locations/r", "complete": true},
        {"type": "google_sql_database_instance", "scope": "projects/p", "complete": false, "error": "permission denied"},
    ]);
    let inventory = assets(&(header(&listings) + &redis("a")));
    assert_eq!(inventory.source.kind, LiveKind::Assets);
    assert_eq!(inventory.source.path.as_deref(), Some("live.jsonl"));
    assert_eq!(inventory.source.read_at.as_deref(), Some("2025-09-16T01:23:00Z"));
    assert_eq!(names(&inventory), [redis_name("p", "a")]);
    assert_eq!(reason(&inventory, "google_redis_instance", &redis_name("p", "gone")), None);
    let elsewhere = "//redis.googleapis.com/projects/p/locations/other/instances/x";
    assert!(reason(&inventory, "google_redis_instance", elsewhere).is_some(), "another location was not listed");
    let sql = "//cloudsql.googleapis.com/projects/p/instances/i";
    assert_eq!(reason(&inventory, "google_sql_database_instance", sql).as_deref(), Some("permission denied"));
    assert!(
        reason(&inventory, "google_compute_network", "//compute.googleapis.com/projects/p/global/networks/n").is_some()
    );
}

#[test]
fn a_header_counts_for_what_is_read_along_unless_it_says_otherwise() {
    let router = "//compute.googleapis.com/projects/p/regions/r/routers/x";
    let of =
        |listings: &Value| reason(&assets(&header(listings)), "google_compute_router_nat", &format!("{router}/nats/n"));
    let routers = json!({"type": "google_compute_router", "scope": "projects/p", "complete": true});
    let nats = json!({"type": "google_compute_router_nat", "scope": "projects/p", "complete": false, "error": "why"});
    assert_eq!(of(&json!([routers])), None);
    assert_eq!(of(&json!([routers, nats])).as_deref(), Some("why"));
}

#[test]
fn an_export_is_complete_for_the_types_and_projects_that_it_holds() {
    let inventory = assets(&redis("a"));
    assert_eq!(inventory.source.read_at, None);
    assert_eq!(reason(&inventory, "google_redis_instance", &redis_name("p", "gone")), None);
    assert!(
        reason(&inventory, "google_redis_instance", &redis_name("q", "x")).is_some(),
        "nothing of that project is here"
    );
    let network = "//compute.googleapis.com/projects/p/global/networks/n";
    assert!(reason(&inventory, "google_compute_network", network).is_some(), "no network is here");
}

#[test]
fn an_unreadable_line_hides_its_type_and_nothing_else() {
    let router = "//compute.googleapis.com/projects/p/regions/r/routers/x";
    let text = redis("a")
        + &line("compute.googleapis.com/Router", router, &json!({"name": "x"}))
        + r#"{"asset_type": "redis.googleapis.com/Instance", "name": "//redis.googl"#
        + "\n"
        + &redis("b");
    let inventory = assets(&text);
    assert_eq!(inventory.objects.len(), 3);
    let why = reason(&inventory, "google_redis_instance", &redis_name("p", "gone")).expect("not observed");
    assert_eq!(why, "line 3 of live.jsonl cannot be read");
    assert_eq!(reason(&inventory, "google_compute_router", &format!("{router}2")), None);
    let [(3, detail)] = shown(&inventory.diagnostics)[..] else { panic!("{:?}", inventory.diagnostics) };
    assert!(detail.contains("not JSON") && detail.contains("google_redis_instance"), "{detail}");
}

#[test]
fn the_type_of_a_line_without_usable_text_is_still_seen() {
    let mut bytes = redis("a").into_bytes();
    bytes.extend(b"{\"asset_type\":\"compute.googleapis.com/Network\",\"name\":\"\xff\"}\n");
    let mut long = b"{\"asset_type\":\"compute.googleapis.com/Network\",\"x\":\"".to_vec();
    long.resize(40 << 20, b'x');
    for broken in [bytes.clone(), [bytes, long, b"\"}\n".to_vec(), redis("b").into_bytes()].concat()] {
        let inventory = read(&broken[..], "live.jsonl", Catalog::builtin()).expect("an asset file");
        assert_eq!(reason(&inventory, "google_redis_instance", &redis_name("p", "gone")), None);
        let network = "//compute.googleapis.com/projects/p/global/networks/n";
        assert!(reason(&inventory, "google_compute_network", network).is_some_and(|why| why.contains("line 2")));
    }
}

#[test]
fn a_diagnostic_points_at_the_place() {
    let inventory = assets(&(redis("a") + "{\"name\": \"äö\", nonsense}\n"));
    let range = inventory.diagnostics[0].range.clone().expect("a place");
    assert_eq!((range.to_string().as_str(), range.start.column), ("live.jsonl:2", 16));
    assert_eq!(range.start.byte, redis("a").len() + 17);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_makes_it_fail_hard_or_adds_an_object(
        cuts in proptest::collection::vec((0_usize..600, 0_usize..40), 0..4), noise in ".{0,10}"
    ) {
        let mut text = header(&json!([{"type": "google_redis_instance", "scope": "projects/p", "complete": true}]))
            + &redis("a") + &redis("b");
        for (at, length) in cuts {
            let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length).min(text.len());
            if text.is_char_boundary(end) {
                text.replace_range(start..end, &noise);
            }
        }
        if let Ok(inventory) = read(text.as_bytes(), "live.jsonl", Catalog::builtin()) {
            // Damage may make another valid line of a line; but one that is lost leaves no complete listing, as long
            // as its type can be seen or cannot be seen at all.
            let mut listings = inventory.listings.iter();
            let is_complete = listings.any(|l| l.is_complete && l.resource_type == "google_redis_instance");
            let is_lost = inventory.objects.len() < 2 && text.matches(&format!("\"{REDIS}\"")).count() == 2;
            prop_assert!(!(is_lost && is_complete), "{text}");
        }
    }
}

#[test]
fn a_line_whose_type_cannot_be_told_hides_everything() {
    for broken in ["{\"name\": \"//redis", "nonsense", "[1]", "{}", "{\"trueup_snapshot\": 3}"] {
        let inventory = assets(&format!("{}{broken}\n", redis("a")));
        let why = reason(&inventory, "google_redis_instance", &redis_name("p", "gone"));
        assert!(why.is_some_and(|why| why.contains("line 2")), "{broken}");
        assert_eq!(inventory.diagnostics.len(), 1, "{broken}");
    }
}

#[test]
fn lost_lines_win_over_a_header_that_says_complete() {
    let listings = json!([{"type": "google_compute_router", "scope": "projects/p", "complete": true}]);
    let text = header(&listings) + r#"{"asset_type":"compute.googleapis.com/Router","name":3}"#;
    let inventory = assets(&text);
    for (resource_type, name) in [
        ("google_compute_router", "//compute.googleapis.com/projects/p/regions/r/routers/x"),
        ("google_compute_router_nat", "//compute.googleapis.com/projects/p/regions/r/routers/x/nats/n"),
    ] {
        assert!(reason(&inventory, resource_type, name).is_some(), "{resource_type}");
    }
}

#[test]
fn types_that_nobody_compares_do_no_harm() {
    let text = redis("a")
        + "{\"name\":\"//pubsub.googleapis.com/projects/p/topics/t\",\"asset_type\":\"pubsub.googleapis.com/Topic\"}\n"
        + "{\"asset_type\":\"pubsub.googleapis.com/Topic\",\"name\":3}\n";
    let inventory = assets(&text);
    assert_eq!(inventory.objects.len(), 1);
    assert_eq!(reason(&inventory, "google_redis_instance", &redis_name("p", "gone")), None);
    let [(3, detail)] = shown(&inventory.diagnostics)[..] else { panic!("{:?}", inventory.diagnostics) };
    assert!(detail.contains("not compared"), "{detail}");
}

#[test]
fn both_spellings_of_cloud_sql_are_one_object() {
    let own = "//cloudsql.googleapis.com/projects/p/instances/i";
    for (asset_type, host) in [
        ("sqladmin.googleapis.com/Instance", "cloudsql.googleapis.com"),
        ("cloudsql.googleapis.com/Instance", "cloudsql.googleapis.com"),
        ("sqladmin.googleapis.com/Instance", "sqladmin.googleapis.com"),
    ] {
        let inventory = assets(&line(asset_type, &format!("//{host}/projects/p/instances/i"), &json!({"name": "i"})));
        assert_eq!(names(&inventory), [own], "{asset_type} {host}");
        assert_eq!(inventory.objects[0].asset_type, "sqladmin.googleapis.com/Instance");
    }
}

#[test]
fn users_and_databases_stand_below_their_instance() {
    let instance = "//cloudsql.googleapis.com/projects/p/instances/i";
    let text = line("sqladmin.googleapis.com/User", &format!("{instance}/users/app/-"), &json!({"name": "app"}))
        + &line(
            "sqladmin.googleapis.com/User",
            &format!("{instance}/users/app/%"),
            &json!({"name": "app", "host": "%"}),
        )
        + &line("sqladmin.googleapis.com/Database", &format!("{instance}/databases/app"), &json!({"name": "app"}));
    let inventory = assets(&text);
    let wanted = ["databases/app", "users/app/%", "users/app/-"].map(|rest| format!("{instance}/{rest}"));
    assert_eq!(names(&inventory), wanted);
    assert_eq!(reason(&inventory, "google_sql_user", &format!("{instance}/users/gone/-")), None);
}

#[test]
fn a_global_address_is_told_from_a_regional_one_by_its_name() {
    let compute = "//compute.googleapis.com/projects/p";
    let body = json!({"name": "a"});
    let text = line("compute.googleapis.com/GlobalAddress", &format!("{compute}/global/addresses/a"), &body)
        + &line("compute.googleapis.com/Address", &format!("{compute}/global/addresses/b"), &body)
        + &line("compute.googleapis.com/Address", &format!("{compute}/regions/r/addresses/c"), &body);
    let inventory = assets(&text);
    let found = inventory.objects.iter().map(|object| (object.identity.to_string(), object.asset_type.as_str()));
    let (global, regional) = ("compute.googleapis.com/GlobalAddress", "compute.googleapis.com/Address");
    let wanted = [("global/addresses/a", global), ("global/addresses/b", global), ("regions/r/addresses/c", regional)];
    assert_eq!(
        found.collect::<Vec<_>>(),
        wanted.map(|(path, asset_type)| (format!("{compute}/{path}"), asset_type)).to_vec()
    );
    assert_eq!(inventory.diagnostics, []);
}

#[test]
fn endpoint_groups_of_zones_are_no_regional_ones_and_hide_none() {
    const GROUP: &str = "compute.googleapis.com/NetworkEndpointGroup";
    let name = |place: &str| format!("//compute.googleapis.com/projects/p/{place}/networkEndpointGroups/g");
    let group = |name: &str| line(GROUP, name, &json!({"name": "g"}));
    let inventory = assets(&(group(&name("zones/r-b")) + &group(&name("regions/r")) + &group(&name("global"))));
    assert_eq!(names(&inventory), [name("regions/r")]);
    assert_eq!(inventory.diagnostics, []);
    assert!(inventory.listings.iter().all(|listing| listing.is_complete));
    let misspelled = name("regions/r").replace("networkEndpointGroups", "groups");
    let inventory = assets(&(group(&name("regions/r")) + &group(&misspelled)));
    assert_eq!(inventory.diagnostics.len(), 1, "a name that is none");
}

#[test]
fn a_nat_is_read_out_of_its_router_and_from_a_line_of_its_own() {
    let router = "//compute.googleapis.com/projects/p/regions/r/routers/x";
    let nat = json!({"name": "n", "natIpAllocateOption": "AUTO_ONLY"});
    let of_router =
        line("compute.googleapis.com/Router", router, &json!({"name": "x", "nats": [nat, {"name": "m"}, {}, 3]}));
    let own = line("compute.googleapis.com/RouterNat", &format!("{router}/nats/n"), &json!({"name": "n", "own": true}));
    let inventory = assets(&of_router);
    assert_eq!(names(&inventory), [router.to_owned(), format!("{router}/nats/m"), format!("{router}/nats/n")]);
    assert_eq!(reason(&inventory, "google_compute_router_nat", &format!("{router}/nats/gone")), None);
    for text in [of_router.clone() + &own, own + &of_router] {
        let inventory = assets(&text);
        let nat = inventory.objects.iter().find(|object| object.identity.as_str().ends_with("/nats/n")).expect("there");
        assert!(nat.data.get().contains("own"), "its own line says more than its router's");
        assert_eq!(inventory.diagnostics, [], "two ways to read one thing are no contradiction");
    }
}

#[test]
fn both_versions_of_a_service_are_one_object_of_both_types() {
    let name = "//run.googleapis.com/projects/p/locations/r/services/s";
    let v1 = line(
        "run.googleapis.com/Service",
        name,
        &json!({"apiVersion": "serving.knative.dev/v1", "metadata": {"name": "s"}}),
    );
    let v2 = line("run.googleapis.com/Service", name, &json!({"name": "projects/p/locations/r/services/s"}))
        .replace("\"v1\"", "\"v2\"");
    for (text, version) in [(v1.clone(), "v1"), (v2.clone(), "v2"), (v1.clone() + &v2, "v2"), (v2 + &v1, "v2")] {
        let inventory = assets(&text);
        assert_eq!(names(&inventory), [name]);
        assert_eq!(inventory.objects[0].api_version.as_deref(), Some(version));
        for resource_type in ["google_cloud_run_service", "google_cloud_run_v2_service"] {
            assert_eq!(reason(&inventory, resource_type, &format!("{name}2")), None);
        }
    }
}

#[test]
fn project_numbers_are_learned_and_made_ids() {
    let with_ancestors =
        redis("a").replace("{\"asset_type\"", "{\"ancestors\":[\"projects/123\",\"folders/4\"],\"asset_type\"");
    let by_number = line(REDIS, &redis_name("123", "b"), &json!({"name": "projects/123/locations/r/instances/b"}));
    for text in [with_ancestors.clone() + &by_number, by_number + &with_ancestors] {
        let inventory = assets(&text);
        assert_eq!(names(&inventory), [redis_name("p", "a"), redis_name("p", "b")]);
        assert_eq!(inventory.projects.id("123"), "p");
        assert!(inventory.listings.iter().all(|listing| listing.scope == "projects/p"), "{:?}", inventory.listings);
    }
}

#[test]
fn a_project_number_is_learned_from_what_is_certain_only() {
    let agent = |member: &str| {
        let data = json!({"name": "projects/p/locations/r/instances/a", "persistenceIamIdentity": member});
        assets(&line(REDIS, &redis_name("p", "a"), &data)).projects.id("77").to_owned()
    };
    assert_eq!(agent("serviceAccount:service-77@cloud-redis.iam.gserviceaccount.com"), "p");
    assert_eq!(agent("serviceAccount:77-compute@developer.gserviceaccount.com"), "77", "it may be another project's");
    let service = |namespace: &str| {
        let data = json!({"apiVersion": "serving.knative.dev/v1", "metadata": {"name": "s", "namespace": namespace}});
        assets(&line("run.googleapis.com/Service", "//run.googleapis.com/projects/p/locations/r/services/s", &data))
    };
    assert_eq!(service("77").projects.id("77"), "p");
}

#[test]
fn of_an_asset_given_twice_the_newer_one_counts_and_it_is_said() {
    let at = |time: &str, size: u8| {
        let data = json!({"name": "projects/p/locations/r/instances/a", "memorySizeGb": size});
        let mut line: Value = json!({"name": redis_name("p", "a"), "asset_type": REDIS, "resource": {"data": data}});
        if !time.is_empty() {
            line["update_time"] = time.into();
        }
        format!("{line}\n")
    };
    for (first, second, kept) in [
        ("2025-09-01T00:00:00Z", "2025-09-02T00:00:00Z", 2),
        ("2025-09-02T00:00:00Z", "2025-09-01T00:00:00Z", 1),
        ("2025-09-01T00:00:00+02:00", "2025-08-31T23:00:00.5Z", 2),
        ("", "", 2),
        ("2025-09-02T00:00:00Z", "", 2),
    ] {
        let inventory = assets(&(at(first, 1) + &at(second, 2)));
        assert_eq!(inventory.objects.len(), 1);
        assert!(inventory.objects[0].data.get().contains(&format!("\"memorySizeGb\":{kept}")), "{first} {second}");
        let [(2, detail)] = shown(&inventory.diagnostics)[..] else { panic!("{:?}", inventory.diagnostics) };
        assert!(detail.contains("line 1 as well") && detail.contains(&format!("line {kept} counts")), "{detail}");
    }
}

#[test]
fn a_later_snapshot_may_be_appended() {
    let listings = json!([{"type": "google_redis_instance", "scope": "projects/p", "complete": true}]);
    let inventory = assets(&(header(&listings) + &redis("a") + &header(&json!([])) + &redis("b")));
    assert_eq!((inventory.objects.len(), inventory.diagnostics.len()), (2, 0));
    assert_eq!(reason(&inventory, "google_redis_instance", &redis_name("p", "gone")), None);
}

#[test]
fn an_array_reads_like_lines() {
    let text = "[\n  {\n    \"name\": \"//redis.googleapis.com/projects/p/locations/r/instances/a\",\n    \"assetType\": \"redis.googleapis.com/Instance\",\n    \"updateTime\": \"2025-09-01T00:00:00Z\",\n    \"resource\": {\"version\": \"v1\", \"data\": {\"name\": \"x\"}}\n  },\n  {\"assetType\": \"redis.googleapis.com/Instance\", \"name\": 3}\n]\n";
    let inventory = assets(text);
    assert_eq!(names(&inventory), [redis_name("p", "a")]);
    assert_eq!(inventory.objects[0].update_time.as_deref(), Some("2025-09-01T00:00:00Z"));
    assert_eq!(shown(&inventory.diagnostics)[0].0, 8);
}

#[test]
fn bodies_are_kept_byte_for_byte() {
    let data = r#"{ "name" : "x","n": 1e3, "big": 123456789012345678901234567890, "é":"\u00e9" }"#;
    let text = format!(
        "{{\"name\":\"{}\",\"asset_type\":\"{REDIS}\",\"resource\":{{\"data\":{data}}}}}\r\n",
        redis_name("p", "a")
    );
    let inventory = assets(&format!("\u{feff}\r\n{text}"));
    assert_eq!(inventory.objects[0].data.get(), data);
    assert_eq!(inventory.objects[0].api_version, None);
    assert_eq!(inventory.diagnostics, []);
}

#[test]
fn bodies_that_are_no_object_or_too_deep_are_refused_by_line() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for data in ["3", "null", "[]", "\"x\"", deep.as_str()] {
        let bad = format!(
            "{{\"name\":\"{}\",\"asset_type\":\"{REDIS}\",\"resource\":{{\"data\":{data}}}}}\n",
            redis_name("p", "b")
        );
        let inventory = assets(&(redis("a") + &bad));
        assert_eq!(inventory.objects.len(), 1);
        assert_eq!(inventory.diagnostics.len(), 1);
        assert_eq!(shown(&inventory.diagnostics)[0].0, 2);
        assert!(reason(&inventory, "google_redis_instance", &redis_name("p", "b")).is_some());
    }
}

#[test]
fn a_name_that_is_none_of_its_type_is_refused_and_shown_without_control_characters() {
    let bad = line(REDIS, "//redis.googleapis.com/projects/p/\u{1b}[31mbad", &json!({}));
    let inventory = assets(&(redis("a") + &bad));
    let detail = shown(&inventory.diagnostics)[0].1;
    assert!(detail.contains("\\u{1b}[31mbad") && !detail.contains('\u{1b}'), "{detail}");
}

#[test]
fn ten_thousand_bad_lines_make_a_short_report() {
    let mut text = redis("a");
    text.push_str(&"nonsense\n".repeat(10_000));
    let inventory = assets(&text);
    assert_eq!(inventory.diagnostics.len(), 21);
    assert!(inventory.diagnostics[20].detail.contains("9980 more"), "{:?}", inventory.diagnostics[20]);
    let inventory = assets(&redis("a").repeat(1001));
    assert_eq!(inventory.diagnostics.len(), 21);
    assert!(inventory.diagnostics[20].detail.contains("980 more"), "{:?}", inventory.diagnostics[20]);
}

#[test]
fn a_file_of_something_else_is_said_to_be_none() {
    for text in ["{\n  \"version\": 4,\n  \"resources\": []\n}\n", "<html>", "PK\u{3}\u{4}", "{\"version\": 4}"] {
        let error = read(text.as_bytes(), "state.json", Catalog::builtin()).expect_err("no asset file");
        assert!(matches!(error, AssetError::NotAssets { .. }));
        assert!(error.to_string().contains("state.json") && error.to_string().contains("line 1"), "{error}");
    }
    let wide = read(&b"\xff\xfe{\0}\0"[..], "wide.jsonl", Catalog::builtin()).expect_err("UTF-16");
    assert!(matches!(wide, AssetError::Encoding { .. }));
    let later = "{\"trueup_snapshot\":{\"format_version\":\"2.0\"}}";
    let later = read(later.as_bytes(), "new.jsonl", Catalog::builtin()).expect_err("a later format");
    assert!(matches!(&later, AssetError::Version { version, .. } if version == "2.0"), "{later}");
}

#[test]
fn an_empty_file_observes_nothing_and_says_so() {
    for text in ["", "\n\n", "[]", "\u{feff}"] {
        let inventory = assets(text);
        assert!(inventory.objects.is_empty() && inventory.listings.is_empty());
        assert_eq!(inventory.diagnostics.len(), 1, "{text:?}");
    }
}

#[test]
fn the_same_file_gives_the_same_whatever_the_order_of_its_lines() {
    let lines = [
        redis("a"),
        redis("b"),
        line("compute.googleapis.com/Network", "//compute.googleapis.com/projects/p/global/networks/n", &json!({})),
    ];
    let forward = assets(&lines.concat());
    let backward = assets(&lines.iter().rev().cloned().collect::<String>());
    assert_eq!(names(&forward), names(&backward));
    assert_eq!(forward.listings, backward.listings);
}

/// The recorded answers beside the repository: each must be read under the name that it was asked by.
#[test]
fn recorded_bodies_name_themselves_as_they_were_asked_for() {
    let Some(folder) = shared::folder_with("gcp/oracle/states") else { return };
    let states = folder.join("gcp/oracle/states");
    let mut checked = 0;
    for kind in Catalog::builtin().types() {
        let Ok(cases) = std::fs::read_dir(states.join(&*kind.name)) else { continue };
        for case in cases.flatten() {
            let Ok(text) = std::fs::read_to_string(case.path().join("live.jsonl")) else { continue };
            for recorded in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                let path = recorded["path"].as_str().expect("a path");
                if recorded["object"] != true || kind.identity.captures(path).is_none() {
                    continue;
                }
                let name = kind.full_name(path);
                let inventory = assets(&line(&kind.asset_types[0], &name, &recorded["body"]));
                assert_eq!(names(&inventory)[0], name, "{}", case.path().display());
                // Without the name, what the body says of itself must lead to the same, or to nothing.
                let unnamed = line(&kind.asset_types[0], "", &recorded["body"]);
                if let Ok(inventory) = read(unnamed.as_bytes(), "live.jsonl", Catalog::builtin())
                    && let Some(own) =
                        inventory.objects.iter().find(|object| kind.identity.captures(object.identity.path()).is_some())
                {
                    // Some recordings renamed the project in one place only.
                    let below = |name: &str| name.split('/').skip(5).collect::<Vec<_>>().join("/");
                    assert_eq!(below(own.identity.as_str()), below(&name), "{}", case.path().display());
                }
                checked += 1;
            }
        }
    }
    shared::say(&format!("{checked} recorded bodies"));
    assert!(checked > 20, "only {checked} recorded bodies were found");
}
