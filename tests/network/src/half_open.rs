//! Connections that are dead without anybody having been told. They are found by silence where an answer is due, after
//! twenty seconds.

use std::time::{Duration, Instant};

use tokio::time::interval;
use vivavoce_live::TalkMode;
use vivavoce_simulator::Server;

use crate::line::{Fault, Line, Weather};
use crate::talk::{Talk, service, target};

/// Longest a dead connection may be talked into: five seconds of silence, fifteen of patience, and the way back.
const FOUND_WITHIN: Duration = Duration::from_secs(25);

struct Rig {
    server: Server,
    line: Line,
    talk: Talk,
}

impl Rig {
    async fn new(seed: u64) -> Self {
        let server = Server::bind(service()).unwrap();
        let line = Line::to(server.address(), Weather::default(), seed).await;
        let mut talk = Talk::to(target(line.address()), TalkMode::PushToTalk, seed).await;
        talk.exchange(Duration::from_millis(300)).await;
        Self { server, line, talk }
    }

    /// Waits until the session is open again.
    async fn back(&self, mark: usize, what: &str, since: Instant) {
        let away = self.talk.told.ready(mark).await - since;
        eprintln!("{what}: open again after {away:?}");
        assert!(away < FOUND_WITHIN, "{away:?}");
    }
}

/// All at the same time, because each is a matter of waiting.
#[tokio::test]
async fn dead_connections_are_found_and_what_was_said_into_them_is_delivered() {
    tokio::join!(
        what_was_said_into_a_dead_connection_is_said_again_on_the_next(),
        an_answer_that_stops_coming_comes_anew(),
        a_service_that_holds_on_to_the_dead_connection_is_talked_to_in_a_new_session(),
        somebody_who_keeps_trying_to_be_heard_does_not_hide_that_the_connection_is_dead(),
    );
}

async fn what_was_said_into_a_dead_connection_is_said_again_on_the_next() {
    let mut rig = Rig::new(1).await;
    let (mark, since) = (rig.talk.told.len(), Instant::now());
    assert_eq!(rig.line.strike(Fault::Silence), 1);
    rig.talk.say(Duration::from_millis(900)).await;
    rig.back(mark, "dead, turn said", since).await;
    rig.talk.hear_out(rig.talk.turn()).await;
    let known = rig.talk.end_well(&rig.server).await;
    assert_eq!((known.in_sound, known.in_words), (3, 0));
}

async fn an_answer_that_stops_coming_comes_anew() {
    let mut rig = Rig::new(2).await;
    let turn = rig.talk.say(Duration::from_millis(1400)).await;
    rig.talk.hear_begin(turn).await;
    let (mark, since) = (rig.talk.told.len(), Instant::now());
    assert_eq!(rig.line.strike(Fault::Silence), 1);
    rig.back(mark, "dead, answer begun", since).await;
    rig.talk.hear_out(turn).await;
    let known = rig.talk.end_well(&rig.server).await;
    assert_eq!((known.in_sound, known.in_words), (3, 0));
}

/// The service resumes no session that it takes to be on another connection; the words of the conversation and all
/// that got no answer go to a new one.
async fn a_service_that_holds_on_to_the_dead_connection_is_talked_to_in_a_new_session() {
    let mut rig = Rig::new(3).await;
    let (mark, since) = (rig.talk.told.len(), Instant::now());
    assert_eq!(rig.line.strike(Fault::SilenceBothWays), 1);
    rig.talk.say(Duration::from_millis(900)).await;
    rig.back(mark, "dead, service unaware", since).await;
    rig.talk.hear_out(rig.talk.turn()).await;
    let known = rig.talk.end_well(&rig.server).await;
    assert_eq!((known.in_sound, known.in_words), (2, 1));
}

async fn somebody_who_keeps_trying_to_be_heard_does_not_hide_that_the_connection_is_dead() {
    let mut rig = Rig::new(4).await;
    let (mark, since) = (rig.talk.told.len(), Instant::now());
    assert_eq!(rig.line.strike(Fault::Silence), 1);
    let mut impatience = interval(Duration::from_secs(2));
    while since.elapsed() < FOUND_WITHIN && !rig.talk.told.was_ready(mark) {
        impatience.tick().await;
        rig.talk.say(Duration::from_millis(500)).await;
    }
    rig.back(mark, "dead, pressed again and again", since).await;
    rig.talk.hear_out(rig.talk.turn()).await;
    rig.talk.end_well(&rig.server).await;
}
