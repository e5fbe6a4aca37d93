use crate::Kind;
use std::time::Duration;

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

const fn hours(count: u64) -> Duration {
    minutes(count * 60)
}

/// How long each status may last before somebody looks, in one place.
///
/// Every status that is not final has a deadline, so a message that was lost between a write and its send costs time and
/// never a document.
#[derive(Clone, Debug)]
pub struct Timing {
    /// A started upload may rest this long: a teacher closes the laptop over night.
    pub upload: Duration,
    /// S3 tells of a completed upload within seconds; after this long the event is taken for lost.
    pub upload_event: Duration,
    /// A queued document waits its turn this long before its message is sent again; doubles each time.
    pub queued: Duration,
    /// Proved results wait this long before their message is sent again; doubles each time.
    pub returned: Duration,
    /// The transfer function's time for a lesson plan (90 s), and a margin.
    pub lease_lesson_plan: Duration,
    /// The transfer function's time for a video (900 s), and a margin.
    pub lease_video: Duration,
    /// From the processor's acceptance of a lesson plan until it is asked.
    pub processing_lesson_plan: Duration,
    /// From the processor's acceptance of a video until it is asked.
    pub processing_video: Duration,
    /// The transfer machine delivers within this time or gives up.
    pub deliver: Duration,
    /// The results machine fetches within this time or gives up: result links rarely live longer.
    pub fetch: Duration,
    /// The overdue machine asks about a silent job this long before it gives up.
    pub ask: Duration,
    /// The forget machine asks the processor to forget this long.
    pub forget: Duration,
    /// What a machine's deadline lies past its own end, so that the machine always speaks first.
    pub machine_margin: Duration,
    /// Doubling deadlines stop growing here.
    pub deadline_max: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            upload: hours(24),
            upload_event: minutes(5),
            queued: hours(1),
            returned: minutes(15),
            lease_lesson_plan: minutes(2),
            lease_video: minutes(16),
            processing_lesson_plan: hours(1),
            processing_video: hours(12),
            deliver: hours(24),
            fetch: hours(6),
            ask: hours(24),
            forget: hours(24),
            machine_margin: hours(1),
            deadline_max: hours(24),
        }
    }
}

impl Timing {
    /// The same times, each divided by `scale`.
    #[must_use]
    pub fn divided_by(&self, scale: u32) -> Self {
        let scale = scale.max(1);
        Self {
            upload: self.upload / scale,
            upload_event: self.upload_event / scale,
            queued: self.queued / scale,
            returned: self.returned / scale,
            lease_lesson_plan: self.lease_lesson_plan / scale,
            lease_video: self.lease_video / scale,
            processing_lesson_plan: self.processing_lesson_plan / scale,
            processing_video: self.processing_video / scale,
            deliver: self.deliver / scale,
            fetch: self.fetch / scale,
            ask: self.ask / scale,
            forget: self.forget / scale,
            machine_margin: self.machine_margin / scale,
            deadline_max: self.deadline_max / scale,
        }
    }

    pub(crate) fn lease(&self, kind: Kind) -> Duration {
        match kind {
            Kind::LessonPlan => self.lease_lesson_plan,
            Kind::Video => self.lease_video,
        }
    }

    pub(crate) fn processing(&self, kind: Kind) -> Duration {
        match kind {
            Kind::LessonPlan => self.processing_lesson_plan,
            Kind::Video => self.processing_video,
        }
    }

    /// `base` doubled `times` times, held at the longest deadline.
    pub(crate) fn doubled(&self, base: Duration, times: u32) -> Duration {
        base.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(self.deadline_max.max(base))
    }
}
