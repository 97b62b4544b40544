//! A token that was given, as credentials. Main type: [`FixedToken`].

use std::fmt;

use google_cloud_auth::credentials::{CacheableResource, CredentialsProvider, EntityTag};
use google_cloud_auth::errors::CredentialsError;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

/// A token that was given, as credentials to start an impersonation with.
#[derive(Clone)]
pub(super) struct FixedToken {
    headers: HeaderMap,
    tag: EntityTag,
    universe: String,
}

impl FixedToken {
    /// A token says nothing of its universe: it is of the one that requests go to.
    pub(super) fn new(token: &str, universe: &str) -> Result<Self, String> {
        Ok(Self { headers: fixed_headers(token)?, tag: EntityTag::new(), universe: universe.to_owned() })
    }
}

impl fmt::Debug for FixedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FixedToken(sensitive)")
    }
}

impl CredentialsProvider for FixedToken {
    async fn headers(&self, extensions: http::Extensions) -> Result<CacheableResource<HeaderMap>, CredentialsError> {
        Ok(match extensions.get::<EntityTag>() {
            Some(tag) if *tag == self.tag => CacheableResource::NotModified,
            _ => CacheableResource::New { entity_tag: self.tag.clone(), data: self.headers.clone() },
        })
    }

    async fn universe_domain(&self) -> Option<String> {
        Some(self.universe.clone())
    }
}

/// The header for a token.
pub(super) fn fixed_headers(token: &str) -> Result<HeaderMap, String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
        .map_err(|_| "GOOGLE_OAUTH_ACCESS_TOKEN holds characters that no token has".to_owned())?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

#[cfg(test)]
mod tests {
    use super::super::token_of;
    use super::*;

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        let headers = fixed_headers(" ya29.x\n").expect("a token");
        assert!(!format!("{headers:?}").contains("ya29"));
        assert_eq!(token_of(&headers), Some("ya29.x"), "blanks around it do not count");
    }

    #[test]
    fn a_token_that_cannot_be_a_header_is_refused_without_being_shown() {
        let reason = fixed_headers("abc\u{7}def").expect_err("no header");
        assert!(!reason.contains("abc"), "{reason}");
    }
}
