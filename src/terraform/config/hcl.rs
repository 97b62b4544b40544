//! Native syntax: text to a syntax tree, around what the parser alone would refuse.
//!
//! Owns going on after a fault, and the repairs for valid Terraform that the parser rejects (a byte order mark, an object
//! key given twice, line breaks in an object `for`, a number beyond 64-bit floats). A repair blanks bytes out and moves none, so spans stay true. Which
//! bytes those are, and where items end, `survey` says. However many faults there are, a text is parsed three times at
//! most.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::Body;

use super::survey::{Item, Survey, survey};

/// How many faults are reported of one file.
const MAX_FAULTS: usize = 20;
/// Up to how many bytes a text is parsed before it is looked through: in a larger one, what the parser minds can cost it
/// more than the look.
const MAX_UNSURVEYED_BYTES: usize = 64 << 10;

/// A fault in the syntax.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    /// One line, as Terraform words it where it has words for it.
    pub(crate) summary: &'static str,
    /// What was expected.
    pub(crate) detail: String,
    /// Where.
    pub(crate) span: Range<usize>,
}

/// What could be read of a text.
#[derive(Debug, Default)]
pub(crate) struct ParsedText {
    /// The syntax tree of what could be read.
    pub(crate) body: Body,
    /// What could not, in the order in which it stands.
    pub(crate) faults: Vec<SyntaxFault>,
    /// Parts of the text that were skipped.
    pub(crate) skipped: Vec<Range<usize>>,
}

/// Parses a file's text.
pub(crate) fn parse(text: &str) -> ParsedText {
    let unmarked;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            unmarked = format!("   {rest}");
            &unmarked
        }
        None => text,
    };
    if text.len() <= MAX_UNSURVEYED_BYTES
        && let Ok(body) = hcl_edit::parser::parse_body(text)
    {
        return ParsedText { body, ..ParsedText::default() };
    }
    recover(text)
}

/// Parses a text in which something may be odd or wrong.
fn recover(text: &str) -> ParsedText {
    let mut parsed = ParsedText::default();
    let survey = survey(text);
    let mut bytes = text.as_bytes().to_vec();
    for range in &survey.needless {
        bytes[range.clone()].fill(b' ');
    }
    // Made zeros they parse; whoever evaluates reads numbers from the source.
    for range in &survey.immense {
        bytes[range.clone()].fill(b'0');
    }
    for (whole, name) in &survey.repeated {
        let detail =
            format!("The argument \"{}\" was already set. Each argument may be set only once.", &text[name.clone()]);
        parsed.faults.push(SyntaxFault { summary: "Attribute redefined", detail, span: name.clone() });
        bytes[whole.clone()].fill(b' ');
    }
    // Whole characters were overwritten, with ASCII.
    let repaired = String::from_utf8_lossy(&bytes).into_owned();
    let is_whole = survey.crowded.is_empty() && survey.items.iter().all(|item| item.unclosed.is_none());
    let whole = if is_whole { hcl_edit::parser::parse_body(&repaired).ok() } else { None };
    match whole {
        Some(body) => parsed.body = body,
        None => parse_items(&repaired, &mut bytes, &survey, &mut parsed),
    }
    parsed.faults.sort_by_key(|fault| fault.span.start);
    if let Some(first) = parsed.faults.get(MAX_FAULTS) {
        let detail = format!("{} more faults of this file are not listed.", parsed.faults.len() - MAX_FAULTS);
        let span = first.span.clone();
        parsed.faults.truncate(MAX_FAULTS);
        parsed.faults.push(SyntaxFault { summary: "Too many faults", detail, span });
    }
    parsed
}

/// Parses a text item by item, and then what is left of it once those with a fault are blanked out of `bytes`.
fn parse_items(text: &str, bytes: &mut [u8], survey: &Survey, parsed: &mut ParsedText) {
    for item in &survey.items {
        let Some(fault) = item_fault(text, item, &survey.crowded) else { continue };
        // What no name begins is most likely left over from the part before it.
        let is_left_over = parsed.skipped.last().is_some_and(|last| {
            text[last.end..item.range.start].trim().is_empty()
                && !text[item.range.start..].starts_with(|c: char| c.is_alphabetic() || c == '_')
        });
        if !is_left_over {
            parsed.faults.push(fault);
        }
        bytes[item.range.clone()].fill(b' ');
        parsed.skipped.push(item.range.clone());
    }
    match hcl_edit::parser::parse_body(&String::from_utf8_lossy(bytes)) {
        Ok(body) => parsed.body = body,
        Err(error) => {
            parsed.faults.push(syntax_fault(&error, text, 0));
            parsed.skipped.clear();
            parsed.skipped.push(0..text.len());
        }
    }
}

/// What is wrong with an item, if anything is. `crowded` is sorted.
fn item_fault(text: &str, item: &Item, crowded: &[usize]) -> Option<SyntaxFault> {
    let first = crowded.partition_point(|place| *place < item.range.start);
    if let Some(place) = crowded.get(first).filter(|place| item.range.contains(place)) {
        let detail = "The objects of this file have too many attributes to be read: a single one may have 14,000, of several each fewer.";
        return Some(SyntaxFault { summary: "Object too large", detail: detail.to_owned(), span: *place..place + 1 });
    }
    let error = hcl_edit::parser::parse_body(&text[item.range.clone()]).err();
    match (item.unclosed, error) {
        (Some(place), _) if text[place..].starts_with('{') => {
            let detail = "There is no closing brace for this before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.";
            let summary = "Unclosed configuration block";
            Some(SyntaxFault { summary, detail: detail.to_owned(), span: place..place + 1 })
        }
        (_, error) => error.map(|error| syntax_fault(&error, text, item.range.start)),
    }
}

/// The fault that an error is, in a part of a text that starts at an offset.
fn syntax_fault(error: &hcl_edit::parser::Error, text: &str, start: usize) -> SyntaxFault {
    let at = start + error.location().offset();
    let (summary, detail) = wording(error.message(), text, at);
    SyntaxFault { summary, detail, span: at..at + 1 }
}

/// Parses one expression. Spans count from the start of `text`.
pub(crate) fn parse_expression(text: &str) -> Option<Expression> {
    if let Ok(expression) = hcl_edit::parser::parse_expr(text) {
        return Some(expression);
    }
    let immense = survey(text).immense;
    if immense.is_empty() {
        return None;
    }
    let mut repaired = text.to_owned();
    for range in immense {
        repaired.replace_range(range.clone(), &"0".repeat(range.len()));
    }
    hcl_edit::parser::parse_expr(&repaired).ok()
}

/// Terraform's words for what the parser says, where it has some.
fn wording(message: &str, text: &str, offset: usize) -> (&'static str, String) {
    if message.starts_with("invalid expression") {
        let detail = "Expected the start of an expression, but found an invalid expression token.";
        return ("Invalid expression", detail.to_owned());
    }
    if message == "expected newline or eof" {
        let line = &text[line_start(text, offset)..offset];
        let name = line.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'));
        return if name.trim_start().starts_with('=') {
            ("Missing newline after argument", "An argument definition must end with a newline.".to_owned())
        } else {
            ("Missing newline after block definition", "A block definition must end with a newline.".to_owned())
        };
    }
    if message.contains("at most 64 nested levels") {
        let detail = "Expressions, templates and blocks may nest at most 64 levels deep here.";
        return ("Too many nested levels", detail.to_owned());
    }
    if message.contains("at most 128 chained binary operators") {
        let detail = "An expression may chain at most 128 operators here; parts of it can become locals.";
        return ("Too many operators", detail.to_owned());
    }
    ("Invalid configuration syntax", sentence(message))
}

/// `expected x` to `Expected x.`
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The span of an object's key.
pub(crate) fn key_span(key: &ObjectKey) -> Option<Range<usize>> {
    match key {
        ObjectKey::Ident(name) => name.span(),
        ObjectKey::Expression(expression) => expression.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorted: an object's members have no order.
    fn object_values(text: &str) -> Vec<(String, String)> {
        let parsed = parse(text);
        assert_eq!(parsed.faults, [], "{text}");
        let attribute = parsed.body.get_attribute("x").expect("x is there");
        let object = attribute.value.as_object().expect("an object");
        let text_of = |key: &ObjectKey| match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(expression) => expression.to_string().trim().to_owned(),
        };
        let members = object.iter().map(|(key, value)| (text_of(key), value.expr().to_string().trim().to_owned()));
        let mut members: Vec<_> = members.collect();
        members.sort();
        members
    }

    #[test]
    fn numbers_beyond_floats_are_read_as_zeros_of_their_length() {
        let long = "9".repeat(400);
        for number in ["1e400", "1E+400", "1.5e999999999", long.as_str()] {
            let in_text = format!("x = \"a${{{number}}}\"\n");
            for text in [
                format!("x = {number}\n"),
                format!("x = [1, -{number} + 1, 2]\n"),
                format!("x = f({number}, {number})\n"),
            ]
            .into_iter()
            .chain((number != long).then_some(in_text))
            {
                let parsed = parse(&text);
                assert_eq!(parsed.faults, [], "{text:.60}");
                let span = parsed.body.get_attribute("x").and_then(|x| x.value.span()).expect("x is there");
                assert_eq!(span, 4..text.len() - 1, "{text:.60}");
                assert!(parse_expression(text[4..].trim()).is_some(), "{text:.60}");
            }
        }
        for text in ["x = 1e400abc\n", "x = 1_e400\n", "x = 1e\n"] {
            assert!(!parse(text).faults.is_empty(), "{text}");
        }
    }

    #[test]
    fn the_last_of_two_equal_object_keys_wins() {
        assert_eq!(
            object_values("x = {\n  a = 1\n  b = 2\n  a = 3\n}\n"),
            [("a".to_owned(), "3".to_owned()), ("b".to_owned(), "2".to_owned())]
        );
        assert_eq!(object_values("x = { \"a\" = 1, \"a\" = 2 }\n"), [("\"a\"".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn a_byte_order_mark_moves_nothing() {
        let parsed = parse("\u{feff}x = 1\n");
        assert_eq!(parsed.faults, []);
        assert_eq!(parsed.body.get_attribute("x").and_then(|x| x.key.span()), Some(3..4));
    }

    #[test]
    fn a_conditional_over_lines_in_an_object_for_is_read() {
        let text = "x = { for k, v in y : k =>\n  v == null\n  ? 1\n  : 2\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.faults, []);
        assert!(parsed.body.has_attribute("x"));
    }

    #[test]
    fn an_argument_given_twice_is_a_fault_at_the_second() {
        let parsed = parse("a {\n  x = 1\n  x = 2\n}\n");
        assert_eq!(parsed.faults.len(), 1);
        assert_eq!(parsed.faults[0].summary, "Attribute redefined");
        assert_eq!(parsed.faults[0].span, 14..15);
        let block = parsed.body.get_blocks("a").next().expect("a is there");
        assert_eq!(block.body.get_attribute("x").map(|x| x.value.to_string()), Some(" 1".to_owned()));
    }

    #[test]
    fn a_broken_block_does_not_hide_its_neighbors() {
        let text = "a \"one\" {\n  x = 1\n}\n\nb \"two\" {\n  x = = 1\n}\n\nc \"three\" {\n  x = 3\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.faults.len(), 1, "{:?}", parsed.faults);
        let names: Vec<_> = parsed.body.blocks().map(|block| block.ident.as_str().to_owned()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(parsed.skipped.len(), 1);
        assert!(text[parsed.skipped[0].clone()].starts_with("b \"two\""));
    }

    #[test]
    fn a_block_without_indentation_is_one_fault() {
        let text = "data \"a\" \"b\" {\nregion = var.region}\n\ndata \"a\" \"c\" {\nregion = var.region\n}\n";
        let parsed = parse(text);
        let summaries: Vec<_> = parsed.faults.iter().map(|fault| fault.summary).collect();
        assert_eq!(summaries, ["Missing newline after argument"], "{:?}", parsed.faults);
        let labels: Vec<_> = parsed.body.blocks().map(|block| block.labels[1].as_str().to_owned()).collect();
        assert_eq!(labels, ["c"]);
    }

    #[test]
    fn what_an_unclosed_parenthesis_swallows_is_one_fault() {
        let text = "a \"one\" {\n  x = {\n    f(y, \"z\"\n\n\nvariable \"v\" {\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.faults.len(), 1, "{:?}", parsed.faults);
    }

    #[test]
    fn each_of_two_broken_blocks_is_a_fault() {
        let parsed = parse("a {\n  x = = 1\n}\n\nb {\n  x = = 1\n}\n");
        assert_eq!(parsed.faults.len(), 2, "{:?}", parsed.faults);
    }

    #[test]
    fn a_broken_argument_does_not_hide_its_neighbors() {
        let parsed = parse("a = 1\nb = = 2\nc = 3\nd = [\n  1,\n");
        assert_eq!(parsed.faults.len(), 2, "{:?}", parsed.faults);
        let names: Vec<_> = parsed.body.attributes().map(|attribute| attribute.key.as_str().to_owned()).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn very_many_repeated_keys_hide_nothing() {
        let members: String = (0..2_000).map(|number| format!("  a = {number}\n  b{number} = 1\n")).collect();
        let values = object_values(&format!("x = {{\n{members}}}\n"));
        assert_eq!(values.len(), 2_001);
        assert_eq!(values[0], ("a".to_owned(), "1999".to_owned()));
    }

    #[test]
    fn very_many_faults_are_counted_and_hide_nothing() {
        let blocks: String = (0..500).map(|number| format!("a {{\n  x = = 1\n}}\nb{number} {{\n}}\n")).collect();
        let parsed = parse(&format!("{blocks}c {{\n"));
        assert_eq!(parsed.body.blocks().count(), 500);
        assert_eq!((parsed.faults.len(), parsed.skipped.len()), (MAX_FAULTS + 1, 501));
        let last = parsed.faults.last().expect("there are some");
        assert_eq!((last.summary, &*last.detail), ("Too many faults", "481 more faults of this file are not listed."));
    }

    #[test]
    fn what_nests_too_deeply_or_chains_too_far_is_named() {
        let summary = |value: String| {
            let parsed = parse(&format!("a = 1\nx = {value}\nb = 2\n"));
            assert_eq!(parsed.body.attributes().count(), 2);
            let [fault] = parsed.faults.as_slice() else { panic!("one fault: {:?}", parsed.faults) };
            (fault.summary, fault.detail.clone())
        };
        let levels =
            ("Too many nested levels", "Expressions, templates and blocks may nest at most 64 levels deep here.");
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{ a = ", "}"), ("f(", ")"), ("\"${", "}\""), ("!", ""), ("a ? 1 : ", "")]
        {
            let (summary, detail) = summary(format!("{}1{}", open.repeat(100), close.repeat(100)));
            assert_eq!((summary, &*detail), levels, "{open}");
        }
        assert_eq!(summary(format!("1{}", " + 1".repeat(10_000))).0, "Too many operators");
    }

    #[test]
    fn an_unclosed_brace_ends_with_a_fault() {
        for text in ["a {", "}", "a \"b", "x = <<EOT\nfoo", "\u{0}", "x = \"${\"\n", "{\"a\": 1}"] {
            assert!(!parse(text).faults.is_empty(), "{text:?}");
        }
    }
}
