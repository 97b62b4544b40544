//! The law of unknowns: knowing less never gives another answer, only a vaguer one.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::test_scope::{TestScope, evaluate_text};
use super::{Kind, Type, Val};

/// Whether `vague` says nothing that `exact` contradicts: the same value, or unknown where `exact` has something.
pub(super) fn is_vaguer(vague: &Val, exact: &Val) -> bool {
    match (vague.kind(), exact.kind()) {
        (Kind::Unknown(..), _) => true,
        (Kind::List(_, a), Kind::List(_, b)) | (Kind::Tuple(a), Kind::Tuple(b) | Kind::List(_, b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_vaguer(a, b))
        }
        // Unknown elements of a set may turn out to be known ones.
        (Kind::Set(_, a), Kind::Set(_, b)) => {
            a.iter().filter(|a| a.is_wholly_known()).all(|a| b.contains(a)) && (b.len() <= a.len())
        }
        (Kind::Map(_, a), Kind::Map(_, b)) | (Kind::Object(a), Kind::Object(b) | Kind::Map(_, b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| is_vaguer(a, b))
        }
        (Kind::Null(_), Kind::Null(_)) => true,
        _ => vague.clone().unmark().0 == exact.clone().unmark().0,
    }
}

/// Expressions over `s` (string), `n` (number), `b` (bool), `l` (list of strings), `m` (map of strings), `o` (object).
const EXPRESSIONS: &[&str] = &[
    "s == \"a\"",
    "s != null",
    "n + 1 > 2 && b",
    "b || n < 3",
    "b ? s : \"z\"",
    "b ? l : [s]",
    "b ? {x = s} : {x = \"q\"}",
    "\"${s}-${n}\"",
    "\"%{ if b }${s}%{ else }no%{ endif }\"",
    "\"%{ for x in l }${x},%{ endfor }\"",
    "[for x in l : upper(x)]",
    "[for x in l : x if x != s]",
    "[for x in concat(l, [s]) : x if x != \"a\"]",
    "{ for i, x in l : x => i... }",
    "{ for k, v in m : v => k... }",
    "{ (s) = 1, b = n }",
    "l[0]",
    "m[\"k\"]",
    "m[s == \"\" ? \"k\" : \"k\"]",
    "o.a",
    "o[*].a",
    "l[*]",
    "[o, o][*].a",
    "try(o.a, \"d\")",
    "try(m[s], \"d\")",
    "try(l[n], \"d\")",
    "try(tonumber(s), 0)",
    "can(m[s])",
    "can(tonumber(s))",
    "can(l[n])",
    "try({ x = l[n] }, {})",
    "coalesce(s, \"d\")",
    "coalesce(null, s, \"d\")",
    "coalescelist(l, [\"d\"])",
    "compact([s, \"\", \"x\"])",
    "compact(l)",
    "concat(l, [s])",
    "contains(l, s)",
    "contains([\"a\", s], \"a\")",
    "contains([s], \"b\")",
    "distinct(concat(l, [s]))",
    "distinct([s, \"a\", \"a\"])",
    "element(l, n)",
    "element([s, \"x\"], n)",
    "flatten([l, [s], [[n]]])",
    "format(\"%s:%d\", s, n)",
    "formatlist(\"%s-%s\", s, l)",
    "formatlist(\"%s-%s\", [s, \"x\"], [\"q\", \"r\"])",
    "index(concat([\"zz\"], l), \"zz\")",
    "index([s, \"a\"], \"a\")",
    "join(s, l)",
    "join(\",\", [s, \"x\"])",
    "jsonencode({ a = s, l = l, o = o })",
    "jsondecode(jsonencode([s, n, b]))",
    "yamldecode(yamlencode({ a = n }))",
    "keys(m)",
    "keys({ (s) = 1 })",
    "keys(o)",
    "values(m)",
    "values(o)",
    "length(l)",
    "length(s)",
    "length([s, s])",
    "length(toset([s, \"a\"]))",
    "length(m)",
    "lookup(m, s, \"d\")",
    "lookup(m, \"k\", s)",
    "lookup(o, \"zz\", s)",
    "lookup(o, s, \"d\")",
    "max(n, 2)",
    "merge(m, { k = s })",
    "merge({ k = s }, m)",
    "merge(o, { z = n })",
    "one([s])",
    "one(toset([s]))",
    "range(n)",
    "replace(s, \"a\", \"b\")",
    "regexall(\"[a-z]\", s)",
    "reverse(l)",
    "reverse([s, n])",
    "setintersection(l, [s])",
    "setsubtract([\"a\", \"b\"], [s])",
    "setunion(l, [s])",
    "setproduct([\"x\"], [s])",
    "setproduct(l, [s, \"q\"])",
    "slice(concat(l, [s]), 0, 1)",
    "sort(concat(l, [s]))",
    "split(\",\", s)",
    "startswith(s, \"a\")",
    "sum([n, 1])",
    "toset(concat(l, [s]))",
    "[for x in toset([s, \"a\"]) : x]",
    "tolist(toset([s, \"a\"]))",
    "tomap({ a = s, b = \"x\" })",
    "transpose({ a = [s] })",
    "zipmap(l, l)",
    "zipmap([\"k\"], [s])",
    "zipmap([s], [n])",
    "alltrue([b, true])",
    "anytrue([b, false])",
    "matchkeys([\"x\", \"y\"], [s, \"a\"], [\"a\"])",
    "chunklist(l, 1)",
    "sensitive(s)",
    "cidrsubnet(\"10.0.0.0/8\", 8, n)",
    "max(1, [n, 2]...)",
    "merge([m, { q = s }]...)",
    "[s] == [\"a\"]",
    "{ a = s } == { a = \"a\" }",
    "toset([s]) == toset([\"a\"])",
    "l == tolist([\"a\"])",
    "!b",
    "-n",
    "n % 2",
    "templatestring(s, {})",
];

#[derive(Clone, Debug)]
struct Inputs {
    text: String,
    number: i64,
    flag: bool,
    list: Vec<String>,
    map: BTreeMap<String, String>,
}

fn inputs() -> impl Strategy<Value = Inputs> {
    let word = || {
        prop_oneof![
            Just("a".to_owned()),
            Just("b".to_owned()),
            Just("k".to_owned()),
            Just(String::new()),
            Just("12".to_owned())
        ]
    };
    (
        word(),
        -2_i64..4,
        any::<bool>(),
        proptest::collection::vec(word(), 0..3),
        proptest::collection::btree_map(word(), word(), 0..3),
    )
        .prop_map(|(text, number, flag, list, map)| Inputs { text, number, flag, list, map })
}

impl Inputs {
    fn scope(&self) -> TestScope {
        let map = self.map.iter().map(|(name, text)| (name.as_str().into(), Val::string(text.as_str()))).collect();
        TestScope::default().with([
            ("s", Val::string(self.text.as_str())),
            ("n", Val::number(self.number)),
            ("b", Val::bool(self.flag)),
            ("l", Val::strings(self.list.iter().map(String::as_str))),
            ("m", Val::map(Type::String, map)),
            (
                "o",
                Val::object(BTreeMap::from([
                    ("a".into(), Val::string(self.text.as_str())),
                    ("n".into(), Val::number(self.number)),
                ])),
            ),
        ])
    }
}

/// The value with one leaf, or the whole of it, made unknown.
pub(super) fn forget(value: &Val, is_whole: bool) -> Val {
    let reason = "forgotten";
    match (value.kind(), is_whole) {
        (Kind::List(of, elements), false) if !elements.is_empty() => {
            let mut elements = elements.to_vec();
            elements[0] = Val::unknown(of.clone(), reason);
            Val::list(of.clone(), elements)
        }
        (Kind::Map(of, members), false) if !members.is_empty() => {
            let mut members = BTreeMap::clone(members);
            if let Some(member) = members.values_mut().next() {
                *member = Val::unknown(of.clone(), reason);
            }
            Val::map(of.clone(), members)
        }
        (Kind::Object(members), false) => {
            let mut members = BTreeMap::clone(members);
            if let Some(member) = members.values_mut().next() {
                *member = Val::unknown(member.ty(), reason);
            }
            Val::object(members)
        }
        _ => Val::unknown(value.ty(), reason),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn knowing_less_gives_the_same_or_unknown(
        inputs in inputs(), name in proptest::sample::select(vec!["s", "n", "b", "l", "m", "o"]),
        is_whole in any::<bool>(), is_untyped in any::<bool>(),
    ) {
        let exact_scope = inputs.scope();
        let mut vague_scope = inputs.scope();
        let known = exact_scope.values[name].clone();
        let vague = if is_whole && is_untyped { Val::unknown_any("forgotten") } else { forget(&known, is_whole) };
        vague_scope.values.insert(name.to_owned(), vague);
        for expression in EXPRESSIONS {
            let (exact, exact_faults) = evaluate_text(expression, &exact_scope);
            let (vague, vague_faults) = evaluate_text(expression, &vague_scope);
            if exact_faults.is_empty() {
                prop_assert!(vague_faults.is_empty(), "{}: {:?}", expression, vague_faults);
                prop_assert!(is_vaguer(&vague, &exact), "{} without {}: {:?} is not a vaguer {:?}", expression, name, vague, exact);
            }
        }
    }

    #[test]
    fn marking_an_input_changes_no_value_and_loses_no_mark(
        inputs in inputs(), name in proptest::sample::select(vec!["s", "n", "b", "l", "m", "o"]),
    ) {
        let plain_scope = inputs.scope();
        let mut marked_scope = inputs.scope();
        let marked = plain_scope.values[name].clone().mark(true);
        marked_scope.values.insert(name.to_owned(), marked);
        for expression in EXPRESSIONS {
            let (plain, plain_faults) = evaluate_text(expression, &plain_scope);
            let (marked, marked_faults) = evaluate_text(expression, &marked_scope);
            prop_assert_eq!(plain_faults.len(), marked_faults.len(), "{}: {:?}", expression, marked_faults);
            if plain_faults.is_empty() {
                let (unmarked, _) = marked.unmark_deep();
                prop_assert_eq!(unmarked, plain.unmark_deep().0, "{}", expression);
            }
        }
    }

    #[test]
    fn any_text_evaluates_without_panic(text in ".{0,40}") {
        let _ = evaluate_text(&text, &TestScope::default());
    }

    #[test]
    fn any_call_comes_back(
        name in proptest::sample::select(super::functions::names()),
        arguments in proptest::collection::vec(
            proptest::sample::select(vec![
                "null", "\"\"", "\"a\"", "-1", "0", "3.5", "1e300", "true", "[]", "{}", "[1, null]", "{a = null}", "\"10.0.0.0/8\"",
                "toset([\"a\"])", "tolist([\"a\"])", "\"2020-01-01T00:00:00Z\"", "u", "s", "[u]", "{a = u}", "99999999999999999999",
            ]),
            0..4,
        ),
    ) {
        let scope = TestScope::default().with([
            ("u", Val::unknown_any("unknown")),
            ("s", Val::string("hunter2").mark(true)),
        ]);
        let text = format!("{name}({})", arguments.join(", "));
        let (value, faults) = evaluate_text(&text, &scope);
        prop_assert!(faults.is_empty() || !value.is_known(), "{text}");
        prop_assert!(!format!("{faults:?}").contains("hunter2"), "{text}: {faults:?}");
    }
}
