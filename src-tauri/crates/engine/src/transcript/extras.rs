//! What a transcript holds besides words: pictures, calls, sources.

use std::time::Instant;

use serde::Serialize;
use vivavoce_live::message::{Grounding, WebSource};
use vivavoce_tools::{Card, Risk, Stage, Touches, Verdict, plain};

/// A picture the user has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Thumbnail {
    /// A small JPEG as a `data:` URL.
    pub url: String,
    /// Of the picture itself, pixels.
    pub width: u32,
    /// Of the picture itself, pixels.
    pub height: u32,
}

/// A function the model has called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToolCall {
    /// Names the call when it is allowed or refused.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub ticket: u64,
    /// The function, made plain: it may be one that doesn't exist.
    pub name: String,
    /// What it may do; absent where there is no such function.
    pub risk: Option<Risk>,
    /// What it touches; absent where the call was never understood.
    pub touches: Option<Touches>,
    /// Names and values of the arguments, made plain.
    pub details: Vec<(String, String)>,
    /// How far it is.
    pub stage: ToolStage,
    /// When silence becomes a no, ms since the Unix epoch; absent unless the user is asked.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub until: Option<u64>,
    /// What the model was told of it, made plain.
    pub told: Option<String>,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ToolStage {
    /// The user is asked.
    Asking,
    /// It is being carried out.
    Running,
    /// Carried out.
    Done,
    /// Tried, without success.
    Failed,
    /// The arguments didn't fit, or there is no such function.
    Unfit,
    /// The user said no.
    Refused,
    /// The user said nothing.
    Unanswered,
    /// Too many at once.
    Flooded,
    /// It took too long. Whether it had an effect isn't known.
    Overdue,
    /// The service took it back.
    Cancelled,
    /// The user stopped everything.
    Stopped,
}

impl ToolCall {
    /// A card as it is now, `wall_ms` after the Unix epoch.
    pub(crate) fn new(card: Card, now: Instant, wall_ms: u64) -> Self {
        let until = match card.stage {
            Stage::Asking { until } => Some(wall_ms + until.saturating_duration_since(now).as_millis() as u64),
            Stage::Running | Stage::Ended(_) => None,
        };
        let (touches, details) = card.request.map(|request| (request.touches, request.details)).unzip();
        Self {
            ticket: card.ticket,
            name: card.name,
            risk: card.risk,
            touches,
            details: details.unwrap_or_default(),
            stage: card.stage.into(),
            until,
            told: card.told,
        }
    }
}

impl From<Stage> for ToolStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Asking { .. } => Self::Asking,
            Stage::Running => Self::Running,
            Stage::Ended(verdict) => match verdict {
                Verdict::Done => Self::Done,
                Verdict::Failed => Self::Failed,
                Verdict::Unfit => Self::Unfit,
                Verdict::Refused => Self::Refused,
                Verdict::Unanswered => Self::Unanswered,
                Verdict::Flooded => Self::Flooded,
                Verdict::Overdue => Self::Overdue,
                Verdict::Cancelled => Self::Cancelled,
                Verdict::Stopped => Self::Stopped,
            },
        }
    }
}

/// Where an answer comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Sources {
    /// What was searched for, made plain.
    pub queries: Vec<String>,
    /// Pages.
    pub pages: Vec<Page>,
    /// The service's search suggestions: HTML of its making, to be shown as text and links only.
    pub suggestions: Option<String>,
}

/// A page an answer draws on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Its address.
    pub url: String,
    /// Its title, made plain; its host where it has none.
    pub title: String,
    /// Its host, made plain. The service's own claim where the address only leads there.
    pub host: String,
}

impl From<Grounding> for Sources {
    fn from(grounding: Grounding) -> Self {
        Self {
            queries: grounding.queries.iter().map(|query| plain(query)).collect(),
            // What can't be opened is no source: files, scripts, hosts in disguise.
            pages: grounding.sources.iter().filter_map(page).collect(),
            suggestions: grounding.suggestions,
        }
    }
}

fn page(source: &WebSource) -> Option<Page> {
    let url = vivavoce_tools::web_address(&source.uri).ok()?;
    let host = if source.domain.is_empty() { url.host_str().unwrap_or_default() } else { &source.domain };
    let title = if source.title.trim().is_empty() { host } else { &source.title };
    Some(Page { title: plain(title), host: plain(host), url: url.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_opened_is_a_source_and_its_name_hides_nothing() {
        let source = |uri: &str, title: &str, domain: &str| WebSource {
            uri: uri.into(),
            title: title.into(),
            domain: domain.into(),
        };
        let sources = Sources::from(Grounding {
            queries: vec!["a\u{202e}b".into()],
            sources: vec![
                source("https://a.example/x", "A\u{202e}", ""),
                source("https://redirect.example/1", "", "b.example"),
                source("javascript:alert(1)", "C", ""),
                source("file:///etc/passwd", "D", ""),
                source("https://good.example@evil.example/", "E", ""),
            ],
            suggestions: None,
        });
        assert_eq!(sources.queries, ["a⟨U+202E⟩b"]);
        let pages: Vec<_> = sources.pages.iter().map(|page| (page.title.as_str(), page.host.as_str())).collect();
        assert_eq!(pages, [("A⟨U+202E⟩", "a.example"), ("b.example", "b.example")]);
    }
}
