//! What clients did, for tests to read and to wait for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use vivavoce_live::message::ClientMessage;

use crate::peer::{Access, Note};

/// Least time between frames of video.
const FRAME_INTERVAL: Duration = Duration::from_secs(1);

/// What all clients of a [`Server`](crate::Server) did; empty unless the configuration asks for a record.
#[derive(Debug, Clone)]
pub struct Observed {
    connections: Arc<Mutex<Vec<ConnectionRecord>>>,
    changed: watch::Sender<u64>,
}

/// One connection.
#[derive(Debug, Clone)]
pub struct ConnectionRecord {
    /// Path of the upgrade request, without its query.
    pub path: String,
    /// API version, and the key or token it came with.
    pub access: Access,
    /// When it was accepted.
    pub opened_at: Instant,
    /// The client's messages in order.
    pub messages: Vec<Received>,
    /// The user's turns in order; turn `n` is at `n - 1`.
    pub turns: Vec<TurnRecord>,
    /// Frames of video in order, inside turns and outside.
    pub frames: Vec<Frame>,
    /// How it ended, once it has.
    pub closed: Option<(Option<u16>, String)>,
}

/// A message with the time of its arrival.
#[derive(Debug, Clone)]
pub struct Received {
    /// When it arrived.
    pub at: Instant,
    /// What it said.
    pub message: ClientMessage,
}

/// Sound with the time of its arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When it arrived. With automatic detection the beginning of an utterance counts when it was recognised.
    pub at: Instant,
    /// Declared samples per second.
    pub rate: u32,
    /// The samples.
    pub pcm: Vec<i16>,
}

/// A frame of video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// When it arrived.
    pub at: Instant,
    /// Its media type as declared; empty if it was not.
    pub mime: String,
    /// Length in bytes.
    pub bytes: usize,
    /// Width and height; none if it could not be decoded, which passes only where anything does.
    pub pixels: Option<(u32, u32)>,
}

/// One turn of the user.
#[derive(Debug, Clone)]
pub struct TurnRecord {
    /// When it began.
    pub started_at: Instant,
    /// Its sound as it came.
    pub sound: Vec<Heard>,
    /// Its typed text.
    pub text: String,
    /// When it was complete.
    pub ended_at: Option<Instant>,
    /// It held nothing and was not answered.
    pub dropped: bool,
    /// When `turnComplete` of its answer was sent.
    pub answered_at: Option<Instant>,
    /// Its answer was cut short.
    pub interrupted: bool,
}

impl TurnRecord {
    /// All its samples in order, whatever their rates.
    pub fn pcm(&self) -> Vec<i16> {
        self.sound.iter().flat_map(|heard| &heard.pcm).copied().collect()
    }

    /// How long it lasts.
    pub fn duration(&self) -> Duration {
        let seconds = |heard: &Heard| Duration::from_secs_f64(heard.pcm.len() as f64 / f64::from(heard.rate));
        self.sound.iter().map(seconds).sum()
    }
}

impl ConnectionRecord {
    /// All sound the client sent, inside turns and outside, as the bytes that were on the wire.
    pub fn sent_bytes(&self) -> Vec<u8> {
        let inputs = self.messages.iter().filter_map(|received| received.message.realtime_input.as_ref());
        inputs.filter_map(|input| input.audio.as_ref()).flat_map(|blob| &blob.data.0).copied().collect()
    }

    /// How many frames of video came in excess of one a second, the most the service takes. A frame may come up to a
    /// second early where the mean stays below, so that a clock that trembles makes no excess.
    pub fn excess_frames(&self) -> usize {
        let mut room_from = None;
        let mut excess = 0;
        for frame in &self.frames {
            let from = room_from.unwrap_or(frame.at);
            if frame.at + FRAME_INTERVAL < from {
                excess += 1;
            } else {
                room_from = Some(from.max(frame.at) + FRAME_INTERVAL);
            }
        }
        excess
    }
}

impl Observed {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { connections: Arc::default(), changed: watch::Sender::new(0) }
    }

    /// All connections in the order they were accepted.
    pub fn connections(&self) -> Vec<ConnectionRecord> {
        self.lock().clone()
    }

    /// Waits until `look` finds something in the connections. Wrap it in a timeout: it waits for as long as it takes.
    pub async fn wait_for<T>(&self, mut look: impl FnMut(&[ConnectionRecord]) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if let Some(found) = look(&self.lock()) {
                return found;
            }
            // The sender lives in `self`, so a change is all that can come.
            let _ = changed.changed().await;
        }
    }

    /// Waits until the user's turn `turn` (from 1) of connection `connection` (from 0) is complete.
    pub async fn turn_ended(&self, connection: usize, turn: usize) -> TurnRecord {
        self.wait_for_turn(connection, turn, |turn| turn.ended_at.is_some() || turn.dropped).await
    }

    /// Waits until `turnComplete` was sent for turn `turn` (from 1) of connection `connection` (from 0).
    pub async fn turn_answered(&self, connection: usize, turn: usize) -> TurnRecord {
        self.wait_for_turn(connection, turn, |turn| turn.answered_at.is_some()).await
    }

    /// Waits until connection `connection` (from 0) has sent so many frames of video; all of them.
    pub async fn frames(&self, connection: usize, count: usize) -> Vec<Frame> {
        self.wait_for(|connections| {
            let frames = &connections.get(connection)?.frames;
            (frames.len() >= count).then(|| frames.clone())
        })
        .await
    }

    /// Waits until connection `connection` (from 0) has ended; its close code and reason.
    pub async fn closed(&self, connection: usize) -> (Option<u16>, String) {
        self.wait_for(|connections| connections.get(connection)?.closed.clone()).await
    }

    async fn wait_for_turn(&self, connection: usize, turn: usize, done: impl Fn(&TurnRecord) -> bool) -> TurnRecord {
        self.wait_for(|connections| {
            let turn = connections.get(connection)?.turns.get(turn.checked_sub(1)?)?;
            done(turn).then(|| turn.clone())
        })
        .await
    }

    /// A connection was accepted; its index.
    pub(crate) fn open(&self, path: &str, access: &Access, now: Instant) -> usize {
        let record = ConnectionRecord {
            path: path.to_owned(),
            access: access.clone(),
            opened_at: now,
            messages: Vec::new(),
            turns: Vec::new(),
            frames: Vec::new(),
            closed: None,
        };
        let index = {
            let mut connections = self.lock();
            connections.push(record);
            connections.len() - 1
        };
        self.announce();
        index
    }

    /// The peer of a connection noted something.
    pub(crate) fn note(&self, connection: usize, note: Note, now: Instant) {
        if let Some(connection) = self.lock().get_mut(connection) {
            connection.note(note, now);
        }
        self.announce();
    }

    /// A connection has ended.
    pub(crate) fn close(&self, connection: usize, code: Option<u16>, reason: &str) {
        if let Some(connection) = self.lock().get_mut(connection) {
            connection.closed.get_or_insert_with(|| (code, reason.to_owned()));
        }
        self.announce();
    }

    fn announce(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ConnectionRecord>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionRecord {
    fn note(&mut self, note: Note, now: Instant) {
        match note {
            Note::Message(message) => self.messages.push(Received { at: now, message: *message }),
            Note::TurnStarted { .. } => self.turns.push(TurnRecord {
                started_at: now,
                sound: Vec::new(),
                text: String::new(),
                ended_at: None,
                dropped: false,
                answered_at: None,
                interrupted: false,
            }),
            Note::Sound { turn, rate, pcm } => self.turn(turn, |turn| turn.sound.push(Heard { at: now, rate, pcm })),
            Note::Text { turn, text } => self.turn(turn, |turn| turn.text.push_str(&text)),
            Note::Frame { mime, bytes, pixels } => self.frames.push(Frame { at: now, mime, bytes, pixels }),
            Note::TurnEnded { turn } => self.turn(turn, |turn| turn.ended_at = Some(now)),
            Note::TurnDropped { turn } => self.turn(turn, |turn| turn.dropped = true),
            Note::Answered { turn, interrupted } => self.turn(turn, |turn| {
                turn.answered_at = Some(now);
                turn.interrupted = interrupted;
            }),
        }
    }

    fn turn(&mut self, turn: u64, change: impl FnOnce(&mut TurnRecord)) {
        let index = usize::try_from(turn).ok().and_then(|turn| turn.checked_sub(1));
        if let Some(turn) = index.and_then(|index| self.turns.get_mut(index)) {
            change(turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection that got a frame at each of these moments, in ms.
    fn with_frames(moments: &[u64]) -> ConnectionRecord {
        let opened_at = Instant::now();
        let mut connection = ConnectionRecord {
            path: String::new(),
            access: Access::default(),
            opened_at,
            messages: Vec::new(),
            turns: Vec::new(),
            frames: Vec::new(),
            closed: None,
        };
        for moment in moments {
            let frame = Note::Frame { mime: "image/jpeg".into(), bytes: 9, pixels: Some((1, 1)) };
            connection.note(frame, opened_at + Duration::from_millis(*moment));
        }
        connection
    }

    #[test]
    fn more_than_a_frame_a_second_is_counted_and_a_trembling_clock_is_not() {
        assert_eq!(with_frames(&[]).excess_frames(), 0);
        assert_eq!(with_frames(&[0, 1000, 1900, 3100, 3950, 5000]).excess_frames(), 0);
        assert_eq!(with_frames(&[0, 500, 1000, 1500, 2000, 2500, 3000]).excess_frames(), 2);
        assert_eq!(with_frames(&[7000, 7000, 7000, 7000]).excess_frames(), 2);
    }
}
