//! Asking the service about a key before it is kept.

use std::time::Duration;

use secrecy::SecretString;
use tokio::task::JoinSet;
use tokio::time::timeout;
use vivavoce_live::access::Access;
use vivavoce_live::service;
use vivavoce_live::target::Target;

use super::{Actor, target, wall_ms};
use crate::conversation::endpoint;
use crate::event::{Event, Frontend};
use crate::problem::{Problem, ProblemCode};
use crate::secret::KeyCheck;
use crate::settings::{Access as AccessSettings, Service, Settings};

/// How long the service may take to say what it thinks of a key. A person waits for it.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The check under way, if there is one; dropping it gives it up.
pub(super) type KeyChecks = JoinSet<KeyCheck>;

impl<F: Frontend> Actor<F> {
    /// Asks in the background. A check that is under way is given up: only the newest key counts.
    pub(super) fn check_key(&mut self, key: SecretString) {
        self.key_checks = KeyChecks::new();
        self.frontend.emit(&Event::KeyCheck(KeyCheck::Checking));
        let settings = entered_by_key(self.conversation.settings());
        match target_with(&settings, &key) {
            Ok(target) => {
                self.key_checks.spawn(opinion(target, settings, key, PATIENCE));
            }
            Err(problem) => self.tell_key_check(KeyCheck::failed(*problem, &key)),
        }
    }

    pub(super) fn tell_key_check(&mut self, mut check: KeyCheck) {
        if let KeyCheck::Refused { problem } | KeyCheck::Unreachable { problem } = &mut check {
            problem.at = wall_ms();
        }
        self.frontend.emit(&Event::KeyCheck(check));
    }
}

/// A key is for Gemini, unless another server was chosen; whatever else the service is entered by doesn't matter here.
fn entered_by_key(settings: &Settings) -> Settings {
    let service = match settings.service {
        Service::Custom => Service::Custom,
        Service::Demo | Service::Gemini => Service::Gemini,
    };
    Settings { service, access: AccessSettings::default(), ..settings.clone() }
}

fn target_with(settings: &Settings, key: &SecretString) -> Result<Target, Box<Problem>> {
    Ok(Target {
        endpoint: endpoint(settings)?,
        access: Access::Key(key.clone()),
        network: target::network(&settings.network)?,
    })
}

async fn opinion(target: Target, settings: Settings, key: SecretString, patience: Duration) -> KeyCheck {
    match timeout(patience, service::check_key(&target)).await {
        Ok(answer) => KeyCheck::of(answer, &settings, &key),
        Err(_) => KeyCheck::failed(Problem::of(ProblemCode::HostUnreachable), &key),
    }
}

#[cfg(test)]
#[path = "key_check_tests.rs"]
mod tests;
