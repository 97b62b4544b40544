//! Where an expression stands: its file, and what names mean there together with where their values come from.

use std::rc::Rc;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::super::body::Attribute;
use super::super::scope::{BlockScope, Repetition};
use super::super::source::SourceFile;
use super::Tracer;
use crate::model::SourceRange;
use crate::terraform::lang::{Kind, Val};

/// One step into a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A member of a map or object.
    Member(Arc<str>),
    /// An element of a list or tuple, from 0.
    Element(usize),
    /// The element of a set that is this value.
    Equal(Val),
    /// Not a value, but the name of this member: the last step of a path.
    KeyOf(Arc<str>),
}

/// The steps to the value that is sought; the next one is at the end.
pub(super) type Path = Vec<Step>;

/// An expression where it stands.
#[derive(Clone)]
pub(super) struct Spot<'s, 'a> {
    pub(super) expression: &'s Expression,
    pub(super) file: &'s Arc<SourceFile>,
    pub(super) scene: Rc<Scene<'s, 'a>>,
}

/// What names mean around an expression, and where their values come from.
pub(super) struct Scene<'s, 'a> {
    /// What names mean. Names that a `for` binds are among its iterators.
    pub(super) scope: BlockScope<'s, 'a>,
    /// The `for_each` behind `each`.
    pub(super) for_each: Option<&'s Attribute>,
    /// Where the iterators of the scope come from, in their order.
    pub(super) bindings: Vec<Binding<'s, 'a>>,
}

/// Where the value of an iterator comes from.
#[derive(Clone)]
pub(super) struct Binding<'s, 'a> {
    pub(super) kind: BindingKind,
    /// The collection.
    pub(super) from: Spot<'s, 'a>,
    /// Which of its items.
    pub(super) item: Item,
    /// Where the collection is given, for an iterator of a block.
    pub(super) given_at: Option<SourceRange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindingKind {
    /// Of a `dynamic` block: an object of `key` and `value`.
    Iterator,
    /// The key name of a `for`.
    Key,
    /// The value name of a `for`.
    Value,
}

/// One item of a collection.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) key: Val,
    pub(super) value: Val,
    /// The step to the value.
    pub(super) step: Step,
    /// The step to what the key comes from; `None` for the positions of a list.
    pub(super) key_step: Option<Step>,
}

/// The items of a collection in order; `None` where it is none, or not known.
pub(super) fn items(collection: &Val) -> Option<Vec<Item>> {
    let items = match collection.kind() {
        Kind::List(_, elements) | Kind::Tuple(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, value)| Item {
                key: Val::number(index),
                value: value.clone(),
                step: Step::Element(index),
                key_step: None,
            })
            .collect(),
        Kind::Set(_, elements) => elements
            .iter()
            .map(|value| {
                let step = Step::Equal(value.clone());
                Item { key: value.clone(), value: value.clone(), step: step.clone(), key_step: Some(step) }
            })
            .collect(),
        Kind::Map(_, members) | Kind::Object(members) => members
            .iter()
            .map(|(name, value)| Item {
                key: Val::string(Arc::clone(name)),
                value: value.clone(),
                step: Step::Member(Arc::clone(name)),
                key_step: Some(Step::KeyOf(Arc::clone(name))),
            })
            .collect(),
        Kind::Unknown(..) | Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => return None,
    };
    Some(items)
}

impl<'s, 'a> Scene<'s, 'a> {
    /// The scene of an instance of a block that `for_each` may repeat.
    pub(super) fn repeated(
        tracer: &'s Tracer<'a>,
        instance: usize,
        repetition: Repetition,
        for_each: Option<&'s Attribute>,
    ) -> Rc<Self> {
        let scope = BlockScope::repeated(&tracer.evaluator, instance, repetition);
        Rc::new(Self { scope, for_each, bindings: Vec::new() })
    }

    /// The scene of what is not repeated.
    pub(super) fn plain(tracer: &'s Tracer<'a>, instance: usize) -> Rc<Self> {
        Self::repeated(tracer, instance, Repetition::default(), None)
    }

    /// This scene with names for the items of a collection.
    pub(super) fn with(&self, names: impl IntoIterator<Item = (String, Val, Binding<'s, 'a>)>) -> Rc<Self> {
        let mut scope = BlockScope::repeated(self.scope.evaluator, self.scope.instance, self.scope.repetition.clone());
        scope.iterators = self.scope.iterators.clone();
        let mut bindings = self.bindings.clone();
        for (name, value, binding) in names {
            scope.iterators.push((name, value));
            bindings.push(binding);
        }
        Rc::new(Self { scope, for_each: self.for_each, bindings })
    }

    /// Whether the same expression means the same wherever it stands in this module instance.
    pub(super) fn is_plain(&self) -> bool {
        let Repetition { count_index, each } = &self.scope.repetition;
        count_index.is_none() && each.is_none() && self.scope.iterators.is_empty()
    }

    /// The innermost name of an iterator.
    pub(super) fn binding(&self, name: &str) -> Option<&Binding<'s, 'a>> {
        let position = self.scope.iterators.iter().rposition(|(own, _)| own == name)?;
        self.bindings.get(position)
    }
}

impl<'s, 'a> Spot<'s, 'a> {
    /// The value of an argument.
    pub(super) fn of(attribute: &'s Attribute, scene: Rc<Scene<'s, 'a>>) -> Self {
        Self { expression: &attribute.expression, file: &attribute.file, scene }
    }

    /// Another expression in the same place.
    pub(super) fn at(&self, expression: &'s Expression) -> Self {
        Self { expression, file: self.file, scene: Rc::clone(&self.scene) }
    }

    /// Another expression of the same file, in another scene.
    pub(super) fn within(&self, expression: &'s Expression, scene: Rc<Scene<'s, 'a>>) -> Self {
        Self { expression, file: self.file, scene }
    }

    /// Where the expression stands.
    pub(super) fn range(&self) -> Option<SourceRange> {
        self.expression.span().map(|span| self.file.range(span))
    }
}
