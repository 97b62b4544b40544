//! The network graph of a world: networks, ranges, connectors, services, databases, NAT.
