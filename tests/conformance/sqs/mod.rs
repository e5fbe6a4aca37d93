//! Amazon SQS.

mod change_message_visibility;
mod change_message_visibility_batch;
mod dead_letters;
mod delete_message;
mod delete_message_batch;
mod fifo;
mod get_queue_attributes;
mod get_queue_url;
mod list_dead_letter_source_queues;
mod list_queues;
mod long_polling;
mod protocol;
mod purge_queue;
mod receive_message;
mod send_message;
mod send_message_batch;

use crate::host::{Clients, ENDPOINT, Host};
use aws_sdk_sqs::{
    Client,
    types::{Message, MessageAttributeValue, MessageSystemAttributeName},
};
use local_sqs::{QueueSpec, Redrive};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A queue `work` whose dead letters go to `dead` at the third receive.
struct Bench {
    host: Host,
    client: Client,
    url: String,
}

impl Bench {
    async fn new() -> Self {
        Self::with(QueueSpec::named("work")).await
    }

    /// With a queue `work` as described, but for its redrive policy.
    async fn with(work: QueueSpec) -> Self {
        let host = Host::in_memory();
        let redrive = Some(Redrive { target: "dead".to_owned(), max_receive_count: 2 });
        let specs = vec![QueueSpec { redrive, ..work }, QueueSpec::named("dead")];
        host.queues.create_all(specs).await.expect("the queues are allowed");
        let client = host.clients.sqs.clone();
        Self { host, client, url: url("work") }
    }

    async fn both_ways(&self) -> [Client; 2] {
        self.host.both_ways().await.map(|Clients { sqs, .. }| sqs)
    }

    async fn send(&self, body: &str) {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await
            .expect("it is allowed");
    }

    /// Whatever is visible in `work`, ten at most.
    async fn take(&self) -> Vec<Message> {
        self.take_from("work").await
    }

    async fn take_from(&self, queue: &str) -> Vec<Message> {
        let receive = self.client.receive_message().queue_url(url(queue)).max_number_of_messages(10);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.send().await.expect("the queue exists").messages.unwrap_or_default()
    }

    /// The receipt of the only message, received now.
    async fn receipt(&self) -> String {
        let mut messages = self.take().await;
        assert_eq!(messages.len(), 1);
        messages.remove(0).receipt_handle.expect("a delivery has a receipt")
    }

    async fn bodies(&self) -> Vec<String> {
        self.take().await.into_iter().filter_map(|message| message.body).collect()
    }
}

/// A millisecond less.
fn almost(duration: Duration) -> Duration {
    duration.saturating_sub(SECOND / 1_000)
}

fn url(queue: &str) -> String {
    format!("{ENDPOINT}/000000000000/{queue}")
}

fn text(value: &str) -> MessageAttributeValue {
    typed("String", value)
}

fn typed(data_type: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(data_type).string_value(value).build().expect("it has a type")
}

fn system<'m>(message: &'m Message, name: &str) -> Option<&'m str> {
    message.attributes()?.get(&MessageSystemAttributeName::from(name)).map(String::as_str)
}
