//! The command line.

mod japanese;
mod session;
mod sound;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use vivavoce_engine::{DeviceId, Language, Mode, Service, Settings, SettingsError, SettingsPatch};

/// Live voice conversation with Gemini from the terminal.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) task: Task,
}

impl Args {
    /// What was asked for on the command line. Ends the program with an explanation, in the user's language, where it can't
    /// be understood.
    pub(crate) fn read() -> Self {
        vivavoce_help::parse(&japanese::TEXTS)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Hold a conversation, steered by lines on standard input:
    /// talk on | talk off | mute on | mute off | stop | say TEXT | image FILE | approve TICKET once|always|never |
    /// cancel ID | test tone | test record | test echo | quit
    Talk(Box<TalkArgs>),
    /// List the sound devices.
    Devices(DevicesArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TalkArgs {
    /// Talk to the built-in simulator: no key, no network.
    #[arg(long, conflicts_with = "endpoint")]
    pub(crate) demo: bool,
    /// Base URL of the service: http, https, ws or wss. Without it, the Gemini API with the key in
    /// GEMINI_API_KEY, or the one the window keeps.
    #[arg(long, env = "VIVAVOCE_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// How a turn begins and ends.
    #[arg(long, value_enum, default_value = "push-to-talk")]
    pub(crate) mode: ModeArg,
    /// Microphone: an id from `devices`, or wav:FILE. The system's default when absent.
    #[arg(long, value_name = "ID|wav:FILE", value_parser = device)]
    pub(crate) input: Option<String>,
    /// Loudspeaker: an id from `devices`, or wav:FILE. The system's default when absent.
    #[arg(long, value_name = "ID|wav:FILE", value_parser = device)]
    pub(crate) output: Option<String>,
    /// Model id.
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Prebuilt voice.
    #[arg(long, value_name = "NAME")]
    pub(crate) voice: Option<String>,
    /// What the model is told to be.
    #[arg(long, value_name = "TEXT")]
    pub(crate) instruction: Option<String>,
    /// Sound still captured after `talk off`, ms.
    #[arg(long, value_name = "MS", default_value_t = 200)]
    pub(crate) tail_ms: u32,
    /// Device period to begin with, ms: less is quicker, more is safer on a busy machine. A device that comes late is
    /// asked for a longer one.
    #[arg(long, value_name = "MS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=200))]
    pub(crate) period_ms: u64,
    /// Language of the demo's guide.
    #[arg(long, value_enum, default_value = "system")]
    pub(crate) language: LanguageArg,
    /// Folder in which timers, notes and the log of calls outlive the program. Without it, they don't.
    #[arg(long, value_name = "FOLDER", help_heading = "Functions")]
    pub(crate) keep: Option<PathBuf>,
    #[command(flatten)]
    tools: Box<session::ToolArgs>,
    #[command(flatten)]
    answers: Box<session::AnswerArgs>,
    #[command(flatten)]
    turns: Box<session::TurnArgs>,
    #[command(flatten)]
    words: Box<session::WordArgs>,
    #[command(flatten)]
    access: Box<session::AccessArgs>,
    #[command(flatten)]
    sound: Box<sound::SoundArgs>,
}

impl TalkArgs {
    /// The settings the arguments stand for; the error names the one that can't be.
    pub(crate) fn into_settings(self) -> Result<Settings, SettingsError> {
        let service = match (self.demo, &self.endpoint) {
            (true, _) => Service::Demo,
            (false, Some(_)) => Service::Custom,
            (false, None) => Service::Gemini,
        };
        let is_file = |id: &String| id.parse::<DeviceId>().is_ok_and(|id| id.wav_path().is_some());
        let from_file = self.input.as_ref().is_some_and(is_file);
        let settings = Settings {
            service,
            endpoint: self.endpoint,
            model: self.model.unwrap_or_default(),
            voice: self.voice,
            system_instruction: self.instruction.unwrap_or_default(),
            mode: self.mode.into(),
            input_device: self.input,
            output_device: self.output,
            language: self.language.into(),
            release_tail_ms: self.tail_ms,
            ..Settings::default()
        };
        let patch = self.answers.patch(self.tools.patch(SettingsPatch::default()));
        let patch = self.access.patch(self.words.patch(self.turns.patch(patch)));
        settings.patched(&self.sound.patch(from_file, patch))
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DevicesArgs {
    /// As one JSON document instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ModeArg {
    PushToTalk,
    HandsFree,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::PushToTalk => Self::PushToTalk,
            ModeArg::HandsFree => Self::HandsFree,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LanguageArg {
    System,
    En,
    Ja,
}

impl From<LanguageArg> for Language {
    fn from(language: LanguageArg) -> Self {
        match language {
            LanguageArg::System => Self::System,
            LanguageArg::En => Self::En,
            LanguageArg::Ja => Self::Ja,
        }
    }
}

fn device(text: &str) -> Result<String, String> {
    text.parse::<DeviceId>().map(|id| id.to_string()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
