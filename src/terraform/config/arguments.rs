//! The arguments of a resource: body to values, places and sensitivity, checked against the schema where it is known.
//!
//! `timeouts`, `connection`, `provisioner` and `lifecycle` are no arguments and are left out.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body};
use super::evaluator::Evaluator;
use super::module::ResourceKey;
use super::places::Places;
use super::provider::provider_of;
use super::resource::to_schema_type;
use super::schema::SchemaNode;
use super::scope::BlockScope;
use super::spelling::closest;
use crate::model::{
    ArgumentFacts, Arguments, AttributePath, Diagnostic, Nesting, ProviderVersion, ResourceMode, SourceRange, Value,
    ValueType,
};
use crate::terraform::lang::{Kind, Val};

/// How many blocks `dynamic` may make in one resource instance.
const MAX_BLOCKS: usize = 100_000;

/// What an argument takes in memory beside its value, in bytes: its name, its path and its places.
const ARGUMENT_BYTES: usize = 256;

/// The arguments that every resource and data block takes. Source: the configuration language's meta-arguments.
const META_ARGUMENTS: &[&str] = &["count", "for_each", "provider", "depends_on"];
/// The blocks that every resource and data block takes.
const META_BLOCKS: &[&str] = &["lifecycle", "provisioner", "connection", "timeouts", "locals"];

/// Reads the arguments of one instance.
pub(crate) struct ArgumentReader<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    instance: usize,
    resource_type: &'e str,
    /// The provider's type, once the block is known.
    provider_type: String,
    /// What the schema knows of the type.
    schema: Option<Rc<SchemaNode<'a>>>,
    /// Whether what the schema requires has to be there.
    is_complete: bool,
    meta_arguments: &'static [&'static str],
    meta_blocks: &'static [&'static str],
    /// Where the arguments of this instance and of others stand.
    places: &'e RefCell<Places>,
    blocks: Cell<usize>,
}

/// Where a body stands in its resource.
#[derive(Clone, Copy)]
struct Spot<'s, 'a> {
    path: &'s AttributePath,
    /// The names of the path.
    names: &'s [&'s str],
    /// What the schema has there.
    schema: Option<&'s SchemaNode<'a>>,
}

impl<'s, 'a> Spot<'s, 'a> {
    fn facts(self, name: &str) -> Option<&'s ArgumentFacts> {
        self.schema?.get(name)?.facts()
    }
}

/// The blocks of one kind in a body.
#[derive(Default)]
struct Occurrences {
    elements: Vec<Val>,
    unknown: Option<Val>,
    /// Where the first stands.
    range: Option<SourceRange>,
    /// Whether how many there are is certain.
    is_dynamic: bool,
    /// Whether those that are being added are sensitive.
    is_sensitive: bool,
}

impl<'e, 'a> ArgumentReader<'e, 'a> {
    /// A reader for a resource or data block.
    pub(crate) fn new(
        evaluator: &'e Evaluator<'a>,
        instance: usize,
        key: &'e ResourceKey,
        places: &'e RefCell<Places>,
    ) -> Self {
        Self {
            evaluator,
            instance,
            resource_type: &key.resource_type,
            provider_type: String::new(),
            schema: evaluator.schemas.of(&key.resource_type).filter(|_| key.mode == ResourceMode::Managed),
            is_complete: true,
            meta_arguments: META_ARGUMENTS,
            meta_blocks: META_BLOCKS,
            places,
            blocks: Cell::new(0),
        }
    }

    /// A reader for an `expect` block, which takes no meta-arguments but `provider`, and says only what is expected.
    pub(crate) fn for_expectation(
        evaluator: &'e Evaluator<'a>,
        resource_type: &'e str,
        places: &'e RefCell<Places>,
    ) -> Self {
        Self {
            evaluator,
            instance: 0,
            resource_type,
            provider_type: String::new(),
            schema: evaluator.schemas.of(resource_type),
            is_complete: false,
            meta_arguments: &["provider"],
            meta_blocks: &[],
            places,
            blocks: Cell::new(0),
        }
    }

    /// The arguments of an `expect` block. Its second label is the object's name where no argument says it.
    pub(crate) fn read_expectation(self, block: &Block, scope: BlockScope<'_, '_>) -> Arguments {
        let has_name = self.schema.as_ref().is_none_or(|schema| {
            let facts = schema.get("name").and_then(SchemaNode::facts);
            facts.is_some_and(|facts| facts.block.is_none() && (facts.is_required || facts.is_optional))
        });
        let (_, mut arguments) = self.read(block, scope);
        if let (true, Value::Map(members), Some(label)) = (has_name, &mut arguments.value, block.labels.get(1))
            && !members.contains_key("name")
        {
            members.insert("name".to_owned(), Value::string(label.as_str()));
            let ranges = Arc::make_mut(&mut arguments.ranges);
            ranges.insert(AttributePath::root().attribute("name"), block.range.clone());
        }
        arguments
    }

    /// The arguments: as the language has them, and as the model has them.
    pub(crate) fn read(mut self, block: &Block, mut scope: BlockScope<'_, '_>) -> (BTreeMap<Arc<str>, Val>, Arguments) {
        let provider = provider_of(block, self.resource_type);
        self.provider_type = self.evaluator.source(self.instance).provider_type(&provider.local);
        let schema = self.schema.clone();
        let spot = Spot { path: &AttributePath::root(), names: &[], schema: schema.as_deref() };
        let members = self.body(&block.body, &block.range, &mut scope, spot);
        let mut sensitive = BTreeSet::new();
        let value = members.iter().map(|(name, member)| {
            let path = || AttributePath::root().attribute(&**name);
            (name.to_string(), member.to_model_at(path, &mut sensitive))
        });
        let value = Value::Map(value.collect());
        let ranges = self.places.borrow_mut().take();
        (members, Arguments { value, ranges, sensitive })
    }

    fn body(
        &self,
        body: &Body,
        header: &SourceRange,
        scope: &mut BlockScope<'_, '_>,
        spot: Spot<'_, 'a>,
    ) -> BTreeMap<Arc<str>, Val> {
        let names = spot.names;
        let is_top = names.is_empty();
        let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        let mut blocks: BTreeMap<&str, Occurrences> = BTreeMap::new();
        for attribute in &body.attributes {
            if is_top && self.meta_arguments.contains(&attribute.name.as_str()) {
                continue;
            }
            if is_top && attribute.is_json() && self.meta_blocks.contains(&attribute.name.as_str()) {
                continue;
            }
            let facts = spot.facts(&attribute.name);
            if attribute.is_json()
                && facts.is_some_and(|facts| facts.block.is_some())
                && let Some(bodies) = Body::from_json_expression(&attribute.expression, &attribute.file)
            {
                for (inner_body, _) in &bodies {
                    let occurrences = blocks.entry(&attribute.name).or_default();
                    self.occurrence(inner_body, &attribute.name_range, scope, spot, &attribute.name, occurrences);
                }
                continue;
            }
            if self.check_attribute(attribute, facts, names, scope) {
                let value = self.attribute_value(attribute, facts, scope);
                self.evaluator.allowance.hold(value.weight().saturating_add(ARGUMENT_BYTES));
                self.places.borrow_mut().argument(spot.path, &attribute.name, attribute.range());
                members.insert(Arc::clone(&attribute.key), value);
            }
        }
        for block in &body.blocks {
            if is_top && self.meta_blocks.contains(&block.kind.as_str()) {
                continue;
            }
            let is_dynamic = block.kind == "dynamic";
            let kind = if is_dynamic { block.label() } else { block.kind.as_str() };
            if !self.check_block(block, kind, spot) {
                continue;
            }
            let occurrences = blocks.entry(kind).or_default();
            occurrences.range.get_or_insert_with(|| block.range.clone());
            if is_dynamic {
                self.dynamic(block, scope, spot, occurrences);
            } else {
                self.occurrence(&block.body, &block.range, scope, spot, kind, occurrences);
            }
        }
        if let Some(schema) = spot.schema {
            self.check_presence(&members, &blocks, header, schema);
        }
        for (kind, occurrences) in blocks {
            match occurrences.unknown {
                Some(unknown) => members.insert(Arc::from(kind), unknown),
                // A dynamic block that makes none leaves the body as if it were not there.
                None if occurrences.elements.is_empty() => None,
                None => members.insert(Arc::from(kind), Val::tuple(occurrences.elements)),
            };
        }
        members
    }

    fn occurrence(
        &self,
        body: &Body,
        range: &SourceRange,
        scope: &mut BlockScope<'_, '_>,
        around: Spot<'_, 'a>,
        kind: &str,
        occurrences: &mut Occurrences,
    ) {
        self.evaluator.allowance.spend(1);
        self.evaluator.allowance.hold(ARGUMENT_BYTES);
        let index = occurrences.elements.len();
        let path = self.places.borrow_mut().block(around.path, kind, index, range.clone());
        let names = [around.names, &[kind]].concat();
        let schema = around.schema.and_then(|schema| schema.get(kind));
        let members = self.body(body, range, scope, Spot { path: &path, names: &names, schema });
        occurrences.elements.push(Val::object(members).mark(occurrences.is_sensitive));
        occurrences.range.get_or_insert_with(|| range.clone());
    }

    fn dynamic(
        &self,
        block: &Block,
        scope: &mut BlockScope<'_, '_>,
        around: Spot<'_, 'a>,
        occurrences: &mut Occurrences,
    ) {
        occurrences.is_dynamic = true;
        self.check_dynamic(block);
        let (Some(for_each), Some(content)) =
            (block.body.attribute("for_each"), block.body.blocks_of("content").next())
        else {
            let is_endless = block.body.attribute("for_each").is_none();
            let missing = if is_endless { "for_each" } else { "content" };
            let (summary, detail) = if is_endless {
                ("Missing required argument", "The argument \"for_each\" is required, but no definition was found.")
            } else {
                (
                    "Missing dynamic content block",
                    "A dynamic block must have a nested block of type \"content\" to describe the body of each generated block.",
                )
            };
            self.evaluator.report_shape(Diagnostic::error(summary, detail).at(block.range.clone()));
            occurrences.unknown = Some(Val::unknown_any(format!("its dynamic block has no {missing}")));
            return;
        };
        let value = self.evaluator.expression(for_each, scope);
        let is_sensitive = value.is_sensitive();
        let refuse = |detail: &str| {
            let diagnostic =
                Diagnostic::error("Invalid dynamic for_each value", detail).at(for_each.value_range.clone());
            self.evaluator.report(diagnostic);
        };
        let pairs: Vec<(Val, Val)> = match value.kind() {
            Kind::Unknown(_, reason) => {
                occurrences.unknown = Some(Val::unknown_any(Arc::clone(reason)).mark(is_sensitive));
                return;
            }
            Kind::Null(_) => {
                refuse("Cannot use a null value in for_each.");
                occurrences.unknown = Some(Val::unknown_any("its for_each is null"));
                return;
            }
            Kind::List(_, elements) => numbered(elements),
            Kind::Tuple(elements) => numbered(elements),
            Kind::Set(_, elements) => {
                if let Some(reason) = elements.iter().find_map(Val::unknown_reason) {
                    // Two unknown elements may turn out to be one.
                    occurrences.unknown = Some(Val::unknown_any(reason).mark(is_sensitive));
                    return;
                }
                elements.iter().map(|element| (element.clone(), element.clone())).collect()
            }
            Kind::Map(_, members) => named(members),
            Kind::Object(members) => named(members),
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                refuse(&format!(
                    "Cannot use a {} value in for_each. An iterable collection is required.",
                    value.ty().friendly_name()
                ));
                occurrences.unknown = Some(Val::unknown_any("its for_each is no collection"));
                return;
            }
        };
        let iterator = iterator(block);
        self.blocks.set(self.blocks.get().saturating_add(pairs.len()));
        if self.blocks.get() > MAX_BLOCKS {
            let detail = format!("A resource may have at most {MAX_BLOCKS} blocks.");
            self.evaluator.report(Diagnostic::error("Too many blocks", detail).at(for_each.value_range.clone()));
            occurrences.unknown = Some(Val::unknown_any("it has too many blocks"));
            return;
        }
        for (key, value) in pairs {
            if let Some(limit) = self.evaluator.allowance.spent() {
                occurrences.unknown = Some(Val::unknown_any(limit));
                return;
            }
            let each = BTreeMap::from([(Arc::from("key"), key), (Arc::from("value"), value)]);
            scope.iterators.push((iterator.clone(), Val::object(each)));
            occurrences.is_sensitive = is_sensitive;
            self.occurrence(&content.body, &block.range, scope, around, block.label(), occurrences);
            occurrences.is_sensitive = false;
            scope.iterators.pop();
        }
    }

    /// Reports what a `dynamic` block must not hold.
    fn check_dynamic(&self, block: &Block) {
        let refuse = |summary: &str, detail: String, range: &SourceRange| {
            self.evaluator.report_shape(Diagnostic::error(summary, detail).at(range.clone()));
        };
        for attribute in &block.body.attributes {
            match attribute.name.as_str() {
                "for_each" | "labels" => {}
                "iterator" if matches!(&*attribute.expression, Expression::Variable(_)) || attribute.is_json() => {}
                "iterator" => {
                    let detail = "Dynamic iterator must be a single variable name.".to_owned();
                    refuse("Invalid expression", detail, &attribute.value_range);
                }
                name => {
                    let detail = format!("An argument named \"{name}\" is not expected here.");
                    refuse("Unsupported argument", detail, &attribute.name_range);
                }
            }
        }
        for inner in block.body.blocks.iter().filter(|inner| inner.kind != "content") {
            let detail = format!("Blocks of type \"{}\" are not expected here.", inner.kind);
            refuse("Unsupported block type", detail, &inner.range);
        }
        for again in block.body.blocks_of("content").skip(1) {
            let detail = "Only one nested content block is allowed for each dynamic block.".to_owned();
            refuse("Extraneous dynamic content block", detail, &again.range);
        }
    }

    fn attribute_value(&self, attribute: &Attribute, facts: Option<&ArgumentFacts>, scope: &BlockScope<'_, '_>) -> Val {
        let value = self.evaluator.expression(attribute, scope);
        let Some(facts) = facts else { return value };
        let value = if facts.block.is_some() {
            value
        } else {
            match to_schema_type(&value, facts.value_type) {
                Ok(value) => value,
                Err(why) => {
                    let detail = format!("Inappropriate value for attribute \"{}\": {why}.", attribute.name);
                    self.evaluator.report(
                        Diagnostic::error("Incorrect attribute value type", detail).at(attribute.value_range.clone()),
                    );
                    let reason = format!("the value given for \"{}\" is of the wrong type", attribute.name);
                    Val::unknown_any(reason)
                }
            }
        };
        if facts.is_sensitive { sensitive(value) } else { value }
    }

    fn check_attribute(
        &self,
        attribute: &Attribute,
        facts: Option<&ArgumentFacts>,
        names: &[&str],
        scope: &BlockScope<'_, '_>,
    ) -> bool {
        if self.schema.is_none() {
            return true;
        }
        let name = attribute.name.as_str();
        let Some(facts) = facts else {
            if names.is_empty() && name == "id" || self.is_of_older_provider(&[names, &[name]].concat()) {
                return true;
            }
            let mut detail = format!("An argument named \"{name}\" is not expected here.");
            detail.push_str(&self.hint(name, names));
            self.evaluator
                .report_shape(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range.clone()));
            // It stands in the configuration, but nothing can come of it.
            return false;
        };
        if !facts.is_optional && !facts.is_required {
            let value = self.evaluator.expression(attribute, scope);
            if value.is_null() || !value.is_known() {
                // Null is no value; what is unknown may be null.
                return false;
            }
            let detail = format!(
                "Can't configure a value for \"{name}\": its value will be decided automatically based on the result of applying this configuration."
            );
            self.evaluator.report_shape(
                Diagnostic::error("Value for unconfigurable attribute", detail).at(attribute.name_range.clone()),
            );
            return false;
        }
        if facts.block.is_some() {
            let detail = format!(
                "An argument named \"{name}\" is not expected here. Did you mean to define a block of type \"{name}\"?"
            );
            self.evaluator
                .report_shape(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range.clone()));
        }
        true
    }

    /// Whether the provider took an argument or block away in a version that the root does not have yet.
    fn is_of_older_provider(&self, path: &[&str]) -> bool {
        let removed = self.evaluator.facts.removed_in(self.resource_type, path);
        removed.is_some_and(|version| !self.reaches(version))
    }

    fn reaches(&self, version: ProviderVersion) -> bool {
        self.evaluator.provider_versions.reaches(&self.provider_type, version)
    }

    fn check_block(&self, block: &Block, kind: &str, spot: Spot<'_, 'a>) -> bool {
        if self.schema.is_none() {
            return true;
        }
        let range = block.range.clone();
        let Some(facts) = spot.facts(kind) else {
            if self.is_of_older_provider(&[spot.names, &[kind]].concat()) {
                return true;
            }
            let mut detail = format!("Blocks of type \"{kind}\" are not expected here.");
            detail.push_str(&self.hint(kind, spot.names));
            self.evaluator.report_shape(Diagnostic::error("Unsupported block type", detail).at(range));
            return false;
        };
        let is_plain =
            matches!(facts.value_type, ValueType::String | ValueType::Number | ValueType::Bool | ValueType::Map);
        if facts.block.is_none() && is_plain {
            let detail = format!(
                "Blocks of type \"{kind}\" are not expected here. Did you mean to define argument \"{kind}\"? If so, use the equals sign to assign it a value."
            );
            self.evaluator.report_shape(Diagnostic::error("Unsupported block type", detail).at(range));
            return false;
        }
        true
    }

    fn check_presence(
        &self,
        members: &BTreeMap<Arc<str>, Val>,
        blocks: &BTreeMap<&str, Occurrences>,
        header: &SourceRange,
        schema: &SchemaNode<'a>,
    ) {
        for (name, node) in schema.below() {
            let Some(facts) = node.facts() else { continue };
            if self.is_complete
                && facts.is_required
                && facts.required_since.is_none_or(|version| self.reaches(version))
                && !members.contains_key(name)
                && !blocks.contains_key(&**name)
            {
                let (summary, detail) = if facts.block.is_some() {
                    (format!("Insufficient {name} blocks"), format!("At least 1 \"{name}\" blocks are required."))
                } else {
                    (
                        "Missing required argument".to_owned(),
                        format!("The argument \"{name}\" is required, but no definition was found."),
                    )
                };
                self.evaluator.report_shape(Diagnostic::error(summary, detail).at(header.clone()));
            }
            if facts.block == Some(Nesting::Single)
                && let Some(occurrences) = blocks.get(&**name)
                && occurrences.elements.len() > 1
                && !occurrences.is_dynamic
            {
                let detail = format!("No more than 1 \"{name}\" blocks are allowed");
                let range = occurrences.range.clone().unwrap_or_else(|| header.clone());
                self.evaluator.report_shape(Diagnostic::error(format!("Too many {name} blocks"), detail).at(range));
            }
        }
    }

    /// What may have been meant, as a sentence to append; empty where nothing comes to mind.
    fn hint(&self, name: &str, names: &[&str]) -> String {
        let known = self.evaluator.facts.names(self.resource_type, names);
        if let Some(closest) = closest(name, known.iter().map(String::as_str)) {
            return format!(" Did you mean \"{closest}\"?");
        }
        if names.is_empty() && matches!(name, "labels" | "tags") {
            return format!(" A {} has no {name}.", self.resource_type);
        }
        String::new()
    }
}

/// The name that a `dynamic` block gives to its element.
pub(super) fn iterator(block: &Block) -> String {
    let named = block.body.attribute("iterator").and_then(|attribute| match &*attribute.expression {
        Expression::Variable(name) => Some(name.as_str().to_owned()),
        Expression::String(name) => Some(name.as_str().to_owned()),
        _ => None,
    });
    named.unwrap_or_else(|| block.label().to_owned())
}

fn numbered(elements: &[Val]) -> Vec<(Val, Val)> {
    elements.iter().enumerate().map(|(index, element)| (Val::number(index), element.clone())).collect()
}

fn named(members: &BTreeMap<Arc<str>, Val>) -> Vec<(Val, Val)> {
    members.iter().map(|(name, member)| (Val::string(Arc::clone(name)), member.clone())).collect()
}

/// The value of an argument that must not be printed. The keys of a map may be: they are names.
fn sensitive(value: Val) -> Val {
    match (value.kind(), value.members()) {
        (Kind::Map(of, _), Some(members)) if !value.is_sensitive() => {
            let marked = members.iter().map(|(key, value)| (Arc::clone(key), value.clone().mark(true)));
            Val::map(of.clone(), marked.collect())
        }
        _ => value.mark(true),
    }
}
