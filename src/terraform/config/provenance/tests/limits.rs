//! Ways that are long, turn in circles, or take too much work.

use super::super::super::tests::{main_tf, path};
use crate::model::{Origin, Provenance as _};

#[test]
fn a_cycle_ends() {
    let text = "locals {\n  a = local.b\n  b = [local.c][0]\n  c = local.a\n}\nresource \"google_x\" \"y\" {\n  value = local.a\n  own   = google_x.y.own\n}\n";
    let world = main_tf(text);
    let evaluated = world.evaluate();
    assert_eq!(world.places(&evaluated, "google_x.y", "value"), ["main.tf:4", "main.tf:3", "main.tf:2", "main.tf:7"]);
    assert_eq!(world.places(&evaluated, "google_x.y", "own"), ["main.tf:8"]);
}

#[test]
fn a_very_long_chain_keeps_its_ends() {
    let steps: String = (0..2_000).map(|index| format!("  l{index} = local.l{}\n", index + 1)).collect();
    let text =
        format!("locals {{\n{steps}  l2000 = \"end\"\n}}\nresource \"google_x\" \"y\" {{\n  value = local.l0\n}}\n");
    let world = main_tf(&text);
    let evaluated = world.evaluate();
    let places = world.places(&evaluated, "google_x.y", "value");
    assert!(places.len() <= 64, "{}", places.len());
    assert_eq!((places[0].as_str(), places[1].as_str()), ("main.tf:2002", "main.tf:2001"));
    assert_eq!(places[places.len() - 2..], ["main.tf:2", "main.tf:2005"]);
}

#[test]
fn resources_that_take_from_each_other_end() {
    let resources: String = (0..100)
        .map(|index| format!("resource \"google_x\" \"r{index}\" {{\n  name = google_x.r{}.name\n}}\n", index + 1))
        .collect();
    let world = main_tf(&format!("{resources}resource \"google_x\" \"r100\" {{\n  name = \"end\"\n}}\n"));
    let evaluated = world.evaluate();
    let chain = world.chain(&evaluated, "google_x.r0", "name");
    assert_eq!((chain.places.len(), chain.borrowed), (33, 32));
}

#[test]
fn without_work_left_the_argument_itself_is_named() {
    let world = main_tf("locals {\n  a = \"x\"\n}\nresource \"google_x\" \"y\" {\n  value = local.a\n}\n");
    let evaluated = world.evaluate();
    let tracer = evaluated.declarations.tracer(&world.recorded, &world.facts);
    let origin = Origin {
        range: evaluated.instance("google_x.y").arguments.ranges[&path("value")].clone(),
        path: path("value"),
    };
    let address = "google_x.y".parse().expect("an address");
    assert_eq!(tracer.chain(&address, &origin).places.len(), 2);
    tracer.left_of_all.set(1);
    assert_eq!(tracer.chain(&address, &origin).places, std::slice::from_ref(&origin.range));
    assert_eq!(tracer.left_of_all.get(), 0);
}

#[test]
fn asking_in_another_order_changes_nothing() {
    let text = "locals {\n  rules = { for n in [\"a\", \"b\", \"c\"] : n => { port = 1, name = n } }\n}\nresource \"google_x\" \"y\" {\n  for_each = local.rules\n  name     = each.value.name\n  port     = each.value.port\n}\n";
    let world = main_tf(text);
    let evaluated = world.evaluate();
    let asked: Vec<(String, &str)> = ["a", "b", "c"]
        .iter()
        .flat_map(|key| ["name", "port"].map(|at| (format!("google_x.y[\"{key}\"]"), at)))
        .collect();
    let alone: Vec<_> = asked.iter().map(|(address, at)| world.chain(&evaluated, address, at)).collect();
    let tracer = evaluated.declarations.tracer(&world.recorded, &world.facts);
    for (index, (address, at)) in asked.iter().enumerate().rev() {
        let range = evaluated.instance(address).arguments.ranges[&path(at)].clone();
        let origin = Origin { range, path: path(at) };
        assert_eq!(tracer.chain(&address.parse().expect("an address"), &origin), alone[index]);
    }
}
