use serde::Serialize;

/// What `ffprobe -print_format json -show_format -show_streams` says, as far as a container tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Probe {
    pub(super) streams: Vec<Stream>,
    pub(super) format: Container,
}

/// The container. Numbers are strings, as with ffprobe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Container {
    filename: String,
    nb_streams: usize,
    pub(super) format_name: String,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    /// Bytes.
    size: String,
    /// Bits per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_rate: Option<String>,
    #[serde(skip)]
    duration_ms: u64,
}

impl Container {
    pub(super) fn new(format_name: &str, duration_ms: u64) -> Self {
        Self { format_name: format_name.to_owned(), duration_ms, ..Self::default() }
    }

    /// How long it plays, in milliseconds; 0 where the container does not say.
    pub(super) const fn duration_ms(&self) -> u64 {
        self.duration_ms
    }

    /// Fills in what only the file knows.
    pub(super) fn describe(&mut self, file_name: &str, size: u64, streams: usize) {
        file_name.clone_into(&mut self.filename);
        self.nb_streams = streams;
        self.size = size.to_string();
        if self.duration_ms > 0 {
            self.duration = Some(seconds(self.duration_ms));
            let bits = u128::from(size) * 8 * 1000 / u128::from(self.duration_ms);
            self.bit_rate = Some(bits.to_string());
        }
    }
}

/// One picture, sound or text in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Stream {
    pub(super) index: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) codec_name: String,
    pub(super) codec_type: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) codec_tag_string: String,
    /// As stored, before rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<u64>,
    /// Hertz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sample_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channels: Option<u64>,
    /// Frames per second as a fraction; `0/0` where that means nothing.
    pub(super) r_frame_rate: String,
    pub(super) avg_frame_rate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_base: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nb_frames: Option<String>,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) side_data_list: Vec<Rotation>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
}

impl Tags {
    fn is_empty(&self) -> bool {
        self.language.is_none()
    }
}

/// How a player has to turn the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Rotation {
    pub(super) side_data_type: &'static str,
    /// Degrees, counter-clockwise, as ffprobe says it.
    pub(super) rotation: i32,
}

/// Milliseconds as seconds with six digits.
pub(super) fn seconds(ms: u64) -> String {
    format!("{}.{:03}000", ms / 1000, ms % 1000)
}

/// A fraction in its lowest terms; `0/0` for nothing.
pub(super) fn fraction(above: u64, below: u64) -> String {
    if above == 0 || below == 0 {
        return "0/0".to_owned();
    }
    let (mut a, mut b) = (above, below);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    format!("{}/{}", above / a, below / a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ffprobe_does() {
        assert_eq!(seconds(20_041), "20.041000");
        assert_eq!(fraction(600, 20), "30/1");
        assert_eq!(fraction(30_000, 1001), "30000/1001");
        assert_eq!(fraction(1, 0), "0/0");
        let mut container = Container::new("mov", 2_000);
        container.describe("lesson.mp4", 1_000, 2);
        assert_eq!(container.bit_rate.as_deref(), Some("4000"));
    }
}
