use crate::customer::{Customer, sample};
use serde_json::Value;

#[tokio::test]
async fn the_sample_lesson_is_probed_and_its_captions_are_taken_out() {
    let mut customer = Customer::new().await;
    let content = sample("lesson.mp4");
    let callback = customer.outcome("lesson.mp4", &content).await;
    let media: Value = serde_json::from_slice(&customer.file(&callback, "media").await).unwrap();
    let format = &media["format"];
    assert_eq!(format["filename"], "lesson.mp4");
    assert_eq!(format["nb_streams"], 3);
    assert_eq!(format["format_name"], "mov,mp4,m4a,3gp,3g2,mj2");
    assert_eq!(format["duration"], "20.000000");
    assert_eq!(format["size"], content.len().to_string());
    let stream = |index: usize, key: &str| media["streams"][index][key].clone();
    assert_eq!((stream(0, "codec_type"), stream(0, "codec_name")), ("video".into(), "h264".into()));
    assert_eq!((stream(0, "width"), stream(0, "height")), (640.into(), 360.into()));
    assert_eq!((stream(0, "r_frame_rate"), stream(0, "avg_frame_rate")), ("25/1".into(), "25/1".into()));
    assert_eq!((stream(1, "codec_name"), stream(1, "sample_rate")), ("aac".into(), "44100".into()));
    assert_eq!((stream(1, "channels"), stream(2, "codec_name")), (1.into(), "mov_text".into()));

    let captions = String::from_utf8(customer.file(&callback, "captions").await).unwrap();
    let first = "WEBVTT\n\n1\n00:00:00.500 --> 00:00:03.500\nGood morning, everyone.\nPlease open your books at page twelve.\n";
    assert!(captions.starts_with(first), "{captions}");
    assert!(
        captions.ends_with("00:00:17.000 --> 00:00:19.500\nIt becomes a cloud, and then it rains.\n"),
        "{captions}"
    );
}

#[tokio::test]
async fn a_video_that_is_cut_off_is_refused_at_once() {
    let customer = Customer::new().await;
    let content = sample("lesson.mp4");
    let answer = customer.submit("cut", "lesson.mp4", &content[..content.len() / 2]).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(crate::customer::code(answer).await, "file-damaged");
}
