//! `moved`, `removed` and `import` blocks. Wording and rules are those of Terraform 1.11.

use super::{main_tf, root};

fn lines(text: &str) -> Vec<String> {
    main_tf(text).evaluate().lines()
}

fn summaries(found: &[String]) -> Vec<&str> {
    found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect()
}

fn moved(from: &str, to: &str) -> String {
    format!("moved {{\n  from = {from}\n  to = {to}\n}}\n")
}

#[test]
fn moved_and_removed_blocks_become_absolute() {
    let evaluated = root(&[
        ("main.tf", "module \"a\" {\n  source = \"./child\"\n  for_each = toset([\"k\"])\n}\nmoved {\n  from = module.old\n  to = module.a[\"k\"]\n}\nremoved {\n  from = google_x.kept\n  lifecycle {\n    destroy = false\n  }\n}\nremoved {\n  from = google_x.gone\n}\nremoved {\n  from = module.kept\n  lifecycle {\n    destroy = false\n  }\n}\nremoved {\n  from = module.gone\n  lifecycle {\n    destroy = true\n  }\n}\nmoved {\n  from = google_x.a\n  to = module.a\n}\n"),
        ("child/main.tf", "moved {\n  from = google_x.a\n  to = google_x.y[\"z\"]\n}\nresource \"google_x\" \"y\" {\n  for_each = toset([\"z\"])\n}\nremoved {\n  from = google_x.inner\n  lifecycle {\n    destroy = false\n  }\n}\n"),
    ])
    .evaluate();
    let moved: Vec<String> =
        evaluated.configuration.moved.iter().map(|moved| format!("{} -> {}", moved.from, moved.to)).collect();
    assert_eq!(
        moved,
        ["module.old -> module.a[\"k\"]", "module.a[\"k\"].google_x.a -> module.a[\"k\"].google_x.y[\"z\"]"]
    );
    let forgotten: Vec<String> = evaluated.configuration.forgotten.iter().map(ToString::to_string).collect();
    assert_eq!(forgotten, ["google_x.kept", "module.a[\"k\"].google_x.inner"]);
    let modules: Vec<String> = evaluated.configuration.forgotten_modules.iter().map(ToString::to_string).collect();
    assert_eq!(modules, ["module.kept"]);
    assert_eq!(
        evaluated.lines(),
        [
            "main.tf:30 Invalid \"moved\" addresses: The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules."
        ]
    );
}

#[test]
fn statements_that_contradict_each_other_are_refused() {
    let text = moved("google_x.old", "google_x.a")
        + &moved("google_x.old", "google_x.b")
        + &moved("google_x.x1", "google_x.c")
        + &moved("google_x.x2", "google_x.c")
        + &moved("google_x.d", "google_x.d")
        + &moved("google_x.b", "google_x.e")
        + "resource \"google_x\" \"b\" {}\nresource \"google_x\" \"d\" {}\n";
    assert_eq!(
        lines(&text),
        [
            "main.tf:5 Ambiguous move statements: A statement at main.tf:1 declared that google_x.old moved to google_x.a, but this statement instead declares that it moved to google_x.b.\n\nEach resource can move to only one destination resource.",
            "main.tf:13 Ambiguous move statements: A statement at main.tf:9 declared that google_x.x1 moved to google_x.c, but this statement instead declares that google_x.x2 moved there.\n\nEach resource can have moved from only one source resource.",
            "main.tf:17 Redundant move statement: This statement declares a move from google_x.d to the same address, which is the same as not declaring this move at all.",
            "main.tf:21 Moved object still exists: This statement declares a move from google_x.b, but that resource is still declared at main.tf:25.\n\nChange your configuration so that this resource will be declared as google_x.e instead.",
        ]
    );
}

#[test]
fn what_moves_must_be_gone_from_where_it_was() {
    let still = |from: &str, to: &str, declared: &str| {
        let found = lines(&(moved(from, to) + declared));
        summaries(&found).iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()
    };
    let none = Vec::<String>::new();
    let refused = ["main.tf:1 Moved object still exists"];
    let counted = "resource \"google_x\" \"a\" {\n  count = 2\n}\n";
    assert_eq!(still("google_x.a", "google_x.a[0]", counted), none, "count came");
    assert_eq!(still("google_x.a[2]", "google_x.b", counted), none);
    assert_eq!(still("google_x.a[1]", "google_x.b", counted), refused);
    assert_eq!(still("google_x.a", "google_x.b", counted), refused, "all instances would move");
    let unknown = "variable \"n\" {\n  default = null\n}\nresource \"google_x\" \"u\" {}\nresource \"google_x\" \"a\" {\n  count = google_x.u.number\n}\n";
    assert_eq!(still("google_x.a[1]", "google_x.b", unknown), none, "nobody knows");
    let module = "module \"m\" {\n  source = \"./none\"\n}\n";
    assert_eq!(
        still("module.m", "module.n", module),
        ["main.tf:1 Moved object still exists", "main.tf:5 Module not readable"]
    );
    assert_eq!(still("module.gone.google_x.a", "google_x.a", "resource \"google_x\" \"a\" {}\n"), none);
}

#[test]
fn chains_are_followed_and_circles_are_refused() {
    let chain = moved("random_id.a", "random_id.b")
        + &moved("random_id.b", "random_id.c")
        + "resource \"random_id\" \"c\" {}\nresource \"google_x\" \"y\" {\n  hex = random_id.c.hex\n}\n";
    let evaluated = main_tf(&chain).recorded("random_id.a", r#"{"hex": "ab"}"#).evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.argument("google_x.y", "hex"), "ab");
    let circle =
        moved("google_x.a", "google_x.b") + &moved("google_x.b", "google_x.c") + &moved("google_x.c", "google_x.a");
    let found = lines(&circle);
    assert_eq!(summaries(&found), ["main.tf:1 Cyclic dependency in move statements"]);
    assert!(
        found[0].contains(
            "  - main.tf:1: google_x.a → google_x.b\n  - main.tf:5: google_x.b → google_x.c\n  - main.tf:9: google_x.c → google_x.a\n"
        ),
        "{found:?}"
    );
}

#[test]
fn a_record_is_found_wherever_it_was_before() {
    let child = "resource \"random_id\" \"r\" {}\noutput \"hex\" {\n  value = random_id.r.hex\n}\n";
    let hex = |blocks: &str, module: &str, reference: &str, recorded: &str| {
        let text = format!(
            "{blocks}module \"m\" {{\n  source = \"./m\"\n{module}}}\nresource \"google_x\" \"y\" {{\n  hex = {reference}\n}}\n"
        );
        let world = root(&[("main.tf", &text), ("m/main.tf", child)]).recorded(recorded, r#"{"hex": "ab"}"#);
        let evaluated = world.evaluate();
        assert_eq!(evaluated.lines(), [""; 0]);
        evaluated.argument("google_x.y", "hex")
    };
    let keyed = "  for_each = toset([\"k\", \"l\"])\n";
    assert_eq!(hex(&moved("random_id.r", "module.m.random_id.r"), "", "module.m.hex", "random_id.r"), "ab");
    assert_eq!(
        hex(&moved("module.m", "module.m[\"k\"]"), keyed, "module.m[\"k\"].hex", "module.m.random_id.r"),
        "ab",
        "for_each came"
    );
    assert_eq!(
        hex(&moved("module.a", "module.m"), keyed, "module.m[\"l\"].hex", "module.a[\"l\"].random_id.r"),
        "ab",
        "a whole module with its keys"
    );
    assert_eq!(
        hex(&moved("module.a.module.b", "module.m"), "", "module.m.hex", "module.a.module.b.random_id.r"),
        "ab",
        "out of another module"
    );
    assert_eq!(
        hex(
            &moved("module.a[0].random_id.q[\"z\"]", "module.m[\"k\"].random_id.r"),
            keyed,
            "module.m[\"k\"].hex",
            "module.a[0].random_id.q[\"z\"]"
        ),
        "ab"
    );
}

#[test]
fn addresses_must_be_written_out() {
    let text = moved("google_x.a[count.index]", "google_x.b")
        + &moved("\"google_x.a\"", "google_x.b.id")
        + &moved("google_x", "google_x.b")
        + "removed {\n  from = google_x.gone[0]\n}\nremoved {\n  from = module.gone[0]\n}\nremoved {\n  from = data.google_x.d\n}\nremoved {\n  from = google_x.f\n  lifecycle {\n    destroy = \"x\"\n  }\n}\n";
    let found = lines(&text);
    assert_eq!(
        summaries(&found),
        [
            "main.tf:2 Invalid expression",
            "main.tf:6 Invalid expression",
            "main.tf:7 Invalid address",
            "main.tf:10 Invalid address",
            "main.tf:14 Resource instance keys not allowed",
            "main.tf:17 Module instance keys not allowed",
            "main.tf:20 Data source address not allowed",
            "main.tf:25 Unsuitable value type",
        ],
        "{found:#?}"
    );
}

#[test]
fn a_module_without_instances_gives_up_what_it_removed() {
    let evaluated = root(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  count = 0\n}\n"),
        ("m/main.tf", "removed {\n  from = google_x.kept\n  lifecycle {\n    destroy = false\n  }\n}\n"),
    ])
    .evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    assert_eq!(evaluated.configuration.forgotten[0].to_string(), "module.m.google_x.kept");
}

#[test]
fn what_is_removed_must_be_gone() {
    let evaluated = root(&[
        (
            "main.tf",
            "removed {\n  from = google_x.a\n}\nremoved {\n  from = module.m\n}\nremoved {\n  from = module.m.google_x.b\n}\nresource \"google_x\" \"a\" {}\nmodule \"m\" {\n  source = \"./m\"\n}\n",
        ),
        ("m/main.tf", "resource \"google_x\" \"b\" {}\n"),
    ])
    .evaluate();
    assert_eq!(
        evaluated.lines(),
        [
            "m/main.tf:1 Removed resource still exists: This statement declares that module.m.google_x.b was removed, but it is still declared in configuration.",
            "main.tf:10 Removed resource still exists: This statement declares that google_x.a was removed, but it is still declared in configuration.",
            "main.tf:11 Removed module still exists: This statement declares that module.m was removed, but it is still declared in configuration.",
        ]
    );
}

/// What the imports of a root are: `ADDRESS ID`.
fn imports(text: &str) -> Vec<String> {
    let configuration = main_tf(text).evaluate().configuration;
    configuration.imports.iter().map(|import| format!("{} {:?}", import.to, import.id)).collect()
}

const IMPORTED: &str = "locals {\n  n = \"one\"\n}\nresource \"google_x\" \"a\" {}\nresource \"google_x\" \"k\" {\n  for_each = toset([\"one\", \"two\"])\n}\n";

#[test]
fn imports_are_read_one_by_one_and_for_each() {
    let text = IMPORTED.to_owned()
        + "import {\n  to = google_x.a\n  id = \"i-${local.n}\"\n}\nimport {\n  for_each = { one = 1, two = 2 }\n  to = google_x.k[each.key]\n  id = each.value\n}\n";
    assert_eq!(
        imports(&text),
        ["google_x.a Some(\"i-one\")", "google_x.k[\"one\"] Some(\"1\")", "google_x.k[\"two\"] Some(\"2\")"]
    );
    assert_eq!(lines(&text), [""; 0]);
}

#[test]
fn an_id_that_is_unknown_or_sensitive_is_left_out() {
    let text = IMPORTED.to_owned()
        + "import {\n  to = google_x.a\n  id = google_x.k[\"one\"].id\n}\nimport {\n  to = google_x.k[\"one\"]\n  id = sensitive(\"s3cret\")\n}\nimport {\n  to = google_x.k[\"two\"]\n  identity = { name = \"n\" }\n}\n";
    assert_eq!(imports(&text), ["google_x.a None", "google_x.k[\"one\"] None", "google_x.k[\"two\"] None"]);
    assert_eq!(lines(&text), [""; 0]);
}

#[test]
fn imports_that_cannot_be_are_refused() {
    for (arguments, refusal) in [
        ("to = google_x.a\n  id = \"\"", "main.tf:11 Invalid import id argument"),
        ("to = google_x.a\n  id = null", "main.tf:11 Invalid import id argument"),
        ("to = google_x.a\n  id = []", "main.tf:11 Incorrect value type"),
        ("to = google_x.a\n  id = google_x.a.id", "main.tf:11 Invalid import id argument"),
        ("to = google_x.a", "main.tf:9 Invalid import block"),
        ("id = \"i\"", "main.tf:9 Missing required argument"),
        ("to = google_x.none\n  id = \"i\"", "main.tf:10 Configuration for import target does not exist"),
        ("to = google_x.a[0]\n  id = \"i\"", "main.tf:10 Configuration for import target does not exist"),
        ("to = google_x.k[\"three\"]\n  id = \"i\"", "main.tf:10 Configuration for import target does not exist"),
        ("to = module.none.google_x.a\n  id = \"i\"", "main.tf:10 Configuration for import target does not exist"),
        ("to = module.none\n  id = \"i\"", "main.tf:10 Invalid address"),
        ("to = data.google_x.a\n  id = \"i\"", "main.tf:10 Invalid import address"),
        ("to = google_x.k[local.n]\n  id = \"i\"", "main.tf:10 Invalid expression"),
    ] {
        let text = format!("{IMPORTED}\nimport {{\n  {arguments}\n}}\n");
        let found = lines(&text);
        assert_eq!(summaries(&found), [refusal], "{arguments}: {found:?}");
    }
    let twice = IMPORTED.to_owned()
        + "import {\n  to = google_x.a\n  id = \"1\"\n}\nimport {\n  to = google_x.a\n  id = \"2\"\n}\n";
    let found = lines(&twice);
    assert_eq!(
        summaries(&found),
        [
            "main.tf:8 Duplicate import configuration for \"google_x.a\"",
            "main.tf:12 Duplicate import configuration for \"google_x.a\""
        ]
    );
}

#[test]
fn only_the_root_imports_and_only_what_is_known_to_be_missing_is_refused() {
    let evaluated = root(&[
        (
            "main.tf",
            "module \"m\" {\n  source = \"./m\"\n}\nmodule \"far\" {\n  source = \"a/b/google\"\n}\nimport {\n  to = module.m.google_x.a\n  id = \"i\"\n}\nimport {\n  to = module.far.google_x.b[\"k\"]\n  id = \"i\"\n}\n",
        ),
        ("m/main.tf", "resource \"google_x\" \"a\" {}\nimport {\n  to = google_x.a\n  id = \"i\"\n}\n"),
    ])
    .evaluate();
    let found = evaluated.lines();
    assert_eq!(summaries(&found), ["m/main.tf:2 Invalid import configuration", "main.tf:4 Module not readable"]);
    assert_eq!(evaluated.configuration.imports.len(), 2);
}

#[test]
fn blocks_in_json_syntax_have_the_same_meaning() {
    let json = r#"{"resource": {"google_x": {"a": {}, "k": {"for_each": "${toset([\"o\"])}"}}},
      "moved": [{"from": "google_x.old", "to": "google_x.a"}],
      "removed": {"from": "google_x.gone", "lifecycle": {"destroy": false}},
      "import": [{"to": "google_x.a", "id": "i"}, {"for_each": "${toset([\"o\"])}", "to": "google_x.k[each.key]", "id": "${each.key}"}]}"#;
    let evaluated = root(&[("main.tf.json", json)]).evaluate();
    assert_eq!(evaluated.lines(), [""; 0]);
    let configuration = &evaluated.configuration;
    assert_eq!((configuration.moved.len(), configuration.forgotten.len(), configuration.imports.len()), (1, 1, 2));
    assert_eq!(configuration.imports[1].id.as_deref(), Some("o"));
}
