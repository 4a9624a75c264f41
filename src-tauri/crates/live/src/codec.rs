//! JSON text to messages and back.

use serde::Deserialize;
use serde::de::Error;

use crate::message::{Base64, ClientMessage, ServerMessage};
use crate::pcm;

/// A message that isn't one.
#[derive(Debug, thiserror::Error)]
#[error("not a message of the Live API: {0}")]
pub struct CodecError(#[from] serde_json::Error);

/// Reads a message of the server, from a text or a binary frame alike.
pub fn parse(bytes: &[u8]) -> Result<ServerMessage, CodecError> {
    read(bytes)
}

/// Reads a message of a client.
pub fn parse_client(bytes: &[u8]) -> Result<ClientMessage, CodecError> {
    read(bytes)
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, CodecError> {
    // serde would take a list for an object's members in order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(CodecError(serde_json::Error::custom("a list instead of an object")));
    }
    Ok(serde_json::from_slice(bytes)?)
}

/// Writes a message of the client.
#[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "maps have string keys, and no serializer fails")]
pub fn encode(message: &ClientMessage) -> String {
    serde_json::to_string(message).expect("client messages are always representable in JSON")
}

/// Writes `realtimeInput.audio` messages without building the message first.
#[derive(Debug, Default)]
pub struct AudioEncoder {
    bytes: Vec<u8>,
}

impl AudioEncoder {
    /// Replaces `out` by the message that carries `samples` (16 kHz mono).
    pub fn encode(&mut self, samples: &[i16], out: &mut String) {
        self.bytes.clear();
        pcm::write_le(samples, &mut self.bytes);
        out.clear();
        out.reserve(self.bytes.len().div_ceil(3) * 4 + 80);
        out.push_str(r#"{"realtimeInput":{"audio":{"data":""#);
        Base64::encode_into(&self.bytes, out);
        out.push_str(r#"","mimeType":""#);
        out.push_str(pcm::INPUT_MIME);
        out.push_str(r#""}}}"#);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_audio_encoder_writes_what_the_types_would() {
        let samples: Vec<i16> = (0..321).map(|n| n * 97).collect();
        let mut bytes = Vec::new();
        pcm::write_le(&samples, &mut bytes);
        let mut out = "left over from the message before".to_owned();
        AudioEncoder::default().encode(&samples, &mut out);
        assert_eq!(out, encode(&ClientMessage::audio(pcm::INPUT_MIME, bytes)));
    }

    #[test]
    fn encoding_again_needs_no_new_memory() {
        let mut encoder = AudioEncoder::default();
        let mut out = String::new();
        encoder.encode(&[7; 320], &mut out);
        let (capacity, address) = (out.capacity(), out.as_ptr());
        encoder.encode(&[-7; 320], &mut out);
        assert_eq!((out.capacity(), out.as_ptr()), (capacity, address));
    }

    #[test]
    fn pretty_printed_and_compact_text_read_the_same() {
        let pretty = b"{\n  \"setupComplete\": {}\n}\n";
        assert_eq!(parse(pretty).unwrap(), parse(br#"{"setupComplete":{}}"#).unwrap());
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        assert!(parse(b"hello").is_err());
        assert!(parse(b"\xff\xfe").is_err());
        assert!(parse(b" []").is_err());
        assert!(parse_client(b"").is_err());
    }
}
