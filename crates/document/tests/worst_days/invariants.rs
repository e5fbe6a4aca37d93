//! What must hold at every write.

use crate::world::World;
use document::{Answer, Document, Event, Stage, Status};
impl World {
    pub(crate) fn check_change(&mut self, event: &Event, next: &Document, answer: &Answer) {
        let before = self.register.as_ref();
        if let Some(before) = before {
            assert_eq!(next.version, before.version + 1);
            let same_revision = next.revision_id() == before.revision_id();
            let may_leave = match before.status {
                Status::Deleted => next.status == Status::Deleted,
                Status::Failed => {
                    next.status == Status::Failed
                        || next.status == Status::Deleted
                        || !same_revision
                        || matches!(event, Event::Redriven | Event::ResultsProved { .. })
                }
                Status::Ready | Status::Rejected => {
                    next.status == before.status || next.status == Status::Deleted || !same_revision
                }
                _ => true,
            };
            assert!(may_leave, "{} became {} by {event:?}", before.status, next.status);
            if !same_revision && !before.revision_id().is_empty() {
                assert!(matches!(event, Event::Arrived(_)));
                assert!(
                    next.revision.as_ref().unwrap().sequencer > before.revision.as_ref().unwrap().sequencer
                );
            }
        }
        assert!(next.status.is_final() || next.deadline.is_some(), "{} has no deadline", next.status);
        assert!(!next.status.is_final() || next.owner == document::Owner::default());
        assert_eq!(
            matches!(next.status, Status::Failed | Status::Rejected),
            next.failure.is_some() && next.status != Status::Deleted
        );
        assert!(next.timeline.len() <= document::TIMELINE_ENTRIES_MAX);
        assert!(next.attempts.len() <= document::ATTEMPTS_KEPT_MAX);
        assert!(next.revisions.len() <= document::REVISIONS_KEPT_MAX);
        let numbers: Vec<_> = next.attempts.iter().map(|attempt| attempt.number).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
        if matches!(event, Event::Normalized { .. }) && *answer == Answer::Done {
            let count = self.normalized.entry(next.revision_id().to_owned()).or_default();
            *count += 1;
            assert_eq!(*count, 1, "a revision was normalized twice");
        }
        // A lease that its holder gave back, or whose time was over, is nobody's.
        if next.owner.lease.is_none() {
            self.lease = None;
        }
    }

    /// A machine that does not own the document changes nothing by a wish; nobody takes it from a live lease.
    pub(crate) fn check_owner(&self, event: &Event) {
        let Some(before) = &self.register else { return };
        let asks = match event {
            Event::Claimed { work, .. }
            | Event::Undelivered { work, .. }
            | Event::Parked { work: Some(work), .. } => work.machine,
            Event::ResultsUnusable { machine, .. } => *machine,
            Event::MachineEnded { machine, .. } => Some(*machine),
            _ => None,
        };
        assert!(asks.is_none() || before.owner.machine == asks, "{asks:?} is not the owner: {event:?}");
        let leased = before.owner.lease.as_ref().is_some_and(|lease| lease.until > self.now);
        assert!(
            !(leased && matches!(event, Event::Parked { stage: Stage::Transfer, .. })),
            "parked under a lease"
        );
    }

    /// A claim is granted only if no other is alive.
    pub(crate) fn check_lease(&mut self) {
        let document = self.register.as_ref().unwrap();
        let lease = document.owner.lease.as_ref().unwrap();
        if let Some((revision, until)) = &self.lease {
            assert!(revision != document.revision_id() || *until <= self.now, "two leases at once");
        }
        self.lease = Some((document.revision_id().to_owned(), lease.until));
    }
}
