//! Cycles: things that depend on each other, found in the syntax before anything is evaluated.
//!
//! Follows Terraform's graph: `depends_on`, conditions, provisioners and provider configurations count too; all that
//! stands in a module comes after its `count`, `for_each` and `depends_on`; and who names a module as a whole comes
//! after everything in it.

use std::cell::Cell;
use std::collections::HashMap;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body, ReferenceStep, reference_steps};
use super::knots;
use super::module::{ModuleSource, ResourceKey};
use super::provider::{find_provider, provider_of};
use super::tree::ModuleTree;
use super::undeclared;
use crate::model::{Diagnostic, SourceRange};
use crate::terraform::lang::{Reference, Step, references};

/// How many declarations are looked at, each counted in every module that is called.
const MAX_NODES: usize = 1_000_000;

/// How many bytes of expressions are looked at, each counted in every module that is called.
const MAX_BYTES: usize = 64 << 20;

/// How many steps are shown at either end of a long way round.
const MAX_SHOWN: usize = 20;

/// Something that has its place in the order of evaluation: the module of the tree, and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node<'m> {
    Variable(usize, &'m str),
    Local(usize, &'m str),
    Output(usize, &'m str),
    Resource(usize, &'m ResourceKey),
    /// A provider configuration, by local name and alias.
    Provider(usize, &'m (String, Option<String>)),
    /// Which instances a module has; all in it depends on this.
    Expansion(usize),
    /// Everything in a module.
    Whole(usize),
}

/// One diagnostic for each knot of things that depend on each other.
pub(crate) fn find_cycles(tree: &ModuleTree) -> Vec<Diagnostic> {
    let mut graph = Graph {
        tree,
        index: HashMap::new(),
        nodes: Vec::new(),
        edges: Vec::new(),
        found: Vec::new(),
        bytes: Cell::new(0),
    };
    let limit = if !graph.declare() {
        Some(format!("{MAX_NODES} declarations"))
    } else if !graph.connect() {
        Some(format!("{MAX_BYTES} bytes of expressions"))
    } else {
        None
    };
    if let Some(limit) = limit {
        let detail = format!(
            "The modules have more than {limit} in all, so that cycles are not looked for. What depends on itself is unknown."
        );
        return vec![Diagnostic::warning("Configuration too large", detail)];
    }
    for members in knots::components(&graph.edges) {
        graph.report(&members);
    }
    graph.found
}

struct Graph<'m> {
    tree: &'m ModuleTree,
    index: HashMap<Node<'m>, usize>,
    nodes: Vec<Node<'m>>,
    edges: Vec<Vec<usize>>,
    found: Vec<Diagnostic>,
    /// How many bytes of expressions were looked at.
    bytes: Cell<usize>,
}

impl<'m> Graph<'m> {
    fn source(&self, module: usize) -> &'m ModuleSource {
        &self.tree.nodes[module].source
    }

    /// Gives every declaration its number; `false` where there are too many.
    fn declare(&mut self) -> bool {
        for module in 0..self.tree.nodes.len() {
            let source = self.source(module);
            let own = [Node::Expansion(module), Node::Whole(module)].into_iter();
            let all = own
                .chain(source.variables.keys().map(|name| Node::Variable(module, name)))
                .chain(source.locals.keys().map(|name| Node::Local(module, name)))
                .chain(source.outputs.keys().map(|name| Node::Output(module, name)))
                .chain(source.resources.keys().map(|key| Node::Resource(module, key)))
                .chain(source.providers.keys().map(|key| Node::Provider(module, key)));
            for node in all {
                self.index.insert(node, self.nodes.len());
                self.nodes.push(node);
            }
            if self.nodes.len() > MAX_NODES {
                return false;
            }
        }
        self.edges = vec![Vec::new(); self.nodes.len()];
        true
    }

    /// Finds what each declaration depends on; `false` where that is too much to look at.
    fn connect(&mut self) -> bool {
        for position in 0..self.nodes.len() {
            if self.bytes.get() > MAX_BYTES {
                return false;
            }
            let node = self.nodes[position];
            let mut targets = Vec::new();
            self.dependencies(node, &mut targets);
            let mut edges: Vec<usize> = targets.iter().filter_map(|target| self.index.get(target).copied()).collect();
            edges.sort_unstable();
            edges.dedup();
            // What refers to itself was said by itself.
            edges.retain(|target| *target != position);
            self.edges[position] = edges;
        }
        true
    }

    fn dependencies(&self, node: Node<'m>, targets: &mut Vec<Node<'m>>) {
        let (Node::Variable(module, _)
        | Node::Local(module, _)
        | Node::Output(module, _)
        | Node::Resource(module, _)
        | Node::Provider(module, _)
        | Node::Expansion(module)
        | Node::Whole(module)) = node;
        let source = self.source(module);
        match node {
            Node::Variable(_, name) => {
                targets.push(Node::Expansion(module));
                if let Some((caller, call)) = self.tree.call(module)
                    && let Some(argument) = call.body.attribute(name)
                {
                    self.expression(caller, &argument.expression, targets);
                }
                let validations =
                    source.variables.get(name).into_iter().flat_map(|block| block.body.blocks_of("validation"));
                validations.for_each(|validation| self.body(module, &validation.body, targets));
            }
            Node::Local(_, name) => {
                targets.push(Node::Expansion(module));
                if let Some(local) = source.locals.get(name) {
                    self.expression(module, &local.expression, targets);
                }
            }
            Node::Output(_, name) => {
                targets.push(Node::Expansion(module));
                if let Some(block) = source.outputs.get(name) {
                    self.body(module, &block.body, targets);
                }
            }
            Node::Resource(_, key) => {
                targets.push(Node::Expansion(module));
                if let Some(block) = source.resources.get(key) {
                    self.body(module, &block.body, targets);
                    if let Some(found) = find_provider(self.tree, module, provider_of(block, &key.resource_type)) {
                        targets.push(Node::Provider(found.module, found.key));
                    }
                }
            }
            Node::Provider(_, key) => {
                if let Some(block) = source.providers.get(key) {
                    self.body(module, &block.body, targets);
                }
            }
            Node::Expansion(_) => {
                let Some((caller, call)) = self.tree.call(module) else { return };
                targets.push(Node::Expansion(caller));
                let arguments = ["count", "for_each"].into_iter().filter_map(|name| call.body.attribute(name));
                for attribute in arguments.chain(call.body.enabled()) {
                    self.expression(caller, &attribute.expression, targets);
                }
                self.depends_on(caller, &call.body, targets);
            }
            Node::Whole(_) => {
                targets.push(Node::Expansion(module));
                targets.extend(source.variables.keys().map(|name| Node::Variable(module, name)));
                targets.extend(source.locals.keys().map(|name| Node::Local(module, name)));
                targets.extend(source.outputs.keys().map(|name| Node::Output(module, name)));
                targets.extend(source.resources.keys().map(|key| Node::Resource(module, key)));
                let children = self.tree.nodes[module].children.values();
                targets.extend(children.filter_map(|child| child.as_ref().ok()).map(|child| Node::Whole(*child)));
            }
        }
    }

    fn body(&self, module: usize, body: &'m Body, targets: &mut Vec<Node<'m>>) {
        for attribute in &body.attributes {
            match attribute.name.as_str() {
                "depends_on" => self.depends_on(module, body, targets),
                "provider" | "ignore_changes" => {}
                _ => self.expression(module, &attribute.expression, targets),
            }
        }
        body.blocks.iter().for_each(|block| self.body(module, &block.body, targets));
    }

    fn depends_on(&self, module: usize, body: &'m Body, targets: &mut Vec<Node<'m>>) {
        let Some(Expression::Array(elements)) = body.attribute("depends_on").map(|attribute| &*attribute.expression)
        else {
            return;
        };
        for steps in elements.iter().filter_map(reference_steps) {
            let mut steps = steps.iter().map(|step| match step {
                ReferenceStep::Name(name) => Step::Attribute(name),
                ReferenceStep::Index(index) => usize::try_from(*index).map_or(Step::Opaque, Step::Index),
                ReferenceStep::Key(key) => Step::Key(key),
            });
            if let Some(Step::Attribute(root)) = steps.next() {
                self.reference(module, &Reference { root, steps: steps.collect(), span: None }, targets);
            }
        }
    }

    fn expression(&self, module: usize, expression: &Expression, targets: &mut Vec<Node<'m>>) {
        self.bytes.set(self.bytes.get() + expression.span().map_or(0, |span| span.len()) + 1);
        references(expression).iter().for_each(|reference| self.reference(module, reference, targets));
    }

    fn reference(&self, module: usize, reference: &Reference<'_>, targets: &mut Vec<Node<'m>>) {
        let source = self.source(module);
        let name = |position: usize| reference.steps.get(position).and_then(Step::attribute);
        let resource = |kind: &str, first: usize| {
            let resource_type = if first == 0 { Some(&*reference.root) } else { name(first - 1) };
            let key = ResourceKey::of(kind, resource_type?, name(first)?);
            source.resources.get_key_value(&key).map(|(key, _)| Node::Resource(module, key))
        };
        let target = match reference.root {
            "var" => name(0)
                .and_then(|name| source.variables.get_key_value(name))
                .map(|(name, _)| Node::Variable(module, name)),
            "local" => {
                name(0).and_then(|name| source.locals.get_key_value(name)).map(|(name, _)| Node::Local(module, name))
            }
            "module" => {
                let Some(Ok(child)) = name(0).and_then(|name| self.tree.nodes[module].children.get(name)) else {
                    return;
                };
                let output = match reference.steps.get(1) {
                    Some(Step::Attribute(output)) => Some(output),
                    Some(Step::Index(_) | Step::Key(_)) => match reference.steps.get(2) {
                        Some(Step::Attribute(output)) => Some(output),
                        _ => None,
                    },
                    _ => None,
                };
                match output {
                    Some(output) => {
                        let outputs = &self.source(*child).outputs;
                        outputs.get_key_value(*output).map(|(name, _)| Node::Output(*child, name))
                    }
                    None => Some(Node::Whole(*child)),
                }
            }
            "data" => resource("data", 1),
            "resource" => resource("resource", 1),
            _ => resource("resource", 0),
        };
        targets.extend(target);
    }

    /// Reports the shortest way round from the first of the members back to it.
    fn report(&mut self, members: &[usize]) {
        let place = |node: &usize| self.range(self.nodes[*node]);
        let Some(start) = members.iter().copied().min_by_key(|node| {
            let range = place(node);
            (range.is_none(), range.map(|range| (range.filename, range.start.byte)), *node)
        }) else {
            return;
        };
        let way = knots::way_round(&self.edges, members, start);
        let mut labels: Vec<String> = way.iter().map(|node| self.label(self.nodes[*node])).collect();
        labels.dedup();
        if labels.len() > 2 * MAX_SHOWN {
            let hidden = labels.len() - 2 * MAX_SHOWN;
            labels.splice(MAX_SHOWN..labels.len() - MAX_SHOWN, [format!("({hidden} more)")]);
        }
        let mut diagnostic = Diagnostic::error("Cycle", format!("These refer to each other: {}.", labels.join(" -> ")));
        diagnostic.range = place(&start);
        self.found.push(diagnostic);
    }

    /// A node as Terraform's messages name it: `module.a.local.x`.
    fn label(&self, node: Node<'m>) -> String {
        let (module, label) = match node {
            Node::Variable(module, name) => (module, format!("var.{name}")),
            Node::Local(module, name) => (module, format!("local.{name}")),
            Node::Output(module, name) => (module, format!("output.{name}")),
            Node::Resource(module, key) => (module, undeclared::label(key)),
            Node::Provider(module, (local, alias)) => {
                let alias = alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
                (module, format!("provider.{local}{alias}"))
            }
            Node::Expansion(module) | Node::Whole(module) => (module, String::new()),
        };
        let mut parts: Vec<String> = self.tree.nodes[module].path.iter().map(|name| format!("module.{name}")).collect();
        parts.extend((!label.is_empty()).then_some(label));
        parts.join(".")
    }

    fn range(&self, node: Node<'m>) -> Option<SourceRange> {
        let header = |block: &Block| block.range.clone();
        match node {
            Node::Variable(module, name) => self.source(module).variables.get(name).map(header),
            Node::Local(module, name) => self.source(module).locals.get(name).map(Attribute::range),
            Node::Output(module, name) => self.source(module).outputs.get(name).map(header),
            Node::Resource(module, key) => self.source(module).resources.get(key).map(header),
            Node::Provider(module, key) => self.source(module).providers.get(key).map(header),
            Node::Expansion(module) | Node::Whole(module) => self.tree.call(module).map(|(_, call)| header(call)),
        }
    }
}
