//! What the local voice detector means: speech that is sent, speech over an answer, speech nobody hears. And the echo.

use std::time::{Duration, Instant};

use vivavoce_audio::{AudioCommand, Cue, EchoReport, EchoState, Voice};

use super::press::Said;
use super::{Conversation, Gate};
use crate::event::Event;
use crate::problem::{Problem, ProblemCode};
use crate::settings::Mode;

/// Half-duplex stays deaf for this long after an answer: the room is still sounding.
const ROOM: Duration = Duration::from_millis(200);

/// What is known of the room.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// What is being played was lowered.
    ducked: bool,
    /// When the last answer will have died away.
    quiet_at: Option<Instant>,
    /// Half-duplex: the detector takes something for speech that began while nobody was to be heard.
    overheard: bool,
    echo: EchoState,
    /// The user was told that the echo can't be removed.
    warned: bool,
}

impl Conversation {
    pub(super) fn handle_voice(&mut self, voice: Voice) {
        self.emit(Event::Voice(voice));
        match voice {
            Voice::None => self.duck(false),
            // The service's word comes half a second later, and until then the answer would go on over the voice.
            Voice::Sure if self.may_interrupt() && self.knows_room() => {
                self.silence_answer();
                self.duck(false);
            }
            Voice::Perhaps | Voice::Sure if self.may_interrupt() => self.duck(true),
            Voice::Perhaps | Voice::Sure => {}
        }
    }

    /// Whether a voice is one over an answer. Where the echo can't be removed, it would be the answer's own.
    fn may_interrupt(&self) -> bool {
        self.settings.mode == Mode::HandsFree
            && self.settings.detection.interrupts
            && !self.settings.sound.half_duplex
            && self.gate == Gate::Open
            && !self.muted
            && self.ear.echo != EchoState::Failing
            && self.is_speaking()
    }

    /// While the canceller learns the room, a voice may be the answer's own: only the service cuts it then.
    fn knows_room(&self) -> bool {
        match self.ear.echo {
            EchoState::Converged => true,
            EchoState::Unknown => !self.settings.sound.echo_cancellation,
            EchoState::Learning | EchoState::Failing => false,
        }
    }

    pub(super) fn duck(&mut self, ducked: bool) {
        if ducked != self.ear.ducked {
            self.ear.ducked = ducked;
            self.audio(AudioCommand::Duck(ducked));
        }
    }

    pub(super) fn handle_speech_started(&mut self, at: Instant) {
        if self.gate != Gate::Open || self.activity || !self.settings.detects_locally() {
            return;
        }
        if self.is_deaf() {
            self.ear.overheard = true;
            return;
        }
        if !self.ready_to_connect() {
            return self.abandon_talk();
        }
        self.clear_problem();
        if self.settings.detection.interrupts {
            self.silence_answer();
        }
        self.duck(false);
        self.waiting_since = None;
        self.said = Said::Words;
        self.open_activity();
        self.emit(Event::SpeechStarted { at });
    }

    pub(super) fn handle_speech_ended(&mut self) {
        self.ear.overheard = false;
        if self.settings.detects_locally() && self.activity {
            self.close_activity();
            self.emit(Event::SpeechEnded);
        }
    }

    /// Half-duplex: what is heard now is the answer.
    pub(super) fn is_deaf(&self) -> bool {
        self.settings.sound.half_duplex
            && self.settings.mode == Mode::HandsFree
            && (self.is_speaking() || self.ear.quiet_at.is_some_and(|at| self.now < at))
    }

    /// An answer has just ended or was cut.
    pub(super) fn note_silence(&mut self) {
        self.ear.quiet_at = Some(self.now + ROOM);
        self.duck(false);
    }

    /// When somebody who began to speak over an answer is to be heard after all.
    pub(super) fn deaf_deadline(&self) -> Option<Instant> {
        let waits = self.ear.overheard && self.gate == Gate::Open && !self.is_speaking();
        self.ear.quiet_at.filter(|_| waits)
    }

    /// Lets the detector begin anew: what it took for speech may have been the answer, and what follows may be speech.
    pub(super) fn listen_anew(&mut self) {
        self.ear.overheard = false;
        self.audio(AudioCommand::CloseGate { tail: Duration::ZERO });
        self.audio(AudioCommand::OpenGate(self.gate_mode()));
    }

    pub(super) fn handle_muted_speech(&mut self) {
        self.emit(Event::MutedSpeech);
        self.cue(Cue::Muted);
    }

    pub(super) fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
        self.audio(AudioCommand::SetMuted(muted));
        self.duck(false);
        self.emit(Event::Muted(muted));
    }

    pub(super) fn handle_echo(&mut self, report: EchoReport) {
        self.ear.echo = report.state;
        self.emit(Event::Echo(report));
        match report.state {
            // Without half-duplex every answer would interrupt itself; in push-to-talk nobody listens meanwhile.
            EchoState::Failing => {
                let concerns = self.settings.mode == Mode::HandsFree && !self.settings.sound.half_duplex;
                if concerns && !std::mem::replace(&mut self.ear.warned, true) {
                    self.raise(Problem::of(ProblemCode::EchoFailing));
                }
            }
            EchoState::Converged => self.clear_problem_of(|code| code == ProblemCode::EchoFailing),
            EchoState::Unknown | EchoState::Learning => {}
        }
    }

    /// Another device, another room: what was known of the echo says nothing about it.
    pub(super) fn forget_echo(&mut self) {
        self.ear.echo = EchoState::Unknown;
        self.ear.warned = false;
        self.clear_problem_of(|code| code == ProblemCode::EchoFailing);
    }

    /// A sound of the program's own, where they are wanted.
    pub(super) fn cue(&mut self, cue: Cue) {
        if self.settings.sound.cues {
            self.audio(AudioCommand::Play(cue));
        }
    }
}
