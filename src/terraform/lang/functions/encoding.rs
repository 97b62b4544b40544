//! Base 64, percent encoding, CSV and text encodings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Call, Failure, Function, Outcome, Returns, STRING, string};
use crate::terraform::lang::{Type, Val};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[string("str")], STRING, base64decode),
    Function::new("base64encode", &[string("str")], STRING, |call| Ok(Val::string(STANDARD.encode(call.text(0))))),
    Function::new("base64gzip", &[string("str")], STRING, |_| {
        Err(Failure::Unknown("the bytes that Terraform's own gzip writes cannot be reproduced".to_owned()))
    }),
    Function::new("base64gunzip", &[string("str")], STRING, |_| {
        Err(Failure::Unknown("compressed text is not read".to_owned()))
    }),
    Function::new("csvdecode", &[string("str")], Returns::From(|_| Type::list(Type::Any)), csvdecode),
    Function::new("textdecodebase64", &[string("source"), string("encoding")], STRING, textdecodebase64),
    Function::new("textencodebase64", &[string("string"), string("encoding")], STRING, textencodebase64),
    Function::new("urlencode", &[string("str")], STRING, |call| Ok(Val::string(urlencode(call.text(0))))),
    Function::new("urldecode", &[string("str")], STRING, urldecode),
];

fn decode(call: &Call<'_>) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(call.text(0).replace(['\n', '\r'], "")).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
            base64::DecodeError::InvalidLength(at) => at,
            base64::DecodeError::InvalidPadding => call.text(0).len(),
        };
        Failure::call(format!("failed to decode base64 data: illegal base64 data at input byte {at}"))
    })
}

fn base64decode(call: &Call<'_>) -> Outcome {
    match String::from_utf8(decode(call)?) {
        Ok(text) => Ok(Val::string(text)),
        Err(_) => Err(Failure::call("the result of decoding the provided string is not valid UTF-8")),
    }
}

/// The encodings that are understood here, of the many that IANA names.
enum Encoding {
    Utf8,
    Utf16 { is_little_endian: bool },
    Latin1,
}

fn encoding(call: &Call<'_>) -> Result<Encoding, Failure> {
    match call.text(1).to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => Ok(Encoding::Utf8),
        "UTF-16LE" => Ok(Encoding::Utf16 { is_little_endian: true }),
        "UTF-16BE" => Ok(Encoding::Utf16 { is_little_endian: false }),
        "ISO-8859-1" | "LATIN1" => Ok(Encoding::Latin1),
        _ => {
            Err(Failure::Unknown(format!("the text encoding \"{}\" is not one that is understood here", call.text(1))))
        }
    }
}

fn textencodebase64(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let bytes = match encoding(call)? {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16 { is_little_endian } => text
            .encode_utf16()
            .flat_map(|unit| if is_little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect(),
        Encoding::Latin1 => {
            let bytes: Result<Vec<u8>, _> = text.chars().map(|character| u8::try_from(u32::from(character))).collect();
            bytes.map_err(|_| {
                Failure::argument(0, "the given string contains characters that cannot be represented in ISO-8859-1")
            })?
        }
    };
    Ok(Val::string(STANDARD.encode(bytes)))
}

fn textdecodebase64(call: &Call<'_>) -> Outcome {
    let bytes = decode(call)?;
    let wrong = || Failure::argument(0, "the given string contains bytes that are not valid in this encoding");
    let text = match encoding(call)? {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|_| wrong())?,
        Encoding::Utf16 { is_little_endian } => {
            if bytes.len() % 2 != 0 {
                return Err(wrong());
            }
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| {
                    let pair = [pair[0], pair[1]];
                    if is_little_endian { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
                })
                .collect();
            String::from_utf16(&units).map_err(|_| wrong())?
        }
        Encoding::Latin1 => bytes.into_iter().map(char::from).collect(),
    };
    Ok(Val::string(text))
}

fn urlencode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn urldecode(call: &Call<'_>) -> Outcome {
    let text = call.text(0).replace('+', " ");
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(&text).collect();
    String::from_utf8(decoded)
        .map(Val::string)
        .map_err(|_| Failure::call("the result of decoding the provided string is not valid UTF-8"))
}

fn csvdecode(call: &Call<'_>) -> Outcome {
    let mut records = records(call.text(0)).map_err(Failure::call)?.into_iter();
    let Some(names) = records.next() else { return Err(Failure::call("missing header line")) };
    let mut attributes = BTreeMap::new();
    for name in &names {
        if attributes.insert(Arc::from(name.as_str()), Type::String).is_some() {
            return Err(Failure::call(format!("duplicate column name \"{name}\"")));
        }
    }
    let mut rows = Vec::new();
    for (position, record) in records.enumerate() {
        if record.len() != names.len() {
            return Err(Failure::call(format!("record on line {}: wrong number of fields", position + 2)));
        }
        let members = names.iter().zip(record).map(|(name, field)| (Arc::from(name.as_str()), Val::string(field)));
        rows.push(Val::object(members.collect()));
    }
    Ok(Val::list(Type::object(attributes), rows))
}

/// The fields of each record (RFC 4180); empty lines are left out.
fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut characters = text.chars().peekable();
    let mut line = 1;
    let mut is_quoted_field = false;
    while let Some(character) = characters.next() {
        match character {
            '"' if field.is_empty() && !is_quoted_field => {
                is_quoted_field = true;
                loop {
                    match characters.next() {
                        Some('"') if characters.peek() == Some(&'"') => {
                            characters.next();
                            field.push('"');
                        }
                        Some('"') => break,
                        Some(other) => {
                            line += usize::from(other == '\n');
                            field.push(other);
                        }
                        None => {
                            return Err(format!(
                                "parse error on line {line}: extraneous or missing \" in quoted-field"
                            ));
                        }
                    }
                }
                if !matches!(characters.peek(), None | Some(',' | '\n' | '\r')) {
                    return Err(format!("parse error on line {line}: extraneous or missing \" in quoted-field"));
                }
            }
            '"' => return Err(format!("parse error on line {line}: bare \" in non-quoted-field")),
            ',' => {
                record.push(std::mem::take(&mut field));
                is_quoted_field = false;
            }
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => {
                line += 1;
                if !record.is_empty() || !field.is_empty() || is_quoted_field {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                is_quoted_field = false;
            }
            other => field.push(other),
        }
    }
    if !record.is_empty() || !field.is_empty() || is_quoted_field {
        record.push(field);
        records.push(record);
    }
    Ok(records)
}
