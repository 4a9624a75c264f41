//! The hands: functions the model may call, and the user's word on each.
//!
//! A [`Tool`] says what it is, what it may do to its user ([`Risk`]) and what a call of it means in plain words. The [`Desk`]
//! decides about every call — is it known, does it fit, has the user allowed it — and sees to it that each is answered once,
//! in time and in few words. It carries nothing out itself and has no clock: what is to be done comes out of it, and what became of
//! that goes in.
//!
//! Nothing here knows the service, the sound or the window.

mod adjust;
mod clipboard;
mod clock;
mod desk;
mod kept;
mod link;
mod log;
mod notes;
mod outside;
mod plain;
mod timers;
mod tool;

pub use adjust::{Change, ChangeSetting, Controls};
pub use clipboard::{ReadClipboard, WriteClipboard};
pub use clock::{Clock, CurrentTime};
pub use desk::{Call, Card, Decision, Desk, Order, Permission, Stage, Verdict};
pub use kept::KeptError;
pub use link::{LONGEST_LINK, LinkError, OpenLink, web_address};
pub use log::{Log, Record};
pub use notes::{AddNote, DeleteNote, KeptNote, ListNotes, Notes};
pub use outside::{Desktop, Outside};
pub use plain::{MOST_SHOWN, plain};
pub use timers::{CancelTimer, Due, ListTimers, SetReminder, SetTimer, Timer, Timers};
pub use tool::{Declaration, Fault, Mention, Outcome, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of};
