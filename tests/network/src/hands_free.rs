//! Listening all the time, over a connection that is killed in the middle of a sentence.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use vivavoce_live::{DriverCommand, Event, TalkMode};
use vivavoce_simulator::Server;

use crate::line::{Fault, Line, Weather};
use crate::talk::{FRAME, FRAME_SAMPLES, Talk, service, target, voice};

const SENTENCES: usize = 3;
const SENTENCE: usize = 60 * FRAME_SAMPLES;
/// Long enough for the service to hear that a sentence is over, and to answer it.
const PAUSE: usize = 120 * FRAME_SAMPLES;

#[tokio::test]
async fn a_sentence_in_which_the_connection_is_killed_is_heard_whole_and_once() {
    let server = Server::bind(service()).unwrap();
    let line = Line::to(server.address(), Weather { delay: Duration::from_millis(25), stalls: 0.0 }, 1).await;
    let talk = Talk::to(target(line.address()), TalkMode::HandsFree, 1).await;
    let sentences: Vec<Vec<i16>> = (1..=SENTENCES).map(|number| voice(number, SENTENCE)).collect();
    talk.tell(DriverCommand::ActivityStart);
    let mut pace = interval(FRAME);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let silence = vec![0; PAUSE];
    for (number, sentence) in sentences.iter().enumerate() {
        for (n, frame) in sentence.chunks(FRAME_SAMPLES).chain(silence.chunks(FRAME_SAMPLES)).enumerate() {
            pace.tick().await;
            talk.tell(DriverCommand::Audio(frame.to_vec()));
            if (number, n) == (1, 30) {
                assert_eq!(line.strike(Fault::Reset), 1);
            }
        }
    }
    let complete = |event: &Event| matches!(event, Event::TurnComplete { interrupted: false, .. });
    talk.told
        .until("answer to every sentence", |told| {
            (told.iter().filter(|(_, event)| complete(event)).count() == SENTENCES).then_some(())
        })
        .await;
    assert!(talk.told.is_open());
    let histories = server.registry().histories();
    assert_eq!(histories.len(), 1, "one session");
    let heard: Vec<Vec<i16>> = histories[0].iter().map(|turn| turn.pcm()).collect();
    assert_eq!(heard.len(), SENTENCES, "{:?}", heard.iter().map(Vec::len).collect::<Vec<_>>());
    for (number, (heard, sentence)) in heard.iter().zip(&sentences).enumerate() {
        let at = heard.windows(SENTENCE).position(|window| window == sentence);
        let at = at.unwrap_or_else(|| panic!("sentence {} is not whole:{}", number + 1, talk.told.log()));
        let around = heard[..at].iter().chain(&heard[at + SENTENCE..]);
        assert_eq!(around.filter(|sample| **sample != 0).count(), 0, "sentence {} and more", number + 1);
    }
}
