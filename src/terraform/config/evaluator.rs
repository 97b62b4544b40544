//! Evaluation by reference: each variable, local, output, resource and module call once, after what it refers to.
//!
//! Owns the memory of what is known and the limits of it all. The order is the business of `order`.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::body::{Attribute, Block, Body};
use super::inputs::{Input, Inputs};
use super::mentions::mentioned_names;
use super::module::{ModuleSource, ResourceKey};
use super::moves::Moves;
use super::options::EvaluateOptions;
use super::provider_versions::ProviderVersions;
use super::remote_state::RemoteStates;
use super::resource::Resource;
use super::schema::Schemas;
use super::scope::{BlockScope, Constants, Repetition};
use super::source::SourceFile;
use super::tree::ModuleTree;
use crate::model::{Diagnostic, InstanceKey, ModuleAddress, ReferenceData, SchemaFacts, SourceRange};
use crate::terraform::lang::{self, Allowance, Faults, FileContext, Scope, Val};

/// How many instances of resources and modules a root may have in all.
pub(crate) const MAX_INSTANCES: usize = 100_000;
/// Why a module that nothing is wrong with was not loaded.
pub(crate) const TOO_MANY_CALLS: &str = "the root has too many module calls";
/// What a node takes in memory beside its value, in bytes.
const NODE_BYTES: usize = 128;
/// How many diagnostics are kept of a root, or looked for by one of its checks.
pub(crate) const MAX_DIAGNOSTICS: usize = 1_000;

/// Something that is evaluated once: by module instance and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node<'a> {
    Variable(usize, &'a str),
    Local(usize, &'a str),
    Output(usize, &'a str),
    Resource(usize, &'a ResourceKey),
    Call(usize, &'a str),
}

/// One instance of a module.
#[derive(Debug)]
pub(crate) struct ModuleInstance {
    pub(crate) address: ModuleAddress,
    /// Which module of the tree.
    pub(crate) node: usize,
    /// The instance that calls it, and `count` or `for_each` of the call; `None` for the root.
    pub(crate) caller: Option<(usize, Repetition)>,
    /// Stands for instances of which there are none, or nobody knows how many; evaluated for what is wrong with it only.
    pub(crate) is_supposed: bool,
}

/// The instances of a module call.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// Why it cannot be said which instances there are.
    pub(crate) unknown: Option<Arc<str>>,
    /// With `count` or `for_each`.
    pub(crate) is_repeated: bool,
    /// With `for_each`.
    pub(crate) is_keyed: bool,
    /// Key and module instance, in order.
    pub(crate) instances: Vec<(Option<InstanceKey>, usize)>,
    /// The outputs of all instances as one value, once something asks for it.
    pub(crate) all: OnceCell<Val>,
    by_key: HashMap<InstanceKey, usize>,
}

impl Expansion {
    /// The module instance of a key.
    pub(crate) fn find(&self, key: &InstanceKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }
}

/// The evaluation of one root.
pub(crate) struct Evaluator<'a> {
    pub(crate) tree: &'a ModuleTree,
    pub(crate) options: &'a EvaluateOptions,
    pub(crate) recorded: &'a dyn ReferenceData,
    pub(crate) facts: &'a dyn SchemaFacts,
    /// The same, gathered by type.
    pub(crate) schemas: Schemas<'a>,
    pub(crate) provider_versions: ProviderVersions,
    pub(crate) files: FileContext,
    pub(crate) allowance: Allowance,
    pub(crate) inputs: &'a Inputs,
    /// Every attribute name that some expression asks for.
    pub(crate) mentioned: BTreeSet<Arc<str>>,
    pub(crate) moved: RefCell<Moves>,
    pub(super) remote_states: RefCell<RemoteStates>,
    instances: RefCell<Vec<Rc<ModuleInstance>>>,
    pub(super) values: RefCell<HashMap<Node<'a>, Val>>,
    pub(super) resources: RefCell<HashMap<(usize, &'a ResourceKey), Rc<Resource>>>,
    pub(super) calls: RefCell<HashMap<(usize, &'a str), Rc<Expansion>>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
    reported: RefCell<HashSet<(String, Option<SourceRange>)>>,
    counted: Cell<usize>,
    is_over_limit: Cell<bool>,
    /// While something is evaluated of which there may be no instance: its values may be such that there is none.
    is_supposing: Cell<bool>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that has evaluated nothing yet.
    pub(crate) fn new(
        tree: &'a ModuleTree,
        options: &'a EvaluateOptions,
        inputs: &'a Inputs,
        settings: Option<&Body>,
        recorded: &'a dyn ReferenceData,
        facts: &'a dyn SchemaFacts,
    ) -> Self {
        let root = ModuleInstance { address: ModuleAddress::root(), node: 0, caller: None, is_supposed: false };
        let files = FileContext {
            root_directory: tree.nodes[0].source.directory.clone(),
            confinement: options.repository.clone(),
            home: options.home.clone(),
        };
        Self {
            tree,
            options,
            recorded,
            facts,
            schemas: Schemas::new(facts),
            provider_versions: ProviderVersions::of(tree),
            files,
            allowance: Allowance::default(),
            inputs,
            mentioned: mentioned_names(tree, settings),
            moved: RefCell::default(),
            remote_states: RefCell::default(),
            instances: RefCell::new(vec![Rc::new(root)]),
            values: RefCell::default(),
            resources: RefCell::default(),
            calls: RefCell::default(),
            diagnostics: RefCell::default(),
            reported: RefCell::default(),
            counted: Cell::new(0),
            is_over_limit: Cell::new(false),
            is_supposing: Cell::new(false),
        }
    }

    /// The declarations of a module instance.
    pub(crate) fn source(&self, instance: usize) -> &'a ModuleSource {
        &self.tree.nodes[self.instance(instance).node].source
    }

    /// A module instance.
    pub(crate) fn instance(&self, instance: usize) -> Rc<ModuleInstance> {
        Rc::clone(&self.instances.borrow()[instance])
    }

    /// How many module instances there are so far.
    pub(crate) fn instance_count(&self) -> usize {
        self.instances.borrow().len()
    }

    /// The module instance of an address, where there is one.
    pub(crate) fn instance_at(&self, address: &ModuleAddress) -> Option<usize> {
        let mut current = 0;
        for step in &address.0 {
            let (name, _) = self.source(current).calls.get_key_value(&step.name)?;
            self.ensure(Node::Call(current, name));
            let expansion = self.expansion(current, name)?;
            current = match &step.key {
                Some(key) => expansion.find(key)?,
                None => expansion.instances.first().map(|(_, instance)| *instance)?,
            };
        }
        Some(current)
    }

    /// The module instances that are certain to be there.
    pub(crate) fn certain_instances(&self) -> impl Iterator<Item = usize> {
        (0..self.instance_count()).filter(|instance| !self.instance(*instance).is_supposed)
    }

    /// The scope of places where nothing may be referred to.
    pub(crate) fn constants(&self) -> Constants<'_> {
        Constants { files: &self.files, allowance: &self.allowance }
    }

    /// Adds a diagnostic, unless the same is there already (as from another instance of the module), or it is about
    /// the values of something that may have no instance.
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        if !self.is_supposing.get() {
            self.report_shape(diagnostic);
        }
    }

    /// Adds a diagnostic that holds whatever values there are.
    pub(crate) fn report_shape(&self, diagnostic: Diagnostic) {
        let mut diagnostics = self.diagnostics.borrow_mut();
        if diagnostics.len() > MAX_DIAGNOSTICS {
            return;
        }
        let identity = (format!("{}\n{}", diagnostic.summary, diagnostic.detail), diagnostic.range.clone());
        if !self.reported.borrow_mut().insert(identity) {
            return;
        }
        if diagnostics.len() < MAX_DIAGNOSTICS {
            diagnostics.push(diagnostic);
        } else {
            let detail = format!("The root has more than {MAX_DIAGNOSTICS} diagnostics; the others are left out.");
            diagnostics.push(Diagnostic::error("Too many diagnostics", detail));
        }
    }

    /// Reports, once, that the root has used up what it may.
    pub(crate) fn report_spent(&self, range: Option<SourceRange>) {
        if let Some(limit) = self.allowance.take_report() {
            let detail = format!("Evaluation was stopped: {limit}. What was not evaluated by then is unknown.");
            let mut diagnostic = Diagnostic::error("Configuration is too large to evaluate", detail);
            diagnostic.range = range;
            self.report_shape(diagnostic);
        }
    }

    /// Does something that is about what certainly has an instance, or about what may have none.
    pub(super) fn supposing<T>(&self, is_supposed: bool, action: impl FnOnce() -> T) -> T {
        let before = self.is_supposing.replace(is_supposed);
        let result = action();
        self.is_supposing.set(before);
        result
    }

    /// Takes the diagnostics out.
    pub(crate) fn take_diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.take()
    }

    /// Reports the faults of an expression.
    pub(crate) fn report_faults(&self, faults: Faults, file: &SourceFile, otherwise: &SourceRange) {
        for fault in faults {
            let mut diagnostic = fault.into_diagnostic(|span| Some(file.range(span)));
            diagnostic.range.get_or_insert_with(|| otherwise.clone());
            self.report(diagnostic);
        }
    }

    /// Evaluates an argument. What it refers to has to be evaluated before.
    pub(crate) fn expression(&self, attribute: &Attribute, scope: &dyn Scope) -> Val {
        let mut faults = Faults::new();
        let value = lang::evaluate(&attribute.expression, attribute.file.expression_text(), scope, &mut faults);
        self.report_faults(faults, &attribute.file, &attribute.value_range);
        value
    }

    /// Counts instances against the limit; an error says that there are too many.
    pub(crate) fn count_instances(&self, more: usize, range: &SourceRange) -> Result<(), Arc<str>> {
        let count = self.counted.get().saturating_add(more);
        if count > MAX_INSTANCES {
            if !self.is_over_limit.replace(true) {
                let detail = format!(
                    "The root has more than {MAX_INSTANCES} instances of resources and modules, which is the limit. What goes beyond it is left out."
                );
                self.report_shape(Diagnostic::error("Too many instances", detail).at(range.clone()));
            }
            return Err("the root has too many instances".into());
        }
        self.counted.set(count);
        Ok(())
    }

    /// The value of a variable, local or output; unknown where it depends on itself.
    pub(crate) fn value(&self, node: Node<'a>) -> Val {
        self.values
            .borrow()
            .get(&node)
            .cloned()
            .unwrap_or_else(|| Val::unknown_any(self.why_missing(&self.node_label(node))))
    }

    /// Why something that is declared has not been evaluated.
    pub(crate) fn why_missing(&self, label: &str) -> Arc<str> {
        self.allowance.spent().map_or_else(|| format!("{label} depends on itself").into(), Arc::from)
    }

    /// The instances of a module call; `None` where it depends on itself.
    pub(crate) fn expansion(&self, instance: usize, call: &'a str) -> Option<Rc<Expansion>> {
        self.calls.borrow().get(&(instance, call)).cloned()
    }

    /// A resource; `None` where it depends on itself.
    pub(crate) fn resource(&self, instance: usize, key: &'a ResourceKey) -> Option<Rc<Resource>> {
        self.resources.borrow().get(&(instance, key)).cloned()
    }

    /// Evaluates a node; what it refers to has to be evaluated before.
    pub(super) fn evaluate_node(&self, node: Node<'a>) {
        let (Node::Variable(instance, _)
        | Node::Local(instance, _)
        | Node::Output(instance, _)
        | Node::Resource(instance, _)
        | Node::Call(instance, _)) = node;
        let is_supposed = self.instance(instance).is_supposed;
        self.supposing(is_supposed, || self.evaluate_now(node));
    }

    fn evaluate_now(&self, node: Node<'a>) {
        match node {
            Node::Variable(instance, name) => {
                self.keep(node, self.variable(instance, name));
            }
            Node::Local(instance, name) => {
                let value = match self.source(instance).locals.get(name) {
                    Some(attribute) => self.expression(attribute, &BlockScope::new(self, instance)),
                    None => Val::unknown_any(format!("local.{name} is not declared")),
                };
                self.keep(node, value);
            }
            Node::Output(instance, name) => {
                self.keep(node, self.output_value(instance, name));
            }
            Node::Resource(instance, key) => {
                let resource = Rc::new(self.evaluate_resource(instance, key));
                self.resources.borrow_mut().insert((instance, key), resource);
            }
            Node::Call(instance, name) => {
                let expansion = Rc::new(self.expand_call(instance, name));
                self.calls.borrow_mut().insert((instance, name), expansion);
            }
        }
    }

    fn node_range(&self, node: Node<'a>) -> Option<SourceRange> {
        let header = |block: &Block| block.range.clone();
        match node {
            Node::Variable(instance, name) => self.source(instance).variables.get(name).map(header),
            Node::Local(instance, name) => self.source(instance).locals.get(name).map(Attribute::range),
            Node::Output(instance, name) => self.source(instance).outputs.get(name).map(header),
            Node::Resource(instance, key) => self.source(instance).resources.get(key).map(header),
            Node::Call(instance, name) => self.source(instance).calls.get(name).map(header),
        }
    }

    /// Holds the value of a node to the end, as long as there is room.
    fn keep(&self, node: Node<'a>, value: Val) {
        if self.allowance.hold(NODE_BYTES) && self.allowance.keep(&value) {
            self.values.borrow_mut().insert(node, value);
        } else {
            self.report_spent(self.node_range(node));
        }
    }

    /// A value given from outside, before its type is applied, and where it stands.
    pub(crate) fn input(&self, name: &str, is_text: bool) -> Option<(Val, Option<SourceRange>)> {
        let constants = self.constants();
        match self.inputs.values.get(name)? {
            Input::Argument(attribute) => Some((self.constant_value(attribute), Some(attribute.range()))),
            Input::Text { text, .. } if is_text => Some((Val::string(text.as_str()), None)),
            Input::Text { text, label } => {
                let Some(expression) = super::hcl::parse_expression(text) else {
                    let detail =
                        format!("The value given for the variable \"{name}\" is not a valid expression ({label}).");
                    self.report(Diagnostic::error("Invalid expression", detail));
                    return Some((
                        Val::unknown_any(format!("the value given for variable \"{name}\" is not valid")),
                        None,
                    ));
                };
                let file = SourceFile::new(label.as_str(), text.as_str());
                let mut faults = Faults::new();
                let value = lang::evaluate(&expression, text, &constants, &mut faults);
                self.report_faults(faults, &file, &file.range(0..text.len()));
                Some((value, None))
            }
        }
    }

    /// Evaluates `count` or `for_each` of a module call and makes its instances.
    fn expand_call(&self, instance: usize, name: &'a str) -> Expansion {
        let module = self.instance(instance);
        let node = &self.tree.nodes[module.node];
        let Some(block) = node.source.calls.get(name) else { return Expansion::default() };
        let child = match node.children.get(name) {
            Some(Ok(child)) => *child,
            Some(Err(reason)) => {
                let reason = format!("module \"{name}\" could not be read: {reason}");
                return Expansion { unknown: Some(reason.into()), ..Expansion::default() };
            }
            None => {
                return Expansion { unknown: Some(TOO_MANY_CALLS.into()), ..Expansion::default() };
            }
        };
        let scope = BlockScope::new(self, instance);
        let add = |key: Option<&InstanceKey>, repetition: Repetition, is_supposed: bool| {
            let mut instances = self.instances.borrow_mut();
            instances.push(Rc::new(ModuleInstance {
                address: module.address.child(name, key.cloned()),
                node: child,
                caller: Some((instance, repetition)),
                is_supposed: is_supposed || module.is_supposed,
            }));
            instances.len() - 1
        };
        let room = |count: usize| self.count_instances(count.max(1), &block.range);
        let repetitions = match self.repetitions(&block.body, &scope, &room) {
            Ok(repetitions) => repetitions,
            Err(reason) => {
                if self.count_instances(1, &block.range).is_ok() {
                    add(None, Repetition::supposed(&block.body), true);
                }
                return Expansion { unknown: Some(reason), ..Expansion::default() };
            }
        };
        let mut expansion =
            Expansion { is_repeated: repetitions.is_repeated, is_keyed: repetitions.is_keyed, ..Expansion::default() };
        if repetitions.instances.is_empty() {
            add(None, Repetition::supposed(&block.body), true);
        }
        for (key, repetition) in repetitions.instances {
            let index = add(key.as_ref(), repetition, false);
            if let Some(key) = &key {
                expansion.by_key.insert(key.clone(), index);
            }
            expansion.instances.push((key, index));
        }
        expansion
    }
}
