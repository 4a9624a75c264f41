//! The rig's voice and ears on the command line, so that tests in other languages need none of their own.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use vivavoce_rig::{Signal, compare};

/// Quieter than this counts as silence, in decibels below full scale.
const SILENCE: f32 = -50.0;

/// Speaks a text into a WAV file.
pub(crate) fn speak(text: &str, wav: &Path) -> Result<()> {
    vivavoce_rig::speak(text)?.write(wav)
}

/// Prints where and how well `reference` is found in `heard`, and how loud `heard` is.
pub(crate) fn compare(reference: &Path, heard: &Path) -> Result<()> {
    let (reference, heard) = (Signal::read(reference)?, Signal::read(heard)?);
    let found = compare::find(&reference, &heard);
    println!(
        "{}",
        json!({
            "heardMs": heard.length().as_millis() as u64,
            "loudestDbfs": loudest(&heard),
            "firstSoundMs": compare::first_sound(&heard, Duration::ZERO, SILENCE).map(|t| t.as_millis() as u64),
            "longestGapMs": compare::longest_gap(&heard, SILENCE).as_millis() as u64,
            "match": found.map(|found| json!({
                "delayMs": found.delay.as_secs_f64() * 1000.0,
                "correlation": found.correlation,
                "envelope": found.envelope,
                "gainDb": found.gain,
                "driftSamples": found.drift,
            })),
        })
    );
    Ok(())
}

/// Level of the loudest 100 ms.
fn loudest(signal: &Signal) -> f32 {
    let step = Duration::from_millis(100);
    let count = (signal.length().as_millis() / step.as_millis()) as u32;
    (0..count).map(|i| signal.part(step * i, step * (i + 1)).level()).fold(-120.0, f32::max)
}
