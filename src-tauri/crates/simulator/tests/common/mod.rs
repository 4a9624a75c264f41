//! A client's view of a [`Peer`] in virtual time, and sounds to send it.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared by several tests")]

pub(crate) mod tools;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivavoce_live::message::{
    ClientMessage, FunctionCall, InteractionStatus, ServerContent, ServerMessage, UsageMetadata,
};
use vivavoce_simulator::{Access, Output, Peer, Registry, ServerConfig};

/// The model most tests use.
pub(crate) const MODEL: &str = "models/gemini-3.8-live";

/// A peer with the messages it sent and the virtual time they were sent at.
pub(crate) struct Client {
    pub(crate) peer: Peer,
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) received: Vec<(Duration, ServerMessage)>,
    pub(crate) raw: Vec<Vec<u8>>,
    pub(crate) closed: Option<(u16, String)>,
}

impl Client {
    pub(crate) fn new(config: ServerConfig) -> Self {
        Self::with_access(config, Access::default())
    }

    pub(crate) fn with_access(config: ServerConfig, access: Access) -> Self {
        let now = Instant::now();
        Self::connect(&Arc::new(config), &Registry::default(), access, now)
    }

    /// One of several clients of a server.
    pub(crate) fn connect(config: &Arc<ServerConfig>, registry: &Registry, access: Access, now: Instant) -> Self {
        let peer = Peer::new(Arc::clone(config), registry.clone(), access, 1, now);
        Self { peer, start: now, now, received: Vec::new(), raw: Vec::new(), closed: None }
    }

    /// A client whose session is open with this setup beside the model.
    pub(crate) fn open(config: ServerConfig, setup: &Value) -> Self {
        let mut client = Self::new(config);
        let mut whole = json!({"model": MODEL});
        for (name, value) in setup.as_object().unwrap() {
            whole[name] = value.clone();
        }
        client.send(&json!({"setup": whole}));
        assert!(client.received[0].1.setup_complete.is_some(), "{:?}", client.closed);
        client
    }

    /// A push-to-talk session with both transcripts.
    pub(crate) fn push_to_talk(config: ServerConfig) -> Self {
        Self::open(
            config,
            &json!({"realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}},
                "inputAudioTranscription": {}, "outputAudioTranscription": {}}),
        )
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_bytes(message.to_string().as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, message: &[u8]) {
        self.peer.handle_message(message, self.now);
        self.drain();
    }

    pub(crate) fn send_message(&mut self, message: &ClientMessage) {
        self.send_bytes(&serde_json::to_vec(message).unwrap());
    }

    pub(crate) fn press(&mut self) {
        self.send(&json!({"realtimeInput": {"activityStart": {}}}));
    }

    pub(crate) fn release(&mut self) {
        self.send(&json!({"realtimeInput": {"activityEnd": {}}}));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.send(&json!({"realtimeInput": {"text": text}}));
    }

    /// Sends sound in messages of 20 ms without letting time pass.
    pub(crate) fn speak(&mut self, rate: u32, samples: &[i16]) {
        for piece in samples.chunks(rate as usize / 50) {
            let bytes = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            self.send_message(&ClientMessage::audio(format!("audio/pcm;rate={rate}"), bytes));
        }
    }

    /// Sends sound in messages of 20 ms in real time.
    pub(crate) fn stream(&mut self, rate: u32, samples: &[i16]) {
        for piece in samples.chunks(rate as usize / 50) {
            self.speak(rate, piece);
            self.pass(Duration::from_millis(20));
        }
    }

    /// Presses, speaks and releases without letting time pass.
    pub(crate) fn say(&mut self, rate: u32, samples: &[i16]) {
        self.press();
        self.speak(rate, samples);
        self.release();
    }

    /// Lets time pass, doing what falls due at its own instant.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.drain().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.peer.handle_timeout(self.now);
        }
        self.now = end;
    }

    fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.peer.poll_output() {
                Output::Send(json) => {
                    if let Ok(message) = serde_json::from_slice(&json) {
                        self.received.push((self.now - self.start, message));
                    }
                    self.raw.push(json);
                }
                Output::Close { code, reason } => {
                    assert!(reason.len() <= 123, "a close frame cannot hold {reason:?}");
                    self.closed = Some((code, reason));
                }
                Output::Timeout(due) => return due,
            }
        }
    }

    /// The socket is gone.
    pub(crate) fn disconnect(&mut self) {
        self.peer.disconnected(self.now);
    }

    /// All resumption handles received, in order.
    pub(crate) fn handles(&self) -> Vec<String> {
        let updates = self.received.iter().filter_map(|(_, message)| message.session_resumption_update.as_ref());
        updates.filter_map(|update| update.new_handle.clone()).collect()
    }

    /// Content of all messages received.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &ServerContent> {
        self.received.iter().filter_map(|(_, message)| message.server_content.as_ref())
    }

    /// All usage received.
    pub(crate) fn usage(&self) -> Vec<UsageMetadata> {
        self.received.iter().filter_map(|(_, message)| message.usage_metadata.clone()).collect()
    }

    /// All calls received.
    pub(crate) fn calls(&self) -> Vec<FunctionCall> {
        let calls = self.received.iter().filter_map(|(_, message)| message.tool_call.clone());
        calls.flat_map(|call| call.function_calls).collect()
    }

    /// Forgets what was received so far.
    pub(crate) fn forget(&mut self) {
        self.received.clear();
        self.raw.clear();
    }

    /// All answer samples received.
    pub(crate) fn sound(&self) -> Vec<i16> {
        let parts =
            self.received.iter().filter_map(|(_, message)| message.server_content.as_ref()?.model_turn.as_ref());
        let blobs = parts.flat_map(|content| &content.parts).filter_map(|part| part.inline_data.as_ref());
        let bytes: Vec<u8> = blobs.flat_map(|blob| &blob.data.0).copied().collect();
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    /// What was received in short words, in order.
    pub(crate) fn outline(&self) -> Vec<&'static str> {
        self.received.iter().flat_map(|(_, message)| outline(message)).collect()
    }

    /// The outline with repetitions taken together.
    pub(crate) fn shape(&self) -> Vec<&'static str> {
        let mut shape = self.outline();
        shape.dedup();
        shape
    }

    /// Virtual times of the messages whose outline holds `word`.
    pub(crate) fn times(&self, word: &str) -> Vec<Duration> {
        self.received.iter().filter(|(_, message)| outline(message).contains(&word)).map(|(at, _)| *at).collect()
    }

    pub(crate) fn input_transcript(&self) -> String {
        let contents = self.received.iter().filter_map(|(_, message)| message.server_content.as_ref());
        contents.filter_map(|content| content.input_transcription.as_ref()?.text.clone()).collect()
    }

    pub(crate) fn output_transcript(&self) -> String {
        let contents = self.received.iter().filter_map(|(_, message)| message.server_content.as_ref());
        contents.filter_map(|content| content.output_transcription.as_ref()?.text.clone()).collect()
    }
}

fn outline(message: &ServerMessage) -> Vec<&'static str> {
    let mut words = Vec::new();
    words.extend(message.setup_complete.as_ref().map(|_| "setupComplete"));
    words.extend(
        message
            .session_resumption_update
            .as_ref()
            .map(|update| if update.new_handle.is_some() { "handle" } else { "busy" }),
    );
    words.extend(message.go_away.as_ref().map(|_| "goAway"));
    words.extend(message.tool_call.as_ref().map(|_| "call"));
    words.extend(message.tool_call_cancellation.as_ref().map(|_| "cancellation"));
    words.extend(message.voice_activity.as_ref().and_then(|activity| match activity.kind.as_ref()?.as_str() {
        "ACTIVITY_START" => Some("voice"),
        "ACTIVITY_END" => Some("silence"),
        _ => None,
    }));
    if let Some(content) = &message.server_content {
        words.extend(content.interrupted.then_some("interrupted"));
        words.extend(content.input_transcription.as_ref().map(|_| "heard"));
        words.extend(content.interim_input_transcription.as_ref().map(|_| "interim"));
        words.extend(content.model_turn.iter().flat_map(|turn| &turn.parts).map(|part| match part {
            part if part.thought => "thought",
            part if part.text.is_some() => "text",
            part if part.function_call.is_some() => "callPart",
            _ => "sound",
        }));
        words.extend(content.grounding_metadata.as_ref().map(|_| "sources"));
        words.extend(content.output_transcription.as_ref().map(|_| "spoken"));
        words.extend(content.generation_complete.then_some("generationComplete"));
        words.extend(content.turn_complete.then_some("turnComplete"));
        words.extend(content.interaction_status.as_ref().map(|status| match status {
            InteractionStatus::InProgress => "inProgress",
            _ => "idle",
        }));
    }
    words.extend(message.usage_metadata.as_ref().map(|_| "usage"));
    words
}

/// Something like speech: harmonics of a gliding voice in syllables; the same sound at every rate.
pub(crate) fn voice(rate: u32, millis: u64, seed: u64) -> Vec<i16> {
    let length = u64::from(rate) * millis / 1000;
    let base = 110.0 + (seed % 7) as f64 * 13.0;
    (0..length)
        .map(|n| {
            let t = n as f64 / f64::from(rate);
            let phase = std::f64::consts::TAU * (base * t - 30.0 / 2.1 * (2.1 * t + seed as f64).cos());
            let tone: f64 = (1..=12).map(|harmonic| (phase * f64::from(harmonic)).sin() / f64::from(harmonic)).sum();
            let syllable = 0.15 + 0.85 * (std::f64::consts::PI * 3.7 * t).sin().powi(2);
            (5000.0 * syllable * tone) as i16
        })
        .collect()
}

/// Digital silence.
pub(crate) fn silence(rate: u32, millis: u32) -> Vec<i16> {
    vec![0; (rate / 1000 * millis) as usize]
}

/// Correlation of two sounds of one length, 1 for equal shape.
pub(crate) fn correlation(one: &[i16], other: &[i16]) -> f64 {
    let product = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    product(one, other) / (product(one, one) * product(other, other)).sqrt()
}
