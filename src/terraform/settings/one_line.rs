//! Blocks written on one line: `live { projects = ["p"]  regions = ["r"] }`.
//!
//! The configuration language wants each argument of a block on a line of its own; in a settings file short blocks read
//! better on one. Blanks are turned into line breaks, so every byte stays where it was and spans stay true.

use crate::terraform::config::{Piece, tokens};

/// What a bracket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// The body of a block, or of the file.
    Body,
    /// An expression in brackets.
    Brackets,
}

/// The text with the items of every block on lines of their own; `None` where there is nothing to do, no blank that
/// could become a line break, or something in it that needs lines as they are.
pub(super) fn spread(text: &str) -> Option<String> {
    let tokens = tokens(text);
    if tokens.iter().any(|token| matches!(token.piece, Piece::Heredoc | Piece::Broken)) {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut inside = vec![Inside::Body];
    // Whether the tokens since the last item's start hold an `=` of that item.
    let mut is_argument = false;
    let mut is_changed = false;
    for (index, token) in tokens.iter().enumerate() {
        let previous = index.checked_sub(1).map(|index| tokens[index]);
        let in_body = inside.last() == Some(&Inside::Body);
        let begins_item = in_body
            && match (previous.map(|previous| previous.piece), token.piece) {
                // After the brace of a block, or of the block before.
                (Some(Piece::Open(_) | Piece::Close(_)), Piece::Name) if !is_argument => true,
                // Two operands side by side: the second is the next item.
                (Some(Piece::Name | Piece::Text | Piece::Number | Piece::Close(_)), Piece::Name) => is_argument,
                _ => false,
            };
        let closes_block = in_body
            && matches!(token.piece, Piece::Close(_))
            && !matches!(previous.map(|previous| previous.piece), Some(Piece::Open(_) | Piece::LineBreak));
        if begins_item || closes_block {
            let gap = previous.map_or(0, |previous| previous.end)..token.start;
            let blank = text[gap.clone()].bytes().position(|byte| matches!(byte, b' ' | b'\t'))?;
            bytes[gap.start + blank] = b'\n';
            is_changed = true;
        }
        match token.piece {
            Piece::Open(brace) => {
                let is_block = in_body && !is_argument && brace == b'{';
                inside.push(if is_block { Inside::Body } else { Inside::Brackets });
            }
            Piece::Close(_) => {
                // An unbalanced brace is the parser's to report.
                if inside.len() == 1 {
                    return None;
                }
                if inside.pop() == Some(Inside::Body) {
                    is_argument = false;
                }
            }
            Piece::Equals if in_body => is_argument = true,
            Piece::LineBreak if in_body => is_argument = false,
            _ => {}
        }
        if begins_item {
            is_argument = false;
        }
    }
    // Only blanks became line breaks: the bytes are UTF-8 as they were.
    if is_changed { String::from_utf8(bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spread_of(text: &str) -> String {
        let spread = spread(text).expect("something to do");
        assert_eq!(spread.len(), text.len());
        hcl_edit::parser::parse_body(&spread).unwrap_or_else(|error| panic!("{error}\n{spread}"));
        spread
    }

    #[test]
    fn arguments_and_blocks_of_one_line_come_apart() {
        let text = "live { projects = [\"a b\"]  regions = [\"r\"] } # both\n";
        assert_eq!(spread_of(text), "live {\nprojects = [\"a b\"]\n regions = [\"r\"]\n} # both\n");
        spread_of("expect \"t\" \"n\" {\n  template { vpc_access { connector = a.b.id  egress = \"X\" } }\n}\n");
        spread_of("a { b = c ? d : e  f = 1  g = x[0].y  h = { i = 1, j = 2 }  k = !l }\n");
        spread_of("a { b = \"${c({ d = \"}\" })} e = 1\"  f = 2 }\n");
        spread_of("a { b {} c {} }\n");
    }

    #[test]
    fn what_is_fine_or_cannot_be_mended_is_left_alone() {
        for text in ["", "a {\n  b = 1\n}\n", "a {b = 1 }", "a = <<E\nx\nE\n", "a { b = \"c", "}"] {
            assert_eq!(spread(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_length_and_all_but_its_blanks(text in "[a-c =\"{}\\[\\]$%#/*\n\\\\.0-2ä]{0,60}") {
            if let Some(spread) = spread(&text) {
                prop_assert_eq!(spread.len(), text.len());
                for (before, after) in text.bytes().zip(spread.bytes()) {
                    prop_assert!(before == after || (matches!(before, b' ' | b'\t') && after == b'\n'));
                }
            }
        }
    }
}
