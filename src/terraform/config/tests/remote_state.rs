//! `terraform_remote_state`: values of another root.

use super::{Evaluated, root};

const NETWORK: &str = r#"{"version": 4, "outputs": {
  "name": {"value": "main", "type": "string"},
  "zones": {"value": ["b", "a"], "type": ["list", "string"]},
  "set": {"value": ["a", "b"], "type": ["set", "string"]},
  "password": {"value": "s3cret", "type": "string", "sensitive": true}}, "resources": []}"#;

fn data(arguments: &str) -> String {
    format!(
        "data \"terraform_remote_state\" \"net\" {{\n{arguments}\n}}\nresource \"google_x\" \"y\" {{\n  name = data.terraform_remote_state.net.outputs.name\n}}\n"
    )
}

fn evaluated(text: &str, more: &[(&str, &str)]) -> Evaluated {
    let mut files = vec![("roots/app/main.tf", text), ("roots/net/terraform.tfstate", NETWORK)];
    files.extend(more);
    let mut world = root(&files);
    world.path = "roots/app";
    world.evaluate()
}

#[test]
fn a_local_state_in_the_repository_is_read() {
    let text = data(
        "  backend = \"local\"\n  config = {\n    path = \"${path.module}/../net/terraform.tfstate\"\n  }\n  defaults = { name = \"default\", extra = \"more\" }",
    ) + "locals {\n  outputs = data.terraform_remote_state.net.outputs\n}\nresource \"google_x\" \"z\" {\n  zones = local.outputs.zones == tolist([\"b\", \"a\"])\n  set = join(\"\", local.outputs.set)\n  extra = local.outputs.extra\n  password = local.outputs.password\n}\n";
    let evaluated = evaluated(&text, &[]);
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.y", "name"), "main");
    assert_eq!(evaluated.argument("google_x.z", "zones"), "true", "outputs have their types");
    assert_eq!(evaluated.argument("google_x.z", "set"), "ab");
    assert_eq!(evaluated.argument("google_x.z", "extra"), "more", "a default of what the state lacks");
    let sensitive = &evaluated.instance("google_x.z").arguments.sensitive;
    assert!(sensitive.contains(&super::path("password")));
}

#[test]
fn each_workspace_has_its_own_state() {
    let text = data(
        "  backend = \"local\"\n  workspace = terraform.workspace == \"default\" ? \"blue\" : null\n  config = {\n    workspace_dir = \"states\"\n  }",
    );
    let evaluated = evaluated(&text, &[("roots/app/states/blue/terraform.tfstate", NETWORK)]);
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.y", "name"), "main");
}

#[test]
fn an_output_that_the_state_does_not_have_is_refused() {
    let text = "data \"terraform_remote_state\" \"net\" {\n  backend = \"local\"\n  config = { path = \"../net/terraform.tfstate\" }\n}\nlocals {\n  a = data.terraform_remote_state.net.outputs.nmae\n}\n";
    let lines = evaluated(text, &[]).lines();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("main.tf:6 Unsupported attribute"), "{lines:?}");
}

#[test]
fn what_cannot_be_read_is_unknown_and_says_why() {
    let unknown = |arguments: &str, more: &[(&str, &str)]| {
        let evaluated = evaluated(&data(arguments), more);
        assert_eq!(evaluated.lines(), [""; 0]);
        evaluated.argument("google_x.y", "name")
    };
    assert_eq!(
        unknown("  backend = \"gcs\"\n  config = {\n    bucket = \"b\"\n  }", &[]),
        "unknown: data.terraform_remote_state.net.outputs is unknown: the state of another root in the backend \"gcs\" is not read"
    );
    assert_eq!(
        unknown("  backend = \"local\"", &[]),
        "unknown: data.terraform_remote_state.net.outputs is unknown: there is no state at \"terraform.tfstate\""
    );
    assert!(
        unknown("  backend = \"local\"", &[("roots/app/terraform.tfstate", "{\"version\": 3}")])
            .contains("could not be read: it is a state of version 3")
    );
    assert!(unknown("  backend = \"local\"", &[("roots/app/terraform.tfstate", "[")]).contains("it is no state"));
    assert!(
        unknown("  backend = \"local\"\n  config = { path = google_x.z.path }\n}\nresource \"google_x\" \"z\" {", &[])
            .contains("its path is unknown")
    );
}

#[test]
fn a_state_outside_of_the_repository_is_not_read() {
    let outside = tempfile::tempdir().expect("a temporary folder");
    let path = outside.path().join("terraform.tfstate");
    std::fs::write(&path, NETWORK).expect("written");
    let arguments = format!("  backend = \"local\"\n  config = {{ path = {:?} }}", path.display().to_string());
    let evaluated = evaluated(&data(&arguments), &[]);
    let lines = evaluated.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("main.tf:1 State outside of the repository"), "{lines:?}");
    assert!(evaluated.argument("google_x.y", "name").contains("lies outside of the repository"));
}

const RECORDED: &str = r#"{"backend": "gcs", "workspace": null,
  "config": {"value": {"bucket": "b"}, "type": ["object", {"bucket": "string"}]},
  "outputs": {"value": {"name": "recorded"}, "type": ["object", {"name": "string"}]}}"#;

#[test]
fn what_the_own_state_recorded_counts_for_the_same_question() {
    let value = |bucket: &str, output: &str| {
        let text = format!(
            "data \"terraform_remote_state\" \"net\" {{\n  backend = \"gcs\"\n  config = {{\n    bucket = \"{bucket}\"\n  }}\n}}\nresource \"google_x\" \"y\" {{\n  name = data.terraform_remote_state.net.outputs.{output}\n}}\n"
        );
        let evaluated = super::main_tf(&text).recorded("data.terraform_remote_state.net", RECORDED).evaluate();
        assert_eq!(evaluated.lines(), [""; 0]);
        evaluated.argument("google_x.y", "name")
    };
    assert_eq!(value("b", "name"), "recorded");
    assert!(value("other", "name").starts_with("unknown"), "another bucket was asked");
    assert!(
        value("b", "added_since")
            .starts_with("unknown: data.terraform_remote_state.net.outputs.added_since is not recorded")
    );
}

#[test]
fn values_that_are_recorded_with_their_type_are_unwrapped() {
    let record = r#"{"id": "1", "input": null, "output": {"value": ["a"], "type": ["list", "string"]}}"#;
    let evaluated = super::main_tf(
        "resource \"terraform_data\" \"d\" {}\nresource \"google_x\" \"y\" {\n  name = terraform_data.d.output[0]\n}\n",
    )
    .recorded("terraform_data.d", record)
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.y", "name"), "a");
}

#[test]
fn every_instance_reads_its_own_state() {
    let text = "data \"terraform_remote_state\" \"net\" {\n  for_each = toset([\"net\"])\n  backend = \"local\"\n  config = { path = \"../${each.key}/terraform.tfstate\" }\n}\nresource \"google_x\" \"y\" {\n  name = data.terraform_remote_state.net[\"net\"].outputs.name\n  all = [for state in data.terraform_remote_state.net : state.outputs.name]\n}\n";
    let evaluated = evaluated(text, &[]);
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.y", "name"), "main");
    assert_eq!(evaluated.argument("google_x.y", "all"), "[main]");
}
