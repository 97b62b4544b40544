//! Resources: instances, blocks, checks against the schema.

use super::{fact, main_tf, root};
use crate::model::{ArgumentFacts, IgnoreChanges, ProviderVersion, ValueType};

#[test]
fn count_and_for_each_make_instances() {
    let evaluated = main_tf(
        "resource \"google_x\" \"c\" {\n  count = 2\n  name = count.index\n}\nresource \"google_x\" \"k\" {\n  for_each = { b = { n = 1 }, a = { n = 2 } }\n  name = \"${each.key}${each.value.n}\"\n}\nresource \"google_x\" \"s\" {\n  for_each = toset([\"x\"])\n  name = each.key\n}\nresource \"google_x\" \"none\" {\n  count = false ? 1 : 0\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(
        evaluated.addresses(),
        ["google_x.c[0]", "google_x.c[1]", "google_x.k[\"a\"]", "google_x.k[\"b\"]", "google_x.s[\"x\"]"]
    );
    assert_eq!(evaluated.argument("google_x.k[\"a\"]", "name"), "a2");
    assert_eq!(evaluated.argument("google_x.s[\"x\"]", "name"), "x");
}

#[test]
fn a_sensitive_count_counts() {
    let evaluated =
        main_tf("variable \"n\" {\n  sensitive = true\n  default = \"2\"\n}\nresource \"google_x\" \"y\" {\n  count = var.n\n}\n")
            .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.addresses(), ["google_x.y[0]", "google_x.y[1]"]);
}

#[test]
fn an_unknown_number_of_instances_is_said() {
    let evaluated = main_tf(
        "resource \"google_x\" \"y\" {}\nresource \"google_x\" \"c\" {\n  for_each = toset([google_x.y.id])\n}\nresource \"google_x\" \"n\" {\n  count = length(google_x.y.list)\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let unexpanded: Vec<String> = evaluated
        .configuration
        .unexpanded
        .iter()
        .map(|unexpanded| format!("{}: {}", unexpanded.resource, unexpanded.reason))
        .collect();
    assert_eq!(
        unexpanded,
        [
            "google_x.c: for_each is unknown: google_x.y.id is known after apply",
            "google_x.n: count is unknown: google_x.y.list is known after apply"
        ]
    );
}

#[test]
fn what_cannot_be_counted_is_reported() {
    for (argument, summary) in [
        ("count = -1", "Invalid count argument"),
        ("count = 1.5", "Invalid count argument"),
        ("count = null", "Invalid count argument"),
        ("count = \"x\"", "Incorrect value type"),
        ("for_each = [\"a\"]", "Invalid for_each argument"),
        ("for_each = null", "Invalid for_each argument"),
        ("for_each = toset([1])", "Invalid for_each set argument"),
        ("for_each = toset([\"a\", null])", "Invalid for_each set argument"),
        ("for_each = sensitive(toset([\"a\"]))", "Invalid for_each argument"),
    ] {
        let evaluated = main_tf(&format!("resource \"google_x\" \"y\" {{\n  {argument}\n}}\n")).evaluate();
        let summaries: Vec<&str> =
            evaluated.configuration.diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect();
        assert_eq!(summaries, [summary], "{argument}");
        assert_eq!(evaluated.configuration.unexpanded.len(), 1, "{argument}");
    }
}

#[test]
fn what_opentofu_disables_has_no_instance() {
    let evaluated = root(&[
        (
            "main.tofu",
            "locals {\n  on = 1 == 2\n}\nresource \"google_x\" \"off\" {\n  lifecycle {\n    enabled = local.on\n  }\n}\nresource \"google_x\" \"on\" {\n  lifecycle {\n    enabled = !local.on\n  }\n}\nresource \"google_x\" \"perhaps\" {\n  lifecycle {\n    enabled = google_x.on.flag\n  }\n}\nmodule \"off\" {\n  source = \"./m\"\n  lifecycle {\n    enabled = local.on\n  }\n}\n",
        ),
        ("m/main.tf", "resource \"google_x\" \"in\" {}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.addresses(), ["google_x.on"]);
    assert_eq!(
        evaluated.configuration.unexpanded[0].reason,
        "enabled is unknown: google_x.on.flag is known after apply"
    );
}

#[test]
fn too_many_instances_stop_at_the_limit() {
    let evaluated =
        main_tf("resource \"google_x\" \"y\" {\n  count = 100000000000\n}\nresource \"google_x\" \"z\" {}\n")
            .evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.z"]);
    assert_eq!(evaluated.lines().len(), 1);
    assert!(evaluated.lines()[0].contains("more than 100000 instances"));
}

#[test]
fn blocks_are_lists_of_maps() {
    let evaluated = main_tf(
        "resource \"google_x\" \"y\" {\n  a {\n    b {\n      c = 1\n    }\n  }\n  rule {\n    port = 1\n  }\n  rule {\n    port = 2\n  }\n  list = [{ x = 1 }]\n  nothing = null\n  timeouts {\n    create = \"1m\"\n  }\n  provisioner \"local-exec\" {\n    command = self.id\n  }\n  connection {}\n  depends_on = [google_x.other]\n}\nresource \"google_x\" \"other\" {}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let value = super::text(&evaluated.instance("google_x.y").arguments.value);
    assert_eq!(value, "{a=[{b=[{c=1}]}], list=[{x=1}], nothing=null, rule=[{port=1}, {port=2}]}");
    let ranges: Vec<String> = evaluated
        .instance("google_x.y")
        .arguments
        .ranges
        .iter()
        .map(|(path, range)| format!("{path} {range}"))
        .collect();
    assert_eq!(
        ranges,
        [
            "a[0] main.tf:2",
            "a[0].b[0] main.tf:3",
            "a[0].b[0].c main.tf:4",
            "list main.tf:13",
            "nothing main.tf:14",
            "rule[0] main.tf:7",
            "rule[0].port main.tf:8",
            "rule[1] main.tf:10",
            "rule[1].port main.tf:11"
        ]
    );
}

#[test]
fn dynamic_blocks_are_written_out() {
    let evaluated = main_tf(
        "locals {\n  groups = [{ name = \"a\", ports = [1, 2] }, { name = \"b\", ports = [] }]\n}\nresource \"google_x\" \"y\" {\n  rule {\n    name = \"static\"\n  }\n  dynamic \"rule\" {\n    for_each = local.groups\n    iterator = group\n    content {\n      name = group.value.name\n      dynamic \"port\" {\n        for_each = group.value.ports\n        content {\n          number = port.value\n          label = \"${group.key}-${port.key}\"\n        }\n      }\n    }\n  }\n  dynamic \"by_key\" {\n    for_each = { k = \"v\" }\n    content {\n      pair = \"${by_key.key}${by_key.value}\"\n    }\n  }\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(
        evaluated.argument("google_x.y", "rule"),
        "[{name=static}, {name=a, port=[{label=0-0, number=1}, {label=0-1, number=2}]}, {name=b}]"
    );
    assert_eq!(evaluated.argument("google_x.y", "by_key"), "[{pair=kv}]");
}

#[test]
fn iterators_of_nested_dynamic_blocks_hide_each_other_and_what_is_around() {
    let evaluated = main_tf(
        "resource \"google_x\" \"rule\" {\n  name = \"a resource\"\n}\nresource \"google_x\" \"y\" {\n  for_each = { k = [[1], [2, 3]] }\n  dynamic \"rule\" {\n    for_each = each.value\n    content {\n      outer = rule.key\n      dynamic \"rule\" {\n        for_each = rule.value\n        content {\n          inner = \"${each.key}-${rule.key}-${rule.value}\"\n        }\n      }\n    }\n  }\n  after = google_x.rule.name\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(
        evaluated.argument("google_x.y[\"k\"]", "rule"),
        "[{outer=0, rule=[{inner=k-0-1}]}, {outer=1, rule=[{inner=k-0-2}, {inner=k-1-3}]}]"
    );
    assert_eq!(evaluated.argument("google_x.y[\"k\"]", "after"), "a resource");
}

#[test]
fn dynamic_blocks_over_something_sensitive_are_sensitive() {
    let evaluated = main_tf(
        "variable \"secret\" {\n  default = [\"s3cret\"]\n  sensitive = true\n}\nresource \"google_x\" \"y\" {\n  dynamic \"rule\" {\n    for_each = var.secret\n    content {\n      port = 1\n      name = rule.value\n    }\n  }\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let sensitive: Vec<String> =
        evaluated.instance("google_x.y").arguments.sensitive.iter().map(ToString::to_string).collect();
    assert_eq!(sensitive, ["rule[0]"]);
}

#[test]
fn what_a_dynamic_block_cannot_be_is_reported() {
    for (inside, summary) in [
        ("for_each = null\n    content {}", "Invalid dynamic for_each value"),
        ("for_each = 5\n    content {}", "Invalid dynamic for_each value"),
        ("content {}", "Missing required argument"),
        ("for_each = []", "Missing dynamic content block"),
        ("for_each = []\n    content {}\n    content {}", "Extraneous dynamic content block"),
        ("for_each = []\n    iterator = \"it\"\n    content {}", "Invalid expression"),
        ("for_each = []\n    each = 1\n    content {}", "Unsupported argument"),
        ("for_each = []\n    content {}\n    other {}", "Unsupported block type"),
    ] {
        let evaluated =
            main_tf(&format!("resource \"google_x\" \"y\" {{\n  dynamic \"rule\" {{\n    {inside}\n  }}\n}}\n"))
                .evaluate();
        let summaries: Vec<&str> =
            evaluated.configuration.diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect();
        assert_eq!(summaries, [summary], "{inside}");
    }
}

#[test]
fn too_many_blocks_stop_at_the_limit() {
    let text = "locals {\n  many = [for i in range(1000) : range(1000)]\n}\nresource \"google_x\" \"y\" {\n  dynamic \"a\" {\n    for_each = local.many\n    content {\n      dynamic \"b\" {\n        for_each = a.value\n        content {}\n      }\n    }\n  }\n}\n";
    let evaluated = main_tf(text).evaluate();
    assert!(evaluated.lines()[0].contains("at most 100000 blocks"), "{:?}", evaluated.lines());
}

#[test]
fn dynamic_blocks_over_something_unknown_are_unknown() {
    let evaluated = main_tf(
        "resource \"google_x\" \"y\" {}\nresource \"google_x\" \"z\" {\n  outer {\n    dynamic \"rule\" {\n      for_each = google_x.y.ids\n      content {\n        id = rule.value\n      }\n    }\n  }\n  other = 1\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.z", "outer"), "[{rule=unknown: google_x.y.ids is known after apply}]");
    assert_eq!(evaluated.argument("google_x.z", "other"), "1");
}

#[test]
fn ignore_changes_is_read_in_every_form() {
    let of = |text: &str| {
        let source = format!("resource \"google_x\" \"y\" {{\n  lifecycle {{\n    ignore_changes = {text}\n  }}\n}}\n");
        main_tf(&source).evaluate().instance("google_x.y").ignore_changes.clone()
    };
    assert_eq!(of("all"), IgnoreChanges::All);
    assert_eq!(of("[\"*\"]"), IgnoreChanges::All);
    let IgnoreChanges::Paths(paths) = of("[name, \"legacy\", labels[\"a\"], settings[0].tier]") else {
        panic!("paths")
    };
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["name", "legacy", "labels[\"a\"]", "settings[0].tier"]);
    assert_eq!(of("[]"), IgnoreChanges::Paths(Vec::new()));
}

#[test]
fn a_computed_argument_may_be_given_null() {
    let evaluated =
        main_tf("resource \"google_known\" \"y\" {\n  name = \"n\"\n  self_link = try({}.nothing, null)\n}\n")
            .known()
            .evaluate();
    assert_eq!(evaluated.lines(), Vec::<String>::new());
}

#[test]
fn arguments_that_do_not_exist_are_reported_at_their_place() {
    let evaluated = main_tf(
        "resource \"google_known\" \"y\" {\n  name = \"n\"\n  labels = {}\n  sizes = 1\n  self_link = \"x\"\n  settings = {}\n  label {\n  }\n  nothing {\n  }\n  settings {\n    teir = \"t\"\n  }\n}\nresource \"google_known\" \"empty\" {}\n",
    )
    .known()
    .evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:3 Unsupported argument: An argument named \"labels\" is not expected here. Did you mean \"label\"?",
            "main.tf:4 Unsupported argument: An argument named \"sizes\" is not expected here. Did you mean \"size\"?",
            "main.tf:5 Value for unconfigurable attribute: Can't configure a value for \"self_link\": its value will be decided automatically based on the result of applying this configuration.",
            "main.tf:6 Unsupported argument: An argument named \"settings\" is not expected here. Did you mean to define a block of type \"settings\"?",
            "main.tf:7 Unsupported block type: Blocks of type \"label\" are not expected here. Did you mean to define argument \"label\"? If so, use the equals sign to assign it a value.",
            "main.tf:9 Unsupported block type: Blocks of type \"nothing\" are not expected here.",
            "main.tf:12 Unsupported argument: An argument named \"teir\" is not expected here. Did you mean \"tier\"?",
            "main.tf:15 Missing required argument: The argument \"name\" is required, but no definition was found.",
        ]
    );
}

#[test]
fn values_take_the_schemas_type() {
    let evaluated = main_tf(
        "resource \"google_known\" \"y\" {\n  name = 5\n  size = \"7\"\n  user_labels = { a = 1 }\n}\nresource \"google_known\" \"z\" {\n  name = \"n\"\n  size = \"many\"\n}\n",
    )
    .known()
    .evaluate();
    assert_eq!(
        evaluated.instance("google_known.y").arguments.value,
        crate::model::Value::Map(
            [
                ("name".to_owned(), "5".into()),
                ("size".to_owned(), 7_i64.into()),
                ("user_labels".to_owned(), crate::model::Value::Map([("a".to_owned(), "1".into())].into())),
            ]
            .into()
        )
    );
    assert_eq!(evaluated.lines().len(), 1, "{:?}", evaluated.lines());
    assert!(
        evaluated.lines()[0]
            .starts_with("main.tf:8 Incorrect attribute value type: Inappropriate value for attribute \"size\"")
    );
}

#[test]
fn projects_and_regions_of_resources_are_gathered() {
    let evaluated = root(&[(
        "main.tf",
        "resource \"google_x\" \"a\" {\n  project = \"p\"\n  region = \"europe-west1\"\n}\nresource \"google_x\" \"b\" {\n  location = \"US\"\n  zone = \"us-central1-a\"\n}\nresource \"aws_x\" \"c\" {\n  region = \"us-east-1\"\n  project = \"no\"\n}\n",
    )])
    .evaluate();
    assert_eq!(evaluated.configuration.projects.iter().collect::<Vec<_>>(), ["p"]);
    assert_eq!(evaluated.configuration.regions.iter().collect::<Vec<_>>(), ["europe-west1", "us-central1"]);
}

#[test]
fn what_a_later_provider_took_away_or_requires_counts_from_that_version_on() {
    let tier = ArgumentFacts {
        is_required: true,
        required_since: Some(ProviderVersion::new(4, 0, 0)),
        ..fact(ValueType::String)
    };
    let resource =
        "resource \"google_known\" \"y\" {\n  name = \"n\"\n  gone = true\n  settings {\n    gone {}\n  }\n}\n";
    let faults = ["Missing required argument", "Unsupported argument", "Unsupported block type"];
    let versions = |text: &str| format!("terraform {{\n  required_providers {{\n    google = {text}\n  }}\n}}\n");
    let child = "terraform {\n  required_providers {\n    google = {\n      source = \"hashicorp/google\"\n      version = \"< 4\"\n    }\n  }\n}\n";
    let lock = |version: &str| {
        format!("provider \"registry.terraform.io/hashicorp/google\" {{\n  version = \"{version}\"\n}}\n")
    };
    for (files, is_older) in [
        (vec![("versions.tf", String::new())], false),
        (vec![("versions.tf", versions("\"~> 3.57.0\""))], true),
        (
            vec![(
                "versions.tf",
                versions("{\n      source = \"hashicorp/google\"\n      version = \">= 3.0, < 4.0\"\n    }"),
            )],
            true,
        ),
        (vec![("versions.tf", versions("{ version = \">= 3.0\" }"))], false),
        (vec![("versions.tf", "provider \"google\" {\n  version = \"~> 3.0\"\n}\n".to_owned())], true),
        (
            vec![
                ("versions.tf", "module \"m\" {\n  source = \"./m\"\n}\n".to_owned()),
                ("m/main.tf", child.to_owned()),
            ],
            true,
        ),
        (vec![("versions.tf", versions("\">= 3.0\"")), (".terraform.lock.hcl", lock("3.83.0"))], true),
        (vec![("versions.tf", versions("\">= 3.0\"")), (".terraform.lock.hcl", lock("4.0.0"))], false),
    ] {
        let mut all: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        all.push(("main.tf", resource));
        let evaluated = root(&all).known().with_argument("tier", tier.clone()).evaluate();
        let summaries: Vec<&str> =
            evaluated.configuration.diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect();
        let expected: &[&str] = if is_older { &[] } else { &faults };
        assert_eq!(summaries, expected, "{files:?}");
    }
}
