//! The pieces of an asset file: lines, or the elements of a JSON array, with their places. Main type: [`Chunks`].

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

use super::AssetError;
use crate::model::Position;

/// The longest line that is taken, in bytes. Cloud Asset Inventory's own limit for an asset is far below.
const LINE_LIMIT: usize = 32 << 20;
/// How much of an unusable piece is looked at for its type, in bytes.
const HEAD: usize = 4 << 10;
/// The largest file that is a JSON array, in bytes: it is held in memory as a whole.
const ARRAY_LIMIT: u64 = 1 << 30;

/// One piece, without line ending; never blank.
pub(super) struct Chunk {
    /// Where it starts.
    pub(super) start: Position,
    /// Its text, or why it has none.
    pub(super) text: Result<String, Unusable>,
}

/// A piece that has no usable text.
pub(super) struct Unusable {
    /// Why, as a fragment.
    pub(super) problem: String,
    /// How it starts, as far as that can be read.
    pub(super) head: String,
}

impl Unusable {
    fn new(problem: impl Into<String>, bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(HEAD)];
        Self { problem: problem.into(), head: String::from_utf8_lossy(head).into_owned() }
    }
}

/// Why the file gives no pieces.
pub(super) enum ChunkError {
    Io(io::Error),
    Utf16,
}

impl ChunkError {
    pub(super) fn of_file(self, path: &str) -> AssetError {
        let path = path.to_owned();
        match self {
            Self::Io(source) => AssetError::Read { path, source },
            Self::Utf16 => AssetError::Encoding { path },
        }
    }
}

impl From<io::Error> for ChunkError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a file piece by piece.
pub(super) struct Chunks<'r> {
    source: Source<'r>,
}

enum Source<'r> {
    Lines { reader: Box<dyn BufRead + 'r>, line: usize, byte: usize },
    Elements(std::vec::IntoIter<Chunk>),
}

impl<'r> Chunks<'r> {
    /// Looks at the start of the file to see what it is.
    pub(super) fn new(mut reader: impl BufRead + 'r) -> Result<Self, ChunkError> {
        if reader.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            return Self::plain(Box::new(io::BufReader::new(MultiGzDecoder::new(reader))));
        }
        Self::plain(Box::new(reader))
    }

    fn plain(mut reader: Box<dyn BufRead + 'r>) -> Result<Self, ChunkError> {
        // Enough of the start to tell what it is, whatever the size of the reader's buffer.
        let mut head = Vec::new();
        reader.by_ref().take(3).read_to_end(&mut head)?;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(ChunkError::Utf16);
        }
        let byte = if head == [0xef, 0xbb, 0xbf] { 3 } else { 0 };
        let mut reader: Box<dyn BufRead + 'r> = Box::new(io::Cursor::new(head.split_off(byte)).chain(reader));
        let mut line = 1;
        let mut byte = byte;
        // Blanks before the first piece, so that an array is seen behind them.
        loop {
            let buffer = reader.fill_buf()?;
            let blanks = buffer.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let newlines = buffer[..blanks].iter().filter(|b| **b == b'\n').count();
            let (first, is_end) = (buffer.get(blanks).copied(), buffer.is_empty());
            line += newlines;
            byte += blanks;
            reader.consume(blanks);
            if first == Some(b'[') {
                let mut text = Vec::new();
                reader.take(ARRAY_LIMIT).read_to_end(&mut text)?;
                return Ok(Self { source: Source::Elements(elements(&text, line, byte).into_iter()) });
            }
            if first.is_some() || is_end {
                return Ok(Self { source: Source::Lines { reader, line, byte } });
            }
        }
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, ChunkError> {
        match &mut self.source {
            Source::Elements(elements) => Ok(elements.next()),
            Source::Lines { reader, line, byte } => loop {
                let start = Position { line: *line, column: 1, byte: *byte };
                let Some((bytes, length)) = next_line(reader.as_mut())? else { return Ok(None) };
                *line += 1;
                *byte += length;
                match bytes {
                    Err(unusable) => return Ok(Some(Chunk { start, text: Err(unusable) })),
                    Ok(bytes) if bytes.trim_ascii().is_empty() => {}
                    Ok(bytes) => return Ok(Some(Chunk { start, text: utf8(bytes) })),
                }
            },
        }
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Unusable> {
    String::from_utf8(bytes).map_err(|error| Unusable::new("it is not UTF-8", error.as_bytes()))
}

/// A line without its ending, and its length with it.
type Line = (Result<Vec<u8>, Unusable>, usize);

fn next_line(reader: &mut dyn BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut length = 0;
    let mut is_too_long = false;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let (taken, is_end) = match buffer.iter().position(|b| *b == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), false),
        };
        is_too_long |= line.len() + taken > LINE_LIMIT;
        let kept = if is_too_long { taken.min(HEAD.saturating_sub(line.len())) } else { taken };
        line.extend_from_slice(&buffer[..kept]);
        length += taken;
        reader.consume(taken);
        if is_end {
            break;
        }
    }
    if length == 0 {
        return Ok(None);
    }
    if is_too_long {
        let problem = format!("it is longer than {} MiB", LINE_LIMIT >> 20);
        return Ok(Some((Err(Unusable::new(problem, &line)), length)));
    }
    while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        line.pop();
    }
    Ok(Some((Ok(line), length)))
}

/// The elements of the array that `text` starts with, split without parsing them, so that a bad one stands alone.
fn elements(text: &[u8], line: usize, byte: usize) -> Vec<Chunk> {
    let mut found = Vec::new();
    let mut at = Position { line, column: 1, byte };
    let mut element: Option<(usize, Position)> = None;
    let (mut depth, mut is_string, mut is_escaped, mut is_closed) = (0_usize, false, false, false);
    let mut finish = |element: &mut Option<(usize, Position)>, end: usize| {
        if let Some((start, place)) = element.take() {
            found.push(Chunk { start: place, text: utf8(text[start..end].trim_ascii_end().to_vec()) });
        }
    };
    for (index, byte) in text.iter().copied().enumerate() {
        let is_structure = !is_string && depth == 1;
        if !is_closed && depth >= 1 && element.is_none() && !byte.is_ascii_whitespace() {
            let is_boundary = depth == 1 && matches!(byte, b',' | b']');
            if !is_boundary {
                element = Some((index, at));
            }
        }
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b',' if is_structure => finish(&mut element, index),
            b'[' | b'{' if !is_string => depth += 1,
            b']' | b'}' if !is_string => {
                if depth == 1 && !is_closed {
                    finish(&mut element, index);
                    is_closed = true;
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        if byte == b'\n' {
            at = Position { line: at.line + 1, column: 1, byte: at.byte + 1 };
        } else {
            // Continuation bytes belong to the character before them.
            at = Position { column: at.column + usize::from(byte & 0xc0 != 0x80), byte: at.byte + 1, ..at };
        }
    }
    finish(&mut element, text.len());
    if !is_closed {
        found.push(Chunk { start: at, text: Err(Unusable::new("the array breaks off before its end", b"")) });
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(bytes: &[u8]) -> Vec<(usize, String)> {
        // A small buffer, so that every piece crosses its edges.
        let mut chunks = Chunks::new(io::BufReader::with_capacity(7, bytes)).ok().expect("readable");
        let mut found = Vec::new();
        while let Some(chunk) = chunks.next().ok().expect("readable") {
            found.push((chunk.start.line, chunk.text.unwrap_or_else(|unusable| format!("!{}", unusable.problem))));
        }
        found
    }

    fn owned(pieces: &[(usize, &str)]) -> Vec<(usize, String)> {
        pieces.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn byte_order_mark_line_endings_and_blank_lines_do_not_count() {
        assert_eq!(pieces(b"\xef\xbb\xbf{\"a\":1}\r\n\r\n  \n{\"b\":2}"), owned(&[(1, "{\"a\":1}"), (4, "{\"b\":2}")]));
        assert_eq!(pieces(b""), []);
        assert_eq!(pieces(b"\n \n"), []);
    }

    #[test]
    fn the_elements_of_an_array_have_lines_of_their_own() {
        let text = b"\n[\n  {\"a\": \"],\\\"\"},\n  {\n \"b\": [1]\n }\n]\n";
        assert_eq!(pieces(text), owned(&[(3, "{\"a\": \"],\\\"\"}"), (4, "{\n \"b\": [1]\n }")]));
        assert_eq!(pieces(b"[]"), []);
    }

    #[test]
    fn an_array_that_breaks_off_says_so() {
        let found = pieces(b"[{\"a\":1},{\"b\"");
        assert_eq!(found.len(), 3);
        assert!(found[2].1.starts_with('!'), "{found:?}");
    }

    #[test]
    fn a_gzipped_file_reads_like_the_plain_one() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut packed, b"{\"a\":1}\n{\"b\":2}\n").expect("memory");
        assert_eq!(pieces(&packed.finish().expect("memory")), owned(&[(1, "{\"a\":1}"), (2, "{\"b\":2}")]));
    }

    #[test]
    fn wide_text_is_said_to_be_wide() {
        assert!(matches!(Chunks::new(&b"\xff\xfe{\0"[..]), Err(ChunkError::Utf16)));
    }

    proptest! {
        #[test]
        fn every_line_that_is_not_blank_is_a_piece(lines in proptest::collection::vec("[a-z{}\" ]{0,20}", 0..8)) {
            let text = lines.join("\n");
            prop_assume!(!text.trim_start().starts_with('['));
            let wanted: Vec<String> = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
            let found: Vec<String> = pieces(text.as_bytes()).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(&wanted) {
                prop_assert_eq!(found.trim(), wanted.trim());
            }
        }

        #[test]
        fn no_bytes_make_it_fail_hard(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(mut chunks) = Chunks::new(&bytes[..]) {
                while let Ok(Some(_)) = chunks.next() {}
            }
        }
    }
}
