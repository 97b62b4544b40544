//! Feeds the incident, broken at random, to the real binary: bytes flipped, cut and doubled, JSON members replaced by
//! what does not belong there, lines of HCL swapped and given strange values. The seed is fixed, so a failure repeats;
//! `TRUEUP_HOSTILE_WORLDS` asks for more worlds than the few that every run affords.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use jsonschema::Validator;
use serde_json::{Value, json};

const SEED: u64 = 0x7472_7565_7570;
const WORLDS: usize = 40;
/// Far above what a run takes, far below what a quadratic loop or a hang would take.
const LIMIT: Duration = Duration::from_secs(20);

const PIECES: [&[u8]; 30] = [
    b"1e400",
    b"11111111111111111111111111111111111111111",
    b"-1e999999999",
    b"null",
    b"[]",
    b"{}",
    b"\"\\u001b[31m\"",
    b"\"\\u202e\"",
    b"\"\\u0000\"",
    b"\"${\"",
    b"\"%{for\"",
    b"((((((((((",
    b"[[[[[[[[[[[[[[[[",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"<<EOT\n",
    b"\x1b]0;title\x07",
    b"\xe2\x80\xae",
    b"\"a/b/c/d/../..\"",
    b"\"\"",
    b"\"//\"",
    b"9223372036854775808",
    b"each.value",
    b"count.index",
    b"local.nope",
    b"\"projects//locations//x/\"",
    b"\"0.0.0.0/99\"",
    b"\"10.0.0.0/-1\"",
    b"99999999999999999999",
];

/// SplitMix64: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where `end` is 0.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("fits").max(1);
        usize::try_from(self.next() % end).expect("fits")
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

#[test]
fn a_broken_world_is_reported_and_never_panics_hangs_or_prints_raw() {
    let worlds = std::env::var("TRUEUP_HOSTILE_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(WORLDS);
    let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let mut random = Random(SEED);
    for world in 0..worlds {
        let folder = tempfile::tempdir().expect("temporary directory");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/incident"), folder.path());
        let broken: Vec<String> = (0..=random.below(3)).map(|_| break_one(folder.path(), &mut random)).collect();
        for format in ["text", "json"] {
            if let Err(fault) = check(folder.path(), format, &validator) {
                let kept = folder.keep();
                panic!("world {world} ({}), {format}: {fault}\nkept in {}", broken.join(", "), kept.display());
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("testdata/incident exists") {
        let path = entry.expect("readable").path();
        fs::copy(&path, to.join(path.file_name().expect("a file"))).expect("copied");
    }
}

/// Breaks one file and gives its name.
fn break_one(folder: &Path, random: &mut Random) -> String {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    let path = random.pick(&files);
    let bytes = fs::read(path).expect("readable");
    let by_shape = random.below(5) < 3;
    let broken = by_shape.then(|| shape_broken(path, &bytes, random)).flatten();
    let broken = broken.unwrap_or_else(|| bytes_broken(bytes, random));
    fs::write(path, broken).expect("written");
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

fn bytes_broken(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..*random.pick(&[1, 1, 2, 5, 20]) {
        let at = random.below(bytes.len());
        let end = (at + *random.pick(&[1, 3, 10, 100, 1000])).min(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, random.pick(&PIECES).iter().copied())),
            3 => drop(bytes.splice(at..end, random.pick(&PIECES).iter().copied())),
            4 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    bytes
}

/// Still JSON, or still lines of HCL, but not what belongs there; `None` where an earlier break left no shape.
fn shape_broken(path: &Path, bytes: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    match path.extension()?.to_str()? {
        "tfstate" => {
            let mut value = serde_json::from_str(text).ok()?;
            json_broken(&mut value, random);
            Some(value.to_string().into_bytes())
        }
        "jsonl" => {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let line = random.below(lines.len());
            let mut value = serde_json::from_str(lines.get(line)?).ok()?;
            json_broken(&mut value, random);
            lines[line] = value.to_string();
            Some(lines.join("\n").into_bytes())
        }
        _ => {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let (one, other) = (random.below(lines.len()), random.below(lines.len()));
            let name = lines.get(one)?.split('=').next()?.to_owned();
            match random.below(4) {
                0 => lines.swap(one, other),
                1 => drop(lines.remove(one)),
                2 => lines.insert(one, lines[other].clone()),
                _ => {
                    let piece: &[u8] = random.pick::<&[u8]>(&PIECES);
                    lines[one] = format!("{name}= {}", String::from_utf8_lossy(piece));
                }
            }
            Some(lines.join("\n").into_bytes())
        }
    }
}

fn json_broken(value: &mut Value, random: &mut Random) {
    for _ in 0..*random.pick(&[1, 1, 2, 4]) {
        let depth = random.below(9);
        break_below(value, depth, random);
    }
}

/// Walks `depth` levels down, at random, and breaks what it comes to.
fn break_below(value: &mut Value, depth: usize, random: &mut Random) {
    match value {
        Value::Object(members) if depth > 0 && !members.is_empty() => {
            let name = members.keys().nth(random.below(members.len())).expect("in range").clone();
            match random.below(20) {
                0 => drop(members.remove(&name)),
                1 => {
                    let again = members[&name].clone();
                    members.insert((*random.pick(&["", "id", "name", "\u{1b}[0m", "new"])).to_owned(), again);
                }
                _ => break_below(members.get_mut(&name).expect("just seen"), depth - 1, random),
            }
        }
        Value::Array(elements) if depth > 0 && !elements.is_empty() => {
            let index = random.below(elements.len());
            if random.below(10) == 0 {
                elements.push(elements[index].clone());
            }
            break_below(&mut elements[index], depth - 1, random);
        }
        end => *end = strange(random),
    }
}

fn strange(random: &mut Random) -> Value {
    match random.below(18) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1e308),
        4 => json!(u64::MAX),
        5 => json!(i64::MIN),
        6 => json!(0.5),
        7 => json!(""),
        8 => json!("\u{1b}[31mx\u{7}"),
        9 => json!("\u{202e}x\n\u{0}\u{9b}31m"),
        10 => json!([]),
        11 => json!({}),
        12 => json!([null]),
        13 => json!([[1], {"a": "b"}]),
        14 => json!({"a": {"b": []}}),
        15 => json!("projects//x"),
        16 => json!("0.0.0.0/99"),
        _ => json!("9".repeat(5000)),
    }
}

fn check(folder: &Path, format: &str, validator: &Validator) -> Result<(), String> {
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_trueup"))
        .arg("check")
        .arg(folder)
        .arg("--live")
        .arg(folder.join("live.jsonl"))
        .args(["--format", format, "--show-in-sync", "--show-ignored", "--verbose"])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let took = started.elapsed();
    let Output { status, stdout, stderr } = output;
    let errors = String::from_utf8_lossy(&stderr);
    let code = status.code().ok_or_else(|| format!("ended by a signal: {errors}"))?;
    if !(0..=2).contains(&code) || errors.contains("panicked") {
        return Err(format!("exit {code}: {errors}"));
    }
    if took > LIMIT {
        return Err(format!("took {took:?}"));
    }
    if code == 1 && errors.is_empty() {
        return Err("exit 1 without a word".to_owned());
    }
    raw_character(&errors).map_or(Ok(()), |raw| Err(format!("standard error has a raw {raw:?}")))?;
    let text = String::from_utf8(stdout).map_err(|error| error.to_string())?;
    if format == "text" {
        return raw_character(&text).map_or(Ok(()), |raw| Err(format!("the report has a raw {raw:?}")));
    }
    if text.is_empty() {
        return if code == 1 { Ok(()) } else { Err(format!("exit {code} without a report")) };
    }
    let report: Value = serde_json::from_str(&text).map_err(|error| format!("the report is not JSON: {error}"))?;
    validator.validate(&report).map_err(|error| format!("the report does not fit its schema: {error}"))
}

/// A character that could steer a terminal or reorder text.
fn raw_character(text: &str) -> Option<char> {
    text.chars().find(|character| {
        (character.is_control() && *character != '\n')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}
