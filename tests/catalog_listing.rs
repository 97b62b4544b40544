//! What `trueup catalog` prints, and the document that is made from it.

use std::path::Path;
use std::process::Command;

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trueup")).arg("catalog").args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Holds a checked-in file against what is printed; `TRUEUP_REGENERATE=1` writes it anew.
fn is_checked_in(file: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("TRUEUP_REGENERATE").is_some() {
        std::fs::write(&path, printed).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == printed,
        "{file} is not what the catalog says; look at the change, then `TRUEUP_REGENERATE=1 cargo test --test catalog_listing`"
    );
}

#[test]
fn the_numbers_of_rows_are_those_that_were_reviewed() {
    is_checked_in("testdata/catalog.txt", &printed(&[]));
}

#[test]
fn the_document_of_blind_spots_is_made_from_the_catalog() {
    is_checked_in("docs/blind-spots.md", &printed(&["--format", "markdown"]));
}

#[test]
fn a_type_has_a_line_for_each_row_with_what_a_plan_shows() {
    let text = printed(&["google_vpc_access_connector"]);
    let cells = |name: &str| {
        let line = text.lines().find(|line| line.split("  ").next() == Some(name));
        let cells: Vec<&str> =
            line.expect("a line").split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        cells.join(" | ")
    };
    assert_eq!(
        cells("max_instances"),
        "max_instances | integer | optional, else the server's | shown | refresh only | probes"
    );
    assert_eq!(cells("state"), "state | string | says how it is doing; policies read it | mm");
}

#[test]
fn an_unknown_type_is_an_error_that_names_the_nearest() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_trueup")).args(["catalog", "google_redis_instanc"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a similar value exists: 'google_redis_instance'"));
}
