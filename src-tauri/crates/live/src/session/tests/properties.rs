//! Whatever happens in whatever order.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Connect,
    Disconnect,
    Press,
    Release,
    Speak(usize),
    Type,
    Stop,
    SwitchMode,
    Accept,
    Refuse,
    Server(usize),
    Close(u16),
    Wait(u64),
}

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
        json!({"serverContent": {"outputTranscription": {"text": "out"}}}),
        json!({"serverContent": {"turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"}}),
        json!({"serverContent": {"turnComplete": true, "interactionStatus": "IN_PROGRESS"}}),
        json!({"voiceActivity": {"type": "ACTIVITY_START"}}),
        json!({"voiceActivity": {"type": "ACTIVITY_END"}}),
        json!({"usageMetadata": {}, "goAway": {}, "sessionResumptionUpdate": {}, "toolCall": {}}),
        json!({}),
        json!("nonsense"),
    ]
});

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        6 => Just(Step::Press),
        6 => Just(Step::Release),
        4 => (0..4000usize).prop_map(Step::Speak),
        2 => Just(Step::Type),
        2 => Just(Step::Stop),
        1 => Just(Step::SwitchMode),
        6 => Just(Step::Accept),
        1 => Just(Step::Refuse),
        8 => Just(Step::Server(0)),
        24 => (0..MESSAGES.len()).prop_map(Step::Server),
        2 => prop_oneof![Just(1000), Just(1006), Just(1007), Just(1011)].prop_map(Step::Close),
        4 => (0..20_000u64).prop_map(Step::Wait),
    ]
}

/// Watches what comes out of a session.
#[derive(Default)]
struct Watch {
    /// Activity marks are balanced on the present connection.
    activity_open: bool,
    setup_sent: bool,
    setup_complete: bool,
    flushed: Option<Turn>,
    newest: Turn,
}

impl Watch {
    fn connected(&mut self) {
        self.activity_open = false;
        self.setup_sent = false;
        self.setup_complete = false;
    }

    fn sent(&mut self, message: &str) {
        if message.starts_with("setup") {
            assert!(!self.setup_sent, "setup twice");
            self.setup_sent = true;
            return;
        }
        assert!(self.setup_complete, "{message} before the session was open");
        match message {
            "start" => assert!(!std::mem::replace(&mut self.activity_open, true), "start twice"),
            "end" => assert!(std::mem::replace(&mut self.activity_open, false), "end without start"),
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
            Event::Disconnected => assert!(!self.activity_open, "hung up with the activity open"),
            _ => {}
        }
    }
}

fn run(config: SessionConfig, steps: Vec<Step>) {
    let mut rig = Rig::new(config.clone());
    let mut watch = Watch::default();
    let mut mode = config.mode;
    for step in steps {
        match step {
            Step::Connect => rig.act(Session::connect),
            Step::Disconnect => rig.act(Session::disconnect),
            Step::Press => drop(rig.press()),
            Step::Release => rig.release(),
            Step::Speak(samples) => rig.speak(samples),
            Step::Type => drop(rig.act(|session, now| session.send_text("text", now))),
            Step::Stop => rig.act(Session::stop),
            Step::SwitchMode => {
                mode = if mode == TalkMode::PushToTalk { TalkMode::HandsFree } else { TalkMode::PushToTalk };
                let config = SessionConfig { mode, ..config.clone() };
                rig.act(|session, now| session.configure(config, now));
            }
            Step::Accept if rig.dialling => {
                watch.connected();
                rig.accept();
            }
            Step::Refuse if rig.dialling => {
                rig.dialling = false;
                rig.input(Input::ConnectFailed(ConnectFailure::Refused));
            }
            Step::Server(which) if rig.open => {
                watch.setup_complete |= which == 0;
                rig.server(MESSAGES[which].clone());
            }
            Step::Close(code) if rig.open => {
                watch.activity_open = false;
                rig.close(code, "");
            }
            Step::Wait(millis) => rig.wait(Duration::from_millis(millis)),
            _ => {}
        }
        rig.sent().iter().for_each(|message| watch.sent(message));
        rig.events().iter().for_each(|event| watch.told(event));
        assert_eq!(rig.open || rig.dialling, rig.session.link != Link::Off, "driver and session agree");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn marks_stay_paired_and_what_is_cut_stays_silent(
        hands_free in any::<bool>(),
        no_interruption in any::<bool>(),
        greets in any::<bool>(),
        steps in vec(step(), 1..80),
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
        run(config, steps);
    }
}
