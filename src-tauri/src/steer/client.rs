//! The later start: tells the first what it was started for.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use super::place::{Listener, Place};
use super::protocol::{self, Answer, Refusal, Request};

/// How long one that starts or ends may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks whether it has.
const PAUSE: Duration = Duration::from_millis(25);

/// Longest answer, bytes.
const LONGEST_ANSWER: usize = 4 * protocol::LONGEST;

/// What has become of a start.
pub(super) enum Begun {
    /// It is the first.
    First(Listener),
    /// The first has answered.
    Told(Answer),
}

/// Why nothing was done.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no program to be told.
    NotRunning,
    /// There is one, but it doesn't answer.
    Silent,
    /// It has refused.
    Refused(Refusal),
    /// In the words of the system.
    Broken(io::Error),
}

/// Is the first, or tells it.
pub(super) fn first_or_tell(place: &Place, request: &Request) -> Result<Begun, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(listener) = place.claim().map_err(Failure::Broken)? {
            return Ok(Begun::First(listener));
        }
        // Somebody may be about to listen, or to end.
        if let Some(answer) = once(place, request, until)? {
            return Ok(Begun::Told(answer));
        }
    }
}

/// Tells the one that runs.
pub(super) fn tell(place: &Place, request: &Request) -> Result<Answer, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = once(place, request, until)? {
            return Ok(answer);
        }
        if place.is_free().map_err(Failure::Broken)? {
            return Err(Failure::NotRunning);
        }
    }
}

/// Waits for the one that runs to have ended, not for ever.
pub(super) fn wait_until_free(place: &Place) {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until && !place.is_free().unwrap_or(true) {
        thread::sleep(PAUSE);
    }
}

/// Nothing when nobody listens.
fn once(place: &Place, request: &Request, until: Instant) -> Result<Option<Answer>, Failure> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Failure::Silent);
    }
    match place.exchange(&protocol::line(request), LONGEST_ANSWER, left.max(PAUSE)) {
        Ok(line) if line.is_empty() => {
            // It has ended in mid-answer, or had no time for one.
            thread::sleep(PAUSE);
            Ok(None)
        }
        Ok(line) => serde_json::from_slice(&line).map(Some).map_err(|_| Failure::Refused(Refusal::OtherVersion)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe => {
                thread::sleep(PAUSE);
                Ok(None)
            }
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Err(Failure::Silent),
            _ => Err(Failure::Broken(error)),
        },
    }
}

/// One line each way; the answer is empty if none came.
pub(super) fn converse(mut stream: impl Read + Write, line: &[u8], longest: usize) -> io::Result<Vec<u8>> {
    stream.write_all(line)?;
    stream.flush()?;
    let mut answer = Vec::new();
    BufReader::new(stream.take(longest as u64)).read_until(b'\n', &mut answer)?;
    Ok(answer)
}
