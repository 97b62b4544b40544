//! Guards the rooms: which may use which, what only the command line may do, and that every module says what it is.
//!
//! Reads the sources as tokens, comments and strings left out. A path counts wherever it stands: in `use`, inline, in
//! test modules, through `super`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may use beside itself. The command line may use all.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("catalog", &["model"]),
    ("terraform", &["model"]),
    ("google", &["catalog", "model"]),
    ("normalize", &["catalog", "model"]),
    ("compare", &["model"]),
    ("topology", &["model"]),
    ("policy", &["topology", "compare", "model"]),
    ("report", &["policy", "topology", "compare", "model"]),
    ("cli", &["model", "catalog", "terraform", "google", "normalize", "compare", "topology", "policy", "report"]),
];

/// One token: an identifier, or one character of punctuation. `::` is two tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Mark(char),
}

/// The tokens of a Rust source with the line of each; comments, strings, characters, lifetimes and numbers left out.
fn tokens(source: &str) -> Vec<(Token, usize)> {
    let characters: Vec<char> = source.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let (mut tokens, mut index, mut line) = (Vec::new(), 0, 1);
    while index < characters.len() {
        let character = at(index);
        let start = index;
        match character {
            '/' if at(index + 1) == '/' => {
                while index < characters.len() && at(index) != '\n' {
                    index += 1;
                }
            }
            '/' if at(index + 1) == '*' => index = after_block_comment(&characters, index),
            '"' => index = after_string(&characters, index),
            'r' | 'b' | 'c' if string_prefix(&characters, index).is_some() => {
                let (quote, hashes) = string_prefix(&characters, index).expect("just seen");
                index = match hashes {
                    Some(hashes) => after_raw_string(&characters, quote, hashes),
                    None => after_string(&characters, quote),
                };
            }
            '\'' if at(index + 1) == '\\' => {
                index += 3;
                while index < characters.len() && at(index) != '\'' {
                    index += 1;
                }
                index += 1;
            }
            '\'' if at(index + 2) == '\'' => index += 3,
            // A lifetime: the quote goes, and so does its name.
            '\'' => {
                index += 1;
                while at(index).is_alphanumeric() || at(index) == '_' {
                    index += 1;
                }
            }
            _ if character.is_alphabetic() || character == '_' => {
                while at(index).is_alphanumeric() || at(index) == '_' {
                    index += 1;
                }
                tokens.push((Token::Name(characters[start..index].iter().collect()), line));
            }
            _ if character.is_numeric() => {
                while at(index).is_alphanumeric() || at(index) == '_' {
                    index += 1;
                }
            }
            _ => {
                if !character.is_whitespace() {
                    tokens.push((Token::Mark(character), line));
                }
                index += 1;
            }
        }
        line += characters[start..index.min(characters.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn after_block_comment(characters: &[char], mut index: usize) -> usize {
    let mut depth = 0;
    while index < characters.len() {
        match (characters[index], characters.get(index + 1)) {
            ('/', Some('*')) => (depth, index) = (depth + 1, index + 2),
            ('*', Some('/')) => (depth, index) = (depth - 1, index + 2),
            _ => index += 1,
        }
        if depth == 0 {
            break;
        }
    }
    index
}

fn after_string(characters: &[char], quote: usize) -> usize {
    let mut index = quote + 1;
    while index < characters.len() && characters[index] != '"' {
        index += if characters[index] == '\\' { 2 } else { 1 };
    }
    index + 1
}

fn after_raw_string(characters: &[char], quote: usize, hashes: usize) -> usize {
    let mut index = quote + 1;
    while index < characters.len() {
        let closes = characters[index] == '"'
            && characters.get(index + 1..index + 1 + hashes).is_some_and(|rest| rest.iter().all(|c| *c == '#'));
        if closes {
            return index + 1 + hashes;
        }
        index += 1;
    }
    index
}

/// Where the quote of `r"`, `b"`, `br#"` and the like stands, and its hashes where it is raw; `None` for a plain name.
fn string_prefix(characters: &[char], start: usize) -> Option<(usize, Option<usize>)> {
    let mut index = start;
    let mut is_raw = false;
    while let Some(character @ ('r' | 'b' | 'c')) = characters.get(index) {
        is_raw |= *character == 'r';
        index += 1;
    }
    let hashes = characters[index..].iter().take_while(|character| **character == '#').count();
    let quote = index + hashes;
    let is_string = index - start <= 2 && characters.get(quote) == Some(&'"') && (is_raw || hashes == 0);
    is_string.then_some((quote, is_raw.then_some(hashes)))
}

/// A path as it is written, one per leaf of a `use` group: `crate::{a::b, c}` gives `crate::a::b` and `crate::c`.
struct Written {
    segments: Vec<String>,
    line: usize,
    /// How many inline modules it stands in.
    inline_modules: usize,
}

fn paths(tokens: &[(Token, usize)]) -> Vec<Written> {
    let name = |index: usize| match tokens.get(index) {
        Some((Token::Name(name), _)) => Some(name.as_str()),
        _ => None,
    };
    let mark = |index: usize| match tokens.get(index) {
        Some((Token::Mark(mark), _)) => Some(*mark),
        _ => None,
    };
    let colons = |index: usize| mark(index) == Some(':') && mark(index + 1) == Some(':');
    let mut written = Vec::new();
    // For each open brace: whether it opened an inline module.
    let mut braces: Vec<bool> = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        match &tokens[index].0 {
            Token::Mark('{') => braces.push(index >= 2 && name(index - 2) == Some("mod")),
            Token::Mark('}') => drop(braces.pop()),
            Token::Name(_) if index < 2 || !colons(index - 2) => {
                let inline_modules = braces.iter().filter(|is_module| **is_module).count();
                index = leaves(tokens, index, &[], inline_modules, &mut written);
                continue;
            }
            _ => {}
        }
        index += 1;
    }

    /// Reads one path from `index` on, below `prefix`; returns the index behind it.
    fn leaves(
        tokens: &[(Token, usize)],
        mut index: usize,
        prefix: &[String],
        inline_modules: usize,
        written: &mut Vec<Written>,
    ) -> usize {
        let mut segments = prefix.to_vec();
        let line = tokens.get(index).map_or(0, |(_, line)| *line);
        loop {
            match tokens.get(index).map(|(token, _)| token) {
                Some(Token::Name(name)) => {
                    segments.push(name.clone());
                    index += 1;
                    let is_path = matches!(tokens.get(index), Some((Token::Mark(':'), _)))
                        && matches!(tokens.get(index + 1), Some((Token::Mark(':'), _)));
                    if !is_path {
                        break;
                    }
                    index += 2;
                }
                Some(Token::Mark('*')) => {
                    segments.push("*".to_owned());
                    index += 1;
                    break;
                }
                Some(Token::Mark('{')) => {
                    index += 1;
                    while let Some((token, _)) = tokens.get(index) {
                        match token {
                            Token::Mark('}') => return index + 1,
                            Token::Mark(',') => index += 1,
                            // `as other`, or anything that a group cannot hold.
                            Token::Name(name) if name == "as" => index += 2,
                            Token::Name(_) | Token::Mark('*' | '{') => {
                                index = leaves(tokens, index, &segments, inline_modules, written);
                            }
                            Token::Mark(_) => index += 1,
                        }
                    }
                    return index;
                }
                _ => break,
            }
        }
        written.push(Written { segments, line, inline_modules });
        index
    }

    written
}

/// The first segment below the crate's root, where the path starts there. `depth` is how many modules down the file is.
fn below_root(path: &Written, depth: usize) -> Option<&str> {
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let ups = segments.iter().skip_while(|segment| **segment == "self").take_while(|s| **s == "super").count();
    match segments.first()? {
        &"crate" | &"trueup" => segments.get(1).copied(),
        _ if ups > 0 && ups == depth + path.inline_modules => {
            let selves = segments.iter().take_while(|segment| **segment == "self").count();
            segments.get(selves + ups).copied()
        }
        _ => None,
    }
}

/// What a file does that its room may not, each as `LINE: what`.
fn breaches(file: &str, source: &str) -> Vec<String> {
    let parts: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    let room = if parts.len() > 1 { parts[0] } else { "" };
    let is_edge = matches!(file, "main.rs" | "lib.rs");
    // A module of tests may say that it was skipped, and where it looked.
    let is_test = parts.iter().skip(1).any(|part| *part == "tests" || part.ends_with("_tests"));
    let may_touch_the_world = room == "cli" || is_edge || is_test;
    let depth = parts.len() - usize::from(parts.last() == Some(&"mod"));
    let tokens = tokens(source);
    let mut breaches = Vec::new();

    let allowed = ARROWS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed);
    if allowed.is_none() && !is_edge {
        breaches.push(format!("1: `{room}` is no room of the table in tests/arrows.rs"));
    }
    for path in paths(&tokens) {
        if let (Some(target), Some(allowed)) = (below_root(&path, depth), allowed)
            && target != room
            && !allowed.contains(&target)
        {
            breaches.push(format!("{}: `{room}` may not use `{target}`", path.line));
        }
        let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        if !may_touch_the_world && segments.starts_with(&["std", "env"]) {
            breaches.push(format!("{}: only `cli` may read the environment", path.line));
        }
        // Time limits of requests go by a clock that only counts; it never reaches a report.
        let is_time_limit = room == "google" && segments.ends_with(&["Instant", "now"]);
        if !may_touch_the_world && !is_time_limit && segments.ends_with(&["now"]) && segments.len() > 1 {
            breaches.push(format!("{}: only `cli` may read the clock", path.line));
        }
        if room != "google" && matches!(segments.as_slice(), ["reqwest" | "tokio" | "google_cloud_auth", _, ..]) {
            breaches.push(format!("{}: only `google` may use `{}`", path.line, segments[0]));
        }
    }
    for (index, (token, line)) in tokens.iter().enumerate() {
        let Token::Name(name) = token else { continue };
        let is_macro = matches!(tokens.get(index + 1), Some((Token::Mark('!'), _)))
            && !matches!(tokens.get(index + 2), Some((Token::Mark('='), _)));
        if !may_touch_the_world && is_macro && matches!(name.as_str(), "println" | "eprintln" | "print" | "eprint") {
            breaches.push(format!("{line}: only `cli` may print"));
        }
        if room != "google" && matches!(name.as_str(), "async" | "await") {
            breaches.push(format!("{line}: only `google` may be async"));
        }
    }
    breaches
}

/// Every source below `src`, keyed by its path from there, with `/`.
fn sources() -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, sources: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
            let path: PathBuf = entry.expect("readable").path();
            if path.is_dir() {
                walk(&path, root, sources);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                sources.insert(name, std::fs::read_to_string(&path).expect("readable"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = BTreeMap::new();
    walk(&root, &root, &mut sources);
    assert!(sources.contains_key("lib.rs"), "the sources are there");
    sources
}

#[test]
fn no_file_breaks_an_arrow() {
    let mut found = Vec::new();
    for (file, source) in sources() {
        found.extend(breaches(&file, &source).into_iter().map(|breach| format!("src/{file}:{breach}")));
    }
    assert!(found.is_empty(), "arrows between rooms are broken:\n{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, source)| !source.starts_with("//! ")).map(|(file, _)| file).collect();
    assert!(silent.is_empty(), "files under src/ without a `//!` header: {silent:?}");
}

#[test]
fn every_room_is_in_the_table_and_the_table_has_no_cycle() {
    for (position, (room, allowed)) in ARROWS.iter().enumerate() {
        assert!(!allowed.contains(room), "{room} is listed below itself");
        // `policy` stands after what it uses, and so does every other room: an order without cycles.
        let earlier: Vec<&str> = ARROWS[..position].iter().map(|(room, _)| *room).collect();
        for target in *allowed {
            assert!(earlier.contains(target), "{room} uses {target}, which does not stand before it");
        }
    }
}

#[test]
fn broken_arrows_are_seen_in_every_form() {
    for source in [
        "use crate::catalog::Row;",
        "use crate::{model::Value, catalog};",
        "use crate::{\n    model::{self, Value},\n    catalog::{Row as R},\n};",
        "fn f() -> crate::catalog::Row { todo() }",
        "mod tests { use crate::catalog::Row; }",
        "use super::super::catalog::Row;",
        "mod tests { use super::super::super::catalog::Row; }",
        "pub(in crate::catalog) fn f() {}",
        "use crate::*;",
        "use trueup::catalog::Row;",
        "fn f<'a>(x: &'a str) -> char { let _: crate::catalog::Row; '\\'' }",
    ] {
        let found = breaches("compare/types.rs", source);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found[0].contains("`compare` may not use"), "{found:?}");
    }
    assert_eq!(breaches("compare/mod.rs", "use super::catalog::Row;").len(), 1);
    assert_eq!(breaches("compare/a/b.rs", "\n\nuse crate::report::X;"), ["3: `compare` may not use `report`"]);
    assert_eq!(breaches("history/mod.rs", "").len(), 1);
}

#[test]
fn what_is_allowed_stays_quiet() {
    for source in [
        "use crate::model::{Value, Side};",
        "use crate::compare::types::Verdict;",
        "use super::types::Verdict;",
        "mod tests { use super::super::types::Verdict; }",
        "// use crate::catalog::Row;\n/* crate::catalog /* nested */ crate::report */",
        "const A: &str = \"crate::catalog::Row println!(\"; const B: &str = r#\"\"crate::report::X\"#;",
        "const C: &[u8] = b\"crate::cli\"; const D: char = '\"'; const E: char = '\\u{41}';",
        "fn now() {} fn f() { now(); let print = 1; print != 2; }",
    ] {
        assert_eq!(breaches("compare/types.rs", source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn the_clock_the_environment_and_printing_belong_to_the_command_line() {
    for source in [
        "fn f() { std::env::var(\"X\"); }",
        "use std::{env, fs};",
        "fn f() { Instant::now(); }",
        "fn f() { std::time::SystemTime::now(); }",
        "fn f() { println!(\"x\"); }",
        "fn f() { anstream::eprintln!(\"x\"); }",
        "use tokio::time;",
        "fn f() { reqwest::Client::new(); }",
        "async fn f() {}",
    ] {
        assert_eq!(breaches("compare/types.rs", source).len(), 1, "{source}");
    }
    let edge = "fn f() { std::env::var(\"X\"); println!(\"x\"); Instant::now(); }";
    assert_eq!(breaches("cli/mod.rs", edge), Vec::<String>::new());
    assert_eq!(breaches("main.rs", edge), Vec::<String>::new());
    assert_eq!(breaches("compare/tests.rs", edge), Vec::<String>::new());
    assert_eq!(breaches("google/transport.rs", "fn f() { Instant::now(); }"), Vec::<String>::new());
    assert_eq!(breaches("google/transport.rs", "fn f() { SystemTime::now(); }").len(), 1);
    assert_eq!(breaches("google/transport.rs", "async fn f() { tokio::time::sleep(d).await }"), Vec::<String>::new());
}
