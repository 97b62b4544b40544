//! Any bytes as a state: parsed, and the attributes of every instance read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trueup::terraform::state::parse;
use trueup_fuzz::digest;

fn read(bytes: &[u8]) -> u64 {
    match parse(bytes.to_vec(), "state") {
        Ok(state) => {
            let attributes: Vec<_> = state
                .instances
                .iter()
                .map(|instance| state.attributes(instance).map_err(|error| error.to_string()))
                .collect();
            digest(&(state, attributes))
        }
        Err(error) => digest(&error),
    }
}

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(read(bytes), read(bytes), "the second reading differs from the first");
});
