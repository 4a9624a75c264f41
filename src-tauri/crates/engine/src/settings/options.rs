//! The groups of settings that go into a session: what the model is asked for, how it is entered, how it is reached.
//!
//! Every field may be absent, which leaves the choice to the service. What a model doesn't accept isn't sent, whatever
//! stands here, so that changing the model back and forth loses nothing.

use serde::{Deserialize, Serialize};

/// How answers are generated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Generation {
    /// Language spoken, BCP 47.
    pub language: Option<String>,
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    pub top_p: Option<f64>,
    /// Candidates considered for each token, 1 to 1000.
    pub top_k: Option<u32>,
    /// Longest answer in tokens.
    pub max_output_tokens: Option<u32>,
    /// Penalty on tokens that have appeared, -2 to 2.
    pub presence_penalty: Option<f64>,
    /// Penalty growing with how often they did, -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Seed of the sampling.
    pub seed: Option<i32>,
    /// Resolution images are read at.
    pub media_resolution: Option<MediaResolution>,
    /// Answer in the mood of the user's voice.
    pub affective_dialog: bool,
    /// Let the model stay silent when it isn't spoken to.
    pub proactive_audio: bool,
    /// How readily harmful content is blocked, in every category.
    pub safety: Option<SafetyThreshold>,
}

/// Resolution images are read at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum MediaResolution {
    /// Fewest tokens.
    Low,
    /// In between.
    Medium,
    /// Most detail.
    High,
}

/// How readily harmful content is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum SafetyThreshold {
    /// Never.
    Off,
    /// Only what is very probably harmful.
    High,
    /// What is probably harmful.
    Medium,
    /// Whatever may be harmful.
    Low,
}

/// How much the model thinks before it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Thinking {
    /// For models that take a level.
    pub level: Option<ThinkingLevel>,
    /// For models that take a budget: tokens, 0 for none, -1 for as many as the model likes.
    pub budget: Option<i32>,
    /// Ask for summaries of the thoughts, to be shown folded.
    pub show: bool,
}

/// How much the model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThinkingLevel {
    /// Hardly at all.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// A lot.
    High,
}

/// How the service detects speech, and what speech does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Detection {
    /// How readily a sound is taken for the beginning of speech; hands-free only.
    pub start: Option<Sensitivity>,
    /// How readily a pause is taken for the end of speech; hands-free only.
    pub end: Option<Sensitivity>,
    /// How long speech must last before its beginning is believed, ms (0 to 2000); hands-free only.
    pub prefix_padding_ms: Option<u32>,
    /// How long silence must last before the end is believed, ms (0 to 10000); hands-free only.
    pub silence_ms: Option<u32>,
    /// Speaking cuts the answer.
    pub interrupts: bool,
    /// What belongs to a turn.
    pub coverage: Option<Coverage>,
    /// Who hears that somebody speaks; hands-free only.
    pub by: Detector,
    /// How long a pause ends what is said; hands-free only.
    pub patience: Patience,
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            start: None,
            end: None,
            prefix_padding_ms: None,
            silence_ms: None,
            interrupts: true,
            coverage: None,
            by: Detector::Service,
            patience: Patience::Normal,
        }
    }
}

/// Who hears that somebody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Detector {
    /// The service; everything is sent to it all the time.
    Service,
    /// This program; only what is said is sent.
    Local,
}

/// How long a pause ends what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Patience {
    /// 300 ms.
    Quick,
    /// 600 ms.
    Normal,
    /// 1200 ms.
    Patient,
}

impl Patience {
    /// The pause, ms.
    pub fn ms(self) -> u32 {
        match self {
            Self::Quick => 300,
            Self::Normal => 600,
            Self::Patient => 1200,
        }
    }
}

/// Of the service's detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Sensitivity {
    /// More readily.
    High,
    /// Less readily.
    Low,
}

/// What belongs to a turn of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Coverage {
    /// What comes while the user is active.
    OnlyActivity,
    /// Everything since the turn before.
    AllInput,
    /// Sound while the user is active, and all pictures.
    ActivityAndVideo,
}

/// What is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Transcription {
    /// The user's words.
    pub input: bool,
    /// The model's words.
    pub output: bool,
    /// Languages to expect, BCP 47.
    pub languages: Vec<String>,
    /// Words to expect, such as names.
    pub vocabulary: Vec<String>,
}

impl Default for Transcription {
    fn default() -> Self {
        Self { input: true, output: true, languages: Vec::new(), vocabulary: Vec::new() }
    }
}

/// What happens when the context is full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Compression {
    /// Oldest turns are let go; otherwise the session ends.
    pub on: bool,
    /// Context length that starts it, tokens.
    pub trigger_tokens: Option<u32>,
    /// Context length afterwards, tokens.
    pub target_tokens: Option<u32>,
}

impl Default for Compression {
    fn default() -> Self {
        Self { on: true, trigger_tokens: None, target_tokens: None }
    }
}

/// Live translation; for the models made for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Translation {
    /// Language to translate into, BCP 47; the window's language when absent.
    pub target: Option<String>,
    /// Repeat speech that is already in that language.
    pub echo: bool,
}

/// As whom the service is entered. Secrets are not part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Access {
    /// By what.
    pub kind: AccessKind,
    /// Where an organisation hands out ephemeral tokens: an https URL, or http on this machine.
    pub token_url: Option<String>,
    /// A command that prints a Google Cloud access token, its words separated by spaces; absent: Application Default
    /// Credentials.
    pub token_command: Option<String>,
    /// Google Cloud project.
    pub project: Option<String>,
    /// Google Cloud location, such as `us-central1`; absent: the global one.
    pub location: Option<String>,
}

/// By what the service is entered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AccessKind {
    /// The API key itself.
    #[default]
    ApiKey,
    /// An ephemeral token made from the API key for each connection.
    MintedToken,
    /// An ephemeral token fetched from an organisation's URL for each connection.
    TokenUrl,
    /// A Google Cloud access token, at Vertex AI.
    GoogleCloud,
}

/// How the service is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Network {
    /// `http://`, `https://` or `socks5://host:port`; `direct` for none; absent: the system's.
    pub proxy: Option<String>,
    /// A PEM file with certificate authorities to trust besides the usual ones.
    pub ca_file: Option<String>,
}
