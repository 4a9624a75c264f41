//! A voice to speak with.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::signal::Signal;

/// Speaks `text` with espeak-ng's English voice: 48 kHz, the rate of the virtual microphone, so that no other program
/// resamples what is fed.
pub fn speak(text: &str) -> Result<Signal> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("speech.wav");
    let status = Command::new("espeak-ng")
        .args(["-v", "en", "-s", "150", "-w"])
        .arg(&path)
        .arg(text)
        .status()
        .context("could not start espeak-ng; is it installed?")?;
    ensure!(status.success(), "espeak-ng ended with {status}");
    Ok(Signal::read(&path)?.resampled(48_000, 10_000.0))
}
