//! Talking over an open socket, and its end.

use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::*;

#[tokio::test]
async fn a_press_is_heard_whole_by_a_server_that_opens_late() {
    let mut rig = Rig::new().await;
    rig.tell(DriverCommand::ActivityStart);
    for level in 1..=10 {
        rig.tell(DriverCommand::Audio(vec![level; 320]));
    }
    let mut server = rig.accept().await;
    rig.tell(DriverCommand::Audio(vec![11; 320]));
    // Only once this is told has the driver taken everything before it.
    rig.tell(DriverCommand::Connect);
    assert!(timeout(Duration::from_millis(50), server.0.next()).await.is_err(), "nothing before the session is open");
    server.say(json!({"setupComplete": {}})).await;
    rig.tell(DriverCommand::ActivityEnd);
    let mut heard = Vec::new();
    assert!(server.message().await["realtimeInput"].get("activityStart").is_some());
    loop {
        let message: crate::message::ClientMessage = serde_json::from_value(server.message().await).unwrap();
        let input = message.realtime_input.unwrap();
        if input.activity_end.is_some() {
            break;
        }
        heard.extend(crate::pcm::PcmReader::default().read(&input.audio.unwrap().data.0));
    }
    assert_eq!(heard, (1..=11).flat_map(|level| [level; 320]).collect::<Vec<i16>>());
}

#[tokio::test]
async fn text_and_binary_frames_are_read_alike_and_fragments_are_joined() {
    let mut rig = Rig::new().await;
    rig.tell(DriverCommand::Connect);
    let mut server = rig.accept().await;
    server.0.send(Message::text(r#"{"setupComplete":{"sessionId":"text"}}"#)).await.unwrap();
    let ready = rig.until(|event| matches!(event, Event::Ready { .. })).await;
    assert_eq!(ready, Event::Ready { session_id: Some("text".into()) });
    server.0.send(Message::binary(&br#"{"goAway":{"timeLeft":"1s"}}"#[..])).await.unwrap();
    rig.until(|event| matches!(event, Event::GoAway { .. })).await;
    let (one, two) = (br#"{"goAway":{"time"#.to_vec(), br#"Left":"2s"}}"#.to_vec());
    let first = Frame::message(one, OpCode::Data(Data::Binary), false);
    let last = Frame::message(two, OpCode::Data(Data::Continue), true);
    server.0.send(Message::Frame(first)).await.unwrap();
    server.0.send(Message::Frame(last)).await.unwrap();
    let joined = rig.until(|event| matches!(event, Event::GoAway { .. })).await;
    assert_eq!(joined, Event::GoAway { time_left: Duration::from_secs(2) });
}

#[tokio::test]
async fn a_minute_of_sound_in_one_message_is_taken() {
    let mut rig = Rig::new().await;
    let mut server = rig.ready().await;
    rig.tell(DriverCommand::Message { text: "hello".into(), pictures: Vec::new() });
    server.message().await;
    let data = crate::message::Base64(vec![0; 60 * 48_000]);
    server.say(json!({"serverContent": {"modelTurn": {"parts": [{"inlineData": {"data": data}}]}}})).await;
    let audio = rig.until(|event| matches!(event, Event::Audio { .. })).await;
    assert!(matches!(audio, Event::Audio { pcm, .. } if pcm.len() == 60 * 24_000));
}

#[tokio::test]
async fn the_first_sound_of_a_turn_is_reported_once_it_is_written() {
    let mut rig = Rig::new().await;
    let mut server = rig.ready().await;
    rig.tell(DriverCommand::ActivityStart);
    rig.tell(DriverCommand::Audio(vec![0; 320]));
    rig.tell(DriverCommand::Audio(vec![0; 320]));
    rig.tell(DriverCommand::ActivityEnd);
    for _ in 0..4 {
        server.message().await;
    }
    let mut turns = Vec::new();
    rig.tell(DriverCommand::Disconnect);
    loop {
        match rig.next().await {
            DriverEvent::FirstAudioSent { turn, .. } => turns.push(turn),
            DriverEvent::Session(Event::Disconnected, _) => break,
            DriverEvent::Session(..) => {}
        }
    }
    assert_eq!(turns, [Turn(1)]);
}

#[tokio::test]
async fn a_close_frame_becomes_its_meaning() {
    let mut rig = Rig::new().await;
    rig.tell(DriverCommand::Connect);
    let mut server = rig.accept().await;
    server.close(1008, "models/nope is not found for API version v1beta, or is not supported").await;
    assert_eq!(rig.closed().await, CloseKind::ModelNotFound { model: "nope".into() });
    assert_eq!(server.goodbye().await, 1008, "and is answered");
}

#[tokio::test]
async fn a_server_that_vanishes_is_a_lost_network_and_the_next_one_is_found_by_itself() {
    let mut rig = Rig::new().await;
    let server = rig.ready().await;
    drop(server);
    assert_eq!(rig.reconnecting().await, CloseKind::NetworkLost);
    let mut server = rig.accept().await;
    server.say(json!({"setupComplete": {}})).await;
    rig.tell(DriverCommand::ActivityStart);
    assert!(server.message().await["realtimeInput"].get("activityStart").is_some());
}

#[tokio::test]
async fn a_session_that_is_never_opened_times_out() {
    let config = SessionConfig { setup_timeout: Duration::from_millis(100), ..SessionConfig::default() };
    let mut rig = Rig::with(config).await;
    rig.tell(DriverCommand::Connect);
    let mut server = rig.accept().await;
    assert_eq!(rig.closed().await, CloseKind::SetupTimeout);
    assert_eq!(server.goodbye().await, 1000);
}

#[tokio::test]
async fn a_connection_is_changed_with_the_old_one_closed_first() {
    let mut rig = Rig::new().await;
    let mut old = rig.ready().await;
    old.say(json!({"sessionResumptionUpdate": {"newHandle": "h1", "resumable": true}})).await;
    old.say(json!({"goAway": {"timeLeft": "50s"}})).await;
    let (stream, _) = soon(rig.listener.accept()).await.unwrap();
    let mut new = Server(soon(tokio_tungstenite::accept_async(stream)).await.unwrap());
    assert_eq!(old.goodbye().await, 1000);
    assert_eq!(new.message().await["setup"]["sessionResumption"]["handle"], "h1");
    new.say(json!({"setupComplete": {}})).await;
    rig.until(|event| matches!(event, Event::Continued { .. })).await;
    rig.tell(DriverCommand::ActivityStart);
    assert!(new.message().await["realtimeInput"].get("activityStart").is_some());
}

#[tokio::test]
async fn pings_are_answered() {
    let mut rig = Rig::new().await;
    let mut server = rig.ready().await;
    server.0.send(Message::Ping(Bytes::from_static(b"there?"))).await.unwrap();
    loop {
        if let Message::Pong(payload) = server.frame().await {
            assert_eq!(payload, &b"there?"[..]);
            break;
        }
    }
}

#[tokio::test]
async fn hanging_up_says_goodbye_with_1000() {
    let mut rig = Rig::new().await;
    let mut server = rig.ready().await;
    rig.tell(DriverCommand::Disconnect);
    rig.until(|event| *event == Event::Disconnected).await;
    assert_eq!(server.goodbye().await, 1000);
}

#[tokio::test]
async fn dropping_the_handle_ends_the_session() {
    let mut rig = Rig::new().await;
    let mut server = rig.ready().await;
    let Rig { handle, mut events, .. } = rig;
    drop(handle);
    assert_eq!(server.goodbye().await, 1000);
    while soon(events.recv()).await.is_some() {}
}

#[tokio::test]
async fn a_server_that_does_not_read_is_still_heard() {
    let mut rig = Rig::with(SessionConfig { mode: TalkMode::HandsFree, ..SessionConfig::default() }).await;
    let mut server = rig.ready().await;
    rig.tell(DriverCommand::ActivityStart);
    // Far more than both sockets' buffers hold.
    for _ in 0..800 {
        rig.tell(DriverCommand::Audio(vec![0; 16_000]));
    }
    server.say(json!({"goAway": {}})).await;
    rig.until(|event| matches!(event, Event::GoAway { .. })).await;
}

#[tokio::test]
async fn sound_that_overtakes_the_driver_is_dropped_and_counted() {
    let mut rig = Rig::new().await;
    // On a runtime of one thread the driver doesn't run before this task waits.
    for _ in 0..MOST_AUDIO_WAITING + 10 {
        rig.tell(DriverCommand::Audio(vec![0; 320]));
    }
    let dropped = rig.until(|event| matches!(event, Event::AudioDropped { .. })).await;
    assert_eq!(dropped, Event::AudioDropped { frames: 3_200 });
}

#[tokio::test]
async fn a_driver_that_has_ended_says_so() {
    let Rig { handle, events, .. } = Rig::new().await;
    drop(events);
    handle.send(DriverCommand::Connect).unwrap();
    soon(async {
        while handle.send(DriverCommand::Stop).is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(handle.send(DriverCommand::Audio(vec![])), Err(DriverGone));
}
