//! park
