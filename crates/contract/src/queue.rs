//! What lies on the queues. A `task_token` is there if a state machine waits for the answer.

use document::{DocumentId, MachineRef, Work};
use serde::{Deserialize, Serialize};

/// On `uploads`, beside S3's own notifications: look whether a document's object is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The document whose object is looked for.
    pub look: DocumentId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_token: Option<String>,
}

/// On `lesson-plans`, `videos` and `normalization`: one piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkMessage {
    #[serde(flatten)]
    pub work: Work,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_token: Option<String>,
}

/// On `results`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ResultsMessage {
    /// A callback as it came, verified and not yet stored.
    Received {
        /// The processor's `webhook-id`.
        webhook_id: String,
        /// The callback's body, byte for byte.
        body: String,
    },
    /// A callback that is stored already: a machine wants its results fetched and proved.
    Stored {
        #[serde(flatten)]
        work: Work,
        reference: String,
        /// In the results bucket.
        callback_key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task_token: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use document::MachineName;

    #[test]
    fn messages_have_the_documented_shape() {
        let work = Work {
            document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".parse().unwrap(),
            revision: "v1".to_owned(),
            attempt: 1,
            machine: Some(MachineRef { name: MachineName::Results, cycle: 2 }),
        };
        let stored = ResultsMessage::Stored {
            work: work.clone(),
            reference: "r".to_owned(),
            callback_key: "k".to_owned(),
            task_token: Some("t".to_owned()),
        };
        insta::assert_json_snapshot!(stored, @r#"
        {
          "type": "stored",
          "document_id": "018f2f6e-7c1a-7000-8000-0123456789ab",
          "revision": "v1",
          "attempt": 1,
          "machine": {
            "name": "results",
            "cycle": 2
          },
          "reference": "r",
          "callback_key": "k",
          "task_token": "t"
        }
        "#);
        let plain = serde_json::json!({
            "document_id": work.document_id, "revision": "v1", "attempt": 1, "from_the_future": true
        });
        let message: WorkMessage = serde_json::from_value(plain).unwrap();
        assert_eq!((message.work.attempt, message.work.machine, message.task_token), (1, None, None));
    }
}
