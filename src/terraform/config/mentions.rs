//! Which attribute names a root's expressions ask for.
//!
//! A resource type that nobody knows still has attributes that are known after apply; which, only its users say.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::{Expression, FuncCall, TraversalOperator};
use hcl_edit::visit::{Visit, visit_func_call, visit_traversal_operator};

use super::body::Body;
use super::tree::ModuleTree;

/// Every name after a dot or in brackets in any expression of any module, and in the settings.
pub(crate) fn mentioned_names(tree: &ModuleTree, settings: Option<&Body>) -> BTreeSet<Arc<str>> {
    let mut collector = Collector::default();
    settings.into_iter().for_each(|body| collector.body(body));
    for module in tree.sources.values() {
        module.locals.values().for_each(|local| collector.visit_expr(&local.expression));
        let blocks =
            [module.outputs.values(), module.calls.values(), module.variables.values(), module.checks.values()];
        blocks.into_iter().flatten().for_each(|block| collector.body(&block.body));
        module.resources.values().for_each(|block| collector.body(&block.body));
        module.providers.values().for_each(|block| collector.body(&block.body));
    }
    collector.names
}

/// The names in one body.
#[derive(Default)]
struct Collector {
    names: BTreeSet<Arc<str>>,
}

impl Collector {
    fn body(&mut self, body: &Body) {
        body.attributes.iter().for_each(|attribute| self.visit_expr(&attribute.expression));
        body.blocks.iter().for_each(|block| self.body(&block.body));
    }
}

impl Collector {
    fn name(&mut self, name: &str) {
        if !self.names.contains(name) {
            self.names.insert(Arc::from(name));
        }
    }
}

impl Visit for Collector {
    fn visit_traversal_operator(&mut self, operator: &TraversalOperator) {
        match operator {
            TraversalOperator::GetAttr(name) => self.name(name),
            TraversalOperator::Index(Expression::String(name)) => self.name(name),
            _ => {}
        }
        visit_traversal_operator(self, operator);
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        if let ("lookup", Some(Expression::String(name))) = (call.name.name.as_str(), call.args.get(1)) {
            self.name(name);
        }
        visit_func_call(self, call);
    }
}
