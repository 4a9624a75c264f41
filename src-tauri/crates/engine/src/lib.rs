//! The conversation: joins the Live session, the sound and the settings into one actor.
//!
//! A front end (window, terminal) sends [`Command`]s through a [`Handle`] and is told [`Event`]s through its [`Frontend`].
//! Between the two stands [`Conversation`](conversation::Conversation), a pure state machine without clock, socket or
//! device: `(command | session event | sound event, now) → effects`. [`Engine`] is the thin actor that feeds it and
//! carries its effects out.
//!
//! Life cycle: [`Engine::spawn`] → commands and events → [`Command::Shutdown`], which ends an open turn properly, closes the
//! connection and the devices. Nothing that goes wrong ends the actor: every fault becomes a [`Problem`] with a code and an
//! advice, and the next press starts afresh.

/// What is logged unless asked otherwise. PulseAudio's client calls every ordinary end of a stream an error.
const DEFAULT_LOG: &str = "warn,pulseaudio::client::reactor=off";

/// What is never logged, whatever was asked for: this module writes the request of a connection as it is, with the key.
const NEVER_LOGGED: &str = "tungstenite::handshake::client=off";

/// The log filter to use where a user asks for `asked`.
pub fn log_filter(asked: Option<&str>) -> String {
    format!("{},{NEVER_LOGGED}", asked.unwrap_or(DEFAULT_LOG))
}

mod command;
pub mod conversation;
mod engine;
mod event;
mod latency;
mod mailbox;
mod picture;
mod problem;
mod schema;
mod secret;
mod settings;
mod talk;
mod toolbox;
mod transcript;
mod usage;

pub use command::{Command, TalkInput};
pub use engine::{DemoStart, Engine, EngineConfig, EngineGone, Handle, KEY_CHECK_PATIENCE, Phrase};
pub use event::{Event, Frontend, LiveInput, Phase};
pub use latency::Latency;
pub use picture::Picture;
pub use problem::{Advice, Problem, ProblemCode};
pub use secret::{Kept, KeyCheck, KeyError, KeyPlace, KeyStatus, KeyStore, Keychain, KeychainError, SystemKeychain};
pub use settings::{
    Access, AccessKind, Appearance, Compression, Contrast, Coverage, Desktop, Detection, Detector, Generation, Import,
    IntroStep, Language, MediaResolution, Mode, Motion, Network, Patience, Persona, SafetyThreshold, Sensitivity,
    Service, Settings, SettingsError, SettingsPatch, SettingsStore, Sound, Theme, Thinking, ThinkingLevel, Tools,
    Transcription, Translation,
};
pub use toolbox::Toolbox;
pub use transcript::{Entry, Note, Page, Sources, Speaker, Thumbnail, ToolCall, ToolStage};
pub use usage::{Tokens, UsageReport};

pub use vivavoce_audio::{DeviceId, DeviceInfo, Direction, EchoReport, EchoState, Health, HostChoice, Voice};
pub use vivavoce_capture::{LARGEST_FILE, PictureError, TOKENS as PICTURE_TOKENS};
pub use vivavoce_live::message::server::UsageMetadata;
pub use vivavoce_live::model;
pub use vivavoce_live::session::Carried;
pub use vivavoce_tools as tools;
