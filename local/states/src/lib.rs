//! local-states
