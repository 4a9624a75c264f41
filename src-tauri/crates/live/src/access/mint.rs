//! Ephemeral tokens bought with a key, one for each connection.
//!
//! A token is good for one session, to be opened within two minutes and over within half an hour, and binds it to the
//! settings at hand: whoever gets hold of it can do nothing else with it. Two settings stay free, because they change
//! while the token holds: the session to resume, and how history is given.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{is_token, no_token};
use crate::connect::ConnectFailure;
use crate::endpoint::{ApiVersion, Endpoint};
use crate::message::Setup;
use crate::network::NetworkConfig;
use crate::network::http::{Answer, HttpFailure, Question, ask};
use crate::service::ServiceError;

/// How long a session may be opened with it. A clock may be wrong by a minute.
const TO_OPEN: Duration = Duration::from_mins(2);
/// How long that session may last; connections live ten minutes.
const TO_USE: Duration = Duration::from_mins(30);
/// Longest answer taken, bytes.
const LONGEST_ANSWER: usize = 256 << 10;
/// Settings that are not bound.
const FREE: [&str; 2] = ["sessionResumption", "historyConfig"];
/// Settings that are bound as a whole though they have members: a mask can't name the keys of a map.
const WHOLE: [&str; 1] = ["labels"];

/// Buys a token.
pub(super) async fn mint(
    endpoint: &Endpoint,
    network: &NetworkConfig,
    key: &SecretString,
    setup: &Setup,
    now: SystemTime,
) -> Result<SecretString, ConnectFailure> {
    if endpoint.location().is_some() {
        return Err(no_token("Google Cloud has no ephemeral tokens; sign in with an account instead"));
    }
    let order = order(setup, now)?;
    let url = endpoint.rest_url(ApiVersion::V1Alpha, "auth_tokens");
    let question = Question {
        url: &url,
        credential: Some(("x-goog-api-key", key.clone())),
        json: Some(order.to_string().into_bytes()),
        longest: LONGEST_ANSWER,
    };
    let answer = ask(network, question).await.map_err(|failure| match failure {
        HttpFailure::Connect(failure) => failure,
        other => ConnectFailure::TokenUnavailable { detail: other.to_string(), temporary: other.is_retryable() },
    })?;
    read(&answer, key)
}

/// What is asked for.
fn order(setup: &Setup, now: SystemTime) -> Result<Value, ConnectFailure> {
    let unreadable = |error: serde_json::Error| no_token(error.to_string());
    let mut bound: Map<String, Value> =
        serde_json::to_value(setup).and_then(serde_json::from_value).map_err(unreadable)?;
    bound.retain(|name, _| !FREE.contains(&name.as_str()));
    let mask = mask(&bound);
    Ok(json!({
        "uses": 1,
        "newSessionExpireTime": timestamp(now + TO_OPEN)?,
        "expireTime": timestamp(now + TO_USE)?,
        "bidiGenerateContentSetup": bound,
        "fieldMask": mask,
    }))
}

/// The settings that are bound: `model,generationConfig.temperature`.
fn mask(bound: &Map<String, Value>) -> String {
    let mut fields = Vec::new();
    for (name, value) in bound {
        match value {
            Value::Object(members) if !members.is_empty() && !WHOLE.contains(&name.as_str()) => {
                fields.extend(members.keys().map(|member| format!("{name}.{member}")));
            }
            _ => fields.push(name.clone()),
        }
    }
    fields.join(",")
}

fn timestamp(time: SystemTime) -> Result<String, ConnectFailure> {
    let time = OffsetDateTime::from(time).truncate_to_second();
    time.format(&Rfc3339).map_err(|_| no_token("this machine's clock shows no possible time"))
}

fn read(answer: &Answer, key: &SecretString) -> Result<SecretString, ConnectFailure> {
    #[derive(Deserialize)]
    struct Token {
        name: String,
    }
    if !(200..300).contains(&answer.status) {
        return Err(refusal(answer, key));
    }
    let token: Token = serde_json::from_slice(&answer.body).map_err(|_| no_token("the service's answer holds none"))?;
    if !is_token(&token.name) {
        return Err(no_token("the service's answer holds none"));
    }
    Ok(token.name.into())
}

fn refusal(answer: &Answer, key: &SecretString) -> ConnectFailure {
    let error = ServiceError::read(answer.status, &answer.body);
    let detail = error.message.replace(key.expose_secret(), "…");
    match answer.status {
        _ if error.is_about_the_key() => ConnectFailure::KeyRefused { detail },
        429 | 500.. => ConnectFailure::HttpStatus { status: answer.status },
        status => no_token(format!("the service answered with HTTP status {status}: {detail}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::session::SessionConfig;

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_250)
    }

    fn setup() -> Setup {
        serde_json::from_value(json!({
            "model": "models/m",
            "generationConfig": {"responseModalities": ["AUDIO"], "temperature": 0.5},
            "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
            "tools": [{"googleSearch": {}}],
            "sessionResumption": {"handle": "h-1"},
            "historyConfig": {"initialHistoryInClientContent": true},
            "inputAudioTranscription": {},
            "labels": {"team": "blue"},
        }))
        .unwrap()
    }

    #[test]
    fn a_token_is_for_one_session_soon_and_for_half_an_hour() {
        let order = order(&Setup::default(), noon()).unwrap();
        assert_eq!(order["uses"], 1);
        assert_eq!(order["newSessionExpireTime"], "2026-09-21T14:15:20Z");
        assert_eq!(order["expireTime"], "2026-09-21T14:43:20Z");
    }

    #[test]
    fn every_setting_is_bound_but_the_two_that_change() {
        let order = order(&setup(), noon()).unwrap();
        let bound = &order["bidiGenerateContentSetup"];
        assert_eq!(bound["model"], "models/m");
        assert_eq!(bound["inputAudioTranscription"], json!({}));
        assert_eq!((bound.get("sessionResumption"), bound.get("historyConfig")), (None, None));
        let mut fields: Vec<&str> = order["fieldMask"].as_str().unwrap().split(',').collect();
        fields.sort_unstable();
        let expected = [
            "generationConfig.responseModalities",
            "generationConfig.temperature",
            "inputAudioTranscription",
            "labels",
            "model",
            "systemInstruction.parts",
            "systemInstruction.role",
            "tools",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn what_a_session_sends_by_default_can_be_bound() {
        let setup = SessionConfig::default().to_setup(None, true);
        let order = order(&setup, noon()).unwrap();
        let mask = order["fieldMask"].as_str().unwrap();
        assert!(mask.contains("realtimeInputConfig.automaticActivityDetection"), "{mask}");
        assert!(!mask.contains("sessionResumption"), "{mask}");
    }

    fn refused(status: u16, body: &str) -> ConnectFailure {
        let answer = Answer { status, body: body.as_bytes().to_vec() };
        read(&answer, &"key-1".to_owned().into()).unwrap_err()
    }

    #[test]
    fn a_wrong_key_a_used_up_quota_and_a_failing_service_are_told_apart() {
        let wrong = r#"{"error": {"code": 400, "message": "API key not valid: key-1", "status": "INVALID_ARGUMENT",
            "details": [{"reason": "API_KEY_INVALID"}]}}"#;
        assert_eq!(refused(400, wrong), ConnectFailure::KeyRefused { detail: "API key not valid: …".into() });
        assert!(matches!(refused(401, ""), ConnectFailure::KeyRefused { .. }));
        assert!(matches!(refused(403, "{}"), ConnectFailure::KeyRefused { .. }));
        assert_eq!(refused(429, "{}"), ConnectFailure::HttpStatus { status: 429 });
        assert_eq!(refused(503, "<html>"), ConnectFailure::HttpStatus { status: 503 });
        let other = refused(400, r#"{"error": {"message": "Invalid field mask"}}"#);
        assert!(other.to_string().ends_with("HTTP status 400: Invalid field mask"), "{other}");
        assert!(!other.is_retryable());
    }

    #[test]
    fn an_answer_without_a_token_is_told() {
        for body in ["", "null", "{}", r#"{"name": ""}"#, r#"{"name": "two words"}"#, "\u{0}"] {
            assert!(matches!(refused(200, body), ConnectFailure::TokenUnavailable { .. }), "{body}");
        }
    }
}
