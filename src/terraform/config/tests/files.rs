//! Files, declarations and overrides.

use super::{main_tf, path, root};

#[test]
fn every_file_of_the_folder_is_read_and_only_those() {
    let world = root(&[
        ("a.tf", "resource \"google_x\" \"a\" {}\n"),
        ("b.tf.json", r#"{"resource": {"google_x": {"b": {"name": "n"}}}}"#),
        ("c.tofu", "resource \"google_x\" \"c\" {}\n"),
        (".hidden.tf", "resource \"google_x\" \"hidden\" {}\n"),
        ("d.tf~", "resource \"google_x\" \"backup\" {}\n"),
        ("sub/e.tf", "resource \"google_x\" \"e\" {}\n"),
    ]);
    let evaluated = world.evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.a", "google_x.b", "google_x.c"]);
    assert_eq!(evaluated.configuration.files, 3);
    assert_eq!(evaluated.lines(), [""; 0]);
}

#[test]
fn a_folder_without_files_has_no_configuration() {
    assert_eq!(root(&[("readme.md", "")]).evaluate().configuration.files, 0);
}

#[test]
fn a_tofu_file_replaces_the_tf_file_of_its_name() {
    let world = root(&[("a.tf", "resource \"google_x\" \"a\" {}\n"), ("a.tofu", "resource \"google_x\" \"b\" {}\n")]);
    assert_eq!(world.evaluate().addresses(), ["google_x.b"]);
}

#[test]
fn tofu_files_count_where_opentofu_runs() {
    const TF: &str = "resource \"google_x\" \"terraform\" {}\n";
    const TOFU: &str = "resource \"google_x\" \"opentofu\" {}\n";
    let lock = |registry: &str| format!("provider \"{registry}/hashicorp/google\" {{\n  version = \"6.0.0\"\n}}\n");
    let call = "module \"m\" {\n  source = \"./m\"\n}\n";
    let module = [("m/a.tf", TF), ("m/a.tofu", TOFU)];
    let read = |files: &[(&str, &str)]| root(&[files, &module].concat()).evaluate().addresses();
    assert_eq!(read(&[("main.tf", call)]), ["module.m.google_x.terraform"], "nothing says OpenTofu");
    assert_eq!(read(&[("main.tofu", call)]), ["module.m.google_x.opentofu"], "the root has such files");
    let own = lock("registry.opentofu.org");
    assert_eq!(read(&[("main.tf", call), (".terraform.lock.hcl", &own)]), ["module.m.google_x.opentofu"]);
    let own = lock("registry.terraform.io");
    assert_eq!(
        read(&[("main.tf", call), ("main.tofu", TOFU), (".terraform.lock.hcl", &own)]),
        ["module.m.google_x.terraform"],
        "Terraform ran last, and reads no such file"
    );
}

#[test]
fn a_file_that_does_not_parse_hides_only_what_is_broken() {
    let world = root(&[
        ("a.tf", "resource \"google_x\" \"a\" {\n  x = = 1\n}\n\nresource \"google_x\" \"b\" {}\n"),
        ("c.tf", "resource \"google_x\" \"c\" {\n  y = google_x.a.id\n}\n"),
    ]);
    let evaluated = world.evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.b", "google_x.c"]);
    let [fault] = evaluated.configuration.diagnostics.as_slice() else { panic!("{:?}", evaluated.lines()) };
    let range = fault.range.as_ref().expect("a place");
    assert_eq!((&*range.filename, range.start.line, range.start.column), ("a.tf", 2, 7));
    let [unexpanded] = evaluated.configuration.unexpanded.as_slice() else { panic!("one broken resource") };
    assert_eq!(unexpanded.resource.to_string(), "google_x.a");
}

#[test]
fn text_that_is_not_utf8_is_a_diagnostic() {
    let world = root(&[("a.tf", "")]);
    std::fs::write(world.folder().join("b.tf"), b"x = \"\xff\"\n").expect("written");
    assert_eq!(world.evaluate().lines(), ["b.tf:1 Invalid character encoding: The file is not encoded in UTF-8."]);
}

#[test]
fn a_declaration_given_twice_is_reported_at_both_places_and_the_first_counts() {
    let world = root(&[
        (
            "a.tf",
            "terraform {\n  required_providers {\n    google = { source = \"hashicorp/google\" }\n  }\n}\nvariable \"v\" { default = 1 }\nresource \"google_x\" \"y\" { name = var.v }\noutput \"o\" { value = 1 }\nprovider \"google\" {}\nlocals { l = 1 }\n",
        ),
        (
            "b.tf",
            "terraform {\n  required_providers {\n    google = { source = \"hashicorp/google\" }\n  }\n}\nvariable \"v\" { default = 2 }\nresource \"google_x\" \"y\" { name = 2 }\noutput \"o\" { value = 1 }\nprovider \"google\" {}\nlocals { l = 1 }\n",
        ),
    ]);
    let evaluated = world.evaluate();
    let places: Vec<String> = evaluated
        .configuration
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{} {}", diagnostic.range.as_ref().expect("a place"), diagnostic.summary))
        .collect();
    let expected = |file: &str| {
        [
            format!("{file}:2 Duplicate required providers configuration"),
            format!("{file}:6 Duplicate variable declaration"),
            format!("{file}:7 Duplicate resource \"google_x\" configuration"),
            format!("{file}:8 Duplicate output definition"),
            format!("{file}:9 Duplicate provider configuration"),
            format!("{file}:10 Duplicate local value definition"),
        ]
    };
    assert_eq!(places, [expected("a.tf"), expected("b.tf")].concat());
    assert_eq!(evaluated.argument("google_x.y", "name"), "1");
    assert!(
        evaluated.lines().iter().any(|line| line.contains("was already declared at a.tf:6,1-13.")),
        "{:?}",
        evaluated.lines()
    );
}

#[test]
fn an_argument_given_twice_keeps_the_block() {
    let evaluated = main_tf("resource \"google_x\" \"y\" {\n  name = \"a\"\n  name = \"b\"\n}\n").evaluate();
    assert_eq!(evaluated.argument("google_x.y", "name"), "a");
    assert_eq!(evaluated.lines().len(), 1);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let evaluated = main_tf("\u{feff}resource \"google_x\" \"y\" {\r\n  name = \"a\"\r\n}\r\n").evaluate();
    assert_eq!(evaluated.argument("google_x.y", "name"), "a");
    let range = &evaluated.instance("google_x.y").range;
    assert_eq!((range.start.line, range.end.column), (1, 24));
}

#[test]
fn json_syntax_has_the_same_meaning() {
    let json = r#"{
      "//": "a comment",
      "variable": {"size": {"type": "list(string)", "default": ["a", "b"]}},
      "locals": {"n": "${length(var.size)}"},
      "resource": {"google_known": {"y": {
        "count": "${local.n}",
        "name": "n-${count.index}",
        "settings": {"tier": "${upper(\"x\")}"},
        "dynamic": {"rule": {"for_each": "${var.size}", "iterator": "each_rule", "content": {"port": "${each_rule.key}"}}},
        "lifecycle": {"ignore_changes": ["label", "user_labels[\"a\"]"]},
        "provider": "google.other"
      }}},
      "provider": {"google": [{"project": "p1"}, {"alias": "other", "project": "p2"}]}
    }"#;
    let evaluated = root(&[("main.tf.json", json)]).known().evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.addresses(), ["google_known.y[0]", "google_known.y[1]"]);
    assert_eq!(evaluated.argument("google_known.y[1]", "name"), "n-1");
    assert_eq!(evaluated.argument("google_known.y[1]", "settings"), "[{tier=X}]");
    assert_eq!(evaluated.argument("google_known.y[1]", "rule"), "[{port=0}, {port=1}]");
    let instance = evaluated.instance("google_known.y[1]");
    assert_eq!(instance.provider.project, Some("p2".into()));
    let crate::model::IgnoreChanges::Paths(paths) = &instance.ignore_changes else { panic!("paths") };
    assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["label", "user_labels[\"a\"]"]);
    let range = instance.arguments.ranges[&path("name")].clone();
    assert_eq!((range.start.line, range.start.column), (7, 9));
}

#[test]
fn references_in_json_are_strings() {
    let json = r#"{
      "provider": {"google": [{"alias": "other", "project": "p"}]},
      "module": {"m": {"source": "./m", "for_each": "${toset([\"a\"])}", "name": "${each.key}",
        "providers": {"google": "google.other"}, "depends_on": ["google_x.y"]}},
      "resource": {"google_x": {
        "y": {"lifecycle": {"ignore_changes": "all", "replace_triggered_by": ["google_x.z"]}},
        "z": {"depends_on": ["google_x.gone"], "provider": "google.other"}}}}"#;
    let evaluated = root(&[
        ("main.tf.json", json),
        ("m/main.tf", "variable \"name\" {}\nresource \"google_x\" \"in\" {\n  name = var.name\n}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.lines().len(), 1, "{:?}", evaluated.lines());
    assert!(evaluated.lines()[0].starts_with("main.tf.json:7 Reference to undeclared resource"));
    assert_eq!(evaluated.argument("module.m[\"a\"].google_x.in", "name"), "a");
    assert_eq!(evaluated.instance("module.m[\"a\"].google_x.in").provider.project, Some("p".into()));
    assert_eq!(evaluated.instance("google_x.y").ignore_changes, crate::model::IgnoreChanges::All);
}

#[test]
fn an_object_of_json_in_an_unknown_type_is_what_the_record_says() {
    let json = r#"{"resource": {"aws_x": {"y": {"settings": {"tier": "t"}, "labels": {"k": "v"}, "odd": {"a": 1}}},
      "google_x": {"z": {"tier": "${aws_x.y.settings[0].tier}", "label": "${aws_x.y.labels[\"k\"]}", "odd": "${aws_x.y.odd.a}"}}}}"#;
    let evaluated = root(&[("main.tf.json", json)])
        .recorded("aws_x.y", r#"{"settings": [{"tier": "old"}], "labels": {"k": "old"}}"#)
        .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.z", "tier"), "t");
    assert_eq!(evaluated.argument("google_x.z", "label"), "v");
    assert_eq!(
        evaluated.argument("google_x.z", "odd"),
        "unknown: aws_x.y.odd is written in JSON and may be a block or a map"
    );
}

#[test]
fn a_property_given_twice_is_reported_and_the_last_counts() {
    let json = "{\"locals\": {\"a\": 1,\n\"a\": {\"k\": 1,\n\"k\": 2}},\n\"resource\": {\"google_x\": {\"y\": {\"name\": \"${local.a.k}\"}}}}";
    let evaluated = root(&[("main.tf.json", json)]).evaluate();
    assert_eq!(evaluated.argument("google_x.y", "name"), "2");
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf.json:1 Duplicate attribute definition: The argument \"a\" is set again further down.",
            "main.tf.json:2 Duplicate object attribute: An attribute named \"k\" is defined again further down.",
        ]
    );
}

#[test]
fn a_resource_of_json_with_a_broken_argument_is_not_read_without_it() {
    let json = "{\"resource\": {\"google_x\": {\"y\": {\"name\": \"${1 +}\", \"size\": 1}, \"z\": {\"name\": \"n\"}}},\n\"module\": {\"m\": {\"source\": \"./m\", \"in\": \"${)}\"}}}";
    let evaluated = root(&[("main.tf.json", json)]).evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.z"]);
    let configuration = &evaluated.configuration;
    assert_eq!(configuration.unexpanded[0].resource.to_string(), "google_x.y");
    assert_eq!(configuration.unreadable_modules[0].module.to_string(), "module.m");
    assert_eq!(configuration.diagnostics.len(), 2, "{:?}", evaluated.lines());
}

#[test]
fn a_file_of_which_nothing_is_known_leaves_its_module_not_wholly_read() {
    let unreadable = |name: &str, text: &[u8]| {
        let world = root(&[("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"), ("m/main.tf", "")]);
        std::fs::write(world.folder().join(name), text).expect("written");
        let unreadable = world.evaluate().configuration.unreadable_modules;
        unreadable.iter().map(|unread| format!("{}: {}", unread.module, unread.reason)).collect::<Vec<_>>()
    };
    assert_eq!(unreadable("a.tf.json", b"{"), [": a part of \"a.tf.json\" could not be read"]);
    assert_eq!(unreadable("m/a.tf", b"\xff"), ["module.m: a part of \"m/a.tf\" could not be read"]);
    assert_eq!(unreadable("a.tf", b"resource google_x odd { = }\n"), [": a part of \"a.tf\" could not be read"]);
    assert_eq!(unreadable("a.tf", b"locals {\n  x = = 1\n}\n"), [""; 0], "it can declare no resource");
    assert_eq!(unreadable("a.tf", b"resource \"google_x\" \"y\" {\n  x = = 1\n}\n"), [""; 0], "its header is read");
}
