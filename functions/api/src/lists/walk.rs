use super::{
    Pages, Period, ROWS_EVALUATED_MAX, Row,
    cursor::{Mark, Place},
};
use crate::{Code, Problem};
use document::{Moment, Status};
use edge::SHARDS;
use std::collections::VecDeque;

/// Rows read from a partition at once.
const PAGE_ROWS: usize = 100;

/// An index of the register, with what it is keyed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    Teacher,
    School,
    Status,
    Cause,
}

impl Index {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Teacher => "by-teacher",
            Self::School => "by-school",
            Self::Status => "by-status",
            Self::Cause => "by-cause",
        }
    }

    pub(crate) const fn partition(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::School => "school",
            Self::Status => "status_shard",
            Self::Cause => "cause",
        }
    }

    pub(crate) const fn order(self) -> &'static str {
        match self {
            Self::Teacher | Self::School => "uploaded_at",
            Self::Status | Self::Cause => "status_at",
        }
    }

    /// Whether rows are in the order in which they were uploaded.
    const fn is_by_upload(self) -> bool {
        matches!(self, Self::Teacher | Self::School)
    }

    const fn moment(self, row: &Row) -> Moment {
        match self {
            Self::Teacher | Self::School => row.uploaded_at,
            Self::Status | Self::Cause => row.status_at,
        }
    }

    fn mark(self, row: &Row) -> Mark {
        Mark { at: self.moment(row), document_id: row.document_id }
    }
}

/// A walk through one or more partitions of an index at once, newest first, that can be left and taken up again.
#[derive(Debug)]
pub(crate) struct Walk<'a, P> {
    pages: &'a P,
    index: Index,
    /// What of the index's order is walked through.
    period: Period,
    partitions: Vec<Partition>,
    evaluated: usize,
}

#[derive(Debug)]
struct Partition {
    key: String,
    /// Behind the last row that was taken.
    place: Place,
    /// Behind the last row that was read.
    read: Place,
    ahead: VecDeque<Row>,
}

impl<'a, P: Pages> Walk<'a, P> {
    /// A walk through one partition.
    pub(crate) fn of(pages: &'a P, index: Index, partition: &str) -> Self {
        Self::through(pages, index, vec![partition.to_owned()])
    }

    /// A walk through everything in one status.
    pub(crate) fn of_status(pages: &'a P, status: Status) -> Self {
        Self::through(pages, Index::Status, (0..SHARDS).map(|shard| format!("{status}#{shard}")).collect())
    }

    fn through(pages: &'a P, index: Index, partitions: Vec<String>) -> Self {
        let partitions = partitions.into_iter().map(|key| Partition {
            key,
            place: Place::Start,
            read: Place::Start,
            ahead: VecDeque::new(),
        });
        Self { pages, index, period: Period::default(), partitions: partitions.collect(), evaluated: 0 }
    }

    /// Passes over what was uploaded outside of a period without looking at it, where the index can.
    pub(crate) fn uploaded(self, period: Period) -> Self {
        if self.index.is_by_upload() { Self { period, ..self } } else { self }
    }

    /// Goes on where a walk like this one was left.
    pub(crate) fn resume(mut self, cursor: Option<&str>) -> Result<Self, Problem> {
        if let Some(cursor) = cursor {
            let places = Place::read_all(cursor, self.index.name(), self.partitions.len())?;
            // A place outside of the period comes from another list.
            if places.iter().filter_map(Place::mark).any(|mark| !self.period.holds(mark.at)) {
                return Err(Code::CursorMalformed.into());
            }
            for (partition, place) in self.partitions.iter_mut().zip(places) {
                partition.read.clone_from(&place);
                partition.place = place;
            }
        }
        Ok(self)
    }

    /// Takes up to `limit` rows that `wanted` lets through, and tells how to go on if there may be more.
    pub(crate) async fn take(
        mut self,
        limit: usize,
        wanted: impl Fn(&Row) -> bool,
    ) -> Result<(Vec<Row>, Option<String>), Problem> {
        let mut rows = Vec::new();
        while rows.len() < limit && self.evaluated < ROWS_EVALUATED_MAX {
            let Some(row) = self.next().await? else {
                return Ok((rows, None));
            };
            if wanted(&row) {
                rows.push(row);
            }
        }
        // Whether anything is left is known only where the next row has been read already.
        let over = self.partitions.iter().all(|partition| partition.place == Place::End);
        let places: Vec<_> = self.partitions.into_iter().map(|partition| partition.place).collect();
        Ok((rows, (!over).then(|| Place::write_all(&places, self.index.name()))))
    }

    /// The newest row that has not been taken.
    async fn next(&mut self) -> Result<Option<Row>, Problem> {
        for partition in &mut self.partitions {
            while partition.ahead.is_empty() && partition.read != Place::End {
                let after = partition.read.mark();
                let page =
                    self.pages.page(self.index, &partition.key, &self.period, after, PAGE_ROWS).await?;
                partition.read = match (page.more, page.rows.last()) {
                    (true, Some(last)) => Place::After(self.index.mark(last)),
                    _ => Place::End,
                };
                partition.ahead = page.rows.into();
                if partition.ahead.is_empty() {
                    partition.place = partition.read.clone();
                }
            }
        }
        let heads = self.partitions.iter().enumerate();
        let newest =
            heads.filter_map(|(i, partition)| Some((self.index.mark(partition.ahead.front()?), i))).max();
        let Some((mark, i)) = newest else {
            return Ok(None);
        };
        let partition = &mut self.partitions[i];
        let row = partition.ahead.pop_front();
        let ended = partition.ahead.is_empty() && partition.read == Place::End;
        partition.place = if ended { Place::End } else { Place::After(mark) };
        self.evaluated += 1;
        Ok(row)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::lists::catalogue::Page;
    use document::{DocumentId, Kind};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    pub(crate) fn row(number: u8, at: i64, school: &str) -> Row {
        Row {
            document_id: DocumentId::mint(Moment::from_millis(0), [number; 10]),
            version: 1,
            school: Some(school.to_owned()),
            teacher: Some("t1".to_owned()),
            teacher_name: None,
            kind: Kind::LessonPlan,
            title: format!("Plan {number}"),
            lesson: None,
            file_name: format!("plan-{number}.docx"),
            media_type: String::new(),
            size: 1,
            status: Status::Failed,
            status_at: Moment::from_millis(at),
            uploaded_at: Moment::from_millis(at),
            failure: None,
            deadline: None,
        }
    }

    /// An index in memory: partitions of rows, each newest first.
    #[derive(Debug, Default)]
    pub(crate) struct InMemory(pub(crate) BTreeMap<String, Vec<Row>>);

    impl Pages for InMemory {
        async fn page(
            &self,
            index: Index,
            key: &str,
            period: &Period,
            after: Option<&Mark>,
            limit: usize,
        ) -> Result<Page, Problem> {
            let mut rows = self.0.get(key).cloned().unwrap_or_default();
            rows.sort_by_key(|row| std::cmp::Reverse(index.mark(row)));
            rows.retain(|row| {
                period.holds(index.moment(row)) && after.is_none_or(|after| index.mark(row) < *after)
            });
            // As the database does: a full page says that there may be more, even if there is not.
            let more = rows.len() >= limit;
            rows.truncate(limit);
            Ok(Page { rows, more })
        }
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    proptest! {
        #[test]
        fn following_the_cursor_meets_every_row_once_and_in_order(
            places in prop::collection::vec((0..SHARDS, 0..5_i64, prop::bool::ANY), 0..250),
            limit in 1..60_usize,
        ) {
            let mut pages = InMemory::default();
            let mut expect = Vec::new();
            for (number, (shard, at, own)) in places.into_iter().enumerate() {
                let row = row(u8::try_from(number).unwrap(), at, if own { "school-1" } else { "school-2" });
                if own {
                    expect.push(Index::Status.mark(&row));
                }
                pages.0.entry(format!("failed#{shard}")).or_default().push(row);
            }
            expect.sort_by(|a, b| b.cmp(a));
            let (mut met, mut cursor) = (Vec::new(), None);
            loop {
                let walk = Walk::of_status(&pages, Status::Failed).resume(cursor.as_deref()).unwrap();
                let own = |row: &Row| row.school.as_deref() == Some("school-1");
                let (rows, next) = block_on(walk.take(limit, own)).unwrap();
                prop_assert!(rows.len() <= limit);
                met.extend(rows.iter().map(|row| Index::Status.mark(row)));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert_eq!(met, expect);
        }
    }

    #[tokio::test]
    async fn a_walk_that_finds_nothing_ends_within_its_bound_and_can_go_on() {
        let rows = (0..=255).flat_map(|number| (0..5).map(move |at| row(number, at, "school-2")));
        let pages = InMemory(BTreeMap::from([("school-1".to_owned(), rows.collect())]));
        let walk = Walk::of(&pages, Index::School, "school-1");
        let (rows, cursor) = walk.take(10, |_| false).await.unwrap();
        assert!(rows.is_empty());
        let walk = Walk::of(&pages, Index::School, "school-1").resume(cursor.as_deref()).unwrap();
        let (rows, cursor) = walk.take(1000, |_| true).await.unwrap();
        assert_eq!((rows.len(), cursor), (256 * 5 - ROWS_EVALUATED_MAX, None));
    }

    #[tokio::test]
    async fn what_was_uploaded_in_another_time_is_not_looked_at() {
        let rows = (0..=255).flat_map(|number| (0..8).map(move |at| row(number, at, "school-1")));
        let pages = InMemory(BTreeMap::from([("school-1".to_owned(), rows.collect())]));
        let day = |at| Period { from: Some(Moment::from_millis(at)), to: Some(Moment::from_millis(at)) };
        let walk = Walk::of(&pages, Index::School, "school-1").uploaded(day(2));
        let (rows, cursor) = walk.take(2000, |_| true).await.unwrap();
        assert_eq!((rows.len(), cursor), (256, None), "one day of two thousand rows");
        let walk = Walk::of(&pages, Index::School, "school-1").uploaded(day(2));
        let cursor = walk.take(10, |_| true).await.unwrap().1.unwrap();
        let other = Walk::of(&pages, Index::School, "school-1").uploaded(day(3));
        assert_eq!(other.resume(Some(&cursor)).unwrap_err().code(), "cursor-malformed");
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let pages = InMemory::default();
        let cursor = Place::write_all(&[Place::Start], Index::Teacher.name());
        let refused = Walk::of(&pages, Index::School, "school-1").resume(Some(&cursor)).unwrap_err();
        assert_eq!(refused.code(), "cursor-malformed");
    }
}
