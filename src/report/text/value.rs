//! Values as people read them, on one line or as a difference over several.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::style::{Ink, Style};
use crate::model::{Side, Value, printable};

/// The longest text of a value on one line, in characters.
const LONGEST: usize = 120;

/// The longest line of a difference over several lines: one that is cut could look like its counterpart.
const LONGEST_LINE: usize = 400;

/// The most lines of one difference.
const MOST_LINES: usize = 20;

/// What a side of an attribute shows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shown<'a> {
    /// A value.
    Value(&'a Value),
    /// A fixed text in parentheses.
    Words(&'static str),
}

impl<'a> Shown<'a> {
    /// What a side shows. A sensitive value never gets further than this.
    pub(super) fn new(side: &'a Side, is_sensitive: bool) -> Self {
        match side {
            Side::Value(_) | Side::Unset { counts_as: Some(_) } if is_sensitive => Self::Words("(sensitive value)"),
            Side::Value(value) if value.unknown_reason().is_some() => Self::Words("(unknown)"),
            Side::Value(value) | Side::Unset { counts_as: Some(value) } => Self::Value(value),
            Side::Unset { counts_as: None } => Self::Words("(not set)"),
            Side::Unknown(_) => Self::Words("(unknown)"),
            Side::NotObserved(_) => Self::Words("(not observed)"),
            Side::NotRecorded => Self::Words("(not recorded)"),
        }
    }

    /// The same, where nothing stands beside something: `false` beside `true`, and, where somebody gave it, 0 beside a
    /// number.
    pub(super) fn beside(self, other: Shown<'_>, is_given: bool) -> Self {
        const FALSE: &Value = &Value::Bool(false);
        static ZERO: LazyLock<Value> = LazyLock::new(|| Value::from(0_i64));
        match (self, other) {
            (Self::Value(Value::Null), Shown::Value(Value::Bool(true))) => Self::Value(FALSE),
            (Self::Value(Value::Null), Shown::Value(Value::Number(_))) if is_given => Self::Value(&ZERO),
            _ => self,
        }
    }

    /// The side on one line.
    pub(super) fn inline(self) -> String {
        match self {
            Self::Value(value) => inline(value),
            Self::Words(words) => words.to_owned(),
        }
    }
}

/// A value on one line, shortened where it is very long.
fn inline(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    shortened(&text, 0, LONGEST)
}

/// An element of a list or set on a line of its own.
fn element(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    shortened(&text, 0, LONGEST_LINE) + ","
}

fn write(value: &Value, out: &mut String) {
    // What is cut off anyway need not be written.
    if out.len() > LONGEST * 8 {
        return;
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => out.push_str(&quoted(text)),
        Value::List(elements) | Value::Set(elements) => {
            out.push('[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Map(members) => {
            out.push_str("{ ");
            for (position, (name, value)) in members.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                out.push_str(&printable(name));
                out.push_str(" = ");
                write(value, out);
            }
            out.push_str(" }");
        }
        Value::Unknown(_) => out.push_str("(unknown)"),
    }
}

fn quoted(text: &str) -> String {
    let escaped: Cow<'_, str> =
        if text.contains(['"', '\\']) { text.replace('\\', "\\\\").replace('"', "\\\"").into() } else { text.into() };
    format!("\"{}\"", printable(&escaped))
}

/// At most `longest` characters of a text, from character `from` on, with marks where it is cut.
fn shortened(text: &str, from: usize, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return text.to_owned();
    }
    let from = from.min(length - longest);
    let part: String = text.chars().skip(from).take(longest).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if from + longest < length { "…" } else { "" };
    format!("{before}{part}{after} ({length} characters)")
}

/// A change of one attribute: what follows `=` on its line, and further lines.
pub(super) struct Change {
    pub(super) head: String,
    /// Lines below, without indentation of their own: symbol and text.
    pub(super) lines: Vec<(char, String)>,
    /// What closes the lines.
    pub(super) tail: Option<&'static str>,
}

impl Change {
    fn inline(head: String) -> Self {
        Self { head, lines: Vec::new(), tail: None }
    }
}

/// The change from one side to another.
pub(super) fn change(before: Shown<'_>, after: Shown<'_>, style: Style) -> Change {
    let arrow = style.paint(Ink::Changed, "->");
    match (before, after) {
        (Shown::Words(before), Shown::Words(after)) if before == after => Change::inline(before.to_owned()),
        (Shown::Value(before), Shown::Value(after)) => match (before, after) {
            (Value::String(before), Value::String(after)) if is_text(before) || is_text(after) => Change {
                head: "<<-EOT".to_owned(),
                lines: line_change(&lines(before), &lines(after)),
                tail: Some("EOT"),
            },
            (Value::List(before), Value::List(after)) if !(before.is_empty() || after.is_empty()) => {
                let text = |elements: &[Value]| elements.iter().map(element).collect::<Vec<_>>();
                Change { head: "[".to_owned(), lines: line_change(&text(before), &text(after)), tail: Some("]") }
            }
            (Value::Set(before), Value::Set(after)) if !(before.is_empty() || after.is_empty()) => {
                Change { head: "[".to_owned(), lines: set_change(before, after), tail: Some("]") }
            }
            _ => {
                let (before, after) = both_inline(before, after);
                Change::inline(format!("{before} {arrow} {after}"))
            }
        },
        (before, after) => Change::inline(format!("{} {arrow} {}", before.inline(), after.inline())),
    }
}

/// Both values on one line; long ones are cut to where they begin to differ.
fn both_inline(before: &Value, after: &Value) -> (String, String) {
    let (mut first, mut second) = (String::new(), String::new());
    write(before, &mut first);
    write(after, &mut second);
    let common = first.chars().zip(second.chars()).take_while(|(a, b)| a == b).count();
    let from = common.saturating_sub(LONGEST / 4);
    (shortened(&first, from, LONGEST), shortened(&second, from, LONGEST))
}

/// Whether a text is worth drawing line by line.
fn is_text(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| shortened(&printable(line), 0, LONGEST_LINE)).collect()
}

/// The lines that differ between what both begin and end with, and a line of either around them.
fn line_change(before: &[String], after: &[String]) -> Vec<(char, String)> {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[start..], &after[start..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    let mut out = Vec::new();
    if start > 1 {
        out.push((' ', unchanged(start - 1)));
    }
    out.extend(before[..start].last().map(|line| (' ', line.clone())));
    limited(&mut out, old.iter().map(|line| ('-', line.clone())));
    limited(&mut out, new.iter().map(|line| ('+', line.clone())));
    let rest = &after[after.len() - end..];
    out.extend(rest.first().map(|line| (' ', line.clone())));
    if rest.len() > 1 {
        out.push((' ', unchanged(rest.len() - 1)));
    }
    out
}

fn set_change(before: &[Value], after: &[Value]) -> Vec<(char, String)> {
    let (old, new): (BTreeSet<&Value>, BTreeSet<&Value>) = (before.iter().collect(), after.iter().collect());
    let mut out = Vec::new();
    limited(&mut out, old.difference(&new).map(|value| ('-', element(value))));
    limited(&mut out, new.difference(&old).map(|value| ('+', element(value))));
    let same = old.intersection(&new).count();
    if same > 0 {
        out.push((' ', unchanged(same)));
    }
    out
}

fn unchanged(count: usize) -> String {
    format!("# ({count} unchanged hidden)")
}

fn limited(out: &mut Vec<(char, String)>, mut lines: impl Iterator<Item = (char, String)>) {
    out.extend(lines.by_ref().take(MOST_LINES));
    let more = lines.count();
    if more > 0 {
        out.push((' ', format!("# ({more} more)")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(before: Value, after: Value) -> String {
        let change = change(Shown::Value(&before), Shown::Value(&after), Style::default());
        let mut out = change.head;
        for (symbol, line) in change.lines {
            out.push_str(&format!("|{symbol} {line}"));
        }
        out + change.tail.unwrap_or_default()
    }

    #[test]
    fn scalars_stand_on_one_line() {
        assert_eq!(drawn(Value::from(1), Value::from(5)), "1 -> 5");
        assert_eq!(drawn(Value::Null, Value::from("a\"b\u{1b}[31m")), "null -> \"a\\\"b\\u{1b}[31m\"");
        assert_eq!(drawn(Value::List(Vec::new()), Value::List(vec!["a".into()])), "[] -> [\"a\"]");
    }

    #[test]
    fn collections_show_what_came_and_went() {
        let set = |elements: &[&str]| Value::set(elements.iter().map(|&element| element.into()).collect());
        assert_eq!(drawn(set(&["a", "b"]), set(&["b", "c"])), "[|- \"a\",|+ \"c\",|  # (1 unchanged hidden)]");
        let list = |elements: &[&str]| Value::List(elements.iter().map(|&element| element.into()).collect());
        assert_eq!(
            drawn(list(&["a", "b"]), list(&["b", "a"])),
            "[|- \"a\",|+ \"b\",|  \"a\",]".replace("|+ \"b\",|  \"a\",", "|- \"b\",|+ \"b\",|+ \"a\",")
        );
    }

    #[test]
    fn texts_are_drawn_line_by_line() {
        assert_eq!(
            drawn("a\nb\nc\nd\n".into(), "a\nb\nx\nd\n".into()),
            "<<-EOT|  # (1 unchanged hidden)|  b|- c|+ x|  dEOT"
        );
    }

    #[test]
    fn long_texts_show_where_they_differ() {
        let long = "x".repeat(500);
        let text = drawn(Value::String(format!("{long}a")), Value::String(format!("{long}b")));
        assert!(text.contains("xa\"") && text.contains("xb\""), "{text}");
        assert!(text.chars().count() < 330, "{text}");
    }

    #[test]
    fn secrets_are_words() {
        let side = Side::Value(Value::from("hunter2"));
        assert_eq!(Shown::new(&side, true).inline(), "(sensitive value)");
        let default = Side::Unset { counts_as: Some(Value::from("hunter2")) };
        assert_eq!(Shown::new(&default, true).inline(), "(sensitive value)");
    }
}
