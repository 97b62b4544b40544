//! JSON text to a tree with spans, by the letter of RFC 8259.
//!
//! Owns reading alone; what the tree means as configuration is the business of `json_body`.

use std::ops::Range;

/// How deep arrays and objects may nest.
const MAX_DEPTH: usize = 64;

/// A JSON value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The value.
    pub(crate) kind: NodeKind,
    /// From its first to behind its last byte.
    pub(crate) span: Range<usize>,
}

/// What a JSON value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string: its characters, each with the offset that it came from.
    String(Vec<(char, usize)>),
    /// An array.
    Array(Vec<Node>),
    /// An object: members in order, keys may repeat.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    /// The key's characters, each with the offset that it came from.
    pub(crate) key: Vec<(char, usize)>,
    /// The key with its quotes.
    pub(crate) key_span: Range<usize>,
    /// The value.
    pub(crate) value: Node,
}

impl Member {
    /// The key as text.
    pub(crate) fn name(&self) -> String {
        text(&self.key)
    }
}

/// The characters of a string without their offsets.
pub(crate) fn text(characters: &[(char, usize)]) -> String {
    characters.iter().map(|(character, _)| *character).collect()
}

/// What is wrong with a JSON text: what was expected, and at which byte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JsonFault {
    /// A fragment: `expected a comma or a closing brace`.
    pub(crate) expected: &'static str,
    /// Where.
    pub(crate) offset: usize,
}

/// Reads a whole text. A byte order mark in front is allowed.
pub(crate) fn parse(text: &str) -> Result<Node, JsonFault> {
    let mut reader = Reader { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    reader.blanks();
    let node = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() { Err(reader.fault("expected the end of the file")) } else { Ok(node) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn fault(&self, expected: &'static str) -> JsonFault {
        JsonFault { expected, offset: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonFault> {
        if depth > MAX_DEPTH {
            return Err(self.fault("expected at most 64 nested levels"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => NodeKind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { kind, span: start..self.at })
    }

    fn word(&mut self) -> Result<NodeKind, JsonFault> {
        let words = [("null", NodeKind::Null), ("true", NodeKind::Bool(true)), ("false", NodeKind::Bool(false))];
        for (word, kind) in words {
            if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.fault("expected a JSON value"))
    }

    fn number(&mut self) -> Result<NodeKind, JsonFault> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let start = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            if reader.at == start { Err(reader.fault("expected a digit")) } else { Ok(()) }
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            digits(self)?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            digits(self)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            digits(self)?;
        }
        Ok(NodeKind::Number(self.text[start..self.at].to_owned()))
    }

    fn string(&mut self) -> Result<Vec<(char, usize)>, JsonFault> {
        self.at += 1;
        let mut characters = Vec::new();
        loop {
            let start = self.at;
            let Some(character) = self.text[start..].chars().next() else {
                return Err(self.fault("expected a closing quote"));
            };
            match character {
                '"' => {
                    self.at += 1;
                    return Ok(characters);
                }
                '\\' => {
                    self.at += 1;
                    let character = self.escape()?;
                    characters.push((character, start));
                }
                '\u{0}'..='\u{1f}' => return Err(self.fault("expected no raw control character in a string")),
                _ => {
                    self.at += character.len_utf8();
                    characters.push((character, start));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonFault> {
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.four_digits()?;
                if (0xd800..0xdc00).contains(&first) && self.text.as_bytes()[self.at..].starts_with(b"\\u") {
                    let back = self.at;
                    self.at += 2;
                    let second = self.four_digits()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    self.at = back;
                }
                return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return Err(self.fault("expected an escape sequence")),
        };
        self.at += 1;
        Ok(character)
    }

    fn four_digits(&mut self) -> Result<u32, JsonFault> {
        let digits = self.text.get(self.at..self.at + 4).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.fault("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    fn array(&mut self, depth: usize) -> Result<NodeKind, JsonFault> {
        self.at += 1;
        let mut elements = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(NodeKind::Array(elements));
        }
        loop {
            self.blanks();
            elements.push(self.value(depth + 1)?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(NodeKind::Array(elements));
                }
                _ => return Err(self.fault("expected a comma or a closing bracket")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<NodeKind, JsonFault> {
        self.at += 1;
        let mut members = Vec::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(NodeKind::Object(members));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("expected a quoted property name"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = start..self.at;
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.fault("expected a colon"));
            }
            self.at += 1;
            self.blanks();
            let value = self.value(depth + 1)?;
            members.push(Member { key, key_span, value });
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(NodeKind::Object(members));
                }
                _ => return Err(self.fault("expected a comma or a closing brace")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(node: &Node) -> serde_json::Value {
        match &node.kind {
            NodeKind::Null => serde_json::Value::Null,
            NodeKind::Bool(value) => (*value).into(),
            NodeKind::Number(number) => serde_json::from_str(number).expect("a number"),
            NodeKind::String(characters) => text(characters).into(),
            NodeKind::Array(elements) => elements.iter().map(plain).collect(),
            NodeKind::Object(members) => {
                serde_json::Value::Object(members.iter().map(|m| (m.name(), plain(&m.value))).collect())
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_another_reader(text in r#"[\[\]{}",:\\u0-9a-f ntrueE.+-]{0,40}"#) {
            let other = serde_json::from_str::<serde_json::Value>(&text);
            match parse(&text) {
                Ok(node) => if let Ok(other) = other { prop_assert_eq!(plain(&node), other) },
                Err(_) => prop_assert!(other.is_err(), "{}", text),
            }
        }
    }

    #[test]
    fn characters_know_where_they_came_from() {
        let node = parse(r#"["a\u00e4\ud83d\ude00b"]"#).expect("valid");
        let NodeKind::Array(elements) = node.kind else { panic!("an array") };
        let NodeKind::String(characters) = &elements[0].kind else { panic!("a string") };
        assert_eq!(characters, &[('a', 2), ('ä', 3), ('😀', 9), ('b', 21)]);
    }

    #[test]
    fn deep_nesting_is_refused_without_recursing_on() {
        let text = "[".repeat(100_000);
        assert_eq!(parse(&text).map_err(|fault| fault.offset), Err(65));
    }
}
