use super::Operation;
use crate::error::StoreError;
use rusqlite::Transaction;
use tokio::sync::oneshot;

/// An operation on its way through the writer, whatever its output.
pub(crate) trait Job: Send {
    /// Applies the operation and keeps its output until the commit.
    fn apply(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()>;

    /// Answers the caller; a job to run next if there was nobody to answer.
    fn finish(self: Box<Self>, committed: Result<(), StoreError>) -> Option<Box<dyn Job>>;

    /// Whether nobody wants it any more.
    fn is_abandoned(&self) -> bool;
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub(crate) struct Pending<O: Operation> {
    operation: O,
    output: Option<O::Output>,
    reply: Option<Reply<O::Output>>,
}

impl<O: Operation> Pending<O> {
    pub(crate) fn answering(operation: O, reply: Reply<O::Output>) -> Self {
        Self { operation, output: None, reply: Some(reply) }
    }
}

impl<O: Operation> Job for Pending<O> {
    fn apply(&mut self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        self.output = Some(self.operation.apply(transaction)?);
        Ok(())
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) -> Option<Box<dyn Job>> {
        let Self { operation, output, reply } = *self;
        let answer = committed.and_then(|()| output.ok_or(StoreError::Closed));
        if let Ok(output) = &answer {
            operation.committed(output);
        }
        let unsent = reply?.send(answer).err()?;
        operation.undelivered(unsent.ok()?)
    }

    fn is_abandoned(&self) -> bool {
        self.operation.is_for_its_caller() && self.reply.as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

/// A job that nobody waits for.
pub(crate) fn unattended<O: Operation>(operation: O) -> Box<dyn Job> {
    Box::new(Pending { operation, output: None, reply: None })
}
