//! Tokens: 25 a second for sound, a quarter of the characters for text, 258 an image.

use std::collections::VecDeque;
use std::time::Duration;

use vivavoce_live::message::server::ModalityTokenCount;
use vivavoce_live::message::setup::ContextWindowCompression;
use vivavoce_live::message::{LenientInt, Modality, UsageMetadata};

use crate::profile::Traits;

const PER_SECOND_OF_SOUND: f64 = 25.0;
const PER_IMAGE: u64 = 258;
/// Context length that starts compression where the client names none: 80 % of 131,072.
const DEFAULT_TRIGGER: u64 = 104_858;
/// Least context that is cached from one turn to the next.
const LEAST_CACHED: u64 = 1024;

/// Tokens by modality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tokens {
    text: u64,
    sound: u64,
    images: u64,
}

impl Tokens {
    fn total(self) -> u64 {
        self.text + self.sound + self.images
    }

    fn plus(self, other: Self) -> Self {
        Self { text: self.text + other.text, sound: self.sound + other.sound, images: self.images + other.images }
    }

    fn details(self) -> Vec<ModalityTokenCount> {
        [(Modality::Text, self.text), (Modality::Audio, self.sound), (Modality::Image, self.images)]
            .into_iter()
            .filter(|(_, tokens)| *tokens > 0)
            .map(|(modality, tokens)| count(modality, tokens))
            .collect()
    }
}

/// The whole context so far, which every turn is billed for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    instruction: Tokens,
    /// The user's turns with their answers; what comes before the first turn counts as one.
    turns: VecDeque<Tokens>,
    /// Results of tools since the last bill.
    tool_results: u64,
    /// Length at the last bill.
    billed: u64,
}

/// When old turns are dropped, and down to what length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Compression {
    pub(super) trigger: u64,
    pub(super) target: u64,
}

impl From<&ContextWindowCompression> for Compression {
    fn from(config: &ContextWindowCompression) -> Self {
        let trigger = config.trigger_tokens.map_or(DEFAULT_TRIGGER, LenientInt::to_u64);
        let target = config.sliding_window.as_ref().and_then(|window| window.target_tokens);
        Self { trigger, target: target.map_or(trigger / 2, LenientInt::to_u64) }
    }
}

impl Context {
    /// Replaces the instruction, which is never dropped.
    pub(super) fn instruct(&mut self, text: &str) {
        self.instruction.text = text_tokens(text);
        // A changed beginning is no beginning of what was cached.
        self.billed = 0;
    }

    /// What follows belongs to a new turn of the user.
    pub(super) fn begin_turn(&mut self) {
        self.turns.push_back(Tokens::default());
    }

    pub(super) fn add_text(&mut self, text: &str) {
        self.last().text += text_tokens(text);
    }

    pub(super) fn add_sound(&mut self, duration: Duration) {
        self.last().sound += sound_tokens(duration);
    }

    pub(super) fn add_image(&mut self) {
        self.last().images += PER_IMAGE;
    }

    /// A result of a tool.
    pub(super) fn add_tool_result(&mut self, text: &str) {
        self.tool_results += text_tokens(text);
        self.add_text(text);
    }

    /// Its length in tokens.
    pub(super) fn total(&self) -> u64 {
        self.sum().total()
    }

    /// Drops the oldest turns where it has grown to the trigger; the newest stays.
    pub(super) fn compress(&mut self, compression: Compression) {
        if self.total() < compression.trigger {
            return;
        }
        while self.total() > compression.target && self.turns.len() > 1 {
            self.turns.pop_front();
        }
        self.billed = 0;
    }

    /// Usage of a turn answered by so much sound and text; afterwards the answer is part of the context.
    pub(super) fn bill(&mut self, sound: Duration, text: &str, traits: &Traits) -> UsageMetadata {
        let prompt = self.sum();
        let reply = Tokens { sound: sound_tokens(sound), text: text_tokens(text), images: 0 };
        let thoughts = if reply.total() > 0 { traits.thought_tokens } else { 0 };
        let cached = if traits.caches && self.billed >= LEAST_CACHED { self.billed.min(prompt.total()) } else { 0 };
        let tools = std::mem::take(&mut self.tool_results);
        self.billed = prompt.total();
        *self.last() = self.last().plus(reply);
        let some = |tokens: u64| (tokens > 0).then_some(LenientInt(tokens as i64));
        let usage = UsageMetadata {
            prompt_token_count: Some(LenientInt(prompt.total() as i64)),
            cached_content_token_count: some(cached),
            tool_use_prompt_token_count: some(tools),
            thoughts_token_count: some(thoughts),
            total_token_count: Some(LenientInt((prompt.total() + reply.total() + thoughts) as i64)),
            prompt_tokens_details: prompt.details(),
            ..UsageMetadata::default()
        };
        let replied = Some(LenientInt(reply.total() as i64));
        if traits.candidates {
            UsageMetadata { candidates_token_count: replied, candidates_tokens_details: reply.details(), ..usage }
        } else {
            UsageMetadata { response_token_count: replied, response_tokens_details: reply.details(), ..usage }
        }
    }

    fn sum(&self) -> Tokens {
        self.turns.iter().fold(self.instruction, |sum, turn| sum.plus(*turn))
    }

    fn last(&mut self) -> &mut Tokens {
        if self.turns.is_empty() {
            self.turns.push_back(Tokens::default());
        }
        let last = self.turns.len() - 1;
        &mut self.turns[last]
    }
}

fn sound_tokens(duration: Duration) -> u64 {
    (duration.as_secs_f64() * PER_SECOND_OF_SOUND).round() as u64
}

fn text_tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

fn count(modality: Modality, tokens: u64) -> ModalityTokenCount {
    ModalityTokenCount { modality: Some(modality), token_count: Some(LenientInt(tokens as i64)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::profile::Profile;

    const SECOND: Duration = Duration::from_secs(1);

    fn prompt(usage: &UsageMetadata) -> i64 {
        usage.prompt_token_count.unwrap().0
    }

    #[test]
    fn every_turn_is_billed_for_the_whole_context() {
        let traits = Profile::Gemini31.traits();
        let mut context = Context::default();
        context.instruct("Be brief.");
        context.begin_turn();
        context.add_sound(2 * SECOND);
        let first = context.bill(4 * SECOND, "", traits);
        assert_eq!(first.prompt_token_count, Some(LenientInt(53)));
        assert_eq!(first.response_token_count, Some(LenientInt(100)));
        assert_eq!(first.total_token_count, Some(LenientInt(153)));
        context.begin_turn();
        context.add_sound(SECOND);
        let second = context.bill(Duration::ZERO, "", traits);
        assert_eq!(second.prompt_token_count, Some(LenientInt(178)));
        assert_eq!(second.response_tokens_details, []);
    }

    #[test]
    fn vertex_has_its_own_names() {
        let usage = Context::default().bill(SECOND, "", Profile::Vertex.traits());
        assert_eq!((usage.response_token_count, usage.candidates_token_count), (None, Some(LenientInt(25))));
    }

    #[test]
    fn compression_drops_whole_turns_from_the_front_and_keeps_the_instruction() {
        let (traits, compression) = (Profile::Gemini38.traits(), Compression { trigger: 300, target: 120 });
        let mut context = Context::default();
        context.instruct("Be brief.");
        let turn = |context: &mut Context| {
            context.begin_turn();
            context.add_sound(2 * SECOND);
            context.compress(compression);
            prompt(&context.bill(2 * SECOND, "", traits))
        };
        // 3 tokens of instruction, then 50 heard and 50 said a turn: 303 reach the trigger, 53 are what is left.
        assert_eq!([(); 4].map(|()| turn(&mut context)), [53, 153, 253, 53]);
    }

    #[test]
    fn the_newest_turn_is_never_dropped() {
        let mut context = Context::default();
        context.begin_turn();
        context.add_sound(100 * SECOND);
        context.compress(Compression { trigger: 100, target: 50 });
        assert_eq!(context.total(), 2500);
    }

    #[test]
    fn long_contexts_are_cached_from_the_second_turn_on_until_they_change() {
        let traits = Profile::Gemini38.traits();
        let mut context = Context::default();
        context.begin_turn();
        context.add_sound(50 * SECOND);
        assert_eq!(context.bill(SECOND, "", traits).cached_content_token_count, None);
        assert_eq!(context.bill(SECOND, "", traits).cached_content_token_count, Some(LenientInt(1250)));
        context.instruct("Be long.");
        assert_eq!(context.bill(SECOND, "", traits).cached_content_token_count, None);
    }

    #[test]
    fn results_of_tools_are_billed_once_as_such() {
        let mut context = Context::default();
        context.add_tool_result("{\"output\":1}");
        let usage = context.bill(SECOND, "", Profile::Gemini38.traits());
        assert_eq!((prompt(&usage), usage.tool_use_prompt_token_count), (3, Some(LenientInt(3))));
        assert_eq!(context.bill(SECOND, "", Profile::Gemini38.traits()).tool_use_prompt_token_count, None);
    }
}
