use super::App;
use contract::callback::{Callback, CallbackType, Data};
use sha2::{Digest as _, Sha256};
use std::{sync::Arc, time::Duration};

/// How often one callback is tried.
const TRIES_MAX: u32 = 50;
/// The pause before it is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// Sends the callback until it is taken.
pub(super) async fn deliver(app: Arc<App>, url: String, data: Data) {
    // Ids are short and without dots, which job ids here are not.
    let id = hex::encode(&Sha256::digest(&data.reference)[..16]);
    let timestamp = app.clock.now();
    let callback = Callback { kind: CallbackType::Finished, timestamp: timestamp.to_string(), data };
    let body = serde_json::to_vec(&callback).expect("a callback holds only text and numbers");
    for _ in 0..TRIES_MAX {
        let Ok(place) = app.senders.acquire().await else { return };
        let timestamp = app.clock.now().as_second();
        let request = app
            .client
            .post(&url)
            .header("content-type", "application/json")
            .header(webhook::ID, &id)
            .header(webhook::TIMESTAMP, timestamp)
            .header(webhook::SIGNATURE, app.secret.sign(&id, timestamp, &body))
            .body(body.clone());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => return,
            Ok(answer) if answer.status().is_client_error() && answer.status().as_u16() != 429 => return,
            _ => {}
        }
        drop(place);
        tokio::time::sleep(PAUSE).await;
    }
}
