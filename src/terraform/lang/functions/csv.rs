//! `csvdecode`, as Go's reader has it: RFC 4180, stricter about quotes and laxer about empty lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Call, Failure, Function, Outcome, Returns, string};
use crate::terraform::lang::{Type, Val, limits};

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("csvdecode", &[string("str")], Returns::From(csvdecode_type), csvdecode)];

fn fault(line: usize, what: &str) -> Failure {
    Failure::call(format!("CSV parse error on line {line}: {what}"))
}

/// The records of a text.
struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    fn new(rest: &'t str) -> Self {
        Self { rest, line: 0 }
    }

    /// The next line without its end, and whether it has one.
    fn line(&mut self) -> Option<(&'t str, bool)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, has_end) = match self.rest.split_once('\n') {
            Some((line, rest)) => {
                self.rest = rest;
                (line, true)
            }
            None => (std::mem::take(&mut self.rest), false),
        };
        Some((line.strip_suffix('\r').unwrap_or(line), has_end))
    }

    /// The next record; empty lines are none.
    fn record(&mut self) -> Result<Option<Vec<String>>, Failure> {
        let (mut line, mut has_end) = loop {
            match self.line() {
                None => return Ok(None),
                Some(("", _)) => {}
                Some(line) => break line,
            }
        };
        let mut fields = Vec::new();
        loop {
            let Some(mut quoted) = line.strip_prefix('"') else {
                let (field, rest) = line.split_once(',').map_or((line, None), |(field, rest)| (field, Some(rest)));
                if field.contains('"') {
                    return Err(fault(self.line, "bare \" in non-quoted-field"));
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Some(fields)),
                }
                continue;
            };
            let mut field = String::new();
            line = loop {
                let at = self.line;
                let misplaced = || fault(at, "extraneous or missing \" in quoted-field");
                let Some((part, after)) = quoted.split_once('"') else {
                    field.push_str(quoted);
                    if !has_end {
                        return Err(misplaced());
                    }
                    field.push('\n');
                    (quoted, has_end) = match self.line() {
                        Some(line) => line,
                        None => return Err(misplaced()),
                    };
                    continue;
                };
                field.push_str(part);
                if let Some(after) = after.strip_prefix('"') {
                    field.push('"');
                    quoted = after;
                } else if after.is_empty() {
                    fields.push(field);
                    return Ok(Some(fields));
                } else {
                    break after.strip_prefix(',').ok_or_else(misplaced)?;
                }
            };
            fields.push(field);
        }
    }
}

fn names(reader: &mut Reader<'_>) -> Result<Vec<Arc<str>>, Failure> {
    let names = reader.record()?.ok_or_else(|| Failure::call("missing header line"))?;
    Ok(names.into_iter().map(Arc::from).collect())
}

fn row_type(names: &[Arc<str>]) -> Result<Type, Failure> {
    let mut attributes = BTreeMap::new();
    for name in names {
        if attributes.insert(Arc::clone(name), Type::String).is_some() {
            return Err(Failure::call(format!("duplicate column name {name:?}")));
        }
    }
    Ok(Type::object(attributes))
}

fn csvdecode_type(call: &Call<'_>) -> Result<Type, Failure> {
    match call.value(0).as_str() {
        Some(text) => Ok(Type::list(row_type(&names(&mut Reader::new(text))?)?)),
        None => Ok(Type::Any),
    }
}

fn csvdecode(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    // What there is at most, before memory is taken for it.
    let fields = text.bytes().filter(|byte| matches!(byte, b',' | b'\n')).count();
    if fields.saturating_mul(limits::NODE_WEIGHT) > limits::VALUE_WEIGHT {
        return Err(Failure::Limit("a value is larger than 64 MiB"));
    }
    let mut reader = Reader::new(text);
    let names = names(&mut reader)?;
    let mut rows = Vec::new();
    while let Some(record) = reader.record()? {
        if record.len() != names.len() {
            return Err(fault(reader.line, "wrong number of fields"));
        }
        let members = names.iter().cloned().zip(record.into_iter().map(Val::string));
        rows.push(Val::object(members.collect()));
    }
    Ok(Val::list(row_type(&names)?, rows))
}
