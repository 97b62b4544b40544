//! Things that depend on each other, as Terraform's graph has them.

use super::{main_tf, root};

fn lines(text: &str) -> Vec<String> {
    main_tf(text).evaluate().lines()
}

fn module(text: &str, child: &str) -> Vec<String> {
    root(&[("main.tf", text), ("m/main.tf", child)]).evaluate().lines()
}

#[test]
fn a_cycle_is_reported_with_its_path_and_the_rest_goes_on() {
    let evaluated =
        main_tf("locals {\n  a = local.b\n  b = local.c\n  c = local.a\n  d = 1\n}\nresource \"google_x\" \"y\" {\n  value = local.d\n  knot = local.a\n}\n")
            .evaluate();
    assert_eq!(evaluated.argument("google_x.y", "value"), "1");
    assert!(evaluated.argument("google_x.y", "knot").starts_with("unknown: local."));
    assert_eq!(
        evaluated.lines(),
        ["main.tf:2 Cycle: These refer to each other: local.a -> local.b -> local.c -> local.a."]
    );
}

#[test]
fn every_knot_is_reported_once() {
    assert_eq!(
        lines("locals {\n  a = local.b\n  b = local.a\n  c = local.d\n  d = [local.c, local.a]\n}\n"),
        [
            "main.tf:2 Cycle: These refer to each other: local.a -> local.b -> local.a.",
            "main.tf:4 Cycle: These refer to each other: local.c -> local.d -> local.c.",
        ]
    );
}

#[test]
fn dependencies_conditions_and_provisioners_count() {
    for body in [
        "depends_on = [google_x.b]",
        "lifecycle {\n    precondition {\n      condition = google_x.b.id == 1\n      error_message = \"m\"\n    }\n  }",
        "lifecycle {\n    replace_triggered_by = [google_x.b.id]\n  }",
        "provisioner \"local-exec\" {\n    command = google_x.b.id\n  }",
        "dynamic \"rule\" {\n    for_each = google_x.b.list\n    content {}\n  }",
        "count = google_x.b.number",
    ] {
        let found = lines(&format!(
            "resource \"google_x\" \"a\" {{\n  {body}\n}}\nresource \"google_x\" \"b\" {{\n  input = google_x.a\n}}\n"
        ));
        assert_eq!(
            found,
            ["main.tf:1 Cycle: These refer to each other: google_x.a -> google_x.b -> google_x.a."],
            "{body}"
        );
    }
}

#[test]
fn validations_that_look_at_each_other_are_a_cycle() {
    let variable = |own: &str, other: &str| {
        format!(
            "variable \"{own}\" {{\n  default = 1\n  validation {{\n    condition = var.{own} == {other}\n    error_message = \"m\"\n  }}\n}}\n"
        )
    };
    assert_eq!(
        lines(&(variable("a", "var.b") + &variable("b", "var.a"))),
        ["main.tf:1 Cycle: These refer to each other: var.a -> var.b -> var.a."]
    );
    assert_eq!(
        lines(&(variable("a", "local.x") + "locals {\n  x = var.a\n}\n")),
        ["main.tf:1 Cycle: These refer to each other: var.a -> local.x -> var.a."]
    );
}

#[test]
fn cycles_go_through_modules() {
    let through = "variable \"in\" {}\noutput \"out\" {\n  value = var.in\n}\noutput \"other\" {\n  value = 1\n}\n";
    assert_eq!(
        module("module \"a\" {\n  source = \"./m\"\n  in = module.a.out\n}\n", through),
        ["m/main.tf:1 Cycle: These refer to each other: module.a.var.in -> module.a.output.out -> module.a.var.in."]
    );
    assert_eq!(module("module \"a\" {\n  source = \"./m\"\n  in = module.a.other\n}\n", through), [""; 0]);
    assert_eq!(
        module(
            "module \"a\" {\n  source = \"./m\"\n  in = 1\n  depends_on = [google_x.y]\n}\nresource \"google_x\" \"y\" {\n  input = module.a.other\n}\n",
            through
        ),
        [
            "m/main.tf:5 Cycle: These refer to each other: module.a.output.other -> module.a -> google_x.y -> module.a.output.other."
        ]
    );
    assert_eq!(
        module(
            "module \"a\" {\n  source = \"./m\"\n  in = google_x.y.id\n}\nresource \"google_x\" \"y\" {\n  depends_on = [module.a]\n}\n",
            through
        ),
        ["m/main.tf:1 Cycle: These refer to each other: module.a.var.in -> google_x.y -> module.a -> module.a.var.in."]
    );
    let found = module("module \"a\" {\n  source = \"./m\"\n  in = 1\n  count = length(module.a)\n}\n", through);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(" Cycle: These refer to each other: module.a"), "{found:?}");
}

#[test]
fn a_provider_that_needs_its_own_resource_is_a_cycle() {
    assert_eq!(
        lines(
            "provider \"google\" {\n  project = google_project.p.project_id\n}\nresource \"google_project\" \"p\" {}\n"
        ),
        ["main.tf:1 Cycle: These refer to each other: provider.google -> google_project.p -> provider.google."]
    );
    let aliased = "provider \"google\" {}\nprovider \"google\" {\n  alias = \"inner\"\n  project = google_project.p.project_id\n}\nresource \"google_project\" \"p\" {}\nresource \"google_x\" \"y\" {\n  provider = google.inner\n}\n";
    assert_eq!(lines(aliased), [""; 0]);
}

#[test]
fn what_refers_to_itself_is_said_at_the_reference() {
    let evaluated = main_tf(
        "resource \"google_x\" \"y\" {\n  a = 1\n  b = google_x.y.a\n}\nlocals {\n  s = [local.s]\n}\nresource \"google_x\" \"ok\" {\n  depends_on = [google_x.ok]\n  provisioner \"local-exec\" {\n    command = google_x.ok.id\n  }\n}\ndata \"google_x\" \"y\" {\n  a = data.google_x.y.a\n}\n",
    )
    .evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:3 Self-referential block: Configuration for google_x.y may not refer to itself.",
            "main.tf:6 Self-referencing local value: Local value local.s cannot use its own result as part of its expression.",
            "main.tf:15 Self-referential block: Configuration for data.google_x.y may not refer to itself.",
        ]
    );
    assert!(evaluated.argument("google_x.y", "b").starts_with("unknown: google_x.y depends on itself"));
    assert_eq!(evaluated.argument("google_x.y", "a"), "1");
}

#[test]
fn ten_thousand_locals_in_a_row_are_read_without_a_deep_stack() {
    let chain: String = (0..10_000).map(|index| format!("  l{index} = local.l{}\n", index + 1)).collect();
    let shown = "resource \"google_x\" \"y\" {\n  value = local.l0\n}\n";
    let evaluated = main_tf(&format!("locals {{\n{chain}  l10000 = \"end\"\n}}\n{shown}")).evaluate();
    assert_eq!(evaluated.argument("google_x.y", "value"), "end");
    assert_eq!(evaluated.lines(), [""; 0]);
    let found = main_tf(&format!("locals {{\n{chain}  l10000 = local.l0\n}}\n{shown}")).evaluate().lines();
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("local.l9999 -> local.l10000 -> local.l0."));
}
