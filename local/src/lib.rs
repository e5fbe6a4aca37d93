//! lectern
