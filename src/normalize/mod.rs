//! Brings a raw object of any of the three sources to one shape. All equivalence lives here; nothing is compared.
