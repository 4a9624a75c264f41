//! Conversations in virtual time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::needless_pass_by_value)]

mod connection;
mod hands_free;
mod properties;
mod push_to_talk;
mod replies;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;
use crate::message::Base64;

/// A session, a clock that only moves when told, and everything that came out.
struct Rig {
    session: Session,
    now: Instant,
    /// Messages sent since they were last taken, in short: `setup`, `start`, `end`, `audio 320`, `text hi`, …
    sent: Vec<String>,
    events: Vec<Event>,
    /// The connection: dialling, open, or none.
    dialling: bool,
    open: bool,
    timeout: Option<Instant>,
}

impl Rig {
    fn new(config: SessionConfig) -> Self {
        #[expect(clippy::disallowed_methods, reason = "where virtual time begins does not matter")]
        let now = Instant::now();
        let session = Session::new(config);
        Self { session, now, sent: vec![], events: vec![], dialling: false, open: false, timeout: None }
    }

    fn push_to_talk() -> Self {
        Self::new(SessionConfig::default())
    }

    fn hands_free() -> Self {
        Self::new(SessionConfig { mode: TalkMode::HandsFree, ..SessionConfig::default() })
    }

    /// Connected and set up, with nothing left to look at.
    fn ready(mut self) -> Self {
        self.act(Session::connect);
        self.accept();
        self.server(json!({"setupComplete": {}}));
        self.sent.clear();
        self.events.clear();
        self
    }

    fn act<T>(&mut self, operation: impl FnOnce(&mut Session, Instant) -> T) -> T {
        let result = operation(&mut self.session, self.now);
        self.drain();
        result
    }

    fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Connect => self.dialling = true,
                Output::Send(text) => {
                    assert!(self.open, "sent without a connection: {text}");
                    self.sent.push(in_short(&text));
                }
                Output::Close => (self.dialling, self.open) = (false, false),
                Output::Event(event) => self.events.push(event),
                Output::Timeout(at) => {
                    self.timeout = at;
                    break;
                }
            }
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.session.handle_input(input, self.now);
        self.drain();
    }

    fn accept(&mut self) {
        assert!(self.dialling, "nobody dials");
        (self.dialling, self.open) = (false, true);
        self.input(Input::Connected);
    }

    fn server(&mut self, message: Value) {
        self.input(Input::Message(message.to_string().as_bytes()));
    }

    fn content(&mut self, content: Value) {
        self.server(json!({ "serverContent": content }));
    }

    /// One piece of reply sound whose samples are all `level`.
    fn sound(&mut self, level: i16) {
        self.content(json!({"modelTurn": {"parts": [sound_part(level)]}}));
    }

    fn close(&mut self, code: u16, reason: &str) {
        self.open = false;
        self.input(Input::Closed { code: Some(code), reason: reason.into() });
    }

    /// Moves the clock, waking the session whenever it asked for it.
    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.timeout.filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.input(Input::Timeout);
        }
        self.now = until;
    }

    fn press(&mut self) -> Turn {
        self.act(Session::activity_start)
    }

    fn release(&mut self) {
        self.act(Session::activity_end);
    }

    fn speak(&mut self, samples: usize) {
        self.act(|session, now| session.send_audio(&vec![1; samples], now));
    }

    /// A whole press.
    fn say(&mut self) -> Turn {
        let turn = self.press();
        self.speak(320);
        self.release();
        turn
    }

    fn sent(&mut self) -> Vec<String> {
        std::mem::take(&mut self.sent)
    }

    /// Events since last taken, without those that only accompany.
    fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The turn and first sample of each sound since events were last taken; takes all events.
    fn sounds(&mut self) -> Vec<(u64, i16)> {
        self.events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Audio { turn, pcm, .. } => Some((turn.0, pcm[0])),
                _ => None,
            })
            .collect()
    }
}

fn sound_part(level: i16) -> Value {
    let bytes: Vec<u8> = std::iter::repeat_n(level.to_le_bytes(), 4).flatten().collect();
    json!({"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": Base64(bytes)}})
}

fn in_short(text: &str) -> String {
    let message: ClientMessage = serde_json::from_str(text).unwrap();
    assert_eq!(message.bodies(), 1, "{text}");
    if let Some(setup) = message.setup {
        return format!("setup {}", setup.model);
    }
    if let Some(content) = message.client_content {
        return format!("content {}", content.turn_complete.unwrap());
    }
    if let Some(response) = message.tool_response {
        return format!("answers {}", response.function_responses.len());
    }
    let input = message.realtime_input.expect("no other body is sent");
    match input {
        _ if input.activity_start.is_some() => "start".into(),
        _ if input.activity_end.is_some() => "end".into(),
        _ if input.audio_stream_end == Some(true) => "stream end".into(),
        _ if input.text.is_some() => format!("text {}", input.text.unwrap()),
        _ => format!("audio {}", input.audio.expect("nothing else is sent").data.0.len() / 2),
    }
}

fn transcript(turn: u64, text: &str) -> Event {
    Event::InputTranscript { turn: Turn(turn), text: text.into() }
}

fn started(turn: u64) -> Event {
    Event::TurnStarted { turn: Turn(turn) }
}

fn waiting(turn: u64) -> Event {
    Event::Waiting { turn: Turn(turn) }
}

fn flush(turn: u64) -> Event {
    Event::Flush { turn: Turn(turn) }
}

fn complete(turn: u64, interrupted: bool) -> Event {
    Event::TurnComplete { turn: Turn(turn), reason: None, interrupted }
}
