//! The JSON report, `format_version` "1.0", and its schema.
//!
//! Programs hold on to this shape. [`document`] has its structs; nothing of the domain is serialized straight out.

mod document;
mod fill;
mod value;

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::Report;
use crate::model::is_printable;

/// The version of the shape.
pub const FORMAT_VERSION: &str = "1.0";

/// Why a report could not be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("write the report as JSON")]
pub struct JsonError(#[from] io::Error);

/// The report as JSON text, indented, with a newline at the end.
///
/// Characters that could steer a terminal are written as `\u` escapes, which read back as the same text.
pub fn render(report: &Report<'_>) -> Result<String, JsonError> {
    let mut text = Vec::new();
    write(report, &mut text)?;
    Ok(String::from_utf8(text).expect("a serializer writes text, and escapes are text"))
}

/// Writes the same piece by piece: of a large project it is many megabytes.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaping { out: &mut *out }, &fill::document(report))?;
    out.write_all(b"\n")
}

/// The JSON Schema of the report. `docs/report.schema.json` is this.
pub fn schema() -> Schema {
    // Of what is written, not of what could be read: keys that are always there are required, null or not.
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<document::Document<'_>>()
}

/// Passes JSON on, escaped. It takes whole characters, as a serializer of texts writes them.
struct Escaping<'o> {
    out: &'o mut dyn Write,
}

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.out.write_all(escaped(text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes what JSON allows in a string and a terminal would obey as escapes. Outside of strings, JSON has line breaks
/// only.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_safe = |character: char| character == '\n' || is_printable(character);
    if text.chars().all(is_safe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_safe(character) {
            safe.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_reads_back_and_steers_nothing(text in any::<String>()) {
            let json = escaped(&serde_json::to_string(&text).expect("a string")).into_owned();
            prop_assert!(json.chars().all(is_printable));
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("valid"), text);
        }
    }

    #[test]
    fn what_steers_a_terminal_is_escaped_and_reads_back_the_same() {
        let text = "a\u{1b}[31m\u{9b}b\u{202e}\u{7f}\n\"ä\u{1f600}";
        let json = escaped(&serde_json::to_string(text).expect("a string")).into_owned();
        assert!(json.chars().all(is_printable), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).expect("valid"), text);
    }
}
