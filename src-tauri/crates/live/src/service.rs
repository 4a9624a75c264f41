//! What the service is asked outside of sessions: its models, and whether it knows our key.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::access::Access;
use crate::close::{CloseKind, CloseReason};
use crate::connect::ConnectFailure;
use crate::credential::Credential;
use crate::endpoint::ApiVersion;
use crate::network::http::{Answer, HttpFailure, Question, ask};
use crate::target::Target;

/// Models to a page, the most the service gives.
const PAGE: usize = 1000;
/// Most pages of the list of models that are taken; the service has one.
const MOST_PAGES: usize = 10;
/// Longest page, and longest list, bytes.
const LONGEST_LIST: usize = 4 << 20;
/// Longest mark of the next page, bytes.
const LONGEST_MARK: usize = 4 << 10;
/// How much of the service's own words is kept, characters.
const LONGEST_MESSAGE: usize = 500;

/// The service's models, as the JSON it answers to `GET …/models` with, all pages in one. None where nobody can ask:
/// tokens and Google Cloud's accounts don't open the list.
pub async fn list_models(target: &Target) -> Result<Option<Vec<u8>>, CloseReason> {
    if !is_open(target) {
        return Ok(None);
    }
    let mut models = Vec::new();
    let mut length = 0;
    let mut mark: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let answer = ask_for_models(target, PAGE, mark.as_deref()).await?;
        length += answer.body.len();
        if length > LONGEST_LIST {
            return Err(nonsense("the list of models is too long"));
        }
        let mut page: Map<String, Value> =
            serde_json::from_slice(&answer.body).map_err(|_| nonsense("the list of models can't be read"))?;
        if let Some(Value::Array(listed)) = page.remove("models") {
            models.extend(listed);
        }
        match page.remove("nextPageToken") {
            Some(Value::String(next)) if !next.is_empty() && next.len() <= LONGEST_MARK => mark = Some(next),
            _ => break,
        }
    }
    Ok(Some(json!({ "models": models }).to_string().into_bytes()))
}

/// Whether the service takes what we would connect with; an access token or ephemeral token is fetched to see whether
/// there is one.
pub async fn check_key(target: &Target) -> Result<(), CloseReason> {
    if is_open(target) {
        return ask_for_models(target, 1, None).await.map(|_| ());
    }
    // Neither of the two kinds asks for settings or the time.
    let setup = crate::message::Setup::default();
    let credential = target.access.credential(&target.endpoint, &target.network, &setup, std::time::UNIX_EPOCH);
    credential.await.map(|_| ()).map_err(CloseReason::connect_failed)
}

/// Whether the list of models can be asked for: with a key, or where nobody wants to know one.
fn is_open(target: &Target) -> bool {
    target.endpoint.location().is_none()
        && matches!(target.access, Access::None | Access::Key(_) | Access::Minted { .. })
}

async fn ask_for_models(target: &Target, page: usize, mark: Option<&str>) -> Result<Answer, CloseReason> {
    let mut url = target.endpoint.rest_url(ApiVersion::V1Beta, "models");
    url.query_pairs_mut().append_pair("pageSize", &page.to_string());
    if let Some(mark) = mark {
        url.query_pairs_mut().append_pair("pageToken", mark);
    }
    let credential = match &target.access {
        Access::Key(key) | Access::Minted { key } => Some(Credential::ApiKey(key.clone()).header()),
        Access::None | Access::TokenUrl(_) | Access::GoogleCloud(_) => None,
    };
    let question = Question { url: &url, credential, json: None, longest: LONGEST_LIST };
    let answer = ask(&target.network, question).await.map_err(no_answer)?;
    match answer.status {
        200..300 => Ok(answer),
        status => Err(ServiceError::read(status, &answer.body).into_reason()),
    }
}

fn no_answer(failure: HttpFailure) -> CloseReason {
    match failure {
        HttpFailure::Connect(failure) => CloseReason::connect_failed(failure),
        HttpFailure::Broken { .. } => reason(CloseKind::NetworkLost, &failure.to_string()),
        HttpFailure::Nonsense { detail } => CloseReason::connect_failed(ConnectFailure::NotWebSocket { detail }),
    }
}

fn nonsense(what: &str) -> CloseReason {
    reason(CloseKind::Unknown, what)
}

fn reason(kind: CloseKind, words: &str) -> CloseReason {
    CloseReason { kind, code: None, reason: words.to_owned() }
}

/// An error in the form all of Google's services answer with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServiceError {
    status: u16,
    /// The service's own words; may be empty.
    pub(crate) message: String,
    /// For example `API_KEY_INVALID`.
    reasons: Vec<String>,
}

impl ServiceError {
    /// Reads an answer. One in another form has no words.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Body {
            error: Error,
        }
        #[derive(Deserialize)]
        #[serde(default)]
        #[derive(Default)]
        struct Error {
            message: String,
            details: Vec<Value>,
        }
        let error = serde_json::from_slice::<Body>(body).map(|body| body.error).unwrap_or_default();
        Self {
            status,
            message: error.message.chars().take(LONGEST_MESSAGE).collect(),
            reasons: error.details.iter().filter_map(|detail| detail["reason"].as_str().map(str::to_owned)).collect(),
        }
    }

    /// Whether another key would help.
    pub(crate) fn is_about_the_key(&self) -> bool {
        matches!(self.status, 401 | 403) || self.kind() == CloseKind::KeyInvalid
    }

    fn kind(&self) -> CloseKind {
        if self.reasons.iter().any(|reason| reason == "API_KEY_INVALID") {
            // Expired keys come under the same reason, in other words.
            return match self.kind_by_words() {
                Some(kind @ (CloseKind::KeyExpired | CloseKind::KeyMissing | CloseKind::KeyLeaked)) => kind,
                _ => CloseKind::KeyInvalid,
            };
        }
        let by_words = self.kind_by_words();
        match self.status {
            429 => CloseKind::Quota,
            500.. => CloseKind::Unavailable,
            401 => by_words.unwrap_or(CloseKind::KeyInvalid),
            403 => by_words.unwrap_or(CloseKind::Precondition),
            _ => by_words.unwrap_or(CloseKind::Unknown),
        }
    }

    /// The service uses the same words here as when it closes a session.
    fn kind_by_words(&self) -> Option<CloseKind> {
        const ANY_CODE_OF_AN_ERROR: u16 = 1008;
        match CloseReason::from_frame(Some(ANY_CODE_OF_AN_ERROR), &self.message).kind {
            CloseKind::Unknown => None,
            kind => Some(kind),
        }
    }

    fn into_reason(self) -> CloseReason {
        if self.message.is_empty() && !matches!(self.status, 401 | 403) {
            return CloseReason::connect_failed(ConnectFailure::HttpStatus { status: self.status });
        }
        reason(self.kind(), &self.message)
    }
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod socket_tests;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn told(status: u16, message: &str, why: &str) -> CloseKind {
        let body = json!({"error": {"code": status, "message": message, "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": why}]}});
        ServiceError::read(status, body.to_string().as_bytes()).into_reason().kind
    }

    #[test]
    fn what_is_wrong_with_a_key_is_told_apart() {
        let wrong = "API key not valid. Please pass a valid API key.";
        assert_eq!(told(400, wrong, "API_KEY_INVALID"), CloseKind::KeyInvalid);
        assert_eq!(told(400, "words that have changed", "API_KEY_INVALID"), CloseKind::KeyInvalid);
        let expired = "API key expired. Please renew the API key.";
        assert_eq!(told(400, expired, "API_KEY_INVALID"), CloseKind::KeyExpired);
        let oauth = "Request had invalid authentication credentials.";
        assert_eq!(told(401, oauth, "ACCESS_TOKEN_TYPE_UNSUPPORTED"), CloseKind::KeyInvalid);
        let missing = "Method doesn't allow unregistered callers (callers without established identity).";
        assert_eq!(told(403, missing, ""), CloseKind::KeyMissing);
        let leaked = "Your API key was reported as leaked. Please use another API key.";
        assert_eq!(told(403, leaked, ""), CloseKind::KeyLeaked);
        let disabled = "Generative Language API has not been used in project 1 before or it is disabled.";
        assert_eq!(told(403, disabled, "SERVICE_DISABLED"), CloseKind::Precondition);
        assert_eq!(told(429, "Quota exceeded for quota metric", "RATE_LIMIT_EXCEEDED"), CloseKind::Quota);
        assert_eq!(told(503, "The model is overloaded.", ""), CloseKind::Unavailable);
        assert_eq!(told(400, "User location is not supported for the API use.", ""), CloseKind::Location);
        assert_eq!(told(418, "I am a teapot.", ""), CloseKind::Unknown);
    }

    #[test]
    fn an_error_in_another_form_is_told_by_its_status() {
        for body in ["", "<html>no</html>", "[]", "{}", r#"{"error": "no"}"#, r#"{"error": {"details": 5}}"#] {
            let kind = ServiceError::read(404, body.as_bytes()).into_reason().kind;
            assert_eq!(kind, CloseKind::ConnectFailed(ConnectFailure::HttpStatus { status: 404 }), "{body}");
            assert_eq!(ServiceError::read(401, body.as_bytes()).into_reason().kind, CloseKind::KeyInvalid);
        }
    }

    #[test]
    fn the_services_words_are_kept_up_to_a_length() {
        let body = json!({"error": {"message": "é".repeat(10_000)}}).to_string();
        assert_eq!(ServiceError::read(400, body.as_bytes()).message.chars().count(), LONGEST_MESSAGE);
    }
}
