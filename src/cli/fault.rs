//! What happens when code fails that should not be able to: one line for the user, and the exit status of a failure.

use std::panic;
use std::process::exit;

use super::{FAILED, output};

/// Has every panic, also on another thread, end the process with status 1. What it says may hold a secret and is left
/// out.
pub(crate) fn install() {
    panic::set_hook(Box::new(|information| {
        let place = information.location().map(|place| format!(" ({}:{})", shortened(place.file()), place.line()));
        output::to_standard_error(&format!(
            "error: something failed that should not be able to{}; please report it with what you ran. Is the clock of this \
             machine right?",
            place.unwrap_or_default()
        ));
        exit(i32::from(FAILED));
    }));
}

/// The last parts of a file's path: a dependency's begins with where it was built.
fn shortened(path: &str) -> &str {
    path.rmatch_indices('/').nth(3).map_or(path, |(end, _)| &path[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_last_parts() {
        assert_eq!(shortened("src/main.rs"), "src/main.rs");
        assert_eq!(shortened("/root/registry/some-crate-1.0.0/src/a/b.rs"), "some-crate-1.0.0/src/a/b.rs");
    }
}
