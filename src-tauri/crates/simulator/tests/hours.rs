//! A conversation of two hours over connections of ten minutes: nothing said is lost or doubled, no answer is cut, and
//! the service keeps one session.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod pair;

use std::sync::Arc;
use std::time::{Duration, Instant};

use pair::Pair;
use vivavoce_live::session::{Carried, Event, Session, SessionConfig, TalkMode, Turn};
use vivavoce_simulator::{Fault, FaultAction, HeardTurn, Limits, ServerConfig, TurnComplete, When};

const LATENCY: Duration = Duration::from_millis(40);
const FRAME: Duration = Duration::from_millis(20);
const HOURS: Duration = Duration::from_hours(2);

/// Every sample of the two hours is told apart by its place: a walk through all 16-bit values, loud enough to be speech.
struct Voice(u64);

impl Voice {
    fn frame(&mut self) -> Vec<i16> {
        let frame = (0..320).map(|n| ((self.0 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as i16).collect();
        self.0 += 320;
        frame
    }
}

/// What was said, and what came back.
struct Talk {
    pair: Pair,
    voice: Voice,
    random: fastrand::Rng,
    said: Vec<Vec<i16>>,
    /// From when to when each turn was said.
    spoken: Vec<(Instant, Instant)>,
}

impl Talk {
    fn speak(&mut self, frames: u64) -> Turn {
        let turn = self.pair.act(Session::activity_start);
        let start = self.pair.now;
        let mut sound = Vec::new();
        for _ in 0..frames {
            let frame = self.voice.frame();
            self.pair.act(|session, now| session.send_audio(&frame, now));
            sound.extend(frame);
            self.pair.wait(FRAME);
        }
        self.pair.act(Session::activity_end);
        self.said.push(sound);
        self.spoken.push((start, self.pair.now));
        turn
    }

    /// How much of the answer to a turn has come, in samples, since it was last begun.
    fn answer(&self, turn: Turn) -> usize {
        let mut samples = 0;
        for (_, event) in &self.pair.events {
            match event {
                Event::Repeated { turn: again, .. } if *again == turn => samples = 0,
                Event::Audio { turn: answered, pcm, .. } if *answered == turn => samples += pcm.len(),
                _ => {}
            }
        }
        samples
    }
}

fn service(limit: Duration, faults: Vec<Fault>) -> ServerConfig {
    ServerConfig {
        turn_complete: TurnComplete::Playback,
        limits: Limits { connection: limit, ..Limits::default() },
        faults,
        ..ServerConfig::echo()
    }
}

/// Talks for two hours and checks everything; returns how many connections there were.
fn two_hours(service: ServerConfig, seed: u64) -> (usize, Talk) {
    let mut talk = Talk {
        pair: Pair::new(SessionConfig::default(), service, LATENCY),
        voice: Voice(0),
        random: fastrand::Rng::with_seed(seed),
        said: Vec::new(),
        spoken: Vec::new(),
    };
    let start = talk.pair.now;
    talk.pair.act(Session::connect);
    while talk.pair.now - start < HOURS {
        // Mostly a few seconds, now and then a minute and a half, which no deadline waits for.
        let frames = if talk.random.u8(..12) == 0 { 4500 } else { talk.random.u64(25..500) };
        let turn = talk.speak(frames);
        let complete = |event: &Event| matches!(event, Event::TurnComplete { turn: ended, .. } if *ended == turn);
        assert!(talk.pair.until(complete) || talk.pair.until(complete), "{turn} is answered");
        let (expected, came) = (talk.said.last().unwrap().len() * 3 / 2, talk.answer(turn));
        assert!(came.abs_diff(expected) < 480, "{turn}: {came} samples of answer instead of {expected}");
        let pause = talk.random.u64(500..20_000);
        talk.pair.wait(Duration::from_millis(pause));
        talk.pair.events.retain(|(_, event)| !matches!(event, Event::Audio { .. }));
    }
    let histories = talk.pair.registry.histories();
    assert_eq!(histories.len(), 1, "one session");
    check_history(&histories[0], &talk.said);
    let interrupted = |event: &Event| matches!(event, Event::TurnComplete { interrupted: true, .. });
    assert!(!talk.pair.events.iter().any(|(_, event)| interrupted(event)), "no answer was cut");
    for (_, event) in &talk.pair.events {
        match event {
            Event::Continued { carried } => assert_eq!(*carried, Carried::Everything),
            Event::AudioDropped { .. } | Event::Closed(_) => panic!("{event:?}"),
            _ => {}
        }
    }
    let ready = talk.pair.events.iter().filter(|(_, event)| matches!(event, Event::Ready { .. })).count();
    (ready, talk)
}

/// The session knows every turn once and in order: as it was said, sample for sample, or, where it had been answered
/// but was in no handle yet when the connection had to be changed, in words.
fn check_history(history: &[Arc<HeardTurn>], said: &[Vec<i16>]) {
    let mut known = history.iter();
    for (n, said) in said.iter().enumerate() {
        let turn = known.next().unwrap_or_else(|| panic!("turn {} is missing", n + 1));
        if turn.seeded.is_none() {
            assert!(turn.pcm() == *said, "turn {}: {} samples heard of {} said", n + 1, turn.pcm().len(), said.len());
            continue;
        }
        let words = format!("(you spoke for {:.1} s)", said.len() as f64 / 16_000.0);
        assert_eq!((turn.seeded.as_deref(), turn.text.as_str()), (Some("user"), words.as_str()), "turn {}", n + 1);
        let answer = known.next().unwrap();
        assert_eq!(answer.seeded.as_deref(), Some("model"), "turn {}", n + 1);
    }
    assert!(known.next().is_none(), "something was said twice");
}

/// The longest time between two pieces of sound of a turn that was being said while the connection changed.
fn longest_gap(talk: &Talk) -> Duration {
    let within = |at: Instant| talk.spoken.iter().position(|(from, to)| *from <= at && at < *to);
    let changes = talk.pair.uplink.windows(2).filter(|pair| pair[0].1 != pair[1].1);
    let while_speaking = changes.filter(|pair| within(pair[0].0).is_some_and(|turn| Some(turn) == within(pair[1].0)));
    while_speaking.map(|pair| pair[1].0 - pair[0].0).max().unwrap_or_default()
}

#[test]
fn two_hours_over_connections_of_ten_minutes_lose_and_double_nothing() {
    let (connections, talk) = two_hours(service(Duration::from_mins(10), vec![]), 1);
    assert!((12..=16).contains(&connections), "{connections} connections");
    assert!(talk.pair.goodbyes.is_empty(), "the service had to end none: {:?}", talk.pair.goodbyes);
    assert_eq!(talk.pair.most_sessions, 2, "the next WebSocket is opened ahead");
    // Mostly the change finds a moment when nobody speaks.
    let gap = longest_gap(&talk);
    assert!(gap <= 2 * LATENCY + Duration::from_millis(50), "{gap:?}");
}

/// Connections that end sooner than we would change them: announced, or every third without a word, and every fifth with
/// an announcement and then silence.
#[test]
fn announcements_that_come_early_or_not_at_all_lose_and_double_nothing() {
    let mut faults = Vec::new();
    for connection in (3..100).step_by(3) {
        let when = When { seconds: Some(230.0), ..When::default() };
        faults.push(Fault { connection: Some(connection), turn: None, action: FaultAction::Drop { when } });
    }
    for connection in (5..100).step_by(5).filter(|connection| connection % 3 != 0) {
        let when = When { seconds: Some(150.0), ..When::default() };
        faults.push(Fault {
            connection: Some(connection),
            turn: None,
            action: FaultAction::GoAwayThenSilence { when },
        });
    }
    let (connections, talk) = two_hours(service(Duration::from_mins(5), faults), 2);
    assert!(connections >= 24, "{connections} connections");
    // One that breaks without a word has to be dialled anew: TCP, the upgrade and the setup are four round trips.
    let gap = longest_gap(&talk);
    assert!(gap > FRAME && gap <= 8 * LATENCY + Duration::from_millis(50), "{gap:?}");
}

#[test]
fn listening_hands_free_goes_on_across_changes_of_connection_with_every_sample_sent_once() {
    let config = SessionConfig { mode: TalkMode::HandsFree, ..SessionConfig::default() };
    let mut pair = Pair::new(config, service(Duration::from_mins(10), vec![]), LATENCY);
    pair.act(Session::connect);
    pair.act(Session::activity_start);
    let start = pair.now;
    let frames = 40 * 60 * 50;
    for n in 0..frames {
        // Three seconds of speech in every minute, the rest of it nothing.
        let speaks = (n / 50) % 60 < 3;
        let frame: Vec<i16> =
            (0..320).map(|k| if speaks { ((k * 997 + n * 31) % 16_000) as i16 - 8000 } else { 0 }).collect();
        pair.act(|session, now| session.send_audio(&frame, now));
        pair.wait(FRAME);
    }
    pair.wait(Duration::from_secs(5));
    assert_eq!((pair.now - start).as_secs(), u64::from(frames as u32 / 50) + 5);
    let changes = pair.uplink.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    assert!(changes >= 4, "{changes} changes of connection");
    let gaps = pair.uplink.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let longest = gaps.max().unwrap();
    assert!(longest <= 2 * LATENCY + Duration::from_millis(50), "{longest:?}");
    let complete = |event: &Event| matches!(event, Event::TurnComplete { interrupted: false, .. });
    let answered = pair.events.iter().filter(|(_, event)| complete(event)).count();
    assert_eq!(answered, 40, "every sentence is answered once");
}
