//! A scope for tests: names with values, and a folder.

use std::collections::BTreeMap;

use super::{Allowance, Fault, Faults, FileContext, Kind, Resolved, Scope, Step, Val, evaluate};
use crate::terraform::config::hcl;

/// Names with values.
#[derive(Default)]
pub(super) struct TestScope {
    pub(super) values: BTreeMap<String, Val>,
    pub(super) files: FileContext,
    /// Sources of providers by local name.
    pub(super) providers: BTreeMap<String, String>,
    pub(super) allowance: Allowance,
}

impl TestScope {
    pub(super) fn with<'n>(mut self, values: impl IntoIterator<Item = (&'n str, Val)>) -> Self {
        self.values.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }
}

impl Scope for TestScope {
    fn resolve(&self, root: &str, _steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        match self.values.get(root) {
            Some(value) => Ok(Resolved { value: value.clone(), consumed: 0 }),
            None => {
                let hint = if root == "a" { " Did you mean \"us\"?" } else { "" };
                Err(Fault::error("Unknown variable", format!("There is no variable named \"{root}\".{hint}")))
            }
        }
    }

    fn files(&self) -> &FileContext {
        &self.files
    }

    fn provider_source(&self, local_name: &str) -> Option<String> {
        self.providers.get(local_name).cloned()
    }

    fn allowance(&self) -> &Allowance {
        &self.allowance
    }
}

/// The value of an expression, and its faults.
pub(super) fn evaluate_text(text: &str, scope: &TestScope) -> (Val, Vec<Fault>) {
    // A heredoc is no expression by itself, only an argument's value.
    let source = format!("x = {text}\n");
    let parsed = hcl::parse(&source);
    if let Some(fault) = parsed.faults.into_iter().next() {
        return (Val::unknown_any("the text cannot be read"), vec![Fault::error(fault.summary, fault.detail)]);
    }
    let expression = &parsed.body.get_attribute("x").expect("just written").value;
    let mut faults = Faults::new();
    let value = evaluate(expression, &source, scope, &mut faults);
    (value, faults.into_iter().collect())
}

/// A value as JSON.
pub(super) fn json(value: &Val) -> serde_json::Value {
    match value.kind() {
        Kind::Unknown(..) => serde_json::Value::String("(unknown)".to_owned()),
        Kind::Null(_) => serde_json::Value::Null,
        Kind::Bool(value) => (*value).into(),
        Kind::Number(number) => serde_json::from_str(&number.to_string()).expect("valid"),
        Kind::String(text) => text.to_string().into(),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements.iter().map(json).collect(),
        Kind::Map(_, members) | Kind::Object(members) => {
            members.iter().map(|(name, member)| (name.to_string(), json(member))).collect()
        }
    }
}
