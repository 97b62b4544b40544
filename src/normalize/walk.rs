//! One walk over the rows of a type, for all three sides: from values under Terraform's names to leaves.
//!
//! What differs between the sides is what an absent value means; all of it is in [`Walk::absent`] and
//! [`Walk::absent_block`]; blocks and maps are in [`super::nested`]. Live bodies come here already under Terraform's names (see [`super::project`]).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use crate::catalog::{Form, Kind, Mode, ResourceType, Row, Treatment};
use crate::model::{
    Arguments, AttributeFacts, AttributePath, Leaf, NormalizedResource, Origin, PathMap, PathStep, ProviderDefaults,
    Side, SourceRange, Value,
};

use super::absent::{Absences, Absent};
use super::given::{Members, Raw};
use super::scope::Scope;
use super::{convert, forms, identity, labels, settle};

/// Why a live body says nothing of a row that is only written.
static NEVER_RETURNED: LazyLock<Arc<str>> = LazyLock::new(|| "the API never returns it".into());

/// Why a live body says nothing of a row that no answer has.
static IN_NO_ANSWER: LazyLock<Arc<str>> = LazyLock::new(|| "no answer of the API has it".into());

/// Where the values of a walk come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// A resource block, or an `expect` block.
    Configuration {
        /// Its arguments.
        arguments: &'a Arguments,
        /// What its provider gives.
        provider: &'a ProviderDefaults,
        /// From an `expect` block: what it does not give drops out.
        is_expected: bool,
    },
    /// A state.
    State {
        /// Paths that the state marks as sensitive.
        sensitive: &'a [AttributePath],
    },
    /// A live body.
    Live {
        /// Rows of whose member the body says nothing, with the reason.
        left_out: &'a BTreeMap<String, &'static str>,
    },
}

/// Where a walk stands: under which path the value is compared, and under which it was written.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The path of the leaf: elements by key where they have one.
    pub(crate) path: AttributePath,
    written: Written,
    /// Whether every element on the way is the first of its list: then [`Row::first`] is the path.
    is_first: bool,
}

/// The path in the source: elements by index.
#[derive(Clone, Debug)]
enum Written {
    /// Nobody asks for it.
    Unasked,
    /// That of the leaf.
    Same,
    /// Another one.
    At(AttributePath),
}

impl Place {
    fn written(&self) -> Option<&AttributePath> {
        match &self.written {
            Written::Unasked => None,
            Written::Same => Some(&self.path),
            Written::At(path) => Some(path),
        }
    }

    /// The place of a row below this one.
    fn row(&self, row: &Row) -> Self {
        let below = |path: &AttributePath| match row.first.steps().last() {
            Some(step) => path.with(step.clone()),
            None => path.clone(),
        };
        let written = match &self.written {
            Written::Unasked => Written::Unasked,
            Written::Same => Written::Same,
            Written::At(path) => Written::At(below(path)),
        };
        let path = if self.is_first { row.first.clone() } else { below(&self.path) };
        Self { path, written, is_first: self.is_first }
    }

    /// The place of a member of a map below this one.
    pub(crate) fn member(&self, key: &str) -> Self {
        let written = match &self.written {
            Written::Unasked => Written::Unasked,
            Written::Same => Written::Same,
            Written::At(path) => Written::At(path.key(key)),
        };
        Self { path: self.path.key(key), written, is_first: false }
    }

    /// The place of an element of a block below this one: addressed by `step`, written at `index`.
    pub(super) fn element(&self, step: PathStep, index: usize) -> Self {
        let written = match &self.written {
            Written::Unasked => Written::Unasked,
            Written::Same if step == PathStep::Index(index) => Written::Same,
            Written::Same => Written::At(self.path.index(index)),
            Written::At(path) => Written::At(path.index(index)),
        };
        let is_first = self.is_first && step == PathStep::Index(0);
        Self { path: self.path.with(step), written, is_first }
    }
}

/// A walk over the rows of one type.
pub(crate) struct Walk<'a> {
    pub(super) resource_type: &'a ResourceType,
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) source: Source<'a>,
    /// What the side says of rows that it does not have, by [`Row::index`]; `None` where that depends on the resource.
    absences: Option<&'a [Absent]>,
    /// Whether it is known where the code gives what is in blocks.
    has_places: bool,
    sensitive: Cow<'a, BTreeSet<AttributePath>>,
    /// In the order of the walk, which is that of the paths but for what has a key. Of two with one path the later
    /// counts.
    leaves: Vec<(AttributePath, Arc<Leaf>)>,
    /// Whether the leaves are in the order of their paths so far.
    is_sorted: bool,
    below: Vec<(AttributePath, Side)>,
    unknown_members: usize,
    sensitive_names: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun. `absences` is what such a side says of the rows of the type.
    pub(crate) fn new(
        resource_type: &'a ResourceType,
        scope: &'a Scope<'a>,
        source: Source<'a>,
        absences: Option<&'a Absences>,
    ) -> Self {
        let sensitive = match source {
            Source::Configuration { arguments, .. } => Cow::Borrowed(&arguments.sensitive),
            Source::State { sensitive } => Cow::Owned(sensitive.iter().cloned().collect()),
            Source::Live { .. } => Cow::Owned(BTreeSet::new()),
        };
        // What depends on the resource: marks, places in its code, and what its body leaves out.
        let is_usual = sensitive.is_empty()
            && match source {
                Source::Configuration { arguments, .. } => !arguments.ranges.contains_key(&AttributePath::root()),
                Source::State { .. } => true,
                Source::Live { left_out } => left_out.is_empty(),
            };
        let has_places = matches!(source, Source::Configuration { arguments, .. } if !arguments.ranges.is_empty());
        let absences = absences.filter(|_| is_usual).map(|absences| absences.of(resource_type, source));
        Self {
            resource_type,
            scope,
            source,
            absences,
            has_places,
            sensitive,
            leaves: Vec::with_capacity(resource_type.below(None).len()),
            is_sorted: true,
            below: Vec::new(),
            unknown_members: 0,
            sensitive_names: BTreeSet::new(),
        }
    }

    /// Walks over the members of a resource. The identity is left for the caller to fill in.
    pub(crate) fn run(mut self, members: Members<'_>) -> NormalizedResource {
        let root = match self.source {
            // A body that was read has what it has.
            Source::Live { .. } => Side::Value(Value::Null),
            // Every row gives a leaf or a block; what is no row says nothing.
            Source::Configuration { .. } => Side::Unset { counts_as: None },
            Source::State { .. } => Side::NotRecorded,
        };
        self.below.push((AttributePath::root(), root));
        let is_asked = self.is_configuration() || !self.sensitive.is_empty();
        let written = if is_asked { Written::Same } else { Written::Unasked };
        self.rows(None, members, &Place { path: AttributePath::root(), written, is_first: true });
        self.finish()
    }

    /// A resource of which every path says the same.
    pub(crate) fn all(mut self, side: &Side) -> NormalizedResource {
        self.below.push((AttributePath::root(), side.clone()));
        self.finish()
    }

    fn finish(self) -> NormalizedResource {
        NormalizedResource {
            resource_type: Arc::clone(&self.resource_type.name),
            identity: Err("not worked out".to_owned()),
            has_own_identity: true,
            leaves: if self.is_sorted { PathMap::from_sorted(self.leaves) } else { self.leaves.into() },
            below: self.below.into(),
            unknown_members: self.unknown_members,
            sensitive_names: self.sensitive_names,
        }
    }

    pub(super) fn is_configuration(&self) -> bool {
        matches!(self.source, Source::Configuration { .. })
    }

    pub(super) fn is_expected(&self) -> bool {
        matches!(self.source, Source::Configuration { is_expected: true, .. })
    }

    /// Walks over the rows directly below `parent` (`None`: the top).
    pub(super) fn rows(&mut self, parent: Option<&Row>, members: Members<'_>, place: &Place) {
        let mut read = 0;
        let resource_type = self.resource_type;
        // Rows and members are both in the order of their names, and are gone through side by side.
        let mut rest = members.in_order();
        let absences = self.absences.filter(|_| place.is_first && (parent.is_none() || !self.has_places));
        for row in resource_type.below(parent) {
            let name = row.name();
            let raw = rest.find(name);
            read += usize::from(raw.is_some());
            if let (None, Some(absences)) = (raw, absences) {
                match &absences[row.index()] {
                    Absent::Nothing => continue,
                    Absent::Leaf(leaf) => {
                        self.leaves.push((row.first.clone(), Arc::clone(leaf)));
                        continue;
                    }
                    Absent::Below(side) => {
                        self.below.push((row.first.clone(), side.clone()));
                        continue;
                    }
                    Absent::Open => {}
                }
            }
            if row.is_label_shadow() {
                continue;
            }
            if row.form == Form::Labels && row.kind == Kind::Map {
                labels::walk(self, row, members, &place.row(row));
                continue;
            }
            let given = raw.filter(|value| !value.is_null());
            if !self.is_read(row, members) {
                // Its sibling says that it is not in use: nothing is there, on any side.
                let (nothing, place) = (Side::Value(Value::Null), place.row(row));
                match row.kind {
                    Kind::Block(_) => self.put_below(&place, nothing),
                    _ => self.leaf(row, &settle::out_of_use(row), nothing, &place),
                }
                continue;
            }
            let default = match self.source {
                Source::Configuration { provider, .. } if parent.is_none() && given.is_none() => {
                    identity::provider_default(provider, name).map(Raw::Value)
                }
                _ => None,
            };
            self.attribute(row, default.or(raw), &place.row(row));
        }
        if matches!(self.source, Source::State { .. }) {
            let is_always_there =
                |name: &str| parent.is_none() && resource_type.row(name).is_none() && members.get(name).is_some();
            let always = ["id", "timeouts"].into_iter().filter(|name| is_always_there(name)).count();
            self.unknown_members += members.len() - read - always;
        }
    }

    /// Whether a row is in use, by its sibling: see [`Row::only_with`]. A sibling that is unknown or not there says
    /// nothing against it; a switch that is not there is off.
    fn is_read(&self, row: &Row, siblings: Members<'_>) -> bool {
        let Some((sibling, wanted)) = &row.only_with else {
            return true;
        };
        let is_wanted = |text: &str| wanted.iter().any(|wanted| wanted == text);
        match siblings.value(sibling) {
            Some(Value::String(text)) => is_wanted(text),
            Some(Value::Bool(value)) => is_wanted(if *value { "true" } else { "false" }),
            None | Some(Value::Null) if !matches!(self.source, Source::State { .. }) && !self.is_expected() => {
                let path = row.path.strip_suffix(row.name()).map(|parent| format!("{parent}{sibling}"));
                let sibling = path.and_then(|path| self.resource_type.row(&path));
                sibling.is_none_or(|sibling| sibling.kind != Kind::Boolean) || is_wanted("false")
            }
            _ => true,
        }
    }

    /// One attribute of any kind.
    fn attribute(&mut self, row: &Row, raw: Option<Raw<'_>>, place: &Place) {
        match row.kind {
            Kind::Block(nesting) => self.block(row, nesting, raw, place),
            Kind::Map => self.map(row, raw.and_then(Raw::value), place),
            _ => {
                let side = self.side(row, raw.and_then(Raw::value));
                self.leaf(row, &row.facts, side, place);
            }
        }
    }

    /// What a value that is no block and no map says.
    fn side(&self, row: &Row, raw: Option<&Value>) -> Side {
        let Some(value) = raw else {
            return self.absent(row);
        };
        if let Some(reason) = value.unknown_reason() {
            return Side::Unknown(Arc::clone(reason));
        }
        let is_left_to_the_server = || {
            value.as_str().is_some_and(|text| row.server_chosen.iter().any(|chosen| chosen == text))
                || row.converter.is_some_and(|converter| convert::says_nothing(converter, value))
        };
        if self.is_configuration() && (value.is_null() || is_left_to_the_server()) {
            return self.absent(row);
        }
        let value = canonical(row, value, self.scope);
        if value.is_null() && matches!(self.source, Source::Live { .. }) {
            return self.absent(row);
        }
        Side::Value(if value.is_null() { self.means_when_absent(row) } else { value })
    }

    /// What an absent or zero value that was read means.
    fn means_when_absent(&self, row: &Row) -> Value {
        row.when_absent.as_ref().map_or(Value::Null, |value| canonical(row, value, self.scope))
    }

    /// What a side says of an attribute that it does not have.
    pub(crate) fn absent(&self, row: &Row) -> Side {
        match self.source {
            Source::State { .. } => Side::NotRecorded,
            Source::Live { left_out } => {
                if let Some(side) = self.not_observed(row, left_out) {
                    return side;
                }
                Side::Value(self.means_when_absent(row))
            }
            Source::Configuration { is_expected: true, .. } => Side::Unset { counts_as: None },
            Source::Configuration { .. } => match row.mode {
                Mode::Required | Mode::OptionalComputed | Mode::Computed => Side::Unset { counts_as: None },
                Mode::Optional | Mode::ClientOnly | Mode::WriteOnly => {
                    let default = row.default.as_ref().map(|value| canonical(row, value, self.scope));
                    Side::Unset { counts_as: Some(default.unwrap_or(Value::Null)) }
                }
            },
        }
    }

    /// What a side says of a block or map that it does not have.
    pub(super) fn absent_block(&self, row: &Row) -> Side {
        match self.source {
            Source::State { .. } => Side::NotRecorded,
            Source::Live { left_out } => self.not_observed(row, left_out).unwrap_or(Side::Value(Value::Null)),
            Source::Configuration { is_expected: true, .. } => Side::Unset { counts_as: None },
            Source::Configuration { .. } => match row.mode {
                Mode::Required | Mode::OptionalComputed | Mode::Computed => Side::Unset { counts_as: None },
                Mode::Optional | Mode::ClientOnly | Mode::WriteOnly => Side::Unset { counts_as: Some(Value::Null) },
            },
        }
    }

    /// Why a live body cannot say anything of a row, where it cannot.
    fn not_observed(&self, row: &Row, left_out: &BTreeMap<String, &'static str>) -> Option<Side> {
        if let Some(why) = left_out.get(&row.path) {
            return Some(Side::NotObserved((*why).into()));
        }
        let why = if row.treatment == Treatment::WriteOnly {
            &NEVER_RETURNED
        } else if row.treatment == Treatment::NotReadable || (row.api.is_none() && row.converter.is_none()) {
            &IN_NO_ANSWER
        } else {
            return None;
        };
        // Blocks that only group rows have no member of their own; their rows speak for themselves.
        let is_group = matches!(row.kind, Kind::Block(_)) && row.treatment == Treatment::Compared;
        (!is_group).then(|| Side::NotObserved(Arc::clone(why)))
    }

    /// Notes that leaves may follow whose paths come before those of leaves that were noted.
    pub(super) fn go_back(&mut self) {
        self.is_sorted = false;
    }

    /// Notes what holds at and below a place.
    pub(crate) fn put_below(&mut self, place: &Place, side: Side) {
        self.below.push((place.path.clone(), side));
    }

    /// Notes a leaf.
    pub(crate) fn leaf(&mut self, row: &Row, facts: &Arc<AttributeFacts>, side: Side, place: &Place) {
        self.leaf_of(row, row.is_sensitive, facts, side, place);
    }

    /// Notes a leaf of a row that is sensitive, or is not.
    pub(super) fn leaf_of(
        &mut self,
        row: &Row,
        is_sensitive: bool,
        facts: &Arc<AttributeFacts>,
        side: Side,
        place: &Place,
    ) {
        let origin = match (self.source, place.written()) {
            (Source::Configuration { arguments, .. }, Some(written)) => origin(&arguments.ranges, written),
            _ => None,
        };
        self.leaf_from(row, origin, is_sensitive, facts, side, place);
    }

    /// Notes a leaf with the place that gives it.
    pub(super) fn leaf_from(
        &mut self,
        row: &Row,
        origin: Option<Arc<Origin>>,
        is_sensitive: bool,
        facts: &Arc<AttributeFacts>,
        side: Side,
        place: &Place,
    ) {
        let is_sensitive = is_sensitive || place.written().is_some_and(|written| self.is_marked_sensitive(written));
        let is_as_the_row = is_sensitive == row.is_sensitive && origin.is_none() && Arc::ptr_eq(facts, &row.facts);
        let leaf = if is_as_the_row {
            row.leaf(side)
        } else {
            Arc::new(Leaf { side, facts: Arc::clone(facts), is_sensitive, origin })
        };
        self.leaves.push((place.path.clone(), leaf));
    }

    /// Notes the keys of a map whose keys the source marks as sensitive, and so does a mark on the whole of it.
    pub(crate) fn note_sensitive_keys<'k>(&mut self, place: &Place, keys: impl Iterator<Item = &'k String>) {
        if place.written().is_some_and(|written| self.is_marked_whole(written)) {
            self.sensitive_names.extend(keys.cloned());
        }
    }

    /// Notes a text that must not be printed wherever it names something.
    pub(super) fn note_sensitive_name(&mut self, name: &str) {
        self.sensitive_names.insert(name.to_owned());
    }

    /// Notes the key of an element, where the configuration marks the member `name` that gives it. (The marks of a state
    /// are coarse: one on a set of blocks hides the name of none.)
    pub(super) fn note_sensitive_element(&mut self, element: &Place, name: &str) {
        let Some(PathStep::Key(key)) = element.path.steps().last() else { return };
        if !self.is_configuration() || self.sensitive.is_empty() {
            return;
        }
        let written = element.written().map(|written| written.attribute(name));
        if written.is_some_and(|written| self.is_marked_whole(&written)) {
            self.sensitive_names.insert(key.to_string());
        }
    }

    /// Whether the source marks the path or something around it.
    fn is_marked_whole(&self, path: &AttributePath) -> bool {
        let steps = path.steps();
        !self.sensitive.is_empty() && (0..=steps.len()).any(|length| self.sensitive.contains(&steps[..length]))
    }

    /// Whether the source marks the path, something around it or something in it.
    fn is_marked_sensitive(&self, path: &AttributePath) -> bool {
        if self.sensitive.is_empty() {
            return false;
        }
        let steps = path.steps();
        let is_in_it = self.sensitive.range::<AttributePath, _>(path..).next();
        is_in_it.is_some_and(|marked| marked.starts_with(path))
            || (0..steps.len()).any(|length| self.sensitive.contains(&steps[..length]))
    }
}

/// The canonical value of one attribute that is no block and no map.
pub(super) fn canonical(row: &Row, value: &Value, scope: &Scope<'_>) -> Value {
    let elements = || -> Vec<Value> {
        let elements = match value {
            Value::List(elements) | Value::Set(elements) => elements.as_slice(),
            single => std::slice::from_ref(single),
        };
        elements
            .iter()
            .filter(|element| !element.is_null())
            .map(|element| forms::element(row, element, scope))
            .collect()
    };
    let value = match row.kind {
        Kind::ScalarList => Value::List(elements()),
        Kind::ScalarSet => Value::set(elements()),
        _ => convert::value(row, forms::scalar(row, value, scope)),
    };
    if forms::is_zero(&value) { Value::Null } else { value }
}

/// Where a path was written: its own range, else that of the nearest block around it, else of the first block in it
/// (a set of blocks that is one value).
fn origin(ranges: &BTreeMap<AttributePath, SourceRange>, path: &AttributePath) -> Option<Arc<Origin>> {
    let steps = path.steps();
    let around = || (0..=steps.len()).rev().find_map(|length| ranges.get(&steps[..length]));
    let inside = || {
        ranges
            .range::<AttributePath, _>(path..)
            .next()
            .filter(|(inner, _)| inner.starts_with(path))
            .map(|(_, range)| range)
    };
    let range = around().or_else(inside)?;
    Some(Arc::new(Origin { range: range.clone(), path: path.clone() }))
}
