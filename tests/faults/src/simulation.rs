//! The whole pipeline in one process on virtual time: the real stack, functions, queues, machines and storage.

use crate::{
    checker,
    clock::VirtualClock,
    faults::{Faults, Storm},
    host::Host,
    network::Network,
    people::{AWS_URL, Acknowledged, People},
    processor::{self, Processor},
    register,
    trace::Trace,
};
use anyhow::Context as _;
use clock::{Clock, Pace, Random, SeededRandom};
use lectern::host::{Parameters, Stack, Storage, World};
use local_issuer::{Issuer, Place};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use template::{Event, Plan};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Where the API is said to be.
const API_URL: &str = "http://127.0.0.1:8080";
/// How often schedules run here: the sweep looks every quarter of an hour, which costs nothing but patience.
const SCHEDULE: Duration = Duration::from_mins(15);
/// How often somebody looks whether everything has drained.
const LOOK: Duration = Duration::from_mins(10);
/// How long draining may take once faults have stopped: the longest way is a video that is sent (a day), never called
/// back about (half a day), asked about (a day) and fetched (a quarter), three times over, and nudges that double.
pub const DRAIN_MAX: Duration = Duration::from_hours(24 * 14);
/// How long a host stays down at most.
const DOWN_SECONDS_MAX: u64 = 600;

/// What the next life of the host runs.
type SharedPlan = Arc<Mutex<Plan>>;

/// A running simulation.
#[derive(Debug)]
pub struct Simulation {
    pub clock: Arc<VirtualClock>,
    pub faults: Faults,
    pub processor: Processor,
    pub people: People,
    pub network: Network,
    pub storage: Storage,
    pub issuer: Issuer,
    plan: SharedPlan,
    host: Arc<Host>,
    trace: Arc<Trace>,
    acknowledged: Mutex<Vec<Acknowledged>>,
    lives: AbortOnDropHandle<()>,
    /// What could not be launched, if a life could not begin.
    stillborn: Arc<Mutex<Option<String>>>,
}

/// How a simulation ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub hash: String,
    pub steps: u64,
    pub faults: u64,
    /// Virtual time in all.
    pub elapsed: Duration,
    pub violations: Vec<String>,
    pub lines: Vec<String>,
    /// How many documents ended in which state.
    pub ends: std::collections::BTreeMap<String, usize>,
}

/// Runs `story` in a simulation of its own, on a thread of its own time, and checks every invariant at its end.
pub fn simulate<F>(seed: u64, keep_lines: bool, story: F) -> anyhow::Result<Outcome>
where
    F: AsyncFnOnce(&Simulation),
{
    // The SDK draws its jitter and its invocation ids here.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let simulation = Simulation::start(seed, keep_lines).await?;
        story(&simulation).await;
        Ok(simulation.end().await)
    })
}

impl Simulation {
    /// Starts a host over empty storage. Needs a runtime whose time is paused.
    async fn start(seed: u64, keep_lines: bool) -> anyhow::Result<Self> {
        let clock = Arc::new(VirtualClock::start());
        let trace = Arc::new(Trace::new(keep_lines));
        let faults = Faults::new(seed, Arc::clone(&clock), Arc::clone(&trace));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(seed));
        let shown: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let network = Network::new(faults.clone());
        let host = Arc::new(Host::new(faults.clone()));
        let world = World {
            clock: Arc::clone(&shown),
            random: Arc::clone(&random),
            pace: Pace::REAL,
            transport: Arc::new(network.clone()),
            guard: Some(network.guard()),
            interference: Arc::new(faults.clone()),
        };
        let issuer = Issuer::open(
            Place::Memory,
            &format!("{API_URL}/issuer"),
            lectern::host::CLIENT_ID,
            Arc::clone(&shown),
            Arc::clone(&random),
        )?;
        let processor = Processor::new(faults.clone(), shown, random, Arc::clone(&host));
        network.connect(processor.clone(), issuer.router());
        let storage = Storage::in_memory(&world, AWS_URL)?;
        let plan = Arc::new(Mutex::new(plan()?));
        let stillborn = Arc::<Mutex<Option<String>>>::default();
        let life = Lives {
            plan: Arc::clone(&plan),
            storage: storage.clone(),
            world,
            faults: faults.clone(),
            host: Arc::clone(&host),
            stillborn: Arc::clone(&stillborn),
        };
        let stack = life.begin().await.context("the stack cannot be launched")?;
        let people = People::new(Arc::clone(&host), issuer.clone());
        let lives = AbortOnDropHandle::new(tokio::spawn(life.go_on(stack)));
        Ok(Self {
            clock,
            faults,
            processor,
            people,
            network,
            storage,
            issuer,
            plan,
            host,
            trace,
            acknowledged: Mutex::default(),
            lives,
            stillborn,
        })
    }

    /// Remembers an upload that the host has acknowledged: it must end.
    pub fn acknowledged(&self, upload: Acknowledged) -> Acknowledged {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(upload.clone());
        upload
    }

    /// Every upload that was acknowledged so far.
    pub fn uploads(&self) -> Vec<Acknowledged> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The name and the ARN of the secret that the template calls like this.
    pub fn secret(&self, name: &str) -> (String, String) {
        let plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = plan.secrets.iter().find(|secret| secret.name.ends_with(name));
        secret.map(|secret| (secret.name.clone(), secret.arn.clone())).unwrap_or_default()
    }

    /// Changes what the template says, and starts the host anew with it.
    pub async fn configure(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut self.plan.lock().unwrap_or_else(PoisonError::into_inner));
        self.restart().await;
    }

    /// Lets the host die, and waits until it lives again.
    pub async fn restart(&self) {
        self.faults.crash();
        self.host.closed().await;
        self.host.opened().await;
    }

    /// Ends every fault and puts the clock right.
    pub fn calm(&self) {
        self.faults.blow(Storm::default());
        self.clock.correct();
    }

    /// Waits until nothing is left to do; false if that takes longer than it may (invariant I7).
    pub async fn drain(&self) -> bool {
        let end = self.clock.elapsed() + DRAIN_MAX;
        while self.clock.elapsed() < end && !self.lives.is_finished() {
            tokio::time::sleep(LOOK).await;
            if self.faults.watch().open() == 0 && self.unfinished().await.is_empty() {
                return true;
            }
        }
        false
    }

    /// What is left to do.
    pub async fn unfinished(&self) -> Vec<String> {
        checker::unfinished(&self.storage, &self.items().await).await
    }

    /// Waits until `wanted` is true of the register, at most as long as draining may take.
    pub async fn until(&self, wanted: impl Fn(&[Value]) -> bool) -> bool {
        let end = self.clock.elapsed() + DRAIN_MAX;
        while self.clock.elapsed() < end {
            if wanted(&self.items().await) {
                return true;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        false
    }

    /// The register.
    pub async fn items(&self) -> Vec<Value> {
        register::items(&self.storage).await
    }

    /// The document that became of an upload.
    pub async fn document(&self, upload: &Acknowledged) -> Value {
        let items = self.items().await;
        let found = items.into_iter().find(|item| match &upload.document_id {
            Some(id) => item["document_id"] == *id,
            None => item["key"] == upload.key,
        });
        found.unwrap_or_default()
    }

    /// Ends: everything calm, drained, and checked.
    async fn end(self) -> Outcome {
        self.calm();
        let mut violations = Vec::new();
        if !self.drain().await {
            violations.push(format!("I7: after {DRAIN_MAX:?} {}", self.unfinished().await.join(", ")));
        }
        if let Some(why) = self.stillborn.lock().unwrap_or_else(PoisonError::into_inner).take() {
            violations.push(format!("the host cannot be launched again: {why}"));
        }
        let settled = self.trace.hash();
        violations.extend(self.faults.watch().violations().iter().cloned());
        violations.extend(checker::violations(&self.storage, self.people.s3(), &self.uploads()).await);
        if !self.faults.script_is_done() {
            violations.push("a fault that the script planned never happened".to_owned());
        }
        let mut ends = std::collections::BTreeMap::new();
        for item in self.items().await {
            *ends.entry(item["status"].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
        }
        Outcome {
            hash: settled,
            steps: self.trace.count(),
            faults: self.faults.met(),
            elapsed: self.clock.elapsed(),
            violations,
            lines: self.trace.lines(),
            ends,
        }
    }
}

/// The template as it is shipped, with a sweep that looks less often.
fn plan() -> anyhow::Result<Plan> {
    let parameters = Parameters {
        aws_endpoint: AWS_URL.to_owned(),
        api_endpoint: API_URL.to_owned(),
        processor_url: processor::URL.to_owned(),
        processor_token: processor::TOKEN.to_owned(),
        callback_secrets: processor::SECRET.to_owned(),
        issuer: format!("{API_URL}/issuer"),
        time_scale: 1,
        upload_bytes_max: None,
        requests_per_second: None,
    };
    let mut plan = lectern::host::plan(None, &parameters)?;
    for event in plan.functions.iter_mut().flat_map(|function| &mut function.events) {
        if let Event::Schedule(schedule) = event {
            schedule.every = SCHEDULE;
        }
    }
    Ok(plan)
}

/// One life of the host after the other.
struct Lives {
    plan: SharedPlan,
    storage: Storage,
    world: World,
    faults: Faults,
    host: Arc<Host>,
    stillborn: Arc<Mutex<Option<String>>>,
}

impl Lives {
    async fn begin(&self) -> anyhow::Result<Stack> {
        let plan = Arc::new(self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone());
        let stack = Stack::launch(plan, &self.storage, &self.world, AWS_URL).await?;
        self.host.open(stack.router(), stack.gateway.clone());
        Ok(stack)
    }

    async fn go_on(self, first: Stack) {
        let mut stack = first;
        loop {
            let life: CancellationToken = self.faults.life();
            life.cancelled().await;
            self.host.close();
            stack.kill().await;
            let down = Duration::from_secs(self.faults.draw(DOWN_SECONDS_MAX));
            tokio::time::sleep(down).await;
            self.faults.revive();
            self.faults.note("the host lives again");
            let recovered = self.storage.machines.recover().map_err(anyhow::Error::from);
            let begun = match recovered {
                Ok(()) => self.begin().await,
                Err(error) => Err(error),
            };
            stack = match begun {
                Ok(stack) => stack,
                Err(error) => {
                    let mut stillborn = self.stillborn.lock().unwrap_or_else(PoisonError::into_inner);
                    *stillborn = Some(format!("{error:#}"));
                    return;
                }
            };
        }
    }
}
