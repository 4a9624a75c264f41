//! From the sound thread to the engine: in order, bounded for sound, never losing a control event.
//!
//! The engine drains it within microseconds as a rule. When it can't, the oldest captured frames give way, counted;
//! everything else is kept: a lost "gate closed" would leave a turn open for ever.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use vivavoce_audio::AudioEvent;

/// Frames kept at most: five minutes of 20 ms frames, the longest press.
const MAX_FRAMES: usize = 15_000;

#[derive(Default)]
struct Queue {
    events: VecDeque<AudioEvent>,
    frames: usize,
    dropped: u64,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Notify,
}

/// The sound thread's end.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Shared>);

/// The engine's end.
pub(crate) struct Receiver(Arc<Shared>);

/// A fresh pair.
pub(crate) fn mailbox() -> (Sender, Receiver) {
    let shared = Arc::new(Shared::default());
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl Sender {
    /// Never waits for the engine.
    pub(crate) fn send(&self, event: AudioEvent) {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).push(event, MAX_FRAMES);
        self.0.wake.notify_one();
    }
}

impl Receiver {
    /// The next event; waits for one. Cancel safe.
    pub(crate) async fn recv(&mut self) -> AudioEvent {
        loop {
            let next = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
            if let Some(event) = next {
                return event;
            }
            self.0.wake.notified().await;
        }
    }

    /// How many frames have given way since the last call.
    pub(crate) fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).dropped)
    }
}

impl Queue {
    fn push(&mut self, event: AudioEvent, max_frames: usize) {
        if matches!(event, AudioEvent::Frame(_)) {
            if self.frames == max_frames
                && let Some(oldest) = self.events.iter().position(|kept| matches!(kept, AudioEvent::Frame(_)))
            {
                self.events.remove(oldest);
                self.frames -= 1;
                self.dropped += 1;
            }
            self.frames += 1;
        }
        self.events.push_back(event);
    }

    fn pop(&mut self) -> Option<AudioEvent> {
        let event = self.events.pop_front()?;
        if matches!(event, AudioEvent::Frame(_)) {
            self.frames -= 1;
        }
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use vivavoce_audio::{CaptureFrame, Heard};

    use super::*;

    fn frame(seq: u64) -> AudioEvent {
        AudioEvent::Frame(CaptureFrame { seq, captured_at: Instant::now(), pcm: vec![0; 320] })
    }

    #[test]
    fn a_full_mailbox_lets_the_oldest_frames_go_and_keeps_control_events() {
        let mut queue = Queue::default();
        queue.push(AudioEvent::InputClosed, 2);
        for seq in 0..4 {
            queue.push(frame(seq), 2);
        }
        queue.push(AudioEvent::GateClosed { heard: Heard::default() }, 2);

        assert!(matches!(queue.pop(), Some(AudioEvent::InputClosed)));
        assert!(matches!(queue.pop(), Some(AudioEvent::Frame(CaptureFrame { seq: 2, .. }))));
        assert!(matches!(queue.pop(), Some(AudioEvent::Frame(CaptureFrame { seq: 3, .. }))));
        assert!(matches!(queue.pop(), Some(AudioEvent::GateClosed { .. })));
        assert!(queue.pop().is_none());
        assert_eq!(queue.dropped, 2);
    }
}
