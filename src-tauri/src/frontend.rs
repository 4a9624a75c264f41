//! From the engine to the window: a snapshot for whoever comes, then numbered changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tauri::ipc::Channel;
use vivavoce_engine::{Desktop, Event, Frontend, KeyStatus, Phase, Problem, Settings, UsageReport, model};

use crate::view::{self, Devices, FunctionOption, Part, Shortcuts, Snapshot, TrayState, ViewChange, ViewEvent};
use crate::words::Tongue;

/// What the window shows, and the window that is listening.
pub(crate) struct View(Mutex<State>);

struct State {
    snapshot: Snapshot,
    channel: Option<Channel<ViewEvent>>,
    /// Somebody can see the window: meters are drawn for nobody else.
    attended: bool,
    /// Since when the phase is what it is.
    phase_since: Instant,
    /// Was asked for before there was a window to show it.
    asked: Option<Part>,
}

impl View {
    /// A view of a conversation that hasn't told anything yet.
    pub(crate) fn new(version: String, settings: Settings, functions: Vec<FunctionOption>) -> Self {
        let snapshot = Snapshot {
            seq: 0,
            phase: Phase::Off,
            muted: false,
            latched: false,
            key: KeyStatus::default(),
            settings,
            defaults: Settings::default(),
            devices: Devices::default(),
            input_missing: None,
            output_missing: None,
            models: view::models(&model::known()),
            voices: view::voices(),
            functions,
            timers: Vec::new(),
            transcript: Vec::new(),
            problem: None,
            usage: UsageReport::default(),
            latency: None,
            input: None,
            echo: view::EchoReport::default(),
            health: view::Health::default(),
            shortcuts: Shortcuts::default(),
            tray: TrayState::default(),
            version,
            locale: sys_locale::get_locale().unwrap_or_else(|| "en".to_owned()),
        };
        Self(Mutex::new(State { snapshot, channel: None, attended: true, phase_since: Instant::now(), asked: None }))
    }

    /// The state now, and every later change to `channel`. A window that was reloaded takes the place of the one before.
    pub(crate) fn subscribe(&self, channel: Channel<ViewEvent>) -> Snapshot {
        let mut state = self.lock();
        state.channel = Some(channel);
        let snapshot = state.snapshot.clone();
        if let Some(part) = state.asked.take() {
            state.tell(ViewChange::Asked { part });
        }
        snapshot
    }

    /// Has the window show a part of it; if there is none yet, as soon as there is.
    pub(crate) fn ask(&self, part: Part) {
        let mut state = self.lock();
        if state.channel.is_some() {
            state.tell(ViewChange::Asked { part });
        } else {
            state.asked = Some(part);
        }
    }

    /// Looks at what the window shows, and since when the phase is what it is.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&Snapshot, Instant) -> T) -> T {
        let state = self.lock();
        look(&state.snapshot, state.phase_since)
    }

    /// Whether the window can be seen.
    pub(crate) fn attend(&self, present: bool) {
        self.lock().attended = present;
    }

    /// Whether the microphone is muted.
    pub(crate) fn is_muted(&self) -> bool {
        self.lock().snapshot.muted
    }

    /// What has become of the shortcuts from anywhere.
    pub(crate) fn tell_shortcuts(&self, shortcuts: Shortcuts) {
        self.tell(ViewChange::Shortcuts { shortcuts });
    }

    /// What has become of the icon in the tray.
    pub(crate) fn tell_tray(&self, tray: TrayState) {
        self.tell(ViewChange::Tray { tray });
    }

    /// What the desktop shows of it all.
    pub(crate) fn glance(&self) -> Glance {
        let state = self.lock();
        let Snapshot { settings, locale, .. } = &state.snapshot;
        Glance {
            phase: state.snapshot.phase,
            muted: state.snapshot.muted,
            problem: state.snapshot.problem.clone(),
            tongue: Tongue::of(settings.language, locale),
            compact: settings.desktop.compact && settings.welcomed,
            text_percent: settings.appearance.text_percent,
            desktop: settings.desktop.clone(),
        }
    }

    /// The settings as the window knows them.
    pub(crate) fn settings(&self) -> Settings {
        self.lock().snapshot.settings.clone()
    }

    fn tell(&self, change: ViewChange) {
        self.lock().tell(change);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, change: ViewChange) {
        if matches!(change, ViewChange::Levels { .. }) && !self.attended {
            return;
        }
        if matches!(change, ViewChange::Phase { phase, .. } if phase != self.snapshot.phase) {
            self.phase_since = Instant::now();
        }
        self.snapshot.apply(&change);
        self.snapshot.seq += 1;
        let event = ViewEvent { seq: self.snapshot.seq, change };
        // A window that has gone is no reason to stop: the next one subscribes anew.
        if self.channel.as_ref().is_some_and(|channel| channel.send(event).is_err()) {
            self.channel = None;
        }
    }
}

/// What the desktop needs to know.
pub(crate) struct Glance {
    pub(crate) phase: Phase,
    pub(crate) muted: bool,
    pub(crate) problem: Option<Problem>,
    /// The language of the tray and of notifications.
    pub(crate) tongue: Tongue,
    /// The window is the small strip.
    pub(crate) compact: bool,
    pub(crate) text_percent: u32,
    pub(crate) desktop: Desktop,
}

/// Who else wants to know what happens, once the view knows.
pub(crate) type Follower = Box<dyn Fn(&Event) + Send>;

/// The engine's side of a [`View`].
pub(crate) struct ToView {
    pub(crate) view: Arc<View>,
    pub(crate) follower: Follower,
}

impl Frontend for ToView {
    fn emit(&mut self, event: &Event) {
        if let Some(change) = change(event) {
            self.view.tell(change);
        }
        (self.follower)(event);
    }
}

/// What an event means to the window; many mean nothing there.
fn change(event: &Event) -> Option<ViewChange> {
    Some(match event {
        Event::Phase { phase, latched } => ViewChange::Phase { phase: *phase, latched: *latched },
        Event::Entry(entry) => ViewChange::Entry { entry: entry.clone() },
        Event::Append { id, text, thought } => ViewChange::Append { id: *id, text: text.clone(), thought: *thought },
        Event::Cleared => ViewChange::Cleared,
        Event::Levels { input_dbfs, output_dbfs } => ViewChange::Levels { input: *input_dbfs, output: *output_dbfs },
        Event::Devices(devices) => ViewChange::Devices { devices: devices.as_slice().into() },
        Event::Muted(muted) => ViewChange::Muted { muted: *muted },
        Event::Settings { settings, key, input_missing, output_missing } => ViewChange::Settings {
            settings: Box::new(settings.clone()),
            key: *key,
            input_missing: input_missing.clone(),
            output_missing: output_missing.clone(),
        },
        Event::Problem(problem) => ViewChange::Problem { problem: problem.clone() },
        Event::Usage { report, .. } | Event::UsageReset(report) => ViewChange::Usage { usage: *report },
        Event::Models(models) => ViewChange::Models { models: view::models(models) },
        Event::Input(input) => ViewChange::Input { input: input.clone() },
        Event::Echo(report) => ViewChange::Echo { echo: report.into() },
        Event::Health(health) => ViewChange::Health { health: health.into() },
        Event::RecordingPlayed { peak_dbfs } => ViewChange::RecordingPlayed { peak_dbfs: *peak_dbfs },
        Event::MutedSpeech => ViewChange::MutedSpeech,
        Event::Latency { latency, .. } => ViewChange::Latency { latency: *latency },
        Event::Timers(timers) => ViewChange::Timers { timers: timers.clone() },
        Event::KeyCheck(check) => ViewChange::KeyCheck { check: check.clone() },
        Event::TimeIsUp(_)
        | Event::Voice(_)
        | Event::SpeechStarted { .. }
        | Event::SpeechEnded
        | Event::Ready { .. }
        | Event::Reconnecting { .. }
        | Event::Continued { .. }
        | Event::Disconnected
        | Event::AudioFirstSent { .. }
        | Event::AudioFirstReceived { .. }
        | Event::AudioFirstPlayed { .. }
        | Event::AudioFinished { .. }
        | Event::Interrupted { .. }
        | Event::TurnComplete { .. }
        | Event::Stopped => return None,
    })
}

impl Snapshot {
    fn apply(&mut self, change: &ViewChange) {
        match change {
            ViewChange::Phase { phase, latched } => (self.phase, self.latched) = (*phase, *latched),
            // Of the moment.
            ViewChange::Levels { .. }
            | ViewChange::RecordingPlayed { .. }
            | ViewChange::MutedSpeech
            | ViewChange::KeyCheck { .. }
            | ViewChange::Asked { .. } => {}
            ViewChange::Input { input } => self.input.clone_from(input),
            ViewChange::Echo { echo } => self.echo = *echo,
            ViewChange::Health { health } => self.health = *health,
            ViewChange::Shortcuts { shortcuts } => self.shortcuts = *shortcuts,
            ViewChange::Tray { tray } => self.tray = *tray,
            ViewChange::Entry { entry } => match self.transcript.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => known.clone_from(entry),
                None => self.transcript.push(entry.clone()),
            },
            ViewChange::Append { id, text, thought } => {
                if let Some(entry) = self.transcript.iter_mut().find(|known| known.id == *id) {
                    if *thought { &mut entry.thought } else { &mut entry.text }.push_str(text);
                }
            }
            ViewChange::Cleared => {
                self.transcript.clear();
                self.latency = None;
            }
            ViewChange::Settings { settings, key, input_missing, output_missing } => {
                self.settings.clone_from(settings);
                self.key = *key;
                self.input_missing.clone_from(input_missing);
                self.output_missing.clone_from(output_missing);
            }
            ViewChange::Devices { devices } => self.devices.clone_from(devices),
            ViewChange::Muted { muted } => self.muted = *muted,
            ViewChange::Problem { problem } => self.problem.clone_from(problem),
            ViewChange::Usage { usage } => self.usage = *usage,
            ViewChange::Latency { latency } => self.latency = Some(*latency),
            ViewChange::Models { models } => self.models.clone_from(models),
            ViewChange::Timers { timers } => self.timers.clone_from(timers),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use vivavoce_engine::{Entry, Speaker};

    use super::*;

    fn entry(text: &str) -> Entry {
        Entry {
            id: 3,
            turn: 1,
            speaker: Speaker::Model,
            text: text.into(),
            thought: String::new(),
            is_final: false,
            interrupted: false,
            heard_chars: None,
            started_at: 0,
            note: None,
            pictures: Vec::new(),
            call: None,
            sources: None,
        }
    }

    #[test]
    fn whoever_comes_late_gets_what_the_others_have_heard() {
        let view = Arc::new(View::new("1".into(), Settings::default(), Vec::new()));
        let mut frontend = ToView { view: Arc::clone(&view), follower: Box::new(|_| {}) };
        frontend.emit(&Event::Phase { phase: Phase::Speaking, latched: false });
        frontend.emit(&Event::Entry(entry("Hel")));
        frontend.emit(&Event::Append { id: 3, text: "lo".into(), thought: false });

        let (sent, received) = std::sync::mpsc::channel();
        let channel = Channel::new(move |body| {
            sent.send(body.deserialize::<serde_json::Value>().unwrap()).unwrap();
            Ok(())
        });
        let snapshot = view.subscribe(channel);
        assert_eq!((snapshot.seq, snapshot.phase), (3, Phase::Speaking));
        assert_eq!(snapshot.transcript, [entry("Hello")]);

        frontend.emit(&Event::Muted(true));
        let event = received.recv().unwrap();
        assert_eq!(event, serde_json::json!({ "seq": 4, "type": "muted", "muted": true }));

        view.attend(false);
        frontend.emit(&Event::Levels { input_dbfs: -20.0, output_dbfs: -90.0 });
        frontend.emit(&Event::Muted(false));
        let event = received.recv().unwrap();
        assert_eq!(event, serde_json::json!({ "seq": 5, "type": "muted", "muted": false }), "levels for nobody");
    }

    #[test]
    fn a_part_that_was_asked_for_before_there_was_a_window_is_told_to_the_first() {
        let view = View::new("1".into(), Settings::default(), Vec::new());
        view.ask(Part::Settings);
        let (sent, received) = std::sync::mpsc::channel();
        let channel = Channel::new(move |body| {
            sent.send(body.deserialize::<serde_json::Value>().unwrap()).unwrap();
            Ok(())
        });
        assert_eq!(view.subscribe(channel).seq, 0);
        assert_eq!(received.recv().unwrap(), serde_json::json!({ "seq": 1, "type": "asked", "part": "settings" }));
        view.ask(Part::Talk);
        assert_eq!(received.recv().unwrap(), serde_json::json!({ "seq": 2, "type": "asked", "part": "talk" }));
    }
}
