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

/// How many steps all expressions of a root may take together.
pub(crate) const ROOT_STEPS: u64 = 50_000_000;

/// What is said where [`ROOT_STEPS`] is reached.
pub(crate) const ROOT_STEPS_REACHED: &str = "more than 50,000,000 steps in the root as a whole";

/// How many bytes an operation goes through for one step.
pub(crate) const BYTES_A_STEP: usize = 1 << 10;

/// How large all values of a root may be together, in bytes.
pub(crate) const KEPT_WEIGHT: usize = 512 << 20;

/// What is said where [`KEPT_WEIGHT`] is reached.
pub(crate) const KEPT_WEIGHT_REACHED: &str = "the values of the root are larger than 512 MiB together";

/// From which weight on a value that occurs in several others is counted once.
pub(crate) const SHARED_WEIGHT: usize = 64 << 10;

/// How large a type may be, in nodes as if nothing in it were shared; of a larger one nothing is said.
pub(crate) const TYPE_NODES: usize = 10_000;

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
