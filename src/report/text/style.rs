//! Colors of the text report, as Terraform has them.

use anstyle::{AnsiColor, Style as Ansi};

/// How text is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colors.
    pub color: bool,
}

/// What a piece of text is, for its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Heading,
    Note,
    Added,
    Removed,
    Changed,
    Faint,
    Good,
}

impl Style {
    /// The text in the color of `ink`. The text must be printable already.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.color || ink == Ink::Plain || text.is_empty() {
            return text.to_owned();
        }
        let ansi = match ink {
            Ink::Plain => Ansi::new(),
            Ink::Heading => Ansi::new().bold(),
            Ink::Note => AnsiColor::Cyan.on_default().bold(),
            Ink::Added => AnsiColor::Green.on_default(),
            Ink::Removed => AnsiColor::Red.on_default(),
            Ink::Changed => AnsiColor::Yellow.on_default(),
            Ink::Faint => Ansi::new().dimmed(),
            Ink::Good => AnsiColor::Green.on_default().bold(),
        };
        format!("{ansi}{text}{ansi:#}")
    }
}
