//! Module calls: where they are, how often, and what passes through.

use super::{main_tf, path, root};

const CHILD: &str = "variable \"name\" {}\nvariable \"size\" { default = 1 }\nresource \"google_x\" \"y\" {\n  name = var.name\n  size = var.size\n}\noutput \"id\" { value = \"id-${var.name}\" }\noutput \"secret\" {\n  value = \"s\"\n  sensitive = true\n}\n";

#[test]
fn values_pass_in_and_out() {
    let evaluated = root(&[
        ("main.tf", "module \"a\" {\n  source = \"./child\"\n  name = \"n\"\n}\nresource \"google_x\" \"z\" {\n  ref = module.a.id\n  all = keys(module.a)\n  secret = module.a.secret\n}\n"),
        ("child/main.tf", CHILD),
    ])
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.addresses(), ["google_x.z", "module.a.google_x.y"]);
    assert_eq!(evaluated.argument("module.a.google_x.y", "name"), "n");
    assert_eq!(evaluated.argument("google_x.z", "ref"), "id-n");
    assert_eq!(evaluated.argument("google_x.z", "all"), "[id, secret]");
    assert!(evaluated.instance("google_x.z").arguments.sensitive.contains(&path("secret")));
    assert_eq!(evaluated.configuration.files, 2);
}

#[test]
fn each_instance_has_its_own_scope() {
    let evaluated = root(&[
        ("main.tf", "module \"a\" {\n  source = \"./child\"\n  for_each = { k = \"v\", l = \"w\" }\n  name = \"${each.key}-${each.value}\"\n}\nmodule \"b\" {\n  source = \"./child\"\n  count = 2\n  name = \"b${count.index}\"\n}\nresource \"google_x\" \"z\" {\n  one = module.a[\"l\"].id\n  all = module.b[*].id\n  some = [for m in module.a : m.id]\n}\n"),
        ("child/main.tf", CHILD),
    ])
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("module.a[\"k\"].google_x.y", "name"), "k-v");
    assert_eq!(evaluated.argument("module.b[1].google_x.y", "name"), "b1");
    assert_eq!(evaluated.argument("google_x.z", "one"), "id-l-w");
    assert_eq!(evaluated.argument("google_x.z", "all"), "[id-b0, id-b1]");
    assert_eq!(evaluated.argument("google_x.z", "some"), "[id-k-v, id-l-w]");
}

#[test]
fn modules_lie_anywhere_in_the_repository_and_nowhere_else() {
    let mut world = root(&[
        (
            "roots/one/main.tf",
            "module \"a\" {\n  source = \"../../modules/a\"\n  name = \"n\"\n}\nmodule \"out\" {\n  source = \"../../../elsewhere\"\n}\n",
        ),
        ("modules/a/main.tf", "variable \"name\" {}\nmodule \"b\" {\n  source = \"../b\"\n  name = var.name\n}\n"),
        (
            "modules/b/main.tf",
            "variable \"name\" {}\nresource \"google_x\" \"y\" {\n  name = var.name\n  file = path.module\n}\n",
        ),
    ]);
    world.path = "roots/one";
    let evaluated = world.evaluate();
    assert_eq!(evaluated.addresses(), ["module.a.module.b.google_x.y"]);
    let address = "module.a.module.b.google_x.y";
    assert_eq!(evaluated.argument(address, "file"), "../../modules/b");
    assert_eq!(
        world.places(&evaluated, address, "name"),
        ["main.tf:3", "../../modules/a/main.tf:4", "../../modules/b/main.tf:3"]
    );
    assert_eq!(evaluated.configuration.unreadable_modules.len(), 1);
}

#[test]
fn a_module_that_is_not_here_is_named_and_its_outputs_are_unknown() {
    let evaluated = main_tf(
        "module \"net\" {\n  source = \"terraform-google-modules/network/google\"\n}\nresource \"google_x\" \"y\" {\n  network = module.net.network_name\n}\n",
    )
    .evaluate();
    let [unreadable] = evaluated.configuration.unreadable_modules.as_slice() else { panic!("one") };
    assert_eq!(unreadable.module.to_string(), "module.net");
    assert!(evaluated.argument("google_x.y", "network").starts_with("unknown: module \"net\" could not be read"));
    assert_eq!(evaluated.lines().len(), 1);
    assert_eq!(evaluated.configuration.diagnostics[0].severity, crate::model::Severity::Warning);
}

#[test]
fn an_installed_module_is_read() {
    let evaluated = root(&[
        ("main.tf", "module \"net\" {\n  source = \"a/b/c\"\n  name = \"n\"\n}\n"),
        (".terraform/modules/modules.json", r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"net","Source":"registry.terraform.io/a/b/c","Version":"1.0.0","Dir":".terraform/modules/net"}]}"#),
        (".terraform/modules/net/main.tf", CHILD),
    ])
    .evaluate();
    assert_eq!(evaluated.addresses(), ["module.net.google_x.y"]);
}

#[test]
fn a_module_that_calls_itself_ends() {
    let evaluated = root(&[
        ("main.tf", "module \"a\" {\n  source = \"./a\"\n}\n"),
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\nresource \"google_x\" \"y\" {}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.addresses(), ["module.a.google_x.y"]);
    assert_eq!(evaluated.configuration.unreadable_modules.len(), 1);
}

#[test]
fn what_passes_between_modules_must_be_declared() {
    let evaluated = root(&[
        ("main.tf", "module \"a\" {\n  source = \"./child\"\n  nmae = \"n\"\n}\nlocals {\n  x = module.a.none\n}\n"),
        ("child/main.tf", CHILD),
    ])
    .evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:1 Missing required argument: The argument \"name\" is required, but no definition was found.",
            "main.tf:3 Unsupported argument: An argument named \"nmae\" is not expected here. Did you mean \"name\"?",
            "main.tf:6 Unsupported attribute: This object does not have an attribute named \"none\".",
        ]
    );
}

#[test]
fn a_module_with_unknown_count_leaves_its_resources_unexpanded() {
    let evaluated = root(&[
        ("main.tf", "variable \"n\" {}\nmodule \"a\" {\n  source = \"./child\"\n  count = var.n\n  name = \"n\"\n}\nresource \"google_x\" \"z\" {\n  ref = module.a[0].id\n}\n"),
        ("child/main.tf", "variable \"name\" {}\nmodule \"deep\" {\n  source = \"../deep\"\n}\noutput \"id\" { value = 1 }\n"),
        ("deep/main.tf", "resource \"google_x\" \"y\" {}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.z"]);
    let [unexpanded] = evaluated.configuration.unexpanded.as_slice() else { panic!("one") };
    assert_eq!(unexpanded.resource.to_string(), "module.a.module.deep.google_x.y");
    assert!(unexpanded.reason.contains("variable \"n\" has no value"), "{}", unexpanded.reason);
    assert!(evaluated.argument("google_x.z", "ref").starts_with("unknown: count is unknown"));
}

#[test]
fn providers_are_inherited_passed_and_named() {
    let evaluated = root(&[
        (
            "main.tf",
            "locals {\n  project = \"main\"\n}\nprovider \"google\" {\n  project = local.project\n  region = \"us-east1\"\n  default_labels = { team = \"a\" }\n  add_terraform_attribution_label = false\n}\nprovider \"google\" {\n  alias = \"other\"\n  project = \"other\"\n}\nresource \"google_x\" \"default\" {}\nresource \"google_x\" \"named\" {\n  provider = google.other\n}\nresource \"google_x\" \"beta\" {\n  provider = google-beta\n}\nmodule \"a\" {\n  source = \"./child\"\n}\nmodule \"b\" {\n  source = \"./child\"\n  providers = {\n    google = google.other\n    google.second = google\n  }\n}\n",
        ),
        (
            "child/main.tf",
            "terraform {\n  required_providers {\n    google = {\n      source = \"hashicorp/google\"\n      configuration_aliases = [google.second]\n    }\n  }\n}\nresource \"google_x\" \"y\" {}\nresource \"google_x\" \"second\" {\n  provider = google.second\n}\n",
        ),
    ])
    .environment("GOOGLE_CLOUD_PROJECT", "environment")
    .environment("GOOGLE_ZONE", "us-west1-a")
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let provider = |address: &str| evaluated.instance(address).provider.clone();
    let project = |address: &str| provider(address).project.map(|value| super::text(&value)).unwrap_or_default();
    assert_eq!(project("google_x.default"), "main");
    assert_eq!(provider("google_x.default").region, Some("us-east1".into()));
    assert_eq!(provider("google_x.default").zone, Some("us-west1-a".into()));
    assert_eq!(provider("google_x.default").attribution_label, Some(false));
    assert_eq!(
        provider("google_x.default").default_labels.map(|labels| super::text(&labels)).as_deref(),
        Some("{team=a}")
    );
    assert_eq!(project("google_x.named"), "other");
    assert_eq!(provider("google_x.beta").name, "google-beta");
    assert_eq!(project("google_x.beta"), "environment");
    assert_eq!(project("module.a.google_x.y"), "main");
    assert_eq!(project("module.b.google_x.y"), "other");
    assert_eq!(project("module.b.google_x.second"), "main");
    let places: Vec<&String> = evaluated.configuration.projects.iter().collect();
    assert_eq!(places, ["environment", "main", "other"]);
    let regions: Vec<&String> = evaluated.configuration.regions.iter().collect();
    assert_eq!(regions, ["us-east1", "us-west1"]);
}
