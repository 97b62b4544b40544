//! Functions on timestamps.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::{Call, Failure, Function, NUMBER, Outcome, STRING, date_format, string};
use crate::terraform::lang::Val;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", &[string("format"), string("time")], STRING, |call| {
        let time = parse(call.text(1), false).map_err(|message| Failure::argument(1, message))?;
        date_format::format(call.text(0), &time).map(Val::string).map_err(|message| Failure::argument(0, message))
    }),
    Function::new("plantimestamp", &[], STRING, |_| {
        Err(Failure::Unknown("`plantimestamp` gives the time of the plan".to_owned()))
    }),
    Function::new("timestamp", &[], STRING, |_| {
        Err(Failure::Unknown("`timestamp` gives the time of the apply".to_owned()))
    }),
    Function::new("timeadd", &[string("timestamp"), string("duration")], STRING, timeadd),
    Function::new("timecmp", &[string("timestamp_a"), string("timestamp_b")], NUMBER, |call| {
        let instant = |position| {
            parse(call.text(position), true)
                .map(|time| time.instant())
                .map_err(|message| Failure::argument(position, message))
        };
        Ok(Val::number(match instant(0)?.cmp(&instant(1)?) {
            std::cmp::Ordering::Less => -1_i64,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        }))
    }),
];

/// A local time and how many seconds it is ahead of UTC.
pub(super) struct Timestamp {
    pub(super) local: DateTime,
    offset: i64,
}

impl Timestamp {
    fn instant(&self) -> DateTime {
        self.local.saturating_sub(SignedDuration::from_secs(self.offset))
    }

    /// `Z`, or `+01:00` with the given separator.
    pub(super) fn zone(&self, separator: &str, utc: &str) -> String {
        if self.offset == 0 {
            return utc.to_owned();
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }
}

/// Reads RFC 3339. `timecmp` is laxer than its siblings: an hour of one digit, a comma before the fraction and offsets
/// of up to 24 hours and 60 minutes are fine there.
fn parse(text: &str, is_lax: bool) -> Result<Timestamp, String> {
    timestamp(text, is_lax).ok_or_else(|| format!("not a valid RFC3339 timestamp: {text:?}"))
}

fn timestamp(text: &str, is_lax: bool) -> Option<Timestamp> {
    let mut reader = Reader { rest: text };
    let year = reader.number(4)?;
    reader.take("-")?;
    let month = reader.number(2)?;
    reader.take("-")?;
    let day = reader.number(2)?;
    reader.take("T")?;
    let has_short_hour = is_lax && reader.rest.as_bytes().get(1) == Some(&b':');
    let hour = reader.number(if has_short_hour { 1 } else { 2 })?;
    reader.take(":")?;
    let minute = reader.number(2)?;
    reader.take(":")?;
    let second = reader.number(2)?;
    let nanosecond = reader.fraction(is_lax)?;
    let offset = reader.offset(is_lax)?;
    let small = |number: i64| i8::try_from(number).ok();
    let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanosecond).ok()?;
    Some(Timestamp { local: DateTime::from_parts(date, time), offset })
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.rest.split_at_checked(digits)?;
        if !number.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        number.parse().ok()
    }

    /// Nanoseconds; what is finer is dropped.
    fn fraction(&mut self, is_lax: bool) -> Option<i32> {
        let Some(rest) = self.rest.strip_prefix('.').or_else(|| self.rest.strip_prefix(',').filter(|_| is_lax)) else {
            return Some(0);
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.rest = rest.get(digits..)?;
        match digits {
            0 => None,
            _ => format!("{:0<9.9}", rest.get(..digits)?).parse().ok(),
        }
    }

    /// Seconds; nothing may follow.
    fn offset(&mut self, is_lax: bool) -> Option<i64> {
        if self.rest == "Z" {
            return Some(0);
        }
        let sign = if self.take("+").is_some() { 1 } else { self.take("-").map(|()| -1)? };
        let hours = self.number(2)?;
        self.take(":")?;
        let minutes = self.number(2)?;
        let (most_hours, most_minutes) = if is_lax { (24, 60) } else { (23, 59) };
        let is_valid = hours <= most_hours && minutes <= most_minutes && self.rest.is_empty();
        is_valid.then_some(sign * (hours * 3600 + minutes * 60))
    }
}

fn timeadd(call: &Call<'_>) -> Outcome {
    let time = parse(call.text(0), false).map_err(Failure::Call)?;
    let text = call.text(1);
    let nanoseconds = duration(text).ok_or_else(|| Failure::call(format!("time: invalid duration {text:?}")))?;
    let local = time.local.checked_add(SignedDuration::from_nanos(nanoseconds)).ok();
    // Beyond these years Terraform writes what it cannot read again.
    let local = local
        .filter(|local| (0..=9999).contains(&local.year()))
        .ok_or_else(|| Failure::Unknown("the time is before the year 0 or after the year 9999".to_owned()))?;
    let sum = Timestamp { local, offset: time.offset };
    Ok(Val::string(format!("{}{}", local.strftime("%Y-%m-%dT%H:%M:%S"), sum.zone(":", "Z"))))
}

/// Units of a duration in nanoseconds; of those that begin alike, the longest first.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Go's durations, in nanoseconds: `-1h30m`, `1.5s`.
fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (amount, tail) = rest.split_at(end);
        // The unit goes up to the next number.
        let length = tail.find(|character: char| character.is_ascii_digit() || character == '.').unwrap_or(tail.len());
        let (unit, after) = tail.split_at(length);
        let unit = UNITS.into_iter().find(|(name, _)| *name == unit).map(|(_, unit)| unit)?;
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        // Digits beyond what a nanosecond of an hour needs are dropped, as Go drops what it cannot count.
        let fraction = fraction.get(..18).unwrap_or(fraction);
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(whole.checked_mul(unit)?)?.checked_add(part.checked_mul(unit)? / scale)?;
        rest = after;
    }
    i64::try_from(total * sign).ok()
}
