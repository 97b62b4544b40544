//! The format language of `formatdate`.

use std::fmt::Write as _;

use super::dates::Timestamp;

/// The time in the given format. `Err` says what is wrong with the format.
pub(super) fn format(format: &str, time: &Timestamp) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (literal, length) = literal(rest).ok_or("unterminated literal '")?;
            out.push_str(&literal);
            rest = &rest[length..];
            continue;
        }
        let length = rest.chars().take_while(|character| *character == first).map(char::len_utf8).sum();
        let (token, tail) = rest.split_at(length);
        rest = tail;
        if first.is_ascii_alphabetic() {
            field(token, time, &mut out)?;
        } else {
            out.push_str(token);
        }
    }
    Ok(out)
}

/// Text in single quotes, in which two of them stand for one; with the bytes it takes.
fn literal(text: &str) -> Option<(String, usize)> {
    if text.starts_with("''") {
        return Some(("'".to_owned(), 2));
    }
    let mut literal = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\'' {
            literal.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
            literal.push('\'');
            characters.next();
        } else {
            return Some((literal, at + 1));
        }
    }
    None
}

fn field(token: &str, time: &Timestamp, out: &mut String) -> Result<(), String> {
    let local = time.local;
    let twelve = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let text = match token {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year() % 100),
        "MMMM" => local.strftime("%B").to_string(),
        "MMM" => local.strftime("%b").to_string(),
        "MM" => format!("{:02}", local.month()),
        "M" => local.month().to_string(),
        "DD" => format!("{:02}", local.day()),
        "D" => local.day().to_string(),
        "EEEE" => local.strftime("%A").to_string(),
        "EEE" => local.strftime("%a").to_string(),
        "hh" => format!("{:02}", local.hour()),
        "h" => local.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if local.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if local.hour() < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", local.minute()),
        "m" => local.minute().to_string(),
        "ss" => format!("{:02}", local.second()),
        "s" => local.second().to_string(),
        "ZZZZZ" => time.zone(":", "+00:00"),
        "ZZZZ" => time.zone("", "+0000"),
        "ZZZ" => time.zone("", "UTC"),
        "Z" => time.zone(":", "Z"),
        _ => return Err(format!("invalid date format verb {token:?}{}", choices(token))),
    };
    // Writing to a string cannot fail.
    let _ = out.write_str(&text);
    Ok(())
}

/// How often a letter may stand in a row, for a letter that means something.
fn choices(token: &str) -> &'static str {
    match token.as_bytes().first() {
        Some(b'Y') => ": year must either be \"YY\" or \"YYYY\"",
        Some(b'M') => ": month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
        Some(b'D') => ": day of month must either be \"D\" or \"DD\"",
        Some(b'E') => ": day of week must either be \"EEE\" or \"EEEE\"",
        Some(b'h') => ": 24-hour must either be \"h\" or \"hh\"",
        Some(b'H') => ": 12-hour must either be \"H\" or \"HH\"",
        Some(b'A') => ": must be \"AA\"",
        Some(b'a') => ": must be \"aa\"",
        Some(b'm') => ": minute must either be \"m\" or \"mm\"",
        Some(b's') => ": second must either be \"s\" or \"ss\"",
        Some(b'Z') => ": timezone must be Z, ZZZZ, or ZZZZZ",
        _ => "",
    }
}
