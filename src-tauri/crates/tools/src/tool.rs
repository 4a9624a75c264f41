//! What a function is.

use std::pin::Pin;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a function may do to its user. Decides whether it asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Risk {
    /// Knows nothing of the user and changes nothing.
    Harmless,
    /// Tells the service something of the user.
    Reads,
    /// Changes something, or shows something outside of the conversation.
    Acts,
}

impl Risk {
    /// Whether it asks unless the user has said otherwise.
    pub fn asks(self) -> bool {
        self != Self::Harmless
    }
}

/// How long a function takes, which says whether the model should wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// At once: the model waits.
    Quick,
    /// Longer than a pause in a talk, or only after the user was asked: the talk goes on meanwhile where the model can do that.
    Slow,
}

/// When the model speaks of a result it didn't wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// At once, in the middle of whatever it is saying.
    Interrupting,
    /// When it has nothing else to say.
    WhenIdle,
    /// Not by itself: what was done can be seen or heard.
    Silently,
}

/// What a call has to do with, in a word of this program's own; the front ends put it into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Touches {
    /// Nothing of the user's.
    Nothing,
    /// The user's browser is opened at an address.
    Browser,
    /// What the user has copied is told to the service.
    ClipboardRead,
    /// What the user has copied is lost for something else.
    ClipboardWritten,
    /// The user's timers are told to the service.
    TimersRead,
    /// The user's timers change.
    TimersChanged,
    /// The user's notes are told to the service.
    NotesRead,
    /// The user's notes change.
    NotesChanged,
    /// A setting of this program changes.
    Settings,
}

/// What the model is told about a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// At most 64 characters of `[a-z0-9_]`, the first a letter: what every model takes.
    pub name: &'static str,
    /// When to call it, for the model.
    pub description: &'static str,
    /// Its parameters as JSON Schema: an object.
    pub parameters: Value,
    /// What it may do.
    pub risk: Risk,
    /// How long it takes.
    pub pace: Pace,
    /// When the model speaks of a success, if it didn't wait for it.
    pub mention: Mention,
}

/// A call in plain words, for whoever is to allow it. Every text in it has gone through [`plain`](crate::plain).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it touches.
    pub touches: Touches,
    /// Names and values of the arguments.
    pub details: Vec<(String, String)>,
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The arguments are not what was declared: the model may try again with others.
    #[error("The arguments don't fit: {0}")]
    Arguments(String),
    /// It was tried and didn't work; the text is for the model, which tells the user.
    #[error("{0}")]
    Failed(String),
}

/// What a call came to.
pub type Outcome = Result<Value, Fault>;

/// A call being carried out.
pub type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A function.
pub trait Tool: Send + Sync {
    /// What the model is told about it. The same each time.
    fn declaration(&self) -> Declaration;

    /// What these arguments ask for. Checks them as [`Tool::run`] would, but does nothing.
    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault>;

    /// Carries a call out. Dropping the work takes back whatever can still be taken back.
    fn run(&self, args: &Map<String, Value>) -> Work;
}

// The arguments of a function that takes none. No docstring: models would read it in the schema.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Arguments as a type.
pub fn arguments<T: DeserializeOwned>(args: &Map<String, Value>) -> Result<T, Fault> {
    T::deserialize(Value::Object(args.clone())).map_err(|error| Fault::Arguments(error.to_string()))
}

/// The JSON Schema of a type of arguments, without references, as models want it.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("title");
        // Some models refuse a function without it.
        fields.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    }
    schema
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Minutes {
        /// How long.
        minutes: u32,
        label: Option<String>,
    }

    #[test]
    fn a_schema_has_what_models_need_and_no_references() {
        let schema = schema_of::<Minutes>();
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["properties"]["minutes"]["description"], "How long.");
        assert_eq!(schema["required"], json!(["minutes"]));
        assert!(!schema.to_string().contains("$ref") && schema.get("$schema").is_none());
        let nothing = json!({"type": "object", "properties": {}, "additionalProperties": false});
        assert_eq!(schema_of::<Nothing>(), nothing);
    }

    #[test]
    fn arguments_that_do_not_fit_say_which() {
        let args = |value: Value| value.as_object().unwrap().clone();
        assert_eq!(arguments::<Minutes>(&args(json!({"minutes": 5}))), Ok(Minutes { minutes: 5, label: None }));
        for (wrong, named) in [
            (json!({}), "minutes"),
            (json!({"minutes": -1}), "-1"),
            (json!({"minutes": "five"}), "five"),
            (json!({"minutes": 5, "loud": true}), "loud"),
        ] {
            let fault = arguments::<Minutes>(&args(wrong)).unwrap_err();
            assert!(fault.to_string().contains(named), "{fault}");
        }
    }
}
