//! The command line's grammar: commands, flags, their help and defaults.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::catalog::Catalog;

/// Everything that can stand on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "trueup",
    version,
    about = "Tell where Google Cloud no longer matches your Terraform",
    long_about = "Compares three things: what the Terraform configuration says, what the state recorded, and what is \
running in Google Cloud. Says what differs, where in the code, what it breaks, and whether `terraform plan` would have \
shown it. Only ever reads.",
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare one root module three ways and report
    #[command(after_long_help = CHECK_HELP)]
    Check(Box<CheckArguments>),
    /// Save the live objects that a check needs, redacted, to a file
    #[command(after_long_help = SNAPSHOT_HELP)]
    Snapshot(Box<SnapshotArguments>),
    /// Print the custom role that a check of a root takes
    #[command(after_long_help = PERMISSIONS_HELP)]
    Permissions(Box<PermissionsArguments>),
    /// List the resource types and attributes that are compared, and what a plan shows of them
    #[command(after_long_help = CATALOG_HELP)]
    Catalog(CatalogArguments),
    /// Print shell completions
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

const CHECK_HELP: &str = "\
Examples:
  trueup check                                   the root in this directory, against Google Cloud
  trueup check infra/staging --live none         configuration against state, without any network
  trueup check --state - < terraform.tfstate     a state from standard input
  trueup check --live assets.jsonl               against a saved asset file
  trueup check --format json --fail-on none      for another program

Exit status:
  0  nothing that --fail-on names was found
  1  the job could not be done: bad usage, unreadable state, every API refused
  2  something was found";

/// Which root module a command is about, and what belongs to it.
#[derive(Debug, Args)]
pub(crate) struct RootArguments {
    /// Take the root module in this directory
    #[arg(value_name = "ROOT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) directory: PathBuf,

    /// Read this state: a file, - for standard input, or a URL
    ///
    /// A URL is gs://BUCKET/OBJECT, s3://BUCKET/KEY, az://CONTAINER/BLOB or https://…; credentials for S3 and Azure come
    /// from AWS_… and AZURE_… variables. Without it the root's own backend is read (local and gcs), else terraform.tfstate in ROOT.
    #[arg(long, value_name = "PATH", help_heading = "Terraform", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<String>,

    /// Use this workspace
    #[arg(long, value_name = "NAME", help_heading = "Terraform")]
    pub(crate) workspace: Option<String>,

    /// Set a variable of the root module; repeatable
    #[arg(long = "var", value_name = "NAME=VALUE", help_heading = "Terraform")]
    pub(crate) variables: Vec<String>,

    /// Read variables from a file; repeatable
    #[arg(long = "var-file", value_name = "FILE", help_heading = "Terraform", value_hint = ValueHint::FilePath)]
    pub(crate) variable_files: Vec<PathBuf>,

    /// Read settings from this file instead of trueup.hcl
    #[arg(long, value_name = "FILE", help_heading = "Selection", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
}

/// How requests are made.
#[derive(Debug, Args)]
pub(crate) struct RequestArguments {
    /// Act as this service account
    ///
    /// A comma list is a chain of delegates, as in gcloud: the last one asks.
    ///
    /// The provider's GOOGLE_IMPERSONATE_SERVICE_ACCOUNT is honored too; this flag wins.
    #[arg(long, value_name = "EMAIL", help_heading = "Live")]
    pub(crate) impersonate_service_account: Option<String>,

    /// Send requests for a service elsewhere; repeatable
    ///
    /// SERVICE is the API's short name, such as redis or compute. The provider's GOOGLE_<SERVICE>_CUSTOM_ENDPOINT
    /// variables are honored too; this flag wins.
    #[arg(long = "endpoint", value_name = "SERVICE=URL", help_heading = "Live")]
    pub(crate) endpoints: Vec<String>,

    /// Send at most this many requests at a time
    #[arg(long, value_name = "N", default_value = "10", help_heading = "Live", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallelism: u16,

    /// Stop asking after this time, such as 90s or 5m
    ///
    /// What was not read until then is not observed, and said to be so. A single request takes a minute at most, retries
    /// included.
    #[arg(long, value_name = "DURATION", default_value = "5m", help_heading = "Live", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// What is said on standard error.
#[derive(Debug, Args)]
pub(crate) struct DisplayArguments {
    /// Choose when to show progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) progress: When,

    /// Print nothing on standard error but errors
    #[arg(short, long, help_heading = "Output", conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print what is read and asked on standard error
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
}

/// Flags of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) root: RootArguments,

    /// Read live objects from Google Cloud's APIs, an asset file, or not at all
    ///
    /// api reads Google Cloud's APIs. A file (or a URL, as for --state) is a snapshot or a Cloud Asset Inventory export
    /// (JSON lines, also gzipped). assets://projects/P (or folders/F, organizations/O) reads Cloud Asset Inventory's API; what
    /// differs there is confirmed with a direct read. none compares configuration with state only.
    #[arg(long, value_name = "api|FILE|assets://SCOPE|none", default_value = "api", help_heading = "Live", value_hint = ValueHint::FilePath)]
    pub(crate) live: String,

    /// Compare sensitive values of a snapshot by the key that it was made with
    #[arg(long, value_name = "FILE", help_heading = "Live", value_hint = ValueHint::FilePath)]
    pub(crate) redaction_key: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) requests: RequestArguments,

    /// Compare only what matches: an address or type glob; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub(crate) only: Vec<String>,

    /// Leave out what matches: an address or type glob; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub(crate) skip: Vec<String>,

    /// Do not call unmanaged what these states of other roots have; repeatable
    ///
    /// A file, a glob such as 'infra/*/terraform.tfstate', or a URL as for --state.
    #[arg(long = "also-state", value_name = "PATH", help_heading = "Terraform", value_hint = ValueHint::FilePath)]
    pub(crate) also_states: Vec<String>,

    /// Exit with status 2 on these: a comma list, or none
    ///
    /// drift, pending, unmanaged: what the comparison found. error, warning, note: findings of that severity or a worse
    /// one. incomplete: something could not be looked at. none: never.
    #[arg(long, value_name = "LIST", default_value = "drift,error", help_heading = "Output")]
    pub(crate) fail_on: String,

    /// Print the report in this format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: Format,

    /// Write a further report of the same run to a file; repeatable
    #[arg(long = "report", value_name = "FORMAT=FILE", help_heading = "Output")]
    pub(crate) reports: Vec<String>,

    /// List resources that are in sync too
    #[arg(long, help_heading = "Output")]
    pub(crate) show_in_sync: bool,

    /// List ignored attributes too
    #[arg(long, help_heading = "Output")]
    pub(crate) show_ignored: bool,

    /// Choose when to use color
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) color: When,

    #[command(flatten)]
    pub(crate) display: DisplayArguments,
}

const SNAPSHOT_HELP: &str = "\
Examples:
  trueup snapshot -o live.jsonl                  save what a check of this directory's root reads
  trueup check --live live.jsonl                 check later, or elsewhere, without any network

Sensitive values are left out: attributes that Terraform or the catalog calls sensitive, among them the values of
environment variables. A check of the snapshot cannot compare them. With --redaction-key the file holds keyed digests of
them instead, and a check with the same key compares them too.";

/// Flags of `snapshot`.
#[derive(Debug, Args)]
pub(crate) struct SnapshotArguments {
    #[command(flatten)]
    pub(crate) root: RootArguments,

    /// Write the snapshot to this file, or - for standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub(crate) output: String,

    /// Read live objects from APIs, an asset file or the asset inventory
    #[arg(long, value_name = "api|FILE|assets://SCOPE", default_value = "api", help_heading = "Live", value_hint = ValueHint::FilePath)]
    pub(crate) live: String,

    /// Keep digests of sensitive values, made with the key in this file
    ///
    /// HMAC-SHA-256 under a key of at least 16 bytes, such as `openssl rand -hex 32` makes.
    #[arg(long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub(crate) redaction_key: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) requests: RequestArguments,

    #[command(flatten)]
    pub(crate) display: DisplayArguments,
}

const PERMISSIONS_HELP: &str = "\
Examples:
  trueup permissions > role.yaml                 the role for the root in this directory
  gcloud iam roles create trueup_check --project=PROJECT --file=role.yaml

The role has the permissions of the requests that a check of this root makes, and no other. Configuration and state are
read for it; Google Cloud is not asked. Where the root has several projects, create the role in each of them.";

/// Flags of `permissions`.
#[derive(Debug, Args)]
pub(crate) struct PermissionsArguments {
    #[command(flatten)]
    pub(crate) root: RootArguments,

    #[command(flatten)]
    pub(crate) requests: RequestArguments,

    #[command(flatten)]
    pub(crate) display: DisplayArguments,
}

const CATALOG_HELP: &str = "\
Examples:
  trueup catalog                                 all types, with how many attributes are compared
  trueup catalog google_sql_database_instance    its attributes, one by one";

/// Flags of `catalog`.
#[derive(Debug, Args)]
pub(crate) struct CatalogArguments {
    /// Show the attributes of this resource type
    #[arg(value_name = "TYPE", value_parser = PossibleValuesParser::new(Catalog::builtin().type_names()), hide_possible_values = true)]
    pub(crate) resource_type: Option<String>,

    /// Print in this format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: CatalogFormat,
}

/// Formats of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CatalogFormat {
    /// Tables for people
    Text,
    /// A document of what plans do not show
    Markdown,
}

/// Report formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// When to do something that depends on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// When the stream is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Reads `90s`, `5m`, `1h`, or plain seconds.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = match text.find(|character: char| !character.is_ascii_digit()) {
        Some(end) => text.split_at(end),
        None => (text, "s"),
    };
    let seconds_per_unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("expected a number with s, m or h, such as 90s".to_owned()),
    };
    let seconds = digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(seconds_per_unit))
        .filter(|seconds| (1..=86_400).contains(seconds))
        .ok_or_else(|| "expected between 1s and 24h".to_owned())?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn grammar_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_heading_and_a_short_line_of_help() {
        let command = CommandLine::command();
        let flags = command.get_subcommands().flat_map(clap::Command::get_arguments);
        for argument in flags.filter(|argument| argument.get_long().is_some_and(|long| long != "help")) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(argument.get_help_heading().is_some(), "{} has no heading", argument.get_id());
            assert!(!help.is_empty() && help.len() < 80 && !help.ends_with('.'), "{}: {help:?}", argument.get_id());
        }
    }

    #[test]
    fn durations_have_units_and_bounds() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(parse_duration("7"), Ok(Duration::from_secs(7)));
        for text in ["", "s", "0s", "5d", "-1s", "99999999999999999999s", "25h"] {
            assert!(parse_duration(text).is_err(), "{text:?}");
        }
    }
}
