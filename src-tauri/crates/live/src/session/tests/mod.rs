//! Conversations in virtual time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::needless_pass_by_value)]

mod connection;
mod continuing;
mod hands_free;
mod pictures;
mod properties;
mod push_to_talk;
mod quirks;
mod replies;
mod rotating;
mod tools;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;
use crate::connect::ConnectFailure;
use crate::message::{Base64, Content};

/// A session, a clock that only moves when told, and everything that came out.
struct Rig {
    session: Session,
    now: Instant,
    /// Messages sent since they were last taken, in short: `setup`, `start`, `end`, `audio 320`, `text hi`, …
    sent: Vec<(Socket, String)>,
    events: Vec<Event>,
    /// The connections, oldest first.
    dialling: Vec<Socket>,
    open: Vec<Socket>,
    /// The other side answers pings.
    alive: bool,
    timeout: Option<Instant>,
}

impl Rig {
    fn new(config: SessionConfig) -> Self {
        #[expect(clippy::disallowed_methods, reason = "where virtual time begins does not matter")]
        let now = Instant::now();
        let session = Session::new(config, 7);
        Self { session, now, sent: vec![], events: vec![], dialling: vec![], open: vec![], alive: true, timeout: None }
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
                Output::Connect { socket, .. } => self.dialling.push(socket),
                Output::Send { socket, text } => {
                    assert!(self.open.contains(&socket), "sent without a connection: {text}");
                    self.sent.push((socket, in_short(&text)));
                }
                Output::Ping(socket) => {
                    assert!(self.open.contains(&socket), "pinged without a connection");
                    if self.alive {
                        self.session.handle_input(Input::Pong(socket), self.now);
                    }
                }
                Output::Close(socket) => {
                    self.dialling.retain(|known| *known != socket);
                    self.open.retain(|known| *known != socket);
                }
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
        assert!(!self.dialling.is_empty(), "nobody dials");
        let socket = self.dialling.remove(0);
        self.open.push(socket);
        self.input(Input::Connected(socket));
    }

    fn refuse(&mut self, failure: ConnectFailure) {
        let socket = self.dialling.remove(0);
        self.input(Input::ConnectFailed(socket, failure));
    }

    /// What the newest connection says.
    fn server(&mut self, message: Value) {
        let socket = *self.open.last().expect("a connection is open");
        self.input(Input::Message(socket, message.to_string().as_bytes()));
    }

    /// The newest connection becomes a session.
    fn set_up(&mut self) {
        self.accept();
        self.server(json!({"setupComplete": {}}));
    }

    /// The service gives a handle.
    fn handle(&mut self, handle: &str) {
        self.server(json!({"sessionResumptionUpdate": {"newHandle": handle, "resumable": true}}));
    }

    fn content(&mut self, content: Value) {
        self.server(json!({ "serverContent": content }));
    }

    /// One piece of reply sound whose samples are all `level`.
    fn sound(&mut self, level: i16) {
        self.content(json!({"modelTurn": {"parts": [sound_part(level)]}}));
    }

    fn close(&mut self, code: u16, reason: &str) {
        self.ends(Some(code), reason);
    }

    /// The connection breaks without a goodbye.
    fn breaks(&mut self) {
        self.ends(None, "");
    }

    fn ends(&mut self, code: Option<u16>, reason: &str) {
        let socket = self.open.remove(0);
        self.input(Input::Closed { socket, code, reason: reason.into() });
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
        std::mem::take(&mut self.sent).into_iter().map(|(_, message)| message).collect()
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
        let handle = setup.session_resumption.and_then(|resumption| resumption.handle);
        let resumes = handle.map_or_else(String::new, |handle| format!(" resumes {handle}"));
        let seeds = if setup.history_config.is_some() { " seeded" } else { "" };
        return format!("setup {}{resumes}{seeds}", setup.model.trim_start_matches("models/"));
    }
    if let Some(content) = message.client_content {
        let pictures = content.turns.iter().flat_map(|turn| &turn.parts).filter_map(|part| part.inline_data.as_ref());
        let pictures = pictures.map(|blob| format!("[{} {}]", blob.mime_type.as_deref().unwrap(), blob.data.0[0]));
        let turns: Vec<String> = pictures.chain(content.turns.iter().map(Content::text)).collect();
        return format!("content {} {}", content.turn_complete.unwrap(), turns.join(" ")).trim_end().to_owned();
    }
    if message.context_update.is_some() {
        return "update".into();
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
        _ if input.video.is_some() => format!("picture {}", input.video.unwrap().data.0[0]),
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
