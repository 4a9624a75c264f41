//! The demo as a front end wants it: a guide on loopback, started when first asked for.

use crate::config::{Language, ServerConfig};
use crate::server::{Server, ServerError};

/// A guide that runs from the first request on, until this is dropped.
#[derive(Debug, Default)]
pub struct Demo {
    running: Option<(Language, Server)>,
}

impl Demo {
    /// Where the guide speaks this language. Must be called inside a tokio runtime.
    pub fn url(&mut self, language: Language) -> Result<String, ServerError> {
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

impl Language {
    /// The desktop's language, if the guide speaks it; else English.
    pub fn of_system() -> Self {
        match sys_locale::get_locale() {
            Some(locale) if locale.starts_with("ja") => Self::Ja,
            _ => Self::En,
        }
    }
}
