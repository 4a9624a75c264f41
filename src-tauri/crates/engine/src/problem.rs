//! What needs the user: a code, an advice and the fields a sentence needs. The words are made by whoever shows it.

mod code;

use serde::Serialize;
use vivavoce_audio::{AudioError, CAPTURE_RATE, DeviceInfo, Direction};
use vivavoce_live::close::{CloseKind, CloseReason};
use vivavoce_live::connect::ConnectFailure;
use vivavoce_live::endpoint::EndpointError;
use vivavoce_tools::KeptError;

use crate::settings::{Service, Settings, SettingsError};
pub use code::ProblemCode;

/// What the user can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Advice {
    /// Choose another device.
    ChooseDevice,
    /// Connect a device.
    ConnectDevice,
    /// Allow the program to use the microphone.
    AllowMicrophone,
    /// Enter a key.
    EnterKey,
    /// Choose a model.
    ChooseModel,
    /// Look after the network.
    CheckNetwork,
    /// Correct the service's address.
    CheckEndpoint,
    /// Change a setting.
    ChangeSettings,
    /// Wait, then try again.
    WaitThenRetry,
    /// Try again.
    Retry,
    /// Nothing; it is only told.
    None,
}

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// What has happened.
    pub code: ProblemCode,
    /// What can be done.
    pub advice: Advice,
    /// The device concerned.
    pub device: Option<String>,
    /// The model concerned.
    pub model: Option<String>,
    /// The address concerned.
    pub url: Option<String>,
    /// In the words of the service or the system.
    pub detail: Option<String>,
    /// WebSocket close code, if the service gave one.
    pub close_code: Option<u16>,
    /// How long to wait at least, seconds.
    pub retry_after_s: Option<u32>,
    /// When it happened, ms since the Unix epoch.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: u64,
    /// When the program tries again by itself, ms since the Unix epoch; absent where it doesn't.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub retry_at: Option<u64>,
}

/// Quota is counted by the minute: an earlier try only prolongs the wait.
const QUOTA_WAIT_S: u32 = 60;

impl Problem {
    pub(crate) fn of(code: ProblemCode) -> Self {
        Self {
            code,
            advice: code.advice(),
            device: None,
            model: None,
            url: None,
            detail: None,
            close_code: None,
            retry_after_s: (code == ProblemCode::QuotaExceeded).then_some(QUOTA_WAIT_S),
            at: 0,
            retry_at: None,
        }
    }

    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()).filter(|detail| !detail.is_empty()), ..self }
    }

    pub(crate) fn with_device(self, device: impl Into<String>) -> Self {
        Self { device: Some(device.into()), ..self }
    }

    /// That much of the user's words is lost.
    pub(crate) fn audio_dropped(samples: u64) -> Self {
        let ms = samples * 1000 / u64::from(CAPTURE_RATE);
        Self::of(ProblemCode::AudioDropped).with_detail(format!("{ms} ms"))
    }

    /// A turn whose loudest sample was no louder than this.
    pub(crate) fn nothing_heard(peak_dbfs: f32) -> Self {
        Self::of(ProblemCode::NothingHeard).with_detail(format!("{peak_dbfs:.0} dBFS"))
    }

    /// Each system has its own place where programs are allowed to listen.
    pub(crate) fn microphone_blocked(device: Option<String>) -> Self {
        Self { device, ..Self::of(ProblemCode::MicrophoneBlocked).with_detail(std::env::consts::OS) }
    }

    pub(crate) fn demo(detail: String) -> Self {
        Self::of(ProblemCode::DemoUnavailable).with_detail(detail)
    }

    pub(crate) fn settings(error: &SettingsError) -> Self {
        let code = match error {
            SettingsError::Invalid { .. } | SettingsError::Damaged { .. } => ProblemCode::SettingsUnreadable,
            SettingsError::PartlyDamaged { fields, .. } => {
                return Self::of(ProblemCode::SettingsPartlyUnreadable).with_detail(fields.join(", "));
            }
            SettingsError::Newer { kept, .. } => {
                return Self::of(ProblemCode::SettingsNewer).with_detail(kept.display().to_string());
            }
            SettingsError::File { .. } => ProblemCode::SettingsUnwritable,
        };
        Self::of(code).with_detail(error.to_string())
    }

    pub(crate) fn list(error: &KeptError) -> Self {
        match error {
            KeptError::Damaged { kept, .. } => {
                Self::of(ProblemCode::ListDamaged).with_detail(kept.display().to_string())
            }
            KeptError::File { .. } => Self::of(ProblemCode::ListUnreadable).with_detail(error.to_string()),
        }
    }

    pub(crate) fn endpoint(error: &EndpointError, base: &str) -> Self {
        let code = match error {
            EndpointError::PlainTextToRemote { .. } => ProblemCode::PlainTextToRemote,
            _ => ProblemCode::EndpointInvalid,
        };
        let url = Some(base.to_owned()).filter(|base| !base.is_empty());
        Self { url, ..Self::of(code).with_detail(error.to_string()) }
    }

    pub(crate) fn sound(direction: Direction, error: &AudioError) -> Self {
        let of = Self::of;
        match error {
            AudioError::NoDevice { direction: Direction::Input } => of(ProblemCode::NoInputDevice),
            AudioError::NoDevice { direction: Direction::Output } => of(ProblemCode::NoOutputDevice),
            AudioError::DeviceNotFound { id } => of(ProblemCode::DeviceNotFound).with_device(id.to_string()),
            AudioError::Refused { name, detail } => {
                let advice = match direction {
                    Direction::Input => Advice::AllowMicrophone,
                    Direction::Output => Advice::ChooseDevice,
                };
                Self { advice, ..of(ProblemCode::DeviceRefused).with_device(name).with_detail(detail) }
            }
            AudioError::Busy { name } => of(ProblemCode::DeviceBusy).with_device(name),
            AudioError::Unsupported { name, detail } | AudioError::Backend { name, detail } => {
                of(ProblemCode::DeviceUnsupported).with_device(name).with_detail(detail)
            }
            AudioError::Lost { name } => of(ProblemCode::DeviceLost).with_device(name),
            AudioError::Wav { path, problem } => {
                of(ProblemCode::WavUnreadable).with_device(path.display().to_string()).with_detail(problem.to_string())
            }
            AudioError::HostUnavailable { detail } => of(ProblemCode::SoundSystemUnavailable).with_detail(detail),
        }
    }

    /// Why a connection ended or didn't come about, with the settings it was made by.
    pub(crate) fn closed(reason: &CloseReason, settings: &Settings) -> Self {
        let code = closed_code(&reason.kind);
        Self {
            model: Some(settings.model.clone()),
            url: settings.endpoint.clone().filter(|_| settings.service == Service::Custom),
            close_code: reason.code,
            ..Self::of(code).with_detail(reason.reason.clone())
        }
    }

    /// Whether talking makes no sense before the user has done something.
    pub(crate) fn blocks_talking(&self) -> bool {
        if self.retry_at.is_some() {
            return false;
        }
        !matches!(
            self.code,
            ProblemCode::DeviceLost
                | ProblemCode::DeviceNotFound
                | ProblemCode::AudioDropped
                | ProblemCode::NoAnswer
                | ProblemCode::MalformedMessages
                | ProblemCode::SettingsUnreadable
                | ProblemCode::SettingsPartlyUnreadable
                | ProblemCode::SettingsNewer
                | ProblemCode::SettingsUnwritable
                | ProblemCode::NoOutputDevice
                | ProblemCode::KeychainUnavailable
                | ProblemCode::MicrophoneBlocked
                | ProblemCode::NothingHeard
                | ProblemCode::PressTooShort
                | ProblemCode::LongPress
                | ProblemCode::EchoFailing
                | ProblemCode::BluetoothMicrophone
        )
    }

    /// Whether the device it is about is among these.
    pub(crate) fn is_mended_by(&self, devices: &[DeviceInfo]) -> bool {
        let has = |direction| devices.iter().any(|device| device.direction == direction && !device.is_monitor);
        match self.code {
            ProblemCode::NoInputDevice => has(Direction::Input),
            ProblemCode::NoOutputDevice => has(Direction::Output),
            ProblemCode::DeviceLost | ProblemCode::DeviceNotFound => {
                devices.iter().any(|device| self.device.as_ref() == Some(&device.name))
            }
            _ => false,
        }
    }

    /// Whether another key could be the end of it.
    pub(crate) fn is_about_key(&self) -> bool {
        self.advice == Advice::EnterKey
    }
}

fn closed_code(kind: &CloseKind) -> ProblemCode {
    match kind {
        CloseKind::KeyInvalid => ProblemCode::KeyInvalid,
        CloseKind::KeyMissing => ProblemCode::KeyMissing,
        CloseKind::KeyExpired => ProblemCode::KeyExpired,
        CloseKind::KeyLeaked => ProblemCode::KeyLeaked,
        CloseKind::TokenUsed => ProblemCode::TokenUsed,
        CloseKind::TokenInvalid => ProblemCode::TokenInvalid,
        CloseKind::ModelNotFound { .. } => ProblemCode::ModelNotFound,
        CloseKind::InvalidArgument | CloseKind::MediaChunks => ProblemCode::ConfigurationRejected,
        CloseKind::UnknownField { .. } => ProblemCode::FieldUnknown,
        CloseKind::Precondition => ProblemCode::PreconditionFailed,
        CloseKind::BadAudio => ProblemCode::SoundRejected,
        CloseKind::Modality => ProblemCode::ModalityRejected,
        CloseKind::LanguageCode => ProblemCode::LanguageRejected,
        CloseKind::ActivityControl => ProblemCode::ActivityMarksRejected,
        CloseKind::Quota => ProblemCode::QuotaExceeded,
        CloseKind::Location => ProblemCode::LocationUnsupported,
        CloseKind::BackendError | CloseKind::Unavailable => ProblemCode::ServiceUnavailable,
        CloseKind::NetworkLost => ProblemCode::ConnectionLost,
        CloseKind::SetupTimeout => ProblemCode::SetupTimeout,
        CloseKind::IdleTimeout => ProblemCode::IdleClosed,
        CloseKind::DeadlineExpired => ProblemCode::LifetimeOver,
        CloseKind::SessionNotFound => ProblemCode::SessionGone,
        CloseKind::EntityNotFound => ProblemCode::EntityGone,
        CloseKind::ToolPending => ProblemCode::InputRefused,
        CloseKind::Normal | CloseKind::Unknown => ProblemCode::ServiceClosed,
        CloseKind::ConnectFailed(failure) => match failure {
            ConnectFailure::HostUnknown { .. } => ProblemCode::HostUnknown,
            ConnectFailure::Refused => ProblemCode::ConnectionRefused,
            ConnectFailure::Unreachable { .. } | ConnectFailure::Timeout => ProblemCode::HostUnreachable,
            ConnectFailure::Tls { .. } => ProblemCode::TlsFailed,
            ConnectFailure::HttpStatus { status: 401 | 403 }
            | ConnectFailure::CredentialUnusable
            | ConnectFailure::KeyRefused { .. } => ProblemCode::KeyInvalid,
            ConnectFailure::Proxy { .. } => ProblemCode::ProxyFailed,
            ConnectFailure::CaFile { .. } => ProblemCode::CertificatesUnreadable,
            ConnectFailure::TokenUnavailable { .. } => ProblemCode::TokenUnavailable,
            ConnectFailure::HttpStatus { status: 429 } => ProblemCode::QuotaExceeded,
            ConnectFailure::HttpStatus { status: 500.. } => ProblemCode::ServiceUnavailable,
            ConnectFailure::HttpStatus { .. } | ConnectFailure::NotWebSocket { .. } => ProblemCode::NotALiveServer,
            ConnectFailure::PlainTextToRemote => ProblemCode::PlainTextToRemote,
        },
    }
}
