//! What a simulator is to be like.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::fault::Fault;
use crate::profile::{ModelEntry, Profile, known_models};

/// Everything that can be chosen about a simulator; the default is the demo.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// How every model behaves; `None` leaves it to the table of models.
    pub profile: Option<Profile>,
    /// Who answers.
    pub persona: Persona,
    /// What the guide speaks, and what honest transcripts are written in.
    pub language: Language,
    /// Refuses what the service refuses. Without it any model, unknown fields and settings of other models pass.
    pub strict: bool,
    /// Keys that are refused as not valid.
    pub bad_keys: Vec<String>,
    /// Refuses connections without a key.
    pub require_key: bool,
    /// Refuses connections that come without an ephemeral token.
    pub tokens_required: bool,
    /// The models there are.
    pub models: Vec<ModelEntry>,
    /// Time from `setup` to `setupComplete`; messages in between are lost, as they may be at the service.
    pub setup_delay: Duration,
    /// Generation speed in multiples of real time; the service was seen at 2 to 10.
    pub pace: f32,
    /// Sends the whole answer at once, whatever the pace.
    pub burst: bool,
    /// When a turn is complete.
    pub turn_complete: TurnComplete,
    /// How long things last.
    pub limits: Limits,
    /// What goes wrong on purpose.
    pub faults: Vec<Fault>,
    /// Where to listen; loopback only.
    pub bind: SocketAddr,
    /// Keeps what clients send for [`Observed`](crate::Observed). Grows without bound: for tests.
    pub record: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            profile: None,
            persona: Persona::Guide,
            language: Language::En,
            strict: true,
            bad_keys: Vec::new(),
            require_key: false,
            tokens_required: false,
            models: known_models(),
            setup_delay: Duration::ZERO,
            pace: 4.0,
            burst: false,
            turn_complete: TurnComplete::Playback,
            limits: Limits::default(),
            faults: Vec::new(),
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            record: false,
        }
    }
}

impl ServerConfig {
    /// For tests: the exact echo, everything recorded, turns complete without waiting for playback.
    pub fn echo() -> Self {
        Self { persona: Persona::Echo, turn_complete: TurnComplete::Immediate, record: true, ..Self::default() }
    }

    /// The same with one more thing that goes wrong.
    #[must_use]
    pub fn with(mut self, fault: impl Into<Fault>) -> Self {
        self.faults.push(fault.into());
        self
    }
}

/// How long things last, and how much fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Age at which a connection is closed with 1011.
    pub connection: Duration,
    /// How long before that `goAway` announces it; `None` leaves it out.
    pub go_away: Option<Duration>,
    /// A connection silent for so long is closed with 1008.
    pub idle: Duration,
    /// Tokens of context a session may have where it does not compress; above it is closed with 1007.
    pub context_tokens: u64,
    /// How long a session can be resumed after its last connection ended.
    pub handle_life: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connection: Duration::from_mins(10),
            go_away: Some(Duration::from_secs(50)),
            idle: Duration::from_secs(150),
            context_tokens: 131_072,
            handle_life: Duration::from_hours(2),
        }
    }
}

/// Who answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Persona {
    /// A recorded voice that explains itself and repeats the speaker's own voice.
    #[default]
    Guide,
    /// Nobody: exactly the sound that came in; a short tone for text.
    Echo,
}

/// The language of the guide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

/// When a turn is complete after everything has been sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TurnComplete {
    /// When a client playing in real time would have heard it all, as at the service.
    #[default]
    Playback,
    /// At once.
    Immediate,
}
