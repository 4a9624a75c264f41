//! Asks the system to run the audio thread before others. Everything works without.
//!
//! macOS and Windows give it to any thread that asks; on Linux RealtimeKit does, by D-Bus, where there is one. The devices'
//! own callbacks get theirs from cpal or from the sound server's library.

use crate::message::CAPTURE_RATE;

/// What the thread promises to need the processor for at a time, in samples: 10 ms.
const BLOCK: u32 = CAPTURE_RATE / 100;

/// Raises the calling thread. Asking may take as long as D-Bus likes, so that is done beside it.
#[cfg(target_os = "linux")]
pub(crate) fn raise() {
    let Ok(thread) = audio_thread_priority::get_current_thread_info() else {
        return;
    };
    let ask = move || tell(audio_thread_priority::promote_thread_to_real_time(thread, BLOCK, CAPTURE_RATE).map(drop));
    let asked = std::thread::Builder::new().name("priority".to_owned()).spawn(ask);
    if let Err(error) = asked {
        tracing::debug!(%error, "nobody can be asked for priority");
    }
}

/// Raises the calling thread.
#[cfg(not(target_os = "linux"))]
pub(crate) fn raise() {
    tell(audio_thread_priority::promote_current_thread_to_real_time(BLOCK, CAPTURE_RATE).map(drop));
}

fn tell(result: Result<(), audio_thread_priority::AudioThreadPriorityError>) {
    match result {
        Ok(()) => tracing::debug!("the audio thread runs before others"),
        Err(error) => tracing::debug!(%error, "the audio thread runs like any other"),
    }
}
