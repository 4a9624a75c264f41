//! Where to connect and how: what follows from the settings and the key.

use vivavoce_audio::AudioCommand;
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::endpoint::Endpoint;
use vivavoce_live::session::{SessionConfig, TalkMode};

use super::{Conversation, Effect, Link, device_id};
use crate::problem::{Problem, ProblemCode};
use crate::settings::{Mode, Service, Settings, SettingsPatch};

/// What the demo's guide is asked to begin with.
const GREETING: &str = "Please greet me.";

impl Conversation {
    pub(super) fn connect(&mut self, asked_for: bool) {
        if self.link != Link::Off || !self.ready_to_connect() {
            return;
        }
        self.clear_problem();
        let greet = asked_for && self.settings.service == Service::Demo && !self.greeted;
        self.greeted |= greet;
        self.prepare(greet.then(|| GREETING.to_owned()));
        self.link = Link::Connecting;
        self.session(DriverCommand::Connect);
    }

    /// Hands the session its configuration and target when it is about to connect.
    pub(super) fn prepare(&mut self, greeting: Option<String>) {
        if self.link == Link::Off {
            let config = self.session_config(greeting);
            self.session(DriverCommand::Configure(config));
            self.effects.push_back(Effect::Retarget);
        }
    }

    pub(super) fn session_config(&self, greeting: Option<String>) -> SessionConfig {
        let instruction = self.settings.system_instruction.trim();
        SessionConfig {
            model: self.settings.model.clone(),
            voice: self.settings.voice.clone(),
            system_instruction: (!instruction.is_empty()).then(|| instruction.to_owned()),
            mode: match self.settings.mode {
                Mode::PushToTalk => TalkMode::PushToTalk,
                Mode::HandsFree => TalkMode::HandsFree,
            },
            greeting,
            ..SessionConfig::default()
        }
    }

    /// Whether there is a connection or the settings say enough for one; tells the user if not.
    pub(super) fn ready_to_connect(&mut self) -> bool {
        if self.link != Link::Off {
            return true;
        }
        let obstacle = self.obstacle();
        let ready = obstacle.is_none();
        if let Some(problem) = obstacle {
            self.raise(problem);
        }
        ready
    }

    /// What the settings lack for a connection.
    pub(super) fn obstacle(&self) -> Option<Problem> {
        match self.settings.service {
            Service::Demo => None,
            Service::Gemini => (!self.has_key).then(|| Problem::of(ProblemCode::KeyMissing)),
            Service::Custom => {
                let endpoint = self.settings.endpoint.as_deref().unwrap_or_default();
                Endpoint::parse(endpoint).err().map(|error| Problem::endpoint(&error, endpoint))
            }
        }
    }

    pub(super) fn update_settings(&mut self, patch: &SettingsPatch) {
        let new = match self.settings.patched(patch) {
            Ok(new) => new,
            Err(error) => return self.raise(Problem::settings(&error)),
        };
        let old = std::mem::replace(&mut self.settings, new);
        if old == self.settings {
            return;
        }
        if old.input_device != self.settings.input_device {
            self.audio(AudioCommand::SelectInput(device_id(self.settings.input_device.as_deref())));
        }
        if old.output_device != self.settings.output_device {
            self.audio(AudioCommand::SelectOutput(device_id(self.settings.output_device.as_deref())));
        }
        self.effects.push_back(Effect::Save(self.settings.clone()));
        self.tell_settings();
        if session_part(&old) != session_part(&self.settings) {
            self.restart();
        }
    }

    pub(super) fn handle_key(&mut self, present: bool) {
        self.has_key = present;
        self.tell_settings();
        if self.problem.as_ref().is_some_and(Problem::is_about_key) {
            self.clear_problem();
        }
        if self.settings.service == Service::Gemini {
            self.restart();
        }
    }

    /// Connects anew with what is set now, if there is a connection.
    pub(super) fn restart(&mut self) {
        if self.link == Link::Off {
            return;
        }
        self.abandon_talk();
        self.silence_answer();
        self.session(DriverCommand::Disconnect);
        self.link = Link::Off;
        // Settings that are still incomplete are no fault yet: the next press will say what is missing.
        if self.obstacle().is_none() {
            self.connect(false);
        }
    }
}

/// The settings that a running session can't take over.
fn session_part(settings: &Settings) -> (Service, Option<&str>, &str, Option<&str>, &str, Mode) {
    (
        settings.service,
        settings.endpoint.as_deref().filter(|_| settings.service == Service::Custom),
        &settings.model,
        settings.voice.as_deref(),
        &settings.system_instruction,
        settings.mode,
    )
}
