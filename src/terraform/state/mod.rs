//! The bytes of a state file of version 4 become a [`State`]; nothing here reads a file or knows a provider.
//!
//! [`parse`] walks over the text once and leaves the attributes of each instance where they are: a state of a hundred
//! megabytes costs little more than its text, and only the instances that someone asks for are expanded
//! ([`State::attributes`]). What makes the whole state unusable is a [`StateError`]; what is wrong with one entry is a
//! diagnostic, and the other entries are read. [`StateReference`] gives the evaluator the recorded values.

mod build;
mod entry;
mod error;
mod fault;
mod foreign;
mod module_address;
mod outputs;
mod reference;
mod scan;
mod sensitive;

#[cfg(test)]
mod tests;

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::build::{Builder, Built};
use self::entry::{Document, Members, kind, span};
use self::fault::position;
use crate::model::{Severity, State, StateSource};

pub use self::error::{Foreign, StateError};
pub(crate) use self::outputs::outputs;
pub use self::reference::StateReference;

/// The one format version that is read: what Terraform 0.12 and later and OpenTofu write.
const VERSION: u64 = 4;

/// Reads a state of version 4. `path` is how the user names it (a file, a URL, `-`); it stands in errors, diagnostics
/// and [`StateSource::path`].
///
/// Memory: the text itself and a few hundred bytes per instance. A byte order mark is dropped. Bytes that are not UTF-8
/// are read as `?`, with a warning.
///
/// # Errors
/// Where the whole state is unusable: empty, cut off, not JSON, another format version, encrypted, or something else
/// that was given by mistake.
pub fn parse(mut bytes: Vec<u8>, path: &str) -> Result<State, StateError> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(StateError::Empty { path: path.to_owned() });
    }
    if let Some(kind) = foreign::by_bytes(bytes.trim_ascii_start()) {
        return Err(StateError::Foreign { path: path.to_owned(), kind });
    }
    let (text, first_replaced) = into_text(bytes);
    let (source, mut builder) = match quick(&text, path) {
        Some(read) => read,
        None => lenient(&text, path)?,
    };
    if let Some(offset) = first_replaced {
        builder.faults.add(Severity::Warning, "State is not UTF-8", Some(offset..offset + 1), || {
            "Bytes that are not UTF-8 are read as `?`, here and perhaps further down; values that hold them look \
             drifted. `terraform state pull` prints valid UTF-8."
                .to_owned()
        });
    }
    let Built { instances, current, faults } = builder.finish();
    let diagnostics = faults.into_diagnostics(&text, path);
    Ok(State { source, text, instances, diagnostics, current })
}

/// The bytes as text, without a copy, and where the first byte stood that had to be replaced.
fn into_text(bytes: Vec<u8>) -> (String, Option<usize>) {
    let (mut bytes, mut invalid) = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => {
            let invalid = error.utf8_error();
            (error.into_bytes(), invalid)
        }
    };
    let first = invalid.valid_up_to();
    let mut checked = 0;
    loop {
        let start = checked + invalid.valid_up_to();
        let end = invalid.error_len().map_or(bytes.len(), |length| start + length);
        bytes[start..end].fill(b'?');
        checked = end;
        match std::str::from_utf8(&bytes[checked..]) {
            Ok(_) => break,
            Err(error) => invalid = error,
        }
    }
    // All that was invalid is a question mark now, so that nothing is left to replace.
    (String::from_utf8(bytes).unwrap_or_default(), Some(first))
}

/// One pass over a state in which nothing is odd; `None` where anything is.
fn quick<'a>(text: &'a str, path: &str) -> Option<(StateSource, Builder<'a>)> {
    let mut builder = Builder::new(text);
    let document = Document::scan(text, "4", |resource| builder.resource(&resource))?;
    let source = builder.source(path, &document);
    Some((source, builder))
}

/// Takes a state apart step by step: finds out what it is, and reads what can be read of it.
fn lenient<'a>(text: &'a str, path: &str) -> Result<(StateSource, Builder<'a>), StateError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = match serde::Deserialize::deserialize(&mut deserializer) {
        Ok(members) => members,
        Err(error) => return Err(not_a_document(text, path, &error)),
    };
    let members: Members<'a> = members;
    if let Some(kind) = foreign::by_members(&members) {
        return Err(StateError::Foreign { path: path.to_owned(), kind });
    }
    if let Err(error) = deserializer.end() {
        return Err(not_a_document(text, path, &error));
    }
    check_version(text, path, &members)?;
    let mut builder = Builder::new(text);
    builder.repeated_members(&members, "the state");
    if let Some(resources) = members.get("resources") {
        if !resources.starts_with('[') {
            return Err(StateError::Malformed {
                path: path.to_owned(),
                problem: format!("its `resources` is {}, not a list", kind(resources)),
                position: position(text, span(text, resources).start),
            });
        }
        // The list was read once as a raw value, so that it is valid JSON and each element is one.
        let walked = serde_json::Deserializer::from_str(resources).deserialize_seq(EachResource(&mut builder));
        debug_assert!(walked.is_ok(), "a raw value is valid JSON");
    }
    let source = builder.source(path, &Document::from_members(&members));
    Ok((source, builder))
}

fn check_version(text: &str, path: &str, members: &Members<'_>) -> Result<(), StateError> {
    let path = path.to_owned();
    let Some(raw) = members.get("version") else {
        let problem = "it is JSON without a `version`, so that it is no state".to_owned();
        return Err(StateError::Malformed { path, problem, position: position(text, 0) });
    };
    let Ok(version) = serde_json::from_str::<u64>(raw) else {
        let problem = format!("its `version` is {} and no whole number", kind(raw));
        return Err(StateError::Malformed { path, problem, position: position(text, span(text, raw).start) });
    };
    let terraform_version = members.get("terraform_version").and_then(|raw| serde_json::from_str::<String>(raw).ok());
    match version.cmp(&VERSION) {
        std::cmp::Ordering::Less => Err(StateError::OldVersion { path, version, terraform_version }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(StateError::NewVersion { path, version, terraform_version }),
    }
}

/// Why a text is no JSON object.
fn not_a_document(text: &str, path: &str, error: &serde_json::Error) -> StateError {
    let path = path.to_owned();
    let line_start = match error.line() {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(offset, _)| offset + 1),
    };
    let position = position(text, (line_start + error.column().saturating_sub(1)).min(text.len()));
    if error.is_eof() {
        return StateError::Truncated { path, position };
    }
    if error.is_data() {
        let problem = "it is JSON but no object, so that it is no state".to_owned();
        return StateError::Malformed { path, problem, position };
    }
    let line = text[line_start..].lines().next().unwrap_or_default();
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)) {
        return StateError::MergeConflict { path, position };
    }
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    StateError::NotJson { path, position, reason }
}

/// Hands each element of `resources` to the builder, without keeping them.
struct EachResource<'b, 'a>(&'b mut Builder<'a>);

impl<'a> Visitor<'a> for EachResource<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(raw) = elements.next_element::<&'a RawValue>()? {
            self.0.raw_resource(raw.get());
        }
        Ok(())
    }
}
