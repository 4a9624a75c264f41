//! What is said between a program that is started and the one that runs: one line of JSON each way.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::view::Part;

/// Raised when a line no longer means the same.
pub(crate) const VERSION: u32 = 1;

/// Longest line, bytes, its end included.
pub(crate) const LONGEST: usize = 4096;

/// What a second start asks of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    /// Always [`VERSION`].
    pub(crate) version: u32,
    /// What is to be done.
    pub(crate) order: Order,
    /// The desktop's leave to bring a window to the front, on Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) activation: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Order {
    /// Talking begins or ends.
    Talk(TalkOrder),
    /// The microphone.
    Mute(MuteOrder),
    /// Tell how things are.
    Status,
    /// Show the window, and a part of it.
    Show(Option<Part>),
    /// End the program.
    Quit,
}

/// What to do about talking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TalkOrder {
    Start,
    Stop,
    Toggle,
}

/// What to do about the microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "camelCase")]
pub(crate) enum MuteOrder {
    On,
    Off,
    Toggle,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Answer {
    /// It is done, or under way.
    Done,
    /// How things are.
    Status(Status),
    /// It isn't done.
    Refused(Refusal),
}

/// Why something isn't done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Refusal {
    /// The request isn't one.
    NotUnderstood,
    /// The two programs are of different versions.
    OtherVersion,
    /// The introduction comes first.
    NotIntroduced,
    /// The engine is ending.
    Ending,
}

/// How things are. Nothing that was said is in it, and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    /// Always.
    pub(crate) running: bool,
    /// The program's version.
    pub(crate) version: String,
    /// What the conversation is doing, as the terminal's program calls it.
    pub(crate) phase: String,
    /// For how long, whole seconds.
    pub(crate) phase_seconds: u64,
    /// The microphone sends silence.
    pub(crate) muted: bool,
    /// Talking goes on without anything being held.
    pub(crate) latched: bool,
    /// Who answers.
    pub(crate) service: String,
    /// By its id.
    pub(crate) model: String,
    /// The microphone that hears; absent while it is shut.
    pub(crate) microphone: Option<String>,
    /// What needs the user, by its code.
    pub(crate) problem: Option<String>,
}

impl Status {
    /// As one document.
    pub(crate) fn json(&self) -> String {
        // Strings and numbers always become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Request {
    /// A request of this program, with the leave to show a window that the desktop gave it.
    pub(crate) fn new(order: Order) -> Self {
        let leave = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|token| !token.is_empty() && token.len() <= LONGEST / 4));
        Self { version: VERSION, order, activation: leave }
    }

    /// Reads a line. The version is looked at first: another one's orders needn't be known.
    pub(crate) fn read(line: &[u8]) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_slice(line).map_err(|_| Refusal::NotUnderstood)?;
        if version != VERSION {
            return Err(Refusal::OtherVersion);
        }
        serde_json::from_slice(line).map_err(|_| Refusal::NotUnderstood)
    }
}

/// A line with its end.
pub(crate) fn line<T: Serialize>(message: &T) -> Vec<u8> {
    // Messages hold nothing that JSON can't.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_request_arrives_as_it_was_sent() {
        for order in [Order::Talk(TalkOrder::Start), Order::Mute(MuteOrder::Off), Order::Status, Order::Quit]
            .into_iter()
            .chain([Order::Show(None), Order::Show(Some(Part::Settings))])
        {
            let request = Request { version: VERSION, order, activation: Some("token".into()) };
            assert_eq!(Request::read(&line(&request)), Ok(request));
        }
    }

    #[test]
    fn another_version_is_told_apart_from_nonsense() {
        assert_eq!(Request::read(br#"{"version":2,"order":"sing"}"#), Err(Refusal::OtherVersion));
        for nonsense in [
            &b""[..],
            b"\n",
            b"{}",
            b"GET / HTTP/1.1",
            b"\xff\xfe",
            br#"{"version":1}"#,
            br#"{"version":1,"order":"sing"}"#,
            br#"{"version":1,"order":{"talk":"loudly"}}"#,
            br#"{"version":1,"order":"quit","also":1}"#,
            br#"{"version":"1","order":"quit"}"#,
            br#"{"version":1,"order":"quit"} {"version":1,"order":"quit"}"#,
        ] {
            assert_eq!(Request::read(nonsense), Err(Refusal::NotUnderstood), "{}", String::from_utf8_lossy(nonsense));
        }
        let deep = [b"[".repeat(LONGEST - 1), b"\n".to_vec()].concat();
        assert_eq!(Request::read(&deep), Err(Refusal::NotUnderstood));
    }
}
