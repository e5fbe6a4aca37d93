//! Parallel and Map: threads that a state starts and waits for.

use super::{
    Walk,
    leave::{fits, too_large},
    visit::whole_seconds,
};
use crate::{
    Failure,
    definition::{Kind, MapItems, Parallel},
    execution::{Fork, Item, Pending, Stage, Thread, ThreadId},
    expression::Trouble,
    history::Details,
    limits::MAP_ITEMS_AT_ONCE_MAX,
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
            return self.fail(id, too_large());
        }
        self.log_for(id, "ParallelStateStarted", None);
        let results = vec![None; parallel.branches.len()];
        self.thread(id).stage = Stage::Forked(Fork { results, pending: Vec::new() });
        for (place, branch) in parallel.branches.iter().enumerate() {
            let thread = self.branch_of(id, (place, place), branch.start_at.clone(), input.clone());
            self.spawn(thread);
        }
    }

    pub(super) fn visit_map(&mut self, id: ThreadId, map: &MapItems) {
        let (pending, at_once) = match self.iterations(id, map) {
            Ok(iterations) => iterations,
            Err(trouble) => return self.fail_query(id, &trouble),
        };
        if !pending.iter().all(|pending| fits(&pending.input)) {
            return self.fail(id, too_large());
        }
        let length = pending.len();
        let details = Details::new("mapStateStartedEventDetails", json!({"length": length}));
        self.log_for(id, "MapStateStarted", Some(details));
        if pending.is_empty() {
            self.log_for(id, "MapStateSucceeded", None);
            return self.leave_with(id, Value::Array(Vec::new()));
        }
        self.thread(id).stage = Stage::Forked(Fork { results: vec![None; length], pending });
        for _ in 0..at_once {
            self.next_iteration(id);
        }
    }

    /// The iterations that a Map will make, last first, and how many of them may run at a time.
    fn iterations(&mut self, id: ThreadId, map: &MapItems) -> Result<(Vec<Pending>, usize), Trouble> {
        let mut scope = self.scope(id, Map::new());
        let items = match &map.items {
            None => self.thread(id).input.clone(),
            Some(items) => items.evaluate(&mut scope, "Items")?,
        };
        let Value::Array(items) = items else { return Err(Trouble::type_of("Items", "an array", &items)) };
        let at_once = match &map.at_once {
            None => 0,
            Some(at_once) => whole_seconds(&mut scope, at_once, "MaxConcurrency", 0)?,
        };
        let at_once = match usize::try_from(at_once) {
            Ok(0) | Err(_) => MAP_ITEMS_AT_ONCE_MAX,
            Ok(wanted) => wanted.min(MAP_ITEMS_AT_ONCE_MAX),
        };
        let outer = self.thread(id).item.take();
        let pending =
            items.into_iter().enumerate().map(|(index, value)| self.pending(id, map, Item { index, value }));
        let pending: Result<Vec<_>, _> = pending.collect();
        self.thread(id).item = outer;
        pending.map(|mut pending| {
            pending.reverse();
            (pending, at_once)
        })
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

    fn next_iteration(&mut self, id: ThreadId) {
        let Some(Kind::Map(map)) = self.state(id).map(|state| &state.kind) else { return };
        let Stage::Forked(fork) = &mut self.thread(id).stage else { return };
        let Some(Pending { item, input }) = fork.pending.pop() else { return };
        let mut thread = self.branch_of(id, (item.index, 0), map.body.start_at.clone(), input);
        let details = json!({"name": self.thread(id).state, "index": item.index});
        let details = Details::new("mapIterationStartedEventDetails", details);
        thread.last_event = self.log(thread.last_event, "MapIterationStarted", Some(details));
        thread.item = Some(item);
        self.spawn(thread);
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

    /// A thread came to its end with `output`.
    pub(super) fn join(&mut self, id: ThreadId, output: Value) {
        let Some(thread) = self.execution.threads.remove(&id) else { return };
        let Some((parent, place)) = thread.parent else { return };
        let is_map = matches!(self.state(parent).map(|state| &state.kind), Some(Kind::Map(_)));
        let mut last_event = thread.last_event;
        if is_map {
            let details = json!({"name": self.thread(parent).state, "index": place});
            let details = Details::new("mapIterationSucceededEventDetails", details);
            last_event = self.log(last_event, "MapIterationSucceeded", Some(details));
        }
        let Stage::Forked(fork) = &mut self.thread(parent).stage else { return };
        if let Some(result) = fork.results.get_mut(place) {
            *result = Some(output);
        }
        if fork.results.iter().any(Option::is_none) {
            return self.next_iteration(parent);
        }
        let results = std::mem::take(&mut fork.results).into_iter().flatten().collect();
        self.thread(parent).last_event = last_event;
        self.log_for(parent, if is_map { "MapStateSucceeded" } else { "ParallelStateSucceeded" }, None);
        self.leave_with(parent, Value::Array(results));
    }

    /// A thread below `parent` failed: its siblings stop, and the state of `parent` fails of the same error.
    pub(super) fn branch_failed(&mut self, id: ThreadId, parent: ThreadId, place: usize, failure: Failure) {
        let last_event = self.thread(id).last_event;
        let is_map = matches!(self.state(parent).map(|state| &state.kind), Some(Kind::Map(_)));
        self.thread(parent).last_event = last_event;
        if is_map {
            let details = json!({"name": self.thread(parent).state, "index": place});
            let details = Details::new("mapIterationFailedEventDetails", details);
            self.log_for(parent, "MapIterationFailed", Some(details));
        }
        self.remove_below(parent);
        self.log_for(parent, if is_map { "MapStateFailed" } else { "ParallelStateFailed" }, None);
        self.fail(parent, failure);
    }

    fn remove_below(&mut self, id: ThreadId) {
        let below = |thread: &Thread| thread.parent.is_some_and(|(parent, _)| parent == id);
        let children: Vec<_> = self
            .execution
            .threads
            .iter()
            .filter(|(_, thread)| below(thread))
            .map(|(child, _)| *child)
            .collect();
        for child in children {
            self.remove_below(child);
            if let Some(thread) = self.execution.threads.remove(&child) {
                self.abandon(&thread);
            }
        }
    }
}
