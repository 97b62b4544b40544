//! Settings files, evaluated beside a root.

use crate::model::{SeverityLevel, Value};
use crate::terraform::config::tests::{lines, path, root, text};

const MAIN: &str = "variable \"project\" { default = \"p\" }\nresource \"google_vpc_access_connector\" \"c\" {\n  name = \"staging\"\n}\n";

#[test]
fn every_block_is_read() {
    let settings = "live {\n  projects = [var.project, \"q\"]\n  regions = [\"us-central1\"]\n}\nignore \"google_x.*\" {\n  attributes = [\"client\", \"template[0].x\"]\n  reason = \"script\"\n  expires = \"2027-01-31\"\n}\nignore \"google_z.z\" {\n  reason = \"all\"\n}\nseverity \"connector-saturated\" { level = \"error\" }\nexpect \"google_cloud_run_v2_service\" \"s-1\" {\n  location = \"us-central1\"\n  template {\n    vpc_access {\n      connector = google_vpc_access_connector.c.id\n      name = google_vpc_access_connector.c.name\n    }\n  }\n}\n";
    let evaluated = root(&[("main.tf", MAIN), ("trueup.hcl", settings)])
        .recorded("google_vpc_access_connector.c", r#"{"id": "projects/p/c"}"#)
        .evaluate();
    let settings = &evaluated.settings;
    assert_eq!(lines(&settings.diagnostics), [""; 0]);
    assert_eq!(settings.live.projects, ["p", "q"]);
    assert_eq!(settings.live.regions, ["us-central1"]);
    assert_eq!(settings.ignores[0].attributes, ["client", "template[0].x"]);
    assert_eq!(settings.ignores[0].expires.as_deref(), Some("2027-01-31"));
    assert_eq!(settings.ignores[0].range.to_string(), "trueup.hcl:5");
    assert!(settings.ignores[1].attributes.is_empty());
    assert_eq!(settings.severities[0].level, SeverityLevel::Error);
    let expected = &settings.expected[0];
    assert!(expected.is_expected);
    assert_eq!(expected.address.to_string(), "google_cloud_run_v2_service.s-1");
    assert_eq!(
        text(&expected.arguments.value),
        "{location=us-central1, name=s-1, template=[{vpc_access=[{connector=projects/p/c, name=staging}]}]}"
    );
    let range = &expected.arguments.ranges[&path("template[0].vpc_access[0].connector")];
    assert_eq!(range.to_string(), "trueup.hcl:18");
    assert_eq!(evaluated.addresses(), ["google_cloud_run_v2_service.s-1", "google_vpc_access_connector.c"]);
    assert!(evaluated.configuration.regions.contains("us-central1"));
    assert!(settings.sources.contains_key("trueup.hcl"));
}

#[test]
fn every_mistake_has_its_place() {
    let settings = "live {\n  project = [\"p\"]\n  projects = \"p\"\n}\nignore {\n}\nignore \"a\" {\n  attributes = []\n  reason = \"r\"\n}\nignore \"b\" {\n  expires = \"31.01.2027\"\n  reason = \"r\"\n}\nignore \"c\" {\n  reason = 5 > 1\n}\nseverity \"p\" { level = \"fatal\" }\nseverity \"q\" {}\nfoo \"x\" {}\nworkload \"w\" {}\nbar = 1\nexpect \"google_x\" {}\nexpect \"google_vpc_access_connector\" \"c\" {}\n";
    let evaluated = root(&[("main.tf", MAIN), ("trueup.hcl", settings)]).evaluate();
    let places: Vec<String> = evaluated
        .settings
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let range = diagnostic.range.as_ref().expect("a place");
            format!("{}:{} {}", range.start.line, range.start.column, diagnostic.summary)
        })
        .collect();
    assert_eq!(
        places,
        [
            "2:3 Unsupported argument",
            "3:14 Invalid setting",
            "5:1 Invalid block labels",
            "8:16 Invalid setting",
            "12:13 Invalid setting",
            "16:12 Invalid setting",
            "18:24 Invalid setting",
            "19:1 Missing required argument",
            "20:1 Unsupported block type",
            "21:1 Unsupported block type",
            "22:1 Unsupported argument",
            "23:1 Invalid block labels",
            "24:1 Duplicate expect block",
        ]
    );
    assert!(evaluated.settings.expected.is_empty());
}

#[test]
fn a_mistake_in_attributes_never_ignores_the_whole_resource() {
    let settings = "ignore \"a\" {\n  attributes = \"client\"\n  reason = \"r\"\n}\nignore \"b\" {\n  attributes = [google_vpc_access_connector.c.id]\n  reason = \"r\"\n}\n";
    let evaluated = root(&[("main.tf", MAIN), ("trueup.hcl", settings)]).evaluate();
    assert!(evaluated.settings.ignores.is_empty());
    assert_eq!(evaluated.settings.diagnostics.len(), 2);
}

#[test]
fn expect_blocks_are_checked_like_resources() {
    let settings = "expect \"google_known\" \"y\" {\n  labels = {}\n  count = 2\n  name = \"n\"\n}\n";
    let evaluated = root(&[("main.tf", MAIN), ("trueup.hcl", settings)]).known().evaluate();
    assert_eq!(
        lines(&evaluated.settings.diagnostics),
        [
            "trueup.hcl:2 Unsupported argument: An argument named \"labels\" is not expected here. Did you mean \"label\"?",
            "trueup.hcl:3 Unsupported argument: An argument named \"count\" is not expected here.",
        ]
    );
    assert_eq!(evaluated.settings.expected[0].arguments.value.get("name"), Some(&Value::from("n")));
}

#[test]
fn an_expect_block_says_only_what_is_expected_and_its_label_is_the_name() {
    let settings = "expect \"google_known\" \"live-name\" {\n  size = 5\n}\n";
    let evaluated = root(&[("main.tf", MAIN), ("trueup.hcl", settings)]).known().evaluate();
    assert_eq!(lines(&evaluated.settings.diagnostics), [""; 0]);
    let arguments = &evaluated.settings.expected[0].arguments;
    assert_eq!(text(&arguments.value), "{name=live-name, size=5}");
    assert_eq!(arguments.ranges[&path("name")].to_string(), "trueup.hcl:1");
}

#[test]
fn a_settings_file_above_the_root_is_named_from_the_root() {
    let name = |path: &str, folder: &str| super::name_from(path.as_ref(), folder.as_ref());
    assert_eq!(name("/r/trueup.hcl", "/r/infra/a"), "../../trueup.hcl");
    assert_eq!(name("infra/trueup.hcl", "infra"), "trueup.hcl");
    assert_eq!(name("./trueup.hcl", "."), "trueup.hcl");
    assert_eq!(name("/x/trueup.hcl", "relative"), "/x/trueup.hcl");
    assert_eq!(name("trueup.hcl", "../other"), "trueup.hcl");
}
