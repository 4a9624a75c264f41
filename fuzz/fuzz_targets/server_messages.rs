#![no_main]

use std::time::Instant;

#[path = "../src/server_messages.rs"]
mod server_messages;

libfuzzer_sys::fuzz_target!(|data: &[u8]| server_messages::feed(data, Instant::now()));
