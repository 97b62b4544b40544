//! Source files and the places in them.
//!
//! Owns the way from a byte span of the parser to a [`SourceRange`] that a person can follow. Does not read files.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Position, SourceRange};

/// How many bytes lie between two recorded character counts.
const STRIDE: usize = 256;

/// One file of configuration, with what is needed to name places in it.
#[derive(Debug)]
pub(crate) struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
    line_starts: Vec<usize>,
    /// Characters before each multiple of [`STRIDE`]; `None` where the text is ASCII, so that bytes are characters.
    character_counts: Option<Vec<usize>>,
    /// For a file whose expressions were parsed from a translation: where each stretch of it came from.
    translation: Option<Translation>,
}

/// Where the stretches of a translated text came from: pairs of (offset in the translation, offset in the file), both
/// rising.
#[derive(Debug)]
pub(crate) struct Translation {
    text: Arc<str>,
    stretches: Vec<(usize, usize)>,
}

impl Default for Translation {
    fn default() -> Self {
        Self { text: "".into(), stretches: Vec::new() }
    }
}

impl Translation {
    /// Records that from `translated` on the text comes from `source` on, byte by byte.
    pub(crate) fn record(&mut self, translated: usize, source: usize) {
        self.stretches.push((translated, source));
    }

    /// The place in the file of a place in the translation.
    fn source_offset(&self, translated: usize) -> usize {
        let next = self.stretches.partition_point(|(start, _)| *start <= translated);
        let Some((start, source)) = next.checked_sub(1).and_then(|index| self.stretches.get(index)) else {
            return 0;
        };
        let offset = source + (translated - start);
        match self.stretches.get(next) {
            Some((_, limit)) => offset.min((*limit).max(*source)),
            None => offset,
        }
    }
}

impl SourceFile {
    /// A file by its name (as the user would name it) and text.
    pub(crate) fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        let line_starts = line_starts.collect();
        let character_counts = (!text.is_ascii()).then(|| count_characters(&text));
        Self { name: name.into(), text, line_starts, character_counts, translation: None }
    }

    /// The same file, of which expressions were parsed from a translation with this text.
    pub(crate) fn translated(mut self, text: impl Into<Arc<str>>, mut translation: Translation) -> Self {
        translation.text = text.into();
        self.translation = Some(translation);
        self
    }

    /// Whether expressions were parsed from a translation: the file is written in JSON.
    pub(crate) fn is_translated(&self) -> bool {
        self.translation.is_some()
    }

    /// The text that spans of expressions point into.
    pub(crate) fn expression_text(&self) -> &str {
        self.translation.as_ref().map_or(&self.text, |translation| &translation.text)
    }

    /// The file's name, as the user would name it.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text as it was read.
    pub(crate) fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The range of a span that the parser gave to an expression.
    pub(crate) fn range(&self, span: Range<usize>) -> SourceRange {
        match &self.translation {
            Some(translation) => {
                self.plain_range(translation.source_offset(span.start)..translation.source_offset(span.end))
            }
            None => self.plain_range(span),
        }
    }

    /// The range of a span in the file's own text.
    pub(crate) fn plain_range(&self, span: Range<usize>) -> SourceRange {
        let end = span.end.max(span.start);
        SourceRange { filename: Arc::clone(&self.name), start: self.position(span.start), end: self.position(end) }
    }

    fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).and_then(|index| self.line_starts.get(index)).copied().unwrap_or(0);
        // A byte order mark has no column of its own.
        let mark = usize::from(start == 0 && byte >= 3 && self.text.starts_with('\u{feff}'));
        let column = self.characters_before(byte) - self.characters_before(start) - mark + 1;
        Position { line: line.max(1), column, byte }
    }

    fn characters_before(&self, byte: usize) -> usize {
        let Some(counts) = &self.character_counts else {
            return byte;
        };
        let block = byte / STRIDE;
        let counted = counts.get(block).copied().unwrap_or(0);
        counted + self.text.as_bytes()[block * STRIDE..byte].iter().filter(|b| starts_character(**b)).count()
    }
}

fn starts_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

fn count_characters(text: &str) -> Vec<usize> {
    let mut count = 0;
    let mut counts = vec![0];
    for (index, byte) in text.bytes().enumerate() {
        if starts_character(byte) {
            count += 1;
        }
        if (index + 1) % STRIDE == 0 {
            counts.push(count);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_bytes_count_bytes() {
        let file = SourceFile::new("a.tf", "ä = 1\nü = \"ö\"\n");
        let range = file.range(12..16);
        assert_eq!((range.start.line, range.start.column, range.start.byte), (2, 5, 12));
        assert_eq!((range.end.line, range.end.column), (2, 8));
    }

    #[test]
    fn columns_are_right_far_into_a_long_line() {
        let text = "ä".repeat(1000);
        let file = SourceFile::new("a.tf", text);
        assert_eq!(file.range(1200..1202).start.column, 601);
    }

    #[test]
    fn a_span_beyond_the_end_stays_in_the_file() {
        let file = SourceFile::new("a.tf", "x");
        assert_eq!(file.range(5..9).end.byte, 1);
    }

    #[test]
    fn translated_spans_point_into_the_original() {
        let mut translation = Translation::default();
        translation.record(0, 10);
        translation.record(5, 12);
        translation.record(9, 14);
        let file = SourceFile::new("a.tf.json", "0123456789abcdefghij").translated("", translation);
        assert_eq!(file.range(1..6).start.byte, 11);
        assert_eq!(file.range(4..6).start.byte, 12, "never past the next stretch");
        assert_eq!(file.range(1..6).end.byte, 13);
    }
}
