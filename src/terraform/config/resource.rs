//! Resources and data sources: their instances, and what a reference to one of them sees.
//!
//! Owns the order in which a value is looked for: the configuration, what is recorded, what the schema says.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::arguments::ArgumentReader;
use super::body::Block;
use super::dynamic_value::{is_builtin, unwrapped};
use super::evaluator::Evaluator;
use super::module::ResourceKey;
use super::schema::SchemaNode;
use super::scope::{BlockScope, Repetition};
use super::undeclared;
use crate::model::{Arguments, InstanceAddress, InstanceKey, Nesting, ResourceAddress, ResourceMode, Value, ValueType};
use crate::terraform::lang::{Fault, Kind, Resolved, Step, Type, Val, convert};

/// How many elements are compared each with each.
const MAX_SET: usize = 1_000;

/// A resource or data block in one module instance, expanded.
#[derive(Debug, Default)]
pub(crate) struct Resource {
    /// Why it cannot be said which instances there are.
    pub(crate) unknown: Option<Arc<str>>,
    /// With `count` or `for_each`.
    pub(crate) is_repeated: bool,
    /// With `for_each`.
    pub(crate) is_keyed: bool,
    /// In order of their keys.
    pub(crate) instances: Vec<ResourceInstance>,
    /// All instances as one value, once something asks for it.
    pub(crate) all: OnceCell<Val>,
    by_key: HashMap<InstanceKey, usize>,
}

/// One instance.
#[derive(Debug)]
pub(crate) struct ResourceInstance {
    pub(crate) address: InstanceAddress,
    /// In a module of which nobody knows whether it is there.
    is_supposed: bool,
    /// Written in JSON syntax, where an object may be a block.
    is_json: bool,
    /// What `count` and `each` are for it.
    pub(crate) repetition: Repetition,
    /// The arguments as the model has them, until the configuration takes them.
    pub(crate) arguments: RefCell<Arguments>,
    /// The same as the language has them; blocks are tuples of objects.
    pub(crate) configured: BTreeMap<Arc<str>, Val>,
    recorded: OnceCell<Option<Val>>,
    whole: OnceCell<Val>,
    /// The outputs of another root, where this is `terraform_remote_state`, or why they cannot be known.
    outputs: Option<Result<Val, String>>,
}

impl Resource {
    /// The instance of a key.
    pub(crate) fn find(&self, key: &InstanceKey) -> Option<&ResourceInstance> {
        self.by_key.get(key).and_then(|index| self.instances.get(*index))
    }
}

impl<'a> Evaluator<'a> {
    /// Expands a block and reads the arguments of every instance.
    pub(crate) fn evaluate_resource(&self, instance: usize, key: &'a ResourceKey) -> Resource {
        let Some(block) = self.source(instance).resources.get(key) else { return Resource::default() };
        let room = |count| self.count_instances(count, &block.range);
        let repetitions = match self.repetitions(&block.body, &BlockScope::new(self, instance), &room) {
            Ok(repetitions) => repetitions,
            Err(reason) => {
                self.check_supposed(instance, key, block);
                return Resource { unknown: Some(reason), ..Resource::default() };
            }
        };
        if repetitions.instances.is_empty() {
            self.check_supposed(instance, key, block);
        }
        let mut resource =
            Resource { is_repeated: repetitions.is_repeated, is_keyed: repetitions.is_keyed, ..Resource::default() };
        let address = ResourceAddress {
            module: self.instance(instance).address.clone(),
            mode: key.mode,
            resource_type: key.resource_type.clone(),
            name: key.name.clone(),
        };
        let places = RefCell::default();
        for (instance_key, repetition) in repetitions.instances {
            let scope = BlockScope::repeated(self, instance, repetition.clone());
            let (configured, arguments) = ArgumentReader::new(self, instance, key, &places).read(block, scope);
            let is_remote = key.mode == ResourceMode::Data && key.resource_type == "terraform_remote_state";
            let outputs = is_remote.then(|| self.remote_outputs(&configured, &block.range));
            if let Some(limit) = self.allowance.spent() {
                self.report_spent(Some(block.range.clone()));
                return Resource { unknown: Some(limit.into()), ..Resource::default() };
            }
            if let Some(instance_key) = &instance_key {
                resource.by_key.insert(instance_key.clone(), resource.instances.len());
            }
            resource.instances.push(ResourceInstance {
                address: InstanceAddress { resource: address.clone(), key: instance_key },
                is_supposed: self.instance(instance).is_supposed,
                is_json: block.body.is_json,
                repetition,
                arguments: RefCell::new(arguments),
                configured,
                recorded: OnceCell::new(),
                whole: OnceCell::new(),
                outputs,
            });
        }
        resource
    }

    /// Reads the arguments of a block without instances, for what is wrong with them only.
    fn check_supposed(&self, instance: usize, key: &ResourceKey, block: &Block) {
        let scope = BlockScope::repeated(self, instance, Repetition::supposed(&block.body));
        let places = RefCell::default();
        self.supposing(true, || ArgumentReader::new(self, instance, key, &places).read(block, scope));
    }

    /// What is recorded of an instance, also under an address that a `moved` block took it from.
    fn recorded<'r>(&self, instance: &'r ResourceInstance, key: &ResourceKey) -> Option<&'r Val> {
        let recorded = instance.recorded.get_or_init(|| {
            if instance.is_supposed {
                return None;
            }
            let recorded = self.recorded.attributes(&instance.address).or_else(|| {
                self.earlier_addresses(&instance.address).iter().find_map(|address| self.recorded.attributes(address))
            })?;
            let mut value = match &recorded.value {
                Value::Map(members) if is_builtin(key) => {
                    Val::object(members.iter().map(|(name, own)| (Arc::from(name.as_str()), unwrapped(own))).collect())
                }
                other => Val::from_model(other),
            };
            for path in &recorded.sensitive {
                value = value.mark_at(path);
            }
            let is_stale = key.mode == ResourceMode::Data && reads_something_else(&instance.configured, &value);
            (!is_stale).then_some(value)
        });
        recorded.as_ref()
    }

    /// An attribute of an instance, as a reference sees it.
    pub(crate) fn member(&self, instance: &ResourceInstance, key: &ResourceKey, name: &str) -> Result<Val, Fault> {
        let recorded = self.recorded(instance, key);
        let view = self.view(key, instance);
        let recorded_member = recorded.and_then(|value| value.members()).and_then(|members| members.get(name));
        let configured = instance.configured.get(name);
        if let Some(outputs) = instance.outputs.as_ref().filter(|_| name == "outputs") {
            return Ok(match (outputs, recorded_member) {
                (Ok(outputs), _) => outputs.clone(),
                (Err(_), Some(recorded)) => recorded.clone(),
                (Err(why), None) => Val::unknown_any(format!("{}.outputs is unknown: {why}", instance.address)),
            });
        }
        let node = view.schema.as_ref().map(|schema| schema.get(name));
        if matches!(node, Some(None))
            && configured.is_none()
            && recorded_member.is_none()
            && !matches!(name, "id" | "timeouts")
        {
            return Err(undeclared::attribute(name, &self.facts.names(&key.resource_type, &[])));
        }
        Ok(view.attribute(&[name], node.flatten(), configured, recorded_member))
    }

    /// What steps after an instance lead to, and how many of them that accounts for; nothing where there is none.
    pub(crate) fn member_at(
        &self,
        instance: &ResourceInstance,
        key: &ResourceKey,
        steps: &[Step<'_>],
    ) -> Result<Option<Resolved>, Fault> {
        let Some(Step::Attribute(name)) = steps.first() else { return Ok(None) };
        let value = self.member(instance, key, name)?;
        if let (Some(Err(why)), "outputs", Some(Step::Attribute(output))) = (&instance.outputs, *name, steps.get(1))
            && value.members().is_some_and(|outputs| !outputs.contains_key(*output))
        {
            // What was recorded of another root may be old, and the output new.
            let reason = format!("{}.outputs.{output} is not recorded: {why}", instance.address);
            return Ok(Some(Resolved { value: Val::unknown_any(reason), consumed: 2 }));
        }
        Ok(Some(Resolved { value, consumed: 1 }))
    }

    /// An instance as one object.
    pub(crate) fn whole(&self, instance: &ResourceInstance, key: &ResourceKey) -> Val {
        instance
            .whole
            .get_or_init(|| {
                let recorded = self.recorded(instance, key).and_then(Val::members);
                let view = self.view(key, instance);
                let whole = view.object(&[], view.schema.as_deref(), &instance.configured, recorded);
                match (&instance.outputs, whole.members()) {
                    (Some(Ok(outputs)), Some(members)) => {
                        let mut members = members.clone();
                        members.insert("outputs".into(), outputs.clone());
                        Val::object(members)
                    }
                    _ => whole,
                }
            })
            .clone()
    }

    fn view<'v>(&'v self, key: &'v ResourceKey, instance: &'v ResourceInstance) -> View<'v, 'a> {
        View {
            evaluator: self,
            schema: self.schemas.of(&key.resource_type).filter(|_| key.mode == ResourceMode::Managed),
            is_data: key.mode == ResourceMode::Data,
            is_json: instance.is_json,
            address: &instance.address,
            label: OnceCell::new(),
        }
    }
}

/// Whether a data source was recorded when it was asked for something else, so that its answer says nothing now.
fn reads_something_else(configured: &BTreeMap<Arc<str>, Val>, recorded: &Val) -> bool {
    configured.iter().any(|(name, value)| {
        let recorded = recorded.members().and_then(|members| members.get(name));
        recorded.is_some_and(|recorded| is_another(value, recorded))
    })
}

/// Whether an argument certainly is not what is recorded. What is null or unknown may be.
fn is_another(configured: &Val, recorded: &Val) -> bool {
    let is_open = |value: &Val| !value.is_known() || value.is_null();
    if is_open(configured) {
        return false;
    }
    if let (Some(configured), Some(recorded)) = (configured.members(), recorded.members()) {
        return configured.iter().any(|(name, value)| match recorded.get(name) {
            Some(recorded) => is_another(value, recorded),
            None => !is_open(value),
        });
    }
    if let (Some(configured), Some(recorded)) = (configured.elements(), recorded.elements()) {
        // Sets are recorded in an order of their own.
        let is_same = |(configured, recorded)| !is_another(configured, recorded);
        let has = |value: &Val| recorded.iter().any(|recorded| !is_another(value, recorded));
        let is_in_order = configured.len() == recorded.len() && configured.iter().zip(recorded).all(is_same);
        return !is_in_order
            && (configured.len() != recorded.len() || recorded.len() > MAX_SET || !configured.iter().all(has));
    }
    let text = |value: &Val| convert(value, &Type::String).ok().and_then(|value| value.as_str().map(str::to_owned));
    matches!((text(configured), text(recorded)), (Some(configured), Some(recorded)) if configured != recorded)
}

/// Looks at one instance as references do.
struct View<'v, 'a> {
    evaluator: &'v Evaluator<'a>,
    /// What the schema knows of the type.
    schema: Option<Rc<SchemaNode<'a>>>,
    is_data: bool,
    is_json: bool,
    address: &'v InstanceAddress,
    /// The address as text, once something asks for it.
    label: OnceCell<String>,
}

impl<'a> View<'_, 'a> {
    /// One attribute or block. `names` leads to it from the resource down, `node` is what the schema has there.
    fn attribute(
        &self,
        names: &[&str],
        node: Option<&SchemaNode<'a>>,
        configured: Option<&Val>,
        recorded: Option<&Val>,
    ) -> Val {
        let facts = node.and_then(SchemaNode::facts);
        let is_sensitive = facts.is_some_and(|facts| facts.is_sensitive);
        if let Some(value) = configured.filter(|value| !value.is_null()) {
            if self.is_json && self.schema.is_none() && matches!(value.kind(), Kind::Object(_)) {
                return self.object_or_block(names, value, recorded);
            }
            let is_block = match facts {
                Some(facts) => facts.block.is_some() || facts.value_type == ValueType::Object,
                None => is_tuple_of_objects(value),
            };
            let matches_by_place = facts.is_none_or(|facts| facts.block != Some(Nesting::Set));
            let value = match value.elements() {
                Some(elements) if is_block => {
                    let recorded = recorded.and_then(Val::elements).filter(|_| matches_by_place);
                    let filled = elements.iter().enumerate().map(|(index, element)| match element.members() {
                        Some(members) => {
                            let recorded = recorded.and_then(|elements| elements.get(index)).and_then(Val::members);
                            self.object(names, node, members, recorded).mark(element.is_sensitive())
                        }
                        None => element.clone(),
                    });
                    Val::tuple(filled.collect()).mark(value.is_sensitive())
                }
                _ => value.clone(),
            };
            return value.mark(is_sensitive);
        }
        if let Some(recorded) = recorded {
            return recorded.clone().mark(is_sensitive);
        }
        if let Some(facts) = facts
            && (facts.is_optional || facts.is_required)
            && !facts.is_computed
        {
            let value = match &facts.default {
                Some(default) => Val::from_model(default),
                // `timeouts` is one object for whoever refers to it, not a list of them.
                None if facts.block.is_some() && names != ["timeouts"] => Val::tuple(Vec::new()),
                None => Val::null_of(language_type(facts.value_type)),
            };
            return value.mark(is_sensitive);
        }
        let of = facts.map_or(Type::Any, |facts| language_type(facts.value_type));
        let when = if self.is_data { " is not recorded in the state" } else { " is known after apply" };
        let mut reason = self.label.get_or_init(|| self.address.to_string()).clone();
        names.iter().for_each(|name| reason.extend([".", name]));
        reason.push_str(when);
        Val::unknown(of, reason).mark(is_sensitive)
    }

    /// An object of JSON syntax in a type that nobody knows: what is recorded says whether it is a block.
    fn object_or_block(&self, names: &[&str], value: &Val, recorded: Option<&Val>) -> Val {
        match (value.members(), recorded.map(|recorded| (recorded.elements(), recorded.members()))) {
            (Some(members), Some((Some(elements), _))) => {
                let recorded = elements.first().and_then(Val::members);
                Val::tuple(vec![self.object(names, None, members, recorded)]).mark(value.is_sensitive())
            }
            (_, Some((_, Some(_)))) => value.clone(),
            _ => {
                let name = names.join(".");
                Val::unknown_any(format!("{}.{name} is written in JSON and may be a block or a map", self.address))
                    .mark(value.contains_sensitive())
            }
        }
    }

    /// The resource itself, or one occurrence of a block, with every attribute that it can have.
    fn object(
        &self,
        names: &[&str],
        node: Option<&SchemaNode<'a>>,
        configured: &BTreeMap<Arc<str>, Val>,
        recorded: Option<&BTreeMap<Arc<str>, Val>>,
    ) -> Val {
        let mut all: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        let mut expected: Vec<Arc<str>> = configured.keys().cloned().collect();
        expected.extend(recorded.into_iter().flat_map(BTreeMap::keys).cloned());
        match (node, &self.schema) {
            (Some(node), _) => expected.extend(node.below().keys().cloned()),
            (None, Some(_)) => {}
            (None, None) => expected.extend(self.evaluator.mentioned.iter().cloned()),
        }
        self.evaluator.allowance.spend(u64::try_from(expected.len()).unwrap_or(u64::MAX));
        for name in expected {
            if all.contains_key(&name) {
                continue;
            }
            let mut path: Vec<&str> = names.to_vec();
            path.push(&name);
            let recorded = recorded.and_then(|recorded| recorded.get(&name));
            let node = node.and_then(|node| node.get(&name));
            let value = self.attribute(&path, node, configured.get(&name), recorded);
            all.insert(Arc::clone(&name), value);
        }
        Val::object(all)
    }
}

fn is_tuple_of_objects(value: &Val) -> bool {
    match value.kind() {
        Kind::Tuple(elements) => {
            !elements.is_empty() && elements.iter().all(|element| matches!(element.kind(), Kind::Object(_)))
        }
        _ => false,
    }
}

/// The language's type of a schema's type, as far as it is certain.
pub(crate) fn language_type(value_type: ValueType) -> Type {
    match value_type {
        ValueType::String => Type::String,
        ValueType::Number => Type::Number,
        ValueType::Bool => Type::Bool,
        ValueType::List | ValueType::Set | ValueType::Map | ValueType::Object => Type::Any,
    }
}

/// The value as the schema's type has it, where the type is primitive or a map; an error says why it cannot be.
pub(crate) fn to_schema_type(value: &Val, value_type: ValueType) -> Result<Val, String> {
    match value_type {
        ValueType::String | ValueType::Number | ValueType::Bool => {
            convert(value, &language_type(value_type)).map_err(|error| error.to_string())
        }
        ValueType::Map if matches!(value.kind(), Kind::Object(_)) => {
            Ok(convert(value, &Type::map(Type::String)).unwrap_or_else(|_| value.clone()))
        }
        ValueType::List | ValueType::Set | ValueType::Map | ValueType::Object => Ok(value.clone()),
    }
}
