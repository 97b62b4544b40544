//! What goes wrong, as data: a [`Fault`] for chosen requests, [`Faults`] for a share of all of them.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::Response;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use serde_json::Value;

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// 403 for want of this permission.
    PermissionDenied(&'static str),
    /// 403 since this service is not enabled.
    ServiceDisabled(&'static str),
    /// 404.
    NotFound,
    /// 429 that asks to wait so many seconds, in a header.
    TooMany(u64),
    /// 429 that asks to wait so long, in the body.
    RetryInfo(Duration),
    /// 403 with the older rate reason.
    RateLimited,
    /// 403 since the quota of the day is used up.
    QuotaExceeded,
    /// This status with Google's usual body.
    Status(u16),
    /// A page for people, with status 200.
    Html,
    /// The right body, called this.
    ContentType(&'static str),
    /// JSON that breaks off.
    Truncated,
    /// The first half of the right body, and a content length that says so.
    Cut,
    /// The right body, but a content length that is larger by so many bytes.
    TooLong(usize),
    /// The right body, but a content length that is smaller by so many bytes.
    TooShort(usize),
    /// Half of the right body, then the connection is gone.
    Killed,
    /// No answer for a long time.
    Stall,
    /// Half of the right body, then nothing for a long time.
    StallWithin,
    /// The same token for the next page, for ever.
    RepeatedToken,
    /// 401 whose message repeats the token.
    EchoedToken,
    /// The token is no longer taken, nor ever again; the metadata server gives the next one.
    ExpiredToken,
    /// The location is not reached, in the words of the API that is asked; nothing of it is in the answer.
    Unreachable(&'static str),
    /// The answer, but these members put in.
    With(Value),
    /// 404 of something between here and the API.
    NoRoute,
    /// This object and nothing else.
    Object(Value),
    /// 400 where parts of an answer are asked for, as of a member that the API does not know.
    UnknownField,
}

/// What goes wrong with a share of all requests.
///
/// Whether a request goes wrong depends on the seed, its address and how often it was made, and not on what came before
/// it: the same seed gives the same faults whatever order requests come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// Chooses the requests and the faults.
    pub(crate) seed: u64,
    /// How many of a hundred requests go wrong.
    pub(crate) percent: u64,
    /// What goes wrong with them, each as likely as the others.
    pub(crate) kinds: Vec<Fault>,
    /// How long every answer takes.
    pub(crate) delay: Duration,
}

impl Faults {
    /// The fault of a request that was made `times` times before.
    pub(super) fn choose(&self, address: &str, times: u64) -> Option<Fault> {
        let mut random = mixed(self.seed ^ mixed(times));
        for byte in address.bytes() {
            random = mixed(random ^ u64::from(byte));
        }
        if self.kinds.is_empty() || random % 100 >= self.percent {
            return None;
        }
        let index = mixed(random) as usize % self.kinds.len();
        Some(self.kinds[index].clone())
    }
}

/// SplitMix64: one step.
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// How often each request was made.
#[derive(Default)]
pub(super) struct Attempts(BTreeMap<String, u64>);

impl Attempts {
    /// How often a request was made before, this one not counted.
    pub(super) fn count(&mut self, address: &str) -> u64 {
        let times = self.0.entry(address.to_owned()).or_default();
        *times += 1;
        *times - 1
    }
}

/// A right answer, done wrong on its way.
pub(super) async fn damaged(fault: &Fault, answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("in memory");
    let half = body.slice(..body.len() / 2);
    let length = match fault {
        Fault::ContentType(name) => {
            head.headers.insert(header::CONTENT_TYPE, name.parse().expect("a content type"));
            return Response::from_parts(head, Body::from(body));
        }
        Fault::Cut => return Response::from_parts(head, Body::from(half)),
        Fault::TooLong(more) => body.len() + more,
        Fault::TooShort(less) => body.len().saturating_sub(*less),
        _ => body.len(),
    };
    head.headers.insert(header::CONTENT_LENGTH, length.into());
    // What is there is on its way before the connection ends.
    let end = |end: io::Result<Bytes>| {
        stream::once(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            end
        })
    };
    let parts: BoxStream<'static, io::Result<Bytes>> = match fault {
        Fault::Killed => stream::iter([Ok(half)]).chain(end(Err(io::ErrorKind::ConnectionReset.into()))).boxed(),
        Fault::StallWithin => stream::iter([Ok(half)]).chain(stream::pending()).boxed(),
        _ => stream::iter([Ok(body)]).chain(end(Ok(Bytes::new()))).boxed(),
    };
    Response::from_parts(head, Body::from_stream(parts))
}
