//! Places across blocks, modules and files.

use super::super::super::tests::{Root, main_tf, root};
use super::texts_of;

#[test]
fn values_of_variables_are_followed_out_of_modules() {
    let world = root(&[
        (
            "main.tf",
            "variable \"range\" {}\nmodule \"net\" {\n  source = \"./net\"\n  subnets = {\n    a = { cidr = var.range }\n    b = { cidr = \"10.2.0.0/28\" }\n  }\n}\n",
        ),
        ("terraform.tfvars", "# ranges\nrange = \"10.1.0.0/28\"\n"),
        (
            "net/main.tf",
            "variable \"subnets\" {}\nmodule \"one\" {\n  for_each = var.subnets\n  source = \"./one\"\n  cidr = each.value.cidr\n  name = \"n-${each.key}\"\n}\n",
        ),
        (
            "net/one/main.tf",
            "variable \"cidr\" {}\nvariable \"name\" {}\nvariable \"size\" {\n  default = 3\n}\nresource \"google_x\" \"y\" {\n  cidr = var.cidr\n  name = var.name\n  size = var.size\n}\n",
        ),
    ]);
    let evaluated = world.evaluate();
    let places =
        |key: &str, at: &str| world.places(&evaluated, &format!("module.net.module.one[\"{key}\"].google_x.y"), at);
    assert_eq!(places("a", "cidr"), ["terraform.tfvars:2", "main.tf:5", "net/main.tf:5", "net/one/main.tf:7"]);
    assert_eq!(places("b", "cidr"), ["main.tf:6", "net/main.tf:5", "net/one/main.tf:7"]);
    assert_eq!(places("b", "name"), ["main.tf:6", "net/main.tf:6", "net/one/main.tf:8"]);
    assert_eq!(places("b", "size"), ["net/one/main.tf:4", "net/one/main.tf:9"]);
    assert!(evaluated.configuration.sources.contains_key("terraform.tfvars"));
}

#[test]
fn types_of_variables_are_followed_to_their_defaults() {
    let child = "variable \"config\" {\n  type = object({\n    tier = optional(string, \"small\")\n    disk = optional(object({\n      size = optional(number, 10)\n      kind = string\n    }), { kind = \"ssd\" })\n    zones = set(string)\n  })\n}\nvariable \"rules\" {\n  type = set(object({ port = number, name = optional(string, \"n\") }))\n}\nvariable \"none\" {\n  default  = \"d\"\n  nullable = false\n}\nresource \"google_x\" \"y\" {\n  tier = var.config.tier\n  size = var.config.disk.size\n  kind = var.config.disk.kind\n  zone = tolist(var.config.zones)[0]\n  none = var.none\n  dynamic \"rule\" {\n    for_each = var.rules\n    content {\n      port = rule.value.port\n      name = rule.value.name\n    }\n  }\n}\n";
    let call = |config: &str| {
        let text = format!(
            "module \"a\" {{\n  source = \"./child\"\n  config = {config}\n  none = null\n  rules = [\n    {{ port = 2, name = \"x\" }},\n    {{ port = \"1\" }},\n  ]\n}}\n"
        );
        root(&[("main.tf", &text), ("child/main.tf", child)])
    };
    let outermost = |world: &Root, at: &str| {
        let evaluated = world.evaluate();
        assert_eq!(evaluated.lines(), [""; 0]);
        world.places(&evaluated, "module.a.google_x.y", at).remove(0)
    };
    let given = call("{\n    tier = \"big\"\n    disk = { kind = \"hdd\" }\n    zones = [\"b\", \"a\"]\n  }");
    assert_eq!(outermost(&given, "tier"), "main.tf:4");
    assert_eq!(outermost(&given, "kind"), "main.tf:5");
    assert_eq!(outermost(&given, "size"), "child/main.tf:5", "a gap in what is given");
    assert_eq!(outermost(&given, "zone"), "main.tf:6");
    assert_eq!(outermost(&given, "none"), "child/main.tf:15", "null is no value here");
    let rules = given.evaluate().argument("module.a.google_x.y", "rule");
    assert_eq!(rules, "[{name=n, port=1}, {name=x, port=2}]", "the set puts the second first");
    assert_eq!(outermost(&given, "rule[0].port"), "main.tf:11");
    assert_eq!(outermost(&given, "rule[0].name"), "child/main.tf:12");
    assert_eq!(outermost(&given, "rule[1].name"), "main.tf:10");
    let absent = call("{ zones = [\"c\"] }");
    assert_eq!(outermost(&absent, "tier"), "child/main.tf:3");
    assert_eq!(outermost(&absent, "kind"), "child/main.tf:7");
    assert_eq!(outermost(&absent, "size"), "child/main.tf:5", "a gap in the default of a gap");
    let null = call("{ zones = [\"c\"], tier = null }");
    assert_eq!(outermost(&null, "tier"), "child/main.tf:3");
}

#[test]
fn instances_of_resources_are_followed() {
    let text = "locals {\n  names = [\"n0\", \"n1\"]\n  rules = {\n    ssh = { ports = [22] }\n    web = { ports = [80, 443] }\n  }\n}\nresource \"google_x\" \"counted\" {\n  count = 2\n  name  = local.names[count.index]\n  index = count.index\n}\nresource \"google_x\" \"set\" {\n  for_each = toset(local.names)\n  name     = each.value\n  key      = each.key\n}\nresource \"google_x\" \"map\" {\n  for_each = local.rules\n  name     = each.key\n  first    = each.value.ports[0]\n  dynamic \"allow\" {\n    for_each = each.value.ports\n    iterator = it\n    content {\n      port = it.value\n      at   = it.key\n    }\n  }\n}\nresource \"google_x\" \"user\" {\n  name = google_x.set[\"n1\"].name\n  port = google_x.map[\"web\"].allow[1].port\n  made = google_x.set[\"n1\"].id\n}\n";
    let world = main_tf(text);
    let evaluated = world.evaluate();
    let places = |address: &str, at: &str| world.places(&evaluated, address, at);
    assert_eq!(places("google_x.counted[1]", "name"), ["main.tf:2", "main.tf:10"]);
    assert_eq!(places("google_x.counted[1]", "index"), ["main.tf:11"]);
    assert_eq!(texts_of(&world, "google_x.set[\"n1\"]", "name"), ["\"n1\"", "name     = each.value"]);
    assert_eq!(texts_of(&world, "google_x.set[\"n1\"]", "key"), ["\"n1\"", "key      = each.key"]);
    assert_eq!(texts_of(&world, "google_x.map[\"web\"]", "name"), ["web", "name     = each.key"]);
    assert_eq!(places("google_x.map[\"web\"]", "first"), ["main.tf:5", "main.tf:21"]);
    assert_eq!(texts_of(&world, "google_x.map[\"web\"]", "allow[1].port"), ["443", "port = it.value"]);
    assert_eq!(places("google_x.map[\"web\"]", "allow[1].at"), ["main.tf:27"]);
    assert_eq!(places("google_x.user", "name"), ["main.tf:2", "main.tf:15", "main.tf:32"]);
    assert_eq!(places("google_x.user", "port"), ["main.tf:5", "main.tf:26", "main.tf:33"]);
    assert_eq!(places("google_x.user", "made"), ["main.tf:34"], "what is computed has no place");
    let chain = world.chain(&evaluated, "google_x.user", "name");
    assert_eq!(chain.borrowed, 2, "the first two are another resource's");
    assert_eq!(chain.setting().map(ToString::to_string).as_deref(), Some("main.tf:32"));
}

#[test]
fn outputs_are_followed_into_modules() {
    let world = root(&[
        (
            "main.tf",
            "module \"a\" {\n  source = \"./child\"\n  for_each = { k = \"v\" }\n  name = each.value\n}\nmodule \"b\" {\n  source = \"./child\"\n  name = \"w\"\n}\nresource \"google_x\" \"y\" {\n  a = module.a[\"k\"].name\n  b = module.b.all.name\n  c = module.b.secret\n  d = [for m in module.a : m.name][0]\n}\n",
        ),
        (
            "child/main.tf",
            "variable \"name\" {}\noutput \"name\" {\n  value = var.name\n}\noutput \"all\" {\n  value = {\n    name = var.name\n  }\n}\noutput \"secret\" {\n  sensitive = true\n  value     = \"s\"\n}\n",
        ),
    ]);
    let evaluated = world.evaluate();
    let places = |at: &str| world.places(&evaluated, "google_x.y", at);
    assert_eq!(places("a"), ["main.tf:3", "main.tf:4", "child/main.tf:3", "main.tf:11"]);
    assert_eq!(places("b"), ["main.tf:8", "child/main.tf:7", "main.tf:12"]);
    assert_eq!(places("c"), ["child/main.tf:10", "main.tf:13"], "the header, not the value");
    assert_eq!(places("d"), ["main.tf:3", "main.tf:4", "child/main.tf:3", "main.tf:14"]);
}

#[test]
fn what_is_given_outside_of_files_starts_where_it_is_used() {
    let text = "variable \"a\" {\n  default = \"d\"\n}\nvariable \"b\" {}\nresource \"google_x\" \"y\" {\n  a = var.a\n  b = var.b\n}\n";
    let world = main_tf(text).var("a", "x").environment("TF_VAR_b", "y");
    let evaluated = world.evaluate();
    assert_eq!(world.places(&evaluated, "google_x.y", "a"), ["main.tf:6"]);
    assert_eq!(world.places(&evaluated, "google_x.y", "b"), ["main.tf:7"]);
}

#[test]
fn members_in_variables_files_are_followed() {
    let world = root(&[
        (
            "main.tf",
            "variable \"db\" {\n  type = object({ tier = string, flags = map(string) })\n}\nvariable \"sizes\" {}\nresource \"google_x\" \"y\" {\n  tier = var.db.tier\n  flag = var.db.flags[\"max\"]\n  size = var.sizes.b\n}\n",
        ),
        ("terraform.tfvars", "db = {\n  tier = \"t\"\n  flags = {\n    min = 1\n    max = 2\n  }\n}\n"),
        ("x.auto.tfvars.json", "{\n  \"sizes\": {\n    \"a\": 1,\n    \"b\": 2\n  }\n}\n"),
    ]);
    let evaluated = world.evaluate();
    let places = |at: &str| world.places(&evaluated, "google_x.y", at);
    assert_eq!(places("tier"), ["terraform.tfvars:2", "main.tf:6"]);
    assert_eq!(places("flag"), ["terraform.tfvars:5", "main.tf:7"]);
    assert_eq!(places("size"), ["x.auto.tfvars.json:4", "main.tf:8"]);
    assert_eq!(texts_of(&world, "google_x.y", "size")[0], "\"b\": 2");
}

#[test]
fn json_syntax_is_followed() {
    let json = r#"{
  "locals": {"sizes": {
    "a": 1,
    "b": 2
  }},
  "resource": {"google_known": {"y": {
    "name": "n",
    "size": "${local.sizes.b}",
    "settings": {"tier": "${local.sizes[\"a\"]}"},
    "dynamic": {"rule": {"for_each": "${local.sizes}", "content": {"port": "${rule.value}"}}}
  }}}
}"#;
    let world = root(&[("main.tf.json", json)]).known();
    let evaluated = world.evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let places = |at: &str| world.places(&evaluated, "google_known.y", at);
    assert_eq!(places("name"), ["main.tf.json:7"]);
    assert_eq!(places("size"), ["main.tf.json:4", "main.tf.json:8"]);
    assert_eq!(places("settings[0].tier"), ["main.tf.json:3", "main.tf.json:9"]);
    assert_eq!(places("rule[1].port"), ["main.tf.json:4", "main.tf.json:10"]);
}

#[test]
fn an_expect_block_is_followed() {
    let world = root(&[
        ("main.tf", "locals {\n  size = 5\n}\n"),
        ("trueup.hcl", "expect \"google_known\" \"n\" {\n  size = local.size\n}\n"),
    ])
    .known();
    let evaluated = world.evaluate();
    assert_eq!(world.places(&evaluated, "google_known.n", "size"), ["main.tf:2", "trueup.hcl:2"]);
}

#[test]
fn blocks_lead_to_their_arguments() {
    let text = "locals {\n  port = 5\n}\nresource \"google_x\" \"y\" {\n  rule {\n    port = 1\n  }\n  dynamic \"rule\" {\n    for_each = [2, 3]\n    content {\n      port = rule.value\n    }\n  }\n  rule {\n    port = local.port\n  }\n  listed = [{ port = 7 }]\n}\n";
    let world = main_tf(text);
    let texts = |at: &str| texts_of(&world, "google_x.y", at);
    assert_eq!(texts("rule[0].port"), ["port = 1"]);
    assert_eq!(texts("rule[1].port"), ["2", "port = rule.value"]);
    assert_eq!(texts("rule[2].port"), ["3", "port = rule.value"]);
    assert_eq!(texts("rule[3].port"), ["port = 5", "port = local.port"]);
    assert_eq!(texts("rule[1].absent"), ["dynamic \"rule\""], "the block stands for what it does not give");
    assert_eq!(texts("listed[0].port"), ["port = 7"]);
}
