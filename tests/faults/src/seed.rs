//! One seed: a school's day with a storm in it.

use crate::{
    faults::Storm,
    people::Handout,
    results::Kind,
    simulation::{Outcome, Simulation, simulate},
};
use futures::future::join_all;
use jiff::SignedDuration;
use std::time::Duration;

/// How long the storm blows.
const STORM: Duration = Duration::from_hours(8);

/// Runs one seed with so many documents.
pub fn run(seed: u64, documents: u64, keep_lines: bool) -> anyhow::Result<Outcome> {
    simulate(seed, keep_lines, async |simulation| day(simulation, documents).await)
}

async fn day(simulation: &Simulation, documents: u64) {
    simulation.faults.blow(storm(simulation));
    let teachers = join_all((0..documents).map(|number| teacher(simulation, number)));
    let others = async { tokio::join!(operator(simulation), weather(simulation)) };
    tokio::join!(biased; teachers, others);
    simulation.calm();
    simulation.drain().await;
    // What failed in the storm goes on now, and has no excuse any more.
    if simulation.people.redrive_all().await > 0 {
        simulation.drain().await;
    }
}

/// Some storms are all crashes, some are all outages, and some have a bit of everything.
fn storm(simulation: &Simulation) -> Storm {
    let draw = |bound: u64| u32::try_from(simulation.faults.draw(bound)).unwrap_or_default();
    Storm {
        crash: draw(20),
        outage: draw(60),
        throttle: draw(60),
        slow: draw(60),
        doubled: draw(300),
        odd_jobs: draw(500),
    }
}

/// Hands one file in, at some time and in some way; perhaps again, perhaps deletes it.
async fn teacher(simulation: &Simulation, number: u64) {
    let faults = &simulation.faults;
    tokio::time::sleep(Duration::from_secs(faults.draw(STORM.as_secs() / 2))).await;
    let handout = match faults.draw(10) {
        0 => Handout::broken(number),
        1 => Handout::empty(number),
        2 | 3 => Handout::video(number),
        _ => Handout::plan(number),
    };
    let announced = !handout.content.is_empty() && handout.valid && faults.happens(500);
    let upload = if announced {
        simulation.people.hand_in(&handout).await
    } else {
        simulation.people.put(&handout).await
    };
    let Some(upload) = upload else { return };
    let upload = simulation.acknowledged(upload);
    tokio::time::sleep(Duration::from_secs(faults.draw(STORM.as_secs() / 4))).await;
    if upload.document_id.is_none() && handout.valid && faults.happens(200) {
        // The same file name with other content is a new revision.
        let other = match handout.kind {
            Kind::Video => Handout::video(number + 10_000),
            Kind::LessonPlan => Handout::plan(number + 10_000),
        };
        let again = handout.saying(other);
        if let Some(upload) = simulation.people.put(&again).await {
            simulation.acknowledged(upload);
        }
    }
    if faults.happens(100) {
        let document = simulation.document(&upload).await;
        if let Some(id) = document["document_id"].as_str() {
            let who = if upload.document_id.is_some() { "teacher" } else { "operator" };
            simulation.people.delete(who, id).await;
        }
    }
}

/// Redrives what has failed, now and then.
async fn operator(simulation: &Simulation) {
    for _ in 0..simulation.faults.draw(4) {
        tokio::time::sleep(Duration::from_secs(simulation.faults.draw(STORM.as_secs() / 3))).await;
        simulation.people.redrive_all().await;
    }
}

/// Moves the clock, kills the host, and drops rubbish into queues.
async fn weather(simulation: &Simulation) {
    let faults = &simulation.faults;
    let end = simulation.clock.elapsed() + STORM;
    while simulation.clock.elapsed() < end {
        tokio::time::sleep(Duration::from_secs(faults.draw(STORM.as_secs() / 4))).await;
        match faults.draw(6) {
            0 => simulation.clock.step(SignedDuration::from_hours(1)),
            1 => simulation.clock.step(SignedDuration::from_hours(-1)),
            2 => simulation.clock.correct(),
            3 => faults.crash(),
            4 => {
                let queues =
                    ["lectern-uploads", "lectern-lesson-plans", "lectern-results", "lectern-normalization"];
                let queue = queues[usize::try_from(faults.draw(4)).unwrap_or_default()];
                let rubbish = local_sqs::Outgoing::of("{\"rubbish\":true}");
                // A queue that cannot be reached has no rubbish in it.
                let _ = simulation.storage.queues.send(queue, rubbish).await;
            }
            _ => {}
        }
    }
}
