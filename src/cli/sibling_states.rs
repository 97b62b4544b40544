//! `--also-state`: the states of other roots, whose resources are not unmanaged. Main type: [`SiblingStates`].

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::reader::Reader;
use super::root_state;
use super::sides::TerraformSides;
use crate::google::is_location;
use crate::model::{Configuration, Diagnostic, Identity, State};
use crate::normalize::Normalizer;

/// States of other roots.
#[derive(Debug, Default)]
pub(crate) struct SiblingStates(Vec<State>);

impl SiblingStates {
    /// Reads them. One that cannot be read fails: its resources would all count as unmanaged.
    pub(crate) fn read(patterns: &[String], reader: &Reader<'_>) -> Result<Self> {
        let mut states = Vec::new();
        for pattern in patterns {
            for location in locations(pattern)? {
                let state = root_state::read_at(&location, reader)?;
                let count = state.instances.len();
                reader.say(&format!("read {count} objects of sibling state {}", state.source.path));
                states.push(state);
            }
        }
        Ok(Self(states))
    }

    /// The objects that they manage. What of them cannot be told is a diagnostic.
    pub(crate) fn identities(
        &self,
        normalizer: &Normalizer<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> BTreeSet<Identity> {
        let mut identities = BTreeSet::new();
        for state in &self.0 {
            let sides = TerraformSides::new(&Configuration::default(), state, normalizer);
            identities.extend(sides.recorded.into_iter().filter_map(|side| side.resource.identity.ok()));
            diagnostics.extend(state.diagnostics.iter().cloned().chain(sides.diagnostics));
        }
        identities
    }
}

/// The files that a glob fits, in order; a URL and a plain path stand for themselves.
fn locations(pattern: &str) -> Result<Vec<String>> {
    let has_sign = |text: &str| text.contains(['*', '?', '[']);
    if pattern == "-" || is_location(pattern) || !has_sign(pattern) || PathBuf::from(pattern).exists() {
        return Ok(vec![pattern.to_owned()]);
    }
    let found = glob::glob(pattern).with_context(|| format!("read the glob of --also-state `{pattern}`"))?;
    let files: Vec<PathBuf> = found.collect::<Result<_, _>>().with_context(|| format!("look for `{pattern}`"))?;
    if files.is_empty() {
        bail!("no file matches --also-state `{pattern}`");
    }
    Ok(files.into_iter().map(|file| file.display().to_string()).collect())
}
