//! Where a resource is: the presence table of the public contract as one total function.

use super::Presence;

/// What is known of a resource in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InConfiguration {
    /// It is there.
    Yes,
    /// It is not there, and an apply would destroy it.
    No,
    /// It cannot be said, or its absence destroys nothing: no configuration at all, a module that could not be read,
    /// an unknown `count`, a `removed` block that keeps the object.
    NotRead,
    /// It stands in an `expect` block: configuration without state.
    Expected,
}

/// What is known of a resource on the live side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InLive {
    /// It is there.
    There,
    /// A complete listing does not have it.
    NotThere,
    /// It could not be looked at.
    NotObserved,
    /// No live source was given.
    NotAsked,
}

/// The presence of a resource; `None` where no side has it, so that there is no resource to speak of.
pub(crate) fn presence(configuration: InConfiguration, is_recorded: bool, live: InLive) -> Option<Presence> {
    use InConfiguration::{Expected, No, NotRead, Yes};
    use InLive::{NotAsked, NotObserved, NotThere, There};
    Some(match (configuration, is_recorded, live) {
        (_, true, NotThere) | (Expected, false, NotThere) => Presence::Missing,
        (_, true, NotObserved) | (Expected, false, NotObserved | NotAsked) => Presence::NotObserved,
        (Yes | NotRead | Expected, true, There | NotAsked) | (Expected, false, There) => Presence::Managed,
        (No, true, There | NotAsked) => Presence::NotInConfiguration,
        (Yes, false, There) => Presence::NotInState,
        (Yes, false, NotThere | NotObserved | NotAsked) => Presence::NotYetCreated,
        (No | NotRead, false, There) => Presence::Unmanaged,
        (No | NotRead, false, NotThere | NotObserved | NotAsked) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_contract() {
        use InConfiguration::{Expected, No, NotRead, Yes};
        use InLive::{NotAsked, NotObserved, NotThere, There};
        let rows = [
            (Yes, false, There, Some(Presence::NotInState)),
            (Yes, false, NotThere, Some(Presence::NotYetCreated)),
            (Yes, false, NotObserved, Some(Presence::NotYetCreated)),
            (Yes, false, NotAsked, Some(Presence::NotYetCreated)),
            (Yes, true, There, Some(Presence::Managed)),
            (Yes, true, NotThere, Some(Presence::Missing)),
            (Yes, true, NotObserved, Some(Presence::NotObserved)),
            (Yes, true, NotAsked, Some(Presence::Managed)),
            (No, true, There, Some(Presence::NotInConfiguration)),
            (No, true, NotThere, Some(Presence::Missing)),
            (No, true, NotObserved, Some(Presence::NotObserved)),
            (No, true, NotAsked, Some(Presence::NotInConfiguration)),
            (No, false, There, Some(Presence::Unmanaged)),
            (No, false, NotThere, None),
            (No, false, NotObserved, None),
            (No, false, NotAsked, None),
            (NotRead, true, There, Some(Presence::Managed)),
            (NotRead, true, NotThere, Some(Presence::Missing)),
            (NotRead, true, NotObserved, Some(Presence::NotObserved)),
            (NotRead, true, NotAsked, Some(Presence::Managed)),
            (NotRead, false, There, Some(Presence::Unmanaged)),
            (NotRead, false, NotThere, None),
            (Expected, false, There, Some(Presence::Managed)),
            (Expected, false, NotThere, Some(Presence::Missing)),
            (Expected, false, NotObserved, Some(Presence::NotObserved)),
            (Expected, false, NotAsked, Some(Presence::NotObserved)),
        ];
        for (configuration, is_recorded, live, expected) in rows {
            assert_eq!(
                presence(configuration, is_recorded, live),
                expected,
                "{configuration:?}, recorded: {is_recorded}, {live:?}"
            );
        }
    }
}
