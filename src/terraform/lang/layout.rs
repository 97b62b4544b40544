//! The literal text of a template: strip markers and the indentation of `<<-` heredocs.
//!
//! HashiCorp's scanner makes one token of each line, so that a strip marker reaches to the end of its line only, and
//! indentation counts at tokens that begin a line. This does the same over the parsed template.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, Strip, Template};

use super::limits::BYTES_A_STEP;

/// A template ready to be rendered.
pub(super) struct Layout<'e> {
    tokens: Vec<Token>,
    pub(super) parts: Vec<Part<'e>>,
}

/// One part of a template.
pub(super) enum Part<'e> {
    /// Literal text: see [`Layout::text`].
    Text(Range<usize>),
    /// `${ }`
    Interpolation(&'e Expression),
    /// `%{ if }`
    If { condition: &'e Expression, then: Vec<Part<'e>>, otherwise: Vec<Part<'e>> },
    /// `%{ for }`
    For { key: Option<&'e str>, value: &'e str, collection: &'e Expression, body: Vec<Part<'e>> },
}

enum Token {
    Text(String),
    Sequence(Strip),
}

/// How literal text is cut into tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Between quotes: all text between two sequences is one token.
    Quoted,
    /// A heredoc or a template file: one token a line.
    Lines,
    /// A heredoc with `<<-`: lines, without their common indentation.
    Indented,
}

impl<'e> Layout<'e> {
    /// Lays a template out. `source` is the text that it was parsed from, by which an indented heredoc is read again.
    pub(super) fn new(template: &'e Template, form: Form, source: &str) -> Self {
        let mut builder = Builder { tokens: Vec::new(), form, source };
        let parts = builder.template(template);
        let mut tokens = builder.tokens;
        strip(&mut tokens);
        if form == Form::Indented {
            dedent(&mut tokens);
        }
        Self { tokens, parts }
    }

    /// What laying out cost: a step for each few tokens, and for their text.
    pub(super) fn steps(&self) -> u64 {
        const TOKENS_A_STEP: usize = 8;
        let text: usize =
            self.tokens.iter().map(|token| if let Token::Text(text) = token { text.len() } else { 0 }).sum();
        u64::try_from(self.tokens.len() / TOKENS_A_STEP + text / BYTES_A_STEP).unwrap_or(u64::MAX)
    }

    /// The text of a [`Part::Text`].
    pub(super) fn text(&self, range: &Range<usize>) -> impl Iterator<Item = &str> {
        self.tokens.get(range.clone()).unwrap_or_default().iter().filter_map(|token| match token {
            Token::Text(text) => Some(text.as_str()),
            Token::Sequence(_) => None,
        })
    }
}

struct Builder<'s> {
    tokens: Vec<Token>,
    form: Form,
    source: &'s str,
}

impl Builder<'_> {
    fn template<'e>(&mut self, template: &'e Template) -> Vec<Part<'e>> {
        let mut parts = Vec::with_capacity(template.len());
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let start = self.tokens.len();
                    let written = match self.form {
                        // The parser has taken indentation away already, by other rules.
                        Form::Indented => literal.span().and_then(|span| self.source.get(span)).map(unescape),
                        Form::Quoted | Form::Lines => None,
                    };
                    let text = written.as_deref().unwrap_or(literal.value());
                    if self.form == Form::Quoted {
                        self.tokens.push(Token::Text(text.to_owned()));
                    } else {
                        self.tokens.extend(text.split_inclusive('\n').map(|line| Token::Text(line.to_owned())));
                    }
                    parts.push(Part::Text(start..self.tokens.len()));
                }
                Element::Interpolation(interpolation) => {
                    self.tokens.push(Token::Sequence(interpolation.strip));
                    parts.push(Part::Interpolation(&interpolation.expr));
                }
                Element::Directive(directive) => parts.push(self.directive(directive)),
            }
        }
        parts
    }

    fn directive<'e>(&mut self, directive: &'e Directive) -> Part<'e> {
        match directive {
            Directive::If(directive) => {
                self.tokens.push(Token::Sequence(directive.if_expr.strip));
                let then = self.template(&directive.if_expr.template);
                let otherwise = match &directive.else_expr {
                    Some(otherwise) => {
                        self.tokens.push(Token::Sequence(otherwise.strip));
                        self.template(&otherwise.template)
                    }
                    None => Vec::new(),
                };
                self.tokens.push(Token::Sequence(directive.endif_expr.strip));
                Part::If { condition: &directive.if_expr.cond_expr, then, otherwise }
            }
            Directive::For(directive) => {
                let intro = &directive.for_expr;
                self.tokens.push(Token::Sequence(intro.strip));
                let body = self.template(&intro.template);
                self.tokens.push(Token::Sequence(directive.endfor_expr.strip));
                Part::For {
                    key: intro.key_var.as_ref().map(|name| name.as_str()),
                    value: intro.value_var.as_str(),
                    collection: &intro.collection_expr,
                    body,
                }
            }
        }
    }
}

fn unescape(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

/// Strip markers take the white space of the token next to them.
fn strip(tokens: &mut [Token]) {
    for position in 0..tokens.len() {
        let Token::Sequence(strip) = tokens[position] else { continue };
        if strip.strip_start()
            && let Some(Token::Text(text)) = position.checked_sub(1).and_then(|before| tokens.get_mut(before))
        {
            text.truncate(text.trim_end().len());
        }
        if strip.strip_end()
            && let Some(Token::Text(text)) = tokens.get_mut(position + 1)
        {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Takes away the indentation that all lines share.
fn dedent(tokens: &mut [Token]) {
    let mut smallest = usize::MAX;
    let mut indented = Vec::new();
    let mut is_line_start = true;
    for (position, token) in tokens.iter().enumerate() {
        let Token::Text(text) = token else {
            if is_line_start {
                smallest = 0;
            }
            is_line_start = false;
            continue;
        };
        if is_line_start {
            let is_blank = text.ends_with('\n') && text.trim_start().is_empty();
            if !is_blank {
                smallest = smallest.min(text.chars().take_while(|character| character.is_whitespace()).count());
                indented.push(position);
            }
        }
        is_line_start = text.ends_with('\n');
    }
    for position in indented {
        if let Some(Token::Text(text)) = tokens.get_mut(position) {
            *text = text.chars().skip(smallest).collect();
        }
    }
}
