//! When a fault strikes that has a moment of its own.

use std::time::Duration;

use serde::Deserialize;

/// The moment of a fault. What is not set does not matter; what is set must all be reached.
///
/// With a `turn` everything counts from the beginning of that answer. Without one, seconds and messages count from the
/// beginning of the connection, and sound in each answer anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub struct When {
    /// Sound of the answer sent, in ms.
    #[serde(rename = "after-audio-ms")]
    pub audio_ms: Option<u64>,
    /// Server messages sent.
    #[serde(rename = "after-messages")]
    pub messages: Option<u64>,
    /// Time passed.
    #[serde(rename = "after-seconds")]
    pub seconds: Option<f64>,
}

impl When {
    /// When `setup`, or the answer picked by `turn`, begins.
    pub const START: Self = Self { audio_ms: None, messages: None, seconds: None };

    /// After so much sound of an answer.
    pub fn after_audio(sound: Duration) -> Self {
        Self { audio_ms: Some(sound.as_millis() as u64), ..Self::START }
    }

    /// After so many messages of the server.
    pub fn after_messages(messages: u64) -> Self {
        Self { messages: Some(messages), ..Self::START }
    }

    /// After so much time.
    pub fn after(time: Duration) -> Self {
        Self { seconds: Some(time.as_secs_f64()), ..Self::START }
    }

    /// The time it asks for, at most a year.
    pub(crate) fn time(&self) -> Option<Duration> {
        const YEAR: f64 = 365.0 * 24.0 * 3600.0;
        Duration::try_from_secs_f64(self.seconds?.clamp(0.0, YEAR)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_moment_is_too_late_or_too_early_to_reckon_with() {
        let time = |seconds| When { seconds: Some(seconds), ..When::START }.time();
        assert_eq!(time(f64::INFINITY), time(1e300));
        assert_eq!((time(-1.0), time(f64::NAN)), (Some(Duration::ZERO), None));
    }
}
