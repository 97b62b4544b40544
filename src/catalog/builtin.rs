//! The catalog that the program carries: one embedded file per type, parsed when it is first asked for.

use std::sync::OnceLock;

use super::{Generation, ResourceType, file};
use crate::model::ProviderVersion;

/// Resource types by name.
pub struct Catalog {
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    text: &'static str,
    generation: Generation,
    parsed: OnceLock<ResourceType>,
}

/// Name and text of every type, sorted by name: what stands in the folder `types`, as the build script lists it.
const TYPES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/types.rs"));

impl Catalog {
    /// The catalog that the program carries, as the newest provider has it. Cheap: no type is parsed yet.
    pub fn builtin() -> &'static Catalog {
        Self::of(Generation::NEWEST)
    }

    /// The same as the newest provider below a version has it; `None`: the newest of all.
    pub fn of_provider_below(ceiling: Option<ProviderVersion>) -> &'static Catalog {
        Self::of(Generation::below(ceiling))
    }

    /// The same as one generation of the provider has it.
    pub fn of(generation: Generation) -> &'static Catalog {
        static BUILTIN: [OnceLock<Catalog>; 4] = [const { OnceLock::new() }; 4];
        BUILTIN[generation.index()].get_or_init(|| Catalog {
            entries: TYPES
                .iter()
                .map(|(name, text)| Entry { name, text, generation, parsed: OnceLock::new() })
                .collect(),
        })
    }

    /// A type; `None` where the catalog does not have it.
    pub fn get(&self, name: &str) -> Option<&ResourceType> {
        let index = self.entries.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
        Some(self.entries[index].resource_type())
    }

    /// The names of all types, sorted.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name)
    }

    /// All types, sorted by name. Parses every one of them.
    pub fn types(&self) -> impl Iterator<Item = &ResourceType> {
        self.entries.iter().map(Entry::resource_type)
    }

    /// The types of objects with an asset type in the spelling that is written (two where two types describe one
    /// object), by name.
    pub fn of_asset_type<'a>(&'a self, asset_type: &'a str) -> impl Iterator<Item = &'a ResourceType> {
        // A file that does not have the text cannot have the asset type: so only those that do are parsed.
        let entries = self.entries.iter().filter(move |entry| entry.text.contains(asset_type));
        entries.map(Entry::resource_type).filter(move |resource_type| resource_type.asset_type() == asset_type)
    }
}

impl Entry {
    fn resource_type(&self) -> &ResourceType {
        self.parsed.get_or_init(|| {
            file::read(self.name, self.text, self.generation).expect("embedded catalog files are parsed by tests")
        })
    }
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.type_names()).finish()
    }
}
