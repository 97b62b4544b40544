//! Builders of comparisons, judgments and reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use trueup::compare::{AttributeComparison, Basis, Comparison, Coverage, Presence, ResourceComparison, Verdict};
use trueup::model::{
    Chain, Diagnostic, Identity, LiveKind, LiveSource, PlanVisibility, Position, Side, SourceMap, SourceRange,
    StateSource, Value, WorldKind,
};
use trueup::policy::{Evidence, Finding, FindingSeverity, Judgment};
use trueup::report::{ConfigurationKind, ConfigurationSource, Report, Root, Show, Sources};

pub(crate) const SOURCE: &str = "\
resource \"google_redis_instance\" \"redis\" {
  memory_size_gb = 1
  egress         = \"PRIVATE_RANGES_ONLY\"
}
";

/// A range in [`SOURCE`]: a line and the text in it.
pub(crate) fn range(line: usize, text: &str) -> SourceRange {
    let start = SOURCE.lines().take(line - 1).map(|line| line.len() + 1).sum::<usize>();
    let column = SOURCE.lines().nth(line - 1).expect("line").find(text).expect("text");
    let at = |column: usize| Position { line, column: column + 1, byte: start + column };
    SourceRange { filename: "main.tf".into(), start: at(column), end: at(column + text.len()) }
}

pub(crate) fn value(value: impl Into<Value>) -> Side {
    Side::Value(value.into())
}

pub(crate) fn attribute(path: &str, verdict: Verdict, sides: [Side; 3]) -> AttributeComparison {
    let [configuration, state, live] = sides;
    AttributeComparison {
        path: path.parse().expect("path"),
        verdict,
        ignored_by: None,
        configuration,
        state,
        live,
        is_sensitive: false,
        origin: None,
        forces_replacement: false,
        plan_visibility: PlanVisibility::Shown,
        plan_visibility_reason: "the configuration sets it".into(),
    }
}

pub(crate) fn resource(address: &str, presence: Presence, attributes: Vec<AttributeComparison>) -> ResourceComparison {
    let address: trueup::model::InstanceAddress = address.parse().expect("address");
    let verdict = attributes.iter().filter(|it| it.ignored_by.is_none()).map(|it| it.verdict).max();
    ResourceComparison {
        moved_from: None,
        resource_type: Arc::from(address.resource.resource_type.as_str()),
        identity: Some(Identity::new(format!("//x.googleapis.com/projects/p/things/{}", address.resource.name))),
        basis: Basis::Verified,
        presence,
        is_expected: false,
        is_forgotten: false,
        is_tainted: false,
        deposed: None,
        ignored_by: None,
        verdict: verdict.or((presence == Presence::Managed).then_some(Verdict::InSync)),
        compared: attributes.len() + 2,
        attributes,
        range: Some(range(1, "resource \"google_redis_instance\" \"redis\"")),
        update_time: None,
        import_id: None,
        is_managed_elsewhere: false,
        import_block: None,
        not_observed: None,
        address: Some(address),
    }
}

pub(crate) fn unmanaged(name: &str) -> ResourceComparison {
    ResourceComparison {
        address: None,
        identity: Some(Identity::new(format!("//x.googleapis.com/projects/p/things/{name}"))),
        verdict: None,
        range: None,
        compared: 0,
        ..resource("google_x.unmanaged", Presence::Unmanaged, Vec::new())
    }
}

pub(crate) fn comparison(resources: Vec<ResourceComparison>) -> Comparison {
    let attributes = || resources.iter().flat_map(|resource| &resource.attributes);
    let coverage = Coverage {
        ignored: attributes().filter(|it| it.ignored_by.is_some()).count(),
        attributes_compared: resources.iter().map(|resource| resource.compared).sum(),
        attributes_not_comparable: attributes().filter(|it| it.verdict == Verdict::NotComparable).count(),
        ..Coverage::default()
    };
    Comparison { resources, coverage }
}

pub(crate) fn finding() -> Finding {
    let evidence = |range, path: &str, value: &str| Evidence {
        subject: "google_redis_instance.redis".to_owned(),
        path: path.to_owned(),
        value: value.to_owned(),
        range,
    };
    Finding {
        policy: "egress-without-nat".to_owned(),
        severity: FindingSeverity::Error,
        message: "redis sends all traffic through the VPC".to_owned(),
        subjects: vec!["google_redis_instance.redis".to_owned()],
        on: vec![WorldKind::Live, WorldKind::Planned],
        evidence: vec![
            evidence(Some(range(3, "\"PRIVATE_RANGES_ONLY\"")), "egress", "\"ALL_TRAFFIC\" live"),
            evidence(None, "", "no Cloud NAT covers 10.8.0.0/28"),
        ],
        remedy: "set egress back to PRIVATE_RANGES_ONLY".to_owned(),
        fingerprint: "egress-without-nat:redis".to_owned(),
        explains: Vec::new(),
    }
}

/// What a report borrows.
pub(crate) struct Run {
    pub(crate) comparison: Comparison,
    pub(crate) judgment: Judgment,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) show: Show,
    pub(crate) state: StateSource,
    pub(crate) live: LiveSource,
    pub(crate) sources: SourceMap,
}

impl Run {
    pub(crate) fn new(resources: Vec<ResourceComparison>) -> Self {
        Self {
            comparison: comparison(resources),
            judgment: Judgment::default(),
            diagnostics: Vec::new(),
            show: Show { advice: true, ..Show::default() },
            state: StateSource {
                path: "terraform.tfstate".to_owned(),
                terraform_version: Some("1.11.4".to_owned()),
                serial: Some(42),
                lineage: Some("l".to_owned()),
                size: 1_300_000,
                generation: None,
            },
            live: LiveSource {
                kind: LiveKind::Assets,
                path: Some("live.jsonl".to_owned()),
                read_at: Some("2026-09-16T01:23:00Z".to_owned()),
                requests: 0,
                size: Some(20_000),
                generation: Some("1700000000000042".to_owned()),
            },
            sources: BTreeMap::from([(Arc::from("main.tf"), Arc::from(SOURCE))]),
        }
    }

    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            trueup_version: "0.1.0",
            root: Root { path: ".", workspace: "default" },
            sources: Sources {
                configuration: ConfigurationSource { kind: ConfigurationKind::Hcl, files: 1 },
                state: Some(&self.state),
                live: &self.live,
            },
            comparison: &self.comparison,
            judgment: &self.judgment,
            diagnostics: &self.diagnostics,
            source_text: &self.sources,
            show: self.show,
        }
    }

    pub(crate) fn text(&self) -> String {
        trueup::report::text::render(&self.report(), trueup::report::text::Style::default())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        let text = trueup::report::json::render(&self.report()).expect("rendered");
        serde_json::from_str(&text).expect("valid JSON")
    }
}

/// A run with one of everything.
pub(crate) fn everything() -> Run {
    let mut drifted = attribute("memory_size_gb", Verdict::Drifted, [value(1), value(1), value(5)]);
    drifted.origin = Some(Chain::of(range(2, "memory_size_gb = 1")));
    let mut secret = attribute(
        "auth_string",
        Verdict::Drifted,
        [Side::Unset { counts_as: None }, value("old-secret"), value("new-secret")],
    );
    secret.is_sensitive = true;
    secret.plan_visibility = PlanVisibility::RefreshOnly;
    secret.plan_visibility_reason = "Google chooses it".into();
    let mut ignored = attribute("client", Verdict::Drifted, [value("a"), value("a"), value("b")]);
    ignored.ignored_by = Some("written by the deploy script".to_owned());
    let conflict = attribute("tier", Verdict::Conflict, [value("C"), value("S"), value("L")]);
    let mut pending = attribute("name", Verdict::Pending, [value("new"), value("old"), value("old")]);
    pending.forces_replacement = true;
    let converged = attribute("size", Verdict::Converged, [value(2), value(1), value(2)]);
    let unclear = attribute(
        "later",
        Verdict::NotComparable,
        [Side::Unknown("depends on random_id.x".into()), Side::NotRecorded, value(1)],
    );
    let mut run = Run::new(vec![
        resource("google_redis_instance.redis", Presence::Managed, vec![secret, ignored, drifted, conflict]),
        resource("google_x.converged", Presence::Managed, vec![unclear, converged]),
        resource("google_x.gone", Presence::Missing, Vec::new()),
        resource("google_x.left", Presence::NotInConfiguration, Vec::new()),
        resource("google_x.new", Presence::NotYetCreated, Vec::new()),
        resource("google_x.pending", Presence::Managed, vec![pending]),
        resource("google_x.same", Presence::Managed, Vec::new()),
        resource("google_x.there", Presence::NotInState, Vec::new()),
        unmanaged("foreign"),
    ]);
    run.judgment.findings.push(finding());
    run.diagnostics.push(Diagnostic::warning("Value for undeclared variable", "Remove it.").at(range(2, "1")));
    run
}
