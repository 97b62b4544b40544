//! Patterns for the names of files, one path component at a time, as the `doublestar` library that Terraform uses
//! reads them: `*`, `?`, `[a-z]`, `[^a-z]`, `{a,b}` and `\` before what stands for itself.

use regex::Regex;

/// One component of a path pattern.
#[derive(Debug)]
pub(super) enum Component {
    /// A name that stands for itself.
    Name(String),
    /// `**`: any number of folders.
    AnyDepth,
    /// A pattern for one name.
    Pattern(Regex),
    /// What no name can be held against.
    Faulty(PatternFault),
}

/// What cannot be made of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatternFault {
    /// Terraform does not read it either.
    Syntax,
    /// Terraform reads it in a way that is not followed here.
    Braces,
}

/// The components of a path pattern that has been cleaned.
pub(super) fn components(pattern: &str) -> Vec<Component> {
    let parts = split(pattern, '/').into_iter().filter(|part| !part.is_empty());
    parts.map(|part| component(part).unwrap_or_else(Component::Faulty)).collect()
}

/// Whether a name means more than itself.
pub(super) fn has_meaning(name: &str) -> bool {
    name.contains(['*', '?', '[', '{', '\\'])
}

fn component(text: &str) -> Result<Component, PatternFault> {
    if text == "**" {
        return Ok(Component::AnyDepth);
    }
    if !has_meaning(text) {
        return Ok(Component::Name(text.to_owned()));
    }
    let mut expression = String::from(r"(?s)\A");
    sequence(text, &mut expression)?;
    expression.push_str(r"\z");
    // What the library for expressions refuses is too large.
    Regex::new(&expression).map(Component::Pattern).map_err(|_| PatternFault::Braces)
}

/// Parts between a separator that is not escaped.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        if character == separator && !is_escaped {
            parts.push(&text[start..at]);
            start = at + character.len_utf8();
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    parts.push(&text[start..]);
    parts
}

/// Where the first of a character is that is not escaped.
fn find(text: &str, sought: char) -> Option<usize> {
    let first = split(text, sought).first().map_or(0, |part| part.len());
    (first < text.len()).then_some(first)
}

fn sequence(text: &str, expression: &mut String) -> Result<(), PatternFault> {
    let literal = |character: char, expression: &mut String| {
        expression.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
    };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '\\' => {
                let escaped = rest.chars().next().ok_or(PatternFault::Syntax)?;
                rest = &rest[escaped.len_utf8()..];
                literal(escaped, expression);
            }
            '[' => {
                let end = find(rest, ']').ok_or(PatternFault::Syntax)?;
                class(&rest[..end], expression)?;
                rest = &rest[end + 1..];
            }
            '{' => {
                let end = find(rest, '}').ok_or(PatternFault::Syntax)?;
                let mut options = split(&rest[..end], ',');
                rest = &rest[end + 1..];
                // Nothing is no option where the name has ended.
                options.retain(|option| !(option.is_empty() && rest.is_empty()));
                if options.is_empty() || options.iter().any(|option| option.contains('{')) {
                    return Err(PatternFault::Braces);
                }
                expression.push_str("(?:");
                for (position, option) in options.into_iter().enumerate() {
                    expression.push_str(if position > 0 { "|" } else { "" });
                    sequence(option, expression)?;
                }
                expression.push(')');
            }
            other => literal(other, expression),
        }
    }
    Ok(())
}

fn class(text: &str, expression: &mut String) -> Result<(), PatternFault> {
    let (negation, members) = text.strip_prefix('^').map_or(("", text), |members| ("^", members));
    if text.is_empty() {
        return Err(PatternFault::Syntax);
    }
    if members.is_empty() {
        expression.push('.');
        return Ok(());
    }
    expression.push('[');
    expression.push_str(negation);
    let mut characters = members.chars().peekable();
    let member = |characters: &mut std::iter::Peekable<std::str::Chars<'_>>| match characters.next() {
        None | Some('-') => Err(PatternFault::Syntax),
        Some('\\') => characters.next().ok_or(PatternFault::Syntax),
        Some(other) => Ok(other),
    };
    while characters.peek().is_some() {
        let low = member(&mut characters)?;
        let high = if characters.next_if_eq(&'-').is_some() { member(&mut characters)? } else { low };
        // A range the wrong way round holds nothing.
        if low <= high {
            expression.push_str(&format!(r"\x{{{:X}}}-\x{{{:X}}}", u32::from(low), u32::from(high)));
        } else {
            expression.push_str("&&[a&&b]");
        }
    }
    expression.push(']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> Option<bool> {
        match component(pattern) {
            Ok(Component::Pattern(regex)) => Some(regex.is_match(name)),
            Ok(Component::Name(text)) => Some(text == name),
            Ok(Component::AnyDepth) => Some(true),
            Ok(Component::Faulty(_)) | Err(_) => None,
        }
    }

    #[test]
    fn names_are_matched_as_a_shell_does() {
        for (pattern, name, expected) in [
            ("*.tf", "main.tf", Some(true)),
            ("*.tf", "main.tfvars", Some(false)),
            ("m??n", "main", Some(true)),
            ("[a-c]x", "bx", Some(true)),
            ("[^a-c]x", "bx", Some(false)),
            ("[!a]x", "!x", Some(true)),
            ("{a,b*}.txt", "bcd.txt", Some(true)),
            ("{a,b}.txt", "c.txt", Some(false)),
            (r"\*", "*", Some(true)),
            (r"\*", "a", Some(false)),
            ("a+(b)", "a+(b)", Some(true)),
            ("[a", "a", None),
            ("{a", "a", None),
            ("[]", "a", None),
            ("{a,{b,c}}", "b", None),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn stars_without_end_take_no_time_without_end() {
        let pattern = format!("{}b", "*a".repeat(100));
        assert_eq!(matches(&pattern, &"a".repeat(250)), Some(false));
    }
}
