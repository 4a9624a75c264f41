#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use vivavoce_audio::{AudioCommand, AudioError, AudioEvent, CaptureFrame, DeviceInfo, Direction};
use vivavoce_live::close::CloseReason;
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::message::FunctionCall;
use vivavoce_live::session::{Carried, Event as Live, Turn};

use super::{ANSWER_TIMEOUT, Conversation, Effect, Input};
use crate::command::{Command, TalkInput};
use crate::event::{Event, Phase};
use crate::problem::ProblemCode;
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
    entries: Vec<crate::Entry>,
    saved: usize,
}

fn key(present: bool) -> KeyStatus {
    KeyStatus { place: present.then_some(KeyPlace::Session), keychain: false }
}

impl Stage {
    fn with(settings: Settings, has_key: bool) -> Self {
        let now = Instant::now();
        let mut stage = Self {
            conversation: Conversation::new(settings, key(has_key), now),
            now,
            said: Vec::new(),
            phase: Phase::Error,
            problem: None,
            entries: Vec::new(),
            saved: 0,
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
                Effect::Session(DriverCommand::Text(text)) => format!("text {text}"),
                Effect::Session(DriverCommand::Configure(_)) => "configure".into(),
                Effect::Session(DriverCommand::Connect) => "connect".into(),
                Effect::Session(DriverCommand::Disconnect) => "disconnect".into(),
                Effect::Session(DriverCommand::ActivityStart) => "start".into(),
                Effect::Session(DriverCommand::ActivityEnd) => "end".into(),
                Effect::Session(DriverCommand::Stop) => "session stop".into(),
                Effect::Session(other) => format!("{other:?}"),
                Effect::Retarget => "target".into(),
                Effect::Audio(AudioCommand::OpenGate) => "open gate".into(),
                Effect::Audio(AudioCommand::CloseGate { tail }) => format!("close gate {}", tail.as_millis()),
                Effect::Audio(AudioCommand::Flush { up_to_turn }) => format!("flush {up_to_turn}"),
                Effect::Audio(AudioCommand::Push { turn, .. }) => format!("push {turn}"),
                Effect::Audio(AudioCommand::EndTurn { turn }) => format!("end turn {turn}"),
                Effect::Audio(AudioCommand::SelectInput(id)) => format!("input {id}"),
                Effect::Audio(AudioCommand::SelectOutput(id)) => format!("output {id}"),
                Effect::Audio(other) => format!("{other:?}"),
                Effect::Save(_) => {
                    self.saved += 1;
                    continue;
                }
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

fn closed(code: u16, reason: &str) -> Live {
    Live::Closed(CloseReason::from_frame(Some(code), reason))
}

#[test]
fn the_microphone_opens_on_the_press_before_anything_is_connected() {
    let mut stage = Stage::demo();
    assert_eq!(stage.phase, Phase::Off);
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said(), ["open gate", "configure", "target", "start"]);
    assert_eq!(stage.phase, Phase::OpeningMicrophone);

    stage.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 });
    assert_eq!(stage.phase, Phase::Listening);
    stage.frame(1);
    assert_eq!(stage.take_said(), ["audio 1"]);
}

#[test]
fn the_turn_ends_only_after_its_last_frame() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    assert_eq!(stage.take_said(), ["close gate 200"]);
    stage.frame(1);
    stage.frame(2);
    stage.audio(AudioEvent::GateClosed);
    assert_eq!(stage.take_said(), ["audio 1", "audio 2", "end"]);
    stage.frame(3);
    assert!(stage.take_said().is_empty(), "nothing is sent after the end");
}

#[test]
fn a_press_during_the_tail_ends_the_old_turn_before_the_new_one_begins() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.talk(TalkInput::Start);
    assert_eq!(stage.take_said(), ["close gate 200", "open gate"]);
    stage.frame(1);
    stage.audio(AudioEvent::GateClosed);
    stage.frame(2);
    assert_eq!(stage.take_said(), ["audio 1", "end", "start", "audio 2"]);
    assert_eq!(stage.phase, Phase::Listening);
}

#[test]
fn a_press_silences_the_answer_at_once() {
    let mut stage = Stage::ready();
    stage.live(Live::Audio { turn: Turn(0), pcm: vec![0; 480], rate: 24_000 });
    stage.audio(AudioEvent::PlaybackStarted { turn: 0, at: stage.now });
    assert_eq!(stage.phase, Phase::Speaking);
    stage.take_said();
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said()[0], "flush 0");
}

#[test]
fn stop_silences_the_answer_and_tells_the_service() {
    let mut stage = Stage::ready();
    stage.live(Live::Audio { turn: Turn(0), pcm: vec![0; 480], rate: 24_000 });
    stage.audio(AudioEvent::PlaybackStarted { turn: 0, at: stage.now });
    stage.take_said();
    stage.command(Command::Stop);
    assert_eq!(stage.take_said(), ["flush 0", "session stop"]);
}

#[test]
fn an_answer_is_speaking_until_it_has_been_heard() {
    let mut stage = Stage::ready();
    stage.live(Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 });
    stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now });
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
    assert_eq!(stage.phase, Phase::Speaking, "the queue still plays");
    stage.audio(AudioEvent::PlaybackFinished { turn: 1, played: Duration::from_secs(1) });
    assert_eq!(stage.phase, Phase::Ready);
}

#[test]
fn the_end_of_an_answer_is_told_once_unless_more_of_it_comes() {
    let mut stage = Stage::ready();
    let audio = || Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 };
    let complete = || Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false };
    stage.live(audio());
    stage.live(Live::GenerationComplete { turn: Turn(1) });
    stage.live(complete());
    assert_eq!(stage.take_said(), ["push 1", "end turn 1"]);
    stage.live(audio());
    stage.live(complete());
    assert_eq!(stage.take_said(), ["push 1", "end turn 1"]);
}

#[test]
fn both_sides_become_entries_of_one_turn() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.audio(AudioEvent::GateClosed);
    stage.live(Live::Waiting { turn: Turn(1) });
    assert_eq!(stage.phase, Phase::Waiting);
    stage.live(Live::InputTranscript { turn: Turn(1), text: " good".into() });
    stage.live(Live::InputTranscript { turn: Turn(1), text: " day".into() });
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "Hello".into() });
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
    assert_eq!(stage.texts(), [(1, Speaker::User, "good day"), (1, Speaker::Model, "Hello")]);
    assert!(stage.entries.iter().all(|entry| entry.is_final));
}

#[test]
fn typed_words_are_the_users_side_of_their_turn() {
    let mut stage = Stage::ready();
    stage.command(Command::SendText("  what time is it? ".into()));
    assert_eq!(stage.take_said(), ["text what time is it?"]);
    stage.live(Live::TurnStarted { turn: Turn(1) });
    assert_eq!(stage.texts(), [(1, Speaker::User, "what time is it?")]);
    stage.command(Command::SendText("   ".into()));
    assert!(stage.take_said().is_empty());
}

#[test]
fn words_typed_while_speaking_join_the_turn() {
    let mut stage = Stage::talking();
    stage.command(Command::SendText("and this".into()));
    assert_eq!(stage.take_said(), ["text and this"]);
    assert_eq!(stage.texts(), [(1, Speaker::User, "and this")]);
    stage.talk(TalkInput::Stop);
    stage.audio(AudioEvent::GateClosed);
    stage.talk(TalkInput::Start);
    stage.live(Live::TurnStarted { turn: Turn(2) });
    assert_eq!(stage.texts()[1], (2, Speaker::User, ""), "the next turn is a spoken one");
}

#[test]
fn no_answer_for_ten_seconds_is_told() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.audio(AudioEvent::GateClosed);
    stage.live(Live::Waiting { turn: Turn(1) });
    assert_eq!(stage.conversation.deadline(), Some(stage.now + ANSWER_TIMEOUT));
    stage.now += ANSWER_TIMEOUT;
    stage.input(Input::Timeout);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::NoAnswer), Phase::Ready));
    assert_eq!(stage.entries[0].note, Some(Note::NoAnswer));
    assert_eq!(stage.conversation.deadline(), None);
}

#[test]
fn a_turn_in_which_nothing_was_heard_says_so() {
    let mut stage = Stage::talking();
    stage.live(Live::TurnComplete { turn: Turn(1), reason: Some("RESPONSE_REJECTED".into()), interrupted: false });
    assert_eq!(stage.entries[0].note, Some(Note::NothingHeard));
}

#[test]
fn a_lost_microphone_ends_the_turn_and_keeps_the_session() {
    let mut stage = Stage::talking();
    stage.audio(AudioEvent::Failed {
        direction: Direction::Input,
        error: AudioError::NoDevice { direction: Direction::Input },
    });
    assert_eq!(stage.take_said(), ["close gate 0", "end"]);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::NoInputDevice), Phase::Ready));
    stage.talk(TalkInput::Start);
    assert_eq!(stage.take_said(), ["open gate", "start"]);
    assert_eq!(stage.problem, None, "a new press is a new try");
}

#[test]
fn a_device_that_was_never_there_is_not_called_lost() {
    let lost = || AudioEvent::DeviceLost { direction: Direction::Input, name: "mic".into() };
    let mut stage = Stage::ready();
    stage.audio(lost());
    assert_eq!(stage.problem, Some(ProblemCode::DeviceNotFound));
    let mut stage = Stage::talking();
    stage.audio(lost());
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::DeviceLost), Phase::OpeningMicrophone));
}

fn reconnecting(code: u16, reason: &str, attempt: u32, delay: u64) -> Live {
    let reason = CloseReason::from_frame(Some(code), reason);
    Live::Reconnecting { reason, attempt, delay: Duration::from_secs(delay) }
}

#[test]
fn a_connection_lost_during_a_press_is_made_again_and_the_words_go_on_being_kept() {
    let mut stage = Stage::talking();
    stage.live(reconnecting(1006, "", 1, 0));
    assert_eq!((stage.phase, stage.problem), (Phase::Reconnecting, None), "a try that follows at once is no news");
    stage.frame(1);
    assert_eq!(stage.take_said(), ["audio 1"]);
    stage.live(Live::Ready { session_id: None });
    stage.live(Live::Continued { carried: Carried::Everything });
    assert_eq!(stage.phase, Phase::Listening);
    assert_eq!(stage.entries.len(), 1, "nothing is said about it");
}

#[test]
fn a_wait_before_the_next_try_is_explained_until_it_is_over() {
    let mut stage = Stage::talking();
    stage.live(reconnecting(1011, "You exceeded your current quota", 1, 60));
    assert_eq!((stage.phase, stage.problem), (Phase::Reconnecting, Some(ProblemCode::QuotaExceeded)));
    assert_eq!(stage.conversation.problem.as_ref().and_then(|problem| problem.retry_at), Some(60_000));
    stage.command(Command::Connect);
    assert_eq!(stage.take_said(), ["connect"], "somebody who doesn't want to wait");
    stage.live(Live::Ready { session_id: None });
    assert_eq!(stage.problem, None);
}

#[test]
fn when_all_tries_have_failed_the_press_is_over_and_the_reason_is_told() {
    let mut stage = Stage::talking();
    stage.live(reconnecting(1006, "", 1, 0));
    stage.live(closed(1006, ""));
    assert_eq!(stage.take_said(), ["close gate 0", "end"]);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::ConnectionLost), Phase::Error));
}

#[test]
fn what_a_new_session_knows_is_told_in_one_line() {
    for (carried, note) in [
        (Carried::Words { left_out: 0 }, Note::HistoryKept),
        (Carried::Words { left_out: 3 }, Note::HistoryShortened),
        (Carried::Nothing, Note::HistoryLost),
    ] {
        let mut stage = Stage::ready();
        stage.live(Live::Continued { carried });
        let entry = stage.entries.last().unwrap();
        assert_eq!((entry.speaker, entry.note, entry.is_final), (Speaker::Notice, Some(note), true));
    }
}

#[test]
fn a_turn_said_again_has_its_words_and_its_answer_once() {
    let mut stage = Stage::talking();
    stage.live(Live::InputTranscript { turn: Turn(1), text: "hello".into() });
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "half an".into() });
    stage.live(reconnecting(1006, "", 1, 0));
    stage.live(Live::Repeated { turn: Turn(1), spoken: true });
    stage.live(Live::InputTranscript { turn: Turn(1), text: "hello".into() });
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "an answer".into() });
    let texts: Vec<_> = stage.entries.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["hello", "an answer"]);
}

#[test]
fn a_model_at_work_is_thinking_until_it_is_done() {
    let mut stage = Stage::ready();
    stage.command(Command::SendText("book a flight".into()));
    stage.live(Live::TurnStarted { turn: Turn(1) });
    stage.live(Live::Working { turn: Turn(1) });
    assert_eq!(stage.phase, Phase::Thinking);
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
    assert_eq!(stage.phase, Phase::Ready);
}

#[test]
fn a_call_of_a_function_nobody_offered_is_declined_rather_than_left_waiting() {
    let mut stage = Stage::ready();
    let call = FunctionCall { id: Some("1".into()), name: "rm".into(), ..FunctionCall::default() };
    stage.live(Live::ToolCall { calls: vec![call] });
    let said = stage.take_said();
    assert!(said[0].starts_with("Respond") && said[0].contains("there is no such function"), "{said:?}");
}

#[test]
fn clearing_the_transcript_begins_a_new_conversation() {
    let mut stage = Stage::ready();
    stage.command(Command::ClearTranscript);
    assert_eq!(stage.take_said(), ["StartOver"]);
}

#[test]
fn new_instructions_reach_the_model_without_another_connection() {
    let mut stage = Stage::ready();
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("systemInstruction", "Be brief.")));
    assert_eq!(stage.take_said(), ["configure"]);
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("voice", "Kore")));
    assert_eq!(stage.take_said(), ["disconnect", "configure", "target", "connect"]);
}

#[test]
fn an_idle_connection_may_end_without_a_word() {
    let mut stage = Stage::ready();
    stage.live(closed(1008, "The operation was aborted."));
    assert_eq!((stage.problem, stage.phase), (None, Phase::Off));
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said(), ["open gate", "configure", "target", "start"]);
}

#[test]
fn a_wrong_key_is_an_error_until_the_key_changes() {
    let settings = Settings { service: Service::Gemini, ..Settings::default() };
    let mut stage = Stage::with(settings, true);
    stage.talk(TalkInput::Press);
    stage.live(closed(1007, "API key not valid. Please pass a valid API key."));
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::KeyInvalid), Phase::Error));
    stage.input(Input::Key { status: key(true), replaced: true });
    assert_eq!((stage.problem, stage.phase), (None, Phase::Off));
}

#[test]
fn without_a_key_a_press_explains_and_opens_nothing() {
    let settings = Settings { service: Service::Gemini, ..Settings::default() };
    let mut stage = Stage::with(settings, false);
    stage.talk(TalkInput::Press);
    assert!(stage.take_said().is_empty());
    assert_eq!(stage.problem, Some(ProblemCode::KeyMissing));
}

#[test]
fn an_impossible_endpoint_is_explained_before_anything_is_tried() {
    for (url, code) in [("ftp://x", ProblemCode::EndpointInvalid), ("ws://example.com", ProblemCode::PlainTextToRemote)]
    {
        let settings = Settings { service: Service::Custom, endpoint: Some(url.into()), ..Settings::default() };
        let mut stage = Stage::with(settings, false);
        stage.command(Command::Connect);
        assert!(stage.take_said().is_empty());
        assert_eq!(stage.problem, Some(code), "{url}");
    }
}

#[test]
fn a_changed_model_connects_anew_and_a_changed_theme_does_not() {
    let mut stage = Stage::ready();
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("theme", "dark")));
    assert!(stage.take_said().is_empty());
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("model", "gemini-x")));
    assert_eq!(stage.take_said(), ["disconnect", "configure", "target", "connect"]);
    assert_eq!(stage.saved, 2);
}

#[test]
fn settings_that_are_still_incomplete_disconnect_without_a_complaint() {
    let mut stage = Stage::ready();
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("service", "custom")));
    assert_eq!(stage.take_said(), ["StartOver"], "what was said to one service is not another's business");
    assert_eq!((stage.problem, stage.phase), (None, Phase::Off));
    stage.talk(TalkInput::Press);
    assert_eq!(stage.problem, Some(ProblemCode::EndpointInvalid));
}

#[test]
fn chosen_devices_reach_the_sound_thread_and_a_missing_one_is_named() {
    let mut stage = Stage::demo();
    let device = DeviceInfo {
        id: "pulseaudio:mic".parse().unwrap(),
        name: "Headset".into(),
        direction: Direction::Input,
        is_default: true,
        is_monitor: false,
    };
    stage.audio(AudioEvent::DevicesChanged(vec![device.clone()]));
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("inputDevice", "pulseaudio:mic")));
    assert_eq!(stage.take_said(), ["input pulseaudio:mic"]);
    assert_eq!(stage.conversation.missing(Some("pulseaudio:mic")), None);
    let other = DeviceInfo { id: "pulseaudio:other".parse().unwrap(), ..device };
    stage.audio(AudioEvent::DevicesChanged(vec![other]));
    assert_eq!(stage.conversation.missing(Some("pulseaudio:mic")).as_deref(), Some("Headset"));
}

#[test]
fn a_missing_microphone_is_no_problem_any_more_once_there_is_one() {
    let device = |is_monitor| DeviceInfo {
        id: "pulseaudio:mic".parse().unwrap(),
        name: "Headset".into(),
        direction: Direction::Input,
        is_default: true,
        is_monitor,
    };
    let mut stage = Stage::talking();
    let error = AudioError::NoDevice { direction: Direction::Input };
    stage.audio(AudioEvent::Failed { direction: Direction::Input, error });
    stage.audio(AudioEvent::DevicesChanged(vec![device(true)]));
    assert_eq!(stage.problem, Some(ProblemCode::NoInputDevice), "a monitor is no microphone");
    stage.audio(AudioEvent::DevicesChanged(vec![device(false)]));
    assert_eq!(stage.problem, None);
}

#[test]
fn hands_free_goes_on_listening_while_the_answer_is_heard() {
    let mut stage = Stage::with(Settings { mode: Mode::HandsFree, ..Settings::default() }, false);
    stage.talk(TalkInput::Press);
    stage.talk(TalkInput::Release);
    stage.live(Live::Ready { session_id: None });
    stage.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 });
    assert_eq!(stage.phase, Phase::Listening);
    stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now });
    assert_eq!(stage.phase, Phase::Speaking);
    stage.take_said();
    stage.frame(5);
    assert_eq!(stage.take_said(), ["audio 5"]);
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said(), ["close gate 0"]);
}

#[test]
fn shutting_down_during_a_press_ends_the_turn_and_the_connection_first() {
    let mut stage = Stage::talking();
    stage.command(Command::Shutdown);
    assert_eq!(stage.take_said(), ["close gate 0", "end", "disconnect"]);
    stage.live(Live::Disconnected);
    assert_eq!(stage.take_said(), ["stopped"]);
}

#[test]
fn the_guide_greets_once_and_only_when_asked_to_connect() {
    let greeting = |stage: &mut Stage| {
        stage.conversation.handle(Input::Command(Command::Connect), stage.now, 0);
        let mut greeting = None;
        while let Some(effect) = stage.conversation.poll_effect() {
            if let Effect::Session(DriverCommand::Configure(config)) = effect {
                greeting = Some(config.greeting.is_some());
            }
        }
        greeting
    };
    let mut stage = Stage::demo();
    assert_eq!(greeting(&mut stage), Some(true));
    stage.live(Live::Disconnected);
    assert_eq!(greeting(&mut stage), Some(false));
}

mod properties;
