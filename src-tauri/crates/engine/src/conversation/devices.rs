//! Which devices are there, which are used, and what is asked of them.

use vivavoce_audio::{AudioCommand, DeviceId, DeviceInfo, Direction};

use super::{Conversation, Effect, Gate, device_id};
use crate::event::Event;
use crate::problem::{Problem, ProblemCode};
use crate::settings::{Mode, Settings};

/// Length of a test recording, seconds.
const TEST_SECONDS: f32 = 3.0;

impl Conversation {
    pub(super) fn handle_devices(&mut self, devices: Vec<DeviceInfo>) {
        for device in &devices {
            self.device_names.insert(device.id.clone(), device.name.clone());
        }
        if self.problem.as_ref().is_some_and(|problem| problem.is_mended_by(&devices)) {
            self.clear_problem();
        }
        self.devices.clone_from(&devices);
        self.emit(Event::Devices(devices));
        self.tell_settings();
        self.arm();
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

    /// Tells the sound thread what of the settings has changed.
    pub(super) fn apply_sound(&mut self, old: &Settings) {
        let new = self.settings.clone();
        if old.inputs() != new.inputs() {
            self.audio(AudioCommand::SelectInput(new.inputs()));
            self.advise_on_bluetooth();
        }
        if old.outputs() != new.outputs() {
            self.audio(AudioCommand::SelectOutput(new.outputs()));
        }
        if old.sound.processing() != new.sound.processing() {
            self.audio(AudioCommand::Process(new.sound.processing()));
        }
        if old.sound.tuning() != new.sound.tuning() {
            self.audio(AudioCommand::Tune(new.sound.tuning()));
        }
        if old.sound.output_volume_db != new.sound.output_volume_db {
            self.audio(AudioCommand::Volume(new.sound.volume_db()));
        }
        let is_other_room = old.inputs() != new.inputs() || old.outputs() != new.outputs();
        if is_other_room || old.sound.half_duplex != new.sound.half_duplex {
            self.forget_echo();
        }
        if old.mode != new.mode || old.detects_locally() != new.detects_locally() {
            self.abandon_talk();
        } else if new.detects_locally() && old.detection.patience != new.detection.patience && self.gate == Gate::Open {
            self.listen_anew();
        }
        self.arm();
    }

    /// Keeps the microphone ready for the next press where that is wanted, and nowhere else.
    pub(super) fn arm(&mut self) {
        let is_wanted = self.settings.mode == Mode::PushToTalk && self.attended && self.may_stay_open();
        let pre_roll = self.settings.sound.pre_roll().filter(|_| is_wanted);
        if pre_roll != self.armed {
            self.armed = pre_roll;
            self.audio(AudioCommand::Arm(pre_roll));
        }
    }

    /// Somebody looks at the front end, or nobody does: then no microphone stays open without a press.
    pub(super) fn attend(&mut self, attended: bool) {
        if attended != self.attended {
            self.attended = attended;
            if self.monitored {
                self.audio(AudioCommand::MonitorInput(attended));
            }
            self.arm();
        }
    }

    pub(super) fn monitor_input(&mut self, on: bool) {
        self.monitored = on;
        if self.attended || !on {
            self.audio(AudioCommand::MonitorInput(on));
        }
    }

    pub(super) fn record_test(&mut self) {
        if self.is_quiet() {
            self.audio(AudioCommand::RecordTest { seconds: TEST_SECONDS });
        }
    }

    pub(super) fn test_echo(&mut self) {
        if self.is_quiet() {
            self.effects.push_back(Effect::TestEcho);
        }
    }

    /// Nobody talks and nothing is being heard.
    fn is_quiet(&self) -> bool {
        self.gate == Gate::Closed && !self.is_speaking()
    }

    /// A microphone that may be open all the time: a Bluetooth one spoils what its headset plays meanwhile. None is
    /// opened before it is known what it is.
    fn may_stay_open(&self) -> bool {
        let is_file = self.settings.inputs().first().is_some_and(|id| id.wav_path().is_some());
        is_file || self.input_in_use().is_some_and(|device| !device.is_bluetooth)
    }

    /// The microphone that the next press opens.
    fn input_in_use(&self) -> Option<&DeviceInfo> {
        let microphones = || self.devices.iter().filter(|device| device.direction == Direction::Input);
        let known = |id: &DeviceId| microphones().find(|device| device.id == *id);
        let preferred = self.settings.inputs().iter().find_map(known);
        // What a loudspeaker plays is only listened to where that was chosen.
        preferred.or_else(|| microphones().find(|device| device.is_default && !device.is_monitor))
    }

    /// Names another microphone where the chosen one lowers its headset's sound quality.
    fn advise_on_bluetooth(&mut self) {
        self.clear_problem_of(|code| code == ProblemCode::BluetoothMicrophone);
        let chosen = self.input_in_use().filter(|device| device.is_bluetooth && !device.is_monitor);
        let Some(name) = chosen.map(|device| device.name.clone()) else { return };
        let is_other =
            |device: &&DeviceInfo| device.direction == Direction::Input && !device.is_bluetooth && !device.is_monitor;
        let problem = Problem::of(ProblemCode::BluetoothMicrophone).with_device(name);
        self.raise(match self.devices.iter().find(is_other) {
            Some(other) => problem.with_detail(other.name.clone()),
            None => problem,
        });
    }
}
