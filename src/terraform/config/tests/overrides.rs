//! Override files. Wording and rules are those of Terraform 1.11.

use super::root;

#[test]
fn overrides_replace_arguments_one_by_one_and_blocks_by_kind() {
    let world = root(&[
        (
            "main.tf",
            "resource \"google_x\" \"y\" {\n  name = \"base\"\n  keep = \"kept\"\n  rule {\n    port = 1\n  }\n  rule {\n    port = 2\n  }\n  lifecycle {\n    ignore_changes = [name]\n  }\n}\nvariable \"v\" {\n  default = 1\n}\nlocals {\n  l = 1\n}\n",
        ),
        (
            "z_override.tf",
            "resource \"google_x\" \"y\" {\n  name = \"over\"\n  rule {\n    port = 3\n  }\n  lifecycle {\n    prevent_destroy = true\n  }\n}\nlocals {\n  l = 2\n}\nresource \"google_x\" \"none\" {}\n",
        ),
        ("override.tf.json", r#"{"variable": {"v": {"default": 7}}}"#),
    ]);
    let evaluated = world.evaluate();
    assert_eq!(evaluated.argument("google_x.y", "name"), "over");
    assert_eq!(evaluated.argument("google_x.y", "keep"), "kept");
    assert_eq!(evaluated.argument("google_x.y", "rule"), "[{port=3}]");
    assert_eq!(
        evaluated.instance("google_x.y").ignore_changes,
        crate::model::IgnoreChanges::Paths(vec!["name".parse().expect("valid")])
    );
    assert_eq!(
        evaluated.lines(),
        [
            "z_override.tf:13 Missing resource to override: There is no google_x resource named \"none\". An override file can only override a resource block defined in a primary configuration file."
        ]
    );
}

#[test]
fn every_kind_of_block_says_where_there_is_nothing_to_override() {
    let world = root(&[
        ("main.tf", ""),
        (
            "override.tf",
            "variable \"none\" {}\noutput \"none\" {}\nmodule \"none\" {}\ndata \"google_x\" \"none\" {}\nprovider \"google\" {\n  alias = \"none\"\n}\nprovider \"google\" {}\nlocals {\n  none = 1\n}\nmoved {\n  from = google_x.a\n  to = google_x.b\n}\nremoved {\n  from = google_x.a\n}\nimport {\n  to = google_x.a\n  id = \"i\"\n}\ncheck \"c\" {}\nterraform {\n  backend \"local\" {}\n  backend \"gcs\" {}\n}\n",
        ),
    ]);
    let lines = world.evaluate().lines();
    let summaries: Vec<&str> = lines.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        summaries,
        [
            "override.tf:1 Missing base variable declaration to override",
            "override.tf:2 Missing base output definition to override",
            "override.tf:3 Missing module call to override",
            "override.tf:4 Missing data resource to override",
            "override.tf:5 Missing base provider configuration for override",
            "override.tf:10 Missing base local value definition to override",
            "override.tf:12 Cannot override 'moved' blocks",
            "override.tf:16 Cannot override 'removed' blocks",
            "override.tf:19 Cannot override 'import' blocks",
            "override.tf:23 Can't override check blocks",
            "override.tf:26 Duplicate backend configuration",
        ],
        "{lines:#?}"
    );
}

#[test]
fn conditions_and_dependencies_are_not_overridden() {
    let world = root(&[
        (
            "main.tf",
            "variable \"v\" {\n  default = 1\n  validation {\n    condition = var.v == 1\n    error_message = \"base\"\n  }\n}\noutput \"o\" {\n  value = 1\n  depends_on = [google_x.y]\n}\nresource \"google_x\" \"y\" {}\n",
        ),
        (
            "override.tf",
            "variable \"v\" {\n  default = 2\n  validation {\n    condition = false\n    error_message = \"override\"\n  }\n}\noutput \"o\" {\n  depends_on = []\n  precondition {\n    condition = false\n    error_message = \"override\"\n  }\n}\nresource \"google_x\" \"y\" {\n  lifecycle {\n    precondition {\n      condition = false\n      error_message = \"override\"\n    }\n  }\n}\n",
        ),
    ]);
    let lines = world.evaluate().lines();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines[0].starts_with("main.tf:1 Invalid value for variable: base"), "the base's condition still holds");
    assert!(lines[1].starts_with("override.tf:3 Can't override validation blocks"));
    assert!(lines[2].starts_with("override.tf:9 Unsupported override: The depends_on argument may not"));
    assert!(lines[3].starts_with("override.tf:10 Can't override precondition blocks"));
    assert!(lines[4].starts_with("override.tf:17 Can't override precondition blocks"));
}

#[test]
fn lifecycle_merges_by_argument() {
    let of = |base: &str, over: &str| {
        let text = |value: &str| {
            format!("resource \"google_x\" \"y\" {{\n  lifecycle {{\n    ignore_changes = {value}\n  }}\n}}\n")
        };
        let world = root(&[("main.tf", &text(base)), ("override.tf", &text(over))]);
        format!("{:?}", world.evaluate().instance("google_x.y").ignore_changes)
    };
    assert_eq!(of("[a]", "[b]"), of("[b]", "[b]"));
    assert_eq!(of("[a]", "all"), "All");
    assert_eq!(of("all", "[b]"), "All", "Terraform keeps `all`");
    assert_eq!(of("[a]", "[]"), of("[a]", "[a]"), "Terraform keeps the base's list");
}

#[test]
fn overrides_in_json_and_native_syntax_replace_each_other() {
    let native = "resource \"google_known\" \"y\" {\n  name = \"n\"\n  rule {\n    port = 1\n  }\n  dynamic \"rule\" {\n    for_each = [2]\n    content {\n      port = rule.value\n    }\n  }\n}\n";
    let json = r#"{"resource": {"google_known": {"y": {"name": "j", "rule": [{"port": 7}]}}}}"#;
    let evaluated = root(&[("main.tf", native), ("override.tf.json", json)]).known().evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_known.y", "rule"), "[{port=7}]");
    assert_eq!(evaluated.argument("google_known.y", "name"), "j");
    let evaluated = root(&[("main.tf.json", json), ("override.tf", native)]).known().evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_known.y", "rule"), "[{port=1}, {port=2}]");
}

#[test]
fn providers_variables_modules_and_the_backend_are_overridden() {
    let world = root(&[
        (
            "main.tf",
            "terraform {\n  required_providers {\n    g = { source = \"hashicorp/google\" }\n  }\n}\nprovider \"g\" {\n  project = \"base\"\n  region = \"us-east1\"\n}\nvariable \"v\" {\n  type = string\n  default = \"1\"\n}\nmodule \"m\" {\n  source = \"./a\"\n  value = \"base\"\n}\nresource \"google_x\" \"y\" {\n  provider = g\n  value = var.v + 1\n}\n",
        ),
        (
            "b_override.tf",
            "terraform {\n  required_providers {\n    g = { source = \"hashicorp/google-beta\" }\n  }\n}\nprovider \"g\" {\n  project = \"over\"\n}\nvariable \"v\" {\n  type = number\n}\nmodule \"m\" {\n  source = \"./b\"\n  count = 2\n}\n",
        ),
        ("c_override.tf", "variable \"v\" {\n  default = 5\n}\n"),
        ("a/main.tf", "variable \"value\" {}\n"),
        ("b/main.tf", "variable \"value\" {}\nresource \"google_x\" \"in\" {\n  value = var.value\n}\n"),
    ]);
    let evaluated = world.evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.y", "value"), "6");
    let provider = &evaluated.instance("google_x.y").provider;
    assert_eq!((provider.name.as_str(), &provider.project), ("google-beta", &Some("over".into())));
    assert_eq!(provider.region, Some("us-east1".into()));
    assert_eq!(evaluated.argument("module.m[1].google_x.in", "value"), "base");
}
