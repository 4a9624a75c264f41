//! Tests that keep time, on machines that may not.

use std::panic::{catch_unwind, resume_unwind};

use vivavoce_rig::Steadiness;

/// How often a test is tried when the machine was too busy for sound in real time.
const TRIES: u32 = 3;

/// Runs a test. Its failure counts unless the machine made ready programs wait for a processor meanwhile; then it is tried
/// again, and the last try counts in any case.
pub(crate) fn on_a_steady_machine(test: fn()) {
    for attempt in 1..=TRIES {
        let machine = Steadiness::watch();
        let Err(failure) = catch_unwind(test) else { return };
        if attempt == TRIES || !machine.was_lost() {
            resume_unwind(failure);
        }
        eprintln!("the machine made programs wait for {:?}: trying again", machine.worst());
    }
}
