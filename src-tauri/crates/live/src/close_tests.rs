//! One test for every close the service is known to send, named by code and reason.

use super::*;

/// What a close frame has room for.
const ROOM: usize = 123;

fn frame(code: u16, reason: &str) -> CloseReason {
    CloseReason::from_frame(Some(code), reason)
}

/// What of a reason arrives.
fn cut(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(ROOM)]
}

/// The same close in its other forms: the reason in full and in other cases, as far as it fits into the frame.
fn same_in_any_form(code: u16, reason: &str) {
    let close = frame(code, cut(reason));
    for form in [reason.to_owned(), reason.to_lowercase(), reason.to_uppercase(), format!(" {reason}\n")] {
        let other = frame(code, cut(&form));
        let kinds = (std::mem::discriminant(&other.kind), std::mem::discriminant(&close.kind));
        assert_eq!(kinds.0, kinds.1, "{form:?} is {:?}, {reason:?} is {:?}", other.kind, close.kind);
        assert_eq!(other.advice(), close.advice(), "{form:?}");
        assert_eq!(other.is_retryable(), close.is_retryable(), "{form:?}");
    }
}

/// One test a row: code, the reason as the service means it, what it means, what to do, whether it is worth trying again.
macro_rules! rows {
    ($($name:ident: $code:literal $reason:literal => $kind:expr, $advice:expr, $retry:literal;)+) => {
        $(#[test]
        fn $name() {
            let reason = cut($reason);
            let close = frame($code, reason);
            assert_eq!(close.kind, $kind);
            assert_eq!(close.advice(), $advice);
            assert_eq!(close.is_retryable(), $retry);
            assert_ne!(close.is_fatal_configuration(), $retry);
            assert_eq!((close.code, close.reason.as_str()), (Some($code), reason), "both stay readable");
            same_in_any_form($code, $reason);
        })+
    };
}

rows! {
    closed_1000_without_a_reason_is_a_plain_end: 1000 "" => CloseKind::Normal, Advice::None, true;
    closed_1000_the_operation_was_cancelled_is_the_lifetimes_end:
        1000 "The operation was cancelled." => CloseKind::DeadlineExpired, Advice::RetryNow, true;
    closed_1001_is_a_lost_network: 1001 "" => CloseKind::NetworkLost, Advice::RetryNow, true;
    closed_1005_is_a_lost_network: 1005 "" => CloseKind::NetworkLost, Advice::RetryNow, true;
    closed_1006_is_a_lost_network: 1006 "" => CloseKind::NetworkLost, Advice::RetryNow, true;

    closed_1007_request_contains_an_invalid_argument_is_a_setting:
        1007 "Request contains an invalid argument." => CloseKind::InvalidArgument, Advice::ChangeSettings, false;
    closed_1007_unknown_name_names_the_field:
        1007 "Invalid JSON payload received. Unknown name \"proactivity\" at 'setup': Cannot find field."
        => CloseKind::UnknownField { field: "proactivity".into() }, Advice::ChangeSettings, false;
    closed_1007_unknown_name_names_the_field_of_a_long_place_too:
        1007 "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'setup.tools[0].function_declarations[0].parameters.properties[0].value': Cannot find field."
        => CloseKind::UnknownField { field: "additionalProperties".into() }, Advice::ChangeSettings, false;
    closed_1007_unknown_name_names_a_field_that_is_cut:
        1007 "Invalid JSON payload received. Unknown name \"enableAffectiveDi"
        => CloseKind::UnknownField { field: "enableAffectiveDi".into() }, Advice::ChangeSettings, false;
    closed_1007_any_other_complaint_about_json_is_a_setting:
        1007 "Invalid JSON payload received. Expected { before" => CloseKind::InvalidArgument, Advice::ChangeSettings, false;
    closed_1007_api_key_not_valid_is_a_key:
        1007 "API key not valid. Please pass a valid API key." => CloseKind::KeyInvalid, Advice::EnterKey, false;
    closed_1007_api_key_not_found_is_a_key:
        1007 "API Key not found. Please pass a valid API key." => CloseKind::KeyMissing, Advice::EnterKey, false;
    closed_1007_api_key_expired_is_a_key:
        1007 "API key expired. Please renew the API key." => CloseKind::KeyExpired, Advice::EnterKey, false;
    closed_1007_precondition_check_failed_is_shown:
        1007 "Precondition check failed." => CloseKind::Precondition, Advice::ShowDetails, false;
    closed_1007_user_location_is_not_supported_is_shown:
        1007 "User location is not supported for the API use." => CloseKind::Location, Advice::ShowDetails, false;
    closed_1007_cannot_extract_voices_is_a_modality:
        1007 "Cannot extract voices from a non-audio request." => CloseKind::Modality, Advice::ChangeSettings, false;
    closed_1007_unsupported_language_code_is_a_setting:
        1007 "Unsupported language code 'en-US' for model models/gemini-2.5-flash-native-audio-preview-12-2025. Leave the language to the model."
        => CloseKind::LanguageCode, Advice::ChangeSettings, false;
    closed_1007_explicit_activity_control_is_a_setting:
        1007 "Explicit activity control is not supported when automatic activity detection is enabled."
        => CloseKind::ActivityControl, Advice::ChangeSettings, false;
    closed_1007_media_chunks_is_deprecated_is_a_setting:
        1007 "realtime_input.media_chunks is deprecated. Use audio, video, or text instead."
        => CloseKind::MediaChunks, Advice::ChangeSettings, false;
    closed_1007_error_when_processing_input_audio_is_bad_audio:
        1007 "error when processing input audio, please check if the inputaudio is in valid format: 16khz s16le pcm, mono channel.; Error"
        => CloseKind::BadAudio, Advice::ChangeSettings, false;
    closed_1007_the_audio_content_type_is_not_supported_is_a_modality:
        1007 "The audio content type (CONTENT_TYPE_AUDIO) is not supported for this model configuration"
        => CloseKind::Modality, Advice::ChangeSettings, false;
    closed_1007_invalid_session_handle_starts_fresh:
        1007 "Invalid session handle" => CloseKind::SessionNotFound, Advice::StartFresh, true;
    closed_1007_missing_or_malformed_auth_token_wants_another_token:
        1007 "Missing or malformed auth token. Pass it in the access_token query parameter or in the Authorization header as documented for live sessions."
        => CloseKind::TokenInvalid, Advice::EnterKey, false;
    closed_1007_for_a_reason_nobody_knows_is_fatal: 1007 "Something new." => CloseKind::Unknown, Advice::ShowDetails, false;

    closed_1008_model_is_not_found_names_the_model:
        1008 "models/nope is not found for API version v1beta, or is not supported for bidiGenerateContent. Call ListModels to see the list of available models."
        => CloseKind::ModelNotFound { model: "nope".into() }, Advice::ChooseModel, false;
    closed_1008_session_not_found_starts_fresh:
        1008 "BidiGenerateContent session not found" => CloseKind::SessionNotFound, Advice::StartFresh, true;
    closed_1008_requested_entity_was_not_found_is_tried_again:
        1008 "Requested entity was not found." => CloseKind::EntityNotFound, Advice::RetryNow, true;
    closed_1008_operation_is_not_implemented_is_input_during_a_call:
        1008 "Operation is not implemented, or supported, or enabled." => CloseKind::ToolPending, Advice::RetryNow, true;
    closed_1008_the_operation_was_aborted_is_an_idle_session:
        1008 "The operation was aborted." => CloseKind::IdleTimeout, Advice::RetryNow, true;
    closed_1008_key_was_reported_as_leaked_is_a_key:
        1008 "Your API key was reported as leaked. Please use another API key." => CloseKind::KeyLeaked, Advice::EnterKey, false;
    closed_1008_unregistered_callers_is_a_missing_key:
        1008 "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."
        => CloseKind::KeyMissing, Advice::EnterKey, false;

    closed_1011_internal_error_encountered_is_waited_out:
        1011 "Internal error encountered." => CloseKind::BackendError, Advice::WaitThenRetry { seconds: 1 }, true;
    closed_1011_internal_error_occurred_is_waited_out:
        1011 "Internal error occurred." => CloseKind::BackendError, Advice::WaitThenRetry { seconds: 1 }, true;
    closed_1011_the_service_is_currently_unavailable_is_waited_out_longer:
        1011 "The service is currently unavailable." => CloseKind::Unavailable, Advice::WaitThenRetry { seconds: 5 }, true;
    closed_1011_deadline_expired_is_the_lifetimes_end:
        1011 "Deadline expired before operation could complete." => CloseKind::DeadlineExpired, Advice::RetryNow, true;
    closed_1011_thread_was_cancelled_is_waited_out:
        1011 "Thread was cancelled when writing StartStep status to channel." => CloseKind::BackendError,
        Advice::WaitThenRetry { seconds: 1 }, true;
    closed_1011_you_exceeded_your_current_quota_waits_a_minute:
        1011 "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
        => CloseKind::Quota, Advice::WaitThenRetry { seconds: 60 }, true;
    closed_1011_resource_exhausted_waits_a_minute:
        1011 "RESOURCE_EXHAUSTED: too many sessions" => CloseKind::Quota, Advice::WaitThenRetry { seconds: 60 }, true;
    closed_1011_token_has_been_used_too_many_times_wants_another_token:
        1011 "Token has been used too many times" => CloseKind::TokenUsed, Advice::EnterKey, false;
    closed_1011_without_a_reason_is_waited_out:
        1011 "" => CloseKind::BackendError, Advice::WaitThenRetry { seconds: 1 }, true;
    closed_1011_keepalive_ping_timeout_is_a_lost_network:
        1011 "keepalive ping timeout" => CloseKind::NetworkLost, Advice::RetryNow, true;
    closed_1011_for_a_reason_nobody_knows_may_pass: 1011 "Something new." => CloseKind::Unknown, Advice::ShowDetails, true;
}

#[test]
fn the_code_does_not_matter_where_the_reason_is_known() {
    assert_eq!(frame(1008, "API key not valid. Please").kind, CloseKind::KeyInvalid);
    assert_eq!(frame(1011, "models/x is not found for API version v1").kind, frame(1008, "models/x is not").kind);
}

#[test]
fn a_reason_of_any_letters_at_all_is_read() {
    for reason in ["модели/x", "models/", "models/é is not", "invalid JSON payload received. Unknown name \"İ", "İ\"ß"]
    {
        assert_eq!(frame(1007, reason).reason, reason);
    }
    let field = CloseKind::UnknownField { field: "İß".into() };
    assert_eq!(frame(1007, "Invalid JSON payload received. Unknown name \"İß\"").kind, field);
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
