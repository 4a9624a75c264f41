//! From the engine to the window: a snapshot for whoever comes, then numbered changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::ipc::Channel;
use vivavoce_engine::{Event, Frontend, KeyStatus, Phase, Settings, UsageReport, model};

use crate::view::{self, Devices, Shortcuts, Snapshot, ViewChange, ViewEvent};

/// What the window shows, and the window that is listening.
pub(crate) struct View(Mutex<State>);

struct State {
    snapshot: Snapshot,
    channel: Option<Channel<ViewEvent>>,
    /// Somebody can see the window: meters are drawn for nobody else.
    attended: bool,
}

impl View {
    /// A view of a conversation that hasn't told anything yet.
    pub(crate) fn new(version: String, settings: Settings) -> Self {
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
            transcript: Vec::new(),
            problem: None,
            usage: UsageReport::default(),
            latency: None,
            input: None,
            echo: view::EchoReport::default(),
            health: view::Health::default(),
            shortcuts: Shortcuts::default(),
            version,
            locale: sys_locale::get_locale().unwrap_or_else(|| "en".to_owned()),
        };
        Self(Mutex::new(State { snapshot, channel: None, attended: true }))
    }

    /// The state now, and every later change to `channel`. A window that was reloaded takes the place of the one before.
    pub(crate) fn subscribe(&self, channel: Channel<ViewEvent>) -> Snapshot {
        let mut state = self.lock();
        state.channel = Some(channel);
        state.snapshot.clone()
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

    /// The settings as the window knows them.
    pub(crate) fn settings(&self) -> Settings {
        self.lock().snapshot.settings.clone()
    }

    fn tell(&self, change: ViewChange) {
        let mut state = self.lock();
        if matches!(change, ViewChange::Levels { .. }) && !state.attended {
            return;
        }
        state.snapshot.apply(&change);
        state.snapshot.seq += 1;
        let event = ViewEvent { seq: state.snapshot.seq, change };
        // A window that has gone is no reason to stop: the next one subscribes anew.
        if state.channel.as_ref().is_some_and(|channel| channel.send(event).is_err()) {
            state.channel = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who else wants to know of new settings.
pub(crate) type Follower = Box<dyn Fn(&Settings) + Send>;

/// The engine's side of a [`View`].
pub(crate) struct ToView {
    pub(crate) view: Arc<View>,
    pub(crate) follower: Follower,
}

impl Frontend for ToView {
    fn emit(&mut self, event: &Event) {
        if let Event::Settings { settings, .. } = event {
            (self.follower)(settings);
        }
        if let Some(change) = change(event) {
            self.view.tell(change);
        }
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
        Event::KeyCheck(check) => ViewChange::KeyCheck { check: check.clone() },
        Event::Voice(_)
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
            | ViewChange::KeyCheck { .. } => {}
            ViewChange::Input { input } => self.input.clone_from(input),
            ViewChange::Echo { echo } => self.echo = *echo,
            ViewChange::Health { health } => self.health = *health,
            ViewChange::Shortcuts { shortcuts } => self.shortcuts = *shortcuts,
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
        }
    }

    #[test]
    fn whoever_comes_late_gets_what_the_others_have_heard() {
        let view = Arc::new(View::new("1".into(), Settings::default()));
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
}
