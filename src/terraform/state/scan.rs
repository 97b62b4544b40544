//! Walks over JSON text to find where values begin and end, without building anything: [`Scan`].
//!
//! Strict about the shape around values, quick about what is inside: of a list or object only its end is looked for,
//! so that what is wrong inside shows when it is expanded. Anything that is odd makes a step return `None`, and the
//! caller falls back to a real parser, which then says what and where. Nothing recurses into the text.

use serde::de::IgnoredAny;

/// A place in a text.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// What a byte outside of strings does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a number or word, a separator, or a blank.
    Plain,
    Newline,
    Quote,
    Opens,
    Closes,
    /// Has no place in JSON outside of strings.
    Odd,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Odd; 256];
    let plain = b" \t\r,:+-.0123456789truefalsenullE";
    let mut index = 0;
    while index < plain.len() {
        classes[plain[index] as usize] = Class::Plain;
        index += 1;
    }
    classes[b'\n' as usize] = Class::Newline;
    classes[b'"' as usize] = Class::Quote;
    classes[b'{' as usize] = Class::Opens;
    classes[b'[' as usize] = Class::Opens;
    classes[b'}' as usize] = Class::Closes;
    classes[b']' as usize] = Class::Closes;
    classes
};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

impl<'a> Scan<'a> {
    /// At the start of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads an object and hands each member's name to `member`, which reads the value.
    pub(super) fn object(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.elements(b'{', b'}', |scan| {
            let name = scan.plain_string()?;
            scan.expect(b':')?;
            member(scan, name)
        })
    }

    /// Reads a list; `element` reads each value.
    pub(super) fn list(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.elements(b'[', b']', element)
    }

    /// Reads any value and gives its text; `null` is no value.
    pub(super) fn value(&mut self) -> Option<Option<&'a str>> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'{' | b'[' => self.pass_container()?,
            b'"' => self.pass_string()?,
            _ => {
                let rest = &self.text.as_bytes()[start..];
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                self.at += rest.iter().take_while(|byte| is_part(byte)).count();
            }
        }
        let text = &self.text[start..self.at];
        // Containers are taken as they are; the few words, numbers and escapes beside them are looked at.
        let is_sure = matches!(first, b'{' | b'[') || (first == b'"' && !text.contains('\\'));
        if !is_sure && serde_json::from_str::<IgnoredAny>(text).is_err() {
            return None;
        }
        Some((text != "null").then_some(text))
    }

    /// Whether the next value is `null`, which is then passed.
    pub(super) fn null(&mut self) -> Option<bool> {
        let is_null = self.peek()? == b'n';
        if is_null {
            self.value()?;
        }
        Some(is_null)
    }

    /// Whether nothing but blanks is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn elements(&mut self, open: u8, close: u8, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(open)?;
        if self.peek()? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            element(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// The inside of a string without escapes.
    fn plain_string(&mut self) -> Option<&'a str> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        self.pass_string()?;
        let inside = &self.text[start..self.at - 1];
        (!inside.contains('\\')).then_some(inside)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    /// The next byte that is no blank; `None` at the end.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.pass_indentation();
                }
                byte => return Some(*byte),
            }
        }
    }

    /// Passes a list or object: to the bracket that closes the one here.
    fn pass_container(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        loop {
            match CLASSES[usize::from(*bytes.get(self.at)?)] {
                Class::Plain => self.at += 1,
                Class::Newline => {
                    self.at += 1;
                    self.pass_indentation();
                }
                Class::Quote => self.pass_string()?,
                Class::Opens => {
                    self.at += 1;
                    depth += 1;
                }
                Class::Closes => {
                    self.at += 1;
                    depth -= 1;
                    if depth == 0 {
                        return Some(());
                    }
                }
                Class::Odd => return None,
            }
        }
    }

    /// Passes the blanks that a line of a pretty-printed text starts with, eight at a time.
    fn pass_indentation(&mut self) {
        while self.eight() == Some(ONES * b' ' as u64) {
            self.at += 8;
        }
    }

    /// Passes a string, from its opening quote to behind its closing one, eight bytes at a time.
    fn pass_string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            while let Some(eight) = self.eight() {
                // The highest bit of each byte that is a quote, a backslash or below a blank. Carries can set bits
                // above the first true one only, and the first is all that counts.
                let quote = eight ^ (ONES * b'"' as u64);
                let backslash = eight ^ (ONES * b'\\' as u64);
                let special = (quote.wrapping_sub(ONES) & !quote)
                    | (backslash.wrapping_sub(ONES) & !backslash)
                    | (eight.wrapping_sub(ONES * 0x20) & !eight);
                let special = special & HIGHS;
                if special != 0 {
                    self.at += special.trailing_zeros() as usize / 8;
                    break;
                }
                self.at += 8;
            }
            match bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
    }

    /// The next eight bytes, the first lowest; `None` where fewer are left.
    fn eight(&self) -> Option<u64> {
        let (eight, _) = self.text.as_bytes().get(self.at..)?.split_first_chunk::<8>()?;
        Some(u64::from_le_bytes(*eight))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Any JSON value of some depth.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[ -~]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map("[a-z\"\\\\\u{e4}]{0,12}", inner, 0..6).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_ends_where_a_parser_says(value in any_json(), pretty in any::<bool>(), after in "[,\\]} \n]{0,9}") {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let with_rest = format!(" \n{text}{after}");
            let mut scan = Scan::new(&with_rest);
            let found = scan.value();
            prop_assert_eq!(found, Some((!value.is_null()).then_some(text.as_str())));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), json_like in "[\\[\\]{}\",:\\\\ \na0u-]{0,60}") {
            let _ = (Scan::new(&text).value(), Scan::new(&json_like).value());
        }
    }

    #[test]
    fn objects_and_lists_are_walked() {
        let text = json!({"a": [1, {"b": "c]"}], "d": null}).to_string();
        let mut seen = Vec::new();
        let mut scan = Scan::new(&text);
        let walked = scan.object(|scan, name| {
            seen.push((name, scan.value()?));
            Some(())
        });
        assert_eq!(walked, Some(()));
        assert!(scan.is_at_end());
        assert_eq!(seen, [("a", Some(r#"[1,{"b":"c]"}]"#)), ("d", None)]);
        let mut elements = 0;
        let counted = Scan::new("[1 , [ ], {}]").list(|scan| {
            elements += 1;
            scan.value().map(drop)
        });
        assert_eq!((counted, elements), (Some(()), 3));
    }

    #[test]
    fn what_is_odd_is_left_to_a_parser() {
        for text in [
            "",
            " ",
            "{",
            "[1",
            "\"a",
            "\"a\\",
            "nul",
            "01",
            "+1",
            "1.",
            "--",
            "truefalse",
            "\"\\q\"",
            "\"a\u{1}\"",
            "{\"a\" = 1}",
            "{<<<<<<< HEAD\n}",
            "[\"a\n\"]",
            "}",
            ",",
        ] {
            assert_eq!(Scan::new(text).value(), None, "{text:?}");
        }
        for text in ["{\"a\" 1}", "{\"a\":1 \"b\":2}", "{1:2}", "{\"\\u0061\":1}", "{,}", "[]", "{\"a\":1,}"] {
            assert_eq!(Scan::new(text).object(|scan, _| scan.value().map(drop)), None, "{text:?}");
        }
    }
}
