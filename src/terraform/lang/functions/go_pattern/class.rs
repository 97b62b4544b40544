//! Classes and escapes of Go's patterns.

use std::fmt::Write as _;

use super::{PatternError, consumed, error};

/// A set of characters.
pub(super) struct Class {
    /// As the `regex` crate writes it, in brackets.
    pub(super) text: String,
    /// About how many states it takes.
    pub(super) size: u64,
}

/// The class that no character is in.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// How many states a class of Unicode's takes.
const UNICODE_SIZE: u64 = 200;

/// `[…]`, which the text begins with.
pub(super) fn bracketed(rest: &mut &str) -> Result<Class, PatternError> {
    let whole = *rest;
    let mut size = 1;
    let mut text = String::from("[");
    *rest = &rest[1..];
    if let Some(after) = rest.strip_prefix('^') {
        text.push('^');
        *rest = after;
    }
    let mut is_first = true;
    while is_first || !rest.starts_with(']') {
        is_first = false;
        if let Some(name) = posix_name(rest) {
            if !is_posix(name) {
                return error("invalid character class range", name);
            }
            text.push_str(name);
            *rest = &rest[name.len()..];
            continue;
        }
        if rest.starts_with('\\')
            && let Some(class) = escaped(rest)?
        {
            text.push_str(&class.text);
            size += class.size;
            continue;
        }
        let range = *rest;
        let low = member(rest, whole)?;
        let mut high = low;
        // A hyphen before the closing bracket stands for itself.
        if rest.len() >= 2 && rest.starts_with('-') && !rest.starts_with("-]") {
            *rest = &rest[1..];
            high = member(rest, whole)?;
            if high < low {
                return error("invalid character class range", consumed(range, rest));
            }
        }
        size += if high > 0x7f { 4 } else { 1 };
        push_range(low, high, &mut text);
    }
    *rest = &rest[1..];
    text.push(']');
    Ok(Class { text, size })
}

/// A range of code points, around the halves of surrogate pairs.
fn push_range(low: u32, high: u32, text: &mut String) {
    let parts = [(low, high.min(0xd7ff)), (low.max(0xe000), high)];
    for (low, high) in parts.into_iter().filter(|(low, high)| low <= high) {
        // Writing to a string cannot fail.
        let _ = write!(text, r"\x{{{low:X}}}-\x{{{high:X}}}");
    }
    if (0xd800..=0xdfff).contains(&low) && high <= 0xdfff {
        text.push_str(NOTHING);
    }
}

/// One character of a class.
fn member(rest: &mut &str, whole: &str) -> Result<u32, PatternError> {
    match rest.chars().next() {
        None => error("missing closing ]", whole),
        Some('\\') => code_point(rest),
        Some(character) => {
            *rest = &rest[character.len_utf8()..];
            Ok(u32::from(character))
        }
    }
}

/// `[:name:]`, where the text begins with something like it.
fn posix_name(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix("[:")?;
    let end = inner.find(":]")?;
    rest.get(..end + 4)
}

fn is_posix(name: &str) -> bool {
    let name = name.trim_start_matches("[:").trim_end_matches(":]");
    matches!(
        name.strip_prefix('^').unwrap_or(name),
        "alnum"
            | "alpha"
            | "ascii"
            | "blank"
            | "cntrl"
            | "digit"
            | "graph"
            | "lower"
            | "print"
            | "punct"
            | "space"
            | "upper"
            | "word"
            | "xdigit"
    )
}

/// `\d`, `\p{Greek}` and their like, where the text begins with one.
pub(super) fn escaped(rest: &mut &str) -> Result<Option<Class>, PatternError> {
    let text = match rest.as_bytes().get(1) {
        Some(b'd') => "[0-9]",
        Some(b'D') => "[^0-9]",
        Some(b's') => r"[\t\n\f\r ]",
        Some(b'S') => r"[^\t\n\f\r ]",
        Some(b'w') => "[0-9A-Za-z_]",
        Some(b'W') => "[^0-9A-Za-z_]",
        Some(b'p' | b'P') => return unicode(rest).map(Some),
        _ => return Ok(None),
    };
    *rest = &rest[2..];
    Ok(Some(Class { text: text.to_owned(), size: if text.starts_with("[^") { 8 } else { 2 } }))
}

fn unicode(rest: &mut &str) -> Result<Class, PatternError> {
    let start = *rest;
    let mut is_negated = start.starts_with(r"\P");
    let Some(first) = start.get(2..).and_then(|text| text.chars().next()) else {
        return error("invalid character class range", start);
    };
    let mut name = match first {
        '{' => {
            let Some(end) = start.find('}') else { return error("invalid character class range", start) };
            *rest = &start[end + 1..];
            &start[3..end]
        }
        letter => {
            *rest = &start[2 + letter.len_utf8()..];
            &start[2..2 + letter.len_utf8()]
        }
    };
    if let Some(inner) = name.strip_prefix('^') {
        is_negated = !is_negated;
        name = inner;
    }
    let negation = if is_negated { "^" } else { "" };
    let text = match name {
        "Any" => format!(r"[{negation}\x{{0}}-\x{{10FFFF}}]"),
        // Halves of surrogate pairs are in no text.
        "Cs" if is_negated => r"[\x{0}-\x{10FFFF}]".to_owned(),
        "Cs" => NOTHING.to_owned(),
        _ if CATEGORIES.contains(&name) => format!(r"[{negation}\p{{gc={name}}}]"),
        _ if SCRIPTS.split_whitespace().any(|script| script == name) => format!(r"[{negation}\p{{sc={name}}}]"),
        _ => return error("invalid character class range", consumed(start, rest)),
    };
    Ok(Class { text, size: UNICODE_SIZE })
}

/// The character of an escape sequence; `None` for a half of a surrogate pair.
pub(super) fn character(rest: &mut &str) -> Result<Option<char>, PatternError> {
    code_point(rest).map(char::from_u32)
}

fn code_point(rest: &mut &str) -> Result<u32, PatternError> {
    const INVALID: &str = "invalid escape sequence";
    let start = *rest;
    let mut characters = start.char_indices().skip(1);
    let Some((_, first)) = characters.next() else {
        return error("trailing backslash at end of expression", "");
    };
    let after = 1 + first.len_utf8();
    let tail = &start[after..];
    let (value, length) = match first {
        '0'..='7' => {
            let more = tail.bytes().take(2).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
            // A single digit other than zero would be a reference to a group.
            if first != '0' && more == 0 {
                return error(INVALID, &start[..after]);
            }
            (u32::from_str_radix(&start[1..after + more], 8).unwrap_or(0), after + more)
        }
        'x' if tail.starts_with('{') => {
            let digits = tail[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
            let value = u32::from_str_radix(&tail[1..=digits], 16).ok().filter(|value| *value <= 0x10_ffff);
            match value.filter(|_| tail[1 + digits..].starts_with('}')) {
                Some(value) => (value, after + digits + 2),
                None => {
                    let next = tail[1 + digits..].chars().next().map_or(0, char::len_utf8);
                    return error(INVALID, &start[..after + 1 + digits + next]);
                }
            }
        }
        'x' => {
            let digits = tail.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                Some(value) => (value, after + 2),
                None => {
                    let read: usize = tail.chars().take(2).map(char::len_utf8).sum();
                    return error(INVALID, &start[..after + read]);
                }
            }
        }
        'a' => (7, after),
        'f' => (0xc, after),
        'n' => (0xa, after),
        'r' => (0xd, after),
        't' => (9, after),
        'v' => (0xb, after),
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => (u32::from(other), after),
        _ => return error(INVALID, &start[..after]),
    };
    *rest = &start[length..];
    Ok(value)
}

/// The general categories that Go knows.
const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No",
    "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// The scripts that Go knows, those of Unicode 15.
const SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo \
    Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common \
    Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs \
    Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul \
    Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi \
    Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki \
    Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean \
    Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi \
    Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong \
    Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian \
    Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi \
    Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo \
    Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana \
    Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square";
