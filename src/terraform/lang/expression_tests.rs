//! Expressions, templates, limits and files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::test_scope::{TestScope, evaluate_text, json};
use super::{Constraint, FileContext, Type, Val, limits, parse_constraint};

fn check(cases: &[(&str, &str)]) {
    let scope = TestScope::default();
    for (expression, expected) in cases {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        let expected: serde_json::Value = serde_json::from_str(expected).expect("valid");
        assert_eq!(json(&value), expected, "{expression}");
    }
}

fn fault(expression: &str, scope: &TestScope) -> super::Fault {
    let (value, faults) = evaluate_text(expression, scope);
    faults.into_iter().next().unwrap_or_else(|| panic!("{expression} has no fault but {value:?}"))
}

#[test]
fn strip_markers_reach_to_the_end_of_their_line() {
    check(&[
        (
            "<<EOT\na %{ if true ~}\n\n   b\n   c\n  %{~ endif ~}\n\n  d\n${1 ~}\n\n   e\nEOT",
            "\"a \\n   b\\n   c\\n\\n  d\\n1\\n   e\\n\"",
        ),
        ("\"\\n  ${~ 1 ~}  \\n \\n x\"", "\"1x\""),
        ("\"%{ for x in [1, 2] ~} ${x} %{~ endfor }\"", "\"12\""),
        ("\"%{ if false }a%{ else }b%{ endif }\"", "\"b\""),
    ]);
}

#[test]
fn indented_heredocs_lose_their_common_indentation() {
    check(&[
        (
            "<<-EOT\n    a ${1}\n  b\n   \n      c\n    ${2} x\n     d\n    EOT",
            "\"  a 1\\nb\\n   \\n    c\\n  2 x\\n   d\\n\"",
        ),
        ("<<-EOT\n      a ${1}\n    b\n    EOT", "\"  a 1\\nb\\n\""),
        ("<<-EOT\n\n      a\n    EOT", "\"\\na\\n\""),
        (
            "<<-EOT\n    %{ for i in [1, 2] ~}\n    x ${i}\n    %{ endfor ~}\n    y\n    EOT",
            "\"    x 1\\n    x 2\\n    y\\n\"",
        ),
        ("<<-EOT\n    $${x} %%{y}\n    EOT", "\"${x} %{y}\\n\""),
    ]);
}

#[test]
fn an_unknown_condition_leaves_what_both_results_share() {
    let scope = TestScope::default().with([("u", Val::unknown(Type::Bool, "known after apply"))]);
    for (expression, expected) in [
        ("u ? 3 : 3", "3"),
        ("u ? null : null", "null"),
        ("u ? tolist([]) : tolist([])", "[]"),
        ("u ? tomap({}) : tomap({})", "{}"),
        ("u ? toset([]) : toset([])", "[]"),
        ("length(u ? tolist([\"a\", \"b\"]) : tolist([\"c\", \"d\"]))", "2"),
        ("u ? 3 : 4", "\"(unknown)\""),
        ("u ? \"s\" : \"s\"", "\"(unknown)\""),
        ("u ? {} : {}", "\"(unknown)\""),
        ("u ? tolist([\"a\"]) : tolist([])", "\"(unknown)\""),
        // Of two faults neither is the one that counts.
        ("u ? {a = 1}[\"b\"] : file(\"nope\")", "\"(unknown)\""),
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(json(&value).to_string(), expected, "{expression}");
    }
}

#[test]
fn conditions_bring_both_results_to_one_type() {
    check(&[
        ("true ? 1 : \"a\"", "\"1\""),
        ("true ? null : \"a\"", "null"),
        ("true ? [1, \"a\"] : []", "[\"1\", \"a\"]"),
        ("true ? {a = 1} : {b = \"x\"}", "{\"a\": \"1\"}"),
        ("true ? {a = [1]} : {a = []}", "{\"a\": [1]}"),
        ("true ? 1 : {}.nope", "1"),
    ]);
    let scope = TestScope::default();
    assert_eq!(fault("true ? 1 : true", &scope).summary, "Inconsistent conditional result types");
    assert_eq!(fault("true ? {a = 1} : [1]", &scope).summary, "Inconsistent conditional result types");
}

#[test]
fn either_side_decides_a_logical_operation() {
    let scope = TestScope::default().with([("maybe", Val::unknown(Type::Bool, "not known yet"))]);
    for (expression, expected) in [
        ("false && maybe", Some(false)),
        ("maybe && false", Some(false)),
        ("maybe || true", Some(true)),
        ("true || maybe", Some(true)),
        ("true && maybe", None),
        ("false || maybe", None),
        ("false && {}.nope", Some(false)),
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(value.as_bool(), expected, "{expression}");
    }
}

#[test]
fn faults_say_where_they_are() {
    let source = "x = [1, {}.nope]\n";
    let body = hcl_edit::parser::parse_body(source).expect("valid");
    let expression = &body.get_attribute("x").expect("there").value;
    let mut faults = super::Faults::new();
    super::evaluate(expression, source, &TestScope::default(), &mut faults);
    let span = faults.iter().next().and_then(|fault| fault.span.clone()).expect("has a place");
    assert_eq!(&source[span], ".nope");
}

#[test]
fn one_fault_leaves_the_neighbors_alone() {
    let (value, faults) = evaluate_text("{ a = {}.nope, b = 2 }", &TestScope::default());
    assert_eq!(faults.len(), 1);
    let members = value.members().expect("an object");
    assert!(!members["a"].is_known());
    assert_eq!(members["b"], Val::number(2_i64));
}

#[test]
fn keys_are_spelled_as_the_source_has_them() {
    // Whoever parses renames a repeated key, which the parser refuses, to one of the same length.
    let parsed = "x = { a = 1, \"b c\" = 2, z = 3 }\n";
    let source = "x = { a = 1, \"b d\" = 2, a = 3 }\n";
    let body = hcl_edit::parser::parse_body(parsed).expect("valid");
    let expression = &body.get_attribute("x").expect("there").value;
    let value = super::evaluate(expression, source, &TestScope::default(), &mut super::Faults::new());
    assert_eq!(json(&value), serde_json::json!({ "a": 3, "b d": 2 }));
}

#[test]
fn large_and_deep_evaluations_stop() {
    let long = "x".repeat(1 << 20);
    let scope = TestScope::default()
        .with([("long", Val::string(long.as_str())), ("many", Val::tuple((0..5000_i64).map(Val::number).collect()))]);
    let doubled = (0..10).fold("long".to_owned(), |text, _| format!("\"${{{text}}}${{{text}}}\""));
    for expression in [
        "[for a in many : [for b in many : b]]",
        "[for a in many : [for b in many : b if false]]",
        "join(long, many)",
        "replace(long, \"x\", long)",
        "replace(long, \"/x/\", long)",
        "setproduct(many, many, many)",
        "format(\"%099999999d\", 1)",
        "indent(100000000, \"a\\nb\")",
        "\"%{ for a in many }${long}%{ endfor }\"",
        "try(join(long, many), 1)",
        "can(join(long, many))",
        doubled.as_str(),
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(!value.is_known(), "{}", &expression[..expression.len().min(60)]);
        let summaries: Vec<&str> = faults.iter().map(|fault| fault.summary.as_str()).collect();
        assert_eq!(summaries, ["Expression is too large to evaluate"], "{}", &expression[..expression.len().min(60)]);
    }
    let nested = (0..60).fold("1".to_owned(), |text, _| format!("[{text}]"));
    let deep =
        TestScope::default().with([("d", { (0..100).fold(Val::number(1_i64), |value, _| Val::tuple(vec![value])) })]);
    assert!(evaluate_text(&nested, &scope).1.is_empty());
    assert_eq!(fault(&nested.replace('1', "d"), &deep).summary, "Expression is too large to evaluate");
}

#[test]
fn deeply_nested_expressions_do_not_exhaust_the_stack() {
    let scope = TestScope::default();
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a=", "}"),
        ("upper(", ")"),
        ("[for x in [1] : ", "]"),
        ("true ? ", " : 1"),
        ("\"a${", "}\""),
        ("!", ""),
    ] {
        let text = format!("{}{}{}", open.repeat(60), "true", close.repeat(60));
        // Whatever it gives, it comes back.
        let _ = evaluate_text(&text, &scope);
    }
    let chain = vec!["1"; 100].join(" + ");
    for levels in [1, 2, 10, 60] {
        let nested = (0..levels).fold("1".to_owned(), |text, _| format!("({text} + {chain})"));
        let (value, faults) = evaluate_text(&nested, &scope);
        // The parser may refuse it; what it lets through is evaluated or stopped.
        assert!(value.as_number().is_some() || !faults.is_empty(), "{levels} levels: {value:?}");
    }
}

#[test]
fn yaml_aliases_cannot_explode() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\\n".to_owned();
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\\n"));
    }
    let exploding = fault(&format!("yamldecode(\"{text}\")"), &TestScope::default());
    assert!(exploding.detail.contains("larger than 64 MiB"), "{}", exploding.detail);
    for function in ["yamldecode", "jsondecode"] {
        let deep = format!("{function}(\"{}{}\")", "[".repeat(10_000), "]".repeat(10_000));
        assert!(!evaluate_text(&deep, &TestScope::default()).0.is_known());
    }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("writable");
        std::fs::write(path, text).expect("writable");
    };
    write("repository/root/a.txt", "hello\n");
    write("repository/root/t.tftpl", "%{ for x in xs ~}\n- ${x}\n%{ endfor ~}\n${name}\n");
    write("repository/root/bad.tftpl", "a\n${nope}\n");
    write("repository/root/again.tftpl", "${templatefile(\"t.tftpl\", {})}");
    write("repository/root/data/one.yaml", "a: 1");
    write("repository/root/data/deep/two.yaml", "b: 2");
    write("repository/shared/b.txt", "shared");
    write("outside.txt", "hunter2");
    folder
}

fn in_folder(folder: &tempfile::TempDir) -> TestScope {
    let repository = folder.path().join("repository");
    TestScope {
        files: FileContext { root_directory: repository.join("root"), confinement: repository, home: None },
        ..TestScope::default()
    }
}

#[test]
fn files_are_read_from_the_root() {
    let folder = folder();
    let scope = in_folder(&folder);
    for (expression, expected) in [
        ("file(\"a.txt\")", "\"hello\\n\""),
        ("file(\"./../shared/b.txt\")", "\"shared\""),
        ("fileexists(\"zzz\")", "false"),
        ("fileset(\"data\", \"**/*.yaml\")", "[\"deep/two.yaml\", \"one.yaml\"]"),
        ("fileset(\"data\", \"*.{yaml,yml}\")", "[\"one.yaml\"]"),
        ("fileset(\"nowhere\", \"*\")", "[]"),
        ("{ for f in fileset(\".\", \"data/*.yaml\") : f => yamldecode(file(f)) }", "{\"data/one.yaml\": {\"a\": 1}}"),
        ("templatefile(\"t.tftpl\", { xs = [1, 2], name = \"end\" })", "\"- 1\\n- 2\\nend\\n\""),
        ("filebase64(\"a.txt\")", "\"aGVsbG8K\""),
        ("filemd5(\"a.txt\")", "\"b1946ac92492d2347c6235b4d2611184\""),
        ("basename(\"a/b/\")", "\"b\""),
        ("dirname(\"a/b\")", "\"a\""),
        ("dirname(\"a\")", "\".\""),
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(json(&value), serde_json::from_str::<serde_json::Value>(expected).expect("valid"), "{expression}");
    }
    assert!(fault("file(\"zzz\")", &scope).detail.contains("no file exists at \"zzz\""));
    assert!(fault("file(\"data\")", &scope).detail.contains("is a directory"));
    assert!(fault("templatefile(\"bad.tftpl\", {})", &scope).detail.contains("bad.tftpl:2"));
    assert!(fault("templatefile(\"again.tftpl\", {})", &scope).detail.contains("recursively"));
}

#[test]
fn nothing_outside_of_the_repository_is_read() {
    let folder = folder();
    let scope = in_folder(&folder);
    let outside = folder.path().join("outside.txt");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, folder.path().join("repository/root/link.txt")).expect("linked");
    let mut expressions = vec![
        "file(\"../../outside.txt\")".to_owned(),
        "filesha256(\"../../outside.txt\")".to_owned(),
        "fileexists(\"../../outside.txt\")".to_owned(),
        "fileexists(\"../../nothing-here.txt\")".to_owned(),
        "templatefile(\"../../outside.txt\", {})".to_owned(),
        "fileset(\"../..\", \"*\")".to_owned(),
        format!("file({:?})", outside.display().to_string()),
    ];
    if cfg!(unix) {
        expressions.push("file(\"link.txt\")".to_owned());
    }
    for expression in expressions {
        let (value, faults) = evaluate_text(&expression, &scope);
        assert!(!value.is_known() && !format!("{value:?}{faults:?}").contains("hunter2"), "{expression}");
        assert!(faults[0].detail.contains("lies outside of the repository"), "{expression}: {faults:?}");
    }
}

#[test]
fn home_is_unknown_unless_given() {
    let mut scope = TestScope::default();
    assert!(!evaluate_text("pathexpand(\"~/x\")", &scope).0.is_known());
    assert_eq!(evaluate_text("pathexpand(\"a/x\")", &scope).0, Val::string("a/x"));
    scope.files.home = Some(PathBuf::from("/home/someone"));
    assert_eq!(evaluate_text("pathexpand(\"~/x\")", &scope).0, Val::string("/home/someone/x"));
}

fn constraint(text: &str) -> (Constraint, Vec<super::Fault>) {
    let expression = hcl_edit::parser::parse_expr(text).expect("valid");
    let mut faults = super::Faults::new();
    let constraint = parse_constraint(&expression, text, &TestScope::default(), &mut faults);
    (constraint, faults.into_iter().collect())
}

fn applied(of: &str, value: &str) -> Result<String, String> {
    let (constraint, faults) = constraint(of);
    assert!(faults.is_empty(), "{of}: {faults:?}");
    let (value, faults) = evaluate_text(value, &TestScope::default());
    assert!(faults.is_empty(), "{faults:?}");
    constraint.apply(&value).map(|value| json(&value).to_string()).map_err(|error| error.to_string())
}

#[test]
fn constraints_convert_and_fill_in_defaults() {
    for (of, value, expected) in [
        ("any", "[1, \"a\"]", "[1,\"a\"]"),
        ("list(any)", "[1, \"a\"]", "[\"1\",\"a\"]"),
        ("list", "[1, \"a\"]", "[\"1\",\"a\"]"),
        ("map(string)", "{a = 1}", "{\"a\":\"1\"}"),
        ("set(number)", "[\"2\", 1, 1]", "[1,2]"),
        ("tuple([string, number])", "[1, \"2\"]", "[\"1\",2]"),
        ("object({a = string})", "{a = 1, b = 2}", "{\"a\":\"1\"}"),
        ("object({a = optional(string)})", "{}", "{\"a\":null}"),
        ("object({a = optional(string, \"x\")})", "{a = null}", "{\"a\":\"x\"}"),
        ("object({a = optional(list(string), [])})", "{}", "{\"a\":[]}"),
        (
            "map(object({a = optional(number, 1), b = optional(object({c = optional(bool, true)}), {})}))",
            "{k = {}}",
            "{\"k\":{\"a\":1,\"b\":{\"c\":true}}}",
        ),
        (
            "list(object({a = string, b = optional(string, \"x\")}))",
            "[{a = 1}, {a = 2, b = \"y\"}]",
            "[{\"a\":\"1\",\"b\":\"x\"},{\"a\":\"2\",\"b\":\"y\"}]",
        ),
        ("object({a = optional(object({b = optional(string, \"x\")}))})", "{a = null}", "{\"a\":null}"),
        ("string", "null", "null"),
    ] {
        assert_eq!(applied(of, value).as_deref(), Ok(expected), "{of} of {value}");
    }
    for (of, value, message) in [
        ("object({a = string, b = string})", "{a = 1}", "attribute \"b\" is required"),
        ("list(object({a = list(string)}))", "[{a = \"x\"}]", "[0].a: list of string required"),
        ("number", "\"x\"", "a number is required"),
        ("bool", "\"True\"", "a bool is required; to convert from string, use lowercase \"true\""),
        ("tuple([string])", "[]", "tuple required, with 1 elements"),
        ("map(list(string))", "{k = 1}", "[\"k\"]: list of string required"),
    ] {
        assert_eq!(applied(of, value), Err(message.to_owned()), "{of} of {value}");
    }
}

#[test]
fn constraints_that_are_none_are_faults() {
    for text in [
        "list(foo)",
        "object(string)",
        "optional(string)",
        "list()",
        "1",
        "object({a = optional(number, \"x\")})",
        "object",
        "tuple(string)",
    ] {
        let (_, faults) = constraint(text);
        assert!(!faults.is_empty(), "{text}");
    }
}

#[test]
fn unknown_stays_unknown_through_constraints() {
    let (of, _) = constraint("object({a = optional(string, \"x\"), b = string})");
    let unknown = Val::unknown_any("known after apply");
    let whole = of.apply(&unknown).expect("convertible");
    assert_eq!(whole.unknown_reason().as_deref(), Some("known after apply"));
    let part = Val::object(BTreeMap::from([("a".into(), unknown), ("b".into(), Val::number(1_i64).mark(true))]));
    let part = of.apply(&part).expect("convertible");
    let members = part.members().expect("an object");
    assert!(!members["a"].is_known());
    assert!(members["b"].is_sensitive());
    assert_eq!(members["b"].as_str(), Some("1"));
}

#[test]
fn values_know_their_size() {
    let leaf = Val::string("x".repeat(1000));
    let mut value = leaf;
    for _ in 0..60 {
        value = Val::tuple(vec![value.clone(), value]);
    }
    // Shared in memory, but as large as it would be written out.
    assert!(value.weight() > limits::VALUE_WEIGHT);
    assert_eq!(value.depth(), 60);
}
