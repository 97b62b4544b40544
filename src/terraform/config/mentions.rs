//! Which attribute names a root's expressions ask for.
//!
//! A resource type that nobody knows still has attributes that are known after apply; which, only its users say.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::TraversalOperator;
use hcl_edit::visit::{Visit, visit_traversal_operator};

use super::body::Body;
use super::tree::ModuleTree;

/// Every name after a dot in any expression of any module.
pub(crate) fn mentioned_names(tree: &ModuleTree) -> BTreeSet<Arc<str>> {
    let mut collector = Collector::default();
    for module in tree.sources.values() {
        module.locals.values().for_each(|local| collector.visit_expr(&local.expression));
        let blocks = [module.outputs.values(), module.calls.values(), module.variables.values()];
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

impl Visit for Collector {
    fn visit_traversal_operator(&mut self, operator: &TraversalOperator) {
        if let TraversalOperator::GetAttr(name) = operator
            && !self.names.contains(name.as_str())
        {
            self.names.insert(Arc::from(name.as_str()));
        }
        visit_traversal_operator(self, operator);
    }
}
