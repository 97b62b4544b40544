//! The `trueup` binary: hands over to [`trueup::cli`].

use std::process::ExitCode;

/// A check makes and drops very many small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trueup::cli::main()
}
