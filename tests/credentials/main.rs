//! Credentials, TLS and proxies, through the program itself: every form of credentials against hosts with their real names
//! that stand on loopback.

mod failures;
mod files;
mod forms;
mod network;
mod renewal;
mod rig;
