//! Formats of the role `media`.

mod ffprobe;

use crate::{adapter::Adapters, schema::Media};

pub(crate) const ADAPTERS: Adapters<Media> = &[&ffprobe::Ffprobe];
