use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Body, Structure};
use hcl_edit::visit::{self, Visit};
use serde_json::{Value as J, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::Path;
use trueup::catalog::Catalog;
use trueup::model::*;
use trueup::terraform::config::*;
use trueup::terraform::settings;

struct N;
impl ReferenceData for N {
    fn attributes(&self, _: &InstanceAddress) -> Option<RecordedAttributes> {
        None
    }
}

#[derive(Default)]
struct Refs {
    roots: BTreeSet<(String, String)>,
    bound: BTreeSet<String>,
}
impl Visit for Refs {
    fn visit_traversal(&mut self, t: &Traversal) {
        if let Expression::Variable(v) = &t.expr {
            let name = match t.operators.first().map(|o| o.value()) {
                Some(TraversalOperator::GetAttr(n)) => n.as_str().to_owned(),
                _ => String::new(),
            };
            self.roots.insert((v.as_str().to_owned(), name));
        }
        visit::visit_traversal(self, t);
    }
    fn visit_for_expr(&mut self, f: &hcl_edit::expr::ForExpr) {
        if let Some(k) = &f.intro.key_var {
            self.bound.insert(k.as_str().to_owned());
        }
        self.bound.insert(f.intro.value_var.as_str().to_owned());
        visit::visit_for_expr(self, f);
    }
}

fn to_json(v: &Value) -> J {
    match v {
        Value::Null => J::Null,
        Value::Bool(b) => json!(b),
        Value::Number(n) => serde_json::from_str(&n.to_string()).unwrap_or(json!(n.to_string())),
        Value::String(s) => json!(s),
        Value::List(e) => J::Array(e.iter().map(to_json).collect()),
        Value::Set(e) => json!({"__set__": e.iter().map(to_json).collect::<Vec<_>>()}),
        Value::Map(m) => J::Object(m.iter().map(|(k, v)| (k.clone(), to_json(v))).collect()),
        Value::Unknown(r) => json!({"__unknown__": r.to_string()}),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "cut" {
        // cut DIR: rewrites the .tf files in place
        for dir in &args[2..] {
            cut(Path::new(dir));
        }
        return;
    }
    for line in std::io::stdin().lock().lines() {
        let q: J = serde_json::from_str(&line.unwrap()).unwrap();
        let dir = q["dir"].as_str().unwrap();
        let refs: Vec<&str> = q["refs"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
        let body: String = refs.iter().enumerate().map(|(i, r)| format!("  v{i} = {r}\n")).collect();
        let f = tempfile::Builder::new().suffix(".hcl").tempfile().unwrap();
        std::fs::write(f.path(), format!("expect \"sample_values\" \"all\" {{\n{body}}}\n")).unwrap();
        let mut o = EvaluateOptions::new(q["top"].as_str().unwrap());
        o.working_directory = Some(dir.into());
        if let Some(v) = q["varfile"].as_str() {
            o.variables.push(VariableArgument::File(v.into()));
        }
        let s = settings::parse(f.path(), Path::new(dir));
        let e = evaluate(&parse_root(Path::new(dir)), Some(&s), &o, &N, Catalog::builtin());
        let mut out = serde_json::Map::new();
        if let Some(x) = e.settings.expected.first() {
            for (i, r) in refs.iter().enumerate() {
                out.insert(
                    (*r).into(),
                    x.arguments.value.get(&format!("v{i}")).map_or(json!({"__absent__":1}), to_json),
                );
            }
        }
        let d: Vec<String> = e
            .configuration
            .diagnostics
            .iter()
            .map(|d| {
                format!(
                    "{:?} {}: {} @ {}",
                    d.severity,
                    d.summary,
                    d.detail,
                    d.range.as_ref().map(ToString::to_string).unwrap_or_default()
                )
            })
            .collect();
        println!("{}", json!({"dir": dir, "tag": q["tag"], "values": out, "diagnostics": d}));
    }
}

fn gather(body: &Body, prefix: &str, out: &mut Vec<hcl_edit::structure::Attribute>) {
    for s in body {
        match s {
            Structure::Attribute(a) => {
                if matches!(
                    a.key.as_str(),
                    "source"
                        | "version"
                        | "providers"
                        | "depends_on"
                        | "provider"
                        | "sensitive"
                        | "description"
                        | "ignore_changes"
                        | "prevent_destroy"
                        | "create_before_destroy"
                        | "replace_triggered_by"
                        | "iterator"
                        | "labels"
                ) && a.key.as_str() != "labels"
                {
                    continue;
                }
                if matches!(
                    a.value,
                    Expression::Bool(_) | Expression::Number(_) | Expression::String(_) | Expression::Null(_)
                ) {
                    continue;
                }
                if let Expression::Traversal(t) = &a.value
                    && t.operators.len() == 1
                {
                    continue;
                }
                out.push(a.clone());
            }
            Structure::Block(b) => gather(&b.body, prefix, out),
        }
    }
}

fn cut(dir: &Path) {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file() && p.file_name().unwrap().to_str().unwrap().ends_with(".tf"))
        .collect();
    files.sort();
    let mut variables: BTreeMap<String, hcl_edit::structure::Block> = BTreeMap::new();
    let mut locals: BTreeMap<String, hcl_edit::structure::Attribute> = BTreeMap::new();
    let mut bad = vec![];
    let mut extra: Vec<hcl_edit::structure::Attribute> = vec![];
    for p in &files {
        let t = std::fs::read_to_string(p).unwrap();
        std::fs::remove_file(p).unwrap();
        match hcl_edit::parser::parse_body(&t) {
            Ok(b) => {
                for s in b {
                    if let Structure::Block(b) = s {
                        match b.ident.as_str() {
                            "variable" => {
                                variables.entry(b.labels[0].as_str().to_owned()).or_insert(b);
                            }
                            "resource" | "data" | "module" | "output"
                                if std::env::var_os("WITH_EXPRESSIONS").is_some() =>
                            {
                                let prefix = format!("zz_{}", extra.len());
                                gather(&b.body, &prefix, &mut extra);
                            }
                            "locals" => {
                                for s in b.body {
                                    if let Structure::Attribute(a) = s {
                                        locals.entry(a.key.as_str().to_owned()).or_insert(a);
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
            }
            Err(e) => bad.push(format!("{}: {e}", p.display())),
        }
    }
    for (i, a) in extra.into_iter().enumerate() {
        locals.insert(
            format!("zz{i:04}"),
            hcl_edit::structure::Attribute::new(hcl_edit::Ident::new(format!("zz{i:04}")), a.value),
        );
    }
    loop {
        let names: BTreeSet<String> = locals.keys().cloned().collect();
        let before = locals.len();
        locals.retain(|_, a| {
            let mut r = Refs::default();
            r.visit_expr(&a.value);
            r.roots.iter().all(|(root, name)| match root.as_str() {
                _ if r.bound.contains(root) => true,
                "var" => variables.contains_key(name),
                "local" => names.contains(name),
                "path" | "terraform" => true,
                _ => false,
            })
        });
        if locals.len() == before {
            break;
        }
    }
    let mut out = Body::new();
    let mut refs = vec![];
    let mut types = serde_json::Map::new();
    for (n, mut b) in variables {
        refs.push(format!("var.{n}"));
        let mut t = String::new();
        let mut body = Body::new();
        for s in std::mem::take(&mut b.body) {
            match s {
                Structure::Attribute(a) if matches!(a.key.as_str(), "type" | "default" | "nullable") => {
                    if a.key.as_str() == "type" {
                        t = a.value.to_string();
                    }
                    body.push(Structure::Attribute(a));
                }
                _ => {}
            }
        }
        types.insert(n, json!({"type": t, "default": body.has_attribute("default")}));
        b.body = body;
        out.push(Structure::Block(b));
    }
    let mut b = hcl_edit::structure::Block::new(hcl_edit::Ident::new("locals"));
    for (n, a) in locals {
        refs.push(format!("local.{n}"));
        b.body.push(Structure::Attribute(a));
    }
    out.push(Structure::Block(b));
    std::fs::write(dir.join("zz_cut.tf"), out.to_string()).unwrap();
    std::fs::write(dir.join("zz_refs.json"), json!({"refs": refs, "types": types, "bad": bad}).to_string()).unwrap();
}
