//! The command line: what it says wins over the scenario file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use serde::Deserialize;
use serde_json::{Map, Value};
use vivavoce_simulator::{
    Fault, Language, Persona, Profile, Scenario, ScenarioError, ServerConfig, Surroundings, Tls, TlsError, TurnComplete,
};

/// A Gemini Live server on this machine, for demos and tests.
///
/// It speaks the Live API's WebSocket protocol (BidiGenerateContent) without a language model: the guide repeats your
/// own voice, the echo returns exactly the sound it got. Point a client's base URL at the address it prints, and use any
/// key. It refuses what the service refuses, by the same close codes and reasons.
///
/// Prints "listening on ws://127.0.0.1:PORT" (wss:// with a certificate) and runs until it gets SIGINT or SIGTERM.
#[derive(Debug, Parser)]
#[command(name = "vivavoce-simulator", version)]
pub(crate) struct Arguments {
    /// Behave as this file says; other options win over it.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 takes a free one [default: 0].
    #[arg(long)]
    port: Option<u16>,
    /// Encrypt all connections with this certificate, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Behave like this family whatever the model; by default the model decides.
    #[arg(long)]
    profile: Option<Profile>,
    /// Who answers [default: guide].
    #[arg(long, value_enum)]
    persona: Option<Persona>,
    /// Language of the guide [default: en].
    #[arg(long, value_enum)]
    language: Option<Language>,
    /// Generation speed in multiples of real time [default: 4].
    #[arg(long, value_name = "FACTOR", value_parser = pace)]
    pace: Option<f32>,
    /// Send every answer at once.
    #[arg(long)]
    burst: bool,
    /// Complete a turn when its playback would have ended, or at once [default: playback].
    #[arg(long, value_enum, value_name = "WHEN")]
    turn_complete: Option<TurnComplete>,
    /// Accept any model, unknown fields and settings the model would refuse.
    #[arg(long)]
    permissive: bool,
    /// Refuse connections without a key.
    #[arg(long)]
    require_key: bool,
    /// Refuse connections without an ephemeral token.
    #[arg(long)]
    tokens_required: bool,
    /// Refuse this key as not valid; may be repeated.
    #[arg(long, value_name = "KEY")]
    bad_key: Vec<String>,
    /// Milliseconds from setup to setupComplete [default: 0].
    #[arg(long, value_name = "MS")]
    setup_delay: Option<u32>,
    /// Seconds after which a connection is closed [default: 600].
    #[arg(long, value_name = "SECONDS")]
    connection_limit: Option<u32>,
    /// Seconds before that limit at which goAway announces it, or "never" [default: 50].
    #[arg(long, value_name = "SECONDS", value_parser = notice)]
    go_away: Option<Notice>,
    /// Seconds without a client message after which a connection is closed [default: 150].
    #[arg(long, value_name = "SECONDS")]
    idle_limit: Option<u32>,
    /// Something that goes wrong, as NAME or NAME,KEY=VALUE,…, for instance drop,turn=2,after-audio-ms=700; may be
    /// repeated.
    #[arg(long, value_name = "FAULT", value_parser = fault)]
    fault: Vec<Fault>,
}

/// Time of `goAway` before the end, if it comes at all.
#[derive(Debug, Clone, Copy)]
struct Notice(Option<Duration>);

impl Arguments {
    /// The behaviour: the scenario's, or the demo's, with what the options say.
    pub(crate) fn config(self) -> Result<ServerConfig, ScenarioError> {
        let mut config = match &self.scenario {
            Some(path) => {
                let scenario = Scenario::load(path)?;
                tracing::info!(path = %path.display(), about = scenario.about, "scenario");
                scenario.config
            }
            None => ServerConfig::default(),
        };
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        config.profile = self.profile.or(config.profile);
        config.persona = self.persona.unwrap_or(config.persona);
        config.language = self.language.unwrap_or(config.language);
        config.pace = self.pace.unwrap_or(config.pace);
        config.burst |= self.burst;
        config.turn_complete = self.turn_complete.unwrap_or(config.turn_complete);
        config.strict &= !self.permissive;
        config.require_key |= self.require_key;
        config.tokens_required |= self.tokens_required;
        config.bad_keys.extend(self.bad_key);
        config.setup_delay = self.setup_delay.map_or(config.setup_delay, |ms| Duration::from_millis(ms.into()));
        config.limits.connection = self.connection_limit.map_or(config.limits.connection, seconds);
        config.limits.go_away = self.go_away.map_or(config.limits.go_away, |notice| notice.0);
        config.limits.idle = self.idle_limit.map_or(config.limits.idle, seconds);
        config.faults.extend(self.fault);
        config.bind = self.port.map_or(config.bind, |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(config)
    }

    /// Encryption, if it was asked for.
    pub(crate) fn surroundings(&self) -> Result<Surroundings, TlsError> {
        let files = self.tls_cert.as_deref().zip(self.tls_key.as_deref());
        let tls = files.map(|(certificates, key)| Tls::load(certificates, key)).transpose()?;
        Ok(Surroundings { tls, ..Surroundings::default() })
    }
}

fn pace(text: &str) -> Result<f32, String> {
    let pace: f32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if pace.is_finite() && pace > 0.0 { Ok(pace) } else { Err("must be more than 0".to_owned()) }
}

fn notice(text: &str) -> Result<Notice, String> {
    if text == "never" {
        return Ok(Notice(None));
    }
    let seconds: u32 = text.parse().map_err(|_| "neither a number of seconds nor \"never\"".to_owned())?;
    Ok(Notice(Some(Duration::from_secs(seconds.into()))))
}

/// A fault as it stands in a scenario file, in one line.
fn fault(text: &str) -> Result<Fault, String> {
    let mut words = split(text).into_iter().map(str::trim);
    let mut table = Map::from_iter([("do".to_owned(), Value::from(words.next().unwrap_or_default()))]);
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| format!("`{word}` is not KEY=VALUE"))?;
        let parsed = serde_json::from_str(value).ok().filter(|value: &Value| !value.is_string());
        let value = parsed.unwrap_or_else(|| Value::from(value));
        table.insert(key.to_owned(), value);
    }
    Fault::deserialize(Value::Object(table)).map_err(|error| error.to_string())
}

/// The parts between commas, but not between those of a JSON object.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let is_end = |letter: char| {
        match letter {
            _ if escaped => {}
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = !escaped && quoted && letter == '\\';
        letter == ',' && depth == 0
    };
    text.split(is_end).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use vivavoce_simulator::{FaultAction, When};

    use super::*;

    fn config(words: &[&str]) -> ServerConfig {
        Arguments::parse_from(["vivavoce-simulator"].iter().chain(words)).config().unwrap()
    }

    #[test]
    fn without_options_it_is_the_demo() {
        assert_eq!(format!("{:?}", config(&[])), format!("{:?}", ServerConfig::default()));
    }

    #[test]
    fn options_win_over_the_scenario_and_the_rest_of_it_stays() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "profile = \"2.5\"\npersona = \"echo\"\npace = 9\nbad-keys = [\"a\"]\n[limits]\nidle-seconds = 7\n\
            [[fault]]\ndo = \"reject\"\n";
        fs::write(file.path(), text).unwrap();
        let path = file.path().to_str().unwrap();
        let config = config(&[
            "--scenario",
            path,
            "--profile",
            "3.8",
            "--port",
            "1234",
            "--go-away",
            "never",
            "--bad-key",
            "b",
            "--connection-limit",
            "60",
            "--fault",
            "drop,turn=2,after-audio-ms=700",
            "--permissive",
        ]);
        assert_eq!(config.profile, Some(Profile::Gemini38));
        assert_eq!((config.persona, config.pace.to_bits()), (Persona::Echo, 9f32.to_bits()));
        assert_eq!((config.bind.port(), config.strict), (1234, false));
        assert_eq!(config.bad_keys, ["a", "b"]);
        assert_eq!(
            (config.limits.connection.as_secs(), config.limits.go_away, config.limits.idle.as_secs()),
            (60, None, 7)
        );
        let cut = FaultAction::Drop { when: When::after_audio(Duration::from_millis(700)) };
        assert_eq!(config.faults, [FaultAction::Reject.into(), Fault::from(cut).in_turn(2)]);
    }

    #[test]
    fn faults_are_checked_as_in_a_file() {
        let closed = fault("close, code=1008, reason=Gone, after-seconds=1.5").unwrap();
        let when = When::after(Duration::from_millis(1500));
        assert_eq!(closed, FaultAction::Close { code: 1008, reason: "Gone".into(), when }.into());
        let call = fault(r#"call,name=open_link,args={"url": "a,b\"{", "deep": {"n": 1}},turn=2"#).unwrap();
        let args = serde_json::from_str(r#"{"url": "a,b\"{", "deep": {"n": 1}}"#).unwrap();
        assert_eq!(call, Fault::from(FaultAction::Call { name: "open_link".into(), args }).in_turn(2));
        assert_eq!(fault("reissue-call,reworded=true"), Ok(FaultAction::ReissueCall { reworded: true }.into()));
        assert!(fault("explode").unwrap_err().contains("there is no fault `explode`"));
        assert!(fault("slow-pong,seconds=1").unwrap_err().contains("takes no `seconds`"));
        assert_eq!(fault("drop,now").unwrap_err(), "`now` is not KEY=VALUE");
        assert_eq!(fault("reject,turn=0").unwrap_err(), "`turn` must be a number from 1, not 0");
    }
}
