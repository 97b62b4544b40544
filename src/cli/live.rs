//! Reads live objects from where `--live` says.

use std::fs::{File, Metadata};
use std::io::BufReader;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::environment::now;
use super::output;
use super::reader::Reader;
use crate::catalog::Catalog;
use crate::google::{LiveOptions, Progress, ProgressSink, Wants, assets, is_location, plan, read_live, shown_location};
use crate::model::{Inventory, printable};

/// Where live objects come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LiveArgument {
    /// Google Cloud's APIs.
    Api,
    /// Not asked.
    None,
    /// An asset file.
    File(String),
}

impl LiveArgument {
    /// Reads the value of `--live`.
    pub(crate) fn read(text: &str) -> Self {
        match text {
            "api" => Self::Api,
            "none" => Self::None,
            path => Self::File(path.to_owned()),
        }
    }
}

/// Reads the live objects that are wanted.
pub(crate) fn read(source: &LiveArgument, wants: &Wants, reader: &Reader<'_>) -> Result<Inventory> {
    let catalog = Catalog::builtin();
    match source {
        LiveArgument::None => Ok(Inventory::default()),
        LiveArgument::File(location) if is_location(location) => {
            let object = reader.fetch(location)?;
            let mut inventory = assets::read(object.bytes.as_slice(), &shown_location(location), catalog)?;
            inventory.source.size = Some(object.bytes.len() as u64);
            inventory.source.generation = object.generation;
            Ok(inventory)
        }
        LiveArgument::File(path) => {
            let file = File::open(path).with_context(|| format!("open live file `{}`", printable(path)))?;
            let size = file.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len());
            let mut inventory = assets::read(BufReader::new(file), path, catalog)?;
            inventory.source.size = size;
            Ok(inventory)
        }
        LiveArgument::Api => {
            for line in plan(wants, catalog, &reader.endpoints)?.to_string().lines() {
                reader.say(line);
            }
            let is_shown = output::is_progress_wanted(reader.display.progress, reader.display.quiet);
            let progress: Option<ProgressSink> = is_shown.then(|| Arc::new(show_progress) as ProgressSink);
            let live = LiveOptions {
                transport: reader.transport(),
                endpoints: reader.endpoints.clone(),
                parallelism: usize::from(reader.requests.parallelism),
                read_at: Some(now()),
                progress,
            };
            Ok(read_live(live, catalog, wants)?)
        }
    }
}

fn show_progress(progress: &Progress) {
    output::to_standard_error(&format!(
        "{}/{} read {} in {}",
        progress.done,
        progress.total,
        progress.resource_type,
        printable(&progress.scope)
    ));
}
