//! Where to connect and how: what follows from the settings and the key.

use vivavoce_audio::AudioCommand;
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::endpoint::{Endpoint, EndpointError};
use vivavoce_live::model::family_of;
use vivavoce_live::session::SessionConfig;

use super::{Conversation, Effect, Link};
use crate::problem::{Problem, ProblemCode};
use crate::secret::{KeyPlace, KeyStatus};
use crate::settings::{Access, AccessKind, Service, Settings, SettingsPatch};

/// Google Cloud's location that is nowhere in particular.
const GLOBAL: &str = "global";

/// What the demo's guide is asked to begin with.
const GREETING: &str = "Please greet me.";

impl Conversation {
    pub(super) fn connect(&mut self, asked_for: bool) {
        if self.reconnecting {
            // Somebody doesn't want to wait for the next try.
            return self.session(DriverCommand::Connect);
        }
        if self.link != Link::Off || !self.ready_to_connect() {
            return;
        }
        self.clear_problem();
        let words = match self.settings.service {
            Service::Demo => Some(GREETING.to_owned()),
            Service::Gemini | Service::Custom => self.settings.own_greeting(),
        };
        let greeting = words.filter(|_| asked_for && !self.greeted);
        self.greeted |= greeting.is_some();
        if greeting.is_some() {
            self.audio(AudioCommand::Warm);
        }
        self.prepare(greeting);
        self.link = Link::Connecting;
        self.session(DriverCommand::Connect);
    }

    /// Hands the session its configuration and target when it is about to connect.
    pub(super) fn prepare(&mut self, greeting: Option<String>) {
        if self.link == Link::Off {
            let config = self.session_config(greeting);
            self.session(DriverCommand::Configure(Box::new(config)));
            self.effects.push_back(Effect::Retarget);
        }
    }

    pub(super) fn session_config(&self, greeting: Option<String>) -> SessionConfig {
        let mut config = self.settings.session_config(greeting);
        config.options.tools = self.offered(&self.settings);
        let access = &self.settings.access;
        match (self.settings.service, access.kind, endpoint(&self.settings)) {
            (Service::Gemini | Service::Custom, AccessKind::GoogleCloud, Ok(endpoint)) => {
                let model = endpoint.model_name(access.project.as_deref().unwrap_or_default(), &config.model);
                SessionConfig { model, ..config }
            }
            _ => config,
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
        let settings = &self.settings;
        if settings.service == Service::Demo {
            return None;
        }
        if let Err(problem) = endpoint(settings) {
            return Some(*problem);
        }
        let needs_key = match settings.access.kind {
            AccessKind::ApiKey => settings.service == Service::Gemini,
            AccessKind::MintedToken => true,
            AccessKind::TokenUrl | AccessKind::GoogleCloud => false,
        };
        (needs_key && !self.key.is_present()).then(|| Problem::of(ProblemCode::KeyMissing))
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
        self.apply_sound(&old);
        self.permit_tools();
        self.effects.push_back(Effect::Save(self.settings.clone()));
        self.tell_settings();
        if place(&old) != place(&self.settings) {
            // What was said to one service is not another's business.
            self.restart(DriverCommand::StartOver);
        } else if old.session_config(None) != self.settings.session_config(None)
            || old.network != self.settings.network
            || self.offered(&old) != self.offered(&self.settings)
        {
            self.renew(&old);
        }
    }

    /// Makes new settings of the session count.
    fn renew(&mut self, old: &Settings) {
        let new = self.settings.session_config(None);
        let instructed =
            SessionConfig { system_instruction: new.system_instruction.clone(), ..old.session_config(None) };
        let only_instruction = instructed == new
            && old.network == self.settings.network
            && self.offered(old) == self.offered(&self.settings);
        if only_instruction && self.link == Link::Ready && family_of(&self.settings.model).capabilities().context_update
        {
            let config = self.session_config(None);
            self.session(DriverCommand::Configure(Box::new(config)));
        } else {
            self.restart(DriverCommand::Disconnect);
        }
    }

    pub(super) fn handle_key(&mut self, key: KeyStatus, replaced: bool) {
        let appeared = !self.key.is_present() && key.is_present();
        self.key = key;
        self.tell_settings();
        let mended = |problem: &Problem| match problem.code {
            ProblemCode::KeychainUnavailable => key.place == Some(KeyPlace::Keychain),
            _ => (replaced || appeared) && problem.is_about_key(),
        };
        if self.problem.as_ref().is_some_and(mended) {
            self.clear_problem();
        }
        if replaced && self.settings.service != Service::Demo {
            self.restart(DriverCommand::Disconnect);
        }
    }

    /// Connects anew with what is set now, if there is a connection.
    fn restart(&mut self, end: DriverCommand) {
        if self.link == Link::Off {
            if matches!(end, DriverCommand::StartOver) {
                self.session(end);
            }
            return;
        }
        self.abandon_talk();
        self.silence_answer();
        self.session(end);
        self.link = Link::Off;
        // Settings that are still incomplete are no fault yet: the next press will say what is missing.
        if self.obstacle().is_none() {
            self.connect(false);
        }
    }
}

/// Who is spoken to.
fn place(settings: &Settings) -> (Service, Option<&str>, Access) {
    (
        settings.service,
        settings.endpoint.as_deref().filter(|_| settings.service == Service::Custom),
        if settings.service == Service::Demo { Access::default() } else { settings.access.clone() },
    )
}

/// The server the settings name; the demo's isn't known before it has started.
pub(crate) fn endpoint(settings: &Settings) -> Result<Endpoint, Box<Problem>> {
    let base = settings.endpoint.as_deref().unwrap_or_default();
    let failure = |error: EndpointError| Box::new(Problem::endpoint(&error, base));
    let cloud = settings.access.kind == AccessKind::GoogleCloud;
    let location = settings.access.location.as_deref().unwrap_or(GLOBAL);
    match settings.service {
        Service::Gemini if cloud => Endpoint::vertex(location).map_err(failure),
        Service::Custom if cloud => {
            Endpoint::parse(base).and_then(|endpoint| endpoint.with_location(location)).map_err(failure)
        }
        Service::Custom => Endpoint::parse(base).map_err(failure),
        Service::Gemini | Service::Demo => Ok(Endpoint::gemini()),
    }
}
