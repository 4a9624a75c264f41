//! What the service thinks of a key that isn't kept yet.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use vivavoce_live::close::CloseReason;

use crate::problem::{Problem, ProblemCode};
use crate::settings::Settings;

/// Letters of a key in a row that give it away.
const TELLING: usize = 8;

/// How far the check of a key has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum KeyCheck {
    /// The service was asked; the answer follows within [`KEY_CHECK_PATIENCE`](crate::KEY_CHECK_PATIENCE).
    Checking,
    /// The service takes it.
    Good,
    /// The service doesn't take it: another one is needed, or its project has to be seen to.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// Nobody could be asked: it may be good.
    Unreachable {
        /// Why.
        problem: Problem,
    },
}

impl KeyCheck {
    /// What the service's answer says of a key, without repeating it.
    pub(crate) fn of(answer: Result<(), CloseReason>, settings: &Settings, key: &SecretString) -> Self {
        match answer {
            Ok(()) => Self::Good,
            Err(reason) => Self::failed(Problem { model: None, ..Problem::closed(&reason, settings) }, key),
        }
    }

    /// What a problem says of a key.
    pub(crate) fn failed(problem: Problem, key: &SecretString) -> Self {
        let problem = Problem { detail: problem.detail.filter(|words| !gives_away(words, key)), ..problem };
        match problem.code {
            // Only a key that is known has used anything up.
            ProblemCode::QuotaExceeded => Self::Good,
            ProblemCode::PreconditionFailed => Self::Refused { problem },
            _ if problem.is_about_key() => Self::Refused { problem },
            _ => Self::Unreachable { problem },
        }
    }
}

/// Whether a good part of the key is in these words: a service may quote what it was sent.
fn gives_away(words: &str, key: &SecretString) -> bool {
    let key = key.expose_secret().as_bytes();
    let words = words.as_bytes();
    let length = TELLING.min(key.len()).max(1);
    key.windows(length).any(|part| words.windows(length).any(|other| other == part))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use vivavoce_live::close::CloseKind;

    use super::*;

    fn told(kind: CloseKind, words: &str) -> KeyCheck {
        let reason = CloseReason { kind, code: None, reason: words.to_owned() };
        KeyCheck::of(Err(reason), &Settings::default(), &"AIza-canary-0123".into())
    }

    #[test]
    fn what_is_about_the_key_or_its_project_refuses_it() {
        for kind in [CloseKind::KeyInvalid, CloseKind::KeyExpired, CloseKind::KeyLeaked, CloseKind::Precondition] {
            assert!(matches!(told(kind.clone(), ""), KeyCheck::Refused { .. }), "{kind:?}");
        }
    }

    #[test]
    fn what_says_nothing_of_the_key_leaves_it_open() {
        for kind in [CloseKind::Unavailable, CloseKind::Location, CloseKind::NetworkLost, CloseKind::Unknown] {
            assert!(matches!(told(kind.clone(), ""), KeyCheck::Unreachable { .. }), "{kind:?}");
        }
    }

    #[test]
    fn a_key_with_a_quota_is_known() {
        assert_eq!(told(CloseKind::Quota, "Quota exceeded"), KeyCheck::Good);
    }

    #[test]
    fn words_that_quote_the_key_are_not_repeated() {
        for (words, kept) in [("canary-01 is unknown", false), ("key=AIza-canary-0123", false), ("not valid", true)] {
            let KeyCheck::Refused { problem } = told(CloseKind::KeyInvalid, words) else { panic!("{words}") };
            assert_eq!(problem.detail.is_some(), kept, "{words}");
        }
    }
}
