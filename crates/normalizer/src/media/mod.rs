//! Formats of the role `media`.

mod ffprobe;
mod media_convert;
mod media_info;
mod stream;

use crate::{
    adapter::Adapters,
    schema::{Media, Repair},
};

pub(crate) const ADAPTERS: Adapters<Facts> =
    &[&ffprobe::Ffprobe, &media_convert::MediaConvert, &media_info::MediaInfo];

/// What a format says about a video.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) media: Media,
    /// What it leaves open and was assumed.
    pub(crate) repairs: Vec<Repair>,
}

impl From<Media> for Facts {
    fn from(media: Media) -> Self {
        Self { media, repairs: Vec::new() }
    }
}
