//! What functions give, checked against Terraform 1.11.4.

use std::collections::BTreeMap;

use super::test_scope::{TestScope, evaluate_text, json};
use super::{Type, Val};

/// Expressions with their value as JSON.
fn check(cases: &[(&str, &str)]) {
    let scope = TestScope::default();
    for (expression, expected) in cases {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        let expected: serde_json::Value = serde_json::from_str(expected).expect("valid");
        assert_eq!(json(&value), expected, "{expression}");
    }
}

/// Expressions with the summary and a part of the detail of their fault.
fn check_faults(cases: &[(&str, &str, &str)]) {
    let scope = TestScope::default();
    for (expression, summary, detail) in cases {
        let (value, faults) = evaluate_text(expression, &scope);
        let fault = faults.first().unwrap_or_else(|| panic!("{expression} has no fault but {value:?}"));
        assert_eq!(fault.summary, *summary, "{expression}");
        assert!(fault.detail.contains(detail), "{expression}: {}", fault.detail);
        assert!(!value.is_known(), "{expression}");
        assert!(fault.span.is_some(), "{expression} has no place");
    }
}

#[test]
fn numbers() {
    check(&[
        ("ceil(-0.5)", "0"),
        ("floor(-1.5)", "-2"),
        ("pow(2, 0.5)", "1.4142135623730951"),
        ("log(8, 2)", "3"),
        ("parseint(\"-ff\", 16)", "-255"),
        ("parseint(\"zZ\", 62)", "2231"),
        ("sum([\"1\", 2.5])", "3.5"),
        ("max([1, 5, 2]...)", "5"),
        ("5 % 0", "5"),
        ("0.1 + 0.2", "0.3"),
    ]);
    check_faults(&[
        ("parseint(\"9\", 8)", "Invalid function argument", "cannot parse \"9\" as a base 8 integer"),
        ("sum([])", "Invalid function argument", "cannot sum an empty list"),
        ("max()", "Error in function call", "must pass at least one number"),
    ]);
}

#[test]
fn texts() {
    check(&[
        ("substr(\"héllo\", 1, -1)", "\"éllo\""),
        ("substr(\"hello\", -3, 2)", "\"ll\""),
        ("substr(\"hello\", 9, 2)", "\"\""),
        ("title(\"hello wORLD foo-bar a_b\")", "\"Hello WORLD Foo-Bar A_b\""),
        ("indent(2, \"a\\nb\\n\")", "\"a\\n  b\\n  \""),
        ("split(\"\", \"abc\")", "[\"a\", \"b\", \"c\"]"),
        ("split(\",\", \"\")", "[\"\"]"),
        ("join(\"-\", [1, true], [\"a\"])", "\"1-true-a\""),
        ("trim(\"xxhixx\", \"x\")", "\"hi\""),
        ("chomp(\"a\\r\\n\\n\")", "\"a\""),
        ("strrev(\"añb\")", "\"bña\""),
        ("urlencode(\"a b/ü~*\")", "\"a+b%2F%C3%BC~%2A\""),
        ("length(\"👩‍👩‍👧é\")", "2"),
    ]);
    check_faults(&[(
        "join(\",\", [1, null])",
        "Invalid function argument",
        "element 1 is null; cannot concatenate null values",
    )]);
}

#[test]
fn patterns() {
    check(&[
        ("regex(\"(?P<x>a)(?P<y>b)\", \"ab\")", "{\"x\": \"a\", \"y\": \"b\"}"),
        ("regexall(\"a(b)?\", \"aab\")", "[[null], [\"b\"]]"),
        ("regexall(\"z\", \"aab\")", "[]"),
        ("replace(\"a1b22\", \"/([0-9]+)/\", \"<$1>\")", "\"a<1>b<22>\""),
        ("replace(\"a.b\", \".\", \"-\")", "\"a-b\""),
        ("can(regex(\"^[a-z]+$\", \"ab1\"))", "false"),
    ]);
    check_faults(&[("regex(\"(\", \"b\")", "Invalid function argument", "invalid regexp pattern")]);
}

#[test]
fn formats() {
    check(&[
        (
            "format(\"%5.1f|%-5s|%05d|%+d|%e|%g\", 1.25, \"a\", 42, 7, 12345.678, 0.00001)",
            "\"  1.2|a    |00042|+7|1.234568e+04|1e-05\"",
        ),
        (
            "format(\"%b|%o|%X|%q|%v|%#v\", 5, 8, 255, \"a\\\"<b\", [1], {a=\"<\"})",
            "\"101|10|FF|\\\"a\\\\\\\"\\\\u003cb\\\"|[1]|{\\\"a\\\":\\\"\\\\u003c\\\"}\"",
        ),
        ("format(\"%[2]s-%[1]s %%\", \"a\", \"b\")", "\"b-a %\""),
        ("format(\"%v %v\", 1.5, true)", "\"1.5 true\""),
        ("format(\"%08.3f\", -3.14159)", "\"-003.142\""),
        ("formatlist(\"%s-%s\", \"x\", [\"a\", \"b\"])", "[\"x-a\", \"x-b\"]"),
        ("formatlist(\"%s\", [])", "[]"),
    ]);
    check_faults(&[
        ("format(\"%d\", 1.5)", "Error in function call", "unsupported value for \"%d\" at 0: an integer is required"),
        (
            "format(\"%s\")",
            "Error in function call",
            "not enough arguments for \"%s\" at 0: need index 1 but have 0 total",
        ),
        (
            "format(\"%s\", \"a\", \"b\")",
            "Invalid function argument",
            "too many arguments; only 1 used by format string",
        ),
        ("format(\"%z\", 1)", "Error in function call", "unsupported format verb 'z' in \"%z\" at offset 0"),
    ]);
}

#[test]
fn collections() {
    check(&[
        ("merge(null, {a=1}, tomap({b=2}))", "{\"a\": 1, \"b\": 2}"),
        ("merge()", "{}"),
        ("lookup({a=1}, \"b\", [])", "[]"),
        ("lookup(tomap({a=1}), \"b\", \"2\")", "2"),
        ("coalesce(null, 1, \"a\")", "\"1\""),
        ("coalesce(\"\", \"a\")", "\"a\""),
        ("contains([\"1\"], 1)", "false"),
        ("transpose({a=[\"1\", \"2\"], b=[\"2\"]})", "{\"1\": [\"a\"], \"2\": [\"a\", \"b\"]}"),
        ("zipmap([\"a\", \"b\"], [1, \"x\"])", "{\"a\": 1, \"b\": \"x\"}"),
        ("values({b=1, a=2})", "[2, 1]"),
        ("alltrue([null])", "false"),
        ("anytrue([null, \"true\"])", "true"),
        ("alltrue([])", "true"),
        ("length({a=1, b=2})", "2"),
    ]);
    check_faults(&[
        ("merge([1])", "Error in function call", "arguments must be maps or objects, got \"tuple\""),
        ("lookup({}, \"a\")", "Invalid function argument", "the given object has no attribute \"a\""),
        (
            "lookup(tomap({a=1}), \"b\", [])",
            "Invalid function argument",
            "the default value must have the same type as the map elements",
        ),
        ("coalesce(\"\", \"\")", "Error in function call", "no non-null, non-empty-string arguments"),
        (
            "zipmap([\"a\", \"b\"], [1])",
            "Error in function call",
            "number of keys (2) does not match number of values (1)",
        ),
        ("length(1)", "Error in function call", "argument must be a string, a collection type, or a structural type"),
        ("list(1)", "Error in function call", "tolist"),
    ]);
}

#[test]
fn sequences() {
    check(&[
        ("flatten([[1, [2]], toset([3])])", "[1, 2, 3]"),
        ("distinct([1, \"1\"])", "[\"1\"]"),
        ("distinct([\"b\", \"a\", \"b\"])", "[\"b\", \"a\"]"),
        ("compact([\"a\", null, \"\"])", "[\"a\"]"),
        ("chunklist([1, 2, 3], 2)", "[[1, 2], [3]]"),
        ("range(3, 0)", "[3, 2, 1]"),
        ("range(0)", "[]"),
        ("range(1, 2, 0.25)", "[1, 1.25, 1.5, 1.75]"),
        ("element([\"a\", \"b\"], 3)", "\"b\""),
        ("index([\"a\", \"b\"], \"b\")", "1"),
        ("matchkeys([\"a\", \"b\"], [1, 2], [2])", "[\"b\"]"),
        ("one([])", "null"),
        ("one(toset([\"a\"]))", "\"a\""),
        ("reverse([1, 2])", "[2, 1]"),
        ("slice([1, 2, 3], 1, 3)", "[2, 3]"),
        ("sort([3, \"b\", 12])", "[\"12\", \"3\", \"b\"]"),
        ("concat([1], [\"a\"])", "[1, \"a\"]"),
        ("coalescelist([], [1])", "[1]"),
    ]);
    check_faults(&[
        ("range(10000)", "Error in function call", "more than 1024 values were generated"),
        ("range(1000000000)", "Error in function call", "more than 1024 values were generated"),
        ("element([], 0)", "Error in function call", "cannot use element function with an empty list"),
        ("index([\"a\"], \"b\")", "Error in function call", "item not found"),
        (
            "slice([1, 2, 3], 1, 9)",
            "Invalid function argument",
            "end index must not be greater than the length of the list",
        ),
        (
            "one([1, 2])",
            "Invalid function argument",
            "must be a list, set, or tuple value with either zero or one elements",
        ),
        ("concat(\"a\")", "Invalid function argument", "all arguments must be lists or tuples; got string"),
    ]);
}

#[test]
fn sets() {
    check(&[
        ("setunion([\"b\"], [\"a\", \"b\"])", "[\"a\", \"b\"]"),
        ("setintersection([1, 2], [\"2\", \"3\"])", "[\"2\"]"),
        ("setsubtract([\"a\", \"b\"], [])", "[\"a\", \"b\"]"),
        ("setproduct([\"a\"], [1, 2])", "[[\"a\", 1], [\"a\", 2]]"),
        ("toset([10, 9])", "[9, 10]"),
        ("toset([10, 9, \"a\"])", "[\"10\", \"9\", \"a\"]"),
        ("[for x in toset([{a=2, b=\"x\"}, {a=10, b=\"y\"}]) : x.a]", "[10, 2]"),
        ("toset([[\"b\"], [\"a\"], [\"b\"]])", "[[\"a\"], [\"b\"]]"),
    ]);
}

#[test]
fn encodings() {
    check(&[
        (
            "jsonencode({b=1.50, a=[null, true, \"<é&\"]})",
            "\"{\\\"a\\\":[null,true,\\\"\\\\u003cé\\\\u0026\\\"],\\\"b\\\":1.5}\"",
        ),
        ("jsonencode(null)", "\"null\""),
        ("jsondecode(\"[1.50, \\\"a\\\", null]\")", "[1.5, \"a\", null]"),
        ("csvdecode(\"a,b\\n\\\"x, y\\\",\\\"q\\\"\\\"q\\\"\\n\")", "[{\"a\": \"x, y\", \"b\": \"q\\\"q\"}]"),
        ("textdecodebase64(textencodebase64(\"äb\", \"UTF-16BE\"), \"UTF-16BE\")", "\"äb\""),
        ("base64sha256(\"test\")", "\"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\""),
        ("md5(\"a\")", "\"0cc175b9c0f1b6a831c399e269772661\""),
    ]);
    check_faults(&[
        ("jsondecode(\"{\")", "Error in function call", "Call to function \"jsondecode\" failed"),
        ("base64decode(\"!!\")", "Error in function call", "failed to decode base64 data"),
        ("csvdecode(\"a,a\\n\")", "Error in function call", "duplicate column name"),
    ]);
}

#[test]
fn yaml() {
    check(&[
        (
            "yamldecode(\"d1: 2020-01-01\\nd2: 2020-1-1\\nd3: 2020-01-01 10:00:00\\nd5: 2020-01-01 10:00:00.5 +02:00\\nd6: 2020-01-01T10:00\\nd7: 2001-12-14t21:59:43.10-05:00\\nd8: 2020-13-01\")",
            "{\"d1\": \"2020-01-01T00:00:00Z\", \"d2\": \"2020-01-01T00:00:00Z\", \"d3\": \"2020-01-01T10:00:00Z\", \"d5\": \"2020-01-01 10:00:00.5 +02:00\", \"d6\": \"2020-01-01T10:00\", \"d7\": \"2001-12-14T21:59:43-05:00\", \"d8\": \"2020-13-01\"}",
        ),
        (
            "yamldecode(\"a: y\\nb: tRue\\nc: 0b11\\nd: 0X1F\\ne: -0x1f\\nf: 1.\\ng: +1\\nh: 08\\nj: 1e\\nk: .5\\nl: <<\\nn: no\\n2.0: z\")",
            "{\"a\": true, \"b\": \"tRue\", \"c\": \"0b11\", \"d\": \"0X1F\", \"e\": \"-0x1f\", \"f\": 1, \"g\": 1, \"h\": 8, \"j\": \"1e\", \"k\": 0.5, \"l\": \"<<\", \"false\": false, \"2\": \"z\"}",
        ),
        (
            "yamldecode(\"a: !!str 12\\nb: !!int \\\"12\\\"\\nc: !!float 1\\nd: !!binary aGVsbG8=\\ne: {b: 1, b: 2}\\nf: !!null \\\"\\\"\")",
            "{\"a\": \"12\", \"b\": \"12\", \"c\": 1, \"d\": \"aGVsbG8=\", \"e\": {\"b\": 2}, \"f\": \"\"}",
        ),
        ("yamldecode(\"- &a {x: 1}\\n- {x: 9, <<: *a}\\n- *a\")", "[{\"x\": 1}, {\"x\": 1}, {\"x\": 1}]"),
        ("yamldecode(\"---\\n\")", "null"),
        ("yamldecode(\"- &a {x: 1}\\n- <<: *a\\n  z: 2\\n\")", "[{\"x\": 1}, {\"x\": 1, \"z\": 2}]"),
        (
            "yamldecode(\"b: on\\nc: 0777\\nd: 1_000\\ng: 1e3\\nh: 0o17\\ni: 0x1f\\nj: ~\\nk: \\\"yes\\\"\\n1: x\\n\")",
            "{\"b\": true, \"c\": 777, \"d\": \"1_000\", \"g\": 1000, \"h\": 15, \"i\": 31, \"j\": null, \"k\": \"yes\", \"1\": \"x\"}",
        ),
        (
            "yamlencode({a=[1, {b=\"x\\ny\"}, []], c={}, d=[[1, 2], [3]], e=null})",
            "\"\\\"a\\\":\\n- 1\\n- \\\"b\\\": |-\\n    x\\n    y\\n- []\\n\\\"c\\\": {}\\n\\\"d\\\":\\n- - 1\\n  - 2\\n- - 3\\n\\\"e\\\": null\\n\"",
        ),
        ("yamlencode([{a=1, b=2}, {c=[1]}])", "\"- \\\"a\\\": 1\\n  \\\"b\\\": 2\\n- \\\"c\\\":\\n  - 1\\n\""),
        ("yamlencode(\"a\\nb\\n\\n\")", "\"|+\\n  a\\n  b\\n\\n\""),
        ("yamlencode({a = \"x \\ny\", b = \"\\t\"})", "\"\\\"a\\\": \\\"x \\\\ny\\\"\\n\\\"b\\\": \\\"\\\\t\\\"\\n\""),
        (
            "yamlencode({f=\"aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccccccccccccccccccc dddddddddddddddddd\"})",
            "\"\\\"f\\\": \\\"aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccccccccccccccccccc\\n  dddddddddddddddddd\\\"\\n\"",
        ),
    ]);
    check_faults(&[
        ("yamldecode(\"\")", "Error in function call", "missing start of document"),
        ("yamldecode(\"a: !custom x\")", "Error in function call", "unsupported tag \"!custom\""),
        ("yamldecode(\"a: 1\\n---\\nb: 2\")", "Error in function call", "unexpected extra content after value"),
        ("yamldecode(\"x: &a [*a]\")", "Error in function call", "from inside its own definition"),
        ("yamldecode(\"~: a\")", "Error in function call", "mapping key cannot be null"),
        ("yamldecode(\"a: [\")", "Error in function call", "Call to function \"yamldecode\" failed"),
    ]);
}

#[test]
fn dates() {
    check(&[
        (
            "formatdate(\"EEEE, DD-MMM-YY hh:mm:ss ZZZ\", \"2018-01-04T23:12:01+05:30\")",
            "\"Thursday, 04-Jan-18 23:12:01 +0530\"",
        ),
        ("formatdate(\"YYYY'T'M''D h AA HH Z\", \"2018-01-04T00:12:01Z\")", "\"2018T1'4 0 AM 12 Z\""),
        ("timeadd(\"2018-01-04T23:12:01+05:30\", \"1h30m\")", "\"2018-01-05T00:42:01+05:30\""),
        ("timeadd(\"2017-11-22T00:00:00Z\", \"-1.5s\")", "\"2017-11-21T23:59:58Z\""),
        ("timecmp(\"2017-11-22T01:00:00Z\", \"2017-11-22T00:00:00-01:00\")", "0"),
    ]);
    check_faults(&[
        ("timeadd(\"2017-11-22\", \"1s\")", "Invalid function argument", "not a valid RFC3339 timestamp"),
        ("timeadd(\"2017-11-22T00:00:00Z\", \"x\")", "Invalid function argument", "invalid duration"),
    ]);
}

#[test]
fn networks() {
    check(&[
        ("cidrhost(\"10.0.0.0/8\", -1)", "\"10.255.255.255\""),
        ("cidrhost(\"2001:db8::/32\", 5)", "\"2001:db8::5\""),
        ("cidrsubnets(\"10.0.0.0/8\", 4, 8, 2)", "[\"10.0.0.0/12\", \"10.16.0.0/16\", \"10.64.0.0/10\"]"),
        ("cidrsubnet(\"10.1.2.3/8\", 8, 255)", "\"10.255.0.0/16\""),
        ("cidrsubnet(\"2001:db8::/56\", 8, 1)", "\"2001:db8:0:1::/64\""),
        ("cidrnetmask(\"10.0.0.0/12\")", "\"255.240.0.0\""),
    ]);
    check_faults(&[
        (
            "cidrsubnet(\"10.0.0.0/8\", 30, 1)",
            "Error in function call",
            "insufficient address space to extend prefix of 8 by 30",
        ),
        (
            "cidrhost(\"10.0.0.1/30\", 9)",
            "Error in function call",
            "prefix of 30 does not accommodate a host numbered 9",
        ),
        ("cidrhost(\"x\", 9)", "Invalid function argument", "invalid CIDR address: x"),
    ]);
}

#[test]
fn conversions() {
    check(&[
        ("tobool(null)", "null"),
        ("tolist([1, \"a\"])", "[\"1\", \"a\"]"),
        ("tomap({a=1, b=\"x\"})", "{\"a\": \"1\", \"b\": \"x\"}"),
        ("tostring(0.000001)", "\"0.000001\""),
        ("tostring(1e21)", "\"1000000000000000000000\""),
    ]);
    check_faults(&[
        (
            "tonumber(\"x\")",
            "Invalid function argument",
            "cannot convert \"x\" to number; given string must be a decimal representation of a number",
        ),
        ("tobool([])", "Invalid function argument", "cannot convert tuple to bool"),
        ("tobool(\"yes\")", "Invalid function argument", "only the strings \"true\" or \"false\" are allowed"),
        ("tolist(\"a\")", "Invalid function argument", "cannot convert string to list of any single type"),
    ]);
}

#[test]
fn calls_are_checked() {
    check_faults(&[
        (
            "upper()",
            "Not enough function arguments",
            "Function \"upper\" expects 1 argument(s). Missing value for \"str\".",
        ),
        ("upper(1, 2)", "Too many function arguments", "Function \"upper\" expects only 1 argument(s)."),
        ("uper(1)", "Call to unknown function", "There is no function named \"uper\". Did you mean \"upper\"?"),
        ("upper(null)", "Invalid function argument", "Invalid value for \"str\" parameter: argument must not be null."),
        ("upper([])", "Invalid function argument", "Invalid value for \"str\" parameter: string required."),
        ("upper(null...)", "Invalid expanding argument value", "must not be null"),
        ("foo::bar(1)", "Call to unknown function", "foo::bar"),
        ("try({}.a)", "Error in function call", "no expression succeeded"),
        ("templatestring(\"a\", {})", "Invalid function argument", "does not support providing a literal template"),
    ]);
    check(&[("core::upper(\"a\")", "\"A\"")]);
}

#[test]
fn what_changes_with_each_run_is_unknown_without_a_fault() {
    for expression in [
        "timestamp()",
        "uuid()",
        "plantimestamp()",
        "bcrypt(\"a\")",
        "base64gzip(\"a\")",
        "provider::google::region_from_zone(\"us-central1-a\")",
    ] {
        let (value, faults) = evaluate_text(expression, &TestScope::default());
        assert!(faults.is_empty() && !value.is_known(), "{expression}");
        assert!(value.unknown_reason().is_some_and(|reason| !reason.is_empty()));
    }
}

#[test]
fn marks_travel_as_in_terraform() {
    let cases = [
        ("length(sensitive([1]))", true),
        ("length([sensitive(1)])", false),
        ("keys({a=sensitive(1)})", false),
        ("lookup({a=sensitive(1), b=2}, \"b\")", false),
        ("lookup({a=sensitive(1), b=2}, \"a\")", true),
        ("concat([sensitive(\"a\")], [\"b\"])[1]", false),
        ("concat([sensitive(\"a\")], [\"b\"])[0]", true),
        ("join(\",\", [sensitive(\"a\")])", true),
        ("jsonencode({a=sensitive(1)})", true),
        ("toset([sensitive(\"a\")])", true),
        ("tolist([sensitive(\"a\")])", false),
        ("merge(sensitive({a=1}), {b=2})", true),
        ("setunion([sensitive(\"a\")], [\"b\"])", true),
        ("slice([sensitive(\"a\"), \"b\"], 1, 2)[0]", false),
        ("nonsensitive(sensitive(1))", false),
        ("issensitive(sensitive(1))", false),
        ("can(sensitive(1))", false),
        ("try(sensitive(1), 2)", true),
        ("sensitive(true) ? 1 : 2", true),
        ("\"a${sensitive(1)}\"", true),
        ("sensitive([1])[0]", true),
        ("[for x in sensitive([1]) : 1]", true),
        ("{ for x in [sensitive(\"a\")] : x => 1 }", true),
    ];
    for (expression, is_sensitive) in cases {
        let (value, faults) = evaluate_text(expression, &TestScope::default());
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(value.is_sensitive(), is_sensitive, "{expression}");
    }
}

#[test]
fn faults_and_debug_output_never_show_a_sensitive_value() {
    let scope = TestScope::default().with([
        ("secret", Val::string("hunter2").mark(true)),
        ("holder", Val::object(BTreeMap::from([("p".into(), Val::string("hunter2").mark(true))]))),
    ]);
    for expression in [
        "tonumber(secret)",
        "tobool(secret)",
        "parseint(secret, 10)",
        "cidrhost(secret, 1)",
        "timeadd(secret, \"1h\")",
        "jsondecode(secret)",
        "regex(secret, secret)",
        "formatdate(secret, secret)",
        "file(secret)",
        "lookup({}, secret)",
        "{ for x in [1, 2] : secret => x }",
        "{}[secret]",
        "secret + 1",
        "secret ? 1 : 2",
        "holder.p.x",
        "format(secret, 1)",
        "yamldecode(\"${secret}: [\")",
        "csvdecode(\"${secret},${secret}\")",
        "base64decode(secret)",
        "uuidv5(secret, \"a\")",
        "textdecodebase64(\"aa==\", secret)",
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        let text = format!("{value:?} {faults:?}");
        assert!(!text.contains("hunter2"), "{expression}: {text}");
    }
    assert!(!format!("{:?}", scope.values["holder"]).contains("hunter2"));
}

#[test]
fn unknown_results_keep_their_type_and_reason() {
    let scope = TestScope::default().with([
        ("list", Val::unknown(Type::list(Type::String), "known after apply")),
        ("text", Val::unknown(Type::String, "known after apply")),
    ]);
    for (expression, of) in [
        ("upper(text)", Type::String),
        ("element(list, 0)", Type::String),
        ("concat(list, list)", Type::list(Type::String)),
        ("length(list)", Type::Number),
        ("split(\",\", text)", Type::list(Type::String)),
        ("contains([\"a\"], text)", Type::Bool),
        ("one(list)", Type::String),
        ("distinct(list)", Type::list(Type::String)),
        ("toset(list)", Type::set(Type::String)),
        ("lookup({a=1}, text, 2)", Type::Any),
        ("regex(\"(a)(b)\", text)", Type::tuple(vec![Type::String, Type::String])),
    ] {
        let (value, faults) = evaluate_text(expression, &scope);
        assert!(faults.is_empty(), "{expression}: {faults:?}");
        assert_eq!(value.ty(), of, "{expression}");
        assert_eq!(value.unknown_reason().as_deref(), Some("known after apply"), "{expression}");
    }
}
