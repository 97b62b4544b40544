//! Flags that need more than clap's own checking, read before any work is done.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::arguments::{CheckArguments, Format};

/// Flag values, checked.
#[derive(Debug)]
pub(crate) struct Options {
    /// `--report`: format and file.
    pub(crate) reports: Vec<(Format, String)>,
    /// `--endpoint`: service name and base URL.
    pub(crate) endpoints: BTreeMap<String, String>,
    /// `--var`: name and text.
    pub(crate) variables: Vec<(String, String)>,
}

impl Options {
    /// Checks the flags of `check`. An error names the flag and what it should look like.
    pub(crate) fn read(arguments: &CheckArguments) -> Result<Self> {
        let mut reports = Vec::new();
        for text in &arguments.reports {
            let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
                bail!("--report `{text}`: expected FORMAT=FILE, such as json=report.json");
            };
            let format = match format {
                "text" => Format::Text,
                "json" => Format::Json,
                _ => bail!("--report `{text}`: unknown format `{format}`, expected text or json"),
            };
            reports.push((format, path.to_owned()));
        }
        let mut endpoints = BTreeMap::new();
        for text in &arguments.endpoints {
            let Some((service, address)) = text.split_once('=').filter(|(service, _)| !service.is_empty()) else {
                bail!("--endpoint `{text}`: expected SERVICE=URL, such as redis=http://127.0.0.1:8080/v1/");
            };
            match url::Url::parse(address) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => {}
                _ => bail!("--endpoint `{service}`: expected an http or https URL"),
            }
            endpoints.insert(service.to_owned(), address.to_owned());
        }
        let mut variables = Vec::new();
        for text in &arguments.variables {
            let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
                bail!("--var `{text}`: expected NAME=VALUE");
            };
            variables.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self { reports, endpoints, variables })
    }
}
