//! What a driver tells, kept for tests to read and to wait for.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use vivavoce_live::{DriverEvent, Event, Turn};

/// Longer than anything here takes; only reached when something is wrong.
const PATIENCE: Duration = Duration::from_secs(45);

/// Everything that was told, with its time.
#[derive(Clone)]
pub(crate) struct Told {
    events: Arc<Mutex<Vec<(Instant, Event)>>>,
    count: watch::Sender<usize>,
    seed: u64,
}

impl Told {
    /// Listens until the driver has ended.
    pub(crate) fn by(mut driver: mpsc::Receiver<DriverEvent>, seed: u64) -> Self {
        let told = Self { events: Arc::default(), count: watch::Sender::new(0), seed };
        let (events, count) = (Arc::clone(&told.events), told.count.clone());
        tokio::spawn(async move {
            while let Some(event) = driver.recv().await {
                if let DriverEvent::Session(event, at) = event {
                    events.lock().unwrap().push((at, event));
                    count.send_modify(|count| *count += 1);
                }
            }
        });
        told
    }

    /// How much has been told by now.
    pub(crate) fn len(&self) -> usize {
        self.events.lock().unwrap().len()
    }

    /// Looks at everything there is.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&[(Instant, Event)]) -> T) -> T {
        look(&self.events.lock().unwrap())
    }

    /// Waits until `look` finds something in what was told.
    pub(crate) async fn until<T>(&self, what: &str, look: impl Fn(&[(Instant, Event)]) -> Option<T>) -> T {
        let mut count = self.count.subscribe();
        let found = timeout(PATIENCE, async {
            loop {
                count.mark_unchanged();
                if let Some(found) = self.look(&look) {
                    return found;
                }
                // The sender lives in `self`, so news are all that can come.
                let _ = count.changed().await;
            }
        });
        found.await.unwrap_or_else(|_| panic!("no {what} in time, seed {}:{}", self.seed, self.log()))
    }

    /// Waits for the next time after `mark` that the session is open; when that was.
    pub(crate) async fn ready(&self, mark: usize) -> Instant {
        let ready = |(at, event): &(Instant, Event)| matches!(event, Event::Ready { .. }).then_some(*at);
        self.until("open session", |told| told[mark..].iter().find_map(ready)).await
    }

    /// Whether the session has been opened after `mark`.
    pub(crate) fn was_ready(&self, mark: usize) -> bool {
        self.look(|told| told[mark..].iter().any(|(_, event)| matches!(event, Event::Ready { .. })))
    }

    /// Waits until a turn is answered to its end.
    pub(crate) async fn answered(&self, turn: Turn) {
        let wanted = |event: &Event| matches!(event, Event::TurnComplete { turn: ended, .. } if *ended == turn);
        self.until(&format!("answer to {turn}"), |told| told.iter().any(|(_, event)| wanted(event)).then_some(()))
            .await;
    }

    /// Whether the session is open.
    pub(crate) fn is_open(&self) -> bool {
        self.look(|told| {
            let newest = told.iter().rev().find_map(|(_, event)| match event {
                Event::Ready { .. } => Some(true),
                Event::Connecting | Event::Reconnecting { .. } | Event::Disconnected | Event::Closed(_) => Some(false),
                _ => None,
            });
            newest == Some(true)
        })
    }

    /// How much of the answer to a turn has come, in samples, since it was last begun.
    pub(crate) fn answer(&self, turn: Turn) -> usize {
        self.look(|told| {
            told.iter().fold(0, |samples, (_, event)| match event {
                Event::Repeated { turn: again, .. } if *again == turn => 0,
                Event::Audio { turn: answered, pcm, .. } if *answered == turn => samples + pcm.len(),
                _ => samples,
            })
        })
    }

    /// What happened, a line for each event but the sound.
    pub(crate) fn log(&self) -> String {
        self.look(|told| {
            let start = told.first().map(|(at, _)| *at);
            told.iter().filter(|(_, event)| !matches!(event, Event::Audio { .. } | Event::Usage { .. })).fold(
                String::new(),
                |mut log, (at, event)| {
                    let since = start.map(|start| *at - start).unwrap_or_default();
                    let _ = write!(log, "\n{:9.3} {event:?}", since.as_secs_f64());
                    log
                },
            )
        })
    }
}
