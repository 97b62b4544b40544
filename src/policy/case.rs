//! Cases of policies: small worlds as data, and what a policy must say of them.
//!
//! A case is a TOML file in `policies/<id>/{fires,quiet,undetermined}/`; the folder says what the policy must answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use super::{Judgment, PolicyInput, judge};
use crate::compare::{Basis, Comparison, Presence, ResourceComparison};
use crate::model::{
    AddressError, AttributePath, Identity, InstanceAddress, Number, Origin, OwnPlaces, PathError, PathMap, Position,
    SourceRange, Value, World, WorldAttribute, WorldKind, WorldResource,
};

/// A case: worlds, a comparison, and what must be said.
#[derive(Debug)]
pub struct Case {
    /// Why the case is there.
    pub note: String,
    /// What a finding must and must not say, beyond the folder's answer.
    pub expectation: Expectation,
    /// The worlds.
    pub worlds: Vec<World>,
    /// The comparison.
    pub comparison: Comparison,
}

/// What the findings of a case must look like. Empty parts ask for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// How many findings of the policy there are.
    pub findings: Option<usize>,
    /// `error`, `warning` or `note`: the severity of the first.
    pub severity: Option<String>,
    /// The worlds of the first: `live`, `planned`.
    pub on: Vec<String>,
    /// Texts that the first one's message holds.
    pub message: Vec<String>,
    /// Texts that its remedy holds.
    pub remedy: Vec<String>,
    /// Its subjects, in order.
    pub subjects: Vec<String>,
    /// Texts that occur nowhere in what is said.
    pub never: Vec<String>,
}

/// Why a text is no case.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Not TOML of the right shape.
    #[error("read the case as TOML")]
    Toml(#[from] toml::de::Error),
    /// An attribute path.
    #[error("read an attribute path of the case")]
    Path(#[from] PathError),
    /// A resource address.
    #[error("read a resource address of the case")]
    Address(#[from] AddressError),
    /// A value that no attribute has.
    #[error("read the value `{0}`, which is neither text, number, boolean, list nor table")]
    Value(String),
}

impl Case {
    /// Reads a case.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let case: CaseText = toml::from_str(text)?;
        let mut worlds = Vec::new();
        for text in case.world {
            for kind in &text.kinds {
                worlds.push(text.world(*kind)?);
            }
        }
        let resources = case.compared.iter().map(ComparedText::resource).collect::<Result<_, _>>()?;
        Ok(Self {
            note: case.note,
            expectation: case.expect,
            worlds,
            comparison: Comparison { resources, ..Comparison::default() },
        })
    }

    /// What all policies say of it, with their own severities.
    pub fn judge(&self) -> Judgment {
        judge(&PolicyInput {
            worlds: &self.worlds,
            provenance: &OwnPlaces,
            comparison: &self.comparison,
            severities: &[],
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseText {
    note: String,
    #[serde(default)]
    expect: Expectation,
    #[serde(default)]
    world: Vec<WorldText>,
    #[serde(default)]
    compared: Vec<ComparedText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldText {
    kinds: Vec<KindText>,
    /// `TYPE` (everywhere) or `TYPE in SCOPE`.
    #[serde(default)]
    complete: Vec<String>,
    #[serde(default)]
    resource: Vec<ResourceText>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindText {
    Live,
    Planned,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceText {
    r#type: String,
    address: Option<String>,
    identity: Option<String>,
    /// Stands in the code, also where it sets nothing listed here.
    #[serde(default)]
    is_configured: bool,
    /// What is only live, or was only recorded.
    #[serde(default)]
    attributes: BTreeMap<String, toml::Value>,
    /// What the code sets.
    #[serde(default)]
    configured: BTreeMap<String, toml::Value>,
    /// Paths that must not be printed.
    #[serde(default)]
    sensitive: BTreeSet<String>,
    /// What is not known, with the reason.
    #[serde(default)]
    unknown: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComparedText {
    r#type: String,
    address: Option<String>,
    identity: Option<String>,
    presence: PresenceText,
    #[serde(default)]
    is_expected: bool,
    not_observed: Option<String>,
    import_id: Option<String>,
    /// Whether a sibling state has it.
    #[serde(default)]
    is_managed_elsewhere: bool,
    /// Whether the configuration has an `import` block for it.
    #[serde(default)]
    has_import_block: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PresenceText {
    Managed,
    Missing,
    Unmanaged,
    NotYetCreated,
    NotInState,
    NotInConfiguration,
    NotObserved,
}

impl WorldText {
    fn world(&self, kind: KindText) -> Result<World, CaseError> {
        let kind = match kind {
            KindText::Live => WorldKind::Live,
            KindText::Planned => WorldKind::Planned,
        };
        let complete = self
            .complete
            .iter()
            .map(|listing| listing.split_once(" in ").unwrap_or((listing, "")))
            .map(|(resource_type, scope)| (resource_type.to_owned(), scope.to_owned()))
            .collect();
        let resources = self.resource.iter().map(|text| text.resource(kind).map(Arc::new)).collect::<Result<_, _>>()?;
        Ok(World { kind, resources, complete })
    }
}

impl ResourceText {
    fn resource(&self, kind: WorldKind) -> Result<WorldResource, CaseError> {
        let mut attributes = PathMap::new();
        let sides = self.attributes.iter().map(|entry| (entry, false));
        for ((path, value), is_configured) in sides.chain(self.configured.iter().map(|entry| (entry, true))) {
            // Only the planned world holds values of the code.
            let is_configured = is_configured && kind == WorldKind::Planned;
            let parsed = path.parse::<AttributePath>()?;
            let origin = Origin { range: source_range(attributes.len() + 2), path: parsed.clone() };
            let attribute = WorldAttribute {
                value: read_value(value)?,
                is_sensitive: self.sensitive.contains(path),
                origin: is_configured.then(|| Arc::new(origin)),
            };
            attributes.insert(parsed, attribute);
        }
        let mut unknown = PathMap::new();
        for (path, reason) in &self.unknown {
            unknown.insert(path.parse::<AttributePath>()?, Arc::from(reason.as_str()));
        }
        let is_configured = self.is_configured || !self.configured.is_empty();
        Ok(WorldResource {
            resource_type: self.r#type.as_str().into(),
            address: self.address.as_deref().map(str::parse::<InstanceAddress>).transpose()?,
            identity: self.identity.as_deref().map(Identity::new),
            range: is_configured.then(|| source_range(1)),
            attributes,
            unknown,
        })
    }
}

impl ComparedText {
    fn resource(&self) -> Result<ResourceComparison, CaseError> {
        Ok(ResourceComparison {
            address: self.address.as_deref().map(str::parse::<InstanceAddress>).transpose()?,
            moved_from: None,
            resource_type: self.r#type.as_str().into(),
            identity: self.identity.as_deref().map(Identity::new),
            basis: Basis::Verified,
            presence: match self.presence {
                PresenceText::Managed => Presence::Managed,
                PresenceText::Missing => Presence::Missing,
                PresenceText::Unmanaged => Presence::Unmanaged,
                PresenceText::NotYetCreated => Presence::NotYetCreated,
                PresenceText::NotInState => Presence::NotInState,
                PresenceText::NotInConfiguration => Presence::NotInConfiguration,
                PresenceText::NotObserved => Presence::NotObserved,
            },
            ignored_by: None,
            is_forgotten: false,
            is_expected: self.is_expected,
            is_tainted: false,
            deposed: None,
            verdict: None,
            attributes: Vec::new(),
            compared: 0,
            range: self.address.is_some().then(|| source_range(1)),
            update_time: None,
            import_id: self.import_id.as_deref().map(Arc::from),
            is_managed_elsewhere: self.is_managed_elsewhere,
            import_block: self.has_import_block.then(|| Box::new(source_range(9))),
            not_observed: self.not_observed.clone(),
        })
    }
}

fn read_value(value: &toml::Value) -> Result<Value, CaseError> {
    Ok(match value {
        toml::Value::String(text) => Value::string(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => match Number::from_f64(*number) {
            Some(number) => Value::Number(number),
            None => return Err(CaseError::Value(value.to_string())),
        },
        toml::Value::Boolean(value) => Value::from(*value),
        toml::Value::Array(elements) => Value::List(elements.iter().map(read_value).collect::<Result<_, _>>()?),
        toml::Value::Table(members) => {
            let read = |(name, value): (&String, &toml::Value)| Ok((name.clone(), read_value(value)?));
            Value::Map(members.iter().map(read).collect::<Result<_, CaseError>>()?)
        }
        toml::Value::Datetime(_) => return Err(CaseError::Value(value.to_string())),
    })
}

fn source_range(line: usize) -> SourceRange {
    let at = |column| Position { line, column, byte: column - 1 };
    SourceRange { filename: "main.tf".into(), start: at(1), end: at(2) }
}
