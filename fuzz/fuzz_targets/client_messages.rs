#![no_main]

use std::time::Instant;

#[path = "../src/client_messages.rs"]
mod client_messages;

libfuzzer_sys::fuzz_target!(|data: &[u8]| client_messages::feed(data, Instant::now()));
