//! `format` and `formatlist`.

use super::format_number::{self, Field};
use super::{Call, Failure, Function, Outcome, Returns, STRING, Shape, any, json, strings};
use crate::model::Number;
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::{Kind, Type, Val, convert, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", &[super::string("format")], STRING, |call| {
        let arguments: Vec<&Val> = call.arguments.iter().skip(1).collect();
        format(call.text(0), &arguments).map(Val::string)
    })
    .variadic(any("args").nullable().deep()),
    Function::new("formatlist", &[super::string("format")], Returns::Fixed(Shape::Strings), formatlist)
        .variadic(any("args").nullable().unknown().deep()),
];

/// The widest field, and the most digits; wider ones are an attack on memory.
const WIDTH: usize = 1 << 16;

fn formatlist(call: &Call<'_>) -> Outcome {
    let arguments = call.arguments.get(1..).unwrap_or_default();
    let mut length = None;
    let mut open = None;
    for (position, argument) in arguments.iter().enumerate() {
        let found = match (argument.kind(), argument.elements()) {
            (Kind::Set(..), Some(elements)) if elements.len() > 1 && !argument.is_wholly_known() => None,
            (_, Some(elements)) => Some(elements.len()),
            (Kind::Unknown(Type::Tuple(of), _), None) => Some(of.len()),
            (Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Any, _), None) => None,
            _ => continue,
        };
        if !argument.is_known() || found.is_none() {
            open.get_or_insert(argument);
        }
        match (length, found) {
            (Some((known, first)), Some(found)) if known != found => {
                let message = format!(
                    "argument {} has length {found}, which is inconsistent with argument {first} of length {known}",
                    position + 1
                );
                return Err(Failure::argument(position + 1, message));
            }
            (None, Some(found)) => length = Some((found, position + 1)),
            _ => {}
        }
    }
    if let Some(open) = open {
        return Ok(unknown_of(Type::list(Type::String), &[open]));
    }
    let mut lines = Vec::new();
    let mut weight = 0_usize;
    for row in 0..length.map_or(1, |(length, _)| length) {
        let cells: Vec<&Val> = arguments
            .iter()
            .map(|argument| argument.elements().and_then(|elements| elements.get(row)).unwrap_or(argument))
            .collect();
        let line = if cells.iter().all(|cell| cell.is_wholly_known()) {
            format(call.text(0), &cells).map(Val::string).map_err(|failure| match failure {
                Failure::Call(message) | Failure::Argument(_, message) if !arguments.is_empty() => {
                    Failure::Call(format!("error on format iteration {row}: {message}"))
                }
                other => other,
            })?
        } else {
            unknown_of(Type::String, &cells)
        };
        weight = weight.saturating_add(line.weight());
        if weight > limits::VALUE_WEIGHT {
            return Err(Failure::Limit("a value is larger than 64 MiB"));
        }
        lines.push(line);
    }
    Ok(Val::list(Type::String, lines))
}

/// One `%` sequence.
struct Verb<'p> {
    text: &'p str,
    offset: usize,
    field: Field,
    /// Which argument, counted from one.
    index: Option<usize>,
    letter: char,
}

fn format(pattern: &str, arguments: &[&Val]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut next = 1;
    let mut highest = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let offset = pattern.len() - rest.len() + at;
        if rest[at..].starts_with("%%") {
            out.push('%');
            rest = &rest[at + 2..];
            continue;
        }
        let verb = parse_verb(&rest[at..], offset)?;
        rest = &rest[at + verb.text.len()..];
        let index = verb.index.unwrap_or(next);
        highest = highest.max(index);
        let Some(argument) = arguments.get(index - 1) else {
            return Err(Failure::call(format!(
                "not enough arguments for \"{}\" at {offset}: need index {index} but have {} total",
                verb.text,
                arguments.len()
            )));
        };
        append(&verb, argument, &mut out)?;
        next = index.saturating_add(1);
        if out.len() > limits::VALUE_WEIGHT {
            return Err(Failure::Limit("a value is larger than 64 MiB"));
        }
    }
    out.push_str(rest);
    if highest < arguments.len() {
        let message = match highest {
            0 => "too many arguments; no verbs in format string".to_owned(),
            used => format!("too many arguments; only {used} used by format string"),
        };
        return Err(Failure::argument(highest + 1, message));
    }
    Ok(out)
}

/// Reads a verb character by character.
struct Reader<'p> {
    text: &'p str,
    at: usize,
    offset: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn digits(&mut self) -> usize {
        let mut value = 0_usize;
        while let Some(digit) = self.peek().and_then(|character| character.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit as usize);
            self.at += 1;
        }
        value
    }

    fn unexpected(&self) -> Failure {
        Failure::call(match self.peek() {
            Some(other) => format!("unrecognized format character {other:?} at offset {}", self.offset + self.at),
            None => format!("invalid format string starting at offset {}", self.offset + self.at),
        })
    }
}

/// The verb at the start of `text`.
fn parse_verb(text: &str, offset: usize) -> Result<Verb<'_>, Failure> {
    let mut field = Field::default();
    let mut reader = Reader { text, at: 1, offset };
    while let Some(flag) = reader.peek() {
        match flag {
            '+' => field.is_plus = true,
            '-' => field.is_minus = true,
            '#' => field.is_sharp = true,
            ' ' => field.is_space = true,
            '0' => field.is_zero = true,
            _ => break,
        }
        reader.at += 1;
    }
    if reader.peek().is_some_and(|digit| digit.is_ascii_digit()) {
        field.width = Some(reader.digits());
    }
    if reader.peek() == Some('.') {
        reader.at += 1;
        field.precision = Some(reader.digits());
    }
    let mut index = None;
    if reader.peek() == Some('[') {
        reader.at += 1;
        if !reader.peek().is_some_and(|digit| matches!(digit, '1'..='9')) {
            return Err(reader.unexpected());
        }
        index = Some(reader.digits());
        if reader.peek() != Some(']') {
            return Err(reader.unexpected());
        }
        reader.at += 1;
    }
    let Some(letter) = reader.peek().filter(char::is_ascii_alphabetic) else { return Err(reader.unexpected()) };
    if field.width.unwrap_or(0).max(field.precision.unwrap_or(0)) > WIDTH {
        return Err(Failure::Limit("a format verb asks for more than 65,536 characters"));
    }
    let text = text.get(..=reader.at).unwrap_or(text);
    Ok(Verb { text, offset, field, index, letter })
}

fn unsupported(verb: &Verb<'_>, what: &str) -> Failure {
    Failure::call(format!("unsupported value for \"{}\" at {}: {what}", verb.text, verb.offset))
}

fn append(verb: &Verb<'_>, value: &Val, out: &mut String) -> Result<(), Failure> {
    if verb.letter != 'v' && value.is_null() {
        return Err(unsupported(verb, "null value cannot be formatted"));
    }
    let to = |of: Type| convert(value, &of).map_err(|error| unsupported(verb, &error.to_string()));
    let number = || Ok::<_, Failure>(to(Type::Number)?.as_number().cloned().unwrap_or(Number::from(0_i64)));
    match verb.letter {
        'v' => {
            let text = match value.kind() {
                Kind::String(text) if !verb.field.is_sharp => text.to_string(),
                Kind::Number(number) if !verb.field.is_sharp => format_number::shortest(number),
                _ => encoded(value),
            };
            pad(&verb.field, &text, out);
        }
        // A width means nothing here.
        't' => out.push_str(if to(Type::Bool)?.as_bool() == Some(true) { "true" } else { "false" }),
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let text = format_number::integer(&verb.field, &number()?, verb.letter);
            out.push_str(&text.ok_or_else(|| unsupported(verb, "an integer is required"))?);
        }
        'e' | 'E' | 'f' | 'g' | 'G' => out.push_str(&format_number::float(&verb.field, &number()?, verb.letter)),
        's' | 'q' => {
            let value = to(Type::String)?;
            let text = value.as_str().unwrap_or_default();
            let text: String = match verb.field.precision {
                // No precision and none at all are the same.
                None | Some(0) => text.to_owned(),
                Some(precision) => strings::graphemes(text).take(precision).collect(),
            };
            let text = if verb.letter == 'q' { encoded(&Val::string(text)) } else { text };
            pad(&verb.field, &text, out);
        }
        other => {
            return Err(Failure::call(format!(
                "unsupported format verb '{other}' in \"{}\" at offset {}",
                verb.text, verb.offset
            )));
        }
    }
    Ok(())
}

fn encoded(value: &Val) -> String {
    let mut text = String::new();
    json::write(value, &mut text);
    text
}

/// A width counts what a reader sees as characters, and zeros fill also where text stands to the left.
fn pad(field: &Field, text: &str, out: &mut String) {
    let missing = field.width.map_or(0, |width| width.saturating_sub(strings::graphemes(text).count()));
    let filling = if field.is_zero { "0" } else { " " }.repeat(missing);
    if field.is_minus {
        out.push_str(text);
        out.push_str(&filling);
    } else {
        out.push_str(&filling);
        out.push_str(text);
    }
}
