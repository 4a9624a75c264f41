//! Whatever happens in whatever order.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Talk(TalkInput),
    Command(u8),
    Frame,
    GateClosed,
    InputLive,
    InputFailed,
    Ready,
    Audio,
    TurnComplete,
    Waiting,
    Closed(u16),
    Disconnected,
    Speech(bool),
    Voice(Voice),
    Echo(EchoState),
    Playback(bool),
    Trouble,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let talk =
        prop_oneof![Just(TalkInput::Press), Just(TalkInput::Release), Just(TalkInput::Start), Just(TalkInput::Stop)];
    prop_oneof![
        4 => talk.prop_map(Step::Talk),
        1 => (0u8..10).prop_map(Step::Command),
        3 => Just(Step::Frame),
        3 => Just(Step::GateClosed),
        1 => Just(Step::InputLive),
        1 => Just(Step::InputFailed),
        1 => Just(Step::Ready),
        1 => Just(Step::Audio),
        1 => Just(Step::TurnComplete),
        1 => Just(Step::Waiting),
        1 => prop_oneof![Just(1006u16), Just(1007), Just(1008), Just(1011)].prop_map(Step::Closed),
        1 => Just(Step::Disconnected),
        2 => any::<bool>().prop_map(Step::Speech),
        1 => prop_oneof![Just(Voice::None), Just(Voice::Perhaps), Just(Voice::Sure)].prop_map(Step::Voice),
        1 => prop_oneof![Just(EchoState::Failing), Just(EchoState::Learning), Just(EchoState::Converged)].prop_map(Step::Echo),
        2 => any::<bool>().prop_map(Step::Playback),
        1 => Just(Step::Trouble),
        2 => prop_oneof![Just(100u64), Just(200), Just(10_000), Just(300_000)].prop_map(Step::Wait),
    ]
}

fn play(stage: &mut Stage, step: Step) {
    match step {
        Step::Talk(input) => stage.talk(input),
        Step::Command(0) => stage.command(Command::Stop),
        Step::Command(1) => stage.command(Command::Connect),
        Step::Command(2) => stage.command(Command::Disconnect),
        Step::Command(3) => stage.command(typed("words")),
        Step::Command(4) => stage.command(Command::SetMuted(true)),
        Step::Command(5) => stage.update(json!({ "voice": "Kore" })),
        Step::Command(6) => stage.update(json!({ "detection": { "patience": "quick" } })),
        Step::Command(7) => stage.command(Command::SetMuted(false)),
        Step::Command(8) => stage.command(Command::Attend(false)),
        Step::Command(_) => stage.command(Command::RecordTest),
        Step::Frame => stage.frame(1),
        Step::GateClosed => stage.audio(AudioEvent::GateClosed { heard: Heard::default() }),
        Step::InputLive => stage.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 }),
        Step::InputFailed => {
            let error = AudioError::Lost { name: "mic".into() };
            stage.audio(AudioEvent::Failed { direction: Direction::Input, error });
        }
        Step::Ready => stage.live(Live::Ready { session_id: None }),
        Step::Audio => stage.live(Live::Audio { turn: Turn(1), pcm: vec![0; 10], rate: 24_000 }),
        Step::TurnComplete => stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false }),
        Step::Waiting => stage.live(Live::Waiting { turn: Turn(1) }),
        Step::Closed(code) => stage.live(closed(code, "")),
        Step::Disconnected => stage.live(Live::Disconnected),
        Step::Speech(true) => stage.audio(AudioEvent::SpeechStarted { at: stage.now }),
        Step::Speech(false) => stage.audio(AudioEvent::SpeechEnded { heard: Heard::default() }),
        Step::Voice(voice) => stage.audio(AudioEvent::Voice(voice)),
        Step::Echo(state) => stage.audio(AudioEvent::Echo(EchoReport { state, ..EchoReport::default() })),
        Step::Playback(true) => stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now }),
        Step::Playback(false) => stage.audio(AudioEvent::PlaybackFinished { turn: 1, played: Duration::ZERO }),
        Step::Trouble => {
            stage.audio(AudioEvent::MutedSpeech);
            stage.audio(AudioEvent::InputBlocked);
        }
        Step::Wait(ms) => stage.wait(Duration::from_millis(ms)),
    }
}

/// All ways to talk.
fn ways() -> impl Strategy<Value = Settings> {
    let way = |mode: &str, by: &str, half_duplex: bool| {
        let patch = json!({ "mode": mode, "detection": { "by": by }, "sound": { "halfDuplex": half_duplex } });
        settings(patch, json!({}))
    };
    prop_oneof![
        2 => Just(way("pushToTalk", "service", false)),
        1 => Just(way("handsFree", "service", false)),
        1 => Just(way("handsFree", "service", true)),
        1 => Just(way("handsFree", "local", false)),
        1 => Just(way("handsFree", "local", true)),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_turns_are_ended_and_talking_works_again(
        settings in ways(), steps in prop::collection::vec(step(), 0..60)
    ) {
        let detects_locally = settings.detects_locally();
        let mut stage = Stage::with(settings, false);
        for step in steps {
            play(&mut stage, step);
        }
        stage.talk(TalkInput::Stop);
        stage.audio(AudioEvent::GateClosed { heard: Heard::default() });
        let due = stage.conversation.deadline().filter(|deadline| *deadline <= stage.now);
        prop_assert!(due.is_none(), "a deadline that stays");

        let (mut open, mut ducked, mut silenced) = (false, false, None);
        for said in stage.take_said() {
            match said.as_str() {
                "start" => {
                    prop_assert!(!open, "a turn was opened twice");
                    open = true;
                }
                "end" => {
                    prop_assert!(open, "a turn was ended that was not open");
                    open = false;
                }
                "duck" => {
                    prop_assert!(!ducked, "lowered twice");
                    ducked = true;
                }
                "no duck" => ducked = false,
                audio if audio.starts_with("audio") => prop_assert!(open, "sound outside of a turn"),
                flush if flush.starts_with("flush") => silenced = silenced.max(turn_of(flush)),
                push if push.starts_with("push") => {
                    prop_assert!(turn_of(push) > silenced, "sound of a turn that was cut");
                }
                _ => {}
            }
        }
        prop_assert!(!open, "a turn was left open");
        prop_assert!(!ducked, "what follows would be too quiet");

        stage.talk(TalkInput::Start);
        if detects_locally {
            stage.wait(Duration::from_secs(1));
            stage.audio(AudioEvent::PlaybackFinished { turn: 1, played: Duration::ZERO });
            stage.wait(Duration::from_secs(1));
            stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
            stage.audio(AudioEvent::SpeechStarted { at: stage.now });
        }
        let said = stage.take_said();
        let opened = said.iter().any(|said| said.starts_with("open gate"));
        prop_assert!(opened && said.contains(&"start".to_owned()), "{said:?}");
    }
}

fn turn_of(said: &str) -> Option<u64> {
    said.split(' ').nth(1).and_then(|turn| turn.parse().ok())
}
