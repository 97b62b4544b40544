//! Calls that would take time or memory without bound are stopped, and the diagnostic names the limit.

use crate::terraform::lang::test_scope::{TestScope, evaluate_text};
use crate::terraform::lang::{Allowance, Type, Val};

/// Names with values that are large but allowed.
fn scope() -> TestScope {
    let text = |size: usize| Val::string("a".repeat(size));
    let members: String = (0..20_000).map(|number| format!("k{number}=1,")).collect();
    let providers = [("terraform".to_owned(), "terraform.io/builtin/terraform".to_owned())].into();
    let scope = TestScope { providers, ..TestScope::default() };
    scope.with([
        ("crowd", Val::string(format!("{{{members}}}"))),
        ("crowded_template", Val::string(format!("${{{{{members}}}}}"))),
        ("nested_template", Val::string(format!("${{{}", "[".repeat(100_000)))),
        ("nested_directives", Val::string("%{ if true }".repeat(100_000))),
        ("kilobytes", text(64 << 10)),
        ("megabytes", text(20 << 20)),
        ("lines", Val::string("\n".repeat(1 << 20))),
        ("commas", Val::string(",".repeat(8 << 20))),
        ("numbers", Val::list(Type::Number, (0..60_000_i64).map(Val::number).collect())),
        ("brackets", Val::string("[".repeat(100_000))),
        ("braces", Val::string("{\"a\":".repeat(100_000))),
        ("yaml_bomb", Val::string(yaml_bomb())),
        ("long_template", Val::string("%{ for x in list }${text}%{ endfor }")),
    ])
}

/// Ten aliases of ten aliases of ten aliases, and so on.
fn yaml_bomb() -> String {
    let mut text = "a0: &a0 [xxxxxxxxxxxxxxxx]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    text
}

/// Each call, and what its diagnostic has to say.
fn check(cases: &[(&str, &str)]) {
    let mut scope = scope();
    for (call, limit) in cases {
        scope.allowance = Allowance::default();
        let (value, faults) = evaluate_text(call, &scope);
        let fault = faults.first().unwrap_or_else(|| panic!("{call} has no fault"));
        assert!(!value.is_known(), "{call}");
        assert!(fault.detail.contains(limit) && fault.span.is_some(), "{call}: {}", fault.detail);
    }
}

const TOO_LARGE: &str = "a value is larger than 64 MiB";
const ARGUMENTS: &str = "the arguments of a call are larger than 64 MiB together";
const STEPS: &str = "more than 4,000,000 steps";

#[test]
fn results_that_would_be_too_large_are_never_built() {
    check(&[
        ("range(1000000000)", "more than 1024 values were generated"),
        ("range(0, 1, 1e-300)", "more than 1024 values were generated"),
        ("format(\"%999999999d\", 1)", "a format verb asks for more than 65,536 characters"),
        ("format(\"%.999999999f\", 1)", "a format verb asks for more than 65,536 characters"),
        ("formatlist(\"%65536s\", numbers)", TOO_LARGE),
        ("formatlist(\"%s%s%s\", megabytes, megabytes, numbers)", TOO_LARGE),
        ("indent(1000000000000, \"a\\nb\")", TOO_LARGE),
        ("indent(100, lines)", TOO_LARGE),
        ("setproduct(numbers, numbers)", TOO_LARGE),
        ("join(megabytes, numbers)", TOO_LARGE),
        ("replace(lines, \"\\n\", kilobytes)", TOO_LARGE),
        ("replace(kilobytes, \"\", kilobytes)", TOO_LARGE),
        ("replace(kilobytes, \"/a/\", kilobytes)", TOO_LARGE),
        ("split(\"\", megabytes)", TOO_LARGE),
        ("split(\",\", commas)", TOO_LARGE),
        ("csvdecode(\"a\\n${replace(commas, \",\", \"\\n\")}\")", TOO_LARGE),
        ("jsondecode(\"[${replace(commas, \",\", \"1,\")}1]\")", TOO_LARGE),
        ("yamldecode(yaml_bomb)", TOO_LARGE),
        ("templatestring(long_template, {list = numbers, text = kilobytes})", TOO_LARGE),
        ("concat([megabytes], [megabytes], [megabytes], [megabytes])", ARGUMENTS),
        ("setunion([megabytes], [megabytes], [megabytes], [megabytes])", ARGUMENTS),
        ("flatten([for x in range(100) : numbers])", TOO_LARGE),
        ("format(\"%s%s%s%s\", megabytes, megabytes, megabytes, megabytes)", ARGUMENTS),
    ]);
}

#[test]
fn documents_that_nest_without_end_are_refused() {
    check(&[
        ("jsondecode(brackets)", "a JSON document nests deeper than 128 levels"),
        ("jsondecode(braces)", "a JSON document nests deeper than 128 levels"),
        (
            "yamldecode(\"${substr(brackets, 0, 150)}${replace(substr(brackets, 0, 150), \"[\", \"]\")}\")",
            "a YAML document nests deeper than 128 levels",
        ),
        ("yamldecode(brackets)", "yamldecode"),
        ("regex(\"${join(\"\", [for x in range(300) : \"(\"])}\", \"a\")", "nests too deeply"),
        ("templatestring(nested_template, {})", "at most 64 nested levels"),
        ("templatestring(nested_directives, {})", "at most 64 nested levels"),
        ("provider::terraform::decode_tfvars(\"a = ${brackets}\")", "at most 64 nested levels"),
    ]);
}

#[test]
fn work_is_paid_for_and_ends() {
    check(&[
        // Each call is short, all of them are not.
        ("[for x in range(1000) : startswith(megabytes, \"b\")]", STEPS),
        ("[for x in range(1000) : length([for y in range(1000) : startswith(kilobytes, \"b\")])]", STEPS),
        ("[for x in slice(numbers, 0, 3000) : contains(numbers, 0)]", STEPS),
        // The parser compares each key of an object with all before it.
        ("templatestring(crowded_template, {})", STEPS),
        ("provider::terraform::decode_tfvars(\"a = ${crowd}\")", STEPS),
        // A search may run to the end of the text, also the search for the next match.
        ("regexall(\"a{0,500}b|a|c*d\", megabytes)", STEPS),
        ("regex(\"(a?){500}a{500}b\", megabytes)", STEPS),
        ("replace(megabytes, \"/(a?){500}a{500}b/\", \"\")", STEPS),
        ("regex(\"\\\\pL{900}\\\\pL{900}\", \"a\")", "a pattern is larger than 4 MiB when it is compiled"),
        ("regex(\"(((a{10}){10}){10}){10}\", \"a\")", "invalid repeat count"),
    ]);
}

#[test]
fn what_is_within_the_limits_is_answered() {
    let scope = scope();
    for (call, expected) in [
        ("setproduct(numbers, numbers, []) == []", "false"),
        ("length(setproduct(numbers, numbers, []))", "0"),
        ("length(concat(numbers, numbers))", "120000"),
        ("length(upper(kilobytes))", "65536"),
        ("length(replace(join(\"\\n\", slice(numbers, 0, 2000)), \"/\\\\n/\", \"\"))", "6890"),
        ("length(regexall(\"[0-9]+\", join(\",\", slice(numbers, 0, 1000))))", "1000"),
        ("length([for x in range(1000) : x if contains(slice(numbers, 0, 1000), x)])", "1000"),
        ("lookup({a = numbers}, \"a\")[59999]", "59999"),
        ("length([for x in range(1000) : length(lookup({a = numbers}, \"a\", []))])", "1000"),
        ("length([for x in range(1000) : element(numbers, x)])", "1000"),
        ("length([for x in range(1000) : length(merge({a = numbers}, {b = x}))])", "1000"),
    ] {
        let (value, faults) = evaluate_text(call, &scope);
        assert!(faults.is_empty(), "{call}: {faults:?}");
        assert_eq!(super::notation::show(&value), expected, "{call}");
    }
}

#[test]
fn networks_and_numbers_have_no_loops_to_run_away() {
    let scope = TestScope::default();
    for call in [
        "cidrsubnets(\"0.0.0.0/0\", range(1, 33)...)",
        "cidrsubnets(\"::/0\", [for x in range(1000) : 32]...)",
        "cidrhost(\"::/0\", 340282366920938463463374607431768211455)",
        "pow(10, 1e9)",
        "pow(0.1, 1e300)",
        "log(1e300, 1e-300)",
        "parseint(join(\"\", [for x in range(1000) : \"9\"]), 10)",
        "timeadd(\"2020-01-01T00:00:00Z\", \"9223372036854775807ns\")",
        "substr(\"abc\", -9223372036854775808, 9223372036854775807)",
        "format(\"%e %f %g\", 1e300, 1e300, 1e-300)",
    ] {
        let (value, faults) = evaluate_text(call, &scope);
        assert!(faults.is_empty(), "{call}: {faults:?}");
        assert!(value.is_known() || value.unknown_reason().is_some(), "{call}");
    }
}
