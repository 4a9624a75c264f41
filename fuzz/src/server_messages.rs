//! Bytes as a server might send them, into a session in every state.
//!
//! The first byte picks the state; the rest are messages, divided by NUL, which JSON can't contain. What must hold: no
//! panic, an end to what each message causes, and afterwards a session that can be closed and opened again.

use std::time::{Duration, Instant};

use vivavoce_live::codec;
use vivavoce_live::session::{Input, Output, Session, SessionConfig, Socket, TalkMode};

/// More outputs than any one message may cause: a message of the largest size holds fewer parts.
const MOST_OUTPUTS: usize = 100_000;

const MODELS: [&str; 4] =
    ["gemini-3.8-live", "gemini-2.5-flash-native-audio-latest", "gemini-3.5-live-translate-preview", "gemini-9"];

/// Feeds one case, which begins at `now`.
pub fn feed(data: &[u8], now: Instant) {
    let Some((&state, messages)) = data.split_first() else { return };
    let mut line = Line::new(state, now);
    for message in messages.split(|&byte| byte == 0) {
        // The same bytes without a session: what parses must also be a value that can be compared with itself.
        if let Ok(parsed) = codec::parse(message) {
            assert_eq!(parsed, parsed.clone());
        }
        line.receive(message);
        line.pass(Duration::from_millis(20));
    }
    line.pass(Duration::from_secs(11));
    line.close_and_open_again();
}

/// A session and what its driver would know.
struct Line {
    session: Session,
    now: Instant,
    dialled: Option<Socket>,
    open: Option<Socket>,
}

impl Line {
    /// Bit 0: mode; bits 1 and 2: dialling, set-up sent, ready, speaking; bits 3 and 4: model.
    fn new(state: u8, now: Instant) -> Self {
        let config = SessionConfig {
            model: MODELS[usize::from(state >> 3) % MODELS.len()].into(),
            mode: if state & 1 == 0 { TalkMode::PushToTalk } else { TalkMode::HandsFree },
            ..SessionConfig::default()
        };
        let mut line = Self { session: Session::new(config, 1), now, dialled: None, open: None };
        line.session.connect(line.now);
        line.settle();
        let stage = state >> 1 & 3;
        if stage >= 1 {
            line.accept();
        }
        if stage >= 2 {
            line.receive(br#"{"setupComplete":{}}"#);
        }
        if stage >= 3 {
            line.session.activity_start(line.now);
            line.session.send_audio(&[1000; 320], line.now);
            line.settle();
        }
        line
    }

    fn accept(&mut self) {
        if let Some(socket) = self.dialled.take() {
            self.open = Some(socket);
            self.session.handle_input(Input::Connected(socket), self.now);
            self.settle();
        }
    }

    fn receive(&mut self, message: &[u8]) {
        if let Some(socket) = self.open.or(self.dialled) {
            self.session.handle_input(Input::Message(socket, message), self.now);
            self.settle();
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.session.handle_input(Input::Timeout, self.now);
        self.settle();
        self.accept();
    }

    /// Takes every output.
    fn settle(&mut self) {
        for _ in 0..MOST_OUTPUTS {
            match self.session.poll_output() {
                Output::Connect { socket, .. } => self.dialled = Some(socket),
                Output::Close(socket) => {
                    self.dialled = self.dialled.filter(|dialled| *dialled != socket);
                    self.open = self.open.filter(|open| *open != socket);
                }
                Output::Timeout(_) => return,
                _ => {}
            }
        }
        panic!("one message has no end");
    }

    fn close_and_open_again(&mut self) {
        self.session.disconnect(self.now);
        self.settle();
        assert!(!self.session.is_ready(), "a session that was closed is ready");
        (self.dialled, self.open) = (None, None);
        self.session.connect(self.now);
        self.settle();
        assert!(self.dialled.is_some(), "a closed session doesn't open again");
        self.accept();
        self.receive(br#"{"setupComplete":{}}"#);
        assert!(self.session.is_ready(), "a session that was opened again isn't ready");
    }
}
