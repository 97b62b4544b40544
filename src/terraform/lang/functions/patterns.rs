//! `regex`, `regexall`, `replace`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::go_pattern::{self, Pattern, PatternError};
use super::{Call, Failure, Function, Outcome, Returns, STRING, string};
use crate::terraform::lang::{Type, Val, limits};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", &[string("pattern"), string("string")], Returns::From(match_type), regex),
    Function::new(
        "regexall",
        &[string("pattern"), string("string")],
        Returns::From(|call| match_type(call).map(Type::list)),
        regexall,
    ),
    Function::new("replace", &[string("str"), string("substr"), string("replace")], STRING, replace),
];

/// How large a pattern may be when it is compiled, in bytes.
const COMPILED_BYTES: usize = 4 << 20;
/// How many states are gone through for one step of the evaluation.
const STATES_A_STEP: u64 = 1000;

/// A pattern that can be searched for.
struct Searcher {
    regex: Regex,
    groups: Vec<Option<Arc<str>>>,
    size: u64,
    is_unbounded: bool,
}

impl Searcher {
    fn new(pattern: Pattern) -> Result<Self, Failure> {
        let Pattern { expression, groups, size, is_unbounded } = pattern;
        let regex = RegexBuilder::new(&expression).size_limit(COMPILED_BYTES).nest_limit(1000).build();
        let regex = regex.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => Failure::Limit("a pattern is larger than 4 MiB when it is compiled"),
            _ => Failure::Unknown("the pattern is one that only Terraform reads".to_owned()),
        })?;
        Ok(Self { regex, groups, size, is_unbounded })
    }

    /// Goes through the matches, until `take` has enough. Where a match can be of any length, each search is paid for as
    /// if it went on to the end of the text.
    fn search<'t>(
        &self,
        call: &Call<'_>,
        text: &'t str,
        mut take: impl FnMut(Captures<'t>) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        let mut start = 0;
        let mut is_first = true;
        let mut matches = self.regex.captures_iter(text);
        loop {
            let length = if self.is_unbounded || is_first { text.len() - start + 1 } else { 1 };
            call.spend(u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(self.size) / STATES_A_STEP)?;
            let Some(captures) = matches.next() else { return Ok(()) };
            start = captures.get(0).map_or(text.len(), |whole| whole.end());
            is_first = false;
            if take(captures)?.is_break() {
                return Ok(());
            }
        }
    }

    fn group(&self, name: &str) -> impl Iterator<Item = usize> {
        let positions = self.groups.iter().enumerate();
        positions.filter(move |(_, group)| group.as_deref() == Some(name)).map(|(position, _)| position + 1)
    }

    /// The text that a replacement gives for a match: `$1`, `${name}` and `$$`.
    fn expand(&self, replacement: &str, captures: &Captures<'_>, out: &mut String) {
        let mut rest = replacement;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
                continue;
            }
            let Some((name, after)) = reference(after) else {
                out.push('$');
                rest = after;
                continue;
            };
            let found = match number(name) {
                Some(number) => captures.get(number),
                None => self.group(name).find_map(|position| captures.get(position)),
            };
            out.push_str(found.map_or("", |found| found.as_str()));
            rest = after;
        }
        out.push_str(rest);
    }
}

/// The name that stands after a dollar sign, with braces or without, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (inner, has_braces) = text.strip_prefix('{').map_or((text, false), |inner| (inner, true));
    let end = inner.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(inner.len());
    let (name, after) = inner.split_at(end);
    if name.is_empty() {
        return None;
    }
    if has_braces { after.strip_prefix('}').map(|after| (name, after)) } else { Some((name, after)) }
}

fn number(name: &str) -> Option<usize> {
    let is_number = name.bytes().all(|digit| digit.is_ascii_digit()) && name.len() <= 8;
    let has_leading_zero = name.len() > 1 && name.starts_with('0');
    if is_number && !has_leading_zero { name.parse().ok() } else { None }
}

/// The pattern of the first argument, where it is known.
fn pattern(call: &Call<'_>) -> Result<Option<Pattern>, Failure> {
    let value = call.value(0);
    let Some(text) = value.as_str() else { return Ok(None) };
    let pattern = go_pattern::translate(text).map_err(|PatternError { what, part }| {
        Failure::argument(0, format!("invalid regexp pattern: {what} in {part}"))
    })?;
    let named = pattern.groups.iter().filter(|group| group.is_some()).count();
    if named > 0 && named < pattern.groups.len() {
        let message = "invalid regexp pattern: cannot mix both named and unnamed capture groups";
        return Err(Failure::argument(0, message));
    }
    Ok(Some(pattern))
}

/// What a match looks like: the text, a tuple of groups, or an object of named groups.
fn shape(groups: &[Option<Arc<str>>]) -> Type {
    match groups.first() {
        None => Type::String,
        Some(None) => Type::tuple(vec![Type::String; groups.len()]),
        Some(Some(_)) => Type::object(groups.iter().flatten().map(|name| (Arc::clone(name), Type::String)).collect()),
    }
}

fn match_type(call: &Call<'_>) -> Result<Type, Failure> {
    Ok(pattern(call)?.map_or(Type::Any, |pattern| shape(&pattern.groups)))
}

fn found(searcher: &Searcher, captures: &Captures<'_>) -> Val {
    let group = |position: usize| {
        captures.get(position).map_or_else(|| Val::null_of(Type::String), |found| Val::string(found.as_str()))
    };
    let groups = || searcher.groups.iter().enumerate().map(|(position, name)| (name, group(position + 1)));
    match searcher.groups.first() {
        None => group(0),
        Some(None) => Val::tuple(groups().map(|(_, value)| value).collect()),
        Some(Some(_)) => {
            let members: BTreeMap<Arc<str>, Val> =
                groups().filter_map(|(name, value)| Some((Arc::clone(name.as_ref()?), value))).collect();
            Val::object(members)
        }
    }
}

fn searcher(call: &Call<'_>) -> Result<Searcher, Failure> {
    let pattern = pattern(call)?.ok_or_else(|| Failure::Unknown("the pattern is not known".to_owned()))?;
    Searcher::new(pattern)
}

fn regex(call: &Call<'_>) -> Outcome {
    let searcher = searcher(call)?;
    let mut first = None;
    searcher.search(call, call.text(1), |captures| {
        first = Some(found(&searcher, &captures));
        Ok(ControlFlow::Break(()))
    })?;
    first.ok_or_else(|| Failure::call("pattern did not match any part of the given string"))
}

fn regexall(call: &Call<'_>) -> Outcome {
    let searcher = searcher(call)?;
    let mut results = Vec::new();
    let mut weight = 0_usize;
    searcher.search(call, call.text(1), |captures| {
        let value = found(&searcher, &captures);
        weight = weight.saturating_add(value.weight());
        if weight > limits::VALUE_WEIGHT {
            return Err(Failure::Limit("a value is larger than 64 MiB"));
        }
        results.push(value);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Val::list(shape(&searcher.groups), results))
}

fn replace(call: &Call<'_>) -> Outcome {
    let (text, sought, replacement) = (call.text(0), call.text(1), call.text(2));
    let too_large = || Failure::Limit("a value is larger than 64 MiB");
    // A pattern stands between slashes.
    if sought.len() > 1 && sought.starts_with('/') && sought.ends_with('/') {
        let pattern = go_pattern::translate(&sought[1..sought.len() - 1])
            .map_err(|PatternError { what, part }| Failure::call(format!("error parsing regexp: {what}: `{part}`")))?;
        let searcher = Searcher::new(pattern)?;
        let mut result = String::new();
        let mut end = 0;
        searcher.search(call, text, |captures| {
            if let Some(whole) = captures.get(0) {
                result.push_str(&text[end..whole.start()]);
                searcher.expand(replacement, &captures, &mut result);
                end = whole.end();
            }
            if result.len() > limits::VALUE_WEIGHT { Err(too_large()) } else { Ok(ControlFlow::Continue(())) }
        })?;
        result.push_str(&text[end..]);
        return Ok(Val::string(result));
    }
    let count = if sought.is_empty() { text.chars().count() + 1 } else { text.matches(sought).count() };
    if count.saturating_mul(replacement.len()).saturating_add(text.len()) > limits::VALUE_WEIGHT {
        return Err(too_large());
    }
    Ok(Val::string(text.replace(sought, replacement)))
}
