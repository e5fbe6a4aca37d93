//! Parallel and Map begin: the threads that they start.

use super::{Walk, leave::fits, visit::whole_seconds};
use crate::{
    definition::{Kind, MapItems, Parallel},
    execution::{Fork, Item, Pending, Stage, Thread, ThreadId},
    expression::{Scope, Trouble},
    history::Details,
    limits::{MAP_ITEMS_AT_ONCE_MAX, PERCENT_MAX},
};
use serde_json::{Map, Value, json};

impl Walk<'_, '_> {
    pub(super) fn visit_parallel(&mut self, id: ThreadId, parallel: &Parallel) {
        let input = match &parallel.arguments {
            None => self.thread(id).input.clone(),
            Some(arguments) => match arguments.evaluate(&mut self.scope(id, Map::new()), "Arguments") {
                Ok(input) => input,
                Err(trouble) => return self.fail_query(id, &trouble),
            },
        };
        if !fits(&input) {
            let failure = self.too_large(id);
            return self.fail(id, failure);
        }
        self.log_for(id, "ParallelStateStarted", None);
        let results = vec![None; parallel.branches.len()];
        self.thread(id).stage = Stage::Forked(Fork { results, pending: Vec::new(), tolerated: None });
        for (place, branch) in parallel.branches.iter().enumerate() {
            let thread = self.branch_of(id, (place, place), branch.start_at.clone(), input.clone());
            self.spawn(thread);
        }
    }

    pub(super) fn visit_map(&mut self, id: ThreadId, map: &MapItems) {
        let Plan { pending, at_once, tolerated } = match self.plan(id, map) {
            Ok(plan) => plan,
            Err(trouble) => return self.fail_query(id, &trouble),
        };
        if !pending.iter().all(|pending| fits(&pending.input)) {
            let failure = self.too_large(id);
            return self.fail(id, failure);
        }
        let length = pending.len();
        let details = Details::new("mapStateStartedEventDetails", json!({"length": length}));
        let started = self.log_for(id, "MapStateStarted", Some(details));
        self.thread(id).stage = Stage::Forked(Fork { results: vec![None; length], pending, tolerated });
        if length == 0 {
            return self.fork_succeeded(id);
        }
        for _ in 0..at_once {
            self.next_iteration(id, started);
        }
    }

    /// What a Map is going to do.
    fn plan(&mut self, id: ThreadId, map: &MapItems) -> Result<Plan, Trouble> {
        let mut scope = self.scope(id, Map::new());
        let items = match &map.items {
            None => self.thread(id).input.clone(),
            Some(items) => items.evaluate(&mut scope, "Items")?,
        };
        let items = match (items, &map.items) {
            (Value::Array(items), _) => items,
            (other, Some(template)) => return Err(Trouble::type_of(template, "Items", "array", &other)),
            (other, None) => return Err(Trouble::of_input(&other)),
        };
        let at_once = match &map.at_once {
            None => 0,
            Some(at_once) => whole_seconds(&mut scope, at_once, "MaxConcurrency", 0)?,
        };
        let at_once = match usize::try_from(at_once) {
            Ok(0) | Err(_) => MAP_ITEMS_AT_ONCE_MAX,
            Ok(wanted) => wanted.min(MAP_ITEMS_AT_ONCE_MAX),
        };
        let tolerated = tolerated(&mut scope, map, items.len())?;
        let outer = self.thread(id).item.take();
        let pending =
            items.into_iter().enumerate().map(|(index, value)| self.pending(id, map, Item { index, value }));
        let pending: Result<Vec<_>, _> = pending.collect();
        self.thread(id).item = outer;
        let mut pending = pending?;
        pending.reverse();
        Ok(Plan { pending, at_once, tolerated })
    }

    fn pending(&mut self, id: ThreadId, map: &MapItems, item: Item) -> Result<Pending, Trouble> {
        let Some(selector) = &map.selector else {
            let input = item.value.clone();
            return Ok(Pending { item, input });
        };
        self.thread(id).item = Some(item.clone());
        let input = selector.evaluate(&mut self.scope(id, Map::new()), "ItemSelector")?;
        Ok(Pending { item, input })
    }

    /// Starts the next item, which takes the place of one whose last event was `previous`.
    pub(super) fn next_iteration(&mut self, id: ThreadId, previous: u64) {
        let Some(Kind::Map(map)) = self.state(id).map(|state| &state.kind) else { return };
        let Stage::Forked(fork) = &mut self.thread(id).stage else { return };
        let Some(Pending { item, input }) = fork.pending.pop() else { return };
        let mut thread = self.branch_of(id, (item.index, 0), map.body.start_at.clone(), input);
        thread.last_event = self.log_iteration(id, previous, "Started", item.index);
        thread.item = Some(item);
        self.spawn(thread);
    }

    pub(super) fn log_iteration(&mut self, map: ThreadId, previous: u64, what: &str, index: usize) -> u64 {
        let details = json!({"name": self.thread(map).state, "index": index});
        let name = match what {
            "Started" => "mapIterationStartedEventDetails",
            "Succeeded" => "mapIterationSucceededEventDetails",
            "Failed" => "mapIterationFailedEventDetails",
            _ => "mapIterationAbortedEventDetails",
        };
        self.log(previous, &format!("MapIteration{what}"), Some(Details::new(name, details)))
    }

    /// A thread below `id` that fills `place` of its results and walks block number `block` of its state.
    fn branch_of(
        &mut self,
        id: ThreadId,
        (place, block): (usize, usize),
        start_at: String,
        input: Value,
    ) -> Thread {
        let parent = self.thread(id);
        let mut path = parent.block.clone();
        path.push((parent.state.clone(), block));
        Thread {
            item: parent.item.clone(),
            variables: parent.variables.clone(),
            last_event: parent.last_event,
            ..Thread::new(Some((id, place)), path, start_at, input)
        }
    }
}

/// What a Map is going to do.
struct Plan {
    /// Its iterations, last first.
    pending: Vec<Pending>,
    /// How many of them may run at a time.
    at_once: usize,
    /// How many of them may fail; none if the first that fails ends the Map.
    tolerated: Option<usize>,
}

/// The lower of the two bounds that a Map may set on items that fail.
fn tolerated(scope: &mut Scope, map: &MapItems, length: usize) -> Result<Option<usize>, Trouble> {
    let count = match &map.tolerated_count {
        None => None,
        Some(count) => usize::try_from(whole_seconds(scope, count, "ToleratedFailureCount", 0)?).ok(),
    };
    let share = match &map.tolerated_percentage {
        None => None,
        Some(percentage) => {
            let field = "ToleratedFailurePercentage";
            let value = percentage.evaluate(scope, field)?;
            let percent = value.as_f64().filter(|percent| (0.0..=PERCENT_MAX).contains(percent));
            let percent = percent
                .ok_or_else(|| Trouble::type_of(percentage, field, "a number from 0 to 100", &value))?;
            Some(share_of(length, percent))
        }
    };
    Ok(count.into_iter().chain(share).min())
}

/// How many whole items a percentage is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a list is no longer than the list, and a list in memory is shorter than 2^53"
)]
fn share_of(length: usize, percent: f64) -> usize {
    (length as f64 * percent / PERCENT_MAX).floor() as usize
}
