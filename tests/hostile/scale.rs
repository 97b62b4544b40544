//! Large roots, where work that grows with the square of the input would take minutes.

use std::fmt::Write as _;

use crate::roots::{assert_stopped, configuration, lines, of};

/// A text made of a piece for each number.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

#[test]
fn a_long_chain_of_locals_is_evaluated() {
    let chain = many(30_000, |number| format!("  l{} = local.l{number}\n", number + 1));
    let configuration = of(&format!("locals {{\n  l0 = 1\n{chain}}}\noutput \"o\" {{\n  value = local.l30000\n}}\n"));
    assert_eq!(lines(&configuration), [] as [String; 0]);
}

#[test]
fn very_many_locals_are_evaluated() {
    let locals = many(100_000, |number| format!("  l{number} = {number}\n"));
    assert_eq!(lines(&of(&format!("locals {{\n{locals}}}\n"))), [] as [String; 0]);
}

#[test]
fn many_references_to_many_things_are_resolved() {
    let resources = many(3_000, |number| {
        format!(
            "resource \"null_resource\" \"r{number}\" {{\n  a = [{}]\n}}\n",
            if number == 0 { "1".to_owned() } else { format!("null_resource.r{}.id, null_resource.r0.id", number - 1) }
        )
    });
    let configuration = of(&resources);
    assert_eq!((lines(&configuration), configuration.instances.len()), (Vec::new(), 3_000));
}

#[test]
fn very_many_diagnostics_are_counted() {
    let wrong = many(30_000, |number| format!("  l{number} = upper([])\n"));
    let configuration = of(&format!("locals {{\n{wrong}}}\n"));
    assert_stopped(&configuration, "- Too many diagnostics", "more than 1000 diagnostics");
    assert_eq!(configuration.diagnostics.len(), 1_001);
}

#[test]
fn many_duplicates_are_reported() {
    let same = many(20_000, |_| "resource \"null_resource\" \"r\" {}\nvariable \"v\" {\n  default = 1\n}\n".to_owned());
    let configuration = of(&same);
    assert_eq!(configuration.instances.len(), 1);
    assert_stopped(&configuration, "main.tf:", "already declared");
}

#[test]
fn many_moves_of_many_instances_are_followed() {
    let mut text = "resource \"null_resource\" \"r\" {\n  count = 5000\n}\n".to_owned();
    for number in 0..5_000 {
        let _ = write!(text, "moved {{\n  from = null_resource.o{number}\n  to   = null_resource.r[{number}]\n}}\n");
    }
    let configuration = of(&text);
    assert_eq!((lines(&configuration), configuration.moved.len()), (Vec::new(), 5_000));
}

#[test]
fn a_cycle_of_many_locals_is_one_diagnostic() {
    let chain = many(5_000, |number| format!("  l{} = local.l{number}\n", number + 1));
    let configuration = of(&format!("locals {{\n  l0 = local.l5000\n{chain}}}\n"));
    assert!(lines(&configuration).iter().any(|line| line.contains("Cycle")));
    let all: String = (0..150)
        .map(|number| format!("  l{number} = [{}]\n", many(150, |other| format!("local.l{other}, "))))
        .collect();
    let configuration = of(&format!("locals {{\n{all}}}\n"));
    assert!(lines(&configuration).iter().any(|line| line.contains("Cycle")));
}

#[test]
fn validations_that_depend_on_each_other_come_to_an_end() {
    let text = "variable \"a\" {\n  default = 1\n  validation {\n    condition     = var.b > 0\n    error_message = \"${var.b}\"\n  }\n}\nvariable \"b\" {\n  default = 0\n  validation {\n    condition     = var.a > 1\n    error_message = \"a\"\n  }\n}\n";
    assert_stopped(&of(text), "main.tf:", "Invalid value for variable");
    let looped = "resource \"null_resource\" \"a\" {\n  lifecycle {\n    precondition {\n      condition     = null_resource.b.id != \"\"\n      error_message = \"b\"\n    }\n  }\n}\nresource \"null_resource\" \"b\" {\n  lifecycle {\n    precondition {\n      condition     = null_resource.a.id != \"\"\n      error_message = \"a\"\n    }\n  }\n}\n";
    assert_eq!(of(looped).instances.len(), 2);
}

#[test]
fn a_module_with_many_variables_is_called() {
    let arguments = many(3_000, |number| format!("  v{number} = {number}\n"));
    let variables = many(3_000, |number| {
        format!("variable \"v{number}\" {{}}\noutput \"o{number}\" {{\n  value = var.v{number}\n}}\n")
    });
    let outputs = many(3_000, |number| format!("  l{number} = module.m.o{number}\n"));
    let configuration = configuration(&[
        ("main.tf", &format!("module \"m\" {{\n  source = \"./m\"\n{arguments}}}\nlocals {{\n{outputs}}}\n")),
        ("m/main.tf", &variables),
    ]);
    assert_eq!(lines(&configuration), [] as [String; 0]);
}
