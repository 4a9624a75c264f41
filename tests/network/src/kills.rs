//! Connections that are killed: at any moment, and again while they are being made again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;
use vivavoce_live::{Event, TalkMode};
use vivavoce_simulator::Server;

use crate::history::Known;
use crate::line::{Fault, Line, Weather};
use crate::talk::{Doing, Talk, Watcher, service, target};

const CONVERSATIONS: u64 = 10;
const KILLS: usize = 5;

/// A short line, so that opening a session takes long enough to be killed in.
const WEATHER: Weather = Weather { delay: Duration::from_millis(25), stalls: 0.0 };

/// A kill, and what it fell into.
struct Kill {
    at: Instant,
    doing: Doing,
}

/// What one conversation has gone through.
struct Report {
    kills: Vec<Doing>,
    /// From each kill to the open session.
    away: Vec<Duration>,
    known: Known,
}

/// Kills connections at random: one in three soon after it was accepted, most likely while the session opens.
async fn kill_at_random(line: Arc<Line>, watcher: Watcher, seed: u64) -> Vec<Kill> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut accepted = line.accepted();
    let mut kills = Vec::new();
    while kills.len() < KILLS {
        if !kills.is_empty() && random.u8(..3) == 0 {
            accepted.changed().await.unwrap();
            sleep(Duration::from_millis(random.u64(..250))).await;
        } else {
            sleep(Duration::from_millis(random.u64(50..1500))).await;
        }
        accepted.mark_unchanged();
        let (at, doing) = (Instant::now(), watcher.doing());
        let fault = if random.bool() { Fault::Reset } else { Fault::Finish };
        if line.strike(fault) > 0 {
            kills.push(Kill { at, doing });
        }
    }
    kills
}

async fn conversation(seed: u64) -> Report {
    let server = Server::bind(service()).unwrap();
    let line = Arc::new(Line::to(server.address(), WEATHER, seed).await);
    let mut talk = Talk::to(target(line.address()), TalkMode::PushToTalk, seed).await;
    let watcher = talk.watcher();
    let killing = tokio::spawn(kill_at_random(Arc::clone(&line), watcher.clone(), seed));
    let mut random = fastrand::Rng::with_seed(!seed);
    while !killing.is_finished() {
        let turn = talk.say(Duration::from_millis(random.u64(300..1500))).await;
        match random.u8(..10) {
            0..6 => talk.hear_out(turn).await,
            6..9 => {
                talk.hear_begin(turn).await;
                sleep(Duration::from_millis(random.u64(..300))).await;
            }
            // Speaks on without waiting for anything.
            _ => {}
        }
    }
    let known = talk.end_well(&server).await;
    let kills = killing.await.unwrap();
    let back = |kill: &Kill| {
        watcher.told().look(|told| {
            let ready = told.iter().find(|(at, event)| *at > kill.at && matches!(event, Event::Ready { .. }));
            ready.unwrap().0 - kill.at
        })
    };
    Report { away: kills.iter().map(back).collect(), kills: kills.iter().map(|kill| kill.doing).collect(), known }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_at_random_moments_of_spoken_conversations_lose_and_double_nothing() {
    let mut conversations: JoinSet<Report> = (1..=CONVERSATIONS).map(conversation).collect();
    let (mut kills, mut known) = (BTreeMap::<Doing, usize>::new(), Known::default());
    let (mut away, mut first) = (Vec::new(), Vec::new());
    while let Some(report) = conversations.join_next().await {
        let report = report.unwrap();
        report.kills.iter().for_each(|doing| *kills.entry(*doing).or_default() += 1);
        first.push(report.away[0]);
        away.extend(report.away);
        known.in_sound += report.known.in_sound;
        known.in_words += report.known.in_words;
    }
    away.sort_unstable();
    first.sort_unstable();
    let (median, worst) = (away[away.len() / 2], away[away.len() - 1]);
    eprintln!("kills while {kills:?}; {known:?}; from kill to open session: median {median:?}, worst {worst:?}");
    // The first is tried again at once; those that follow within half a minute less and less soon.
    eprintln!("of the first kill in each conversation: median {:?}, worst {:?}", first[first.len() / 2], first.last());
    assert_eq!(away.len(), KILLS * CONVERSATIONS as usize);
    for doing in [Doing::Opening, Doing::Speaking, Doing::Listening] {
        assert!(kills.contains_key(&doing), "no kill while {doing:?}");
    }
}
