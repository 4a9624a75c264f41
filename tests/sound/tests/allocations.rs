//! The threads of real streams allocate nothing once they run. (`crates/audio/tests/realtime.rs` guards the callbacks alone;
//! here it is the whole thread, with the sound server's protocol around them.)
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    env, fs,
    sync::{
        atomic::{AtomicI32, AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use rustix::thread::{Pid, gettid};
use vivavoce_audio::{AudioCommand, AudioEvent, Cue, Duplex, DuplexConfig, GateMode, HostChoice};
use vivavoce_rig::{Sound, wait_until};

/// Set for the child process that has the rig's sound server.
const INSIDE: &str = "VIVAVOCE_ALLOCATIONS";

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn the_threads_of_streams_allocate_nothing() {
    if env::var_os(INSIDE).is_some() {
        return converse();
    }
    let sound = Sound::start().unwrap();
    let status = sound
        .command(env::current_exe().unwrap())
        .args(["--exact", "the_threads_of_streams_allocate_nothing", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(status.success());
}

fn converse() {
    for period in [5, 20] {
        let (tell, events) = channel();
        let config = DuplexConfig { period: Duration::from_millis(period), ..DuplexConfig::default() };
        let duplex = Duplex::spawn(HostChoice::System, config, Box::new(move |event| drop(tell.send(event))));
        let handle = duplex.handle();
        let push = |turn| handle.send(AudioCommand::Push { turn, pcm: vec![5_000; 24_000 * 4], rate: 24_000 });
        handle.send(AudioCommand::OpenGate(GateMode::Held));
        push(1);
        let streams = wait_until("both streams' threads", PATIENCE, || {
            let found = threads("pulse");
            (found.len() == 2).then_some(found)
        })
        .unwrap();
        hear(&events, Duration::from_secs(1));

        watch(&streams);
        handle.send(AudioCommand::Duck(true));
        handle.send(AudioCommand::Play(Cue::Start));
        hear(&events, Duration::from_secs(1));
        handle.send(AudioCommand::Flush { up_to_turn: 1 });
        push(2);
        hear(&events, Duration::from_secs(2));
        assert_eq!(seen(), 0, "allocations on the threads of streams with periods of {period} ms");

        watch(&threads("audio"));
        push(3);
        hear(&events, Duration::from_millis(500));
        assert!(seen() > 0, "the guard sees no allocations where there are many");
        watch(&[]);
    }
}

/// Waits until the microphone has given so much sound.
fn hear(events: &Receiver<AudioEvent>, long: Duration) {
    let mut heard = Duration::ZERO;
    while heard < long {
        if let AudioEvent::Frame(frame) = events.recv_timeout(PATIENCE).unwrap() {
            heard += Duration::from_secs_f64(frame.pcm.len() as f64 / 16_000.0);
        }
    }
}

/// This process's threads of a name.
fn threads(name: &str) -> Vec<i32> {
    let is_named = |path: &std::path::Path| fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim() == name);
    fs::read_dir("/proc/self/task")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_named(path))
        .map(|path| path.file_name().unwrap().to_str().unwrap().parse().unwrap())
        .collect()
}

/// Counts the allocations of these threads, sixteen at most, from nought.
fn watch(threads: &[i32]) {
    for (index, slot) in WATCHED.iter().enumerate() {
        slot.store(threads.get(index).copied().unwrap_or(NOBODY), Relaxed);
    }
    SEEN.store(0, Relaxed);
}

fn seen() -> u64 {
    SEEN.load(Relaxed)
}

const NOBODY: i32 = -1;
static WATCHED: [AtomicI32; 16] = [const { AtomicI32::new(NOBODY) }; 16];
static SEEN: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static GUARD: Guard = Guard;

/// The system's allocator, which notes who asks.
struct Guard;

fn note() {
    let asking = Pid::as_raw(Some(gettid()));
    if WATCHED.iter().any(|watched| watched.load(Relaxed) == asking) {
        SEEN.fetch_add(1, Relaxed);
    }
}

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: everything is handed to the system's allocator as it comes; what is noted allocates nothing.
unsafe impl GlobalAlloc for Guard {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        note();
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}
