//! What the sound thread says.

use vivavoce_audio::{AudioError, AudioEvent, CaptureFrame, Direction, FLOOR_DBFS};
use vivavoce_live::driver::DriverCommand;

use super::Conversation;
use crate::event::{Event, LiveInput};
use crate::problem::{Problem, ProblemCode};

impl Conversation {
    pub(super) fn handle_audio(&mut self, event: AudioEvent) {
        match event {
            AudioEvent::Frame(frame) => self.handle_frame(frame),
            AudioEvent::GateClosed { heard } => self.handle_gate_closed(heard),
            AudioEvent::SpeechStarted { at } => self.handle_speech_started(at),
            AudioEvent::SpeechEnded { .. } => self.handle_speech_ended(),
            AudioEvent::Voice(voice) => self.handle_voice(voice),
            AudioEvent::MutedSpeech => self.handle_muted_speech(),
            AudioEvent::InputBlocked => {
                let name = self.input.as_ref().map(|input| input.name.clone());
                self.raise(Problem::microphone_blocked(name));
            }
            AudioEvent::InputLive { name, rate, channels } => {
                tracing::info!(name, rate, channels, "microphone live");
                let input = LiveInput { name, rate, channels };
                self.input = Some(input.clone());
                self.emit(Event::Input(Some(input)));
            }
            AudioEvent::InputClosed => {
                self.lose_input();
            }
            AudioEvent::OutputLive { name, rate, channels } => {
                tracing::info!(name, rate, channels, "loudspeaker live");
                self.output_live = true;
            }
            AudioEvent::PlaybackStarted { turn, at } => {
                self.playing = Some(turn);
                self.emit(Event::AudioFirstPlayed { turn, at });
                if let Some(latency) = self.stopwatch.played(turn, at) {
                    self.emit(Event::Latency { turn, latency });
                }
            }
            AudioEvent::PlaybackFinished { turn, played } => {
                self.playing = self.playing.filter(|&playing| playing != turn);
                self.note_silence();
                self.note_heard(turn);
                self.emit(Event::AudioFinished { turn, played });
            }
            AudioEvent::PlaybackFlushed { turn, played, dropped } => {
                self.playing = self.playing.filter(|&playing| playing > turn);
                self.note_silence();
                self.note_cut(turn, played);
                self.emit(Event::Interrupted { turn, heard: played, dropped });
            }
            AudioEvent::Levels { input_dbfs, output_dbfs } => {
                // A microphone that is heard isn't blocked.
                if input_dbfs > FLOOR_DBFS {
                    self.clear_problem_of(|code| code == ProblemCode::MicrophoneBlocked);
                }
                self.emit(Event::Levels { input_dbfs, output_dbfs });
            }
            AudioEvent::Echo(report) => self.handle_echo(report),
            AudioEvent::Health(health) => self.emit(Event::Health(health)),
            AudioEvent::RecordingPlayed { peak_dbfs } => self.emit(Event::RecordingPlayed { peak_dbfs }),
            AudioEvent::DevicesChanged(devices) => self.handle_devices(devices),
            AudioEvent::DeviceLost { direction, name } => {
                let was_live = match direction {
                    Direction::Input => self.lose_input(),
                    Direction::Output => std::mem::take(&mut self.output_live),
                };
                // One that was never heard of in this run wasn't lost but isn't there.
                let code = if was_live { ProblemCode::DeviceLost } else { ProblemCode::DeviceNotFound };
                self.raise(Problem::of(code).with_device(name));
            }
            AudioEvent::Failed { direction, error } => self.handle_audio_failure(direction, &error),
            AudioEvent::Overrun { frames } => {
                tracing::warn!(frames, "captured samples lost: the sound thread was late");
            }
            AudioEvent::Underrun { frames } => tracing::warn!(frames, "gap in playback"),
        }
    }

    fn handle_frame(&mut self, frame: CaptureFrame) {
        if !self.activity {
            return;
        }
        let mut pcm = frame.pcm;
        // The service needs sound to know that time passes.
        if self.is_deaf() && !self.settings.detects_locally() {
            pcm.fill(0);
        }
        self.first_captured.get_or_insert(frame.captured_at);
        self.session(DriverCommand::Audio(pcm));
    }

    /// The microphone doesn't hear any more; says whether it did.
    fn lose_input(&mut self) -> bool {
        let was_live = self.input.take().is_some();
        if was_live {
            self.emit(Event::Input(None));
        }
        was_live
    }

    fn handle_audio_failure(&mut self, direction: Direction, error: &AudioError) {
        match direction {
            Direction::Input => {
                self.lose_input();
                self.abandon_talk();
            }
            Direction::Output => {
                self.output_live = false;
                self.playing = None;
            }
        }
        self.raise(Problem::sound(direction, error));
    }
}
