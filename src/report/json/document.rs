//! The structs of the JSON report. A change here is a change of the public contract.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::fill::Resources;
use super::value::Json;

/// A report of trueup.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "trueup report")]
pub(super) struct Document<'a> {
    /// The version of this shape: "1.0".
    pub(super) format_version: &'a str,
    /// The version of trueup that wrote it.
    pub(super) trueup_version: &'a str,
    /// False where a listing or read that the check needed failed.
    pub(super) complete: bool,
    pub(super) root: Root<'a>,
    pub(super) sources: Sources<'a>,
    pub(super) summary: Summary,
    /// Sorted by address, then identity. In-sync and ignored resources are here on request only.
    #[schemars(with = "Vec<Resource<'a>>")]
    pub(super) resources: Resources<'a>,
    /// By severity, one that explains others before those, then by number of subjects.
    pub(super) findings: Vec<Finding<'a>>,
    pub(super) coverage: Coverage<'a>,
    /// What is wrong with the inputs.
    pub(super) diagnostics: Vec<Diagnostic<'a>>,
}

/// The root module.
#[derive(Serialize, JsonSchema)]
pub(super) struct Root<'a> {
    pub(super) path: &'a str,
    pub(super) workspace: &'a str,
}

/// Where the three sides came from.
#[derive(Serialize, JsonSchema)]
pub(super) struct Sources<'a> {
    pub(super) configuration: ConfigurationSource,
    /// Null where there is no state.
    pub(super) state: Option<StateSource<'a>>,
    pub(super) live: LiveSource<'a>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ConfigurationSource {
    pub(super) kind: ConfigurationKind,
    /// How many files were read.
    pub(super) files: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ConfigurationKind {
    Hcl,
    Plan,
    None,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct StateSource<'a> {
    pub(super) path: &'a str,
    pub(super) terraform_version: Option<&'a str>,
    pub(super) serial: Option<u64>,
    pub(super) lineage: Option<&'a str>,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Which version of the object it is, where a store says so: the generation in Cloud Storage.
    pub(super) generation: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct LiveSource<'a> {
    pub(super) kind: LiveKind,
    /// The asset file, where it is one.
    pub(super) path: Option<&'a str>,
    /// When the objects were read, RFC 3339, where known.
    pub(super) read_at: Option<&'a str>,
    /// HTTP requests sent.
    pub(super) requests: u64,
    /// The size of the asset file in bytes, where it is one.
    pub(super) size: Option<u64>,
    /// Which version of the object it is, where a store says so: the generation in Cloud Storage.
    pub(super) generation: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LiveKind {
    Api,
    Assets,
    None,
}

/// Counts of everything, listed or not.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary {
    pub(super) resources: ResourceCounts,
    pub(super) attributes: AttributeCounts,
    pub(super) findings: FindingCounts,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ResourceCounts {
    pub(super) managed: usize,
    pub(super) in_sync: usize,
    pub(super) drifted: usize,
    pub(super) pending: usize,
    pub(super) converged: usize,
    pub(super) conflict: usize,
    pub(super) missing: usize,
    pub(super) unmanaged: usize,
    pub(super) not_yet_created: usize,
    pub(super) not_in_state: usize,
    pub(super) not_in_configuration: usize,
    pub(super) not_observed: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct AttributeCounts {
    pub(super) compared: usize,
    pub(super) drifted: usize,
    pub(super) pending: usize,
    pub(super) converged: usize,
    pub(super) conflict: usize,
    pub(super) ignored: usize,
    pub(super) not_comparable: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct FindingCounts {
    pub(super) error: usize,
    pub(super) warning: usize,
    pub(super) note: usize,
}

/// One resource.
#[derive(Serialize, JsonSchema)]
pub(super) struct Resource<'a> {
    /// Terraform's address; null when unmanaged.
    pub(super) address: Option<String>,
    #[serde(rename = "type")]
    pub(super) resource_type: &'a str,
    /// The full resource name; null where it could not be worked out.
    pub(super) identity: Option<&'a str>,
    pub(super) basis: Basis,
    pub(super) presence: Presence,
    /// The worst of its attributes that are not ignored; null where none was compared.
    pub(super) verdict: Option<Verdict>,
    /// Those not in sync, sorted by path.
    pub(super) attributes: Vec<Attribute<'a>>,
}

/// Rows checked by hand against real answers, or taken from the provider's own facts.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Basis {
    Verified,
    Derived,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Presence {
    Managed,
    Missing,
    Unmanaged,
    NotYetCreated,
    NotInState,
    NotInConfiguration,
    NotObserved,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    InSync,
    Drifted,
    Pending,
    Converged,
    Conflict,
    NotComparable,
}

/// One attribute that is not in sync.
#[derive(Serialize, JsonSchema)]
pub(super) struct Attribute<'a> {
    /// As Terraform writes it; elements of a set that has a key by that key.
    pub(super) path: String,
    pub(super) verdict: AttributeVerdict,
    pub(super) configuration: Side<'a>,
    pub(super) state: Side<'a>,
    pub(super) live: Side<'a>,
    /// Whether setting it right would replace the object.
    pub(super) forces_replacement: bool,
    /// What Terraform would have shown.
    pub(super) plan_visibility: PlanVisibility,
    pub(super) plan_visibility_reason: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AttributeVerdict {
    Drifted,
    Pending,
    Converged,
    Conflict,
    Ignored,
    NotComparable,
}

/// What one side says.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Side<'a> {
    /// A value; sets are arrays.
    Value {
        #[schemars(with = "serde_json::Value")]
        value: Json<'a>,
        /// Where the configuration sets it.
        #[serde(skip_serializing_if = "Option::is_none")]
        range: Option<Range<'a>>,
        /// The places through which it came, from there to the resource's block; absent where it is set in that block.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        chain: Vec<Range<'a>>,
    },
    /// The configuration does not give it.
    Unset {
        /// Always true.
        unset: bool,
    },
    /// It cannot be worked out.
    Unknown {
        /// Why.
        unknown: &'a str,
        /// Where the configuration sets it.
        #[serde(skip_serializing_if = "Option::is_none")]
        range: Option<Range<'a>>,
        /// The places through which it came, from there to the resource's block; absent where it is set in that block.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        chain: Vec<Range<'a>>,
    },
    /// It was not looked at, or could not be.
    NotObserved {
        /// Why.
        not_observed: &'a str,
    },
    /// A value that is never shown.
    Sensitive {
        /// Always true.
        sensitive: bool,
        /// Where the configuration sets it.
        #[serde(skip_serializing_if = "Option::is_none")]
        range: Option<Range<'a>>,
        /// The places through which it came, from there to the resource's block; absent where it is set in that block.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        chain: Vec<Range<'a>>,
    },
}

/// Shown by `terraform plan`; by `-refresh-only` until the next apply takes it into the state; by no command.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PlanVisibility {
    Shown,
    RefreshOnly,
    Hidden,
}

/// A stretch of a file, the end exclusive.
#[derive(Serialize, JsonSchema)]
pub(super) struct Range<'a> {
    pub(super) filename: &'a str,
    pub(super) start: Position,
    pub(super) end: Position,
}

/// Line and column, from 1; columns are characters.
#[derive(Serialize, JsonSchema)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What a policy says.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finding<'a> {
    /// The policy's id.
    pub(super) policy: &'a str,
    pub(super) severity: FindingSeverity,
    /// One sentence with names and values.
    pub(super) message: &'a str,
    /// Addresses or identities, the main one first.
    pub(super) subjects: &'a [String],
    /// The worlds in which it holds.
    pub(super) on: Vec<World>,
    pub(super) evidence: Vec<Evidence<'a>>,
    /// What to change.
    pub(super) remedy: &'a str,
    /// Stable across runs and line moves.
    pub(super) fingerprint: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FindingSeverity {
    Error,
    Warning,
    Note,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum World {
    Live,
    State,
    Planned,
}

/// One fact behind a finding.
#[derive(Serialize, JsonSchema)]
pub(super) struct Evidence<'a> {
    /// Address or identity.
    pub(super) subject: &'a str,
    /// The attribute; empty for the resource itself.
    pub(super) path: &'a str,
    pub(super) value: &'a str,
    /// Where in the code, if anywhere.
    pub(super) range: Option<Range<'a>>,
}

/// What was and was not compared.
#[derive(Serialize, JsonSchema)]
pub(super) struct Coverage<'a> {
    /// Managed resources of types without catalog entry, counted by type.
    pub(super) types_not_supported: &'a BTreeMap<String, usize>,
    pub(super) not_observed: Vec<NotObserved<'a>>,
    /// Ignored attributes and resources.
    pub(super) ignored: usize,
    /// Differences that an accepted baseline covers.
    pub(super) accepted: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct NotObserved<'a> {
    pub(super) what: String,
    pub(super) why: &'a str,
}

/// One fault in an input.
#[derive(Serialize, JsonSchema)]
pub(super) struct Diagnostic<'a> {
    pub(super) severity: DiagnosticSeverity,
    pub(super) summary: &'a str,
    pub(super) detail: &'a str,
    pub(super) range: Option<Range<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DiagnosticSeverity {
    Error,
    Warning,
}
