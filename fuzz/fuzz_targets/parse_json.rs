//! Any bytes as a `.tf.json` file: JSON, templates in its strings, and the blocks that they make.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use trueup::terraform::config::parse_root;
use trueup_fuzz::{Root, digest};

thread_local! {
    static ROOT: RefCell<Root> = RefCell::default();
}

fuzz_target!(|bytes: &[u8]| {
    ROOT.with_borrow_mut(|root| {
        root.write("third.tf.json", bytes);
        let first = digest(&parse_root(root.path()));
        assert_eq!(first, digest(&parse_root(root.path())), "the second parse differs from the first");
    });
});
