//! A spoken conversation over a network that fails: the driver, a line that does what networks do, and the simulator, all
//! on real sockets.
//!
//! Every test ends the same way: the conversation has come back by itself, its last turn is answered, and the service
//! has heard everything that was said, in order and once. Speech goes out at the pace of speech, because what is on its
//! way when a connection breaks depends on it; the only other waits are the faults themselves.
#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod away;
mod half_open;
mod hands_free;
mod history;
mod kills;
mod line;
mod slow;
mod talk;
mod told;
