//! What a text in native syntax consists of, found without parsing it: its top-level items, and what the parser would
//! stumble over in valid text.
//!
//! Owns where one item ends and the next begins, also in a broken text; object keys and arguments that are given twice;
//! line breaks in an object `for`. One pass, so that the work grows with the text alone. Changes nothing itself: what it
//! names can be blanked out, and every other byte stays where it was. Main entry: [`survey`].

use std::collections::HashMap;
use std::ops::Range;

use super::tokens::{Piece, Token, matching, templates, tokens};

/// How many comparisons of keys the parser may make for the objects of one text: it compares each key of an object with
/// all before it.
const MAX_COMPARISONS: usize = 200_000_000;
/// How deep templates in strings in templates are looked through; the parser reads no more.
const MAX_DEPTH: usize = 64;

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The top-level items, in order: arguments, blocks, and what is neither.
    pub(super) items: Vec<Item>,
    /// What can be blanked out without changing what the text means: the earlier of two members with one key (the later
    /// counts), and line breaks where only the parser minds them.
    pub(super) needless: Vec<Range<usize>>,
    /// Numbers beyond 64-bit floats, which the parser cannot hold.
    pub(super) immense: Vec<Range<usize>>,
    /// Arguments that are given again: the whole, and the name alone. The first counts.
    pub(super) repeated: Vec<(Range<usize>, Range<usize>)>,
    /// Where objects start that have too many members to be read; sorted.
    pub(super) crowded: Vec<usize>,
}

/// A top-level item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// Where a bracket opens in it that nothing closes; the item ends where the next one seems to begin.
    pub(super) unclosed: Option<usize>,
}

/// Looks through a text.
pub(super) fn survey(text: &str) -> Survey {
    let tokens = tokens(text);
    let partners = matching(&tokens);
    let mut survey = Survey { items: items(text, &tokens, &partners), ..Survey::default() };
    let mut comparisons = 0;
    let walk = Walk { text, offset: 0, tokens: &tokens, survey: &mut survey, comparisons: &mut comparisons };
    walk.run(Kind::Body, &partners);
    templates_below(text, 0, &tokens, 0, &mut survey, &mut comparisons);
    survey.crowded.sort_unstable();
    survey
}

/// Looks through the templates in the strings of a text that begins at an offset.
fn templates_below(
    text: &str,
    offset: usize,
    tokens: &[Token],
    depth: usize,
    survey: &mut Survey,
    comparisons: &mut usize,
) {
    if depth >= MAX_DEPTH {
        return;
    }
    for range in tokens.iter().flat_map(|token| templates(text, token)) {
        let (text, offset) = (&text[range.clone()], offset + range.start);
        let tokens = super::tokens::tokens(text);
        let walk = Walk { text, offset, tokens: &tokens, survey, comparisons };
        walk.run(Kind::Expression, &matching(&tokens));
        templates_below(text, offset, &tokens, depth + 1, survey, comparisons);
    }
}

/// The top-level items: each ends with its line, or the line of the bracket that closes it.
fn items(text: &str, tokens: &[Token], partners: &[Option<usize>]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut index = 0;
    while let Some(first) = tokens.get(index) {
        if first.piece == Piece::LineBreak {
            index += 1;
            continue;
        }
        let mut item = Item { range: first.start..first.end, unclosed: None };
        let mut next = index;
        while let Some(token) = tokens.get(next).filter(|token| token.piece != Piece::LineBreak) {
            match (token.piece, partners[next]) {
                (Piece::Open(_), Some(close)) => next = close,
                (Piece::Open(_), None) => {
                    let end = next_item(text, first, token.start);
                    item = Item { range: first.start..end, unclosed: Some(token.start) };
                    next += tokens[next..].partition_point(|token| token.start < end);
                    break;
                }
                _ => {}
            }
            item.range.end = tokens[next].end;
            next += 1;
        }
        items.push(item);
        index = next.max(index + 1);
    }
    items
}

/// Where an item ends in which a bracket is never closed: before the next line that looks like the start of another.
fn next_item(text: &str, first: &Token, opened: usize) -> usize {
    let is_block = is_block_header(&text[first.start..]);
    let mut at = opened;
    while let Some(length) = text[at..].find('\n') {
        at += length + 1;
        let line = &text[at..];
        if if is_block { is_block_header(line) } else { starts_with_name(line) } {
            return at;
        }
    }
    text.len()
}

fn starts_with_name(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn is_immense(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// Whether the line that a text starts with is the header of a block in the first column: `resource "a" "b" {`.
fn is_block_header(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let labels = line.split('{').next().unwrap_or_default();
    let is_bare = |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-');
    starts_with_name(line)
        && labels.len() < line.len()
        && labels.split('"').step_by(2).all(|between| between.chars().all(is_bare))
}

/// What stands between two brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Arguments and blocks.
    Body,
    /// The members of an object.
    Object,
    /// An object `for`.
    Loop,
    /// An expression.
    Expression,
}

/// A bracket that is open, or the text as a whole.
struct Frame {
    kind: Kind,
    start: usize,
    /// Where the item that is read began.
    item: Option<usize>,
    /// The key of the item that is read, once it is clear, and whether it is an argument.
    key: Option<(String, Range<usize>)>,
    /// Complete items by their keys.
    keys: HashMap<String, Range<usize>>,
    members: usize,
}

impl Frame {
    fn new(kind: Kind, start: usize) -> Self {
        Self { kind, start, item: None, key: None, keys: HashMap::new(), members: 0 }
    }
}

struct Walk<'t> {
    text: &'t str,
    /// Where the text begins in the whole.
    offset: usize,
    tokens: &'t [Token],
    survey: &'t mut Survey,
    comparisons: &'t mut usize,
}

impl Walk<'_> {
    fn run(mut self, kind: Kind, partners: &[Option<usize>]) {
        let mut frames = vec![(None, Frame::new(kind, 0))];
        for (index, token) in self.tokens.iter().enumerate() {
            if token.piece == Piece::Number && is_immense(&self.text[token.start..token.end]) {
                self.survey.immense.push(self.offset + token.start..self.offset + token.end);
            }
            if let (Piece::Close(_), Some(opened)) = (token.piece, partners[index]) {
                while let Some((opener, mut frame)) = frames.pop_if(|(opener, _)| opener.is_some()) {
                    if opener == Some(opened) {
                        self.end_item(&mut frame, index, token.start);
                        self.close(&frame);
                        break;
                    }
                }
                continue;
            }
            let Some((_, frame)) = frames.last_mut() else { return };
            match token.piece {
                Piece::LineBreak if frame.kind == Kind::Loop => self.line_break(index),
                Piece::LineBreak => self.end_item(frame, index, token.start),
                Piece::Comma if frame.kind == Kind::Object => self.end_item(frame, index, token.end),
                Piece::Equals => self.key(frame, index),
                Piece::Colon if frame.kind == Kind::Object => self.key(frame, index),
                _ => {
                    frame.item.get_or_insert(index);
                }
            }
            if let Piece::Open(bracket) = token.piece {
                let kind = self.kind(index, bracket, frame);
                frames.push((Some(index), Frame::new(kind, token.start)));
            }
        }
        let rest = frames.drain(..).next();
        if let Some((_, mut frame)) = rest {
            self.end_item(&mut frame, self.tokens.len(), self.text.len());
        }
    }

    fn kind(&self, index: usize, bracket: u8, around: &Frame) -> Kind {
        if bracket != b'{' {
            return Kind::Expression;
        }
        if around.kind == Kind::Body && around.key.is_none() {
            return Kind::Body;
        }
        let first = self.tokens[index + 1..].iter().find(|token| token.piece != Piece::LineBreak);
        match first {
            Some(token) if &self.text[token.start..token.end] == "for" => Kind::Loop,
            _ => Kind::Object,
        }
    }

    /// The item's key ends before a token.
    fn key(&self, frame: &mut Frame, index: usize) {
        let Some(first) = frame.item else {
            frame.item = Some(index);
            return;
        };
        if frame.key.is_some() || !matches!(frame.kind, Kind::Body | Kind::Object) {
            return;
        }
        let tokens = &self.tokens[first..index];
        let (Some(start), Some(end)) = (tokens.first(), tokens.last()) else { return };
        let texts: Vec<String> = tokens.iter().map(|token| self.meaning(token)).collect();
        frame.key = Some((texts.join(" "), self.offset + start.start..self.offset + end.end));
    }

    /// A token of a key in one of its spellings.
    fn meaning(&self, token: &Token) -> String {
        let text = &self.text[token.start..token.end];
        let number = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(|number| number.to_string());
        let unescaped = || {
            let parsed = hcl_edit::parser::parse_expr(text).ok()?;
            parsed.as_str().map(|text| format!("{text:?}"))
        };
        let meaning = match token.piece {
            Piece::Number => number(),
            Piece::Text if text.contains('\\') => unescaped(),
            _ => None,
        };
        meaning.unwrap_or_else(|| text.to_owned())
    }

    /// An item is complete.
    fn end_item(&mut self, frame: &mut Frame, index: usize, end: usize) {
        let (Some(first), key) = (frame.item.take(), frame.key.take()) else { return };
        frame.members += 1;
        let Some((key, place)) = key else { return };
        // Not the comment behind it.
        let end = if self.tokens.get(index).is_some_and(|token| token.piece == Piece::Comma) {
            end
        } else {
            index.checked_sub(1).map_or(end, |before| self.tokens[before].end)
        };
        let range = self.offset + self.tokens[first].start..self.offset + end;
        if frame.kind == Kind::Object {
            self.survey.needless.extend(frame.keys.insert(key, range));
        } else if let std::collections::hash_map::Entry::Vacant(e) = frame.keys.entry(key) {
            e.insert(range);
        } else {
            self.survey.repeated.push((range, place));
        }
    }

    /// Line breaks mean nothing in an object `for`, but the parser takes them for the end of an expression.
    fn line_break(&mut self, index: usize) {
        let before = index.checked_sub(1).map_or(0, |before| self.tokens[before].end);
        let after = self.tokens.get(index + 1).map_or(self.text.len(), |after| after.start);
        self.survey.needless.push(self.offset + before..self.offset + after);
    }

    fn close(&mut self, frame: &Frame) {
        if frame.kind != Kind::Object {
            return;
        }
        *self.comparisons = self.comparisons.saturating_add(frame.members.saturating_mul(frame.members));
        if *self.comparisons > MAX_COMPARISONS && frame.members > 1_000 {
            self.survey.crowded.push(self.offset + frame.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'t>(text: &'t str, ranges: &[Range<usize>]) -> Vec<&'t str> {
        ranges.iter().map(|range| &text[range.clone()]).collect()
    }

    #[test]
    fn the_earlier_of_two_equal_keys_is_needless() {
        let text =
            "x = { a = 1, b = [{ a = 2 }], a = 3 # c\n \"k\" : 4\n \"\\u006b\" = 5, (v.w) = <<E\nE\n (v . w) = 7 }\n";
        assert_eq!(shown(text, &survey(text).needless), ["a = 1,", "\"k\" : 4", "(v.w) = <<E\nE"]);
        let text = "x = \"${f({ a = 1, a = \"${g({ b = 2, b = 3 })}\" })}\"\n";
        assert_eq!(shown(text, &survey(text).needless), ["a = 1,", "b = 2,"]);
        assert!(survey("x = { a = 1 }\ny = { a = { a = 1 } }\n").needless.is_empty());
    }

    #[test]
    fn the_later_of_two_equal_arguments_is_repeated() {
        let text = "a {\n  x = 1\n  b {\n    x = 2\n  }\n  x = 3 # c\n}\nx = 4\n";
        let repeated = survey(text).repeated;
        assert_eq!(shown(text, &repeated.iter().map(|(whole, _)| whole.clone()).collect::<Vec<_>>()), ["x = 3"]);
        assert_eq!(shown(text, &repeated.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>()), ["x"]);
    }

    #[test]
    fn line_breaks_are_needless_in_an_object_for_alone() {
        let text = "x = {\n  for k, v in y : k => v # c\n  ? [\n 1 ] : {\n a = 1\n }\n}\n";
        assert_eq!(shown(text, &survey(text).needless), ["\n  ", " # c\n  ", "\n"]);
    }

    #[test]
    fn items_are_told_apart_also_where_brackets_are_not_closed() {
        let shown = |text: &'static str| -> Vec<(&'static str, bool)> {
            survey(text).items.iter().map(|item| (&text[item.range.clone()], item.unclosed.is_some())).collect()
        };
        assert_eq!(
            shown("a = [\n1]\nb \"c\" {\nd = 1\n}\n# e\n}\n"),
            [("a = [\n1]", false), ("b \"c\" {\nd = 1\n}", false), ("}", false)]
        );
        assert_eq!(
            shown("a {\nx = 1\n\nb {\n}\nc = [\nd = 1\n"),
            [("a {\nx = 1\n\n", true), ("b {\n}", false), ("c = [\n", true), ("d = 1", false)]
        );
    }

    #[test]
    fn objects_with_very_many_members_are_crowded() {
        let members: String = (0..20_000).map(|number| format!("a{number}=1\n")).collect();
        let text = format!("x = {{\n{members}}}\n");
        assert_eq!(survey(&text).crowded, [4]);
        assert_eq!(survey(&format!("x = {{\n{}}}\n", &members[..members.len() / 2])).crowded, [] as [usize; 0]);
    }
}
