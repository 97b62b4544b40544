//! Conditions: validation of variables, preconditions, postconditions, and the assertions of `check` blocks.
//!
//! A condition that is known not to hold is a diagnostic, as in a plan; one that is unknown is none. What the state
//! records may have changed since, and a plan would refresh it first: a failure counts only where it stands with
//! nothing recorded at all.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::body::Block;
use super::evaluator::{Evaluator, Node};
use super::module::{ResourceKey, range_text};
use super::scope::BlockScope;
use crate::model::{
    Diagnostic, InstanceAddress, InstanceKey, RecordedAttributes, ReferenceData, Severity, SourceRange,
};
use crate::terraform::lang::{Faults, Type, convert, evaluate};

const NO_MESSAGE: &str =
    "This check failed, but has an invalid error message as described in the other accompanying messages.";

/// A state that records nothing.
pub(super) struct NothingRecorded;

impl ReferenceData for NothingRecorded {
    fn attributes(&self, _instance: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

/// One condition: its block, and what it is about.
#[derive(Clone, Copy)]
struct Rule<'a> {
    block: &'a Block,
    subject: Subject<'a>,
}

/// What a condition is about, within a module instance.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Variable(&'a str),
    Resource(&'a ResourceKey),
    Output,
    Check(&'a str),
}

impl<'a> Rule<'a> {
    fn summary(&self) -> &'static str {
        match (&self.subject, self.block.kind.as_str()) {
            (Subject::Variable(_), _) => "Invalid value for variable",
            (Subject::Resource(..), "postcondition") => "Resource postcondition failed",
            (Subject::Resource(..), _) => "Resource precondition failed",
            (Subject::Output, _) => "Module output value precondition failed",
            (Subject::Check(_), _) => "Check block assertion failed",
        }
    }

    fn resource(&self) -> Option<&'a ResourceKey> {
        match self.subject {
            Subject::Resource(key) => Some(key),
            Subject::Variable(_) | Subject::Output | Subject::Check(_) => None,
        }
    }

    /// What a failure is called, and how much it weighs.
    fn failed(&self, detail: impl Into<String>) -> Diagnostic {
        match self.subject {
            Subject::Check(_) => Diagnostic::warning(self.summary(), detail),
            _ => Diagnostic::error(self.summary(), detail),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Reports every condition that does not hold. `certain` gives an evaluator of the same root with nothing recorded.
    pub(crate) fn check_conditions(&self, certain: impl Fn() -> Evaluator<'a>) {
        let certainty = OnceCell::new();
        for instance in self.certain_instances() {
            let mut refused = BTreeSet::new();
            for rule in self.rules(instance) {
                for key in self.keys(instance, &rule) {
                    if !self.allowance.spend(1) {
                        return;
                    }
                    // A resource that must not be planned has no result to look at.
                    let subject = (rule.resource(), key);
                    if refused.contains(&subject) && rule.block.kind == "postcondition" {
                        continue;
                    }
                    if self.judge(instance, &rule, &subject.1).is_empty() {
                        continue;
                    }
                    let certain = certainty.get_or_init(&certain);
                    let Some(same) = certain.instance_at(&self.instance(instance).address) else { continue };
                    let found = certain.judge(same, &rule, &subject.1);
                    if !found.is_empty() && rule.block.kind == "precondition" {
                        refused.insert(subject);
                    }
                    found.into_iter().for_each(|diagnostic| self.report(diagnostic));
                }
            }
        }
    }

    /// The conditions of a module, postconditions last.
    fn rules(&self, instance: usize) -> Vec<Rule<'a>> {
        let module = self.source(instance);
        let mut rules = Vec::new();
        for (name, block) in &module.variables {
            let validations = block.body.blocks_of("validation");
            rules.extend(validations.map(|block| Rule { block, subject: Subject::Variable(name) }));
        }
        for (key, block) in &module.resources {
            let conditions = block.body.blocks_of("lifecycle").flat_map(|lifecycle| &lifecycle.body.blocks);
            let conditions = conditions.filter(|inner| matches!(inner.kind.as_str(), "precondition" | "postcondition"));
            rules.extend(conditions.map(|block| Rule { block, subject: Subject::Resource(key) }));
        }
        for block in module.outputs.values() {
            let conditions = block.body.blocks_of("precondition");
            rules.extend(conditions.map(|block| Rule { block, subject: Subject::Output }));
        }
        for (name, block) in &module.checks {
            rules.extend(block.body.blocks_of("assert").map(|block| Rule { block, subject: Subject::Check(name) }));
        }
        rules.sort_by_key(|rule| rule.block.kind == "postcondition");
        rules
    }

    /// The keys of the instances that a condition is judged for.
    fn keys(&self, instance: usize, rule: &Rule<'a>) -> Vec<Option<InstanceKey>> {
        let Subject::Resource(key) = rule.subject else { return vec![None] };
        self.ensure(Node::Resource(instance, key));
        let Some(resource) = self.resource(instance, key) else { return Vec::new() };
        resource.instances.iter().map(|own| own.address.key.clone()).collect()
    }

    /// What is wrong with a condition, or with what it is about; empty where it holds or cannot be said.
    fn judge(&self, instance: usize, rule: &Rule<'a>, key: &Option<InstanceKey>) -> Vec<Diagnostic> {
        let Some(condition) = rule.block.body.attribute("condition") else { return Vec::new() };
        let Some(scope) = self.scope_of(instance, rule, key) else { return Vec::new() };
        self.ensure_body(instance, &rule.block.body);
        let mut faults = Faults::new();
        let value = evaluate(&condition.expression, condition.file.expression_text(), &scope, &mut faults);
        if faults.has_errors() {
            return faults
                .into_iter()
                .map(|fault| {
                    let mut diagnostic = fault.into_diagnostic(|span| Some(condition.file.range(span)));
                    diagnostic.range.get_or_insert_with(|| condition.value_range.clone());
                    diagnostic
                })
                .collect();
        }
        // Which way a condition went is no secret, what it compared may be.
        let (value, _) = value.unmark_deep();
        let invalid = |why: String| {
            let summary = match rule.subject {
                Subject::Variable(_) => "Invalid variable validation result",
                _ => "Invalid condition result",
            };
            vec![Diagnostic::error(summary, why).at(condition.value_range.clone())]
        };
        if value.is_null() {
            let what = if matches!(rule.subject, Subject::Variable(_)) { "Validation condition" } else { "Condition" };
            return invalid(format!("{what} expression must return either true or false, not null."));
        }
        match convert(&value, &Type::Bool) {
            Ok(value) if value.as_bool() != Some(false) => Vec::new(),
            Ok(_) => self.failure(instance, rule, &scope, &condition.value_range),
            Err(error) => invalid(format!("Invalid condition result value: {error}.")),
        }
    }

    /// The scope of a condition; `None` where what it is about is not known to be there.
    fn scope_of<'e>(
        &'e self,
        instance: usize,
        rule: &Rule<'a>,
        key: &Option<InstanceKey>,
    ) -> Option<BlockScope<'e, 'a>> {
        let mut scope = BlockScope::new(self, instance);
        match rule.subject {
            Subject::Variable(name) => {
                self.ensure(Node::Variable(instance, name));
                // The value is unsuitable by itself, or not known at all.
                if !self.value(Node::Variable(instance, name)).is_known() {
                    return None;
                }
            }
            Subject::Output => {}
            Subject::Check(name) => scope.check = Some(name),
            Subject::Resource(resource_key) => {
                self.ensure(Node::Resource(instance, resource_key));
                let resource = self.resource(instance, resource_key)?;
                let own = match key {
                    Some(key) => resource.find(key)?,
                    None => resource.instances.first().filter(|own| own.address.key.is_none())?,
                };
                scope.repetition = own.repetition.clone();
                if rule.block.kind == "postcondition" {
                    scope.subject = Some(self.whole(own, resource_key));
                }
                scope.check = self.source(instance).scoped.get(resource_key).map(String::as_str);
            }
        }
        Some(scope)
    }

    /// The failure of a condition, with its message where that may be shown.
    fn failure(
        &self,
        instance: usize,
        rule: &Rule<'a>,
        scope: &BlockScope<'_, 'a>,
        condition: &SourceRange,
    ) -> Vec<Diagnostic> {
        let Some(message) = rule.block.body.attribute("error_message") else {
            return vec![rule.failed(NO_MESSAGE).at(self.failure_range(instance, rule, condition))];
        };
        let mut faults = Faults::new();
        let value = evaluate(&message.expression, message.file.expression_text(), scope, &mut faults);
        let is_variable = matches!(rule.subject, Subject::Variable(_));
        let mut found = Vec::new();
        let mut detail = if value.contains_sensitive() {
            let detail = "The error expression used to explain this condition refers to sensitive values, so Terraform will not display the resulting message.\n\nYou can correct this by removing references to sensitive values, or by carefully using the nonsensitive() function if the expression will not reveal the sensitive data.";
            let severity = if is_variable { Severity::Error } else { Severity::Warning };
            let diagnostic = Diagnostic::warning("Error message refers to sensitive values", detail);
            found.push(Diagnostic { severity, ..diagnostic }.at(message.value_range.clone()));
            let secret = "The error message included a sensitive value, so it will not be displayed.";
            if is_variable { secret } else { NO_MESSAGE }.to_owned()
        } else {
            let unsuitable = |why: &str| {
                let detail = format!("Unsuitable value for error message: {why}.");
                vec![Diagnostic::error("Invalid error message", detail).at(message.value_range.clone())]
            };
            if value.is_null() {
                return unsuitable("must not be null");
            }
            match convert(&value, &Type::String) {
                Ok(text) => {
                    text.as_str().map(str::trim).filter(|text| !text.is_empty()).unwrap_or(NO_MESSAGE).to_owned()
                }
                Err(error) => return unsuitable(&error.to_string()),
            }
        };
        if let Subject::Variable(_) = rule.subject {
            detail.push_str("\n\nThis was checked by the validation rule at ");
            detail.push_str(&range_text(&rule.block.range));
            detail.push('.');
        }
        found.push(rule.failed(detail).at(self.failure_range(instance, rule, condition)));
        found
    }

    /// A condition fails where it stands; a variable where it was set.
    fn failure_range(&self, instance: usize, rule: &Rule<'a>, condition: &SourceRange) -> SourceRange {
        let Subject::Variable(name) = rule.subject else { return condition.clone() };
        let argument = self.call_block(instance).and_then(|call| call.body.attribute(name));
        let declaration = self.source(instance).variables.get(name);
        let range = argument.map(|argument| &argument.value_range).or(declaration.map(|block| &block.range));
        range.unwrap_or(condition).clone()
    }
}
