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
pub const DEFAULT_LOG: &str = "warn,pulseaudio::client::reactor=off";

mod command;
pub mod conversation;
mod engine;
mod event;
mod mailbox;
mod problem;
mod settings;
mod talk;
mod transcript;

pub use command::{Command, TalkInput};
pub use engine::{DemoStart, Engine, EngineConfig, EngineGone, Handle};
pub use event::{Event, Frontend, Phase};
pub use problem::{Advice, Problem, ProblemCode};
pub use settings::{Language, Mode, Service, Settings, SettingsError, SettingsPatch, SettingsStore, Theme};
pub use transcript::{Entry, Note, Speaker};

pub use vivavoce_audio::{DeviceId, DeviceInfo, Direction, HostChoice};
pub use vivavoce_live::message::server::UsageMetadata;
pub use vivavoce_live::model;
