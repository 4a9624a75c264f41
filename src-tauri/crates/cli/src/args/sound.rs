//! Arguments about the sound itself: what is done to it, who hears a voice, what is kept from before a press.

use clap::Args as ClapArgs;
use serde_json::json;
use vivavoce_engine::SettingsPatch;

/// What is done to the sound.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Sound")]
pub(crate) struct SoundArgs {
    /// Echo cancelling, noise suppression, gain control and rumble filter, all together. On unless a WAV file stands in
    /// for the microphone.
    #[arg(long, value_parser = ["on", "off"])]
    processing: Option<String>,
    /// Echo cancelling alone; overrides --processing.
    #[arg(long, value_parser = ["on", "off"])]
    echo: Option<String>,
    /// Noise suppression alone; overrides --processing.
    #[arg(long, value_parser = ["on", "off"])]
    noise: Option<String>,
    /// Gain control alone; overrides --processing.
    #[arg(long, value_parser = ["on", "off"])]
    gain: Option<String>,
    /// Rumble filter alone; overrides --processing.
    #[arg(long, value_parser = ["on", "off"])]
    high_pass: Option<String>,
    /// Added to what the microphone delivers, -20 to 30.
    #[arg(long, value_name = "DB", default_value_t = 0, allow_negative_numbers = true)]
    gain_db: i32,
    /// Channel of the microphone to listen to, from 0; all of them when absent.
    #[arg(long, value_name = "NUMBER")]
    channel: Option<u16>,
    /// Volume of the loudspeaker, -60 to 0.
    #[arg(long, value_name = "DB", default_value_t = 0, allow_negative_numbers = true)]
    volume_db: i32,
    /// Keep this much sound in memory for the next press to begin with, 0 to 500.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pre_roll_ms: u32,
    /// Short sounds when talking begins and ends.
    #[arg(long, value_parser = ["on", "off"], default_value = "off")]
    cues: String,
    /// Hands-free, be deaf while an answer plays.
    #[arg(long)]
    half_duplex: bool,
    /// Another microphone to use when the chosen one isn't there; may be repeated, the best first.
    #[arg(long, value_name = "ID", value_parser = super::device)]
    fallback_input: Vec<String>,
    /// Another loudspeaker to use when the chosen one isn't there; may be repeated, the best first.
    #[arg(long, value_name = "ID", value_parser = super::device)]
    fallback_output: Vec<String>,
    /// Who hears that somebody speaks; hands-free only.
    #[arg(long, value_parser = ["service", "local"], default_value = "service")]
    detector: String,
    /// How long a pause ends what is said: 300, 600 or 1200 ms; hands-free only.
    #[arg(long, value_parser = ["quick", "normal", "patient"], default_value = "normal")]
    patience: String,
}

impl SoundArgs {
    /// These arguments laid over the settings. A file that stands in for the microphone is sent as it is, unless asked
    /// otherwise.
    pub(crate) fn patch(self, from_file: bool, patch: SettingsPatch) -> SettingsPatch {
        let all = self.processing.as_deref().unwrap_or(if from_file { "off" } else { "on" });
        let is_on = |single: &Option<String>| single.as_deref().unwrap_or(all) == "on";
        let sound = json!({
            "echoCancellation": is_on(&self.echo),
            "noiseSuppression": is_on(&self.noise),
            "gainControl": is_on(&self.gain),
            "highPass": is_on(&self.high_pass),
            "inputGainDb": self.gain_db,
            "inputChannel": self.channel,
            "outputVolumeDb": self.volume_db,
            "preRollMs": self.pre_roll_ms,
            "cues": self.cues == "on",
            "halfDuplex": self.half_duplex,
            "inputPreferences": self.fallback_input,
            "outputPreferences": self.fallback_output,
        });
        let mut detection = patch.0.get("detection").cloned().unwrap_or_else(|| json!({}));
        detection["by"] = self.detector.into();
        detection["patience"] = self.patience.into();
        patch.with("sound", sound).with("detection", detection)
    }
}
