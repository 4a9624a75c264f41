//! The scalars protobuf JSON writes in more than one way: bytes, 64-bit integers, durations, open enums.

use std::fmt;
use std::time::Duration;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// A `bytes` field: read from either base64 alphabet with or without padding, written as standard base64 with padding.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl Base64 {
    /// Decodes `text`, whichever alphabet it is in.
    pub fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
        if text.bytes().any(|byte| byte == b'-' || byte == b'_') {
            if text.bytes().any(|byte| byte == b'+' || byte == b'/') {
                return STANDARD.decode(text.replace('-', "+").replace('_', "/"));
            }
            return URL_SAFE.decode(text);
        }
        STANDARD.decode(text)
    }

    /// Appends the standard encoding of `bytes` to `out`.
    pub fn encode_into(bytes: &[u8], out: &mut String) {
        STANDARD.encode_string(bytes, out);
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Base64;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a base64 string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
                Base64::decode(text).map(Base64).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Bytes)
    }
}

/// An integer that may arrive as a number, a decimal string or a float (`40.0`); written as a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LenientInt(pub i64);

impl LenientInt {
    /// The value, or 0 where it is negative.
    pub fn to_u64(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }
}

impl From<i64> for LenientInt {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl Serialize for LenientInt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for LenientInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Integer;
        impl Visitor<'_> for Integer {
            type Value = LenientInt;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer as number or string")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<LenientInt, E> {
                Ok(LenientInt(value))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<LenientInt, E> {
                Ok(LenientInt(i64::try_from(value).unwrap_or(i64::MAX)))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<LenientInt, E> {
                if value.is_finite() {
                    Ok(LenientInt(value as i64))
                } else {
                    Err(E::invalid_value(Unexpected::Float(value), &self))
                }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<LenientInt, E> {
                if let Ok(value) = text.trim().parse::<i64>() {
                    return Ok(LenientInt(value));
                }
                match text.trim().parse::<f64>() {
                    Ok(value) => self.visit_f64(value),
                    Err(_) => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Integer)
    }
}

/// A protobuf duration: decimal seconds followed by `s` (`"9.500s"`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireDuration(pub Duration);

impl WireDuration {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let seconds: f64 = text.strip_suffix('s').unwrap_or(text).parse().ok()?;
        Self::from_seconds(seconds)
    }

    fn from_seconds(seconds: f64) -> Option<Self> {
        // Half a microsecond is added before truncation so that 9.1 does not become 9.099999 s.
        Duration::try_from_secs_f64(seconds.max(0.0))
            .ok()
            .map(|exact| Self(Duration::from_micros((exact + Duration::from_nanos(500)).as_micros() as u64)))
    }
}

impl Serialize for WireDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.as_millis();
        if millis.is_multiple_of(1000) {
            serializer.serialize_str(&format!("{}s", millis / 1000))
        } else {
            serializer.serialize_str(&format!("{}.{:03}s", millis / 1000, millis % 1000))
        }
    }
}

impl<'de> Deserialize<'de> for WireDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seconds;
        impl Visitor<'_> for Seconds {
            type Value = WireDuration;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as \"9.5s\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<WireDuration, E> {
                WireDuration::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<WireDuration, E> {
                WireDuration::from_seconds(value).ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<WireDuration, E> {
                Ok(WireDuration(Duration::from_secs(value)))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<WireDuration, E> {
                Ok(WireDuration(Duration::from_secs(u64::try_from(value).unwrap_or(0))))
            }
        }
        deserializer.deserialize_any(Seconds)
    }
}

/// Text of an enum value, which protobuf JSON may also give by number.
pub(crate) fn enum_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Name;
    impl Visitor<'_> for Name {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an enum value")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
            Ok(value.to_string())
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
            Ok(value.to_string())
        }
    }
    deserializer.deserialize_any(Name)
}

/// An enum over strings that keeps values it does not know.
macro_rules! string_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $text, "`")] $variant,)+
            /// A value this version does not know, as it was written.
            Other(String),
        }

        impl $name {
            /// The value as it is written on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.to_ascii_uppercase().as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(text.to_owned())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::message::scalar::enum_text(deserializer).map(Self::from)
            }
        }
    };
}
pub(crate) use string_enum;
