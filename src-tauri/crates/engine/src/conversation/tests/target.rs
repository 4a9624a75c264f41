//! Settings and keys.

use super::*;

#[test]
fn clearing_the_transcript_begins_a_new_conversation() {
    let mut stage = Stage::ready();
    stage.command(Command::ClearTranscript);
    assert_eq!(stage.take_said(), ["StartOver"]);
}

#[test]
fn new_instructions_reach_the_model_without_another_connection() {
    let mut stage = Stage::ready();
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("systemInstruction", "Be brief.")));
    assert_eq!(stage.take_said(), ["configure"]);
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("voice", "Kore")));
    assert_eq!(stage.take_said(), ["disconnect", "configure", "target", "connect"]);
}

#[test]
fn a_wrong_key_is_an_error_until_the_key_changes() {
    let settings = Settings { service: Service::Gemini, ..Settings::default() };
    let mut stage = Stage::with(settings, true);
    stage.talk(TalkInput::Press);
    stage.live(closed(1007, "API key not valid. Please pass a valid API key."));
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::KeyInvalid), Phase::Error));
    stage.input(Input::Key { status: key(true), replaced: true });
    assert_eq!((stage.problem, stage.phase), (None, Phase::Off));
}

#[test]
fn without_a_key_a_press_explains_and_opens_nothing() {
    let settings = Settings { service: Service::Gemini, ..Settings::default() };
    let mut stage = Stage::with(settings, false);
    stage.talk(TalkInput::Press);
    assert!(stage.take_said().is_empty());
    assert_eq!(stage.problem, Some(ProblemCode::KeyMissing));
}

#[test]
fn an_impossible_endpoint_is_explained_before_anything_is_tried() {
    for (url, code) in [("ftp://x", ProblemCode::EndpointInvalid), ("ws://example.com", ProblemCode::PlainTextToRemote)]
    {
        let settings = Settings { service: Service::Custom, endpoint: Some(url.into()), ..Settings::default() };
        let mut stage = Stage::with(settings, false);
        stage.command(Command::Connect);
        assert!(stage.take_said().is_empty());
        assert_eq!(stage.problem, Some(code), "{url}");
    }
}

#[test]
fn a_changed_model_connects_anew_and_a_changed_theme_does_not() {
    let mut stage = Stage::ready();
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("theme", "dark")));
    assert!(stage.take_said().is_empty());
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("model", "gemini-x")));
    assert_eq!(stage.take_said(), ["disconnect", "configure", "target", "connect"]);
    assert_eq!(stage.saved, 2);
}

#[test]
fn settings_that_are_still_incomplete_disconnect_without_a_complaint() {
    let mut stage = Stage::ready();
    stage.command(Command::UpdateSettings(SettingsPatch::default().with("service", "custom")));
    assert_eq!(stage.take_said(), ["StartOver"], "what was said to one service is not another's business");
    assert_eq!((stage.problem, stage.phase), (None, Phase::Off));
    stage.talk(TalkInput::Press);
    assert_eq!(stage.problem, Some(ProblemCode::EndpointInvalid));
}

#[test]
fn the_guide_greets_once_and_only_when_asked_to_connect() {
    let greeting = |stage: &mut Stage| {
        stage.conversation.handle(Input::Command(Command::Connect), stage.now, 0);
        let mut greeting = None;
        while let Some(effect) = stage.conversation.poll_effect() {
            if let Effect::Session(DriverCommand::Configure(config)) = effect {
                greeting = Some(config.greeting.is_some());
            }
        }
        greeting
    };
    let mut stage = Stage::demo();
    assert_eq!(greeting(&mut stage), Some(true));
    stage.live(Live::Disconnected);
    assert_eq!(greeting(&mut stage), Some(false));
}
