//! The `trueup` binary: hands over to [`trueup::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    trueup::cli::main()
}
