//! `textencodebase64` and `textdecodebase64`.
//!
//! Of the encodings that Terraform knows (`text_encodings.txt`, canonical name and all its names), those of Unicode,
//! ASCII and the two Latin ones of the West are carried out; the result is unknown for the others.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::encoding::decoded;
use super::{Call, Failure, Function, Outcome, STRING, string};
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("textdecodebase64", &[string("source"), string("encoding")], STRING, textdecodebase64),
    Function::new("textencodebase64", &[string("string"), string("encoding")], STRING, textencodebase64),
];

const NAMES: &str = include_str!("text_encodings.txt");

/// What stands in for bytes that are no character.
const NONE: char = '\u{fffd}';

/// The characters of Windows-1252 between 0x80 and 0x9f, where Latin 1 has control characters.
const WINDOWS: [char; 32] = [
    '€', NONE, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', NONE, 'Ž', NONE, NONE, '‘', '’', '“', '”', '•',
    '–', '—', '˜', '™', 'š', '›', 'œ', NONE, 'ž', 'Ÿ',
];

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16 { is_little_endian: bool, has_mark: bool },
    Ascii,
    Latin1,
    Windows1252,
}

/// The encoding with its canonical name.
fn encoding(call: &Call<'_>) -> Result<(Encoding, &'static str), Failure> {
    let given = call.text(1);
    let sought = given.trim().to_lowercase();
    let canonical = NAMES.lines().find_map(|line| {
        let (canonical, names) = line.split_once(": ")?;
        names.split(' ').any(|name| name == sought).then_some(canonical)
    });
    let Some(canonical) = canonical else {
        let message = format!("{given:?} is not a supported IANA encoding name or alias in this Terraform version");
        return Err(Failure::argument(1, message));
    };
    let encoding = match canonical {
        "UTF-8" => Encoding::Utf8,
        "UTF-16" => Encoding::Utf16 { is_little_endian: false, has_mark: true },
        "UTF-16BE" => Encoding::Utf16 { is_little_endian: false, has_mark: false },
        "UTF-16LE" => Encoding::Utf16 { is_little_endian: true, has_mark: false },
        "US-ASCII" => Encoding::Ascii,
        "ISO_8859-1:1987" => Encoding::Latin1,
        "windows-1252" => Encoding::Windows1252,
        _ => return Err(Failure::Unknown(format!("the text encoding {canonical} is not carried out here"))),
    };
    Ok((encoding, canonical))
}

/// The byte of a character in an encoding of one byte each.
fn byte(encoding: Encoding, character: char) -> Option<u8> {
    if let Encoding::Windows1252 = encoding
        && character != NONE
        && let Some(at) = WINDOWS.iter().position(|other| *other == character)
    {
        return u8::try_from(0x80 + at).ok();
    }
    let code = u8::try_from(u32::from(character)).ok()?;
    let is_there = match encoding {
        Encoding::Ascii => code < 0x80,
        Encoding::Windows1252 => !(0x80..0xa0).contains(&code),
        _ => true,
    };
    is_there.then_some(code)
}

fn textencodebase64(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let (encoding, name) = encoding(call)?;
    let bytes: Option<Vec<u8>> = match encoding {
        Encoding::Utf8 => Some(text.as_bytes().to_vec()),
        Encoding::Utf16 { is_little_endian, has_mark } => {
            let mark = has_mark.then_some(0xfeff_u16).into_iter();
            let units = mark.chain(text.encode_utf16());
            Some(
                units.flat_map(|unit| if is_little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect(),
            )
        }
        Encoding::Ascii | Encoding::Latin1 | Encoding::Windows1252 => {
            text.chars().map(|character| byte(encoding, character)).collect()
        }
    };
    let bytes = bytes.ok_or_else(|| {
        Failure::argument(0, format!("the given string contains characters that cannot be represented in {name}"))
    })?;
    Ok(Val::string(STANDARD.encode(bytes)))
}

fn textdecodebase64(call: &Call<'_>) -> Outcome {
    let (encoding, name) = encoding(call)?;
    let bytes =
        decoded(call.text(0)).ok_or_else(|| Failure::argument(0, "the given value has an invalid base64 symbol"))?;
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).ok(),
        Encoding::Utf16 { is_little_endian, has_mark } => utf16(&bytes, is_little_endian, has_mark),
        Encoding::Ascii => bytes.is_ascii().then(|| bytes.into_iter().map(char::from).collect()),
        Encoding::Latin1 => Some(bytes.into_iter().map(char::from).collect()),
        Encoding::Windows1252 => {
            let character = |byte: u8| match byte.checked_sub(0x80).and_then(|at| WINDOWS.get(usize::from(at))) {
                Some(character) => *character,
                None => char::from(byte),
            };
            Some(bytes.into_iter().map(character).collect())
        }
    };
    // Terraform tells faulty bytes by the character that stands in for them.
    match text.filter(|text| !text.contains(NONE)) {
        Some(text) => Ok(Val::string(text)),
        None => {
            let message = format!("the given string contains symbols that are not defined for {name}");
            Err(Failure::argument(0, message))
        }
    }
}

fn utf16(bytes: &[u8], is_little_endian: bool, has_mark: bool) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let (mut pairs, mut is_little_endian) = (pairs, is_little_endian);
    if has_mark && let Some((first, others)) = pairs.split_first() {
        match first {
            [0xfe, 0xff] => pairs = others,
            [0xff, 0xfe] => (pairs, is_little_endian) = (others, true),
            _ => {}
        }
    }
    let unit = |pair: &[u8; 2]| if is_little_endian { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    String::from_utf16(&pairs.iter().map(unit).collect::<Vec<u16>>()).ok()
}
