//! What a side says of rows that it does not have: of most rows of most resources, and of most of them always the same.
//!
//! Owns working that out once for each type and kind of side. What it means that a row is absent is the walk's business.

use std::sync::{Arc, OnceLock};

use crate::catalog::{Form, Kind, ResourceType, Row};
use crate::model::{Leaf, ProjectNumbers, Side, Value};

use super::identity;
use super::scope::Scope;
use super::walk::{Source, Walk};

/// What a side says of one row that it does not have, where the row stands in the first element of every block.
#[derive(Debug)]
pub(crate) enum Absent {
    /// Nothing: something around it says so already, or another row does.
    Nothing,
    /// A leaf.
    Leaf(Arc<Leaf>),
    /// What holds at and below it.
    Below(Side),
    /// It depends on the resource.
    Open,
}

/// What the sides of a type say of its rows, by [`Row::index`]; each made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Absences {
    configuration: OnceLock<Vec<Absent>>,
    expected: OnceLock<Vec<Absent>>,
    state: OnceLock<Vec<Absent>>,
    live: OnceLock<Vec<Absent>>,
}

impl Absences {
    /// What a side of this kind says of the rows of a type.
    pub(crate) fn of(&self, resource_type: &ResourceType, source: Source<'_>) -> &[Absent] {
        let made = match source {
            Source::Configuration { is_expected: false, .. } => &self.configuration,
            Source::Configuration { is_expected: true, .. } => &self.expected,
            Source::State { .. } => &self.state,
            Source::Live { .. } => &self.live,
        };
        made.get_or_init(|| {
            let numbers = ProjectNumbers::default();
            let scope = Scope::new(None, None, &numbers);
            let walk = Walk::new(resource_type, &scope, source, None);
            resource_type.rows().iter().map(|row| absent(&walk, row)).collect()
        })
    }
}

fn absent(walk: &Walk<'_>, row: &Row) -> Absent {
    if row.is_label_shadow() {
        return Absent::Nothing;
    }
    let is_live = matches!(walk.source, Source::Live { .. });
    // A name in a link is completed with the resource's own project and location.
    let has_scope = row.form == Form::Link && (row.default.is_some() || row.when_absent.is_some());
    let has_provider = walk.is_configuration() && identity::is_given_by_provider(row.name());
    if row.only_with.is_some() || has_scope || has_provider || (row.form == Form::Labels && row.kind == Kind::Map) {
        return Absent::Open;
    }
    match row.kind {
        Kind::Block(_) => match walk.absent_block(row) {
            side if row.is_whole() => {
                let leaf = row.leaf(side);
                let is_sensitive = row.is_sensitive_within();
                let is_same = leaf.is_sensitive == is_sensitive;
                Absent::Leaf(if is_same { leaf } else { Arc::new(Leaf { is_sensitive, ..(*leaf).clone() }) })
            }
            // The root says so already.
            Side::Value(Value::Null) if is_live => Absent::Nothing,
            side => Absent::Below(side),
        },
        Kind::Map => Absent::Below(walk.absent_block(row)),
        _ => Absent::Leaf(row.leaf(walk.absent(row))),
    }
}
