//! The law that places obey: editing the literal at the place that is named changes the value, and no value that another
//! literal sets.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;

use super::super::super::hcl;
use super::super::super::tests::{Root, root, text};
use crate::model::{AttributePath, SourceRange, Value};

/// All scalars of all instances by address and path, as text.
type Leaves = BTreeMap<(String, String), String>;

fn leaves(world: &Root) -> (Leaves, Vec<String>) {
    let evaluated = world.evaluate();
    let mut all = Leaves::new();
    for instance in &evaluated.configuration.instances {
        let mut open = vec![(AttributePath::root(), &instance.arguments.value)];
        while let Some((path, value)) = open.pop() {
            match value {
                Value::Map(members) => open.extend(members.iter().map(|(name, member)| (path.attribute(name), member))),
                Value::List(elements) | Value::Set(elements) => {
                    open.extend(elements.iter().enumerate().map(|(index, element)| (path.index(index), element)));
                }
                scalar => {
                    all.insert((instance.address.to_string(), path.to_string()), text(scalar));
                }
            }
        }
    }
    (all, evaluated.lines())
}

/// The literal at the end of what stands at a place, and another one of its kind.
fn edit(place: &str) -> Option<(usize, String)> {
    let starts = [0].into_iter().chain(place.match_indices(['=', ':']).map(|(at, _)| at + 1));
    starts.into_iter().find_map(|start| {
        let literal = place[start..].trim_start();
        let at = place.len() - literal.len();
        match hcl::parse_expression(literal.trim_end())? {
            Expression::String(text) => Some((at, format!("{:?}", format!("{}-edited", text.as_str())))),
            Expression::Number(number) => Some((at, (number.value().as_i64()? + 1000).to_string())),
            Expression::Bool(value) => Some((at, (!*value.value()).to_string())),
            _ => None,
        }
    })
}

/// Edits every place that a literal stands at, one after the other, and gives how many there were.
fn check(files: &[(&str, &str)]) -> usize {
    let world = root(files);
    let evaluated = world.evaluate();
    let (before, faults) = leaves(&world);
    assert_eq!(faults, [""; 0]);
    let sources = &evaluated.configuration.sources;
    let mut by_place: BTreeMap<SourceRange, Vec<&(String, String)>> = BTreeMap::new();
    let mut set_by = BTreeMap::new();
    for leaf in before.keys() {
        let chain = world.chain(&evaluated, &leaf.0, &leaf.1);
        let place = chain.places[0].clone();
        if edit(&sources[&place.filename][place.start.byte..place.end.byte]).is_some() {
            by_place.entry(place.clone()).or_default().push(leaf);
            set_by.insert(leaf, place);
        }
    }
    for (place, own) in &by_place {
        let source = &sources[&place.filename];
        let Some((at, literal)) = edit(&source[place.start.byte..place.end.byte]) else { continue };
        let edited = format!("{}{literal}{}", &source[..place.start.byte + at], &source[place.end.byte..]);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| if **name == *place.filename { (*name, edited.as_str()) } else { (*name, *text) })
            .collect();
        let (after, faults) = leaves(&root(&files));
        assert_eq!(faults, [""; 0], "{edited}");
        for leaf in before.keys() {
            let is_changed = after.get(leaf) != before.get(leaf);
            match set_by.get(leaf) {
                Some(other) if other == place => assert!(is_changed, "{leaf:?} does not come from {place}: {edited}"),
                Some(other) => assert!(!is_changed, "{leaf:?} comes from {place}, not from {other}: {edited}"),
                // Where several values flow together, no one place sets the result.
                None => {}
            }
        }
        assert!(!own.is_empty());
    }
    by_place.len()
}

#[test]
fn locals_and_their_members() {
    let main = r#"
locals {
  region  = "r"
  sizes   = [1, 2, 3]
  base    = { tier = "small", zone = "a", labels = { team = "t" } }
  special = { tier = "big" }
  all     = merge(local.base, local.special, { extra = true })
  users = [
    { name = "u0", role = "admin" },
    { name = "u1", role = "reader", when = null },
  ]
}
resource "google_x" "y" {
  region   = local.region
  location = "${local.region}-x"
  own      = "o"
  size     = local.sizes[1]
  last     = element(local.sizes, 5)
  tier     = local.all.tier
  zone     = local.all["zone"]
  extra    = local.all.extra
  labels   = merge(local.all.labels, { own = "l" })
  roles    = { for user in local.users : "fixed-${index(local.users, user)}" => user.role }
  names    = local.users[*].name
  first    = [for index, user in local.users : user if index > 0][0].role
  chosen   = 1 < 2 ? local.base.tier : local.region
  tried    = try(local.base.none, local.base.zone)
  found    = lookup(local.base, "none", "fallback")
  when     = coalesce(local.users[1].when, local.region)
  joined   = "${local.region}${local.base.zone}"
  spread   = flatten([for size in local.sizes : [{ size = size, kind = "k" }]])
  back     = reverse(local.sizes)
  sliced   = slice(concat(["c0"], [local.region, "c2"]), 1, 3)
  zipped   = zipmap(["p", "q"], [local.base.zone, "zq"])
  values   = values({ b = "vb", a = local.base.zone })
}
"#;
    assert_eq!(check(&[("main.tf", main)]), 19);
}

#[test]
fn modules_with_objects_in_and_values_out() {
    let main = r#"
variable "network" {
  type = object({ name = string, mtu = optional(number) })
}
variable "team" {
  default = "core"
}
module "net" {
  source  = "./net"
  name    = var.network.name
  subnets = {
    a = { cidr = "10.0.0.0/24", flags = { log = "on" } }
    b = { cidr = "10.0.1.0/24", size = 5, ports = [80, 443] }
  }
  team = var.team
}
resource "google_x" "user" {
  cidr = module.net.ranges["a"]
  name = module.net.name
  all  = [for key, range in module.net.ranges : range]
}
"#;
    let net = r#"
variable "name" {}
variable "team" {}
variable "subnets" {
  type = map(object({
    cidr  = string
    size  = optional(number, 3)
    ports = optional(list(number), [22])
    flags = optional(map(string), { log = "off" })
    ttl   = optional(object({ days = optional(number, 7), unit = string }), { unit = "d" })
  }))
}
module "subnet" {
  source   = "../subnet"
  for_each = var.subnets
  config   = each.value
  label    = "${var.team}-subnet"
}
output "ranges" {
  value = { for key, subnet in module.subnet : key => subnet.range }
}
output "name" {
  value = var.name
}
resource "google_x" "network" {
  name = var.name
  team = var.team
}
"#;
    let subnet = r#"
variable "config" {
  type = any
}
variable "label" {}
variable "purpose" {
  default = "private"
}
output "range" {
  value = google_x.subnet.cidr
}
resource "google_x" "subnet" {
  cidr    = var.config.cidr
  size    = var.config.size
  log     = var.config.flags.log
  days    = var.config.ttl.days
  unit    = var.config.ttl.unit
  label   = var.label
  purpose = var.purpose
  dynamic "rule" {
    for_each = var.config.ports
    content {
      port = rule.value
      name = "fixed"
    }
  }
}
"#;
    let values = "network = {\n  name = \"n\"\n}\n";
    let files = [("main.tf", main), ("net/main.tf", net), ("subnet/main.tf", subnet), ("terraform.tfvars", values)];
    assert_eq!(check(&files), 15);
}

#[test]
fn repeated_resources_and_blocks() {
    let main = r#"
locals {
  hosts = ["h0", "h1"]
  rules = {
    ssh = [{ port = 22, note = "n22" }]
    web = [{ port = 80, note = "n80" }, { port = 443, note = "n443" }]
  }
}
resource "google_x" "host" {
  count = 2
  name  = local.hosts[count.index]
}
resource "google_x" "firewall" {
  for_each = local.rules
  kind     = "firewall"
  dynamic "allow" {
    for_each = each.value
    iterator = rule
    content {
      port = tostring(rule.value.port)
      dynamic "log" {
        for_each = [rule.value.note, "second"]
        content {
          text = log.value
        }
      }
    }
  }
  allow {
    port = 1
  }
}
resource "google_x" "reader" {
  host = google_x.host[1].name
  port = google_x.firewall["web"].allow[0].port
}
"#;
    assert_eq!(check(&[("main.tf", main)]), 11);
}

#[test]
fn json_and_variables_files() {
    let main = r#"{
  "variable": {
    "db": {"type": "object({ tier = string, flags = map(string) })"},
    "zone": {"default": "z"}
  },
  "resource": {"google_x": {"y": {
    "tier": "${var.db.tier}",
    "flag": "${var.db.flags[\"max\"]}",
    "zone": "${var.zone}",
    "own": "o"
  }}}
}"#;
    let values = "{\n  \"db\": {\n    \"tier\": \"t\",\n    \"flags\": {\"max\": \"5\", \"min\": \"1\"}\n  }\n}\n";
    assert_eq!(check(&[("main.tf.json", main), ("a.auto.tfvars.json", values)]), 4);
}
