use super::{
    COUNTED_PER_SHARD_MAX, Cause, Hour, QueueDepth, Running, concerns, failed::causes, throughput::throughput,
};
use crate::{
    Problem,
    app::Api,
    auth::{Person, Role},
    lists::{Index, Row},
    openapi::Asked,
};
use axum::{Json, extract::State};
use document::{Kind, Moment, Status};
use edge::SHARDS;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

/// Queries under way at once for one overview.
const AT_ONCE_MAX: usize = 8;

/// How many documents there are of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    pub count: usize,
    /// Whether there may be more: counting ended at its bound.
    pub at_least: bool,
}

/// `GET /api/operations/overview`: how things stand in the operator's school.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Overview {
    pub at: Moment,
    /// By status.
    #[schema(value_type = BTreeMap<String, Count>)]
    pub statuses: BTreeMap<&'static str, Count>,
    pub waiting: Waiting,
    /// What came to an end in the last hours, oldest first; the last is running.
    pub throughput: Vec<Hour>,
    /// The causes among the latest failures, most frequent first.
    pub causes: Vec<Cause>,
    /// The pipeline's queues, of all schools.
    pub queues: Vec<QueueDepth>,
    /// The state machines, of all schools.
    pub machines: Vec<Running>,
}

/// What is not finished.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Waiting {
    pub count: usize,
    pub at_least: bool,
    /// What has been in its status longest.
    pub oldest: Option<Row>,
}

#[utoipa::path(
    get, path = "/api/operations/overview", operation_id = "overview", tag = "operations",
    responses((status = 200, body = Overview, description = "How things stand"), Asked)
)]
pub(crate) async fn overview(State(api): State<Arc<Api>>, person: Person) -> Result<Json<Overview>, Problem> {
    person.must_be(Role::Operator)?;
    // No document rests as superseded: only its revisions do.
    let statuses = Status::ALL.into_iter().filter(|status| *status != Status::Superseded);
    let shards = statuses.flat_map(|status| (0..SHARDS).map(move |shard| (status, shard)));
    let counted = stream::iter(shards).map(|(status, shard)| {
        let (api, person) = (&api, &person);
        async move {
            let partition = format!("{status}#{shard}");
            let page = api.catalogue.oldest(Index::Status, &partition, COUNTED_PER_SHARD_MAX).await?;
            let rows: Vec<_> = page.rows.into_iter().filter(|row| concerns(row, person)).collect();
            Ok::<_, Problem>((status, rows, page.more))
        }
    });
    let at = api.clock.now().into();
    let (counted, throughput, causes, queues, machines) = futures::try_join!(
        counted.buffered(AT_ONCE_MAX).try_collect::<Vec<_>>(),
        throughput(&api, &person, at),
        causes(&api, &person),
        api.queues.depths(),
        api.machines.running(),
    )?;
    let queues =
        queues.into_iter().map(|queue| QueueDepth { oldest_at: oldest(&queue, &counted), ..queue }).collect();
    let (statuses, waiting) = summed(counted);
    Ok(Json(Overview { at, statuses, waiting, throughput, causes, queues, machines }))
}

/// Rows of one shard of a status, oldest first, and whether there may be more.
type Shard = (Status, Vec<Row>, bool);

/// Since when the longest has waited for what a queue brings, if its documents are in a status of their own and it has any.
fn oldest(queue: &QueueDepth, shards: &[Shard]) -> Option<Moment> {
    let (status, kind) = match queue.name {
        "lesson-plans" => (Status::Queued, Some(Kind::LessonPlan)),
        "videos" => (Status::Queued, Some(Kind::Video)),
        "normalization" => (Status::Returned, None),
        _ => return None,
    };
    if queue.waiting + queue.in_flight + queue.delayed == 0 {
        return None;
    }
    let rows = shards.iter().filter(|(of, ..)| *of == status).flat_map(|(_, rows, _)| rows);
    let rows = rows.filter(|row| kind.is_none_or(|kind| row.kind == kind));
    rows.map(|row| row.status_at).min()
}

fn summed(shards: Vec<Shard>) -> (BTreeMap<&'static str, Count>, Waiting) {
    let mut statuses = BTreeMap::<_, Count>::new();
    let mut waiting = Waiting { count: 0, at_least: false, oldest: None };
    for (status, rows, more) in shards {
        let count = statuses.entry(status.as_str()).or_default();
        count.count += rows.len();
        count.at_least |= more;
        if status.is_final() {
            continue;
        }
        waiting.count += rows.len();
        waiting.at_least |= more;
        let oldest = rows.into_iter().chain(waiting.oldest.take()).min_by_key(|row| row.status_at);
        waiting.oldest = oldest;
    }
    (statuses, waiting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::row_for_tests as row;

    #[test]
    fn shards_are_summed_and_the_oldest_that_waits_is_found() {
        let in_status = |status, number, at| Row { status, ..row(number, at, "school-1") };
        let shards = vec![
            (Status::Queued, vec![in_status(Status::Queued, 1, 50)], false),
            (Status::Queued, vec![in_status(Status::Queued, 2, 40)], true),
            (Status::Processing, vec![in_status(Status::Processing, 3, 45)], false),
            (Status::Ready, vec![in_status(Status::Ready, 4, 10)], false),
            (Status::Failed, Vec::new(), false),
        ];
        let since = |name, waiting| {
            let queue = QueueDepth { name, waiting, in_flight: 0, delayed: 0, oldest_at: None, dead: 0 };
            oldest(&queue, &shards).map(Moment::as_millis)
        };
        let queues =
            [("lesson-plans", 1), ("lesson-plans", 0), ("videos", 1), ("normalization", 1), ("uploads", 1)];
        assert_eq!(queues.map(|(name, waiting)| since(name, waiting)), [Some(40), None, None, None, None]);
        let (statuses, waiting) = summed(shards);
        assert_eq!(statuses["queued"], Count { count: 2, at_least: true });
        assert_eq!(statuses["ready"], Count { count: 1, at_least: false });
        assert_eq!(statuses["failed"], Count { count: 0, at_least: false });
        assert_eq!((waiting.count, waiting.at_least), (3, true));
        assert_eq!(waiting.oldest.unwrap().status_at, Moment::from_millis(40));
    }
}
