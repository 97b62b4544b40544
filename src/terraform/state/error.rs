//! Why a whole state cannot be used: [`StateError`], and [`Foreign`], the things that people give in its place.

use std::fmt;

use thiserror::Error;

use crate::model::{Position, printable};

/// Why a state cannot be read at all. What is wrong with one entry of it is a diagnostic instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// Nothing in it, or only blanks.
    #[error(
        "read state `{}`: it is empty; restore it from `terraform.tfstate.backup` or from an earlier version of the \
         bucket's object, or delete it where nothing was applied yet",
        printable(path)
    )]
    Empty {
        /// The file, URL or `-`.
        path: String,
    },
    /// It ends before the JSON does.
    #[error(
        "read state `{}`: it is cut off at line {}, column {}; fetch it again, or restore it from a backup",
        printable(path), position.line, position.column
    )]
    Truncated {
        /// The file, URL or `-`.
        path: String,
        /// Where it ends.
        position: Position,
    },
    /// A version control merge left its markers in it.
    #[error(
        "read state `{}`: line {} is a merge conflict marker; take one of the two sides whole, since two states cannot \
         be merged by line",
        printable(path), position.line
    )]
    MergeConflict {
        /// The file, URL or `-`.
        path: String,
        /// The marker.
        position: Position,
    },
    /// Not JSON.
    #[error(
        "read state `{}`: it is not valid JSON at line {}, column {} ({reason}); `terraform state pull` prints a valid \
         state",
        printable(path), position.line, position.column
    )]
    NotJson {
        /// The file, URL or `-`.
        path: String,
        /// Where the JSON stops being valid.
        position: Position,
        /// What the JSON parser says; holds no text of the file beyond single characters.
        reason: String,
    },
    /// Something else that can be recognized.
    #[error("read state `{}`: {kind}", printable(path))]
    Foreign {
        /// The file, URL or `-`.
        path: String,
        /// What it is.
        kind: Foreign,
    },
    /// JSON, but of no shape that a state has.
    #[error(
        "read state `{}`: {problem}, at line {}, column {}; `terraform state pull` prints a valid state",
        printable(path), position.line, position.column
    )]
    Malformed {
        /// The file, URL or `-`.
        path: String,
        /// What is wrong, a fragment.
        problem: String,
        /// Where.
        position: Position,
    },
    /// A format from before Terraform 0.12.
    #[error(
        "read state `{}`: it has format version {version}{}, and version 4 is needed; Terraform 0.12 and later convert \
         it: `terraform state pull > new.tfstate`, then `--state new.tfstate`",
        printable(path), WrittenBy(terraform_version.as_deref())
    )]
    OldVersion {
        /// The file, URL or `-`.
        path: String,
        /// Its format version.
        version: u64,
        /// Who wrote it.
        terraform_version: Option<String>,
    },
    /// A format that came after this program.
    #[error(
        "read state `{}`: it has format version {version}{}, and only version 4 is known; use a newer trueup",
        printable(path), WrittenBy(terraform_version.as_deref())
    )]
    NewVersion {
        /// The file, URL or `-`.
        path: String,
        /// Its format version.
        version: u64,
        /// Who wrote it.
        terraform_version: Option<String>,
    },
}

struct WrittenBy<'a>(Option<&'a str>);

impl fmt::Display for WrittenBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(version) => write!(f, " (written by {})", printable(version)),
            None => Ok(()),
        }
    }
}

/// Something that is no state but that can be recognized. Displayed as what it is and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Compressed bytes.
    Gzip,
    /// A zip archive, which is what `terraform plan -out` writes.
    PlanFile,
    /// UTF-16 text, which is what Windows PowerShell's `>` writes.
    Utf16,
    /// A web page or XML: the answer of a server that refused or redirected.
    Markup,
    /// The stand-in that Git LFS leaves where the file was not fetched.
    LfsPointer,
    /// A state that OpenTofu encrypted.
    Encrypted,
    /// `terraform show -json` of a plan.
    PlanJson,
    /// `terraform show -json` of a state.
    ShowJson,
    /// `.terraform/terraform.tfstate`: which backend a root was initialized with.
    BackendRecord,
    /// An asset file or snapshot of live objects.
    LiveObjects,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "it is compressed with gzip; unpack it first: `gunzip -c FILE | trueup check --state -`",
            Self::PlanFile => {
                "it is a zip archive, as `terraform plan -out` writes it, and no state; give the plan as JSON: \
                 `terraform show -json FILE > plan.json`, then `--plan plan.json`"
            }
            Self::Utf16 => {
                "it is UTF-16 text, as Windows PowerShell's `>` writes it; save it as UTF-8: `terraform state pull | \
                 Out-File -Encoding utf8 FILE`"
            }
            Self::Markup => {
                "it is a web page or XML and no state, most likely a server's refusal or login page; look at it, and \
                 check the address and the credentials"
            }
            Self::LfsPointer => "it is a Git LFS pointer; fetch the file itself with `git lfs pull`",
            Self::Encrypted => {
                "it is encrypted by OpenTofu; decrypt it with the root's own keys: `tofu state pull > plain.tfstate`, \
                 then `--state plain.tfstate`"
            }
            Self::PlanJson => "it is a plan in JSON; give it with `--plan` instead of `--state`",
            Self::ShowJson => {
                "it is the output of `terraform show -json`; give the state itself: `terraform state pull > FILE`"
            }
            Self::BackendRecord => {
                "it only records which backend the root uses; leave out `--state` to read that backend, or give the \
                 state itself: `terraform state pull > FILE`"
            }
            Self::LiveObjects => "it holds live objects; give it with `--live` instead of `--state`",
        })
    }
}
