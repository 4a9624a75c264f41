//! Whatever happens in whatever order.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::message::FunctionResponse;

#[derive(Debug, Clone)]
enum Step {
    Connect,
    Disconnect,
    StartOver,
    Press,
    Release,
    Speak(usize),
    Type,
    Stop,
    Respond,
    SwitchMode,
    SwitchModel(usize),
    Accept,
    Refuse,
    NetworkChanged,
    /// The other side answers pings from now on, or doesn't.
    Alive(bool),
    Server(usize),
    Noise(Vec<u8>),
    Close(u16, usize),
    Wait(u64),
}

const MODELS: [&str; 5] = [
    "gemini-3.8-live",
    "gemini-3.1-flash-live-preview",
    "gemini-2.5-flash-native-audio-latest",
    "gemini-3.5-live-translate-preview",
    "gemini-9",
];

const REASONS: [&str; 7] = [
    "",
    "Invalid session handle",
    "Internal error encountered.",
    "You exceeded your current quota",
    "API key not valid.",
    "The operation was aborted.",
    "Deadline expired",
];

/// Messages a server may send, in any order.
static MESSAGES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!({"setupComplete": {}}),
        json!({"serverContent": {"modelTurn": {"parts": [sound_part(1)]}}}),
        json!({"serverContent": {"interrupted": true}}),
        json!({"serverContent": {"turnComplete": true}}),
        json!({"serverContent": {"interrupted": true, "modelTurn": {"parts": [sound_part(1)]}, "turnComplete": true}}),
        json!({"serverContent": {"generationComplete": true}}),
        json!({"serverContent": {"inputTranscription": {"text": "in"}}}),
        json!({"serverContent": {"interimInputTranscription": {"text": "in"}}}),
        json!({"serverContent": {"outputTranscription": {"text": "out"}}}),
        json!({"serverContent": {"turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"}}),
        json!({"serverContent": {"turnComplete": true, "interactionStatus": "IN_PROGRESS"}}),
        json!({"voiceActivity": {"type": "ACTIVITY_START"}}),
        json!({"voiceActivity": {"type": "ACTIVITY_END"}}),
        json!({"goAway": {"timeLeft": "50s"}}),
        json!({"goAway": {}}),
        json!({"sessionResumptionUpdate": {"newHandle": "h", "resumable": true}}),
        json!({"sessionResumptionUpdate": {}}),
        json!({"toolCall": {"functionCalls": [{"id": "1", "name": "f"}, {"name": "f"}, {"id": "2", "name": "g"}]}}),
        json!({"toolCallCancellation": {"ids": ["1"]}}),
        json!({"usageMetadata": {}, "sessionResumptionUpdate": {}, "toolCall": {}}),
        json!({}),
        json!("nonsense"),
    ]
});

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        1 => Just(Step::StartOver),
        6 => Just(Step::Press),
        6 => Just(Step::Release),
        4 => (0..4000usize).prop_map(Step::Speak),
        2 => Just(Step::Type),
        2 => Just(Step::Stop),
        2 => Just(Step::Respond),
        1 => Just(Step::SwitchMode),
        1 => (0..MODELS.len()).prop_map(Step::SwitchModel),
        8 => Just(Step::Accept),
        1 => Just(Step::Refuse),
        1 => Just(Step::NetworkChanged),
        1 => any::<bool>().prop_map(Step::Alive),
        8 => Just(Step::Server(0)),
        26 => (0..MESSAGES.len()).prop_map(Step::Server),
        1 => vec(any::<u8>(), 0..40).prop_map(Step::Noise),
        3 => (prop_oneof![Just(1000), Just(1006), Just(1007), Just(1008), Just(1011)], 0..REASONS.len())
            .prop_map(|(code, reason)| Step::Close(code, reason)),
        4 => (0..20_000u64).prop_map(Step::Wait),
        1 => (0..1_000_000u64).prop_map(Step::Wait),
    ]
}

/// What was sent on one connection.
#[derive(Default)]
struct Sent {
    setup: bool,
    complete: bool,
    activity_open: bool,
}

/// Watches what comes out of a session.
#[derive(Default)]
struct Watch {
    connections: BTreeMap<u64, Sent>,
    flushed: Option<Turn>,
    newest: Turn,
}

impl Watch {
    fn sent(&mut self, socket: Socket, message: &str) {
        let sent = self.connections.entry(socket.0).or_default();
        if message.starts_with("setup") {
            assert!(!sent.setup, "setup twice");
            sent.setup = true;
            return;
        }
        assert!(sent.complete, "{message} before the session was open");
        match message {
            "start" => assert!(!std::mem::replace(&mut sent.activity_open, true), "start twice"),
            "end" => assert!(std::mem::replace(&mut sent.activity_open, false), "end without start"),
            _ => {}
        }
    }

    fn told(&mut self, event: &Event) {
        match event {
            Event::Flush { turn } => self.flushed = self.flushed.max(Some(*turn)),
            Event::Audio { turn, .. } | Event::OutputTranscript { turn, .. } => {
                assert!(Some(*turn) > self.flushed, "{turn} after silence up to {:?}", self.flushed);
            }
            Event::TurnStarted { turn } => {
                assert!(*turn > self.newest, "{turn} after {}", self.newest);
                self.newest = *turn;
            }
            Event::TurnComplete { turn, .. } => assert!(*turn <= self.newest),
            _ => {}
        }
    }

    fn look(&mut self, rig: &mut Rig) {
        for (socket, message) in std::mem::take(&mut rig.sent) {
            self.sent(socket, &message);
        }
        rig.events().iter().for_each(|event| self.told(event));
        let connected = !(rig.open.is_empty() && rig.dialling.is_empty());
        let wants = !matches!(rig.session.link, Link::Off | Link::Waiting(_));
        assert_eq!(connected, wants, "driver and session agree");
        let ready = rig.open.iter().filter(|socket| self.connections.get(&socket.0).is_some_and(|sent| sent.setup));
        assert!(ready.count() <= 1, "never two sessions at a time");
        let closed = |socket: &u64| !rig.open.contains(&Socket(*socket));
        self.connections.retain(|socket, _| !closed(socket));
    }
}

fn take(rig: &mut Rig, watch: &mut Watch, config: &mut SessionConfig, step: Step) {
    match step {
        Step::Connect => rig.act(Session::connect),
        Step::Disconnect => rig.act(Session::disconnect),
        Step::StartOver => rig.act(Session::start_over),
        Step::Press => drop(rig.press()),
        Step::Release => rig.release(),
        Step::Speak(samples) => rig.speak(samples),
        Step::Type => drop(rig.act(|session, now| session.send_text("text", now))),
        Step::Stop => rig.act(Session::stop),
        Step::Respond => answer_everything(rig),
        Step::SwitchMode => {
            config.mode = match config.mode {
                TalkMode::PushToTalk => TalkMode::HandsFree,
                TalkMode::HandsFree => TalkMode::PushToTalk,
            };
            rig.act(|session, now| session.configure(config.clone(), now));
        }
        Step::SwitchModel(model) => {
            MODELS[model].clone_into(&mut config.model);
            rig.act(|session, now| session.configure(config.clone(), now));
        }
        Step::Accept if !rig.dialling.is_empty() => rig.accept(),
        Step::Refuse if !rig.dialling.is_empty() => rig.refuse(ConnectFailure::Refused),
        Step::NetworkChanged => rig.input(Input::NetworkChanged),
        Step::Alive(alive) => rig.alive = alive,
        Step::Server(which) if !rig.open.is_empty() => {
            let sent = watch.connections.entry(rig.session.socket.0).or_default();
            sent.complete |= which == 0 && sent.setup;
            let socket = rig.session.socket;
            if rig.open.contains(&socket) {
                rig.input(Input::Message(socket, MESSAGES[which].to_string().as_bytes()));
            }
        }
        Step::Noise(bytes) if !rig.open.is_empty() => {
            let socket = rig.open[0];
            rig.input(Input::Message(socket, &bytes));
        }
        Step::Close(code, reason) if !rig.open.is_empty() => {
            rig.close(code, REASONS[reason]);
        }
        Step::Wait(millis) => rig.wait(Duration::from_millis(millis)),
        _ => {}
    }
}

fn answer_everything(rig: &mut Rig) {
    let answers = [("1", "f"), ("", "f"), ("2", "g")].map(|(id, name)| FunctionResponse {
        id: Some(id.to_owned()).filter(|id| !id.is_empty()),
        name: name.into(),
        ..FunctionResponse::default()
    });
    rig.act(|session, now| session.respond(answers.to_vec(), now));
}

/// Takes what is dialled and opens it, until the session is.
fn becomes_ready(rig: &mut Rig, watch: &mut Watch) {
    for _ in 0..200 {
        if rig.session.is_ready() {
            break;
        }
        if rig.dialling.is_empty() && !rig.open.contains(&rig.session.socket) {
            rig.wait(Duration::from_secs(1));
            continue;
        }
        if !rig.dialling.is_empty() {
            rig.accept();
        }
        if rig.open.contains(&rig.session.socket) {
            watch.look(rig);
            let socket = rig.session.socket;
            watch.connections.entry(socket.0).or_default().complete = true;
            rig.input(Input::Message(socket, b"{\"setupComplete\": {}}"));
        }
    }
}

/// Whatever has happened, a person who presses now is heard, and hears the answer.
fn talk_works(rig: &mut Rig, watch: &mut Watch) {
    // A connection that was dead until now gets its last chance.
    rig.alive = true;
    rig.input(Input::Pong(rig.session.socket));
    rig.release();
    answer_everything(rig);
    let turn = rig.press();
    rig.speak(320);
    rig.release();
    becomes_ready(rig, watch);
    assert!(rig.session.is_ready(), "a press connects");
    let spoken = rig.sent.iter().filter(|(_, message)| *message == "audio 320").count();
    assert!(spoken >= 1 || rig.session.active.mode == TalkMode::HandsFree, "{turn} was not sent: {:?}", rig.sent);
    watch.look(rig);
    rig.wait(Duration::from_secs(3));
    // The connection may have been changed meanwhile.
    becomes_ready(rig, watch);
    answer_everything(rig);
    let socket = rig.session.socket;
    let heard_you = json!({"serverContent": {"inputTranscription": {"text": "in"}}});
    // Where nothing interrupts, an earlier turn may be answered first.
    for message in [&heard_you, &MESSAGES[1], &MESSAGES[3], &MESSAGES[1]] {
        rig.input(Input::Message(socket, message.to_string().as_bytes()));
    }
    let heard =
        rig.events.iter().any(|event| matches!(event, Event::Audio { turn: answered, .. } if *answered >= turn));
    assert!(heard, "the answer to {turn} is heard: {:?}", rig.events);
    watch.look(rig);
}

fn run(mut config: SessionConfig, steps: Vec<Step>, hang_up: bool) {
    let mut rig = Rig::new(config.clone());
    let mut watch = Watch::default();
    for step in steps {
        take(&mut rig, &mut watch, &mut config, step);
        watch.look(&mut rig);
    }
    if hang_up {
        rig.act(Session::disconnect);
        watch.look(&mut rig);
        assert!(rig.open.is_empty() && rig.dialling.is_empty() && rig.timeout.is_none(), "nothing is left");
    }
    talk_works(&mut rig, &mut watch);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn marks_stay_paired_what_is_cut_stays_silent_and_talking_always_works(
        hands_free in any::<bool>(),
        no_interruption in any::<bool>(),
        greets in any::<bool>(),
        hang_up in any::<bool>(),
        steps in vec(step(), 1..100),
    ) {
        let options = SetupOptions {
            activity_handling: no_interruption.then_some(crate::message::setup::ActivityHandling::NoInterruption),
            ..SetupOptions::default()
        };
        let config = SessionConfig {
            mode: if hands_free { TalkMode::HandsFree } else { TalkMode::PushToTalk },
            greeting: greets.then(|| "Hi".to_owned()),
            options,
            ..SessionConfig::default()
        };
        run(config, steps, hang_up);
    }
}
