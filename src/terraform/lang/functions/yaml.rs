//! `yamlencode` and `yamldecode`.
//!
//! Plain scalars are resolved as go-cty-yaml does, which is neither YAML 1.1 nor 1.2: `yes` is a boolean, `0777` is the
//! number 777, and a date becomes an RFC 3339 timestamp.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use jiff::civil::{Date, DateTime, Time};

use super::{Call, Failure, Function, Outcome, STRING, any, string};
use crate::model::Number;
use crate::terraform::lang::{Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", &[string("src")], super::ANY, |call: &Call<'_>| -> Outcome {
        decode(call.text(0)).map_err(Failure::Call)
    }),
    Function::new("yamlencode", &[any("value").nullable()], STRING, |call| {
        Ok(Val::string(super::yaml_writer::document(&call.value(0))))
    }),
];

fn decode(text: &str) -> Result<Val, String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: BTreeMap::new(), depth: 0 };
    let missing = || "on line 1, column 1: missing start of document".to_owned();
    loop {
        match reader.next()? {
            Some(Event::StreamStart) => {}
            Some(Event::DocumentStart(..)) => break,
            _ => return Err(missing()),
        }
    }
    let Some(first) = reader.next()? else { return Err(missing()) };
    let value = match reader.node(first)? {
        Node::Value(value) => value,
        Node::Merge => Val::string("<<"),
    };
    loop {
        match reader.next()? {
            Some(Event::DocumentEnd) => {}
            Some(Event::StreamEnd) | None => return Ok(value),
            Some(_) => return Err("on line 1, column 1: unexpected extra content after value".to_owned()),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// Finished nodes by anchor; an anchor that is still open is not here.
    anchors: BTreeMap<usize, Val>,
    depth: usize,
}

/// A node; `<<` means something only as a key.
enum Node {
    Value(Val),
    Merge,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<Event<'t>>, String> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, _))) => Ok(Some(event)),
            Some(Err(error)) => {
                let marker = error.marker();
                Err(format!("on line {}, column {}: {}", marker.line(), marker.col() + 1, error.info()))
            }
        }
    }

    fn required(&mut self) -> Result<Event<'t>, String> {
        self.next()?.ok_or_else(|| "unexpected end of document".to_owned())
    }

    fn node(&mut self, event: Event<'t>) -> Result<Node, String> {
        if self.depth > limits::VALUE_DEPTH {
            return Err("the document nests deeper than 128 levels".to_owned());
        }
        self.depth += 1;
        let node = self.node_inner(event);
        self.depth -= 1;
        node
    }

    fn value(&mut self, event: Event<'t>) -> Result<Val, String> {
        Ok(match self.node(event)? {
            Node::Value(value) => value,
            Node::Merge => Val::string("<<"),
        })
    }

    fn node_inner(&mut self, event: Event<'t>) -> Result<Node, String> {
        let (value, anchor) = match event {
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                return value
                    .map(Node::Value)
                    .ok_or_else(|| "cannot refer to an anchor from inside its own definition".to_owned());
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain;
                if is_plain && text == "<<" && tag.is_none() {
                    return Ok(Node::Merge);
                }
                (scalar(&text, is_plain, tag.as_deref())?, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", "sequence")?;
                (self.sequence()?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map", "mapping")?;
                (self.mapping()?, anchor)
            }
            _ => return Err("unexpected end of a collection".to_owned()),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(Node::Value(value))
    }

    fn sequence(&mut self) -> Result<Val, String> {
        let mut elements = Vec::new();
        let mut weight = 0;
        loop {
            match self.required()? {
                Event::SequenceEnd => return Ok(Val::tuple(elements)),
                event => {
                    let element = self.value(event)?;
                    add(&mut weight, &element)?;
                    elements.push(element);
                }
            }
        }
    }

    fn mapping(&mut self) -> Result<Val, String> {
        let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        let mut weight = 0;
        loop {
            let event = match self.required()? {
                Event::MappingEnd => return Ok(Val::object(members)),
                event => event,
            };
            let key = self.node(event)?;
            let event = self.required()?;
            let value = self.value(event)?;
            add(&mut weight, &value)?;
            match key {
                // What is merged wins over what stands before it.
                Node::Merge => match value.members() {
                    Some(more) => members.extend(more.iter().map(|(name, member)| (Arc::clone(name), member.clone()))),
                    None => return Err(format!("cannot merge {} into mapping", value.ty().friendly_name())),
                },
                Node::Value(key) => {
                    members.insert(key_text(&key)?, value);
                }
            }
        }
    }
}

/// Aliases can make a short text grow without end.
fn add(weight: &mut usize, value: &Val) -> Result<(), String> {
    *weight = weight.saturating_add(value.weight());
    if *weight > limits::VALUE_WEIGHT { Err("the value is larger than 64 MiB".to_owned()) } else { Ok(()) }
}

/// Keys are read as values first: an unquoted `on` is a boolean, so its key is "true".
fn key_text(key: &Val) -> Result<Arc<str>, String> {
    if key.is_null() {
        return Err("mapping key cannot be null".to_owned());
    }
    let text = match (key.as_str(), key.as_bool(), key.as_number()) {
        (Some(text), _, _) => Arc::from(text),
        (_, Some(value), _) => Arc::from(if value { "true" } else { "false" }),
        (_, _, Some(number)) => Arc::from(number.to_string()),
        _ => return Err("only strings are allowed as mapping keys".to_owned()),
    };
    Ok(text)
}

fn check_tag(tag: Option<&Tag>, wanted: &str, kind: &str) -> Result<(), String> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema_tag(wanted) => {
            Err(format!("can't interpret {kind} as {}", tag_name(tag)))
        }
        _ => Ok(()),
    }
}

fn tag_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

fn scalar(text: &str, is_plain: bool, tag: Option<&Tag>) -> Result<Val, String> {
    let Some(tag) = tag else { return if is_plain { resolve(text) } else { Ok(Val::string(text)) } };
    let Some(name) = tag.suffix_in_namespace("tag:yaml.org,2002:") else {
        return Err(format!("unsupported tag \"{}\"", tag_name(tag)));
    };
    match name.as_ref() {
        "str" | "binary" => return Ok(Val::string(text)),
        "int" | "float" | "bool" | "null" | "timestamp" => {}
        _ => return Err(format!("unsupported tag \"{}\"", tag_name(tag))),
    }
    // Quotes win over the tag.
    if !is_plain {
        return Ok(Val::string(text));
    }
    let value = resolve(text)?;
    let is_fitting = match name.as_ref() {
        "int" | "float" => value.as_number().is_some(),
        "bool" => value.as_bool().is_some(),
        "null" => value.is_null(),
        _ => value.as_str().is_some(),
    };
    if is_fitting { Ok(value) } else { Err(format!("cannot parse \"{text}\" as {}", tag_name(tag))) }
}

/// What a plain scalar means.
fn resolve(text: &str) -> Result<Val, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Val::null()),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Val::bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Val::bool(false));
        }
        ".nan" | ".NaN" | ".NAN" => return Err("floating point NaN is not supported".to_owned()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Err("infinity cannot be represented here".to_owned());
        }
        _ => {}
    }
    if let Some(number) = number(text) {
        return Ok(Val::number(number));
    }
    Ok(timestamp(text).map_or_else(|| Val::string(text), Val::string))
}

fn number(text: &str) -> Option<Number> {
    let radix = |digits: &str, radix| {
        let is_digits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        if is_digits { i128::from_str_radix(digits, radix).ok().map(Number::from) } else { None }
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !(whole.is_empty() && fraction.is_empty()) && is_digits(whole) && is_digits(fraction);
    let has_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    if has_digits && has_exponent { Number::parse(text).ok() } else { None }
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
