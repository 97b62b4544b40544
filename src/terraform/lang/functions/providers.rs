//! Functions that providers bring: those of the google providers and of Terraform's own.
//!
//! Sources: the google provider's documentation, `functions/`; Terraform's, "Built-in provider".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::hcl_writer;
use super::{ANY, Call, Failure, Function, Outcome, STRING, any, parse_cost, string};
use crate::terraform::lang::evaluate::{Evaluator, Rendering};
use crate::terraform::lang::{Allowance, Fault, Faults, FileContext, Resolved, Scope, Step, Val};

const GOOGLE: &[Function] = &[
    Function::new("location_from_id", &[string("id")], STRING, |call| segment(call, "locations", "location")),
    Function::new("name_from_id", &[string("id")], STRING, name_from_id),
    Function::new("project_from_id", &[string("id")], STRING, |call| segment(call, "projects", "project")),
    Function::new("region_from_id", &[string("id")], STRING, |call| segment(call, "regions", "region")),
    Function::new("region_from_zone", &[string("zone")], STRING, region_from_zone),
    Function::new("zone_from_id", &[string("id")], STRING, |call| segment(call, "zones", "zone")),
];

const TERRAFORM: &[Function] = &[
    Function::new("decode_tfvars", &[string("src")], ANY, decode_tfvars),
    Function::new("encode_expr", &[any("value").dynamic().deep()], STRING, |call| {
        Ok(Val::string(hcl_writer::expression(&call.value(0))))
    }),
    Function::new("encode_tfvars", &[any("value").dynamic().deep()], STRING, encode_tfvars),
];

/// The functions of a provider, by its source; `None` for a provider that is not known here.
pub(in crate::terraform::lang) fn offered(source: &str) -> Option<&'static [Function]> {
    // A registry's host may stand before the name.
    let parts: Vec<&str> = source.split('/').collect();
    match parts.as_slice() {
        ["google" | "google-beta"] | [.., "hashicorp", "google" | "google-beta"] => Some(GOOGLE),
        ["terraform.io", "builtin", "terraform"] => Some(TERRAFORM),
        _ => None,
    }
}

fn unexpected(input: &str, pattern: &str) -> Failure {
    Failure::argument(0, format!("The input string \"{input}\" doesn't contain the expected pattern \"{pattern}\""))
}

/// What stands between `kind/` and the next slash, where that is first found.
fn segment(call: &Call<'_>, kind: &str, name: &str) -> Outcome {
    let input = call.text(0);
    let marker = format!("{kind}/");
    let mut places = input.match_indices(&marker);
    let found = places.find_map(|(at, _)| {
        let (found, _) = input.get(at + marker.len()..)?.split_once('/')?;
        (!found.is_empty()).then_some(found)
    });
    found.map(Val::string).ok_or_else(|| unexpected(input, &format!("{kind}/{{{name}}}/")))
}

fn name_from_id(call: &Call<'_>) -> Outcome {
    let input = call.text(0);
    match input.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(Val::string(name)),
        _ => Err(unexpected(input, "resourceType/{name}$")),
    }
}

fn region_from_zone(call: &Call<'_>) -> Outcome {
    let zone = call.text(0);
    if zone.is_empty() {
        return Err(Failure::argument(0, "The input string cannot be empty"));
    }
    match zone.rsplit_once('-') {
        Some((region, _)) if region.contains('-') => Ok(Val::string(region)),
        _ => Err(Failure::argument(0, format!("The input string \"{zone}\" is not a valid zone name"))),
    }
}

fn encode_tfvars(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    let Some(members) = value.members() else {
        let message =
            "invalid value to encode: must be an object whose attribute names will become the encoded variable names";
        return Err(Failure::call(message));
    };
    if let Some(name) = members.keys().find(|name| !hcl_writer::is_identifier(name)) {
        return Err(Failure::call(format!(
            "invalid variable name {name:?}: must be a valid identifier, per Terraform's rules for input variable declarations"
        )));
    }
    Ok(Val::string(hcl_writer::arguments(members)))
}

/// A scope in which there is nothing.
struct Nothing<'s> {
    outer: &'s dyn Scope,
}

impl Scope for Nothing<'_> {
    fn resolve(&self, _root: &str, _steps: &[Step<'_>]) -> Result<Resolved, Fault> {
        Err(Fault::error("Variables not allowed", "Variables may not be used here."))
    }

    fn files(&self) -> &FileContext {
        self.outer.files()
    }

    fn provider_source(&self, _local_name: &str) -> Option<String> {
        None
    }

    fn allowance(&self) -> &Allowance {
        self.outer.allowance()
    }
}

fn decode_tfvars(call: &Call<'_>) -> Outcome {
    let source = call.text(0);
    call.spend(parse_cost::of_arguments(source))?;
    let body = hcl_edit::parser::parse_body(source)
        .map_err(|error| Failure::call(format!("invalid tfvars syntax: {}", error.message())))?;
    if let Some(block) = body.blocks().next() {
        let message = format!("invalid tfvars content: unexpected \"{}\" block", block.ident.as_str());
        return Err(Failure::call(message));
    }
    let scope = Nothing { outer: call.evaluator.scope };
    let evaluator = Evaluator { source, scope: &scope, budget: call.evaluator.budget, rendering: Rendering::Values };
    let mut members: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for attribute in body.attributes() {
        let mut faults = Faults::new();
        let value = evaluator.expression(&attribute.value, None, &mut faults);
        if let Some(fault) = faults.iter().next() {
            let name = attribute.key.as_str();
            let detail = fault.detail.trim_end_matches('.');
            return Err(Failure::call(format!(
                "invalid expression for variable {name:?}: {}; {detail}",
                fault.summary
            )));
        }
        members.insert(Arc::from(attribute.key.as_str()), value);
    }
    Ok(Val::object(members))
}
