//! What the schema says of resource types, as a tree for each type that is met.
//!
//! Every instance of a resource asks the same: the answers are gathered once, level by level, when they are first asked
//! for. Owns no facts.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::model::{ArgumentFacts, SchemaFacts};

/// The types that were asked for.
pub(crate) struct Schemas<'f> {
    source: &'f dyn SchemaFacts,
    types: RefCell<HashMap<String, Option<Rc<SchemaNode<'f>>>>>,
}

/// A type, or one of its arguments or blocks.
pub(crate) struct SchemaNode<'f> {
    source: &'f dyn SchemaFacts,
    resource_type: Rc<str>,
    /// The names that lead here from the resource down.
    names: Vec<Arc<str>>,
    /// `None` for the type itself.
    facts: Option<ArgumentFacts>,
    below: OnceCell<BTreeMap<Arc<str>, SchemaNode<'f>>>,
}

impl<'f> Schemas<'f> {
    /// Of nothing yet.
    pub(crate) fn new(source: &'f dyn SchemaFacts) -> Self {
        Self { source, types: RefCell::default() }
    }

    /// A type; `None` where nothing is known of it.
    pub(crate) fn of(&self, resource_type: &str) -> Option<Rc<SchemaNode<'f>>> {
        if let Some(known) = self.types.borrow().get(resource_type) {
            return known.clone();
        }
        let made = self.source.knows(resource_type).then(|| {
            Rc::new(SchemaNode {
                source: self.source,
                resource_type: resource_type.into(),
                names: Vec::new(),
                facts: None,
                below: OnceCell::new(),
            })
        });
        self.types.borrow_mut().insert(resource_type.to_owned(), made.clone());
        made
    }
}

impl<'f> SchemaNode<'f> {
    /// The facts of the argument or block; `None` for the type itself.
    pub(crate) fn facts(&self) -> Option<&ArgumentFacts> {
        self.facts.as_ref()
    }

    /// What stands directly below, by name.
    pub(crate) fn below(&self) -> &BTreeMap<Arc<str>, SchemaNode<'f>> {
        self.below.get_or_init(|| {
            let path: Vec<&str> = self.names.iter().map(AsRef::as_ref).collect();
            let names = self.source.names(&self.resource_type, &path);
            let node = |name: String| {
                let path = [path.as_slice(), &[name.as_str()]].concat();
                let facts = self.source.argument(&self.resource_type, &path)?;
                let name: Arc<str> = name.into();
                let node = Self {
                    source: self.source,
                    resource_type: Rc::clone(&self.resource_type),
                    names: self.names.iter().chain([&name]).cloned().collect(),
                    facts: Some(facts),
                    below: OnceCell::new(),
                };
                Some((name, node))
            };
            names.into_iter().filter_map(node).collect()
        })
    }

    /// An argument or block directly below.
    pub(crate) fn get(&self, name: &str) -> Option<&SchemaNode<'f>> {
        self.below().get(name)
    }
}
