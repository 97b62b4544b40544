//! Numbers as the verbs of `format` write them, which is as Go does.

use crate::model::{Notation, Number};

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

    /// `head` (sign and prefix) and `digits`, as wide as wanted. `zeros` says whether zeros fill.
    fn fill(&self, head: &str, digits: &str, zeros: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(head.len() + digits.len());
        let filling = |character: char| String::from_iter(std::iter::repeat_n(character, missing));
        if zeros {
            format!("{head}{}{digits}", filling('0'))
        } else if self.is_minus {
            format!("{head}{digits}{}", filling(' '))
        } else {
            format!("{}{head}{digits}", filling(' '))
        }
    }
}

/// `%b`, `%d`, `%o`, `%x`, `%X`; `None` for what is no whole number.
pub(super) fn integer(field: &Field, number: &Number, letter: char) -> Option<String> {
    let (base, prefix) = match letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = number.magnitude_in_base(base)?;
    if number.is_zero() && field.precision == Some(0) {
        return Some(String::new());
    }
    let digits = if letter == 'X' { digits.to_uppercase() } else { digits };
    let digits = format!("{}{digits}", "0".repeat(field.precision.unwrap_or(0).saturating_sub(digits.len())));
    let head = format!("{}{}", field.sign(number.is_negative()), if field.is_sharp { prefix } else { "" });
    Some(field.fill(&head, &digits, field.is_zero && !field.is_minus && field.precision.is_none()))
}

/// `%e`, `%E`, `%f`, `%g`, `%G`.
pub(super) fn float(field: &Field, number: &Number, letter: char) -> String {
    let text = match letter {
        'f' => number.magnitude_in(Notation::Fixed, field.precision.or(Some(6))),
        'e' | 'E' => number.magnitude_in(Notation::Scientific, field.precision.or(Some(6))),
        _ => number.magnitude_in(Notation::General, field.precision),
    };
    let text = if letter.is_ascii_uppercase() { text.to_uppercase() } else { text };
    field.fill(field.sign(number.has_minus()), &text, field.is_zero)
}

/// A number as `%v` has it: with an exponent from a million on.
pub(super) fn shortest(number: &Number) -> String {
    let sign = if number.has_minus() { "-" } else { "" };
    format!("{sign}{}", number.magnitude_in(Notation::General, None))
}
