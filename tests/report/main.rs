//! The renderers, over comparisons built by hand.

mod json;
mod samples;
mod text;
