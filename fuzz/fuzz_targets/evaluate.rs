//! A small root in one input: its files, cut by lines `-- NAME --` (see `trueup_fuzz::Root::write_all`), parsed and
//! evaluated with the catalog's facts, a state and settings.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use trueup_fuzz::Root;

thread_local! {
    static ROOT: RefCell<Root> = RefCell::default();
}

fuzz_target!(|bytes: &[u8]| {
    ROOT.with_borrow_mut(|root| {
        root.write_all(bytes);
        root.evaluate_twice(&root.options());
    });
});
