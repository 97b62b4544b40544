//! The counts of a report.

use crate::compare::{Comparison, Presence, ResourceComparison, Verdict};
use crate::policy::{FindingSeverity, Judgment};

/// The counts of a report, always of everything, listed or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Resources.
    pub resources: ResourceCounts,
    /// Attributes.
    pub attributes: AttributeCounts,
    /// Findings.
    pub findings: FindingCounts,
}

/// How many resources of which presence and verdict. A resource that an `ignore` block covers as a whole counts under
/// `managed` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResourceCounts {
    /// In configuration, state and live (or expected and live).
    pub managed: usize,
    /// Managed, and no attribute differs.
    pub in_sync: usize,
    /// The worst verdict is drifted.
    pub drifted: usize,
    /// The worst verdict is pending.
    pub pending: usize,
    /// The worst verdict is converged.
    pub converged: usize,
    /// The worst verdict is conflict.
    pub conflict: usize,
    /// In the state, not live.
    pub missing: usize,
    /// Live only.
    pub unmanaged: usize,
    /// In the configuration only.
    pub not_yet_created: usize,
    /// In the configuration and live.
    pub not_in_state: usize,
    /// In the state and live.
    pub not_in_configuration: usize,
    /// In the state, and live could not be looked at.
    pub not_observed: usize,
}

/// How many attributes of which verdict; those ignored count under `ignored` and `compared` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttributeCounts {
    /// Compared, in-sync ones included.
    pub compared: usize,
    /// Changed outside of Terraform.
    pub drifted: usize,
    /// Not applied yet.
    pub pending: usize,
    /// Live agrees with the configuration already.
    pub converged: usize,
    /// All three sides differ.
    pub conflict: usize,
    /// Ignored, and whole resources that are.
    pub ignored: usize,
    /// Too few sides.
    pub not_comparable: usize,
}

/// How many findings of which severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindingCounts {
    /// Certain breaks.
    pub error: usize,
    /// Likely breaks.
    pub warning: usize,
    /// Hygiene.
    pub note: usize,
}

impl Summary {
    /// Counts a comparison and a judgment.
    pub fn of(comparison: &Comparison, judgment: &Judgment) -> Self {
        let mut summary = Self::default();
        summary.attributes.compared = comparison.coverage.attributes_compared;
        summary.attributes.not_comparable = comparison.coverage.attributes_not_comparable;
        summary.attributes.ignored = comparison.coverage.ignored;
        for resource in &comparison.resources {
            summary.resource(resource);
        }
        for finding in &judgment.findings {
            *match finding.severity {
                FindingSeverity::Error => &mut summary.findings.error,
                FindingSeverity::Warning => &mut summary.findings.warning,
                FindingSeverity::Note => &mut summary.findings.note,
            } += 1;
        }
        summary
    }

    fn resource(&mut self, resource: &ResourceComparison) {
        let counts = &mut self.resources;
        if resource.ignored_by.is_some() {
            counts.managed += usize::from(resource.presence == Presence::Managed);
            return;
        }
        *match resource.presence {
            Presence::Managed => &mut counts.managed,
            Presence::Missing => &mut counts.missing,
            Presence::Unmanaged => &mut counts.unmanaged,
            Presence::NotYetCreated => &mut counts.not_yet_created,
            Presence::NotInState => &mut counts.not_in_state,
            Presence::NotInConfiguration => &mut counts.not_in_configuration,
            Presence::NotObserved => &mut counts.not_observed,
        } += 1;
        match resource.verdict {
            Some(Verdict::InSync) => counts.in_sync += usize::from(resource.presence == Presence::Managed),
            Some(Verdict::Drifted) => counts.drifted += 1,
            Some(Verdict::Pending) => counts.pending += 1,
            Some(Verdict::Converged) => counts.converged += 1,
            Some(Verdict::Conflict) => counts.conflict += 1,
            Some(Verdict::NotComparable) | None => {}
        }
        for attribute in resource.attributes.iter().filter(|attribute| attribute.ignored_by.is_none()) {
            match attribute.verdict {
                Verdict::Drifted => self.attributes.drifted += 1,
                Verdict::Pending => self.attributes.pending += 1,
                Verdict::Converged => self.attributes.converged += 1,
                Verdict::Conflict => self.attributes.conflict += 1,
                // Both come with the coverage.
                Verdict::InSync | Verdict::NotComparable => {}
            }
        }
    }

    /// Whether anything differs, is gone, is new or was found.
    pub(crate) fn is_clean(&self) -> bool {
        let ResourceCounts {
            managed: _,
            in_sync: _,
            drifted,
            pending,
            converged,
            conflict,
            missing,
            unmanaged,
            not_yet_created,
            not_in_state,
            not_in_configuration,
            not_observed,
        } = self.resources;
        let FindingCounts { error, warning, note } = self.findings;
        [
            drifted,
            pending,
            converged,
            conflict,
            missing,
            unmanaged,
            not_yet_created,
            not_in_state,
            not_in_configuration,
            not_observed,
            error,
            warning,
            note,
        ]
        .iter()
        .all(|&count| count == 0)
    }
}
