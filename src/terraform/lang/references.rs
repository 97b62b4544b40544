//! Which names an expression refers to, without evaluating it.

use std::collections::BTreeSet;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, Template};

use super::scope::Step;

/// A reference in an expression: `google_x.y[0].z` is the root `google_x` with three steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'e> {
    /// The first name.
    pub(crate) root: &'e str,
    /// What follows, up to and including the first step that is no constant.
    pub(crate) steps: Vec<Step<'e>>,
    /// Where it stands, in bytes.
    pub(crate) span: Option<Range<usize>>,
}

/// All references in an expression, in the order in which they stand; names that a `for` binds are left out.
pub(crate) fn references(expression: &Expression) -> Vec<Reference<'_>> {
    let mut walk = Walk { found: Vec::new(), bound: Vec::new() };
    walk.expression(expression);
    walk.found
}

/// All references in a template, as [`references`] gives them.
pub(super) fn template_references(template: &Template) -> Vec<Reference<'_>> {
    let mut walk = Walk { found: Vec::new(), bound: Vec::new() };
    walk.template(template);
    walk.found
}

/// The steps of a traversal, up to and including the first that is no constant.
pub(super) fn constant_steps(traversal: &Traversal) -> Vec<Step<'_>> {
    let mut steps = Vec::with_capacity(traversal.operators.len());
    for operator in &traversal.operators {
        let step = match operator.value() {
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str()),
            TraversalOperator::LegacyIndex(index) => usize::try_from(**index).map_or(Step::Opaque, Step::Index),
            TraversalOperator::Index(index) => constant_index(index),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Opaque,
        };
        let is_opaque = step == Step::Opaque;
        steps.push(step);
        if is_opaque {
            break;
        }
    }
    steps
}

fn constant_index(expression: &Expression) -> Step<'_> {
    match expression {
        Expression::String(text) => Step::Key(text.value().as_str()),
        Expression::Number(number) => {
            number.value().as_u64().and_then(|index| usize::try_from(index).ok()).map_or(Step::Opaque, Step::Index)
        }
        Expression::Parenthesis(inner) => constant_index(inner.inner()),
        _ => Step::Opaque,
    }
}

struct Walk<'e> {
    found: Vec<Reference<'e>>,
    bound: Vec<BTreeSet<&'e str>>,
}

impl<'e> Walk<'e> {
    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|names| names.contains(name))
    }

    fn expression(&mut self, expression: &'e Expression) {
        match expression {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            Expression::Array(array) => array.iter().for_each(|element| self.expression(element)),
            Expression::Object(object) => {
                for (key, value) in object {
                    if let ObjectKey::Expression(key) = key {
                        // A bare name as key is a text, not a reference.
                        if !matches!(key, Expression::Variable(_)) {
                            self.expression(key);
                        }
                    }
                    self.expression(value.expr());
                }
            }
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::Variable(name) => {
                if !self.is_bound(name.as_str()) {
                    self.found.push(Reference { root: name.as_str(), steps: Vec::new(), span: name.span() });
                }
            }
            Expression::Conditional(conditional) => {
                self.expression(&conditional.cond_expr);
                self.expression(&conditional.true_expr);
                self.expression(&conditional.false_expr);
            }
            Expression::FuncCall(call) => call.args.iter().for_each(|argument| self.expression(argument)),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(operation) => self.expression(&operation.expr),
            Expression::BinaryOp(operation) => {
                self.expression(&operation.lhs_expr);
                self.expression(&operation.rhs_expr);
            }
            Expression::ForExpr(for_expression) => self.for_expression(for_expression),
        }
    }

    fn traversal(&mut self, traversal: &'e Traversal) {
        if let Expression::Variable(name) = &traversal.expr {
            if !self.is_bound(name.as_str()) {
                self.found.push(Reference {
                    root: name.as_str(),
                    steps: constant_steps(traversal),
                    span: traversal.span(),
                });
            }
        } else {
            self.expression(&traversal.expr);
        }
        for operator in &traversal.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.expression(index);
            }
        }
    }

    fn for_expression(&mut self, for_expression: &'e ForExpr) {
        self.expression(&for_expression.intro.collection_expr);
        let mut names = BTreeSet::from([for_expression.intro.value_var.as_str()]);
        names.extend(for_expression.intro.key_var.as_ref().map(|name| name.as_str()));
        self.bound.push(names);
        if let Some(key) = &for_expression.key_expr {
            self.expression(key);
        }
        self.expression(&for_expression.value_expr);
        if let Some(condition) = &for_expression.cond {
            self.expression(&condition.expr);
        }
        self.bound.pop();
    }

    fn template(&mut self, template: &'e Template) {
        for element in template {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(interpolation) => self.expression(&interpolation.expr),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(directive) => self.if_directive(directive),
                    Directive::For(directive) => self.for_directive(directive),
                },
            }
        }
    }

    fn if_directive(&mut self, directive: &'e IfDirective) {
        self.expression(&directive.if_expr.cond_expr);
        self.template(&directive.if_expr.template);
        if let Some(otherwise) = &directive.else_expr {
            self.template(&otherwise.template);
        }
    }

    fn for_directive(&mut self, directive: &'e ForDirective) {
        let intro = &directive.for_expr;
        self.expression(&intro.collection_expr);
        let mut names = BTreeSet::from([intro.value_var.as_str()]);
        names.extend(intro.key_var.as_ref().map(|name| name.as_str()));
        self.bound.push(names);
        self.template(&intro.template);
        self.bound.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(text: &str) -> Vec<String> {
        references(&hcl_edit::parser::parse_expr(text).expect("valid"))
            .iter()
            .map(|reference| format!("{}{:?}", reference.root, reference.steps.len()))
            .collect()
    }

    #[test]
    fn every_form_is_walked() {
        assert_eq!(
            roots(
                r#"[a.b, { (c) = "${d}%{ for x in e }${x}${f}%{ endfor }" }, g(h...), i ? j : -k, l.m[n.o].p, l[*].q]"#
            ),
            ["a1", "c0", "d0", "e0", "f0", "h0", "i0", "j0", "k0", "l2", "n1", "l1"]
        );
    }

    #[test]
    fn for_names_are_not_references_except_in_the_collection() {
        assert_eq!(roots("{ for k, v in v : k => w if k != x }"), ["v0", "w0", "x0"]);
    }

    #[test]
    fn constant_steps_are_visible() {
        let expression = hcl_edit::parser::parse_expr(r#"module.m["k"].out[0].z"#).expect("valid");
        let found = references(&expression);
        assert_eq!(
            found[0].steps,
            [Step::Attribute("m"), Step::Key("k"), Step::Attribute("out"), Step::Index(0), Step::Attribute("z")]
        );
    }
}
