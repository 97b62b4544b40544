//! Brings a raw object of any of the three sources to one shape, so that `==` is all that a comparison needs.
//!
//! All equivalence lives here: forms of values (`forms`), what an absent member means on each side (`walk`), how
//! elements of repeated blocks are named (`element`), who owns a label (`labels`), the two bodies of a Cloud Run
//! service (`cloud_run`), and names of objects (`identity`). What can be said only with two sides at hand (a disk
//! that Google grows, a label that the state owns) is settled in `settle`. Nothing here decides what differs.
//!
//! Main type: [`Normalizer`].

mod absent;
mod cloud_run;
mod convert;
mod element;
mod forms;
mod given;
mod identity;
mod labels;
mod members;
mod nested;
mod project;
mod redaction;
mod scope;
mod settle;
mod walk;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::catalog::{Catalog, ResourceType};
use crate::model::{
    AttributePath, ConfiguredInstance, Identity, LiveObject, NormalizedResource, ProjectNumbers, Side, Value,
    value_from_json,
};

use absent::Absences;
use members::Members;
use redaction::LEFT_OUT;
use scope::Scope;
use walk::{Source, Walk};

pub use identity::identity_of_name;
pub use redaction::RedactionKey;
pub use settle::settle;

/// Why a live object cannot be normalized.
#[derive(Debug, Error)]
pub enum LiveError {
    /// The catalog does not have the type.
    #[error("read {name}: the catalog has no type `{resource_type}`")]
    UnknownType {
        /// The object.
        name: String,
        /// The Terraform type that it was to be read as.
        resource_type: String,
    },
    /// The body is not JSON that can be held.
    #[error("read the body of {name}")]
    Body {
        /// The object.
        name: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The body is not an object.
    #[error("read the body of {name}: it is not a JSON object")]
    NotAnObject {
        /// The object.
        name: String,
    },
}

/// Normalizes raw objects by the rows of a catalog.
#[derive(Debug)]
pub struct Normalizer<'a> {
    catalog: &'a Catalog,
    numbers: &'a ProjectNumbers,
    /// What is the same for all resources of a type, made when a type is first met.
    types: Mutex<BTreeMap<Arc<str>, Arc<PerType>>>,
}

/// What is the same for all resources of a type.
#[derive(Debug)]
struct PerType {
    /// The members of bodies that rows read.
    members: Members,
    /// What sides say of rows that they do not have.
    absences: Absences,
}

impl<'a> Normalizer<'a> {
    /// A normalizer; `numbers` is what is known of project numbers, from any side.
    pub fn new(catalog: &'a Catalog, numbers: &'a ProjectNumbers) -> Self {
        Self { catalog, numbers, types: Mutex::new(BTreeMap::new()) }
    }

    /// Whether the catalog has a type; of others nothing can be normalized.
    pub fn knows(&self, resource_type: &str) -> bool {
        self.catalog.get(resource_type).is_some()
    }

    /// One instance of the configuration; `None` where the catalog does not have its type.
    ///
    /// Of an `expect` block only what it gives says something: everything else drops out. `recorded` is the identity of
    /// the object that the state has at the instance's address: its project and location are those of the instance
    /// where the code does not tell them, since a plan keeps them as well, and its name is taken where the code's cannot be
    /// worked out. Often nothing tells the project but the environment of whoever applies.
    pub fn configuration(
        &self,
        instance: &ConfiguredInstance,
        recorded: Option<&Identity>,
    ) -> Option<NormalizedResource> {
        let resource_type = self.catalog.get(&instance.address.resource.resource_type)?;
        let arguments = instance.arguments.value.as_map();
        let known = |names: &[&str]| {
            names.iter().find_map(|name| {
                let given = arguments.and_then(|arguments| arguments.get(*name)).filter(|value| !value.is_null());
                given.or_else(|| identity::provider_default(&instance.provider, name)).and_then(Value::as_str)
            })
        };
        let project = known(&["project"]).or_else(|| recorded.and_then(Identity::project));
        let location = known(&["region", "location"]).or_else(|| recorded.and_then(Identity::location));
        let scope = Scope::new(project, location, self.numbers);
        let source = Source::Configuration {
            arguments: &instance.arguments,
            provider: &instance.provider,
            is_expected: instance.is_expected,
        };
        let per_type = self.per_type(resource_type);
        let walk = Walk::new(resource_type, &scope, source, Some(&per_type.absences));
        let mut resource = match &instance.arguments.value {
            Value::Map(members) => walk.run(given::Members::Map(members)),
            Value::Unknown(reason) => walk.all(&Side::Unknown(Arc::clone(reason))),
            _ => walk.run(given::Members::Map(&BTreeMap::new())),
        };
        let identity = identity::of_configuration(resource_type, instance, &scope);
        resource.has_own_identity = identity.is_ok();
        resource.identity = identity.or_else(|reason| recorded.cloned().ok_or(reason));
        let marked = &instance.arguments.sensitive;
        let is_marked = |path: &AttributePath| marked.contains(path) || marked.contains(&AttributePath::root());
        let value = |name: &str| arguments.and_then(|arguments| arguments.get(name));
        resource.sensitive_names.extend(identity::sensitive_names(resource_type, is_marked, value));
        Some(resource)
    }

    /// One object of the state; `None` where the catalog does not have its type. `attributes` is the map of the state
    /// file, `id` included; `sensitive` are the paths that the state marks.
    pub fn state(
        &self,
        resource_type: &str,
        attributes: &Value,
        sensitive: &[AttributePath],
    ) -> Option<NormalizedResource> {
        let resource_type = self.catalog.get(resource_type)?;
        let empty = BTreeMap::new();
        let attributes = attributes.as_map().unwrap_or(&empty);
        let values = identity::of_state_values(resource_type, attributes);
        let known = |name: &str| values.get(name).map(String::as_str);
        let scope = Scope::new(known("project"), known("region").or_else(|| known("location")), self.numbers);
        let per_type = self.per_type(resource_type);
        let walk = Walk::new(resource_type, &scope, Source::State { sensitive }, Some(&per_type.absences));
        let mut resource = walk.run(given::Members::Map(attributes));
        resource.identity = identity::of_state(resource_type, &values, &scope);
        let is_marked = |path: &AttributePath| sensitive.iter().any(|marked| path.starts_with(marked));
        let names = identity::sensitive_names(resource_type, is_marked, |name| attributes.get(name));
        resource.sensitive_names.extend(names);
        Some(resource)
    }

    /// One live object, read as a resource type; unknown at each place that cannot be held. The bodies of both APIs of Cloud Run are read for both of its types.
    pub fn live(&self, resource_type: &str, object: &LiveObject) -> Result<NormalizedResource, LiveError> {
        let name = || object.identity.to_string();
        let resource_type = self
            .catalog
            .get(resource_type)
            .ok_or_else(|| LiveError::UnknownType { name: name(), resource_type: resource_type.to_owned() })?;
        let body: Value =
            value_from_json(object.data.get()).map_err(|source| LiveError::Body { name: name(), source })?;
        let Value::Map(body) = body else {
            return Err(LiveError::NotAnObject { name: name() });
        };
        let identity = identity::of_live(resource_type, &object.identity, self.numbers);
        let scope = Scope::new(identity.project(), identity.location(), self.numbers);
        let body = cloud_run::in_version_of(resource_type, object.api_version.as_deref(), &identity, body);
        let projected = project::attributes(resource_type, &body.members, body.untold, &identity);
        let per_type = self.per_type(resource_type);
        let source = Source::Live { left_out: &projected.left_out };
        let walk = Walk::new(resource_type, &scope, source, Some(&per_type.absences));
        let mut resource = walk.run(given::Members::Read(&projected.members));
        resource.unknown_members = per_type.members.count_unknown(&body.members);
        resource.identity = Ok(identity);
        Ok(resource)
    }

    fn per_type(&self, resource_type: &ResourceType) -> Arc<PerType> {
        // A panic while the lock was held cannot leave half an entry: entries are made before they are put in.
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = types.get(&resource_type.name) {
            return Arc::clone(known);
        }
        let made = Arc::new(PerType { members: Members::of(resource_type), absences: Absences::default() });
        types.insert(Arc::clone(&resource_type.name), Arc::clone(&made));
        made
    }
}

#[cfg(test)]
mod tests;
