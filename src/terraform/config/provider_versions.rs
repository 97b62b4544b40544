//! Which versions of a provider a root can have: what its lock file names, else what the constraints of all modules
//! leave open. Terraform takes the newest of those.
//!
//! The schema that arguments are checked against is that of one version. Of an argument that was removed before it,
//! the version of the root decides.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use super::load::{parse_native, read_text};
use super::module::ModuleSource;
use super::tree::ModuleTree;
use crate::model::ProviderVersion;

/// The lowest version, by provider type, that is too high for a root.
#[derive(Debug, Default)]
pub(crate) struct ProviderVersions {
    ceilings: BTreeMap<String, ProviderVersion>,
}

impl ProviderVersions {
    /// Reads the constraints of a tree, and the lock file beside its root.
    pub(crate) fn of(tree: &ModuleTree) -> Self {
        let mut versions = Self::default();
        for source in tree.sources.values() {
            versions.constrain(source);
        }
        // What is locked holds whatever else the constraints would allow.
        for (provider_type, version) in locked(&tree.nodes[0].source.directory) {
            versions.ceilings.insert(provider_type, version.next(3));
        }
        versions
    }

    /// Whether the root can have this version of a provider or a later one.
    pub(crate) fn reaches(&self, provider_type: &str, version: ProviderVersion) -> bool {
        self.ceilings.get(provider_type).is_none_or(|ceiling| version < *ceiling)
    }

    /// The lowest version that is too high for the google provider, in either of its forms; `None` where nothing holds it.
    pub(crate) fn of_google(&self) -> Option<ProviderVersion> {
        ["google", "google-beta"].iter().filter_map(|name| self.ceilings.get(*name)).min().copied()
    }

    fn constrain(&mut self, source: &ModuleSource) {
        for (local, required) in &source.required_providers {
            let provider_type = required.provider_type.as_ref().unwrap_or(local);
            if let Some(constraint) = &required.version {
                self.lower(provider_type, constraint);
            }
        }
        for ((local, _), block) in &source.providers {
            if let Some(constraint) = block.body.attribute("version").and_then(|version| version.expression.as_str()) {
                self.lower(&source.provider_type(local), constraint);
            }
        }
    }

    fn lower(&mut self, provider_type: &str, constraint: &str) {
        for ceiling in constraint.split(',').filter_map(ceiling) {
            let lowest = self.ceilings.entry(provider_type.to_owned()).or_insert(ceiling);
            *lowest = ceiling.min(*lowest);
        }
    }
}

/// The lowest version that one constraint excludes from above: of `~> 3.57.0` it is 3.58.0. `None` where it has none.
fn ceiling(constraint: &str) -> Option<ProviderVersion> {
    let constraint = constraint.trim();
    let start = constraint.find(|c: char| c.is_ascii_digit() || c == 'v')?;
    let (operator, text) = (constraint[..start].trim(), &constraint[start..]);
    let version = ProviderVersion::from_str(text).ok()?;
    match operator {
        "" | "=" | "<=" => Some(version.next(3)),
        "<" => Some(version),
        // The last number that is written may grow; with one alone nothing holds it.
        "~>" => match text.split(['-', '+']).next().unwrap_or_default().matches('.').count() {
            0 => None,
            dots => Some(version.next(dots)),
        },
        _ => None,
    }
}

/// The versions that a lock file names, by provider type. Empty where there is none that can be read: that is no fault
/// of the configuration.
fn locked(directory: &Path) -> BTreeMap<String, ProviderVersion> {
    const NAME: &str = ".terraform.lock.hcl";
    let path = directory.join(NAME);
    if !path.is_file() {
        return BTreeMap::new();
    }
    let Ok(text) = read_text(&path, NAME) else { return BTreeMap::new() };
    let body = parse_native(NAME.into(), text).body;
    let providers = body.blocks_of("provider").filter_map(|block| {
        let version = block.body.attribute("version")?.expression.as_str()?.parse().ok()?;
        Some((block.label().rsplit('/').next()?.to_owned(), version))
    });
    providers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_has_the_ceiling_that_terraform_gives_it() {
        let text = |constraint: &str| ceiling(constraint).map(|version| version.to_string());
        for (constraint, expected) in [
            ("~> 3.57.0", Some("3.58.0")),
            ("~> 3.57", Some("4.0.0")),
            ("~> 3", None),
            ("~>4.0.0-beta.1", Some("4.1.0")),
            ("3.57.0", Some("3.57.1")),
            ("= 3.57", Some("3.57.1")),
            ("<= 4.0.0", Some("4.0.1")),
            ("< 5", Some("5.0.0")),
            (">= 3.0", None),
            ("!= 3.0", None),
            ("> 1, x", None),
            ("nonsense", None),
        ] {
            assert_eq!(text(constraint).as_deref(), expected, "{constraint}");
        }
    }
}
