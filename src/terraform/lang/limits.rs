//! How large and how deep an evaluation may grow before it is stopped with a diagnostic.
//!
//! Configuration is hostile input: `range`, nested `for` expressions and templates that double themselves must end.

/// How deep expressions may nest, counted in evaluator calls.
pub(crate) const EXPRESSION_DEPTH: usize = 250;

/// How deep a value may nest.
pub(crate) const VALUE_DEPTH: usize = 128;

/// How large a value may be, in bytes as if nothing in it were shared.
pub(crate) const VALUE_WEIGHT: usize = 64 << 20;

/// How many expressions one call of the evaluator may evaluate, loops included.
pub(crate) const STEPS: u64 = 4_000_000;

/// What is said where [`STEPS`] is reached.
pub(crate) const STEPS_REACHED: &str = "more than 4,000,000 steps";

/// How many bytes of its arguments a function goes through for one step.
pub(crate) const BYTES_A_STEP: usize = 256;

/// What going past one member of a value counts for, in bytes.
pub(crate) const MEMBER_BYTES: usize = 4;

/// How large the arguments of one call may be together, in bytes as if nothing in them were shared.
pub(crate) const ARGUMENTS_WEIGHT: usize = 64 << 20;

/// What one node of a value weighs, beside its text.
pub(crate) const NODE_WEIGHT: usize = 32;

/// How many elements `range` may give; Terraform's own limit.
pub(crate) const RANGE_ELEMENTS: usize = 1024;

/// How large a file may be that a function reads, in bytes.
pub(crate) const FILE_BYTES: u64 = 16 << 20;
