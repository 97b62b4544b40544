//! Hostile input: nothing that a root, a state or an asset file holds makes the program panic, hang or grow without
//! end, and what stops it is said.

mod explosions;
mod files;
mod roots;
mod scale;
mod syntax;
mod worlds;
