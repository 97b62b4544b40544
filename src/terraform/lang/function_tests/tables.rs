//! Walks the tables of calls and their answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::notation::show;
use crate::terraform::lang::functions;
use crate::terraform::lang::test_scope::{TestScope, evaluate_text};
use crate::terraform::lang::{FileContext, Type, Val};

const TABLES: &[&str] = &["numeric", "text", "collections", "encodings", "other", "files", "providers", "differences"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/functions")
}

/// One line of a table.
struct Case {
    table: &'static str,
    function: String,
    call: String,
    answer: String,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for table in TABLES {
        let path = folder().join(format!("{table}.txt"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut function = String::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((call, answer)) = line.split_once(" --> ") {
                assert!(!function.is_empty(), "{table}: {line} stands in no section");
                let (call, answer) = (call.to_owned(), answer.to_owned());
                cases.push(Case { table, function: function.clone(), call, answer });
            } else {
                let name = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
                function = name.unwrap_or_else(|| panic!("{table}: {line} is neither a section nor a call")).to_owned();
            }
        }
    }
    cases
}

/// The names that calls may use; `testdata/functions/README.md` lists them.
fn scope() -> TestScope {
    let unknown = |of: Type| Val::unknown(of, "for the test");
    let text = |text: &str| Val::string(text);
    let map = |members: &[(&str, &str)]| {
        Val::map(Type::String, members.iter().map(|(name, value)| ((*name).into(), Val::string(*value))).collect())
    };
    let object = |members: Vec<(&str, Val)>| {
        Val::object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    };
    let object_type =
        |members: Vec<(&str, Type)>| Type::object(members.into_iter().map(|(name, of)| (name.into(), of)).collect());
    let mut scope = TestScope::default().with([
        ("us", unknown(Type::String)),
        ("un", unknown(Type::Number)),
        ("ub", unknown(Type::Bool)),
        ("ud", unknown(Type::Any)),
        ("ul", unknown(Type::list(Type::String))),
        ("uln", unknown(Type::list(Type::Number))),
        ("ust", unknown(Type::set(Type::String))),
        ("um", unknown(Type::map(Type::String))),
        ("ut", unknown(Type::tuple(vec![Type::String, Type::Number]))),
        ("uo", unknown(object_type(vec![("a", Type::String), ("b", Type::Number)]))),
        ("ss", text("hunter2").mark(true)),
        ("sn", Val::number(3_i64).mark(true)),
        ("sb", Val::bool(true).mark(true)),
        ("sl", Val::strings(["a", "b"]).mark(true)),
        ("sm", map(&[("a", "1"), ("b", "2")]).mark(true)),
        ("so", object(vec![("a", text("1")), ("b", Val::number(2_i64))]).mark(true)),
        ("sus", unknown(Type::String).mark(true)),
        ("sul", unknown(Type::list(Type::String)).mark(true)),
        ("nuls", Val::null_of(Type::String)),
        ("null_list", Val::null_of(Type::list(Type::String))),
        ("null_map", Val::null_of(Type::map(Type::String))),
        ("null_obj", Val::null_of(object_type(vec![("a", Type::String)]))),
        ("template", text("Hello, ${name}!%{ if loud }!!%{ endif }")),
        ("list_template", text("%{ for x in list }${x};%{ endfor }")),
        ("single_template", text("${value}")),
        ("broken_template", text("${name")),
        ("file_template", text("${file(\"x.txt\")}")),
        ("nested_template", text("${templatefile(\"x.txt\", {})}")),
    ]);
    let files = folder().join("files");
    scope.files = FileContext { root_directory: files.clone(), confinement: files, home: None };
    scope.providers = BTreeMap::from([
        ("google".to_owned(), "hashicorp/google".to_owned()),
        ("gb".to_owned(), "registry.terraform.io/hashicorp/google-beta".to_owned()),
        ("terraform".to_owned(), "terraform.io/builtin/terraform".to_owned()),
    ]);
    scope
}

#[test]
fn calls_give_their_answers() {
    let scope = scope();
    let cases = cases();
    let mut wrong = Vec::new();
    for Case { table, call, answer, .. } in &cases {
        let (value, faults) = evaluate_text(call, &scope);
        let is_right = match (answer.strip_prefix("! "), faults.first()) {
            (Some(expected), Some(fault)) => {
                assert!(!value.is_known() && fault.span.is_some(), "{call}: {value:?}, {fault:?}");
                fault.detail.replace('\n', "\\n").contains(expected)
            }
            (None, None) => show(&value) == *answer,
            _ => false,
        };
        if !is_right {
            let given = faults.first().map_or_else(|| show(&value), |fault| format!("! {}", fault.detail));
            wrong.push(format!("{table}: {call}\n  expected {answer}\n  given    {given}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_function_has_calls_in_its_section() {
    let cases = cases();
    let mut sections: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        *sections.entry(case.function.as_str()).or_default() += 1;
        let plain = case.function.rsplit("::").next().unwrap_or_default();
        let is_about = case.call.contains(&format!("{plain}(")) || case.table == "providers";
        assert!(is_about, "{} does not belong to [{}]", case.call, case.function);
    }
    for name in functions::names().into_iter().chain(["try", "can"]) {
        assert!(sections.remove(name).is_some(), "no call of {name} in testdata/functions");
    }
    for (local, source) in [("google", "hashicorp/google"), ("terraform", "terraform.io/builtin/terraform")] {
        for function in functions::offered(source).expect("known") {
            let name = format!("provider::{local}::{}", function.name);
            assert!(sections.remove(name.as_str()).is_some(), "no call of {name} in testdata/functions");
        }
    }
    assert!(sections.is_empty(), "sections of no function: {:?}", sections.keys());
}

/// A function may know less than Terraform where something is unknown, but never otherwise.
#[test]
fn an_answer_without_unknowns_holds_when_an_argument_is_not_known() {
    // Results that change with what is unknown by their nature: whether it is known at all.
    const ABOUT_KNOWING: &[&str] = &["can(", "try(", "issensitive("];
    let scope = scope();
    let cases = cases();
    let is_known = |answer: &str| !["! ", "sensitive(", "unknown("].iter().any(|part| answer.contains(part));
    let mut checked = 0;
    for case in cases.iter().filter(|case| is_known(&case.answer)) {
        if ABOUT_KNOWING.iter().any(|name| case.call.contains(name)) {
            continue;
        }
        let Some((before, after)) = case.call.split_once("\"a\"") else { continue };
        let (value, faults) = evaluate_text(&format!("{before}us{after}"), &scope);
        if faults.is_empty() && value.is_wholly_known() {
            assert_eq!(show(&value), case.answer, "{} with \"a\" unknown", case.call);
        }
        checked += 1;
    }
    assert!(checked > 100, "{checked}");
}
