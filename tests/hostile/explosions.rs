//! Small texts that ask for very much: each is stopped with a diagnostic that names the limit.

use trueup::model::Value;

use crate::roots::{assert_stopped, configuration, lines, of, only_error};

const TOO_LARGE: &str = "Expression is too large to evaluate";

/// `locals` in which each value holds the one before it twice.
fn doubling(first: &str, twice: &str, times: usize) -> String {
    let rest: String = (1..=times)
        .map(|number| format!("  l{number} = {}\n", twice.replace('L', &format!("local.l{}", number - 1))))
        .collect();
    format!("locals {{\n  l0 = {first}\n{rest}}}\n")
}

#[test]
fn a_range_is_no_longer_than_terraform_allows() {
    for text in ["range(1000000000)", "range(0, 1e9, 0.001)", "range(0, -1000000)"] {
        let error = only_error(&of(&format!("locals {{\n  x = {text}\n}}\n")));
        assert!(error.starts_with("main.tf:2 Error in function call") && error.contains("1024 values"), "{error}");
    }
}

#[test]
fn instances_are_counted_over_the_whole_root() {
    let limit = "more than 100000 instances";
    let configuration = of("resource \"null_resource\" \"r\" {\n  count = 1000000\n}\n");
    assert!(only_error(&configuration).contains(limit));
    assert_eq!((configuration.instances.len(), configuration.unexpanded.len()), (0, 1));
    let for_each = "for_each = toset([for p in setproduct(range(1000), range(1000)) : join(\"-\", p)])";
    let configuration = of(&format!("resource \"null_resource\" \"r\" {{\n  {for_each}\n}}\n"));
    assert_stopped(&configuration, "main.tf:", "");
    assert_eq!((configuration.instances.len(), configuration.unexpanded.len()), (0, 1));
}

#[test]
fn modules_in_modules_do_not_multiply_without_end() {
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n  count  = 1000\n}}\n");
    let configuration = configuration(&[
        ("main.tf", &call("./a")),
        ("a/main.tf", &call("../b")),
        ("b/main.tf", &call("../c")),
        ("c/main.tf", "resource \"null_resource\" \"r\" {\n  count = 1000\n}\n"),
    ]);
    assert_stopped(&configuration, "", "more than 100000 instances");
    assert!(!configuration.unexpanded.is_empty() || !configuration.unreadable_modules.is_empty());
    assert!(configuration.unexpanded.len() + configuration.unreadable_modules.len() < 250_000);
}

#[test]
fn module_calls_are_counted_over_the_whole_root() {
    let calls = |source: &str| -> String {
        (0..110).map(|number| format!("module \"m{number}\" {{\n  source = \"{source}\"\n}}\n")).collect()
    };
    let configuration = configuration(&[
        ("main.tf", &calls("./a")),
        ("a/main.tf", &calls("../b")),
        ("b/main.tf", &calls("../c")),
        ("c/main.tf", "resource \"null_resource\" \"r\" {}\n"),
    ]);
    assert_stopped(&configuration, "", "more than 10000 module calls");
    assert!(!configuration.unreadable_modules.is_empty());
}

#[test]
fn loops_in_loops_are_stopped() {
    let list = "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : [for d in range(1000) : a]]]]";
    let map = "{ for a in range(1000) : a => { for b in range(1000) : b => { for c in range(1000) : c => a } } }";
    let text = "\"%{ for a in range(1000) }%{ for b in range(1000) }%{ for c in range(1000) }${a}%{ endfor }%{ endfor }%{ endfor }\"";
    let nothing = "\"%{ for a in range(1000) }%{ for b in range(1000) }%{ for c in range(1000) }%{ endfor }%{ endfor }%{ endfor }\"";
    let splat = "[for a in range(1000) : [for b in range(1000) : range(1000)[*]]]";
    for text in [list, map, text, nothing, splat] {
        let error = only_error(&of(&format!("locals {{\n  x = {text}\n}}\n")));
        assert!(error.starts_with(&format!("main.tf:2 {TOO_LARGE}: Evaluation was stopped: ")), "{error}");
        assert!(error.contains("more than") || error.contains("larger than 64 MiB"), "it names the limit: {error}");
    }
}

#[test]
fn strings_that_double_are_stopped() {
    assert_stopped(&of(&doubling("\"0123456789\"", "\"${L}${L}\"", 60)), "main.tf:", "larger than 64 MiB");
    assert_stopped(&of(&doubling("\"0123456789\"", "join(\"\", [L, L])", 60)), "main.tf:", "larger than 64 MiB");
    assert_stopped(&of(&doubling("\"<\"", "jsonencode(L)", 60)), "main.tf:", "larger than 64 MiB");
}

#[test]
fn values_that_double_are_stopped_whatever_is_done_with_them() {
    const BYTES: &str = "larger than 64 MiB";
    const STEPS: &str = "more than 4,000,000 steps";
    for (first, twice, limit) in [
        ("[]", "[L, L]", BYTES),
        ("{}", "{ a = L, b = L }", BYTES),
        ("[1]", "concat(L, L)", BYTES),
        ("[\"a\"]", "[for x in concat(L, L) : x]", BYTES),
        ("{ a = 1 }", "merge({ for k, v in L : \"${k}0\" => v }, { for k, v in L : \"${k}1\" => v })", STEPS),
    ] {
        let chain = doubling(first, twice, 60);
        let used = "output \"o\" {\n  value = [jsonencode(local.l60), local.l60 == local.l59, tolist(local.l60), yamlencode(local.l18)]\n}\nresource \"null_resource\" \"r\" {\n  triggers = local.l60\n}\n";
        let configuration = of(&format!("{chain}{used}"));
        assert_stopped(&configuration, "main.tf:", limit);
        assert_eq!(configuration.instances.len(), 1, "{twice}");
    }
}

#[test]
fn a_value_just_below_the_limit_can_be_used() {
    let chain = doubling("[1, 2]", "[L, L]", 14);
    let used = "locals {\n  same  = local.l14 == local.l14\n  other = local.l14 == [local.l13, [local.l12, local.l12]]\n  json  = length(jsonencode(local.l14))\n}\noutput \"o\" {\n  value = local.l14\n}\nresource \"null_resource\" \"r\" {\n  triggers = { a = local.same, b = local.other, c = local.json }\n}\n";
    let configuration = of(&format!("{chain}{used}"));
    assert_eq!(lines(&configuration), [] as [String; 0]);
    let triggers = configuration.instances[0].arguments.value.get("triggers").expect("given");
    assert_eq!(triggers.get("a"), Some(&Value::Bool(true)));
    assert_eq!(triggers.get("b"), Some(&Value::Bool(true)));
}

#[test]
fn types_of_unknown_values_that_double_do_not_hang() {
    let chain = doubling("var.u", "var.u == 1 ? [L, L] : [L, L]", 200);
    let configuration = of(&format!(
        "variable \"u\" {{\n  type = number\n}}\n{chain}output \"o\" {{\n  value = [local.l200 == local.l199, jsonencode(local.l200), tolist(local.l200)]\n}}\n"
    ));
    assert!(lines(&configuration).iter().all(|line| line.contains("No value for required variable")));
}

#[test]
fn dynamic_blocks_are_stopped() {
    let inner = "dynamic \"b\" {\n      for_each = range(1000)\n      content {\n        dynamic \"c\" {\n          for_each = range(1000)\n          content {\n            x = c.value\n          }\n        }\n      }\n    }";
    let configuration = of(&format!(
        "resource \"null_resource\" \"r\" {{\n  dynamic \"a\" {{\n    for_each = range(1000)\n    content {{\n    {inner}\n    }}\n  }}\n}}\n"
    ));
    assert_stopped(&configuration, "main.tf:", "at most 100000 blocks");
}

#[test]
fn patterns_and_formats_do_not_explode() {
    let of = |text: &str| of(&format!("locals {{\n  x = {text}\n}}\n"));
    assert_stopped(&of("regexall(\"((a{0,1000}){0,1000}){0,1000}\", \"aaaa\")"), "main.tf:2", "");
    assert_eq!(
        lines(&of("regexall(\"^(a+)+$\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")")),
        [] as [String; 0]
    );
    assert_stopped(&of("format(\"%2000000000d\", 1)"), "main.tf:2", "65,536 characters");
    assert_stopped(
        &of(
            "replace(join(\"\", [for i in range(1000) : \"aaaaaaaaaaaaaaaa\"]), \"a\", join(\"\", [for i in range(1000) : \"bbbbbbbbbbbbbbbb\"]))",
        ),
        "main.tf:2",
        "larger than 64 MiB",
    );
    assert_stopped(&of("setproduct(range(1000), range(1000), range(1000))"), "main.tf:2", "larger than 64 MiB");
}

#[test]
fn decoded_files_do_not_explode() {
    let bomb: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{m}, *a{m}]\n", m = n - 1)).collect();
    let of = |name: &str, text: &str, call: &str| {
        let main = format!("locals {{\n  x = {call}(file(\"{name}\"))\n}}\n");
        configuration(&[("main.tf", &main), (name, text)])
    };
    assert_stopped(&of("a.yaml", &format!("a0: &a0 [1]\n{bomb}"), "yamldecode"), "main.tf:2", "larger than 64 MiB");
    assert_stopped(&of("a.yaml", &"[".repeat(100_000), "yamldecode"), "main.tf:2", "");
    assert_stopped(&of("a.yaml", &"- ".repeat(100_000), "yamldecode"), "main.tf:2", "");
    assert_stopped(&of("a.json", &"[".repeat(100_000), "jsondecode"), "main.tf:2", "");
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(of("a.json", &closed, "jsondecode").files, 1, "it comes back");
    assert_stopped(
        &of("a.json", &format!("[{}1]", "1,".repeat(3_000_000)), "jsondecode"),
        "main.tf:2",
        "larger than 64 MiB",
    );
}

#[test]
fn many_expressions_that_each_stay_within_their_limits_are_stopped_together() {
    // Each makes a string of 30 MB anew.
    let big = "  big = join(\"\", [for i in range(1000) : \"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\"])\n  l = join(\"\", [for i in range(240) : local.big])\n";
    let copies: String = (0..100).map(|number| format!("  c{number} = \"{number}${{local.l}}\"\n")).collect();
    let configuration = of(&format!("locals {{\n{big}{copies}}}\nresource \"null_resource\" \"r\" {{}}\n"));
    assert_stopped(&configuration, "main.tf:", "larger than 512 MiB together");
    let stopped = lines(&configuration).iter().filter(|line| line.contains("too large")).count();
    assert_eq!(stopped, 1, "it is said once");
    // What was not evaluated is not observed; it must not look as if it were not there.
    assert_eq!(configuration.instances.len() + configuration.unexpanded.len(), 1);
}
