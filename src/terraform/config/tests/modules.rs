//! Module calls: where they are, how often, and what passes through.

use std::fs;

use super::{main_tf, path, root};
use crate::model::{Configuration, Severity};

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
fn a_module_that_calls_itself_is_refused_with_the_chain() {
    let evaluated = root(&[
        ("main.tf", "module \"a\" {\n  source = \"./a\"\n}\nmodule \"own\" {\n  source = \"./\"\n}\n"),
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\nresource \"google_x\" \"y\" {}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.addresses(), ["module.a.google_x.y"]);
    assert_eq!(
        evaluated.lines(),
        [
            "b/main.tf:1 Module not readable: The module \"a\" could not be read: it calls itself: a -> b -> a. Its resources are left out and its outputs are unknown.",
            "main.tf:4 Module not readable: The module \"own\" could not be read: it calls itself: . -> .. Its resources are left out and its outputs are unknown.",
        ]
    );
    assert!(evaluated.configuration.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Error));
}

#[test]
fn a_source_may_be_a_constant_template_and_must_lead_somewhere() {
    let evaluated = root(&[
        (
            "main.tf",
            "module \"a\" {\n  source = \"./${\"child\"}\"\n  name = \"n\"\n}\nmodule \"gone\" {\n  source = \"./gone\"\n}\nmodule \"empty\" {\n  source = \"./empty\"\n}\nmodule \"versioned\" {\n  source = \"./child\"\n  version = \"1.0.0\"\n  name = \"n\"\n}\n",
        ),
        ("child/main.tf", CHILD),
        ("empty/readme.md", ""),
    ])
    .evaluate();
    assert_eq!(evaluated.addresses(), ["module.a.google_x.y", "module.versioned.google_x.y"]);
    let found: Vec<String> = evaluated.lines();
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found[0]
            .starts_with("main.tf:5 Module not readable: The module \"gone\" could not be read: there is no folder")
    );
    assert!(found[1].contains("the folder \"empty\" has no configuration files"));
    let severities: Vec<Severity> = evaluated.configuration.diagnostics.iter().map(|found| found.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning, Severity::Error], "Terraform takes an empty folder");
    assert!(found[2].starts_with("main.tf:13 Invalid registry module source address"));
}

fn manifest(entries: &[(&str, &str, &str)]) -> String {
    let modules: Vec<String> = entries
        .iter()
        .map(|(key, source, folder)| format!(r#"{{"Key":"{key}","Source":"{source}","Dir":"{folder}"}}"#))
        .collect();
    format!(r#"{{"Modules":[{{"Key":"","Source":"","Dir":"."}},{}]}}"#, modules.join(","))
}

#[test]
fn modules_below_an_installed_module_are_read_or_named() {
    let installed = manifest(&[
        ("net", "registry.terraform.io/a/b/c", ".terraform/modules/net"),
        ("net.inner", "./modules/inner", ".terraform/modules/net/modules/inner"),
        ("net.git", "git::https://example.com/x.git", ".terraform/modules/net.git"),
    ]);
    let evaluated = root(&[
        ("main.tf", "module \"net\" {\n  source = \"a/b/c\"\n}\n"),
        (".terraform/modules/modules.json", &installed),
        (
            ".terraform/modules/net/main.tf",
            "module \"inner\" {\n  source = \"./modules/inner\"\n}\nmodule \"git\" {\n  source = \"git::https://example.com/x.git\"\n}\nmodule \"far\" {\n  source = \"d/e/f\"\n}\n",
        ),
        (".terraform/modules/net/modules/inner/main.tf", "resource \"google_x\" \"y\" {}\n"),
        (".terraform/modules/net.git/main.tf", "resource \"google_x\" \"y\" {}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.addresses(), ["module.net.module.git.google_x.y", "module.net.module.inner.google_x.y"]);
    let [unreadable] = evaluated.configuration.unreadable_modules.as_slice() else { panic!("one") };
    assert_eq!(unreadable.module.to_string(), "module.net.module.far");
}

#[test]
fn a_hostile_or_old_manifest_leads_nowhere() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    fs::write(outside.path().join("main.tf"), "resource \"google_x\" \"stolen\" {}\n").expect("written");
    let far = outside.path().display().to_string();
    for (source, folder, why) in [
        ("registry.terraform.io/a/b/c", "../../../../../../etc", "outside of the repository"),
        ("registry.terraform.io/a/b/c", far.as_str(), "there is no folder"),
        ("registry.terraform.io/a/b/other", ".terraform/modules/net", "comes from"),
        ("registry.terraform.io/a/b/c", ".terraform/modules/link", "outside of the repository"),
        ("registry.terraform.io/a/b/c", "", "it calls itself"),
    ] {
        let mut world = root(&[
            ("roots/one/main.tf", "module \"net\" {\n  source = \"a/b/c\"\n}\n"),
            ("roots/one/.terraform/modules/modules.json", &manifest(&[("net", source, folder)])),
            ("roots/one/.terraform/modules/net/main.tf", "resource \"google_x\" \"y\" {}\n"),
        ]);
        world.path = "roots/one";
        let link = world.folder().join("roots/one/.terraform/modules/link");
        std::os::unix::fs::symlink(outside.path(), link).expect("linked");
        let evaluated = world.evaluate();
        assert_eq!(evaluated.addresses(), [""; 0], "{folder}");
        assert!(evaluated.lines()[0].contains(why), "{folder}: {:?}", evaluated.lines());
    }
    let world =
        root(&[("main.tf", "module \"net\" {\n  source = \"a/b/c\"\n}\n"), (".terraform/modules/modules.json", "[{")]);
    assert_eq!(world.evaluate().configuration.unreadable_modules.len(), 1);
}

#[test]
fn links_out_of_the_repository_are_not_followed() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    fs::write(outside.path().join("main.tf"), "resource \"google_x\" \"stolen\" {}\n").expect("written");
    fs::write(outside.path().join("a.tfvars"), "v = \"stolen\"\n").expect("written");
    let world = root(&[
        (
            "main.tf",
            "variable \"v\" { default = \"own\" }\nmodule \"out\" {\n  source = \"./out\"\n}\nmodule \"in\" {\n  source = \"./in\"\n}\nresource \"google_x\" \"y\" {\n  v = var.v\n}\n",
        ),
        ("shared/main.tf", "resource \"google_x\" \"shared\" {}\n"),
    ]);
    let link = |from: &std::path::Path, to: &str| {
        std::os::unix::fs::symlink(from, world.folder().join(to)).expect("linked");
    };
    link(&outside.path().join("main.tf"), "stolen.tf");
    link(outside.path(), "out");
    link(&outside.path().join("a.tfvars"), "a.auto.tfvars");
    link(&world.folder().join("shared"), "in");
    link(&world.folder().join("shared/main.tf"), "linked.tf");
    let evaluated = world.evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.shared", "google_x.y", "module.in.google_x.shared"]);
    assert_eq!(evaluated.argument("google_x.y", "v"), "own");
    let found = evaluated.lines();
    assert_eq!(
        found.iter().filter(|line| line.contains("it is a link to a place outside of the repository")).count(),
        2,
        "{found:#?}"
    );
    assert!(found.iter().any(|line| line.contains("the folder \"out\" lies outside of the repository")));
}

#[test]
fn what_is_wrong_in_a_module_without_instances_is_found_but_not_what_its_values_are() {
    let evaluated = root(&[
        (
            "main.tf",
            "variable \"list\" { default = [] }\nmodule \"off\" {\n  source = \"./m\"\n  count = length(var.list)\n  name = var.list[0]\n}\nmodule \"nobody_knows\" {\n  source = \"./m\"\n  for_each = toset([google_x.y.id])\n  name = each.value\n}\nresource \"google_x\" \"y\" {}\nresource \"google_known\" \"off\" {\n  count = length(var.list)\n  name = var.list[0]\n  nmae = count.index\n}\n",
        ),
        (
            "m/main.tf",
            "variable \"name\" {}\nresource \"google_known\" \"in\" {\n  name = var.name\n  size = var.name.first + \"x\"\n  sizes = 1\n}\nmodule \"deep\" {\n  source = \"../deep\"\n}\n",
        ),
        ("deep/main.tf", "resource \"google_known\" \"in\" {}\n"),
    ])
    .known()
    .evaluate();
    assert_eq!(evaluated.addresses(), ["google_x.y"]);
    assert_eq!(
        evaluated.lines(),
        [
            "deep/main.tf:1 Missing required argument: The argument \"name\" is required, but no definition was found.",
            "m/main.tf:5 Unsupported argument: An argument named \"sizes\" is not expected here. Did you mean \"size\"?",
            "main.tf:16 Unsupported argument: An argument named \"nmae\" is not expected here. Did you mean \"name\"?",
        ]
    );
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
fn what_a_module_of_unknown_count_gives_up_moves_or_cannot_read_is_known() {
    let child = "moved {\n  from = google_x.before\n  to = google_x.y\n}\nremoved {\n  from = google_x.kept\n  lifecycle {\n    destroy = false\n  }\n}\nresource \"google_x\" \"y\" {}\nresource \"google_x\" \"broken\" {\n  a = = 1\n}\nmodule \"broken\" {\n  a = = 1\n}\n";
    let evaluated = root(&[
        ("main.tf", "variable \"n\" {}\nmodule \"a\" {\n  source = \"./child\"\n  count = var.n\n}\n"),
        ("child/main.tf", child),
        ("child/lost.tf.json", "{"),
    ])
    .evaluate();
    let Configuration { moved, forgotten, unexpanded, unreadable_modules, .. } = &evaluated.configuration;
    assert_eq!(moved[0].from, "module.a.google_x.before");
    assert_eq!(forgotten[0].to_string(), "module.a.google_x.kept");
    let unexpanded: Vec<String> = unexpanded.iter().map(|unexpanded| unexpanded.resource.to_string()).collect();
    assert_eq!(unexpanded, ["module.a.google_x.broken", "module.a.google_x.y"]);
    let unreadable: Vec<String> = unreadable_modules.iter().map(|unreadable| unreadable.module.to_string()).collect();
    assert_eq!(unreadable, ["module.a", "module.a.module.broken"]);
}
