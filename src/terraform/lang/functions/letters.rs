//! Upper, lower and title case as Go has them: one character becomes one character.
//!
//! Unicode also knows mappings of one character to several (`ß` to `SS`), which the standard library applies and
//! Go does not. Pairs of letters that are younger than Go's tables (Unicode 15) are none here either.

/// All letters in upper case.
pub(super) fn upper(text: &str) -> String {
    text.chars().map(upper_letter).collect()
}

/// All letters in lower case, without regard to what stands beside them.
pub(super) fn lower(text: &str) -> String {
    text.chars().map(lower_letter).collect()
}

/// The first letter of each word in title case.
pub(super) fn title(text: &str) -> String {
    let mut is_start = true;
    let letters = text.chars().map(|character| {
        let letter = if is_start { title_letter(character) } else { character };
        // In ASCII only letters, digits and the underscore go on with a word; beyond it only blanks end one.
        is_start = match character.is_ascii() {
            true => !character.is_ascii_alphanumeric() && character != '_',
            false => !character.is_alphanumeric() && character.is_whitespace(),
        };
        letter
    });
    letters.collect()
}

/// The only character of a mapping that has one.
fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

/// Whether a letter has another case since Unicode 16 only.
fn is_young(character: char) -> bool {
    matches!(
        character,
        '\u{19b}' | '\u{264}' | '\u{1c89}' | '\u{1c8a}' | '\u{a7cb}'..='\u{a7cd}' | '\u{a7da}'..='\u{a7dc}'
            | '\u{10d50}'..='\u{10d65}' | '\u{10d70}'..='\u{10d85}'
    )
}

fn upper_letter(character: char) -> char {
    if is_young(character) {
        return character;
    }
    single(character.to_uppercase()).unwrap_or(match character {
        // Greek with iota below: the one-character mapping is the letter with iota beside.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => offset(character, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => offset(character, 9),
        other => other,
    })
}

fn offset(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

fn lower_letter(character: char) -> char {
    if is_young(character) {
        return character;
    }
    // `İ` alone becomes two characters in full.
    single(character.to_lowercase()).unwrap_or('i')
}

fn title_letter(character: char) -> char {
    match character {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has upper case, but writes no titles in it.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => character,
        other => upper_letter(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_stays_one_character() {
        assert_eq!(upper("straße ŉ ᾳ"), "STRAßE ŉ ᾼ");
        assert_eq!(lower("İΣ ΑΣ"), "iσ ασ");
    }

    #[test]
    fn titles_have_letters_of_their_own() {
        assert_eq!(title("ǆ foo-bar a_b é1x"), "ǅ Foo-Bar A_b É1x");
        assert_eq!(title("ა"), "ა");
    }
}
