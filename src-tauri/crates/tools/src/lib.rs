//! The hands: functions the model may call, and the user's word on each.
//!
//! A [`Tool`] says what it is, what it may do to its user ([`Risk`]) and what a call of it means in plain words. The [`Desk`]
//! decides about every call — is it known, does it fit, has the user allowed it — and sees to it that each is answered once,
//! in time and in few words. It carries nothing out itself and has no clock: what is to be done comes out of it, and what became of
//! that goes in.
//!
//! Nothing here knows the service, the sound or the window.

mod clock;
mod desk;
mod plain;
mod tool;

pub use clock::CurrentTime;
pub use desk::{Asked, Call, Decision, Desk, Order, Permission, Record, Verdict};
pub use plain::{MOST_SHOWN, plain};
pub use tool::{Declaration, Fault, Outcome, Pace, Request, Risk, Tool, Work, arguments, schema_of};
