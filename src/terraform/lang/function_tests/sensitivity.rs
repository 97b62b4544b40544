//! Marks and reasons that travel through calls, and what must never be shown.

use std::collections::BTreeMap;

use crate::terraform::lang::test_scope::{TestScope, evaluate_text};
use crate::terraform::lang::{Type, Val};

#[test]
fn marks_travel_through_expressions_around_calls() {
    let cases = [
        ("concat([sensitive(\"a\")], [\"b\"])[1]", false),
        ("concat([sensitive(\"a\")], [\"b\"])[0]", true),
        ("slice([sensitive(\"a\"), \"b\"], 1, 2)[0]", false),
        ("merge({a = sensitive(1)}, {b = 2}).b", false),
        ("lookup({a = sensitive(1), b = 2}, \"b\")", false),
        ("can(sensitive(1))", false),
        ("try(sensitive(1), 2)", true),
        ("sensitive(true) ? 1 : 2", true),
        ("\"a${sensitive(1)}\"", true),
        ("sensitive([1])[0]", true),
        ("[for x in sensitive([1]) : 1]", true),
        ("{ for x in [sensitive(\"a\")] : x => 1 }", true),
        ("upper(sensitive([\"a\"])...)", true),
        ("provider::google::region_from_zone(sensitive(\"us-central1-a\"))", true),
    ];
    let mut scope = TestScope::default();
    scope.providers.insert("google".to_owned(), "hashicorp/google".to_owned());
    for (expression, is_sensitive) in cases {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(value.is_sensitive(), is_sensitive, "{expression}");
    }
}

#[test]
fn faults_and_debug_output_never_show_a_sensitive_value() {
    let mut scope = TestScope::default().with([
        ("secret", Val::string("hunter2").mark(true)),
        ("secret_template", Val::string("${hunter2").mark(true)),
        ("holder", Val::object(BTreeMap::from([("p".into(), Val::string("hunter2").mark(true))]))),
    ]);
    scope.providers.insert("google".to_owned(), "hashicorp/google".to_owned());
    scope.providers.insert("terraform".to_owned(), "terraform.io/builtin/terraform".to_owned());
    for expression in [
        "tonumber(secret)",
        "tobool(secret)",
        "parseint(secret, 10)",
        "cidrhost(secret, 1)",
        "cidrsubnets(secret, 1)",
        "cidrcontains(\"10.0.0.0/8\", secret)",
        "timeadd(secret, \"1h\")",
        "timecmp(secret, secret)",
        "jsondecode(secret)",
        "regex(secret, secret)",
        "regex(\"(${secret}\", \"a\")",
        "replace(\"a\", \"/(${secret}/\", \"\")",
        "formatdate(secret, secret)",
        "file(secret)",
        "fileexists(\"../${secret}\")",
        "fileset(secret, \"[\")",
        "fileset(\"../${secret}\", \"*\")",
        "templatefile(secret, {})",
        "templatefile(\"x\", {\"${secret} x\" = 1})",
        "templatestring(secret_template, {})",
        "lookup({}, secret)",
        "lookup({hunter3 = 1}, secret)",
        "{ for x in [1, 2] : secret => x }",
        "{}[secret]",
        "secret + 1",
        "secret ? 1 : 2",
        "holder.p.x",
        "format(secret, 1)",
        "format(\"%d\", secret)",
        "yamldecode(\"${secret}: [\")",
        "csvdecode(\"${secret},${secret}\")",
        "base64decode(secret)",
        "urldecode(\"%${secret}\")",
        "uuidv5(secret, \"a\")",
        "textdecodebase64(\"aa==\", secret)",
        "provider::google::project_from_id(secret)",
        "provider::terraform::decode_tfvars(secret)",
        "zipmap([secret], [])",
        "index([\"a\"], secret)",
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        let text = format!("{value:?} {faults:?}");
        assert!(!text.contains("hunter2"), "{expression}: {text}");
    }
    assert!(!format!("{:?}", scope.values["holder"]).contains("hunter2"));
}

#[test]
fn unknown_results_keep_their_reason() {
    let scope = TestScope::default().with([
        ("list", Val::unknown(Type::list(Type::String), "known after apply")),
        ("text", Val::unknown(Type::String, "known after apply")),
    ]);
    for expression in [
        "upper(text)",
        "element(list, 0)",
        "concat(list, list)",
        "length(list)",
        "contains([\"a\"], text)",
        "contains([text], \"a\")",
        "one(list)",
        "distinct([text])",
        "lookup({a = 1}, text, 2)",
        "merge({a = 1}, {b = text}).b",
        "format(\"%s-%s\", \"a\", text)",
        "jsonencode([{a = text}])",
        "setproduct(list, [\"a\"])",
        "try(text, \"a\")",
        "coalesce(\"\", text)",
        "formatlist(\"%s\", [\"a\", text])[1]",
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(value.unknown_reason().as_deref(), Some("known after apply"), "{expression}");
    }
}

#[test]
fn what_changes_with_each_run_says_so() {
    for (expression, part) in [
        ("timestamp()", "`timestamp` gives the time of the apply"),
        ("plantimestamp()", "`plantimestamp` gives the time of the plan"),
        ("uuid()", "`uuid` gives another result each time"),
        ("bcrypt(\"a\")", "`bcrypt` gives another result each time"),
        ("base64gzip(\"a\")", "compressor"),
        ("rsadecrypt(\"YQ==\", \"k\")", "no key is ever read"),
        ("format(\"%v\", null)", "null without a type"),
        ("textencodebase64(\"a\", \"Big5\")", "Big5"),
    ] {
        let (value, faults) = evaluate_text(expression, &TestScope::default());
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        let reason = value.unknown_reason().expect("unknown");
        assert!(reason.contains(part), "{expression}: {reason}");
    }
}
