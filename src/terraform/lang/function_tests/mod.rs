//! What functions give: tables of calls in `testdata/functions/`, and what needs more than a call and its answer.

mod files;
mod limits;
mod names;
mod notation;
mod sensitivity;
mod signatures;
mod tables;
