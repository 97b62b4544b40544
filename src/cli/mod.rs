//! The command line: arguments, environment, clock, files, printing, exit code.
//!
//! The only room that touches the ambient world. Holds no decision that a test could want without a process: those
//! are in the rooms that it calls. Entry: [`main`].

mod arguments;
mod catalog;
mod check;
mod environment;
mod fault;
mod live;
mod loaded_root;
mod options;
mod output;
mod permissions;
mod reader;
mod redaction;
mod root_sides;
mod root_state;
mod sibling_states;
mod sides;
mod snapshot;
mod terraform_root;
mod unclaimed;
mod wants;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use arguments::{Command, CommandLine};
use environment::Environment;

/// Nothing that `--fail-on` names.
const CLEAN: u8 = 0;
/// The job could not be done.
const FAILED: u8 = 1;
/// Something was found.
const FOUND: u8 = 2;

/// Runs the command line of this process and gives its exit code: 0 clean, 1 failed, 2 found something.
pub fn main() -> ExitCode {
    fault::install();
    let parsed = CommandLine::command()
        .try_get_matches()
        .and_then(|matches| CommandLine::from_arg_matches(&matches).map(|command_line| (matches, command_line)));
    let (matches, command_line) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are no failure. clap exits 2 on bad usage, which here means "found something".
            let code = if error.use_stderr() { FAILED } else { CLEAN };
            // Where the stream is closed there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let outcome = match command_line.command {
        Command::Check(arguments) => {
            let check = matches.subcommand_matches("check").unwrap_or(&matches);
            options::variables(&arguments.root, check)
                .and_then(|variables| check::run(&arguments, &variables, &Environment::of_process()))
        }
        Command::Snapshot(arguments) => {
            let snapshot = matches.subcommand_matches("snapshot").unwrap_or(&matches);
            options::variables(&arguments.root, snapshot)
                .and_then(|variables| snapshot::run(&arguments, &variables, &Environment::of_process()))
        }
        Command::Permissions(arguments) => {
            let permissions = matches.subcommand_matches("permissions").unwrap_or(&matches);
            options::variables(&arguments.root, permissions)
                .and_then(|variables| permissions::run(&arguments, &variables, &Environment::of_process()))
        }
        Command::Catalog(arguments) => catalog::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "trueup", &mut script);
            output::to_standard_output(&String::from_utf8_lossy(&script)).map(|()| CLEAN)
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::to_standard_error(&format!("error: {}", error_chain(&error)));
            ExitCode::from(FAILED)
        }
    }
}

/// The whole chain of an error on one line, without control characters.
fn error_chain(error: &anyhow::Error) -> String {
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    chain.join(": ").lines().map(|line| crate::model::printable(line).into_owned()).collect::<Vec<_>>().join("\n")
}
