//! Brings configuration, state and live to the comparison: what is asked of live, and every resource normalized.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::redaction;
use super::unclaimed::Kept;
use crate::catalog::{Catalog, ResourceType};
use crate::compare::{ConfiguredSide, LiveSide, RecordedSide, moved_addresses};
use crate::model::{
    AttributePath, Configuration, Diagnostic, Identity, InstanceAddress, Inventory, LiveObject, LiveScopes,
    NormalizedResource, ProjectNumbers, ResourceMode, Side, State, StateInstance, Value, printable,
};
use crate::normalize::{Normalizer, RedactionKey, settle};

/// The sides of a check that do not depend on live.
#[derive(Debug, Default)]
pub(crate) struct TerraformSides {
    /// Configured instances and `expect` blocks.
    pub(crate) configured: Vec<ConfiguredSide>,
    /// Managed objects of the state.
    pub(crate) recorded: Vec<RecordedSide>,
    /// Managed resources whose type the catalog does not have, counted by type; once where both sides have them.
    pub(crate) not_supported: BTreeMap<String, usize>,
    /// What could not be read.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl TerraformSides {
    /// Normalizes configuration and state.
    pub(crate) fn new(configuration: &Configuration, state: &State, normalizer: &Normalizer<'_>) -> Self {
        let mut sides = Self::default();
        let mut not_supported = BTreeSet::new();
        for instance in &state.instances {
            if instance.address.resource.mode != ResourceMode::Managed {
                continue;
            }
            let resource_type = &instance.address.resource.resource_type;
            // Attributes are read of types alone that something can be said of: most of a large state may be others.
            if !normalizer.knows(resource_type) {
                not_supported.insert(instance.address.clone());
                continue;
            }
            // It stands in the state however little of it can be read; nothing else may take it for absent.
            let attributes = state.attributes(instance).unwrap_or_else(|error| {
                sides.diagnostics.push(unreadable_in_state(instance, state, &error.to_string()));
                Value::Map(BTreeMap::new())
            });
            if let Some(resource) = normalizer.state(resource_type, &attributes, &instance.sensitive) {
                if let Some(unreadable) = unreadable(&resource) {
                    sides.diagnostics.push(unreadable_in_state(instance, state, &unreadable));
                }
                sides.recorded.push(RecordedSide {
                    address: instance.address.clone(),
                    resource,
                    is_tainted: instance.is_tainted,
                    deposed: instance.deposed.clone(),
                });
            }
        }
        let configured: HashSet<&InstanceAddress> = configuration
            .instances
            .iter()
            .filter(|instance| !instance.is_expected)
            .map(|instance| &instance.address)
            .collect();
        let moved = moved_addresses(&sides.recorded, &configuration.moved, |address| configured.contains(address));
        let recorded: BTreeMap<InstanceAddress, Identity> = std::iter::zip(moved, &sides.recorded)
            .filter(|(_, side)| side.deposed.is_none())
            .filter_map(|(address, side)| Some((address, side.resource.identity.as_ref().ok()?.clone())))
            .collect();
        for instance in &configuration.instances {
            let recorded = recorded.get(&instance.address).filter(|_| !instance.is_expected);
            match normalizer.configuration(instance, recorded) {
                Some(resource) => sides.configured.push(ConfiguredSide {
                    address: instance.address.clone(),
                    is_expected: instance.is_expected,
                    resource,
                    ignore_changes: instance.ignore_changes.clone(),
                    range: instance.range.clone(),
                }),
                None => {
                    not_supported.insert(instance.address.clone());
                }
            }
        }
        for address in not_supported {
            *sides.not_supported.entry(address.resource.resource_type).or_default() += 1;
        }
        sides
    }

    /// The projects that the root names, in any way: their unmanaged objects are reported.
    pub(crate) fn projects(
        &self,
        configuration: &Configuration,
        scopes: &LiveScopes,
        numbers: &ProjectNumbers,
    ) -> BTreeSet<String> {
        let named = configuration.projects.iter().chain(&scopes.projects).map(String::as_str);
        let of_resources = self.resources().filter_map(|resource| resource.identity.as_ref().ok()?.project());
        named.chain(of_resources).map(|project| format!("projects/{}", numbers.id(project))).collect()
    }

    /// Configured and recorded resources.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &NormalizedResource> {
        let configured = self.configured.iter().map(|side| &side.resource);
        configured.chain(self.recorded.iter().map(|side| &side.resource))
    }
}

/// Live objects, normalized as each type that claims them or under which they would be unmanaged, and settled with the
/// other sides. `key` tells of values that a snapshot leaves out whether they are those of the other sides. Of objects that
/// neither configuration nor state has only what policies judge is kept.
pub(crate) fn live_sides(
    sides: &mut TerraformSides,
    objects: impl IntoIterator<Item: Borrow<LiveObject>>,
    inventory: &Inventory,
    catalog: &Catalog,
    normalizer: &Normalizer<'_>,
    key: Option<&RedactionKey>,
) -> Vec<LiveSide> {
    let mut diagnostics = Vec::new();
    let claimed: HashSet<&Identity> =
        sides.resources().filter_map(|resource| resource.identity.as_ref().ok()).collect();
    let kept = Kept::default();
    let reduce = |side: &mut LiveSide| {
        if side.resource.identity.as_ref().is_ok_and(|identity| !claimed.contains(identity)) {
            kept.reduce(side);
        }
    };
    let mut live = match key {
        None => normalized_live(sides, objects, catalog, normalizer, &mut diagnostics, reduce),
        Some(key) => {
            let mut live = normalized_live(sides, objects, catalog, normalizer, &mut diagnostics, |_| {});
            redaction::restore(key, sides, &mut live, inventory, catalog);
            live.iter_mut().for_each(reduce);
            live
        }
    };
    sides.diagnostics.append(&mut diagnostics);
    settle(
        catalog,
        sides.configured.iter_mut().map(|side| &mut side.resource),
        sides.recorded.iter_mut().map(|side| &mut side.resource),
        live.iter_mut().map(|side| &mut side.resource),
    );
    live
}

/// Live objects, normalized, each passed to `finish` before the next is read. Objects that are given away are dropped
/// one by one, so that their memory is there for what follows.
pub(crate) fn normalized_live(
    sides: &TerraformSides,
    objects: impl IntoIterator<Item: Borrow<LiveObject>>,
    catalog: &Catalog,
    normalizer: &Normalizer<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    finish: impl Fn(&mut LiveSide),
) -> Vec<LiveSide> {
    let used: BTreeSet<String> = sides.resources().map(|resource| resource.resource_type.to_string()).collect();
    let objects = objects.into_iter();
    let mut live = Vec::with_capacity(objects.size_hint().0);
    for object in objects {
        let object: &LiveObject = object.borrow();
        let reported = reported_type(catalog, object);
        for resource_type in catalog.of_asset_type(&object.asset_type) {
            let is_primary = match reported {
                Some(reported) => resource_type.name == reported.name,
                None => resource_type.same_object_as.is_none(),
            };
            if !is_primary && !used.contains(&*resource_type.name) {
                continue;
            }
            match normalizer.live(&resource_type.name, object) {
                Ok(resource) => {
                    if let Some(unreadable) = unreadable(&resource) {
                        diagnostics.push(Diagnostic::error(
                            "Unreadable live object",
                            format!(
                                "Of {} not everything can be read: {unreadable}. The rest is compared.",
                                printable(object.identity.as_str())
                            ),
                        ));
                    }
                    let mut side = LiveSide {
                        is_system_made: is_system_made(resource_type, &resource),
                        import_id: resource
                            .identity
                            .as_ref()
                            .ok()
                            .and_then(|it| resource_type.import_id(it.path()))
                            .map(Arc::from),
                        resource,
                        is_primary,
                        update_time: object.update_time.as_deref().map(Arc::from),
                        as_read: None,
                    };
                    finish(&mut side);
                    live.push(side);
                }
                Err(error) => {
                    let error = anyhow::Error::new(error);
                    diagnostics.push(Diagnostic::error(
                        "Unreadable live object",
                        format!("Failed to {error:#}. The object is not compared."),
                    ));
                }
            }
        }
    }
    live
}

/// The type under which an object is reported where nothing claims it, where that is not the first of those that
/// describe it.
fn reported_type<'c>(catalog: &'c Catalog, object: &'c LiveObject) -> Option<&'c ResourceType> {
    let mut others = catalog.of_asset_type(&object.asset_type).filter(|kind| !kind.reported_when.is_empty()).peekable();
    others.peek()?;
    let body: BTreeMap<String, serde_json::Value> = serde_json::from_str(object.data.get()).ok()?;
    others.find(|kind| kind.is_reported(|member| Some(body.get(member)?.as_str()?.to_owned())))
}

/// What of a recorded or live object cannot be read, with the reason; these sides have no other unknowns.
fn unreadable(resource: &NormalizedResource) -> Option<String> {
    let leaves = resource.leaves.iter().map(|(path, leaf)| (path, &leaf.side));
    let mut places = leaves.chain(&resource.below).filter_map(|(path, side)| match side {
        Side::Unknown(reason) => Some(format!("`{}` ({reason})", printable(&path.to_string()))),
        _ => None,
    });
    let first = places.next()?;
    Some(match places.count() {
        0 => first,
        more => format!("{first} and {more} more"),
    })
}

fn unreadable_in_state(instance: &StateInstance, state: &State, what: &str) -> Diagnostic {
    Diagnostic::error(
        "Unreadable attributes in the state",
        format!(
            "Of the attributes of {} in `{}` not everything can be read: {what}. The rest is compared.",
            printable(&instance.address.to_string()),
            state.source.path
        ),
    )
}

fn is_system_made(resource_type: &ResourceType, resource: &NormalizedResource) -> bool {
    resource_type
        .system_made_reason(|member| {
            let root = AttributePath::root();
            let label = || {
                let (map, key) = member.split_once('.')?;
                resource.leaves.get(&root.attribute(map).key(key))
            };
            let leaf = resource.leaves.get(&root.attribute(member)).or_else(label)?;
            match &leaf.side {
                Side::Value(value) => text_of(value),
                _ => None,
            }
        })
        .is_some()
}

/// A scalar as text; of a list the elements, joined by commas.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::List(elements) | Value::Set(elements) => {
            let texts: Vec<String> = elements.iter().map(text_of).collect::<Option<_>>()?;
            Some(texts.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Map(_) | Value::Unknown(_) => None,
    }
}

/// Project numbers that the state tells of.
pub(crate) fn project_numbers(state: &State) -> ProjectNumbers {
    let mut numbers = ProjectNumbers::default();
    for instance in &state.instances {
        if instance.address.resource.resource_type != "google_project" {
            continue;
        }
        // One that cannot be read is reported where resources are compared; here it only teaches nothing.
        let Ok(attributes) = state.attributes(instance) else { continue };
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        if let (Some(number), Some(id)) = (text("number"), text("project_id")) {
            numbers.learn(number, id);
        }
    }
    numbers
}
