//! What the language refuses about blocks by themselves. Wording and places are those of Terraform 1.11.

use super::{main_tf, root};

/// The diagnostics of one file.
fn lines(text: &str) -> Vec<String> {
    main_tf(text).evaluate().lines()
}

#[test]
fn blocks_and_arguments_that_do_not_exist_are_reported() {
    let text = "resuorce \"google_x\" \"y\" {}\nfoo = 1\nrequired_providers {}\nvariable \"v\" {\n  typ = string\n  odd = 1\n  validation {\n    condtion = true\n  }\n  type {}\n  bar {}\n}\noutput \"o\" {\n  vale = 1\n}\nterraform {\n  required_versio = \"1\"\n  backnd \"x\" {}\n}\nlocals {\n  x {}\n}\n";
    assert_eq!(
        lines(text),
        [
            "main.tf:1 Unsupported block type: Blocks of type \"resuorce\" are not expected here. Did you mean \"resource\"?",
            "main.tf:2 Unsupported argument: An argument named \"foo\" is not expected here.",
            "main.tf:3 Invalid required_providers block: A \"required_providers\" block must be nested inside a \"terraform\" block.",
            "main.tf:4 No value for required variable: The root module input variable \"v\" is not set, and has no default value. What depends on it is unknown. Use a --var or --var-file command line argument to provide a value for this variable.",
            "main.tf:5 Unsupported argument: An argument named \"typ\" is not expected here. Did you mean \"type\"?",
            "main.tf:6 Unsupported argument: An argument named \"odd\" is not expected here.",
            "main.tf:7 Missing required argument: The argument \"condition\" is required, but no definition was found.",
            "main.tf:7 Missing required argument: The argument \"error_message\" is required, but no definition was found.",
            "main.tf:8 Unsupported argument: An argument named \"condtion\" is not expected here. Did you mean \"condition\"?",
            "main.tf:10 Unsupported block type: Blocks of type \"type\" are not expected here. Did you mean to define argument \"type\"? If so, use the equals sign to assign it a value.",
            "main.tf:11 Unsupported block type: Blocks of type \"bar\" are not expected here.",
            "main.tf:13 Missing required argument: The argument \"value\" is required, but no definition was found.",
            "main.tf:14 Unsupported argument: An argument named \"vale\" is not expected here. Did you mean \"value\"?",
            "main.tf:17 Unsupported argument: An argument named \"required_versio\" is not expected here. Did you mean \"required_version\"?",
            "main.tf:18 Unsupported block type: Blocks of type \"backnd\" are not expected here. Did you mean \"backend\"?",
            "main.tf:21 Unexpected \"x\" block: Blocks are not allowed here.",
        ]
    );
}

#[test]
fn a_kind_of_block_that_nobody_knows_is_left_out_with_a_warning() {
    let evaluated = main_tf("invention \"x\" {\n  a = b.c\n}\nresource \"google_x\" \"y\" {}\n").evaluate();
    assert_eq!(evaluated.configuration.diagnostics[0].severity, crate::model::Severity::Warning);
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:1 Unsupported block type: Blocks of type \"invention\" are not expected here. It may belong to a newer version of Terraform; it is left out."
        ]
    );
    assert_eq!(evaluated.addresses(), ["google_x.y"]);
}

#[test]
fn labels_are_counted() {
    let text = "variable {}\nvariable \"a\" \"b\" {}\nlocals \"x\" {}\nresource \"a\" {}\n";
    assert_eq!(
        lines(text),
        [
            "main.tf:1 Missing name for variable: All variable blocks must have 1 labels (name).",
            "main.tf:2 Extraneous label for variable: Only 1 labels (name) are expected for variable blocks.",
            "main.tf:3 Extraneous label for locals: No labels are expected for locals blocks.",
            "main.tf:4 Missing name for resource: All resource blocks must have 2 labels (type, name).",
        ]
    );
}

#[test]
fn names_must_be_names_and_not_reserved() {
    let text = "resource \"google_x\" \"1\" {}\nresource \"1x\" \"y\" {}\nvariable \"source\" { default = 1 }\nvariable \"lifecycle\" { default = 1 }\nvariable \"a b\" { default = 1 }\noutput \"1\" { value = 1 }\nprovider \"Google\" {}\nprovider \"google\" {\n  alias = \"1\"\n}\nvariable \"ok-1\" { default = 1 }\nlocals {\n  grün = 1\n}\n";
    let summaries: Vec<String> =
        lines(text).iter().map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(
        summaries,
        [
            "main.tf:1 Invalid resource name",
            "main.tf:2 Invalid resource type name",
            "main.tf:3 Invalid variable name",
            "main.tf:4 Invalid variable name",
            "main.tf:5 Invalid variable name",
            "main.tf:6 Invalid output name",
            "main.tf:7 Invalid provider local name",
            "main.tf:9 Invalid provider configuration alias",
        ]
    );
}

#[test]
fn what_may_stand_once_is_reported_the_second_time() {
    let text = "resource \"google_x\" \"y\" {\n  lifecycle {}\n  lifecycle {}\n  connection {}\n  connection {}\n  locals {}\n  count = 1\n  for_each = {}\n}\ndata \"google_x\" \"d\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\nterraform {\n  backend \"local\" {}\n  cloud {}\n}\nephemeral \"google_x\" \"e\" {}\nephemeral \"google_x\" \"e\" {}\n";
    let found: Vec<String> = lines(text);
    let summaries: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        summaries,
        [
            "main.tf:3 Duplicate lifecycle block",
            "main.tf:5 Duplicate connection block",
            "main.tf:6 Reserved block type name in resource block",
            "main.tf:8 Invalid combination of \"count\" and \"for_each\"",
            "main.tf:12 Invalid data resource lifecycle argument",
            "main.tf:16 Both a backend and cloud configuration are present",
            "main.tf:17 Both a backend and cloud configuration are present",
            "main.tf:19 Duplicate ephemeral \"google_x\" configuration",
            "main.tf:20 Duplicate ephemeral \"google_x\" configuration",
        ],
        "{found:#?}"
    );
}

#[test]
fn arguments_and_blocks_of_newer_versions_are_known() {
    let text = "terraform {\n  required_version = \">= 1.9\"\n  experiments = []\n  required_providers {\n    google = \">= 6\"\n  }\n  provider_meta \"google\" {\n    module_name = \"x\"\n  }\n  encryption {\n    any \"thing\" {}\n  }\n}\nvariable \"v\" {\n  description = \"d\"\n  type = string\n  default = \"x\"\n  sensitive = true\n  nullable = false\n  ephemeral = true\n  deprecated = \"use w\"\n}\nvariable \"c\" {\n  default = 1\n  const = true\n}\noutput \"o\" {\n  description = \"d\"\n  value = 1\n  sensitive = false\n  depends_on = []\n  deprecated = \"x\"\n}\nephemeral \"google_x\" \"e\" {\n  anything = 1\n  lifecycle {}\n}\naction \"google_x\" \"a\" {\n  config {\n    anything = 1\n  }\n}\nlanguage {}\nresource \"google_x\" \"y\" {\n  lifecycle {\n    create_before_destroy = true\n    prevent_destroy = true\n    ignore_changes = all\n    replace_triggered_by = []\n    enabled = true\n    action_trigger {\n      events = [after_create]\n      actions = [action.google_x.a]\n    }\n  }\n}\n";
    assert_eq!(lines(text), [""; 0]);
}

#[test]
fn json_properties_that_mean_nothing_are_reported() {
    let json = "{\n\"resorce\": {},\n\"foo\": 1,\n\"variable\": {\"v\": {\n\"typ\": \"string\", \"default\": 1}},\n\"locals\": {\"//\": \"why\", \"dynamic\": {\"x\": 1}, \"d\": \"${local.dynamic.x}\"}}";
    assert_eq!(
        root(&[("main.tf.json", json)]).evaluate().lines(),
        [
            "main.tf.json:2 Extraneous JSON object property: No argument or block type is named \"resorce\". Did you mean \"resource\"?",
            "main.tf.json:3 Extraneous JSON object property: No argument or block type is named \"foo\".",
            "main.tf.json:5 Extraneous JSON object property: No argument or block type is named \"typ\". Did you mean \"type\"?",
        ]
    );
}

#[test]
fn an_escape_block_gives_arguments() {
    let text = "resource \"google_known\" \"y\" {\n  _ {\n    name = \"n\"\n  }\n}\n";
    let evaluated = main_tf(text).known().evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_known.y", "name"), "n");
}
