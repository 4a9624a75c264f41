//! The body of a request for a token.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vivavoce_live::message::unknown::{UnknownField, unknown_field};

use super::lock::{Lock, camel_case};

/// Time in which a session must be opened, unless the request says another.
const OPENS_FOR: Duration = Duration::from_mins(1);
/// Life of a token, unless the request says another.
const LASTS_FOR: Duration = Duration::from_mins(30);
/// Times must be less than this ahead.
const LONGEST: Duration = Duration::from_hours(20);
const MEMBERS: [&str; 5] = ["expireTime", "newSessionExpireTime", "uses", "bidiGenerateContentSetup", "fieldMask"];

/// What is wrong with a request for a token; its text is for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRequestError {
    /// The body is no JSON object.
    #[error("Invalid JSON payload received. {0}")]
    NoJson(String),
    /// A field or a path of the mask that does not exist.
    #[error("{0}")]
    Unknown(String),
    /// A value that cannot be, and why.
    #[error("Invalid value at '{field}': {problem}.")]
    Value {
        /// The field, in lowerCamelCase.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// A request that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) expires_at: SystemTime,
    pub(super) opens_until: SystemTime,
    pub(super) uses: Option<u64>,
    pub(super) lock: Lock,
}

/// Reads a body; an empty one asks for nothing special.
pub(super) fn read(body: &[u8], strict: bool, now: SystemTime) -> Result<Wanted, TokenRequestError> {
    let body = body_object(body)?;
    let field = |name: &str| body.get(name).filter(|value| !value.is_null());
    if strict && let Some(name) = body.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(unknown(name, ""));
    }
    let expires_at = moment("expireTime", field("expireTime"), now)?.unwrap_or(now + LASTS_FOR);
    let opens_until =
        moment("newSessionExpireTime", field("newSessionExpireTime"), now)?.unwrap_or(now + OPENS_FOR).min(expires_at);
    let uses = uses(field("uses"))?;
    let lock = lock(field("bidiGenerateContentSetup"), field("fieldMask"), strict)?;
    Ok(Wanted { expires_at, opens_until, uses, lock })
}

/// The body as an object whose own members are in lowerCamelCase.
fn body_object(body: &[u8]) -> Result<Map<String, Value>, TokenRequestError> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body.into_iter().map(|(name, value)| (camel_case(&name), value)).collect()),
        Ok(_) => Err(TokenRequestError::NoJson("Expected an object.".into())),
        Err(error) => Err(TokenRequestError::NoJson(error.to_string())),
    }
}

fn moment(
    field: &'static str,
    value: Option<&Value>,
    now: SystemTime,
) -> Result<Option<SystemTime>, TokenRequestError> {
    let Some(value) = value else { return Ok(None) };
    let wrong = |problem| TokenRequestError::Value { field, problem };
    let text = value.as_str().ok_or_else(|| wrong("a time in RFC 3339 is expected"))?;
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| wrong("a time in RFC 3339 is expected, such as 2030-01-01T00:30:00Z"))?;
    let moment = SystemTime::from(moment);
    if moment <= now {
        return Err(wrong("the time is in the past"));
    }
    if moment >= now + LONGEST {
        return Err(wrong("the time must be less than 20 hours in the future"));
    }
    Ok(Some(moment))
}

fn uses(value: Option<&Value>) -> Result<Option<u64>, TokenRequestError> {
    let Some(value) = value else { return Ok(Some(1)) };
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    match number {
        Some(0) => Ok(None),
        Some(uses) => Ok(Some(uses)),
        None => Err(TokenRequestError::Value { field: "uses", problem: "a whole number of 0 or more is expected" }),
    }
}

fn lock(setup: Option<&Value>, mask: Option<&Value>, strict: bool) -> Result<Lock, TokenRequestError> {
    let Some(setup) = setup else { return Ok(Lock::Open) };
    let field = "bidiGenerateContentSetup";
    if !setup.is_object() {
        return Err(TokenRequestError::Value { field, problem: "an object is expected" });
    }
    if strict && let Some(UnknownField { name, path }) = unknown_field(&json!({"setup": setup})) {
        return Err(unknown(&name, &path.replacen("setup", "bidi_generate_content_setup", 1)));
    }
    let paths = match mask {
        None => Vec::new(),
        Some(Value::String(mask)) => mask_paths(mask, strict)?,
        Some(_) => return Err(TokenRequestError::Value { field: "fieldMask", problem: "a string is expected" }),
    };
    Ok(if paths.is_empty() { Lock::Whole(setup.clone()) } else { Lock::Fields { setup: setup.clone(), paths } })
}

fn mask_paths(mask: &str, strict: bool) -> Result<Vec<Vec<String>>, TokenRequestError> {
    let mut paths = Vec::new();
    for path in mask.split(',').map(str::trim).filter(|path| !path.is_empty()) {
        let names: Vec<String> = path.split('.').map(camel_case).collect();
        let probe = names.iter().rev().fold(Value::Null, |inner, name| json!({ name: inner }));
        if names.iter().any(String::is_empty) || strict && unknown_field(&json!({"setup": probe})).is_some() {
            return Err(TokenRequestError::Unknown(format!("Invalid field mask: there is no field '{path}'.")));
        }
        paths.push(names);
    }
    Ok(paths)
}

fn unknown(name: &str, path: &str) -> TokenRequestError {
    TokenRequestError::Unknown(UnknownField { name: name.to_owned(), path: path.to_owned() }.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Noon of the first day of 2030.
    const NOON: Duration = Duration::from_hours(525_972);

    fn wanted(body: &Value) -> Result<Wanted, String> {
        read(body.to_string().as_bytes(), true, SystemTime::UNIX_EPOCH + NOON).map_err(|error| error.to_string())
    }

    fn after_noon(time: SystemTime) -> u64 {
        time.duration_since(SystemTime::UNIX_EPOCH + NOON).unwrap().as_secs()
    }

    #[test]
    fn an_empty_body_gives_one_session_within_a_minute_for_half_an_hour() {
        for body in [b"".as_slice(), b" \r\n", b"{}"] {
            let wanted = read(body, true, SystemTime::UNIX_EPOCH + NOON).unwrap();
            assert_eq!((after_noon(wanted.opens_until), after_noon(wanted.expires_at)), (60, 1800));
            assert_eq!((wanted.uses, wanted.lock), (Some(1), Lock::Open));
        }
    }

    #[test]
    fn times_may_be_in_any_zone_and_either_spelling() {
        let wanted = wanted(&json!({"expire_time": "2030-01-01T14:00:00+01:00",
            "newSessionExpireTime": "2030-01-01T12:10:00.5Z", "uses": "3"}))
        .unwrap();
        assert_eq!((after_noon(wanted.opens_until), after_noon(wanted.expires_at)), (600, 3600));
        assert_eq!(wanted.uses, Some(3));
    }

    #[test]
    fn no_session_opens_after_the_token_has_expired() {
        let wanted = wanted(&json!({"expireTime": "2030-01-01T12:00:30Z"})).unwrap();
        assert_eq!(after_noon(wanted.opens_until), 30);
    }

    #[test]
    fn nought_uses_are_any_number() {
        assert_eq!(wanted(&json!({"uses": 0})).unwrap().uses, None);
    }

    #[test]
    fn a_setup_locks_itself_whole_unless_a_mask_names_fields() {
        let setup = json!({"model": "models/a"});
        let lock = |body: &Value| wanted(body).unwrap().lock;
        assert_eq!(lock(&json!({"bidiGenerateContentSetup": setup})), Lock::Whole(setup.clone()));
        assert_eq!(
            lock(&json!({"bidi_generate_content_setup": setup, "field_mask": "model, generation_config.top_p"})),
            Lock::Fields { setup, paths: vec![vec!["model".into()], vec!["generationConfig".into(), "topP".into()]] }
        );
        assert_eq!(lock(&json!({"fieldMask": "model"})), Lock::Open, "without a setup nothing is forced");
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        for (body, problem) in [
            (json!({"expireTime": "2030-01-02T08:00:00Z"}), "less than 20 hours"),
            (json!({"newSessionExpireTime": "2030-01-02T09:00:00Z"}), "less than 20 hours"),
            (json!({"expireTime": "2030-01-01T11:59:59Z"}), "in the past"),
            (json!({"expireTime": "in an hour"}), "RFC 3339"),
            (json!({"expireTime": 5}), "RFC 3339"),
            (json!({"uses": -1}), "0 or more"),
            (json!({"use": 1}), "Unknown name \"use\": Cannot find field."),
            (
                json!({"bidiGenerateContentSetup": {"generationConfig": {"tone": 1}}}),
                "Unknown name \"tone\" at 'bidi_generate_content_setup.generation_config'",
            ),
            (json!({"bidiGenerateContentSetup": "models/a"}), "an object is expected"),
            (json!({"bidiGenerateContentSetup": {}, "fieldMask": "tone"}), "no field 'tone'"),
            (json!({"bidiGenerateContentSetup": {}, "fieldMask": "model..x"}), "no field 'model..x'"),
            (json!({"bidiGenerateContentSetup": {}, "fieldMask": ["model"]}), "a string is expected"),
            (json!([]), "Expected an object"),
        ] {
            let error = wanted(&body).unwrap_err();
            assert!(error.contains(problem), "{body}: {error}");
        }
        assert!(matches!(read(b"{", true, SystemTime::UNIX_EPOCH), Err(TokenRequestError::NoJson(_))));
    }

    #[test]
    fn a_permissive_store_takes_unknown_fields() {
        let body = json!({"use": 1, "bidiGenerateContentSetup": {"tone": 1}, "fieldMask": "tone"}).to_string();
        assert!(read(body.as_bytes(), false, SystemTime::UNIX_EPOCH).is_ok());
    }
}
