//! In which order things are evaluated: each after what it refers to.
//!
//! Owns dependencies, found in the syntax and worked off from an explicit stack, so that a long chain of references
//! needs no deep recursion. Cycles are reported by `cycles`.

use std::collections::HashSet;

use hcl_edit::expr::Expression;

use super::body::{Block, Body};
use super::evaluator::{Evaluator, Node};
use super::module::ResourceKey;
use super::scope::instance_key;
use crate::model::ResourceMode;
use crate::terraform::lang::{self, Reference, Step};

impl<'a> Evaluator<'a> {
    /// Evaluates a node and all that it depends on.
    pub(crate) fn ensure(&self, node: Node<'a>) {
        self.ensure_all(vec![node]);
    }

    /// Evaluates what an expression refers to.
    pub(crate) fn ensure_references(&self, instance: usize, expression: &Expression) {
        let references = lang::references(expression);
        for phase in [Phase::Calls, Phase::All] {
            let mut nodes = Vec::new();
            for reference in &references {
                self.dependency(instance, reference, phase, &mut nodes);
            }
            self.ensure_all(nodes);
        }
    }

    /// Evaluates what a body refers to.
    pub(crate) fn ensure_body(&self, instance: usize, body: &Body) {
        for phase in [Phase::Calls, Phase::All] {
            let mut nodes = Vec::new();
            self.body_dependencies(instance, body, phase, &mut nodes);
            self.ensure_all(nodes);
        }
    }

    fn ensure_all(&self, nodes: Vec<Node<'a>>) {
        for node in nodes {
            if self.is_done(node) {
                continue;
            }
            if self.allowance.spent().is_some() {
                return;
            }
            let mut stack = vec![Frame::new(node)];
            let mut open = HashSet::from([node]);
            while let Some(frame) = stack.last_mut() {
                if self.allowance.spent().is_some() {
                    return;
                }
                match frame.step() {
                    Progress::Dependency(next) => {
                        if self.is_done(next) {
                            continue;
                        }
                        // What depends on itself stays unknown; `cycles` says so.
                        if open.insert(next) {
                            stack.push(Frame::new(next));
                        }
                    }
                    Progress::Gather(node, phase) => {
                        frame.dependencies = self.dependencies(node, phase);
                        frame.next = 0;
                    }
                    Progress::Ready(node) => {
                        self.evaluate_node(node);
                        open.remove(&node);
                        stack.pop();
                    }
                }
            }
        }
    }

    fn is_done(&self, node: Node<'a>) -> bool {
        match node {
            Node::Variable(..) | Node::Local(..) | Node::Output(..) => self.values.borrow().contains_key(&node),
            Node::Resource(instance, key) => self.resources.borrow().contains_key(&(instance, key)),
            Node::Call(instance, name) => self.calls.borrow().contains_key(&(instance, name)),
        }
    }

    fn dependencies(&self, node: Node<'a>, phase: Phase) -> Vec<Node<'a>> {
        let mut found = Vec::new();
        match node {
            Node::Variable(instance, name) => {
                let module = self.instance(instance);
                if let Some((caller, _)) = &module.caller
                    && let Some(attribute) = self.call_block(instance).and_then(|call| call.body.attribute(name))
                {
                    self.expression_dependencies(*caller, &attribute.expression, phase, &mut found);
                }
            }
            Node::Local(instance, name) => {
                if let Some(attribute) = self.source(instance).locals.get(name) {
                    self.expression_dependencies(instance, &attribute.expression, phase, &mut found);
                }
            }
            Node::Output(instance, name) => {
                if let Some(attribute) =
                    self.source(instance).outputs.get(name).and_then(|block| block.body.attribute("value"))
                {
                    self.expression_dependencies(instance, &attribute.expression, phase, &mut found);
                }
            }
            Node::Resource(instance, key) => {
                if let Some(block) = self.source(instance).resources.get(key) {
                    self.body_dependencies(instance, &block.body, phase, &mut found);
                    if let Some(enabled) = block.body.enabled() {
                        self.expression_dependencies(instance, &enabled.expression, phase, &mut found);
                    }
                }
            }
            Node::Call(instance, name) => {
                if let Some(block) = self.source(instance).calls.get(name) {
                    let arguments = ["count", "for_each"].into_iter().filter_map(|name| block.body.attribute(name));
                    for attribute in arguments.chain(block.body.enabled()) {
                        self.expression_dependencies(instance, &attribute.expression, phase, &mut found);
                    }
                }
            }
        }
        found
    }

    /// The `module` block that made a module instance.
    pub(crate) fn call_block(&self, instance: usize) -> Option<&'a Block> {
        let module = self.instance(instance);
        let (caller, _) = module.caller.as_ref()?;
        self.source(*caller).calls.get(self.tree.nodes[module.node].path.last()?)
    }

    fn body_dependencies(&self, instance: usize, body: &Body, phase: Phase, found: &mut Vec<Node<'a>>) {
        for attribute in body.attributes.iter().filter(|attribute| attribute.name != "depends_on") {
            self.expression_dependencies(instance, &attribute.expression, phase, found);
        }
        for block in &body.blocks {
            if !matches!(block.kind.as_str(), "lifecycle" | "provisioner" | "connection") {
                self.body_dependencies(instance, &block.body, phase, found);
            }
        }
    }

    fn expression_dependencies(
        &self,
        instance: usize,
        expression: &Expression,
        phase: Phase,
        found: &mut Vec<Node<'a>>,
    ) {
        let references = lang::references(expression);
        self.allowance.spend(u64::try_from(references.len()).unwrap_or(u64::MAX).saturating_add(1));
        for reference in &references {
            self.dependency(instance, reference, phase, found);
        }
    }

    fn dependency(&self, instance: usize, reference: &Reference<'_>, phase: Phase, found: &mut Vec<Node<'a>>) {
        let module = self.source(instance);
        let name = |position: usize| reference.steps.get(position).and_then(Step::attribute);
        let resource = |mode, resource_type: &str, name: &str| {
            let key = ResourceKey { mode, resource_type: resource_type.to_owned(), name: name.to_owned() };
            module.resources.get_key_value(&key).map(|(key, _)| Node::Resource(instance, key))
        };
        let node = match reference.root {
            "var" => name(0)
                .and_then(|name| module.variables.get_key_value(name))
                .map(|(name, _)| Node::Variable(instance, name)),
            "local" => {
                name(0).and_then(|name| module.locals.get_key_value(name)).map(|(name, _)| Node::Local(instance, name))
            }
            "data" => match (name(0), name(1)) {
                (Some(resource_type), Some(name)) => resource(ResourceMode::Data, resource_type, name),
                _ => None,
            },
            "module" => {
                let Some((call, _)) = name(0).and_then(|name| module.calls.get_key_value(name)) else { return };
                match phase {
                    Phase::Calls => Some(Node::Call(instance, call)),
                    Phase::All => {
                        self.output_dependencies(instance, call, &reference.steps, found);
                        None
                    }
                }
            }
            "resource" => match (name(0), name(1)) {
                (Some(resource_type), Some(name)) => resource(ResourceMode::Managed, resource_type, name),
                _ => None,
            },
            "each" | "count" | "path" | "terraform" | "self" | "ephemeral" => None,
            resource_type => name(0).and_then(|name| resource(ResourceMode::Managed, resource_type, name)),
        };
        found.extend(node);
    }

    fn output_dependencies(&self, instance: usize, call: &'a str, steps: &[Step<'_>], found: &mut Vec<Node<'a>>) {
        let Some(expansion) = self.expansion(instance, call) else { return };
        let key = steps.get(1).and_then(instance_key);
        let output = if expansion.is_repeated { steps.get(2) } else { steps.get(1) };
        let output = output.and_then(Step::attribute).filter(|_| !expansion.is_repeated || key.is_some());
        let selected: Vec<usize> = match key.filter(|_| expansion.is_repeated) {
            Some(key) => expansion.find(&key).into_iter().collect(),
            None => expansion.instances.iter().map(|(_, instance)| *instance).collect(),
        };
        for instance in selected {
            let outputs = &self.source(instance).outputs;
            match output {
                Some(output) => {
                    found.extend(outputs.get_key_value(output).map(|(name, _)| Node::Output(instance, name)));
                }
                None => found.extend(outputs.keys().map(|name| Node::Output(instance, name))),
            }
        }
    }

    /// A node as Terraform's messages name it: `module.a.local.x`.
    pub(super) fn node_label(&self, node: Node<'a>) -> String {
        let (instance, label) = match node {
            Node::Variable(instance, name) => (instance, format!("var.{name}")),
            Node::Local(instance, name) => (instance, format!("local.{name}")),
            Node::Output(instance, name) => (instance, format!("output.{name}")),
            Node::Resource(instance, key) => {
                let data = if key.mode == ResourceMode::Data { "data." } else { "" };
                (instance, format!("{data}{}.{}", key.resource_type, key.name))
            }
            Node::Call(instance, name) => (instance, format!("module.{name}")),
        };
        let module = &self.instance(instance).address;
        if module.is_root() { label } else { format!("{module}.{label}") }
    }
}

/// Which dependencies are gathered: first module calls, whose instances decide which outputs come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Calls,
    All,
}

struct Frame<'a> {
    node: Node<'a>,
    /// The phase that is gathered next; `None` once all are.
    phase: Option<Phase>,
    dependencies: Vec<Node<'a>>,
    next: usize,
}

enum Progress<'a> {
    Dependency(Node<'a>),
    Gather(Node<'a>, Phase),
    Ready(Node<'a>),
}

impl<'a> Frame<'a> {
    fn new(node: Node<'a>) -> Self {
        Self { node, phase: Some(Phase::Calls), dependencies: Vec::new(), next: 0 }
    }

    fn step(&mut self) -> Progress<'a> {
        if let Some(dependency) = self.dependencies.get(self.next) {
            self.next += 1;
            return Progress::Dependency(*dependency);
        }
        match self.phase {
            Some(phase) => {
                self.phase = if phase == Phase::Calls { Some(Phase::All) } else { None };
                Progress::Gather(self.node, phase)
            }
            None => Progress::Ready(self.node),
        }
    }
}
