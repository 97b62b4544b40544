//! Places by the form of the expression.

use super::super::super::tests::main_tf;
use super::texts_of;

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
fn a_key_given_twice_points_at_the_one_that_counts() {
    assert_eq!(set_by("locals {\n  m = { a = \"1\", a = \"2\" }\n}", "local.m.a"), "a = \"2\"");
    assert_eq!(set_by("locals {\n  m = {\n    \"a\" = \"1\"\n    \"a\" = \"2\"\n  }\n}", "local.m.a"), "\"a\" = \"2\"");
}
