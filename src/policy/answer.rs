//! What a check answers, and the pieces that findings are made of.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::compare::{AttributeComparison, Comparison, ResourceComparison};
use crate::model::{
    AttributePath, Chain, Identity, Provenance, Side, SourceRange, Value, World, WorldAttribute, WorldKind,
    WorldResource, printable,
};
use crate::topology::{Service, Topology};

use super::{Evidence, FindingSeverity};

/// An answer of a check. A check that answers nothing is quiet.
#[derive(Debug)]
pub(super) enum Answer {
    /// Something to say.
    Fires(Draft),
    /// It cannot be said.
    Undetermined {
        /// Address or identity.
        subject: String,
        /// Why, as a fragment.
        why: String,
    },
}

impl Answer {
    /// An undetermined answer about a resource.
    pub(super) fn undetermined(context: &Context<'_>, resource: &WorldResource, why: impl Into<String>) -> Self {
        Self::Undetermined { subject: context.label(resource), why: why.into() }
    }
}

/// A finding before its policy's own facts are added.
#[derive(Debug)]
pub(super) struct Draft {
    /// One sentence with names and values.
    pub(super) message: String,
    /// Addresses or identities, the main one first; never empty.
    pub(super) subjects: Vec<String>,
    /// How many of the subjects, from the first, say which finding this is; the rest may come and go.
    pub(super) identified_by: usize,
    /// What says which finding this is, where the subjects do not; without values.
    pub(super) key: Option<Vec<String>>,
    /// What it rests on.
    pub(super) evidence: Vec<Evidence>,
    /// A remedy that knows the case better than the policy's own.
    pub(super) remedy: Option<String>,
    /// A severity below the policy's own.
    pub(super) severity: Option<FindingSeverity>,
}

impl Draft {
    /// A finding that all of its subjects identify, with the policy's own remedy and severity.
    pub(super) fn new(message: String, subjects: Vec<String>, evidence: Vec<Evidence>) -> Self {
        let identified_by = subjects.len();
        Self { message, subjects, identified_by, key: None, evidence, remedy: None, severity: None }
    }
}

/// What a check looks at: one world, and what is known beside it.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// Which world.
    pub(super) kind: WorldKind,
    /// Its graph.
    pub(super) topology: &'a Topology<'a>,
    /// The planned world, where there is one: it alone knows what the configuration sets.
    pub(super) planned: Option<&'a PlannedIndex<'a>>,
    /// The comparison.
    pub(super) comparison: &'a ComparisonIndex<'a>,
    /// Where values of the configuration come from.
    pub(super) provenance: &'a dyn Provenance,
}

impl Context<'_> {
    /// How findings name a resource: its address wherever it has one, else its identity.
    pub(super) fn label(&self, resource: &WorldResource) -> String {
        if resource.address.is_none()
            && let Some(identity) = &resource.identity
            && let Some(address) = self.comparison.address_of(&resource.resource_type, identity)
        {
            return address;
        }
        resource.label()
    }

    /// What a resource says at a path. Of a sensitive attribute only that it is one.
    pub(super) fn evidence(&self, resource: &WorldResource, path: &AttributePath) -> Evidence {
        let attribute = resource.attributes.get(path);
        let value = match attribute {
            Some(attribute) if attribute.is_sensitive => "(sensitive value)".to_owned(),
            Some(attribute) => shown(&attribute.value),
            None => String::new(),
        };
        Evidence {
            subject: self.label(resource),
            path: path.to_string(),
            value,
            range: match attribute {
                Some(attribute) if attribute.is_sensitive => self.beside_sensitive(resource, path, attribute),
                Some(attribute) => self.chain(resource, attribute).and_then(|chain| chain.setting().cloned()),
                None => None,
            },
        }
    }

    /// The places through which a value of the configuration came.
    fn chain(&self, resource: &WorldResource, attribute: &WorldAttribute) -> Option<Chain> {
        let origin = attribute.origin.as_deref()?;
        Some(match &resource.address {
            Some(address) => self.provenance.chain(address, origin),
            None => Chain::of(origin.range.clone()),
        })
    }

    /// Where to point for a sensitive attribute: a report quotes the lines that it points at, and this value may stand
    /// in its own as a literal. The element's `name` beside it (an environment variable's) tells the place as well;
    /// where that is on the same line, the resource does.
    fn beside_sensitive(
        &self,
        resource: &WorldResource,
        path: &AttributePath,
        secret: &WorldAttribute,
    ) -> Option<SourceRange> {
        let name = path.parent().map(|element| element.attribute("name"));
        let named = name.and_then(|name| resource.attributes.get(&name)).filter(|attribute| !attribute.is_sensitive);
        let named = named.and_then(|attribute| self.chain(resource, attribute)?.setting().cloned());
        let secrets = self.chain(resource, secret).map(|chain| chain.places).unwrap_or_default();
        let is_apart = |range: &SourceRange| {
            secrets.iter().all(|secret| {
                secret.filename != range.filename
                    || range.end.line < secret.start.line
                    || secret.end.line < range.start.line
            })
        };
        named.into_iter().chain(resource.range.clone()).find(is_apart)
    }

    /// What is so at a path, in words; the value itself is not shown.
    pub(super) fn said_of(&self, resource: &WorldResource, path: &AttributePath, words: impl Into<String>) -> Evidence {
        Evidence { value: words.into(), ..self.evidence(resource, path) }
    }

    /// What is so of a resource as a whole.
    pub(super) fn said(&self, resource: &WorldResource, words: impl Into<String>) -> Evidence {
        Evidence {
            subject: self.label(resource),
            path: String::new(),
            value: words.into(),
            range: resource.range.clone(),
        }
    }
}

/// Planned resources, found by what names them.
#[derive(Debug)]
pub(super) struct PlannedIndex<'a> {
    by_label: BTreeMap<Cow<'a, str>, &'a WorldResource>,
    by_identity: BTreeMap<(&'a str, &'a Identity), &'a WorldResource>,
}

impl<'a> PlannedIndex<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        let by_label = world.resources.iter().map(|resource| (world_label(resource), &**resource)).collect();
        let by_identity = world
            .resources
            .iter()
            .filter_map(|resource| Some(((&*resource.resource_type, resource.identity.as_ref()?), &**resource)))
            .collect();
        Self { by_label, by_identity }
    }

    /// The planned resource that is the same object.
    pub(super) fn same_as(&self, resource: &WorldResource) -> Option<&'a WorldResource> {
        let by_identity =
            resource.identity.as_ref().and_then(|identity| self.by_identity.get(&(&*resource.resource_type, identity)));
        by_identity.or_else(|| self.by_label.get(&world_label(resource))).copied()
    }
}

/// Compared resources, found by identity, and differing attributes by label and path.
#[derive(Debug)]
pub(super) struct ComparisonIndex<'a> {
    comparison: &'a Comparison,
    by_identity: BTreeMap<(&'a str, &'a Identity), &'a ResourceComparison>,
    by_label: BTreeMap<Cow<'a, str>, &'a ResourceComparison>,
}

impl<'a> ComparisonIndex<'a> {
    pub(super) fn new(comparison: &'a Comparison) -> Self {
        let current = || comparison.resources.iter().filter(|resource| resource.deposed.is_none());
        let by_identity = current()
            .filter_map(|resource| Some(((&*resource.resource_type, resource.identity.as_ref()?), resource)))
            .collect();
        // Asked for attributes only, and what nobody manages has none.
        let with_attributes = current().filter(|resource| !resource.attributes.is_empty());
        let by_label = with_attributes.filter_map(|resource| Some((label_of(resource)?, resource))).collect();
        Self { comparison, by_identity, by_label }
    }

    /// All compared resources that are not leftovers.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'a ResourceComparison> {
        self.comparison.resources.iter().filter(|resource| resource.deposed.is_none())
    }

    /// The compared resource of an identity.
    pub(super) fn of(&self, resource_type: &str, identity: &Identity) -> Option<&'a ResourceComparison> {
        self.by_identity.get(&(resource_type, identity)).copied()
    }

    fn address_of(&self, resource_type: &str, identity: &Identity) -> Option<String> {
        self.of(resource_type, identity)?.address.as_ref().map(ToString::to_string)
    }

    /// What the configuration says where live evidence says something else, so that a finding about what is running
    /// can point at the code.
    pub(super) fn configured_otherwise(&self, evidence: &Evidence) -> Option<Evidence> {
        if evidence.path.is_empty() || evidence.range.is_some() {
            return None;
        }
        let resource = self.by_label.get(evidence.subject.as_str())?;
        let attribute = resource.attributes.iter().find(|attribute| attribute.path.to_string() == evidence.path)?;
        let AttributeComparison { configuration: Side::Value(value), origin, is_sensitive, .. } = attribute else {
            return None;
        };
        if matches!(&attribute.live, Side::Value(live) if live == value) {
            return None;
        }
        if *is_sensitive {
            let value = "(sensitive value) in the configuration".to_owned();
            return Some(Evidence { value, range: resource.range.clone(), ..evidence.clone() });
        }
        Some(Evidence {
            value: format!("{} in the configuration", shown(value)),
            range: Some(origin.as_ref()?.setting()?.clone()),
            ..evidence.clone()
        })
    }
}

/// The label of a compared resource; `None` where it has neither address nor identity.
pub(super) fn compared_label(resource: &ResourceComparison) -> Option<String> {
    label_of(resource).map(Cow::into_owned)
}

/// The same; of the very many resources without an address it is the identity's own text.
fn label_of(resource: &ResourceComparison) -> Option<Cow<'_, str>> {
    match (&resource.address, &resource.identity) {
        (Some(address), _) => Some(address.to_string().into()),
        (None, Some(identity)) => Some(identity.as_str().into()),
        (None, None) => None,
    }
}

/// [`WorldResource::label`], borrowed where it can be.
fn world_label(resource: &WorldResource) -> Cow<'_, str> {
    match (&resource.address, &resource.identity) {
        (None, Some(identity)) => identity.as_str().into(),
        _ => resource.label().into(),
    }
}

/// A value as text for evidence, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(elements) | Value::Set(elements) => {
            let shown: Vec<String> = elements.iter().take(MAX_ELEMENTS).map(shown).collect();
            let more = if elements.len() > MAX_ELEMENTS { ", …" } else { "" };
            format!("[{}{more}]", shown.join(", "))
        }
        Value::Map(_) => "{…}".to_owned(),
        Value::Unknown(_) => "(unknown)".to_owned(),
    };
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

const MAX_ELEMENTS: usize = 8;
const MAX_SHOWN: usize = 200;

/// A name for a sentence: safe on a terminal, and no longer than anything in Google Cloud is.
pub(super) fn named(name: &str) -> String {
    let short: String = name.chars().take(MAX_SHOWN).collect();
    printable(&short).into_owned()
}

/// "a", "a and b", "a, b and c", "a, b, c and 4 more".
pub(super) fn listed(names: &[String]) -> String {
    let (first, rest) = names.split_at(names.len().min(if names.len() > 4 { 3 } else { 4 }));
    match (first, rest.len()) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([all @ .., last], 0) => format!("{} and {last}", all.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Whether a word can stand in a command line as it is.
pub(super) fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with('-')
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'_'))
}

/// `gcloud run services update` for a service; `None` where its name, project or region is not known or cannot stand in
/// a command line.
pub(super) fn update_command(service: &Service<'_>) -> Option<String> {
    let (name, project, location) =
        (service.name.as_deref()?, service.project.as_deref()?, service.location.as_deref()?);
    let is_usable = [name, project, location].into_iter().all(is_plain);
    is_usable.then(|| format!("gcloud run services update {name} --project {project} --region {location}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_sentences() {
        let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&names(1)), "0");
        assert_eq!(listed(&names(2)), "0 and 1");
        assert_eq!(listed(&names(4)), "0, 1, 2 and 3");
        assert_eq!(listed(&names(6)), "0, 1, 2 and 3 more");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let text = shown(&Value::string("ä".repeat(1000)));
        assert_eq!(text.chars().count(), MAX_SHOWN + 1);
    }
}
