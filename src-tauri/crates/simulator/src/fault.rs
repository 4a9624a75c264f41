//! What goes wrong on purpose: one [`Fault`] each, as data, in Rust or in a scenario file.
//!
//! In a file a fault is a table: `do` names it, `connection` and `turn` say where it strikes, and the rest is its own.
//! Everything the service was seen doing wrong is here, and what it might.

mod when;

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

pub use when::When;

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Only on this connection, counted from 1 over all connections that share a [`Registry`](crate::Registry).
    pub connection: Option<u64>,
    /// Only in this answer, counted from 1 on its connection.
    pub turn: Option<u64>,
    /// What happens.
    pub action: FaultAction,
}

/// What happens. Faults without a note of their own strike in every answer unless `turn` picks one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum FaultAction {
    /// The connection is cut without a close frame (1006), by default when `setup` has been answered.
    Drop {
        /// When.
        #[serde(flatten)]
        when: When,
    },
    /// A close frame, by default when `setup` has been answered.
    Close {
        /// Close code; 1011 unless said.
        #[serde(default = "internal_error")]
        code: u16,
        /// Close reason, cut at 123 bytes.
        #[serde(default)]
        reason: String,
        /// When.
        #[serde(flatten)]
        when: When,
    },
    /// `goAway`, by default at its normal time, and after it nothing any more: no answer, no close frame.
    GoAwayThenSilence {
        /// When.
        #[serde(flatten)]
        when: When,
    },
    /// Nothing is sent for a while; then everything that was due comes at once.
    Stall {
        /// For how long, in ms.
        ms: u64,
        /// When it begins; by default when `setup` has been answered.
        #[serde(flatten)]
        when: When,
    },
    /// Half-open: the socket stays, but nothing is read, answered or closed any more. The server carries it out by
    /// [`SocketFaults::deaf`](crate::SocketFaults::deaf).
    Deaf {
        /// When it begins; by default when `setup` has been answered.
        #[serde(flatten)]
        when: When,
    },
    /// Pongs come late. Carried out by the server.
    SlowPong {
        /// How late, in ms.
        ms: u64,
    },
    /// Messages come as several WebSocket frames. Carried out by the server.
    Fragments {
        /// Bytes of a frame.
        #[serde(default = "fragment")]
        bytes: usize,
    },
    /// `setup` is answered late.
    SlowSetup {
        /// How late, in ms.
        ms: u64,
    },
    /// `setup` is never answered.
    NeverSetup,
    /// Resuming is refused, whatever the handle.
    InvalidHandle {
        /// 1007 "Invalid session handle", or 1008 "BidiGenerateContent session not found".
        #[serde(default = "invalid_handle")]
        code: u16,
    },
    /// A message that is no JSON: after `setupComplete`, or where `turn` says at the beginning of that answer.
    Malformed,
    /// A kind of message nobody knows: after `setupComplete`, or where `turn` says at the beginning of that answer.
    UnknownMessage,
    /// Every message has fields nobody knows.
    UnknownField,
    /// Enum values nobody knows in turn marks and usage.
    UnknownEnum,
    /// `{}` after every message.
    EmptyNoise,
    /// The whole answer at once.
    Burst {
        /// The answer is repeated until it lasts so many seconds.
        seconds: Option<u64>,
    },
    /// A piece of the cut answer still arrives after `interrupted`.
    LateAudio,
    /// `interrupted` shares its message with a piece of the cut answer.
    InterruptedWithAudio,
    /// Every press is answered by `interrupted` and `turnComplete`, though nothing is being said.
    SpuriousInterrupted,
    /// `turnComplete` comes before the last two pieces of sound.
    CompleteBeforeLastAudio,
    /// The answer ends in mid-sentence, after half of its sound.
    PrematureComplete,
    /// `turnComplete` and nothing else.
    EmptyTurn,
    /// `turnComplete` with the reason `RESPONSE_REJECTED` and nothing else.
    Reject,
    /// Nothing at all, not even `turnComplete`.
    NoAnswer,
    /// Both transcripts come after `turnComplete`.
    TranscriptAfterTurn,
    /// No transcripts.
    NoTranscript,
    /// Transcripts with `<ctrl46>` and `<noise>` in them.
    CtrlTokens,
    /// Text parts instead of sound.
    TextOnly,
    /// Parts of thinking before the answer.
    Thoughts,
    /// Pieces of sound with an odd number of bytes.
    OddChunks,
    /// The media type of sound names no rate.
    NoRate,
    /// Calls also come as parts of `modelTurn`.
    DuplicateCall,
    /// Calls have no id.
    CallWithoutId,
    /// Calls have no arguments.
    CallWithoutArgs,
    /// A call is made whatever the user said, and instead of what the text asks for. Several are made at once.
    Call {
        /// The function, declared or not.
        name: String,
        /// Its arguments, verbatim.
        #[serde(default)]
        args: Map<String, Value>,
    },
    /// Every call is made many times in the same message, each time with an id of its own.
    FloodCalls {
        /// How many times; at most 10,000.
        #[serde(default = "flood")]
        times: u32,
    },
    /// Ids of calls have all the forms the service was seen using, in turn.
    MixedIds,
    /// Where `generationComplete` and `turnComplete` come in a turn that calls functions. The result of a call the model
    /// waits for is then told in a turn of its own.
    CompleteAroundCall {
        /// Before, between or after the calls.
        place: AroundCall,
    },
    /// A result of a call closes the connection.
    CloseOnResult {
        /// 1011 "Internal error encountered.", or 1008 "Requested entity was not found."
        #[serde(default = "internal_error")]
        code: u16,
    },
    /// A call dropped by an interruption comes again with another id in the next turn.
    ReissueCall {
        /// Its arguments say the same in other words: texts begin with a letter of the other case and end with a full
        /// stop, whole numbers get a decimal point.
        #[serde(default)]
        reworded: bool,
    },
    /// A call dropped by an interruption is cancelled by `toolCallCancellation`, as documented but hardly ever seen.
    CancelCall {
        /// So are calls the model does not wait for, whenever the user begins to speak or to type.
        #[serde(default)]
        non_blocking: bool,
    },
}

/// Where the marks of a turn's end come beside its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AroundCall {
    /// Before the first call.
    Before,
    /// After the first of several calls, which comes in a message of its own.
    Between,
    /// After the last call.
    After,
}

impl Fault {
    /// The same fault on one connection only, counted from 1.
    #[must_use]
    pub fn on_connection(self, connection: u64) -> Self {
        Self { connection: Some(connection), ..self }
    }

    /// The same fault in one answer only, counted from 1 on its connection.
    #[must_use]
    pub fn in_turn(self, turn: u64) -> Self {
        Self { turn: Some(turn), ..self }
    }
}

/// Everywhere.
impl From<FaultAction> for Fault {
    fn from(action: FaultAction) -> Self {
        Self { connection: None, turn: None, action }
    }
}

/// All faults by name with the keys they take beside `do`, `connection` and `turn`.
pub const FAULTS: [(&str, &[&str]); 41] = [
    ("drop", WHEN),
    ("close", &["code", "reason", "after-audio-ms", "after-messages", "after-seconds"]),
    ("go-away-then-silence", WHEN),
    ("stall", &["ms", "after-audio-ms", "after-messages", "after-seconds"]),
    ("deaf", WHEN),
    ("slow-pong", &["ms"]),
    ("fragments", &["bytes"]),
    ("slow-setup", &["ms"]),
    ("never-setup", &[]),
    ("invalid-handle", &["code"]),
    ("malformed", &[]),
    ("unknown-message", &[]),
    ("unknown-field", &[]),
    ("unknown-enum", &[]),
    ("empty-noise", &[]),
    ("burst", &["seconds"]),
    ("late-audio", &[]),
    ("interrupted-with-audio", &[]),
    ("spurious-interrupted", &[]),
    ("complete-before-last-audio", &[]),
    ("premature-complete", &[]),
    ("empty-turn", &[]),
    ("reject", &[]),
    ("no-answer", &[]),
    ("transcript-after-turn", &[]),
    ("no-transcript", &[]),
    ("ctrl-tokens", &[]),
    ("text-only", &[]),
    ("thoughts", &[]),
    ("odd-chunks", &[]),
    ("no-rate", &[]),
    ("duplicate-call", &[]),
    ("call-without-id", &[]),
    ("call-without-args", &[]),
    ("call", &["name", "args"]),
    ("flood-calls", &["times"]),
    ("mixed-ids", &[]),
    ("complete-around-call", &["place"]),
    ("close-on-result", &["code"]),
    ("reissue-call", &["reworded"]),
    ("cancel-call", &["non-blocking"]),
];

const WHEN: &[&str] = &["after-audio-ms", "after-messages", "after-seconds"];

/// Written by hand because a flattened table would take any key: a misspelt one is an error that says what is allowed.
impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Fault;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a fault: `do = \"NAME\"` and its keys")
            }
            // Everything happens in here, so that a format that knows lines blames the right table.
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fault, A::Error> {
                let table = Map::deserialize(MapAccessDeserializer::new(map))?;
                Fault::read(table).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_map(Table)
    }
}

impl Fault {
    fn read(mut table: Map<String, Value>) -> Result<Self, String> {
        let connection = take_count(&mut table, "connection")?;
        let turn = take_count(&mut table, "turn")?;
        let name = table.get("do").and_then(Value::as_str).ok_or("a fault needs `do = \"NAME\"`")?;
        let Some((name, keys)) = FAULTS.into_iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = FAULTS.iter().map(|(known, _)| *known).collect();
            return Err(format!("there is no fault `{name}`; there are {}", known.join(", ")));
        };
        if let Some(key) = table.keys().find(|key| *key != "do" && !keys.contains(&key.as_str())) {
            let allowed: Vec<String> =
                ["connection", "turn"].iter().chain(keys).map(|key| format!("`{key}`")).collect();
            return Err(format!("`{name}` takes no `{key}`, only {}", allowed.join(", ")));
        }
        let action = serde_json::from_value(Value::Object(table)).map_err(|error| format!("in `{name}`: {error}"))?;
        Ok(Self { connection, turn, action })
    }
}

fn take_count(table: &mut Map<String, Value>, key: &str) -> Result<Option<u64>, String> {
    match table.remove(key) {
        None => Ok(None),
        Some(value) => match value.as_u64() {
            Some(count @ 1..) => Ok(Some(count)),
            Some(0) | None => Err(format!("`{key}` must be a number from 1, not {value}")),
        },
    }
}

fn internal_error() -> u16 {
    1011
}

fn invalid_handle() -> u16 {
    1007
}

fn fragment() -> usize {
    1000
}

fn flood() -> u32 {
    100
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn read(table: Value) -> Result<Fault, String> {
        serde_json::from_value(table).map_err(|error| error.to_string())
    }

    #[test]
    fn every_fault_in_the_list_can_be_read_with_all_its_keys() {
        for (name, keys) in FAULTS {
            let mut table = json!({"do": name, "connection": 2, "turn": 3});
            for key in keys {
                table[key] = match *key {
                    "reason" | "name" => json!("why"),
                    "args" => json!({"url": "file:///", "deep": [null, {"n": 1.5}]}),
                    "place" => json!("between"),
                    "reworded" | "non-blocking" => json!(true),
                    _ => json!(1000),
                };
            }
            let fault = read(table).unwrap();
            assert_eq!((fault.connection, fault.turn), (Some(2), Some(3)), "{name}");
        }
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        assert_eq!(read(json!({"do": "drop"})).unwrap(), FaultAction::Drop { when: When::START }.into());
        assert_eq!(read(json!({"do": "invalid-handle"})).unwrap(), FaultAction::InvalidHandle { code: 1007 }.into());
        let close = FaultAction::Close { code: 1011, reason: String::new(), when: When::after(Duration::from_secs(9)) };
        assert_eq!(read(json!({"do": "close", "after-seconds": 9})).unwrap(), close.into());
    }

    #[test]
    fn mistakes_are_named_with_what_is_allowed() {
        assert!(read(json!({"do": "explode"})).unwrap_err().contains("there is no fault `explode`; there are drop, "));
        assert_eq!(
            read(json!({"do": "slow-pong", "seconds": 1})).unwrap_err(),
            "`slow-pong` takes no `seconds`, only `connection`, `turn`, `ms`"
        );
        assert_eq!(read(json!({"do": "slow-pong"})).unwrap_err(), "in `slow-pong`: missing field `ms`");
        assert_eq!(read(json!({"turn": 1})).unwrap_err(), "a fault needs `do = \"NAME\"`");
        assert_eq!(read(json!({"do": "reject", "turn": 0})).unwrap_err(), "`turn` must be a number from 1, not 0");
    }
}
