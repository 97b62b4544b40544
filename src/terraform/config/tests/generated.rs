//! Small roots made up from bytes: variables, locals, a module, resources with everything that makes instances.
//!
//! Owns the grammar. The same bytes give the same root; fewer and smaller bytes give a simpler one, so that a failure
//! shrinks.

use std::fmt::Write as _;

/// A root, block by block.
#[derive(Clone, Debug)]
pub(super) struct GeneratedRoot {
    /// The root module's blocks, each a text of its own.
    pub(super) blocks: Vec<String>,
    /// The text of the module in `m`.
    pub(super) module: String,
    /// What the inputs are, as `terraform.tfvars` has them.
    pub(super) inputs: Vec<(&'static str, String)>,
}

/// The inputs, by name and type.
const INPUTS: [(&str, &str); 6] = [
    ("s", "string"),
    ("n", "number"),
    ("b", "bool"),
    ("l", "list(string)"),
    ("m", "map(string)"),
    ("o", "object({ s = string, n = number })"),
];

/// The kinds of blocks that resources have.
pub(super) const BLOCKS: [&str; 3] = ["blk", "rule", "within"];

const WORDS: [&str; 5] = ["\"a\"", "\"b\"", "\"k\"", "\"\"", "\"12\""];

/// What a generated expression may name beside variables and locals.
#[derive(Clone, Copy, Default)]
struct Within<'w> {
    /// `each.key`, `count.index` and iterators, as strings.
    names: &'w [&'w str],
}

pub(super) struct Generator<'b> {
    bytes: std::slice::Iter<'b, u8>,
    /// Names that stand for a string, a list and a map, in the module that is written.
    strings: Vec<String>,
    lists: Vec<String>,
    maps: Vec<String>,
}

impl<'b> Generator<'b> {
    pub(super) fn root(bytes: &'b [u8]) -> GeneratedRoot {
        let mut generator = Self { bytes: bytes.iter(), strings: Vec::new(), lists: Vec::new(), maps: Vec::new() };
        generator.write()
    }

    /// A number below `end`; 0 once the bytes are used up.
    fn pick(&mut self, end: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % end
    }

    fn word(&mut self) -> String {
        WORDS[self.pick(WORDS.len())].to_owned()
    }

    fn write(&mut self) -> GeneratedRoot {
        let inputs = self.inputs();
        let mut blocks: Vec<String> = INPUTS
            .iter()
            .map(|(name, of)| {
                let of = if self.pick(4) == 3 { "any" } else { of };
                format!("variable \"{name}\" {{\n  type = {of}\n}}\n")
            })
            .collect();
        let module = self.module();
        self.strings = vec!["var.s".to_owned(), "var.o.s".to_owned()];
        self.lists = vec!["var.l".to_owned()];
        self.maps = vec!["var.m".to_owned()];
        for number in 0..1 + self.pick(4) {
            blocks.push(self.local(number));
        }
        let (x, y) = (self.string(2, Within::default()), self.list(2, Within::default()));
        blocks.push(format!("module \"m\" {{\n  source = \"./m\"\n  x = {x}\n  y = {y}\n}}\n"));
        self.strings.push("module.m.p".to_owned());
        self.lists.push("module.m.q".to_owned());
        for number in 0..1 + self.pick(4) {
            blocks.push(self.resource(&format!("r{number}")));
        }
        let observed: String = (0..blocks.len())
            .filter(|number| blocks.iter().any(|block| block.contains(&format!("  l{number} ="))))
            .fold(String::new(), |mut text, number| {
                let _ = writeln!(text, "  l{number} = local.l{number}");
                text
            });
        blocks.push(format!("resource \"observed\" \"locals\" {{\n{observed}  p = module.m.p\n  q = module.m.q\n}}\n"));
        GeneratedRoot { blocks, module, inputs }
    }

    fn inputs(&mut self) -> Vec<(&'static str, String)> {
        let (s, o) = (self.word(), self.word());
        let n = self.pick(4);
        let b = self.pick(2) == 1;
        let l: Vec<String> = (0..self.pick(4)).map(|_| self.word()).collect();
        let m: Vec<String> =
            ["a", "k"].iter().take(self.pick(3)).map(|key| format!("{key} = {}", self.word())).collect();
        vec![
            ("s", s),
            ("n", n.to_string()),
            ("b", b.to_string()),
            ("l", format!("[{}]", l.join(", "))),
            ("m", format!("{{ {} }}", m.join(", "))),
            ("o", format!("{{ s = {o}, n = {n} }}")),
        ]
    }

    fn module(&mut self) -> String {
        self.strings = vec!["var.x".to_owned()];
        self.lists = vec!["var.y".to_owned()];
        self.maps = vec!["{ x = var.x }".to_owned()];
        let resource = self.resource("inner");
        let (p, q) = (self.string(2, Within::default()), self.list(2, Within::default()));
        format!(
            "variable \"x\" {{}}\nvariable \"y\" {{\n  type = list(string)\n}}\n{resource}output \"p\" {{\n  value = {p}\n}}\noutput \"q\" {{\n  value = {q}\n}}\n"
        )
    }

    fn local(&mut self, number: usize) -> String {
        let name = format!("local.l{number}");
        let value = match self.pick(4) {
            0 => {
                let value = self.string(3, Within::default());
                self.strings.push(name);
                value
            }
            1 => {
                let value = self.list(3, Within::default());
                self.lists.push(name);
                value
            }
            2 => {
                let value = self.map(3, Within::default());
                self.maps.push(name);
                value
            }
            _ => self.boolean(3, Within::default()),
        };
        format!("locals {{\n  l{number} = {value}\n}}\n")
    }

    fn resource(&mut self, name: &str) -> String {
        let none = Within::default();
        let (repetition, names): (String, &[&str]) = match self.pick(6) {
            0 | 1 => (String::new(), &[]),
            2 => (format!("  count = {}\n", self.number(2, none)), &["tostring(count.index)"]),
            3 => (format!("  count = {} ? 1 : 0\n", self.boolean(2, none)), &["tostring(count.index)"]),
            4 => (format!("  for_each = toset({})\n", self.list(2, none)), &["each.key", "each.value"]),
            _ => (format!("  for_each = {}\n", self.map(2, none)), &["each.key", "each.value"]),
        };
        let within = Within { names };
        let is_typed = self.pick(3) == 2;
        let (kind, attribute, block) =
            if is_typed { ("google_known", "name", "rule") } else { ("google_x", "s", "blk") };
        let mut body = repetition.clone();
        let _ = writeln!(body, "  {attribute} = {}", self.string(3, within));
        let (l, n, b, m) = (self.list(2, within), self.number(2, within), self.boolean(2, within), self.map(2, within));
        let _ = match is_typed {
            true => writeln!(
                body,
                "  size = {n}\n  label = join(\"\", {l})\n  user_labels = {{ v = jsonencode([{b}, {m}]) }}"
            ),
            false => writeln!(body, "  l = {l}\n  v = [{n}, {b}, {m}]"),
        };
        if self.pick(2) == 1 {
            body.push_str(&self.dynamic(block, names, usize::from(!is_typed)));
        }
        if repetition.is_empty() {
            self.strings.push(format!("{kind}.{name}.{attribute}"));
        } else if !is_typed {
            self.lists.push(match repetition.contains("for_each") {
                true => format!("[for x in values({kind}.{name}) : x.s]"),
                false => format!("{kind}.{name}[*].s"),
            });
        }
        format!("resource \"{kind}\" \"{name}\" {{\n{body}}}\n")
    }

    fn dynamic(&mut self, label: &str, names: &[&str], depth: usize) -> String {
        let within = Within { names };
        let collection = if self.pick(2) == 0 { self.list(2, within) } else { self.map(2, within) };
        let value = format!("{label}.value");
        let inner_names: Vec<&str> = names.iter().copied().chain([&*value]).collect();
        let inner = match depth {
            0 => String::new(),
            _ if self.pick(3) == 2 => self.dynamic("within", &inner_names, depth - 1),
            _ => String::new(),
        };
        let within = Within { names: &inner_names };
        let argument = match label {
            "rule" => format!("port = {}", self.number(2, within)),
            _ => format!("w = {}", self.string(2, within)),
        };
        format!(
            "  dynamic \"{label}\" {{\n  for_each = {collection}\n  content {{\n    {argument}\n{inner}  }}\n  }}\n"
        )
    }

    fn string(&mut self, depth: usize, within: Within<'_>) -> String {
        if depth == 0 {
            return match self.pick(4) {
                0 => self.word(),
                1 if !within.names.is_empty() => within.names[self.pick(within.names.len())].to_owned(),
                _ => {
                    let chosen = self.pick(self.strings.len());
                    self.strings[chosen].clone()
                }
            };
        }
        let depth = depth - 1;
        let s = |generator: &mut Self| generator.string(depth, within);
        match self.pick(16) {
            0..=2 => self.string(0, within),
            3 => format!("\"${{{}}}-${{{}}}\"", s(self), self.number(depth, within)),
            4 => format!("({} ? {} : {})", self.boolean(depth, within), s(self), s(self)),
            5 => format!("upper({})", s(self)),
            6 => format!("join({}, {})", s(self), self.list(depth, within)),
            7 => format!("lookup({}, {}, {})", self.map(depth, within), s(self), s(self)),
            8 => format!("try({}[{}], {})", self.list(depth, within), self.number(depth, within), s(self)),
            9 => format!("coalesce({}, \"z\")", s(self)),
            10 => format!("format(\"%s-%d\", {}, {})", s(self), self.number(depth, within)),
            11 => format!("jsonencode([{}, {}])", self.list(depth, within), self.map(depth, within)),
            12 => format!("\"%{{ for x in {} }}${{x}};%{{ endfor }}\"", self.list(depth, within)),
            13 => format!("\"%{{ if {} }}${{{}}}%{{ else }}n%{{ endif }}\"", self.boolean(depth, within), s(self)),
            14 => {
                format!("element(concat({}, [{}]), {})", self.list(depth, within), s(self), self.number(depth, within))
            }
            _ => format!("replace({}, {}, \"r\")", s(self), s(self)),
        }
    }

    fn number(&mut self, depth: usize, within: Within<'_>) -> String {
        if depth == 0 {
            return match self.pick(2) {
                0 => self.pick(4).to_string(),
                _ => format!("length({})", self.list(0, within)),
            };
        }
        let depth = depth - 1;
        match self.pick(6) {
            0 => self.number(0, within),
            1 => format!("length({})", self.list(depth, within)),
            2 => format!("length({})", self.map(depth, within)),
            3 => format!("({} + {})", self.number(depth, within), self.number(depth, within)),
            4 => format!(
                "({} ? {} : {})",
                self.boolean(depth, within),
                self.number(depth, within),
                self.number(depth, within)
            ),
            _ => format!("max({}, {})", self.number(depth, within), self.number(depth, within)),
        }
    }

    fn boolean(&mut self, depth: usize, within: Within<'_>) -> String {
        if depth == 0 {
            return ["true", "false"][self.pick(2)].to_owned();
        }
        let depth = depth - 1;
        match self.pick(9) {
            0 => format!("({} == {})", self.string(depth, within), self.string(depth, within)),
            1 => format!("({} > {})", self.number(depth, within), self.number(depth, within)),
            2 => format!("!{}", self.boolean(depth, within)),
            3 => format!("({} && {})", self.boolean(depth, within), self.boolean(depth, within)),
            4 => format!("({} || {})", self.boolean(depth, within), self.boolean(depth, within)),
            5 => format!("contains({}, {})", self.list(depth, within), self.string(depth, within)),
            6 => format!("can({}[{}])", self.map(depth, within), self.string(depth, within)),
            7 => format!("({} == {})", self.list(depth, within), self.list(depth, within)),
            _ => format!("alltrue([{}, {}])", self.boolean(depth, within), self.boolean(depth, within)),
        }
    }

    fn list(&mut self, depth: usize, within: Within<'_>) -> String {
        if depth == 0 {
            let chosen = self.pick(self.lists.len());
            return self.lists[chosen].clone();
        }
        let depth = depth - 1;
        match self.pick(15) {
            0 => self.list(0, within),
            1 => format!("[{}, {}]", self.string(depth, within), self.string(depth, within)),
            2 => format!("concat({}, {})", self.list(depth, within), self.list(depth, within)),
            3 => format!("[for x in {} : upper(x)]", self.list(depth, within)),
            4 => format!("[for x in {} : x if x != {}]", self.list(depth, within), self.string(depth, within)),
            5 => format!("distinct({})", self.list(depth, within)),
            6 => format!("reverse({})", self.list(depth, within)),
            7 => format!("compact({})", self.list(depth, within)),
            8 => format!("keys({})", self.map(depth, within)),
            9 => format!("values({})", self.map(depth, within)),
            10 => format!("tolist(toset({}))", self.list(depth, within)),
            11 => format!(
                "({} ? {} : {})",
                self.boolean(depth, within),
                self.list(depth, within),
                self.list(depth, within)
            ),
            12 => format!("split(\"-\", {})", self.string(depth, within)),
            13 => format!("[for i in range({}) : tostring(i)]", self.number(depth, within)),
            _ => format!("flatten([{}, [{}]])", self.list(depth, within), self.string(depth, within)),
        }
    }

    fn map(&mut self, depth: usize, within: Within<'_>) -> String {
        if depth == 0 {
            let chosen = self.pick(self.maps.len());
            return self.maps[chosen].clone();
        }
        let depth = depth - 1;
        match self.pick(7) {
            0 => self.map(0, within),
            1 => format!(
                "{{ a = {}, ({}) = {} }}",
                self.string(depth, within),
                self.string(depth, within),
                self.string(depth, within)
            ),
            2 => format!("merge({}, {})", self.map(depth, within), self.map(depth, within)),
            3 => format!("{{ for k, v in {} : k => \"${{v}}!\" }}", self.map(depth, within)),
            4 => format!("{{ for i, x in {} : \"i${{i}}\" => x }}", self.list(depth, within)),
            5 => {
                format!("({} ? {} : {})", self.boolean(depth, within), self.map(depth, within), self.map(depth, within))
            }
            _ => format!(
                "{{ for k, x in {{ for x in {} : x => x... }} : k => join(\"\", x) }}",
                self.list(depth, within)
            ),
        }
    }
}
