//! Delay and loss: 22 to 32.

use crate::case::{Case, Ends, case};
use faults::{Behaviour, Handout, Simulation};

pub(crate) fn cases() -> Vec<Case> {
    vec![case!(
        22,
        f22_callback_never_arrives,
        Ends::Once,
        ["crates/document/src/rules/recovery.rs deadline_passed", "functions/ask/src/lib.rs Ask"]
    )]
}

async fn f22_callback_never_arrives(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Silent);
    let upload = simulation.people.put(&Handout::plan(1)).await.expect("it is acknowledged");
    let upload = simulation.acknowledged(upload);
    assert!(simulation.drain().await);
    let document = simulation.document(&upload).await;
    assert_eq!(document["status"], "ready", "{document:#}");
    assert_eq!(simulation.processor.jobs(), 1, "it was asked for, not sent again");
}
