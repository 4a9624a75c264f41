//! The demo as a front end wants it: a guide on loopback, started when first asked for.

use crate::clip::{Guide, clip};
use crate::config::{Language, ServerConfig};
use crate::recording::ANSWER_RATE;
use crate::server::{Server, ServerError};

/// A guide that runs from the first request on, until this is dropped.
#[derive(Debug, Default)]
pub struct Demo {
    running: Option<(Language, Server)>,
}

impl Demo {
    /// Where the guide speaks the language of this BCP 47 tag, the desktop's when there is none, and English when it can't.
    /// Must be called inside a tokio runtime.
    pub fn url(&mut self, tag: Option<&str>) -> Result<String, ServerError> {
        let language = match tag {
            Some(tag) => language_of(tag),
            None => sys_locale::get_locale().map_or(Language::En, |locale| language_of(&locale)),
        };
        if let Some((spoken, server)) = &self.running
            && *spoken == language
        {
            return Ok(server.url());
        }
        let server = Server::bind(ServerConfig { language, ..ServerConfig::default() })?;
        let url = server.url();
        self.running = Some((language, server));
        Ok(url)
    }
}

/// A spoken phrase of some seconds, 16-bit mono, and its rate in Hz: what the guide greets with.
pub fn test_phrase() -> (Vec<i16>, u32) {
    (clip(Language::En, Guide::Greeting).pcm.clone(), ANSWER_RATE)
}

fn language_of(tag: &str) -> Language {
    match tag.split(['-', '_']).next() {
        Some("ja") => Language::Ja,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_guide_speaks_japanese_to_japanese_desktops_only() {
        assert_eq!(["ja", "ja-JP", "ja_JP.UTF-8"].map(language_of), [Language::Ja; 3]);
        assert_eq!(["en", "jam-JM", "de-DE", ""].map(language_of), [Language::En; 4]);
    }

    #[tokio::test]
    async fn one_guide_serves_until_another_language_is_asked_for() {
        let mut demo = Demo::default();
        let english = demo.url(Some("en")).unwrap();
        assert_eq!(demo.url(Some("de")).unwrap(), english);
        assert_ne!(demo.url(Some("ja")).unwrap(), english);
    }
}
