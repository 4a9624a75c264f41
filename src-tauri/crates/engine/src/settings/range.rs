//! What settings may be: numbers are brought into their ranges, blank texts mean nothing chosen, and a language must
//! look like one.

use super::sound::MOST_DEVICES;
use super::{
    Access, Compression, Detection, Generation, Network, Settings, Sound, Thinking, Transcription, Translation,
};

/// The service's default trigger: 80 % of 131,072 tokens.
const DEFAULT_TRIGGER: u32 = 104_858;
/// Most words a transcript can be told to expect.
const MOST_WORDS: usize = 1000;
/// Most languages a transcript can be told to expect; all there are.
const MOST_LANGUAGES: usize = 100;
/// Longest word to expect, characters.
const LONGEST_WORD: usize = 100;
/// Longest language tag, characters: BCP 47 asks for 35.
const LONGEST_TAG: usize = 35;

impl Settings {
    /// Brings all values into their ranges; what has none is put right or left out.
    pub(crate) fn bring_into_range(&mut self) {
        self.hold_threshold_ms = self.hold_threshold_ms.clamp(100, 2000);
        self.release_tail_ms = self.release_tail_ms.min(1000);
        self.appearance.text_percent = self.appearance.text_percent.clamp(80, 200);
        let model = self.model.trim().trim_start_matches("models/");
        self.model = if model.is_empty() { vivavoce_live::model::DEFAULT_MODEL } else { model }.to_owned();
        for text in [&mut self.endpoint, &mut self.voice, &mut self.input_device, &mut self.output_device] {
            tidy(text);
        }
        for shortcut in [&mut self.desktop.talk_shortcut, &mut self.desktop.mute_shortcut] {
            tidy(shortcut);
        }
        generation(&mut self.generation);
        thinking(&mut self.thinking);
        detection(&mut self.detection);
        transcription(&mut self.transcription);
        compression(&mut self.compression);
        translation(&mut self.translation);
        access(&mut self.access);
        network(&mut self.network);
        sound(&mut self.sound);
        self.tools.bring_into_range();
        self.tidy_personas();
    }

    /// A field that can't be brought into any range, and what is wrong with it.
    pub(super) fn fault(&self) -> Option<(&'static str, String)> {
        let one = |field: &'static str, text: Option<&str>| {
            let text = text.map(str::trim).filter(|text| !text.is_empty() && !is_language(text))?;
            Some((field, format!("{text:?} is not a language tag such as en or ja-JP")))
        };
        let expected = self.transcription.languages.iter().map(|text| one("transcription.languages", Some(text)));
        [
            one("generation.language", self.generation.language.as_deref()),
            one("translation.target", self.translation.target.as_deref()),
        ]
        .into_iter()
        .chain(expected)
        .flatten()
        .next()
    }
}

fn generation(generation: &mut Generation) {
    tidy(&mut generation.language);
    generation.language.take_if(|tag| !is_language(tag));
    between(&mut generation.temperature, 0.0, 2.0);
    between(&mut generation.top_p, 0.0, 1.0);
    between(&mut generation.presence_penalty, -2.0, 2.0);
    between(&mut generation.frequency_penalty, -2.0, 2.0);
    generation.top_k = generation.top_k.map(|candidates| candidates.clamp(1, 1000));
    generation.max_output_tokens = generation.max_output_tokens.map(|tokens| tokens.clamp(1, 65_536));
}

fn thinking(thinking: &mut Thinking) {
    // 24,576 is the most the models with a budget take.
    thinking.budget = thinking.budget.map(|tokens| tokens.clamp(-1, 24_576));
}

fn sound(sound: &mut Sound) {
    sound.input_gain_db = sound.input_gain_db.clamp(-20, 30);
    sound.output_volume_db = sound.output_volume_db.clamp(-60, 0);
    sound.pre_roll_ms = sound.pre_roll_ms.min(500);
    for devices in [&mut sound.input_preferences, &mut sound.output_preferences] {
        tidy_list(devices, MOST_DEVICES, |id| id.parse::<vivavoce_audio::DeviceId>().is_ok());
    }
}

fn detection(detection: &mut Detection) {
    detection.prefix_padding_ms = detection.prefix_padding_ms.map(|ms| ms.min(2000));
    detection.silence_ms = detection.silence_ms.map(|ms| ms.min(10_000));
}

fn transcription(transcription: &mut Transcription) {
    tidy_list(&mut transcription.languages, MOST_LANGUAGES, is_language);
    tidy_list(&mut transcription.vocabulary, MOST_WORDS, |word| word.chars().count() <= LONGEST_WORD);
}

fn compression(compression: &mut Compression) {
    compression.trigger_tokens = compression.trigger_tokens.map(|tokens| tokens.clamp(5_000, 128_000));
    let trigger = compression.trigger_tokens.unwrap_or(DEFAULT_TRIGGER);
    compression.target_tokens = compression.target_tokens.map(|tokens| tokens.min(trigger));
}

fn translation(translation: &mut Translation) {
    tidy(&mut translation.target);
    translation.target.take_if(|tag| !is_language(tag));
}

fn access(access: &mut Access) {
    for text in [&mut access.token_url, &mut access.token_command, &mut access.project, &mut access.location] {
        tidy(text);
    }
}

fn network(network: &mut Network) {
    tidy(&mut network.proxy);
    tidy(&mut network.ca_file);
}

/// Without spaces around it, and none when nothing is left.
fn tidy(text: &mut Option<String>) {
    *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
}

/// Each entry tidy, possible and there once; no more than `most`.
fn tidy_list(list: &mut Vec<String>, most: usize, possible: impl Fn(&str) -> bool) {
    let mut tidied: Vec<String> = Vec::new();
    for text in list.drain(..) {
        let text = text.trim();
        if tidied.len() < most && !text.is_empty() && possible(text) && !tidied.iter().any(|other| other == text) {
            tidied.push(text.to_owned());
        }
    }
    *list = tidied;
}

fn between(value: &mut Option<f64>, least: f64, most: f64) {
    *value = value.filter(|value| value.is_finite()).map(|value| value.clamp(least, most));
}

fn is_language(text: &str) -> bool {
    let subtag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let language = text.split('-').next().unwrap_or_default();
    text.len() <= LONGEST_TAG
        && (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.split('-').all(subtag)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;
    use crate::settings::{SettingsError, SettingsPatch};

    fn patched(name: &str, value: Value) -> Result<Settings, SettingsError> {
        Settings::default().patched(&SettingsPatch::default().with(name, value))
    }

    #[test]
    fn numbers_out_of_range_are_brought_to_its_ends() {
        let highest = patched(
            "generation",
            json!({"temperature": 9, "topP": 9, "topK": 99_999, "maxOutputTokens": 999_999, "presencePenalty": 9,
                "frequencyPenalty": 9}),
        );
        let expected = Generation {
            temperature: Some(2.0),
            top_p: Some(1.0),
            top_k: Some(1000),
            max_output_tokens: Some(65_536),
            presence_penalty: Some(2.0),
            frequency_penalty: Some(2.0),
            ..Generation::default()
        };
        assert_eq!(highest.unwrap().generation, expected);
        let lowest = patched(
            "generation",
            json!({"temperature": -9, "topP": -9, "topK": 0, "maxOutputTokens": 0, "presencePenalty": -9,
                "frequencyPenalty": -9}),
        );
        let expected = Generation {
            temperature: Some(0.0),
            top_p: Some(0.0),
            top_k: Some(1),
            max_output_tokens: Some(1),
            presence_penalty: Some(-2.0),
            frequency_penalty: Some(-2.0),
            ..Generation::default()
        };
        assert_eq!(lowest.unwrap().generation, expected);
        assert_eq!(patched("thinking", json!({"budget": -5})).unwrap().thinking.budget, Some(-1));
        let detection =
            patched("detection", json!({"prefixPaddingMs": 99_999, "silenceMs": 99_999})).unwrap().detection;
        assert_eq!((detection.prefix_padding_ms, detection.silence_ms), (Some(2000), Some(10_000)));
    }

    #[test]
    fn sound_is_brought_into_its_range() {
        let of = |gain: i32, volume: i32, pre_roll: u32| {
            let value = json!({"inputGainDb": gain, "outputVolumeDb": volume, "preRollMs": pre_roll});
            let sound = patched("sound", value).unwrap().sound;
            (sound.input_gain_db, sound.output_volume_db, sound.pre_roll_ms)
        };
        assert_eq!(of(99, 99, 9999), (30, 0, 500));
        assert_eq!(of(-99, -99, 0), (-20, -60, 0));
    }

    #[test]
    fn preferred_devices_are_few_and_look_like_devices() {
        let many: Vec<String> = (0..40).map(|number| format!("a:{number}")).collect();
        let of = |list: Value| patched("sound", json!({ "inputPreferences": list })).unwrap().sound.input_preferences;
        assert_eq!(of(json!(["a:x", " a:x ", "", "nonsense", "wav:a.wav"])), ["a:x", "wav:a.wav"]);
        assert_eq!(of(json!(many)).len(), 16);
    }

    #[test]
    fn a_number_that_is_none_is_not_chosen() {
        let mut settings = Settings::default();
        settings.generation.temperature = Some(f64::NAN);
        settings.generation.top_p = Some(f64::INFINITY);
        settings.bring_into_range();
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn compression_never_aims_above_where_it_starts() {
        let of = |value: Value| {
            let compression = patched("compression", value).unwrap().compression;
            (compression.trigger_tokens, compression.target_tokens)
        };
        assert_eq!(of(json!({"triggerTokens": 1})), (Some(5_000), None));
        assert_eq!(of(json!({"triggerTokens": 999_999})), (Some(128_000), None));
        assert_eq!(of(json!({"triggerTokens": 20_000, "targetTokens": 30_000})), (Some(20_000), Some(20_000)));
        assert_eq!(of(json!({"targetTokens": 120_000})), (None, Some(104_858)));
    }

    #[test]
    fn blank_texts_are_nothing_chosen() {
        for (name, value) in [
            ("voice", json!(" ")),
            ("endpoint", json!("\t")),
            ("generation", json!({"language": " "})),
            ("translation", json!({"target": ""})),
            ("access", json!({"tokenUrl": " ", "tokenCommand": "", "project": " ", "location": "\n"})),
            ("network", json!({"proxy": " ", "caFile": ""})),
            ("transcription", json!({"languages": ["", " "], "vocabulary": [" "]})),
        ] {
            assert_eq!(patched(name, value).unwrap(), Settings::default(), "{name}");
        }
    }

    #[test]
    fn lists_are_tidy_and_bounded() {
        let words: Vec<String> = (0..2000).map(|number| format!(" word{number} ")).collect();
        let long = "x".repeat(101);
        let list =
            patched("transcription", json!({"languages": ["ja-JP", " ja-JP", "en"], "vocabulary": [long, "a", "a"]}));
        let transcription = list.unwrap().transcription;
        assert_eq!(transcription.languages, ["ja-JP", "en"]);
        assert_eq!(transcription.vocabulary, ["a"]);
        let many = patched("transcription", json!({ "vocabulary": words })).unwrap().transcription;
        assert_eq!((many.vocabulary.len(), many.vocabulary[999].as_str()), (1000, "word999"));
    }

    #[test]
    fn what_is_no_language_is_refused_by_name() {
        for (name, value, field) in [
            ("generation", json!({"language": "klingon!"}), "generation.language"),
            ("translation", json!({"target": "e"}), "translation.target"),
            ("transcription", json!({"languages": ["en", "not a tag"]}), "transcription.languages"),
        ] {
            let error = patched(name, value).unwrap_err();
            let SettingsError::Invalid { field: named, .. } = error else { panic!("{error}") };
            assert_eq!(named, field);
        }
        for tag in ["en", "ja-JP", "cmn-Hant-TW", "es-419", "ceb"] {
            assert_eq!(
                patched("generation", json!({ "language": tag })).unwrap().generation.language.as_deref(),
                Some(tag)
            );
        }
    }

    #[test]
    fn a_language_from_a_damaged_file_is_forgotten() {
        let mut settings = Settings::default();
        settings.generation.language = Some("klingon!".into());
        settings.translation.target = Some("-".into());
        settings.bring_into_range();
        assert_eq!(settings, Settings::default());
    }
}
