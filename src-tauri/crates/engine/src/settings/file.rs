//! What the settings file says: its version, the way from older ones, and what can still be used of a bad one. Pure; the file
//! itself is the store's business.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Settings, possible};

/// From each version of the file to the next: the first entry takes a file without a version.
const MIGRATIONS: &[fn(&mut Map<String, Value>)] = &[from_unversioned];

/// The version that is written.
pub(super) const VERSION: u64 = MIGRATIONS.len() as u64;

/// Where the version stands.
const VERSION_FIELD: &str = "version";

/// Longest file that is read, bytes. Fifty long personas stay far below.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// What a text said about the settings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// With the base's value where the text had none, or none that can be.
    pub(super) settings: Settings,
    /// Names of the fields that can't be what the text says.
    pub(super) unusable: Vec<String>,
    /// The text's version when this program doesn't know it yet.
    pub(super) newer: Option<u64>,
}

/// As it is written: the version first.
#[derive(Serialize)]
struct File<'a> {
    version: u64,
    #[serde(flatten)]
    settings: &'a Settings,
}

/// The file's text for these settings.
pub(super) fn write(settings: &Settings) -> serde_json::Result<String> {
    let file = File { version: VERSION, settings };
    serde_json::to_string_pretty(&file).map(|text| text + "\n")
}

/// Reads a text over `base`, or says why it is none of ours.
pub(super) fn read(text: &str, base: &Settings) -> Result<Reading, String> {
    let mut fields = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return Err("it is not a JSON object".into()),
        Err(error) => return Err(error.to_string()),
    };
    let mut unusable = Vec::new();
    let version = match fields.remove(VERSION_FIELD) {
        None => 0,
        Some(version) => version.as_u64().unwrap_or_else(|| {
            unusable.push(VERSION_FIELD.to_owned());
            VERSION
        }),
    };
    for migrate in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX)) {
        migrate(&mut fields);
    }
    let mut settings = taken(fields, base, &mut unusable)?;
    settings.bring_into_range();
    Ok(Reading { settings, unusable, newer: Some(version).filter(|version| *version > VERSION) })
}

/// Version 1 is the first that says so; nothing else has changed.
fn from_unversioned(_fields: &mut Map<String, Value>) {}

/// The base with what these fields say, each by itself, so that a bad one costs no other.
fn taken(fields: Map<String, Value>, base: &Settings, unusable: &mut Vec<String>) -> Result<Settings, String> {
    let Ok(Value::Object(mut taken)) = serde_json::to_value(base) else {
        return Err("settings are not an object".into());
    };
    for (name, value) in fields {
        match (taken.get(&name), value) {
            // Of another version, or of another program.
            (None, _) => {}
            (Some(Value::Object(_)), Value::Object(parts)) => {
                for (part, value) in parts {
                    let put = |fields: &mut Map<String, Value>, value| {
                        let group = fields.get_mut(&name).and_then(Value::as_object_mut);
                        group
                            .filter(|group| group.contains_key(&part))
                            .and_then(|group| group.insert(part.clone(), value))
                    };
                    try_one(&mut taken, &format!("{name}.{part}"), value, put, unusable);
                }
            }
            (Some(_), value) => {
                let put = |fields: &mut Map<String, Value>, value| fields.insert(name.clone(), value);
                try_one(&mut taken, &name, value, put, unusable);
            }
        }
    }
    possible(&taken)
}

/// Puts one value where it belongs. One that can't be is taken back; of a list, what can be stays.
fn try_one(
    fields: &mut Map<String, Value>,
    name: &str,
    value: Value,
    put: impl Fn(&mut Map<String, Value>, Value) -> Option<Value>,
    unusable: &mut Vec<String>,
) {
    let list = value.as_array().cloned();
    let Some(before) = put(fields, value) else { return };
    if possible(fields).is_ok() {
        return;
    }
    unusable.push(name.to_owned());
    let rest = list.map(|list| {
        let alone = |item: &Value| {
            put(fields, Value::Array(vec![item.clone()]));
            possible(fields).is_ok()
        };
        list.into_iter().filter(alone).collect::<Vec<_>>()
    });
    let good = rest.filter(|rest| !rest.is_empty()).map_or(before, Value::Array);
    put(fields, good);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::settings::{Mode, Persona, Theme};

    fn reading(text: &Value) -> Reading {
        read(&text.to_string(), &Settings::default()).unwrap()
    }

    #[test]
    fn what_is_written_says_its_version_first_and_is_read_as_it_was() {
        let persona = Persona { id: "a".into(), name: "Anna".into(), instruction: "Be brief.".into(), voice: None };
        let settings = Settings { theme: Theme::Dark, personas: vec![persona], ..Settings::default() };
        let text = write(&settings).unwrap();
        assert!(text.starts_with("{\n  \"version\": 1,\n"), "{text}");
        assert!(text.ends_with("}\n"));
        let read = read(&text, &Settings::default()).unwrap();
        assert_eq!(read, Reading { settings, unusable: vec![], newer: None });
    }

    #[test]
    fn a_file_without_a_version_keeps_everything() {
        let old = json!({"model": "gemini-x", "mode": "handsFree", "sound": {"cues": false}});
        let Reading { settings, unusable, newer } = reading(&old);
        assert_eq!((settings.model.as_str(), settings.mode, settings.sound.cues), ("gemini-x", Mode::HandsFree, false));
        assert_eq!((unusable, newer), (vec![], None));
    }

    #[test]
    fn a_newer_version_is_told_and_what_is_known_of_it_is_taken() {
        let Reading { settings, unusable, newer } =
            reading(&json!({"version": 7, "theme": "dark", "fromTheFuture": [1]}));
        assert_eq!((settings.theme, newer), (Theme::Dark, Some(7)));
        assert!(unusable.is_empty());
    }

    #[test]
    fn a_bad_field_costs_no_other() {
        let Reading { settings, unusable, .. } = reading(&json!({
            "version": 1, "theme": "purple", "holdThresholdMs": 500, "model": 5,
            "sound": {"cues": "yes", "preRollMs": 200, "unknown": 1}, "generation": 3, "desktop": {"tray": false},
        }));
        assert_eq!(unusable, ["generation", "model", "sound.cues", "theme"]);
        assert_eq!((settings.hold_threshold_ms, settings.sound.pre_roll_ms, settings.desktop.tray), (500, 200, false));
        let defaults = Settings::default();
        assert_eq!((settings.theme, settings.model, settings.sound.cues), (defaults.theme, defaults.model, true));
    }

    #[test]
    fn a_bad_entry_of_a_list_costs_no_other() {
        let good = json!({"id": "a", "name": "Anna", "instruction": "", "voice": null});
        let Reading { settings, unusable, .. } =
            reading(&json!({"version": 1, "personas": [good, {"id": 5}], "transcription": {"languages": ["ja", 1]}}));
        assert_eq!(settings.personas.iter().map(|persona| persona.name.as_str()).collect::<Vec<_>>(), ["Anna"]);
        assert_eq!(settings.transcription.languages, ["ja"]);
        assert_eq!(unusable, ["personas", "transcription.languages"]);
    }

    #[test]
    fn a_list_of_which_nothing_can_be_stays_as_it_was() {
        let base = Settings::default();
        let read = read(r#"{"personas": [1, 2]}"#, &base).unwrap();
        assert_eq!((read.settings, read.unusable), (base, vec!["personas".to_owned()]));
    }

    #[test]
    fn a_version_that_is_no_number_is_told_and_the_rest_is_read() {
        let Reading { settings, unusable, newer } = reading(&json!({"version": "one", "theme": "dark"}));
        assert_eq!((settings.theme, unusable, newer), (Theme::Dark, vec!["version".to_owned()], None));
    }

    #[test]
    fn what_a_text_does_not_name_stays_as_the_base_has_it() {
        let base = Settings { hold_threshold_ms: 900, ..Settings::default() };
        let read = read(r#"{"version": 1, "theme": "dark"}"#, &base).unwrap();
        assert_eq!(read.settings, Settings { theme: Theme::Dark, ..base });
    }

    #[test]
    fn what_is_no_object_is_none_of_ours() {
        for text in ["", "[]", "\"settings\"", "{ \"model\": ", "null"] {
            assert!(read(text, &Settings::default()).is_err(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_reading_fail_badly(text in ".{0,200}") {
            let _ = read(&text, &Settings::default());
        }
    }
}
