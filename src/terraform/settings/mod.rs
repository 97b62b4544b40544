//! `trueup.hcl`: what a user tells trueup, in the language of the configuration and in the root module's scope.
//!
//! Owns which blocks and arguments there are and what is wrong with them. Does not own the language, nor what the
//! settings do. Main entries: [`parse`], and [`crate::terraform::config::evaluate`], which reads them.

mod one_line;
mod read;
#[cfg(test)]
mod tests;

use std::path::{Component, Path};
use std::sync::Arc;

use super::config::{Body, ParsedFile, parse_native, parse_native_as, read_text};
use crate::model::{Diagnostic, SourceMap};

pub(crate) use read::read;

/// A settings file, parsed but not evaluated.
#[derive(Debug, Default)]
pub struct ParsedSettings {
    pub(crate) body: Body,
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads a settings file. Diagnostics name it as seen from the root module's folder. A file that cannot be read is a
/// diagnostic too.
pub fn parse(path: &Path, root: &Path) -> ParsedSettings {
    let shown = name_from(path, root);
    match read_text(path, &shown) {
        Ok(text) => {
            let name: Arc<str> = shown.into();
            let plain = parse_native(Arc::clone(&name), Arc::clone(&text));
            let spread = if plain.diagnostics.is_empty() { None } else { one_line::spread(&text) };
            let spread = spread.and_then(|spread| parse_native_as(name, text, &spread));
            let ParsedFile { file, body, diagnostics, .. } = spread.unwrap_or(plain);
            let sources = SourceMap::from([(Arc::clone(file.name()), Arc::clone(file.text()))]);
            ParsedSettings { body, sources, diagnostics }
        }
        Err(diagnostic) => ParsedSettings { diagnostics: vec![*diagnostic], ..ParsedSettings::default() },
    }
}

/// A path as seen from a folder: relative where both start at the same place, else as it is.
fn name_from(path: &Path, folder: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|part| *part != Component::CurDir)
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (path_parts, folder_parts) = (parts(path), parts(folder));
    let common = path_parts.iter().zip(&folder_parts).take_while(|(left, right)| left == right).count();
    let climbs = folder_parts.len() - common;
    if path.is_absolute() != folder.is_absolute() || folder_parts[common..].iter().any(|part| part == "..") {
        return path.to_string_lossy().replace('\\', "/");
    }
    let mut name = vec![".."; climbs].join("/");
    for part in &path_parts[common..] {
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(part);
    }
    name
}
