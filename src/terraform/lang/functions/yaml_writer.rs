//! Writes YAML byte for byte as Terraform's `yamlencode` does.

use std::fmt::Write as _;

use crate::terraform::lang::{Kind, Val};

/// The column after which a quoted text is folded at its next blank.
const WIDTH: usize = 80;

/// How long a key may be that stands on the line of its value, in bytes.
const SIMPLE_KEY: usize = 128;

/// A value as a YAML document.
pub(super) fn document(value: &Val) -> String {
    let mut writer = Writer { out: String::new() };
    writer.value(value, 0, true);
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    // A plain scalar leaves the document open.
    if matches!(value.kind(), Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        writer.out.push_str("...\n");
    }
    writer.out
}

struct Writer {
    out: String,
}

impl Writer {
    /// Writes a value where the cursor is. `indent` is the indentation of a block collection that begins here.
    fn value(&mut self, value: &Val, indent: usize, is_root: bool) {
        match value.kind() {
            Kind::Unknown(..) | Kind::Null(_) => self.out.push_str("null"),
            Kind::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Kind::Number(number) => {
                // Writing to a string cannot fail.
                let _ = write!(self.out, "{number}");
            }
            Kind::String(text) => self.text(text, if is_root { 2 } else { indent }),
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                if elements.is_empty() {
                    self.out.push_str("[]");
                }
                for (position, element) in elements.iter().enumerate() {
                    if position > 0 {
                        self.line(indent);
                    }
                    self.out.push_str("- ");
                    self.value(element, indent + 2, false);
                }
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                if members.is_empty() {
                    self.out.push_str("{}");
                }
                for (position, (name, member)) in members.iter().enumerate() {
                    if position > 0 {
                        self.line(indent);
                    }
                    if is_simple_key(name) {
                        self.quoted(name, indent, false);
                        self.out.push(':');
                        self.member(member, indent);
                        continue;
                    }
                    // A key of several lines, or a long one, stands alone.
                    self.out.push_str("? ");
                    self.text(name, indent + 2);
                    self.line(indent);
                    self.out.push_str(": ");
                    self.value(member, indent + 2, false);
                }
            }
        }
    }

    fn text(&mut self, text: &str, indent: usize) {
        if text.contains('\n') && is_literal(text) {
            self.literal(text, indent);
        } else {
            self.quoted(text, indent, true);
        }
    }

    fn member(&mut self, member: &Val, indent: usize) {
        let is_empty = member.elements().is_some_and(<[Val]>::is_empty)
            || member.members().is_some_and(std::collections::BTreeMap::is_empty);
        if member.elements().is_some() && !is_empty {
            // A sequence stands at its key's own indentation.
            self.line(indent);
            self.value(member, indent, false);
        } else if member.members().is_some() && !is_empty {
            self.line(indent + 2);
            self.value(member, indent + 2, false);
        } else {
            self.out.push(' ');
            self.value(member, indent + 2, false);
        }
    }

    fn line(&mut self, indent: usize) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        } else if text.ends_with("\n\n") || text == "\n" {
            self.out.push('+');
        }
        self.out.push('\n');
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        if !text.ends_with('\n') {
            self.out.pop();
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, may_fold: bool) {
        let line_start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let mut column = self.out.get(line_start..).map_or(0, |line| line.chars().count()) + 1;
        self.out.push('"');
        let length = text.chars().count();
        let mut characters = text.chars().enumerate().peekable();
        let mut was_space = false;
        while let Some((position, character)) = characters.next() {
            if character == ' ' && may_fold && !was_space && column > WIDTH && position > 0 && position + 1 < length {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
                if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.out.push('\\');
                    column += 1;
                }
                was_space = true;
                continue;
            }
            let before = self.out.len();
            escape(character, &mut self.out);
            column += self.out[before..].chars().count();
            was_space = character == ' ';
        }
        self.out.push('"');
    }
}

/// Whether a key stands on the line of its value.
fn is_simple_key(name: &str) -> bool {
    let has_line_end = name.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    !has_line_end && name.len() <= SIMPLE_KEY
}

/// Whether a text of several lines can be a literal block.
fn is_literal(text: &str) -> bool {
    let has_special = text.chars().any(|character| character != '\n' && !is_printable(character));
    let ends_blank = text.ends_with(' ');
    !has_special && !ends_blank && !text.contains(" \n")
}

fn is_printable(character: char) -> bool {
    matches!(character, '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        && !matches!(character, '\u{2028}' | '\u{2029}')
}

fn escape(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\0' => out.push_str("\\0"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{b}' => out.push_str("\\v"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '\u{1b}' => out.push_str("\\e"),
        '\u{85}' => out.push_str("\\N"),
        '\u{2028}' => out.push_str("\\L"),
        '\u{2029}' => out.push_str("\\P"),
        other if is_printable(other) => out.push(other),
        other => {
            let code = u32::from(other);
            // Writing to a string cannot fail.
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02X}"),
                0x100..=0xffff => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
        }
    }
}
