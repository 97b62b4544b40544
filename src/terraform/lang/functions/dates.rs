//! Functions on timestamps.

use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::{Call, Failure, Function, NUMBER, Outcome, STRING, string};
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", &[string("format"), string("time")], STRING, formatdate),
    Function::new("plantimestamp", &[], STRING, |_| {
        Err(Failure::Unknown("`plantimestamp` gives the time of the plan".to_owned()))
    }),
    Function::new("timestamp", &[], STRING, |_| {
        Err(Failure::Unknown("`timestamp` gives the time of the apply".to_owned()))
    }),
    Function::new("timeadd", &[string("timestamp"), string("duration")], STRING, timeadd),
    Function::new("timecmp", &[string("timestamp_a"), string("timestamp_b")], NUMBER, |call| {
        let (a, b) = (timestamp(call, 0)?.instant(), timestamp(call, 1)?.instant());
        Ok(Val::number(match a.cmp(&b) {
            std::cmp::Ordering::Less => -1_i64,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        }))
    }),
];

/// A local time and how many seconds it is ahead of UTC.
struct Timestamp {
    local: DateTime,
    offset: i64,
}

impl Timestamp {
    fn instant(&self) -> DateTime {
        self.local.checked_sub(SignedDuration::from_secs(self.offset)).unwrap_or(self.local)
    }

    /// `Z`, or `+01:00` with the given separator.
    fn zone(&self, separator: &str, utc: &str) -> String {
        if self.offset == 0 {
            return utc.to_owned();
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }
}

/// Reads RFC 3339.
fn timestamp(call: &Call<'_>, position: usize) -> Result<Timestamp, Failure> {
    let text = call.text(position);
    parse(text).ok_or_else(|| Failure::argument(position, format!("not a valid RFC3339 timestamp: \"{text}\"")))
}

fn parse(text: &str) -> Option<Timestamp> {
    if !text.is_ascii() {
        return None;
    }
    let (time, zone) = text.split_at_checked(19)?;
    if time.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let digits = zone.strip_prefix('.').map_or(0, |rest| 1 + rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, zone) = zone.split_at_checked(digits)?;
    let local: DateTime = format!("{time}{fraction}").parse().ok()?;
    let offset = match zone {
        "Z" => 0,
        _ => {
            let (sign, rest) = match zone.split_at_checked(1)? {
                ("+", rest) => (1, rest),
                ("-", rest) => (-1, rest),
                _ => return None,
            };
            let (hours, minutes) =
                rest.split_once(':').filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)?;
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        }
    };
    Some(Timestamp { local, offset })
}

fn timeadd(call: &Call<'_>) -> Outcome {
    let time = timestamp(call, 0)?;
    let text = call.text(1);
    let nanoseconds =
        duration(text).ok_or_else(|| Failure::argument(1, format!("time: invalid duration \"{text}\"")))?;
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok();
    let rest = i32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or(0);
    let local = seconds
        .and_then(|seconds| time.local.checked_add(SignedDuration::new(seconds, rest)).ok())
        .ok_or_else(|| Failure::argument(1, "the result is out of range"))?;
    let sum = Timestamp { local, offset: time.offset };
    Ok(Val::string(format!("{}{}", local.strftime("%Y-%m-%dT%H:%M:%S"), sum.zone(":", "Z"))))
}

/// Go's durations, in nanoseconds: `-1h30m`, `1.5s`.
fn duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (amount, tail) = rest.split_at(end);
        let (unit, length): (i128, usize) = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ]
        .into_iter()
        .find(|(name, _)| tail.starts_with(name))
        .map(|(name, unit)| (unit, name.len()))?;
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.len() > 18 {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(whole.checked_mul(unit)?)?.checked_add(part.checked_mul(unit)? / scale)?;
        rest = &tail[length..];
    }
    i64::try_from(total).ok()?;
    Some(total * sign)
}

fn formatdate(call: &Call<'_>) -> Outcome {
    let time = timestamp(call, 1)?;
    let mut out = String::new();
    let mut rest = call.text(0);
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (literal, length) = literal(rest).ok_or_else(|| Failure::argument(0, "unterminated literal '"))?;
            out.push_str(&literal);
            rest = &rest[length..];
            continue;
        }
        let length = rest.chars().take_while(|character| *character == first).map(char::len_utf8).sum();
        let (token, tail) = rest.split_at(length);
        rest = tail;
        if !first.is_ascii_alphabetic() {
            out.push_str(token);
            continue;
        }
        field(token, &time, &mut out).ok_or_else(|| {
            Failure::argument(0, format!("invalid date format verb \"{token}\": see the documentation of formatdate for what is allowed; literal text stands in single quotes"))
        })?;
    }
    Ok(Val::string(out))
}

/// Text in single quotes, in which two of them stand for one; with the bytes it takes.
fn literal(text: &str) -> Option<(String, usize)> {
    if text.starts_with("''") {
        return Some(("'".to_owned(), 2));
    }
    let mut literal = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\'' {
            literal.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
            literal.push('\'');
            characters.next();
        } else {
            return Some((literal, at + 1));
        }
    }
    None
}

fn field(token: &str, time: &Timestamp, out: &mut String) -> Option<()> {
    let local = time.local;
    let twelve = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let text = match token {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year() % 100),
        "MMMM" => local.strftime("%B").to_string(),
        "MMM" => local.strftime("%b").to_string(),
        "MM" => format!("{:02}", local.month()),
        "M" => local.month().to_string(),
        "DD" => format!("{:02}", local.day()),
        "D" => local.day().to_string(),
        "EEEE" => local.strftime("%A").to_string(),
        "EEE" => local.strftime("%a").to_string(),
        "hh" => format!("{:02}", local.hour()),
        "h" => local.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if local.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if local.hour() < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", local.minute()),
        "m" => local.minute().to_string(),
        "ss" => format!("{:02}", local.second()),
        "s" => local.second().to_string(),
        "ZZZZZ" => time.zone(":", "+00:00"),
        "ZZZZ" => time.zone("", "+0000"),
        "ZZZ" => time.zone("", "UTC"),
        "Z" => time.zone(":", "Z"),
        _ => return None,
    };
    // Writing to a string cannot fail.
    let _ = out.write_str(&text);
    Some(())
}
