//! Folders that are not what they seem.

use std::fs;

use crate::roots::{assert_stopped, configuration, configuration_in, folder, lines, only_error};

const RESOURCE: &[u8] = b"resource \"null_resource\" \"r\" {}\n";

#[test]
fn a_module_that_calls_itself_is_named() {
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n}}\n");
    let itself = configuration(&[("main.tf", &call("./."))]);
    assert_stopped(&itself, "main.tf:1 Module not readable", "calls itself");
    let through =
        configuration(&[("main.tf", &call("./a")), ("a/main.tf", &call("../b")), ("b/main.tf", &call("../a"))]);
    assert_stopped(&through, "b/main.tf:1 Module not readable", "calls itself");
}

#[test]
fn a_folder_named_like_a_file_is_passed_over() {
    let root = folder(&[("main.tf", RESOURCE), ("x.tf/y.tf", RESOURCE)]);
    let configuration = configuration_in(root.path());
    assert_eq!((lines(&configuration), configuration.instances.len()), (Vec::new(), 1));
}

#[cfg(unix)]
#[test]
fn links_that_lead_round_or_out_are_named() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret.tf", RESOURCE), ("secret", b"hunter2")]);
    let root = folder(&[("main.tf", b"module \"a\" {\n  source = \"./loop/loop/loop\"\n}\nmodule \"b\" {\n  source = \"./out\"\n}\nlocals {\n  x = file(\"secret\")\n  y = fileset(\".\", \"**\")\n}\n")]);
    symlink(root.path(), root.path().join("loop")).expect("linked");
    symlink("round.tf", root.path().join("round.tf")).expect("linked");
    symlink(outside.path(), root.path().join("out")).expect("linked");
    symlink(outside.path().join("secret"), root.path().join("secret")).expect("linked");
    let configuration = configuration_in(root.path());
    let lines = lines(&configuration);
    assert_stopped(&configuration, "- Failed to read file", "round.tf");
    assert_stopped(&configuration, "main.tf:4 Module not readable", "outside of the repository");
    assert_stopped(&configuration, "main.tf:8 ", "outside of the repository");
    assert!(!lines.iter().any(|line| line.contains("hunter2")), "{lines:?}");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_never_waited_for() {
    let root = folder(&[("main.tf", b"locals {\n  x = file(\"pipe\")\n}\n")]);
    for name in ["pipe.tf", "pipe", "terraform.tfvars"] {
        let made = std::process::Command::new("mkfifo").arg(root.path().join(name)).status();
        assert!(made.expect("mkfifo runs").success());
    }
    let configuration = configuration_in(root.path());
    assert_stopped(&configuration, "- Failed to read file", "it is not a regular file");
    assert_stopped(&configuration, "main.tf:2 ", "");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = folder(&[("main.tf", RESOURCE), ("closed.tf", RESOURCE)]);
    let closed = root.path().join("closed.tf");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).expect("set");
    if fs::read(&closed).is_ok() {
        // Nothing is closed to the superuser.
        return;
    }
    let error = only_error(&configuration_in(root.path()));
    assert!(error.starts_with("- Failed to read file: The file \"closed.tf\""), "{error}");
}

#[test]
fn more_files_than_are_read_are_counted() {
    let root = folder(&[("main.tf", RESOURCE)]);
    for number in 0..10_050 {
        fs::write(root.path().join(format!("f{number}.tf")), "").expect("written");
    }
    let error = only_error(&configuration_in(root.path()));
    assert!(error.starts_with("- Too many configuration files") && error.contains("10000"), "{error}");
}

#[test]
fn values_files_have_limits_too() {
    let large = format!("x = \"{}\"\n", "a".repeat(9 << 20));
    let main = "variable \"x\" {\n  default = \"d\"\n}\n";
    assert_stopped(
        &configuration(&[("main.tf", main), ("terraform.tfvars", &large)]),
        "- Failed to read file",
        "8388608",
    );
    let deep = format!("{{\"x\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_stopped(
        &configuration(&[("main.tf", main), ("terraform.tfvars.json", &deep)]),
        "terraform.tfvars.json:1 Invalid JSON",
        "64 nested levels",
    );
    let deep = format!("x = {}1{}\n", "[".repeat(10_000), "]".repeat(10_000));
    assert_stopped(
        &configuration(&[("main.tf", main), ("terraform.tfvars", &deep)]),
        "terraform.tfvars:1 Too many nested levels",
        "64 levels",
    );
    let many: String = (0..50_000).map(|_| "x = 1\n").collect();
    assert_stopped(
        &configuration(&[("main.tf", main), ("terraform.tfvars", &many)]),
        "terraform.tfvars:",
        "more faults",
    );
}

#[test]
fn json_configuration_has_the_same_limits() {
    let deep = format!("{{\"locals\": {{\"x\": {}1{}}}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_stopped(&configuration(&[("a.tf.json", &deep)]), "a.tf.json:1 Invalid JSON", "64 nested levels");
    let just = format!("{{\"locals\": {{\"x\": {}1{}}}}}", "[".repeat(60), "]".repeat(60));
    assert_eq!(lines(&configuration(&[("a.tf.json", &just)])), [] as [String; 0]);
    let templates = format!("{{\"locals\": {{\"x\": \"{}1{}\"}}}}", "${[".repeat(5_000), "]}".repeat(5_000));
    assert_stopped(&configuration(&[("a.tf.json", &templates)]), "a.tf.json:1 ", "");
    let members: String = (0..40_000).map(|number| format!("\"a{number}\": 1,")).collect();
    let object = format!("{{\"locals\": {{\"x\": {{{members} \"z\": 1}}}}}}");
    assert_stopped(&configuration(&[("a.tf.json", &object)]), "a.tf.json:1 Object too large", "14,000");
    let locals = format!("{{\"locals\": {{{members} \"z\": 1}}}}");
    assert_eq!(lines(&configuration(&[("a.tf.json", &locals)])), [] as [String; 0]);
}
