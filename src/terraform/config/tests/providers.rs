//! Provider configurations: what they give, to whom, and what is refused.

use super::{main_tf, root};

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
    let lines = evaluated.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("main.tf:21 Missing required provider configuration: The child module requires an additional configuration for provider google, with the local name \"google.second\"."),
        "{lines:?}"
    );
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

#[test]
fn the_environment_gives_what_the_block_does_not_in_the_providers_order() {
    let text = "provider \"google\" {\n  region = \"\"\n  zone = null\n}\nresource \"google_x\" \"y\" {}\n";
    let given = |names: &[&str]| {
        let mut world = main_tf(text);
        for name in names {
            world = world.environment(name, &name.to_lowercase());
        }
        let provider = world.evaluate().instance("google_x.y").provider.clone();
        let text = |value: Option<crate::model::Value>| value.map(|value| super::text(&value)).unwrap_or_default();
        [text(provider.project), text(provider.region), text(provider.zone)]
    };
    assert_eq!(given(&[]), ["", "", ""]);
    assert_eq!(given(&["CLOUDSDK_CORE_PROJECT"])[0], "cloudsdk_core_project");
    assert_eq!(given(&["CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"])[0], "gcloud_project");
    assert_eq!(given(&["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"])[0], "google_cloud_project");
    assert_eq!(given(&["GOOGLE_CLOUD_PROJECT", "GOOGLE_PROJECT"])[0], "google_project");
    assert_eq!(given(&["CLOUDSDK_COMPUTE_REGION", "GCLOUD_REGION"])[1], "gcloud_region");
    assert_eq!(given(&["GCLOUD_REGION", "GOOGLE_REGION"])[1], "google_region");
    assert_eq!(given(&["CLOUDSDK_COMPUTE_ZONE"])[2], "cloudsdk_compute_zone");
    assert_eq!(given(&["GCLOUD_ZONE", "GOOGLE_ZONE"])[2], "google_zone");
}

#[test]
fn an_unknown_argument_of_a_provider_is_unknown_and_not_the_environments() {
    let evaluated = main_tf(
        "provider \"google\" {\n  project = google_project.p.project_id\n}\nprovider \"google\" {\n  alias = \"project\"\n  project = \"static\"\n}\nresource \"google_project\" \"p\" {\n  provider = google.project\n}\nresource \"google_x\" \"y\" {}\n",
    )
    .environment("GOOGLE_PROJECT", "environment")
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let project = evaluated.instance("google_x.y").provider.project.as_ref().map(super::text);
    assert_eq!(project.as_deref(), Some("unknown: google_project.p.project_id is known after apply"));
}

#[test]
fn each_instance_of_a_module_takes_what_is_passed() {
    let evaluated = root(&[
        (
            "main.tf",
            "provider \"google\" {\n  project = \"default\"\n}\nprovider \"google\" {\n  alias = \"other\"\n  project = \"other\"\n  default_labels = { team = \"a\" }\n}\nmodule \"m\" {\n  source = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n  providers = {\n    google = google.other\n  }\n}\n",
        ),
        ("m/main.tf", "module \"deep\" {\n  source = \"../deep\"\n  providers = {\n    google = google\n  }\n}\nmodule \"own\" {\n  source = \"../deep\"\n}\n"),
        ("deep/main.tf", "provider \"google\" {}\nresource \"google_x\" \"y\" {}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    for key in ["a", "b"] {
        let provider = &evaluated.instance(&format!("module.m[\"{key}\"].module.deep.google_x.y")).provider;
        assert_eq!(provider.project, Some("other".into()), "an empty block stands for what is passed");
        assert_eq!(provider.default_labels.as_ref().map(super::text).as_deref(), Some("{team=a}"));
        let own = &evaluated.instance(&format!("module.m[\"{key}\"].module.own.google_x.y")).provider;
        assert_eq!(own.project, None, "without being passed it stands for itself");
    }
}

#[test]
fn what_terraform_refuses_about_providers_is_reported() {
    let child = "terraform {\n  required_providers {\n    google = {\n      source = \"hashicorp/google\"\n      configuration_aliases = [google.second]\n    }\n  }\n}\nresource \"google_x\" \"y\" {\n  provider = google.third\n}\n";
    let evaluated = root(&[
        (
            "main.tf",
            "resource \"google_x\" \"y\" {\n  provider = google.gone\n}\nresource \"google_x\" \"z\" {\n  provider = google.a.b\n}\nmodule \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n  providers = {\n    google = google-beta\n    google.second = google.gone\n  }\n}\nmodule \"c\" {\n  source = \"./m\"\n  providers = [google]\n}\nmodule \"d\" {\n  source = \"./own\"\n  count = 2\n}\n",
        ),
        ("m/main.tf", child),
        ("own/main.tf", "provider \"google\" {\n  project = \"p\"\n}\n"),
    ])
    .evaluate();
    let found = evaluated.lines();
    let summaries: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        summaries,
        [
            "m/main.tf:9 Provider configuration not present",
            "main.tf:1 Provider configuration not present",
            "main.tf:5 Invalid provider configuration reference",
            "main.tf:7 Missing required provider configuration",
            "main.tf:12 Provider configuration not present",
            "main.tf:12 Provider type mismatch",
            "main.tf:17 Missing required provider configuration",
            "main.tf:19 Invalid expression",
            "main.tf:23 Module is incompatible with count, for_each, and depends_on",
        ],
        "{found:#?}"
    );
}

#[test]
fn a_provider_with_for_each_is_opentofus_and_unknown() {
    let evaluated = main_tf(
        "provider \"google\" {\n  alias = \"by\"\n  for_each = toset([\"a\"])\n  project = \"p\"\n  region = each.value\n}\nresource \"google_x\" \"y\" {\n  provider = google.by[\"a\"]\n}\n",
    )
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let provider = &evaluated.instance("google_x.y").provider;
    assert_eq!(provider.project, Some("p".into()));
    assert!(
        provider.region.as_ref().map(super::text).unwrap_or_default().starts_with("unknown: the provider has several")
    );
}
