//! Renders templates: quoted strings with sequences, heredocs, template files.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Element, HeredocTemplate, StringTemplate, Template};

use super::convert::convert;
use super::evaluate::{Bindings, Evaluator};
use super::fault::Faults;
use super::for_expression::Iteration;
use super::layout::{Form, Layout, Part};
use super::limits;
use super::types::Type;
use super::value::Val;

/// A template as far as it is rendered.
#[derive(Default)]
struct Rendered {
    text: String,
    unknown: Option<Arc<str>>,
    is_sensitive: bool,
}

impl Rendered {
    fn into_value(self) -> Val {
        let value = match self.unknown {
            Some(reason) => Val::unknown(Type::String, reason),
            None => Val::string(self.text),
        };
        value.mark(self.is_sensitive)
    }
}

impl Evaluator<'_> {
    pub(super) fn template_expression(
        &self,
        template: &StringTemplate,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        self.template(template, Form::Quoted, names, faults)
    }

    pub(super) fn heredoc(&self, heredoc: &HeredocTemplate, names: Option<&Bindings<'_>>, faults: &mut Faults) -> Val {
        let is_indented =
            heredoc.span().and_then(|span| self.source.get(span)).is_some_and(|text| text.starts_with("<<-"));
        let form = if is_indented { Form::Indented } else { Form::Lines };
        self.template(&heredoc.template, form, names, faults)
    }

    /// A template's value: a string, or the value itself where the template is one interpolation and nothing else.
    pub(super) fn template(
        &self,
        template: &Template,
        form: Form,
        names: Option<&Bindings<'_>>,
        faults: &mut Faults,
    ) -> Val {
        if let Some(Element::Interpolation(interpolation)) = template.as_single_element() {
            return self.expression(&interpolation.expr, names, faults);
        }
        let layout = Layout::new(template, form, self.source);
        let mut rendered = Rendered::default();
        if self.spend(layout.steps()) {
            self.render(&layout, &layout.parts, names, &mut rendered, faults);
        }
        let value = rendered.into_value();
        self.go_through(&value);
        value
    }

    fn render(
        &self,
        layout: &Layout<'_>,
        parts: &[Part<'_>],
        names: Option<&Bindings<'_>>,
        rendered: &mut Rendered,
        faults: &mut Faults,
    ) {
        for part in parts {
            if self.is_stopped() {
                return;
            }
            match part {
                Part::Text(range) => layout.text(range).for_each(|text| rendered.text.push_str(text)),
                Part::Interpolation(expression) => self.interpolate(expression, names, rendered, faults),
                Part::If { condition, then, otherwise } => {
                    self.render_if(layout, condition, [then, otherwise], names, rendered, faults);
                }
                Part::For { key, value, collection, body } => {
                    let (collected, is_sensitive) = self.expression(collection, names, faults).unmark();
                    rendered.is_sensitive |= is_sensitive;
                    let items = match self.iteration(&collected, collection.span(), faults) {
                        Iteration::Items(items) => items,
                        Iteration::Done(unknown) => {
                            rendered.unknown = rendered.unknown.take().or_else(|| unknown.unknown_reason());
                            continue;
                        }
                    };
                    for (item_key, item) in items {
                        if !self.spend(1) {
                            return;
                        }
                        let key = key.map(|name| Bindings { name, value: item_key, outer: names });
                        let value = Bindings { name: value, value: item, outer: key.as_ref().or(names) };
                        self.render(layout, body, Some(&value), rendered, faults);
                    }
                }
            }
            if rendered.text.len() > limits::VALUE_WEIGHT {
                self.stop("a value is larger than 64 MiB");
            }
        }
    }

    fn interpolate(
        &self,
        expression: &Expression,
        names: Option<&Bindings<'_>>,
        rendered: &mut Rendered,
        faults: &mut Faults,
    ) {
        let summary = "Invalid template interpolation value";
        let (value, is_sensitive) = self.expression(expression, names, faults).unmark_deep();
        rendered.is_sensitive |= is_sensitive;
        if value.is_null() {
            let detail = "The expression result is null. Cannot include a null value in a string template.";
            let failed = self.fail(faults, expression.span(), summary, detail);
            rendered.unknown = rendered.unknown.take().or_else(|| failed.unknown_reason());
            return;
        }
        let converted = match convert(&value, &Type::String) {
            Ok(converted) => converted,
            Err(error) => {
                let detail = format!("Cannot include the given value in a string template: {error}.");
                self.fail(faults, expression.span(), summary, detail)
            }
        };
        match converted.as_str() {
            Some(text) => rendered.text.push_str(text),
            None => rendered.unknown = rendered.unknown.take().or_else(|| converted.unknown_reason()),
        }
    }

    fn render_if(
        &self,
        layout: &Layout<'_>,
        condition: &Expression,
        branches: [&[Part<'_>]; 2],
        names: Option<&Bindings<'_>>,
        rendered: &mut Rendered,
        faults: &mut Faults,
    ) {
        let (value, is_sensitive) = self.expression(condition, names, faults).unmark();
        rendered.is_sensitive |= is_sensitive;
        let failed = if value.is_null() {
            let detail = "The condition value is null. Conditions must either be true or false.";
            self.fail(faults, condition.span(), "Null condition", detail)
        } else {
            match convert(&value, &Type::Bool) {
                Ok(value) => match value.as_bool() {
                    Some(is_true) => {
                        let [then, otherwise] = branches;
                        self.render(layout, if is_true { then } else { otherwise }, names, rendered, faults);
                        return;
                    }
                    None => {
                        // Both branches may be sensitive or wrong, whichever it will be.
                        for branch in branches {
                            let mut other = Rendered::default();
                            self.render(layout, branch, names, &mut other, faults);
                            rendered.is_sensitive |= other.is_sensitive;
                        }
                        value
                    }
                },
                Err(_) => {
                    let detail = "The condition expression must be of type bool.";
                    self.fail(faults, condition.span(), "Incorrect condition type", detail)
                }
            }
        };
        rendered.unknown = rendered.unknown.take().or_else(|| failed.unknown_reason());
    }
}
