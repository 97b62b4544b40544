//! The text report: findings first, then drift, what is pending, what was not observed, and the counts.
//!
//! Follows Terraform's words and symbols. Every text from outside goes through [`printable`], so that no name or value
//! can steer the terminal.

mod alike;
mod changes;
mod closing;
mod findings;
mod import;
mod section;
mod snippet;
mod style;
mod value;

pub use style::Style;

use super::Report;
#[cfg(doc)]
use crate::model::printable;

/// The report as text, with a newline at the end.
pub fn render(report: &Report<'_>, style: Style) -> String {
    let mut out = Writer { text: String::new(), style };
    findings::write(report, &mut out);
    changes::write(report, &mut out);
    closing::write(report, &mut out);
    out.text
}

/// The text so far, and how to draw.
struct Writer {
    text: String,
    style: Style,
}

impl Writer {
    /// One line.
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A blank line, unless nothing precedes it.
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}
