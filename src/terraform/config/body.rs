//! Bodies, blocks and arguments, the same for native and JSON syntax.
//!
//! Owns the shape that the rest of the room reads. What a block means is decided elsewhere.

use std::sync::{Arc, OnceLock};

use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Body as SyntaxBody, Structure};

use super::hcl;
use super::source::SourceFile;
use crate::model::SourceRange;

/// From how many arguments on they are looked up by an index.
const MANY_ATTRIBUTES: usize = 32;

/// The arguments and blocks between two braces, or of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// Arguments, in file order; no name twice.
    pub(crate) attributes: Vec<Attribute>,
    /// Blocks, in file order.
    pub(crate) blocks: Vec<Block>,
    /// Whether it was written in JSON, where a block can't be told from an argument without the schema.
    pub(crate) is_json: bool,
    /// The indexes of the arguments in the order of their names, once a body with many of them is asked for one.
    by_name: OnceLock<Vec<usize>>,
}

/// One argument: `name = expression`.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    /// The name.
    pub(crate) name: String,
    /// The name as the objects that are made of arguments share it.
    pub(crate) key: Arc<str>,
    /// The expression.
    pub(crate) expression: Arc<Expression>,
    /// The file that it stands in; the spans of the expression are in it.
    pub(crate) file: Arc<SourceFile>,
    /// The name alone.
    pub(crate) name_range: SourceRange,
    /// The expression alone.
    pub(crate) value_range: SourceRange,
}

/// One block: `kind "label" { … }`.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// What stands first: `resource`.
    pub(crate) kind: String,
    /// The labels.
    pub(crate) labels: Vec<String>,
    /// What stands between the braces.
    pub(crate) body: Body,
    /// The kind and the labels.
    pub(crate) range: SourceRange,
}

impl Attribute {
    /// An argument.
    pub(crate) fn new(name: String, expression: Expression, name_range: SourceRange, file: &Arc<SourceFile>) -> Self {
        let value_range = expression.span().map_or_else(|| name_range.clone(), |span| file.range(span));
        Self {
            key: name.as_str().into(),
            name,
            expression: Arc::new(expression),
            file: Arc::clone(file),
            name_range,
            value_range,
        }
    }

    /// Whether it was written in JSON, where a block can't be told from an argument without the schema.
    pub(crate) fn is_json(&self) -> bool {
        self.file.is_translated()
    }

    /// From the name to the end of the expression.
    pub(crate) fn range(&self) -> SourceRange {
        let end = self.value_range.end.max(self.name_range.end);
        SourceRange { filename: Arc::clone(&self.name_range.filename), start: self.name_range.start, end }
    }
}

impl Block {
    /// A block.
    pub(crate) fn new(kind: impl Into<String>, labels: Vec<String>, body: Body, range: SourceRange) -> Self {
        Self { kind: kind.into(), labels, body, range }
    }

    /// The first label; empty where there is none.
    pub(crate) fn label(&self) -> &str {
        self.labels.first().map_or("", String::as_str)
    }
}

impl Body {
    /// An empty body of JSON syntax.
    pub(crate) fn of_json() -> Self {
        Self { is_json: true, ..Self::default() }
    }

    /// The argument of a name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        if self.attributes.len() < MANY_ATTRIBUTES {
            return self.attributes.iter().find(|attribute| attribute.name == name);
        }
        let by_name = self.by_name.get_or_init(|| {
            let mut indexes: Vec<usize> = (0..self.attributes.len()).collect();
            indexes.sort_by_key(|index| &self.attributes[*index].name);
            indexes
        });
        let found = by_name.binary_search_by_key(&name, |index| &self.attributes[*index].name).ok()?;
        by_name.get(found).and_then(|index| self.attributes.get(*index))
    }

    /// The arguments, to add some or take some away.
    pub(crate) fn attributes_mut(&mut self) -> &mut Vec<Attribute> {
        self.by_name = OnceLock::new();
        &mut self.attributes
    }

    /// The blocks of a kind.
    pub(crate) fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// OpenTofu's `lifecycle { enabled = … }`.
    pub(crate) fn enabled(&self) -> Option<&Attribute> {
        self.blocks_of("lifecycle").find_map(|lifecycle| lifecycle.body.attribute("enabled"))
    }

    /// The body of a file in native syntax.
    pub(crate) fn from_syntax(body: SyntaxBody, file: &Arc<SourceFile>) -> Self {
        let mut result = Self::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name_range = attribute.key.span().unwrap_or(0..0);
                    let name = attribute.key.as_str().to_owned();
                    result.attributes.push(Attribute::new(name, attribute.value, file.range(name_range), file));
                }
                Structure::Block(block) => {
                    let start = block.ident.span().unwrap_or(0..0);
                    let end = block.labels.last().and_then(Span::span).unwrap_or_else(|| start.clone()).end;
                    let labels = block.labels.iter().map(|label| label.as_str().to_owned()).collect();
                    let kind = block.ident.as_str().to_owned();
                    let body = Self::from_syntax(block.body, file);
                    result.blocks.push(Block::new(kind, labels, body, file.range(start.start..end)));
                }
            }
        }
        result
    }

    /// The bodies that an expression of JSON syntax stands for where the schema says "block": an object is one, an
    /// array of objects several. `None` where it is neither.
    pub(crate) fn from_json_expression(
        expression: &Expression,
        file: &Arc<SourceFile>,
    ) -> Option<Vec<(Self, SourceRange)>> {
        match expression {
            Expression::Object(object) => {
                let mut body = Self::of_json();
                for (key, value) in object {
                    let (Some(name), Some(span)) = (key_text(key), hcl::key_span(key)) else { return None };
                    if name == "//" {
                        continue;
                    }
                    if name == "dynamic" {
                        body.blocks.extend(dynamic_blocks(value.expr(), file));
                        continue;
                    }
                    body.attributes.push(Attribute::new(name, value.expr().clone(), file.range(span), file));
                }
                let span = expression.span().unwrap_or(0..0);
                Some(vec![(body, file.range(span.start..span.start + 1))])
            }
            Expression::Array(array) => {
                let mut bodies = Vec::new();
                for element in array {
                    bodies.extend(Self::from_json_expression(element, file)?);
                }
                Some(bodies)
            }
            Expression::Null(_) => Some(Vec::new()),
            _ => None,
        }
    }
}

/// The blocks of `{"dynamic": {"LABEL": {…} or [{…}, …]}}`.
pub(crate) fn dynamic_blocks(expression: &Expression, file: &Arc<SourceFile>) -> Vec<Block> {
    let objects: Vec<&Expression> = match expression {
        Expression::Array(array) => array.iter().collect(),
        other => vec![other],
    };
    let mut blocks = Vec::new();
    for object in objects.into_iter().filter_map(Expression::as_object) {
        for (key, value) in object {
            let (Some(label), Some(span)) = (key_text(key), hcl::key_span(key)) else { continue };
            for (mut body, _) in Body::from_json_expression(value.expr(), file).unwrap_or_default() {
                if let Some(position) = body.attributes.iter().position(|attribute| attribute.name == "content") {
                    let content = body.attributes_mut().remove(position);
                    for (inner, header) in Body::from_json_expression(&content.expression, file).unwrap_or_default() {
                        body.blocks.push(Block::new("content", Vec::new(), inner, header));
                    }
                }
                blocks.push(Block::new("dynamic", vec![label.clone()], body, file.range(span.clone())));
            }
        }
    }
    blocks
}

/// The text of an object's key, where it is plain.
pub(crate) fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(expression) => expression.as_str().map(str::to_owned),
    }
}

/// One step of a reference that is written out: `google_x`, `.y`, `[0]`, `["k"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceStep {
    /// `.name`, or the first name.
    Name(String),
    /// `[0]` or `.0`.
    Index(u64),
    /// `["key"]`.
    Key(String),
}

/// The steps of an expression that only names something, as `provider`, `ignore_changes`, `moved` and the like take
/// it. A string is read as such a reference, as JSON and old configurations have it. `None` where it is anything else.
pub(crate) fn reference_steps(expression: &Expression) -> Option<Vec<ReferenceStep>> {
    match expression {
        Expression::Variable(name) => Some(vec![ReferenceStep::Name(name.as_str().to_owned())]),
        Expression::String(text) => {
            let parsed = hcl::parse_expression(text.as_str())?;
            if parsed.is_str() { None } else { reference_steps(&parsed) }
        }
        Expression::Traversal(traversal) => {
            let mut steps = reference_steps(&traversal.expr)?;
            for operator in &traversal.operators {
                steps.push(match operator.value() {
                    TraversalOperator::GetAttr(name) => ReferenceStep::Name(name.as_str().to_owned()),
                    TraversalOperator::LegacyIndex(index) => ReferenceStep::Index(*index.value()),
                    TraversalOperator::Index(Expression::Number(number)) => {
                        ReferenceStep::Index(number.value().as_u64()?)
                    }
                    TraversalOperator::Index(Expression::String(key)) => ReferenceStep::Key(key.as_str().to_owned()),
                    _ => return None,
                });
            }
            Some(steps)
        }
        _ => None,
    }
}
