//! The reference data beside the repository, or where `TRUEUP_SHARED` points. It is not part of the repository: a check
//! over it runs where it is there, and says so where it is not.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The reference data, where it holds `needed`; else says that the check is skipped.
pub(crate) fn folder_with(needed: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TRUEUP_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if folder.join(needed).exists() {
        return Some(folder);
    }
    say(&format!("skipped: there is no {}", folder.join(needed).display()));
    None
}

/// A line on standard error, also of a test that passes: the harness captures `println!` only.
pub(crate) fn say(line: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
