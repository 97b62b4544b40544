//! Variables, locals and their order.

use std::fs;

use super::{VariableArgument, main_tf, root};

/// A root whose resource shows the value of an expression.
fn shown(declarations: &str, expression: &str) -> super::Root {
    main_tf(&format!("{declarations}\nresource \"google_x\" \"y\" {{\n  value = {expression}\n}}\n"))
}

fn value(world: &super::Root) -> String {
    world.evaluate().argument("google_x.y", "value")
}

#[test]
fn values_count_in_terraforms_order() {
    let declaration = "variable \"v\" { default = \"default\" }\nresource \"google_x\" \"y\" {\n  value = var.v\n}\n";
    let mut world = root(&[("main.tf", declaration)]);
    assert_eq!(value(&world), "default");
    world = world.environment("TF_VAR_v", "environment");
    assert_eq!(value(&world), "environment");
    for (file, text) in [
        ("terraform.tfvars", "v = \"tfvars\"\n"),
        ("terraform.tfvars.json", "{\"v\": \"tfvars json\"}"),
        ("a.auto.tfvars", "v = \"a auto\"\n"),
        ("b.auto.tfvars.json", "{\"v\": \"b auto\"}"),
        ("c.auto.tfvars", "v = \"c auto\"\n"),
    ] {
        fs::write(world.folder().join(file), text).expect("written");
        let expected = text.split('"').rev().nth(1).expect("quoted");
        assert_eq!(value(&world), expected, "{file}");
    }
    world = world.var("v", "command");
    assert_eq!(value(&world), "command");
    fs::write(world.folder().join("given.tfvars"), "v = \"file\"\n").expect("written");
    world.options.variables.push(VariableArgument::File(world.folder().join("given.tfvars")));
    assert_eq!(value(&world), "file");
    assert_eq!(value(&world.var("v", "last")), "last");
}

#[test]
fn text_is_taken_as_it_is_for_primitive_types_and_read_for_others() {
    assert_eq!(value(&shown("variable \"v\" { type = string }", "var.v").var("v", "[1]")), "[1]");
    assert_eq!(value(&shown("variable \"v\" {}", "var.v").var("v", "[1]")), "[1]");
    assert_eq!(value(&shown("variable \"v\" { type = number }", "var.v + 1").var("v", "2")), "3");
    assert_eq!(value(&shown("variable \"v\" { type = list(number) }", "var.v[0] + 1").var("v", "[2]")), "3");
}

#[test]
fn types_convert_and_optional_attributes_get_their_defaults() {
    let declaration = "variable \"v\" {\n  type = object({ a = string, b = optional(number, 5), c = optional(string) })\n  default = { a = 1 }\n}";
    assert_eq!(value(&shown(declaration, "var.v")), "{a=1, b=5, c=null}");
}

#[test]
fn a_value_of_the_wrong_type_is_reported_and_unknown() {
    let world = shown("variable \"v\" { type = number }", "var.v").var("v", "many");
    let evaluated = world.evaluate();
    assert_eq!(evaluated.argument("google_x.y", "value"), "unknown: the value given for variable \"v\" is not valid");
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:1 Invalid value for input variable: The given value is not suitable for var.v declared at main.tf:1,1-13: a number is required."
        ]
    );
}

#[test]
fn null_takes_the_default_where_the_variable_is_not_nullable() {
    let declaration = "variable \"v\" {\n  nullable = false\n  default = \"d\"\n}\n";
    let world = shown(declaration, "var.v");
    fs::write(world.folder().join("terraform.tfvars"), "v = null\n").expect("written");
    assert_eq!(value(&world), "d");
    let world = shown("variable \"v\" {\n  default = \"d\"\n}\n", "var.v");
    fs::write(world.folder().join("terraform.tfvars"), "v = null\n").expect("written");
    assert_eq!(value(&world), "null");
}

#[test]
fn a_variable_without_value_is_unknown_with_one_warning() {
    let world = shown("variable \"v\" {}\nlocals { a = var.v }", "\"${var.v}-${local.a}\"");
    let evaluated = world.evaluate();
    assert_eq!(evaluated.argument("google_x.y", "value"), "unknown: variable \"v\" has no value");
    assert_eq!(evaluated.configuration.diagnostics.len(), 1);
    assert_eq!(evaluated.configuration.diagnostics[0].severity, crate::model::Severity::Warning);
    assert!(evaluated.lines()[0].starts_with("main.tf:1 No value for required variable"));
}

#[test]
fn validation_is_checked_only_on_what_is_known() {
    let declaration = "variable \"v\" {\n  validation {\n    condition = var.v != \"bad\"\n    error_message = \"Not ${var.v}.\"\n  }\n}";
    let evaluated = shown(declaration, "var.v").var("v", "bad").evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:1 Invalid value for variable: Not bad.\n\nThis was checked by the validation rule at main.tf:2,3-13."
        ]
    );
    assert_eq!(shown(declaration, "var.v").var("v", "good").evaluate().lines(), [""; 0]);
    assert_eq!(shown(declaration, "var.v").evaluate().configuration.diagnostics.len(), 1, "no value, nothing more");
}

#[test]
fn sensitive_variables_mark_what_they_reach() {
    let world = shown("variable \"v\" {\n  sensitive = true\n  default = \"s\"\n}", "{ a = \"${var.v}x\", b = 1 }");
    let evaluated = world.evaluate();
    let sensitive: Vec<String> =
        evaluated.instance("google_x.y").arguments.sensitive.iter().map(ToString::to_string).collect();
    assert_eq!(sensitive, ["value.a"]);
}

#[test]
fn values_for_variables_that_are_not_declared_are_reported_as_terraform_does() {
    let world = shown("", "1").environment("TF_VAR_other", "x").var("missing", "1");
    fs::write(world.folder().join("terraform.tfvars"), "unknown = 1\n").expect("written");
    let evaluated = world.evaluate();
    assert_eq!(evaluated.lines().len(), 2, "{:?}", evaluated.lines());
    assert!(evaluated.lines()[0].starts_with("Value for undeclared variable: A variable named \"missing\""));
    assert!(evaluated.lines()[1].starts_with("terraform.tfvars:1 Value for undeclared variable"));
}

#[test]
fn path_and_workspace_are_known() {
    let mut world = shown("", "\"${path.module}|${path.root}|${terraform.workspace}\"");
    world.options.workspace = "staging".to_owned();
    assert_eq!(value(&world), ".|.|staging");
    assert!(value(&shown("", "path.cwd")).starts_with("unknown: path.cwd"));
}

#[test]
fn a_quoted_type_is_understood_and_refused() {
    let world = shown(
        "variable \"v\" {\n  type = \"map\"\n  default = { a = 1 }\n}\nvariable \"w\" {\n  type = \"list(string)\"\n  default = []\n}",
        "var.v.a",
    );
    let evaluated = world.evaluate();
    assert_eq!(evaluated.argument("google_x.y", "value"), "1");
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:2 Invalid quoted type constraints: Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now deprecated and will be removed in a future version of Terraform. Remove the quotes around \"map\" and write map(string) instead to explicitly indicate that the map elements are strings.",
            "main.tf:6 Invalid legacy variable type hint: To provide a full type expression, remove the surrounding quotes and give the type expression directly.",
        ]
    );
}

#[test]
fn constants_are_constants() {
    let world = shown(
        "variable \"a\" {\n  default = upper(\"x\")\n}\nvariable \"b\" {\n  default = local.x\n}\nvariable \"c\" {\n  default = 1\n  sensitive = \"yes\"\n  description = []\n}\nlocals {\n  x = 1\n}\noutput \"o\" {\n  value = 1\n  ephemeral = true\n}",
        "1",
    );
    fs::write(world.folder().join("terraform.tfvars"), "c = lower(\"X\")\nd {}\n").expect("written");
    let found = world.evaluate().lines();
    let summaries: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        summaries,
        [
            "main.tf:2 Function calls not allowed",
            "main.tf:5 Variables not allowed",
            "main.tf:9 Unsuitable value type",
            "main.tf:10 Unsuitable value type",
            "main.tf:15 Ephemeral output not allowed",
            "terraform.tfvars:1 Function calls not allowed",
            "terraform.tfvars:2 Unexpected \"d\" block",
        ],
        "{found:#?}"
    );
}

#[test]
fn null_is_refused_where_a_variable_takes_none() {
    let world = shown(
        "variable \"v\" {\n  nullable = false\n}\nvariable \"w\" {\n  nullable = false\n  default = null\n}\n",
        "var.v",
    );
    fs::write(world.folder().join("terraform.tfvars"), "v = null\n").expect("written");
    let evaluated = world.evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:6 Invalid default value for variable: A null default value is not valid when nullable=false.",
            "terraform.tfvars:1 Required variable not set: The given value is not suitable for var.v defined at main.tf:1,1-13: required variable may not be set to null.",
        ]
    );
    assert_eq!(evaluated.argument("google_x.y", "value"), "unknown: variable \"v\" is set to null");
}

#[test]
fn an_ephemeral_value_is_never_shown() {
    let declaration = "variable \"v\" {\n  ephemeral = true\n  default = \"s3cret\"\n}";
    let evaluated = shown(declaration, "[var.v]").evaluate();
    let sensitive = &evaluated.instance("google_x.y").arguments.sensitive;
    assert_eq!(sensitive.iter().map(ToString::to_string).collect::<Vec<_>>(), ["value[0]"]);
}

#[test]
fn an_output_of_the_root_says_where_it_is_sensitive() {
    let variable =
        "variable \"v\" {\n  sensitive = true\n  default = \"s3cret\"\n}\nlocals {\n  l = \"x-${var.v}\"\n}\n";
    let refused = |output: &str| {
        let found = main_tf(&format!("{variable}output \"o\" {{\n  {output}\n}}\n")).evaluate().lines();
        assert!(!found.concat().contains("s3cret"));
        found.iter().any(|line| line.starts_with("main.tf:8 Output refers to sensitive values"))
    };
    assert!(refused("value = var.v"));
    assert!(refused("value = [local.l]"));
    assert!(!refused("value = local.l\n  sensitive = true"));
    assert!(!refused("value = nonsensitive(local.l)"));
    assert!(!refused("value = length(google_x.y.list)\n}\nresource \"google_x\" \"y\" {\n  list = var.v"));
}
