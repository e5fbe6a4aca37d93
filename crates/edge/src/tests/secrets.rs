use super::aws::Aws;
use crate::{
    Bearer, KeptSecret, Runtime, SecretError, Variables,
    secret::{SECRET_DOUBT_TIME, SECRET_KEPT_TIME, SECRET_STALE_TIME},
};
use clock::ManualClock;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const SETTING: &str = "PROCESSOR_TOKEN_ARN";
const MOMENT: Duration = Duration::from_millis(1);

fn text(text: impl std::fmt::Display) -> (u16, Value) {
    (200, json!({ "ARN": "arn", "Name": "name", "SecretString": text.to_string() }))
}

fn refused(kind: &str) -> (u16, Value) {
    (400, json!({ "__type": kind, "Message": "refused" }))
}

/// A runtime with the setting, and its clock.
fn runtime(aws: &Aws) -> (Runtime, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
    let variables = Variables::new([(SETTING.to_owned(), "arn".to_owned())]);
    (Runtime { variables, clock: Arc::<ManualClock>::clone(&clock), ..aws.runtime() }, clock)
}

/// The secret behind `aws`, which answers the first fetch with `0`, the next with `1`, and so on.
fn rotating() -> (Aws, KeptSecret, Arc<ManualClock>) {
    let aws = Aws::new(|_, before| text(before));
    let (runtime, clock) = runtime(&aws);
    (aws, KeptSecret::new(&runtime, SETTING).unwrap(), clock)
}

#[tokio::test]
async fn a_secret_is_fetched_once_and_again_when_its_time_is_over() {
    let (aws, secret, clock) = rotating();
    let fetched = async |text: &str, calls: usize| {
        assert_eq!(secret.text().await.unwrap().expose(), text);
        assert_eq!(aws.calls("GetSecretValue"), calls);
    };
    fetched("0", 1).await;
    clock.advance(SECRET_KEPT_TIME.saturating_sub(MOMENT));
    fetched("0", 1).await;
    clock.advance(MOMENT);
    fetched("1", 2).await;
    fetched("1", 2).await;
}

#[tokio::test]
async fn however_often_a_secret_is_doubted_it_is_fetched_now_and_then() {
    let (aws, secret, clock) = rotating();
    let seen = secret.text().await.unwrap();
    for _ in 0..1000 {
        assert!(secret.other_than(&seen).await.unwrap().is_none());
    }
    assert_eq!(aws.calls("GetSecretValue"), 1, "it had just been fetched");
    clock.advance(SECRET_DOUBT_TIME.saturating_sub(MOMENT));
    assert!(secret.other_than(&seen).await.unwrap().is_none());
    clock.advance(MOMENT);
    for _ in 0..1000 {
        assert_eq!(secret.other_than(&seen).await.unwrap().unwrap().expose(), "1");
    }
    assert_eq!(aws.calls("GetSecretValue"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_secrets_manager_is_outlived_for_a_while() {
    let aws = Aws::new(|_, before| if before == 0 { text("kept") } else { refused("InternalServiceError") });
    let (runtime, clock) = runtime(&aws);
    let secret = KeptSecret::new(&runtime, SETTING).unwrap();
    secret.text().await.unwrap();
    let mut age = Duration::ZERO;
    while age < SECRET_STALE_TIME.saturating_sub(SECRET_KEPT_TIME) {
        assert_eq!(secret.text().await.unwrap().expose(), "kept");
        clock.advance(SECRET_DOUBT_TIME);
        age += SECRET_DOUBT_TIME;
    }
    clock.advance(SECRET_KEPT_TIME);
    let error = secret.text().await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("secret-unavailable", true));
}

#[tokio::test]
async fn a_secret_that_was_taken_away_is_used_no_longer() {
    for (kind, code) in
        [("ResourceNotFoundException", "secret-missing"), ("AccessDeniedException", "secret-forbidden")]
    {
        let aws = Aws::new(move |_, before| if before == 0 { text("gone") } else { refused(kind) });
        let (runtime, clock) = runtime(&aws);
        let secret = KeptSecret::new(&runtime, SETTING).unwrap();
        secret.text().await.unwrap();
        clock.advance(SECRET_KEPT_TIME);
        let error = secret.text().await.unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), (code, false), "{error}");
        assert!(error.to_string().contains(SETTING) && !error.to_string().contains("gone"), "{error}");
    }
}

#[tokio::test]
async fn a_clock_that_is_put_back_keeps_no_secret() {
    let (aws, secret, clock) = rotating();
    clock.advance(Duration::from_hours(1));
    secret.text().await.unwrap();
    clock.set(jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(secret.text().await.unwrap().expose(), "1");
    assert_eq!(aws.calls("GetSecretValue"), 2);
}

#[tokio::test]
async fn a_token_is_shown_to_the_processor_and_to_nobody_else() {
    let check = async |written: &'static str| {
        let (runtime, _) = runtime(&Aws::new(move |_, _| text(written)));
        let bearer = Bearer::new(&runtime).unwrap();
        let shown = bearer.authorization().await;
        assert!(!format!("{shown:?} {bearer:?}").contains("open sesame"), "{shown:?}");
        shown
    };
    // A line's end is what editors and shells leave behind.
    assert_eq!(check("open sesame\n").await.unwrap(), "Bearer open sesame");
    for broken in ["open\nsesame", ""] {
        let error = check(broken).await.unwrap_err();
        assert!(matches!(error, SecretError::Malformed { .. }), "{error}");
    }
}
