//! `for` expressions and splats: which item of the collection gives the value.

use std::rc::Rc;
use std::sync::Arc;

use hcl_edit::expr::{Expression, ForExpr, Traversal, TraversalOperator};

use super::Tracer;
use super::memory::Members;
use super::scene::{Binding, BindingKind, Item, Path, Scene, Spot, Step, items};
use super::walk::Next;
use crate::terraform::lang::{Type, Val, convert};

/// The name under which the items of a loop without keys are remembered: all of them, in order.
const ALL: &str = "";

impl<'a> Tracer<'a> {
    /// The way from the value of a `for` to one of its items.
    pub(super) fn for_expression<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        for_expression: &'s ForExpr,
        mut path: Path,
    ) -> Next<'s, 'a> {
        let step = path.pop()?;
        let collection = spot.at(&for_expression.intro.collection_expr);
        let items = self.items_of(&collection)?;
        let selected = self.members(spot, || self.selected(spot, for_expression, &items))?;
        let scene = |position: usize| Some(bound(spot, for_expression, &collection, items.get(position)?));
        let Some(key) = &for_expression.key_expr else {
            let position = *selected.get(ALL)?.get(self.index(spot, &step)?)?;
            return Some((spot.within(&for_expression.value_expr, scene(position)?), path));
        };
        let (Step::Member(name) | Step::KeyOf(name)) = &step else { return None };
        let group = selected.get(name)?;
        if matches!(step, Step::KeyOf(_)) {
            return Some((spot.within(key, scene(*group.first()?)?), Path::new()));
        }
        let position = if for_expression.grouping { self.index(spot, &path.pop()?)? } else { 0 };
        Some((spot.within(&for_expression.value_expr, scene(*group.get(position)?)?), path))
    }

    /// Which items of the collection give the members of a `for`, or, of one without keys, its elements.
    fn selected<'s>(&'s self, spot: &Spot<'s, 'a>, for_expression: &'s ForExpr, items: &[Item]) -> Option<Members> {
        self.spend(items.len())?;
        let collection = spot.at(&for_expression.intro.collection_expr);
        let mut selected = Members::new();
        for (position, item) in items.iter().enumerate() {
            let scene = bound(spot, for_expression, &collection, item);
            if let Some(condition) = &for_expression.cond {
                let value = self.plain_value(&spot.within(&condition.expr, Rc::clone(&scene)))?;
                if !convert(&value, &Type::Bool).ok()?.as_bool()? {
                    continue;
                }
            }
            let name = match &for_expression.key_expr {
                None => Arc::from(ALL),
                Some(key) => {
                    let value = self.plain_value(&spot.within(key, scene))?;
                    Arc::from(convert(&value, &Type::String).ok()?.as_str()?)
                }
            };
            selected.entry(name).or_default().push(position);
        }
        Some(selected)
    }

    /// The path below what a traversal starts from, where a splat at `position` is the first of its operators.
    pub(super) fn through_splat<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        traversal: &'s Traversal,
        position: usize,
        mut path: Path,
    ) -> Option<Path> {
        let (before, rest) = traversal.operators.split_at(position);
        let (splat, rest) = rest.split_first()?;
        // Only what follows with a dot applies to each element of the old splat; an index applies to its result.
        let of_each = match splat.value() {
            TraversalOperator::AttrSplat(_) => rest
                .iter()
                .take_while(|next| {
                    matches!(next.value(), TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
                })
                .count(),
            _ => rest.len(),
        };
        let (of_each, of_result) = rest.split_at(of_each);
        for operator in of_result.iter().rev() {
            path.push(self.step(spot, operator.value())?);
        }
        let Some(Step::Element(index)) = path.pop() else { return None };
        for operator in of_each.iter().rev() {
            path.push(self.step(spot, operator.value())?);
        }
        // What the splat is applied to is no expression of its own in the tree.
        let source = Expression::from(Traversal::new(traversal.expr.clone(), before.to_vec()));
        let source = match before {
            [] => self.value_of(&spot.at(&traversal.expr)),
            _ => self.value_of(&Spot { expression: &source, file: spot.file, scene: Rc::clone(&spot.scene) }),
        };
        path.extend(step_of_item(&source?, index)?);
        for operator in before.iter().rev() {
            path.push(self.step(spot, operator.value())?);
        }
        Some(path)
    }
}

/// The step to one of the elements that a splat goes through; a value that is no collection is its own only element.
fn step_of_item(source: &Val, index: usize) -> Option<Option<Step>> {
    if source.elements().is_some() {
        return items(source)?.into_iter().nth(index).map(|item| Some(item.step));
    }
    (source.is_known() && !source.is_null() && index == 0).then_some(None)
}

/// The scene of an item of a `for`.
fn bound<'s, 'a>(
    spot: &Spot<'s, 'a>,
    for_expression: &'s ForExpr,
    collection: &Spot<'s, 'a>,
    item: &Item,
) -> Rc<Scene<'s, 'a>> {
    let intro = &for_expression.intro;
    let binding = |kind| Binding { kind, from: collection.clone(), item: item.clone(), given_at: None };
    let key = intro.key_var.as_ref().map(|key| (key.as_str().to_owned(), item.key.clone(), binding(BindingKind::Key)));
    let value = (intro.value_var.as_str().to_owned(), item.value.clone(), binding(BindingKind::Value));
    spot.scene.with([value].into_iter().chain(key))
}
