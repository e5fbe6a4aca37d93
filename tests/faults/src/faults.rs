//! What goes wrong, and where: by a script that names the place, or by a storm drawn from the seed.

use crate::{clock::VirtualClock, trace::Trace, watch::Watch};
use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use lectern::host::{Interference, Outage, Step};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The host dies here.
    Crash,
    /// It takes this long.
    Slow(Duration),
    /// Before: it is refused, and not done. After: it is done, and the answer is lost.
    Outage,
    /// It is refused because there is too much of it.
    Throttle,
}

/// On which side of a durable step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// Where a machine is told what came of the call that it made.
const TASK_ANSWER: &str = "task answer";

/// How likely things are to go wrong, in thousandths of the steps that are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Storm {
    pub crash: u32,
    pub outage: u32,
    pub throttle: u32,
    pub slow: u32,
    /// Batches that are delivered twice.
    pub doubled: u32,
    /// Jobs with which the processor does something odd.
    pub odd_jobs: u32,
}

/// One thing that a script lets go wrong.
#[derive(Debug)]
struct Planned {
    point: String,
    when: When,
    /// Passes before it happens.
    passes: u32,
    /// How often it happens then.
    times: u32,
    fault: Fault,
}

#[derive(Debug)]
struct State {
    dice: fastrand::Rng,
    storm: Storm,
    script: Vec<Planned>,
    /// Deliveries that a script wants, by queue.
    doubled: Vec<(String, u32)>,
    /// Points that nothing passes.
    closed: BTreeSet<String>,
    /// How often each point was come to.
    passages: BTreeMap<String, u64>,
    life: CancellationToken,
    met: u64,
}

/// The faults of one simulation. Clones share everything.
#[derive(Clone, Debug)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    clock: Arc<VirtualClock>,
    trace: Arc<Trace>,
    watch: Arc<Mutex<Watch>>,
}

impl Faults {
    /// No faults yet. The same seed draws the same storm.
    pub fn new(seed: u64, clock: Arc<VirtualClock>, trace: Arc<Trace>) -> Self {
        let state = State {
            dice: fastrand::Rng::with_seed(seed),
            storm: Storm::default(),
            script: Vec::new(),
            doubled: Vec::new(),
            closed: BTreeSet::new(),
            passages: BTreeMap::new(),
            life: CancellationToken::new(),
            met: 0,
        };
        Self { state: Arc::new(Mutex::new(state)), clock, trace, watch: Arc::default() }
    }

    /// What the register has been made to say so far.
    pub fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn saw(&self, item: &serde_json::Value) {
        let line = self.watch().saw(item);
        self.note(&line);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a storm begin, or end with `Storm::default()`.
    pub fn blow(&self, storm: Storm) {
        self.state().storm = storm;
    }

    /// The storm that blows now.
    pub fn storm(&self) -> Storm {
        self.state().storm
    }

    /// Lets `fault` happen at the next passage of `point`; see [`Faults::meet`] for the names of points.
    pub fn script(&self, point: &str, when: When, fault: Fault) {
        self.script_times(point, when, 0, 1, fault);
    }

    /// The same after `passes` passages, `times` times.
    pub fn script_times(&self, point: &str, when: When, passes: u32, times: u32, fault: Fault) {
        self.state().script.push(Planned { point: point.to_owned(), when, passes, times, fault });
    }

    /// Lets the next batch of a queue be delivered `times` times.
    pub fn deliver(&self, queue: &str, times: u32) {
        self.state().doubled.push((queue.to_owned(), times));
    }

    /// Lets nothing pass a point from now on, as if what lies behind it were away.
    pub fn close(&self, point: &str) {
        self.state().closed.insert(point.to_owned());
    }

    /// Lets everything pass a point again.
    pub fn open(&self, point: &str) {
        self.state().closed.remove(point);
    }

    /// How often somebody came to a point, whether or not it let them pass.
    pub fn passages(&self, point: &str) -> u64 {
        self.state().passages.get(point).copied().unwrap_or(0)
    }

    /// Whether everything that a script planned has happened.
    pub fn script_is_done(&self) -> bool {
        let state = self.state();
        state.script.is_empty() && state.doubled.is_empty()
    }

    /// How many faults have happened.
    pub fn met(&self) -> u64 {
        self.state().met
    }

    /// A number below `bound`, from the seed.
    pub fn draw(&self, bound: u64) -> u64 {
        self.state().dice.u64(..bound.max(1))
    }

    /// Whether something happens that has `thousandths` of a chance.
    pub fn happens(&self, thousandths: u32) -> bool {
        thousandths > 0 && self.draw(1000) < u64::from(thousandths)
    }

    /// Ends as soon as the host dies.
    pub fn life(&self) -> CancellationToken {
        self.state().life.clone()
    }

    /// The host begins to live anew.
    pub fn revive(&self) {
        self.state().life = CancellationToken::new();
    }

    /// The host dies now.
    pub fn crash(&self) {
        self.trace.note(self.clock.elapsed(), "the host dies");
        self.state().life.cancel();
    }

    /// How long the simulation has run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Writes something down.
    pub fn note(&self, what: &str) {
        self.trace.note(self.clock.elapsed(), what);
    }

    fn drawn(&self, point: &str, when: When) -> Option<Fault> {
        let mut state = self.state();
        if when == When::Before {
            *state.passages.entry(point.to_owned()).or_default() += 1;
            if state.closed.contains(point) {
                return Some(Fault::Outage);
            }
        }
        if let Some(fault) = state.scripted(point, when) {
            return Some(fault);
        }
        let Storm { crash, outage, throttle, slow, .. } = state.storm;
        if crash + outage + throttle + slow == 0 {
            return None;
        }
        let drawn = state.dice.u32(..1000);
        if drawn < crash {
            // A thousandth is too often for every call of every document.
            return (state.dice.u32(..10) == 0).then_some(Fault::Crash);
        }
        if drawn < crash + outage {
            return Some(Fault::Outage);
        }
        if drawn < crash + outage + throttle {
            // Calls are throttled; what was carried out is not.
            return (when == When::Before && point != TASK_ANSWER).then_some(Fault::Throttle);
        }
        let longest = if state.dice.u32(..10) == 0 { 120_000 } else { 3_000 };
        (drawn < crash + outage + throttle + slow)
            .then(|| Fault::Slow(Duration::from_millis(state.dice.u64(1..longest))))
    }

    /// Passes a point. Points are the host's own steps (`invoke lectern-ingest`, `delete lectern-uploads`,
    /// `notify lectern-uploads`, `acknowledge`, `tell lectern-park`, `task invoke lectern-ask`, `task send lectern-videos`,
    /// `task answer`), calls of AWS (`DynamoDB PutItem`), of the processor (`processor POST`, `GET`, `DELETE`) and of its
    /// files (`fetch text`), and callbacks (`callback`).
    ///
    /// A host that dies here, or is dead, never returns.
    pub async fn meet(&self, point: &str, when: When) -> Result<(), Fault> {
        let life = self.life();
        if life.is_cancelled() {
            return pending().await;
        }
        let Some(fault) = self.drawn(point, when) else { return Ok(()) };
        self.state().met += 1;
        self.note(&format!("{fault:?} {when:?} {point}"));
        match fault {
            Fault::Crash => {
                self.crash();
                pending().await
            }
            Fault::Slow(time) => {
                tokio::time::sleep(time).await;
                if life.is_cancelled() { pending().await } else { Ok(()) }
            }
            Fault::Outage | Fault::Throttle => Err(fault),
        }
    }
}

impl Faults {
    /// The same for somebody outside, who lives on when the host dies.
    pub async fn meet_outside(&self, point: &str, when: When) -> Result<(), Fault> {
        let Some(fault) = self.drawn(point, when) else { return Ok(()) };
        self.state().met += 1;
        self.note(&format!("{fault:?} {when:?} {point}"));
        match fault {
            Fault::Crash => self.crash(),
            Fault::Slow(time) => {
                tokio::time::sleep(time).await;
                return Ok(());
            }
            Fault::Outage | Fault::Throttle => {}
        }
        Err(fault)
    }
}

impl State {
    fn scripted(&mut self, point: &str, when: When) -> Option<Fault> {
        let index = self.script.iter().position(|planned| planned.when == when && planned.point == point)?;
        let planned = self.script.get_mut(index)?;
        if planned.passes > 0 {
            planned.passes -= 1;
            return None;
        }
        let fault = planned.fault;
        planned.times -= 1;
        if planned.times == 0 {
            self.script.remove(index);
        }
        Some(fault)
    }
}

#[async_trait]
impl Interference for Faults {
    async fn before(&self, step: Step<'_>) -> Result<(), Outage> {
        let point = match step {
            Step::Invoke { function } => format!("invoke {function}"),
            Step::Delete { queue } => format!("delete {queue}"),
            Step::Notify { queue } => format!("notify {queue}"),
            Step::Acknowledge => "acknowledge".to_owned(),
            Step::Tell { function } => format!("tell {function}"),
            Step::TaskInvoke { function } => format!("task invoke {function}"),
            Step::TaskSend { queue } => format!("task send {queue}"),
            Step::TaskAnswer => TASK_ANSWER.to_owned(),
        };
        self.note(&point);
        self.meet(&point, When::Before).await.map_err(|_| Outage)
    }

    fn deliveries(&self, queue: &str) -> u32 {
        let mut state = self.state();
        if let Some(index) = state.doubled.iter().position(|(doubled, _)| doubled == queue) {
            return state.doubled.remove(index).1;
        }
        let doubled = state.storm.doubled;
        if doubled > 0 && state.dice.u32(..1000) < doubled { 2 } else { 1 }
    }

    fn http_client(&self, own: SharedHttpClient) -> SharedHttpClient {
        crate::wire::disturbed(own, self)
    }
}
