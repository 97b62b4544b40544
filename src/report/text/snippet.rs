//! Source snippets: a message with the lines of code that it is about, file, line and caret.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::style::Style;
use crate::model::{SourceMap, SourceRange, is_printable, printable};

/// How bad the message of a snippet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Error,
    Warning,
    Note,
}

/// A message, the places in the code that it is about, and notes below.
pub(super) struct Message {
    pub(super) weight: Weight,
    /// A code in brackets after the weight.
    pub(super) id: Option<String>,
    /// One line.
    pub(super) title: String,
    /// Places with what is to be said of each; the first is the main one.
    pub(super) places: Vec<(SourceRange, String)>,
    /// Whether what stands beside a place on its lines is drawn too. The neighbors of a value may be secrets.
    pub(super) shows_neighbors: bool,
    /// Facts below, each of one or more lines.
    pub(super) notes: Vec<String>,
    /// What to do, of one or more lines; may be empty.
    pub(super) help: String,
}

/// Draws a message, as compilers do. All text is made printable here.
pub(super) fn draw(message: &Message, sources: &SourceMap, style: Style) -> String {
    let level = match message.weight {
        Weight::Error => Level::ERROR,
        Weight::Warning => Level::WARNING,
        Weight::Note => Level::NOTE,
    };
    let mut title = level.primary_title(printable(&message.title).into_owned());
    if let Some(id) = &message.id {
        title = title.id(printable(id).into_owned());
    }
    let mut group = Group::with_title(title);
    for (position, (range, label)) in message.places.iter().enumerate() {
        let path = printable(&range.filename).into_owned();
        let label = printable(label).into_owned();
        group = match sources.get(&range.filename).and_then(|text| Excerpt::new(text, range, message.shows_neighbors)) {
            Some(excerpt) => {
                let kind = if position == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let annotation = kind.span(excerpt.span);
                let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
                let snippet = Snippet::source(excerpt.text).line_start(range.start.line).path(path);
                group.element(snippet.annotation(annotation))
            }
            None => {
                let origin = Origin::path(path).line(range.start.line).char_column(range.start.column);
                let group = group.element(origin);
                if label.is_empty() { group } else { group.element(Level::NOTE.message(label)) }
            }
        };
    }
    for note in &message.notes {
        group = group.element(Level::NOTE.message(lines(note)));
    }
    if !message.help.is_empty() {
        group = group.element(Level::HELP.message(lines(&message.help)));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// A text of several lines, each made printable.
fn lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// The lines of a range, safe to print, and the range within them.
struct Excerpt {
    text: String,
    span: std::ops::Range<usize>,
}

impl Excerpt {
    /// At most this many lines of a range are shown; of a longer one its first.
    const MOST_LINES: usize = 6;

    /// `None` where the range does not fit the text.
    fn new(text: &str, range: &SourceRange, shows_neighbors: bool) -> Option<Self> {
        let (start, mut end) = offsets(text, range)?;
        let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at);
        if text[start..end].matches('\n').count() >= Self::MOST_LINES {
            end = line_end(start);
        }
        let last = line_end(end.max(start));
        let hides_left = !shows_neighbors && !is_lead(&text[first..start]);
        let hides_right = !shows_neighbors && text[end..last].contains(SETS);
        let mut safe = String::with_capacity(last - first);
        let mut span = None;
        let mut span_end = None;
        // The last character before the range that is no blank.
        let before = text[first..start].char_indices().rfind(|(_, character)| !character.is_whitespace());
        let last_before = before.map_or(start, |(at, _)| first + at);
        for (offset, character) in text[first..last].char_indices() {
            let at = first + offset;
            if at == start {
                span = Some(safe.len());
            }
            if at == end {
                span_end = Some(safe.len());
            }
            if at >= end && hides_right {
                safe.push_str(" …");
                break;
            }
            let is_hidden = at < start && hides_left && !character.is_whitespace();
            match character {
                // Columns stay what they are.
                _ if is_hidden => safe.push(if at == last_before { '…' } else { ' ' }),
                '\r' => {}
                '\n' | '\t' => safe.push(character),
                _ if is_printable(character) => safe.push(character),
                _ => safe.push('\u{fffd}'),
            }
        }
        let span_start = span.unwrap_or(safe.len());
        let span_end = span_end.unwrap_or(safe.len());
        Some(Self { span: span_start..span_end.max(span_start), text: safe })
    }
}

/// What stands between a name and its value.
const SETS: [char; 2] = ['=', ':'];

/// Whether what stands before a place on its line only leads to it: the opening of a block, its own name, or the name of
/// the list that it is an element of. All else may set something else.
fn is_lead(before: &str) -> bool {
    match before.split_once(SETS) {
        None => true,
        Some((_, list)) => {
            let depth = list.chars().try_fold(0_usize, |depth, character| match character {
                '[' | '(' => Some(depth + 1),
                ']' | ')' => depth.checked_sub(1),
                '{' | '=' | ':' => None,
                _ => Some(depth),
            });
            list.trim().is_empty() || depth.is_some_and(|depth| depth > 0)
        }
    }
}

/// Start and end of a range as byte offsets; from lines and columns where the offsets do not fit.
fn offsets(text: &str, range: &SourceRange) -> Option<(usize, usize)> {
    let (start, end) = (range.start.byte, range.end.byte);
    let has_bytes = range.start.byte > 0 || (range.start.line <= 1 && range.start.column <= 1);
    if has_bytes && start <= end && text.is_char_boundary(start) && text.is_char_boundary(end) {
        return Some((start, end));
    }
    let offset = |line: usize, column: usize| {
        let line_start = if line <= 1 { 0 } else { text.match_indices('\n').nth(line - 2).map(|(at, _)| at + 1)? };
        let rest = text[line_start..].split('\n').next().unwrap_or_default();
        let column = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        Some(line_start + column)
    };
    let start = offset(range.start.line, range.start.column)?;
    let end = offset(range.end.line, range.end.column).unwrap_or(start);
    Some((start, end.max(start)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::Position;

    fn range(start: (usize, usize, usize), end: (usize, usize, usize)) -> SourceRange {
        let position = |(line, column, byte)| Position { line, column, byte };
        SourceRange { filename: Arc::from("main.tf"), start: position(start), end: position(end) }
    }

    fn drawn(text: &str, range: SourceRange) -> String {
        let message = Message {
            weight: Weight::Error,
            id: Some("rule".to_owned()),
            title: "it is wrong".to_owned(),
            places: vec![(range, "here".to_owned())],
            shows_neighbors: true,
            notes: vec!["a fact".to_owned()],
            help: "do this\n  and that".to_owned(),
        };
        draw(&message, &SourceMap::from([(Arc::from("main.tf"), Arc::from(text))]), Style::default())
    }

    #[test]
    fn file_line_and_caret_are_shown() {
        let text = "a = 1\nb = \"x\"\nc = 3\n";
        let expected = "\
error[rule]: it is wrong
 --> main.tf:2:5
  |
2 | b = \"x\"
  |     ^^^ here
  |
  = note: a fact
  = help: do this
            and that";
        assert_eq!(drawn(text, range((2, 5, 10), (2, 8, 13))), expected);
        assert_eq!(drawn(text, range((2, 5, 0), (2, 8, 0))), expected, "without byte offsets");
    }

    /// The line of code that is drawn for a part of it, without its neighbors.
    fn alone(line: &str, part: &str) -> String {
        let at = line.find(part).expect("a part");
        let column = line[..at].chars().count() + 1;
        let (start, end) = ((1, column, at), (1, column + part.chars().count(), at + part.len()));
        let excerpt = Excerpt::new(line, &range(start, end), false).expect("it fits");
        assert_eq!(&excerpt.text[excerpt.span.clone()], part);
        let before = excerpt.text[..excerpt.span.start].chars().count();
        assert_eq!(before + 1, column, "columns stay what they are");
        excerpt.text
    }

    #[test]
    fn what_is_set_beside_a_place_is_not_drawn() {
        let hidden = [
            ("db = { host = \"h\", password = \"hunter2\" }", "host = \"h\""),
            ("db = { password = \"hunter2\", host = \"h\" }", "host = \"h\""),
            ("  password = \"hunter2\", host = \"h\"", "host = \"h\""),
            ("{\"ä\": \"hunter2\", \"host\": \"h\"}", "\"host\": \"h\""),
            ("  [{ name = \"hunter2\" }, { host = \"h\" }]", "host = \"h\""),
            ("a = [\"hunter2\"], b = [\"h\"]", "b = [\"h\"]"),
            ("host = \"h\" # password: hunter2", "host = \"h\""),
            ("db = jsondecode(\"{'password':'hunter2'}\")", "db"),
        ];
        for (line, part) in hidden {
            let drawn = alone(line, part);
            assert!(!drawn.contains("hunter2") && drawn.contains('…'), "{drawn:?}");
        }
        assert_eq!(alone("db = { host = \"h\", password = \"p\" }", "host = \"h\""), "     … host = \"h\" …");
    }

    #[test]
    fn what_leads_to_a_place_is_drawn() {
        let shown = [
            ("  tier = \"t\" # as before", "tier = \"t\""),
            ("variable \"x\" { default = \"y\" }", "default = \"y\""),
            ("  tier = \"t\"", "\"t\""),
            ("names = [\"a\", \"b\"]", "\"b\""),
            ("names = toset([\"a\", \"b\"])", "\"a\""),
            ("resource \"google_x\" \"y\" {", "resource \"google_x\" \"y\""),
        ];
        for (line, part) in shown {
            assert_eq!(alone(line, part), line);
        }
    }

    #[test]
    fn a_long_range_is_cut_to_its_first_line() {
        let text = "a {\n1\n2\n3\n4\n5\n6\n7\n}\n";
        let drawn = drawn(text, range((1, 1, 0), (9, 2, text.len() - 1)));
        assert!(drawn.contains("1 | a {") && !drawn.contains("2 | "), "{drawn}");
    }

    #[test]
    fn code_cannot_steer_the_terminal() {
        let drawn = drawn("a = \"\u{1b}[31m\u{9b}\u{202e}\"\n", range((1, 5, 4), (1, 8, 9)));
        assert!(drawn.chars().all(|character| character == '\n' || is_printable(character)), "{drawn:?}");
    }

    proptest! {
        #[test]
        fn any_range_over_any_text_is_drawn(
            text in "[a\u{e4}\u{1f600}\n\r\t\u{1b} ]{0,40}",
            start in (0_usize..6, 0_usize..12, 0_usize..80), end in (0_usize..6, 0_usize..12, 0_usize..80),
        ) {
            let excerpt = Excerpt::new(&text, &range(start, end), false);
            prop_assert!(excerpt.is_none_or(|it| it.text.get(it.span).is_some()));
            let drawn = drawn(&text, range(start, end));
            prop_assert!(drawn.contains("it is wrong"));
            prop_assert!(drawn.chars().all(|character| character == '\n' || is_printable(character)));
        }
    }
}
