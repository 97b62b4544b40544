//! `format` and `formatlist`.

use super::{Call, Failure, Function, Outcome, Returns, STRING, any, json, strings};
use crate::model::{Notation, Number};
use crate::terraform::lang::evaluate::unknown_of;
use crate::terraform::lang::{Kind, Type, Val, convert, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", &[super::string("format")], STRING, |call| {
        let arguments: Vec<&Val> = call.arguments.iter().skip(1).collect();
        format(call.text(0), &arguments).map(Val::string)
    })
    .variadic(any("args").nullable()),
    Function::new("formatlist", &[super::string("format")], Returns::From(|_| Type::list(Type::String)), formatlist)
        .variadic(any("args").nullable().unknown()),
];

/// The widest field; wider ones are an attack on memory.
const WIDTH: usize = 1 << 16;

fn formatlist(call: &Call<'_>) -> Outcome {
    let arguments = call.arguments.get(1..).unwrap_or_default();
    let mut length = None;
    for (position, argument) in arguments.iter().enumerate() {
        match argument.kind() {
            Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any, _) => {
                return Ok(unknown_of(Type::list(Type::String), &[argument]));
            }
            Kind::Set(..) if !argument.is_wholly_known() => {
                return Ok(unknown_of(Type::list(Type::String), &[argument]));
            }
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => match length {
                Some((known, first)) if known != elements.len() => {
                    return Err(Failure::argument(
                        position + 1,
                        format!(
                            "argument {} has length {}, which is inconsistent with argument {first} of length {known}",
                            position + 1,
                            elements.len()
                        ),
                    ));
                }
                _ => length = Some((elements.len(), position + 1)),
            },
            _ => {}
        }
    }
    let count = length.map_or(1, |(length, _)| length);
    let mut lines = Vec::new();
    let mut weight = 0_usize;
    for row in 0..count {
        let cells: Vec<&Val> = arguments
            .iter()
            .map(|argument| argument.elements().and_then(|elements| elements.get(row)).unwrap_or(argument))
            .collect();
        let line = if cells.iter().all(|cell| cell.is_wholly_known()) {
            format(call.text(0), &cells).map(Val::string).map_err(|failure| match failure {
                Failure::Call(message) => Failure::Call(format!("error on format iteration {row}: {message}")),
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
#[derive(Default)]
struct Verb {
    text: String,
    offset: usize,
    is_plus: bool,
    is_minus: bool,
    is_sharp: bool,
    is_space: bool,
    is_zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    letter: char,
}

fn format(pattern: &str, arguments: &[&Val]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut next = 0;
    let mut highest = 0;
    let mut has_index = false;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let offset = pattern.len() - rest.len() + at;
        let (verb, index, length) = parse_verb(&rest[at..], offset)?;
        rest = &rest[at + length..];
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        if let Some(index) = index {
            has_index = true;
            if index == 0 {
                return Err(Failure::call(format!("index 0 is invalid in \"{}\" at offset {offset}", verb.text)));
            }
            next = index - 1;
        }
        let Some(argument) = arguments.get(next) else {
            return Err(Failure::call(format!(
                "not enough arguments for \"{}\" at {offset}: need index {} but have {} total",
                verb.text,
                next + 1,
                arguments.len()
            )));
        };
        next += 1;
        highest = highest.max(next);
        append(&verb, argument, &mut out)?;
        if out.len() > limits::VALUE_WEIGHT {
            return Err(Failure::Limit("a value is larger than 64 MiB"));
        }
    }
    out.push_str(rest);
    if highest < arguments.len() && !has_index {
        let message = match highest {
            0 => "too many arguments; no verbs in format string".to_owned(),
            used => format!("too many arguments; only {used} used by format string"),
        };
        return Err(Failure::argument(highest + 1, message));
    }
    Ok(out)
}

/// The verb at the start of `text`, the index of its argument if it has one, and how many bytes it takes.
fn parse_verb(text: &str, offset: usize) -> Result<(Verb, Option<usize>, usize), Failure> {
    let mut verb = Verb { offset, ..Verb::default() };
    let mut index = None;
    let mut characters = text.char_indices().skip(1).peekable();
    let number = |characters: &mut std::iter::Peekable<std::iter::Skip<std::str::CharIndices<'_>>>| {
        let mut value: Option<usize> = None;
        while let Some((_, digit)) = characters.peek().copied() {
            let Some(digit) = digit.to_digit(10) else { break };
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize));
            characters.next();
        }
        value
    };
    while let Some((_, flag)) = characters.peek().copied() {
        match flag {
            '+' => verb.is_plus = true,
            '-' => verb.is_minus = true,
            '#' => verb.is_sharp = true,
            ' ' => verb.is_space = true,
            '0' => verb.is_zero = true,
            _ => break,
        }
        characters.next();
    }
    verb.width = number(&mut characters);
    if characters.peek().is_some_and(|(_, dot)| *dot == '.') {
        characters.next();
        verb.precision = Some(number(&mut characters).unwrap_or(0));
    }
    if characters.peek().is_some_and(|(_, bracket)| *bracket == '[') {
        characters.next();
        index = number(&mut characters);
        if index.is_none() || characters.next().is_none_or(|(_, bracket)| bracket != ']') {
            return Err(Failure::call(format!("unrecognized format character at offset {offset}")));
        }
    }
    let Some((at, letter)) = characters.next() else {
        return Err(Failure::call(format!(
            "unexpected end of format string at offset {offset}: {text:?} is not complete"
        )));
    };
    verb.letter = letter;
    let length = at + letter.len_utf8();
    verb.text = text[..length].to_owned();
    if verb.width.unwrap_or(0).max(verb.precision.unwrap_or(0)) > WIDTH {
        return Err(Failure::Limit("a format verb asks for more than 65,536 characters"));
    }
    Ok((verb, index, length))
}

fn unsupported(verb: &Verb, what: &str) -> Failure {
    Failure::call(format!("unsupported value for \"{}\" at {}: {what}", verb.text, verb.offset))
}

fn append(verb: &Verb, value: &Val, out: &mut String) -> Result<(), Failure> {
    let convert_to = |of: Type| convert(value, &of).map_err(|error| unsupported(verb, &error.to_string()));
    let not_null = |value: Val| match value.is_null() {
        true => Err(unsupported(verb, "null value cannot be formatted")),
        false => Ok(value),
    };
    match verb.letter {
        'v' => {
            let text = match value.kind() {
                Kind::Null(_) if !verb.is_sharp => "null".to_owned(),
                Kind::String(text) if !verb.is_sharp => text.to_string(),
                Kind::Number(number) if !verb.is_sharp => {
                    let sign = if number.has_minus() { "-" } else { "" };
                    format!("{sign}{}", number.magnitude_in(Notation::General, None))
                }
                Kind::Bool(value) if !verb.is_sharp => value.to_string(),
                _ => encoded(value),
            };
            pad(verb, &text, out);
        }
        't' => {
            let value = not_null(convert_to(Type::Bool)?)?;
            pad(verb, if value.as_bool() == Some(true) { "true" } else { "false" }, out);
        }
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let value = not_null(convert_to(Type::Number)?)?;
            let Some(number) = value.as_number() else { return Err(unknown(&value)) };
            integer(verb, number, out).ok_or_else(|| unsupported(verb, "an integer is required"))?;
        }
        'e' | 'E' | 'f' | 'g' | 'G' => {
            let value = not_null(convert_to(Type::Number)?)?;
            float(verb, value.as_number().ok_or_else(|| unknown(&value))?, out);
        }
        's' | 'q' => {
            let value = not_null(convert_to(Type::String)?)?;
            let text = value.as_str().unwrap_or_default();
            let text: String = match verb.precision {
                Some(precision) => strings::graphemes(text).take(precision).collect(),
                None => text.to_owned(),
            };
            let text = if verb.letter == 'q' { encoded(&Val::string(text)) } else { text };
            pad(verb, &text, out);
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

fn unknown(value: &Val) -> Failure {
    Failure::Unknown(value.unknown_reason().map_or_else(String::new, |reason| reason.to_string()))
}

fn sign(verb: &Verb, is_negative: bool) -> &'static str {
    match (is_negative, verb.is_plus, verb.is_space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

/// A whole number as Go's `big.Int` formats itself; `None` where it is none.
fn integer(verb: &Verb, number: &Number, out: &mut String) -> Option<()> {
    let (base, prefix) = match verb.letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = number.magnitude_in_base(base)?;
    let digits = if verb.letter == 'X' { digits.to_uppercase() } else { digits };
    if verb.precision == Some(0) && number.is_zero() {
        return Some(());
    }
    let lead = format!("{}{}", sign(verb, number.is_negative()), if verb.is_sharp { prefix } else { "" });
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let missing = verb.width.unwrap_or(0).saturating_sub(lead.len() + zeros + digits.len());
    let (mut before, mut after) = (0, 0);
    match (verb.is_minus, verb.is_zero && verb.precision.is_none()) {
        (true, _) => after = missing,
        (false, true) => zeros = missing,
        (false, false) => before = missing,
    }
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(&lead);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(&digits);
    out.extend(std::iter::repeat_n(' ', after));
    Some(())
}

/// A number as Go's `big.Float` formats itself.
fn float(verb: &Verb, number: &Number, out: &mut String) {
    let (notation, digits) = match verb.letter {
        'f' => (Notation::Fixed, Some(verb.precision.unwrap_or(6))),
        'e' | 'E' => (Notation::Scientific, Some(verb.precision.unwrap_or(6))),
        _ => (Notation::General, verb.precision),
    };
    let text = number.magnitude_in(notation, digits);
    let text = if verb.letter.is_ascii_uppercase() { text.to_uppercase() } else { text };
    let sign = sign(verb, number.has_minus());
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + text.len());
    let (mut before, mut zeros, mut after) = (0, 0, 0);
    match (verb.is_zero, verb.is_minus) {
        (true, _) => zeros = missing,
        (false, true) => after = missing,
        (false, false) => before = missing,
    }
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(sign);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(&text);
    out.extend(std::iter::repeat_n(' ', after));
}

/// Fills up what is no number, on either side with what the verb says.
fn pad(verb: &Verb, text: &str, out: &mut String) {
    let missing = verb.width.unwrap_or(0).saturating_sub(strings::graphemes(text).count());
    let padding = std::iter::repeat_n(if verb.is_zero { '0' } else { ' ' }, missing);
    if verb.is_minus {
        out.push_str(text);
        out.extend(padding);
    } else {
        out.extend(padding);
        out.push_str(text);
    }
}
