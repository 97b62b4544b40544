//! Writing: standard output and files, closed pipes, color.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::{Context, Result};

use super::arguments::When;
use super::environment::Environment;

/// Writes a text to standard output. A reader that has gone away is not an error.
pub(crate) fn to_standard_output(text: &str) -> Result<()> {
    stream_to_standard_output(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output piece by piece. A reader that has gone away is not an error.
pub(crate) fn stream_to_standard_output(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("write to standard output"),
        _ => Ok(()),
    }
}

/// Writes to a file, or to standard output for `-`, piece by piece. A file is written beside its place first, so that
/// a reader never sees half of it.
pub(crate) fn stream_to<T>(path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    if path == "-" {
        let mut stdout = BufWriter::new(io::stdout().lock());
        return write(&mut stdout).and_then(|value| stdout.flush().map(|()| value));
    }
    stream_to_file(path, write)
}

/// Writes to a file: to a temporary neighbor first, so that a reader never sees half of it.
pub(crate) fn stream_to_file<T>(path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let temporary = format!("{path}.{}.partial", std::process::id());
    let written = File::create(&temporary).and_then(|file| {
        let mut file = BufWriter::new(file);
        let value = write(&mut file)?;
        file.into_inner()?.sync_all()?;
        fs::rename(&temporary, path)?;
        Ok(value)
    });
    if written.is_err() {
        // Nothing was there before; a failure to clean up says nothing that the first error does not.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A line on standard error.
pub(crate) fn to_standard_error(line: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether standard output gets color.
pub(crate) fn is_color_wanted(when: When, environment: &Environment) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            io::stdout().is_terminal() && !environment.is_set("NO_COLOR") && environment.get("TERM") != Some("dumb")
        }
    }
}

/// Whether progress is shown on standard error.
pub(crate) fn is_progress_wanted(when: When, is_quiet: bool) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => !is_quiet && io::stderr().is_terminal(),
    }
}
