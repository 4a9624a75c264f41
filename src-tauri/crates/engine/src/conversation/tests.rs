//! A conversation on a stage: inputs and the time in, what it asked for in words.
#![allow(clippy::unwrap_used)]

mod devices;
mod heard;
mod link;
mod press;
mod properties;
mod target;
mod tools;
mod turn;
mod voice;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivavoce_audio::{
    AudioCommand, AudioError, AudioEvent, CaptureFrame, Cue, DeviceInfo, Direction, EchoReport, EchoState, GateMode,
    Heard, Voice,
};
use vivavoce_live::close::CloseReason;
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::message::FunctionCall;
use vivavoce_live::session::{Carried, Event as Live, Turn};

use super::link::ANSWER_TIMEOUT;
use super::{Conversation, Effect, Input, Job};
use crate::command::{Command, TalkInput};
use crate::event::{Event, Phase};
use crate::problem::{Problem, ProblemCode};
use crate::secret::{KeyPlace, KeyStatus};
use crate::settings::{Mode, Service, Settings, SettingsPatch};
use crate::transcript::{Note, Speaker};

/// A conversation, its clock, and what it asked for, in words.
struct Stage {
    conversation: Conversation,
    now: Instant,
    said: Vec<String>,
    phase: Phase,
    problem: Option<ProblemCode>,
    /// Sounds of the program's own.
    cues: Vec<Cue>,
    entries: Vec<crate::Entry>,
    latency: Option<crate::Latency>,
    saved: usize,
    /// Calls being carried out.
    jobs: std::collections::BTreeMap<u64, Job>,
}

fn key(present: bool) -> KeyStatus {
    KeyStatus { place: present.then_some(KeyPlace::Session), keychain: false }
}

impl Stage {
    fn with(settings: Settings, has_key: bool) -> Self {
        let now = Instant::now();
        let mut stage = Self {
            conversation: Conversation::new(settings, key(has_key), tools::desk(), now),
            now,
            said: Vec::new(),
            phase: Phase::Error,
            problem: None,
            cues: Vec::new(),
            entries: Vec::new(),
            latency: None,
            saved: 0,
            jobs: std::collections::BTreeMap::new(),
        };
        stage.collect();
        stage
    }

    fn demo() -> Self {
        Self::with(Settings::default(), false)
    }

    /// Connected and at rest.
    fn ready() -> Self {
        let mut stage = Self::demo();
        stage.command(Command::Connect);
        stage.live(Live::Ready { session_id: None });
        stage.said.clear();
        stage
    }

    /// Connected and talking, first frame captured.
    fn talking() -> Self {
        let mut stage = Self::ready();
        stage.talk(TalkInput::Start);
        stage.live(Live::TurnStarted { turn: Turn(1) });
        stage.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 });
        stage.frame(0);
        stage.said.clear();
        stage
    }

    /// Hands-free and connected, the microphone hears, and nothing of the loudspeaker.
    fn listening(patch: Value) -> Self {
        let mut stage = Self::with(settings(json!({ "mode": "handsFree" }), patch), false);
        stage.talk(TalkInput::Start);
        stage.live(Live::Ready { session_id: None });
        stage.input_live();
        stage.audio(AudioEvent::Echo(EchoReport { state: EchoState::Converged, ..EchoReport::default() }));
        stage.said.clear();
        stage
    }

    fn input_live(&mut self) {
        self.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 });
    }

    /// The answer to `turn` begins to be heard.
    fn answer(&mut self, turn: u64) {
        self.live(Live::Audio { turn: Turn(turn), pcm: vec![0; 480], rate: 24_000 });
        self.audio(AudioEvent::PlaybackStarted { turn, at: self.now });
        self.said.clear();
    }

    /// It was heard to its end.
    fn answered(&mut self, turn: u64) {
        self.live(Live::TurnComplete { turn: Turn(turn), reason: None, interrupted: false });
        self.audio(AudioEvent::PlaybackFinished { turn, played: Duration::from_secs(1) });
        self.said.clear();
    }

    fn update(&mut self, patch: Value) {
        self.command(Command::UpdateSettings(serde_json::from_value(patch).unwrap()));
    }

    /// The last frame of a press in which somebody spoke has been given out.
    fn gate_closed(&mut self) {
        self.audio(AudioEvent::GateClosed { heard: spoken() });
    }

    /// Time passes.
    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        let mut deadlines = 0;
        while let Some(deadline) = self.conversation.deadline().filter(|deadline| *deadline <= until) {
            deadlines += 1;
            assert!(deadlines < 100, "a deadline that stays");
            self.now = deadline;
            self.input(Input::Timeout);
        }
        self.now = until;
    }

    fn input(&mut self, input: Input) {
        self.conversation.handle(input, self.now, 0);
        self.collect();
    }

    fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    fn talk(&mut self, talk: TalkInput) {
        self.command(Command::Talk(talk));
    }

    fn live(&mut self, event: Live) {
        self.input(Input::Live(event));
    }

    fn audio(&mut self, event: AudioEvent) {
        self.input(Input::Audio(event));
    }

    fn frame(&mut self, seq: u64) {
        self.audio(AudioEvent::Frame(CaptureFrame { seq, captured_at: self.now, pcm: vec![seq as i16; 320] }));
    }

    fn collect(&mut self) {
        while let Some(effect) = self.conversation.poll_effect() {
            let word = match effect {
                Effect::Session(DriverCommand::Audio(pcm)) => format!("audio {}", pcm[0]),
                Effect::Session(DriverCommand::Message { text, pictures }) if pictures.is_empty() => {
                    format!("text {text}")
                }
                Effect::Session(DriverCommand::Message { text, pictures }) => {
                    format!("{} pictures and text {text}", pictures.len())
                }
                Effect::Session(DriverCommand::Respond(responses)) => tools::in_words(&responses),
                Effect::Work { ticket, job } => {
                    self.jobs.insert(ticket, job);
                    format!("work {ticket}")
                }
                Effect::DropWork { ticket } => {
                    self.jobs.remove(&ticket);
                    format!("drop work {ticket}")
                }
                Effect::Log(_) => continue,
                Effect::Session(DriverCommand::Configure(_)) => "configure".into(),
                Effect::Session(DriverCommand::Connect) => "connect".into(),
                Effect::Session(DriverCommand::Disconnect) => "disconnect".into(),
                Effect::Session(DriverCommand::ActivityStart) => "start".into(),
                Effect::Session(DriverCommand::ActivityEnd) => "end".into(),
                Effect::Session(DriverCommand::Stop) => "session stop".into(),
                Effect::Session(other) => format!("{other:?}"),
                Effect::Retarget => "target".into(),
                Effect::Audio(AudioCommand::OpenGate(GateMode::Held)) => "open gate".into(),
                Effect::Audio(AudioCommand::OpenGate(GateMode::Voice { patience })) => {
                    format!("open gate for a voice {}", patience.as_millis())
                }
                Effect::Audio(AudioCommand::Duck(ducked)) => (if ducked { "duck" } else { "no duck" }).into(),
                Effect::Audio(AudioCommand::Warm) => "warm".into(),
                Effect::Audio(AudioCommand::Arm(armed)) => format!("arm {}", armed.map_or(0, |long| long.as_millis())),
                Effect::Audio(AudioCommand::Play(cue)) => {
                    self.cues.push(cue);
                    continue;
                }
                Effect::Audio(AudioCommand::CloseGate { tail }) => format!("close gate {}", tail.as_millis()),
                Effect::Audio(AudioCommand::Flush { up_to_turn }) => format!("flush {up_to_turn}"),
                Effect::Audio(AudioCommand::Push { turn, .. }) => format!("push {turn}"),
                Effect::Audio(AudioCommand::EndTurn { turn }) => format!("end turn {turn}"),
                Effect::Audio(AudioCommand::SelectInput(ids)) => format!("input {}", names(&ids)),
                Effect::Audio(AudioCommand::SelectOutput(ids)) => format!("output {}", names(&ids)),
                Effect::Audio(other) => format!("{other:?}"),
                Effect::Save(_) => {
                    self.saved += 1;
                    continue;
                }
                Effect::TestEcho => "test phrase".into(),
                Effect::Stop => "stopped".into(),
                Effect::Emit(event) => {
                    self.note(event);
                    continue;
                }
            };
            self.said.push(word);
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Phase { phase, .. } => self.phase = phase,
            Event::Problem(problem) => self.problem = problem.map(|problem| problem.code),
            Event::Entry(entry) => match self.entries.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => self.entries.push(entry),
            },
            Event::Latency { latency, .. } => self.latency = Some(latency),
            Event::Append { id, text, .. } => {
                self.entries.iter_mut().find(|known| known.id == id).unwrap().text.push_str(&text);
            }
            _ => {}
        }
    }

    fn take_said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    fn texts(&self) -> Vec<(u64, Speaker, &str)> {
        self.entries.iter().map(|entry| (entry.turn, entry.speaker, entry.text.as_str())).collect()
    }
}

/// Words typed.
fn typed(text: &str) -> Command {
    Command::Send { text: text.into(), pictures: Vec::new() }
}

/// The default settings with these patches.
fn settings(first: Value, second: Value) -> Settings {
    let patched = |settings: Settings, patch| settings.patched(&serde_json::from_value(patch).unwrap()).unwrap();
    patched(patched(Settings::default(), first), second)
}

/// What there is to hear in an ordinary press.
fn spoken() -> Heard {
    Heard { length: Duration::from_secs(2), speech: Duration::from_secs(1), peak_dbfs: -20.0 }
}

fn names(ids: &[crate::DeviceId]) -> String {
    let names: Vec<_> = ids.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// A microphone called `name`.
fn microphone(name: &str) -> DeviceInfo {
    DeviceInfo {
        id: format!("pulseaudio:{name}").parse().unwrap(),
        name: name.to_owned(),
        direction: Direction::Input,
        is_default: false,
        is_monitor: false,
        is_bluetooth: false,
    }
}

fn closed(code: u16, reason: &str) -> Live {
    Live::Closed(CloseReason::from_frame(Some(code), reason))
}

fn reconnecting(code: u16, reason: &str, attempt: u32, delay: u64) -> Live {
    let reason = CloseReason::from_frame(Some(code), reason);
    Live::Reconnecting { reason, attempt, delay: Duration::from_secs(delay) }
}
