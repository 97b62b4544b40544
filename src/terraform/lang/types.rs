//! Types of the language and how several of them are brought to one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::limits::TYPE_NODES;

/// A type. Collections hold elements of one type, structures (tuple, object) one type for each.
#[derive(Clone, Debug)]
pub(crate) enum Type {
    /// Not known, or any: Terraform's `any`, the type of an untyped null and of values nothing is known of.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(element)`
    List(Arc<Type>),
    /// `set(element)`
    Set(Arc<Type>),
    /// `map(element)`
    Map(Arc<Type>),
    /// `tuple([...])`
    Tuple(Arc<[Type]>),
    /// `object({...})`
    Object(Arc<ObjectType>),
}

/// The attributes of an object type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObjectType {
    /// All attributes.
    pub(crate) attributes: BTreeMap<Arc<str>, Type>,
    /// Those that may be left out when a value is converted to this type; they are null then. Types of values have none.
    pub(crate) optional: BTreeSet<Arc<str>>,
}

impl PartialEq for Type {
    /// Types that share their parts are equal without a look at them.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, Self::Any)
            | (Self::Bool, Self::Bool)
            | (Self::Number, Self::Number)
            | (Self::String, Self::String) => true,
            (Self::List(left), Self::List(right))
            | (Self::Set(left), Self::Set(right))
            | (Self::Map(left), Self::Map(right)) => Arc::ptr_eq(left, right) || left == right,
            (Self::Tuple(left), Self::Tuple(right)) => Arc::ptr_eq(left, right) || left == right,
            (Self::Object(left), Self::Object(right)) => Arc::ptr_eq(left, right) || left == right,
            _ => false,
        }
    }
}

impl Eq for Type {}

impl Type {
    /// `list(element)`
    pub(crate) fn list(element: Type) -> Self {
        Self::List(Arc::new(element))
    }

    /// `set(element)`
    pub(crate) fn set(element: Type) -> Self {
        Self::Set(Arc::new(element))
    }

    /// `map(element)`
    pub(crate) fn map(element: Type) -> Self {
        Self::Map(Arc::new(element))
    }

    /// `tuple([...])`
    pub(crate) fn tuple(elements: Vec<Type>) -> Self {
        Self::Tuple(elements.into())
    }

    /// `object({...})` without optional attributes.
    pub(crate) fn object(attributes: BTreeMap<Arc<str>, Type>) -> Self {
        Self::Object(Arc::new(ObjectType { attributes, optional: BTreeSet::new() }))
    }

    /// Whether this is string, number or bool.
    pub(crate) fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// Whether `any` occurs in it.
    pub(crate) fn has_any(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_any(),
            Self::Tuple(elements) => elements.iter().any(Type::has_any),
            Self::Object(object) => object.attributes.values().any(Type::has_any),
        }
    }

    /// Of how many types it consists, as if nothing in it were shared; of more than [`TYPE_NODES`] one more than that.
    pub(crate) fn nodes(&self) -> usize {
        let mut left = TYPE_NODES + 1;
        self.count(&mut left);
        TYPE_NODES + 1 - left
    }

    /// Counts down; false at zero.
    fn count(&self, left: &mut usize) -> bool {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match self {
            Self::Any | Self::Bool | Self::Number | Self::String => true,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.count(left),
            Self::Tuple(elements) => elements.iter().all(|element| element.count(left)),
            Self::Object(object) => object.attributes.values().all(|attribute| attribute.count(left)),
        }
    }

    /// The element type of a collection.
    pub(crate) fn element(&self) -> Option<&Type> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            Self::Any | Self::Bool | Self::Number | Self::String | Self::Tuple(_) | Self::Object(_) => None,
        }
    }

    /// The name that Terraform's messages use: `list of string`, `object`.
    pub(crate) fn friendly_name(&self) -> String {
        match self {
            Self::Any => "any type".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::List(element) => format!("list of {}", element.friendly_name()),
            Self::Set(element) => format!("set of {}", element.friendly_name()),
            Self::Map(element) => format!("map of {}", element.friendly_name()),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }
}

impl fmt::Display for Type {
    /// As a type constraint reads: `list(object({a=string}))`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (position, element) in elements.iter().enumerate() {
                    let separator = if position == 0 { "" } else { "," };
                    write!(f, "{separator}{element}")?;
                }
                f.write_str("])")
            }
            Self::Object(object) => {
                f.write_str("object({")?;
                for (position, (name, attribute)) in object.attributes.iter().enumerate() {
                    let separator = if position == 0 { "" } else { "," };
                    write!(f, "{separator}{name}={attribute}")?;
                }
                f.write_str("})")
            }
        }
    }
}
