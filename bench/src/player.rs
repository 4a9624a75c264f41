//! A client that plays a click the moment it is told: what any program could do at the soonest.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{ChannelMap, PlaybackStreamParams};
use pulseaudio::{AsPlaybackSource, Client, PlaybackStream};
use vivavoce_rig::Sound;

use crate::bursts;
use crate::clock;
use crate::listener::{RATE, SPEC, connect, wait_for};

/// Plays silence and, when told, a burst; until it is dropped.
pub(crate) struct Player {
    _client: Client,
    _stream: PlaybackStream,
    told: Arc<AtomicBool>,
}

impl Player {
    /// Plays to `sink` in periods of `period`, two of which the server keeps, as the twin's sound library asks for.
    pub(crate) fn start(sound: &Sound, sink: &str, period: Duration) -> Result<Self> {
        let client = connect(sound)?;
        let told = Arc::<AtomicBool>::default();
        let asked = Arc::clone(&told);
        let burst = bursts::burst();
        let mut played = burst.len();
        let callback = move |bytes: &mut [u8]| {
            if asked.swap(false, Ordering::AcqRel) {
                played = 0;
            }
            for pair in bytes.chunks_exact_mut(2) {
                pair.copy_from_slice(&burst.get(played).copied().unwrap_or(0).to_le_bytes());
                played += 1;
            }
            bytes.len()
        };
        let bytes = (period.as_secs_f64() * f64::from(RATE)) as u32 * 2;
        let parameters = PlaybackStreamParams {
            sample_spec: SPEC,
            channel_map: ChannelMap::mono(),
            sink_name: Some(CString::new(sink)?),
            buffer_attr: BufferAttr {
                max_length: bytes * 2,
                target_length: bytes * 2,
                minimum_request_length: bytes,
                ..BufferAttr::default()
            },
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            ..PlaybackStreamParams::default()
        };
        let stream = wait_for(client.create_playback_stream(parameters, callback.as_playback_source()))
            .context("could not play")?;
        Ok(Self { _client: client, _stream: stream, told })
    }

    /// Tells it to play a burst; returns when, microseconds of the monotonic clock.
    pub(crate) fn play(&self) -> f64 {
        let at = clock::now();
        self.told.store(true, Ordering::Release);
        at
    }
}
