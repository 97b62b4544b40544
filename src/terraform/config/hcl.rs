//! Native syntax: text to a syntax tree, around what the parser alone would refuse.
//!
//! Owns the repairs for valid Terraform that the parser rejects (a byte order mark, an object key given twice, a
//! newline before `?` or `:` in an object `for`), and going on after a fault. Every repair keeps each byte where it
//! was, so spans stay true.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::Body;
use hcl_edit::visit_mut::{VisitMut, visit_object_mut};

/// How often one file is repaired and parsed again before it is given up.
const MAX_ATTEMPTS: usize = 300;
/// How many bytes are parsed in all for one file with many repairs.
const MAX_PARSED_BYTES: usize = 256 << 20;
/// How many faults are reported of one file.
const MAX_FAULTS: usize = 20;

/// A fault in the syntax.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    /// One line, as Terraform words it where it has words for it.
    pub(crate) summary: &'static str,
    /// What was expected.
    pub(crate) detail: String,
    /// Where.
    pub(crate) span: Range<usize>,
}

/// What could be read of a text.
#[derive(Debug, Default)]
pub(crate) struct ParsedText {
    /// The syntax tree of what could be read.
    pub(crate) body: Body,
    /// What could not.
    pub(crate) faults: Vec<SyntaxFault>,
    /// Start offsets of the keys of attributes that repeat an earlier one; they don't count.
    pub(crate) repeated: Vec<usize>,
    /// Parts of the text that were skipped.
    pub(crate) skipped: Vec<Range<usize>>,
}

/// Parses a file's text.
pub(crate) fn parse(text: &str) -> ParsedText {
    let mut parsed = ParsedText::default();
    let mut bytes = text.as_bytes().to_vec();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes[..3].fill(b' ');
    }
    let mut renamed = BTreeMap::new();
    let mut next_name = 0;
    for _ in 0..MAX_ATTEMPTS.min(MAX_PARSED_BYTES / bytes.len().max(1) + 2) {
        // Repairs overwrite whole characters with ASCII only.
        let attempt = String::from_utf8_lossy(&bytes);
        let error = match hcl_edit::parser::parse_body(&attempt) {
            Ok(mut body) => {
                if !renamed.is_empty() {
                    Restore { renamed: &renamed }.visit_body_mut(&mut body);
                }
                parsed.body = body;
                return parsed;
            }
            Err(error) => error,
        };
        let offset = error.location().offset().min(bytes.len());
        let message = error.message();
        if message.contains("redefined object key") {
            if let Some(key) = key_at(&attempt, offset) {
                renamed.insert(key.start, attempt[key.clone()].to_owned());
                rename(&mut bytes, key, &mut next_name);
                continue;
            }
        } else if message.contains("redefined attribute") {
            if let Some(key) = key_at(&attempt, offset) {
                let detail = format!(
                    "The argument \"{}\" was already set. Each argument may be set only once.",
                    &attempt[key.clone()]
                );
                parsed.faults.push(SyntaxFault { summary: "Attribute redefined", detail, span: key.clone() });
                parsed.repeated.push(key.start);
                rename(&mut bytes, key, &mut next_name);
                continue;
            }
        } else if let Some(gap) = line_break_before_operator(&attempt, offset) {
            bytes[gap].fill(b' ');
            continue;
        }
        let item = top_level_item(&attempt, offset);
        // What is left of a block around a part that was skipped is the same fault again; a block behind it is not.
        let is_beside_skipped = parsed.skipped.iter().any(|skipped| {
            let between = skipped.end.min(item.end)..skipped.start.max(item.start);
            let is_beside = attempt.get(between).is_none_or(|between| between.trim().is_empty());
            is_beside && !(skipped.end <= item.start && is_block_header(&attempt[item.start..]))
        });
        if !is_beside_skipped && parsed.faults.len() < MAX_FAULTS {
            let (summary, detail) = wording(message, &attempt, offset);
            parsed.faults.push(SyntaxFault {
                summary,
                detail,
                span: offset..(offset + 1).min(bytes.len().max(offset)),
            });
        }
        if attempt[item.clone()].trim().is_empty() {
            parsed.skipped.push(0..bytes.len());
            return parsed;
        }
        blank(&mut bytes, item.clone());
        parsed.skipped.push(item);
    }
    parsed.faults.push(SyntaxFault {
        summary: "Invalid configuration syntax",
        detail: "The file has too many faults to be read.".to_owned(),
        span: 0..0,
    });
    parsed.skipped.push(0..text.len());
    parsed
}

/// Parses one expression. Spans count from the start of `text`.
pub(crate) fn parse_expression(text: &str) -> Option<Expression> {
    hcl_edit::parser::parse_expr(text).ok()
}

/// Terraform's words for what the parser says, where it has some.
fn wording(message: &str, text: &str, offset: usize) -> (&'static str, String) {
    if message.starts_with("invalid expression") {
        let detail = "Expected the start of an expression, but found an invalid expression token.";
        return ("Invalid expression", detail.to_owned());
    }
    if message == "expected newline or eof" {
        let line = &text[line_start(text, offset)..offset];
        let name = line.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
        return if name.trim_start().starts_with('=') {
            ("Missing newline after argument", "An argument definition must end with a newline.".to_owned())
        } else {
            ("Missing newline after block definition", "A block definition must end with a newline.".to_owned())
        };
    }
    ("Invalid configuration syntax", sentence(message))
}

/// `expected x` to `Expected x.`
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}

/// The key that starts at an offset, where it is a plain name or a string without templates.
fn key_at(text: &str, offset: usize) -> Option<Range<usize>> {
    let rest = &text[offset..];
    let skipped = rest.len() - rest.trim_start().len();
    let (start, rest) = (offset + skipped, rest.trim_start());
    if let Some(inner) = rest.strip_prefix('"') {
        let mut escaped = false;
        for (index, byte) in inner.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Some(start..start + index + 2),
                b'\n' => return None,
                _ => {}
            }
        }
        return None;
    }
    if rest.starts_with('(') {
        let end = rest.find([')', '\n', '"'])?;
        return rest[end..].starts_with(')').then_some(start..start + end + 1);
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
    (end > 0).then_some(start..start + end)
}

/// Overwrites a key with a name of the same length that nothing else has.
fn rename(bytes: &mut [u8], key: Range<usize>, next: &mut u64) {
    const LETTERS: &[u8; 26] = b"qzxjkvwybfgpmcuhdlnirstoae";
    let quoted = bytes[key.start] == b'"' && key.len() > 2;
    let place = if quoted { key.start + 1..key.end - 1 } else { key };
    let mut number = *next;
    *next += 1;
    for byte in &mut bytes[place] {
        *byte = LETTERS[(number % 26) as usize];
        number /= 26;
    }
}

/// The newlines and blanks before a `?` or `:` that stands first on its line, where the parser stopped there.
fn line_break_before_operator(text: &str, offset: usize) -> Option<Range<usize>> {
    let before = text[..offset].trim_end().len();
    let after = offset + (text[offset..].len() - text[offset..].trim_start().len());
    let gap = before..after;
    (text[after..].starts_with(['?', ':']) && text[gap.clone()].contains('\n')).then_some(gap)
}

/// The top-level item that an offset lies in: from the line where it starts in the first column up to the next such
/// line or behind a closing brace in the first column.
fn top_level_item(text: &str, offset: usize) -> Range<usize> {
    let here = line_start(text, offset);
    let mut start = here;
    // Inside of a block that nobody indented, arguments start in the first column too.
    let mut name_line = None;
    while !is_block_header(&text[start..]) {
        if starts_with_name(&text[start..]) {
            name_line.get_or_insert(start);
        }
        let is_behind_block = start < here && text[start..].starts_with('}');
        if start == 0 || is_behind_block {
            start = name_line.unwrap_or(start);
            break;
        }
        start = line_start(text, start - 1);
    }
    let is_block = is_block_header(&text[start..]);
    let mut end = text.len();
    let mut line = text[here.max(start)..].find('\n').map(|newline| here.max(start) + newline + 1);
    if text[here..].starts_with('}') {
        return start..line.unwrap_or(text.len());
    }
    while let Some(at) = line.filter(|at| *at < text.len()) {
        let next = text[at..].find('\n').map(|newline| at + newline + 1);
        if if is_block { is_block_header(&text[at..]) } else { starts_with_name(&text[at..]) } {
            end = at;
            break;
        }
        if text[at..].starts_with('}') {
            end = next.unwrap_or(text.len());
            break;
        }
        line = next;
    }
    start..end
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn starts_with_name(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether the line that a text starts with is the header of a block in the first column: `resource "a" "b" {`.
fn is_block_header(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let rest = line.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
    starts_with_name(line)
        && rest.split('{').next().is_some_and(|labels| {
            let is_bare = |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-');
            rest.len() > labels.len() && labels.split('"').step_by(2).all(|between| between.chars().all(is_bare))
        })
}

/// Overwrites with blanks, keeping line breaks.
fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if !matches!(*byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Gives renamed object keys their names back; the later value replaces the earlier one, as in Terraform.
struct Restore<'a> {
    renamed: &'a BTreeMap<usize, String>,
}

impl VisitMut for Restore<'_> {
    fn visit_object_mut(&mut self, object: &mut Object) {
        let found: Vec<(ObjectKey, usize, String)> = object
            .iter()
            .filter_map(|(key, _)| {
                let start = key_span(key)?.start;
                Some((key.clone(), start, self.renamed.get(&start)?.clone()))
            })
            .collect();
        for (key, start, source) in found {
            let Some(value) = object.remove(&key) else { continue };
            if let Some(original) = parse_key(&source, start) {
                object.insert(original, value);
            }
        }
        visit_object_mut(self, object);
    }
}

/// The span of an object's key.
pub(crate) fn key_span(key: &ObjectKey) -> Option<Range<usize>> {
    match key {
        ObjectKey::Ident(name) => name.span(),
        ObjectKey::Expression(expression) => expression.span(),
    }
}

/// The key that was written at an offset, with its place there.
fn parse_key(source: &str, start: usize) -> Option<ObjectKey> {
    // An object that holds it has to start somewhere before.
    let body = hcl_edit::parser::parse_body(&format!("{:<start$}{source}\n", "x=")).ok()?;
    let attribute = body.into_attributes().next()?;
    Some(match attribute.value {
        Expression::Variable(name) => ObjectKey::Ident(name),
        other => ObjectKey::Expression(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object_values(text: &str) -> Vec<(String, String)> {
        let parsed = parse(text);
        assert_eq!(parsed.faults, [], "{text}");
        let attribute = parsed.body.get_attribute("x").expect("x is there");
        let object = attribute.value.as_object().expect("an object");
        let text_of = |key: &ObjectKey| match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(expression) => expression.to_string().trim().to_owned(),
        };
        object.iter().map(|(key, value)| (text_of(key), value.expr().to_string().trim().to_owned())).collect()
    }

    #[test]
    fn the_last_of_two_equal_object_keys_wins() {
        assert_eq!(
            object_values("x = {\n  a = 1\n  b = 2\n  a = 3\n}\n"),
            [("a".to_owned(), "3".to_owned()), ("b".to_owned(), "2".to_owned())]
        );
        assert_eq!(object_values("x = { \"a\" = 1, \"a\" = 2 }\n"), [("\"a\"".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn a_byte_order_mark_moves_nothing() {
        let parsed = parse("\u{feff}x = 1\n");
        assert_eq!(parsed.faults, []);
        assert_eq!(parsed.body.get_attribute("x").and_then(|x| x.key.span()), Some(3..4));
    }

    #[test]
    fn a_conditional_over_lines_in_an_object_for_is_read() {
        let text = "x = { for k, v in y : k =>\n  v == null\n  ? 1\n  : 2\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.faults, []);
        assert!(parsed.body.has_attribute("x"));
    }

    #[test]
    fn an_argument_given_twice_is_a_fault_at_the_second() {
        let parsed = parse("a {\n  x = 1\n  x = 2\n}\n");
        assert_eq!(parsed.faults.len(), 1);
        assert_eq!(parsed.faults[0].summary, "Attribute redefined");
        assert_eq!(parsed.faults[0].span, 14..15);
        assert_eq!(parsed.repeated, [14]);
    }

    #[test]
    fn a_broken_block_does_not_hide_its_neighbors() {
        let text = "a \"one\" {\n  x = 1\n}\n\nb \"two\" {\n  x = = 1\n}\n\nc \"three\" {\n  x = 3\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.faults.len(), 1, "{:?}", parsed.faults);
        let names: Vec<_> = parsed.body.blocks().map(|block| block.ident.as_str().to_owned()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(parsed.skipped.len(), 1);
        assert!(text[parsed.skipped[0].clone()].starts_with("b \"two\""));
    }

    #[test]
    fn a_block_without_indentation_is_one_fault() {
        let text = "data \"a\" \"b\" {\nregion = var.region}\n\ndata \"a\" \"c\" {\nregion = var.region\n}\n";
        let parsed = parse(text);
        let summaries: Vec<_> = parsed.faults.iter().map(|fault| fault.summary).collect();
        assert_eq!(summaries, ["Missing newline after argument"], "{:?}", parsed.faults);
        let labels: Vec<_> = parsed.body.blocks().map(|block| block.labels[1].as_str().to_owned()).collect();
        assert_eq!(labels, ["c"]);
    }

    #[test]
    fn what_an_unclosed_parenthesis_swallows_is_one_fault() {
        let text = "a \"one\" {\n  x = {\n    f(y, \"z\"\n\n\nvariable \"v\" {\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.faults.len(), 1, "{:?}", parsed.faults);
    }

    #[test]
    fn each_of_two_broken_blocks_is_a_fault() {
        let parsed = parse("a {\n  x = = 1\n}\n\nb {\n  x = = 1\n}\n");
        assert_eq!(parsed.faults.len(), 2, "{:?}", parsed.faults);
    }

    #[test]
    fn a_broken_argument_does_not_hide_its_neighbors() {
        let parsed = parse("a = 1\nb = = 2\nc = 3\nd = [\n  1,\n");
        assert_eq!(parsed.faults.len(), 2, "{:?}", parsed.faults);
        let names: Vec<_> = parsed.body.attributes().map(|attribute| attribute.key.as_str().to_owned()).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn an_unclosed_brace_ends_with_a_fault() {
        for text in ["a {", "}", "a \"b", "x = <<EOT\nfoo", "\u{0}", "x = \"${\"\n", "{\"a\": 1}"] {
            assert!(!parse(text).faults.is_empty(), "{text:?}");
        }
    }
}
