//! A text in native syntax cut into tokens, however broken it is, in one pass.
//!
//! Owns where strings, heredocs and comments end and which brackets belong together: as much as it takes to tell the
//! items of a body apart without parsing them. Knows nothing of expressions. Main entry: [`tokens`].

use std::collections::HashMap;
use std::ops::Range;

/// What a token is, as far as telling items apart needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A name or keyword.
    Name,
    /// A quoted string, with the templates in it.
    Text,
    /// A heredoc, from `<<` to its closing word.
    Heredoc,
    /// The start of a string, heredoc or comment that does not end: up to the end of the line.
    Broken,
    /// `{`, `[` or `(`.
    Open(u8),
    /// `}`, `]` or `)`.
    Close(u8),
    /// A single `=`.
    Equals,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `?`
    Question,
    /// Anything else that stands between two operands: an operator, a dot.
    Joint,
    /// A number.
    Number,
    /// The end of a line.
    LineBreak,
}

/// A token and its place in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) piece: Piece,
    /// Its first byte.
    pub(crate) start: usize,
    /// Behind its last byte.
    pub(crate) end: usize,
}

/// The tokens of a text; blanks and comments are left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut lexer = Lexer { text, bytes, has_comment_ends: true, words: None };
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let Some(piece) = lexer.next(&mut at) else { continue };
        tokens.push(Token { piece, start, end: at });
    }
    tokens
}

/// For each token that opens a bracket the index of the one that closes it, and the other way round. A brace closes also
/// what is open in it.
pub(crate) fn matching(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut partners = vec![None; tokens.len()];
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut open_braces = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.piece {
            Piece::Open(bracket) => {
                open.push((bracket, index));
                open_braces += usize::from(bracket == b'{');
            }
            Piece::Close(b'}') if open_braces > 0 => {
                while let Some((bracket, opened)) = open.pop() {
                    if bracket == b'{' {
                        open_braces -= 1;
                        partners[opened] = Some(index);
                        partners[index] = Some(opened);
                        break;
                    }
                }
            }
            Piece::Close(bracket) => {
                if let Some((opening, opened)) = open.last().copied()
                    && matches!((opening, bracket), (b'[', b']') | (b'(', b')'))
                {
                    open.pop();
                    partners[opened] = Some(index);
                    partners[index] = Some(opened);
                }
            }
            _ => {}
        }
    }
    partners
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Whether a `*/` may still follow.
    has_comment_ends: bool,
    /// Where the lines begin that hold one word alone, by that word: where heredocs may end.
    words: Option<HashMap<&'t str, Vec<usize>>>,
}

impl<'t> Lexer<'t> {
    /// Moves behind the next token; `None` for blanks and comments.
    fn next(&mut self, at: &mut usize) -> Option<Piece> {
        let bytes = self.bytes;
        let next = bytes.get(*at + 1).copied();
        let one = |at: &mut usize, piece| {
            *at += 1;
            Some(piece)
        };
        match bytes[*at] {
            b'\n' => one(at, Piece::LineBreak),
            byte if byte.is_ascii_whitespace() => {
                *at += 1;
                None
            }
            b'#' => {
                *at = line_end(bytes, *at);
                None
            }
            b'/' if next == Some(b'/') => {
                *at = line_end(bytes, *at);
                None
            }
            b'/' if next == Some(b'*') => self.comment(at),
            b'<' if next == Some(b'<') => Some(self.heredoc(at)),
            b'"' => {
                let quoted = scan_string(bytes, *at, Inner::String);
                *at = quoted.end;
                Some(if quoted.is_whole { Piece::Text } else { Piece::Broken })
            }
            open @ (b'{' | b'[' | b'(') => one(at, Piece::Open(open)),
            close @ (b'}' | b']' | b')') => one(at, Piece::Close(close)),
            b'=' if !matches!(next, Some(b'=' | b'>'))
                && !matches!(at.checked_sub(1).map(|before| bytes[before]), Some(b'=' | b'!' | b'<' | b'>')) =>
            {
                one(at, Piece::Equals)
            }
            b',' => one(at, Piece::Comma),
            b':' => one(at, Piece::Colon),
            b'?' => one(at, Piece::Question),
            byte if byte.is_ascii_digit() => {
                let is_sign = |at: usize| {
                    matches!(bytes.get(at), Some(b'+' | b'-'))
                        && matches!(bytes[at - 1], b'e' | b'E')
                        && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
                };
                while bytes.get(*at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.') || is_sign(*at) {
                    *at += 1;
                }
                Some(Piece::Number)
            }
            byte if is_name_byte(byte) => {
                while bytes.get(*at).is_some_and(|byte| is_name_byte(*byte) || *byte == b'-') {
                    *at += 1;
                }
                Some(Piece::Name)
            }
            _ => one(at, Piece::Joint),
        }
    }

    fn comment(&mut self, at: &mut usize) -> Option<Piece> {
        let end = if self.has_comment_ends { self.text.get(*at + 2..).and_then(|rest| rest.find("*/")) } else { None };
        match end {
            Some(length) => {
                *at += 2 + length + 2;
                None
            }
            None => {
                self.has_comment_ends = false;
                *at = line_end(self.bytes, *at);
                Some(Piece::Broken)
            }
        }
    }

    fn heredoc(&mut self, at: &mut usize) -> Piece {
        let line_end = line_end(self.bytes, *at);
        let line = self.text[*at + 2..line_end].trim_end();
        let word = line.strip_prefix('-').unwrap_or(line);
        if word.is_empty() || !word.bytes().all(|byte| is_name_byte(byte) || byte == b'-') {
            *at += 2;
            return Piece::Joint;
        }
        let words = self.words.get_or_insert_with(|| words(self.text));
        let end = words.get(word).and_then(|starts| starts.get(starts.partition_point(|start| *start <= *at)));
        match end {
            Some(start) => {
                let rest = &self.text[*start..];
                *at = start + (rest.len() - rest.trim_start().len()) + word.len();
                Piece::Heredoc
            }
            None => {
                *at = line_end;
                Piece::Broken
            }
        }
    }
}

/// Where the lines begin that start with a word, by that word.
fn words(text: &str) -> HashMap<&str, Vec<usize>> {
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let end = trimmed.bytes().position(|byte| !(is_name_byte(byte) || byte == b'-')).unwrap_or(trimmed.len());
        if end > 0 {
            words.entry(&trimmed[..end]).or_default().push(start);
        }
        start += line.len();
    }
    words
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| from + length)
}

/// Where the templates stand in a string or heredoc, without their braces.
pub(crate) fn templates(text: &str, token: &Token) -> Vec<Range<usize>> {
    let bytes = &text.as_bytes()[..token.end];
    match token.piece {
        Piece::Text => scan_string(bytes, token.start, Inner::String).templates,
        Piece::Heredoc => scan_string(bytes, line_end(bytes, token.start), Inner::Lines).templates,
        _ => Vec::new(),
    }
}

/// What is open within a string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    /// Quotes.
    String,
    /// A heredoc.
    Lines,
    /// A template, or a brace in one.
    Brace,
}

#[derive(Default)]
struct Scanned {
    /// Behind the string; where that has no end, the end of its line.
    end: usize,
    is_whole: bool,
    /// The outermost templates.
    templates: Vec<Range<usize>>,
}

/// Looks for the end of a string, templates and the strings in them included. One that has none ends with the first
/// line that breaks within quotes, or goes on with a name in the first column. A heredoc ends with the text.
fn scan_string(bytes: &[u8], from: usize, kind: Inner) -> Scanned {
    let mut scanned = Scanned::default();
    let mut open = vec![kind];
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match (open.last(), byte) {
            (Some(Inner::String), b'\\') => at += usize::from(bytes.get(at + 1) != Some(&b'\n')),
            (Some(Inner::String), b'"') => {
                open.pop();
                if open.is_empty() {
                    return Scanned { end: at + 1, is_whole: true, ..scanned };
                }
            }
            (Some(Inner::String), b'\n') => return Scanned { end: at, ..scanned },
            (Some(Inner::String | Inner::Lines), b'$' | b'%') if bytes.get(at + 1) == Some(&b'{') => {
                let is_escaped = bytes.get(at.wrapping_sub(1)) == bytes.get(at);
                if !is_escaped {
                    if open.len() == 1 {
                        scanned.templates.push(at + 2..at + 2);
                    }
                    open.push(Inner::Brace);
                }
                at += 1;
            }
            (Some(Inner::Brace), b'\n')
                if kind == Inner::String && bytes.get(at + 1).is_some_and(|byte| is_name_byte(*byte)) =>
            {
                return Scanned { end: at, ..scanned };
            }
            (Some(Inner::Brace), b'{') => open.push(Inner::Brace),
            (Some(Inner::Brace), b'}') => {
                open.pop();
                if open.len() == 1
                    && let Some(template) = scanned.templates.last_mut()
                {
                    template.end = at;
                }
            }
            (Some(Inner::Brace), b'"') => open.push(Inner::String),
            _ => {}
        }
        at += 1;
    }
    Scanned { end: bytes.len(), ..scanned }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| &text[token.start..token.end]).collect()
    }

    #[test]
    fn strings_with_templates_and_heredocs_are_one_token_each() {
        assert_eq!(
            shown("a = \"x${b(\"}\")}\\\"\" # }\nc = <<-E\n }\n  E\n/* { */ d"),
            ["a", "=", "\"x${b(\"}\")}\\\"\"", "\n", "c", "=", "<<-E\n }\n  E", "\n", "d"]
        );
    }

    #[test]
    fn what_does_not_end_is_broken_up_to_the_end_of_its_line() {
        let broken = |text: &str| {
            let tokens = tokens(text);
            let broken = tokens.iter().find(|token| token.piece == Piece::Broken).expect("one is broken");
            text[broken.start..broken.end].to_owned()
        };
        assert_eq!(broken("a = \"b\nc = 1\n"), "\"b");
        assert_eq!(broken("a = <<E\nc = 1\n"), "<<E");
        assert_eq!(broken("a = 1 /* b\nc = 1\n"), "/* b");
        assert_eq!(broken("a = \"${b\nc = 1\n"), "\"${b");
    }

    #[test]
    fn templates_are_found_in_strings_and_heredocs() {
        let found = |text: &'static str| -> Vec<&'static str> {
            let tokens = tokens(text);
            tokens.iter().flat_map(|token| templates(text, token)).map(|range| &text[range]).collect()
        };
        assert_eq!(found("a = \"${b({})} $${c} %{if \"${d}\"}\\\\${e}\"\n"), ["b({})", "if \"${d}\"", "e"]);
        assert_eq!(found("a = <<E\n\"${b}\n%{ for c in\nd }\nE\nf = 1\n"), ["b", " for c in\nd "]);
    }

    #[test]
    fn a_brace_closes_what_is_open_in_it() {
        let tokens = tokens("{ ( [ } { ) }");
        let pairs: Vec<_> = matching(&tokens).into_iter().enumerate().filter_map(|(a, b)| Some((a, b?))).collect();
        assert_eq!(pairs, [(0, 3), (3, 0), (4, 6), (6, 4)]);
    }

    proptest! {
        #[test]
        fn tokens_follow_each_other_and_nothing_else_is_left_out(text in "[a-cE =\"{}()\\[\\]$%#/*\n\\\\.<0-2ä]{0,80}") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.start >= end && token.end > token.start && token.end <= text.len());
                prop_assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end), "{text:?} {token:?}");
                end = token.end;
            }
        }
    }
}
