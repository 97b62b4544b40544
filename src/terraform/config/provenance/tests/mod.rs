//! Places: of expressions, across blocks and modules, near secrets, within limits, and the law that they obey.

mod blocks;
mod editing;
mod expressions;
mod limits;
mod secrets;

use super::super::tests::Root;

/// The text at each place of the chain of an argument `value` (or a path below it) of `google_x.y`, outermost first.
pub(super) fn texts_of(world: &Root, address: &str, at: &str) -> Vec<String> {
    let evaluated = world.evaluate();
    assert_eq!(evaluated.lines(), [""; 0], "{:?}", evaluated.configuration.sources);
    let sources = &evaluated.configuration.sources;
    let chain = world.chain(&evaluated, address, at);
    let places = chain.places.iter();
    places.map(|place| sources[&place.filename][place.start.byte..place.end.byte].to_owned()).collect()
}
