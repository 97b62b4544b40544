//! References to what is not declared, wherever they stand. Wording is that of Terraform 1.11.

use super::{main_tf, root};

fn lines(text: &str) -> Vec<String> {
    main_tf(text).known().evaluate().lines()
}

#[test]
fn what_is_not_declared_is_reported_as_terraform_words_it() {
    let text = "variable \"name\" { default = 1 }\ndata \"google_x\" \"s\" {}\nlocals {\n  region = 1\n  a = var.nam\n  b = var.other\n  c = local.regio\n  d = local.other\n  e = module.other.x\n  f = google_x.none.id\n  g = data.google_x.none.id\n  h = google_x.s.id\n  i = each.key\n  j = count.index\n  k = self.id\n  l = path.x\n  m = terraform.x\n  n = bare\n  o = data.google_x\n  p = var\n  q = ephemeral.google_x.none.x\n}\n";
    assert_eq!(
        lines(text),
        [
            "main.tf:5 Reference to undeclared input variable: An input variable with the name \"nam\" has not been declared. Did you mean \"name\"?",
            "main.tf:6 Reference to undeclared input variable: An input variable with the name \"other\" has not been declared. This variable can be declared with a variable \"other\" {} block.",
            "main.tf:7 Reference to undeclared local value: A local value with the name \"regio\" has not been declared. Did you mean \"region\"?",
            "main.tf:8 Reference to undeclared local value: A local value with the name \"other\" has not been declared.",
            "main.tf:9 Reference to undeclared module: No module call named \"other\" is declared in the root module.",
            "main.tf:10 Reference to undeclared resource: A managed resource \"google_x\" \"none\" has not been declared in the root module.",
            "main.tf:11 Reference to undeclared resource: A data resource \"google_x\" \"none\" has not been declared in the root module.",
            "main.tf:12 Reference to undeclared resource: A managed resource \"google_x\" \"s\" has not been declared in the root module.\n\nDid you mean the data resource data.google_x.s?",
            "main.tf:13 Reference to \"each\" in context without for_each: The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is set.",
            "main.tf:14 Reference to \"count\" in non-counted context: The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" argument is set.",
            "main.tf:15 Invalid \"self\" reference: The \"self\" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.",
            "main.tf:16 Invalid \"path\" attribute: The \"path\" object does not have an attribute named \"x\".",
            "main.tf:17 Invalid \"terraform\" attribute: The \"terraform\" object does not have an attribute named \"x\". The only supported attributes are terraform.workspace, the name of the currently-selected workspace, and terraform.applying, a boolean which is true only during apply.",
            "main.tf:18 Invalid reference: A reference to a resource type must be followed by at least one attribute access, specifying the resource name.",
            "main.tf:19 Invalid reference: The \"data\" object must be followed by two attribute names: the data source type and the resource name.",
            "main.tf:20 Invalid reference: The \"var\" object cannot be accessed directly. Instead, access one of its attributes.",
            "main.tf:21 Reference to undeclared resource: An ephemeral resource \"google_x\" \"none\" has not been declared in the root module.",
        ]
    );
}

#[test]
fn references_that_are_never_evaluated_are_checked() {
    let text = "locals {\n  branch = true ? 1 : var.gone\n  tried = try(var.gone, 1)\n  loop = [for x in [] : local.gone]\n}\nresource \"google_known\" \"none\" {\n  count = 0\n  name = var.gone\n  dynamic \"rule\" {\n    for_each = [1]\n    iterator = it\n    content {\n      port = it.value + rule.value + local.gone\n    }\n  }\n  lifecycle {\n    precondition {\n      condition = var.gone\n      error_message = \"m\"\n    }\n  }\n  provisioner \"local-exec\" {\n    command = \"${self.id}${var.gone}\"\n    when = destroy\n  }\n}\nprovider \"google\" {\n  alias = \"unused\"\n  project = var.gone\n}\n";
    let places: Vec<String> =
        lines(text).iter().map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(
        places,
        [
            "main.tf:2 Reference to undeclared input variable",
            "main.tf:3 Reference to undeclared input variable",
            "main.tf:4 Reference to undeclared local value",
            "main.tf:8 Reference to undeclared input variable",
            "main.tf:13 Reference to undeclared resource",
            "main.tf:13 Reference to undeclared local value",
            "main.tf:18 Reference to undeclared input variable",
            "main.tf:23 Reference to undeclared input variable",
            "main.tf:29 Reference to undeclared input variable",
        ]
    );
}

#[test]
fn a_dynamic_block_that_makes_none_is_not_looked_into() {
    let text = "variable \"none\" { default = [] }\nvariable \"one\" { default = [1] }\nresource \"google_known\" \"a\" {\n  name = \"n\"\n  dynamic \"rule\" {\n    for_each = var.none\n    content {\n      port = each.value + local.gone\n    }\n  }\n}\nresource \"google_known\" \"b\" {\n  name = \"n\"\n  dynamic \"rule\" {\n    for_each = var.one\n    content {\n      port = local.gone\n    }\n  }\n}\n";
    let found = lines(text);
    assert_eq!(
        found,
        ["main.tf:17 Reference to undeclared local value: A local value with the name \"gone\" has not been declared."]
    );
}

#[test]
fn depends_on_takes_whole_objects_that_exist() {
    let text = "variable \"v\" { default = 1 }\nresource \"google_x\" \"y\" {\n  count = 1\n}\noutput \"o\" {\n  value = 1\n  depends_on = [google_x.y, google_x.y[0], var.v,\n    google_x.gone,\n    google_x.y[0].id,\n    \"google_x.y\",\n    1 + 1,\n    module.gone]\n}\nresource \"google_x\" \"z\" {\n  depends_on = var.v\n}\n";
    let found = lines(text);
    let places: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        places,
        [
            "main.tf:8 Reference to undeclared resource",
            "main.tf:9 Invalid depends_on reference",
            "main.tf:11 Invalid expression",
            "main.tf:12 Reference to undeclared module",
            "main.tf:15 Invalid expression",
        ],
        "{found:#?}"
    );
}

#[test]
fn attributes_and_keys_are_checked_by_what_is_declared() {
    let text = "resource \"google_known\" \"one\" {\n  name = \"n\"\n}\nresource \"google_known\" \"many\" {\n  for_each = {}\n  name = \"n\"\n}\nlocals {\n  a = try(google_known.one.selflink, 1)\n  b = try(google_known.one[0].name, 1)\n  c = try(google_known.many.name, 1)\n  d = try(google_known.many[\"k\"].selflink, 1)\n  e = try(module.m.other, 1)\n  f = try(google_known.many[\"k\"].id, module.m.out, 1)\n  g = true ? 1 : module.m.other\n  h = module.m.other\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n";
    let evaluated =
        root(&[("main.tf", text), ("m/main.tf", "output \"out\" {\n  value = local.gone\n}\n")]).known().evaluate();
    let found = evaluated.lines();
    let places: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        places,
        [
            "m/main.tf:2 Reference to undeclared local value",
            "main.tf:9 Unsupported attribute",
            "main.tf:10 Unexpected resource instance key",
            "main.tf:11 Missing resource instance key",
            "main.tf:12 Unsupported attribute",
            "main.tf:16 Unsupported attribute",
        ],
        "{found:#?}"
    );
}

#[test]
fn a_module_is_named_the_same_wherever_it_is_called() {
    let child = "resource \"google_x\" \"y\" {\n  a = google_x.gone.id\n}\n";
    let text = "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n  count = 3\n}\n";
    assert_eq!(
        root(&[("main.tf", text), ("m/main.tf", child)]).evaluate().lines(),
        [
            "m/main.tf:2 Reference to undeclared resource: A managed resource \"google_x\" \"gone\" has not been declared in module.a."
        ]
    );
}

#[test]
fn a_file_that_could_not_be_read_makes_nothing_undeclared() {
    let world = root(&[
        ("a.tf", "locals {\n  a = [var.gone, local.gone, google_x.gone.id, module.gone.x]\n}\n"),
        ("b.tf", "x = = 1\n"),
    ]);
    assert_eq!(world.evaluate().lines().len(), 1);
}
