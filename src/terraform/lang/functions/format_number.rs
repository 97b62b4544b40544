//! Numbers as the verbs of `format` write them, which is as Go does.

use crate::model::Number;

/// Flags, width and precision of a verb.
#[derive(Default)]
pub(super) struct Field {
    pub(super) is_plus: bool,
    pub(super) is_minus: bool,
    pub(super) is_sharp: bool,
    pub(super) is_space: bool,
    pub(super) is_zero: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Field {
    fn sign(&self, is_negative: bool) -> &'static str {
        match (is_negative, self.is_plus, self.is_space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// `head` (sign and prefix) and `digits`, as wide as wanted. `zeros` says whether zeros may fill.
    fn fill(&self, head: &str, digits: &str, zeros: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(head.len() + digits.len());
        let filling = |character: char| String::from_iter(std::iter::repeat_n(character, missing));
        if self.is_minus {
            format!("{head}{digits}{}", filling(' '))
        } else if self.is_zero && zeros {
            format!("{head}{}{digits}", filling('0'))
        } else {
            format!("{}{head}{digits}", filling(' '))
        }
    }
}

/// `%b`, `%d`, `%o`, `%x`, `%X`; `None` for what is no whole number.
pub(super) fn integer(field: &Field, number: Number, letter: char) -> Option<String> {
    let integer = number.as_i128()?;
    let size = integer.unsigned_abs();
    let (digits, prefix) = match letter {
        'b' => (format!("{size:b}"), "0b"),
        'o' => (format!("{size:o}"), "0"),
        'x' => (format!("{size:x}"), "0x"),
        'X' => (format!("{size:X}"), "0X"),
        _ => (size.to_string(), ""),
    };
    if size == 0 && field.precision == Some(0) {
        return Some(String::new());
    }
    let digits = format!("{}{digits}", "0".repeat(field.precision.unwrap_or(0).saturating_sub(digits.len())));
    let head = format!("{}{}", field.sign(integer < 0), if field.is_sharp { prefix } else { "" });
    Some(field.fill(&head, &digits, field.precision.is_none()))
}

/// `%e`, `%E`, `%f`, `%g`, `%G`.
pub(super) fn float(field: &Field, number: Number, letter: char) -> String {
    let digits = Digits::new(number);
    let text = match letter {
        'f' => digits.fixed(field.precision.unwrap_or(6)),
        'e' | 'E' => digits.scientific(Some(field.precision.unwrap_or(6))),
        _ => digits.general(field.precision),
    };
    let text = if letter.is_ascii_uppercase() { text.to_uppercase() } else { text };
    field.fill(field.sign(number.is_negative()), &text, true)
}

/// A number as `%v` has it: with an exponent from a million on.
pub(super) fn shortest(number: Number) -> String {
    let sign = if number.is_negative() { "-" } else { "" };
    format!("{sign}{}", Digits::new(number).general(None))
}

/// The decimal digits of a number without its sign: `0.` and these, times ten to the power of `point`.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    fn new(number: Number) -> Self {
        let text = number.to_string();
        let (whole, fraction) =
            text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
        let leading = fraction.len() - fraction.trim_start_matches('0').len();
        let whole = whole.trim_start_matches('0');
        let mut digits = format!("{whole}{fraction}").trim_start_matches('0').as_bytes().to_vec();
        let trailing = digits.iter().rev().take_while(|digit| **digit == b'0').count();
        digits.truncate(digits.len() - trailing);
        let point = match (digits.is_empty(), whole.is_empty()) {
            (true, _) => 0,
            (false, true) => -signed(leading),
            (false, false) => signed(whole.len()),
        };
        Self { digits, point }
    }

    /// At most so many digits; a half goes to the even neighbor.
    fn rounded(&self, count: i64) -> Self {
        let Ok(count) = usize::try_from(count) else { return Self { digits: Vec::new(), point: 0 } };
        let mut digits = self.digits.clone();
        if count >= digits.len() {
            return Self { digits, point: self.point };
        }
        let rest = digits.split_off(count);
        let is_half = rest == [b'5'];
        let is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
        let is_up = rest.first().is_some_and(|digit| *digit >= b'5') && (!is_half || is_odd);
        let mut point = self.point;
        if is_up {
            while digits.last() == Some(&b'9') {
                digits.pop();
            }
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    digits.push(b'1');
                    point += 1;
                }
            }
        }
        let trailing = digits.iter().rev().take_while(|digit| **digit == b'0').count();
        digits.truncate(digits.len() - trailing);
        if digits.is_empty() {
            point = 0;
        }
        Self { digits, point }
    }

    fn digit(&self, at: i64) -> char {
        usize::try_from(at).ok().and_then(|at| self.digits.get(at)).map_or('0', |digit| char::from(*digit))
    }

    fn fixed(&self, precision: usize) -> String {
        let rounded = self.rounded(self.point.saturating_add(signed(precision)));
        rounded.plain(precision)
    }

    fn plain(&self, precision: usize) -> String {
        let mut text: String = (0..self.point.max(0)).map(|at| self.digit(at)).collect();
        if text.is_empty() {
            text.push('0');
        }
        if precision > 0 {
            text.push('.');
            text.extend((0..signed(precision)).map(|at| self.digit(self.point + at)));
        }
        text
    }

    /// With so many digits after the point, or as many as there are.
    fn scientific(&self, precision: Option<usize>) -> String {
        let rounded = match precision {
            Some(precision) => self.rounded(signed(precision) + 1),
            None => Self { digits: self.digits.clone(), point: self.point },
        };
        let after = precision.unwrap_or(rounded.digits.len().saturating_sub(1));
        let mut text = rounded.digit(0).to_string();
        if after > 0 {
            text.push('.');
            text.extend((1..=signed(after)).map(|at| rounded.digit(at)));
        }
        let exponent = if rounded.digits.is_empty() { 0 } else { rounded.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{text}e{sign}{:02}", exponent.abs())
    }

    /// With an exponent where it is less than -4, or not less than the precision (6 where none is given).
    fn general(&self, precision: Option<usize>) -> String {
        let rounded = match precision {
            Some(precision) => self.rounded(signed(precision.max(1))),
            None => Self { digits: self.digits.clone(), point: self.point },
        };
        let count = rounded.digits.len();
        let exponent = rounded.point - 1;
        let mut limit = match precision {
            None => 6,
            Some(precision) => signed(precision.max(1)),
        };
        // Digits that are there to the left of the point need no exponent.
        if precision.is_some() && limit > signed(count) && signed(count) >= rounded.point {
            limit = signed(count);
        }
        if exponent < -4 || exponent >= limit {
            return rounded.scientific(None);
        }
        rounded.plain(usize::try_from(signed(count) - rounded.point).unwrap_or(0))
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
