//! The law of unknowns for every function: each argument of a call forgotten, in whole or in part, gives the same result
//! or a vaguer one.

use super::property_tests::{forget, is_vaguer};
use super::test_scope::{TestScope, evaluate_text};
use super::{FileContext, Val, functions};

/// Calls that have a value, or would have one but for what is random or secret; at least one of each function.
const CALLS: &[(&str, &[&str])] = &[
    ("abs", &["-2"]),
    ("abspath", &["\"a/b\""]),
    ("alltrue", &["[true, true]"]),
    ("alltrue", &["[true, false]"]),
    ("anytrue", &["[false, true]"]),
    ("anytrue", &["[]"]),
    ("base64decode", &["\"YQ==\""]),
    ("base64encode", &["\"a\""]),
    ("base64gzip", &["\"a\""]),
    ("base64sha256", &["\"a\""]),
    ("base64sha512", &["\"a\""]),
    ("basename", &["\"a/b\""]),
    ("bcrypt", &["\"a\""]),
    ("ceil", &["1.5"]),
    ("chomp", &["\"a\\n\""]),
    ("chunklist", &["[\"a\", \"b\", \"c\"]", "2"]),
    ("cidrhost", &["\"10.0.0.0/8\"", "2"]),
    ("cidrnetmask", &["\"10.0.0.0/8\""]),
    ("cidrsubnet", &["\"10.0.0.0/8\"", "8", "2"]),
    ("cidrsubnets", &["\"10.0.0.0/8\"", "8", "4"]),
    ("coalesce", &["\"\"", "\"a\"", "\"b\""]),
    ("coalesce", &["null", "1", "2"]),
    ("coalescelist", &["[]", "[\"a\"]"]),
    ("compact", &["[\"a\", \"\", \"b\"]"]),
    ("concat", &["[\"a\"]", "[1]", "[]"]),
    ("concat", &["tolist([\"a\"])", "tolist([\"b\"])"]),
    ("contains", &["[\"a\", \"b\"]", "\"b\""]),
    ("contains", &["tolist([\"a\"])", "\"z\""]),
    ("csvdecode", &["\"a,b\\n1,2\\n\""]),
    ("dirname", &["\"a/b\""]),
    ("distinct", &["[\"a\", \"b\", \"a\"]"]),
    ("element", &["[\"a\", \"b\"]", "3"]),
    ("endswith", &["\"ab\"", "\"b\""]),
    ("ephemeralasnull", &["\"a\""]),
    ("file", &["\"text\""]),
    ("filebase64", &["\"text\""]),
    ("filebase64sha256", &["\"text\""]),
    ("filebase64sha512", &["\"text\""]),
    ("fileexists", &["\"text\""]),
    ("fileexists", &["\"none\""]),
    ("filemd5", &["\"text\""]),
    ("fileset", &["\".\"", "\"*\""]),
    ("filesha1", &["\"text\""]),
    ("filesha256", &["\"text\""]),
    ("filesha512", &["\"text\""]),
    ("flatten", &["[[\"a\"], [], [[\"b\"], \"c\"]]"]),
    ("floor", &["1.5"]),
    ("format", &["\"%s-%03d-%v\"", "\"a\"", "7", "[1]"]),
    ("formatdate", &["\"YYYY\"", "\"2020-01-02T03:04:05Z\""]),
    ("formatlist", &["\"%s-%s\"", "[\"a\", \"b\"]", "\"c\""]),
    ("indent", &["2", "\"a\\nb\""]),
    ("index", &["[\"a\", \"b\"]", "\"b\""]),
    ("issensitive", &["\"a\""]),
    ("join", &["\"-\"", "[\"a\", \"b\"]"]),
    ("jsondecode", &["\"{\\\"a\\\": [1]}\""]),
    ("jsonencode", &["{ a = [1, \"b\"] }"]),
    ("keys", &["{ a = 1, b = 2 }"]),
    ("keys", &["tomap({ a = 1 })"]),
    ("length", &["[1, 2]"]),
    ("length", &["\"ab\""]),
    ("length", &["toset([\"a\", \"b\"])"]),
    ("length", &["{ a = 1 }"]),
    ("log", &["8", "2"]),
    ("lookup", &["{ a = \"x\" }", "\"a\"", "\"d\""]),
    ("lookup", &["tomap({ a = \"x\" })", "\"b\"", "\"d\""]),
    ("lower", &["\"A\""]),
    ("matchkeys", &["[\"a\", \"b\"]", "[\"x\", \"y\"]", "[\"y\"]"]),
    ("max", &["1", "2"]),
    ("md5", &["\"a\""]),
    ("merge", &["{ a = 1 }", "{ b = \"c\" }"]),
    ("merge", &["tomap({ a = 1 })", "null", "tomap({ a = 2 })"]),
    ("min", &["1", "2"]),
    ("nonsensitive", &["sensitive(\"a\")"]),
    ("one", &["[\"a\"]"]),
    ("one", &["[]"]),
    ("one", &["toset([\"a\"])"]),
    ("parseint", &["\"ff\"", "16"]),
    ("pathexpand", &["\"~/a\""]),
    ("plantimestamp", &[]),
    ("pow", &["2", "3"]),
    ("range", &["3"]),
    ("range", &["1", "6", "2"]),
    ("cidrcontains", &["\"10.0.0.0/8\"", "\"10.1.0.0/16\""]),
    ("regex", &["\"[a-z]+\"", "\"1ab\""]),
    ("regex", &["\"(?P<n>[a-z])(?P<m>[0-9])?\"", "\"a\""]),
    ("regexall", &["\"[a-z]\"", "\"ab\""]),
    ("replace", &["\"aba\"", "\"a\"", "\"c\""]),
    ("replace", &["\"aba\"", "\"/a(.)/\"", "\"$1\""]),
    ("reverse", &["[\"a\", 1]"]),
    ("reverse", &["toset([\"a\", \"b\"])"]),
    ("rsadecrypt", &["\"YQ==\"", "\"key\""]),
    ("sensitive", &["\"a\""]),
    ("setintersection", &["[\"a\", \"b\"]", "[\"b\"]", "[\"b\", \"c\"]"]),
    ("setproduct", &["[\"a\", \"b\"]", "[\"c\"]"]),
    ("setproduct", &["toset([\"a\"])", "toset([\"b\", \"c\"])"]),
    ("setsubtract", &["[\"a\", \"b\"]", "[\"b\"]"]),
    ("setunion", &["[\"a\"]", "[\"b\", \"a\"]"]),
    ("sha1", &["\"a\""]),
    ("sha256", &["\"a\""]),
    ("sha512", &["\"a\""]),
    ("signum", &["-3"]),
    ("slice", &["[\"a\", \"b\", \"c\"]", "1", "2"]),
    ("sort", &["[\"b\", \"a\"]"]),
    ("split", &["\"-\"", "\"a-b\""]),
    ("startswith", &["\"ab\"", "\"a\""]),
    ("strcontains", &["\"abc\"", "\"b\""]),
    ("strrev", &["\"ab\""]),
    ("substr", &["\"abc\"", "1", "1"]),
    ("sum", &["[1, 2]"]),
    ("templatefile", &["\"template\"", "{ a = \"b\" }"]),
    ("templatestring", &["\"$${a}\"", "{ a = \"b\" }"]),
    ("textdecodebase64", &["\"YQA=\"", "\"UTF-16LE\""]),
    ("textencodebase64", &["\"a\"", "\"UTF-16LE\""]),
    ("timeadd", &["\"2020-01-02T03:04:05Z\"", "\"1h\""]),
    ("timecmp", &["\"2020-01-02T03:04:05Z\"", "\"2021-01-02T03:04:05Z\""]),
    ("timestamp", &[]),
    ("title", &["\"a b\""]),
    ("tobool", &["\"true\""]),
    ("tolist", &["[\"a\", 1]"]),
    ("tolist", &["toset([\"a\", \"b\"])"]),
    ("tomap", &["{ a = \"b\", c = 1 }"]),
    ("tonumber", &["\"1\""]),
    ("toset", &["[\"b\", \"a\", \"b\"]"]),
    ("tostring", &["1"]),
    ("transpose", &["{ a = [\"x\", \"y\"], b = [\"x\"] }"]),
    ("trim", &["\"xax\"", "\"x\""]),
    ("trimprefix", &["\"xa\"", "\"x\""]),
    ("trimspace", &["\" a \""]),
    ("trimsuffix", &["\"ax\"", "\"x\""]),
    ("upper", &["\"a\""]),
    ("urldecode", &["\"a%20b\""]),
    ("urlencode", &["\"a b\""]),
    ("uuid", &[]),
    ("uuidv5", &["\"dns\"", "\"a\""]),
    ("values", &["{ a = 1, b = \"c\" }"]),
    ("values", &["tomap({ a = 1 })"]),
    ("yamldecode", &["\"a: [1]\""]),
    ("yamlencode", &["{ a = [1, \"b\"] }"]),
    ("zipmap", &["[\"a\", \"b\"]", "[1, \"c\"]"]),
    ("zipmap", &["[\"a\"]", "tolist([1])"]),
];

/// Functions that give no value, or are written in another way.
const WITHOUT_CALLS: &[&str] = &["base64gunzip", "list", "map", "type"];

/// A folder with the files that calls read.
fn scope(folder: &tempfile::TempDir) -> TestScope {
    for (name, text) in [("text", "a"), ("template", "<${a}>")] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let files = FileContext {
        root_directory: folder.path().to_owned(),
        confinement: folder.path().to_owned(),
        home: Some("/home".into()),
    };
    TestScope { files, ..TestScope::default() }
}

#[test]
fn each_argument_forgotten_gives_the_same_or_unknown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut wrong = Vec::new();
    for (name, arguments) in CALLS {
        let names: Vec<String> = (0..arguments.len()).map(|position| format!("a{position}")).collect();
        let call = format!("{name}({})", names.join(", "));
        let values: Vec<Val> = arguments
            .iter()
            .map(|argument| {
                let (value, faults) = evaluate_text(argument, &TestScope::default());
                assert!(faults.is_empty(), "{argument}: {faults:?}");
                value
            })
            .collect();
        let with = |values: &[Val]| {
            let named = names.iter().map(String::as_str).zip(values.iter().cloned());
            evaluate_text(&call, &scope(&folder).with(named))
        };
        let (exact, faults) = with(&values);
        assert!(faults.is_empty(), "{call} of {arguments:?}: {faults:?}");
        for position in 0..values.len() {
            let known = &values[position];
            let forgotten = [forget(known, true), forget(known, false), Val::unknown_any("forgotten")];
            for vague_argument in forgotten {
                let mut vague_values = values.clone();
                vague_values[position] = vague_argument.clone();
                let (vague, faults) = with(&vague_values);
                let place = || format!("{call} of {arguments:?} with {vague_argument:?} at {position}");
                if !faults.is_empty() {
                    wrong.push(format!("{}: {faults:?}", place()));
                } else if !is_vaguer(&vague, &exact) {
                    wrong.push(format!("{}: {vague:?} is not a vaguer {exact:?}", place()));
                }
                // What is marked stays marked, also when it is not known.
                let mut marked_values = vague_values;
                marked_values[position] = vague_argument.clone().mark(true);
                let (marked, _) = with(&marked_values);
                let keeps_marks = !matches!(*name, "nonsensitive" | "issensitive");
                if keeps_marks && !marked.contains_sensitive() && !marked.is_wholly_known() {
                    wrong.push(format!("{}: {marked:?} has lost the mark", place()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_a_call() {
    for name in functions::names() {
        let has_call = CALLS.iter().any(|(other, _)| *other == name);
        assert!(has_call != WITHOUT_CALLS.contains(&name), "{name}");
    }
}
