//! The API key: fetched and kept by the [`Vault`], used by the actor.

use std::collections::VecDeque;

use secrecy::SecretString;

use super::{Actor, COMMAND_QUEUE};
use crate::command::Command;
use crate::conversation::Input;
use crate::event::Frontend;
use crate::problem::Problem;
use crate::secret::{KeyPlace, KeyStatus, KeyStore, News, Vault};
use crate::settings::Service;

/// The actor's side of the vault.
pub(super) struct Keys {
    pub(super) vault: Vault,
    /// What is sent to the service.
    pub(super) key: Option<SecretString>,
    /// What the conversation knows.
    status: KeyStatus,
    /// The conversation doesn't know yet that the key is another one.
    replaced: bool,
    /// Commands that need the key, until it is known whether there is one.
    held: VecDeque<Command>,
}

impl Keys {
    /// Begins to look for the key.
    pub(super) fn new(store: KeyStore) -> Self {
        let known = store.known();
        Self {
            vault: Vault::spawn(store),
            key: known.key,
            status: known.status,
            replaced: false,
            held: VecDeque::new(),
        }
    }

    /// What is known of it at once.
    pub(super) fn status(&self) -> KeyStatus {
        self.status
    }

    /// Whether a command needs a key that may be known in a moment, or follows one that does.
    fn must_wait(&self, command: &Command, service: Service) -> bool {
        let needs_key = service != Service::Demo
            && !self.status.is_present()
            && matches!(command, Command::Talk(_) | Command::Send { .. } | Command::Connect);
        let follows = !self.held.is_empty()
            && matches!(
                command,
                Command::Talk(_) | Command::Send { .. } | Command::Connect | Command::Disconnect | Command::Stop
            );
        self.vault.is_undecided() && (needs_key || follows) && self.held.len() < COMMAND_QUEUE
    }
}

impl<F: Frontend> Actor<F> {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::SetApiKey(key, place) => self.set_key(key, place),
            Command::CheckKey(key) => self.check_key(key),
            Command::RefreshModels => self.ask_for_models(),
            Command::CancelTimer(id) => self.cancel_timer(id),
            command if self.keys.must_wait(&command, self.conversation.settings().service) => {
                self.keys.held.push_back(command);
            }
            command => self.handle(Input::Command(command)),
        }
    }

    /// It is used from now on; where it is kept is told when that is done.
    fn set_key(&mut self, key: Option<SecretString>, place: KeyPlace) {
        self.keys.replaced = true;
        self.keys.key.clone_from(&key);
        let forgotten = key.is_none();
        self.keys.vault.set(key, place);
        if forgotten {
            self.tell_key(KeyStatus { place: None, ..self.keys.status });
        }
    }

    pub(super) fn handle_key_news(&mut self, news: News) {
        let in_memory = KeyStatus {
            place: self.keys.status.place.or(self.keys.key.is_some().then_some(KeyPlace::Session)),
            ..self.keys.status
        };
        let fault = match news {
            News::Slow => {
                self.tell_key(in_memory);
                None
            }
            News::Overdue(fault) => {
                self.tell_key(in_memory);
                Some(fault)
            }
            News::Done(kept) => {
                self.keys.key = kept.key;
                self.tell_key(kept.status);
                kept.fault
            }
        };
        if let Some(fault) = fault {
            self.handle(Input::SettingsFault(Problem::from(&fault)));
        }
        for command in std::mem::take(&mut self.keys.held) {
            self.handle(Input::Command(command));
        }
    }

    fn tell_key(&mut self, status: KeyStatus) {
        let replaced = std::mem::take(&mut self.keys.replaced);
        if replaced || self.keys.status != status {
            self.keys.status = status;
            self.handle(Input::Key { status, replaced });
        }
    }
}
