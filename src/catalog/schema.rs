//! Argument facts for the evaluator: the catalog as [`SchemaFacts`].

use super::{Catalog, Kind, Mode, ResourceType, Row};
use crate::model::{ArgumentFacts, ProviderVersion, SchemaFacts, ValueType};

impl SchemaFacts for Catalog {
    fn knows(&self, resource_type: &str) -> bool {
        self.get(resource_type).is_some()
    }

    fn argument(&self, resource_type: &str, path: &[&str]) -> Option<ArgumentFacts> {
        self.get(resource_type)?.row(&path.join(".")).map(argument)
    }

    fn removed_in(&self, resource_type: &str, path: &[&str]) -> Option<ProviderVersion> {
        self.get(resource_type)?.removed.get(&path.join(".")).map(|removed| removed.version)
    }

    fn names(&self, resource_type: &str, path: &[&str]) -> Vec<String> {
        let names = |resource_type: &ResourceType| {
            resource_type.children(&path.join(".")).map(|row| row.name().to_owned()).collect()
        };
        self.get(resource_type).map(names).unwrap_or_default()
    }
}

fn argument(row: &Row) -> ArgumentFacts {
    ArgumentFacts {
        block: match row.kind {
            Kind::Block(nesting) if !row.is_attribute => Some(nesting),
            _ => None,
        },
        value_type: match row.kind {
            Kind::String => ValueType::String,
            Kind::Integer | Kind::Float => ValueType::Number,
            Kind::Boolean => ValueType::Bool,
            Kind::ScalarList => ValueType::List,
            Kind::ScalarSet if row.is_list => ValueType::List,
            Kind::ScalarSet => ValueType::Set,
            Kind::Map => ValueType::Map,
            Kind::Block(_) => ValueType::Object,
        },
        is_required: row.mode == Mode::Required,
        required_since: row.required_since,
        is_optional: matches!(row.mode, Mode::Optional | Mode::OptionalComputed | Mode::ClientOnly | Mode::WriteOnly),
        is_computed: matches!(row.mode, Mode::OptionalComputed | Mode::Computed),
        default: row.default.clone(),
        is_sensitive: row.is_sensitive,
    }
}
