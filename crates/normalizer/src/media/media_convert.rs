use super::{Facts, stream::millis};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, Number},
    schema::{Media, Repair},
};
use serde::Deserialize;

/// The event that AWS Elemental `MediaConvert` sends through EventBridge when a job is complete. It gives facts for each output:
/// those of the largest picture are taken, because the others are smaller copies of it, and of the longest duration, because
/// thumbnails and clips are shorter.
///
/// The event says nothing of sound, codecs and frame rates. A classroom video without a word would not have been transcribed,
/// so that it is taken to have sound, and a repair says so.
pub(crate) struct MediaConvert;

#[derive(Deserialize)]
struct Event {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    status: String,
    #[serde(default)]
    output_group_details: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(default)]
    output_details: Vec<Output>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    duration_in_ms: Option<Number>,
    video_details: Option<Video>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Video {
    width_in_px: Option<Number>,
    height_in_px: Option<Number>,
    average_bitrate: Option<Number>,
}

impl Adapter for MediaConvert {
    type Output = Facts;

    fn name(&self) -> &'static str {
        "media-convert"
    }

    fn looked_for(&self) -> &'static str {
        "a MediaConvert job-complete event (an object with `detail.outputGroupDetails`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&["detail/outputGroupDetails"]) || file.json_has(&["detail/jobId", "detail/status"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Facts, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let event: Event = json::read("MediaConvert", file.bytes).map_err(wrong)?;
        if event.detail.status != "COMPLETE" {
            let why = "its job is not complete".to_owned();
            return Err(wrong(Fault::Malformed { format: "MediaConvert", why }));
        }
        let outputs = || event.detail.output_group_details.iter().flat_map(|group| &group.output_details);
        let duration_ms = outputs().filter_map(Output::duration_ms).max();
        let largest = outputs().filter_map(|output| output.video_details).max_by_key(Video::area);
        let whole = |number: Option<Number>| number.and_then(Number::whole);
        let media = Media {
            duration_ms: duration_ms.ok_or_else(|| wrong(Fault::NoDuration))?,
            width: largest.and_then(|video| whole(video.width_in_px)),
            height: largest.and_then(|video| whole(video.height_in_px)),
            frame_rate: None,
            video_codec: None,
            audio_codec: None,
            channels: None,
            bit_rate: largest.and_then(|video| whole(video.average_bitrate)),
            has_audio: true,
        };
        let repair = Repair {
            code: "audio-assumed".to_owned(),
            place: file.role.to_string(),
            note: "The event does not say whether the video has sound; it is taken to have.".to_owned(),
        };
        Ok(Facts { media, repairs: vec![repair] })
    }
}

impl Output {
    fn duration_ms(&self) -> Option<u64> {
        millis(Number(self.duration_in_ms?.0.map(|ms| ms / 1000.0)))
    }
}

impl Video {
    fn area(&self) -> u64 {
        let side = |number: Option<Number>| number.and_then(Number::whole).unwrap_or(0);
        side(self.width_in_px).saturating_mul(side(self.height_in_px))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn read(json: &str) -> Result<Facts, NormalizeError> {
        let file = Candidate::new(Role::Media, "application/json", json.as_bytes());
        assert!(MediaConvert.recognises(&file), "{json}");
        MediaConvert.read(&file)
    }

    fn event(outputs: &str) -> String {
        format!(
            r#"{{"version":"0","detail-type":"MediaConvert Job State Change","source":"aws.mediaconvert","detail":{{
                "timestamp":1671476832124,"jobId":"1671476818694-phptj0","status":"COMPLETE","userMetadata":{{}},
                "outputGroupDetails":[{{"outputDetails":[{outputs}],"type":"HLS_GROUP"}},{{"type":"FILE_GROUP"}}]}}}}"#
        )
    }

    #[test]
    fn the_largest_picture_and_the_longest_duration_are_taken() {
        let facts = read(&event(
            r#"{"outputFilePaths":["s3://b/low.mp4"],"durationInMs":180041,"videoDetails":{"widthInPx":426,"heightInPx":240}},
               {"durationInMs":180040,"videoDetails":{"widthInPx":1280,"heightInPx":720,"averageBitrate":200000}},
               {"durationInMs":180041},{"videoDetails":{"widthInPx":320}}"#,
        ))
        .unwrap();
        let media = facts.media;
        assert_eq!((media.duration_ms, media.width, media.height), (180_041, Some(1280), Some(720)));
        assert_eq!((media.bit_rate, media.has_audio), (Some(200_000), true));
        assert_eq!(facts.repairs[0].code, "audio-assumed");
    }

    #[test]
    fn an_event_without_a_whole_job_is_refused() {
        for outputs in ["", "{}", r#"{"durationInMs":-1}"#, r#"{"durationInMs":1e300}"#] {
            assert_eq!(read(&event(outputs)).unwrap_err().fault, Fault::NoDuration, "{outputs}");
        }
        let failed = event("").replace("COMPLETE", "ERROR");
        assert_eq!(read(&failed).unwrap_err().code(), "format-malformed");
        // As the manual prints it: a number with leading zeros, and a comma behind the last member.
        for printed in [
            r#"{"detail":{"outputGroupDetails":[],"warnings":[{"code":000000}]}}"#,
            r#"{"detail":{"outputGroupDetails":[],}}"#,
        ] {
            assert_eq!(read(printed).unwrap_err().code(), "format-malformed");
        }
    }
}
