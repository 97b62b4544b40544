//! `terraform_remote_state`: the outputs of another root, where its state is a file of this repository.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dynamic_value::typed;
use super::evaluator::Evaluator;
use super::load::is_within;
use crate::model::{Diagnostic, SourceRange};
use crate::terraform::lang::Val;
use crate::terraform::state::outputs;

/// How large a state may be of which outputs are read, in bytes.
const MAX_STATE_BYTES: u64 = 256 << 20;
const STATE_FILE: &str = "terraform.tfstate";

/// The outputs in each state that was asked for, or why they could not be read.
pub(super) type RemoteStates = HashMap<PathBuf, Result<Arc<BTreeMap<Arc<str>, Val>>, String>>;

impl Evaluator<'_> {
    /// The outputs that a `terraform_remote_state` data source reads, or why they cannot be known.
    pub(crate) fn remote_outputs(
        &self,
        configured: &BTreeMap<Arc<str>, Val>,
        range: &SourceRange,
    ) -> Result<Val, String> {
        let backend = configured.get("backend").ok_or_else(|| "it names no backend".to_owned())?;
        let backend = backend.as_str().ok_or_else(|| "its backend is unknown".to_owned())?;
        if backend != "local" {
            return Err(format!("the state of another root in the backend \"{backend}\" is not read"));
        }
        let path = self.tree.nodes[0].source.directory.join(local_path(configured)?);
        let shown = path.strip_prefix(&self.tree.nodes[0].source.directory).unwrap_or(&path).display().to_string();
        if !path.exists() {
            return Err(format!("there is no state at \"{shown}\""));
        }
        if !is_within(&path, &self.options.repository) {
            let detail = format!(
                "The state \"{shown}\" lies outside of the repository and is not read; its outputs are unknown."
            );
            self.report(Diagnostic::warning("State outside of the repository", detail).at(range.clone()));
            return Err(format!("the state \"{shown}\" lies outside of the repository"));
        }
        let known = self.remote_states.borrow().get(&path).cloned();
        let recorded = known.unwrap_or_else(|| {
            let recorded = self.read_outputs(&path);
            self.remote_states.borrow_mut().insert(path.clone(), recorded.clone());
            recorded
        });
        let recorded = recorded.map_err(|why| format!("the state \"{shown}\" could not be read: {why}"))?;
        let defaults = configured.get("defaults").and_then(Val::members);
        let mut members = defaults.cloned().unwrap_or_default();
        self.allowance.spend(u64::try_from(recorded.len()).unwrap_or(u64::MAX));
        members.extend(recorded.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        Ok(Val::object(members))
    }

    fn read_outputs(&self, path: &Path) -> Result<Arc<BTreeMap<Arc<str>, Val>>, String> {
        let mut members = BTreeMap::new();
        for (name, output) in outputs(&read(path)?)? {
            let value = typed(&output.value, &output.of).mark(output.is_sensitive);
            if !self.allowance.keep(&value) {
                break;
            }
            members.insert(Arc::from(name), value);
        }
        Ok(Arc::new(members))
    }
}

/// Where the local backend keeps the state of a workspace, relative to the root. Source: the local backend's page.
fn local_path(configured: &BTreeMap<Arc<str>, Val>) -> Result<PathBuf, String> {
    let text = |value: Option<&Val>, what: &str| match value {
        None => Ok(None),
        Some(value) if value.is_null() => Ok(None),
        Some(value) => value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| format!("its {what} is unknown")),
    };
    let config = match configured.get("config") {
        None => None,
        Some(config) if config.is_null() => None,
        // Old configurations write it as a block.
        Some(config) => match config.members().or_else(|| config.elements()?.first()?.members()) {
            Some(members) => Some(members),
            None => return Err("its config is unknown".to_owned()),
        },
    };
    let argument = |name: &str| text(config.and_then(|members| members.get(name)), name);
    let workspace = text(configured.get("workspace"), "workspace")?.filter(|name| !name.is_empty());
    match workspace.as_deref() {
        None | Some("default") => Ok(argument("path")?.unwrap_or_else(|| STATE_FILE.to_owned()).into()),
        Some(name) => {
            let folder = argument("workspace_dir")?.unwrap_or_else(|| "terraform.tfstate.d".to_owned());
            Ok(PathBuf::from(folder).join(name).join(STATE_FILE))
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > MAX_STATE_BYTES {
        return Err(format!("it has {} bytes, more than the {MAX_STATE_BYTES} that are read", metadata.len()));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}
