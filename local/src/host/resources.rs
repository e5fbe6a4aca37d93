//! Creates what the template declares. Each creation is idempotent: a restart brings what exists to what is declared.

use super::{HostError, Storage};
use local_s3::{BucketSpec, CorsRule};
use local_secrets::SecretSpec;
use local_sqs::{QueueSpec, Redrive};
use serde_json::{Value, json};
use template::{AttributeKey, Bucket, Plan, Projection, Queue, Table};

pub(super) async fn create(plan: &Plan, storage: &Storage) -> Result<(), HostError> {
    // Tables come first: they alone can refuse to become what is declared, and then nothing has changed yet.
    for table in &plan.tables {
        let created = storage.tables.create_table(&table_request(table));
        created.map_err(|error| match error {
            local_dynamodb::TablesError::Differs { .. } => HostError::Table { problem: error.to_string() },
            error => HostError::storage("a table")(error.into()),
        })?;
    }
    for bucket in &plan.buckets {
        let created = storage.s3.create_bucket(bucket_spec(bucket)).await;
        created.map_err(|error| HostError::storage("a bucket")(error.into()))?;
    }
    let queues = plan.queues.iter().map(queue_spec).collect();
    storage.queues.create_all(queues).await.map_err(|error| HostError::storage("a queue")(error.into()))?;
    // What this process's predecessor had received when it died is worked on now, not after its visibility time-out.
    let released = storage.queues.release_in_flight().await;
    released.map_err(|error| HostError::storage("the queues")(error.into()))?;
    for secret in &plan.secrets {
        let text = secret.text.expose().to_owned();
        storage.secrets.put(SecretSpec { name: secret.name.clone(), arn: secret.arn.clone(), text });
    }
    for machine in &plan.machines {
        let defined = storage.machines.define(&machine.name, &machine.role, &machine.definition);
        defined
            .map_err(|error| HostError::Machine { name: machine.name.clone(), problem: error.to_string() })?;
    }
    Ok(())
}

fn bucket_spec(bucket: &Bucket) -> BucketSpec {
    let cors = bucket.cors.iter().map(|rule| CorsRule {
        allowed_origins: rule.origins.clone(),
        allowed_methods: rule.methods.clone(),
        allowed_headers: rule.headers.clone(),
        expose_headers: rule.expose.clone(),
        max_age_seconds: rule.max_age.and_then(|age| u32::try_from(age.as_secs()).ok()),
    });
    BucketSpec {
        name: bucket.name.clone(),
        versioned: bucket.versioned,
        cors: cors.collect(),
        notifications: !bucket.notifications.is_empty(),
    }
}

fn queue_spec(queue: &Queue) -> QueueSpec {
    QueueSpec {
        name: queue.name.clone(),
        visibility: queue.visibility,
        delay: queue.delay,
        retention: queue.retention,
        receive_wait: queue.receive_wait,
        redrive: queue.redrive.as_ref().map(|redrive| Redrive {
            target: redrive.queue.clone(),
            max_receive_count: redrive.receives_max,
        }),
        max_message_bytes: queue.message_bytes_max as usize,
    }
}

fn table_request(table: &Table) -> Value {
    let attributes: Vec<_> = table
        .key_attributes()
        .into_iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    let indexes: Vec<_> = table
        .indexes
        .iter()
        .map(|index| {
            let projection = match &index.projection {
                Projection::All => json!({ "ProjectionType": "ALL" }),
                Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
                Projection::Include(names) => {
                    json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": names })
                }
            };
            json!({ "IndexName": index.name, "KeySchema": key_schema(&index.key), "Projection": projection })
        })
        .collect();
    let mut request = json!({
        "TableName": table.name,
        "AttributeDefinitions": attributes,
        "KeySchema": key_schema(&table.key),
        "BillingMode": "PAY_PER_REQUEST",
    });
    if !indexes.is_empty() {
        request["GlobalSecondaryIndexes"] = indexes.into();
    }
    request
}

fn key_schema(key: &AttributeKey) -> Value {
    let mut schema = vec![json!({ "AttributeName": key.hash, "KeyType": "HASH" })];
    schema.extend(key.range.iter().map(|range| json!({ "AttributeName": range, "KeyType": "RANGE" })));
    schema.into()
}
