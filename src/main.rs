//! The `trueup` binary: hands over to [`trueup::cli`].

fn main() {}
