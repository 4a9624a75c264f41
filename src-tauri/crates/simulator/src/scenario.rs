//! Scenarios: a simulator's whole behaviour in a file that people write.
//!
//! The format is TOML; every key is optional and stands for the field of [`ServerConfig`] with its name. What a file gets
//! wrong is refused with the line and with what may stand there instead.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::config::{Language, Limits, Persona, ServerConfig, TurnComplete};
use crate::fault::Fault;
use crate::profile::{ModelEntry, Profile, known_models};

/// Longest file read, in bytes.
const LONGEST_FILE: u64 = 256 * 1024;
/// Longest time that can be asked for: a year. It keeps the arithmetic of moments within bounds.
const LONGEST_TIME: Duration = Duration::from_hours(365 * 24);

/// A behaviour with a name for it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is for, in a sentence; empty if the file does not say.
    pub about: String,
    /// The behaviour.
    pub config: ServerConfig,
}

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The text is no scenario: correct it at this line.
    #[error("{}line {line}: {problem}", place(.path.as_deref()))]
    Text {
        /// The file, where it came from one.
        path: Option<PathBuf>,
        /// Line, from 1.
        line: usize,
        /// What is wrong, and what may stand there.
        problem: String,
    },
}

impl Scenario {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let failed = |source| ScenarioError::Read { path: path.to_owned(), source };
        let mut text = String::new();
        File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_string(&mut text)).map_err(failed)?;
        if text.len() as u64 > LONGEST_FILE {
            let problem = format!("it has more than {LONGEST_FILE} bytes");
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, problem)));
        }
        Self::parse(&text).map_err(|error| match error {
            ScenarioError::Text { line, problem, .. } => {
                ScenarioError::Text { path: Some(path.to_owned()), line, problem }
            }
            read @ ScenarioError::Read { .. } => read,
        })
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let wrong = |error: &toml::de::Error, start: Option<usize>| {
            let start = start.or(error.span().map(|span| span.start)).unwrap_or_default();
            let line = 1 + text.get(..start).unwrap_or(text).matches('\n').count();
            ScenarioError::Text { path: None, line, problem: error.message().to_owned() }
        };
        let table: Table = toml::from_str(text).map_err(|error| wrong(&error, None))?;
        // One by one, since a mistake in a list is otherwise reported at its beginning.
        let faults = table.faults.iter().map(|fault| {
            let start = fault.span().start;
            Fault::deserialize(fault.get_ref().clone()).map_err(|error| wrong(&error, Some(start)))
        });
        let faults = faults.collect::<Result<_, _>>()?;
        Ok(table.with(faults))
    }
}

fn place(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| format!("{}, ", path.display()))
}

/// A scenario as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Table {
    about: String,
    profile: Option<Choice<Profile>>,
    persona: Option<Choice<Persona>>,
    language: Option<Choice<Language>>,
    strict: Option<bool>,
    pace: Option<Pace>,
    burst: Option<bool>,
    turn_complete: Option<Choice<TurnComplete>>,
    setup_delay_ms: Option<u32>,
    require_key: Option<bool>,
    tokens_required: Option<bool>,
    bad_keys: Vec<String>,
    port: Option<u16>,
    limits: LimitsTable,
    #[serde(rename = "model")]
    models: Vec<ModelTable>,
    #[serde(rename = "fault")]
    faults: Vec<Spanned<toml::Table>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct LimitsTable {
    connection_seconds: Option<Seconds>,
    go_away_seconds: Option<Notice>,
    idle_seconds: Option<Seconds>,
    handle_life_seconds: Option<Seconds>,
    context_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelTable {
    id: String,
    profile: Choice<Profile>,
}

impl Table {
    /// The scenario with its faults, which have been read already.
    fn with(self, faults: Vec<Fault>) -> Scenario {
        let normal = ServerConfig::default();
        let mut models = known_models();
        for ModelTable { id, profile } in self.models {
            models.retain(|model| model.id != id);
            models.push(ModelEntry::new(id, profile.0));
        }
        let config = ServerConfig {
            profile: self.profile.map(|choice| choice.0),
            persona: self.persona.map_or(normal.persona, |choice| choice.0),
            language: self.language.map_or(normal.language, |choice| choice.0),
            strict: self.strict.unwrap_or(normal.strict),
            pace: self.pace.map_or(normal.pace, |pace| pace.0),
            burst: self.burst.unwrap_or(normal.burst),
            turn_complete: self.turn_complete.map_or(normal.turn_complete, |choice| choice.0),
            setup_delay: self.setup_delay_ms.map_or(normal.setup_delay, |ms| Duration::from_millis(ms.into())),
            require_key: self.require_key.unwrap_or(normal.require_key),
            tokens_required: self.tokens_required.unwrap_or(normal.tokens_required),
            bad_keys: self.bad_keys,
            bind: self.port.map_or(normal.bind, |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            limits: self.limits.over(normal.limits),
            models,
            faults,
            ..normal
        };
        Scenario { about: self.about, config }
    }
}

impl LimitsTable {
    fn over(self, normal: Limits) -> Limits {
        Limits {
            connection: self.connection_seconds.map_or(normal.connection, |time| time.0),
            go_away: self.go_away_seconds.map_or(normal.go_away, |notice| notice.0),
            idle: self.idle_seconds.map_or(normal.idle, |time| time.0),
            handle_life: self.handle_life_seconds.map_or(normal.handle_life, |time| time.0),
            context_tokens: self.context_tokens.unwrap_or(normal.context_tokens),
        }
    }
}

/// One of a few names: those the command line takes.
#[derive(Debug)]
struct Choice<T>(T);

impl<'de, T: ValueEnum> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        T::from_str(&name, false).map(Self).map_err(|_| {
            let names = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = names.map(|value| format!("`{}`", value.get_name())).collect();
            D::Error::custom(format!("there is no `{name}` here; it is one of {}", names.join(", ")))
        })
    }
}

/// A time in seconds.
#[derive(Debug)]
struct Seconds(Duration);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor("a number of seconds")).and_then(|time| match time {
            Some(time) => Ok(Self(time)),
            None => Err(D::Error::custom("this never ends: a number of seconds is expected")),
        })
    }
}

/// A time in seconds, or none at all.
#[derive(Debug)]
struct Notice(Option<Duration>);

impl<'de> Deserialize<'de> for Notice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor("a number of seconds, or \"never\"")).map(Self)
    }
}

/// Reads a number of seconds, or "never" as none; holds what it expects.
struct TimeVisitor(&'static str);

impl Visitor<'_> for TimeVisitor {
    type Value = Option<Duration>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        self.visit_f64(seconds as f64)
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
        match Duration::try_from_secs_f64(seconds) {
            Ok(time) if time <= LONGEST_TIME => Ok(Some(time)),
            _ => Err(E::invalid_value(Unexpected::Float(seconds), &"a number of seconds from 0 to a year")),
        }
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Self::Value, E> {
        if word == "never" { Ok(None) } else { Err(E::invalid_value(Unexpected::Str(word), &self)) }
    }
}

/// A speed, in multiples of real time.
#[derive(Debug)]
struct Pace(f32);

impl<'de> Deserialize<'de> for Pace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pace = f32::deserialize(deserializer)?;
        if pace.is_finite() && pace > 0.0 { Ok(Self(pace)) } else { Err(D::Error::custom("must be more than 0")) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::fault::{FaultAction, When};

    fn error(text: &str) -> String {
        Scenario::parse(text).expect_err(text).to_string()
    }

    #[test]
    fn an_empty_file_is_the_demo() {
        let config = Scenario::parse("# nothing\n").unwrap().config;
        assert_eq!(format!("{config:?}"), format!("{:?}", ServerConfig::default()));
    }

    #[test]
    fn every_key_is_read() {
        let scenario = Scenario::parse(
            r#"
            about = "Everything."
            profile = "3.8-thinking"
            persona = "echo"
            language = "ja"
            strict = false
            pace = 2
            burst = true
            turn-complete = "immediate"
            setup-delay-ms = 1500
            require-key = true
            tokens-required = true
            bad-keys = ["old", "leaked"]
            port = 8765
            [limits]
            connection-seconds = 90
            go-away-seconds = 9.5
            idle-seconds = 30
            handle-life-seconds = 60
            context-tokens = 4000
            [[model]]
            id = "gemini-9-live"
            profile = "3.1"
            [[model]]
            id = "gemini-3.8-live"
            profile = "2.5"
            [[fault]]
            do = "drop"
            connection = 2
            turn = 1
            after-audio-ms = 700
            "#,
        )
        .unwrap();
        assert_eq!(scenario.about, "Everything.");
        let config = scenario.config;
        assert_eq!(config.profile, Some(Profile::Gemini38Thinking));
        assert_eq!((config.persona, config.language), (Persona::Echo, Language::Ja));
        assert_eq!((config.strict, config.burst, config.turn_complete), (false, true, TurnComplete::Immediate));
        assert_eq!((config.pace.to_bits(), config.setup_delay), (2.0f32.to_bits(), Duration::from_millis(1500)));
        assert!(config.require_key && config.tokens_required);
        assert_eq!(config.bad_keys, ["old", "leaked"]);
        assert_eq!(config.bind.port(), 8765);
        let limits = Limits {
            connection: Duration::from_secs(90),
            go_away: Some(Duration::from_millis(9500)),
            idle: Duration::from_secs(30),
            handle_life: Duration::from_mins(1),
            context_tokens: 4000,
        };
        assert_eq!(config.limits, limits);
        let profile = |id: &str| config.models.iter().find(|model| model.id == id).map(|model| model.profile);
        assert_eq!(profile("gemini-9-live"), Some(Profile::Gemini31));
        assert_eq!(profile("gemini-3.8-live"), Some(Profile::Gemini25));
        let cut = Fault::from(FaultAction::Drop { when: When::after_audio(Duration::from_millis(700)) });
        assert_eq!(config.faults, [cut.on_connection(2).in_turn(1)]);
    }

    #[test]
    fn go_away_may_be_left_out() {
        assert_eq!(Scenario::parse("[limits]\ngo-away-seconds = \"never\"").unwrap().config.limits.go_away, None);
    }

    #[test]
    fn mistakes_are_named_by_line_with_what_may_stand_there() {
        for (text, line, parts) in [
            ("pace = 2\n\npase = 4", 3, vec!["unknown field `pase`", "`pace`", "`setup-delay-ms`"]),
            ("profile = \"4.0\"", 1, vec!["no `4.0`", "`3.8-thinking`", "`vertex`"]),
            ("persona = \"nobody\"", 1, vec!["no `nobody`", "`guide`, `echo`"]),
            ("pace = 0", 1, vec!["more than 0"]),
            ("strict = \"yes\"", 1, vec!["invalid type: string \"yes\"", "boolean"]),
            ("[limits]\nidle = 3", 2, vec!["unknown field `idle`", "`idle-seconds`"]),
            ("[limits]\nidle-seconds = -3", 2, vec!["-3", "from 0 to a year"]),
            ("[limits]\nidle-seconds = \"never\"", 2, vec!["a number of seconds"]),
            ("[limits]\ngo-away-seconds = \"later\"", 2, vec!["\"later\"", "or \"never\""]),
            ("[limits]\nconnection-seconds = 1e300", 2, vec!["to a year"]),
            ("[[fault]]\ndo = \"reject\"\n\n[[fault]]\ndo = \"explode\"", 4, vec!["no fault `explode`", "never-setup"]),
            ("[[fault]]\ndo = \"slow-pong\"\nseconds = 1", 1, vec!["`slow-pong` takes no `seconds`", "`ms`"]),
            ("[[fault]]\nturn = 1", 1, vec!["do = \"NAME\""]),
            ("[[model]]\nid = \"x\"", 1, vec!["missing field `profile`"]),
            ("about = \"a\"\nabout = \"b\"", 2, vec!["duplicate key"]),
            ("about = \"a\"\nwhat is this", 2, vec!["expected"]),
        ] {
            let error = error(text);
            assert!(error.starts_with(&format!("line {line}: ")), "{text}: {error}");
            for part in parts {
                assert!(error.contains(part), "{text}: {error}");
            }
        }
    }

    #[test]
    fn a_file_is_named_in_its_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.toml");
        std::fs::write(&path, "pase = 4").unwrap();
        assert!(Scenario::load(&path).unwrap_err().to_string().contains("bad.toml, line 1: unknown field `pase`"));
        std::fs::write(&path, "#".repeat(300_000)).unwrap();
        assert!(Scenario::load(&path).unwrap_err().to_string().contains("more than 262144 bytes"));
        let missing = Scenario::load(&folder.path().join("none.toml")).unwrap_err();
        assert!(matches!(missing, ScenarioError::Read { .. }));
    }
}
