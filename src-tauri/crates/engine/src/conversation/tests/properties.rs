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
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let talk =
        prop_oneof![Just(TalkInput::Press), Just(TalkInput::Release), Just(TalkInput::Start), Just(TalkInput::Stop)];
    prop_oneof![
        4 => talk.prop_map(Step::Talk),
        1 => (0u8..6).prop_map(Step::Command),
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
        1 => Just(Step::Wait),
    ]
}

fn play(stage: &mut Stage, step: Step) {
    match step {
        Step::Talk(input) => stage.talk(input),
        Step::Command(0) => stage.command(Command::Stop),
        Step::Command(1) => stage.command(Command::Connect),
        Step::Command(2) => stage.command(Command::Disconnect),
        Step::Command(3) => stage.command(Command::SendText("words".into())),
        Step::Command(4) => stage.command(Command::SetMuted(true)),
        Step::Command(_) => stage.command(Command::UpdateSettings(SettingsPatch::default().with("voice", "Kore"))),
        Step::Frame => stage.frame(1),
        Step::GateClosed => stage.audio(AudioEvent::GateClosed),
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
        Step::Wait => {
            stage.now += ANSWER_TIMEOUT;
            stage.input(Input::Timeout);
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_turns_are_ended_and_talking_works_again(steps in prop::collection::vec(step(), 0..60)) {
        let mut stage = Stage::demo();
        for step in steps {
            play(&mut stage, step);
        }
        stage.talk(TalkInput::Stop);
        stage.audio(AudioEvent::GateClosed);

        let mut open = false;
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
                audio if audio.starts_with("audio") => prop_assert!(open, "sound outside of a turn"),
                _ => {}
            }
        }
        prop_assert!(!open, "a turn was left open");

        stage.talk(TalkInput::Start);
        let said = stage.take_said();
        prop_assert!(said.contains(&"open gate".to_owned()) && said.contains(&"start".to_owned()), "{said:?}");
    }
}
