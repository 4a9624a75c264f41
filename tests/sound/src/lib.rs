//! The whole program on virtual sound devices: the terminal twin as a child process, a Live server of its own in this one,
//! and a private sound server between them and the test's voice and ears.
//!
//! Every test is `#[ignore]`d for a plain `cargo test`, because it needs the rig's programs and the machine to itself;
//! `cargo xtask test --only sound` runs them one after the other.
#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod barge_in;
mod cli;
mod come_and_go;
mod complete;
mod devices;
mod echo;
mod service;
mod steady;
mod trouble;
