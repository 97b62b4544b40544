//! What went wrong on the way to a host, told from the words of the HTTP client. Main type: [`Obstacle`].

/// Something between here and the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// A certificate that is not trusted.
    Certificate,
    /// The proxy cannot be reached.
    NoProxy,
    /// The proxy wants to know who asks.
    ProxyLogin,
    /// The proxy does not connect to the host.
    ProxyRefusal,
}

impl Obstacle {
    /// Reads one message of an error's chain. Source: `TunnelError` of hyper-util, `CertificateError` of rustls.
    pub(crate) fn of(text: &str) -> Option<Self> {
        match text.strip_prefix("tunnel error: ") {
            Some(what) if what.contains("authorization required") => Some(Self::ProxyLogin),
            Some(what) if what.contains("underlying connection") => Some(Self::NoProxy),
            Some(_) => Some(Self::ProxyRefusal),
            None => text.contains("certificate").then_some(Self::Certificate),
        }
    }

    /// Whether it will be there a moment later as well.
    pub(crate) fn is_lasting(self) -> bool {
        matches!(self, Self::Certificate | Self::ProxyLogin)
    }

    /// What to do.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Certificate => "SSL_CERT_FILE can name the CA of a proxy that opens TLS",
            Self::NoProxy => "it is the proxy that HTTPS_PROXY names which is not reached",
            Self::ProxyLogin => {
                "the proxy wants a login: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, both with %-escapes"
            }
            Self::ProxyRefusal => {
                "the proxy that HTTPS_PROXY names does not connect to this host; NO_PROXY can name hosts to reach without it"
            }
        }
    }
}
