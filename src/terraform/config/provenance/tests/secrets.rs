//! Places of what is sensitive.

use super::super::super::tests::root;
use super::texts_of;

#[test]
fn where_a_secret_stands_is_not_named() {
    let root_tf = r#"
variable "secret" {
  type      = object({ key = optional(string, "hunter2"), list = list(string), name = string })
  sensitive = true
}
variable "plain" {
  default = "hunter2"
}
locals {
  hidden = sensitive("hunter2")
  keys   = { a = "x", hunter2 = "y" }
  public = ["p0", "p1"]
}
module "a" {
  source = "./child"
  secret = var.plain
}
resource "google_x" "y" {
EXPRESSIONS
  dynamic "rule" {
    for_each = var.secret.list
    content {
      port = rule.value
    }
  }
}
"#;
    let expressions = [
        "var.secret.key",
        "var.secret.name",
        "var.secret.list[0]",
        "var.secret[\"list\"][1]",
        "\"${var.secret.name}-x\"",
        "[for s in var.secret.list : s][0]",
        "{ for i, s in var.secret.list : i => s }[\"0\"]",
        "try(var.secret.none, var.secret.name)",
        "coalesce(var.secret.key, \"x\")",
        "merge({ a = \"x\" }, { a = var.secret.name }).a",
        "merge({ a = \"x\" }, var.secret).name",
        "element(var.secret.list, 0)",
        "tostring(var.secret.key)",
        "nonsensitive(var.secret.key)",
        "local.hidden",
        "nonsensitive(local.hidden)",
        "sensitive(\"hunter2\")",
        "module.a.secret",
        "module.a.given",
        "local.keys[var.secret.name]",
        "var.secret.name == \"hunter2\" ? local.public[0] : local.public[1]",
        "lookup(local.keys, var.secret.name, local.public[0])",
        "local.public[length(var.secret.name) == 7 ? 1 : 0]",
        "[for p in local.public : p if p != var.secret.name][0]",
    ];
    let arguments: Vec<String> =
        expressions.iter().enumerate().map(|(index, expression)| format!("  v{index} = {expression}")).collect();
    let world = root(&[
        ("main.tf", &root_tf.replace("EXPRESSIONS", &arguments.join("\n"))),
        ("terraform.tfvars", "secret = {\n  list = [\"hunter2\", \"hunter2\"]\n  name = \"hunter2\"\n}\n"),
        (
            "child/main.tf",
            "variable \"secret\" {\n  sensitive = true\n}\noutput \"secret\" {\n  value = \"hunter2\"\n  sensitive = true\n}\noutput \"given\" {\n  value = var.secret\n  sensitive = true\n}\n",
        ),
    ]);
    for at in (0..expressions.len()).map(|index| format!("v{index}")).chain(["rule[0].port".to_owned()]) {
        let texts = texts_of(&world, "google_x.y", &at);
        let secret = texts.iter().find(|text| text.contains("hunter2") && !text.starts_with("v20 ="));
        assert_eq!(secret, None, "{at}: {texts:?}");
        let is_decided = texts.iter().any(|text| text.starts_with("\"p") || text.contains("\"y\""));
        assert!(!is_decided, "{at}: which way a secret chose is not told: {texts:?}");
    }
    assert_eq!(texts_of(&world, "google_x.y", "v0")[0], "variable \"secret\"");
}
