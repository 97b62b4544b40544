//! `format` and `formatlist`.

use super::{Call, Failure, Function, Outcome, Returns, STRING, any, json, strings};
use crate::model::Number;
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
                Kind::Number(number) if !verb.is_sharp => float(verb, *number, 'g'),
                Kind::Bool(value) if !verb.is_sharp => value.to_string(),
                _ => encoded(value),
            };
            pad(verb, &text, false, out);
        }
        't' => {
            let value = not_null(convert_to(Type::Bool)?)?;
            pad(verb, if value.as_bool() == Some(true) { "true" } else { "false" }, false, out);
        }
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let value = not_null(convert_to(Type::Number)?)?;
            let integer = value.as_number().and_then(Number::as_i128);
            let integer = integer.ok_or_else(|| unsupported(verb, "an integer is required"))?;
            let digits = match (verb.letter, verb.is_sharp) {
                ('b', false) => format!("{:b}", integer.unsigned_abs()),
                ('b', true) => format!("{:#b}", integer.unsigned_abs()),
                ('o', false) => format!("{:o}", integer.unsigned_abs()),
                ('o', true) => format!("0{:o}", integer.unsigned_abs()),
                ('x', false) => format!("{:x}", integer.unsigned_abs()),
                ('x', true) => format!("{:#x}", integer.unsigned_abs()),
                ('X', false) => format!("{:X}", integer.unsigned_abs()),
                ('X', true) => format!("0X{:X}", integer.unsigned_abs()),
                _ => integer.unsigned_abs().to_string(),
            };
            let digits = match verb.precision {
                Some(precision) if digits.len() < precision => {
                    format!("{}{digits}", "0".repeat(precision - digits.len()))
                }
                _ => digits,
            };
            pad(verb, &format!("{}{digits}", sign(verb, integer < 0)), true, out);
        }
        'e' | 'E' | 'f' | 'g' | 'G' => {
            let value = not_null(convert_to(Type::Number)?)?;
            let number = value.as_number().unwrap_or(Number::from(0_i64));
            pad(verb, &float(verb, number, verb.letter), true, out);
        }
        's' | 'q' => {
            let value = not_null(convert_to(Type::String)?)?;
            let text = value.as_str().unwrap_or_default();
            let text: String = match verb.precision {
                Some(precision) => strings::graphemes(text).take(precision).collect(),
                None => text.to_owned(),
            };
            let text = if verb.letter == 'q' { encoded(&Val::string(text)) } else { text };
            pad(verb, &text, false, out);
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

fn sign(verb: &Verb, is_negative: bool) -> &'static str {
    match (is_negative, verb.is_plus, verb.is_space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    }
}

fn float(verb: &Verb, number: Number, letter: char) -> String {
    let sign = sign(verb, number.is_negative());
    let number = if number.is_negative() { number.negated() } else { number };
    let value = number.as_f64();
    let text = match letter {
        'f' => format!("{value:.precision$}", precision = verb.precision.unwrap_or(6)),
        'e' | 'E' => exponent(&format!("{value:.precision$e}", precision = verb.precision.unwrap_or(6))),
        _ => shortest(number, verb.precision),
    };
    let text = if letter.is_ascii_uppercase() { text.to_uppercase() } else { text };
    format!("{sign}{text}")
}

/// Go's `%g`: an exponent below 1e-4 and from 1e21 on, or from the precision on where one is given.
fn shortest(number: Number, precision: Option<usize>) -> String {
    let value = number.as_f64();
    let scientific = match precision {
        Some(precision) => format!("{value:.digits$e}", digits = precision.max(1) - 1),
        None => format!("{value:e}"),
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let limit = precision.map_or(21, |precision| i32::try_from(precision.max(1)).unwrap_or(i32::MAX));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    if power < -4 || power >= limit {
        return exponent(&format!("{mantissa}e{power}"));
    }
    match precision {
        None => number.to_string(),
        Some(_) => Number::parse(&format!("{mantissa}e{power}"))
            .map_or_else(|| mantissa.to_owned(), |number| number.to_string()),
    }
}

/// Go writes at least two digits of exponent, with its sign.
fn exponent(text: &str) -> String {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn pad(verb: &Verb, text: &str, is_number: bool, out: &mut String) {
    let length = strings::graphemes(text).count();
    let missing = verb.width.unwrap_or(0).saturating_sub(length);
    if verb.is_minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if verb.is_zero && is_number {
        let digits = text.trim_start_matches(['-', '+', ' ']);
        out.push_str(&text[..text.len() - digits.len()]);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(if verb.is_zero { '0' } else { ' ' }, missing));
        out.push_str(text);
    }
}
