use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    filter::LevelFilter,
    layer::{Context, SubscriberExt as _},
};

/// What operators are alarmed by: every event that is logged as an error while this listens, on this thread.
#[derive(Debug)]
pub struct Alarms {
    heard: Arc<Mutex<Vec<String>>>,
    _listening: DefaultGuard,
}

impl Alarms {
    /// Begins to listen.
    pub fn listen() -> Self {
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let ear = Ear(Arc::clone(&heard)).with_filter(LevelFilter::ERROR);
        let subscriber = tracing_subscriber::registry().with(ear);
        Self { heard, _listening: tracing::subscriber::set_default(subscriber) }
    }

    /// How often something was said that contains `what`.
    pub fn count(&self, what: &str) -> usize {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().filter(|line| line.contains(what)).count()
    }
}

struct Ear(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut line = Line::default();
            event.record(&mut line);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
        }
    }
}

/// An event as `name=value` pairs.
#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        use fmt::Write as _;
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}
