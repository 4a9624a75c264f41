//! What fuzzing has found worth keeping, once more.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, unreachable_pub)]

#[path = "../../../../fuzz/src/client_messages.rs"]
mod client_messages;

use std::fs;
use std::path::Path;
use std::time::Instant;

#[test]
fn every_case_of_the_corpus_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus/client_messages");
    let now = Instant::now();
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Shown when the case panics.
        println!("{}", path.display());
        client_messages::feed(&fs::read(&path).unwrap(), now);
        cases += 1;
    }
    assert!(cases >= 40, "only {cases} cases");
}
