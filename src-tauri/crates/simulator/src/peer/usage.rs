//! Tokens: 25 a second for sound, a quarter of the characters for text, 258 an image.

use std::time::Duration;

use vivavoce_live::message::server::ModalityTokenCount;
use vivavoce_live::message::{LenientInt, Modality, UsageMetadata};

const PER_SECOND_OF_SOUND: f64 = 25.0;
const PER_IMAGE: i64 = 258;

/// The whole context so far, which every turn is billed for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Context {
    text: i64,
    sound: i64,
    images: i64,
}

impl Context {
    pub(super) fn add_text(&mut self, text: &str) {
        self.text += (text.chars().count() as i64 + 3) / 4;
    }

    pub(super) fn add_sound(&mut self, duration: Duration) {
        self.sound += sound_tokens(duration);
    }

    pub(super) fn add_image(&mut self) {
        self.images += PER_IMAGE;
    }

    /// Usage of a turn answered by so much sound; afterwards the answer is part of the context.
    pub(super) fn bill(&mut self, answer: Duration, candidates: bool) -> UsageMetadata {
        let (prompt, reply) = (self.text + self.sound + self.images, sound_tokens(answer));
        let details = [(Modality::Text, self.text), (Modality::Audio, self.sound), (Modality::Image, self.images)]
            .into_iter()
            .filter(|(_, tokens)| *tokens > 0)
            .map(|(modality, tokens)| count(modality, tokens))
            .collect();
        self.sound += reply;
        let replied = if reply > 0 { vec![count(Modality::Audio, reply)] } else { Vec::new() };
        let usage = UsageMetadata {
            prompt_token_count: Some(LenientInt(prompt)),
            total_token_count: Some(LenientInt(prompt + reply)),
            prompt_tokens_details: details,
            ..UsageMetadata::default()
        };
        if candidates {
            UsageMetadata {
                candidates_token_count: Some(LenientInt(reply)),
                candidates_tokens_details: replied,
                ..usage
            }
        } else {
            UsageMetadata { response_token_count: Some(LenientInt(reply)), response_tokens_details: replied, ..usage }
        }
    }
}

fn sound_tokens(duration: Duration) -> i64 {
    (duration.as_secs_f64() * PER_SECOND_OF_SOUND).round() as i64
}

fn count(modality: Modality, tokens: i64) -> ModalityTokenCount {
    ModalityTokenCount { modality: Some(modality), token_count: Some(LenientInt(tokens)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn every_turn_is_billed_for_the_whole_context() {
        let mut context = Context::default();
        context.add_text("Be brief.");
        context.add_sound(Duration::from_secs(2));
        let first = context.bill(Duration::from_secs(4), false);
        assert_eq!(first.prompt_token_count, Some(LenientInt(53)));
        assert_eq!(first.response_token_count, Some(LenientInt(100)));
        assert_eq!(first.total_token_count, Some(LenientInt(153)));
        context.add_sound(Duration::from_secs(1));
        let second = context.bill(Duration::ZERO, false);
        assert_eq!(second.prompt_token_count, Some(LenientInt(178)));
        assert_eq!(second.response_tokens_details, []);
    }

    #[test]
    fn vertex_has_its_own_names() {
        let usage = Context::default().bill(Duration::from_secs(1), true);
        assert_eq!((usage.response_token_count, usage.candidates_token_count), (None, Some(LenientInt(25))));
    }
}
