//! What a reference to a resource or data source gives.

use super::{fact, main_tf, path, root};
use crate::model::{ArgumentFacts, Nesting, ValueType};

fn shown(declarations: &str, expression: &str) -> super::Root {
    main_tf(&format!("{declarations}\nresource \"google_x\" \"z\" {{\n  value = {expression}\n}}\n"))
}

fn value(world: &super::Root) -> String {
    let evaluated = world.evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    evaluated.argument("google_x.z", "value")
}

const KNOWN: &str =
    "resource \"google_known\" \"y\" {\n  name = \"configured\"\n  settings {\n    tier = \"t\"\n  }\n}";

#[test]
fn the_configuration_comes_first_then_the_record_then_the_schema() {
    let record =
        r#"{"name": "recorded", "self_link": "link", "region": "r", "settings": [{"tier": "old", "etag": "e"}]}"#;
    let with = |expression: &str| value(&shown(KNOWN, expression).known().recorded("google_known.y", record));
    assert_eq!(with("google_known.y.name"), "configured");
    assert_eq!(with("google_known.y.self_link"), "link");
    assert_eq!(with("google_known.y.region"), "r");
    assert_eq!(with("google_known.y.settings[0].tier"), "t");
    assert_eq!(with("google_known.y.settings[0].etag"), "e");

    let without = |expression: &str| value(&shown(KNOWN, expression).known());
    assert_eq!(without("google_known.y.name"), "configured");
    assert_eq!(without("google_known.y.label"), "null");
    assert_eq!(without("google_known.y.size"), "10");
    assert_eq!(without("google_known.y.rule"), "[]");
    let timeouts = ArgumentFacts { block: Some(Nesting::Single), ..fact(ValueType::Object) };
    let with_timeouts = shown(KNOWN, "google_known.y.timeouts").known().with_argument("timeouts", timeouts);
    assert_eq!(value(&with_timeouts), "null");
    assert_eq!(without("google_known.y.self_link"), "unknown: google_known.y.self_link is known after apply");
    assert_eq!(without("google_known.y.id"), "unknown: google_known.y.id is known after apply");
    assert_eq!(without("google_known.y.region"), "unknown: google_known.y.region is known after apply");
    assert_eq!(
        without("google_known.y.settings[0].etag"),
        "unknown: google_known.y.settings.etag is known after apply"
    );
}

#[test]
fn an_attribute_that_the_type_does_not_have_is_reported() {
    let evaluated = shown(KNOWN, "google_known.y.selflink").known().evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:8 Unsupported attribute: This object has no argument, nested block, or exported attribute named \"selflink\". Did you mean \"self_link\"?"
        ]
    );
}

#[test]
fn a_type_that_nobody_knows_gives_what_is_configured_or_recorded() {
    let declaration = "resource \"random_id\" \"r\" {\n  byte_length = 4\n}";
    assert_eq!(value(&shown(declaration, "random_id.r.byte_length")), "4");
    assert_eq!(value(&shown(declaration, "random_id.r.hex")), "unknown: random_id.r.hex is known after apply");
    assert_eq!(value(&shown(declaration, "random_id.r.hex").recorded("random_id.r", r#"{"hex": "ab"}"#)), "ab");
    assert_eq!(value(&shown(declaration, "resource.random_id.r.byte_length")), "4");
    let counted = "resource \"random_id\" \"r\" {\n  count = 2\n}";
    assert_eq!(
        value(&shown(counted, "[for r in random_id.r : r[\"hex\"]]")),
        "[unknown: random_id.r[0].hex is known after apply, unknown: random_id.r[1].hex is known after apply]"
    );
    assert_eq!(
        value(&shown(counted, "random_id.r[*].hex")),
        "[unknown: random_id.r[0].hex is known after apply, unknown: random_id.r[1].hex is known after apply]"
    );
}

#[test]
fn repeated_resources_are_tuples_and_objects() {
    let counted = "resource \"google_x\" \"c\" {\n  count = 2\n  name = \"n${count.index}\"\n}";
    assert_eq!(value(&shown(counted, "google_x.c[1].name")), "n1");
    assert_eq!(value(&shown(counted, "google_x.c[*].name")), "[n0, n1]");
    assert_eq!(value(&shown(counted, "length(google_x.c)")), "2");
    let keyed = "resource \"google_x\" \"k\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.value\n}";
    assert_eq!(value(&shown(keyed, "google_x.k[\"b\"].name")), "b");
    assert_eq!(value(&shown(keyed, "[for k, v in google_x.k : \"${k}${v.name}\"]")), "[aa, bb]");
    assert_eq!(value(&shown(keyed, "keys(google_x.k)")), "[a, b]");
    let none = "resource \"google_x\" \"c\" {\n  count = 0\n}";
    assert_eq!(value(&shown(none, "one(google_x.c[*].name)")), "null");
    assert_eq!(value(&shown(none, "try(google_x.c[0].name, \"none\")")), "none");
}

#[test]
fn instances_that_correspond_by_index_take_no_time_in_the_square_of_their_number() {
    let text = "resource \"google_x\" \"a\" {\n  count = 4000\n  name = \"n${count.index}\"\n}\nresource \"google_x\" \"b\" {\n  count = 4000\n  name = google_x.a[count.index].name\n}\n";
    let evaluated = main_tf(text).evaluate();
    assert_eq!(evaluated.argument("google_x.b[3999]", "name"), "n3999");
}

#[test]
fn an_instance_must_be_named_where_there_are_several() {
    let counted = "resource \"google_x\" \"c\" {\n  count = 2\n}";
    let summaries = |expression: &str| -> Vec<String> {
        let diagnostics = shown(counted, expression).evaluate().configuration.diagnostics;
        diagnostics.into_iter().map(|diagnostic| diagnostic.summary).collect()
    };
    assert_eq!(summaries("google_x.c.name"), ["Missing resource instance key"]);
    assert_eq!(summaries("google_x.c[5].name"), ["Invalid index"]);
}

#[test]
fn data_sources_are_what_was_recorded_for_the_same_question() {
    let declaration = "data \"google_x\" \"d\" {\n  name = \"n\"\n}";
    assert_eq!(
        value(&shown(declaration, "data.google_x.d.id")),
        "unknown: data.google_x.d.id is not recorded in the state"
    );
    let world = shown(declaration, "data.google_x.d.id").recorded("data.google_x.d", r#"{"id": "i", "name": "n"}"#);
    assert_eq!(value(&world), "i");
    let world = shown(declaration, "data.google_x.d.id").recorded("data.google_x.d", r#"{"id": "i", "name": "other"}"#);
    assert_eq!(value(&world), "unknown: data.google_x.d.id is not recorded in the state");
}

#[test]
fn a_record_is_found_at_the_address_before_a_move() {
    let moved = "resource \"random_id\" \"r\" {}\nmoved {\n  from = random_id.old\n  to = random_id.r\n}";
    assert_eq!(value(&shown(moved, "random_id.r.hex").recorded("random_id.old", r#"{"hex": "ab"}"#)), "ab");
    let counted = "resource \"random_id\" \"r\" {\n  count = 1\n}";
    assert_eq!(value(&shown(counted, "random_id.r[0].hex").recorded("random_id.r", r#"{"hex": "ab"}"#)), "ab");
    let world = root(&[
        (
            "main.tf",
            "module \"new\" {\n  source = \"./child\"\n}\nmoved {\n  from = module.old\n  to = module.new\n}\nresource \"google_x\" \"z\" {\n  value = module.new.hex\n}\n",
        ),
        ("child/main.tf", "resource \"random_id\" \"r\" {}\noutput \"hex\" {\n  value = random_id.r.hex\n}\n"),
    ]);
    assert_eq!(value(&world.recorded("module.old.random_id.r", r#"{"hex": "ab"}"#)), "ab");
}

#[test]
fn sensitive_records_and_arguments_stay_sensitive() {
    let declaration = "resource \"google_known\" \"y\" {\n  name = \"n\"\n  password = \"p\"\n}";
    let evaluated = shown(declaration, "[google_known.y.password]").known().evaluate();
    assert!(evaluated.instance("google_x.z").arguments.sensitive.contains(&path("value[0]")));
    assert!(evaluated.instance("google_known.y").arguments.sensitive.contains(&path("password")));
}
