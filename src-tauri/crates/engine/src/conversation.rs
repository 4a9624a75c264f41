//! One conversation as a pure state machine: inputs and the time in, effects out.
//!
//! It owns the talk button, the transcript, the settings and what the user is told; it knows neither clock nor socket nor
//! device. After each [`handle`](Conversation::handle) its owner takes every effect with
//! [`poll_effect`](Conversation::poll_effect) and calls again at [`deadline`](Conversation::deadline).
//!
//! Its invariants: a turn that was opened on the session is always ended, whatever fails in between; the phase told last
//! is the phase that is; no sound of an answer is played after it was cut.

mod devices;
mod heard;
mod link;
mod phase;
mod press;
mod sound;
mod target;
#[cfg(test)]
mod tests;
mod tools;
mod turn;
mod voice;

pub(crate) use target::endpoint;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use vivavoce_audio::{AudioCommand, AudioEvent, Cue, DeviceId, DeviceInfo, FRAME_SAMPLES};
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::session;
use vivavoce_tools::{Card, Desk, Due, Outcome, Timer, Work};

use crate::command::Command;
use crate::event::{Event, LiveInput, Phase};
use crate::latency::Stopwatch;
use crate::picture::Picture;
use crate::problem::{Problem, ProblemCode};
use crate::secret::KeyStatus;
use crate::settings::Settings;
use crate::talk::Talk;
use crate::transcript::{Change, Transcript};
use crate::usage::Meter;
use heard::Sounding;
use press::{Press, Said};
use voice::Ear;

/// Something the conversation reacts to.
#[derive(Debug)]
pub enum Input {
    /// From the front end.
    Command(Command),
    /// From the session.
    Live(session::Event),
    /// The first audio message of a user turn is on its way.
    FirstAudioSent {
        /// The user's turn.
        turn: u64,
    },
    /// From the sound thread.
    Audio(AudioEvent),
    /// Captured frames that had to give way because the engine was late.
    FramesDropped(u64),
    /// An API key was set or forgotten, or is kept elsewhere now.
    Key {
        /// What is known of it.
        status: KeyStatus,
        /// It is another key than before, or there is none any more.
        replaced: bool,
    },
    /// The service chosen can't be reached at all from here (the built-in demo didn't start).
    Unreachable(Problem),
    /// A call was carried out, or wasn't.
    Worked {
        /// The call.
        ticket: u64,
        /// What it came to.
        outcome: Outcome,
    },
    /// Timers have run out.
    Due(Vec<Due>),
    /// The timers that run have changed.
    Timers(Vec<Timer>),
    /// Something that is kept could not be read or written.
    SettingsFault(Problem),
    /// [`Conversation::deadline`] has passed.
    Timeout,
}

/// Something for the conversation's owner to carry out, in order.
#[derive(Debug)]
pub enum Effect {
    /// Tell the session.
    Session(DriverCommand),
    /// Tell the session where to connect and with which credential, by these settings.
    Retarget,
    /// Tell the sound thread.
    Audio(AudioCommand),
    /// Tell the front end.
    Emit(Event),
    /// Play the test phrase and see how much of its echo is left.
    TestEcho,
    /// Carry a call out.
    Work {
        /// The call.
        ticket: u64,
        /// To be awaited; dropping it takes back what can still be taken back.
        job: Job,
    },
    /// Drop what is being carried out.
    DropWork {
        /// The call.
        ticket: u64,
    },
    /// Write down a call that is over.
    Log(Card),
    /// Keep the settings.
    Save(Settings),
    /// Everything is closed: stop.
    Stop,
}

/// A call to be carried out.
pub struct Job(pub Work);

impl fmt::Debug for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Job")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Off,
    Connecting,
    Ready,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Closed,
    Open,
    /// The tail of a turn is still being captured; `reopen` when the next press has come already.
    Closing {
        reopen: bool,
    },
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Conversation {
    settings: Settings,
    key: KeyStatus,
    talk: Talk,
    gate: Gate,
    link: Link,
    muted: bool,
    /// The microphone, while it hears.
    input: Option<LiveInput>,
    output_live: bool,
    /// The connection was lost and is being made again.
    reconnecting: bool,
    /// The model has spoken and is still at work.
    working: bool,
    greeted: bool,
    stopping: bool,
    /// Turns asked of the session and not yet confirmed: what was typed and shown, or `None` for a spoken turn.
    asked: VecDeque<Option<Message>>,
    /// The newest user turn.
    turn: u64,
    first_captured: Option<Instant>,
    waiting_since: Option<Instant>,
    /// The turn whose answer is arriving.
    answering: Option<u64>,
    /// The turn whose answer is being heard.
    playing: Option<u64>,
    /// The turn whose sound the sound thread has been told is complete.
    ended: Option<u64>,
    transcript: Transcript,
    sounding: Sounding,
    meter: Meter,
    stopwatch: Stopwatch,
    devices: Vec<DeviceInfo>,
    device_names: HashMap<DeviceId, String>,
    /// The press under way.
    press: Option<Press>,
    /// The press whose tail is still being captured.
    closing: Option<Press>,
    /// What the newest turn holds.
    said: Said,
    /// A turn was opened on the session and not ended.
    activity: bool,
    /// Answers up to this turn were cut: what still comes of them isn't heard.
    silenced: Option<u64>,
    ear: Ear,
    /// Somebody looks at the front end.
    attended: bool,
    /// The front end wants the microphone's level.
    monitored: bool,
    armed: Option<Duration>,
    desk: Desk,
    problem: Option<Problem>,
    told: Option<(Phase, bool)>,
    effects: VecDeque<Effect>,
    now: Instant,
    wall_ms: u64,
}

impl Conversation {
    /// A conversation that hasn't begun, at `now`. The front end is told all there is to know at once.
    pub fn new(settings: Settings, key: KeyStatus, desk: Desk, now: Instant) -> Self {
        let mut conversation = Self {
            settings,
            key,
            talk: Talk::new(),
            gate: Gate::Closed,
            link: Link::Off,
            muted: false,
            input: None,
            output_live: false,
            reconnecting: false,
            working: false,
            greeted: false,
            stopping: false,
            asked: VecDeque::new(),
            turn: 0,
            first_captured: None,
            waiting_since: None,
            answering: None,
            playing: None,
            ended: None,
            transcript: Transcript::default(),
            sounding: Sounding::default(),
            meter: Meter::default(),
            stopwatch: Stopwatch::default(),
            devices: Vec::new(),
            device_names: HashMap::new(),
            press: None,
            closing: None,
            said: Said::default(),
            activity: false,
            silenced: None,
            ear: Ear::default(),
            attended: true,
            monitored: false,
            armed: None,
            desk,
            problem: None,
            told: None,
            effects: VecDeque::new(),
            now,
            wall_ms: 0,
        };
        conversation.permit_tools();
        conversation.tell_settings();
        conversation.tell_phase();
        conversation.arm();
        conversation
    }

    /// One input at `now`, which is `wall_ms` milliseconds after the Unix epoch (for the transcript's times only).
    pub fn handle(&mut self, input: Input, now: Instant, wall_ms: u64) {
        self.now = now;
        self.wall_ms = wall_ms;
        match input {
            Input::Command(command) => self.handle_command(command),
            Input::Live(event) => self.handle_live(event),
            Input::FirstAudioSent { turn } => {
                let captured_at = self.first_captured.filter(|_| turn == self.turn);
                self.emit(Event::AudioFirstSent { turn, at: now, captured_at });
            }
            Input::Audio(event) => self.handle_audio(event),
            Input::FramesDropped(frames) => self.raise(Problem::audio_dropped(frames * FRAME_SAMPLES as u64)),
            Input::Key { status, replaced } => self.handle_key(status, replaced),
            Input::Unreachable(problem) => {
                self.abandon_talk();
                self.link = Link::Off;
                self.raise(problem);
            }
            Input::Worked { ticket, outcome } => self.finish_work(ticket, outcome),
            Input::Due(due) => self.handle_due(due),
            Input::Timers(timers) => self.emit(Event::Timers(timers)),
            Input::SettingsFault(problem) => self.raise(problem),
            Input::Timeout => self.handle_timeout(),
        }
        self.tell_phase();
    }

    /// The next thing to carry out.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call [`handle`](Self::handle) with [`Input::Timeout`] at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let deadlines = [self.answer_deadline(), self.press_deadline(), self.deaf_deadline(), self.desk.timeout()];
        deadlines.into_iter().flatten().min()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            Command::Talk(input) => self.handle_talk(input),
            Command::Stop => {
                self.stop_tools();
                self.silence_answer();
                if self.link != Link::Off {
                    self.session(DriverCommand::Stop);
                }
            }
            Command::Send { text, pictures } => self.send_message(Message { text, pictures }),
            Command::Decide { ticket, decision } => self.decide(ticket, decision),
            Command::Adjust(change) => self.adjust(change),
            Command::SetMuted(muted) => self.set_muted(muted),
            Command::Connect => self.connect(true),
            Command::Disconnect => {
                self.abandon_talk();
                self.stop_tools();
                self.silence_answer();
                self.session(DriverCommand::Disconnect);
            }
            Command::UpdateSettings(patch) => self.update_settings(&patch),
            // The key itself stays with the owner, which answers with `Input::Key`; so do its check, the list of models and the
            // timers.
            Command::SetApiKey(..) | Command::CheckKey(_) | Command::RefreshModels | Command::CancelTimer(_) => {}
            Command::TestTone => self.audio(AudioCommand::TestTone { seconds: 1.0 }),
            Command::RecordTest => self.record_test(),
            Command::TestEcho => self.test_echo(),
            Command::MonitorInput(on) => self.monitor_input(on),
            Command::RefreshDevices => self.audio(AudioCommand::RefreshDevices),
            Command::Attend(attended) => self.attend(attended),
            Command::DismissProblem => self.clear_problem(),
            Command::ClearTranscript => self.start_over(),
            Command::Shutdown => self.shut_down(),
        }
    }

    /// What was said so far is no part of what is said from now on.
    fn start_over(&mut self) {
        self.abandon_talk();
        self.stop_tools();
        self.silence_answer();
        self.session(DriverCommand::StartOver);
        self.transcript.clear();
        self.sounding = Sounding::default();
        self.meter = Meter::default();
        self.emit(Event::Cleared);
        self.emit(Event::UsageReset(self.meter.report()));
    }

    /// What is being heard stops now, whatever the service says later; the rest of that answer isn't heard either.
    fn silence_answer(&mut self) {
        if let Some(turn) = self.answering.max(self.playing)
            && self.silenced < Some(turn)
        {
            self.silenced = Some(turn);
            self.audio(AudioCommand::Flush { up_to_turn: turn });
        }
        self.answering = None;
    }

    fn handle_timeout(&mut self) {
        let is_due = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= self.now);
        let (answer, press, deafness) =
            (is_due(self.answer_deadline()), is_due(self.press_deadline()), is_due(self.deaf_deadline()));
        if answer {
            self.miss_answer();
        }
        if press {
            self.outgrow_press();
        }
        if deafness {
            self.listen_anew();
        }
        self.settle_tools();
    }

    fn shut_down(&mut self) {
        self.stopping = true;
        self.abandon_talk();
        self.stop_tools();
        self.silence_answer();
        if self.link == Link::Off {
            self.effects.push_back(Effect::Stop);
        } else {
            self.session(DriverCommand::Disconnect);
        }
    }

    fn tell_settings(&mut self) {
        let event = Event::Settings {
            settings: self.settings.clone(),
            key: self.key,
            input_missing: self.missing(self.settings.input_device.as_deref()),
            output_missing: self.missing(self.settings.output_device.as_deref()),
        };
        self.emit(event);
    }

    fn tell_change(&mut self, change: Option<Change>) {
        match change {
            Some(Change::Entry(entry)) => self.emit(Event::Entry(entry)),
            Some(Change::Append { id, text, thought }) => self.emit(Event::Append { id, text, thought }),
            None => {}
        }
    }

    fn raise(&mut self, problem: Problem) {
        let problem = Problem { at: self.wall_ms, ..problem };
        tracing::warn!(code = ?problem.code, detail = ?problem.detail, "problem");
        if self.problem.as_ref() != Some(&problem) {
            if problem.blocks_talking() {
                self.cue(Cue::Error);
            }
            self.problem = Some(problem.clone());
            self.emit(Event::Problem(Some(problem)));
        }
    }

    fn clear_problem(&mut self) {
        if self.problem.take().is_some() {
            self.emit(Event::Problem(None));
        }
    }

    fn clear_problem_of(&mut self, is_over: impl Fn(ProblemCode) -> bool) {
        if self.problem.as_ref().is_some_and(|problem| is_over(problem.code)) {
            self.clear_problem();
        }
    }

    fn session(&mut self, command: DriverCommand) {
        self.effects.push_back(Effect::Session(command));
    }

    fn audio(&mut self, command: AudioCommand) {
        self.effects.push_back(Effect::Audio(command));
    }

    fn emit(&mut self, event: Event) {
        self.effects.push_back(Effect::Emit(event));
    }
}

/// What is typed, shown, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) pictures: Vec<Picture>,
}

/// The device a setting names; the system's default when it names none.
pub(crate) fn device_id(setting: Option<&str>) -> DeviceId {
    setting.and_then(|id| DeviceId::from_str(id).ok()).unwrap_or_default()
}
