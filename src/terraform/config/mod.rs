//! Configuration: the files of a root module, read, evaluated and expanded to resource instances.
//!
//! Owns files, blocks, modules, variables, `count` and `for_each`. Does not own expressions (`lang` does), nor state or
//! schema: values of other resources come through [`crate::model::ReferenceData`], facts of resource types through
//! [`crate::model::SchemaFacts`]. Main entries: [`parse_root`] and [`evaluate`].

mod body;
mod hcl;
mod json;
mod json_body;
mod load;
mod module;
mod source;

pub use load::{ParsedRoot, parse_root};
