//! Every sequence of events, in every order, with every duplicate and with a crash between every write and its send:
//! final states never regress, one owner acts at a time, a revision is normalized at most once, and everything ends.
//!
//! The world here is a bag of messages that are delivered at least once and in any order, machines that start once per
//! name, and a processor that answers as it likes. It knows the rules' inputs and outputs and none of their code.

#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

mod adversary;
mod deliveries;
mod invariants;
mod machines;
mod world;

use crate::world::{Choice, Message, World};
use document::{Event, Status};
use proptest::prelude::*;
fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..=20, any::<usize>(), 0_u8..=7, prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let choice =
        choice.prop_map(|(what, which, how, crash, duplicate)| Choice { what, which, how, crash, duplicate });
    prop::collection::vec(choice, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold_and_everything_ends(inbox: bool, choices in choices()) {
        let mut world = World::new(inbox);
        for choice in &choices {
            world.step(choice);
        }
        world.drain();
    }
}

#[test]
fn a_calm_day_ends_ready_within_five_writes_after_the_arrival() {
    let mut world = World::new(true);
    world.faults = false;
    let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
    for _ in 0..3 {
        let message = world.messages.remove(0);
        assert!(world.handle(&message, &calm));
    }
    let reference = world.accepted[0].clone();
    world.messages.push(Message::Results { reference, fault: 0, machine: None, exec: None });
    world.drain();
    let document = world.register.unwrap();
    assert_eq!((document.status, document.version), (Status::Ready, 5));
}

#[test]
fn a_repeat_sends_again() {
    let mut world = World::new(true);
    let arrival = world.messages[0].clone();
    let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
    let crash = Choice { crash: true, ..calm.clone() };
    assert!(!world.handle(&arrival, &crash), "the write succeeded and nothing was sent");
    assert_eq!(world.messages.len(), 1);
    assert!(world.handle(&arrival, &calm));
    assert!(matches!(&world.messages[..], [_, Message::Transfer { .. }]), "{:?}", world.messages);
    assert_eq!(world.register.unwrap().version, 1, "the repeat wrote nothing");
}

#[test]
fn a_document_that_never_moves_fails_as_stuck() {
    let mut world = World::new(true);
    let arrival = world.messages.remove(0);
    let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
    assert!(world.handle(&arrival, &calm));
    for _ in 0..=document::rules::NUDGES_MAX {
        // Every message is lost.
        world.messages.clear();
        world.now = world.register.as_ref().unwrap().deadline.unwrap();
        world.apply(&Event::DeadlinePassed, false);
    }
    let document = world.register.unwrap();
    assert_eq!((document.status, document.failure.unwrap().code.as_str()), (Status::Failed, "stuck"));
}
