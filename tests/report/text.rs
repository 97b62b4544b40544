//! The text report, as a person reads it.

use trueup::compare::{NotObserved, Presence, ResourceComparison, Verdict};
use trueup::model::{Chain, LiveKind, PlanVisibility, Side, SourceRange, Value, is_printable};
use trueup::report::text::{Style, render};

use crate::samples::{Run, attribute, everything, range, resource, value};

/// The part of a text between two markers, both included.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from);
    let end = start.and_then(|start| Some(text[start..].find(to)? + start + to.len()));
    assert!(end.is_some(), "no {from:?} to {to:?} in:\n{text}");
    &text[start.unwrap_or_default()..end.unwrap_or_default()]
}

#[test]
fn findings_come_first_with_their_code() {
    let text = everything().text();
    let expected = "\
error[egress-without-nat]: redis sends all traffic through the VPC
 --> main.tf:3:20
  |
3 |   egress         = \"PRIVATE_RANGES_ONLY\"
  |                    ^^^^^^^^^^^^^^^^^^^^^ egress = \"ALL_TRAFFIC\" live
  |
  = note: google_redis_instance.redis: no Cloud NAT covers 10.8.0.0/28
  = note: true of what is running now, and still after an apply
  = help: set egress back to PRIVATE_RANGES_ONLY

Note: Objects have changed outside of Terraform (state -> live)
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn drift_reads_from_state_to_live() {
    let text = everything().text();
    let expected = "  # google_redis_instance.redis has changed
  ~ resource \"google_redis_instance\" \"redis\" { # main.tf:1
      ~ auth_string    = (sensitive value)
          # `terraform plan` does not show this, only `terraform plan -refresh-only`: Google chooses it
      ~ memory_size_gb = 1 -> 5 # main.tf:2
      ~ tier           = \"S\" -> \"L\" # configuration: \"C\"
        # (2 unchanged attributes hidden)
    }

  # google_x.gone has been deleted
  - resource \"google_x\" \"gone\" # main.tf:1
";
    assert_eq!(between(&text, "  # google_redis_instance.redis has", "\"gone\" # main.tf:1\n"), expected);
}

#[test]
fn pending_reads_from_live_to_configuration() {
    let text = everything().text();
    let expected = "\
Note: The configuration is not applied yet (live -> configuration)

  # google_x.left will be destroyed (because it is not in configuration)
  - resource \"google_x\" \"left\" # main.tf:1
  # google_x.new will be created
  + resource \"google_x\" \"new\" # main.tf:1

  # google_x.pending must be replaced
  -/+ resource \"google_x\" \"pending\" { # main.tf:1
      ~ name = \"old\" -> \"new\" # forces replacement
        # (2 unchanged attributes hidden)
    }
";
    assert_eq!(between(&text, "Note: The configuration is not applied", "    }\n"), expected);
}

#[test]
fn the_counts_close_the_report() {
    let text = everything().text();
    let last = text.lines().last().expect("a line");
    assert_eq!(
        last,
        "Findings: 1 error. Drift: 1 changed, 1 missing, 1 unmanaged. Pending: 1 to replace, 1 to create, 1 to destroy, \
         1 to import. Converged: 1. Not compared: 1 attribute. Ignored: 1. In sync: 1."
    );
    assert!(text.contains("  + google_x //x.googleapis.com/projects/p/things/foreign\n"));
    assert!(text.contains("warning: Value for undeclared variable\n --> main.tf:2:20\n"));
    assert!(text.contains("`terraform apply -refresh-only` takes this into the state"));
}

#[test]
fn programs_get_no_advice() {
    let mut run = everything();
    run.show.advice = false;
    assert!(!run.text().contains("terraform apply"));
}

#[test]
fn one_reason_for_all_attributes_is_said_once() {
    let hidden = |path| {
        let mut attribute = attribute(
            path,
            Verdict::Drifted,
            [value("a"), Side::NotObserved("the state does not have it".into()), value("b")],
        );
        attribute.plan_visibility = PlanVisibility::Hidden;
        attribute.plan_visibility_reason = "Terraform does not manage it".into();
        attribute
    };
    let mut expected = resource("google_x.a", Presence::Managed, vec![hidden("one"), hidden("two")]);
    expected.is_expected = true;
    let text = Run::new(vec![expected]).text();
    let drawn = "\
Note: Objects differ from what main.tf expects; Terraform does not manage them (expected -> live)

  # google_x.a is not as expected
  # no Terraform command shows this: Terraform does not manage it
  ~ expect \"google_x\" \"a\" { # main.tf:1
      ~ one = \"a\" -> \"b\"
      ~ two = \"a\" -> \"b\"
        # (2 unchanged attributes hidden)
    }
";
    assert!(text.starts_with(drawn), "{text}");
}

#[test]
fn no_changes_is_said_only_of_a_complete_check() {
    let same = || resource("google_x.same", Presence::Managed, Vec::new());
    let mut run = Run::new(vec![same()]);
    assert_eq!(
        run.text(),
        "Compared 1 configuration file, the state terraform.tfstate (serial 42, 1.2 MiB) and live live.jsonl \
         (generation 1700000000000042, 19.5 KiB, read at 2026-09-16T01:23:00Z).\n\
         No changes. Live, state and configuration agree.\nDrift: 0 changed, 0 missing, 0 unmanaged. In sync: 1.\n"
    );
    run.live.kind = LiveKind::None;
    let text = run.text();
    assert!(text.starts_with("Compared 1 configuration file and the state terraform.tfstate"), "{text}");
    assert!(
        text.ends_with("; live was not asked.\nNo changes. State and configuration agree.\nIn sync: 1.\n"),
        "{text}"
    );
    run.comparison.coverage.types_not_supported.insert("google_y".to_owned(), 2);
    assert!(!run.text().contains("No changes."), "two resources were not looked at");
    run.comparison.coverage.types_not_supported.clear();
    run.comparison.coverage.not_observed.push(NotObserved {
        what: "google_x in projects/p".to_owned(),
        why: "403".to_owned(),
        is_needed: true,
    });
    let text = run.text();
    assert!(!text.contains("No changes."), "{text}");
    assert!(text.starts_with("Not observed:\n  google_x in projects/p: 403\n"), "{text}");
    let mut tainted = same();
    tainted.is_tainted = true;
    let text = Run::new(vec![tainted]).text();
    assert!(!text.contains("No changes.") && text.contains("is tainted, so it must be replaced"), "{text}");
}

#[test]
fn names_and_values_cannot_steer_the_terminal_and_secrets_stay_secret() {
    let mut run = everything();
    let evil = "a\u{1b}[2J\u{9b}\u{202e}\r\n";
    run.show = trueup::report::Show { in_sync: true, ignored: true, advice: true };
    run.judgment.findings[0].message = evil.to_owned();
    run.judgment.findings[0].evidence[0].value = evil.to_owned();
    run.judgment.findings[0].policy = evil.to_owned();
    run.diagnostics[0].detail = evil.to_owned();
    run.diagnostics[0].summary = evil.to_owned();
    run.comparison.coverage.types_not_supported.insert(evil.to_owned(), 1);
    run.comparison.coverage.not_observed.push(NotObserved {
        what: evil.to_owned(),
        why: evil.to_owned(),
        is_needed: true,
    });
    let mut named = resource(
        "google_x.a",
        Presence::Managed,
        vec![attribute(
            &format!("labels[\"{evil}\"]"),
            Verdict::Conflict,
            [
                value(evil),
                Side::Value(Value::List(vec![evil.into(), "x".into()])),
                Side::Value(Value::List(vec!["y".into()])),
            ],
        )],
    );
    named.update_time = Some(evil.into());
    named.address.as_mut().expect("an address").resource.name = evil.to_owned();
    run.comparison.resources.push(named);
    let text = run.text();
    assert!(text.chars().all(|character| character == '\n' || is_printable(character)), "{text:?}");
    assert!(!text.contains("old-secret") && !text.contains("new-secret"));
}

#[test]
fn colors_change_nothing_but_the_color() {
    let run = everything();
    let colored = render(&run.report(), Style { color: true });
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some(start) = rest.find('\u{1b}') {
        plain.push_str(&rest[..start]);
        let end = rest[start..].find('m').expect("an end") + start;
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&plain), words(&run.text()));
}

#[test]
fn what_the_state_does_not_record_is_told_from_the_configuration() {
    let unrecorded = attribute("a", Verdict::Drifted, [value("c"), Side::NotRecorded, value("l")]);
    let text = Run::new(vec![resource("google_x.a", Presence::Managed, vec![unrecorded])]).text();
    assert!(text.contains("      ~ a = (not recorded) -> \"l\" # configuration: \"c\"\n"), "{text}");
}

/// A run with as many findings of one policy as there are names.
fn alike(names: &[&str]) -> Run {
    let mut run = everything();
    let first = run.judgment.findings[0].clone();
    run.judgment.findings = names
        .iter()
        .map(|name| {
            let mut finding = first.clone();
            finding.subjects = vec![format!("google_x.{name}")];
            finding.message = format!("google_x.{name} exists already ({name}) but is not in the state.");
            finding.remedy = format!("Take it into the state:\nimport {{\n  to = google_x.{name}\n}}");
            finding
        })
        .collect();
    run
}

#[test]
fn many_findings_of_one_policy_are_drawn_once_with_all_their_commands() {
    let text = alike(&["a", "b", "c"]).text();
    assert_eq!(text.matches("error[egress-without-nat]").count(), 1, "{text}");
    let drawn = "\
  = note: and 2 more:
            main.tf:3 google_x.b: exists already (b) …
            main.tf:3 google_x.c: exists already (c) …
";
    assert!(text.contains(drawn), "{text}");
    let help = "\
  = help: Take it into the state:
          import {
            to = google_x.a
          }
          import {
            to = google_x.b
          }
          import {
            to = google_x.c
          }
";
    assert!(text.contains(help), "{text}");
    assert_eq!(alike(&["a", "b"]).text().matches("error[egress-without-nat]").count(), 2, "two are not many");
    assert_eq!(alike(&["a", "b", "c"]).json()["findings"].as_array().map(Vec::len), Some(3), "JSON has each");
}

#[test]
fn a_live_fact_stands_at_the_code_that_says_otherwise() {
    let mut run = everything();
    let finding = &mut run.judgment.findings[0];
    let mut live = finding.evidence[0].clone();
    (live.range, live.value) = (None, "ALL_TRAFFIC".to_owned());
    finding.evidence.insert(0, live);
    finding.on = vec![trueup::model::WorldKind::Live];
    let text = run.text();
    assert!(text.contains("^ live: \"ALL_TRAFFIC\"\n"), "{text}");
    assert!(text.contains("= note: true of what is running now, not of what the code says\n"), "{text}");
    assert_eq!(text.matches("ALL_TRAFFIC").count(), 1, "said once: {text}");
}

#[test]
fn notes_repeat_neither_the_message_nor_full_names() {
    let mut run = everything();
    let finding = &mut run.judgment.findings[0];
    finding.message = "redis does not exist".to_owned();
    finding.evidence[1].value = "does not exist".to_owned();
    assert!(!run.text().contains("note: google_redis_instance.redis: does not exist"));
    run.judgment.findings[0].evidence[1].value = "seen".to_owned();
    run.judgment.findings[0].evidence[1].subject = "//redis.googleapis.com/projects/p/instances/r".to_owned();
    assert!(run.text().contains("  = note: r: seen\n"), "{}", run.text());
}

#[test]
fn a_finding_of_the_plan_alone_does_not_claim_that_live_is_fine_where_live_was_not_asked() {
    let mut run = everything();
    run.judgment.findings[0].on = vec![trueup::model::WorldKind::Planned];
    assert!(run.text().contains("= note: not so yet: an apply would bring it\n"));
    run.live.kind = LiveKind::None;
    assert!(run.text().contains("= note: true of what the code asks for; live was not asked\n"));
}

#[test]
fn one_reason_over_many_resources_is_one_line() {
    let mut run = Run::new(Vec::new());
    let open = |subject: &str, why: &str| trueup::policy::Undetermined {
        policy: "p".to_owned(),
        subject: subject.to_owned(),
        why: why.to_owned(),
    };
    run.judgment.undetermined =
        vec![open("google_x.a", "secret"), open("google_x.b", "secret"), open("google_x.c", "x")];
    let text = run.text();
    assert!(text.contains("  p could not judge 2 resources, google_x.a, google_x.b: secret\n"), "{text}");
    assert!(text.contains("  p could not judge google_x.c: x\n"), "{text}");
    run.live.kind = LiveKind::None;
    let text = run.text();
    assert!(text.contains("  live was not asked, so not everything could be judged by p\n"), "{text}");
    assert!(!text.contains("could not judge"), "{text}");
}

#[test]
fn what_exists_without_state_is_told_from_what_is_expected() {
    let differing = attribute("a", Verdict::Drifted, [value("c"), Side::NotRecorded, value("l")]);
    let mut expected = resource("google_x.expected", Presence::Managed, vec![differing.clone()]);
    expected.is_expected = true;
    let run = Run::new(vec![
        expected,
        resource("google_x.one", Presence::NotInState, Vec::new()),
        resource("google_x.other", Presence::NotInState, vec![differing]),
    ]);
    let text = run.text();
    let first = text.find("Objects differ from what main.tf expects; Terraform does not manage them");
    let second = text.find("Objects exist that the configuration has and the state does not");
    assert!(first.is_some() && first < second, "{text}");
    assert!(text.contains("# google_x.other exists, is not in the state, and differs\n"), "{text}");
    let agreeing = "# exist and are not in the state; no difference was found\n    google_x.one # main.tf:1\n";
    assert!(text.contains(agreeing), "{text}");
}

/// The line of an attribute whose configured value came through as many places.
fn line_of(places: usize) -> String {
    let mut pending = attribute("name", Verdict::Pending, [value("new"), value("old"), value("old")]);
    let at = |index: usize| SourceRange { filename: format!("m{index}/main.tf").into(), ..range(2, "1") };
    pending.origin = Some(Chain { places: (0..places).map(at).collect(), borrowed: 0 });
    let run = Run::new(vec![resource("google_x.pending", Presence::Managed, vec![pending])]);
    run.text().lines().find(|line| line.contains("old")).expect("a line").trim().to_owned()
}

#[test]
fn a_chain_of_places_reads_from_what_sets_the_value_to_the_resource() {
    assert_eq!(line_of(1), "~ name = \"old\" -> \"new\" # m0/main.tf:2");
    assert_eq!(line_of(2), "~ name = \"old\" -> \"new\" # m0/main.tf:2 → m1/main.tf:2");
    let four = "m0/main.tf:2 → m1/main.tf:2 → m2/main.tf:2 → m3/main.tf:2";
    assert_eq!(line_of(4), format!("~ name = \"old\" -> \"new\" # {four}"));
    let long = "m0/main.tf:2 → m1/main.tf:2 → … 5 more … → m7/main.tf:2";
    assert_eq!(line_of(8), format!("~ name = \"old\" -> \"new\" # {long}"));
}

#[test]
fn nothing_beside_something_reads_as_what_was_written() {
    let unset = || Side::Unset { counts_as: Some(Value::Null) };
    let pending = |path: &str, configuration: Side, live: Side| {
        attribute(path, Verdict::Pending, [configuration, live.clone(), live])
    };
    let attributes = vec![
        pending("gone", unset(), value(5)),
        pending("off", value(Value::Null), value(true)),
        pending("on", value(true), value(Value::Null)),
        pending("text", value(Value::Null), value("t")),
        pending("zero", value(Value::Null), value(5)),
    ];
    let text = Run::new(vec![resource("google_x.pending", Presence::Managed, attributes)]).text();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| line.contains("->")).skip(1).collect();
    let expected = [
        "- gone = 5 -> null",
        "~ off  = true -> false",
        "~ on   = false -> true",
        "- text = \"t\" -> null",
        "~ zero = 5 -> 0",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_nobody_manages_comes_with_import_blocks_under_names_that_are_free() {
    let importable = |name: &str| ResourceComparison {
        import_id: Some(format!("projects/p/things/{name}").into()),
        ..crate::samples::unmanaged(name)
    };
    let names: Vec<String> = ["a-b", "a.b", "9${x}"].map(str::to_owned).into_iter().collect();
    let mut resources: Vec<ResourceComparison> = names.iter().map(|name| importable(name)).collect();
    resources.push(crate::samples::unmanaged("cannot-be-imported"));
    let text = Run::new(resources.clone()).text();
    for (to, id) in [("google_x.a_b", "a-b"), ("google_x.a_b_2", "a.b"), ("google_x._9__x_", "9$${x}")] {
        let block = format!("  import {{\n    to = {to}\n    id = \"projects/p/things/{id}\"\n  }}\n");
        assert!(text.contains(&block), "{block}\nis not in\n{text}");
    }
    assert!(!text.contains("to = google_x.cannot"));
    resources.extend((0..9).map(|number| importable(&format!("more-{number}"))));
    let text = Run::new(resources).text();
    assert_eq!(text.matches("import {").count(), 10);
    assert!(text.contains("# and 2 more; --only selects them by type"), "{text}");
}
