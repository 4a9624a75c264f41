//! Finding the fields a strict server would refuse.
//!
//! The types of this module ignore what they do not know, as a client must. The service itself refuses unknown fields
//! in client messages; a simulator asks here which one it would name.

use std::fmt;

use serde_ignored::Path;
use serde_json::Value;

use super::client::ClientMessage;

/// A field of a client message that the service would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownField {
    /// Its name as written.
    pub name: String,
    /// Where it stands, in snake_case with list positions: `setup.generation_config`, `setup.tools[0]`; empty at the top.
    pub path: String,
}

/// The service's own words, as they appear in the reason of its close frame.
impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid JSON payload received. Unknown name \"{}\"", self.name)?;
        if !self.path.is_empty() {
            write!(f, " at '{}'", self.path)?;
        }
        f.write_str(": Cannot find field.")
    }
}

/// The first field of `message` that no client message has, or none.
pub fn unknown_field(message: &Value) -> Option<UnknownField> {
    let mut first = None;
    // A value of the wrong type ends the walk; reading the message then fails too, and says why.
    let _: Result<ClientMessage, _> = serde_ignored::deserialize(message, |path| {
        first.get_or_insert_with(|| unknown_at(&path));
    });
    first
}

fn unknown_at(path: &Path<'_>) -> UnknownField {
    match path {
        Path::Map { parent, key } => UnknownField { name: key.clone(), path: written(parent) },
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => unknown_at(parent),
        Path::Seq { .. } | Path::Root => UnknownField { name: String::new(), path: written(path) },
    }
}

fn written(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => written(parent),
        Path::Seq { parent, index } => format!("{}[{index}]", written(parent)),
        Path::Map { parent, key } => {
            let parent = written(parent);
            let key = snake_case(key);
            if parent.is_empty() { key } else { format!("{parent}.{key}") }
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
