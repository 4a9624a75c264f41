//! One test for every close the service is known to send.

use super::*;

fn frame(code: u16, reason: &str) -> CloseReason {
    CloseReason::from_frame(Some(code), reason)
}

/// One test a row: code, reason, what it means, what to do, whether it is worth trying again.
macro_rules! rows {
    ($($name:ident: $code:literal $reason:literal => $kind:expr, $advice:expr, $retry:literal;)+) => {
        $(#[test]
        fn $name() {
            let close = frame($code, $reason);
            assert_eq!(close.kind, $kind);
            assert_eq!(close.advice(), $advice);
            assert_eq!(close.is_retryable(), $retry);
            assert_ne!(close.is_fatal_configuration(), $retry);
            assert_eq!((close.code, close.reason.as_str()), (Some($code), $reason), "both stay readable");
        })+
    };
}

rows! {
    a_plain_end_is_normal: 1000 "" => CloseKind::Normal, Advice::None, true;
    a_cancelled_operation_is_the_lifetimes_end:
        1000 "The operation was cancelled." => CloseKind::DeadlineExpired, Advice::RetryNow, true;
    a_server_going_away_is_a_lost_network: 1001 "" => CloseKind::NetworkLost, Advice::RetryNow, true;
    a_close_without_a_code_is_a_lost_network: 1005 "" => CloseKind::NetworkLost, Advice::RetryNow, true;
    an_abnormal_end_is_a_lost_network: 1006 "" => CloseKind::NetworkLost, Advice::RetryNow, true;
    an_invalid_argument_is_a_setting:
        1007 "Request contains an invalid argument." => CloseKind::InvalidArgument, Advice::ChangeSettings, false;
    an_unknown_name_is_named:
        1007 "Invalid JSON payload received. Unknown name \"proactivity\" at 'setup': Cannot find field."
        => CloseKind::UnknownField { field: "proactivity".into() }, Advice::ChangeSettings, false;
    an_unknown_name_is_named_even_when_cut:
        1007 "Invalid JSON payload received. Unknown name \"enableAffectiveDi"
        => CloseKind::UnknownField { field: "enableAffectiveDi".into() }, Advice::ChangeSettings, false;
    other_json_complaints_are_settings_too:
        1007 "Invalid JSON payload received. Expected { before" => CloseKind::InvalidArgument, Advice::ChangeSettings, false;
    a_wrong_key_is_a_key:
        1007 "API key not valid. Please pass a valid API key." => CloseKind::KeyInvalid, Advice::EnterKey, false;
    a_missing_key_is_a_key:
        1007 "API Key not found. Please pass a valid API key." => CloseKind::KeyMissing, Advice::EnterKey, false;
    an_expired_key_is_a_key:
        1007 "API key expired. Please renew the API key." => CloseKind::KeyExpired, Advice::EnterKey, false;
    a_failed_precondition_is_shown: 1007 "Precondition check failed." => CloseKind::Precondition, Advice::ShowDetails, false;
    a_region_without_service_is_shown:
        1007 "User location is not supported for the API use." => CloseKind::Location, Advice::ShowDetails, false;
    text_from_a_voice_model_is_a_modality:
        1007 "Cannot extract voices from a non-audio request." => CloseKind::Modality, Advice::ChangeSettings, false;
    a_refused_language_is_a_setting:
        1007 "Unsupported language code 'en-US' for model" => CloseKind::LanguageCode, Advice::ChangeSettings, false;
    activity_marks_under_automatic_detection_are_a_setting:
        1007 "Explicit activity control is not supported when automatic activity detection is enabled."
        => CloseKind::ActivityControl, Advice::ChangeSettings, false;
    media_chunks_are_a_setting:
        1007 "realtime_input.media_chunks is deprecated. Use audio, video, or text instead."
        => CloseKind::MediaChunks, Advice::ChangeSettings, false;
    sound_in_a_wrong_format_is_bad_audio:
        1007 "error when processing input audio, please check if the inputaudio is in valid format: 16khz s16le pcm, mono"
        => CloseKind::BadAudio, Advice::ChangeSettings, false;
    sound_to_a_text_model_is_a_modality:
        1007 "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model configuration"
        => CloseKind::Modality, Advice::ChangeSettings, false;
    a_foreign_handle_starts_fresh:
        1007 "Invalid session handle" => CloseKind::SessionNotFound, Advice::StartFresh, true;
    a_bogus_token_is_a_key:
        1007 "Missing or malformed auth token. Pass it in the access_token query parameter"
        => CloseKind::TokenInvalid, Advice::EnterKey, false;
    an_unknown_model_is_named:
        1008 "models/nope is not found for API version v1beta, or is not supported for bidiGenerateContent. Call ListMode"
        => CloseKind::ModelNotFound { model: "nope".into() }, Advice::ChooseModel, false;
    a_dead_handle_starts_fresh:
        1008 "BidiGenerateContent session not found" => CloseKind::SessionNotFound, Advice::StartFresh, true;
    a_missing_entity_is_tried_again:
        1008 "Requested entity was not found." => CloseKind::EntityNotFound, Advice::RetryNow, true;
    input_during_a_call_is_tried_again:
        1008 "Operation is not implemented, or supported, or enabled." => CloseKind::ToolPending, Advice::RetryNow, true;
    an_idle_session_is_opened_again: 1008 "The operation was aborted." => CloseKind::IdleTimeout, Advice::RetryNow, true;
    a_leaked_key_is_a_key:
        1008 "Your API key was reported as leaked. Please use another API key." => CloseKind::KeyLeaked, Advice::EnterKey, false;
    an_unregistered_caller_needs_a_key:
        1008 "Method doesn't allow unregistered callers (callers without established identity). Please use API Key"
        => CloseKind::KeyMissing, Advice::EnterKey, false;
    an_internal_error_is_waited_out:
        1011 "Internal error encountered." => CloseKind::BackendError, Advice::WaitThenRetry { seconds: 1 }, true;
    an_internal_error_that_occurred_is_too:
        1011 "Internal error occurred." => CloseKind::BackendError, Advice::WaitThenRetry { seconds: 1 }, true;
    an_overload_is_waited_out:
        1011 "The service is currently unavailable." => CloseKind::Unavailable, Advice::WaitThenRetry { seconds: 5 }, true;
    an_expired_deadline_is_the_lifetimes_end:
        1011 "Deadline expired before operation could complete." => CloseKind::DeadlineExpired, Advice::RetryNow, true;
    a_cancelled_thread_is_the_backend:
        1011 "Thread was cancelled when writing StartStep status" => CloseKind::BackendError,
        Advice::WaitThenRetry { seconds: 1 }, true;
    a_used_up_quota_waits_a_minute:
        1011 "You exceeded your current quota, please check your plan and billing details. For more information"
        => CloseKind::Quota, Advice::WaitThenRetry { seconds: 60 }, true;
    an_exhausted_resource_waits_a_minute:
        1011 "RESOURCE_EXHAUSTED: too many sessions" => CloseKind::Quota, Advice::WaitThenRetry { seconds: 60 }, true;
    a_token_used_before_is_a_key:
        1011 "Token has been used too many times" => CloseKind::TokenUsed, Advice::EnterKey, false;
    an_empty_1011_is_the_backend: 1011 "" => CloseKind::BackendError, Advice::WaitThenRetry { seconds: 1 }, true;
    a_missed_ping_is_a_lost_network: 1011 "keepalive ping timeout" => CloseKind::NetworkLost, Advice::RetryNow, true;
    an_unknown_1007_is_fatal: 1007 "Something new." => CloseKind::Unknown, Advice::ShowDetails, false;
    an_unknown_1011_may_pass: 1011 "Something new." => CloseKind::Unknown, Advice::ShowDetails, true;
}

#[test]
fn the_code_does_not_matter_where_the_reason_is_known() {
    assert_eq!(frame(1008, "API key not valid. Please").kind, CloseKind::KeyInvalid);
    assert_eq!(frame(1011, "models/x is not found for API version v1").kind, frame(1008, "models/x is not").kind);
}

#[test]
fn no_close_frame_at_all_is_a_lost_network() {
    assert_eq!(CloseReason::from_frame(None, "connection reset by peer").kind, CloseKind::NetworkLost);
}

#[test]
fn a_refused_upgrade_advises_by_its_status() {
    let advice = |status| CloseReason::connect_failed(ConnectFailure::HttpStatus { status }).advice();
    assert_eq!(advice(403), Advice::EnterKey);
    assert_eq!(advice(404), Advice::CheckEndpoint);
    assert_eq!(advice(429), Advice::WaitThenRetry { seconds: 60 });
    assert_eq!(advice(503), Advice::WaitThenRetry { seconds: 5 });
}

#[test]
fn a_connection_that_could_not_be_made_says_why() {
    let close = CloseReason::connect_failed(ConnectFailure::HostUnknown { host: "nowhere.example".into() });
    assert!(close.reason.contains("nowhere.example"));
    assert_eq!(close.advice(), Advice::CheckNetwork);
    assert!(close.is_retryable());
    assert!(!CloseReason::connect_failed(ConnectFailure::PlainTextToRemote).is_retryable());
    assert_eq!(CloseReason::setup_timeout().advice(), Advice::RetryNow);
}
