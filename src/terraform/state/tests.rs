//! Tests of the state reader: what is read, what is refused and how, and that nothing hostile brings it down.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::{Diagnostic, InstanceAddress, InstanceKey, Position, ResourceMode, StateInstance, Value};

const PATH: &str = "terraform.tfstate";

fn read(text: &str) -> State {
    parse(text.as_bytes().to_vec(), PATH).expect("readable")
}

fn error(bytes: impl Into<Vec<u8>>) -> StateError {
    parse(bytes.into(), PATH).expect_err("not readable")
}

fn with_resources(resources: serde_json::Value) -> String {
    json!({"version": 4, "terraform_version": "1.9.0", "serial": 7, "lineage": "l", "outputs": {}, "resources": resources})
        .to_string()
}

fn resource(name: &str, instances: serde_json::Value) -> serde_json::Value {
    json!({"mode": "managed", "type": "google_redis_instance", "name": name,
        "provider": "provider[\"registry.terraform.io/hashicorp/google\"]", "instances": instances})
}

fn addresses(state: &State) -> Vec<String> {
    state.instances.iter().map(|instance| instance.address.to_string()).collect()
}

fn address(text: &str) -> InstanceAddress {
    text.parse().expect("valid")
}

fn only_diagnostic(state: &State) -> &Diagnostic {
    match state.diagnostics.as_slice() {
        [diagnostic] => diagnostic,
        other => panic!("expected one diagnostic, found {other:#?}"),
    }
}

#[test]
fn the_envelope_is_read() {
    let state = read(&with_resources(json!([])));
    let expected = StateSource {
        path: PATH.to_owned(),
        terraform_version: Some("1.9.0".to_owned()),
        serial: Some(7),
        lineage: Some("l".to_owned()),
        size: state.text.len() as u64,
        generation: None,
    };
    assert_eq!(state.source, expected);
    assert_eq!(state.diagnostics, []);
    assert!(state.instances.is_empty());
}

#[test]
fn a_state_without_resources_is_empty_and_not_wrong() {
    for text in [r#"{"version":4}"#, r#"{"version":4,"resources":null}"#, r#"{"version":4,"resources":[]}"#] {
        let state = read(text);
        assert!(state.instances.is_empty() && state.diagnostics.is_empty(), "{text}");
    }
}

#[test]
fn addresses_carry_module_mode_and_key() {
    let state = read(&with_resources(json!([
        resource("plain", json!([{"attributes": {}}])),
        resource("counted", json!([{"index_key": 0}, {"index_key": 1.0}])),
        resource("each", json!([{"index_key": "a.b"}, {"index_key": "0"}])),
        {"module": "module.net[\"x\"].module.sub[2]", "mode": "data", "type": "google_project", "name": "p",
         "provider": "p", "instances": [{"index_key": null}]},
    ])));
    assert_eq!(state.diagnostics, []);
    assert_eq!(
        addresses(&state),
        [
            "google_redis_instance.plain",
            "google_redis_instance.counted[0]",
            "google_redis_instance.counted[1]",
            "google_redis_instance.each[\"a.b\"]",
            "google_redis_instance.each[\"0\"]",
            "module.net[\"x\"].module.sub[2].data.google_project.p",
        ]
    );
    assert_eq!(state.instances[5].address.resource.mode, ResourceMode::Data);
}

#[test]
fn names_with_escape_sequences_survive_as_data() {
    let text = r#"{"version":4,"resources":[{"mode":"managed","type":"t","name":"a\u001b[31m\"\\\u00e4",
        "instances":[{"index_key":"k\n\u202e"}]}]}"#;
    let instance = &read(text).instances[0];
    assert_eq!(instance.address.resource.name, "a\u{1b}[31m\"\\\u{e4}");
    assert_eq!(instance.address.key, Some(InstanceKey::Key("k\n\u{202e}".to_owned())));
}

#[test]
fn attributes_stay_text_until_asked_for() {
    let state = read(&with_resources(json!([resource("r", json!([{"attributes": {"a": [1, {"b": "c"}]}}]))])));
    let instance = &state.instances[0];
    let range = instance.attributes.clone().expect("has attributes");
    assert_eq!(&state.text[range], r#"{"a":[1,{"b":"c"}]}"#);
    let value = state.attributes(instance).expect("readable");
    assert_eq!(value.get("a").and_then(Value::as_elements).map(<[_]>::len), Some(2));
}

#[test]
fn deposed_and_tainted_objects_are_told_from_current_ones() {
    let state = read(&with_resources(json!([resource(
        "r",
        json!([
            {"deposed": "0000aaaa", "attributes": {"id": "gone"}},
            {"status": "tainted", "schema_version": 2, "attributes": {"id": "here"}},
            {"deposed": "0000bbbb"},
        ])
    )])));
    assert_eq!(state.diagnostics, []);
    let seen: Vec<_> = state.instances.iter().map(|i| (i.deposed.as_deref(), i.is_tainted, i.schema_version)).collect();
    assert_eq!(seen, [(Some("0000aaaa"), false, 0), (None, true, 2), (Some("0000bbbb"), false, 0)]);
    let current = state.instance(&address("google_redis_instance.r")).expect("current");
    assert!(current.is_tainted);
}

#[test]
fn an_instance_that_is_only_deposed_is_not_current() {
    let state = read(&with_resources(json!([resource("r", json!([{"deposed": "0000aaaa"}]))])));
    assert_eq!(state.instances.len(), 1);
    assert_eq!(state.instance(&address("google_redis_instance.r")), None);
}

#[test]
fn sensitive_paths_are_read_or_everything_is_sensitive() {
    let state = read(&with_resources(json!([resource(
        "r",
        json!([
            {"index_key": 0, "sensitive_attributes": [[{"type": "get_attr", "value": "auth_string"}]]},
            {"index_key": 1, "sensitive_attributes": [{"type": "get_attr", "value": "auth_string"}]},
            {"index_key": 2, "sensitive_attributes": []},
            {"index_key": 3},
            {"index_key": 4, "sensitive_attributes": {"auth_string": true}},
        ])
    )])));
    let paths: Vec<Vec<String>> =
        state.instances.iter().map(|i| i.sensitive.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(paths, [vec!["auth_string"], vec!["auth_string"], vec![], vec![], vec![""]]);
    let diagnostic = only_diagnostic(&state);
    assert_eq!(diagnostic.severity, Severity::Warning);
    assert!(diagnostic.detail.contains("google_redis_instance.r[4]"), "{}", diagnostic.detail);
}

#[test]
fn flat_attributes_are_a_diagnostic_and_not_recorded() {
    let state = read(&with_resources(json!([resource("r", json!([{"attributes_flat": {"id": "secret"}}]))])));
    assert_eq!(state.instances[0].attributes, None);
    let diagnostic = only_diagnostic(&state);
    assert_eq!(diagnostic.summary, "Legacy attributes in state");
    assert!(diagnostic.detail.contains("google_redis_instance.r"), "{}", diagnostic.detail);
    assert!(!diagnostic.detail.contains("secret"));
}

#[test]
fn one_bad_resource_does_not_hide_its_neighbors() {
    let bad = [
        json!(7),
        json!("text"),
        json!(["managed", "t", "n"]),
        json!(null),
        json!({}),
        json!({"mode": "managed", "name": "n", "instances": []}),
        json!({"mode": "managed", "type": ["t"], "name": "n", "instances": []}),
        json!({"mode": "managed", "type": "", "name": "n", "instances": []}),
        json!({"mode": "ephemeral", "type": "t", "name": "n", "instances": []}),
        json!({"mode": "managed", "type": "t", "name": "n", "module": "nonsense", "instances": [{}]}),
        json!({"mode": "managed", "type": "t", "name": "n", "module": 3, "instances": [{}]}),
        json!({"mode": "managed", "type": "t", "name": "n", "instances": {"0": {}}}),
    ];
    for entry in bad {
        let text = with_resources(json!([resource("a", json!([{}])), entry, resource("b", json!([{}]))]));
        let state = read(&text);
        assert_eq!(addresses(&state), ["google_redis_instance.a", "google_redis_instance.b"], "{entry}");
        let diagnostic = only_diagnostic(&state);
        assert_eq!(diagnostic.severity, Severity::Error, "{entry}");
        assert!(diagnostic.range.is_some() || entry == json!({}), "{entry}: {diagnostic:?}");
    }
}

#[test]
fn one_bad_instance_does_not_hide_its_neighbors() {
    let bad = [
        json!(7),
        json!("text"),
        json!([0]),
        json!(null),
        json!({"index_key": true}),
        json!({"index_key": -1}),
        json!({"index_key": 1.5}),
        json!({"index_key": {"a": 1}}),
        json!({"index_key": 2, "deposed": 3}),
    ];
    for entry in bad {
        let state = read(&with_resources(json!([resource("r", json!([{"index_key": 0}, entry, {"index_key": 9}]))])));
        assert_eq!(addresses(&state), ["google_redis_instance.r[0]", "google_redis_instance.r[9]"], "{entry}");
        let diagnostic = only_diagnostic(&state);
        assert_eq!(diagnostic.summary, "Unreadable instance in state", "{entry}");
        assert!(diagnostic.detail.contains("google_redis_instance.r"), "{entry}: {}", diagnostic.detail);
        assert!(diagnostic.range.is_some(), "{entry}");
    }
}

#[test]
fn odd_members_of_an_instance_keep_the_instance() {
    for entry in [json!({"status": "broken"}), json!({"status": 1}), json!({"schema_version": "x"})] {
        let state = read(&with_resources(json!([resource("r", json!([entry]))])));
        assert_eq!(addresses(&state), ["google_redis_instance.r"], "{entry}");
        assert_eq!(only_diagnostic(&state).severity, Severity::Warning, "{entry}");
    }
}

#[test]
fn attributes_that_are_no_object_are_not_recorded() {
    let state = read(&with_resources(json!([resource("r", json!([{"attributes": "hunter2"}]))])));
    assert_eq!(state.instances[0].attributes, None);
    let diagnostic = only_diagnostic(&state);
    assert_eq!(diagnostic.severity, Severity::Error);
}

#[test]
fn diagnostics_point_at_line_and_column() {
    let text = "{\n  \"version\": 4,\n  \"resources\": [\n    {\"mode\": \"managed\", \"type\": \"t\", \"name\": \"n\",\n     \
                \"instances\": [{\"index_key\": true}]},\n    42\n  ]\n}";
    let state = read(text);
    let places: Vec<_> =
        state.diagnostics.iter().filter_map(|d| d.range.as_ref()).map(|r| (r.start.line, r.start.column)).collect();
    assert_eq!(places, [(5, 34), (6, 5)]);
    let range = state.diagnostics[1].range.as_ref().expect("placed");
    assert_eq!(&text[range.start.byte..range.end.byte], "42");
    assert_eq!(&*range.filename, PATH);
}

#[test]
fn duplicate_instances_keep_the_first() {
    let entries = json!([{"index_key": 0, "attributes": {"n": 1}}, {"index_key": 0, "attributes": {"n": 2}},
        {"deposed": "0000aaaa"}, {"deposed": "0000aaaa"}]);
    let state = read(&with_resources(json!([resource("r", entries), resource("r", json!([{"index_key": 0}]))])));
    assert_eq!(state.instances.len(), 2);
    let kept = state.instance(&address("google_redis_instance.r[0]")).expect("there");
    assert_eq!(state.attributes(kept).expect("readable").get("n"), Some(&Value::from(1)));
    let summaries: Vec<_> = state.diagnostics.iter().map(|d| d.summary.as_str()).collect();
    assert_eq!(summaries, ["Duplicate instance in state"; 3]);
}

#[test]
fn duplicate_keys_are_named_and_the_last_counts() {
    let state = read(
        r#"{"version":4,"serial":1,"resources":[{"mode":"managed","type":"t","name":"lost","instances":[{}]}],"serial":2,
        "resources":[{"mode":"managed","type":"t","name":"wrong","name":"n","instances":[{"status":"","status":"tainted"}]}]}"#,
    );
    assert_eq!(state.source.serial, Some(2));
    assert_eq!(addresses(&state), ["t.n"]);
    assert!(state.instances[0].is_tainted);
    let named: Vec<_> = state.diagnostics.iter().map(|d| d.detail.split('`').nth(1).unwrap_or_default()).collect();
    assert_eq!(named, ["serial", "resources", "name", "status"]);
    assert!(state.diagnostics.iter().all(|d| d.range.is_some()));
}

#[test]
fn a_byte_order_mark_is_dropped() {
    let text = with_resources(json!([resource("r", json!([{"attributes": {"a": 1}}]))]));
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let state = parse(marked, PATH).expect("readable");
    assert_eq!(state.text, text);
    assert_eq!(state.attributes(&state.instances[0]).expect("readable").get("a"), Some(&Value::from(1)));
}

#[test]
fn bytes_that_are_not_utf_8_cost_only_themselves() {
    let text = with_resources(json!([resource("r", json!([{"attributes": {"a": "x@y@"}}]))]));
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'@' { 0xff } else { byte }).collect();
    let state = parse(bytes, PATH).expect("readable");
    assert_eq!(state.attributes(&state.instances[0]).expect("readable").get("a"), Some(&Value::from("x?y?")));
    let diagnostic = only_diagnostic(&state);
    assert_eq!(diagnostic.summary, "State is not UTF-8");
    assert_eq!(diagnostic.range.as_ref().map(|range| range.start.byte), text.find('@'));
}

#[test]
fn nothing_at_all_is_said_to_be_empty() {
    for bytes in [&b""[..], b" \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"] {
        assert_eq!(error(bytes), StateError::Empty { path: PATH.to_owned() });
    }
}

#[test]
fn other_format_versions_say_what_to_do() {
    let old = error(r#"{"version":3,"terraform_version":"0.11.14","modules":[{"path":["root"]}]}"#);
    assert_eq!(
        old,
        StateError::OldVersion { path: PATH.to_owned(), version: 3, terraform_version: Some("0.11.14".to_owned()) }
    );
    assert!(old.to_string().contains("written by 0.11.14"), "{old}");
    assert!(old.to_string().contains("terraform state pull"), "{old}");
    let new = error(r#"{"version":5,"resources":{"shape":"unheard of"}}"#);
    assert_eq!(new, StateError::NewVersion { path: PATH.to_owned(), version: 5, terraform_version: None });
}

#[test]
fn what_is_given_by_mistake_is_recognized() {
    let utf16: Vec<u8> = "{\"version\":4}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_marked = [&[0xff, 0xfe][..], &utf16].concat();
    let utf16_big: Vec<u8> = "{\"version\":4}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases: Vec<(Vec<u8>, Foreign)> = vec![
        (vec![0x1f, 0x8b, 8, 0, 0, 0], Foreign::Gzip),
        (b"PK\x03\x04rest".to_vec(), Foreign::PlanFile),
        (utf16, Foreign::Utf16),
        (utf16_marked, Foreign::Utf16),
        (utf16_big, Foreign::Utf16),
        (b"<!DOCTYPE html><html></html>".to_vec(), Foreign::Markup),
        (b"\n<?xml version='1.0'?><Error/>".to_vec(), Foreign::Markup),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n".to_vec(), Foreign::LfsPointer),
        (
            br#"{"serial":1,"lineage":"l","meta":{},"encrypted_data":"x","encryption_version":"v0"}"#.to_vec(),
            Foreign::Encrypted,
        ),
        (br#"{"version":4,"resources":[],"encrypted_data":"x"}"#.to_vec(), Foreign::Encrypted),
        (br#"{"format_version":"1.2","planned_values":{},"resource_changes":[]}"#.to_vec(), Foreign::PlanJson),
        (br#"{"format_version":"1.0","values":{}}"#.to_vec(), Foreign::ShowJson),
        (br#"{"version":3,"terraform_version":"1.9.0","backend":{"type":"gcs"}}"#.to_vec(), Foreign::BackendRecord),
        (b"{\"trueup_snapshot\":{}}\n{\"name\":\"x\"}\n".to_vec(), Foreign::LiveObjects),
        (b"{\"name\":\"x\",\"asset_type\":\"a/B\"}\n{\"name\":\"y\"}\n".to_vec(), Foreign::LiveObjects),
    ];
    for (bytes, kind) in cases {
        assert_eq!(error(bytes), StateError::Foreign { path: PATH.to_owned(), kind }, "{kind:?}");
    }
}

#[test]
fn json_of_another_shape_is_no_state() {
    for (text, problem) in [
        ("[]", "no object"),
        ("null", "no object"),
        ("4", "no object"),
        ("{}", "without a `version`"),
        (r#"{"resources":[]}"#, "without a `version`"),
        (r#"{"version":"4","resources":[]}"#, "a string"),
        (r#"{"version":4.5,"resources":[]}"#, "a number"),
        (r#"{"version":4,"resources":{}}"#, "an object, not a list"),
    ] {
        let error = error(text);
        assert!(matches!(error, StateError::Malformed { .. }), "{text}: {error:?}");
        assert!(error.to_string().contains(problem), "{text}: {error}");
    }
}

#[test]
fn broken_json_is_placed() {
    let error = error("{\n  \"version\": 4,\n  \"\u{e4}\" 1\n}");
    let StateError::NotJson { position, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*position, Position { line: 3, column: 7, byte: 25 });
    assert_eq!(reason, "expected `:`");
}

#[test]
fn merge_conflicts_are_told_from_other_broken_json() {
    let error =
        error("{\n  \"version\": 4,\n<<<<<<< HEAD\n  \"serial\": 1,\n=======\n  \"serial\": 2,\n>>>>>>> other\n}");
    assert!(matches!(error, StateError::MergeConflict { position: Position { line: 3, .. }, .. }), "{error:?}");
}

#[test]
fn errors_escape_the_path() {
    let error = parse(Vec::new(), "a\u{1b}[2Jb").expect_err("empty");
    assert!(!error.to_string().contains('\u{1b}'));
}

#[test]
fn a_state_that_is_cut_anywhere_is_truncated() {
    let text = with_resources(json!([resource(
        "\u{e4}",
        json!([{"index_key": "k\n", "attributes": {"a": [1, true, null, "x\u{1f600}"]}, "schema_version": 1}])
    ),]));
    for cut in 1..text.len() {
        let error = error(&text.as_bytes()[..cut]);
        assert!(matches!(error, StateError::Truncated { .. }), "cut at {cut}: {error:?}");
    }
}

#[test]
fn no_flipped_byte_makes_it_panic() {
    let text = with_resources(json!([resource(
        "r",
        json!([{"index_key": 0, "attributes": {"a": "b"}, "sensitive_attributes": []}, {"deposed": "0000aaaa"}])
    ),]));
    for place in 0..text.len() {
        for byte in [0, b'"', b'{', b']', b'\\', b'9', b'\n', 0x80, 0xff] {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = byte;
            if let Ok(state) = parse(bytes, PATH) {
                state.instances.iter().for_each(|instance| drop(state.attributes(instance)));
            }
        }
    }
}

#[test]
fn deep_nesting_costs_only_the_instance_that_has_it() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let state = read(&format!(
        r#"{{"version":4,"outputs":{deep},"resources":[{{"mode":"managed","type":"t","name":"n","instances":[
            {{"index_key":0,"attributes":{{"a":{deep}}}}},{{"index_key":1,"attributes":{{"a":1}}}},
            {{"index_key":2,"sensitive_attributes":{deep}}},{{"index_key":{deep}}}]}},{deep}]}}"#
    ));
    assert_eq!(addresses(&state), ["t.n[0]", "t.n[1]", "t.n[2]"]);
    let in_part = state.attributes(&state.instances[0]).expect("readable in part");
    let reason = in_part.get("a").and_then(Value::unknown_reason).expect("too deep");
    assert!(reason.contains("recursion limit exceeded"), "{reason}");
    assert!(state.attributes(&state.instances[1]).is_ok());
    assert!(state.instances[2].sensitive[0].is_root());
}

#[test]
fn a_document_that_only_opens_is_truncated_and_does_not_exhaust_the_stack() {
    assert!(matches!(error("{\"a\":".repeat(200_000)), StateError::Truncated { .. }));
    assert!(matches!(error("[".repeat(200_000)), StateError::Malformed { .. }));
}

#[test]
fn ten_thousand_bad_entries_are_counted() {
    let state = read(&with_resources(json!(vec![json!({"mode": 1}); 10_000])));
    assert!(state.diagnostics.len() < 50);
    assert!(state.diagnostics.last().expect("some").detail.starts_with("9980 more"));
}

/// An instance as the test thinks of it, and as JSON.
fn instance() -> impl Strategy<Value = (Option<InstanceKey>, Option<String>, bool, u64, serde_json::Value)> {
    let key = prop_oneof![
        Just(None),
        (0_usize..100).prop_map(|index| Some(InstanceKey::Index(index))),
        any::<String>().prop_map(|key| Some(InstanceKey::Key(key))),
    ];
    let deposed = proptest::option::of("[0-9a-f]{8}");
    let attributes = prop_oneof![
        Just(json!({})),
        any::<String>().prop_map(|text| json!({"name": text, "list": [1, null, {"x": true}]})),
        (any::<i64>(), any::<String>()).prop_map(|(number, key)| json!({key: number})),
    ];
    (key, deposed, any::<bool>(), any::<u64>(), attributes)
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(
        blocks in proptest::collection::vec(
            ("[a-z_]{1,6}", any::<bool>(), proptest::collection::vec(instance(), 0..4)), 0..6,
        ),
        pretty in any::<bool>(),
    ) {
        let mut expected: Vec<(StateInstance, Value)> = Vec::new();
        let mut entries = Vec::new();
        for (number, (name, is_data, instances)) in blocks.into_iter().enumerate() {
            let mode = if is_data { "data" } else { "managed" };
            let mut encoded = Vec::new();
            for (key, deposed, is_tainted, schema_version, attributes) in instances {
                let resource = crate::model::ResourceAddress {
                    module: crate::model::ModuleAddress::root().child("m", Some(InstanceKey::Index(number))),
                    mode: if is_data { ResourceMode::Data } else { ResourceMode::Managed },
                    resource_type: "t".to_owned(),
                    name: name.clone(),
                };
                let address = InstanceAddress { resource, key: key.clone() };
                if expected.iter().any(|(known, _)| known.address == address && known.deposed == deposed) {
                    continue;
                }
                let mut object = json!({"schema_version": schema_version, "attributes": attributes});
                match key {
                    Some(InstanceKey::Index(index)) => object["index_key"] = json!(index),
                    Some(InstanceKey::Key(key)) => object["index_key"] = json!(key),
                    None => {}
                }
                if is_tainted {
                    object["status"] = json!("tainted");
                }
                if let Some(key) = &deposed {
                    object["deposed"] = json!(key);
                }
                encoded.push(object);
                let value = serde_json::from_value(attributes).expect("plain JSON");
                let instance = StateInstance {
                    address, provider: "p".to_owned(), deposed, is_tainted, schema_version, attributes: None,
                    sensitive: Vec::new(),
                };
                expected.push((instance, value));
            }
            entries.push(json!({"module": format!("module.m[{number}]"), "mode": mode, "type": "t", "name": name,
                "provider": "p", "instances": encoded}));
        }
        let document = json!({"version": 4, "resources": entries});
        let text = if pretty { format!("{document:#}") } else { document.to_string() };
        let state = read(&text);
        prop_assert_eq!(&state.diagnostics, &[]);
        let found: Vec<(StateInstance, Value)> = state.instances.iter()
            .map(|instance| {
                (StateInstance { attributes: None, ..instance.clone() }, state.attributes(instance).expect("readable"))
            })
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn both_ways_of_reading_agree(
        instances in proptest::collection::vec(instance(), 0..5), name in "[a-z]{1,4}",
    ) {
        let encoded: Vec<_> = instances.into_iter()
            .map(|(key, deposed, _, _, attributes)| {
                let mut object = json!({"attributes": attributes, "deposed": deposed});
                match key {
                    Some(InstanceKey::Index(index)) => object["index_key"] = json!(index),
                    Some(InstanceKey::Key(key)) => object["index_key"] = json!(key),
                    None => {}
                }
                object
            })
            .collect();
        let good = resource(&name, json!(encoded));
        let alone = read(&with_resources(json!([good])));
        let beside_a_bad_one = read(&with_resources(json!([good, 1])));
        prop_assert_eq!(&alone.current, &beside_a_bad_one.current);
        prop_assert_eq!(&alone.instances.len(), &beside_a_bad_one.instances.len());
        prop_assert_eq!(addresses(&alone), addresses(&beside_a_bad_one));
        prop_assert_eq!(alone.diagnostics.len() + 1, beside_a_bad_one.diagnostics.len());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(bytes, PATH);
    }
}
