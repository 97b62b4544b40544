//! `yamlencode` and `yamldecode`.
//!
//! The parser is one of YAML 1.2, Terraform's one of 1.1: where the two would read a text differently, this looks at
//! the text itself, or the result is unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::yaml_scalar::{Scalar, scalar, tag_name};
use super::{Call, Failure, Function, Outcome, STRING, any, string};
use crate::terraform::lang::{Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", &[string("src")], super::ANY, |call: &Call<'_>| -> Outcome {
        // In YAML 1.1 these end a line, in YAML 1.2 they do not.
        if call.text(0).contains(['\u{85}', '\u{2028}', '\u{2029}']) {
            return Err(Failure::Unknown(
                "the document has line ends that only Terraform's reader takes as such".to_owned(),
            ));
        }
        decode(call.text(0))
    }),
    Function::new("yamlencode", &[any("value").nullable().dynamic().deep()], STRING, |call| {
        Ok(Val::string(super::yaml_writer::document(&call.value(0))))
    }),
];

/// Faults of the parser's that Terraform's does not find.
const LAX: [&str; 2] = ["in multiline quoted scalar", "plain scalar cannot start with '-' followed by"];

fn decode(text: &str) -> Result<Val, Failure> {
    check_start(text)?;
    let mut reader = Reader { text, parser: Parser::new_from_str(text), anchors: BTreeMap::new(), depth: 0 };
    let missing = || Failure::call("on line 1, column 1: missing start of document");
    loop {
        match reader.next()? {
            Some((Event::StreamStart, _)) => {}
            Some((Event::DocumentStart(_, version), _)) => match version {
                Some(version) if (version.major, version.minor) != (1, 1) => {
                    return Err(Failure::call("found incompatible YAML document"));
                }
                _ => break,
            },
            _ => return Err(missing()),
        }
    }
    let Some((first, span)) = reader.next()? else { return Err(missing()) };
    let value = reader.value(first, span)?;
    loop {
        match reader.next()? {
            Some((Event::DocumentEnd, _)) => {}
            Some((Event::StreamEnd, _)) | None => return Ok(value),
            Some(_) => return Err(Failure::call("on line 1, column 1: unexpected extra content after value")),
        }
    }
}

/// What only the parser of YAML 1.1 refuses at the start of a document.
fn check_start(text: &str) -> Result<(), Failure> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    if lines.clone().next().is_some_and(|line| line.starts_with('\t')) {
        return Err(Failure::call("found character that cannot start any token"));
    }
    let is_known = |line: &str| ["%YAML", "%TAG"].iter().any(|known| line.starts_with(known));
    let directive = lines
        .by_ref()
        .take_while(|line| line.starts_with(['%', '#']))
        .find(|line| line.starts_with('%') && !is_known(line));
    if directive.is_some() { Err(Failure::call("found unknown directive name")) } else { Ok(()) }
}

/// What only the parser of YAML 1.1 refuses in double quotes, which `source` includes.
fn check_escapes(source: &str) -> Result<(), Failure> {
    let mut rest = source;
    while let Some((_, after)) = rest.split_once('\\') {
        let mut characters = after.chars();
        match characters.next() {
            Some('/') => return Err(Failure::call("found unknown escape character")),
            Some('u') => {
                let code = after.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                if code.is_some_and(|code| char::from_u32(code).is_none()) {
                    return Err(Failure::call("found invalid Unicode character escape code"));
                }
            }
            _ => {}
        }
        rest = characters.as_str();
    }
    Ok(())
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    /// Finished nodes by anchor; an anchor that is still open, or stands on a key, is not here.
    anchors: BTreeMap<usize, Val>,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Failure> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok(event)) => Ok(Some(event)),
            Some(Err(error)) => {
                let (marker, message) = (error.marker(), error.info());
                if LAX.iter().any(|part| message.contains(part)) {
                    return Err(Failure::Unknown(
                        "the document is written as only Terraform's reader takes it".to_owned(),
                    ));
                }
                Err(Failure::call(format!("on line {}, column {}: {message}", marker.line(), marker.col() + 1)))
            }
        }
    }

    fn required(&mut self) -> Result<(Event<'t>, Span), Failure> {
        self.next()?.ok_or_else(|| Failure::call("unexpected end of document"))
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Scalar, Failure> {
        let mut text = text;
        match style {
            ScalarStyle::DoubleQuoted => {
                check_escapes(span.byte_range().and_then(|range| self.text.get(range)).unwrap_or_default())?;
            }
            ScalarStyle::Literal | ScalarStyle::Folded
                if span.end.byte_offset() == Some(self.text.len()) && self.ends_in(text) =>
            {
                text = text.strip_suffix('\n').unwrap_or(text);
            }
            _ => {}
        }
        scalar(text, style, tag).map_err(Failure::Call)
    }

    /// Whether a block scalar goes on to the last character of a document without a line end, so that it has none.
    fn ends_in(&self, block: &str) -> bool {
        let last_line = self.text.rsplit('\n').next().unwrap_or_default();
        let last_content = block.strip_suffix('\n').and_then(|block| block.rsplit('\n').next()).unwrap_or_default();
        let is_blank = last_line.trim().is_empty();
        !is_blank || (!last_content.is_empty() && last_line.ends_with(last_content))
    }

    fn value(&mut self, event: Event<'t>, span: Span) -> Result<Val, Failure> {
        if self.depth > limits::VALUE_DEPTH {
            return Err(Failure::Limit("a YAML document nests deeper than 128 levels"));
        }
        self.depth += 1;
        let value = self.node(event, span);
        self.depth -= 1;
        value
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Val, Failure> {
        let (value, anchor) = match event {
            Event::Alias(anchor) => {
                return self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    Failure::call("cannot refer to an anchor on a key, or from inside its own definition")
                });
            }
            Event::Scalar(text, style, anchor, tag) => match self.scalar(&text, style, tag.as_deref(), span)? {
                Scalar::Value(value) => (value, anchor),
                Scalar::Merge => (Val::string("<<"), anchor),
            },
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", "sequence")?;
                (self.sequence()?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map", "mapping")?;
                (self.mapping()?, anchor)
            }
            _ => return Err(Failure::call("unexpected end of a collection")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Val, Failure> {
        let mut elements = Vec::new();
        let mut weight = 0;
        loop {
            match self.required()? {
                (Event::SequenceEnd, _) => return Ok(Val::tuple(elements)),
                (event, span) => {
                    let element = self.value(event, span)?;
                    add(&mut weight, &element)?;
                    elements.push(element);
                }
            }
        }
    }

    fn mapping(&mut self) -> Result<Val, Failure> {
        let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        let mut weight = 0;
        loop {
            let key = match self.required()? {
                (Event::MappingEnd, _) => return Ok(Val::object(members)),
                (Event::Scalar(text, style, _, tag), span) => self.scalar(&text, style, tag.as_deref(), span)?,
                (event, span) => Scalar::Value(self.value(event, span)?),
            };
            let (event, span) = self.required()?;
            let value = self.value(event, span)?;
            add(&mut weight, &value)?;
            match key {
                // What is merged wins over what stands before it.
                Scalar::Merge => match value.members() {
                    Some(more) => members.extend(more.iter().map(|(name, member)| (Arc::clone(name), member.clone()))),
                    None => {
                        return Err(Failure::call(format!("cannot merge {} into mapping", value.ty().friendly_name())));
                    }
                },
                Scalar::Value(key) => {
                    members.insert(key_text(&key)?, value);
                }
            }
        }
    }
}

/// Aliases can make a short text grow without end.
fn add(weight: &mut usize, value: &Val) -> Result<(), Failure> {
    *weight = weight.saturating_add(value.weight());
    if *weight > limits::VALUE_WEIGHT { Err(Failure::Limit("a value is larger than 64 MiB")) } else { Ok(()) }
}

/// Keys are read as values first: an unquoted `on` is a boolean, so its key is "true".
fn key_text(key: &Val) -> Result<Arc<str>, Failure> {
    if key.is_null() {
        return Err(Failure::call("mapping key cannot be null"));
    }
    let text = match (key.as_str(), key.as_bool(), key.as_number()) {
        (Some(text), _, _) => Arc::from(text),
        (_, Some(value), _) => Arc::from(if value { "true" } else { "false" }),
        (_, _, Some(number)) => Arc::from(number.to_string()),
        _ => return Err(Failure::call("only strings are allowed as mapping keys")),
    };
    Ok(text)
}

fn check_tag(tag: Option<&Tag>, wanted: &str, kind: &str) -> Result<(), Failure> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema_tag(wanted) => {
            Err(Failure::call(format!("can't interpret {kind} as {}", tag_name(tag))))
        }
        _ => Ok(()),
    }
}
