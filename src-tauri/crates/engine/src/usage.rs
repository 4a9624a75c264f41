//! What a conversation has used, by kind, and what it cost.
//!
//! The service sends its figures with the end of a turn, now and then before it, and sometimes not at all. Each message
//! holds the totals of the model's turn so far, so a later one replaces an earlier one; only what comes after the end
//! of one model's turn belongs to the next. A turn of the user has several of them when the model calls functions or
//! thinks aloud, and each is paid for anew with the whole context. The details by kind need not add up to the totals;
//! what is missing is shown as such.

use std::collections::BTreeMap;

use serde::Serialize;
use vivavoce_live::message::LenientInt;
use vivavoce_live::message::Modality;
use vivavoce_live::message::server::{ModalityTokenCount, UsageMetadata};
use vivavoce_live::model::{Family, Prices};

/// Turns that may still get figures; older ones are only remembered in the sum.
const OPEN_TURNS: usize = 8;

/// Counts what a conversation uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter {
    /// Of turns that get no more figures.
    settled: Figures,
    /// Of the newest turns, by number.
    open: BTreeMap<u64, OpenTurn>,
    /// The model's turn has ended since the last figures.
    ended: bool,
}

impl Meter {
    /// Takes the figures of a message that belongs to `turn` and gives the sums. `family` is the model's, which the
    /// prices depend on.
    pub(crate) fn add(&mut self, turn: u64, usage: &UsageMetadata, family: Family) -> UsageReport {
        let figures = Figures::of(usage, family);
        let open = self.open.entry(turn).or_default();
        if open.is_final {
            open.before = open.before.plus(open.newest);
        }
        open.newest = figures;
        open.is_final = std::mem::take(&mut self.ended);
        while self.open.len() > OPEN_TURNS {
            if let Some((_, oldest)) = self.open.pop_first() {
                self.settled = self.settled.plus(oldest.sum());
            }
        }
        self.report()
    }

    /// The model's turn has ended: the next figures are final, or those of another of its turns.
    pub(crate) fn turn_ended(&mut self) {
        self.ended = true;
    }

    /// The newest turn that has figures, and the sum of all.
    pub(crate) fn report(&self) -> UsageReport {
        let turn = self.open.last_key_value().map(|(_, turn)| turn.sum()).unwrap_or_default();
        let conversation = self.open.values().fold(self.settled, |sum, turn| sum.plus(turn.sum()));
        UsageReport {
            turn: turn.tokens,
            conversation: conversation.tokens,
            turn_cost: turn.shown_cost(),
            conversation_cost: conversation.shown_cost(),
        }
    }
}

/// A turn that may still get figures.
#[derive(Debug, Clone, Copy, Default)]
struct OpenTurn {
    /// Of the model's turns before.
    before: Figures,
    newest: Figures,
    /// The newest came after the end of the model's turn.
    is_final: bool,
}

impl OpenTurn {
    fn sum(&self) -> Figures {
        self.before.plus(self.newest)
    }
}

/// Tokens and what they cost.
#[derive(Debug, Clone, Copy)]
struct Figures {
    tokens: Tokens,
    /// US dollars; none when a price isn't known.
    cost: Option<f64>,
}

impl Default for Figures {
    fn default() -> Self {
        Self { tokens: Tokens::default(), cost: Some(0.0) }
    }
}

impl Figures {
    fn of(usage: &UsageMetadata, family: Family) -> Self {
        let count = |count: Option<LenientInt>| count.map_or(0, LenientInt::to_u64);
        let replies = if usage.response_tokens_details.is_empty() {
            &usage.candidates_tokens_details
        } else {
            &usage.response_tokens_details
        };
        let (prompt, reply) = (Parts::of(&usage.prompt_tokens_details), Parts::of(replies));
        // Details without a total are a total too.
        let prompt_total = count(usage.prompt_token_count).max(prompt.sum());
        let reply_total = usage.reply_tokens().unwrap_or(0).max(reply.sum());
        let (thoughts, tool_use) = (count(usage.thoughts_token_count), count(usage.tool_use_prompt_token_count));
        let counted = [prompt_total, reply_total, thoughts, tool_use].into_iter().fold(0, u64::saturating_add);
        let total = usage.total_token_count.map_or(counted, LenientInt::to_u64);

        let rest = Rest {
            prompt: (prompt_total - prompt.sum()).saturating_add(total.saturating_sub(counted)),
            reply: reply_total - reply.sum() + reply.image,
            reply_has_details: !replies.is_empty(),
        };
        let tokens = Tokens {
            text_in: prompt.text,
            audio_in: prompt.audio,
            image_in: prompt.image,
            text_out: reply.text,
            audio_out: reply.audio,
            thoughts,
            cached: count(usage.cached_content_token_count),
            tool_use,
            unattributed: rest.prompt.saturating_add(rest.reply),
            total,
        };
        let capabilities = family.capabilities();
        let cost = capabilities.prices.and_then(|prices| cost(&prices, &tokens, &rest, capabilities.audio_out));
        Self { tokens, cost }
    }

    fn plus(self, other: Self) -> Self {
        let cost = self.cost.zip(other.cost).map(|(one, other)| one + other);
        Self { tokens: self.tokens.plus(&other.tokens), cost }
    }

    /// Nothing used is no cost rather than a cost of nothing.
    fn shown_cost(&self) -> Option<f64> {
        self.cost.filter(|_| self.tokens != Tokens::default())
    }
}

/// One side's tokens by modality. Modalities that aren't known are in none of them.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    text: u64,
    audio: u64,
    image: u64,
}

impl Parts {
    fn of(details: &[ModalityTokenCount]) -> Self {
        let mut parts = Self::default();
        for detail in details {
            let part = match detail.modality {
                Some(Modality::Text) => &mut parts.text,
                Some(Modality::Audio) => &mut parts.audio,
                Some(Modality::Image | Modality::Video | Modality::Document) => &mut parts.image,
                Some(Modality::Other(_)) | None => continue,
            };
            *part = part.saturating_add(detail.token_count.map_or(0, LenientInt::to_u64));
        }
        parts
    }

    fn sum(&self) -> u64 {
        self.text.saturating_add(self.audio).saturating_add(self.image)
    }
}

/// What is in the totals and in none of the parts.
#[derive(Debug, Clone, Copy)]
struct Rest {
    prompt: u64,
    reply: u64,
    reply_has_details: bool,
}

/// None when something was used that has no price.
///
/// What isn't attributed is taken for text: of the context its instructions, of the answer its transcript, which is billed
/// as text. An answer without any details is taken for what the model answers in. Cached tokens cost less by an amount
/// the service doesn't tell, and are counted in full; so the sum is rather too high than too low.
fn cost(prices: &Prices, tokens: &Tokens, rest: &Rest, speaks: bool) -> Option<f64> {
    let rest_is_sound = speaks && !rest.reply_has_details;
    let (sound_rest, text_rest) = if rest_is_sound { (rest.reply, 0) } else { (0, rest.reply) };
    let priced = [
        (tokens.text_in, prices.text_in),
        (tokens.tool_use, prices.text_in),
        (rest.prompt, prices.text_in),
        (tokens.audio_in, prices.audio_in),
        (tokens.image_in, prices.image_in),
        (tokens.text_out, prices.text_out),
        (tokens.thoughts, prices.text_out),
        (text_rest, prices.text_out),
        (tokens.audio_out, prices.audio_out),
        (sound_rest, prices.audio_out),
    ];
    let costs = priced.into_iter().filter(|(tokens, _)| *tokens > 0);
    costs.map(|(tokens, price)| Some(tokens as f64 * price? / 1e6)).sum()
}

/// Tokens by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// Text in, cached or not.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub text_in: u64,
    /// Sound in.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub audio_in: u64,
    /// Pictures in, still and moving.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub image_in: u64,
    /// Text out.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub text_out: u64,
    /// Sound out.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub audio_out: u64,
    /// Thoughts.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub thoughts: u64,
    /// Of what went in, what was in the service's cache.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub cached: u64,
    /// Results of tools.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub tool_use: u64,
    /// In the service's totals but in none of its parts.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub unattributed: u64,
    /// The service's total.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub total: u64,
}

impl Tokens {
    fn plus(&self, other: &Self) -> Self {
        Self {
            text_in: self.text_in.saturating_add(other.text_in),
            audio_in: self.audio_in.saturating_add(other.audio_in),
            image_in: self.image_in.saturating_add(other.image_in),
            text_out: self.text_out.saturating_add(other.text_out),
            audio_out: self.audio_out.saturating_add(other.audio_out),
            thoughts: self.thoughts.saturating_add(other.thoughts),
            cached: self.cached.saturating_add(other.cached),
            tool_use: self.tool_use.saturating_add(other.tool_use),
            unattributed: self.unattributed.saturating_add(other.unattributed),
            total: self.total.saturating_add(other.total),
        }
    }
}

/// The newest turn and the conversation so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// The newest turn.
    pub turn: Tokens,
    /// All turns.
    pub conversation: Tokens,
    /// US dollars, by the table of prices; absent for a model without prices.
    pub turn_cost: Option<f64>,
    /// The same of all turns.
    pub conversation_cost: Option<f64>,
}

#[cfg(test)]
mod tests;
