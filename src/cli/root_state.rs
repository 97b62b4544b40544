//! Finds and reads the state of a root: where `--state` says, else where the root's own backend keeps it.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::reader::{Reader, is_missing};
use super::terraform_root::TerraformRoot;
use crate::google::{is_location, shown_location};
use crate::model::{Diagnostic, State, printable};
use crate::terraform::backend::{self, BackendPlace};
use crate::terraform::config::ParsedRoot;
use crate::terraform::state;

/// The state of a root; `None` where it has none yet.
pub(crate) fn read(
    root: &TerraformRoot,
    parsed: &ParsedRoot,
    location: Option<&str>,
    reader: &Reader<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<State>> {
    if let Some(location) = location {
        return read_at(location, reader).map(Some);
    }
    let backend = backend::locate(parsed, &root.workspace);
    match backend.place {
        BackendPlace::Local(path) => {
            let path = root.directory.join(path);
            // No state is what a root has before its first apply.
            if path.exists() { read_file(&path).map(Some) } else { Ok(None) }
        }
        BackendPlace::Gcs { bucket, object } => {
            let location = format!("gs://{bucket}/{object}");
            match read_at(&location, reader) {
                Err(error) if is_missing(&error) => {
                    let detail = format!(
                        "There is no object {}, so the root counts as never applied. Does the bucket exist, and is \"{}\" the \
right workspace?",
                        printable(&location),
                        root.workspace
                    );
                    let diagnostic = Diagnostic::warning("No state yet", detail);
                    diagnostics.push(match backend.range {
                        Some(range) => diagnostic.at(range),
                        None => diagnostic,
                    });
                    Ok(None)
                }
                read => read.map(Some),
            }
        }
        BackendPlace::Incomplete { kind, argument } => bail!(
            "read the state of the \"{kind}\" backend: its `{argument}` is given to `terraform init` alone; give the state \
with --state, such as `terraform state pull | trueup check --state -`"
        ),
        BackendPlace::Unsupported(kind) => bail!(
            "read the state of the \"{kind}\" backend: only local and gcs are read by themselves; give the state with --state, \
such as `terraform state pull | trueup check --state -` or --state s3://BUCKET/KEY"
        ),
    }
}

/// The state at a location: a file, `-` or a URL.
pub(crate) fn read_at(location: &str, reader: &Reader<'_>) -> Result<State> {
    if location == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("read the state from standard input")?;
        return Ok(state::parse(bytes, location)?);
    }
    if is_location(location) {
        let object = reader.fetch(location)?;
        let mut state = state::parse(object.bytes, &shown_location(location))?;
        state.source.generation = object.generation;
        return Ok(state);
    }
    read_file(Path::new(location))
}

fn read_file(path: &Path) -> Result<State> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("read state `{shown}`"))?;
    Ok(state::parse(bytes, &shown)?)
}
