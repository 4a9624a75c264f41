//! The Gemini Live protocol: wire types, a session as a pure state machine, and a thin socket driver.
//!
//! A [`session::Session`] takes operations, messages and the time, and gives messages to send, events and the next time
//! it wants to be woken. It has no clock and no socket, so hours of conversation run in a test within milliseconds.
//! [`driver::Driver`] gives it both, on tokio. The [`message`] types are shared with servers that speak the same protocol.

pub mod access;
pub mod close;
pub mod codec;
pub mod connect;
pub mod credential;
pub mod driver;
pub mod endpoint;
#[cfg(test)]
mod loopback;
pub mod message;
pub mod model;
pub mod network;
pub mod pcm;
pub mod service;
pub mod session;
pub mod target;

pub use access::{Access, BearerSource, GoogleCloud, TokenUrl};
pub use close::{Advice, CloseKind, CloseReason};
pub use connect::ConnectFailure;
pub use credential::Credential;
pub use driver::{Driver, DriverCommand, DriverEvent, DriverGone, DriverHandle};
pub use endpoint::{ApiVersion, Endpoint, EndpointError};
pub use network::{NetworkConfig, Proxy, ProxyUrl};
pub use session::{Event, Input, Output, Session, SessionConfig, SetupOptions, TalkMode, Turn};
pub use target::Target;
