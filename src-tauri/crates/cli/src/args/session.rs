//! Arguments that go into the session: how answers are made, how turns are found, what is written down, how the
//! service is entered and reached. What a model doesn't accept isn't sent to it.

use clap::Args as ClapArgs;
use serde_json::{Map, Value, json};
use vivavoce_engine::SettingsPatch;

/// How answers are made.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Answers")]
pub(crate) struct AnswerArgs {
    /// Typed for you once connected, so that the model speaks first.
    #[arg(long, value_name = "TEXT")]
    greeting: Option<String>,
    /// Language spoken, such as ja-JP.
    #[arg(long, value_name = "TAG")]
    spoken_language: Option<String>,
    /// Sampling temperature, 0 to 2.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    top_p: Option<f64>,
    /// Candidates considered for each token, 1 to 1000.
    #[arg(long, value_name = "COUNT")]
    top_k: Option<u32>,
    /// Longest answer.
    #[arg(long, value_name = "TOKENS")]
    max_output_tokens: Option<u32>,
    /// Penalty on tokens that have appeared, -2 to 2.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    presence_penalty: Option<f64>,
    /// Penalty growing with how often they did, -2 to 2.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    frequency_penalty: Option<f64>,
    /// Seed of the sampling.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    seed: Option<i32>,
    /// Resolution pictures are read at.
    #[arg(long, value_parser = ["low", "medium", "high"])]
    media_resolution: Option<String>,
    /// Answer in the mood of your voice (2.5 only).
    #[arg(long)]
    affective_dialog: bool,
    /// Let the model stay silent when it isn't spoken to (2.5 only; newer models may anyway).
    #[arg(long)]
    proactive_audio: bool,
    /// What is blocked as harmful: nothing, or what is so with a high, medium or low probability.
    #[arg(long, value_parser = ["off", "high", "medium", "low"])]
    safety: Option<String>,
    /// How much the model thinks, for models with levels.
    #[arg(long, value_parser = ["minimal", "low", "medium", "high"])]
    thinking_level: Option<String>,
    /// How much the model thinks, for models with a budget: 0 for not at all, -1 for as much as it likes.
    #[arg(long, value_name = "TOKENS", allow_negative_numbers = true)]
    thinking_budget: Option<i32>,
    /// Ask for summaries of the thoughts; they come as `thought` lines.
    #[arg(long)]
    show_thoughts: bool,
}

/// What the model may call.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Functions")]
pub(crate) struct ToolArgs {
    /// Let the service search the web; it charges for that.
    #[arg(long)]
    google_search: bool,
    /// Carry out a function without asking, such as set_timer; may be repeated.
    #[arg(long, value_name = "NAME")]
    allow: Vec<String>,
    /// Don't offer a function; may be repeated. `all` offers none.
    #[arg(long, value_name = "NAME")]
    deny: Vec<String>,
}

impl ToolArgs {
    /// These arguments laid over the settings.
    pub(crate) fn patch(self, patch: SettingsPatch) -> SettingsPatch {
        let allowed = self.allow.into_iter().map(|name| (name, json!("always")));
        let denied = self.deny.into_iter().map(|name| (name, json!("never")));
        let permissions: Map<String, Value> = allowed.chain(denied).collect();
        patch.with("tools", json!({ "googleSearch": self.google_search, "permissions": permissions }))
    }
}

/// How turns are found.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Turns")]
pub(crate) struct TurnArgs {
    /// How readily a sound is taken for speech; hands-free only.
    #[arg(long, value_parser = ["high", "low"])]
    start_sensitivity: Option<String>,
    /// How readily a pause is taken for the end of speech; hands-free only.
    #[arg(long, value_parser = ["high", "low"])]
    end_sensitivity: Option<String>,
    /// How long speech must last to be believed, 0 to 2000; hands-free only.
    #[arg(long, value_name = "MS")]
    prefix_padding_ms: Option<u32>,
    /// How long silence must last to be believed, 0 to 10000; hands-free only.
    #[arg(long, value_name = "MS")]
    silence_ms: Option<u32>,
    /// Speaking doesn't cut the answer.
    #[arg(long)]
    no_interruption: bool,
    /// What belongs to a turn.
    #[arg(long, value_parser = ["only-activity", "all-input", "activity-and-video"])]
    coverage: Option<String>,
}

/// What is written down and remembered, and live translation.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Words and memory")]
pub(crate) struct WordArgs {
    /// Don't write down what you say.
    #[arg(long)]
    no_input_transcript: bool,
    /// Don't write down what the model says.
    #[arg(long)]
    no_output_transcript: bool,
    /// A language to expect in the transcript, such as ja-JP; may be repeated.
    #[arg(long, value_name = "TAG")]
    expect_language: Vec<String>,
    /// A word to expect in the transcript, such as a name; may be repeated.
    #[arg(long, value_name = "WORD")]
    expect_word: Vec<String>,
    /// End the session when the context is full, instead of letting the oldest turns go.
    #[arg(long)]
    no_compression: bool,
    /// Context length at which the oldest turns are let go, 5000 to 128000.
    #[arg(long, value_name = "TOKENS", conflicts_with = "no_compression")]
    compression_trigger: Option<u32>,
    /// Context length afterwards.
    #[arg(long, value_name = "TOKENS", conflicts_with = "no_compression")]
    compression_target: Option<u32>,
    /// Language a translation model translates into, such as pl.
    #[arg(long, value_name = "TAG")]
    translate_to: Option<String>,
    /// Repeat speech that is already in that language.
    #[arg(long)]
    translate_echo: bool,
}

/// How the service is entered and reached.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Access and network")]
pub(crate) struct AccessArgs {
    /// By what the service is entered: the key itself, a token made from it for each connection, a token fetched from
    /// --token-url, or a Google Cloud access token at Vertex AI.
    #[arg(long, value_parser = ["api-key", "minted-token", "token-url", "google-cloud"])]
    access: Option<String>,
    /// Where an organisation hands out ephemeral tokens.
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// A command that prints a Google Cloud access token. Without it, Application Default Credentials.
    #[arg(long, value_name = "COMMAND")]
    token_command: Option<String>,
    /// Google Cloud project.
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Google Cloud location. Without it, the global one.
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// http://, https:// or socks5://host:port, or `direct` for none. Without it, the system's.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// A PEM file with certificate authorities to trust besides the usual ones.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<String>,
}

impl AnswerArgs {
    /// These arguments laid over the settings.
    pub(crate) fn patch(self, patch: SettingsPatch) -> SettingsPatch {
        let generation = json!({
            "language": self.spoken_language,
            "temperature": self.temperature,
            "topP": self.top_p,
            "topK": self.top_k,
            "maxOutputTokens": self.max_output_tokens,
            "presencePenalty": self.presence_penalty,
            "frequencyPenalty": self.frequency_penalty,
            "seed": self.seed,
            "mediaResolution": self.media_resolution,
            "affectiveDialog": self.affective_dialog,
            "proactiveAudio": self.proactive_audio,
            "safety": self.safety,
        });
        let thinking =
            json!({ "level": self.thinking_level, "budget": self.thinking_budget, "show": self.show_thoughts });
        patch
            .with("greeting", self.greeting.unwrap_or_default())
            .with("generation", generation)
            .with("thinking", thinking)
    }
}

impl TurnArgs {
    /// These arguments laid over the settings.
    pub(crate) fn patch(self, patch: SettingsPatch) -> SettingsPatch {
        let detection = json!({
            "start": self.start_sensitivity,
            "end": self.end_sensitivity,
            "prefixPaddingMs": self.prefix_padding_ms,
            "silenceMs": self.silence_ms,
            "interrupts": !self.no_interruption,
            "coverage": self.coverage.as_deref().map(camel_case),
        });
        patch.with("detection", detection)
    }
}

impl WordArgs {
    /// These arguments laid over the settings.
    pub(crate) fn patch(self, patch: SettingsPatch) -> SettingsPatch {
        let transcription = json!({
            "input": !self.no_input_transcript,
            "output": !self.no_output_transcript,
            "languages": self.expect_language,
            "vocabulary": self.expect_word,
        });
        let compression = json!({
            "on": !self.no_compression,
            "triggerTokens": self.compression_trigger,
            "targetTokens": self.compression_target,
        });
        let translation = json!({ "target": self.translate_to, "echo": self.translate_echo });
        patch.with("transcription", transcription).with("compression", compression).with("translation", translation)
    }
}

impl AccessArgs {
    /// These arguments laid over the settings.
    pub(crate) fn patch(self, patch: SettingsPatch) -> SettingsPatch {
        let mut access = Map::new();
        if let Some(kind) = &self.access {
            access.insert("kind".into(), camel_case(kind).into());
        }
        for (name, value) in [
            ("tokenUrl", self.token_url),
            ("tokenCommand", self.token_command),
            ("project", self.project),
            ("location", self.location),
        ] {
            access.insert(name.into(), value.into());
        }
        patch
            .with("access", Value::Object(access))
            .with("network", json!({ "proxy": self.proxy, "caFile": self.ca_file }))
    }
}

/// `all-input` as the settings write it: `allInput`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &initial.into_iter().chain(letters).collect::<String>()
    })
}
