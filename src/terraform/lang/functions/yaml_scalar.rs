//! What a scalar of a YAML document means, by the rules of go-cty-yaml.
//!
//! They are neither those of YAML 1.1 nor of 1.2: `yes` is a boolean, `0777` is the number 777, a date becomes an RFC
//! 3339 timestamp, quotes win over tags, and a block scalar is read like a plain one before it is made text again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use granit_parser::{ScalarStyle, Tag};
use jiff::civil::{Date, DateTime, Time};

use crate::model::{Number, NumberError};
use crate::terraform::lang::{Type, Val, convert};

/// A scalar; `<<` means something only as a key.
pub(super) enum Scalar {
    Value(Val),
    Merge,
}

/// The namespace of the tags that have a meaning.
const TAGS: &str = "tag:yaml.org,2002:";

/// A tag as messages have it.
pub(super) fn tag_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

/// The value of a scalar.
pub(super) fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Scalar, String> {
    let name = match tag {
        None => None,
        Some(tag) => match tag.suffix_in_namespace(TAGS) {
            Some(name) => Some(name.into_owned()),
            None => return Err(format!("unsupported tag \"{}\"", tag_name(tag))),
        },
    };
    let name = name.as_deref();
    if let Some(name) = name
        && !matches!(name, "str" | "binary" | "int" | "float" | "bool" | "null" | "timestamp")
    {
        return Err(format!("unsupported tag \"{TAGS}{name}\""));
    }
    let value = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => quoted(text, name)?,
        _ => plain(text, name)?,
    };
    let Scalar::Value(value) = value else { return Ok(Scalar::Merge) };
    let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    // Without a tag a block scalar is text in the end.
    if is_block && name.is_none() {
        return convert(&value, &Type::String).map(Scalar::Value).map_err(|error| error.to_string());
    }
    Ok(Scalar::Value(value))
}

/// Whether a text begins like a number, a date or a word that means something.
fn may_have_meaning(text: &str) -> bool {
    text.chars().next().is_none_or(|first| {
        matches!(first, '+' | '-' | '.' | '0'..='9' | 'y' | 'Y' | 'n' | 'N' | 't' | 'T' | 'f' | 'F' | 'o' | 'O' | '~')
    })
}

fn quoted(text: &str, tag: Option<&str>) -> Result<Scalar, String> {
    match tag {
        Some("str" | "binary") => tagged(text, tag),
        _ if may_have_meaning(text) => Ok(Scalar::Value(Val::string(text))),
        _ => tagged(text, tag),
    }
}

fn plain(text: &str, tag: Option<&str>) -> Result<Scalar, String> {
    if matches!(tag, Some("str" | "binary")) || !may_have_meaning(text) {
        return tagged(text, tag);
    }
    if let Some(value) = word(text) {
        return Ok(Scalar::Value(value));
    }
    if tag.is_none() && matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("floating point NaN is not supported".to_owned());
    }
    if matches!(tag, None | Some("timestamp"))
        && let Some(time) = timestamp(text)
    {
        return Ok(Scalar::Value(Val::string(time)));
    }
    if is_number(text) {
        return tagged(text, Some("float"));
    }
    tagged(text, tag)
}

/// A word that means something whatever its tag.
fn word(text: &str) -> Option<Val> {
    let infinite = || Val::unknown(Type::Number, "the number is infinite, which no number here is");
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Val::null(),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Val::bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Val::bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => infinite(),
        _ => return None,
    })
}

/// A value of a tag, or text.
fn tagged(text: &str, tag: Option<&str>) -> Result<Scalar, String> {
    let wrong = || format!("cannot parse {text:?} as {TAGS}{}", tag.unwrap_or_default());
    let value = match tag {
        None if text == "<<" => return Ok(Scalar::Merge),
        None | Some("str") => Val::string(text),
        Some("binary") => match STANDARD.decode(text.replace(['\n', '\r'], "")) {
            Ok(_) => Val::string(text),
            Err(_) => return Err(format!("{}: not valid base64", wrong())),
        },
        Some("int" | "float") => number(text).ok_or_else(wrong)?,
        Some("timestamp") => timestamp(text).map(Val::string).ok_or_else(wrong)?,
        Some("null") => Val::null(),
        Some(_) => return Err(wrong()),
    };
    Ok(Scalar::Value(value))
}

/// Whether a text is a number without a tag's help: YAML 1.2's integers and floats.
fn is_number(text: &str) -> bool {
    let is_of = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    if let Some(digits) = text.strip_prefix("0x") {
        return is_of(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return is_of(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !(whole.is_empty() && fraction.is_empty()) && is_digits(whole) && is_digits(fraction);
    has_digits && exponent.is_none_or(|exponent| is_of(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10))
}

/// A number, also with underscores and in other bases.
fn number(text: &str) -> Option<Val> {
    let digits = text.replace('_', "");
    match Number::parse(&digits) {
        Ok(number) => return Some(Val::number(number)),
        Err(error @ NumberError::Range) => return Some(Val::unknown(Type::Number, format!("it is {error}"))),
        Err(NumberError::Notation) => {}
    }
    let (is_negative, unsigned) = match digits.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let prefix = unsigned.get(..2)?.to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().find(|(own, _)| *own == prefix)?.1;
    let digits = unsigned.get(2..).filter(|digits| !digits.starts_with(['+', '-']))?;
    let size = u64::from_str_radix(digits, radix).ok().filter(|size| !is_negative || *size <= 1 << 63)?;
    let number = Number::from(size);
    Some(Val::number(if is_negative { number.negated() } else { number }))
}

/// A date or timestamp in one of the forms that Go's YAML readers know, as RFC 3339 without fractions.
fn timestamp(text: &str) -> Option<String> {
    if text.as_bytes().get(4) != Some(&b'-') || !text.is_ascii() {
        return None;
    }
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.split('-').map(|part| short_number(part, if part.len() == 4 { 4 } else { 2 }));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || date.len() < 8 {
        return None;
    }
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let Some((separator, clock)) = rest else { return Some(format!("{date}T00:00:00Z")) };
    let zone_at = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone_at);
    // With a blank there is no zone, with a letter there has to be one.
    let zone = match (separator, zone) {
        (b' ', "") | (b'T' | b't', "Z") => "Z",
        (b'T' | b't', zone) if is_offset(zone) => zone,
        _ => return None,
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = clock.split(':').map(|part| short_number(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()?;
    Some(format!("{}{zone}", DateTime::from_parts(date, time).strftime("%Y-%m-%dT%H:%M:%S")))
}

fn short_number(text: &str, digits: usize) -> Option<u16> {
    let is_number = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn is_offset(zone: &str) -> bool {
    let bytes = zone.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.len() == 6 && bytes[3] == b':' && matches!(bytes[0], b'+' | b'-') && [1, 2, 4, 5].into_iter().all(is_digit)
}
