//! One expression, given on the command line as the value of a variable: evaluated without names, so that functions and
//! operators are reached at once.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use trueup::terraform::config::VariableArgument;
use trueup_fuzz::Root;

/// What comes of the value is looked at from several sides: its parts, its text, as a key.
const ROOT_TEXT: &[u8] = b"variable \"x\" {
  type = any
}
locals {
  parts = try([for k, v in var.x : { (k) = v }], [var.x, var.x])
  text  = \"${try(jsonencode(var.x), \"\")}${try(yamlencode(var.x), \"\")}\"
  same  = [var.x == local.parts, var.x == jsondecode(jsonencode(var.x)), try(toset(var.x), null), try(tomap(var.x), null)]
}
resource \"null_resource\" \"r\" {
  for_each = try(toset(var.x), {})
  triggers = { k = each.key, v = local.same }
}
";

thread_local! {
    static ROOT: RefCell<Root> = RefCell::default();
}

fuzz_target!(|text: &str| {
    ROOT.with_borrow_mut(|root| {
        root.write("main.tf", ROOT_TEXT);
        let mut options = root.options();
        options.variables.push(VariableArgument::Assignment { name: "x".to_owned(), text: text.to_owned() });
        root.evaluate_twice(&options);
    });
});
