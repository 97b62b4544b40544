//! The built-in functions: one table, one entry a function.
//!
//! An entry says what its parameters take; conversion, nulls, unknowns and marks are then the caller's business, and
//! the body sees values of the declared shapes only. `try`, `can` take expressions and are not in the table.

mod collections;
mod conversions;
mod csv;
mod date_format;
mod dates;
mod encoding;
mod files;
mod format_number;
mod formatting;
mod glob;
mod go_math;
mod go_pattern;
mod hashes;
mod hcl_writer;
mod json;
mod letters;
mod lists;
mod networks;
mod numeric;
mod parse_cost;
mod paths;
mod patterns;
mod providers;
mod questions;
mod selection;
mod sets;
mod strings;
mod templates;
mod text_encodings;
mod yaml;
mod yaml_scalar;
mod yaml_writer;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub(super) use providers::offered;
pub(super) use templates::refusal;

use super::evaluate::Evaluator;
use super::limits;
use super::scope::FileContext;
use super::types::Type;
use super::value::Val;
use crate::model::Number;

/// A built-in function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) variadic: Option<Parameter>,
    pub(super) returns: Returns,
    pub(super) body: fn(&Call<'_>) -> Outcome,
}

/// What a parameter takes.
pub(super) struct Parameter {
    /// Terraform's own name for it, which its messages use.
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) is_nullable: bool,
    /// Whether the body deals with marks; otherwise any mark in the argument goes to the result.
    pub(super) is_marked: bool,
    /// Whether the function can deal with a value of which not even the type is known; otherwise nothing can be said of
    /// the result, not even that an argument is wrong.
    pub(super) is_dynamic: bool,
    /// How much of a value of any type the body goes through, which is paid for; of other values it is all.
    pub(super) reading: Reading,
    pub(super) unknowns: Unknowns,
}

/// Which unknowns the body can deal with; others make the result unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknowns {
    /// None.
    Refused,
    /// Those inside the argument.
    Nested,
    /// All.
    Taken,
}

/// How much of a value is gone through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// A member at most.
    Nothing,
    /// Its members, but not what is in them.
    Members,
    /// All that is in it.
    Everything,
}

/// The type that an argument is converted to.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Any,
    Bool,
    Number,
    String,
    /// `list(any)`
    List,
    /// `set(any)`
    Set,
    /// `list(string)`
    Strings,
    /// `list(bool)`
    Bools,
    /// `list(number)`
    Numbers,
    /// `set(string)`
    StringSet,
    /// `map(list(string))`
    StringLists,
}

impl Shape {
    pub(super) fn of(self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List => Type::list(Type::Any),
            Self::Set => Type::set(Type::Any),
            Self::Strings => Type::list(Type::String),
            Self::Bools => Type::list(Type::Bool),
            Self::Numbers => Type::list(Type::Number),
            Self::StringSet => Type::set(Type::String),
            Self::StringLists => Type::map(Type::list(Type::String)),
        }
    }
}

/// The type of the result. Worked out before the body runs, also where arguments are unknown.
pub(super) enum Returns {
    Fixed(Shape),
    /// From the arguments, of which any may be unknown. A failure says that no value could make the call right.
    From(fn(&Call<'_>) -> Result<Type, Failure>),
}

impl Returns {
    pub(super) fn of(&self, call: &Call<'_>) -> Result<Type, Failure> {
        match self {
            Self::Fixed(shape) => Ok(shape.of()),
            Self::From(function) => function(call),
        }
    }
}

/// What a body gives.
pub(super) type Outcome = Result<Val, Failure>;

/// Why a call has no result.
pub(super) enum Failure {
    /// The argument at this position is wrong; a fragment that says how.
    Argument(usize, String),
    /// The call as a whole is wrong.
    Call(String),
    /// Nothing is wrong, but the result cannot be known; the reason.
    Unknown(String),
    /// A limit was met.
    Limit(&'static str),
}

impl Failure {
    fn call(message: impl Into<String>) -> Self {
        Self::Call(message.into())
    }

    fn argument(position: usize, message: impl Into<String>) -> Self {
        Self::Argument(position, message.into())
    }
}

impl Parameter {
    const fn new(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            is_nullable: false,
            is_marked: false,
            is_dynamic: false,
            reading: Reading::Nothing,
            unknowns: Unknowns::Refused,
        }
    }

    const fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    const fn marked(mut self) -> Self {
        self.is_marked = true;
        self
    }

    const fn dynamic(mut self) -> Self {
        self.is_dynamic = true;
        self
    }

    const fn walked(mut self) -> Self {
        self.reading = Reading::Members;
        self
    }

    const fn deep(mut self) -> Self {
        self.reading = Reading::Everything;
        self
    }

    const fn nested(mut self) -> Self {
        self.unknowns = Unknowns::Nested;
        self
    }

    const fn unknown(mut self) -> Self {
        self.unknowns = Unknowns::Taken;
        self
    }
}

const fn any(name: &'static str) -> Parameter {
    Parameter::new(name, Shape::Any)
}

const fn string(name: &'static str) -> Parameter {
    Parameter::new(name, Shape::String)
}

const fn number(name: &'static str) -> Parameter {
    Parameter::new(name, Shape::Number)
}

const STRING: Returns = Returns::Fixed(Shape::String);
const NUMBER: Returns = Returns::Fixed(Shape::Number);
const BOOL: Returns = Returns::Fixed(Shape::Bool);
const ANY: Returns = Returns::Fixed(Shape::Any);
const STRINGS: Returns = Returns::Fixed(Shape::Strings);

impl Function {
    const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        returns: Returns,
        body: fn(&Call<'_>) -> Outcome,
    ) -> Self {
        Self { name, parameters, variadic: None, returns, body }
    }

    const fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    pub(super) fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.variadic.as_ref())
    }
}

/// What Terraform says of a number that is none of 64 bits.
const NOT_WHOLE: &str = "value must be a whole number, between -9223372036854775808 and 9223372036854775807";

/// For functions whose type is all that is to be said of them.
fn typed(call: &Call<'_>) -> Outcome {
    call.return_type().map(|of| Val::unknown(of, "the call has no value"))
}

/// One call: arguments of the declared shapes, and what the body may use beside them.
pub(super) struct Call<'c> {
    pub(super) function: &'c Function,
    pub(super) arguments: &'c [Val],
    pub(super) evaluator: &'c Evaluator<'c>,
}

impl Call<'_> {
    fn value(&self, position: usize) -> Val {
        self.arguments.get(position).cloned().unwrap_or_else(Val::null)
    }

    fn type_of(&self, position: usize) -> Type {
        self.arguments.get(position).map_or(Type::Any, Val::ty)
    }

    fn return_type(&self) -> Result<Type, Failure> {
        self.function.returns.of(self)
    }

    fn given(&self, position: usize) -> Option<&Val> {
        self.arguments.get(position)
    }

    fn text(&self, position: usize) -> &str {
        self.arguments.get(position).and_then(Val::as_str).unwrap_or_default()
    }

    fn number(&self, position: usize) -> Number {
        self.arguments.get(position).and_then(Val::as_number).cloned().unwrap_or(Number::from(0_i64))
    }

    /// A whole number of 64 bits, or what Terraform says of another.
    fn integer(&self, position: usize) -> Result<i64, String> {
        self.number(position).as_i64().ok_or_else(|| NOT_WHOLE.to_owned())
    }

    fn elements(&self, position: usize) -> &[Val] {
        self.arguments.get(position).and_then(Val::elements).unwrap_or_default()
    }

    fn members(&self, position: usize) -> Option<&BTreeMap<Arc<str>, Val>> {
        self.arguments.get(position).and_then(Val::members)
    }

    fn files(&self) -> &FileContext {
        self.evaluator.scope.files()
    }

    /// Pays for work that the arguments' weight says nothing of.
    fn spend(&self, steps: u64) -> Result<(), Failure> {
        if self.evaluator.spend(steps) { Ok(()) } else { Err(Failure::Limit(limits::STEPS_REACHED)) }
    }
}

static TABLE: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let rooms: [&'static [Function]; 21] = [
        collections::FUNCTIONS,
        conversions::FUNCTIONS,
        csv::FUNCTIONS,
        dates::FUNCTIONS,
        encoding::FUNCTIONS,
        files::FUNCTIONS,
        formatting::FUNCTIONS,
        hashes::FUNCTIONS,
        json::FUNCTIONS,
        lists::FUNCTIONS,
        networks::FUNCTIONS,
        numeric::FUNCTIONS,
        paths::FUNCTIONS,
        patterns::FUNCTIONS,
        questions::FUNCTIONS,
        selection::FUNCTIONS,
        sets::FUNCTIONS,
        strings::FUNCTIONS,
        templates::FUNCTIONS,
        text_encodings::FUNCTIONS,
        yaml::FUNCTIONS,
    ];
    rooms.into_iter().flatten().map(|function| (function.name, function)).collect()
});

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

/// A built-in function whose name is at most two typing mistakes away.
pub(super) fn similar(name: &str) -> Option<&'static str> {
    closest(name, TABLE.keys().copied().chain(["can", "try"]))
}

/// The one of `others` that is closest to a name, at most two typing mistakes away.
pub(super) fn closest<'o>(name: &str, others: impl Iterator<Item = &'o str>) -> Option<&'o str> {
    if name.len() > 32 {
        return None;
    }
    others
        .map(|other| (distance(name, other), other))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, other)| other)
}

/// How many characters have to be put in, taken out or replaced.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (position, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], position + 1);
        for (column, b) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = substitution.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

/// The names of all functions in the table, sorted.
#[cfg(test)]
pub(super) fn names() -> Vec<&'static str> {
    TABLE.keys().copied().collect()
}
