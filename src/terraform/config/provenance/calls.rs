//! Functions that hand a value on: which argument it comes from. All others make a value of their own.

use std::sync::Arc;

use hcl_edit::expr::FuncCall;

use super::Tracer;
use super::memory::{WEIGHT_OF_WORK, is_same};
use super::scene::{Path, Spot, Step};
use super::trail::Trail;
use super::walk::{Next, step_of};
use crate::terraform::lang::{Kind, Type, Val, convert};

/// An argument of a call, with its value; `step` leads to it where a final `...` spreads a list.
struct Argument<'s, 'a> {
    spot: Spot<'s, 'a>,
    step: Option<Step>,
    value: Val,
}

impl<'s, 'a> Argument<'s, 'a> {
    /// Goes on in the argument, with the rest of a path.
    fn follow(self, mut path: Path) -> Next<'s, 'a> {
        path.extend(self.step);
        Some((self.spot, path))
    }

    /// The step to the element that is this value.
    fn step_to(&self, sought: &Val) -> Option<Step> {
        let position = self.value.elements()?.iter().position(|element| is_same(element, sought))?;
        self.step_at(position)
    }

    /// The step to an element.
    fn step_at(&self, position: usize) -> Option<Step> {
        let element = self.value.elements()?.get(position)?;
        let is_set = matches!(self.value.kind(), Kind::Set(..));
        Some(if is_set { Step::Equal(element.clone()) } else { Step::Element(position) })
    }

    fn length(&self) -> usize {
        self.value.elements().map_or(0, <[Val]>::len)
    }
}

impl<'a> Tracer<'a> {
    /// The argument of a call that gives the value.
    pub(super) fn call<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        call: &'s FuncCall,
        path: Path,
        trail: &mut Trail,
    ) -> Next<'s, 'a> {
        let namespace = &call.name.namespace;
        if namespace.len() > 1 || namespace.first().is_some_and(|name| name.as_str() != "core") {
            return None;
        }
        let first = || call.args.get(0).map(|argument| spot.at(argument));
        match call.name.name.as_str() {
            "sensitive" => {
                // The value is declared a secret here, so what stands here must not be quoted.
                trail.end_within();
                None
            }
            "tostring" | "tonumber" | "tobool" | "tomap" | "nonsensitive" => Some((first()?, path)),
            "tolist" | "toset" | "sort" | "distinct" | "compact" if path.is_empty() => Some((first()?, path)),
            "tolist" | "toset" | "sort" | "distinct" | "compact" | "setunion" | "setintersection" | "setsubtract" => {
                self.one_of_the_elements(spot, call, path)
            }
            "concat" => self.concatenated(spot, call, path),
            "reverse" | "slice" => self.moved(spot, call, path),
            "flatten" => self.flattened(spot, call, path),
            "element" | "one" => self.picked(spot, call, path),
            "keys" | "values" => self.of_map(spot, call, path),
            "zipmap" => self.zipped(spot, call, path),
            "lookup" => self.looked_up(spot, call, path, trail),
            "merge" => self.merged(spot, call, path, trail),
            "try" => self.tried(spot, call, path, trail),
            "coalesce" | "coalescelist" => self.coalesced(spot, call, path, trail),
            "format" if !call.args.expand_final() => self.only_part(spot, call.args.iter()),
            _ => None,
        }
    }

    /// The arguments with their values; `None` where one of them is not known, or sensitive as a whole.
    fn arguments<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall) -> Option<Vec<Argument<'s, 'a>>> {
        let mut arguments = Vec::with_capacity(call.args.len());
        for (position, expression) in call.args.iter().enumerate() {
            let spot = spot.at(expression);
            let value = self.value_of(&spot).filter(|value| value.is_known() && !value.is_sensitive())?;
            if call.args.expand_final() && position + 1 == call.args.len() {
                let items = self.items_of(&spot)?;
                arguments.extend(items.iter().map(|item| Argument {
                    spot: spot.clone(),
                    step: Some(item.step.clone()),
                    value: item.value.clone(),
                }));
            } else {
                arguments.push(Argument { spot, step: None, value });
            }
        }
        Some(arguments)
    }

    /// The element of the call's own value that a step names.
    fn sought(&self, spot: &Spot<'_, 'a>, step: &Step) -> Option<Val> {
        match step {
            Step::Equal(value) => Some(value.clone()),
            Step::Element(position) => self.value_of(spot)?.elements()?.get(*position).cloned(),
            Step::Member(_) | Step::KeyOf(_) => None,
        }
    }

    /// A list or set made of elements of the arguments.
    fn one_of_the_elements<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let sought = self.sought(spot, &path.pop()?)?;
        for argument in self.arguments(spot, call)? {
            self.spend(argument.length())?;
            if let Some(step) = argument.step_to(&sought) {
                path.push(step);
                return argument.follow(path);
            }
        }
        None
    }

    fn concatenated<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let mut position = self.index(spot, &path.pop()?)?;
        for argument in self.arguments(spot, call)? {
            if position < argument.length() {
                path.push(argument.step_at(position)?);
                return argument.follow(path);
            }
            position -= argument.length();
        }
        None
    }

    /// A list whose elements stand at other positions.
    fn moved<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let position = self.index(spot, &path.pop()?)?;
        let mut arguments = self.arguments(spot, call)?.into_iter();
        let list = arguments.next()?;
        let position = match arguments.next() {
            Some(start) => usize::try_from(start.value.as_number()?.as_i64()?).ok()?.checked_add(position)?,
            None => list.length().checked_sub(position)?.checked_sub(1)?,
        };
        path.push(list.step_at(position)?);
        list.follow(path)
    }

    fn flattened<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let mut left = self.index(spot, &path.pop()?)?;
        let argument = self.arguments(spot, call)?.into_iter().next()?;
        self.spend(argument.value.weight() / WEIGHT_OF_WORK)?;
        let mut steps = nested(&argument.value, &mut left)?;
        path.append(&mut steps);
        argument.follow(path)
    }

    /// One element of a list.
    fn picked<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let mut arguments = self.arguments(spot, call)?.into_iter();
        let list = arguments.next()?;
        let length = i64::try_from(list.length()).ok().filter(|length| *length > 0)?;
        let position = match arguments.next() {
            Some(position) => convert(&position.value, &Type::Number).ok()?.as_number()?.as_i64()?.rem_euclid(length),
            None => 0,
        };
        path.push(list.step_at(usize::try_from(position).ok()?)?);
        list.follow(path)
    }

    /// A list of the keys or values of a map.
    fn of_map<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let position = self.index(spot, &path.pop()?)?;
        let map = self.arguments(spot, call)?.into_iter().next()?;
        let name = Arc::clone(map.value.members()?.keys().nth(position)?);
        self.spend(position)?;
        path.push(if call.name.name.as_str() == "keys" { Step::KeyOf(name) } else { Step::Member(name) });
        map.follow(path)
    }

    fn zipped<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, mut path: Path) -> Next<'s, 'a> {
        let step = path.pop()?;
        let (Step::Member(name) | Step::KeyOf(name)) = &step else { return None };
        let mut arguments = self.arguments(spot, call)?.into_iter();
        let (keys, values) = (arguments.next()?, arguments.next()?);
        self.spend(keys.length())?;
        let key = Val::string(Arc::clone(name));
        // Of two equal keys the later one counts.
        let position = keys.value.elements()?.iter().rposition(|element| is_same(element, &key))?;
        let list = if matches!(step, Step::Member(_)) { values } else { keys };
        path.push(list.step_at(position)?);
        list.follow(path)
    }

    fn looked_up<'s>(
        &'s self,
        spot: &Spot<'s, 'a>,
        call: &'s FuncCall,
        mut path: Path,
        trail: &mut Trail,
    ) -> Next<'s, 'a> {
        let map = spot.at(call.args.get(0)?);
        let key = self.plain_value(&spot.at(call.args.get(1)?))?;
        let value = self.value_of(&map).filter(|value| value.is_known() && !value.is_sensitive())?;
        if value.members()?.contains_key(key.as_str()?) {
            path.push(step_of(&key)?);
            return Some((map, path));
        }
        self.alternative(spot.at(call.args.get(2)?), path, trail)
    }

    /// Of the maps that have a member the last counts.
    fn merged<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let Some(Step::Member(name) | Step::KeyOf(name)) = path.last() else { return None };
        let has =
            |argument: &Argument<'_, '_>| argument.value.members().is_some_and(|members| members.contains_key(name));
        let argument = self.arguments(spot, call)?.into_iter().rev().find(has)?;
        if argument.step.is_none() {
            return self.alternative(argument.spot, path, trail);
        }
        argument.follow(path)
    }

    /// The first argument that has no error.
    fn tried<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        for argument in &call.args {
            let argument = spot.at(argument);
            if let Some(value) = self.value_of(&argument) {
                return if value.is_wholly_known() { self.alternative(argument, path, trail) } else { None };
            }
            // Too much work is no error, and leaves nothing.
            self.spend(1)?;
        }
        None
    }

    /// The first argument that is neither null nor empty.
    fn coalesced<'s>(&'s self, spot: &Spot<'s, 'a>, call: &'s FuncCall, path: Path, trail: &mut Trail) -> Next<'s, 'a> {
        let is_list = call.name.name.as_str() == "coalescelist";
        let is_empty = |value: &Val| match is_list {
            true => value.elements().is_some_and(<[Val]>::is_empty),
            false => value.is_null() || value.as_str() == Some(""),
        };
        if call.args.expand_final() {
            let arguments = self.arguments(spot, call)?;
            let argument = arguments.into_iter().find(|argument| !is_empty(&argument.value))?;
            return if argument.value.contains_sensitive() { None } else { argument.follow(path) };
        }
        for argument in &call.args {
            let argument = spot.at(argument);
            if !is_empty(&self.plain_value(&argument)?) {
                return self.alternative(argument, path, trail);
            }
        }
        None
    }
}

/// The steps to the element at a position of the flattened list, the last one first. `left` is how many come before it.
fn nested(list: &Val, left: &mut usize) -> Option<Path> {
    let is_set = matches!(list.kind(), Kind::Set(..));
    for (position, element) in list.elements()?.iter().enumerate() {
        let step = || if is_set { Step::Equal(element.clone()) } else { Step::Element(position) };
        if element.elements().is_some() {
            if let Some(mut steps) = nested(element, left) {
                steps.push(step());
                return Some(steps);
            }
        } else if *left == 0 {
            return Some(vec![step()]);
        } else {
            *left -= 1;
        }
    }
    None
}
