//! The other side: a Gemini Live server on loopback, for the demo and for tests.
//!
//! [`Peer`] is the server's half of one connection as a state machine without clock or socket: client messages and time
//! go in, server messages and close frames come out. It is strict where the service is strict, and refuses the way the
//! service does: by a close frame after `setup`. Sessions outlive their connections in a [`Registry`], and [`Fault`]s go
//! wrong where they are ordered. [`Server`] puts a `Peer` behind every connection of a loopback listener, and
//! [`Observed`] lets a test read what clients sent.
//!
//! It has no language model. [`Persona::Guide`] speaks recorded sentences and gives people their own voice back;
//! [`Persona::Echo`] returns exactly the sound it was given, for measurements.

mod clip;
mod config;
mod demo;
mod fault;
mod observe;
mod peer;
mod persona;
mod picture;
mod profile;
mod recording;
mod registry;
mod scenario;
mod server;
mod token;
pub mod voice;

pub use clip::{Clip, Guide, clip};
pub use config::{Language, Limits, Persona, ServerConfig, TurnComplete};
pub use demo::{Demo, test_phrase};
pub use fault::{AroundCall, FAULTS, Fault, FaultAction, When};
pub use observe::{ConnectionRecord, Frame, Heard, Observed, Received, TurnRecord};
pub use peer::{Access, HeardTurn, Note, Output, Peer, SocketFaults};
pub use profile::{ModelEntry, Profile, known_models};
pub use registry::Registry;
pub use scenario::{Scenario, ScenarioError};
pub use server::{Server, ServerError, Surroundings, Tls, TlsError};
pub use token::{Admission, TokenRefusal, TokenRequestError, TokenStore};
