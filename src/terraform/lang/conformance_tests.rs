//! The language against what Terraform 1.11.4 answered: `testdata/language`, a file for each class.
//!
//! A line is an expression, a tab, and its value in the notation of [`show`], or `ERROR` and the fault's summary; `␤`
//! stands for a line break. An expression can be a type constraint, ` <- ` and the value that a variable gets.
//! `differences.tsv` has what is answered otherwise here, with the reason above each group.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::test_scope::{TestScope, evaluate_text};
use super::{Faults, Kind, Type, Val, parse_constraint};

/// A value: texts as in JSON, `list[…]`, `set[…]`, `map{…}`, tuples `[…]` and objects `{…}`.
fn show(value: &Val) -> String {
    let list = |elements: &[Val]| format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(", "));
    let members = |members: &BTreeMap<Arc<str>, Val>| {
        let member = |(name, member): (&Arc<str>, &Val)| format!("{} = {}", quoted(name), show(member));
        format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
    };
    match value.kind() {
        Kind::Unknown(..) => "unknown".to_owned(),
        _ if value.is_sensitive() => "sensitive".to_owned(),
        Kind::Null(_) => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => quoted(text),
        Kind::List(_, elements) => format!("list{}", list(elements)),
        Kind::Set(_, elements) => format!("set{}", list(elements)),
        Kind::Tuple(elements) => list(elements),
        Kind::Map(_, items) => format!("map{}", members(items)),
        Kind::Object(items) => members(items),
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

/// `u_…` is unknown, `p_…` known in part, `x_…` sensitive.
fn scope() -> TestScope {
    let unknown = |of| Val::unknown(of, "for the test");
    let object = |members: Vec<(&str, Val)>| {
        Val::object(members.into_iter().map(|(name, member)| (name.into(), member)).collect())
    };
    let text = || unknown(Type::String);
    let attributes = BTreeMap::from([("a".into(), Type::String), ("b".into(), Type::Number)]);
    let members = BTreeMap::from([("a".into(), text()), ("b".into(), Val::string("x"))]);
    let partly = |a: Val, b: i64| object(vec![("a", a), ("b", Val::number(b))]);
    TestScope::default().with([
        ("u_s", text()),
        ("u_n", unknown(Type::Number)),
        ("u_b", unknown(Type::Bool)),
        ("u_l", unknown(Type::list(Type::String))),
        ("u_set", unknown(Type::set(Type::String))),
        ("u_m", unknown(Type::map(Type::String))),
        ("u_o", unknown(Type::object(attributes))),
        ("u_t", unknown(Type::tuple(vec![Type::String, Type::Number]))),
        ("u_d", unknown(Type::Any)),
        ("p_l", Val::list(Type::String, vec![text(), Val::string("b")])),
        ("p_set", Val::set(Type::String, vec![text(), Val::string("b")])),
        ("p_m", Val::map(Type::String, members)),
        ("p_o", partly(text(), 1)),
        ("p_t", Val::tuple(vec![text(), Val::number(1_i64)])),
        ("p_lo", Val::tuple(vec![partly(text(), 1), partly(Val::string("x"), 2)])),
        ("x_s", Val::string("hunter2").mark(true)),
        ("x_us", text().mark(true)),
        ("x_l", Val::tuple(vec![Val::string("a"), Val::string("b")]).mark(true)),
    ])
}

/// What a line's expression gives here.
fn answer(expression: &str, scope: &TestScope) -> String {
    let (value, faults) = match expression.split_once(" <- ") {
        None => evaluate_text(&expression.replace('␤', "\n"), scope),
        Some((of, value)) => {
            let parsed = hcl_edit::parser::parse_expr(of).expect("a type constraint");
            let mut faults = Faults::new();
            let constraint = parse_constraint(&parsed, of, scope, &mut faults);
            assert!(!faults.has_errors(), "{of}: {faults:?}");
            let (value, faults) = evaluate_text(value, scope);
            match constraint.apply(&value) {
                Ok(value) => (value, faults),
                Err(_) => return "ERROR Invalid value for input variable".to_owned(),
            }
        }
    };
    match faults.first() {
        Some(fault) => {
            assert!(!value.is_wholly_known(), "{expression}: {value:?} in spite of {fault:?}");
            format!("ERROR {}", fault.summary)
        }
        // What is unknown has a type even so.
        None if !value.is_known() => format!("unknown {}", value.ty()),
        None => show(&value),
    }
}

/// The lines of a file but for remarks: an expression, and its answer.
fn table(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).expect("readable");
    let line =
        |line: &str| line.split_once('\t').map(|(expression, answer)| (expression.to_owned(), answer.to_owned()));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(|text| line(text).unwrap_or_else(|| panic!("an expression, a tab, an answer: {text}"))).collect()
}

#[test]
fn the_language_is_terraforms() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/language");
    let scope = scope();
    let otherwise: BTreeMap<_, _> = table(&folder.join("differences.tsv")).into_iter().collect();
    let (mut total, mut differing, mut unused) = (0, Vec::new(), otherwise.clone());
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    for file in files {
        for (expression, expected) in table(&file) {
            total += 1;
            let given = answer(&expression, &scope);
            unused.remove(&expression);
            if given != *otherwise.get(&expression).unwrap_or(&expected) {
                let name = file.file_name().unwrap_or_default().display();
                differing.push(format!("{name}: {expression}\n  Terraform: {expected}\n  here:      {given}"));
            }
        }
    }
    assert!(differing.is_empty(), "{} of {total} differ\n{}", differing.len(), differing.join("\n"));
    assert!(unused.is_empty(), "differences of nothing: {unused:#?}");
    assert!(total > 500, "only {total} lines were read");
}
