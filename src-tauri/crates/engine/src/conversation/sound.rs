//! What the sound thread says.

use vivavoce_audio::{AudioError, AudioEvent, DeviceInfo, Direction};
use vivavoce_live::driver::DriverCommand;

use super::{Conversation, Gate, device_id};
use crate::event::Event;
use crate::problem::{Problem, ProblemCode};

impl Conversation {
    pub(super) fn handle_audio(&mut self, event: AudioEvent) {
        match event {
            AudioEvent::Frame(frame) => {
                if self.gate == Gate::Closed {
                    return;
                }
                self.first_captured.get_or_insert(frame.captured_at);
                self.session(DriverCommand::Audio(frame.pcm));
            }
            AudioEvent::GateClosed => self.handle_gate_closed(),
            AudioEvent::InputLive { name, rate, channels } => {
                tracing::info!(name, rate, channels, "microphone live");
                self.input_live = true;
            }
            AudioEvent::InputClosed => self.input_live = false,
            AudioEvent::OutputLive { name, rate, channels } => {
                tracing::info!(name, rate, channels, "loudspeaker live");
                self.output_live = true;
            }
            AudioEvent::PlaybackStarted { turn, at } => {
                self.playing = Some(turn);
                self.emit(Event::AudioFirstPlayed { turn, at });
            }
            AudioEvent::PlaybackFinished { turn, played } => {
                self.playing = self.playing.filter(|&playing| playing != turn);
                self.emit(Event::AudioFinished { turn, played });
            }
            AudioEvent::PlaybackFlushed { turn, played, dropped } => {
                self.playing = self.playing.filter(|&playing| playing > turn);
                self.emit(Event::Interrupted { turn, heard: played, dropped });
            }
            AudioEvent::Levels { input_dbfs, output_dbfs } => self.emit(Event::Levels { input_dbfs, output_dbfs }),
            AudioEvent::DevicesChanged(devices) => self.handle_devices(devices),
            AudioEvent::DeviceLost { direction, name } => {
                let live = match direction {
                    Direction::Input => &mut self.input_live,
                    Direction::Output => &mut self.output_live,
                };
                // One that was never heard of in this run wasn't lost but isn't there.
                let lost = std::mem::take(live);
                let code = if lost { ProblemCode::DeviceLost } else { ProblemCode::DeviceNotFound };
                self.raise(Problem::of(code).with_device(name));
            }
            AudioEvent::Failed { direction, error } => self.handle_audio_failure(direction, &error),
            AudioEvent::Overrun { frames } => {
                tracing::warn!(frames, "captured samples lost: the sound thread was late");
            }
            AudioEvent::Underrun { frames } => tracing::warn!(frames, "gap in playback"),
        }
    }

    fn handle_gate_closed(&mut self) {
        let Gate::Closing { reopen } = self.gate else { return };
        self.session(DriverCommand::ActivityEnd);
        self.gate = Gate::Closed;
        if reopen {
            self.open_turn();
        }
    }

    fn handle_audio_failure(&mut self, direction: Direction, error: &AudioError) {
        match direction {
            Direction::Input => {
                self.input_live = false;
                self.abandon_talk();
            }
            Direction::Output => {
                self.output_live = false;
                self.playing = None;
            }
        }
        self.raise(Problem::sound(direction, error));
    }

    fn handle_devices(&mut self, devices: Vec<DeviceInfo>) {
        for device in &devices {
            self.device_names.insert(device.id.clone(), device.name.clone());
        }
        if self.problem.as_ref().is_some_and(|problem| problem.is_mended_by(&devices)) {
            self.clear_problem();
        }
        self.devices.clone_from(&devices);
        self.emit(Event::Devices(devices));
        self.tell_settings();
    }

    /// The name of a chosen device that isn't there.
    pub(super) fn missing(&self, setting: Option<&str>) -> Option<String> {
        let id = device_id(setting);
        let present = id.is_default() || id.wav_path().is_some() || self.devices.iter().any(|device| device.id == id);
        if present || self.devices.is_empty() {
            return None;
        }
        Some(self.device_names.get(&id).cloned().unwrap_or_else(|| id.to_string()))
    }
}
