//! Versions of providers.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A provider's version: three numbers. What a pre-release adds is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderVersion([u64; 3]);

/// Why a text is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read a version: one to three numbers with dots between them are expected")]
pub struct VersionError;

impl ProviderVersion {
    /// A version of three numbers.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self([major, minor, patch])
    }

    /// The lowest version above all that share its first `count` numbers (1 to 3) with this one: of 3.57.1 and 2 it is
    /// 3.58.0.
    pub fn next(self, count: usize) -> Self {
        let Self(mut numbers) = self;
        for (index, number) in numbers.iter_mut().enumerate() {
            if index + 1 == count {
                *number = number.saturating_add(1);
            } else if index >= count {
                *number = 0;
            }
        }
        Self(numbers)
    }
}

impl FromStr for ProviderVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.trim().trim_start_matches('v');
        let numbers = numbers.split(['-', '+']).next().unwrap_or_default();
        let mut version = [0; 3];
        for (position, number) in numbers.split('.').enumerate() {
            *version.get_mut(position).ok_or(VersionError)? = number.parse().map_err(|_| VersionError)?;
        }
        Ok(Self(version))
    }
}

impl fmt::Display for ProviderVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered() {
        let version = |text: &str| text.parse::<ProviderVersion>();
        assert_eq!(version("3.57.1"), Ok(ProviderVersion::new(3, 57, 1)));
        assert_eq!(version(" v4 "), Ok(ProviderVersion::new(4, 0, 0)));
        assert_eq!(version("5.0.0-beta.1+x"), Ok(ProviderVersion::new(5, 0, 0)));
        for text in ["", "x", "1.x", "1.2.3.4", "1..2", "-1"] {
            assert_eq!(version(text), Err(VersionError), "{text:?}");
        }
        assert!(ProviderVersion::new(3, 100, 0) > ProviderVersion::new(3, 57, 0));
        assert_eq!(ProviderVersion::new(3, 57, 1).next(1).to_string(), "4.0.0");
        assert_eq!(ProviderVersion::new(3, 57, 1).next(2).to_string(), "3.58.0");
    }
}
