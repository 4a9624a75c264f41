//! Why a connection ended, and what to do about it.
//!
//! The service reports every error as a close frame whose reason, cut at 123 bytes, tells more than its code: 1007 stands
//! for a wrong key, a wrong setting and an expired session alike. So reasons are recognised by how they begin, and the
//! code only decides where there is no reason.

use crate::connect::ConnectFailure;

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseReason {
    /// What happened.
    pub kind: CloseKind,
    /// The close frame's code, if there was a close frame.
    pub code: Option<u16>,
    /// The close frame's own words, or what the system says.
    pub reason: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseKind {
    /// The key is wrong.
    KeyInvalid,
    /// There is no key.
    KeyMissing,
    /// The key has expired.
    KeyExpired,
    /// The key was published and is blocked.
    KeyLeaked,
    /// No such model, or not for live conversation.
    ModelNotFound {
        /// Its id without `models/`; may be cut.
        model: String,
    },
    /// The service refuses something in our configuration.
    InvalidArgument,
    /// The service doesn't know a field we sent.
    UnknownField {
        /// Its name.
        field: String,
    },
    /// Billing, region or the state of the project.
    Precondition,
    /// Quota or the number of sessions is used up.
    Quota,
    /// Nobody said anything for a while.
    IdleTimeout,
    /// A connection's lifetime of about ten minutes is over.
    DeadlineExpired,
    /// The session to resume is gone.
    SessionNotFound,
    /// Something the session refers to is gone.
    EntityNotFound,
    /// The service isn't offered where the user is.
    Location,
    /// The sound we sent isn't in the right format.
    BadAudio,
    /// The model can't answer in, or listen to, what was asked.
    Modality,
    /// The model refuses an explicit language.
    LanguageCode,
    /// Activity marks were sent while the service detects activity itself.
    ActivityControl,
    /// Sound was sent in a form newer models refuse.
    MediaChunks,
    /// Input was sent while a function call was pending, or a feature isn't enabled.
    ToolPending,
    /// The service failed.
    BackendError,
    /// The service is overloaded.
    Unavailable,
    /// The ephemeral token was used before.
    TokenUsed,
    /// The ephemeral token is wrong or has expired.
    TokenInvalid,
    /// The server ended the session without a complaint.
    Normal,
    /// The connection broke.
    NetworkLost,
    /// The server took the connection and didn't open the session in time.
    SetupTimeout,
    /// The connection could not be made.
    ConnectFailed(ConnectFailure),
    /// None of these.
    Unknown,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Enter a (different) key.
    EnterKey,
    /// Choose a different model.
    ChooseModel,
    /// Change the settings the reason names.
    ChangeSettings,
    /// Check the network.
    CheckNetwork,
    /// Check the server's address.
    CheckEndpoint,
    /// Try again, but not at once.
    WaitThenRetry {
        /// How long to wait at least.
        seconds: u32,
    },
    /// Try again.
    RetryNow,
    /// Begin a new session; the old one is lost.
    StartFresh,
    /// Nothing known helps; show what the server said.
    ShowDetails,
    /// Nothing.
    None,
}

impl CloseReason {
    /// Reads a close frame; no code means there was none.
    pub fn from_frame(code: Option<u16>, reason: &str) -> Self {
        let kind = kind_of(code, reason.trim());
        Self { kind, code, reason: reason.to_owned() }
    }

    /// A connection that could not be made.
    pub fn connect_failed(failure: ConnectFailure) -> Self {
        let reason = failure.to_string();
        Self { kind: CloseKind::ConnectFailed(failure), code: None, reason }
    }

    /// A session that wasn't opened in time.
    pub fn setup_timeout() -> Self {
        Self { kind: CloseKind::SetupTimeout, code: None, reason: String::new() }
    }

    /// What to do about it.
    pub fn advice(&self) -> Advice {
        match &self.kind {
            CloseKind::KeyInvalid
            | CloseKind::KeyMissing
            | CloseKind::KeyExpired
            | CloseKind::KeyLeaked
            | CloseKind::TokenUsed
            | CloseKind::TokenInvalid => Advice::EnterKey,
            CloseKind::ModelNotFound { .. } => Advice::ChooseModel,
            CloseKind::InvalidArgument
            | CloseKind::UnknownField { .. }
            | CloseKind::BadAudio
            | CloseKind::Modality
            | CloseKind::LanguageCode
            | CloseKind::ActivityControl
            | CloseKind::MediaChunks => Advice::ChangeSettings,
            CloseKind::Quota => Advice::WaitThenRetry { seconds: 60 },
            CloseKind::Unavailable => Advice::WaitThenRetry { seconds: 5 },
            CloseKind::BackendError => Advice::WaitThenRetry { seconds: 1 },
            CloseKind::IdleTimeout
            | CloseKind::DeadlineExpired
            | CloseKind::EntityNotFound
            | CloseKind::ToolPending
            | CloseKind::NetworkLost
            | CloseKind::SetupTimeout => Advice::RetryNow,
            CloseKind::SessionNotFound => Advice::StartFresh,
            CloseKind::ConnectFailed(failure) => advice_on(failure),
            CloseKind::Normal => Advice::None,
            CloseKind::Precondition | CloseKind::Location | CloseKind::Unknown => Advice::ShowDetails,
        }
    }

    /// Whether trying again, with nothing changed, may help.
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            CloseKind::Quota
            | CloseKind::IdleTimeout
            | CloseKind::DeadlineExpired
            | CloseKind::SessionNotFound
            | CloseKind::EntityNotFound
            | CloseKind::ToolPending
            | CloseKind::BackendError
            | CloseKind::Unavailable
            | CloseKind::Normal
            | CloseKind::NetworkLost
            | CloseKind::SetupTimeout => true,
            CloseKind::ConnectFailed(failure) => failure.is_retryable(),
            CloseKind::Unknown => self.code != Some(1007),
            _ => false,
        }
    }

    /// Whether trying again may help with a service that was reached before: then a gateway, a captive portal or a
    /// proxy in between is a likelier cause than the address.
    pub fn may_pass(&self) -> bool {
        let in_between = matches!(
            &self.kind,
            CloseKind::ConnectFailed(
                ConnectFailure::Tls { .. }
                    | ConnectFailure::NotWebSocket { .. }
                    | ConnectFailure::HttpStatus { .. }
                    | ConnectFailure::Proxy { .. }
                    | ConnectFailure::TokenUnavailable { .. }
            )
        );
        self.is_retryable() || (in_between && self.advice() != Advice::EnterKey)
    }

    /// Whether the same configuration will fail again for certain.
    pub fn is_fatal_configuration(&self) -> bool {
        !self.is_retryable()
    }
}

fn advice_on(failure: &ConnectFailure) -> Advice {
    match failure {
        ConnectFailure::HostUnknown { .. } | ConnectFailure::Unreachable { .. } | ConnectFailure::Timeout => {
            Advice::CheckNetwork
        }
        ConnectFailure::HttpStatus { status: 401 | 403 }
        | ConnectFailure::CredentialUnusable
        | ConnectFailure::KeyRefused { .. } => Advice::EnterKey,
        ConnectFailure::Proxy { .. } | ConnectFailure::CaFile { .. } | ConnectFailure::TokenUnavailable { .. } => {
            Advice::ChangeSettings
        }
        ConnectFailure::HttpStatus { status: 429 } => Advice::WaitThenRetry { seconds: 60 },
        ConnectFailure::HttpStatus { status: 500.. } => Advice::WaitThenRetry { seconds: 5 },
        ConnectFailure::Refused
        | ConnectFailure::Tls { .. }
        | ConnectFailure::HttpStatus { .. }
        | ConnectFailure::NotWebSocket { .. }
        | ConnectFailure::PlainTextToRemote => Advice::CheckEndpoint,
    }
}

/// How reasons begin, in lower case, and what they mean.
const BEGINNINGS: &[(&str, CloseKind)] = &[
    ("api key not valid", CloseKind::KeyInvalid),
    ("api key not found", CloseKind::KeyMissing),
    ("method doesn't allow unregistered callers", CloseKind::KeyMissing),
    ("api key expired", CloseKind::KeyExpired),
    ("your api key was reported as leaked", CloseKind::KeyLeaked),
    ("request contains an invalid argument", CloseKind::InvalidArgument),
    ("precondition check failed", CloseKind::Precondition),
    ("user location is not supported", CloseKind::Location),
    ("cannot extract voices", CloseKind::Modality),
    ("the audio content type", CloseKind::Modality),
    ("unsupported language code", CloseKind::LanguageCode),
    ("explicit activity control", CloseKind::ActivityControl),
    ("realtime_input.media_chunks is deprecated", CloseKind::MediaChunks),
    ("error when processing input audio", CloseKind::BadAudio),
    ("invalid session handle", CloseKind::SessionNotFound),
    ("bidigeneratecontent session not found", CloseKind::SessionNotFound),
    ("missing or malformed auth token", CloseKind::TokenInvalid),
    ("token has been used too many times", CloseKind::TokenUsed),
    ("requested entity was not found", CloseKind::EntityNotFound),
    ("operation is not implemented", CloseKind::ToolPending),
    ("the operation was aborted", CloseKind::IdleTimeout),
    ("the operation was cancelled", CloseKind::DeadlineExpired),
    ("deadline expired", CloseKind::DeadlineExpired),
    ("internal error", CloseKind::BackendError),
    ("thread was cancelled", CloseKind::BackendError),
    ("the service is currently unavailable", CloseKind::Unavailable),
    ("you exceeded your current quota", CloseKind::Quota),
    ("resource_exhausted", CloseKind::Quota),
    ("resource has been exhausted", CloseKind::Quota),
    ("keepalive ping timeout", CloseKind::NetworkLost),
];

/// How a reason begins that is about a model.
const MODEL: &str = "models/";

/// What stands before the name of a field the service doesn't know.
const UNKNOWN_NAME: &str = "unknown name \"";

fn kind_of(code: Option<u16>, reason: &str) -> CloseKind {
    // Only ASCII changes its case, so that places in the one text are places in the other.
    let lower = reason.to_ascii_lowercase();
    if lower.starts_with(MODEL) {
        let model = reason[MODEL.len()..].split_whitespace().next().unwrap_or_default();
        return CloseKind::ModelNotFound { model: model.to_owned() };
    }
    if lower.starts_with("invalid json payload received") {
        return match lower.find(UNKNOWN_NAME).map(|at| &reason[at + UNKNOWN_NAME.len()..]) {
            Some(rest) => CloseKind::UnknownField { field: rest.split('"').next().unwrap_or_default().to_owned() },
            None => CloseKind::InvalidArgument,
        };
    }
    if let Some((_, kind)) = BEGINNINGS.iter().find(|(beginning, _)| lower.starts_with(beginning)) {
        return kind.clone();
    }
    match (code, reason.is_empty()) {
        (None | Some(1001 | 1005 | 1006), _) => CloseKind::NetworkLost,
        (Some(1000), true) => CloseKind::Normal,
        (Some(1011), true) => CloseKind::BackendError,
        (Some(1012 | 1013), true) => CloseKind::Unavailable,
        _ => CloseKind::Unknown,
    }
}

#[cfg(test)]
#[path = "close_tests.rs"]
mod tests;
