//! The text of a WebVTT cue (section 6.4): characters to tokens to a tree.

mod references;
mod tokens;
mod tree;

pub(super) use tokens::timestamps;
pub(super) use tree::{Element, Kind, Node, nodes};
