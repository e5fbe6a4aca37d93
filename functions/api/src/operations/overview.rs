use super::{COUNTED_PER_SHARD_MAX, concerns};
use crate::{
    Problem,
    app::Api,
    auth::{Person, Role},
    lists::{Index, Row},
};
use axum::{Json, extract::State};
use document::{Moment, Status};
use edge::SHARDS;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// Queries under way at once for one overview.
const AT_ONCE_MAX: usize = 8;

/// How many documents there are of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub count: usize,
    /// Whether there may be more: counting ended at its bound.
    pub at_least: bool,
}

/// `GET /api/operations/overview`: how things stand in the operator's school.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    pub at: Moment,
    /// By status.
    pub statuses: BTreeMap<&'static str, Count>,
    pub waiting: Waiting,
}

/// What is not finished.
#[derive(Clone, Debug, Serialize)]
pub struct Waiting {
    pub count: usize,
    pub at_least: bool,
    /// What has been in its status longest.
    pub oldest: Option<Row>,
}

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
    let counted: Vec<_> = counted.buffered(AT_ONCE_MAX).try_collect().await?;
    Ok(Json(summed(counted, api.clock.now().into())))
}

fn summed(shards: Vec<(Status, Vec<Row>, bool)>, at: Moment) -> Overview {
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
    Overview { at, statuses, waiting }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::row_for_tests as row;

    #[test]
    fn shards_are_summed_and_the_oldest_that_waits_is_found() {
        let in_status = |status, number, at| Row { status, ..row(number, at, "school-1") };
        let overview = summed(
            vec![
                (Status::Queued, vec![in_status(Status::Queued, 1, 50)], false),
                (Status::Queued, vec![in_status(Status::Queued, 2, 40)], true),
                (Status::Processing, vec![in_status(Status::Processing, 3, 45)], false),
                (Status::Ready, vec![in_status(Status::Ready, 4, 10)], false),
                (Status::Failed, Vec::new(), false),
            ],
            Moment::from_millis(100),
        );
        assert_eq!(overview.statuses["queued"], Count { count: 2, at_least: true });
        assert_eq!(overview.statuses["ready"], Count { count: 1, at_least: false });
        assert_eq!(overview.statuses["failed"], Count { count: 0, at_least: false });
        assert_eq!((overview.waiting.count, overview.waiting.at_least), (3, true));
        assert_eq!(overview.waiting.oldest.unwrap().status_at, Moment::from_millis(40));
    }
}
