#![allow(clippy::unwrap_used)]
use std::collections::VecDeque;
use std::fs;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use image::{Rgb, RgbImage, imageops};
use vivavoce_rig::wait_until;

use super::*;

const LIMIT: Duration = Duration::from_secs(20);
const QUICKLY: Options = Options { interval: Duration::ZERO, detail: Detail::Low };

/// Gives what it was given, one glance a look.
struct Script(Arc<Mutex<VecDeque<Result<Glance, CaptureError>>>>);

impl Eye for Script {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        self.0.lock().unwrap().pop_front().unwrap_or(Err(CaptureError::Gone))
    }
}

#[allow(clippy::unnecessary_wraps, reason = "as a look gives it")]
fn plain(level: u8) -> Result<Glance, CaptureError> {
    Ok(Glance::Picture(RgbImage::from_pixel(64, 48, Rgb([level; 3]))))
}

/// Shares what the script says, and what is told until it ends.
fn told(script: impl IntoIterator<Item = Result<Glance, CaptureError>>) -> Vec<Seen> {
    let script = Arc::new(Mutex::new(script.into_iter().collect()));
    let (sharing, seen) = share(move || Ok(Box::new(Script(script.clone()))), QUICKLY);
    let all = seen.iter().collect();
    drop(sharing);
    all
}

fn share(
    open: impl Fn() -> Result<Box<dyn Eye>, CaptureError> + Send + 'static,
    options: Options,
) -> (Sharing, Receiver<Seen>) {
    // Without room: what isn't taken holds the thread up and fills no memory.
    let (tell, seen) = mpsc::sync_channel(0);
    let sharing = Sharing::of(open, options, move |seen| drop(tell.send(seen))).unwrap();
    (sharing, seen)
}

fn names(seen: &[Seen]) -> Vec<&'static str> {
    seen.iter()
        .map(|seen| match seen {
            Seen::Started { .. } => "started",
            Seen::Frame(_) => "frame",
            Seen::Unchanged => "unchanged",
            Seen::Hidden => "hidden",
            Seen::Vanished => "vanished",
            Seen::Failed(_) => "failed",
        })
        .collect()
}

#[test]
fn only_what_is_new_is_sent() {
    let seen = told([plain(10), plain(10), plain(90), plain(90), plain(10)]);
    assert_eq!(seen[0], Seen::Started { width: 64, height: 48 });
    assert_eq!(names(&seen), ["started", "frame", "unchanged", "frame", "unchanged", "frame", "vanished"]);
}

#[test]
fn that_it_is_hidden_is_told_once() {
    let hidden = || Ok(Glance::Hidden);
    let seen = told([hidden(), hidden(), plain(10), hidden(), hidden(), plain(10)]);
    assert_eq!(names(&seen), ["hidden", "started", "frame", "hidden", "unchanged", "vanished"]);
}

#[test]
fn what_fails_is_told_and_ends_it() {
    let seen = told([plain(10), Err(CaptureError::Busy), plain(90)]);
    assert_eq!(names(&seen), ["started", "frame", "failed"]);
    assert_eq!(seen[2], Seen::Failed(CaptureError::Busy));
}

#[test]
fn what_can_not_be_opened_is_told() {
    for (error, expected) in
        [(CaptureError::Gone, Seen::Vanished), (CaptureError::NotPermitted, Seen::Failed(CaptureError::NotPermitted))]
    {
        let (_sharing, seen) = share(move || Err(error.clone()), QUICKLY);
        assert_eq!(seen.iter().collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn a_library_that_panics_does_not_end_without_a_word() {
    struct Broken;
    impl Eye for Broken {
        fn look(&mut self) -> Result<Glance, CaptureError> {
            panic!("as a library would");
        }
    }
    let (_sharing, seen) = share(|| Ok(Box::new(Broken)), QUICKLY);
    assert_eq!(names(&seen.iter().collect::<Vec<_>>()), ["failed"]);
}

#[test]
fn a_paused_source_is_closed_and_opened_again() {
    struct Lamp(Arc<Mutex<bool>>);
    impl Eye for Lamp {
        fn look(&mut self) -> Result<Glance, CaptureError> {
            plain(10)
        }
    }
    impl Drop for Lamp {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = false;
        }
    }
    let lamp = Arc::new(Mutex::new(false));
    let of_camera = lamp.clone();
    let open = move || -> Result<Box<dyn Eye>, _> {
        *of_camera.lock().unwrap() = true;
        Ok(Box::new(Lamp(of_camera.clone())))
    };
    let (sharing, seen) = share(open, QUICKLY);
    seen.recv_timeout(LIMIT).unwrap();
    assert!(*lamp.lock().unwrap());
    sharing.pause();
    let is_off = || {
        // What is told must be taken, or the thread waits with it.
        let _ = seen.try_recv();
        (!*lamp.lock().unwrap()).then_some(())
    };
    wait_until("the lamp to go off", LIMIT, is_off).unwrap();
    sharing.resume();
    sharing.set_detail(Detail::High);
    let again = seen.iter().find(|seen| matches!(seen, Seen::Frame(_)));
    assert!(again.is_some(), "another detail is sent though nothing is new");
    drop((sharing, seen));
    wait_until("the lamp to go off with the sharing", LIMIT, || (!*lamp.lock().unwrap()).then_some(())).unwrap();
}

#[test]
fn there_is_never_more_than_one_frame_a_second() {
    let (tell, told) = mpsc::channel();
    let hasty = Options { interval: Duration::from_millis(1), detail: Detail::Low };
    let tell = move |seen| drop(tell.send((Instant::now(), seen)));
    let _sharing = Sharing::start(SourceId::Pattern, hasty, tell).unwrap();
    let frames = told.iter().filter(|(_, seen)| matches!(seen, Seen::Frame(_)));
    let times: Vec<_> = frames.take(3).map(|(at, _)| at).collect();
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= SHORTEST_INTERVAL, "{:?}", pair[1] - pair[0]);
    }
}

#[test]
fn dropping_it_waits_for_a_look_that_hangs_no_longer_than_an_interval() {
    struct Hung(Receiver<()>);
    impl Eye for Hung {
        fn look(&mut self) -> Result<Glance, CaptureError> {
            let _ = self.0.recv();
            Err(CaptureError::Gone)
        }
    }
    let (looking, looks) = mpsc::channel();
    let (_never, hung) = mpsc::channel();
    let hung = Mutex::new(Some(hung));
    let open = move || -> Result<Box<dyn Eye>, _> {
        looking.send(()).unwrap();
        Ok(Box::new(Hung(hung.lock().unwrap().take().unwrap())))
    };
    let options = Options { interval: Duration::from_millis(300), ..QUICKLY };
    let (sharing, _seen) = share(open, options);
    looks.recv_timeout(LIMIT).unwrap();
    let start = Instant::now();
    drop(sharing);
    assert!((300..2000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
}

/// An hour of a camera, as fast as it goes; in a process of its own, since the other tests use memory as well.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_flat_over_an_hour() {
    let hour = ["--exact", "--ignored", "sharing::tests::an_hour_of_a_camera"];
    let run = std::process::Command::new(std::env::current_exe().unwrap()).args(hour).output().unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "runs within the test before"]
fn an_hour_of_a_camera() {
    /// The part of the pattern that moves: a whole one takes six times as long.
    struct Strip(Box<dyn Eye>);
    impl Eye for Strip {
        fn look(&mut self) -> Result<Glance, CaptureError> {
            let Glance::Picture(picture) = self.0.look()? else { return Ok(Glance::Hidden) };
            Ok(Glance::Picture(imageops::crop_imm(&picture, 0, 360, 512, 80).to_image()))
        }
    }
    let (_sharing, seen) = share(|| Ok(Box::new(Strip(eye::open(&SourceId::Pattern)?))), QUICKLY);
    let mut frames = seen.iter().filter(|seen| matches!(seen, Seen::Frame(_)));
    // The first hundred fill what the allocator keeps.
    assert_eq!(frames.by_ref().take(100).count(), 100);
    let before = resident();
    assert_eq!(frames.by_ref().take(3600).count(), 3600);
    let after = resident();
    assert!(after < before + 2 * 1024, "{before} KiB became {after} KiB");
}

/// Memory of this process, KiB.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
