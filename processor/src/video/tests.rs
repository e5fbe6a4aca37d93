use super::{Captions, Reading, read};
use crate::{fault::Fault, format::Format};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn reading(format: Format, name: &str) -> (Value, Reading) {
    let reading = read(format, &fixture(name), name).unwrap();
    (serde_json::from_slice(&reading.media).unwrap(), reading)
}

#[test]
fn matroska_gives_its_captions_without_their_markup() {
    let (media, reading) = reading(Format::Matroska, "captions.mkv");
    assert_eq!(media["format"]["format_name"], "matroska,webm");
    assert_eq!(media["format"]["duration"], "2.002000");
    let stream = &media["streams"][0];
    assert_eq!((&stream["codec_name"], &stream["r_frame_rate"]), (&"h264".into(), &"30000/1001".into()));
    assert_eq!((&stream["width"], &stream["height"]), (&64.into(), &36.into()));
    assert_eq!(media["streams"][1]["codec_name"], "subrip");
    let Captions::Embedded(text) = reading.captions else { panic!("no captions") };
    let expect = "WEBVTT\n\n1\n00:00:00.250 --> 00:00:01.000\nOne &amp; two\n\n2\n00:00:01.200 --> 00:00:01.900\nThree\n";
    assert_eq!(text, expect);
}

#[test]
fn a_live_recording_has_the_duration_of_its_last_block() {
    let (media, reading) = reading(Format::Matroska, "live.webm");
    assert!((1_900..=2_100).contains(&reading.duration_ms), "{}", reading.duration_ms);
    let sound = &media["streams"][1];
    assert_eq!((&sound["codec_name"], &sound["sample_rate"]), (&"opus".into(), &"48000".into()));
    assert_eq!(sound["channels"], 1);
    let Captions::None(text) = reading.captions else { panic!("captions out of nothing") };
    assert!(text.starts_with("WEBVTT\n\nNOTE ") && !text.contains("-->"));
}

#[test]
fn a_turned_picture_says_so_and_silence_is_legal() {
    let (media, _) = reading(Format::Mp4, "upright.mov");
    assert_eq!(media["format"]["nb_streams"], 1);
    assert_eq!(media["streams"][0]["side_data_list"][0]["rotation"], -90);
    assert_eq!(media["streams"][0]["nb_frames"], "50");
}

#[test]
fn fragments_are_counted() {
    let (media, reading) = reading(Format::Mp4, "fragments.mp4");
    assert_eq!(reading.duration_ms, 2_000);
    assert_eq!(media["streams"][0]["duration"], "2.000000");
    assert_eq!(media["streams"][0]["avg_frame_rate"], "25/1");
}

#[test]
fn every_cut_and_every_flipped_bit_is_survived() {
    for (format, name) in
        [(Format::Matroska, "captions.mkv"), (Format::Mp4, "upright.mov"), (Format::Mp4, "fragments.mp4")]
    {
        let whole = std::fs::read(fixture(name)).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut refused = 0;
        for step in 0..400 {
            let mut bytes = whole.clone();
            let at = step * whole.len() / 400;
            if step % 2 == 0 {
                bytes.truncate(at);
            } else {
                bytes[at] ^= 0x81;
            }
            std::fs::write(file.path(), bytes).unwrap();
            match format.inspect(file.path()).and_then(|()| read(format, file.path(), name)) {
                Ok(_) => {}
                Err(Fault::Internal(what)) => panic!("{name} {step}: {what}"),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 0, "{name}");
    }
}
