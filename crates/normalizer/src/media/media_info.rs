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

/// What `mediainfo --Output=JSON` prints, and what services return that run it: tracks of several types, numbers in quotes,
/// durations in seconds.
pub(crate) struct MediaInfo;

#[derive(Deserialize)]
struct Report {
    media: Tracks,
}

#[derive(Deserialize)]
struct Tracks {
    track: Vec<Track>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Track {
    #[serde(rename = "@type")]
    kind: String,
    format: Option<String>,
    duration: Option<Number>,
    overall_bit_rate: Option<Number>,
    width: Option<Number>,
    height: Option<Number>,
    /// Degrees clockwise, of a video that is to be turned.
    rotation: Option<Number>,
    frame_rate: Option<Number>,
    /// The exact rate: `FrameRate` is rounded to three decimals.
    #[serde(rename = "FrameRate_Num")]
    frame_rate_num: Option<Number>,
    #[serde(rename = "FrameRate_Den")]
    frame_rate_den: Option<Number>,
    channels: Option<Number>,
}

impl Adapter for MediaInfo {
    type Output = Facts;

    fn name(&self) -> &'static str {
        "media-info"
    }

    fn looked_for(&self) -> &'static str {
        "MediaInfo JSON (an object with `media.track`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&["media/track"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Facts, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let report: Report = json::read("MediaInfo", file.bytes).map_err(wrong)?;
        let tracks = report.media.track;
        let first = |kind: &str| tracks.iter().find(|track| track.kind == kind);
        let (general, video, audio) = (first("General"), first("Video"), first("Audio"));
        let of_whole = general.and_then(|general| millis(general.duration?));
        let longest = || tracks.iter().filter_map(|track| millis(track.duration?)).max();
        let duration_ms = of_whole.or_else(longest).ok_or_else(|| wrong(Fault::NoDuration))?;
        let (width, height) = video.map_or((None, None), Track::shown_size);
        let media = Media {
            duration_ms,
            width,
            height,
            frame_rate: video.and_then(Track::frame_rate),
            video_codec: video.and_then(Track::codec),
            audio_codec: audio.and_then(Track::codec),
            channels: audio.and_then(|audio| audio.channels?.whole()),
            bit_rate: general.and_then(|general| general.overall_bit_rate?.whole()),
            has_audio: audio.is_some(),
        };
        Ok(media.into())
    }
}

impl Track {
    fn shown_size(&self) -> (Option<u64>, Option<u64>) {
        let whole = |number: Option<Number>| number.and_then(Number::whole);
        let rotation = self.rotation.and_then(|rotation| rotation.0).unwrap_or(0.0);
        shown(whole(self.width), whole(self.height), rotation)
    }

    fn frame_rate(&self) -> Option<f64> {
        let exact = || Some(self.frame_rate_num?.0? / self.frame_rate_den?.0?);
        let rounded = || self.frame_rate?.0;
        exact().and_then(frame_rate).or_else(|| rounded().and_then(frame_rate))
    }

    /// `MediaInfo`'s names of the codecs that are met in lessons, in the words of the other formats; others as they are.
    fn codec(&self) -> Option<String> {
        let format = self.format.as_deref()?;
        let word = match format {
            "AVC" => "h264".to_owned(),
            "MPEG-4 Visual" => "mpeg4".to_owned(),
            "MPEG Audio" => "mp3".to_owned(),
            other => other.to_lowercase(),
        };
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn read(json: &str) -> Result<Media, NormalizeError> {
        let file = Candidate::new(Role::Media, "application/json", json.as_bytes());
        assert!(MediaInfo.recognises(&file));
        MediaInfo.read(&file).map(|facts| facts.media)
    }

    #[test]
    fn tracks_are_read_by_their_types() {
        let media = read(
            r#"{"creatingLibrary":{"name":"MediaInfoLib"},"media":{"@ref":"lesson.mp4","track":[
                {"@type":"General","VideoCount":"1","AudioCount":"2","Duration":"20.020","OverallBitRate":"123456","extra":{"x":"y"}},
                {"@type":"Video","Format":"AVC","Width":"1920","Height":"1080","Rotation":"90.000","FrameRate":"29.970",
                 "FrameRate_Num":"30000","FrameRate_Den":"1001","Duration":"20.020"},
                {"@type":"Audio","@typeorder":"1","Format":"AAC","Channels":"2"},
                {"@type":"Audio","@typeorder":"2","Format":"Opus","Channels":"1"},
                {"@type":"Text","Format":"Timed Text"},{"@type":"Menu"}]}}"#,
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
    fn what_is_absent_is_left_out_and_a_duration_is_needed() {
        let media = read(r#"{"media":{"track":[{"@type":"General"},{"@type":"Video","Format":"VP9","Duration":7.25,"FrameRate":"25.000","FrameRate_Num":"25","FrameRate_Den":"0"}]}}"#).unwrap();
        assert_eq!((media.duration_ms, media.has_audio, media.frame_rate), (7_250, false, Some(25.0)));
        assert_eq!((media.width, media.bit_rate, media.video_codec.as_deref()), (None, None, Some("vp9")));
        for duration in ["\"\"", "\"1 h 2 min\"", "-1", "null"] {
            let json = format!(r#"{{"media":{{"track":[{{"@type":"General","Duration":{duration}}}]}}}}"#);
            assert_eq!(read(&json).unwrap_err().fault, Fault::NoDuration, "{duration}");
        }
        assert_eq!(read(r#"{"media":{"track":{}}}"#).unwrap_err().code(), "format-malformed");
    }
}
