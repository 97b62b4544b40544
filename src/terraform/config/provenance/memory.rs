//! What was worked out before: values of expressions, and where in large literals and loops their members are.
//!
//! Only for expressions that mean the same wherever they stand in a module instance.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::super::body::Block;
use super::super::module::ResourceKey;
use super::super::scope::{BlockScope, Repetition};
use super::Tracer;
use super::scene::{Item, Spot, items};
use crate::model::InstanceKey;
use crate::terraform::lang::{Faults, Type, Val, convert, evaluate_within};

/// How many bytes of a value are as much work as an evaluated expression.
pub(super) const WEIGHT_OF_WORK: usize = 64;

/// Names an expression: the file, where it starts and ends in it, and the module instance.
type Site = (usize, usize, usize, usize);

/// The instances of a block: what `count` and `each` are, by key.
type Repetitions = HashMap<Option<InstanceKey>, Repetition>;

/// Where in a list a text is first.
type Positions = HashMap<Arc<str>, usize>;

/// See the module.
#[derive(Default)]
pub(super) struct Memory<'a> {
    values: RefCell<HashMap<Site, Val>>,
    repetitions: RefCell<HashMap<(usize, &'a ResourceKey), Rc<Repetitions>>>,
    positions: RefCell<HashMap<Site, Rc<Positions>>>,
    members: RefCell<HashMap<Site, Rc<Members>>>,
    items: RefCell<HashMap<Site, Rc<Vec<Item>>>>,
}

/// For each name, which entries of a literal or items of a loop give the member; the last ones count.
pub(super) type Members = HashMap<Arc<str>, Vec<usize>>;

/// What is behind an expression's span in a module instance; `None` where it is not the same everywhere.
fn site(spot: &Spot<'_, '_>, expression: &Expression) -> Option<Site> {
    let span = expression.span()?;
    let file = Arc::as_ptr(spot.file) as usize;
    spot.scene.is_plain().then_some((file, span.start, span.end, spot.scene.scope.instance))
}

impl<'a> Tracer<'a> {
    /// The value of an expression; `None` where it has an error, or takes too much work.
    pub(super) fn value_of(&self, spot: &Spot<'_, 'a>) -> Option<Val> {
        let site = site(spot, spot.expression);
        if let Some(known) = site.and_then(|site| self.memory.values.borrow().get(&site).cloned()) {
            return Some(known);
        }
        let value = self.evaluate(spot)?;
        if let Some(site) = site {
            self.memory.values.borrow_mut().insert(site, value.clone());
        }
        Some(value)
    }

    fn evaluate(&self, spot: &Spot<'_, 'a>) -> Option<Val> {
        self.spend(1)?;
        self.evaluator.ensure_references(spot.scene.scope.instance, spot.expression);
        let mut faults = Faults::new();
        let text = spot.file.expression_text();
        let value = evaluate_within(spot.expression, text, &spot.scene.scope, &mut faults, &self.left);
        let Some(value) = value else {
            // Too much work is no error: nothing may be concluded from it.
            self.left.set(0);
            return None;
        };
        // What is worked out once is weighed by what the evaluation itself may take.
        if !spot.scene.is_plain() {
            self.spend(value.weight() / WEIGHT_OF_WORK)?;
        }
        if faults.has_errors() { None } else { Some(value) }
    }

    /// The items of the collection that an expression gives; `None` where it gives none, or it is not known.
    pub(super) fn items_of(&self, spot: &Spot<'_, 'a>) -> Option<Rc<Vec<Item>>> {
        let site = site(spot, spot.expression);
        if let Some(known) = site.and_then(|site| self.memory.items.borrow().get(&site).map(Rc::clone)) {
            return Some(known);
        }
        let items = Rc::new(items(&self.value_of(spot)?)?);
        self.spend(items.len())?;
        if let Some(site) = site {
            self.memory.items.borrow_mut().insert(site, Rc::clone(&items));
        }
        Some(items)
    }

    /// What `count` and `each` are in one instance of a block.
    pub(super) fn repetition(
        &self,
        instance: usize,
        key: &'a ResourceKey,
        block: &'a Block,
        instance_key: Option<&InstanceKey>,
    ) -> Option<Repetition> {
        let known = self.memory.repetitions.borrow().get(&(instance, key)).map(Rc::clone);
        let repetitions = match known {
            Some(known) => known,
            None => {
                for name in ["count", "for_each"] {
                    if let Some(attribute) = block.body.attribute(name) {
                        self.evaluator.ensure_references(instance, &attribute.expression);
                    }
                }
                let scope = BlockScope::new(&self.evaluator, instance);
                let room = |count| self.spend(count).ok_or_else(|| Arc::from("it takes too much work"));
                let repetitions = self.evaluator.repetitions(&block.body, &scope, &room).ok()?;
                let repetitions: Rc<Repetitions> = Rc::new(repetitions.instances.into_iter().collect());
                self.memory.repetitions.borrow_mut().insert((instance, key), Rc::clone(&repetitions));
                repetitions
            }
        };
        repetitions.get(&instance_key.cloned()).cloned()
    }

    /// The position of the element that is this value, in the list that an expression gives.
    pub(super) fn position(&self, spot: &Spot<'_, 'a>, sought: &Val) -> Option<usize> {
        let value = self.value_of(spot)?;
        let elements = value.elements()?;
        let (Some(site), Some(text)) = (site(spot, spot.expression), sought.as_str()) else {
            self.spend(elements.len())?;
            return elements.iter().position(|element| is_same(element, sought));
        };
        let known = self.memory.positions.borrow().get(&site).map(Rc::clone);
        let positions = match known {
            Some(known) => known,
            None => {
                self.spend(elements.len())?;
                let mut positions = Positions::new();
                for (position, element) in elements.iter().enumerate() {
                    if let Ok(element) = convert(element, &Type::String)
                        && let Some(text) = element.as_str()
                    {
                        positions.entry(Arc::from(text)).or_insert(position);
                    }
                }
                let positions = Rc::new(positions);
                self.memory.positions.borrow_mut().insert(site, Rc::clone(&positions));
                positions
            }
        };
        positions.get(text).copied()
    }

    /// Which entries of a literal, or items of a loop, give the members of its value; `find` works it out.
    pub(super) fn members(&self, spot: &Spot<'_, 'a>, find: impl FnOnce() -> Option<Members>) -> Option<Rc<Members>> {
        let site = site(spot, spot.expression);
        if let Some(known) = site.and_then(|site| self.memory.members.borrow().get(&site).map(Rc::clone)) {
            return Some(known);
        }
        let members = Rc::new(find()?);
        if let Some(site) = site {
            self.memory.members.borrow_mut().insert(site, Rc::clone(&members));
        }
        Some(members)
    }
}

/// Whether an element is a value, once it has the value's type.
pub(super) fn is_same(element: &Val, sought: &Val) -> bool {
    element == sought || convert(element, &sought.ty()).is_ok_and(|converted| converted == *sought)
}
