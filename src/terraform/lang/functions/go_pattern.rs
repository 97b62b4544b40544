//! Regular expressions as Go writes them, turned into what the `regex` crate means by the same.
//!
//! Both engines find the same leftmost match, but their syntax differs: `\d`, `\w`, `\b` know ASCII only in Go, `\Q…\E`
//! and the flag `U` exist only there, `{` may stand for itself, and much that the crate takes (`\<`, `&&` in a class,
//! `(?x)`) means something else in Go or nothing at all. Source: the package documentation of `regexp/syntax`.

mod class;

use std::sync::Arc;

/// A pattern for the `regex` crate.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The expression. Its groups are those of the original, in order, without names.
    pub(super) expression: String,
    /// The names of the groups, from the first on.
    pub(super) groups: Vec<Option<Arc<str>>>,
    /// About how many states a search goes through for each character.
    pub(super) size: u64,
    /// Whether a match can be of any length.
    pub(super) is_unbounded: bool,
}

/// What is wrong with a pattern: Go's words, and the part of the pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PatternError {
    pub(super) what: &'static str,
    pub(super) part: String,
}

/// The largest count in `{n,m}`, also of counts within counts multiplied.
const MAX_COUNT: u64 = 1000;
/// How deep groups may nest.
const MAX_DEPTH: usize = 200;

/// Reads a pattern in Go's syntax.
pub(super) fn translate(pattern: &str) -> Result<Pattern, PatternError> {
    let mut reader = Reader {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        frames: Vec::new(),
        groups: Vec::new(),
        is_unbounded: false,
    };
    reader.frames.push(Frame { open: "", flags: Flags::default(), branches: Vec::new(), pieces: Vec::new() });
    reader.run()
}

fn error<T>(what: &'static str, part: &str) -> Result<T, PatternError> {
    Err(PatternError { what, part: part.to_owned() })
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignores_case: bool,
    has_lines: bool,
    dot_takes_newline: bool,
    is_lazy: bool,
}

/// What can be repeated: one character, class, assertion or group.
struct Piece {
    text: String,
    size: u64,
    /// What counts in it multiply to.
    count: u64,
}

impl Piece {
    fn new(text: impl Into<String>, size: u64) -> Self {
        Self { text: text.into(), size, count: 1 }
    }
}

/// An open group, or the whole.
struct Frame {
    open: &'static str,
    /// The flags outside of it.
    flags: Flags,
    branches: Vec<Piece>,
    pieces: Vec<Piece>,
}

impl Frame {
    fn end_branch(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        let mut branch = Piece::new(String::new(), 0);
        for piece in pieces {
            branch.text.push_str(&piece.text);
            branch.size = branch.size.saturating_add(piece.size);
            branch.count = branch.count.max(piece.count);
        }
        self.branches.push(branch);
    }

    fn close(mut self) -> Piece {
        self.end_branch();
        let size = self.branches.iter().fold(1_u64, |size, branch| size.saturating_add(branch.size));
        let count = self.branches.iter().map(|branch| branch.count).max().unwrap_or(1);
        let texts: Vec<String> = self.branches.into_iter().map(|branch| branch.text).collect();
        let close = if self.open.is_empty() { "" } else { ")" };
        Piece { text: format!("{}{}{close}", self.open, texts.join("|")), size, count }
    }
}

struct Reader<'p> {
    whole: &'p str,
    rest: &'p str,
    flags: Flags,
    frames: Vec<Frame>,
    groups: Vec<Option<Arc<str>>>,
    is_unbounded: bool,
}

impl<'p> Reader<'p> {
    fn run(mut self) -> Result<Pattern, PatternError> {
        // Where the last thing was a repetition, from there on.
        let mut last_repetition: Option<&'p str> = None;
        while let Some(first) = self.rest.chars().next() {
            let before = self.rest;
            let mut repetition = None;
            match first {
                '(' if self.rest.starts_with("(?") => self.flags_or_group()?,
                '(' => {
                    self.groups.push(None);
                    self.open("(")?;
                    self.skip(1);
                }
                '|' => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.end_branch();
                    }
                    self.skip(1);
                }
                ')' => self.close()?,
                '^' => self.assertion(if self.flags.has_lines { "(?m:^)" } else { r"\A" }, 1),
                '$' => self.assertion(if self.flags.has_lines { "(?m:$)" } else { r"\z" }, 1),
                '.' => {
                    let dot = if self.flags.dot_takes_newline { "(?s:.)" } else { "." };
                    self.push(Piece::new(dot, 8));
                    self.skip(1);
                }
                '[' => {
                    let class = class::bracketed(&mut self.rest)?;
                    self.push_class(&class);
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    let (least, most) = match first {
                        '*' => (0, None),
                        '+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    self.repeat(before, least, most, last_repetition)?;
                    repetition = Some(before);
                }
                '{' => match counts(self.rest) {
                    Some((least, most, length)) => {
                        self.skip(length);
                        let is_too_large = |count: u64| count > MAX_COUNT;
                        if is_too_large(least) || most.is_some_and(|most| is_too_large(most) || most < least) {
                            return error("invalid repeat count", consumed(before, self.rest));
                        }
                        self.repeat(before, least, most, last_repetition)?;
                        repetition = Some(before);
                    }
                    None => {
                        self.literal('{');
                        self.skip(1);
                    }
                },
                '\\' => self.escape()?,
                other => {
                    self.literal(other);
                    self.skip(other.len_utf8());
                }
            }
            last_repetition = repetition;
        }
        if self.frames.len() > 1 {
            return error("missing closing )", self.whole);
        }
        let whole = self.frames.pop().map_or_else(|| Piece::new("", 1), Frame::close);
        Ok(Pattern { expression: whole.text, groups: self.groups, size: whole.size, is_unbounded: self.is_unbounded })
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn push(&mut self, piece: Piece) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pieces.push(piece);
        }
    }

    fn assertion(&mut self, text: &'static str, bytes: usize) {
        self.push(Piece::new(text, 1));
        self.skip(bytes);
    }

    fn literal(&mut self, character: char) {
        let escaped = regex::escape(character.encode_utf8(&mut [0; 4]));
        let size = character.len_utf8() as u64;
        self.push(match self.flags.ignores_case {
            true => Piece::new(format!("(?i:{escaped})"), 2 * size + 1),
            false => Piece::new(escaped, size),
        });
    }

    fn push_class(&mut self, class: &class::Class) {
        let text = &class.text;
        self.push(match self.flags.ignores_case {
            true => Piece::new(format!("(?i:{text})"), 2 * class.size),
            false => Piece::new(text.clone(), class.size),
        });
    }

    fn open(&mut self, open: &'static str) -> Result<(), PatternError> {
        if self.frames.len() > MAX_DEPTH {
            return error("expression nests too deeply", self.whole);
        }
        self.frames.push(Frame { open, flags: self.flags, branches: Vec::new(), pieces: Vec::new() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), PatternError> {
        if self.frames.len() < 2 {
            return error("unexpected )", self.whole);
        }
        if let Some(frame) = self.frames.pop() {
            self.flags = frame.flags;
            self.push(frame.close());
        }
        self.skip(1);
        Ok(())
    }

    /// What begins with `(?`.
    fn flags_or_group(&mut self) -> Result<(), PatternError> {
        let start = self.rest;
        let name_at = if start.starts_with("(?P<") && start.len() > 4 {
            Some(4)
        } else if start.starts_with("(?<") && start.len() > 3 {
            Some(3)
        } else {
            None
        };
        if let Some(name_at) = name_at {
            let Some(end) = start.find('>') else { return error("invalid named capture", start) };
            let name = start.get(name_at..end).unwrap_or_default();
            let is_name = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
            if !is_name {
                return error("invalid named capture", &start[..=end]);
            }
            self.groups.push(Some(Arc::from(name)));
            self.open("(")?;
            self.skip(end + 1);
            return Ok(());
        }
        self.skip(2);
        let mut flags = self.flags;
        let mut sets = true;
        let mut has_flag = false;
        while let Some(flag) = self.rest.chars().next() {
            self.skip(flag.len_utf8());
            match flag {
                'i' => flags.ignores_case = sets,
                'm' => flags.has_lines = sets,
                's' => flags.dot_takes_newline = sets,
                'U' => flags.is_lazy = sets,
                '-' if sets => {
                    sets = false;
                    has_flag = false;
                    continue;
                }
                ':' | ')' if sets || has_flag => {
                    if flag == ':' {
                        self.open("(?:")?;
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => return error("invalid or unsupported Perl syntax", consumed(start, self.rest)),
            }
            has_flag = true;
        }
        error("missing closing )", self.whole)
    }

    fn repeat(
        &mut self,
        before: &'p str,
        least: u64,
        most: Option<u64>,
        last: Option<&'p str>,
    ) -> Result<(), PatternError> {
        let mut is_lazy = self.flags.is_lazy;
        if self.rest.starts_with('?') {
            self.skip(1);
            is_lazy = !is_lazy;
        }
        if let Some(last) = last {
            return error("invalid nested repetition operator", consumed(last, self.rest));
        }
        let operator = consumed(before, self.rest);
        let Some(piece) = self.frames.last_mut().and_then(|frame| frame.pieces.pop()) else {
            return error("missing argument to repetition operator", operator);
        };
        let times = most.unwrap_or(least);
        let is_counted = operator.starts_with('{');
        let count = if is_counted { piece.count.saturating_mul(times.max(1)) } else { piece.count };
        if is_counted && times >= 2 && count > MAX_COUNT {
            return error("invalid repeat count", operator);
        }
        self.is_unbounded |= most.is_none();
        let copies = most.unwrap_or(least + 1).max(1);
        let counts = match (least, most) {
            (0, None) => "*".to_owned(),
            (1, None) => "+".to_owned(),
            (0, Some(1)) => "?".to_owned(),
            (least, None) => format!("{{{least},}}"),
            (least, Some(most)) => format!("{{{least},{most}}}"),
        };
        let lazy = if is_lazy { "?" } else { "" };
        let size = piece.size.saturating_mul(copies).saturating_add(1);
        self.push(Piece { text: format!("(?:{}){counts}{lazy}", piece.text), size, count });
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        match self.rest.as_bytes().get(1) {
            Some(b'A') => self.assertion(r"\A", 2),
            Some(b'z') => self.assertion(r"\z", 2),
            Some(b'b') => self.assertion(r"(?-u:\b)", 2),
            Some(b'B') => self.assertion(r"(?-u:\B)", 2),
            Some(b'Q') => {
                self.skip(2);
                let (text, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                text.chars().for_each(|character| self.literal(character));
                self.rest = rest;
            }
            _ => match class::escaped(&mut self.rest)? {
                Some(class) => self.push_class(&class),
                None => match class::character(&mut self.rest)? {
                    Some(character) => self.literal(character),
                    // A half of a surrogate pair is in no text.
                    None => self.push(Piece::new(class::NOTHING, 1)),
                },
            },
        }
        Ok(())
    }
}

/// What of `before` was read when `rest` is left.
fn consumed<'p>(before: &'p str, rest: &str) -> &'p str {
    &before[..before.len() - rest.len()]
}

/// The counts of `{n}`, `{n,}` or `{n,m}`, and how many bytes they take. Anything else is no repetition.
fn counts(text: &str) -> Option<(u64, Option<u64>, usize)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find('}')?;
    let (least, most) = match inner[..end].split_once(',') {
        None => {
            let count = count(&inner[..end])?;
            (count, Some(count))
        }
        Some((least, "")) => (count(least)?, None),
        Some((least, most)) => (count(least)?, Some(count(most)?)),
    };
    Some((least, most, end + 2))
}

fn count(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
    (is_number && !has_leading_zero).then(|| digits.parse().unwrap_or(u64::MAX))
}
