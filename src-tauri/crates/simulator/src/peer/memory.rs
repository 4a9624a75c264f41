//! What a session remembers: all that a resumption handle leads back to.

use std::sync::Arc;

use super::usage::Context;
use crate::persona::{Respondent, Said};

/// What a session remembers. Only turns that were answered, or cut while being answered, are in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) respondent: Respondent,
    pub(crate) context: Context,
    pub(crate) history: Vec<Arc<HeardTurn>>,
}

/// A turn a session heard, on whichever of its connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeardTurn {
    /// The role of a turn of seeded history; `None` for what was said in the session.
    pub seeded: Option<String>,
    /// Its sound as it was sent, a run for each sample rate: samples per second, and the samples.
    pub sound: Vec<(u32, Vec<i16>)>,
    /// Its text.
    pub text: String,
    /// `turnComplete` of its answer was sent.
    pub answered: bool,
    /// Its answer was cut short.
    pub interrupted: bool,
}

impl HeardTurn {
    /// All its samples in order, whatever their rates.
    pub fn pcm(&self) -> Vec<i16> {
        self.sound.iter().flat_map(|(_, samples)| samples).copied().collect()
    }

    pub(super) fn said(said: &Said) -> Self {
        let sound = said.sound.runs().map(|(rate, samples)| (rate, samples.to_vec())).collect();
        Self { sound, text: said.text.clone(), ..Self::default() }
    }

    pub(super) fn seeded(role: &str, text: String) -> Self {
        Self { seeded: Some(role.to_owned()), text, ..Self::default() }
    }
}
