//! The service's own list of models, and how it is joined with the ones known by name.

use serde::Deserialize;
use serde_json::Value;

use super::{Availability, Family, ModelInfo, Status, family_of, known};

/// Longest list that is read, bytes; the service's has some tens of kilobytes.
const MOST_BYTES: usize = 4 << 20;
/// Most models that are taken from it.
const MOST_MODELS: usize = 500;
/// Longest id or name, characters.
const LONGEST_NAME: usize = 128;
const METHOD: &str = "bidiGenerateContent";

/// Why the service's list could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// It is longer than any list of models.
    #[error("the list of models has {bytes} bytes")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It isn't a list of models.
    #[error("the list of models can't be read: {detail}")]
    Invalid {
        /// What is wrong with it.
        detail: String,
    },
}

/// The models in the service's answer to `GET …/models` that can hold a conversation, in its order, each once. Entries
/// that can't be read are left out; so is what comes after the first 500.
pub fn from_service(json: &[u8]) -> Result<Vec<ModelInfo>, ListingError> {
    if json.len() > MOST_BYTES {
        return Err(ListingError::TooLong { bytes: json.len() });
    }
    let invalid = |detail: String| ListingError::Invalid { detail };
    let listing: Listing = serde_json::from_slice(json).map_err(|error| invalid(error.to_string()))?;
    let Some(entries) = listing.models else {
        // An error comes as an object too, and no models at all is an empty object.
        return if listing.error.is_none() { Ok(Vec::new()) } else { Err(invalid("it is an error".into())) };
    };
    let mut models: Vec<ModelInfo> = Vec::new();
    for entry in entries {
        let Some(model) = serde_json::from_value::<Entry>(entry).ok().and_then(Entry::into_model) else {
            continue;
        };
        if models.iter().all(|other| other.id != model.id) {
            models.push(model);
        }
        if models.len() == MOST_MODELS {
            break;
        }
    }
    Ok(models)
}

/// The models known by name, in the table's order and marked by whether the service lists them, then the service's
/// others in its own order.
pub fn merged(service: Vec<ModelInfo>) -> Vec<ModelInfo> {
    let mut models = known();
    for model in &mut models {
        model.availability = Availability::Missing;
    }
    for listed in service {
        match models.iter_mut().find(|model| model.id == listed.id) {
            Some(model) => *model = ModelInfo { family: model.family, status: model.status, ..listed },
            None => models.push(listed),
        }
    }
    models
}

#[derive(Deserialize)]
struct Listing {
    models: Option<Vec<Value>>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: String,
    display_name: Option<String>,
    input_token_limit: Option<u32>,
    #[serde(default)]
    supported_generation_methods: Vec<String>,
}

impl Entry {
    fn into_model(self) -> Option<ModelInfo> {
        if !self.supported_generation_methods.iter().any(|method| method == METHOD) {
            return None;
        }
        let id = self.name.trim().trim_start_matches("models/");
        let is_id = |character: char| character.is_ascii_alphanumeric() || "-._:@".contains(character);
        if id.is_empty() || id.len() > LONGEST_NAME || !id.chars().all(is_id) {
            return None;
        }
        let family = family_of(id);
        Some(ModelInfo {
            display_name: self.display_name.as_deref().and_then(shown),
            input_tokens: self.input_token_limit.filter(|tokens| *tokens > 0),
            availability: Availability::Listed,
            ..ModelInfo::new(id, family, status_of(id, family))
        })
    }
}

/// A name fit to be shown: one line, bounded.
fn shown(name: &str) -> Option<String> {
    let name: String = name.trim().chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}

fn status_of(id: &str, family: Family) -> Status {
    if family == Family::Unknown || ["preview", "-exp", "latest"].iter().any(|mark| id.contains(mark)) {
        Status::Preview
    } else {
        Status::Stable
    }
}
