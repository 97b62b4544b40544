//! Places, form by form.

mod editing;

use super::super::tests::{Root, main_tf, path, root};
use crate::model::{Origin, Provenance as _};

/// The text at each place of the chain of an argument `value` (or a path below it) of `google_x.y`, outermost first.
fn texts_of(world: &Root, address: &str, at: &str) -> Vec<String> {
    let evaluated = world.evaluate();
    assert_eq!(evaluated.lines(), [""; 0], "{:?}", evaluated.configuration.sources);
    let sources = &evaluated.configuration.sources;
    let chain = world.chain(&evaluated, address, at);
    let places = chain.places.iter();
    places.map(|place| sources[&place.filename][place.start.byte..place.end.byte].to_owned()).collect()
}

/// The chain of `value` where `google_x.y` says `value = EXPRESSION` below these declarations.
fn of(declarations: &str, expression: &str) -> Vec<String> {
    let text = format!("{declarations}\nresource \"google_x\" \"y\" {{\n  value = {expression}\n}}\n");
    texts_of(&main_tf(&text), "google_x.y", "value")
}

/// What sets `value`, where a chain is longer than the argument itself, else `(here)`.
fn set_by(declarations: &str, expression: &str) -> String {
    let chain = of(declarations, expression);
    match chain.as_slice() {
        [only] if *only == format!("value = {expression}") => "(here)".to_owned(),
        [first, ..] => first.clone(),
        [] => panic!("a chain is never empty"),
    }
}

const LOCALS: &str = r#"locals {
  yes    = true
  one    = 1
  name   = "b"
  plain  = "text"
  list   = ["e0", "e1", "e2"]
  other  = ["f0"]
  empty  = ""
  nothing = null
  nested = [["n0"], ["n1", "n2"]]
  map    = { a = "ma", b = "mb" }
  more   = { b = "rb" }
  deep   = { b = { c = "dc", d = ["dd0", "dd1"] } }
  items  = [{ name = "a", cidr = "ca" }, { name = "b", cidr = "cb" }]
}"#;

#[test]
fn a_value_is_followed_to_the_literal_that_sets_it() {
    let cases = [
        ("\"x\"", "(here)"),
        ("local.plain", "plain  = \"text\""),
        ("(local.plain)", "plain  = \"text\""),
        ("\"${local.plain}\"", "plain  = \"text\""),
        ("local.list", "list   = [\"e0\", \"e1\", \"e2\"]"),
        ("local.list[1]", "\"e1\""),
        ("local.list[local.one]", "\"e1\""),
        ("local.list.1", "\"e1\""),
        ("local.map.b", "b = \"mb\""),
        ("local.map[\"b\"]", "b = \"mb\""),
        ("local.map[local.name]", "b = \"mb\""),
        ("local.deep.b.c", "c = \"dc\""),
        ("local.deep[local.name].d[1]", "\"dd1\""),
        ("{ p = { q = local.plain } }.p.q", "plain  = \"text\""),
        ("[local.plain][0]", "plain  = \"text\""),
        ("[local.plain]", "plain  = \"text\""),
        ("(local.items[*].cidr)[1]", "cidr = \"cb\""),
        ("(local.nested[*][0])[1]", "\"n1\""),
        ("local.items.*.cidr[0]", "cidr = \"ca\""),
        ("(local.plain[*])[0]", "plain  = \"text\""),
    ];
    for (expression, place) in cases {
        assert_eq!(set_by(LOCALS, expression), place, "{expression}");
    }
}

#[test]
fn the_chosen_way_is_followed() {
    let cases = [
        ("local.yes ? local.plain : local.name", "plain  = \"text\""),
        ("!local.yes ? local.plain : local.name", "name   = \"b\""),
        ("local.one == 1 ? \"x\" : local.name", "(here)"),
        ("try(local.map.c, local.map.b)", "b = \"mb\""),
        ("coalesce(local.empty, local.nothing, local.plain)", "plain  = \"text\""),
        ("coalescelist([], local.other)[0]", "\"f0\""),
        ("coalesce(local.list...)", "\"e0\""),
        ("lookup(local.map, \"b\", local.plain)", "b = \"mb\""),
        ("lookup(local.map, \"c\", local.plain)", "plain  = \"text\""),
        ("merge(local.map, local.more).b", "b = \"rb\""),
        ("merge(local.map, local.more).a", "a = \"ma\""),
        ("merge([local.map, local.more]...).b", "b = \"rb\""),
        ("merge(local.map, { b = local.plain }).b", "plain  = \"text\""),
    ];
    for (expression, place) in cases {
        assert_eq!(set_by(LOCALS, expression), place, "{expression}");
    }
}

#[test]
fn functions_that_hand_a_value_on_are_followed() {
    let cases = [
        ("tostring(local.one)", "one    = 1"),
        ("tonumber(tostring(local.one))", "one    = 1"),
        ("tobool(local.yes)", "yes    = true"),
        ("core::tostring(local.one)", "one    = 1"),
        ("toset(local.list)", "list   = [\"e0\", \"e1\", \"e2\"]"),
        ("tolist(toset(local.list))[2]", "\"e2\""),
        ("sort(reverse(local.list))[0]", "\"e0\""),
        ("reverse(local.list)[0]", "\"e2\""),
        ("slice(local.list, 1, 3)[1]", "\"e2\""),
        ("distinct(concat(local.list, local.other))[3]", "\"f0\""),
        ("compact([\"\", local.plain])[0]", "plain  = \"text\""),
        ("tolist(setunion(local.list, local.other))[3]", "\"f0\""),
        ("concat(local.list, local.other)[3]", "\"f0\""),
        ("concat(local.nested...)[2]", "\"n2\""),
        ("flatten(local.nested)[1]", "\"n1\""),
        ("flatten([local.list, [local.nested]])[4]", "\"n1\""),
        ("element(local.list, 4)", "\"e1\""),
        ("one(local.other)", "\"f0\""),
        ("values(local.map)[1]", "b = \"mb\""),
        ("keys(local.map)[1]", "b"),
        ("zipmap(keys(local.map), values(local.map)).b", "b = \"mb\""),
        ("zipmap([\"p\", \"q\"], [local.one, local.plain]).q", "plain  = \"text\""),
        ("nonsensitive(local.plain)", "plain  = \"text\""),
        ("format(\"%s-x\", local.plain)", "plain  = \"text\""),
    ];
    for (expression, place) in cases {
        assert_eq!(set_by(LOCALS, expression), place, "{expression}");
    }
}

#[test]
fn what_makes_a_value_of_its_own_ends_the_way() {
    let expressions = [
        "upper(local.plain)",
        "trimspace(local.plain)",
        "local.one + 1",
        "-local.one",
        "\"${local.plain}-${local.name}\"",
        "format(\"%s%s\", local.plain, local.name)",
        "join(\",\", local.list)",
        "[local.plain, local.name]",
        "{ a = local.plain }",
        "[for e in local.list : e]",
        "local.list[*]",
        "length(local.list)",
        "merge(local.map, local.more)",
        "jsondecode(\"{\\\"a\\\":1}\")",
    ];
    for expression in expressions {
        assert_eq!(set_by(LOCALS, expression), "(here)", "{expression}");
    }
}

#[test]
fn a_template_follows_its_one_part_that_comes_from_elsewhere() {
    assert_eq!(set_by(LOCALS, "\"${local.plain}-x\""), "plain  = \"text\"");
    assert_eq!(set_by(LOCALS, "\"x-${local.plain}-${1 + 1}-${terraform.workspace}\""), "plain  = \"text\"");
    assert_eq!(set_by(LOCALS, "\"%{ if local.yes }${local.plain}%{ endif }\""), "(here)");
    assert_eq!(set_by(LOCALS, "<<EOT\n${local.plain}\nEOT\n"), "plain  = \"text\"");
}

#[test]
fn loops_are_followed_to_the_item() {
    let cases = [
        ("[for e in local.list : e][1]", "\"e1\""),
        ("[for i, e in local.list : e if i > 0][1]", "\"e2\""),
        ("[for e in local.list : \"${e}!\"][1]", "\"e1\""),
        ("{ for i in local.items : i.name => i.cidr }.b", "cidr = \"cb\""),
        ("{ for i in local.items : i.name => i }[local.name].cidr", "cidr = \"cb\""),
        ("{ for k, v in local.map : k => v }.b", "b = \"mb\""),
        ("{ for k, v in local.map : upper(k) => k }.B", "b"),
        ("{ for i in local.items : \"all\" => i.cidr... }.all[1]", "cidr = \"cb\""),
        ("keys({ for i in local.items : i.name => i.cidr })[1]", "name = \"b\""),
        ("{ for k, v in local.deep : k => { for n, w in v : n => w } }.b.c", "c = \"dc\""),
        ("[for i, e in local.list : { at = i, is = e }][1].is", "\"e1\""),
        ("flatten([for i in local.items : [for s in [\"x\"] : { n = i.name, c = i.cidr }]])[1].c", "cidr = \"cb\""),
        ("toset([for i in local.items : i.name])", "(here)"),
        ("[for e in toset(local.list) : e][1]", "\"e1\""),
    ];
    for (expression, place) in cases {
        assert_eq!(set_by(LOCALS, expression), place, "{expression}");
    }
    assert_eq!(
        of(LOCALS, "{ for i in local.items : i.name => { range = i.cidr } }.b.range"),
        ["cidr = \"cb\"", "range = i.cidr"],
        "where it is handed on is narrowed as well"
    );
}

#[test]
fn places_within_the_argument_itself_are_narrowed() {
    let text = "resource \"google_x\" \"y\" {\n  labels = {\n    a = \"1\"\n    (join(\"\", [\"b\"])) = \"2\"\n  }\n  tier = true ? \"p\" : \"q\"\n  zone = (true\n    ? \"r\"\n    : \"s\")\n  made = merge({ a = \"1\" }, jsondecode(\"{}\"))\n  odd = jsondecode(\"{\\\"a\\\":1}\")\n}\n";
    let world = main_tf(text);
    let texts = |at: &str| texts_of(&world, "google_x.y", at);
    assert_eq!(texts("labels[\"a\"]"), ["a = \"1\""]);
    assert_eq!(texts("labels[\"b\"]"), ["(join(\"\", [\"b\"])) = \"2\""]);
    assert_eq!(texts("tier"), ["tier = true ? \"p\" : \"q\""], "on one line the whole is shown");
    assert_eq!(texts("zone"), ["\"r\""]);
    assert_eq!(texts("made[\"a\"]"), ["a = \"1\""]);
    assert_eq!(texts("odd[\"a\"]"), ["odd"], "the name stands for what cannot be told apart");
    assert_eq!(texts("labels[\"c\"]"), ["labels"]);
}

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
fn a_key_given_twice_points_at_the_one_that_counts() {
    assert_eq!(set_by("locals {\n  m = { a = \"1\", a = \"2\" }\n}", "local.m.a"), "a = \"2\"");
    assert_eq!(set_by("locals {\n  m = {\n    \"a\" = \"1\"\n    \"a\" = \"2\"\n  }\n}", "local.m.a"), "\"a\" = \"2\"");
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

#[test]
fn a_cycle_ends() {
    let text = "locals {\n  a = local.b\n  b = [local.c][0]\n  c = local.a\n}\nresource \"google_x\" \"y\" {\n  value = local.a\n  own   = google_x.y.own\n}\n";
    let world = main_tf(text);
    let evaluated = world.evaluate();
    assert_eq!(world.places(&evaluated, "google_x.y", "value"), ["main.tf:4", "main.tf:3", "main.tf:2", "main.tf:7"]);
    assert_eq!(world.places(&evaluated, "google_x.y", "own"), ["main.tf:8"]);
}

#[test]
fn a_very_long_chain_keeps_its_ends() {
    let steps: String = (0..2_000).map(|index| format!("  l{index} = local.l{}\n", index + 1)).collect();
    let text =
        format!("locals {{\n{steps}  l2000 = \"end\"\n}}\nresource \"google_x\" \"y\" {{\n  value = local.l0\n}}\n");
    let world = main_tf(&text);
    let evaluated = world.evaluate();
    let places = world.places(&evaluated, "google_x.y", "value");
    assert!(places.len() <= 64, "{}", places.len());
    assert_eq!((places[0].as_str(), places[1].as_str()), ("main.tf:2002", "main.tf:2001"));
    assert_eq!(places[places.len() - 2..], ["main.tf:2", "main.tf:2005"]);
}

#[test]
fn resources_that_take_from_each_other_end() {
    let resources: String = (0..100)
        .map(|index| format!("resource \"google_x\" \"r{index}\" {{\n  name = google_x.r{}.name\n}}\n", index + 1))
        .collect();
    let world = main_tf(&format!("{resources}resource \"google_x\" \"r100\" {{\n  name = \"end\"\n}}\n"));
    let evaluated = world.evaluate();
    let chain = world.chain(&evaluated, "google_x.r0", "name");
    assert_eq!((chain.places.len(), chain.borrowed), (33, 32));
}

#[test]
fn without_work_left_the_argument_itself_is_named() {
    let world = main_tf("locals {\n  a = \"x\"\n}\nresource \"google_x\" \"y\" {\n  value = local.a\n}\n");
    let evaluated = world.evaluate();
    let tracer = evaluated.declarations.tracer(&world.recorded, &world.facts);
    let origin = Origin {
        range: evaluated.instance("google_x.y").arguments.ranges[&path("value")].clone(),
        path: path("value"),
    };
    let address = "google_x.y".parse().expect("an address");
    assert_eq!(tracer.chain(&address, &origin).places.len(), 2);
    tracer.left_of_all.set(1);
    assert_eq!(tracer.chain(&address, &origin).places, std::slice::from_ref(&origin.range));
    assert_eq!(tracer.left_of_all.get(), 0);
}

#[test]
fn asking_in_another_order_changes_nothing() {
    let text = "locals {\n  rules = { for n in [\"a\", \"b\", \"c\"] : n => { port = 1, name = n } }\n}\nresource \"google_x\" \"y\" {\n  for_each = local.rules\n  name     = each.value.name\n  port     = each.value.port\n}\n";
    let world = main_tf(text);
    let evaluated = world.evaluate();
    let asked: Vec<(String, &str)> = ["a", "b", "c"]
        .iter()
        .flat_map(|key| ["name", "port"].map(|at| (format!("google_x.y[\"{key}\"]"), at)))
        .collect();
    let alone: Vec<_> = asked.iter().map(|(address, at)| world.chain(&evaluated, address, at)).collect();
    let tracer = evaluated.declarations.tracer(&world.recorded, &world.facts);
    for (index, (address, at)) in asked.iter().enumerate().rev() {
        let range = evaluated.instance(address).arguments.ranges[&path(at)].clone();
        let origin = Origin { range, path: path(at) };
        assert_eq!(tracer.chain(&address.parse().expect("an address"), &origin), alone[index]);
    }
}
