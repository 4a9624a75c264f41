//! Bytes as a client might send them, to a simulator in every state.
//!
//! The first byte picks the state; the rest are messages, divided by NUL, which JSON can't contain. What must hold: no
//! panic, an end to what each message causes, answers that a client can read, and silence after a close.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vivavoce_live::codec;
use vivavoce_simulator::{Access, Output, Peer, Registry, ServerConfig};

/// More outputs than any one message may cause.
const MOST_OUTPUTS: usize = 100_000;

/// Longest part of an answer that is waited for.
const LONGEST: Duration = Duration::from_secs(20);

/// Feeds one case, which begins at `now`.
pub fn feed(data: &[u8], now: Instant) {
    let Some((&state, messages)) = data.split_first() else { return };
    let mut line = Line::new(state, now);
    for message in messages.split(|&byte| byte == 0) {
        line.receive(message);
        line.pass(Duration::from_millis(100));
    }
    line.play_out();
    line.peer.disconnected(line.now);
    line.settle();
}

struct Line {
    peer: Peer,
    now: Instant,
    due: Option<Instant>,
    closed: bool,
}

impl Line {
    /// Bit 0: strict or not; bit 1: echo or guide; bits 2 and 3: before set-up, set up for marks, for voice detection,
    /// within a turn.
    fn new(state: u8, now: Instant) -> Self {
        let base = if state & 2 == 0 { ServerConfig::echo() } else { ServerConfig::default() };
        let config = Arc::new(ServerConfig { strict: state & 1 == 0, ..base });
        let peer = Peer::new(config, Registry::default(), Access::default(), 1, now);
        let mut line = Self { peer, now, due: None, closed: false };
        let marks = r#","realtimeInputConfig":{"automaticActivityDetection":{"disabled":true}}"#;
        let setup = |more: &str| {
            format!(
                r#"{{"setup":{{"model":"models/gemini-3.8-live","generationConfig":{{"responseModalities":["AUDIO"]}}{more}}}}}"#
            )
        };
        match state >> 2 & 3 {
            0 => {}
            1 => line.receive(setup(marks).as_bytes()),
            2 => line.receive(setup("").as_bytes()),
            _ => {
                line.receive(setup(marks).as_bytes());
                line.receive(br#"{"realtimeInput":{"activityStart":{}}}"#);
                line.receive(
                    br#"{"realtimeInput":{"audio":{"data":"AAECAwQFBgc=","mimeType":"audio/pcm;rate=16000"}}}"#,
                );
            }
        }
        line
    }

    fn receive(&mut self, message: &[u8]) {
        self.peer.handle_message(message, self.now);
        self.settle();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.peer.handle_timeout(self.now);
        self.settle();
    }

    /// Does what is due, in order, for a while.
    fn play_out(&mut self) {
        let end = self.now + LONGEST;
        for _ in 0..2000 {
            let Some(due) = self.due.filter(|due| *due <= end && !self.closed) else { return };
            self.now = self.now.max(due);
            self.peer.handle_timeout(self.now);
            self.settle();
        }
    }

    fn settle(&mut self) {
        for _ in 0..MOST_OUTPUTS {
            match self.peer.poll_output() {
                Output::Send(message) => {
                    assert!(!self.closed, "a message after the close");
                    assert!(codec::parse(&message).is_ok(), "no client can read {}", String::from_utf8_lossy(&message));
                }
                Output::Close { reason, .. } => {
                    assert!(!self.closed, "closed twice");
                    assert!(reason.len() <= 123, "a reason too long for a close frame");
                    self.closed = true;
                }
                Output::Timeout(due) => {
                    self.due = due;
                    while self.peer.poll_note().is_some() {}
                    return;
                }
            }
        }
        panic!("one message has no end");
    }
}
