//! What the rig knows: what it was asked, which tokens it gave, and what it is to refuse.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, Version};

/// Stands in everything that must never be shown: keys, tokens, assertions, passwords.
pub(crate) const MARK: &str = "s3cr3t";

/// The world, shared between server and test.
pub(crate) type SharedWorld = Arc<Mutex<World>>;

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Which connection it came over.
    pub(crate) connection: usize,
    /// What the proxy was asked to connect to, `host:port`.
    pub(crate) tunnel: Option<String>,
    /// Whether it came over TLS.
    pub(crate) is_tls: bool,
    /// The version of HTTP.
    pub(crate) version: Version,
    /// The host that the request names, with its port unless that is the usual one.
    pub(crate) host: String,
    /// Its method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: String,
}

impl Seen {
    /// A header, empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The token that it brought.
    pub(crate) fn token(&self) -> &str {
        self.header("authorization").strip_prefix("Bearer ").unwrap_or_default()
    }
}

/// A request to the proxy for a tunnel.
#[derive(Clone, Debug)]
pub(crate) struct Tunnel {
    /// `host:port`.
    pub(crate) authority: String,
    /// What it says of who asks.
    pub(crate) authorization: Option<String>,
}

/// A refusal in store.
pub(crate) struct Refusal {
    /// A part of `host/path`.
    pub(crate) of: String,
    /// How often it is not refused before.
    pub(crate) spared: usize,
    /// How often.
    pub(crate) times: usize,
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
}

/// All that the rig knows.
pub(crate) struct World {
    /// The requests, in order.
    pub(crate) requests: Vec<Seen>,
    /// The tunnels, in order.
    pub(crate) tunnels: Vec<Tunnel>,
    /// How often each token that was given still counts with the APIs.
    pub(crate) tokens: BTreeMap<String, usize>,
    /// How many were given.
    pub(crate) minted: usize,
    /// How often a token counts.
    pub(crate) uses: usize,
    /// What `expires_in` says of each, in seconds.
    pub(crate) lifetime: u64,
    /// What the metadata server says of the universe.
    pub(crate) universe: String,
    /// What is to be refused.
    pub(crate) refusals: Vec<Refusal>,
    /// What the proxy says to everyone instead of 200.
    pub(crate) proxy_status: Option<u16>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            requests: Vec::new(),
            tunnels: Vec::new(),
            tokens: BTreeMap::new(),
            minted: 0,
            uses: usize::MAX,
            lifetime: 3600,
            universe: "googleapis.com".to_owned(),
            refusals: Vec::new(),
            proxy_status: None,
        }
    }
}

impl World {
    /// A new token; its name says who gave it.
    pub(crate) fn mint(&mut self, giver: &str) -> String {
        self.minted += 1;
        let token = format!("{giver}-{MARK}-{}", self.minted);
        self.tokens.insert(token.clone(), self.uses);
        token
    }

    /// Whether a token counts, once more.
    pub(crate) fn take(&mut self, token: &str) -> bool {
        match self.tokens.get_mut(token) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}
