//! The template's text as a tree in which intrinsic functions are told from data.

mod intrinsic;
mod node;
mod sections;
mod substitution;

pub(crate) use intrinsic::Intrinsic;
pub(crate) use node::Node;
pub(crate) use sections::{Entry, Sections};
pub(crate) use substitution::{Piece, pieces};
