use super::{
    Facts,
    stream::{frame_rate, millis, shown},
};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, Number},
    schema::Media,
};
use serde::Deserialize;

/// What `ffprobe -print_format json -show_format -show_streams` prints: numbers in quotes, rates as fractions.
pub(crate) struct Ffprobe;

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Format,
}

#[derive(Deserialize)]
struct Format {
    #[serde(default)]
    duration: Option<Number>,
    #[serde(default)]
    bit_rate: Option<Number>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    #[serde(default)]
    width: Option<Number>,
    #[serde(default)]
    height: Option<Number>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    #[serde(default)]
    channels: Option<Number>,
    #[serde(default)]
    duration: Option<Number>,
    #[serde(default)]
    disposition: Option<Disposition>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
    #[serde(default)]
    tags: Option<Tags>,
}

#[derive(Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: Option<Number>,
}

#[derive(Deserialize)]
struct SideData {
    #[serde(default)]
    rotation: Option<Number>,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    rotate: Option<Number>,
}

impl Adapter for Ffprobe {
    type Output = Facts;

    fn name(&self) -> &'static str {
        "ffprobe"
    }

    fn looked_for(&self) -> &'static str {
        "ffprobe JSON (an object with `format` and `streams`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&["format", "streams"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Facts, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let report: Report = json::read("ffprobe", file.bytes).map_err(wrong)?;
        let duration_ms = report.duration_ms().ok_or_else(|| wrong(Fault::NoDuration))?;
        let video = report.streams.iter().find(|stream| stream.is("video") && !stream.is_cover());
        let audio = report.streams.iter().find(|stream| stream.is("audio"));
        let (width, height) = video.map_or((None, None), Stream::shown_size);
        let media = Media {
            duration_ms,
            width,
            height,
            frame_rate: video.and_then(Stream::frame_rate),
            video_codec: video.and_then(|stream| stream.codec_name.clone()),
            audio_codec: audio.and_then(|stream| stream.codec_name.clone()),
            channels: audio.and_then(|stream| stream.channels?.whole()),
            bit_rate: report.format.bit_rate.and_then(Number::whole),
            has_audio: audio.is_some(),
        };
        Ok(media.into())
    }
}

impl Report {
    /// The container's duration, else the longest stream's.
    fn duration_ms(&self) -> Option<u64> {
        let streams = self.streams.iter().filter_map(|stream| millis(stream.duration?));
        self.format.duration.and_then(millis).or_else(|| streams.max())
    }
}

impl Stream {
    fn is(&self, kind: &str) -> bool {
        self.codec_type.as_deref() == Some(kind)
    }

    /// A still picture that travels with the media, not the video.
    fn is_cover(&self) -> bool {
        let attached = self.disposition.as_ref().and_then(|disposition| disposition.attached_pic);
        attached.and_then(Number::whole) == Some(1)
    }

    fn shown_size(&self) -> (Option<u64>, Option<u64>) {
        let (width, height) = (self.width.and_then(Number::whole), self.height.and_then(Number::whole));
        let side_data = self.side_data_list.iter().find_map(|data| data.rotation?.0);
        let rotation = side_data.or_else(|| self.tags.as_ref()?.rotate?.0).unwrap_or(0.0);
        shown(width, height, rotation)
    }

    /// The average, else the least common one.
    fn frame_rate(&self) -> Option<f64> {
        let rates = [self.avg_frame_rate.as_deref(), self.r_frame_rate.as_deref()];
        rates.into_iter().flatten().find_map(fraction)
    }
}

/// Frames a second from `30000/1001`; nothing for `0/0`.
fn fraction(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    frame_rate(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn read(json: &str) -> Result<Media, NormalizeError> {
        Ffprobe
            .read(&Candidate::new(Role::Media, "application/json", json.as_bytes()))
            .map(|facts| facts.media)
    }

    #[test]
    fn numbers_in_quotes_fractions_and_rotation_are_read() {
        let media = read(
            r#"{"streams":[
                {"codec_type":"video","codec_name":"mjpeg","width":10,"height":10,"disposition":{"attached_pic":1}},
                {"codec_type":"video","codec_name":"h264","width":1920,"height":1080,"avg_frame_rate":"30000/1001",
                 "side_data_list":[{"side_data_type":"Display Matrix","rotation":-90}]},
                {"codec_type":"audio","codec_name":"aac","channels":2},
                {"codec_type":"subtitle","codec_name":"mov_text"}],
               "format":{"duration":"20.0204","bit_rate":"123456"}}"#,
        )
        .unwrap();
        let expect = Media {
            duration_ms: 20_020,
            width: Some(1080),
            height: Some(1920),
            frame_rate: Some(29.97),
            video_codec: Some("h264".into()),
            audio_codec: Some("aac".into()),
            channels: Some(2),
            bit_rate: Some(123_456),
            has_audio: true,
        };
        assert_eq!(media, expect);
    }

    #[test]
    fn no_audio_is_legal_and_no_duration_is_not() {
        let media = read(r#"{"streams":[{"codec_type":"video","avg_frame_rate":"0/0","duration":3.5,"tags":{"rotate":"180"},"width":4,"height":3}],"format":{"duration":"N/A"}}"#).unwrap();
        assert_eq!((media.duration_ms, media.has_audio, media.frame_rate), (3_500, false, None));
        assert_eq!((media.width, media.height), (Some(4), Some(3)));
        for duration in ["\"N/A\"", "-1", "1e300", "null", "\"inf\""] {
            let json = format!(r#"{{"streams":[],"format":{{"duration":{duration}}}}}"#);
            assert_eq!(read(&json).unwrap_err().fault, Fault::NoDuration, "{duration}");
        }
        assert_eq!(
            read(r#"{"streams":[],"format":{"duration":[]}}"#).unwrap_err().code(),
            "format-malformed"
        );
    }
}
