//! The actor: feeds the [`Conversation`] from three sides and carries its effects out.

mod key_check;
mod keys;
mod models;
mod target;
mod work;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use key_check::KeyChecks;
pub use key_check::PATIENCE as KEY_CHECK_PATIENCE;
use keys::Keys;
use models::Models;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, sleep_until, timeout};
use vivavoce_audio::{AudioCommand, Duplex, DuplexConfig, HostChoice};
use vivavoce_live::access::Access;
use vivavoce_live::driver::{Driver, DriverCommand, DriverEvent, DriverHandle};
use vivavoce_live::endpoint::Endpoint;
use vivavoce_live::session::SessionConfig;
use vivavoce_live::target::Target;
use vivavoce_tools::{Change, Controls};
use work::{Works, until_due};

use crate::command::Command;
use crate::conversation::{Conversation, Effect, Input};
use crate::event::{Event, Frontend};
use crate::mailbox::{self, mailbox};
use crate::problem::Problem;
use crate::secret::KeyStore;
use crate::settings::{Settings, SettingsStore};
use crate::toolbox::Toolbox;

/// Requests waiting at most. A front end sends a handful a second; when this many wait, something is wrong with it.
const COMMAND_QUEUE: usize = 256;

/// How long a closing handshake may take when the program ends.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Starts the built-in demo if need be and gives its base URL, or says why it can't. Takes the guide's language as a BCP 47
/// tag, or none for the desktop's. Called inside the engine's runtime; must return at once.
pub type DemoStart = Box<dyn FnMut(Option<&'static str>) -> Result<String, String> + Send>;

/// Gives a spoken test phrase: mono samples and their rate in Hz.
pub type Phrase = Box<dyn FnMut() -> (Vec<i16>, u32) + Send>;

/// What an engine needs from its surroundings.
pub struct EngineConfig {
    /// The settings to begin with.
    pub settings: Settings,
    /// Where to keep them; nowhere for a front end that takes them from its arguments.
    pub store: Option<SettingsStore>,
    /// A fault met while loading them, to be told to the user.
    pub settings_fault: Option<crate::SettingsError>,
    /// Where the API key is looked for and kept.
    pub keys: KeyStore,
    /// The built-in demo.
    pub demo: DemoStart,
    /// The functions offered to the model.
    pub toolbox: Toolbox,
    /// A spoken test phrase, to measure the echo by.
    pub phrase: Phrase,
    /// Real devices, or a stand-in.
    pub host: HostChoice,
    /// Device period asked for; 20 ms is safe on a busy machine.
    pub period: Duration,
}

/// A running conversation. See the crate's documentation for its life cycle.
#[derive(Debug)]
pub struct Engine {
    handle: Handle,
    task: JoinHandle<()>,
}

/// Sends commands to an [`Engine`]; cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
}

/// The engine has stopped, or so many commands wait that it must be stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine doesn't take commands any more")]
pub struct EngineGone;

impl Handle {
    /// Never waits.
    pub fn send(&self, command: Command) -> Result<(), EngineGone> {
        self.commands.try_send(command).map_err(|_| EngineGone)
    }
}

impl Engine {
    /// Starts a conversation on the current tokio runtime.
    pub fn spawn(config: EngineConfig, frontend: impl Frontend) -> Self {
        let (commands, requests) = mpsc::channel(COMMAND_QUEUE);
        let controls = Arc::new(Panel(commands.downgrade()));
        let task = tokio::spawn(Actor::new(config, frontend, controls).run(requests));
        Self { handle: Handle { commands }, task }
    }

    /// A way to send commands.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends the conversation in good order and waits for it.
    pub async fn shut_down(self) {
        // An engine that has stopped already is what was asked for.
        let _ = self.handle.send(Command::Shutdown);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the engine ended badly");
        }
    }
}

/// The program's own settings, in the hands of the model; what it does there comes back as a command.
struct Panel(mpsc::WeakSender<Command>);

impl Controls for Panel {
    fn change(&self, change: Change) -> Result<(), String> {
        let commands = self.0.upgrade().ok_or("the program is ending")?;
        commands.try_send(Command::Adjust(change)).map_err(|error| error.to_string())
    }
}

struct Actor<F> {
    conversation: Conversation,
    toolbox: Toolbox,
    works: Works,
    store: Option<SettingsStore>,
    keys: Keys,
    key_checks: KeyChecks,
    models: Models,
    demo: DemoStart,
    driver: DriverHandle,
    duplex: Duplex,
    frontend: F,
    stopped: bool,
    phrase: Phrase,
    live: mpsc::Receiver<DriverEvent>,
    sound: mailbox::Receiver,
}

impl<F: Frontend> Actor<F> {
    fn new(config: EngineConfig, frontend: F, controls: Arc<dyn Controls>) -> Self {
        let (sender, sound) = mailbox();
        let settings = &config.settings;
        let duplex = Duplex::spawn(
            config.host,
            DuplexConfig {
                input: settings.inputs(),
                output: settings.outputs(),
                period: config.period,
                processing: settings.sound.processing(),
                tuning: settings.sound.tuning(),
                volume_db: settings.sound.volume_db(),
                ..DuplexConfig::default()
            },
            Box::new(move |event| sender.send(event)),
        );
        let (driver, live) = Driver::spawn(SessionConfig::default(), Target::new(Endpoint::gemini(), Access::None));
        let keys = Keys::new(config.keys);
        let desk = config.toolbox.desk(controls);
        let conversation = Conversation::new(config.settings, keys.status(), desk, Instant::now());
        let mut actor = Self {
            conversation,
            toolbox: config.toolbox,
            works: Works::default(),
            store: config.store,
            keys,
            key_checks: KeyChecks::new(),
            models: Models::new(),
            demo: config.demo,
            driver,
            duplex,
            frontend,
            stopped: false,
            phrase: config.phrase,
            live,
            sound,
        };
        if let Some(error) = config.settings_fault {
            actor.handle(Input::SettingsFault(Problem::settings(&error)));
        }
        for error in &std::mem::take(&mut actor.toolbox.faults) {
            actor.handle(Input::SettingsFault(Problem::list(error)));
        }
        actor.handle(Input::Command(Command::RefreshDevices));
        actor.tell_timers();
        actor
    }

    async fn run(mut self, mut requests: mpsc::Receiver<Command>) {
        while !self.stopped {
            let deadline = self.conversation.deadline();
            let timer = pin!(sleep_until(deadline.unwrap_or_else(Instant::now).into()));
            let due = until_due(&self.toolbox.timers);
            let bell = pin!(sleep(due.unwrap_or_default()));
            tokio::select! {
                command = requests.recv() => match command {
                    Some(Command::Shutdown) | None => break,
                    Some(command) => self.handle_command(command),
                },
                event = self.live.recv() => match event {
                    Some(event) => self.handle_driver(event),
                    None => break,
                },
                event = self.sound.recv() => self.handle_sound(event),
                Some(list) = self.models.lists.recv() => self.tell_models(list),
                // One that was given up or has failed leaves nothing to tell.
                Some(check) = self.key_checks.join_next() => check.into_iter().for_each(|check| self.tell_key_check(check)),
                Some((ticket, outcome)) = self.works.next() => self.handle(Input::Worked { ticket, outcome }),
                () = self.toolbox.timers.changed() => self.tell_timers(),
                () = bell, if due.is_some() => self.ring(),
                news = self.keys.vault.news() => self.handle_key_news(news),
                () = timer, if deadline.is_some() => self.handle(Input::Timeout),
            }
        }
        self.shut_down().await;
    }

    async fn shut_down(&mut self) {
        self.handle(Input::Command(Command::Shutdown));
        let closing = timeout(CLOSE_TIMEOUT, async {
            while !self.stopped {
                let Some(event) = self.live.recv().await else { break };
                self.handle_driver(event);
            }
        });
        if closing.await.is_err() {
            tracing::warn!("the service didn't answer the closing handshake in {CLOSE_TIMEOUT:?}");
        }
        self.frontend.emit(&Event::Stopped);
    }

    fn handle_driver(&mut self, event: DriverEvent) {
        match event {
            DriverEvent::Session(event, at) => self.handle_at(Input::Live(event), at),
            DriverEvent::FirstAudioSent { turn, at } => self.handle_at(Input::FirstAudioSent { turn: turn.0 }, at),
        }
    }

    fn handle_sound(&mut self, event: vivavoce_audio::AudioEvent) {
        let dropped = self.sound.take_dropped();
        if dropped > 0 {
            self.handle(Input::FramesDropped(dropped));
        }
        self.handle(Input::Audio(event));
    }

    fn handle(&mut self, input: Input) {
        self.handle_at(input, Instant::now());
    }

    fn handle_at(&mut self, input: Input, now: Instant) {
        let wall_ms = wall_ms();
        self.conversation.handle(input, now, wall_ms);
        while let Some(effect) = self.conversation.poll_effect() {
            self.carry_out(effect, now, wall_ms);
        }
    }

    fn carry_out(&mut self, effect: Effect, now: Instant, wall_ms: u64) {
        match effect {
            Effect::Session(command) => {
                if self.driver.send(command).is_err() {
                    tracing::error!("the connection task has ended");
                    self.stopped = true;
                }
            }
            Effect::Retarget => match self.target() {
                Ok(target) => self.carry_out(Effect::Session(DriverCommand::Target(Box::new(target))), now, wall_ms),
                Err(problem) => {
                    // What was to follow can't be done without a target.
                    let rest: Vec<_> = std::iter::from_fn(|| self.conversation.poll_effect())
                        .filter(|effect| !matches!(effect, Effect::Session(_) | Effect::Retarget))
                        .collect();
                    for effect in rest {
                        self.carry_out(effect, now, wall_ms);
                    }
                    self.conversation.handle(Input::Unreachable(*problem), now, wall_ms);
                }
            },
            Effect::Audio(command) => self.duplex.handle().send(command),
            Effect::TestEcho => {
                let (pcm, rate) = (self.phrase)();
                self.duplex.handle().send(AudioCommand::TestEcho { pcm, rate });
            }
            Effect::Work { ticket, job } => self.works.begin(ticket, job.0),
            Effect::DropWork { ticket } => self.works.abort(ticket),
            Effect::Log(card) => self.toolbox.log.note(&card),
            Effect::Emit(event) => self.frontend.emit(&event),
            Effect::Save(settings) => {
                let result = self.store.as_ref().map_or(Ok(()), |store| store.save(&settings));
                if let Err(error) = result {
                    self.conversation.handle(Input::SettingsFault(Problem::settings(&error)), now, wall_ms);
                }
            }
            Effect::Stop => self.stopped = true,
        }
    }
}

/// Now, ms since the Unix epoch.
fn wall_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}
