//! The catalog: data about resource types. Where they live, how they are named, and one row per attribute.
//!
//! A type is one TOML file in `src/catalog/types/`; nothing here behaves differently by type but for converters that
//! rows name. Main types: [`Catalog`], [`ResourceType`], [`Row`].

mod row;

pub use row::{Converter, Form, Kind, Mode, Row, Treatment};
