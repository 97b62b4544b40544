//! Throw-away.
use super::test_scope::{TestScope, evaluate_text};
use super::{Kind, Type, Val};
use std::collections::BTreeMap;

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let chars: Vec<char> = text.chars().collect();
    for c in &chars {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => { let n = *c as u32; out.push_str(&format!("\\u{n:04x}")); }
            c => out.push(*c),
        }
    }
    out.push('"');
    out
}

pub(super) fn type_text(of: &Type, indent: usize) -> String {
    match of {
        Type::Any => "dynamic".into(),
        Type::Bool => "bool".into(), Type::Number => "number".into(), Type::String => "string".into(),
        Type::List(t) => format!("list({})", type_text(t, indent)),
        Type::Set(t) => format!("set({})", type_text(t, indent)),
        Type::Map(t) => format!("map({})", type_text(t, indent)),
        Type::Tuple(ts) => format!("tuple([{}])", ts.iter().map(|t| type_text(t, indent)).collect::<Vec<_>>().join(", ")),
        Type::Object(o) => format!("object({{{}}})", o.attributes.iter().map(|(n, t)| format!("{n}: {}", type_text(t, indent))).collect::<Vec<_>>().join(", ")),
    }
}

fn show(value: &Val, indent: usize) -> String {
    if value.is_sensitive() { return "(sensitive value)".into(); }
    let pad = |n: usize| " ".repeat(n);
    let list = |elements: &[Val], open: &str, close: &str| {
        if elements.is_empty() { return format!("{open}{close}"); }
        let mut s = format!("{open}\n");
        for e in elements { s += &format!("{}{},\n", pad(indent + 2), show(e, indent + 2)); }
        s + &pad(indent) + close
    };
    let members = |members: &BTreeMap<std::sync::Arc<str>, Val>, open: &str, close: &str| {
        if members.is_empty() { return format!("{open}{close}"); }
        let mut s = format!("{open}\n");
        for (k, e) in members { s += &format!("{}{} = {}\n", pad(indent + 2), quoted(k), show(e, indent + 2)); }
        s + &pad(indent) + close
    };
    match value.kind() {
        Kind::Unknown(..) => "(known after apply)".into(),
        Kind::Null(of) => match of {
            Type::Any => "null".into(),
            Type::String => "tostring(null)".into(),
            Type::Number => "tonumber(null)".into(),
            Type::Bool => "tobool(null)".into(),
            Type::List(t) => format!("tolist(null) /* of {} */", t.friendly_name().replace("any type","dynamic")),
            Type::Set(t) => format!("toset(null) /* of {} */", t.friendly_name().replace("any type","dynamic")),
            Type::Map(t) => format!("tomap(null) /* of {} */", t.friendly_name().replace("any type","dynamic")),
            o => format!("null /* {} */", o.friendly_name()),
        },
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(s) => quoted(s),
        Kind::List(_, e) => list(e, "tolist([", "])"),
        Kind::Set(_, e) => list(e, "toset([", "])"),
        Kind::Tuple(e) => list(e, "[", "]"),
        Kind::Map(_, m) => members(m, "tomap({", "})"),
        Kind::Object(m) => members(m, "{", "}"),
    }
}

#[test]
fn dump_ours() {
    let Ok(path) = std::env::var("OURS_IN") else { return };
    let mut out = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if line.trim().is_empty() || line.starts_with('#') { continue }
        let scope = TestScope::default();
        let (text, as_type) = match line.strip_prefix("type!") { Some(t) => (t, true), None => (line, false) };
        if let Some(rest) = line.strip_prefix("var!") {
            let (of, value) = rest.split_once('!').unwrap();
            let expression = hcl_edit::parser::parse_expr(of).unwrap();
            let mut faults = super::Faults::new();
            let constraint = super::parse_constraint(&expression, of, &scope, &mut faults);
            let (v, f) = evaluate_text(value, &scope);
            let shown = if let Some(f) = faults.iter().next().or(f.first()) { format!("ERR {}: {}", f.summary, f.detail) } else { match constraint.apply(&v) {
                Ok(v) => show(&v, 0), Err(e) => format!("ERR x: {e}") } };
            out += &serde_json::to_string(&(line, shown)).unwrap();
            out.push('\n');
            continue;
        }
        if let Some(rest) = line.strip_prefix("unk!") {
            let u = |of: Type| Val::unknown(of, "test");
            let o = |items: Vec<(&str, Val)>| Val::object(items.into_iter().map(|(n, v)| (n.into(), v)).collect());
            let us = u(Type::String);
            let scope = TestScope::default().with([
                ("u_s", us.clone()), ("u_n", u(Type::Number)), ("u_b", u(Type::Bool)), ("u_l", u(Type::list(Type::String))),
                ("u_set", u(Type::set(Type::String))), ("u_m", u(Type::map(Type::String))),
                ("u_o", u(Type::object([("a".into(), Type::String), ("b".into(), Type::Number)].into_iter().collect()))),
                ("u_t", u(Type::tuple(vec![Type::String, Type::Number]))), ("u_d", u(Type::Any)),
                ("p_l", Val::list(Type::String, vec![us.clone(), Val::string("b")])),
                ("p_o", o(vec![("a", us.clone()), ("b", Val::number(1_i64))])),
                ("p_set", Val::set(Type::String, vec![us.clone(), Val::string("b")])),
                ("p_m", Val::map(Type::String, [("a".into(), us.clone()), ("b".into(), Val::string("x"))].into_iter().collect())),
                ("p_t", Val::tuple(vec![us.clone(), Val::number(1_i64)])),
                ("p_lo", Val::tuple(vec![o(vec![("a", us.clone()), ("b", Val::number(1_i64))]), o(vec![("a", Val::string("x")), ("b", Val::number(2_i64))])])),
                ("x_s", Val::string("hunter2").mark(true)), ("x_us", us.clone().mark(true)),
                ("x_l", Val::tuple(vec![Val::string("a"), Val::string("b")]).mark(true)),
            ]);
            let (v, f) = evaluate_text(rest, &scope);
            let shown = if let Some(f) = f.first() { format!("ERR {}: {}", f.summary, f.detail) } else { format!("{} ### {}", show(&v, 0), type_text(&v.ty(), 0).replace(' ', "")) };
            out += &serde_json::to_string(&(line, shown)).unwrap();
            out.push('\n');
            continue;
        }
        let (v, faults) = evaluate_text(&text.replace('␤', "\n"), &scope);
        let shown = if let Some(f) = faults.first() { format!("ERR {}: {}", f.summary, f.detail) }
            else if as_type { type_text(&v.ty(), 0) } else { show(&v, 0) };
        out += &serde_json::to_string(&(line, shown)).unwrap();
        out.push('\n');
    }
    std::fs::write(std::env::var("OURS_OUT").unwrap(), out).unwrap();
}
