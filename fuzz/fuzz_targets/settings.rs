//! Any bytes as `trueup.hcl`, read in the scope of a small root.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use trueup_fuzz::Root;

const ROOT_TEXT: &str = "variable \"v\" {
  default = \"a\"
}
resource \"google_redis_instance\" \"redis\" {
  name           = \"r\"
  memory_size_gb = 1
}
-- trueup.hcl --
";

thread_local! {
    static ROOT: RefCell<Root> = RefCell::default();
}

fuzz_target!(|bytes: &[u8]| {
    ROOT.with_borrow_mut(|root| {
        let mut input = ROOT_TEXT.as_bytes().to_vec();
        input.extend(bytes);
        root.write_all(&input);
        root.evaluate_twice(&root.options());
    });
});
