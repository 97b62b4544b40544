//! Fills the JSON report from the domain types.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::document::{
    Attribute, AttributeCounts, AttributeVerdict, Basis, ConfigurationKind, ConfigurationSource, Coverage, Diagnostic,
    DiagnosticSeverity, Document, Evidence, Finding, FindingCounts, FindingSeverity, LiveKind, LiveSource, NotObserved,
    PlanVisibility, Position, Presence, Range, Resource, ResourceCounts, Root, Side, Sources, StateSource, Summary,
    Verdict, World,
};
use super::value::Json;
use crate::compare::{self, AttributeComparison, ResourceComparison};
use crate::model::{self, Chain, InstanceAddress, SourceRange};
use crate::policy;
use crate::report::{self, Report};

pub(super) fn document<'a>(report: &Report<'a>) -> Document<'a> {
    let Report { trueup_version, root, sources, comparison, judgment, diagnostics, source_text: _, show: _ } = *report;
    let coverage = &comparison.coverage;
    let not_observed =
        coverage.not_observed.iter().map(|entry| NotObserved { what: entry.what.clone(), why: &entry.why });
    Document {
        format_version: super::FORMAT_VERSION,
        trueup_version,
        complete: report.is_complete(),
        root: Root { path: root.path, workspace: root.workspace },
        sources: self::sources(&sources),
        summary: summary(&report.summary()),
        resources: Resources(*report),
        findings: judgment.findings.iter().map(finding).collect(),
        coverage: Coverage {
            types_not_supported: &coverage.types_not_supported,
            not_observed: not_observed.chain(not_judged(report)).collect(),
            ignored: coverage.ignored,
            accepted: 0,
        },
        diagnostics: diagnostics.iter().map(diagnostic).collect(),
    }
}

/// The resources that a report lists, each made when it is written: there may be very many.
pub(super) struct Resources<'a>(Report<'a>);

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report) = self;
        let listed = report.comparison.resources.iter().filter(|resource| report.lists(resource));
        serializer.collect_seq(listed.map(|it| resource(it, report.show.ignored)))
    }
}

/// What policies could not judge. Where live was not asked, that is why, and each policy is named once.
fn not_judged<'a>(report: &Report<'a>) -> Vec<NotObserved<'a>> {
    let undetermined = &report.judgment.undetermined;
    if report.sources.live.kind == model::LiveKind::None {
        let policies: BTreeSet<&str> = undetermined.iter().map(|entry| entry.policy.as_str()).collect();
        let entry = |policy: &str| NotObserved { what: policy.to_owned(), why: "live was not asked" };
        return policies.into_iter().map(entry).collect();
    }
    let entry = |entry: &'a policy::Undetermined| NotObserved {
        what: format!("{}: {}", entry.policy, entry.subject),
        why: &entry.why,
    };
    undetermined.iter().map(entry).collect()
}

fn sources<'a>(sources: &report::Sources<'a>) -> Sources<'a> {
    let report::Sources { configuration, state, live } = *sources;
    Sources {
        configuration: ConfigurationSource {
            kind: match configuration.kind {
                report::ConfigurationKind::Hcl => ConfigurationKind::Hcl,
                report::ConfigurationKind::Plan => ConfigurationKind::Plan,
                report::ConfigurationKind::None => ConfigurationKind::None,
            },
            files: configuration.files,
        },
        state: state.map(|state| StateSource {
            path: &state.path,
            terraform_version: state.terraform_version.as_deref(),
            serial: state.serial,
            lineage: state.lineage.as_deref(),
            size: state.size,
            generation: state.generation.as_deref(),
        }),
        live: LiveSource {
            kind: match live.kind {
                model::LiveKind::Api => LiveKind::Api,
                model::LiveKind::Assets => LiveKind::Assets,
                model::LiveKind::None => LiveKind::None,
            },
            path: live.path.as_deref(),
            read_at: live.read_at.as_deref(),
            requests: live.requests,
            size: live.size,
            generation: live.generation.as_deref(),
        },
    }
}

fn summary(summary: &report::Summary) -> Summary {
    let report::Summary { resources, attributes, findings } = *summary;
    Summary {
        resources: ResourceCounts {
            managed: resources.managed,
            in_sync: resources.in_sync,
            drifted: resources.drifted,
            pending: resources.pending,
            converged: resources.converged,
            conflict: resources.conflict,
            missing: resources.missing,
            unmanaged: resources.unmanaged,
            not_yet_created: resources.not_yet_created,
            not_in_state: resources.not_in_state,
            not_in_configuration: resources.not_in_configuration,
            not_observed: resources.not_observed,
        },
        attributes: AttributeCounts {
            compared: attributes.compared,
            drifted: attributes.drifted,
            pending: attributes.pending,
            converged: attributes.converged,
            conflict: attributes.conflict,
            ignored: attributes.ignored,
            not_comparable: attributes.not_comparable,
        },
        findings: FindingCounts { error: findings.error, warning: findings.warning, note: findings.note },
    }
}

fn resource(resource: &ResourceComparison, show_ignored: bool) -> Resource<'_> {
    Resource {
        address: resource.address.as_ref().map(InstanceAddress::to_string),
        resource_type: &resource.resource_type,
        identity: resource.identity.as_ref().map(model::Identity::as_str),
        basis: match resource.basis {
            compare::Basis::Verified => Basis::Verified,
            compare::Basis::Derived => Basis::Derived,
        },
        presence: match resource.presence {
            compare::Presence::Managed => Presence::Managed,
            compare::Presence::Missing => Presence::Missing,
            compare::Presence::Unmanaged => Presence::Unmanaged,
            compare::Presence::NotYetCreated => Presence::NotYetCreated,
            compare::Presence::NotInState => Presence::NotInState,
            compare::Presence::NotInConfiguration => Presence::NotInConfiguration,
            compare::Presence::NotObserved => Presence::NotObserved,
        },
        verdict: resource.verdict.map(|verdict| match verdict {
            compare::Verdict::InSync => Verdict::InSync,
            compare::Verdict::NotComparable => Verdict::NotComparable,
            compare::Verdict::Converged => Verdict::Converged,
            compare::Verdict::Pending => Verdict::Pending,
            compare::Verdict::Drifted => Verdict::Drifted,
            compare::Verdict::Conflict => Verdict::Conflict,
        }),
        attributes: resource
            .attributes
            .iter()
            .filter(|attribute| show_ignored || attribute.ignored_by.is_none())
            .filter_map(attribute)
            .collect(),
    }
}

/// One attribute; `None` for one that is in sync, which has no place in a report.
fn attribute(attribute: &AttributeComparison) -> Option<Attribute<'_>> {
    let verdict = match (attribute.verdict, &attribute.ignored_by) {
        (compare::Verdict::InSync, _) => return None,
        (_, Some(_)) => AttributeVerdict::Ignored,
        (compare::Verdict::NotComparable, None) => AttributeVerdict::NotComparable,
        (compare::Verdict::Converged, None) => AttributeVerdict::Converged,
        (compare::Verdict::Pending, None) => AttributeVerdict::Pending,
        (compare::Verdict::Drifted, None) => AttributeVerdict::Drifted,
        (compare::Verdict::Conflict, None) => AttributeVerdict::Conflict,
    };
    Some(Attribute {
        path: attribute.path.to_string(),
        verdict,
        configuration: side(&attribute.configuration, attribute.is_sensitive, attribute.origin.as_ref()),
        state: side(&attribute.state, attribute.is_sensitive, None),
        live: side(&attribute.live, attribute.is_sensitive, None),
        forces_replacement: attribute.forces_replacement,
        plan_visibility: match attribute.plan_visibility {
            model::PlanVisibility::Shown => PlanVisibility::Shown,
            model::PlanVisibility::RefreshOnly => PlanVisibility::RefreshOnly,
            model::PlanVisibility::Hidden => PlanVisibility::Hidden,
        },
        plan_visibility_reason: &attribute.plan_visibility_reason,
    })
}

fn side<'a>(side: &'a model::Side, is_sensitive: bool, origin: Option<&'a Chain>) -> Side<'a> {
    let places = origin.map_or(&[][..], |chain| &chain.places);
    let chain = if places.len() > 1 { places.iter().map(range).collect() } else { Vec::new() };
    let range = places.first().map(range);
    match side {
        model::Side::Value(_) if is_sensitive => Side::Sensitive { sensitive: true, range, chain },
        model::Side::Value(value) => match value.unknown_reason() {
            Some(reason) => Side::Unknown { unknown: reason, range, chain },
            None => Side::Value { value: Json(value), range, chain },
        },
        model::Side::Unset { .. } => Side::Unset { unset: true },
        model::Side::Unknown(reason) => Side::Unknown { unknown: reason, range, chain },
        model::Side::NotObserved(reason) => Side::NotObserved { not_observed: reason },
        model::Side::NotRecorded => Side::NotObserved { not_observed: "the state does not record it" },
    }
}

fn range(range: &SourceRange) -> Range<'_> {
    let position = |position: model::Position| Position { line: position.line, column: position.column };
    Range { filename: &range.filename, start: position(range.start), end: position(range.end) }
}

fn finding(finding: &policy::Finding) -> Finding<'_> {
    Finding {
        policy: &finding.policy,
        severity: match finding.severity {
            policy::FindingSeverity::Error => FindingSeverity::Error,
            policy::FindingSeverity::Warning => FindingSeverity::Warning,
            policy::FindingSeverity::Note => FindingSeverity::Note,
        },
        message: &finding.message,
        subjects: &finding.subjects,
        on: finding
            .on
            .iter()
            .map(|world| match world {
                model::WorldKind::Live => World::Live,
                model::WorldKind::State => World::State,
                model::WorldKind::Planned => World::Planned,
            })
            .collect(),
        evidence: finding
            .evidence
            .iter()
            .map(|evidence| Evidence {
                subject: &evidence.subject,
                path: &evidence.path,
                value: &evidence.value,
                range: evidence.range.as_ref().map(range),
            })
            .collect(),
        remedy: &finding.remedy,
        fingerprint: &finding.fingerprint,
    }
}

fn diagnostic(diagnostic: &model::Diagnostic) -> Diagnostic<'_> {
    Diagnostic {
        severity: match diagnostic.severity {
            model::Severity::Error => DiagnosticSeverity::Error,
            model::Severity::Warning => DiagnosticSeverity::Warning,
        },
        summary: &diagnostic.summary,
        detail: &diagnostic.detail,
        range: diagnostic.range.as_ref().map(range),
    }
}
