//! Terraform's expression language: values, types, conversions, expressions, templates and functions.
//!
//! Owns the value shape that Terraform itself uses ([`Val`]: unknowns with their type and reason, typed nulls, and a
//! sensitive mark that travels) and everything that can be done with it. Does not own files, modules, blocks or
//! `count`: whoever does implements [`Scope`], which is how an expression sees names and files. Main entry:
//! [`evaluate`].

mod access;
mod allowance;
mod bridge;
mod calls;
mod constraint;
mod convert;
mod equality;
mod evaluate;
mod fault;
mod for_expression;
mod functions;
mod layout;
pub(crate) mod limits;
mod operators;
mod references;
mod scope;
mod set_order;
mod template;
mod types;
mod unify;
mod value;

pub(crate) use allowance::Allowance;
pub(crate) use constraint::{Constraint, parse_constraint};
pub(crate) use convert::convert;
pub(crate) use evaluate::{evaluate, evaluate_within};
pub(crate) use fault::{Fault, Faults};
pub(crate) use references::{Reference, references};
pub(crate) use scope::{FileContext, Resolved, Scope, Step};
pub(crate) use types::{ObjectType, Type};
pub(crate) use value::{Kind, Val};

#[cfg(test)]
mod conformance_tests;
#[cfg(test)]
mod expression_tests;
#[cfg(test)]
mod function_property_tests;
#[cfg(test)]
mod function_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod test_scope;
