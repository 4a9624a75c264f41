//! A few of this program's own settings, for who would rather ask than click.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::plain::plain;
use crate::tool::{Declaration, Fault, Mention, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of};

/// A change the model asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Of the loudspeaker, 0 to 100 %.
    Volume(u8),
    /// Of the microphone.
    Muted(bool),
    /// Of the window: a BCP 47 tag; none for the desktop's.
    Language(Option<&'static str>),
    /// Of the model, by the next connection.
    Voice(&'static str),
}

/// What carries changes out: the program itself.
pub trait Controls: Send + Sync {
    /// Returns at once.
    fn change(&self, change: Change) -> Result<(), String>;
}

/// Changes a setting.
pub struct ChangeSetting {
    controls: Arc<dyn Controls>,
    voices: Vec<&'static str>,
    languages: Vec<&'static str>,
}

impl ChangeSetting {
    /// By these controls, with these voices and languages to choose from.
    pub fn new(controls: Arc<dyn Controls>, voices: Vec<&'static str>, languages: Vec<&'static str>) -> Self {
        Self { controls, voices, languages }
    }

    fn wanted(&self, args: &Map<String, Value>) -> Result<Change, Fault> {
        let Wish { setting, value } = arguments::<Wish>(args)?;
        let value = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(on) => on.to_string(),
            _ => return Err(Fault::Arguments("value must be a text or a number".to_owned())),
        };
        let one_of = |known: &[&'static str]| known.iter().find(|known| known.eq_ignore_ascii_case(&value)).copied();
        let change = match setting {
            Setting::Volume => {
                let percent = value.trim_end_matches('%').trim().parse::<u8>().ok().filter(|percent| *percent <= 100);
                percent.map(Change::Volume)
            }
            Setting::Microphone => match value.to_ascii_lowercase().as_str() {
                "muted" | "off" | "false" => Some(Change::Muted(true)),
                "unmuted" | "on" | "true" => Some(Change::Muted(false)),
                _ => None,
            },
            Setting::Language if value.eq_ignore_ascii_case("system") => Some(Change::Language(None)),
            Setting::Language => one_of(&self.languages).map(|tag| Change::Language(Some(tag))),
            Setting::Voice => one_of(&self.voices).map(Change::Voice),
        };
        change.ok_or_else(|| {
            let wanted = match setting {
                Setting::Volume => "0 to 100".to_owned(),
                Setting::Microphone => "on or muted".to_owned(),
                Setting::Language => format!("system, {}", self.languages.join(", ")),
                Setting::Voice => self.voices.join(", "),
            };
            Fault::Arguments(format!("{} can't be; wanted is {wanted}", plain(&value)))
        })
    }
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Setting {
    /// Of answers, 0 to 100.
    Volume,
    /// on or muted.
    Microphone,
    /// Of the window: system, en or ja.
    Language,
    /// Of the answers, by its name, from the next connection on.
    Voice,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// Which.
    setting: Setting,
    /// What it is to be: volume 0 to 100; microphone on or muted; language system, en or ja; voice a name such as Kore.
    #[schemars(with = "String")]
    value: Value,
}

impl Tool for ChangeSetting {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "change_setting",
            description: "Changes a setting of the program the user talks through.",
            parameters: schema_of::<Wish>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::Silently,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let detail = match self.wanted(args)? {
            Change::Volume(percent) => ("volume", format!("{percent} %")),
            Change::Muted(muted) => ("microphone", if muted { "muted" } else { "on" }.to_owned()),
            Change::Language(tag) => ("language", tag.unwrap_or("system").to_owned()),
            Change::Voice(voice) => ("voice", voice.to_owned()),
        };
        Ok(Request { touches: Touches::Settings, details: vec![(detail.0.to_owned(), detail.1)] })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let wanted = self.wanted(args);
        let controls = Arc::clone(&self.controls);
        Box::pin(async move {
            let change = wanted?;
            let later = matches!(change, Change::Voice(_));
            controls.change(change).map_err(Fault::Failed)?;
            Ok(json!(if later { "It will be so from the next connection on." } else { "It is so now." }))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Panel(Mutex<Vec<Change>>);

    impl Controls for Panel {
        fn change(&self, change: Change) -> Result<(), String> {
            self.0.lock().unwrap().push(change);
            Ok(())
        }
    }

    #[tokio::test]
    async fn words_become_changes_and_anything_else_is_refused() {
        let panel = Arc::new(Panel::default());
        let tool = ChangeSetting::new(Arc::clone(&panel) as _, vec!["Kore", "Puck"], vec!["en", "ja"]);
        for (setting, value, change) in [
            ("volume", json!(30), Change::Volume(30)),
            ("volume", json!("30 %"), Change::Volume(30)),
            ("microphone", json!("muted"), Change::Muted(true)),
            ("microphone", json!("on"), Change::Muted(false)),
            ("language", json!("JA"), Change::Language(Some("ja"))),
            ("language", json!("system"), Change::Language(None)),
            ("voice", json!("kore"), Change::Voice("Kore")),
        ] {
            let args = json!({ "setting": setting, "value": value });
            tool.run(args.as_object().unwrap()).await.unwrap();
            assert_eq!(panel.0.lock().unwrap().pop(), Some(change), "{args}");
        }
        for wrong in [
            json!({"setting": "volume", "value": 101}),
            json!({"setting": "volume", "value": -5}),
            json!({"setting": "volume", "value": "louder"}),
            json!({"setting": "microphone", "value": "maybe"}),
            json!({"setting": "language", "value": "tlh"}),
            json!({"setting": "voice", "value": "HAL"}),
            json!({"setting": "endpoint", "value": "wss://evil.example"}),
            json!({"setting": "volume", "value": [1]}),
            json!({"setting": "volume"}),
        ] {
            assert!(tool.request(wrong.as_object().unwrap()).is_err(), "{wrong}");
        }
        assert!(panel.0.lock().unwrap().is_empty());
    }
}
