//! The floor: plain types that every room shares, and the traits through which rooms meet.
//!
//! Owns addresses, attribute paths, values, diagnostics, and the shapes of configuration, state, live inventory and
//! normalized resources. Does no I/O, reads no clock, and depends on no other room.

mod address;
mod configuration;
mod diagnostic;
mod identity;
mod inventory;
mod json;
mod normalized;
mod number;
mod path;
mod path_map;
mod provenance;
mod redaction;
mod reference;
mod settings;
mod state;
mod text;
mod value;
mod version;
mod world;

pub use address::{
    AddressError, InstanceAddress, InstanceKey, ModuleAddress, ModuleStep, ResourceAddress, ResourceMode,
};
pub use configuration::{
    Arguments, Configuration, ConfiguredInstance, IgnoreChanges, Import, Moved, ProviderDefaults, UnexpandedResource,
    UnreadableModule,
};
pub use diagnostic::{Diagnostic, Position, Severity, SourceMap, SourceRange};
pub use identity::{Identity, ProjectNumbers};
pub use inventory::{Inventory, LEFT_OUT_MEMBER, Listing, LiveKind, LiveObject, LiveSource};
pub use json::value_from_json;
pub use normalized::{
    AttributeFacts, Exception, Leaf, NormalizedResource, PlanVisibility, Replacement, Side, VisibilityRule,
};
pub use number::{Notation, Number, NumberError};
pub use path::{AttributePath, PathError, PathStep};
pub use path_map::{PathEntries, PathMap};
pub use provenance::{Chain, DEFAULT_LABELS, Origin, OwnPlaces, Provenance};
pub use redaction::{Digests, RedactionCheck};
pub use reference::{ArgumentFacts, Nesting, RecordedAttributes, ReferenceData, SchemaFacts, ValueType};
pub use settings::{IgnoreRule, LiveScopes, Settings, SeverityLevel, SeverityRule};
pub use state::{State, StateInstance, StateSource};
pub use text::{composed, is_printable, printable};
pub use value::Value;
pub use version::{ProviderVersion, VersionError};
pub use world::{CHOSEN_ON_CREATION, Fact, World, WorldAttribute, WorldKind, WorldResource};
