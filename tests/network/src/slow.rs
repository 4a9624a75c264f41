//! Lines that are slow or stall: nothing is wrong with them, and nothing is to be made again.

use std::time::Duration;

use vivavoce_live::{Event, TalkMode};
use vivavoce_simulator::Server;

use crate::line::{Fault, Line, Weather};
use crate::talk::{Talk, service, target};

const FAR: Duration = Duration::from_millis(300);

struct Rig {
    server: Server,
    line: Line,
    talk: Talk,
}

impl Rig {
    async fn under(weather: Weather, seed: u64) -> Self {
        let server = Server::bind(service()).unwrap();
        let line = Line::to(server.address(), weather, seed).await;
        let talk = Talk::to(target(line.address()), TalkMode::PushToTalk, seed).await;
        Self { server, line, talk }
    }

    /// How often the connection was lost.
    fn losses(&self) -> usize {
        self.talk.told.look(|told| told.iter().filter(|(_, event)| matches!(event, Event::Reconnecting { .. })).count())
    }
}

#[tokio::test]
async fn over_300_ms_each_way_turns_are_answered_and_talked_over_without_a_reconnection() {
    let mut rig = Rig::under(Weather { delay: FAR, stalls: 0.0 }, 1).await;
    rig.talk.exchange(Duration::from_millis(700)).await;
    for _ in 0..2 {
        let turn = rig.talk.say(Duration::from_millis(900)).await;
        rig.talk.hear_begin(turn).await;
    }
    rig.talk.exchange(Duration::from_millis(300)).await;
    let known = rig.talk.end_well(&rig.server).await;
    assert_eq!((rig.losses(), known.in_sound, known.in_words), (0, 5, 0));
}

#[tokio::test]
async fn what_was_under_way_over_300_ms_when_the_connection_broke_arrives_all_the_same() {
    let mut rig = Rig::under(Weather { delay: FAR, stalls: 0.0 }, 2).await;
    for fault in [Fault::Reset, Fault::Finish] {
        rig.talk.exchange(Duration::from_millis(400)).await;
        // All of the turn's sound has been sent and little of it has arrived.
        rig.talk.say(Duration::from_millis(400)).await;
        assert_eq!(rig.line.strike(fault), 1);
        rig.talk.hear_out(rig.talk.turn()).await;
    }
    let known = rig.talk.end_well(&rig.server).await;
    assert_eq!((rig.losses(), known.in_sound, known.in_words), (2, 5, 0));
}

#[tokio::test]
async fn a_line_on_which_two_chunks_in_a_hundred_stall_is_waited_for() {
    let mut rig = Rig::under(Weather { delay: Duration::from_millis(20), stalls: 0.02 }, 3).await;
    for length in [1000, 600, 800] {
        rig.talk.exchange(Duration::from_millis(length)).await;
    }
    let known = rig.talk.end_well(&rig.server).await;
    eprintln!("{} stalls", rig.line.stalls());
    assert!(rig.line.stalls() >= 2, "the weather was fair");
    assert_eq!((rig.losses(), known.in_sound, known.in_words), (0, 4, 0));
}
