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
