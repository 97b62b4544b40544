//! What can be said only with two sides of one object at hand. Still no verdict: a side is given the value that it
//! means, or a leaf is taken out of the comparison, so that `==` is enough afterwards.
//!
//! - Labels: a key that the state records as the code's and that the code does not name any more is null in the
//!   configuration; without a state nobody could tell it from somebody else's.
//! - Numbers that Google raises by itself ([`Exception::GrowsWith`]): state and configuration mean "at least", up to a
//!   limit.
//! - Times that Google moves on by whole periods ([`Exception::MovesBy`]): an earlier one means the live one.
//! - Two rows that say one thing in two units ([`Exception::SameAs`]): only one of them is compared.
//! - Arguments that one side does not use, by what their sibling says: the sibling tells the difference.
//! - Values of the configuration that stand for more than one value of the API: what the API has is what they mean.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Catalog, Form, Kind, ResourceType, Row};
use crate::model::{
    AttributeFacts, AttributePath, Exception, Identity, Leaf, NormalizedResource, PathStep, Side, Value,
};

use super::{forms, labels};

/// The sides of one object.
#[derive(Default)]
struct Sides<'a> {
    configuration: Option<&'a mut NormalizedResource>,
    state: Option<&'a mut NormalizedResource>,
    live: Option<&'a mut NormalizedResource>,
}

/// Settles all resources of a check, matched by type and identity. Those whose identity could not be worked out are
/// left as they are; of several with one identity the first is taken.
pub fn settle<'a>(
    catalog: &Catalog,
    configured: impl IntoIterator<Item = &'a mut NormalizedResource>,
    recorded: impl IntoIterator<Item = &'a mut NormalizedResource>,
    live: impl IntoIterator<Item = &'a mut NormalizedResource>,
) {
    // Each object is settled by itself: in which order does not count.
    let mut objects: HashMap<(Arc<str>, Identity), Sides<'a>> = HashMap::new();
    let key = |resource: &NormalizedResource| {
        let identity = resource.identity.as_ref().ok()?.clone();
        Some((Arc::clone(&resource.resource_type), identity))
    };
    for resource in configured {
        if let Some(key) = key(resource) {
            objects.entry(key).or_default().configuration.get_or_insert(resource);
        }
    }
    for resource in recorded {
        if let Some(key) = key(resource) {
            objects.entry(key).or_default().state.get_or_insert(resource);
        }
    }
    for resource in live {
        if let Some(key) = key(resource) {
            objects.entry(key).or_default().live.get_or_insert(resource);
        }
    }
    for ((name, _), mut sides) in objects {
        if let Some(resource_type) = catalog.get(&name) {
            sides.settle(resource_type);
        }
    }
}

impl Sides<'_> {
    fn settle(&mut self, resource_type: &ResourceType) {
        self.labels(resource_type);
        for row in resource_type.rows() {
            match &row.facts.exception {
                Some(Exception::SameAs(_)) => self.same_thing(row),
                Some(Exception::GrowsWith(switch)) => {
                    if let Some(switch) = resource_type.row(switch) {
                        self.growth(resource_type, row, switch);
                    }
                }
                Some(Exception::MovesBy(period)) => self.moved_on(row, period),
                Some(Exception::UnsetEquals(_)) | None => {}
            }
            if row.only_with.is_some() {
                self.not_in_use(row);
            }
            if row.converter.is_some() {
                self.meaning(row);
            }
        }
    }

    /// Gives the code's side of every key that the state records as the code's, and one set of facts to all sides.
    fn labels(&mut self, resource_type: &ResourceType) {
        let is_member = |path: &AttributePath| matches!(path.steps().last(), Some(PathStep::Key(_)));
        let is_labels = |facts: &AttributeFacts| {
            resource_type.row(&facts.row).filter(|row| row.form == Form::Labels && row.kind == Kind::Map)
        };
        if let (Some(configuration), Some(state)) = (&mut self.configuration, &self.state) {
            for (path, leaf) in &state.leaves {
                if !is_member(path) || is_labels(&leaf.facts).is_none() || !labels::is_owned(&leaf.facts) {
                    continue;
                }
                let map = path.parent().unwrap_or_default();
                let says_nothing = matches!(configuration.below.get(&map), Some(Side::Unset { counts_as: None }));
                if says_nothing && !configuration.leaves.contains_key(path) {
                    let side = Side::Unset { counts_as: Some(Value::Null) };
                    let facts = Arc::clone(&leaf.facts);
                    let leaf = Leaf { side, facts, is_sensitive: leaf.is_sensitive, origin: None };
                    configuration.leaves.insert(path.clone(), Arc::new(leaf));
                }
            }
        }
        let Some(configuration) = &self.configuration else {
            return;
        };
        // What the code names is compared, whatever it is: the other sides say so as well.
        let is_map = |facts: &AttributeFacts| resource_type.row(&facts.row).is_some_and(|row| row.kind == Kind::Map);
        for side in [&mut self.state, &mut self.live].into_iter().flatten() {
            for (path, leaf) in side.leaves.iter_mut() {
                if is_member(path)
                    && is_map(&leaf.facts)
                    && let Some(owned) = configuration.leaves.get(path)
                    && !Arc::ptr_eq(&leaf.facts, &owned.facts)
                {
                    Arc::make_mut(leaf).facts = Arc::clone(&owned.facts);
                }
            }
        }
    }

    /// Takes a row that repeats another out of the comparison where the code does not give it.
    fn same_thing(&mut self, row: &Row) {
        let of_row = |leaf: &Leaf| leaf.facts.row == row.path;
        let is_given = self.configuration.as_deref().is_some_and(|configuration| {
            configuration.leaves.values().any(|leaf| of_row(leaf) && !matches!(leaf.side, Side::Unset { .. }))
        });
        if is_given {
            return;
        }
        let facts = Arc::new(AttributeFacts { is_compared: false, ..(*row.facts).clone() });
        for side in [&mut self.configuration, &mut self.state, &mut self.live].into_iter().flatten() {
            for leaf in side.leaves.values_mut().filter(|leaf| of_row(leaf)) {
                Arc::make_mut(leaf).facts = Arc::clone(&facts);
            }
        }
    }

    /// Takes an argument that a side does not use out of the comparison on all sides.
    fn not_in_use(&mut self, row: &Row) {
        let facts = out_of_use(row);
        let sides = || [&self.configuration, &self.state, &self.live].into_iter().flatten();
        let paths: Vec<AttributePath> = sides()
            .flat_map(|side| side.leaves.iter())
            .filter(|(_, leaf)| leaf.facts == facts)
            .map(|(path, _)| path.clone())
            .collect();
        for path in paths {
            for side in [&mut self.configuration, &mut self.state, &mut self.live].into_iter().flatten() {
                if let Some(leaf) = side.leaves.get_mut(&path) {
                    Arc::make_mut(leaf).facts = Arc::clone(&facts);
                }
            }
        }
    }

    /// Lets smaller numbers of configuration and state mean the live one, while Google may raise it. A limit stands in
    /// the row beside the switch that has its name and `_limit`; a number above it is nobody's intention.
    fn growth(&mut self, resource_type: &ResourceType, row: &Row, switch: &Row) {
        let Some(live) = self.live.as_deref() else {
            return;
        };
        let limit = resource_type.row(&format!("{}_limit", switch.path));
        let grown: Vec<(AttributePath, i64)> = live
            .leaves
            .iter()
            .filter(|(_, leaf)| leaf.facts.row == row.path)
            .filter_map(|(path, leaf)| Some((path.clone(), number(&leaf.side)?)))
            .collect();
        for (path, size) in grown {
            let Some(block) = path.parent() else {
                continue;
            };
            let said = |row: &Row| {
                let path = block.attribute(row.name());
                // What the code says, also by its default; else what is running.
                let configured = self.configuration.as_deref().map(|configuration| configuration.side(&path));
                match configured {
                    Some(Side::Value(value) | Side::Unset { counts_as: Some(value) }) => value.clone(),
                    _ => match live.side(&path) {
                        Side::Value(value) => value.clone(),
                        _ => Value::Null,
                    },
                }
            };
            let may_grow = said(switch).as_bool() == Some(true);
            let limit = limit.and_then(|limit| said(limit).as_i64()).filter(|limit| *limit > 0);
            if !may_grow || limit.is_some_and(|limit| size > limit) {
                continue;
            }
            for side in [&mut self.configuration, &mut self.state].into_iter().flatten() {
                if let Some(leaf) = side.leaves.get_mut(&path)
                    && number(&leaf.side).is_some_and(|smaller| smaller < size)
                {
                    Arc::make_mut(leaf).side = Side::Value(Value::from(size));
                }
            }
        }
    }

    /// Lets an earlier time of configuration and state mean the live one, where whole periods lie between them.
    fn moved_on(&mut self, row: &Row, period: &str) {
        let Some(live) = self.live.as_deref() else {
            return;
        };
        let text = |side: &Side| match side {
            Side::Value(value) => value.as_str().map(str::to_owned),
            _ => None,
        };
        let now: Vec<(AttributePath, String, String)> = live
            .leaves
            .iter()
            .filter(|(_, leaf)| leaf.facts.row == row.path)
            .filter_map(|(path, leaf)| {
                let period = live.side(&path.parent()?.attribute(period));
                Some((path.clone(), text(&leaf.side)?, text(period)?))
            })
            .collect();
        for (path, time, period) in now {
            for side in [&mut self.configuration, &mut self.state].into_iter().flatten() {
                if let Some(leaf) = side.leaves.get_mut(&path)
                    && let Some(earlier) = text(&leaf.side)
                    && let Some((count, 0)) = forms::periods(&earlier, &time, &period)
                    && count > 0
                {
                    Arc::make_mut(leaf).side = Side::Value(Value::string(&time));
                }
            }
        }
    }

    /// Lets a value of the configuration that stands for several mean the one that the API has (or had, where live was
    /// not read).
    fn meaning(&mut self, row: &Row) {
        let Some(configuration) = self.configuration.as_deref_mut() else {
            return;
        };
        let Some(converter) = row.converter else {
            return;
        };
        for (path, leaf) in configuration.leaves.iter_mut().filter(|(_, leaf)| leaf.facts.row == row.path) {
            let Side::Value(configured) = &leaf.side else {
                continue;
            };
            let stored =
                [self.live.as_deref(), self.state.as_deref()].into_iter().flatten().find_map(|side| {
                    match side.side(path) {
                        Side::Value(value) => Some(value),
                        _ => None,
                    }
                });
            if let Some(stored) = stored
                && super::convert::means(converter, configured, stored)
            {
                Arc::make_mut(leaf).side = Side::Value(stored.clone());
            }
        }
    }
}

/// The facts of an argument that is not in use: it is not compared.
pub(super) fn out_of_use(row: &Row) -> Arc<AttributeFacts> {
    Arc::new(AttributeFacts { is_compared: false, ..(*row.facts).clone() })
}

fn number(side: &Side) -> Option<i64> {
    match side {
        Side::Value(value) => value.as_i64(),
        _ => None,
    }
}
