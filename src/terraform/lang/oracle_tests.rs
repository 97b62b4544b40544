//! Compares with the answers that Terraform and go-cty gave, where the folder that holds them is there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::test_scope::{TestScope, evaluate_text, json};
use super::{Kind, Type, Val};

fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TRUEUP_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join(path);
    if path.is_file() {
        return Some(path);
    }
    say(&format!("skipped: there is no {}", path.display()));
    None
}

/// A line on standard error, also of a test that passes: the harness captures `println!` only.
fn say(line: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A value in the notation of the recorded answers.
fn show(value: &Val) -> String {
    if value.is_sensitive() {
        return format!("sensitive({})", show(&value.clone().unmark().0));
    }
    let list = |elements: &[Val]| format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(", "));
    let members = |members: &BTreeMap<Arc<str>, Val>| {
        let members: Vec<String> = members.iter().map(|(name, member)| format!("{name} = {}", show(member))).collect();
        format!("{{{}}}", members.join(", "))
    };
    match value.kind() {
        Kind::Unknown(Type::Any, _) => "unknown(any)".to_owned(),
        Kind::Unknown(of, _) => format!("unknown({})", of.friendly_name()),
        Kind::Null(_) => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::List(_, elements) => format!("list{}", list(elements)),
        Kind::Set(_, elements) => format!("set{}", list(elements)),
        Kind::Tuple(elements) => list(elements),
        Kind::Map(_, items) => format!("map{}", members(items)),
        Kind::Object(items) => members(items),
    }
}

fn scope() -> TestScope {
    let unknown = |of| Val::unknown(of, "for the test");
    let object =
        |name: &str, id: Val| Val::object(BTreeMap::from([("name".into(), Val::string(name)), ("id".into(), id)]));
    let number = |value: i64| Val::number(value);
    TestScope::default().with([
        ("s", Val::string("hello")),
        ("n", number(5)),
        ("f", Val::number(crate::model::Number::parse("2.5").expect("valid"))),
        ("b", Val::bool(true)),
        ("nul", Val::null()),
        ("nuls", Val::null_of(Type::String)),
        ("l", Val::strings(["a", "b", "c"])),
        ("st", Val::set(Type::String, vec![Val::string("a"), Val::string("b")])),
        ("t", Val::tuple(vec![Val::string("x"), number(1)])),
        ("m", Val::map(Type::String, BTreeMap::from([("x".into(), Val::string("1")), ("y".into(), Val::string("2"))]))),
        ("o", Val::object(["a", "b", "c"].into_iter().map(|name| (name.into(), number(1))).collect())),
        ("uo", object("n", unknown(Type::String))),
        ("lo", Val::tuple(vec![object("a", unknown(Type::String)), object("b", Val::string("i2"))])),
        ("us", unknown(Type::String)),
        ("un", unknown(Type::Number)),
        ("ub", unknown(Type::Bool)),
        ("ul", unknown(Type::list(Type::String))),
        ("um", unknown(Type::map(Type::String))),
        ("ud", unknown(Type::Any)),
        ("sec", Val::string("hunter2").mark(true)),
        ("secn", number(3).mark(true)),
        ("usec", unknown(Type::String).mark(true)),
    ])
}

/// Where this differs from go-cty 1.12 and HCL 2.14.1 with reason.
const DIFFERENT: &[(&str, &str)] = &[
    ("false && ub", "Terraform 1.12 and later decide by either side"),
    ("ub && false", "Terraform 1.12 and later decide by either side"),
    ("true || ub", "Terraform 1.12 and later decide by either side"),
    ("ub || true", "Terraform 1.12 and later decide by either side"),
    ("secn > 2 ? \"a\" : \"b\"", "since HCL 2.20 the condition's mark reaches the result"),
    ("false ? sec : \"x\"", "since HCL 2.20 the marks of both results reach the result"),
    ("nope(1)", "more functions are known here, so another one is suggested"),
];

#[test]
fn expressions_are_evaluated_as_recorded() {
    let (Some(expressions), Some(answers)) =
        (shared("samples/oracle/hcl-expressions.txt"), shared("samples/oracle/hcl-answers.tsv"))
    else {
        return;
    };
    let answers = std::fs::read_to_string(answers).expect("readable");
    let expressions = std::fs::read_to_string(expressions).expect("readable");
    let scope = scope();
    let (mut total, mut differing) = (0, Vec::new());
    for line in answers.lines() {
        let Some((text, answer)) = line.split_once('\t') else { continue };
        total += 1;
        let (value, faults) = evaluate_text(&text.replace('␤', "\n"), &scope);
        let given = match faults.first() {
            Some(fault) => format!("ERROR {}: {}", fault.summary, fault.detail),
            None => show(&value),
        };
        if given != answer && !DIFFERENT.iter().any(|(expression, _)| *expression == text) {
            differing.push(format!("{text}\n  recorded: {answer}\n  here:     {given}"));
        }
    }
    say(&format!(
        "{} of {total} as recorded, {} known to differ",
        total - differing.len() - DIFFERENT.len(),
        DIFFERENT.len()
    ));
    assert_eq!(expressions.lines().count(), total);
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

fn type_text(of: &Type) -> String {
    let text = match of {
        Type::Any => "dynamic".to_owned(),
        other => other.to_string(),
    };
    text.replace('=', ":").replace("any", "dynamic")
}

#[test]
fn functions_give_what_terraform_gave() {
    let Some(path) = shared("samples/oracle/functions.jsonl") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let scope = TestScope::default();
    let (mut total, mut differing) = (0, Vec::new());
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("valid");
        let expression = record["expr"].as_str().expect("text");
        total += 1;
        let (value, faults) = evaluate_text(expression, &scope);
        let given = match faults.first() {
            Some(fault) => format!("Error: {}: {}", fault.summary, fault.detail),
            None => format!("{} {}", json(&value), type_text(&value.ty())),
        };
        let is_same = match record["error"].as_str() {
            Some(_) => !faults.is_empty(),
            None => {
                let of: String = record["type"].as_str().unwrap_or_default().chars().filter(|c| *c != ' ').collect();
                let of = of.replace(",]", "]").replace(",}", "}").replace(",)", ")");
                faults.is_empty() && json(&value) == record["json"] && of == type_text(&value.ty())
            }
        };
        if !is_same {
            differing.push(format!("{line}\n  here: {given}"));
        }
    }
    say(&format!("{} of {total} as Terraform has them", total - differing.len()));
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
