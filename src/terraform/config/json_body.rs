//! JSON syntax as configuration: which members are blocks, which are arguments, and strings as templates.
//!
//! Expressions are read by the parser of the native syntax from a translation; spans are mapped back. Inside of
//! resources and providers a block can't be told from an argument, so everything that is not a meta-argument block
//! stays an argument, and whoever knows the schema turns it into blocks ([`Body::from_json_expression`]).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use super::body::{Attribute, Block, Body, dynamic_blocks};
use super::hcl;
use super::json::{self, Member, Node, NodeKind};
use super::module::BrokenBlock;
use super::shape::{self, Rest, Shape};
use super::source::{SourceFile, Translation};
use crate::model::Diagnostic;

/// A file in JSON syntax, as far as it could be read.
#[derive(Debug)]
pub(crate) struct ParsedJson {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) body: Body,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Resources and module calls of which an argument could not be read; they are not among the blocks.
    pub(crate) broken: Vec<BrokenBlock>,
    /// Whether nothing of it could be read.
    pub(crate) is_lost: bool,
}

/// Reads a `.tf.json` file.
pub(crate) fn parse_file(name: Arc<str>, text: Arc<str>) -> ParsedJson {
    parse_with(name, text, &shape::FILE)
}

/// Reads a JSON file of arguments alone, as `terraform.tfvars.json` is.
pub(crate) fn parse_arguments(name: Arc<str>, text: Arc<str>) -> (Arc<SourceFile>, Body, Vec<Diagnostic>) {
    let ParsedJson { file, body, diagnostics, .. } = parse_with(name, text, &shape::ARGUMENTS);
    (file, body, diagnostics)
}

fn parse_with(name: Arc<str>, text: Arc<str>, shape: &'static Shape) -> ParsedJson {
    let root = match json::parse(&text) {
        Ok(root) => root,
        Err(fault) => {
            let file = Arc::new(SourceFile::new(name, Arc::clone(&text)));
            let range = file.plain_range(fault.offset..fault.offset + 1);
            let detail = format!("The file is not valid JSON: {}.", fault.expected);
            let diagnostics = vec![Diagnostic::error("Invalid JSON", detail).at(range)];
            return ParsedJson { file, body: Body::default(), diagnostics, broken: Vec::new(), is_lost: true };
        }
    };
    let mut draft = Drafter::default();
    let body = draft.body(&root, shape);
    let parsed = hcl::parse(&draft.text);
    let file = Arc::new(SourceFile::new(name, text).translated(draft.text, draft.translation));
    let mut diagnostics: Vec<Diagnostic> =
        draft.faults.into_iter().map(|(span, fault)| fault.at(file.plain_range(span))).collect();
    diagnostics.extend(
        parsed
            .faults
            .into_iter()
            .map(|fault| Diagnostic::error(fault.summary, fault.detail).at(file.range(fault.span))),
    );
    let expressions =
        parsed.body.into_attributes().map(|attribute| (attribute.key.as_str().to_owned(), attribute.value)).collect();
    let mut finisher = Finisher { expressions, file: &file, is_whole: true };
    let mut whole = Body::of_json();
    let mut broken = Vec::new();
    finisher.attributes(body.attributes, body.is_open, &mut whole);
    for block in body.blocks {
        finisher.is_whole = true;
        let block = finisher.block(block);
        if !finisher.is_whole && matches!(block.kind.as_str(), "resource" | "module") {
            broken.push(BrokenBlock { kind: block.kind, labels: block.labels, range: block.range });
        } else {
            whole.blocks.push(block);
        }
    }
    ParsedJson { body: whole, diagnostics, broken, is_lost: false, file: Arc::clone(&file) }
}

/// A body whose expressions are not parsed yet.
#[derive(Default)]
struct DraftBody {
    /// Name, place of the name, and the number of the expression.
    attributes: Vec<(String, Range<usize>, usize)>,
    blocks: Vec<DraftBlock>,
    /// Whether someone else's schema says what stands in it, so that `dynamic` makes blocks.
    is_open: bool,
}

struct DraftBlock {
    kind: &'static str,
    labels: Vec<String>,
    body: DraftBody,
    header: Range<usize>,
}

/// Puts the parsed expressions where they belong.
struct Finisher<'f> {
    expressions: BTreeMap<String, Expression>,
    file: &'f Arc<SourceFile>,
    /// Whether every argument so far could be read.
    is_whole: bool,
}

impl Finisher<'_> {
    fn attributes(&mut self, attributes: Vec<(String, Range<usize>, usize)>, is_open: bool, body: &mut Body) {
        for (name, span, number) in attributes {
            let Some(expression) = self.expressions.remove(&attribute_name(number)) else {
                self.is_whole = false;
                continue;
            };
            if name == "dynamic" && is_open {
                body.blocks.extend(dynamic_blocks(&expression, self.file));
            } else {
                let attribute = Attribute::new(name, expression, self.file.plain_range(span), self.file);
                body.attributes_mut().push(attribute);
            }
        }
    }

    fn block(&mut self, draft: DraftBlock) -> Block {
        let mut body = Body::of_json();
        self.attributes(draft.body.attributes, draft.body.is_open, &mut body);
        for inner in draft.body.blocks {
            let inner = self.block(inner);
            body.blocks.push(inner);
        }
        Block::new(draft.kind, draft.labels, body, self.file.plain_range(draft.header))
    }
}

fn attribute_name(number: usize) -> String {
    format!("a{number}")
}

/// Sorts members into arguments and blocks, and writes the arguments' expressions in native syntax.
#[derive(Default)]
struct Drafter {
    text: String,
    translation: Translation,
    count: usize,
    faults: Vec<(Range<usize>, Diagnostic)>,
}

impl Drafter {
    fn body(&mut self, node: &Node, shape: &'static Shape) -> DraftBody {
        let mut body = DraftBody { is_open: shape.rest == Rest::Anything, ..DraftBody::default() };
        self.collect(node, shape, &mut body);
        body
    }

    fn collect(&mut self, node: &Node, shape: &'static Shape, body: &mut DraftBody) {
        let members = match &node.kind {
            NodeKind::Object(members) => members,
            NodeKind::Array(elements) => {
                for element in elements {
                    self.collect(element, shape, body);
                }
                return;
            }
            _ => {
                self.fault(node, "either a JSON object or a JSON array of objects is required here");
                return;
            }
        };
        let last = last_occurrences(members);
        for (index, member) in members.iter().enumerate() {
            let name = member.name();
            if name == "//" {
                continue;
            }
            if let Some(found) = shape.block(&name) {
                self.blocks(&member.value, found, &mut Vec::new(), &member.key_span, body);
            } else if last.get(&name) != Some(&index) {
                let detail = format!("The argument \"{name}\" is set again further down.");
                let diagnostic = Diagnostic::error("Duplicate attribute definition", detail);
                self.faults.push((member.key_span.clone(), diagnostic));
            } else {
                let number = self.attribute(&member.value);
                body.attributes.push((name, member.key_span.clone(), number));
            }
        }
    }

    fn blocks(
        &mut self,
        node: &Node,
        shape: &'static Shape,
        labels: &mut Vec<String>,
        header: &Range<usize>,
        body: &mut DraftBody,
    ) {
        match &node.kind {
            NodeKind::Array(elements) => {
                for element in elements {
                    self.blocks(element, shape, labels, header, body);
                }
            }
            NodeKind::Object(members) if labels.len() < shape.labels.len() => {
                for member in members.iter().filter(|member| member.name() != "//") {
                    labels.push(member.name());
                    self.blocks(&member.value, shape, labels, &member.key_span, body);
                    labels.pop();
                }
            }
            NodeKind::Object(_) => {
                let inner = self.body(node, shape);
                let block =
                    DraftBlock { kind: shape.kind, labels: labels.clone(), body: inner, header: header.clone() };
                body.blocks.push(block);
            }
            NodeKind::Null => {}
            _ => self.fault(node, "a JSON object is required, to hold the contents of a block"),
        }
    }

    fn fault(&mut self, node: &Node, detail: &str) {
        let detail = format!("Incorrect JSON value type: {detail}.");
        self.faults.push((node.span.clone(), Diagnostic::error("Incorrect JSON value type", detail)));
    }

    fn attribute(&mut self, node: &Node) -> usize {
        let number = self.count;
        self.count += 1;
        self.at(node.span.start);
        let _ = write!(self.text, "{} = ", attribute_name(number));
        self.expression(node);
        self.text.push('\n');
        number
    }

    fn at(&mut self, source: usize) {
        self.translation.record(self.text.len(), source);
    }

    fn expression(&mut self, node: &Node) {
        self.at(node.span.start);
        match &node.kind {
            NodeKind::Null => self.text.push_str("null"),
            NodeKind::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            NodeKind::Number(number) => self.text.push_str(number),
            NodeKind::String(characters) => self.template(characters, &node.span),
            NodeKind::Array(elements) => {
                self.text.push('[');
                for element in elements {
                    self.expression(element);
                    self.text.push(',');
                }
                self.at(node.span.end - 1);
                self.text.push(']');
            }
            NodeKind::Object(members) => {
                self.text.push('{');
                let last = last_occurrences(members);
                for (index, Member { key, key_span, value }) in members.iter().enumerate() {
                    let name = json::text(key);
                    if last.get(&name) != Some(&index) {
                        let detail = format!("An attribute named \"{name}\" is defined again further down.");
                        let diagnostic = Diagnostic::error("Duplicate object attribute", detail);
                        self.faults.push((key_span.clone(), diagnostic));
                        continue;
                    }
                    self.at(key_span.start);
                    self.template(key, key_span);
                    self.text.push(':');
                    self.expression(value);
                    self.text.push(',');
                }
                self.at(node.span.end - 1);
                self.text.push('}');
            }
        }
        self.at(node.span.end);
    }

    /// Writes a string as a quoted template: literal parts escaped, interpolations as they are.
    fn template(&mut self, characters: &[(char, usize)], span: &Range<usize>) {
        self.text.push('"');
        let mut index = 0;
        while let Some((character, offset)) = characters.get(index).copied() {
            self.at(offset);
            let following = characters.get(index + 1).map(|(character, _)| *character);
            let opens = matches!(character, '$' | '%') && following == Some('{');
            let is_escaped = opens && index > 0 && characters[index - 1].0 == character;
            if opens && !is_escaped {
                let end = interpolation_end(characters, index);
                for (character, offset) in &characters[index..end] {
                    self.at(*offset);
                    self.text.push(*character);
                }
                index = end;
                continue;
            }
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                other if other.is_control() => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(other));
                }
                other => self.text.push(other),
            }
            index += 1;
        }
        self.at(span.end.saturating_sub(1));
        self.text.push('"');
    }
}

/// The index of the last member of each name: of two, the later one counts.
fn last_occurrences(members: &[Member]) -> BTreeMap<String, usize> {
    members.iter().enumerate().map(|(index, member)| (member.name(), index)).collect()
}

/// Behind the brace that closes the `${` or `%{` at `start`; the end where none does.
fn interpolation_end(characters: &[(char, usize)], start: usize) -> usize {
    // What is open: a brace, or a string in which braces count only after `$` or `%`.
    let mut open = vec!['{'];
    let mut index = start + 2;
    while let Some((character, _)) = characters.get(index) {
        let in_string = open.last() == Some(&'"');
        match character {
            '\\' if in_string => index += 1,
            '"' if in_string => {
                open.pop();
            }
            '"' => open.push('"'),
            '$' | '%' if in_string && characters.get(index + 1).is_some_and(|(next, _)| *next == '{') => {
                open.push('{');
                index += 1;
            }
            '{' if !in_string => open.push('{'),
            '}' if !in_string => {
                open.pop();
                if open.is_empty() {
                    return index + 1;
                }
            }
            _ => {}
        }
        index += 1;
    }
    characters.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Body, Vec<Diagnostic>) {
        let parsed = parse_file("main.tf.json".into(), text.into());
        (parsed.body, parsed.diagnostics)
    }

    #[test]
    fn members_become_blocks_with_their_labels() {
        let text = r#"{"//": "why", "resource": {"google_x": {"y": {"name": "n"}, "z": [{"name": "a"}]}}, "locals": {"a": 1}}"#;
        let (body, diagnostics) = read(text);
        assert_eq!(diagnostics, []);
        let labels: Vec<_> = body.blocks_of("resource").map(|block| block.labels.join(".")).collect();
        assert_eq!(labels, ["google_x.y", "google_x.z"]);
        assert_eq!(
            body.blocks_of("locals").next().and_then(|block| block.body.attribute("a")).map(|a| a.name.as_str()),
            Some("a")
        );
    }

    #[test]
    fn strings_are_templates_and_their_places_stay_true() {
        let text = "{\"locals\": {\n  \"a\": \"x\\\"y${upper(\\\"b\\\")}\",\n  \"b\": \"${local.a}\"}}";
        let (body, diagnostics) = read(text);
        assert_eq!(diagnostics, []);
        let locals = &body.blocks[0].body;
        let a = locals.attribute("a").expect("a");
        assert_eq!(a.expression.to_string().trim(), "\"x\\\"y${upper(\"b\")}\"");
        assert_eq!((a.value_range.start.line, a.value_range.start.column), (2, 8));
        let b = locals.attribute("b").expect("b");
        assert_eq!((b.value_range.start.line, b.value_range.start.column, b.value_range.end.column), (3, 8, 20));
    }

    #[test]
    fn backslashes_in_templates_are_literal() {
        let (body, _) = read(r#"{"locals": {"a": "\\d+$${x}"}}"#);
        let a = body.blocks[0].body.attribute("a").expect("a");
        assert_eq!(a.expression.to_string().trim(), r#""\\d+$${x}""#);
    }

    #[test]
    fn a_bad_template_hides_only_itself() {
        let (body, diagnostics) = read("{\"locals\": {\n\"a\": \"${1 +}\",\n\"b\": 2}}");
        assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
        assert_eq!(diagnostics[0].range.as_ref().map(|range| range.start.line), Some(2));
        assert!(body.blocks[0].body.attribute("b").is_some());
    }

    #[test]
    fn text_that_is_no_json_is_a_diagnostic_with_its_place() {
        for text in ["", "resource {}", "{\"a\": }", "[1,]", "3"] {
            let (_, diagnostics) = read(text);
            assert_eq!(diagnostics.len(), 1, "{text:?}");
            assert!(diagnostics[0].range.is_some());
        }
    }
}
