//! Reads live objects from where `--live` says.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::BufReader;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::environment::now;
use super::output;
use super::reader::Reader;
use crate::catalog::Catalog;
use crate::google::{
    AssetScope, LiveOptions, Progress, ProgressSink, Wanted, Wants, assets, is_location, plan, read_assets, read_live,
    shown_location,
};
use crate::model::{Inventory, Listing, printable};

/// Where live objects come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LiveArgument {
    /// Google Cloud's APIs.
    Api,
    /// Not asked.
    None,
    /// The asset inventory of a scope.
    Inventory(AssetScope),
    /// An asset file.
    File(String),
}

impl LiveArgument {
    /// Reads the value of `--live`.
    pub(crate) fn read(text: &str) -> Result<Self> {
        Ok(match (text, text.strip_prefix("assets://")) {
            ("api", _) => Self::Api,
            ("none", _) => Self::None,
            (_, Some(scope)) => Self::Inventory(AssetScope::new(scope)?),
            (path, None) => Self::File(path.to_owned()),
        })
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
            Ok(read_live(live_options(reader), catalog, wants)?)
        }
        LiveArgument::Inventory(scope) => Ok(read_assets(live_options(reader), catalog, wants, scope)?),
    }
}

/// Reads objects of an inventory directly, since the inventory lags behind: they are as read, or not observed.
pub(crate) fn confirm(inventory: &mut Inventory, suspects: BTreeSet<Wanted>, reader: &Reader<'_>) -> Result<()> {
    let catalog = Catalog::builtin();
    let objects = suspects.iter().map(|wanted| (wanted.resource_type.clone(), wanted.identity.clone())).collect();
    let wants = Wants { resources: suspects, numbers: inventory.projects.clone(), ..Wants::default() };
    for line in plan(&wants, catalog, &reader.endpoints)?.to_string().lines() {
        reader.say(line);
    }
    let direct = read_live(live_options(reader), catalog, &wants).unwrap_or_else(|error| {
        // Nothing could be confirmed; that is said of each of them.
        let reason = format!("the asset inventory says otherwise, and it could not be confirmed: {error}");
        let listings = wants.resources.iter().map(|wanted| Listing {
            resource_type: wanted.resource_type.clone(),
            scope: wanted.identity.path().to_owned(),
            is_complete: false,
            error: reason.lines().next().map(str::to_owned),
        });
        Inventory { listings: listings.collect(), ..Inventory::default() }
    });
    inventory.correct(&objects, direct);
    Ok(())
}

fn live_options(reader: &Reader<'_>) -> LiveOptions {
    let is_shown = output::is_progress_wanted(reader.display.progress, reader.display.quiet);
    LiveOptions {
        transport: reader.transport(),
        endpoints: reader.endpoints.clone(),
        parallelism: usize::from(reader.requests.parallelism),
        read_at: Some(now()),
        progress: is_shown.then(|| Arc::new(show_progress) as ProgressSink),
    }
}

fn show_progress(progress: &Progress) {
    output::to_standard_error(&format!(
        "{}/{} read {} in {}; {} objects until now",
        progress.done,
        progress.total,
        progress.resource_type,
        printable(&progress.scope),
        progress.objects
    ));
}
