//! Text that came from outside: made safe to print, and in the one form of Unicode that Terraform keeps.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The text in normalization form C (`é` as one character), where it is not in it already. Terraform brings every
/// string to that form, so that texts which look alike are equal.
pub fn composed(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    match ComposingNormalizerBorrowed::new_nfc().normalize(text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(composed) => Some(composed),
    }
}

/// The text with control characters (escape sequences, newlines, bidirectional overrides) written as `\u{…}` escapes.
///
/// Every name and value from state, configuration or an API answer goes through this before it reaches a terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if is_unprintable(character) => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", character as u32);
            }
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character can go to a terminal as it is: no control character, no line break, no bidirectional override.
pub fn is_printable(character: char) -> bool {
    !is_unprintable(character)
}

fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_power() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}"), "a\\u{1b}[31mb\\u{202e}");
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(printable("projects/p/ä"), Cow::Borrowed(_)));
    }
}
