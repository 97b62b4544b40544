//! Conditions, as a plan of Terraform 1.11 judges them.

use super::{main_tf, root};
use crate::model::Severity;

/// A resource with a condition of a kind.
fn with(kind: &str, condition: &str, message: &str) -> String {
    format!(
        "locals {{\n  five = 5\n}}\nvariable \"secret\" {{\n  default = \"s3cret\"\n  sensitive = true\n}}\nresource \"google_known\" \"y\" {{\n  name = \"n\"\n  lifecycle {{\n    {kind} {{\n      condition = {condition}\n      error_message = {message}\n    }}\n  }}\n}}\n"
    )
}

fn lines(text: &str) -> Vec<String> {
    main_tf(text).known().evaluate().lines()
}

#[test]
fn a_precondition_that_does_not_hold_is_an_error_with_its_message() {
    assert_eq!(lines(&with("precondition", "local.five == 5", "\"no\"")), [""; 0]);
    assert_eq!(
        lines(&with("precondition", "local.five == 4", "\"Five is ${local.five}.\\n\"")),
        ["main.tf:12 Resource precondition failed: Five is 5."]
    );
    assert_eq!(
        lines(&with("precondition", "\"${local.five == 4}\"", "\"A text that is false.\"")),
        ["main.tf:12 Resource precondition failed: A text that is false."]
    );
}

#[test]
fn a_postcondition_looks_at_itself_as_far_as_the_configuration_says() {
    assert_eq!(
        lines(&with("postcondition", "self.name == \"x\" && self.size == 10", "\"It is ${self.name}.\"")),
        ["main.tf:12 Resource postcondition failed: It is n."]
    );
    assert_eq!(lines(&with("postcondition", "self.self_link == \"x\"", "\"computed\"")), [""; 0]);
}

#[test]
fn a_sensitive_message_is_never_shown() {
    let found = lines(&with("precondition", "local.five == 4", "\"It is ${var.secret}.\""));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("main.tf:12 Resource precondition failed: This check failed, but has an invalid"));
    assert!(found[1].starts_with("main.tf:13 Error message refers to sensitive values"));
    assert!(!found.concat().contains("s3cret"));
    assert_eq!(
        lines(&with("precondition", "var.secret == \"x\"", "\"Wrong secret.\"")),
        ["main.tf:12 Resource precondition failed: Wrong secret."]
    );
}

#[test]
fn what_is_recorded_alone_fails_nothing() {
    let text = "resource \"random_id\" \"r\" {\n  byte_length = 4\n}\nresource \"google_x\" \"y\" {\n  lifecycle {\n    precondition {\n      condition = random_id.r.hex == \"ab\"\n      error_message = \"by record\"\n    }\n    precondition {\n      condition = random_id.r.byte_length == 8\n      error_message = \"by configuration\"\n    }\n    precondition {\n      condition = random_id.r.list[3] == 1\n      error_message = \"by record\"\n    }\n  }\n}\nmodule \"m\" {\n  source = \"./m\"\n  hex = random_id.r.hex\n}\n";
    let child = "variable \"hex\" {\n  validation {\n    condition = var.hex == \"ab\"\n    error_message = \"by record\"\n  }\n}\n";
    let world =
        root(&[("main.tf", text), ("m/main.tf", child)]).recorded("random_id.r", r#"{"hex": "cd", "list": [1]}"#);
    assert_eq!(world.evaluate().lines(), ["main.tf:11 Resource precondition failed: by configuration"]);
}

#[test]
fn a_condition_is_judged_for_each_instance() {
    let text = "resource \"google_x\" \"k\" {\n  for_each = { a = 1, b = 2, c = 3 }\n  value = each.value\n  lifecycle {\n    precondition {\n      condition = each.value < 2\n      error_message = \"${each.key} is too large.\"\n    }\n  }\n}\nresource \"google_x\" \"c\" {\n  count = 2\n  lifecycle {\n    postcondition {\n      condition = count.index == 0\n      error_message = \"Not ${count.index}.\"\n    }\n  }\n}\nresource \"google_x\" \"none\" {\n  count = 0\n  lifecycle {\n    precondition {\n      condition = path.root == \"\"\n      error_message = \"never\"\n    }\n  }\n}\n";
    assert_eq!(
        lines(text),
        [
            "main.tf:6 Resource precondition failed: b is too large.",
            "main.tf:6 Resource precondition failed: c is too large.",
            "main.tf:15 Resource postcondition failed: Not 1.",
        ]
    );
}

#[test]
fn after_a_failed_precondition_there_is_nothing_to_look_at() {
    let text = "locals {\n  no = false\n}\nresource \"google_x\" \"y\" {\n  lifecycle {\n    postcondition {\n      condition = local.no\n      error_message = \"post\"\n    }\n    precondition {\n      condition = local.no\n      error_message = \"pre\"\n    }\n  }\n}\n";
    assert_eq!(lines(text), ["main.tf:11 Resource precondition failed: pre"]);
}

#[test]
fn outputs_and_data_sources_have_conditions_too() {
    let text = "locals {\n  no = false\n}\noutput \"o\" {\n  value = 1\n  precondition {\n    condition = local.no\n    error_message = \"output\"\n  }\n}\ndata \"google_x\" \"d\" {\n  name = \"n\"\n  lifecycle {\n    postcondition {\n      condition = self.name == \"m\"\n      error_message = \"data\"\n    }\n    postcondition {\n      condition = self.id == \"m\"\n      error_message = \"unknown\"\n    }\n  }\n}\n";
    assert_eq!(
        lines(text),
        ["main.tf:7 Module output value precondition failed: output", "main.tf:15 Resource postcondition failed: data"]
    );
}

#[test]
fn a_check_block_warns_and_keeps_its_data_source_to_itself() {
    let text = "locals {\n  no = false\n}\ncheck \"c\" {\n  data \"google_x\" \"d\" {\n    name = \"n\"\n  }\n  assert {\n    condition = data.google_x.d.name == \"m\"\n    error_message = \"It is ${data.google_x.d.name}.\"\n  }\n  assert {\n    condition = data.google_x.d.id == \"m\"\n    error_message = \"unknown\"\n  }\n  assert {\n    condition = local.no ? true : null\n    error_message = \"null\"\n  }\n}\noutput \"o\" {\n  value = data.google_x.d.name\n}\n";
    let evaluated = main_tf(text).evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:9 Check block assertion failed: It is n.",
            "main.tf:17 Invalid condition result: Condition expression must return either true or false, not null.",
            "main.tf:22 Reference to scoped resource: The referenced data resource \"google_x\" \"d\" is not available from this context.",
        ]
    );
    assert_eq!(evaluated.configuration.diagnostics[0].severity, Severity::Warning);
}

#[test]
fn a_condition_that_is_none_is_refused() {
    let found = lines(
        "variable \"v\" {\n  default = 1\n  validation {\n    condition = true\n    error_message = \"m\"\n  }\n}\nresource \"google_x\" \"y\" {\n  lifecycle {\n    precondition {\n      condition = google_x.y.id == 1\n      error_message = [path.root]\n    }\n    precondition {\n      condition = [path.root]\n      error_message = \"m\"\n    }\n    precondition {\n      condition = path.root == \"\"\n      error_message = null\n    }\n  }\n}\n",
    );
    let summaries: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        summaries,
        [
            "main.tf:4 Invalid validation expression",
            "main.tf:4 Invalid variable validation condition",
            "main.tf:11 Invalid reference in precondition",
            "main.tf:15 Invalid condition result",
            "main.tf:20 Invalid error message",
        ],
        "{found:#?}"
    );
}

#[test]
fn a_validation_may_look_at_other_things() {
    let text = "variable \"low\" { default = 5 }\nvariable \"high\" {\n  default = 3\n  validation {\n    condition = var.high >= var.low && local.ok\n    error_message = \"${var.high} is less than ${var.low}.\"\n  }\n}\nlocals {\n  ok = true\n}\n";
    assert_eq!(
        lines(text),
        [
            "main.tf:2 Invalid value for variable: 3 is less than 5.\n\nThis was checked by the validation rule at main.tf:4,3-13."
        ]
    );
}

#[test]
fn conditions_in_json_syntax_are_judged() {
    let json = "{\"locals\": {\"no\": false},\n\"resource\": {\"google_x\": {\"y\": {\"lifecycle\": {\"precondition\": [\n{\"condition\": \"${local.no}\", \"error_message\": \"It is ${local.no}.\"}]}}}},\n\"check\": {\"c\": {\"assert\": {\n\"condition\": \"${local.no}\", \"error_message\": \"c\"}}}}";
    assert_eq!(
        root(&[("main.tf.json", json)]).evaluate().lines(),
        ["main.tf.json:3 Resource precondition failed: It is false.", "main.tf.json:5 Check block assertion failed: c"]
    );
}
