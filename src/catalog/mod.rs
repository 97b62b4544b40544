//! The catalog: data about resource types. Where they live, how they are named, and one row per attribute.
//!
//! A type is one TOML file in `src/catalog/types/`, listed by the build script and parsed when it is first asked for;
//! nothing here behaves differently by type but for converters that rows name. Main types: [`Catalog`],
//! [`ResourceType`], [`Row`].

mod builtin;
mod file;
mod generation;
mod resource_type;
mod row;
mod rows;
mod schema;
mod template;

pub use builtin::Catalog;
pub use file::CatalogError;
pub use generation::Generation;
pub use resource_type::{
    Basis, ListCall, ListScope, Nested, Objects, PageTokens, Parent, ReadCall, Removed, ResourceType,
};
pub use row::{Converter, Form, Kind, Member, Mode, Row, Treatment};
pub(crate) use template::project_of;
pub use template::{Part, Template, TemplateError};
