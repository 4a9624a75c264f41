//! All that can have happened, and the advice that goes with it.

use serde::Serialize;

use super::Advice;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ProblemCode {
    /// The system has no microphone.
    NoInputDevice,
    /// The system has no loudspeaker.
    NoOutputDevice,
    /// The chosen device isn't connected.
    DeviceNotFound,
    /// The system doesn't let this program use the device.
    DeviceRefused,
    /// Another program holds the device.
    DeviceBusy,
    /// The device offers nothing this program can use.
    DeviceUnsupported,
    /// The device went away while in use.
    DeviceLost,
    /// The sound system itself can't be reached.
    SoundSystemUnavailable,
    /// A WAV file that stands in for a device can't be used.
    WavUnreadable,
    /// Sound had to be thrown away because it could not be sent for too long.
    AudioDropped,
    /// The service wants a key and there is none.
    KeyMissing,
    /// The service doesn't know the key.
    KeyInvalid,
    /// The key has expired.
    KeyExpired,
    /// The service was told that the key is public.
    KeyLeaked,
    /// The service doesn't offer the model for live conversation.
    ModelNotFound,
    /// The service refuses something in the configuration and doesn't say what.
    ConfigurationRejected,
    /// The service doesn't know a field that was sent to it; the detail names it.
    FieldUnknown,
    /// Billing, region or the state of the project keep the service from answering.
    PreconditionFailed,
    /// The service can't read the sound that was sent.
    SoundRejected,
    /// The model can't answer in, or listen to, what was asked.
    ModalityRejected,
    /// The model takes no explicit language.
    LanguageRejected,
    /// The service takes no activity marks because it detects activity itself.
    ActivityMarksRejected,
    /// The ephemeral token is wrong or has expired.
    TokenInvalid,
    /// The ephemeral token was used before.
    TokenUsed,
    /// No ephemeral or access token could be had.
    TokenUnavailable,
    /// Input came while a function call was pending, or a feature isn't enabled.
    InputRefused,
    /// Something the session referred to is gone.
    EntityGone,
    /// The session to go on with is gone.
    SessionGone,
    /// Nobody said anything for a while, and the service hung up.
    IdleClosed,
    /// The connection's lifetime was over.
    LifetimeOver,
    /// The proxy can't be used.
    ProxyFailed,
    /// The file of certificate authorities can't be used.
    CertificatesUnreadable,
    /// The system's keychain can't be used; the key is kept for this run only.
    KeychainUnavailable,
    /// The quota is used up.
    QuotaExceeded,
    /// The service isn't offered where the user is.
    LocationUnsupported,
    /// No route to the service.
    HostUnreachable,
    /// The name can't be resolved.
    HostUnknown,
    /// Nothing listens there.
    ConnectionRefused,
    /// The encrypted connection could not be made.
    TlsFailed,
    /// Something answered, but not a Live service.
    NotALiveServer,
    /// Without encryption only this machine may be talked to.
    PlainTextToRemote,
    /// The address makes no sense.
    EndpointInvalid,
    /// The service took the connection and never became ready.
    SetupTimeout,
    /// The connection broke.
    ConnectionLost,
    /// The service can't work at the moment.
    ServiceUnavailable,
    /// The service ended the connection with a reason unknown here.
    ServiceClosed,
    /// The turn ended and nothing came back.
    NoAnswer,
    /// The service sends messages that can't be read.
    MalformedMessages,
    /// The settings can't be read, or one of them makes no sense.
    SettingsUnreadable,
    /// Some settings make no sense and have their defaults. The detail names them.
    SettingsPartlyUnreadable,
    /// The settings are of a newer version of the program. The detail is where they were kept.
    SettingsNewer,
    /// The settings can't be kept.
    SettingsUnwritable,
    /// A list of the user's, such as the notes, made no sense and was set aside. The detail is where.
    ListDamaged,
    /// A list of the user's can't be read or written. The detail says why.
    ListUnreadable,
    /// The model takes no pictures.
    PicturesRefused,
    /// The built-in demo didn't start.
    DemoUnavailable,
    /// The microphone delivers nothing but zeros: the system may be blocking it. The detail is `linux`, `macos` or
    /// `windows`.
    MicrophoneBlocked,
    /// The turn was silent. The detail is its peak, such as `-60 dBFS`.
    NothingHeard,
    /// The button was let go before anything could be said.
    PressTooShort,
    /// The button has been held very long; the turn ends soon.
    LongPress,
    /// The loudspeaker's sound can't be taken out of the microphone's.
    EchoFailing,
    /// A Bluetooth microphone lowers the sound quality of its headset. The detail names another microphone.
    BluetoothMicrophone,
}

impl ProblemCode {
    /// What can be done about it, unless the fields say more.
    pub(super) fn advice(self) -> Advice {
        match self {
            Self::NoInputDevice | Self::NoOutputDevice => Advice::ConnectDevice,
            Self::DeviceNotFound
            | Self::DeviceBusy
            | Self::DeviceUnsupported
            | Self::WavUnreadable
            | Self::BluetoothMicrophone => Advice::ChooseDevice,
            Self::DeviceRefused | Self::MicrophoneBlocked => Advice::AllowMicrophone,
            Self::KeyMissing | Self::KeyInvalid | Self::KeyExpired | Self::KeyLeaked => Advice::EnterKey,
            Self::ModelNotFound | Self::ModalityRejected | Self::PicturesRefused => Advice::ChooseModel,
            Self::TokenInvalid
            | Self::TokenUnavailable
            | Self::KeychainUnavailable
            | Self::ConfigurationRejected
            | Self::FieldUnknown
            | Self::SoundRejected
            | Self::LanguageRejected
            | Self::ActivityMarksRejected
            | Self::ProxyFailed
            | Self::EchoFailing
            | Self::CertificatesUnreadable => Advice::ChangeSettings,
            Self::QuotaExceeded | Self::ServiceUnavailable => Advice::WaitThenRetry,
            Self::HostUnreachable | Self::ConnectionLost => Advice::CheckNetwork,
            Self::HostUnknown
            | Self::ConnectionRefused
            | Self::TlsFailed
            | Self::NotALiveServer
            | Self::PlainTextToRemote
            | Self::EndpointInvalid => Advice::CheckEndpoint,
            Self::SetupTimeout
            | Self::TokenUsed
            | Self::InputRefused
            | Self::EntityGone
            | Self::SessionGone
            | Self::IdleClosed
            | Self::LifetimeOver
            | Self::ServiceClosed
            | Self::NoAnswer
            | Self::SoundSystemUnavailable
            | Self::NothingHeard
            | Self::PressTooShort
            | Self::DemoUnavailable => Advice::Retry,
            Self::DeviceLost
            | Self::AudioDropped
            | Self::LocationUnsupported
            | Self::PreconditionFailed
            | Self::MalformedMessages
            | Self::LongPress
            | Self::SettingsUnreadable
            | Self::SettingsPartlyUnreadable
            | Self::SettingsNewer
            | Self::SettingsUnwritable
            | Self::ListDamaged
            | Self::ListUnreadable => Advice::None,
        }
    }
}
