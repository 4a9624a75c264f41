//! What a search found, out of `groundingMetadata`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::nullable;

/// Most sources and queries taken of one answer; the rest is a flood.
const MOST: usize = 50;

/// Longest text taken of any of them, bytes.
const LONGEST: usize = 16 * 1024;

/// Where an answer comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounding {
    /// What was searched for.
    pub queries: Vec<String>,
    /// Pages the answer draws on.
    pub sources: Vec<WebSource>,
    /// The service's search suggestions: HTML of its own, which its terms want shown. Hostile until proven otherwise.
    pub suggestions: Option<String>,
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebSource {
    /// Its address, often a redirection by the service.
    #[serde(deserialize_with = "nullable")]
    pub uri: String,
    /// Its title, often just the name of its host.
    #[serde(deserialize_with = "nullable")]
    pub title: String,
    /// Its host, where the service tells it.
    #[serde(deserialize_with = "nullable")]
    pub domain: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    #[serde(alias = "web_search_queries", deserialize_with = "nullable")]
    web_search_queries: Vec<String>,
    #[serde(alias = "grounding_chunks", deserialize_with = "nullable")]
    grounding_chunks: Vec<Chunk>,
    #[serde(alias = "search_entry_point", deserialize_with = "nullable")]
    search_entry_point: EntryPoint,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Chunk {
    web: Option<WebSource>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct EntryPoint {
    #[serde(alias = "rendered_content")]
    rendered_content: Option<String>,
}

impl Grounding {
    /// Reads it in either casing; none where nothing of it can be read, or there is nothing in it.
    pub fn read(metadata: &Value) -> Option<Self> {
        let metadata = Metadata::deserialize(metadata).ok()?;
        let short = |text: &String| text.len() <= LONGEST;
        let sources = metadata.grounding_chunks.into_iter().filter_map(|chunk| chunk.web);
        let grounding = Self {
            queries: metadata.web_search_queries.into_iter().filter(short).take(MOST).collect(),
            sources: sources.filter(|source| !source.uri.is_empty() && short(&source.uri)).take(MOST).collect(),
            suggestions: metadata.search_entry_point.rendered_content.filter(short),
        };
        (grounding != Self::default()).then_some(grounding)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_casings_are_read_and_what_is_no_page_is_left_out() {
        let source = WebSource { uri: "https://a.example/".into(), title: "A".into(), domain: String::new() };
        let expected =
            Grounding { queries: vec!["q".into()], sources: vec![source], suggestions: Some("<a>q</a>".into()) };
        for metadata in [
            json!({"webSearchQueries": ["q"], "searchEntryPoint": {"renderedContent": "<a>q</a>"},
                "groundingChunks": [{"web": {"uri": "https://a.example/", "title": "A"}}, {"web": null}, {"maps": {}}]}),
            json!({"web_search_queries": ["q"], "search_entry_point": {"rendered_content": "<a>q</a>"},
                "grounding_chunks": [{"web": {"uri": "https://a.example/", "title": "A", "domain": null}},
                    {"web": {"title": "no address"}}]}),
        ] {
            assert_eq!(Grounding::read(&metadata), Some(expected.clone()));
        }
    }

    #[test]
    fn nothing_and_nonsense_are_none() {
        for metadata in [json!(null), json!({}), json!([1]), json!({"webSearchQueries": 5}), json!({"other": true})] {
            assert_eq!(Grounding::read(&metadata), None, "{metadata}");
        }
    }

    #[test]
    fn a_flood_is_bounded() {
        let long = "x".repeat(LONGEST + 1);
        let chunks: Vec<_> = (0..1000).map(|n| json!({"web": {"uri": format!("https://{n}.example")}})).collect();
        let metadata = json!({"groundingChunks": chunks, "webSearchQueries": [long, "q"],
            "searchEntryPoint": {"renderedContent": long}});
        let Some(grounding) = Grounding::read(&metadata) else { panic!("nothing was read") };
        assert_eq!((grounding.sources.len(), grounding.queries.len(), grounding.suggestions), (MOST, 1, None));
    }
}
