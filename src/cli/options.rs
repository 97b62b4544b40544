//! Flags that need more than clap's own checking, read before any work is done.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use clap::{ArgMatches, ValueEnum};

use super::arguments::{CheckArguments, Format, RootArguments};
use crate::report::FailOn;
use crate::terraform::config::VariableArgument;

/// Flag values, checked.
#[derive(Debug)]
pub(crate) struct Options {
    /// `--report`: format and file.
    pub(crate) reports: Vec<(Format, String)>,
    /// `--fail-on`.
    pub(crate) fail_on: BTreeSet<FailOn>,
}

impl Options {
    /// Checks the flags of `check`. An error names the flag and what it should look like.
    pub(crate) fn read(arguments: &CheckArguments) -> Result<Self> {
        let mut reports = Vec::new();
        for text in &arguments.reports {
            let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
                bail!("--report `{text}`: expected FORMAT=FILE, such as json=report.json");
            };
            let Ok(known) = Format::from_str(format, false) else {
                let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
                let names: Vec<_> = names.map(|value| value.get_name().to_owned()).collect();
                bail!("--report `{text}`: unknown format `{format}`, expected {}", names.join(" or "));
            };
            reports.push((known, path.to_owned()));
        }
        let fail_on = FailOn::parse_list(&arguments.fail_on)?;
        Ok(Self { reports, fail_on })
    }
}

/// `--var` and `--var-file` in the order in which they stand on the command line: a later one wins.
pub(crate) fn variables(arguments: &RootArguments, matches: &ArgMatches) -> Result<Vec<VariableArgument>> {
    let mut ordered = Vec::new();
    for (text, position) in arguments.variables.iter().zip(matches.indices_of("variables").into_iter().flatten()) {
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            // The text may hold a secret: only what stands before the first `=` could be a name.
            bail!("--var `{}`: expected NAME=VALUE", text.split('=').next().unwrap_or_default());
        };
        let assignment = VariableArgument::Assignment { name: name.trim().to_owned(), text: value.to_owned() };
        ordered.push((position, assignment));
    }
    for (path, position) in
        arguments.variable_files.iter().zip(matches.indices_of("variable_files").into_iter().flatten())
    {
        ordered.push((position, VariableArgument::File(path.clone())));
    }
    ordered.sort_by_key(|(position, _)| *position);
    Ok(ordered.into_iter().map(|(_, argument)| argument).collect())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::cli::arguments::{Command, CommandLine};

    #[test]
    fn variables_keep_the_order_of_the_command_line() {
        let line = ["trueup", "check", "--var", "a=1", "--var-file", "x.tfvars", "--var", "a=2=3"];
        let matches = CommandLine::command().try_get_matches_from(line).expect("valid");
        let command = CommandLine::from_arg_matches(&matches).expect("valid").command;
        let Command::Check(arguments) = command else { panic!("not a check") };
        let check = matches.subcommand_matches("check").expect("present");
        let assignment = |text: &str| VariableArgument::Assignment { name: "a".to_owned(), text: text.to_owned() };
        assert_eq!(
            variables(&arguments.root, check).expect("valid"),
            [assignment("1"), VariableArgument::File("x.tfvars".into()), assignment("2=3")]
        );
    }
}
