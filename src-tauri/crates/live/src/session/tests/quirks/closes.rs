//! What the session does about every close the service is known to send, named by code and reason.

use super::*;
use crate::close::CloseKind;

/// What of a reason arrives: a close frame has room for 123 bytes.
const ROOM: usize = 123;

/// One test a row: code, reason, and everything that is to follow from it.
macro_rules! rows {
    ($($name:ident: $code:literal $reason:literal => $($follows:ident),+;)+) => {
        $(#[test]
        fn $name() {
            let reason = $reason;
            $($follows($code, &reason[..reason.floor_char_boundary(ROOM)]);)+
        })+
    };
}

rows! {
    after_1000_without_a_reason_it_rests_until_it_is_needed: 1000 "" => rests_when_idle, comes_back_at_once;
    after_1000_the_operation_was_cancelled_it_resumes:
        1000 "The operation was cancelled." => rests_when_idle, comes_back_at_once;
    after_1001_it_comes_back: 1001 "" => comes_back_even_when_idle, comes_back_at_once, tries_less_and_less_often;
    after_1005_it_comes_back: 1005 "" => comes_back_even_when_idle, comes_back_at_once, tries_less_and_less_often;
    after_1006_it_comes_back: 1006 "" => comes_back_even_when_idle, comes_back_at_once, tries_less_and_less_often;

    after_1007_request_contains_an_invalid_argument_it_gives_up: 1007 "Request contains an invalid argument." => gives_up;
    after_1007_unknown_name_it_gives_up:
        1007 "Invalid JSON payload received. Unknown name \"proactivity\" at 'setup': Cannot find field." => gives_up;
    after_1007_api_key_not_valid_it_gives_up: 1007 "API key not valid. Please pass a valid API key." => gives_up;
    after_1007_api_key_not_found_it_gives_up: 1007 "API Key not found. Please pass a valid API key." => gives_up;
    after_1007_api_key_expired_it_gives_up: 1007 "API key expired. Please renew the API key." => gives_up;
    after_1007_precondition_check_failed_it_gives_up: 1007 "Precondition check failed." => gives_up;
    after_1007_user_location_is_not_supported_it_gives_up:
        1007 "User location is not supported for the API use." => gives_up;
    after_1007_cannot_extract_voices_it_gives_up: 1007 "Cannot extract voices from a non-audio request." => gives_up;
    after_1007_unsupported_language_code_it_gives_up: 1007 "Unsupported language code 'en-US'" => gives_up;
    after_1007_explicit_activity_control_it_gives_up:
        1007 "Explicit activity control is not supported when automatic activity detection is enabled." => gives_up;
    after_1007_media_chunks_is_deprecated_it_gives_up:
        1007 "realtime_input.media_chunks is deprecated. Use audio, video, or text instead." => gives_up;
    after_1007_error_when_processing_input_audio_it_gives_up:
        1007 "error when processing input audio, please check if the inputaudio is in valid format: 16khz s16le pcm, mono channel.; Error"
        => gives_up;
    after_1007_the_audio_content_type_is_not_supported_it_gives_up:
        1007 "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model configuration" => gives_up;
    after_1007_invalid_session_handle_it_drops_the_handle: 1007 "Invalid session handle" => starts_fresh;
    after_1007_missing_or_malformed_auth_token_it_takes_one_new_token:
        1007 "Missing or malformed auth token. Pass it in the access_token query parameter" => takes_one_new_token;
    after_1007_for_a_reason_nobody_knows_it_gives_up: 1007 "Something new." => gives_up;

    after_1008_model_is_not_found_it_gives_up:
        1008 "models/nope is not found for API version v1beta, or is not supported for bidiGenerateContent. Call ListModels to see"
        => gives_up;
    after_1008_session_not_found_it_drops_the_handle: 1008 "BidiGenerateContent session not found" => starts_fresh;
    after_1008_requested_entity_was_not_found_it_resumes_once:
        1008 "Requested entity was not found." => comes_back_at_once, resumes_once;
    after_1008_operation_is_not_implemented_it_comes_back:
        1008 "Operation is not implemented, or supported, or enabled." => comes_back_at_once, tries_less_and_less_often;
    after_1008_the_operation_was_aborted_it_rests_until_it_is_needed:
        1008 "The operation was aborted." => rests_when_idle, comes_back_at_once;
    after_1008_key_was_reported_as_leaked_it_gives_up:
        1008 "Your API key was reported as leaked. Please use another API key." => gives_up;
    after_1008_unregistered_callers_it_gives_up:
        1008 "Method doesn't allow unregistered callers (callers without established identity)." => gives_up;

    after_1011_internal_error_encountered_it_waits_and_drops_the_handle_after_two_failures:
        1011 "Internal error encountered." => waits_a_moment, tries_less_and_less_often, resumes_twice;
    after_1011_internal_error_occurred_it_waits_and_drops_the_handle_after_two_failures:
        1011 "Internal error occurred." => waits_a_moment, tries_less_and_less_often, resumes_twice;
    after_1011_the_service_is_currently_unavailable_it_waits:
        1011 "The service is currently unavailable." => waits_a_moment, tries_less_and_less_often;
    after_1011_deadline_expired_it_resumes:
        1011 "Deadline expired before operation could complete." => rests_when_idle, comes_back_at_once;
    after_1011_thread_was_cancelled_it_waits:
        1011 "Thread was cancelled when writing StartStep status" => waits_a_moment, tries_less_and_less_often;
    after_1011_you_exceeded_your_current_quota_it_waits_a_minute:
        1011 "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to"
        => waits_a_minute;
    after_1011_resource_exhausted_it_waits_a_minute: 1011 "RESOURCE_EXHAUSTED: too many sessions" => waits_a_minute;
    after_1011_token_has_been_used_too_many_times_it_takes_one_new_token:
        1011 "Token has been used too many times" => takes_one_new_token;
    after_1011_without_a_reason_it_waits_for_the_old_connection_to_go: 1011 "" => waits_a_moment, resumes_twice;
    after_1011_keepalive_ping_timeout_it_comes_back: 1011 "keepalive ping timeout" => comes_back_at_once;
}

fn is_closed(rig: &mut Rig) -> bool {
    matches!(rig.events().last(), Some(Event::Closed(_)))
}

/// Says something into a session with the handle `h1`, and gets a close for an answer.
fn answered_by(code: u16, reason: &str) -> Rig {
    let mut rig = resumable();
    rig.say();
    rig.sent();
    rig.events();
    rig.close(code, reason);
    rig
}

/// Nothing but a person makes another try.
fn gives_up(code: u16, reason: &str) {
    let mut rig = answered_by(code, reason);
    let told = rig.events();
    let Some(Event::Closed(closed)) = told.last() else { panic!("{told:?}") };
    assert_eq!((closed.code, closed.reason.as_str()), (Some(code), reason), "in its own words");
    rig.wait(HOUR);
    assert_eq!((rig.dialling.len(), rig.timeout), (0, None), "no further try");
    rig.press();
    assert_eq!(rig.dialling.len(), 1, "a press is another try");
}

/// The turn is said again over a connection that is made without delay.
fn comes_back_at_once(code: u16, reason: &str) {
    let mut rig = answered_by(code, reason);
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

/// With nothing to say there is nothing to do; a press resumes, and loses nothing.
fn rests_when_idle(code: u16, reason: &str) {
    let mut rig = resumable();
    rig.wait(Duration::from_secs(1));
    rig.close(code, reason);
    assert!(is_closed(&mut rig));
    rig.wait(HOUR);
    assert_eq!((rig.dialling.len(), rig.timeout), (0, None));
    rig.say();
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

/// Whoever has just spoken will speak again; whoever hasn't for a while, not soon.
fn comes_back_even_when_idle(code: u16, reason: &str) {
    for (silence, comes_back) in [(119, true), (121, false)] {
        let mut rig = resumable();
        rig.wait(Duration::from_secs(silence));
        rig.close(code, reason);
        rig.wait(Duration::ZERO);
        assert_eq!(rig.dialling.len() == 1, comes_back, "after {silence} s of silence");
        assert_eq!(is_closed(&mut rig), !comes_back);
    }
}

/// Not at once, and within seconds.
fn waits_a_moment(code: u16, reason: &str) {
    let mut rig = answered_by(code, reason);
    rig.wait(Duration::from_millis(300));
    assert_eq!(rig.dialling, []);
    rig.wait(Duration::from_secs(3));
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
}

fn tries_less_and_less_often(code: u16, reason: &str) {
    let mut rig = answered_by(code, reason);
    let mut delays = vec![];
    for _ in 0..5 {
        let events = rig.events();
        let Some(Event::Reconnecting { delay, .. }) = events.last() else { panic!("{events:?}") };
        delays.push(*delay);
        rig.wait(*delay);
        rig.accept();
        rig.close(code, reason);
    }
    // The longest are all about as long.
    let growing = delays.windows(2).take_while(|pair| pair[0] < Duration::from_secs(5));
    assert!(growing.clone().count() >= 2 && growing.clone().all(|pair| pair[1] > pair[0]), "{delays:?}");
    assert!(delays.iter().all(|delay| *delay <= Duration::from_secs(10)), "{delays:?}");
}

/// The setups of tries that all end so.
fn setups(code: u16, reason: &str) -> Vec<String> {
    let mut rig = answered_by(code, reason);
    let mut setups = vec![];
    for _ in 0..3 {
        rig.wait(Duration::from_secs(10));
        rig.accept();
        setups.extend(rig.sent());
        rig.close(code, reason);
    }
    setups
}

fn resumes_once(code: u16, reason: &str) {
    assert_eq!(
        setups(code, reason),
        ["setup gemini-3.8-live resumes h1", "setup gemini-3.8-live", "setup gemini-3.8-live"]
    );
}

fn resumes_twice(code: u16, reason: &str) {
    let twice = ["setup gemini-3.8-live resumes h1", "setup gemini-3.8-live resumes h1", "setup gemini-3.8-live"];
    assert_eq!(setups(code, reason), twice);
}

/// The handle is of no use; what was said is told in words, and what wasn't answered is said again.
fn starts_fresh(code: u16, reason: &str) {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.handle("h2");
    rig.say();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.sent();
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h2"]);
    rig.close(code, reason);
    rig.wait(Duration::from_secs(1));
    rig.set_up();
    let told = ["setup gemini-3.8-live seeded", "content true What's up? Not much.", "start", "audio 320", "end"];
    assert_eq!(rig.sent(), told);
}

/// Not even a press makes it sooner, and what is said meanwhile waits.
fn waits_a_minute(code: u16, reason: &str) {
    let mut rig = answered_by(code, reason);
    let told = rig.events();
    let Some(Event::Reconnecting { reason: told, .. }) = told.last() else { panic!("{told:?}") };
    assert_eq!(told.kind, CloseKind::Quota, "the user is told why");
    rig.say();
    rig.input(Input::NetworkChanged);
    rig.wait(Duration::from_millis(59_999));
    assert_eq!(rig.dialling, []);
    rig.wait(Duration::from_secs(11));
    rig.set_up();
    let said = ["start", "audio 320", "end"];
    assert_eq!(rig.sent()[1..], [said, said].concat());
}

/// The next connection buys a token of its own; when that one is refused too, a person has to look.
fn takes_one_new_token(code: u16, reason: &str) {
    comes_back_at_once(code, reason);
    let mut rig = answered_by(code, reason);
    rig.wait(Duration::ZERO);
    rig.accept();
    rig.events();
    rig.close(code, reason);
    assert!(is_closed(&mut rig));
    rig.wait(HOUR);
    assert_eq!(rig.dialling, []);
}

#[test]
fn after_an_upgrade_refused_for_a_wrong_version_it_gives_up_unless_the_service_was_reached_before() {
    let refusal = || ConnectFailure::HttpStatus { status: 404 };
    let mut rig = Rig::push_to_talk();
    rig.say();
    rig.refuse(refusal());
    assert!(is_closed(&mut rig));
    rig.wait(HOUR);
    assert_eq!(rig.dialling, []);

    let mut rig = resumable();
    rig.say();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.refuse(refusal());
    rig.wait(Duration::from_secs(2));
    assert_eq!(rig.dialling.len(), 1, "something in between, most likely");
}
