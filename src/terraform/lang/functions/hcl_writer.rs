//! Writes values in Terraform's own syntax, laid out as Terraform lays it out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::strings::graphemes;
use crate::terraform::lang::{Kind, Val};

/// A value as an expression.
pub(super) fn expression(value: &Val) -> String {
    let mut writer = Writer { lines: vec![Line::default()] };
    writer.value(value);
    writer.laid_out()
}

/// Members as arguments, each on lines of its own.
pub(super) fn arguments(members: &BTreeMap<Arc<str>, Val>) -> String {
    let mut writer = Writer { lines: vec![Line::default()] };
    for (name, value) in members {
        writer.argument(name, value);
    }
    writer.laid_out()
}

/// Whether a name needs no quotes.
pub(super) fn is_identifier(name: &str) -> bool {
    hcl_edit::Ident::try_new(name).is_ok()
}

/// A line before it is indented and aligned.
#[derive(Default)]
struct Line {
    text: String,
    /// Where the first equals sign stands.
    assignment: Option<usize>,
    /// Brackets opened less brackets closed, in all and since the equals sign.
    opened: i64,
    opened_since: i64,
}

struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn push(&mut self, text: &str, opened: i64) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text);
            line.opened += opened;
            line.opened_since += opened;
        }
    }

    fn argument(&mut self, name: &str, value: &Val) {
        if is_identifier(name) {
            self.push(name, 0);
        } else {
            self.push(&quoted(name), 0);
        }
        if let Some(line) = self.lines.last_mut() {
            line.assignment.get_or_insert(line.text.len());
            line.opened_since = 0;
        }
        self.push("= ", 0);
        self.value(value);
        self.lines.push(Line::default());
    }

    fn value(&mut self, value: &Val) {
        match value.kind() {
            Kind::Unknown(..) | Kind::Null(_) => self.push("null", 0),
            Kind::Bool(value) => self.push(if *value { "true" } else { "false" }, 0),
            Kind::Number(number) => self.push(&number.to_string(), 0),
            Kind::String(text) => self.push(&quoted(text), 0),
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                self.push("[", 1);
                for (position, element) in elements.iter().enumerate() {
                    self.push(if position > 0 { ", " } else { "" }, 0);
                    self.value(element);
                }
                self.push("]", -1);
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                self.push("{", 1);
                if !members.is_empty() {
                    self.lines.push(Line::default());
                }
                for (name, member) in members.iter() {
                    self.argument(name, member);
                }
                self.push("}", -1);
            }
        }
    }

    /// The text, indented by open brackets, with the equals signs of neighboring lines below each other.
    fn laid_out(mut self) -> String {
        let mut open: Vec<i64> = Vec::new();
        let mut indents = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            if line.opened > 0 {
                indents.push(2 * open.len());
                open.push(line.opened);
                continue;
            }
            let mut closed = -line.opened;
            while closed > 0
                && let Some(last) = open.last_mut()
            {
                let rest = *last - closed;
                closed -= *last;
                *last = rest;
                if rest <= 0 {
                    open.pop();
                }
            }
            indents.push(2 * open.len());
        }
        let widths: Vec<Option<usize>> = self.lines.iter().map(Line::aligned_width).collect();
        let mut start = 0;
        while start < widths.len() {
            let chain = widths[start..].iter().take_while(|width| width.is_some()).count();
            let widest = widths[start..start + chain].iter().flatten().max().copied().unwrap_or(0);
            for (line, width) in self.lines[start..].iter_mut().zip(&widths[start..start + chain]) {
                let missing = widest - width.unwrap_or(widest) + 1;
                line.space(missing);
            }
            start += chain + 1;
        }
        for (line, _) in self.lines.iter_mut().zip(&widths).filter(|(_, width)| width.is_none()) {
            line.space(1);
        }
        let mut text = String::new();
        for (position, (line, indent)) in self.lines.iter().zip(indents).enumerate() {
            if position > 0 {
                text.push('\n');
            }
            if !line.text.is_empty() {
                text.extend(std::iter::repeat_n(' ', indent));
                text.push_str(&line.text);
            }
        }
        text
    }
}

impl Line {
    /// How wide the name is, where the value ends on this line.
    fn aligned_width(&self) -> Option<usize> {
        let name = self.text.get(..self.assignment?)?;
        (self.opened_since == 0).then(|| graphemes(name).count())
    }

    /// Puts blanks before the equals sign.
    fn space(&mut self, count: usize) {
        if let Some(at) = self.assignment {
            self.text.insert_str(at, &" ".repeat(count));
        }
    }
}

/// What is written as it is: everything that has a shape, and the blank.
static PRINTABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A[\p{L}\p{M}\p{N}\p{P}\p{S} ]\z").ok());

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            other => {
                let is_printable = other.is_ascii_graphic()
                    || PRINTABLE.as_ref().is_some_and(|regex| regex.is_match(other.encode_utf8(&mut [0; 4])));
                let code = u32::from(other);
                // Writing to a string cannot fail.
                let _ = match (is_printable, code) {
                    (true, _) => write!(out, "{other}"),
                    (false, 0..=0xffff) => write!(out, "\\u{code:04x}"),
                    (false, _) => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}
