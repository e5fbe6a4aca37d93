//! Puts that wait while a commit runs share the next one: the engine's own unit is one call, one commit, one sync.

use crate::protocol::{closed, note};
use dynoxide::{
    Database, DynoxideError, Result,
    actions::{
        put_item::{PutItemRequest, PutItemResponse},
        transact_write_items::{TransactPut, TransactWriteItem, TransactWriteItemsRequest},
    },
};
use local_disk::Health;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};
use tokio::sync::{mpsc, oneshot};

/// How many puts wait before callers do: it bounds the memory that unwritten items take.
const WAITING_MAX: usize = 256;
/// How many puts share a commit: by then its cost is spread thin enough, and it is far below the hundred actions that a
/// transaction may have.
const GROUP_MAX: usize = 32;

/// One put and whoever waits for it.
struct Job {
    put: PutItemRequest,
    reply: oneshot::Sender<Result<PutItemResponse>>,
}

/// The thread that puts items.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Absent once the writer is being dropped.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(desk: Desk) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let write = move || serve(&desk, waiting);
        let thread = thread::Builder::new().name("tables-writer".to_owned()).spawn(write)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Puts one item; it is on disk when this returns. A caller that goes away takes nothing back.
    pub(crate) async fn put(&self, put: PutItemRequest) -> Result<PutItemResponse> {
        let closed = || DynoxideError::InternalServerError("the tables are closed".to_owned());
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(Job { put, reply }).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

impl Drop for Writer {
    /// Ends when everything that was handed over is written, so that the file can be opened again at once.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the tables panicked");
        }
    }
}

/// What the thread works with.
pub(crate) struct Desk {
    pub(crate) engine: Database,
    /// Counts the commits.
    pub(crate) commits: Arc<AtomicU64>,
    pub(crate) health: Arc<Health>,
}

fn serve(desk: &Desk, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        desk.write(group);
    }
}

impl Desk {
    /// Writes all in one transaction if that can be, else one by one: so each has the answer that it would have alone.
    fn write(&self, group: Vec<Job>) {
        let together = group.len() > 1 && self.write_together(&group);
        for job in group {
            let outcome = if together { Ok(PutItemResponse::default()) } else { self.write_one(job.put) };
            // A caller that went away wants no answer.
            let _ = job.reply.send(outcome);
        }
    }

    fn write_one(&self, put: PutItemRequest) -> Result<PutItemResponse> {
        // Once a sync has failed, one that succeeds proves nothing.
        match closed(&self.health) {
            Some(refusal) => Err(refusal),
            None => self.settled(self.engine.put_item(put)),
        }
    }

    /// Counts what was committed, and remembers a failure of the disk before anything else is tried.
    fn settled<T>(&self, outcome: Result<T>) -> Result<T> {
        match &outcome {
            Ok(_) => drop(self.commits.fetch_add(1, Ordering::Relaxed)),
            Err(error) => note(&self.health, error),
        }
        outcome
    }

    /// Whether all were written. A condition that is not met, two puts of one item, or anything else that is wrong with
    /// one of them, writes none.
    fn write_together(&self, group: &[Job]) -> bool {
        let Some(puts) = group.iter().map(|job| plain(&job.put)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let request = TransactWriteItemsRequest { transact_items: puts, ..Default::default() };
        closed(&self.health).is_none() && self.settled(self.engine.transact_write_items(request)).is_ok()
    }
}

/// The put as part of a transaction, if it asks for no answer but that it was done.
fn plain(put: &PutItemRequest) -> Option<TransactWriteItem> {
    let asks_for = |option: &Option<String>| option.as_deref().is_some_and(|value| value != "NONE");
    if asks_for(&put.return_values)
        || asks_for(&put.return_consumed_capacity)
        || asks_for(&put.return_item_collection_metrics)
        || put.expected.is_some()
        || put.conditional_operator.is_some()
    {
        return None;
    }
    let put = TransactPut {
        table_name: put.table_name.clone(),
        item: put.item.clone(),
        condition_expression: put.condition_expression.clone(),
        expression_attribute_names: put.expression_attribute_names.clone(),
        expression_attribute_values: put.expression_attribute_values.clone(),
        return_values_on_condition_check_failure: None,
    };
    Some(TransactWriteItem { put: Some(put), ..Default::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::parse;
    use serde_json::json;

    fn desk() -> Desk {
        let engine = Database::memory().unwrap();
        let create = json!({
            "TableName": "items", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        });
        engine.create_table(parse(&create.to_string()).unwrap()).unwrap();
        Desk { engine, commits: Arc::default(), health: Arc::default() }
    }

    /// Writes a group of new items; which of them were taken, and in how many commits.
    fn written(desk: &Desk, ids: &[&str]) -> (Vec<bool>, u64) {
        let before = desk.commits.load(Ordering::Relaxed);
        let put = |id: &&str| {
            let put = json!({
                "TableName": "items", "Item": { "id": { "S": id } },
                "ConditionExpression": "attribute_not_exists(id)",
            });
            let (reply, answer) = oneshot::channel();
            (Job { put: parse(&put.to_string()).unwrap(), reply }, answer)
        };
        let (group, answers): (Vec<_>, Vec<_>) = ids.iter().map(put).unzip();
        desk.write(group);
        let taken = answers.into_iter().map(|mut answer| match answer.try_recv().unwrap() {
            Ok(_) => true,
            Err(
                DynoxideError::ConditionalCheckFailedException(..) | DynoxideError::InternalServerError(_),
            ) => false,
            Err(error) => panic!("{error}"),
        });
        (taken.collect(), desk.commits.load(Ordering::Relaxed) - before)
    }

    #[test]
    fn a_group_shares_one_commit() {
        let desk = desk();
        assert_eq!(written(&desk, &["a", "b", "c"]), (vec![true; 3], 1));
        assert_eq!(written(&desk, &["d"]), (vec![true], 1));
    }

    #[test]
    fn after_the_disk_failed_nothing_is_written() {
        let desk = desk();
        desk.health.fail("the register", "disk I/O error");
        assert_eq!(written(&desk, &["a"]), (vec![false], 0));
        assert_eq!(written(&desk, &["b", "c"]), (vec![false; 2], 0));
    }

    #[test]
    fn one_that_is_refused_does_not_fail_its_neighbours() {
        let desk = desk();
        assert_eq!(written(&desk, &["b"]), (vec![true], 1));
        assert_eq!(written(&desk, &["a", "b", "c"]), (vec![true, false, true], 2));
        assert_eq!(written(&desk, &["d", "d", "e"]), (vec![true, false, true], 2));
    }
}
