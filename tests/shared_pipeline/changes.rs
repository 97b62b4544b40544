//! Every known value of a planned object changed in the state, one at a time: what the configuration decides is pending
//! then, and nothing else.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use trueup::catalog::{Catalog, Form, Kind, Mode, ResourceType, Row, Treatment};
use trueup::compare::{ConfiguredSide, RecordedSide, Request, Verdict, compare};
use trueup::model::{
    Configuration, ConfiguredInstance, Identity, IgnoreChanges, Inventory, Nesting, NormalizedResource, OwnPlaces,
    PathStep, ProjectNumbers, Value,
};
use trueup::normalize::{Normalizer, settle};

use super::planned::{Plan, Samples};
use super::run;

/// How many values of one row of a type are changed in checks of the whole root by the binary.
const CHECKS_OF_A_ROW: usize = 1;

/// One value of a planned object.
struct Leaf<'a> {
    row: &'a Row,
    /// Where it stands in the values.
    pointer: String,
    value: Json,
    standing: Standing,
    /// In an element of a block whose key is known after apply, so that nobody can say which element it is.
    is_nameless: bool,
}

/// What the configuration has where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Given,
    Unknown,
    NotGiven,
}

/// What holds for all values in a block.
#[derive(Clone, Copy, Default)]
struct Around {
    is_unknown: bool,
    is_nameless: bool,
}

/// All scalars of an object's values.
struct Leaves<'a> {
    kind: &'a ResourceType,
    found: Vec<Leaf<'a>>,
    without_row: Vec<String>,
}

impl<'a> Leaves<'a> {
    fn of(kind: &'a ResourceType, instance: &ConfiguredInstance, values: &Json) -> Self {
        let mut leaves = Self { kind, found: Vec::new(), without_row: Vec::new() };
        leaves.walk(values, Some(&instance.arguments.value), "", "", Around::default());
        leaves
    }

    fn walk(&mut self, value: &Json, configured: Option<&Value>, path: &str, pointer: &str, around: Around) {
        let is_unknown = around.is_unknown || matches!(configured, Some(Value::Unknown(_)));
        let row = self.kind.row(path);
        let key = row.and_then(|row| row.key.as_deref());
        let is_nameless = around.is_nameless || value.is_object() && key.is_some_and(|key| value[key].is_null());
        let around = Around { is_unknown, is_nameless };
        match value {
            Json::Null => {}
            Json::Object(members) => {
                let is_map = row.is_some_and(|row| row.kind == Kind::Map);
                for (name, member) in members {
                    let inner = match path {
                        _ if is_map => path.to_owned(),
                        "" => name.clone(),
                        _ => format!("{path}.{name}"),
                    };
                    let configured = configured.and_then(|configured| configured.get(name));
                    let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    self.walk(member, configured, &inner, &pointer, around);
                }
            }
            Json::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let given = configured.and_then(|configured| counterpart(configured, element, index, row));
                    self.walk(element, given, path, &format!("{pointer}/{index}"), around);
                }
            }
            Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                let Some(row) = row else {
                    self.without_row.push(path.to_owned());
                    return;
                };
                let standing = match configured {
                    _ if is_unknown => Standing::Unknown,
                    None | Some(Value::Null) => Standing::NotGiven,
                    Some(_) => Standing::Given,
                };
                self.found.push(Leaf { row, pointer: pointer.to_owned(), value: value.clone(), standing, is_nameless });
            }
        }
    }
}

/// What the configuration has for an element of a planned list or set.
fn counterpart<'v>(configured: &'v Value, element: &Json, index: usize, row: Option<&Row>) -> Option<&'v Value> {
    // In JSON syntax a block may be an object.
    if matches!(configured, Value::Map(_) | Value::Unknown(_)) {
        return Some(configured);
    }
    let elements = configured.as_elements()?;
    if let Some(key) = row.and_then(|row| row.key.as_deref()) {
        let name = element[key].as_str()?;
        return elements.iter().find(|element| element.get(key).and_then(Value::as_str) == Some(name));
    }
    // Sets are planned in an order of their own; which of their elements it is does not count.
    let is_set = row.is_some_and(|row| matches!(row.kind, Kind::ScalarSet | Kind::Block(Nesting::Set)));
    elements.get(if is_set { 0 } else { index })
}

/// Another value of the same type and form.
fn other(value: &Json, form: Form) -> Json {
    match value {
        Json::Bool(value) => json!(!value),
        Json::Number(number) => json!(number.as_f64().unwrap_or_default() + 1.0),
        Json::String(text) => match (form, text.parse::<i64>()) {
            (_, Ok(number)) => json!((number + 1).to_string()),
            (Form::Cidr, _) => json!("203.0.113.0/29"),
            (Form::Duration, _) => json!("7s"),
            (Form::Quantity, _) => json!("3"),
            _ => json!(format!("{text}x")),
        },
        other => other.clone(),
    }
}

/// What has to be pending once a value differs.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// Nothing, with the reason.
    Nothing(&'static str),
    /// The attribute of a row.
    Row(String),
    /// The key of an element, which is then another element: its attributes and those of the one that it was.
    Element(String),
    /// A part of the object's name, and what is named relative to it.
    Name(String),
}

impl Expected {
    fn of(kind: &ResourceType, instance: &ConfiguredInstance, values: &Json, leaf: &Leaf<'_>) -> Self {
        let Leaf { row, pointer, standing, .. } = leaf;
        let path = row.path.as_str();
        // The provider before version 5 records the labels alone.
        let is_recorded = |effective: &str| path.contains('.') || !values[effective].is_null();
        let has_effective = |name: &str| {
            let effective = path.replace(name, &format!("effective_{name}"));
            path.ends_with(name) && kind.row(&effective).is_some() && is_recorded(&effective)
        };
        if has_effective("labels") || has_effective("annotations") {
            return Self::Nothing("the effective labels and annotations count");
        }
        if let Some(own) = ["labels", "annotations"].into_iter().find(|own| path.ends_with(&format!("effective_{own}")))
        {
            // A label of the code; the others are the provider's.
            return if pointer.ends_with("goog-terraform-provisioned") {
                Self::Nothing("a label of the provider's")
            } else {
                Self::Row(path.replace(&format!("effective_{own}"), own))
            };
        }
        if is_ignored(&instance.ignore_changes, path, pointer) {
            return Self::Nothing("ignored by ignore_changes");
        }
        if leaf.is_nameless {
            return Self::Nothing("in an element whose key is known after apply");
        }
        match (row.treatment, row.mode, standing) {
            (_, _, Standing::Unknown) => Self::Nothing("unknown in the configuration"),
            (Treatment::Identity, _, Standing::NotGiven)
                if path == "project" && instance.provider.project.is_none() =>
            {
                Self::Nothing("neither the code nor the provider gives it")
            }
            (Treatment::Identity, Mode::Computed, Standing::NotGiven) => {
                Self::Nothing("follows from other parts of the name")
            }
            (Treatment::Identity, ..) => Self::Name(path.to_owned()),
            (Treatment::Compared, Mode::OptionalComputed | Mode::Computed, Standing::NotGiven) => {
                Self::Nothing("left to the server")
            }
            (Treatment::Compared, ..) => {
                let above = path.match_indices('.').map(|(end, _)| &path[..end]).filter_map(|path| kind.row(path));
                let blocks: Vec<&Row> = above.collect();
                let is_whole = |row: &&&Row| row.kind == Kind::Block(Nesting::Set) && row.key.is_none();
                match blocks.iter().find(is_whole) {
                    // Such a set is compared as a whole.
                    Some(set) => Self::Row(set.path.clone()),
                    None if blocks.last().is_some_and(|block| block.key.as_deref() == Some(row.name())) => {
                        Self::Element(row.parent().to_owned())
                    }
                    None => Self::Row(path.to_owned()),
                }
            }
            _ => Self::Nothing("not compared"),
        }
    }

    /// Whether what was found pending, by row, is what was expected.
    fn holds(&self, found: &[String]) -> bool {
        match self {
            Self::Nothing(_) => found.is_empty(),
            Self::Row(row) => found == [row.clone()],
            Self::Element(block) => {
                let below = format!("{block}.");
                !found.is_empty() && found.iter().all(|path| path.starts_with(&below))
            }
            // A bare name means an object of the project and the region.
            Self::Name(row) => {
                found.contains(row) && (found.len() == 1 || matches!(row.as_str(), "project" | "region"))
            }
        }
    }

    fn class(&self) -> String {
        match self {
            Self::Nothing(why) => format!("nothing is pending: {why}"),
            Self::Row(_) => "exactly the attribute is pending".to_owned(),
            Self::Element(_) => "the element with another key is pending".to_owned(),
            Self::Name(_) => "the name is pending".to_owned(),
        }
    }
}

/// Whether `ignore_changes` names a value or something around it.
fn is_ignored(changes: &IgnoreChanges, path: &str, pointer: &str) -> bool {
    let IgnoreChanges::Paths(paths) = changes else { return true };
    paths.iter().any(|ignored| {
        let is_around =
            path.strip_prefix(&ignored.pattern()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let is_of_key = match ignored.steps().last() {
            Some(PathStep::Key(key)) => pointer.ends_with(&key.replace('~', "~0").replace('/', "~1")),
            _ => true,
        };
        is_around && is_of_key
    })
}

/// One object of a plan, ready to be compared again and again.
struct Subject<'a> {
    configuration: &'a Configuration,
    instance: &'a ConfiguredInstance,
    normalizer: &'a Normalizer<'a>,
    /// The configured side, for the identity that the planned values tell.
    configured: NormalizedResource,
    identity: Option<Identity>,
}

impl<'a> Subject<'a> {
    fn new(
        configuration: &'a Configuration,
        instance: &'a ConfiguredInstance,
        normalizer: &'a Normalizer<'a>,
        values: &Json,
    ) -> Self {
        let recorded = recorded(normalizer, instance, values);
        let identity = recorded.identity.as_ref().ok().cloned();
        let configured = normalizer.configuration(instance, identity.as_ref()).expect("the type is in the catalog");
        Self { configuration, instance, normalizer, configured, identity }
    }

    /// The rows that are pending once the state has other values.
    fn pending(&self, values: &Json) -> Vec<String> {
        let mut recorded = recorded(self.normalizer, self.instance, values);
        let identity = recorded.identity.as_ref().ok();
        let mut configured = if identity == self.identity.as_ref() {
            self.configured.clone()
        } else {
            self.normalizer.configuration(self.instance, identity).expect("the type is in the catalog")
        };
        settle(Catalog::builtin(), [&mut configured], [&mut recorded], []);
        let address = &self.instance.address;
        let configured = ConfiguredSide {
            address: address.clone(),
            is_expected: false,
            resource: configured,
            ignore_changes: self.instance.ignore_changes.clone(),
            range: self.instance.range.clone(),
        };
        let comparison = compare(&Request {
            configured: vec![configured],
            recorded: vec![RecordedSide {
                address: address.clone(),
                resource: recorded,
                is_tainted: false,
                deposed: None,
            }],
            live: Vec::new(),
            inventory: &Inventory::default(),
            configuration: self.configuration,
            provenance: &OwnPlaces,
            ignores: &[],
            unmanaged_types: Default::default(),
            unmanaged_scopes: Default::default(),
            judged_types: Default::default(),
            derived_types: Default::default(),
            managed_elsewhere: Default::default(),
            only: Vec::new(),
            skip: Vec::new(),
        });
        let attributes = comparison.resources.iter().flat_map(|resource| &resource.attributes);
        let pending =
            attributes.filter(|attribute| attribute.verdict == Verdict::Pending && attribute.ignored_by.is_none());
        pending.map(|attribute| attribute.path.pattern()).collect()
    }
}

fn recorded(normalizer: &Normalizer<'_>, instance: &ConfiguredInstance, values: &Json) -> NormalizedResource {
    let values: Value = serde_json::from_str(&values.to_string()).expect("JSON is a value");
    let resource_type = &instance.address.resource.resource_type;
    normalizer.state(resource_type, &values, &[]).expect("the type is in the catalog")
}

/// What changing every value of a plan's objects came to: class and row, or what differs from what was expected.
fn change_all(samples: &Samples, plan: &Plan) -> Vec<Result<(String, String), String>> {
    let configuration = samples.evaluate(plan).configuration;
    let numbers = ProjectNumbers::default();
    let normalizer = Normalizer::new(Catalog::builtin(), &numbers);
    let mut results = Vec::new();
    for instance in &configuration.instances {
        let address = &instance.address;
        let kind = Catalog::builtin().get(&address.resource.resource_type).filter(|kind| !kind.is_facts_only);
        let (Some(kind), Some(values)) = (kind, plan.values(address)) else { continue };
        let subject = Subject::new(&configuration, instance, &normalizer, values);
        let before = subject.pending(values);
        let leaves = Leaves::of(kind, instance, values);
        results.extend(leaves.without_row.into_iter().map(|path| Ok(("no row in the catalog".to_owned(), path))));
        for leaf in &leaves.found {
            let expected = Expected::of(kind, instance, values, leaf);
            let mut values = values.clone();
            *values.pointer_mut(&leaf.pointer).expect("a pointer of these values") = other(&leaf.value, leaf.row.form);
            let found: Vec<String> =
                subject.pending(&values).into_iter().filter(|path| !before.contains(path)).collect();
            results.push(if expected.holds(&found) {
                Ok((expected.class(), format!("{} {}", kind.name, leaf.row.path)))
            } else {
                Err(format!(
                    "{}: {address} {}: {found:?} instead of {expected:?}, which is {:?}",
                    plan.root, leaf.pointer, leaf.standing
                ))
            });
        }
    }
    results
}

#[test]
fn every_value_that_the_state_has_otherwise_is_pending_and_nothing_else() {
    let Some(samples) = Samples::read() else { return };
    let (mut classes, mut faults): (BTreeMap<String, BTreeMap<String, usize>>, Vec<String>) = Default::default();
    for result in run::for_each(&samples.plans, |plan| change_all(&samples, plan)).into_iter().flatten() {
        match result {
            Ok((class, row)) => *classes.entry(class).or_default().entry(row).or_default() += 1,
            Err(fault) => faults.push(fault),
        }
    }
    for (class, rows) in &classes {
        let count: usize = rows.values().sum();
        crate::shared::say(&format!("{count} values of {} rows: {class}", rows.len()));
    }
    assert!(classes.contains_key("exactly the attribute is pending"));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// One value of a state to be changed.
struct Change {
    plan: usize,
    resource: usize,
    row: String,
    pointer: String,
    value: Json,
}

/// A few values of every row that a configuration gives.
fn chosen(samples: &Samples) -> Vec<Change> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut changes = Vec::new();
    for (plan_index, plan) in samples.plans.iter().enumerate() {
        let evaluated = samples.evaluate(plan);
        for instance in &evaluated.configuration.instances {
            let resource_type = &instance.address.resource.resource_type;
            let kind = Catalog::builtin().get(resource_type).filter(|kind| !kind.is_facts_only);
            let found = plan.resources.iter().position(|(address, _)| *address == instance.address);
            let (Some(kind), Some(resource)) = (kind, found) else { continue };
            let values = &plan.resources[resource].1["values"];
            for leaf in Leaves::of(kind, instance, values).found {
                let Expected::Row(row) = Expected::of(kind, instance, values, &leaf) else { continue };
                let count = counts.entry((resource_type.clone(), row.clone())).or_default();
                if leaf.standing == Standing::Given && *count < CHECKS_OF_A_ROW {
                    *count += 1;
                    let value = other(&leaf.value, leaf.row.form);
                    changes.push(Change { plan: plan_index, resource, row, pointer: leaf.pointer, value });
                }
            }
        }
    }
    changes
}

/// The same by the binary over the whole root, so that nothing of other resources is pending either.
#[test]
fn a_value_that_the_state_has_otherwise_is_all_that_a_check_of_the_root_reports() {
    let Some(samples) = Samples::read() else { return };
    let changes = chosen(&samples);
    let reports = run::for_each(&changes, |change| {
        let plan = &samples.plans[change.plan];
        let mut values = plan.resources[change.resource].1["values"].clone();
        *values.pointer_mut(&change.pointer).expect("a pointer of these values") = change.value.clone();
        samples.check(plan, &plan.state(Some((change.resource, &values))))
    });
    let (mut counts, mut faults): (BTreeMap<&str, usize>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for (change, report) in changes.iter().zip(reports) {
        let plan = &samples.plans[change.plan];
        let address = &plan.resources[change.resource].0;
        *counts.entry(&address.resource.resource_type).or_default() += 1;
        let differing = run::differing(&report).into_iter();
        let found: Vec<(String, String, String)> = differing
            .filter(|(address, path, _)| !plan.is_of_plans_alone(address, path))
            .map(|(address, path, verdict)| (address, run::pattern(&path), verdict))
            .collect();
        if found != [(address.to_string(), change.row.clone(), "pending".to_owned())] {
            faults.push(format!("{}: {address} {} = {}: {found:?}", plan.root, change.pointer, change.value));
        }
    }
    for (name, count) in counts {
        crate::shared::say(&format!("{name}: {count} rows changed in checks of whole roots"));
    }
    assert!(!changes.is_empty());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
