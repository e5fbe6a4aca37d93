use super::index::{children, find, milliseconds};
use crate::{
    fault::Fault,
    video::probe::{Rotation, Stream, Tags, fraction, seconds},
};
use mp4_atom::{
    Atom, Audio, Co64, Codec, Decode as _, Elst, Hdlr, Mdhd, Stco, Stsc, Stsd, Stsz, StszSamples, Stts, Tkhd,
    Visual,
};

/// What the index says of one track. Boxes that are missing or that nobody understands leave their part empty.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) id: u32,
    handler: [u8; 4],
    codec: Option<Codec>,
    tag: [u8; 4],
    pub(super) timescale: u64,
    pub(super) duration_ms: u64,
    language: String,
    rotation: i32,
    /// Samples and ticks that lie in fragments.
    fragments: (u64, u64),
    /// Ticks of media that are not shown at the beginning.
    pub(super) skipped_ticks: u64,
    /// Milliseconds before the media begins.
    pub(super) late_ms: u64,
    pub(super) times: Stts,
    pub(super) sizes: Stsz,
    pub(super) chunks: Stsc,
    pub(super) offsets: Vec<u64>,
}

impl Track {
    pub(super) fn read(body: &[u8], movie_scale: u64) -> Result<Self, Fault> {
        let mut track = Self::default();
        if let Some(header) = decoded::<Mdhd>(body, &[b"mdia", b"mdhd"])? {
            track.timescale = u64::from(header.timescale);
            track.duration_ms = milliseconds(header.duration, track.timescale);
            track.language = header.language;
        }
        if let Some(handler) = decoded::<Hdlr>(body, &[b"mdia", b"hdlr"])? {
            track.handler = handler.handler.into();
        }
        if let Some(header) = decoded::<Tkhd>(body, &[b"tkhd"])? {
            track.id = header.track_id;
            track.rotation = rotation(&header);
            // What is shown, after edits, in the movie's scale; the media itself may hold more.
            let shown_ms = milliseconds(header.duration, movie_scale);
            track.duration_ms = if shown_ms > 0 { shown_ms } else { track.duration_ms };
        }
        track.edits(decoded::<Elst>(body, &[b"edts", b"elst"])?, movie_scale);
        let Some(table) = find(body, &[b"mdia", b"minf", b"stbl"])? else { return Ok(track) };
        track.describe(table)?;
        track.times = decoded(table, &[b"stts"])?.unwrap_or_default();
        track.sizes = decoded(table, &[b"stsz"])?.unwrap_or_default();
        track.chunks = decoded(table, &[b"stsc"])?.unwrap_or_default();
        track.offsets = match decoded::<Co64>(table, &[b"co64"])? {
            Some(offsets) => offsets.entries,
            None => decoded::<Stco>(table, &[b"stco"])?
                .unwrap_or_default()
                .entries
                .into_iter()
                .map(u64::from)
                .collect(),
        };
        Ok(track)
    }

    /// The first sample entry: its four letters, and its content where it is understood.
    fn describe(&mut self, table: &[u8]) -> Result<(), Fault> {
        let Some(entries) = find(table, &[b"stsd"])? else { return Ok(()) };
        // Version, flags and the number of entries come first.
        let first =
            entries.get(8..).and_then(|body| children(body).ok()).and_then(|all| all.into_iter().next());
        self.tag = first.map_or([0; 4], |(kind, _)| kind.into());
        self.codec = Stsd::decode_body(&mut &*entries).ok().and_then(|all| all.codecs.into_iter().next());
        Ok(())
    }

    /// An empty edit, measured in the movie's scale, delays the media; the first real one says where it begins (8.6.6).
    fn edits(&mut self, edits: Option<Elst>, movie_scale: u64) {
        for edit in edits.map(|list| list.entries).unwrap_or_default() {
            match edit.media_time {
                None => {
                    self.late_ms =
                        self.late_ms.saturating_add(milliseconds(edit.segment_duration, movie_scale));
                }
                Some(start) => {
                    self.skipped_ticks = start;
                    return;
                }
            }
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.codec, Some(Codec::Tx3g(_) | Codec::Wvtt(_)))
            || matches!(&self.tag, b"tx3g" | b"wvtt" | b"text")
                && matches!(&self.handler, b"sbtl" | b"text" | b"subt")
    }

    pub(super) fn is_webvtt(&self) -> bool {
        &self.tag == b"wvtt"
    }

    /// Adds what lies in fragments.
    pub(super) fn extend(&mut self, samples: u64, ticks: u64) {
        self.fragments = (samples, ticks);
        if self.duration_ms == 0 {
            self.duration_ms = milliseconds(ticks, self.timescale);
        }
    }

    fn samples(&self) -> u64 {
        let indexed = match &self.sizes.samples {
            StszSamples::Identical { count, .. } => u64::from(*count),
            StszSamples::Different { sizes } => sizes.len() as u64,
        };
        indexed.saturating_add(self.fragments.0)
    }

    /// As ffprobe would say it.
    pub(super) fn stream(&self, index: usize) -> Stream {
        let codec_type = match &self.handler {
            b"vide" => "video",
            b"soun" => "audio",
            b"sbtl" | b"text" | b"subt" | b"clcp" => "subtitle",
            _ => "data",
        };
        let samples = self.samples();
        let mut stream = Stream {
            index,
            codec_name: codec_name(self.tag).to_owned(),
            codec_type,
            codec_tag_string: String::from_utf8_lossy(&self.tag).trim_end().to_owned(),
            r_frame_rate: "0/0".to_owned(),
            avg_frame_rate: "0/0".to_owned(),
            time_base: (self.timescale > 0).then(|| format!("1/{}", self.timescale)),
            duration: (self.duration_ms > 0).then(|| seconds(self.duration_ms)),
            nb_frames: (samples > 0).then(|| samples.to_string()),
            tags: Tags { language: (!self.language.is_empty()).then(|| self.language.clone()) },
            ..Stream::default()
        };
        match codec_type {
            "video" => self.picture(&mut stream),
            "audio" => self.sound(&mut stream),
            _ => {}
        }
        stream
    }

    fn picture(&self, stream: &mut Stream) {
        let unknown = match &self.codec {
            Some(Codec::Unknown(_, body)) => Visual::decode(&mut &body[..]).ok(),
            _ => None,
        };
        if let Some(visual) = self.codec.as_ref().and_then(Codec::visual).or(unknown.as_ref()) {
            stream.width = Some(u64::from(visual.width));
            stream.height = Some(u64::from(visual.height));
        }
        let runs = &self.times.entries;
        let lengths = runs.iter().map(|run| u64::from(run.sample_count) * u64::from(run.sample_delta));
        let ticks = lengths.fold(self.fragments.1, u64::saturating_add);
        stream.avg_frame_rate = fraction(self.samples().saturating_mul(self.timescale), ticks);
        stream.r_frame_rate = match runs.iter().max_by_key(|run| run.sample_count) {
            Some(usual) => fraction(self.timescale, u64::from(usual.sample_delta)),
            None => stream.avg_frame_rate.clone(),
        };
        if self.rotation != 0 {
            stream
                .side_data_list
                .push(Rotation { side_data_type: "Display Matrix", rotation: self.rotation });
        }
    }

    fn sound(&self, stream: &mut Stream) {
        let unknown = match &self.codec {
            Some(Codec::Unknown(_, body)) => Audio::decode(&mut &body[..]).ok(),
            _ => None,
        };
        if let Some(audio) = self.codec.as_ref().and_then(Codec::audio).or(unknown.as_ref()) {
            stream.channels = Some(self.channels().unwrap_or_else(|| u64::from(audio.channel_count)));
            let rate = u64::from(audio.sample_rate.integer());
            // Rates above 65,535 Hz do not fit the field; the track's scale is the rate then.
            stream.sample_rate = Some(if rate > 0 { rate } else { self.timescale }.to_string());
        }
    }
}

impl Track {
    /// AAC's own configuration knows better than the sample entry, which says 2 by habit (ISO/IEC 14496-3, 1.6.3.5).
    fn channels(&self) -> Option<u64> {
        let Some(Codec::Mp4a(aac)) = &self.codec else { return None };
        let config = &aac.esds.es_desc.dec_config;
        match (config.object_type_indication, config.dec_specific.as_ref()?.chan_conf) {
            (0x40 | 0x66..=0x68, channels @ 1..=6) => Some(u64::from(channels)),
            (0x40 | 0x66..=0x68, 7) => Some(8),
            _ => None,
        }
    }
}

fn decoded<T: Atom>(body: &[u8], path: &[&[u8; 4]]) -> Result<Option<T>, Fault> {
    find(body, path)?.map(|inside| T::decode_body(&mut &*inside).map_err(Fault::malformed)).transpose()
}

/// Quarter turns only; that is all that cameras write (8.3.2).
fn rotation(header: &Tkhd) -> i32 {
    let matrix = &header.matrix;
    match (matrix.a.signum(), matrix.b.signum()) {
        (0, 1) => -90,
        (0, -1) => 90,
        (-1, 0) => 180,
        _ => 0,
    }
}

/// ffmpeg's names of the codecs that cameras and editors use; others keep their four letters only.
fn codec_name(tag: [u8; 4]) -> &'static str {
    match &tag {
        b"avc1" | b"avc3" => "h264",
        b"hvc1" | b"hev1" => "hevc",
        b"av01" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"mp4v" => "mpeg4",
        b"apcn" | b"apch" | b"apcs" | b"apco" | b"ap4h" => "prores",
        b"jpeg" | b"mjpa" => "mjpeg",
        b"mp4a" => "aac",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b"ac-3" => "ac3",
        b"ec-3" => "eac3",
        b"alac" => "alac",
        b".mp3" => "mp3",
        b"sowt" | b"s16l" => "pcm_s16le",
        b"twos" => "pcm_s16be",
        b"tx3g" | b"text" => "mov_text",
        b"wvtt" => "webvtt",
        _ => "",
    }
}
